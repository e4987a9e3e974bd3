"""The end of a list that is shuffled by hand: the leads are reminded once, and the old order stays until one acts."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from models.policy import OnCall, Person, Shuffle
from models.rota.rota import Cycle
from tests.handlers.build import Office, direct, office, people, posts, rotation
from tests.handlers.test_oncall_list import change, cycle_of, rota

CREW = ("ana", "ben", "cleo", "dan", "gil", *(f"p{number}" for number in range(5)))


def by_hand(url: str, **changed: object) -> Office:
    """Give an office whose ten engineers are shuffled by hand: their second cycle begins on Mon 16 Nov."""
    return office(url, rotations=(rotation(**{"shuffle": Shuffle.MANUAL, "engineers": CREW, **changed}),))


def reminders(opened: Office, who: str = "lea") -> list[str]:
    return [text for text in direct(opened.owed(), who) if "comes to its end" in text]


def next_cycle(opened: Office) -> Cycle:
    return cycle_of(rota(opened), 2)


def passed(opened: Office, days: int) -> list[str]:
    """Let days pass, twelve hours at a time, and give the reminders with their day."""
    told = []
    for _ in range(days * 2):
        opened.clock.set(opened.now + timedelta(hours=12))
        opened.pass_time()
        told += [f"{opened.now:%a %d} {text}" for text in reminders(opened)]
    return told


def test_the_leads_are_reminded_the_notice_before_the_next_cycle_once(database_url: str) -> None:
    opened = by_hand(database_url)
    opened.pass_time("2026-11-09 08:59")
    assert reminders(opened) == []
    opened.pass_time("2026-11-09 09:00")
    (told,) = reminders(opened)
    assert told == (
        "The list of platform comes to its end: the next cycle begins on Mon 16 Nov.\n"
        f"It is shuffled by hand. If nobody does, the order stays as it is: {names(next_cycle(opened).order)}.\n"
        "See what a shuffle would do: /oncall-list shuffle preview\n"
        "Today a shuffle still draws all of it; it leaves the next 5 working days alone. "
        "One shuffle settles it; I do not remind you of this cycle again."
    )
    assert passed(opened, 7) == []


def names(order: Sequence[str]) -> str:
    known = {person.id: person.name for person in people()}
    return ", ".join(known.get(one, one) for one in order)


def test_the_old_order_stays_where_nobody_acts(sqlite_url: str) -> None:
    opened = by_hand(sqlite_url)
    opened.pass_time("2026-11-09 09:00")
    opened.pass_time("2026-11-16 12:00")
    assert (next_cycle(opened).order, next_cycle(opened).draw) == (CREW, None)
    assert opened.command("ana", "oncall").startswith("Ana Ruiz is on call")


@pytest.mark.parametrize("at", ["2026-11-05 10:00", "2026-11-09 08:00"])
def test_a_shuffle_before_the_reminder_settles_it(sqlite_url: str, at: str) -> None:
    opened = by_hand(sqlite_url)
    opened.at(at)
    assert change(opened, "shuffle").startswith("Shuffled")
    opened.pass_time("2026-11-09 09:00")
    assert reminders(opened) == []


def test_a_shuffle_on_the_day_of_the_reminder_draws_all_of_the_next_cycle(sqlite_url: str) -> None:
    opened = by_hand(sqlite_url)
    opened.pass_time("2026-11-09 09:00")
    before = next_cycle(opened)
    said = change(opened, "shuffle")
    assert said.startswith("Shuffled from Mon 16 Nov on.")
    drawn = next_cycle(opened).draw
    assert drawn is not None
    assert drawn.base == before.order


def test_each_cycle_is_reminded_of_by_itself(sqlite_url: str) -> None:
    opened = by_hand(sqlite_url)
    told = [one.split(" The")[0] for one in passed(opened, 25)]
    assert told == ["Mon 09", "Mon 23"]


def test_a_plan_that_moves_reminds_nobody_twice(sqlite_url: str) -> None:
    opened = by_hand(sqlite_url)
    opened.pass_time("2026-11-09 09:00")
    assert len(reminders(opened)) == 1
    change(opened, "add p9 11")
    assert passed(opened, 5) == []


def test_a_shuffled_list_needs_nobody(sqlite_url: str) -> None:
    opened = by_hand(sqlite_url, shuffle=Shuffle.AT_END_OF_LIST)
    assert passed(opened, 12) == []


def test_a_list_of_one_needs_nobody(sqlite_url: str) -> None:
    opened = by_hand(sqlite_url, engineers=("ana",))
    assert passed(opened, 3) == []


def test_of_short_cycles_only_the_one_that_can_still_be_drawn_is_spoken_of(sqlite_url: str) -> None:
    opened = by_hand(sqlite_url, engineers=("ana", "ben", "cleo"))
    opened.pass_time("2026-11-03 09:00")
    told = reminders(opened)
    assert len(told) == 1
    assert "the next cycle begins on Tue 10 Nov." in told[0]


def test_without_any_notice_there_is_still_a_day_to_act(sqlite_url: str) -> None:
    opened = by_hand(sqlite_url, notice_days=0)
    told = passed(opened, 14)
    assert [one[:6] for one in told] == ["Fri 13"]
    assert "Until Mon 16 Nov a shuffle still draws all of it" in told[0]


def test_a_bot_that_was_away_says_what_a_shuffle_can_still_do(sqlite_url: str) -> None:
    opened = by_hand(sqlite_url)
    opened.pass_time("2026-11-11 10:00")
    (told,) = reminders(opened)
    assert "A shuffle leaves the next 5 working days alone, so it changes only what comes after them." in told


def test_of_several_lists_the_command_names_the_one(sqlite_url: str) -> None:
    manual = rotation(shuffle=Shuffle.MANUAL, engineers=CREW)
    opened = office(sqlite_url, rotations=(rotation(name="database"), manual))
    opened.pass_time("2026-11-09 09:00")
    assert "/oncall-list shuffle preview in platform" in reminders(opened)[0]


def test_where_no_lead_can_be_reached_operations_hear_it(sqlite_url: str) -> None:
    manual = rotation(shuffle=Shuffle.MANUAL, engineers=CREW)
    nobody = (Person(id="far", name="Far Away"), *people())
    opened = office(sqlite_url, people=nobody, oncall=OnCall(leads=("far",), rotations=(manual,)))
    opened.pass_time("2026-11-09 09:00")
    assert [text for text in posts(opened.owed()) if "comes to its end" in text]
