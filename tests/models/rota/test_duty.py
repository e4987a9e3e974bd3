from dataclasses import replace

import pytest

from models.rota.duty import duties, next_shifts, rows, who_is_on
from models.rota.exchange import covered
from models.rota.roster import Member, Roster
from models.rota.rota import Rota
from models.rota.shift import Absence, ShiftSource
from tests.models.rota.builders import away, canada, day, override, planned, rota, utc, with_shift

TEAM = ("amina", "bo", "chen", "dia", "eli", "fay")
TUESDAY = "2026-11-03T12:00"


def team() -> Rota:
    return planned(rota(*TEAM))


def test_the_list_says_who_is_on() -> None:
    duty = who_is_on(team(), utc(TUESDAY))
    assert (duty.engineer, duty.source, duty.secondary, duty.next) == ("bo", ShiftSource.LIST, "chen", "chen")
    assert (duty.start, duty.end) == (utc("2026-11-03T09:00"), utc("2026-11-04T09:00"))


def test_at_the_instant_of_the_handover_the_new_one_is_on() -> None:
    assert who_is_on(team(), utc("2026-11-04T08:59:59.999999")).engineer == "bo"
    assert who_is_on(team(), utc("2026-11-04T09:00")).engineer == "chen"


def test_fridays_engineer_is_named_all_weekend() -> None:
    assert who_is_on(team(), utc("2026-11-08T23:00")).engineer == "eli"


def test_an_override_comes_before_a_swap() -> None:
    before = team()
    before = with_shift(before, covered(before.shifts[1], "bo", "fay", utc("2026-11-01T00:00")))
    assert who_is_on(before, utc(TUESDAY)).source is ShiftSource.COVER
    over = replace(before, overrides=(override("dia", "2026-11-03T10:00", "2026-11-03T14:00"),))
    duty = who_is_on(over, utc(TUESDAY))
    assert (duty.engineer, duty.source) == ("dia", ShiftSource.OVERRIDE)
    assert (duty.start, duty.end, duty.next) == (utc("2026-11-03T10:00"), utc("2026-11-03T14:00"), "fay")


def test_a_swap_comes_before_an_absence() -> None:
    before = replace(team(), absences=(away("fay", "2026-11-03"),))
    before = with_shift(before, covered(before.shifts[1], "bo", "fay", utc("2026-11-01T00:00")))
    assert who_is_on(before, utc(TUESDAY)).engineer == "fay"


def test_an_absence_comes_before_the_list() -> None:
    duty = who_is_on(replace(team(), absences=(away("bo", "2026-11-03"),)), utc(TUESDAY))
    assert (duty.engineer, duty.source, duty.secondary) == ("chen", ShiftSource.ABSENCE, "dia")
    assert "bo is away" in duty.why


def test_an_absence_acts_from_the_first_hours_in_it_to_the_first_hours_after_it() -> None:
    absent = replace(team(), absences=(away("bo", "2026-11-03"),))
    assert who_is_on(absent, utc(TUESDAY)).end == utc("2026-11-04T09:00")
    assert not absent.is_away("bo", utc("2026-11-03T08:59"))
    assert absent.is_away("bo", utc("2026-11-04T08:59"))


def test_a_weekend_off_changes_nothing_for_whoever_is_on_duty_until_monday() -> None:
    friday = team().shifts[4]
    assert friday.engineer is not None
    absent = replace(team(), absences=(away(friday.engineer, "2026-11-07", "2026-11-08"),))
    assert who_is_on(absent, utc("2026-11-07T12:00")).engineer == friday.engineer
    assert who_is_on(absent, utc("2026-11-07T12:00")).end == friday.end


def test_whom_a_lead_let_serve_later_is_not_away() -> None:
    skip = replace(away("bo", "2026-11-03"), reason="skipped by lea")
    assert not replace(team(), absences=(skip,)).is_away("bo", utc("2026-11-03T12:00"))


def test_the_newest_override_wins() -> None:
    older = override("dia", "2026-11-03T10:00", "2026-11-03T14:00", made_at=utc("2026-11-01T00:00"))
    newer = override("eli", "2026-11-03T11:00", "2026-11-03T13:00", made_at=utc("2026-11-02T00:00"))
    before = replace(team(), overrides=(newer, older))
    named = [duty.engineer for duty in duties(before, utc("2026-11-03T09:00"), utc("2026-11-04T09:00"))]
    assert named == ["bo", "dia", "eli", "dia", "bo"]


def test_of_two_overrides_made_at_once_the_later_stored_wins() -> None:
    one = override("dia", "2026-11-03T10:00", "2026-11-03T14:00", id=1)
    two = override("eli", "2026-11-03T10:00", "2026-11-03T14:00", id=2)
    assert who_is_on(replace(team(), overrides=(two, one)), utc(TUESDAY)).engineer == "eli"


def test_an_override_may_say_nobody() -> None:
    nobody = replace(team(), overrides=(override(None, "2026-11-03T10:00", "2026-11-03T14:00"),))
    duty = who_is_on(nobody, utc(TUESDAY))
    assert (duty.engineer, duty.source, duty.secondary) == (None, ShiftSource.OVERRIDE, "chen")


def test_an_override_changes_no_answer_from_before_it_was_made() -> None:
    made = utc("2026-11-03T11:00")
    late = replace(team(), overrides=(override("dia", "2026-11-03T09:00", "2026-11-04T09:00", made_at=made),))
    assert who_is_on(late, utc("2026-11-03T10:59")).engineer == "bo"
    assert who_is_on(late, made).engineer == "dia"


def test_a_revoked_override_keeps_the_answers_that_it_gave() -> None:
    gone = override("dia", "2026-11-03T09:00", "2026-11-04T09:00", revoked_at=utc("2026-11-03T11:00"))
    before = replace(team(), overrides=(gone,))
    assert who_is_on(before, utc("2026-11-03T10:59")).engineer == "dia"
    assert who_is_on(before, utc("2026-11-03T11:00")).engineer == "bo"


def test_an_absence_told_today_acts_from_now_on() -> None:
    told = utc("2026-11-03T11:00")
    ill = replace(team(), absences=(Absence("bo", day("2026-11-03"), day("2026-11-03"), told),))
    assert who_is_on(ill, utc("2026-11-03T10:59")).engineer == "bo"
    assert who_is_on(ill, told).engineer == "chen"


def test_somebody_removed_while_on_duty_is_replaced_at_once() -> None:
    before, now = team(), utc(TUESDAY)
    after = replace(before, roster=before.roster.remove("bo", now))
    assert who_is_on(after, utc("2026-11-03T11:59:59")).engineer == "bo"
    assert who_is_on(after, now).engineer == "chen"


def test_the_secondary_is_somebody_else_who_is_there() -> None:
    before = replace(team(), absences=(away("chen", "2026-11-03"),))
    assert who_is_on(before, utc(TUESDAY)).secondary == "dia"


def test_a_newcomer_is_secondary_only_once_they_have_come() -> None:
    before, start = team(), utc("2026-11-04T09:00")
    grown = replace(before, roster=before.roster.remove("chen", utc(TUESDAY)).add("chen", start))
    assert who_is_on(grown, utc("2026-11-03T13:00")).secondary == "dia"


def test_one_person_alone_has_no_secondary() -> None:
    assert who_is_on(planned(rota("amina")), utc(TUESDAY)).secondary is None


def test_with_everybody_away_nobody_is_on_and_it_says_so() -> None:
    absent = replace(team(), absences=tuple(away(person, "2026-11-03") for person in TEAM))
    duty = who_is_on(absent, utc(TUESDAY))
    assert (duty.engineer, duty.secondary) == (None, None)
    assert "nobody else is there" in duty.why


def test_where_nothing_is_planned_nobody_is_on() -> None:
    duty = who_is_on(rota(*TEAM), utc(TUESDAY))
    assert (duty.engineer, duty.source, duty.shift, duty.secondary) == (None, None, None, "amina")
    assert duty.start <= utc(TUESDAY) < duty.end


def test_rows_show_every_calendar_day_with_its_reason() -> None:
    before = planned(rota(*TEAM, on=canada()), since=day("2026-11-09"))
    found = {row.day.isoformat(): row for row in rows(before, day("2026-11-09"), 7)}
    assert len(found) == 7
    assert (found["2026-11-10"].engineer, found["2026-11-10"].cycle) == ("bo", 1)
    holiday, saturday = found["2026-11-11"], found["2026-11-14"]
    assert (holiday.start, holiday.source, holiday.why) == (None, ShiftSource.HOLIDAY, "Remembrance Day")
    assert (saturday.end, saturday.source, saturday.engineer) == (None, ShiftSource.WEEKEND, None)


def test_rows_of_a_week_begin_with_the_day_that_was_asked_for() -> None:
    assert [row.engineer for row in rows(team(), day("2026-11-04"), 2)] == ["chen", "dia"]


def test_a_row_names_who_is_on_when_the_shift_begins() -> None:
    over = replace(team(), overrides=(override("dia", "2026-11-03T09:00", "2026-11-04T09:00"),))
    row = rows(over, day("2026-11-03"), 1)[0]
    assert (row.engineer, row.source) == ("dia", ShiftSource.OVERRIDE)


def test_the_next_shifts_begin_after_the_instant() -> None:
    assert [shift.engineer for shift in next_shifts(team(), utc("2026-11-03T09:00"), 2)] == ["chen", "dia"]


@pytest.mark.parametrize("at", ["2026-10-01T00:00", "2026-12-31T00:00"])
def test_before_and_after_the_plan_there_is_an_answer(at: str) -> None:
    duty = who_is_on(team(), utc(at))
    assert duty.engineer is None
    assert duty.start <= utc(at) < duty.end


def test_who_has_left_is_not_on_even_by_a_swap() -> None:
    before, now = team(), utc(TUESDAY)
    before = with_shift(before, covered(before.shifts[1], "bo", "fay", utc("2026-11-01T00:00")))
    after = replace(before, roster=before.roster.remove("fay", now))
    assert who_is_on(after, utc("2026-11-03T11:59:59")).engineer == "fay"
    assert (who_is_on(after, now).engineer, who_is_on(after, now).source) == ("chen", ShiftSource.ABSENCE)


def test_who_stands_in_from_the_list_does_so_until_somebody_before_them_comes() -> None:
    before = planned(rota("amina", "bo", "chen"), days=0)
    comes, there = Member("bo", since=utc("2026-11-02T15:00")), Member("chen")
    ill = replace(before, roster=Roster((Member("amina"), comes, there)), absences=(away("amina", "2026-11-02"),))
    first = who_is_on(ill, utc("2026-11-02T10:00"))
    assert (first.engineer, first.end, first.next) == ("chen", utc("2026-11-02T15:00"), "bo")


def test_what_is_decided_for_later_today_holds_later_today() -> None:
    made = utc("2026-11-03T12:00")
    later = override("dia", "2026-11-03T15:00", "2026-11-03T17:00", made_at=made)
    asked = replace(team(), overrides=(later,), absences=(Absence("chen", day("2026-11-04"), day("2026-11-04"), made),))
    assert (who_is_on(asked, made).engineer, who_is_on(asked, made).next) == ("bo", "dia")
    assert who_is_on(asked, utc("2026-11-03T16:59:59")).engineer == "dia"
    assert who_is_on(asked, utc("2026-11-03T17:00")).engineer == "bo"


def test_who_is_next_is_who_will_be_on_after_swaps_absences_and_overrides() -> None:
    before = team()
    swapped_ = with_shift(before, covered(before.shifts[2], "chen", "fay", utc("2026-11-01T00:00")))
    over = replace(swapped_, overrides=(override(None, "2026-11-04T09:00", "2026-11-04T10:00"),))
    ill = replace(before, absences=(away("chen", "2026-11-04"),))
    told = [who_is_on(one, utc("2026-11-04T07:00")).next for one in (before, swapped_, over, ill)]
    assert told == ["chen", "fay", None, "dia"]


def test_an_override_can_be_overridden_for_an_hour_and_comes_back_after_it() -> None:
    first = override("dia", "2026-11-03T09:00", "2026-11-04T09:00", made_at=utc("2026-11-01T00:00"), id=1)
    second = override("eli", "2026-11-03T12:00", "2026-11-03T13:00", made_at=utc("2026-11-02T00:00"), id=2)
    asked = replace(team(), overrides=(first, second))
    found = list(duties(asked, utc("2026-11-03T09:00"), utc("2026-11-04T09:00")))
    assert [(one.engineer, one.next) for one in found] == [("dia", "eli"), ("eli", "dia"), ("dia", "chen")]
