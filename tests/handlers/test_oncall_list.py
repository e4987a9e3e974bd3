"""`/oncall-list`: the list, and what leads change on it."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers import duty
from handlers.roster_change import kept_detail
from models.policy import Person, Shuffle
from models.records import audit
from models.records.audit import AuditEntry
from models.rota.rota import Cycle, Rota
from models.rota.shift import Shift
from tests.handlers.build import TEAM, Office, direct, instant, office, people, policy, posts, rotation


def rota(opened: Office) -> Rota:
    with opened.store.reading() as session:
        return duty.whole(opened.context(session), opened.standing.policy.oncall.rotations[0])


def days(opened: Office) -> dict[date, str | None]:
    return {shift.day: shift.engineer for shift in duty.as_served(rota(opened), opened.now)}


def listed(opened: Office) -> list[str]:
    """Give the names of the list, in order."""
    lines = opened.command("ana", "oncall-list").splitlines()
    return [line.split(". ")[1].split()[0] for line in lines if line[:1].isdigit()]


def cycle_of(planned: Rota, number: int) -> Cycle:
    cycle = planned.cycle(number)
    assert cycle is not None
    return cycle


def history(opened: Office, name: str = "platform") -> list[AuditEntry]:
    with opened.store.reading() as session:
        return audit.of_subject(session, f"rotation:{name}")


def change(opened: Office, text: str) -> str:
    return opened.command("lea", "oncall-list", text)


# -- looking


def test_the_list_shows_places_days_served_and_the_next_cycle(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.at("2026-11-03 12:00")
    said = opened.command("ana", "oncall-list")
    assert "1. Ana Ruiz — 1 day served, next" in said
    assert "2. Ben Cole — 1 day served, on call now" in said
    assert "3. Cleo Park — 0 days served, next Wed 4 Nov" in said
    assert "Next cycle, from Fri 6 Nov: " in said
    assert said.startswith("On-call list of platform, 4 people, a working day each")
    assert "Other lists" not in said
    assert opened.command("ana", "oncall-list", "show") == said


def test_days_served_are_counted_by_the_resolver(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    change(opened, "assign tomorrow @gil")
    opened.at("2026-11-04 12:00")
    assert "Ben Cole — 0 days served" in opened.command("ana", "oncall-list")


def test_a_weekly_list_says_which_week_is_next_and_counts_its_working_days(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(kind="weekly", handover_weekday="wed"),))
    opened.at("2026-11-04 12:00")
    said = opened.command("ana", "oncall-list")
    assert said.startswith("On-call list of platform, 4 people, a week from Wednesday on each")
    assert "1. Ana Ruiz — 5 days served, next week from Wed " in said
    assert "2. Ben Cole — 1 day served, on call now" in said


def test_of_several_lists_the_others_are_named(sqlite_url: str) -> None:
    both = rotation(), rotation(name="database", engineers=())
    opened = office(sqlite_url, rotations=both)
    assert "Other lists: /oncall-list in database." in opened.command("ana", "oncall-list")
    empty = opened.command("ana", "oncall-list", "in database")
    assert "/oncall-list add @user in database" in empty
    assert "Other lists: /oncall-list in platform." in empty


def test_an_empty_list_says_that_nobody_is_on_call(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(engineers=()),))
    assert "The on-call list of platform is empty: nobody is on call." in opened.command("ana", "oncall-list")


def test_an_order_kept_by_hand_says_so(sqlite_url: str) -> None:
    manual = rotation(shuffle=Shuffle.MANUAL, horizon_days=7, engineers=tuple(f"p{one}" for one in range(12)))
    opened = office(sqlite_url, rotations=(manual,))
    assert "The next cycle keeps this order." in opened.command("ana", "oncall-list")


def test_an_export_is_the_configurations_own_line(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    change(opened, "move @dan 1")
    assert "{name: platform, engineers: [dan, ana, ben, cleo]}" in opened.command("ana", "oncall-list", "export")


# -- who may


@pytest.mark.parametrize(
    "words", ["add @gil", "remove @ben", "move @ben 1", "shuffle", "shuffle preview", "assign fri @gil", "skip"]
)
def test_only_a_lead_may_change_the_list_and_the_leads_are_named(sqlite_url: str, words: str) -> None:
    opened = office(sqlite_url)
    before = days(opened)
    for who in ("ana", "stranger"):
        said = opened.command(who, "oncall-list", words)
        assert said == "Only a lead can change the on-call list. Ask one of them: Lea Novak."
    assert (days(opened), history(opened), opened.owed()) == (before, [], [])


# -- add


def test_a_newcomer_comes_with_the_next_cycle_and_is_told_their_dates(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    said = change(opened, "add @gil")
    assert "Gil Hart is on the list, at position 5. The first day on call is" in said
    assert list(days(opened).values())[:4] == list(TEAM)
    (told,) = direct(opened.owed(), "gil")
    assert "Your on-call dates in platform changed. Lea Novak added Gil Hart to the list." in told
    assert "New: " in told


def test_a_newcomer_with_a_position_serves_in_the_running_cycle(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    change(opened, "add @gil 3")
    assert list(days(opened).values())[:5] == ["ana", "ben", "gil", "cleo", "dan"]
    assert listed(opened) == ["Ana", "Ben", "Gil", "Cleo", "Dan"]


def test_a_newcomer_may_come_on_a_later_day(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    said = change(opened, "add @gil from 7 dec")
    assert "Gil Hart is on the list from Mon 7 Dec on" in said
    assert min(day for day, engineer in days(opened).items() if engineer == "gil") >= date(2026, 12, 7)
    assert "on the list from Mon 7 Dec" in opened.command("ana", "oncall-list")


def test_a_newcomer_to_an_empty_list_is_on_duty_at_once(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(engineers=()),))
    opened.at("2026-11-02 12:00")
    change(opened, "add @gil")
    assert opened.command("ana", "oncall").startswith("Gil Hart is on call for platform until tomorrow 09:00 UTC.")
    assert set(days(opened).values()) == {"gil"}
    owed = opened.owed()
    assert direct(owed, "gil")[0].startswith("You are on call in platform now, until tomorrow 09:00 UTC.")
    assert posts(owed) == ["Gil Hart is on call in platform now, in place of nobody, until tomorrow 09:00 UTC."]


def test_somebody_on_the_list_is_not_added_again(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    assert "Ben is on the list already." in change(opened, "add @ben")
    assert history(opened) == []


def test_whoever_cannot_be_reached_is_added_with_a_warning(sqlite_url: str) -> None:
    without = tuple(Person(id=one.id, name=one.name) if one.id == "gil" else one for one in people())
    said = change(office(sqlite_url, people=without), "add gil")
    assert "Gil Hart has no handle here, so I cannot ping them." in said
    assert "I cannot reach Gil Hart: please tell them." in said


# -- remove


def test_who_is_on_duty_is_replaced_at_once_when_removed(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    said = change(opened, "remove @ana")
    assert "Ben Cole is on call now." in said
    assert opened.command("ana", "oncall").startswith("Ben Cole is on call for platform")
    owed = opened.owed()
    assert direct(owed, "ben")[0].startswith("You are on call in platform now, until tomorrow 09:00 UTC.")
    assert "No longer yours: Mon 2 Nov" in direct(owed, "ana")[0]
    assert posts(owed) == ["Ben Cole is on call in platform now, in place of Ana Ruiz, until tomorrow 09:00 UTC."]


def test_a_removal_never_changes_the_past(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.at("2026-11-04 12:00")
    before = rota(opened)
    change(opened, "remove @ana")
    after = rota(opened)
    assert after.shifts[:3] == before.shifts[:3]
    assert "ana" not in days(opened).values()


def test_a_removal_hands_no_turn_to_the_wrong_person(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    change(opened, "remove @cleo")
    assert list(days(opened).values())[:3] == ["ana", "ben", "dan"]


def test_who_leaves_later_serves_until_then(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(engineers=("ana", "ben")),))
    said = change(opened, "remove @ben from 2026-11-14")
    assert "Ben Cole is off the list from Mon 16 Nov on." in said
    served = [day for day, engineer in days(opened).items() if engineer == "ben"]
    assert date(2026, 11, 10) <= max(served) < date(2026, 11, 16)


def test_when_the_last_one_leaves_it_is_said_loudly(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(engineers=("ana",)),))
    assert "The list is empty: nobody is on call." in change(opened, "remove ana")
    owed = opened.owed()
    assert "Nobody is on call in platform" in posts(owed)[0]
    assert "Nobody is on call in platform" in direct(owed, "lea")[0]


def test_whoever_left_the_configuration_can_be_removed(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.decide_by(policy(people=tuple(one for one in people() if one.id != "ben")))
    assert "ben is off the list." in change(opened, "remove ben")
    assert listed(opened) == ["Ana", "Cleo", "Dan"]


# -- move


def test_a_move_changes_who_still_waits(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    assert "Dan Wu is at position 2 now." in change(opened, "move @dan 2")
    assert list(days(opened).values())[:4] == ["ana", "dan", "ben", "cleo"]
    owed = opened.owed()
    assert "New: Tue 3 Nov" in direct(owed, "dan")[0]
    assert "No longer yours: Tue 3 Nov" in direct(owed, "ben")[0]


def test_everybody_whose_dates_moved_is_told_in_one_message(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    before = days(opened)
    change(opened, "move @dan 2")
    after = days(opened)
    changed = {one for day in after if before[day] != after[day] for one in (before[day], after[day])}
    owed = opened.owed()
    assert {who for who in TEAM if direct(owed, who)} == changed
    assert all(len(direct(owed, who)) <= 1 for who in TEAM)


@pytest.mark.parametrize("seed", range(6))
def test_a_move_after_which_the_next_cycle_had_to_be_drawn_anew_says_so(sqlite_url: str, seed: int) -> None:
    opened = office(sqlite_url, rotations=(rotation(engineers=TEAM, name=f"platform{seed}"),))
    before = cycle_of(rota(opened), 2)
    said = change(opened, "move @dan 2")
    after = cycle_of(rota(opened), 2)
    is_anew = before.draw != after.draw
    assert ("The order from Fri 6 Nov on was drawn anew" in said) == is_anew
    (entry, *_) = history(opened, f"platform{seed}")
    assert (f"{after.seed} (cycle 2)" in json.loads(entry.detail).get("redrawn", ())) == is_anew


def test_a_history_too_long_for_its_line_keeps_the_old_order_and_the_first_seeds() -> None:
    seeds = [f"{number:015} (cycle {number})" for number in range(300)]
    kept = json.loads(
        kept_detail({"seeds": seeds, "old": ["ana", "ben"], "new": ["ben", "ana"], "start": "2026-11-02"})
    )
    assert kept["old"] == ["ana", "ben"]
    assert kept["seeds"] == seeds[: len(kept["seeds"])]
    assert len(kept["seeds"]) > 30
    assert len(json.dumps(kept)) < 2000


# -- assign and skip


def test_a_day_can_be_given_to_anybody(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    assert "Gil Hart is on call for Tue 3 Nov." in change(opened, "assign tomorrow @gil")
    assert days(opened)[date(2026, 11, 3)] == "gil"
    owed = opened.owed()
    assert "New: Tue 3 Nov." in direct(owed, "gil")[0]
    assert "No longer yours: Tue 3 Nov." in direct(owed, "ben")[0]


def test_one_day_of_a_week_can_be_given_away(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(kind="weekly"),))
    change(opened, "assign thu @gil")
    named = [line.split(" — ")[1] for line in opened.command("ana", "oncall", "list 5").splitlines()[1:6]]
    assert [name.split()[0] for name in named] == ["Ana", "Ana", "Ana", "Gil", "Ana"]


def test_today_can_be_given_away_from_now_on(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    change(opened, "assign today @gil")
    assert opened.command("ana", "oncall").startswith("Gil Hart is on call for platform until tomorrow 09:00 UTC.")
    assert direct(opened.owed(), "gil")[0].startswith("You are on call in platform now")


def test_a_day_can_be_given_to_nobody(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    assert "Nobody is on call for Tue 3 Nov." in change(opened, "assign tomorrow nobody")
    assert "Nobody is on call for platform" in opened.at("2026-11-03 12:00").command("ana", "oncall")


def test_the_newest_assignment_of_a_day_holds(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    change(opened, "assign tomorrow nobody")
    change(opened, "assign tomorrow @dan")
    assert days(opened)[date(2026, 11, 3)] == "dan"


def test_an_assigned_day_is_given_back_to_the_list(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    before = days(opened)
    assert "Nobody was assigned to Tue 3 Nov" in change(opened, "assign tomorrow list")
    change(opened, "assign tomorrow nobody")
    change(opened, "assign tomorrow @gil")
    opened.owed()
    assert "Ben Cole is on call for Tue 3 Nov." in change(opened, "assign tomorrow list")
    assert days(opened) == before
    owed = opened.owed()
    assert "gave Tue 3 Nov back to the list" in direct(owed, "gil")[0]
    assert "New: Tue 3 Nov." in direct(owed, "ben")[0]


def test_the_running_shift_is_given_back_from_now_on_and_what_has_passed_of_it_stays(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    change(opened, "assign now @gil")
    opened.at("2026-11-02 12:00")
    change(opened, "assign now list")
    assert opened.command("ben", "oncall").startswith("Ana Ruiz is on call for platform until tomorrow 09:00 UTC.")
    with opened.store.reading() as session:
        ctx = opened.context(session)
        served = duty.on_call(ctx, opened.standing.policy.oncall.rotations[0], instant("2026-11-02 11:00"))
    assert served.engineer == "gil"


def test_a_day_without_a_shift_cannot_be_assigned(sqlite_url: str) -> None:
    said = change(office(sqlite_url), "assign sat @gil")
    assert "No shift begins on Sat 7 Nov (weekend); the next one begins on Mon 9 Nov." in said


def test_a_skip_lets_the_next_one_serve_later_in_the_same_cycle(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    said = change(opened, "skip")
    assert "Cleo Park serves Tue 3 Nov instead of Ben Cole. Ben Cole's next turn is Wed 4 Nov." in said
    assert list(days(opened).values())[:4] == ["ana", "cleo", "ben", "dan"]


def test_an_assigned_shift_is_not_skipped(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    change(opened, "assign tomorrow @gil")
    assert "was agreed or assigned" in change(opened, "skip")


# -- history


def test_the_history_says_who_changed_what(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    assert "has not been changed" in change(opened, "history")
    for words in ("add @gil 3", "move @gil 1", "assign fri nobody", "shuffle", "remove @gil from 2026-11-30", "skip"):
        change(opened, words)
    lines = opened.command("ana", "oncall-list", "history").splitlines()[1:]
    assert [line.split(": ")[1].split(" ")[0] for line in lines] == [
        *("skip", "remove", "shuffle", "assign", "move", "add"),
    ]
    assert lines[-1].startswith(
        "• Mon 2 Nov 10:00 UTC — Lea Novak: add Gil Hart; position 3; before Ana Ruiz, Ben Cole"
    )
    assert "seed " in lines[2]
    assert "from Mon 30 Nov" in lines[1]


def test_a_list_of_four_hundred_is_changed_and_shown(sqlite_url: str) -> None:
    crew = tuple(f"engineer-{number:03}" for number in range(400))
    opened = office(sqlite_url, rotations=(rotation(engineers=crew, horizon_days=14),))
    assert "at position 401" in change(opened, "add @gil")
    assert len(listed(opened)) == 401
    assert "add Gil Hart" in change(opened, "history")
    assert json.loads(history(opened)[0].detail)["engineer"] == "gil"


# -- nonsense


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("add", "Whom?"),
        ("add @nobody-knows", "I know nobody called “@nobody-knows”."),
        ("add @gil 9", "There is no position 9: the list has positions 1 to 5."),
        ("add @gil 0", "There is no position 0"),
        ("add @gil from", "Which day?"),
        ("add @gil from yesterday", "Sun 1 Nov is over"),
        ("add @gil from 03/12", "which is the day, and which the month"),
        ("remove @gil", "Gil is not on the list."),
        ("remove @ana 3", "Removing takes no position."),
        ("move @ana", "to which position"),
        ("move @ana 99999999999999", "There is no position 99999999999999"),
        ("move @gil 2", "Gil is not on the list."),
        ("shuffle now", "only the word preview"),
        ("assign", "Say the day, and who"),
        ("assign @gil", "Say the day, and who"),
        ("assign soon @gil", "is no day that I can read"),
        ("assign 2026-10-01 @gil", "is over"),
        ("assign fri", "Say the day, and who"),
        ("skip ben", "skip takes no name"),
        ("dance", "I do not know /oncall-list dance"),
    ],
)
def test_nonsense_is_answered_clearly_and_changes_nothing(sqlite_url: str, words: str, said: str) -> None:
    opened = office(sqlite_url)
    before = days(opened)
    assert said in change(opened, words)
    assert (days(opened), history(opened), opened.owed()) == (before, [], [])


def is_anybody_there(planned: Rota, shift: Shift) -> bool:
    """Say whether somebody is on the list for all of a shift; whoever comes later is not."""
    return any(planned.roster.serves_through(one, shift.start, shift.end) for one in planned.roster.stays)


EDITS = st.sampled_from(
    [f"{verb} {who}{more}" for who in (*TEAM, "gil") for verb, more in (("add", ""), ("add", " 1"), ("move", " 2"))]
    + [f"remove {who}{more}" for who in (*TEAM, "gil") for more in ("", " from 2026-11-20")]
    + ["shuffle", "skip", "assign 2026-11-13 gil", "assign 2026-11-13 nobody", "add gil from 2026-11-25"]
)


@settings(max_examples=12, deadline=None)
@given(st.lists(EDITS, min_size=1, max_size=6))
def test_whatever_leads_do_no_past_shift_changes_and_no_gap_appears(
    tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path, edits: list[str]
) -> None:
    path = tmp_path_factory.mktemp("edits") / "watchbill.db"
    path.write_bytes(sqlite_template.read_bytes())
    opened = office(f"sqlite:///{path}")
    for number, words in enumerate(edits):
        opened.at(f"2026-11-{3 + number:02} 12:00")
        before = rota(opened)
        change(opened, words)
        after = rota(opened)
        begun = [shift for shift in before.shifts if shift.start <= opened.now]
        assert list(after.shifts[: len(begun)]) == begun
        assert all(one.end == two.start for one, two in zip(after.shifts, after.shifts[1:], strict=False))
        assert all(shift.engineer for shift in after.shifts if is_anybody_there(after, shift))
    opened.store.close()
