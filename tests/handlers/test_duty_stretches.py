"""The stretches of duty, which feeds show: over random lists, calendars, absences and overrides."""

from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from handlers import duty
from models.rota.calendar import WorkCalendar
from models.rota.duty import who_is_on
from models.rota.rota import Rota
from models.rota.shift import Absence, Override
from tests.models.rota.builders import MONDAY, calendar, planned, rota
from tests.models.rota.test_properties import absences, calendars, fresh, instants, lists, many, overrides

HOUR = timedelta(hours=1)


@many
@given(lists, calendars, st.lists(absences, max_size=8), st.lists(overrides, max_size=6), instants)
def test_stretches_follow_one_another_and_name_whom_the_resolver_names(
    people: tuple[str, ...], on: WorkCalendar, away: list[Absence], over: list[Override], since: datetime
) -> None:
    made = fresh(people, on, away, over)
    found = duty.stretches(made, since)
    assert bool(found) == (since < made.shifts[-1].end)
    assert all(earlier.end == later.start for earlier, later in pairwise(found))
    assert not any((a.shift, a.engineer, a.why) == (b.shift, b.engineer, b.why) for a, b in pairwise(found))
    for one in found:
        for at in (one.start, one.start + (one.end - one.start) / 3, one.end - timedelta(microseconds=1)):
            named = who_is_on(made, at)
            assert (named.engineer, named.why, named.source) == (one.engineer, one.why, one.source)


@many
@given(lists, calendars, st.lists(absences, max_size=8), st.lists(overrides, max_size=6))
def test_a_stretch_is_as_long_as_oncall_says(
    people: tuple[str, ...], on: WorkCalendar, away: list[Absence], over: list[Override]
) -> None:
    made = fresh(people, on, away, over)
    for one in duty.stretches(made, made.shifts[0].start)[1:-1]:
        said, following = duty.stretch(made, one.start + (one.end - one.start) / 2)
        assert (said.start, said.end, said.engineer, said.why) == (one.start, one.end, one.engineer, one.why)
        assert one.next == following.engineer


def test_nothing_planned_has_no_stretch() -> None:
    on = calendar()
    assert duty.stretches(Rota(on, rota("a", on=on).roster), on.midnight(MONDAY)) == []
    made = planned(rota("a", on=on), days=3)
    assert duty.stretches(made, made.shifts[-1].end) == []
    assert len(duty.stretches(made, made.shifts[-1].end - HOUR)) == 1
