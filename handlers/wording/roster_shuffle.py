"""What the bot says about a shuffle: what it would do, what it did, and why it is not done."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from handlers.wording.list_history import seeds
from handlers.wording.oncall_list import Outcome, told_of
from models.message import (
    Block,
    Bullets,
    Button,
    Buttons,
    Code,
    Line,
    Message,
    Note,
    Paragraph,
    Strong,
    line,
    message,
    note,
    paragraph,
)

BUTTON = "oncall-shuffle"

ONLY_PREVIEW = "After shuffle only the word preview may stand."
TOO_FEW = "A list of fewer than two people has only one order."
BEYOND_THE_PLAN = "The notice that people get reaches beyond what is planned, so there is nothing to shuffle yet."
FIGURES = "Figures: working days served, Mondays and Fridays of the last 90 days."


@dataclass(frozen=True, slots=True)
class Turn:
    """One person's next turn before and after a shuffle; None where none is planned.

    days, mondays, fridays: served in the last 90 days.
    """

    name: str
    before: date | None
    after: date | None
    days: int
    mondays: int
    fridays: int


@dataclass(frozen=True, slots=True)
class Move:
    """A move that a lead made today. is_kept: the shuffle leaves it; else the order of that person is drawn anew."""

    name: str
    position: int
    actor: str
    at: datetime
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Shuffling:
    """What a shuffle does, or would do.

    since: the first day that it may change. before, after: the first order that it draws, of the cycle that begins
    then; begins: None for the one that runs.
    """

    rotation: str
    since: date
    today: date
    before: tuple[str, ...]
    after: tuple[str, ...]
    begins: date | None
    turns: tuple[Turn, ...]
    moves: tuple[Move, ...]
    zone: ZoneInfo


def told(actor: str, since: date) -> str:
    """Say that the list was shuffled."""
    return f"{actor} shuffled the list from {times.day(since)} on."


def preview(facts: Shuffling, value: str, label: str = "Shuffle like this") -> Message:
    """Show what a shuffle would do, with a button that does this and nothing else. value: the button's."""
    would = "draw the same order again" if _changes_nothing(facts) else "change the order"
    opening = f"A shuffle now would {would} from {times.day(facts.since)} on"
    return message(
        paragraph(Strong(opening), "; nobody is told yet."),
        paragraph(f"Now, {_which(facts)}: {', '.join(facts.before)}."),
        paragraph(f"Then: {', '.join(facts.after)}. Each one's next turn from then on:"),
        Bullets(tuple(_turn(turn, facts.today) for turn in facts.turns)),
        *_moves(facts),
        Buttons((Button(BUTTON, label, value, "primary"),)),
        note(FIGURES, " The button does exactly this, unless the list changes meanwhile."),
    )


def _changes_nothing(facts: Shuffling) -> bool:
    return facts.before == facts.after and all(turn.before == turn.after for turn in facts.turns)


def confirm(facts: Shuffling, drawn: Sequence[str], done: Outcome) -> Message:
    """Confirm a shuffle, with the seeds that it can be checked by."""
    return message(
        paragraph(Strong(f"Shuffled from {times.day(facts.since)} on"), ". Shifts before that stay."),
        paragraph(f"Before, {_which(facts)}: {', '.join(facts.before)}."),
        paragraph(f"Now: {', '.join(facts.after)}. Each one's next turn from then on:"),
        Bullets(tuple(_turn(turn, facts.today) for turn in facts.turns)),
        *_moves(facts),
        *told_of(done),
        note(f"Seed {seeds(drawn)}. ", FIGURES, " The old order is kept: ", Code("/oncall-list history"), "."),
    )


def again(who: str, shown: Message) -> Message:
    """Ask a lead who shuffles just after another one. shown: the preview of one more shuffle."""
    opening = f"{who} shuffled this list within the last minute, so I have not done it again."
    blocks: tuple[Block, ...] = (paragraph(Strong(opening), " One more shuffle would do this:"), *shown.blocks)
    return Message(blocks, opening)


def changed(who: str, action: str, at: datetime, zone: ZoneInfo, command: str) -> str:
    """Refuse what was previewed, because a lead changed the list since."""
    return (
        f"The list is no longer the one you saw: {who} changed it ({action}, {times.clock(at, zone)}). "
        f"Nothing was done. See what a shuffle would do now: {command}"
    )


def outdated(command: str) -> str:
    """Refuse what was previewed, because it would not come out the same."""
    return (
        "A shuffle would no longer do what you saw: a swap, an absence or a new day has changed the dates meanwhile. "
        f"Nothing was done. See what it would do now: {command}"
    )


def _which(facts: Shuffling) -> str:
    return "the list" if facts.begins is None else f"the cycle from {times.day(facts.begins)}"


def _turn(turn: Turn, today: date) -> Line:
    before = times.day(turn.before) if turn.before is not None else "no turn planned"
    after = f"{times.day(turn.after)} {_in_days(turn.after, today)}" if turn.after is not None else "no turn planned"
    change = f"{after}, as before" if turn.before == turn.after else f"{after} (was {before})"
    figures = (times.count(turn.days, "day"), times.count(turn.mondays, "Monday"), times.count(turn.fridays, "Friday"))
    return line(Strong(turn.name), f" — {change}; {', '.join(figures)}")


def _in_days(day: date, today: date) -> str:
    return f"in {times.count((day - today).days, 'day')}" if day > today else "today"


def _moves(facts: Shuffling) -> list[Note | Paragraph]:
    return [note(_move(move, facts)) for move in facts.moves]


def _move(move: Move, facts: Shuffling) -> str:
    moved = f"{move.actor} moved {move.name} to position {move.position} at {times.clock(move.at, facts.zone)}"
    if move.is_kept:
        return f"{moved}: that stays, as it concerns shifts before {times.day(facts.since)}."
    return f"{moved}: the shuffle draws over that. To keep it, move {move.name} after the shuffle."
