"""The calendar feeds, read back: they name whom the resolver names, tell changes as such, and say nothing else."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.policy import Holidays, Person
from models.records import roster as stored
from models.records.calendar import ShownEvent
from models.rota.duty import who_is_on
from models.rota.shift import Absence, Override
from tests.bot.feed_reading import Reader, at
from tests.handlers.build import Office, instant, office, people, policy, rotation

HOUR = timedelta(hours=1)
AWAY = Holidays(extra_off=(date(2026, 10, 26), date(2026, 11, 11)))


def override(opened: Office, engineer: str | None, start: str, end: str, name: str = "platform") -> None:
    with opened.store.transaction() as session:
        span = instant(start), instant(end)
        stored.add_override(session, Override(name, *span, engineer, opened.now, "lea", "a wedding"))


def absent(opened: Office, engineer: str, first: str, last: str) -> None:
    days = date.fromisoformat(first), date.fromisoformat(last)
    with opened.store.transaction() as session:
        stored.add_absence(session, Absence(engineer, *days, opened.now))


def busy(url: str, **changed: Any) -> Reader:
    """Give a month in Berlin with a holiday, a clock change (25 October), absences, overrides and edits."""
    reader = Reader(office(url, at="2026-10-12 08:00", timezone="Europe/Berlin", **changed))
    opened = reader.office
    absent(opened, "ben", "2026-10-14", "2026-10-20")
    override(opened, "gil", "2026-10-16 10:00", "2026-10-16 14:30")
    override(opened, None, "2026-10-24 22:00", "2026-10-25 04:00")
    opened.pass_time("2026-10-19 11:17")
    override(opened, "dan", "2026-10-19 06:00", "2026-10-22 12:00")
    absent(opened, "cleo", "2026-10-23", "2026-11-04")
    opened.pass_time("2026-11-05 12:00")
    opened.command("lea", "oncall-list", "remove @dan")
    override(opened, None, "2026-11-12 09:00", "2026-11-12 12:00")
    override(opened, "ana", "2026-11-12 10:00", "2026-11-12 11:00")
    opened.pass_time()
    return reader


def name_of(reader: Reader, engineer: str | None) -> str:
    person = reader.office.standing.policy.person(engineer)
    return "Nobody is on call (platform)" if person is None else f"{person.name} on call (platform)"


@pytest.mark.parametrize("kind", ["daily", "weekly"])
def test_at_every_hour_a_feed_names_whom_the_resolver_names(sqlite_url: str, kind: str) -> None:
    reader = busy(sqlite_url, rotations=(rotation(kind=kind, holidays=AWAY),))
    events, rota = reader.events(), reader.rota()
    instants = [events[0].start + hours * HOUR for hours in range((events[-1].end - events[0].start) // HOUR)]
    told = [str(at(events, moment)["SUMMARY"]) for moment in instants]
    assert told == [name_of(reader, who_is_on(rota, moment).engineer) for moment in instants]
    assert len(told) > 24 * 60
    assert "Nobody is on call (platform)" in told
    assert len(set(told)) == 6


def test_a_rotations_feed_has_no_gap_and_no_overlap_up_to_the_last_planned_shift(sqlite_url: str) -> None:
    reader = busy(sqlite_url, rotations=(rotation(holidays=AWAY),))
    events, shifts = reader.events(), reader.rota().shifts
    assert [event.end for event in events[:-1]] == [event.start for event in events[1:]]
    assert events[-1].end == shifts[-1].end
    assert len(events) > len([shift for shift in shifts if shift.end > events[0].start])


def test_everybodys_own_feed_holds_what_the_rotations_says_is_theirs(sqlite_url: str) -> None:
    reader = busy(sqlite_url)
    for person in reader.office.standing.policy.people:
        title = name_of(reader, person.id)
        theirs = [(one.start, one.end) for one in reader.events() if one["SUMMARY"] == title]
        assert [(one.start, one.end) for one in reader.events("person", person.id)] == theirs
    assert reader.mine("gil") == [instant("2026-10-16 10:00")]


def test_what_is_over_stays_for_31_days_and_never_changes(sqlite_url: str) -> None:
    reader = Reader(office(sqlite_url))
    first = reader.events()[0]
    assert first.start == instant("2026-11-02 09:00")
    for day in ("2026-11-20 10:00", "2026-12-03 10:00"):
        reader.office.pass_time(day)
        override(reader.office, "gil", "2026-10-01 00:00", "2026-12-30 00:00")
        reader.office.pass_time()
        kept = reader.events()[0]
        assert (kept.to_ical(), kept["SEQUENCE"]) == (first.to_ical(), 0)
    reader.office.pass_time("2026-12-05 10:00")
    assert reader.events()[0].start == first.end
    assert [one for one in reader.cancelled() if one.start < instant("2026-11-20 10:00")] == []


def test_half_a_day_that_another_serves_is_an_event_of_its_own_with_the_reason(sqlite_url: str) -> None:
    reader = Reader(office(sqlite_url))
    override(reader.office, "gil", "2026-11-03 12:00", "2026-11-03 15:00")
    spans = [(f"{one.start:%H:%M}", f"{one.end:%H:%M}", str(one["SUMMARY"])) for one in reader.events()[1:4]]
    assert spans == [
        ("09:00", "12:00", "Ben Cole on call (platform)"),
        ("12:00", "15:00", "Gil Hart on call (platform)"),
        ("15:00", "09:00", "Ben Cole on call (platform)"),
    ]
    said = str(reader.events("person", "gil")[0]["DESCRIPTION"])
    assert said.splitlines() == [
        "Why Gil Hart: Lea Novak put Gil Hart on duty: a wedding.",
        "Pinged 09:00–17:00 on working days (UTC time).",
    ]


def test_a_change_raises_the_sequence_of_the_same_event(database_url: str) -> None:
    reader = Reader(office(database_url))
    before = at(reader.events(), instant("2026-11-04 12:00"))
    reader.office.pass_time("2026-11-02 11:00")
    reader.office.command("lea", "oncall-list", "assign 2026-11-04 @gil")
    reader.office.pass_time()
    after = at(reader.events(), instant("2026-11-04 12:00"))
    assert (before["UID"], before["SEQUENCE"]) == (after["UID"], 0)
    assert after["SEQUENCE"] == 1
    assert after["SUMMARY"] == "Gil Hart on call (platform)"
    assert (after["LAST-MODIFIED"].dt, after["DTSTAMP"].dt) == (reader.office.now, reader.office.now)
    rest = [event["SEQUENCE"] for event in reader.events() if event["UID"] != after["UID"]]
    assert set(rest) == {0}


def test_a_shift_given_away_is_cancelled_in_ones_feed_and_appears_in_the_others(database_url: str) -> None:
    reader = Reader(office(database_url))
    day = instant("2026-11-04 09:00")
    (before,) = [event for event in reader.events("person", "cleo") if event.start == day]
    reader.office.command("lea", "oncall-list", "assign 2026-11-04 @gil")
    reader.office.pass_time()
    (gone,) = reader.cancelled("person", "cleo")
    assert (gone["UID"], gone["SEQUENCE"], gone.start) == (before["UID"], 1, day)
    assert gone["SUMMARY"] == "No longer on call: platform"
    assert day not in reader.mine("cleo")
    (new,) = reader.events("person", "gil")
    assert (new.start, new["SEQUENCE"], new["SUMMARY"]) == (day, 0, "On call: platform")
    assert reader.cancelled("person", "ben") == reader.cancelled() == []


def test_a_shift_that_comes_back_is_confirmed_again_under_its_uid(sqlite_url: str) -> None:
    reader = Reader(office(sqlite_url))
    for who in ("gil", "cleo"):
        reader.office.command("lea", "oncall-list", f"assign 2026-11-04 @{who}")
        reader.office.pass_time()
    (back,) = [event for event in reader.events("person", "cleo") if event.start == instant("2026-11-04 09:00")]
    assert (back["SEQUENCE"], reader.cancelled("person", "cleo")) == (2, [])
    assert len(reader.cancelled("person", "gil")) == 1


def test_a_cancelled_event_is_shown_until_31_days_after_its_end(sqlite_url: str) -> None:
    reader = Reader(office(sqlite_url))
    reader.office.command("lea", "oncall-list", "assign 2026-11-04 @gil")
    reader.office.pass_time()
    reader.office.pass_time("2026-12-05 10:00")
    assert len(reader.cancelled("person", "cleo")) == 1
    reader.office.pass_time("2026-12-07 10:00")
    assert reader.cancelled("person", "cleo") == []
    with reader.office.store.reading() as session:
        oldest = min(row.ends_at for row in session.scalars(select(ShownEvent)))
    assert oldest > instant("2026-11-05 09:00")


def test_a_change_is_shown_at_once_and_a_look_writes_nothing(sqlite_url: str) -> None:
    reader = Reader(office(sqlite_url))
    before = rows(reader)
    override(reader.office, "gil", "2026-11-03 09:00", "2026-11-04 09:00")
    shown = reader.events("person", "gil")
    assert [event.start for event in shown] == [instant("2026-11-03 09:00")]
    assert len(reader.cancelled("person", "ben")) == 1
    assert rows(reader) == before
    reader.office.pass_time()
    assert rows(reader) != before
    assert [event.to_ical() for event in reader.events("person", "gil")] == [event.to_ical() for event in shown]


def rows(reader: Reader) -> list[tuple[object, ...]]:
    """Give all that is kept of what feeds showed."""
    with reader.office.store.reading() as session:
        found = session.scalars(select(ShownEvent).order_by(ShownEvent.id))
        return [(one.person, one.starts_at, one.digest, one.sequence, one.modified_at) for one in found]


def test_nothing_is_kept_twice_and_nothing_where_there_are_no_feeds(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    assert opened.pass_time() == 0
    reader = Reader(opened)
    assert rows(reader) != []
    assert opened.pass_time() == 0


def test_a_persons_feed_joins_the_rotations_they_are_in(sqlite_url: str) -> None:
    both = (rotation(engineers=("ana", "ben")), rotation(name="database", engineers=("cleo", "ana")))
    reader = Reader(office(sqlite_url, rotations=both))
    titles = [str(event["SUMMARY"]) for event in reader.events("person", "ana")]
    assert set(titles) == {"On call: platform", "On call: database"}
    assert {str(event["SUMMARY"]) for event in reader.events("person", "cleo")} == {"On call: database"}
    assert reader.events("person", "lea") == []
    assert reader.calendar("person", "ana")["X-WR-CALNAME"] == "On call: Ana Ruiz"
    assert len(reader.events(name="database")) > 40


ODD = 'Zoë "Z, the; 2nd\\" \u202eO\u2019Neil\u202c אבג 🦆 ' + "ü" * 70


def test_names_are_told_as_they_are_whatever_stands_in_them(sqlite_url: str) -> None:
    odd = tuple(Person(id=one.id, name=f"{ODD}\x07\r", slack=one.slack) for one in people() if one.id == "ana")
    rest = tuple(one for one in people() if one.id != "ana")
    reader = Reader(office(sqlite_url, people=(*odd, *rest)))
    assert reader.events()[0]["SUMMARY"] == f"{ODD} on call (platform)"
    escaped = ODD.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")  # RFC 5545, 3.3.11
    for name in ("NAME", "X-WR-CALNAME"):
        assert reader.calendar("person", "ana")[name] == f"On call: {escaped}"
    assert b"\x07" not in reader.body()


def test_a_name_that_the_configuration_changes_is_shown_as_a_change(sqlite_url: str) -> None:
    reader = Reader(office(sqlite_url))
    renamed = tuple(one.model_copy(update={"name": "Ana Vidal"}) if one.id == "ana" else one for one in people())
    reader.office.decide_by(policy(people=renamed))
    first = reader.events()[0]
    assert (first["SUMMARY"], first["SEQUENCE"]) == ("Ana Vidal on call (platform)", 1)


def test_a_feed_is_written_anew_only_when_something_of_it_changed(sqlite_url: str) -> None:
    reader = Reader(office(sqlite_url))
    body = reader.body()
    reader.office.at("2026-11-02 17:00")
    assert reader.body() is body
    override(reader.office, "gil", "2026-11-03 09:00", "2026-11-04 09:00")
    assert reader.body() != body


def test_an_empty_list_is_an_event_that_says_nobody_and_an_unplanned_rotation_none(sqlite_url: str) -> None:
    reader = Reader(office(sqlite_url, rotations=(rotation(engineers=()),), is_planned=False))
    assert {str(event["SUMMARY"]) for event in reader.events()} == {"Nobody is on call (platform)"}


def test_a_feed_asks_to_be_read_every_hour_and_says_whose_it_is(sqlite_url: str) -> None:
    calendar = Reader(office(sqlite_url)).calendar()
    assert (calendar["NAME"], calendar["X-WR-CALNAME"]) == ("On call: platform", "On call: platform")
    assert (calendar["REFRESH-INTERVAL"].dt, calendar["X-PUBLISHED-TTL"]) == (HOUR, "PT1H")
    assert calendar["REFRESH-INTERVAL"].params["VALUE"] == "DURATION"
    assert {str(event["TRANSP"]) for event in calendar.events} == {"TRANSPARENT"}


def test_two_replicas_that_see_a_change_at_once_keep_it_once(postgres_url: str) -> None:
    replicas = [Reader(office(postgres_url)), Reader(office(postgres_url))]
    for number, who in enumerate(("gil", "dan", "gil"), start=1):
        replicas[0].office.command("lea", "oncall-list", f"assign 2026-11-04 @{who}")
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda one: one.office.work.run(), replicas))
        with replicas[1].office.store.reading() as session:
            day = select(ShownEvent).where(ShownEvent.starts_at == instant("2026-11-04 09:00"))
            shown = {row.person: (row.sequence, row.is_cancelled) for row in session.scalars(day)}
        assert shown[""] == (number, False)
    assert shown == {"": (3, False), "cleo": (1, True), "gil": (2, False), "dan": (1, True)}
    assert replicas[0].body() == replicas[1].body()
