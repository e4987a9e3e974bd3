"""What `watchbill roster import` says: what a file would change in the lists, or has changed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

MOST_DATES = 6

HEADER = "# The on-call lists, as `oncall.rotations` has them; `watchbill roster import` reads this file back.\n"
NO_STORE = "there is no store yet; run: watchbill migrate --config FILE"
NOTHING_TO_DO = "The store has these lists already: nothing to change."
PREVIEWED = "Nothing was changed. To do this: add --apply"
APPLIED = "Done, and written in the history. A running bot tells everybody whose dates moved."


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who comes onto a list. first: their first day on call; None where none is planned yet."""

    engineer: str
    place: int
    first: date | None


@dataclass(frozen=True, slots=True)
class Brought:
    """What a file does to one list.

    moves: who else stands at another place, from which to which. dates: by person, the days lost and the days gained.
    on_duty: who is on call before and after, where that is not the same; None: nobody.
    is_new: the store did not have the list. unreached: names of those whom nobody can tell of their dates.
    """

    rotation: str
    comes: tuple[Newcomer, ...] = ()
    leaves: tuple[str, ...] = ()
    moves: tuple[tuple[str, int, int], ...] = ()
    dates: Mapping[str, tuple[tuple[date, ...], tuple[date, ...]]] = field(default_factory=dict)
    on_duty: tuple[str | None, str | None] | None = None
    is_new: bool = False
    unreached: tuple[str, ...] = ()

    @property
    def is_change(self) -> bool:
        """Whether anything is different afterwards."""
        return bool(self.is_new or self.comes or self.leaves or self.moves)


def in_use(database: str) -> str:
    """Say why a SQLite store cannot be changed now, and what to do instead."""
    return (
        f"the bot is running on {database}, which one process alone may change: "
        "use /oncall-list in the chat, or stop the bot first (beside a running bot this works on PostgreSQL)"
    )


def report(brought: Sequence[Brought], name_of: Callable[[str | None], str], *, is_applied: bool) -> Iterator[str]:
    """Yield the lines of what was, or would be, changed."""
    for one in brought:
        yield from _rotation(one, name_of)
    if not any(one.is_change for one in brought):
        yield NOTHING_TO_DO
    else:
        yield APPLIED if is_applied else PREVIEWED


def _rotation(one: Brought, name_of: Callable[[str | None], str]) -> Iterator[str]:
    if not one.is_change:
        yield f"{one.rotation}: no change"
        return
    yield f"{one.rotation}:"
    if one.is_new:
        yield "  the store does not have this list yet: it begins with what the file says"
    for new in one.comes:
        first = f"first on call {new.first.isoformat()}" if new.first is not None else "no turn planned yet"
        yield f"  comes    {name_of(new.engineer)}, at position {new.place}; {first}"
    yield from (f"  leaves   {name_of(engineer)}, now" for engineer in one.leaves)
    yield from (f"  moves    {name_of(who)}, from position {old} to {new}" for who, old, new in one.moves)
    if one.on_duty is not None:
        before, after = map(name_of, one.on_duty)
        yield f"  on call  {after} instead of {before}, now"
    yield from _dates(one, name_of)
    if one.unreached:
        yield f"  warning  {', '.join(one.unreached)} cannot be told: no handle on any platform in use"


def _dates(one: Brought, name_of: Callable[[str | None], str]) -> Iterator[str]:
    days = [day for pair in one.dates.values() for side in pair for day in side]
    if not days:
        if not one.is_new:
            yield "  dates    nobody's planned dates change"
        return
    yield f"  dates    change from {min(days).isoformat()} on:"
    for engineer, (lost, gained) in one.dates.items():
        parts = [f"{verb} {_days(side)}" for verb, side in (("loses", lost), ("gains", gained)) if side]
        yield f"             {name_of(engineer)} {'; '.join(parts)}"


def _days(days: Sequence[date]) -> str:
    more = len(days) - MOST_DATES
    return f"{', '.join(day.isoformat() for day in days[:MOST_DATES])}{f' and {more} more' if more > 0 else ''}"
