"""What is read of a rotation around an instant answers as everything would."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from bot.store import Store
from models.policy import Rotation
from models.records import roster
from models.records import rota as rotas
from models.records.shelf import Shelf
from models.rota.calendar import DAY, WorkCalendar
from models.rota.duty import who_is_on
from models.rota.plan import plan
from models.rota.roster import Roster
from models.rota.rota import Rota
from models.rota.shift import Absence, Override
from models.rota.zone import zone

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)
PEOPLE = ("ana", "ben", "cem", "dora", "emil", "fay", "gil", "hana")


def weekly(zone_name: str = "UTC") -> WorkCalendar:
    return WorkCalendar(Rotation(name="platform", kind="weekly", engineers=PEOPLE), zone(zone_name))


def keep(session: Session, calendar: WorkCalendar, absences: Iterable[Absence] = ()) -> Rota:
    """Give a rotation that is planned for two years and stored."""
    before = Rota(calendar, Roster.of(*PEOPLE))
    made = plan(before, since=NOW - 365 * DAY, until=NOW.date() + 365 * DAY, seeds=lambda cycle: cycle)
    roster.save_roster(session, "platform", before.roster)
    roster.replace_shifts(session, "platform", NOW - 400 * DAY, made.shifts)
    roster.save_cycles(session, "platform", made.cycles)
    for absence in absences:
        roster.add_absence(session, absence)
    return rotas.load(session, calendar)


def test_who_stands_in_is_the_same_read_near_as_read_whole(store: Store) -> None:
    calendar = weekly()
    with store.transaction() as session:
        whole = keep(session, calendar)
        coming = [shift.engineer or "" for shift in whole.shifts if shift.end > NOW]
        for absent in range(len(PEOPLE)):
            away = dict.fromkeys(coming[:absent])
            for engineer in away:
                roster.add_absence(session, Absence(engineer, NOW.date(), NOW.date(), NOW - DAY))
            near, everything = Shelf().near(session, calendar, NOW), rotas.load(session, calendar)
            assert who_is_on(near, NOW) == who_is_on(everything, NOW)
            assert who_is_on(near, NOW).engineer not in away


@pytest.mark.parametrize("at", [NOW, NOW - 300 * DAY, NOW + 200 * DAY])
def test_only_what_can_matter_near_an_instant_is_read(store: Store, at: datetime) -> None:
    calendar = weekly()
    far = [at + days * DAY for days in (-200, 200)]
    with store.transaction() as session:
        whole = keep(session, calendar, [Absence("ana", one.date(), one.date(), NOW - 500 * DAY) for one in far])
        for one in far:
            roster.add_override(session, Override("platform", one, one + DAY, "ben", NOW - 500 * DAY, "lea"))
        near = Shelf().near(session, calendar, at)
        assert near.shifts
        assert len(near.shifts) <= len(PEOPLE) // 2 + 16
        assert not near.absences
        assert not near.overrides
        assert not near.cycles
        read = rotas.load(session, calendar, at - DAY, at + DAY)
        assert {cycle.number for cycle in read.cycles} >= {shift.cycle for shift in read.shifts}
        assert len(read.cycles) < len(whole.cycles)
        assert read.standing(at) == whole.standing(at)


@pytest.mark.parametrize("zone_name", ["America/Vancouver", "Pacific/Kiritimati", "UTC"])
@pytest.mark.parametrize(("last_day", "back"), [("2026-11-23", "2026-11-24"), ("2026-11-20", "2026-11-23")])
def test_an_absence_is_read_until_the_first_hours_after_it_wherever_that_is(
    store: Store, zone_name: str, last_day: str, back: str
) -> None:
    calendar = weekly(zone_name)
    hours, _ = calendar.hours_of(date.fromisoformat(back))
    with store.transaction() as session:
        away = Absence("ana", date(2026, 11, 18), date.fromisoformat(last_day), NOW - 9 * DAY)
        keep(session, calendar, [away])
        last = hours - timedelta(seconds=1)
        read = rotas.load(session, calendar, last, last + DAY)
        assert read.is_away("ana", last)
        assert not read.is_away("ana", hours)


def test_what_is_read_of_a_rotation_is_what_was_kept(store: Store) -> None:
    calendar = weekly()
    with store.transaction() as session:
        away = Absence("ana", date(2026, 11, 20), date(2026, 11, 23), NOW, "a trip", "platform")
        over = Override("platform", NOW, NOW + DAY, None, NOW, "lea", 'she said "no"')
        whole = keep(session, calendar, [away])
        roster.add_override(session, over)
        read = rotas.load(session, calendar)
        assert [replace(one, id=0) for one in read.absences] == [away]
        assert [replace(one, id=0) for one in read.overrides] == [over]
        assert [one.engineer for one in read.roster.members] == list(PEOPLE)
        assert read.shifts == whole.shifts
        assert [cycle.number for cycle in read.cycles] == list(range(1, len(read.cycles) + 1))
        assert all(cycle.is_as_drawn() for cycle in read.cycles)
