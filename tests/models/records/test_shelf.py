"""The shelf: a rota is read once, and again as soon as anything of it changes."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.store import Store
from models.policy import Rotation
from models.records import roster
from models.records import rota as rotas
from models.records.shelf import Shelf
from models.rota.calendar import WorkCalendar
from models.rota.plan import plan
from models.rota.roster import Roster
from models.rota.shift import Absence, Override
from models.rota.zone import zone

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
CALENDAR = WorkCalendar(Rotation(name="platform", engineers=("ana", "ben")), zone("UTC"))


def planned(session: Session) -> None:
    roster.save_roster(session, "platform", Roster.of("ana", "ben"))
    made = plan(rotas.load(session, CALENDAR), since=NOW, until=date(2026, 12, 24), seeds=lambda cycle: cycle)
    roster.replace_shifts(session, "platform", NOW, made.shifts)


@pytest.fixture
def session(store: Store) -> Iterator[Session]:
    with store.transaction() as session:
        planned(session)
        yield session


def test_a_rota_is_read_once(session: Session) -> None:
    shelf = Shelf()
    first = shelf.near(session, CALENDAR, NOW)
    assert first.shifts
    assert shelf.near(session, CALENDAR, NOW + timedelta(hours=3)) is first


def test_every_change_is_seen_at_once(session: Session) -> None:
    shelf = Shelf()
    span = (NOW, NOW + timedelta(hours=1))

    shift = shelf.near(session, CALENDAR, NOW).shifts[0]
    changes: tuple[Callable[[], object], ...] = (
        lambda: roster.add_override(session, Override("platform", *span, "ben", NOW, "lea")),
        lambda: roster.add_absence(session, Absence("ana", NOW.date(), NOW.date(), made_at=NOW)),
        lambda: roster.save_roster(session, "platform", Roster.of("ben", "ana")),
        lambda: roster.end_shift(session, shift.id or 0, shift.end, "ben", "stands in"),
        lambda: roster.replace_shifts(session, "platform", NOW + timedelta(days=9), ()),
        lambda: roster.save_cycles(session, "platform", ()),
    )
    for change in changes:
        before = shelf.near(session, CALENDAR, NOW)
        change()
        session.flush()
        assert shelf.near(session, CALENDAR, NOW) is not before


def test_a_change_that_was_undone_is_forgotten(store: Store) -> None:
    shelf = Shelf()
    with store.transaction() as session:
        planned(session)
    with store.reading() as session:
        before = shelf.near(session, CALENDAR, NOW).shifts
    with pytest.raises(ZeroDivisionError), store.transaction() as session:
        _emptied(shelf, session)
    with store.reading() as session:
        assert shelf.near(session, CALENDAR, NOW).shifts == before


def _emptied(shelf: Shelf, session: Session) -> None:
    roster.replace_shifts(session, "platform", NOW - timedelta(days=3), ())
    assert shelf.near(session, CALENDAR, NOW).shifts == ()
    raise ZeroDivisionError


def test_the_shelf_does_not_grow_without_end(session: Session) -> None:
    shelf = Shelf()
    for days in range(100):
        shelf.near(session, CALENDAR, NOW + timedelta(days=days))
    assert len(shelf._kept) <= 16
