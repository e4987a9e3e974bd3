"""What the bot says about the on-call log."""

from models.message import Message, text

NOTHING_TO_LOG = "What shall I write?"
ENGINEERS_ONLY = "Only the engineers on the on-call list and the leads can do this."
DELETED = "(deleted)"


def logged(rotation: str) -> Message:
    """Confirm a line of the log."""
    return text(f"Written into the log of {rotation}. It stands in the handover.")


def too_long(most: int, length: int) -> str:
    """Say that a line does not fit."""
    return f"At most {most:,} characters fit here; this has {length:,}."


def noted(words: str, channel: str) -> str:
    """Give the log's line for a message that was noted. words: empty where they are not known."""
    return f"📝 #{channel}: {words}" if words else f"📝 a message in #{channel}"


def on_duty(engineer: str | None, before: str | None) -> str:
    """Give the log's line for a change of who is on duty."""
    if engineer is None:
        return "nobody is on duty"
    return f"{engineer} is on duty, in place of {before or 'nobody'}"


def logged_filed(number: int, by: str | None, *, is_again: bool = False) -> str:
    """Give the log's line for a handover, or for a change in one that was filed before."""
    how = "changed" if is_again else "submitted"
    return f"handover #{number} {f'{how} by {by}' if by else 'filed automatically'}"


def logged_accepted(number: int, by: str) -> str:
    """Give the log's line for an acceptance."""
    return f"handover #{number} accepted by {by}"


def logged_unaccepted(number: int) -> str:
    """Give the log's line for a handover that nobody accepted in time."""
    return f"handover #{number} not accepted; leads told"
