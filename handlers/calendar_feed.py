"""The calendar feeds: who is on call as calendar programs show it, one feed per rotation and one per person.

The events are computed from the one resolver at each look, so that a feed and `/oncall` never differ; what is kept in
the store only says how often an event changed, and what was cancelled. Source: DESIGN §5.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy.orm import Session

from handlers import duty
from handlers.context import Context, Standing
from handlers.feed_address import Kind
from handlers.job import Job
from handlers.wording import calendar as wording
from models.events import TimeCame
from models.feed import Entry, Key, Shown, brought_up
from models.policy import Policy, Rotation
from models.records import calendar as kept
from models.records import roster as stored
from models.records import rota as rotas
from models.records.calendar import Stamps
from models.rota.calendar import DAY, WorkCalendar
from models.rota.duty import Duty

CALENDAR = "calendar"
PAST = timedelta(days=31)
"""How long what is over stays in a feed."""
LONGEST_SHIFT = timedelta(days=30)
"""How far before that something may have begun which still matters to it."""
NOTHING = Stamps("", None, None)


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a feed, in words. sequence, modified: rise with each change of it."""

    uid: str
    start: datetime
    end: datetime
    title: str
    about: str
    sequence: int
    modified: datetime
    is_cancelled: bool


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed, in the order of time. The same object for as long as nothing of it changes."""

    name: str
    about: str
    events: tuple[Event, ...]


# -- what a feed holds


class Feeds:
    """Gives the feeds, and keeps what was computed until anything of it changes: many look, and little changes."""

    def __init__(self) -> None:
        self._boards: dict[str, _Board] = {}
        self._feeds: dict[tuple[Kind, str], tuple[tuple[_Board, ...], Feed]] = {}
        self._one_at_a_time = Lock()

    def feed(self, session: Session, standing: Standing, kind: Kind, name: str, now: datetime) -> Feed:
        """Give a feed that `is_open`. Nothing is written."""
        stamps = kept.stamps(session)
        wanted = [one for one in standing.policy.oncall.rotations if kind == "person" or one.name == name]
        with self._one_at_a_time:
            boards = tuple(self._board(session, standing, one, stamps.get(one.name, NOTHING), now) for one in wanted)
            before = self._feeds.get((kind, name))
            if before is not None and all(map(_is, before[0], boards)) and len(before[0]) == len(boards):
                return before[1]
            found = _feed(standing.policy, kind, name, boards)
            self._feeds[kind, name] = boards, found
            return found

    def _board(
        self, session: Session, standing: Standing, rotation: Rotation, stamps: Stamps, now: datetime
    ) -> "_Board":
        since = beginning(standing.calendar(rotation), now)
        board = self._boards.get(rotation.name)
        if board is None or not board.is_of(standing, stamps, since):
            entries = wanted_entries(session, standing, rotation, since)
            after = brought_up(kept.shown(session, rotation.name), entries, since, now)
            board = _Board(standing, stamps, since, _events(standing.policy, entries, after))
            self._boards[rotation.name] = board
        return board


@dataclass(frozen=True, slots=True)
class _Board:
    """What the feeds of one rotation hold, by whose they are; and what that was computed from."""

    standing: Standing
    stamps: Stamps
    since: datetime
    events: Mapping[str, Sequence[Event]]

    def is_of(self, standing: Standing, stamps: Stamps, since: datetime) -> bool:
        return self.standing is standing and (self.stamps, self.since) == (stamps, since)


def _is(one: object, other: object) -> bool:
    return one is other


def _feed(policy: Policy, kind: Kind, name: str, boards: Sequence[_Board]) -> Feed:
    whose = name if kind == "person" else ""
    events = (event for board in boards for event in board.events.get(whose, ()))
    ordered = tuple(sorted(events, key=lambda event: (event.start, event.uid)))
    if kind == "rotation":
        return Feed(wording.of_rotation(name), wording.about_rotation(name), ordered)
    called = _name(policy, name) or name
    return Feed(wording.of_person(called), wording.about_person(called), ordered)


def beginning(calendar: WorkCalendar, now: datetime) -> datetime:
    """Give since when feeds show what was: the same instant all day, so that no feed changes with each look."""
    return calendar.midnight(calendar.day_of(now) - PAST)


def wanted_entries(session: Session, standing: Standing, rotation: Rotation, since: datetime) -> list[Entry]:
    """Give the events of a rotation's feed, and of the feeds of the people in it, as they are wanted now."""
    calendar = standing.calendar(rotation)
    rota = rotas.load(session, calendar, since - LONGEST_SHIFT)
    stretches = duty.stretches(rota, since)
    return [entry for one in stretches for entry in _entries(standing.policy, calendar, one)]


def _entries(policy: Policy, calendar: WorkCalendar, one: Duty) -> Iterator[Entry]:
    """Yield the event of a stretch in its rotation's feed, and in the feed of whoever serves it."""
    start, end = one.start.replace(microsecond=0), one.end.replace(microsecond=0)
    if start == end:  # a change and another within a second: iCalendar cannot say it
        return
    name = _name(policy, one.engineer)
    rotation = calendar.rotation
    because = duty.named(policy, one.why)
    about = wording.why(name, because, rotation.hours, calendar.zone, policy.after_hours.contact)
    yield Entry(one.rotation, "", start, end, one.engineer, wording.who(one.rotation, name), about)
    if one.engineer is not None:
        yield Entry(one.rotation, one.engineer, start, end, one.engineer, wording.mine(one.rotation), about)


def _events(policy: Policy, entries: Iterable[Entry], after: Mapping[Key, Shown]) -> Mapping[str, Sequence[Event]]:
    wanted = {entry.key: entry for entry in entries}
    found: dict[str, list[Event]] = {}
    for key, one in after.items():
        entry = wanted.get(key)
        title, about = _no_longer(policy, one) if entry is None else (entry.summary, entry.description)
        event = Event(one.uid, one.start, one.end, title, about, one.sequence, one.modified, one.is_cancelled)
        found.setdefault(one.person, []).append(event)
    return found


def _no_longer(policy: Policy, one: Shown) -> tuple[str, str]:
    if one.person:
        return wording.no_longer_mine(one.rotation), wording.CANCELLED
    return wording.no_longer(one.rotation, _name(policy, one.engineer)), wording.CANCELLED


def _name(policy: Policy, engineer: str | None) -> str | None:
    person = policy.person(engineer)
    return engineer if person is None else person.name


# -- what is kept of it


def due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give each rotation whose rota changed since what its feeds showed was kept, and each once a civil day.

    Nothing where there are no feeds.
    """
    stamps = kept.stamps(session) if standing.feed_secret else {}
    for rotation in standing.policy.oncall.rotations:
        calendar, found = standing.calendar(rotation), stamps.get(rotation.name)
        if found is not None and found.is_behind(beginning(calendar, now)):
            yield TimeCame.of(CALENDAR, f"{rotation.name}@{found.now}", calendar.midnight(calendar.day_of(now)))


def coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give the next midnight, when what has become too old is forgotten. What changes is due at once."""
    del session
    if not standing.feed_secret:
        return None
    calendars = map(standing.calendar, standing.policy.oncall.rotations)
    return min((calendar.midnight(calendar.day_of(now) + DAY) for calendar in calendars), default=None)


def keep(ctx: Context, event: TimeCame) -> None:
    """Keep what the feeds of a rotation show from now on, so that a later change is told as one."""
    rotation = ctx.policy.rotation(event.subject.rpartition("@")[0])
    if rotation is None:
        return
    stored.lock(ctx.session, rotation.name)
    since = beginning(ctx.standing.calendar(rotation), ctx.now)
    stamp = stored.stamp(ctx.session, rotation.name)
    before = kept.shown(ctx.session, rotation.name)
    entries = wanted_entries(ctx.session, ctx.standing, rotation, since)
    after = brought_up(before, entries, since, ctx.now)
    kept.keep(ctx.session, before, after)
    kept.keep_stamp(ctx.session, rotation.name, stamp, since)


KEEPING = Job(CALENDAR, "the calendar feeds are kept", due, coming, keep)
