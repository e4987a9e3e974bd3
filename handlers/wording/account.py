"""What the bot says of accounts in the chats that reach nobody."""

from collections.abc import Sequence
from dataclasses import dataclass

from models.message import Code, Message, Strong, message, note, paragraph

NAMES = {"slack": "Slack", "rocketchat": "Rocket.Chat", "local": "the local chat"}


@dataclass(frozen=True, slots=True)
class Account:
    """An account that reaches nobody. reason: what the platform said to a message; empty where it told of itself."""

    platform: str
    reason: str

    @property
    def trouble(self) -> str:
        """What is wrong with it, as a sentence goes on after somebody's name."""
        name = NAMES.get(self.platform, self.platform)
        if self.reason:
            return f"cannot be written to on {name} ({self.reason})"
        return f"has no active account on {name}"


def on_duty_unreachable(name: str, person: str, account: Account, rotations: Sequence[str], is_alone: bool) -> Message:
    """Tell the leads that whoever is on call now cannot be reached, and what they can do."""
    where = f" for {' and '.join(rotations)}"
    inside = "" if is_alone else f" in {rotations[0]}"
    return message(
        paragraph(
            "⚠️ ", Strong(f"{name} is on call{where} now"), f" and {account.trouble}: no page reaches them there."
        ),
        paragraph(
            "Put somebody else on duty with ",
            Code(f"/oncall-list assign now @user{inside}"),
            ", or take them off the list with ",
            Code(f"/oncall-list remove @{person}{inside}"),
            ": then the next one is on duty at once.",
        ),
        note("Urgent requests still go on to the next person, step by step, until somebody takes them."),
        summary=f"{name} is on call{where} and cannot be reached",
    )
