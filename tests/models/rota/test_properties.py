"""The rules over random lists, calendars, absences, exchanges, overrides and edits."""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.errors import UserError
from models.policy import Holidays, Shuffle
from models.rota.calendar import DAY, WorkCalendar
from models.rota.duty import duties, who_is_on
from models.rota.exchange import Swap, covered, swapped
from models.rota.plan import plan, reshuffle
from models.rota.roster import Roster
from models.rota.rota import Rota
from models.rota.shift import Absence, Override, ShiftSource
from models.rota.shuffle import default_gap
from tests.models.rota.builders import LONG_AGO, MONDAY, calendar, hours, planned, rota, seeds, stored, utc, with_shift

ZONES = ("America/Vancouver", "Europe/Berlin", "Australia/Lord_Howe")
DAYS = 50
PEOPLE = tuple("abcdefgh")
START = utc("2026-11-02T00:00")

V = TypeVar("V")

days = st.integers(0, DAYS).map(lambda ahead: MONDAY + ahead * DAY)
instants = st.integers(-24, 24 * (DAYS + 2)).map(lambda ahead: START + timedelta(hours=ahead))
calendars = st.builds(
    calendar,
    zone_name=st.sampled_from(ZONES),
    kind=st.sampled_from(["daily", "daily", "weekly"]),
    handover_at=st.sampled_from([time(0), time(9), time(13), time(17)]),
    shuffle=st.sampled_from(Shuffle),
    holidays=st.builds(Holidays, extra_off=st.lists(days, max_size=6).map(tuple)),
)
absences = st.builds(
    lambda who, first, length, made: Absence(who, first, first + length * DAY, made),
    st.sampled_from(PEOPLE),
    days,
    st.integers(0, 12),
    st.one_of(st.just(LONG_AGO), instants),
)
overrides = st.builds(
    lambda start, length, who, made, number: Override(
        "platform", start, start + timedelta(hours=length), who, made, "lea", id=number
    ),
    instants,
    st.integers(-2, 60),
    st.sampled_from([*PEOPLE, None]),
    st.one_of(st.just(LONG_AGO), instants),
    st.integers(0, 99),
)
lists = st.integers(0, len(PEOPLE)).map(lambda size: PEOPLE[:size])

many = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def fresh(people: tuple[str, ...], on: WorkCalendar, away: list[Absence], over: list[Override]) -> Rota:
    return planned(rota(*people, on=on, absences=tuple(away), overrides=tuple(over)), days=DAYS)


def check_shifts(made: Rota) -> None:
    """Every shift day has one shift with one engineer or an explicit nobody; they follow one another."""
    assert all(earlier.end == later.start for earlier, later in pairwise(made.shifts))
    assert all(shift.start < shift.end for shift in made.shifts)
    assert len({shift.day for shift in made.shifts}) == len(made.shifts)
    assert all(shift.engineer is not None or shift.reason for shift in made.shifts)


def check_turns(made: Rota) -> None:
    """Nobody has two turns in a cycle; who has none in a past one was passed over, or left."""
    turns = Counter((shift.cycle, shift.turn) for shift in made.shifts if shift.turn is not None)
    assert set(turns.values()) <= {1}
    last = max((shift.cycle for shift in made.shifts), default=0)
    for cycle in made.cycles:
        if cycle.number < last - 1:
            missing = {p for p in cycle.order if (cycle.number, p) not in turns} - set(cycle.passed_over)
            assert all(any(stay.until for stay in made.roster.stays[person]) for person in missing)


@many
@given(lists, calendars, st.lists(absences, max_size=12), st.lists(overrides, max_size=6))
def test_each_shift_has_one_engineer_and_each_engineer_one_turn(
    people: tuple[str, ...], on: WorkCalendar, away: list[Absence], over: list[Override]
) -> None:
    made = fresh(people, on, away, over)
    check_shifts(made)
    check_turns(made)


@many
@given(lists, calendars, st.lists(absences, max_size=12))
def test_a_shift_is_nobodys_only_if_nobody_can_serve_it(
    people: tuple[str, ...], on: WorkCalendar, away: list[Absence]
) -> None:
    made = fresh(people, on, away, [])
    for shift in made.shifts:
        able = [person for person in people if made.can_serve(person, shift.start, shift.end)]
        assert shift.engineer in able or (shift.engineer is None and not able)


@many
@given(lists, calendars, st.integers(0, 10))
def test_no_two_turns_of_one_person_are_closer_than_the_gap(
    people: tuple[str, ...], on: WorkCalendar, gap: int
) -> None:
    bounded = replace(on, rotation=on.rotation.model_copy(update={"min_gap": gap}))
    for ours, least in ((bounded, min(gap, len(people) - 1)), (on, default_gap(len(people)))):
        turns = [shift.turn for shift in fresh(people, ours, [], []).shifts if people]
        assert all(len(set(turns[i : i + least + 1])) == len(turns[i : i + least + 1]) for i in range(len(turns)))


@many
@given(lists, calendars, st.lists(absences, max_size=8), st.integers(1, DAYS - 10))
def test_planning_in_pieces_is_planning_at_once(
    people: tuple[str, ...], on: WorkCalendar, away: list[Absence], ahead: int
) -> None:
    told = [replace(absence, made_at=LONG_AGO) for absence in away]
    whole = fresh(people, on, told, [])
    piece = planned(rota(*people, on=on, absences=tuple(told)), days=ahead)
    end = piece.shifts[-1].end
    again = stored(piece, plan(piece, since=end, until=MONDAY + DAYS * DAY, seeds=seeds))
    assert [(s.day, s.engineer, s.cycle) for s in again.shifts] == [(s.day, s.engineer, s.cycle) for s in whole.shifts]


def added(before: Rota, now: datetime, number: int) -> Rota:
    person, position = PEOPLE[number % 8], number % 4
    roster = before.standing(now).add(person, now, since=now + number % 9 * DAY, position=position or None)
    return replace(before, roster=roster)


def removed(before: Rota, now: datetime, number: int) -> Rota:
    until = now + number % 5 * DAY
    return replace(before, roster=before.standing(now).remove(PEOPLE[number % 8], now, until=until))


def moved_up(before: Rota, now: datetime, number: int) -> Rota:
    return replace(before, roster=before.standing(now).move(PEOPLE[number % 8], 1 + number % 5, now))


def absent(before: Rota, now: datetime, number: int) -> Rota:
    first = before.calendar.day_of(now) + number % 7 * DAY
    away = Absence(PEOPLE[number % 8], first, first + number % 11 * DAY, now)
    return replace(before, absences=(*before.absences, away))


def overridden(before: Rota, now: datetime, number: int) -> Rota:
    start = now + timedelta(hours=number % 200)
    who = None if number % 6 == 0 else PEOPLE[number % 8]
    over = Override("platform", start, start + timedelta(hours=1 + number % 30), who, now, "lea", id=number)
    return replace(before, overrides=(*before.overrides, over))


def swapped_pair(before: Rota, now: datetime, number: int) -> Rota:
    coming = [shift for shift in before.shifts if shift.start > now and shift.engineer]
    if len(coming) < 2:
        return before
    mine, his = coming[number % len(coming)], coming[(number // 7) % len(coming)]
    pair = swapped(Swap(mine.id or 0, his.id or 0, mine.engineer or "", his.engineer or ""), mine, his, now)
    return with_shift(with_shift(before, pair[0]), pair[1])


def taken_over(before: Rota, now: datetime, number: int) -> Rota:
    coming = [shift for shift in before.shifts if shift.start > now and shift.engineer]
    if not coming:
        return before
    shift = coming[number % len(coming)]
    return with_shift(before, covered(shift, shift.engineer or "", PEOPLE[number % 8], now))


EDITS: tuple[Callable[[Rota, datetime, int], Rota], ...] = (
    added,
    removed,
    moved_up,
    absent,
    overridden,
    swapped_pair,
    taken_over,
)

histories = st.lists(
    st.tuples(st.integers(0, 120 * 60), st.sampled_from(EDITS), st.integers(0, 400), st.booleans()), max_size=12
)


@many
@given(lists, calendars, histories)
def test_no_edit_changes_the_past_or_moves_what_was_agreed(
    people: tuple[str, ...],
    on: WorkCalendar,
    history: list[tuple[int, Callable[[Rota, datetime, int], Rota], int, bool]],
) -> None:
    made = fresh(people, on, [], [])
    now = made.shifts[0].start + timedelta(hours=60)
    for pause, edit, number, is_shuffled in history:
        now += timedelta(minutes=pause)
        before = made
        answers = [who_is_on(before, now - timedelta(hours=7 * back + 1)).engineer for back in range(1, 9)]
        with suppress(UserError):
            made = edit(made, now, number)
        agreed = {s.day: s.engineer for s in made.shifts if s.start >= now and s.is_exchanged}
        again = (reshuffle if is_shuffled else plan)(made, since=now, until=MONDAY + DAYS * DAY, seeds=seeds)
        made = relisted(stored(made, again), now) if is_shuffled else stored(made, again)
        begun = [shift for shift in before.shifts if shift.end <= now]
        assert list(made.shifts[: len(begun)]) == begun
        lost = {shift.day for shift in again.released}
        assert {d: p for d, p in agreed.items() if d not in lost} == {
            s.day: s.engineer for s in made.shifts if s.day in agreed and s.day not in lost
        }
        check_shifts(made)
        check_turns(made)
        assert_same_where_settled(made, now, answers)


def relisted(made: Rota, now: datetime) -> Rota:
    """Give the rota with its list in the order of the running cycle, as it is kept after a shuffle."""
    standing = made.standing(now)
    running = made.cycle(standing.cycle)
    return made if running is None else replace(made, roster=standing.reordered(running.order, standing.cycle))


@many
@given(lists, calendars, histories, st.integers(0, 24 * 40))
def test_planning_again_without_a_change_moves_nobody_whatever_has_happened(
    people: tuple[str, ...],
    on: WorkCalendar,
    history: list[tuple[int, Callable[[Rota, datetime, int], Rota], int, bool]],
    later: int,
) -> None:
    made = fresh(people, on, [], [])
    now = made.shifts[0].start
    for pause, edit, number, is_shuffled in history:
        now += timedelta(minutes=pause)
        with suppress(UserError):
            made = edit(made, now, number)
        made = stored(made, plan(made, since=now, until=MONDAY + DAYS * DAY, seeds=seeds))
        if is_shuffled:
            drawn = reshuffle(made, since=now, until=MONDAY + DAYS * DAY, seeds=seeds)
            made = relisted(stored(made, drawn), now)
    since = now + timedelta(hours=later)
    again = stored(made, plan(made, since=since, until=MONDAY + DAYS * DAY, seeds=(99).__add__))
    assert again.shifts == made.shifts


def assert_same_where_settled(made: Rota, now: datetime, answers: list[str | None]) -> None:
    """Past answers stay, but for who stood in at once for somebody: that was the next on the list of then."""
    for back, engineer in zip(range(1, 9), answers, strict=True):
        duty = who_is_on(made, now - timedelta(hours=7 * back + 1))
        stood_in = duty.shift is not None and duty.engineer != duty.shift.engineer
        assert duty.engineer == engineer or (stood_in and duty.source is ShiftSource.ABSENCE)


unique = st.lists(overrides, max_size=8, unique_by=lambda override: override.id)


@many
@given(lists, calendars, st.lists(absences, max_size=8), unique)
def test_a_duty_holds_unchanged_until_it_says_it_ends(
    people: tuple[str, ...], on: WorkCalendar, away: list[Absence], over: list[Override]
) -> None:
    made = replace(fresh(people, on, [], []), absences=tuple(away), overrides=tuple(over))
    found = list(duties(made, START, START + 20 * DAY))
    assert all(earlier.end == later.start for earlier, later in pairwise(found))
    for duty in found:
        for share in (0.0, 0.31, 0.77, 0.9999):
            assert who_is_on(made, duty.start + (duty.end - duty.start) * share).engineer == duty.engineer
        assert duty.next == who_is_on(made, duty.end).engineer
        assert duty.secondary is None or duty.secondary != duty.engineer


CHANGES = {
    "America/Vancouver": (date(2025, 11, 2), date(2026, 3, 8)),
    "Europe/Berlin": (date(2026, 3, 29), date(2026, 10, 25)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
}


@pytest.mark.parametrize("zone_name", ZONES)
@pytest.mark.parametrize("change", [0, 1])
@pytest.mark.parametrize("handover", [time(1, 45), time(2), time(2, 15), time(2, 30), time(3)])
def test_every_thirty_seconds_around_a_clock_change_one_shift_runs(zone_name: str, change: int, handover: time) -> None:
    changed = CHANGES[zone_name][change]
    every_day = calendar(
        zone_name, handover_at=handover, hours=hours(time(9), time(17)), working_days=frozenset(calendar_week())
    )
    made = planned(Rota(every_day, Roster.of("a", "b", "c")), since=changed - 3 * DAY, days=6)
    first = every_day.handover_at(changed - DAY)
    last = every_day.handover_at(changed + DAY)
    running = [
        made.shift_at(first + timedelta(seconds=30 * step)) for step in range((last - first) // timedelta(seconds=30))
    ]
    assert [shift.day for shift in running if shift] == sorted(shift.day for shift in running if shift)
    assert None not in running
    assert {shift.day for shift in running if shift} == {changed - DAY, changed}
    for shift in made.shifts:
        assert shift.start == first_instant_at_or_after(every_day, shift.day, handover)


def calendar_week() -> list[str]:
    return ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def first_instant_at_or_after(ours: WorkCalendar, day: date, at: time) -> datetime:
    """Find by stepping, from the start of the day, the first instant whose civil time has reached the handover."""
    instant, wanted = ours.midnight(day), datetime.combine(day, at)
    while instant.astimezone(ours.zone).replace(tzinfo=None) < wanted:
        instant += timedelta(minutes=5)
    return instant
