"""What the form of a swap says."""

from collections.abc import Sequence
from datetime import date

from handlers.wording import times
from models.message import Form, FormField, paragraph

FIRST, SECOND = "swap", "swap-theirs"
MOST = 100
CHANGED = "This shift changed hands meanwhile. Please begin again: /oncall swap."


def first(rotation: str, mine: Sequence[tuple[str, date]], others: Sequence[tuple[str, str]]) -> Form:
    """Ask which shift of mine, and whom."""
    return Form(
        name=FIRST,
        title="Swap a shift",
        submit="Next",
        subject=rotation,
        fields=(
            FormField("mine", "Which of your shifts?", "choice", options=_days(mine)),
            FormField("other", "Whom do you ask?", "choice", options=tuple(others[:MOST])),
        ),
    )


def second(subject: str, name: str, mine: date, theirs: Sequence[tuple[str, date]]) -> Form:
    """Ask which shift of the other's is wanted for mine."""
    days = _days(theirs)
    return Form(
        name=SECOND,
        title="Swap a shift",
        submit="Ask",
        subject=subject,
        intro=(paragraph(f"You give {times.day(mine)}; {name} is asked by direct message."),),
        fields=(FormField("his", "Which shift do you take?", "choice", initial=days[0][0], options=days),),
    )


def _days(shifts: Sequence[tuple[str, date]]) -> tuple[tuple[str, str], ...]:
    return tuple((number, times.day(day)) for number, day in shifts[:MOST])


def nothing_to_swap(rotation: str) -> str:
    """Say that a swap has no two sides."""
    return f"There is nothing to swap in {rotation}: you have no shift ahead there, or nobody else has."


def no_shift_of(name: str) -> str:
    """Say that somebody has no shift ahead."""
    return f"{name} has no shift ahead that could be swapped."
