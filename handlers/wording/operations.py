"""What the bot tells whoever runs it and leads it: failures that somebody must know of."""

from collections.abc import Mapping

from handlers.wording.account import NAMES
from models.message import Message, Quote, message, note, paragraph, text


def not_yet() -> Message:
    """Answer somebody whose command could not be carried out now."""
    return text(
        "Something went wrong on my side. Your command is kept, I try it again shortly, and the leads are told."
    )


def form_late() -> Message:
    """Tell somebody whose command failed that the form which it opens can be opened again."""
    return text("It works again. A form can only be opened at once, so please give the command once more.")


def form_not_taken(errors: Mapping[str, str], fields: Mapping[str, str]) -> Message:
    """Tell somebody whose form failed at first what is wrong with it, and give them back what they wrote."""
    wrong = "; ".join(f"{name}: {error}" for name, error in errors.items())
    written = "\n".join(f"{name}: {value}" for name, value in fields.items() if value)
    return message(
        paragraph(f"The form that I could not take at first has something to mend. {wrong}"),
        Quote(written) if written else None,
    )


def event_failed(kind: str, *, is_final: bool) -> Message:
    """Tell the leads that an event could not be handled."""
    what = "could not be handled, and I have given up on it" if is_final else "could not be handled; I keep trying"
    return message(
        paragraph(f"An event ({kind}) {what}."),
        note("The log has the place in the code; the store has the event (table received_event)."),
    )


def delivery_failed(what: str, why: str) -> Message:
    """Tell the leads that something could not be delivered for good."""
    return message(
        paragraph(f"I could not deliver {what}: {why}"),
        note("Nothing else is held up by it. If it was a channel, check that I am in it."),
    )


def channel_lost(platform: str, name: str, now_called: str) -> Message:
    """Tell the leads that a configured channel has another name, or, without one, that the bot is not in it."""
    where = NAMES.get(platform, platform)
    if now_called:
        return message(
            paragraph(f"#{name} on {where} is called #{now_called} now. I go on there as before."),
            note("Write the new name into the configuration (channels), or give it its name back."),
        )
    return message(
        paragraph(f"I am no longer in #{name} on {where}, or it was archived: what is asked there reaches nobody."),
        note("Invite me there again, or take the channel out of the configuration (channels)."),
    )
