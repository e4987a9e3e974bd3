"""What the bot says of the days ahead: who is missing, who cannot be reached, and what can be done about it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from handlers.wording.account import NAMES, Account
from models.message import Block, Bullets, Code, Line, Message, Strong, line, message, note, paragraph
from models.rota.plan import EMPTY_LIST

MOST = 15


@dataclass(frozen=True, slots=True)
class Gap:
    """Working days on which nobody is on call, from first to last. span: the part of the one day; None: all of it."""

    rotation: str
    first: date
    last: date
    days: int
    span: tuple[datetime, datetime] | None
    why: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """Somebody whom nothing reaches. first_day: when they serve next in the days looked at; None: not in them.

    is_unknown: not in the configuration. account: the one that reaches nobody; None where there is no handle at all.
    """

    name: str
    person: str
    rotations: Sequence[str]
    first_day: date | None
    is_unknown: bool
    account: Account | None
    platforms: Sequence[str]


@dataclass(frozen=True, slots=True)
class Facts:
    """What is new, and what was told before and is still so. is_alone: whether there is one rotation only."""

    gaps: Sequence[Gap]
    troubles: Sequence[Trouble]
    old_gaps: Sequence[Gap]
    old_troubles: Sequence[Trouble]
    is_alone: bool
    days: int
    today: date
    zone: ZoneInfo


def ahead(facts: Facts) -> Message:
    """Tell a lead what is amiss in the days ahead."""
    title = f"On call in the next {facts.days} days: {_counted(facts)} to look at"
    return message(
        paragraph(Strong(title)),
        *_nobody(facts),
        *_unreachable(facts),
        *_still(facts),
        note("I look every working morning, and write only when something is new."),
        summary=title,
    )


def _counted(facts: Facts) -> str:
    return times.count(len(facts.gaps) + len(facts.troubles), "thing")


def _nobody(facts: Facts) -> list[Block]:
    if not facts.gaps:
        return []
    shown = Bullets(_few([_gap(gap, facts) for gap in facts.gaps]))
    return [paragraph(Strong("Nobody is on call")), shown, *_remedies(facts)]


def _remedies(facts: Facts) -> Iterator[Block]:
    """Yield what puts somebody on duty: on the first of the days, and on the first list that is empty."""
    first = next((gap for gap in facts.gaps if gap.why != EMPTY_LIST), None)
    empty = next((gap for gap in facts.gaps if gap.why == EMPTY_LIST), None)
    if first is not None:
        command = f"/oncall-list assign {first.first} @user{_in(first, facts)}"
        yield paragraph("Put somebody on duty with ", Code(command), ".")
    if empty is not None:
        yield paragraph("Put people on the list with ", Code(f"/oncall-list add @user{_in(empty, facts)}"), ".")


def _in(gap: Gap, facts: Facts) -> str:
    return "" if facts.is_alone else f" in {gap.rotation}"


def _gap(gap: Gap, facts: Facts) -> Line:
    return line(Strong(_when(gap, facts)), f"{_in(gap, facts)} — {gap.why}")


def _when(gap: Gap, facts: Facts) -> str:
    first = times.day(gap.first, facts.today)
    if gap.span is not None:
        start, end = (at.astimezone(facts.zone) for at in gap.span)
        return f"{first} {start:%H:%M}–{end:%H:%M} {end.tzname()}"
    if gap.days == 1:
        return first
    return f"{first} to {times.day(gap.last, facts.today)}, {times.count(gap.days, 'working day')}"


def _unreachable(facts: Facts) -> list[Block]:
    if not facts.troubles:
        return []
    first = facts.troubles[0]
    inside = "" if facts.is_alone else f" in {first.rotations[0]}"
    return [
        paragraph(Strong("Cannot be reached")),
        Bullets(_few([_trouble(one, facts) for one in facts.troubles])),
        paragraph(
            "Have it mended in the chat or under ",
            Code("people"),
            " in the configuration, or take them off the list, as with ",
            Code(f"/oncall-list remove {'' if first.is_unknown else '@'}{first.person}{inside}"),
            ".",
        ),
    ]


def _trouble(one: Trouble, facts: Facts) -> Line:
    where = "" if facts.is_alone else f" (in {' and '.join(one.rotations)})"
    serves = f", on call next {times.day(one.first_day, facts.today)}" if one.first_day is not None else ""
    return line(Strong(one.name), f" {_why(one)}{where}{serves}")


def _why(one: Trouble) -> str:
    if one.is_unknown:
        return "is on the list and not in the configuration any more"
    if one.account is not None:
        return one.account.trouble
    return f"has no handle on {' or '.join(NAMES.get(name, name) for name in one.platforms)}"


def _still(facts: Facts) -> list[Block]:
    """Give what was told before, shortly."""
    lines = [_gap(gap, facts) for gap in facts.old_gaps] + [_trouble(one, facts) for one in facts.old_troubles]
    return [paragraph("Still so from before:"), Bullets(_few(lines))] if lines else []


def _few(lines: Sequence[Line]) -> tuple[Line, ...]:
    rest = [line(f"and {len(lines) - MOST} more")] if len(lines) > MOST else []
    return (*lines[:MOST], *rest)
