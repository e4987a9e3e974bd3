"""Why a handover is not submitted, changed, accepted or shown."""

from collections.abc import Sequence


def may_not_submit(rotation: str, engineer: str | None, others: Sequence[str]) -> str:
    """Refuse somebody who is not on duty."""
    who = f"{engineer} is on duty" if engineer else "nobody is on duty"
    other = f" For another rotation add: in {' or '.join(others)}." if others else ""
    return f"Only the engineer on duty in {rotation} or a lead can hand over; {who} now.{other}"


def too_late(number: int) -> str:
    """Refuse a change of a handover that the next shift works with already."""
    return f"The shift of handover #{number} ended some time ago, so it stays as it is. Tell the engineer on duty."


def may_not_accept(number: int, incoming: str | None) -> str:
    """Refuse somebody whom a handover is not for."""
    whose = f"is for {incoming}" if incoming else "waits for a lead"
    return f"Handover #{number} {whose}; only they or a lead can accept it."


def superseded(number: int, newer: int) -> str:
    """Refuse to accept a handover that a later one took the place of."""
    return f"Handover #{number} is over: #{newer} came after it. Nothing is left to accept."


def no_such_handover(number: int) -> str:
    """Say that there is no handover with a number."""
    return f"There is no handover #{number}. /handover list shows which there are."


def none_of_day(day: str) -> str:
    """Say that no handover was filed of a day."""
    return f"No handover has been filed of {day}. /handover list shows which there are."
