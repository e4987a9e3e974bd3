"""A lead's shuffle: previewed, done as it was seen, and two leads at once."""

import json
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import count

from models.events import ButtonPressed
from models.message import Button, Buttons
from models.policy import OnCall
from tests.handlers.build import TEAM, Office, office, rotation
from tests.handlers.test_oncall_list import change, cycle_of, days, history, rota

PRESSES = count(1)


def two_leads(url: str, **changed: object) -> Office:
    return office(url, oncall=OnCall(leads=("lea", "gil"), rotations=(rotation(**changed),)))


def preview(opened: Office, who: str = "lea", text: str = "shuffle preview") -> Button:
    """Ask for a preview, and give its button."""
    said = opened.answer(who, "oncall-list", text)
    (button,) = [one for block in said.blocks if isinstance(block, Buttons) for one in block.buttons]
    return button


def press(opened: Office, who: str, button: Button) -> str:
    event = ButtonPressed(
        key=f"press:{next(PRESSES)}",
        platform="slack",
        at=opened.now,
        action=button.action,
        value=button.value,
        user=f"U-{who}",
        channel="C-devops-operations",
        channel_name="devops-operations",
    )
    answer = opened.intake.receive(event)
    assert answer is not None
    assert answer.reply is not None
    return answer.reply.plain()


def bullets(said: str) -> list[str]:
    return [line for line in said.splitlines() if line.startswith("•")]


def shuffles(opened: Office) -> list[str]:
    return [entry.actor for entry in history(opened) if entry.action == "shuffle"]


# -- shuffle


def test_a_preview_shows_what_the_shuffle_then_does(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    before = days(opened)
    shown = [line for line in change(opened, "shuffle preview").splitlines() if line.startswith("•")]
    assert (days(opened), opened.owed(), history(opened)) == (before, [], [])
    done = [line for line in change(opened, "shuffle").splitlines() if line.startswith("•")]
    assert shown == done


def test_a_shuffle_its_preview_the_list_and_the_history_give_one_order(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(engineers=TEAM[:4]),))
    change(opened, "move @ben 2")
    next_before = opened.command("ana", "oncall-list").splitlines()[5].split(": ")[1].rstrip(".")
    previewed = change(opened, "shuffle preview").splitlines()[1:3]
    done = change(opened, "shuffle").splitlines()[1:3]
    order = done[1].split(": ")[1].split(". ")[0]
    assert previewed[0] == f"Now, the cycle from Fri 6 Nov: {next_before}."
    assert done[0] == f"Before, the cycle from Fri 6 Nov: {next_before}."
    assert previewed[1].split(": ")[1] == done[1].split(": ")[1]
    assert f"Next cycle, from Fri 6 Nov: {order}." in opened.command("ana", "oncall-list")
    assert f"before {next_before}; after {order}" in opened.command("ana", "oncall-list", "history")


def test_a_shuffle_leaves_the_shifts_within_the_notice(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    before = days(opened)
    said = change(opened, "shuffle")
    assert "Shuffled from Mon 9 Nov on. Shifts before that stay." in said
    after = days(opened)
    assert {day: before[day] for day in before if day < date(2026, 11, 9)} == {
        day: after[day] for day in after if day < date(2026, 11, 9)
    }


def test_a_shuffle_is_recomputed_from_what_is_kept(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    before = cycle_of(rota(opened), 2).order
    change(opened, "shuffle")
    after = rota(opened)
    assert all(cycle.is_as_drawn() for cycle in after.cycles)
    kept = json.loads(history(opened)[0].detail)
    assert kept["old"] == list(before)
    assert kept["seeds"] == [f"{cycle.seed} (cycle {cycle.number})" for cycle in after.cycles if cycle.seed is not None]


def test_a_shuffle_of_the_running_cycle_holds_when_planned_again(sqlite_url: str) -> None:
    crew = tuple(f"p{number:02}" for number in range(20))
    opened = office(sqlite_url, rotations=(rotation(engineers=crew),))
    change(opened, "shuffle")
    before = days(opened)
    assert list(before.values())[:5] == list(crew[:5])
    assert list(before.values())[5:20] != list(crew[5:])
    change(opened, "add @gil from 2027-02-01")
    assert days(opened) == before
    assert Counter(list(before.values())[:20]) == Counter(crew)


def test_a_shuffle_moves_no_assigned_day(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    change(opened, "assign 2026-11-12 @gil")
    change(opened, "shuffle")
    assert days(opened)[date(2026, 11, 12)] == "gil"


def test_a_cycle_that_everybody_has_served_keeps_its_draw(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(notice_days=8),))
    before = cycle_of(rota(opened), 2)
    said = change(opened, "shuffle")
    assert "Shuffled from Thu 12 Nov on." in said
    assert before.draw is not None
    assert cycle_of(rota(opened), 2) == before
    assert "cycle 2" not in said


def test_a_mended_cycle_that_everybody_has_served_keeps_its_mend(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(notice_days=8),))
    drawn = cycle_of(rota(opened), 2).order
    early = "ben" if drawn[0] == "ben" else drawn[1]  # too early in cycle 2, once their turn in cycle 1 is its last
    opened.command(early, "oncall", f"off {'tomorrow' if early == 'ben' else '2026-11-04'}..2026-11-04")
    before = cycle_of(rota(opened), 2)
    assert before.mend is not None
    change(opened, "shuffle")
    assert cycle_of(rota(opened), 2) == before
    assert before.is_as_drawn()


def test_a_list_of_one_is_not_shuffled(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(engineers=("ana",)),))
    assert "has only one order" in change(opened, "shuffle")


# -- what a preview shows


def test_a_preview_shows_the_order_now_and_then_with_what_everybody_has_served(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.at("2026-11-09 12:00")
    said = change(opened, "shuffle preview")
    lines = said.splitlines()
    assert lines[0].startswith("A shuffle now would ")
    assert lines[0].endswith(" from Mon 16 Nov on; nobody is told yet.")
    assert lines[1].startswith("Now, the cycle from ")
    assert lines[2].startswith("Then: ")
    assert sorted(lines[1].split(": ")[1].rstrip(".").split(", ")) == sorted(
        lines[2].split(": ")[1].split(".")[0].split(", ")
    )
    (ana,) = [line for line in bullets(said) if "Ana Ruiz" in line]
    served = [day for day, engineer in past(opened).items() if engineer == "ana"]
    days_served, mondays = len(served), sum(day.isoweekday() == 1 for day in served)
    assert f"{days_served} day" in ana
    assert f"{mondays} Monday" in ana
    first = next(day for day, engineer in after(opened).items() if engineer == "ana" and day >= date(2026, 11, 16))
    assert f"in {(first - date(2026, 11, 9)).days} days" in ana


def past(opened: Office) -> dict[date, str | None]:
    return {shift.day: shift.engineer for shift in rota(opened).shifts if shift.start <= opened.now}


def after(opened: Office) -> dict[date, str | None]:
    """Give the days after the shuffle that a preview shows."""
    assert press(opened, "lea", preview(opened)).startswith("Shuffled")
    return days(opened)


def test_a_preview_that_draws_the_same_order_says_so(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(engineers=("ana", "ben")),))
    said = change(opened, "shuffle preview")
    assert said.startswith("A shuffle now would draw the same order again from ")
    assert all(", as before" in line for line in bullets(said))


def test_a_preview_is_done_as_it_was_seen_by_its_button(database_url: str) -> None:
    opened = office(database_url)
    shown = change(opened, "shuffle preview")
    done = press(opened, "lea", preview(opened))
    assert bullets(done) == bullets(shown)
    assert shuffles(opened) == ["lea"]


def test_only_a_lead_may_press_the_button(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    button = preview(opened)
    assert press(opened, "ana", button).startswith("Only a lead can change")
    assert shuffles(opened) == []


# -- a move on the same day


def test_a_move_that_waits_is_drawn_over_and_that_is_said_before_and_after(sqlite_url: str) -> None:
    crew = (*TEAM, *(f"p{number:02}" for number in range(16)))
    opened = office(sqlite_url, rotations=(rotation(engineers=crew),))
    change(opened, "move p15 12")
    listed = [entry for entry in history(opened) if entry.action == "move"]
    over = "Lea Novak moved p15 to position 12 at 10:00 UTC: the shuffle draws over that."
    assert over in change(opened, "shuffle preview")
    assert over in change(opened, "shuffle")
    kept = json.loads(history(opened)[0].detail)
    assert kept["old"] == json.loads(listed[0].detail)["new"]
    assert kept["old"].index("p15") == 11


def test_a_move_into_the_notice_is_kept_and_that_is_said(sqlite_url: str) -> None:
    crew = (*TEAM, *(f"p{number:02}" for number in range(16)))
    opened = office(sqlite_url, rotations=(rotation(engineers=crew),))
    change(opened, "move p15 2")
    before = days(opened)
    said = change(opened, "shuffle")
    assert "moved p15 to position 2 at 10:00 UTC: that stays, as it concerns shifts before Mon 9 Nov." in said
    assert (before[date(2026, 11, 3)], days(opened)[date(2026, 11, 3)]) == ("p15", "p15")


def test_a_move_before_the_last_shuffle_is_not_spoken_of_again(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    change(opened, "move @dan 2")
    assert "moved Dan Wu" in change(opened, "shuffle")
    assert "moved Dan Wu" not in change(opened, "shuffle")


# -- others, meanwhile


def test_what_was_seen_is_not_done_once_another_lead_has_shuffled(database_url: str) -> None:
    opened = two_leads(database_url)
    mine, theirs = preview(opened, "lea"), preview(opened, "gil")
    assert press(opened, "gil", theirs).startswith("Shuffled from Mon 9 Nov on.")
    before = days(opened)
    refused = press(opened, "lea", mine)
    assert refused == (
        "The list is no longer the one you saw: Gil Hart changed it (shuffle, 10:00 UTC). "
        "Nothing was done. See what a shuffle would do now: /oncall-list shuffle preview"
    )
    assert (days(opened), shuffles(opened)) == (before, ["gil"])


def test_a_button_shuffles_once(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    button = preview(opened)
    assert press(opened, "lea", button).startswith("Shuffled")
    assert "Lea Novak changed it (shuffle" in press(opened, "lea", button)
    assert shuffles(opened) == ["lea"]


def test_what_was_seen_is_not_done_once_its_dates_have_changed(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    button = preview(opened)
    change(opened, "assign 2026-11-10 @gil")
    assert press(opened, "lea", button).startswith("A shuffle would no longer do what you saw")
    assert shuffles(opened) == []


def test_what_was_seen_yesterday_is_not_done_today(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    button = preview(opened)
    opened.pass_time("2026-11-03 10:00")
    assert "a new day has changed the dates" in press(opened, "lea", button)


def test_a_second_lead_within_a_minute_is_asked_and_may_shuffle_once_more(sqlite_url: str) -> None:
    opened = two_leads(sqlite_url)
    assert change(opened, "shuffle").startswith("Shuffled")
    opened.at("2026-11-02 10:00").clock.set(opened.now.replace(second=59))
    asked = opened.answer("gil", "oncall-list", "shuffle").plain()
    assert asked.startswith("Lea Novak shuffled this list within the last minute, so I have not done it again.")
    assert "One more shuffle would do this:" in asked
    assert shuffles(opened) == ["lea"]
    once_more = preview(opened, "gil", "shuffle")
    assert once_more.label == "Shuffle once more"
    assert bullets(press(opened, "gil", once_more)) == bullets(asked)
    assert shuffles(opened) == ["gil", "lea"]


def test_the_same_lead_or_a_minute_later_any_lead_shuffles_again(sqlite_url: str) -> None:
    opened = two_leads(sqlite_url)
    for _ in range(2):
        assert change(opened, "shuffle").startswith("Shuffled")
    opened.at("2026-11-02 10:01")
    assert opened.command("gil", "oncall-list", "shuffle").startswith("Shuffled")


def at_once(opened: Office, act: Callable[[str], str]) -> list[str]:
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(act, ("lea", "gil")))


def test_two_leads_who_shuffle_at_once_get_a_clear_answer_each_and_one_shuffle_happens(database_url: str) -> None:
    opened = two_leads(database_url)
    said = sorted(at_once(opened, lambda who: opened.answer(who, "oncall-list", "shuffle").plain()), reverse=True)
    assert said[0].startswith("Shuffled from Mon 9 Nov on.")
    (winner,) = shuffles(opened)
    name = {"lea": "Lea Novak", "gil": "Gil Hart"}[winner]
    assert said[1].startswith(f"{name} shuffled this list within the last minute")
    assert all(cycle.is_as_drawn() for cycle in rota(opened).cycles)


def test_two_leads_who_press_what_they_saw_at_once_shuffle_once(database_url: str) -> None:
    opened = two_leads(database_url)
    buttons = {who: preview(opened, who) for who in ("lea", "gil")}
    said = sorted(at_once(opened, lambda who: press(opened, who, buttons[who])))
    (winner,) = shuffles(opened)
    name = {"lea": "Lea Novak", "gil": "Gil Hart"}[winner]
    assert said[0].startswith("Shuffled from Mon 9 Nov on.")
    assert said[1].startswith(f"The list is no longer the one you saw: {name} changed it (shuffle")
    assert Counter(days(opened).values()).keys() == set(TEAM)
    assert all(cycle.is_as_drawn() for cycle in rota(opened).cycles)
