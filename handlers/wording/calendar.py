"""What calendar programs show: the names of the feeds, and what stands in an event."""

from dataclasses import replace
from zoneinfo import ZoneInfo

from models.message import Link, Message, note
from models.policy import Hours


def of_rotation(rotation: str) -> str:
    """Give the name of a rotation's calendar."""
    return f"On call: {rotation}"


def of_person(name: str) -> str:
    """Give the name of a person's calendar."""
    return f"On call: {name}"


def about_rotation(rotation: str) -> str:
    """Say what a rotation's calendar holds."""
    return f"Who is on call for {rotation}, kept by Watchbill."


def about_person(name: str) -> str:
    """Say what a person's calendar holds."""
    return f"When {name} is on call, kept by Watchbill."


def who(rotation: str, name: str | None) -> str:
    """Give the title of an event of a rotation's calendar. name: None: nobody."""
    return f"{name} on call ({rotation})" if name is not None else f"Nobody is on call ({rotation})"


def mine(rotation: str) -> str:
    """Give the title of an event of a person's own calendar."""
    return f"On call: {rotation}"


def no_longer(rotation: str, name: str | None) -> str:
    """Give the title of an event of a rotation's calendar that is no longer so."""
    return f"No longer: {who(rotation, name)}"


def no_longer_mine(rotation: str) -> str:
    """Give the title of an event of a person's own calendar that is no longer so."""
    return f"No longer on call: {rotation}"


CANCELLED = "This was planned and is no longer so."


def why(name: str | None, because: str, hours: Hours, zone: ZoneInfo, contact: str | None) -> str:
    """Say why it is them, when they are pinged, and what there is outside those hours."""
    pinged = f"Pinged {hours.start:%H:%M}–{hours.end:%H:%M} on working days ({zone.key} time)."
    return "\n".join(
        (
            f"Why {name if name is not None else 'nobody'}: {because}.",
            pinged if name is not None else "",
            f"If it cannot wait outside these hours: {contact}." if name is not None and contact else "",
        )
    ).rstrip("\n")


def with_yours(answer: Message, address: str | None) -> Message:
    """Give an answer with the address of the reader's own calendar beneath it; None: there is none."""
    return _beneath(answer, "Your calendar: ", address)


def with_theirs(answer: Message, rotation: str, address: str | None) -> Message:
    """Give an answer with the address of a rotation's calendar beneath it; None: there is none."""
    return _beneath(answer, f"Calendar of {rotation}: ", address)


def _beneath(answer: Message, what: str, address: str | None) -> Message:
    if address is None:
        return answer
    return replace(answer, blocks=(*answer.blocks, note(what, Link(address, address))))
