"""The weekly digest: when it is told, and what. Its figures are held against a second count of the raw records."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from handlers import digest
from handlers.context import Context
from handlers.roster_rows import roster_rows
from models.chart import Chart
from models.digest import Typical, Week
from models.effects import Effect, Post
from models.events import TimeCame
from models.message import Bullets, MessageRef
from models.policy import Digest, Holidays, Weekday
from models.records.debt import DebtState, RunbookDebt
from models.records.request import LabelledExample, Request, RequestState
from models.triage.verdict import RequestClass
from tests.handlers.build import Office, instant, office, posts, rotation
from tests.handlers.digest_figures import Recount, recount

MINUTE = timedelta(minutes=1)
PLACES = ("devops-how-to", "devops-sos", "devops-operations")
NEXT = "2026-11-09 09:15"


def asked(session: Session, opened: datetime, **changed: Any) -> Request:
    request = Request(
        **{
            "platform": "slack",
            "channel": "C-devops-how-to",
            "channel_name": "devops-how-to",
            "root": f"m{opened.timestamp()}-{random.random()}",
            "author": "U-dev",
            "text": "x",
            "opened_at": opened,
            "last_message_at": opened,
            "request_class": RequestClass.COMMUNITY,
            "confidence": 1.0,
            "reasons": [],
            "runner_up": RequestClass.NONE,
            "rotation": "platform",
            **changed,
        }
    )
    session.add(request)
    session.flush()
    return request


def some(office: Office, number: int, opened: str = "2026-11-04 10:00", **changed: Any) -> None:
    with office.store.transaction() as session:
        for at in range(number):
            asked(session, instant(opened) + at * MINUTE, **changed)


def digests(owed: list[Effect] | Any) -> list[str]:
    return [one for one in posts(owed) if one.startswith(("The week", "This week"))]


def told(office: Office, at: str = NEXT) -> str:
    """Give the one digest that is told when the time comes."""
    office.pass_time(at)
    (said,) = digests(office.owed())
    return said


# -- when


def test_it_is_told_once_on_monday_morning_in_operations(database_url: str) -> None:
    there = office(database_url)
    there.pass_time("2026-11-09 09:14")
    assert digests(there.owed()) == []
    there.pass_time(NEXT)
    (said,) = digests(there.owed())
    assert said.startswith("The week Mon 2 Nov – Sun 8 Nov")
    restarted = office(database_url, at=NEXT, is_planned=False)
    restarted.pass_time("2026-11-10 09:16")
    assert digests(restarted.owed()) == [said]


def test_a_bot_that_began_in_this_week_has_nothing_to_tell(sqlite_url: str) -> None:
    there = office(sqlite_url, is_planned=False)
    there.pass_time()
    there.pass_time("2026-11-03 10:00")
    assert digests(there.owed()) == []


def test_on_a_holiday_it_waits_for_the_next_working_day(sqlite_url: str) -> None:
    off = rotation(holidays=Holidays(extra_off=("2026-11-09",)))
    there = office(sqlite_url, rotations=(off,))
    there.pass_time("2026-11-09 12:00")
    assert digests(there.owed()) == []
    there.pass_time("2026-11-10 09:14")
    assert digests(there.owed()) == []
    assert told(there, "2026-11-10 09:15").startswith("The week Mon 2 Nov – Sun 8 Nov")


@pytest.mark.parametrize(
    ("back", "number"), [("2026-11-11 14:00", 1), ("2026-11-14 14:00", 0), ("2026-11-16 09:00", 0)]
)
def test_a_missed_one_is_told_late_on_a_working_day_of_its_week_and_then_let_go(
    sqlite_url: str, back: str, number: int
) -> None:
    there = office(sqlite_url)
    there.pass_time(back)
    found = digests(there.owed())
    assert len(found) == number
    assert all(one.startswith("The week Mon 2 Nov – Sun 8 Nov") for one in found)


def test_it_can_be_told_on_another_day_of_the_week_before_it(sqlite_url: str) -> None:
    there = office(sqlite_url, digest=Digest(day=Weekday.FRI, at="16:00"))
    there.pass_time("2026-11-06 15:59")
    assert digests(there.owed()) == []
    there.pass_time("2026-11-13 16:00")
    assert digests(there.owed())[-1].startswith("The week Fri 6 Nov – Thu 12 Nov")


def test_another_hour_tells_nothing_twice(sqlite_url: str) -> None:
    there = office(sqlite_url)
    told(there)
    there.decide_by(there.standing.policy.model_copy(update={"digest": Digest(at="10:00")}))
    there.pass_time("2026-11-09 10:00")
    assert digests(there.owed()) == []


def test_nothing_is_told_where_it_is_not_wanted(sqlite_url: str) -> None:
    there = office(sqlite_url, digest=None)
    there.pass_time("2026-11-09 12:00")
    assert digests(there.owed()) == []


# -- what


def test_an_empty_week_says_so_in_one_line(sqlite_url: str) -> None:
    said = told(office(sqlite_url)).splitlines()
    assert said[1] == "Nobody asked for anything, as the week before."
    assert said[2].startswith("On call: Mon ")
    assert len(said) == 4


def test_it_counts_by_class_and_by_channel_against_the_week_before(sqlite_url: str) -> None:
    there = office(sqlite_url)
    some(there, 3)
    some(there, 2, request_class=RequestClass.URGENT, channel_name="devops-sos")
    some(there, 1, "2026-10-28 10:00")
    some(there, 2, "2026-10-28 11:00", request_class=RequestClass.PLATFORM)
    lines = told(there).splitlines()
    assert lines[1] == "• 5 requests, ↑ 2 more than the week before"
    assert lines[2] == "• 2 urgent (↑ 2 more) · 0 platform (↓ 2 fewer) · 3 community (↑ 2 more)"
    assert lines[3] == "• #devops-how-to 3 · #devops-sos 2"


def test_what_turned_out_to_be_no_request_is_not_counted(sqlite_url: str) -> None:
    there = office(sqlite_url)
    some(there, 1)
    some(there, 1, state=RequestState.DISMISSED)
    some(there, 1, state=RequestState.WITHDRAWN)
    some(there, 1, request_class=RequestClass.NONE)
    assert "• 1 request, ↑ 1 more" in told(there)


def test_medians_are_of_working_hours_and_the_clock_and_say_what_changed(sqlite_url: str) -> None:
    there = office(sqlite_url)
    evening, morning = instant("2026-11-04 16:50"), instant("2026-11-05 09:10")
    some(there, 3, "2026-11-04 16:50", first_answer_at=morning)
    some(there, 3, "2026-10-28 10:00", first_answer_at=instant("2026-10-28 11:00"))
    assert morning - evening == timedelta(hours=16, minutes=20)
    assert "First answer: 19 min (16 h by the clock), median of 3, ↓ 40 min faster" in told(there)


def test_of_few_requests_no_median_is_told(sqlite_url: str) -> None:
    there = office(sqlite_url)
    some(there, 2, first_answer_at=instant("2026-11-04 11:00"))
    said = told(there)
    assert "• First answer: 2 requests, too few for a median" in said
    assert "• Resolution: none" in said


def test_what_waited_longest_is_linked_by_number_longest_first(sqlite_url: str) -> None:
    there = office(sqlite_url)
    some(there, 1, "2026-11-03 10:00", first_answer_at=instant("2026-11-03 15:00"), root="m1")
    some(there, 1, "2026-11-06 16:00", root="m2", channel_name="devops-sos")
    some(there, 1, "2026-11-04 10:00", acknowledged_at=instant("2026-11-04 10:30"), root="m3")
    some(there, 1, "2026-11-04 10:00", acknowledged_at=instant("2026-11-04 10:01"), root="m4")
    there.pass_time(NEXT)
    (post,) = [one for one in there.owed() if isinstance(one, Post) and one.message.plain().startswith("The week")]
    said = post.message.plain().splitlines()
    at = said.index("Waited longest for a person")
    assert said[at + 1 : at + 4] == [
        "• #1 community in #devops-how-to, 5 h",
        "• #2 community in #devops-sos, still waits: 1 h (2 days 8 h by the clock)",
        "• #3 community in #devops-how-to, 30 min",
    ]
    assert MessageRef("C-devops-how-to", "m1", "#1") in [
        span for block in post.message.blocks if isinstance(block, Bullets) for item in block.items for span in item
    ]


def test_runbook_debts_are_told_with_their_owners_the_oldest_first(database_url: str) -> None:
    there = office(database_url)
    done = {"state": RequestState.RESOLVED, "resolved_by": "U-ben", "request_class": RequestClass.URGENT}
    some(there, 1, resolved_at=instant("2026-11-05 10:00"), **done)
    some(there, 4, resolved_at=instant("2026-11-04 10:00"), **done)
    with there.store.transaction() as session:
        for number in range(1, 6):
            session.add(RunbookDebt(request_id=number, person="ben", state=DebtState.OWED, asked_at=there.now))
    said = told(there)
    assert "5 runbook debts, the oldest: #2 (Ben Cole, Wed 4 Nov), #3 (Ben Cole, Wed 4 Nov), #4" in said


def test_corrections_are_told_with_their_share(database_url: str) -> None:
    there = office(database_url)
    some(there, 10)
    with there.store.transaction() as session:
        for number, was, label in ((1, "community", "platform"), (1, "platform", "urgent"), (2, "community", "urgent")):
            session.add(
                LabelledExample(
                    request_id=number, text="x", label=RequestClass(label), was=RequestClass(was), by="U-ana",
                    at=instant("2026-11-05 10:00"),
                )
            )  # fmt: skip
    assert "You corrected my class 2 times, 20 for each 100 requests: community → urgent 2" in told(there)


def test_it_names_who_is_on_call_until_the_week_ends(sqlite_url: str) -> None:
    there = office(sqlite_url)
    said = told(there)
    with there.store.reading() as session:
        rows = roster_rows(session, there.standing, there.standing.policy.oncall.rotations[0], date(2026, 11, 9), 5)
    names = {one.id: one.name for one in there.standing.policy.people}
    days = zip(("Mon", "Tue", "Wed", "Thu", "Fri"), rows, strict=True)
    assert "On call: " + " · ".join(f"{day} {names[row['engineer']]}" for day, row in days) in said.splitlines()


def test_everything_at_once_has_at_most_25_lines(sqlite_url: str) -> None:
    many = tuple(rotation(name=f"rotation-{at}") for at in range(6))
    there = office(sqlite_url, rotations=many)
    done = {"state": RequestState.RESOLVED, "resolved_by": "U-ben", "rotation": "rotation-0"}
    for at in range(9):
        some(there, 2, f"2026-11-0{at % 5 + 2} 10:0{at}", channel_name=f"c{at}", request_class=RequestClass.URGENT)
        some(there, 2, f"2026-11-0{at % 5 + 2} 11:0{at}", channel_name=f"c{at}", request_class=RequestClass.PLATFORM,
             first_answer_at=instant("2026-11-06 16:00"), resolved_at=instant("2026-11-06 16:30"), **done)  # fmt: skip
    with there.store.transaction() as session:
        session.add(
            LabelledExample(
                request_id=1, text="x", label=RequestClass.URGENT, was=RequestClass.NONE, by="U-ana",
                at=instant("2026-11-05 10:00"),
            )
        )  # fmt: skip
    said = told(there).splitlines()
    assert 18 <= len(said) <= 25, said


# -- the picture


def test_its_picture_shows_the_working_days_and_says_the_same_in_words(sqlite_url: str) -> None:
    there = office(sqlite_url)
    some(there, 4)
    some(there, 2, "2026-10-14 10:00", request_class=RequestClass.URGENT)
    some(there, 1, "2026-11-07 10:00")
    there.pass_time(NEXT)
    (picture,) = [one.picture for one in there.owed() if isinstance(one, Post) and one.picture is not None]
    assert isinstance(picture, Chart)
    assert [one for one in picture.labels if one] == ["28 Sep", "5 Oct", "12 Oct", "19 Oct", "26 Oct", "2 Nov"]
    assert len(picture.labels) == 31  # six weeks of working days, and the Saturday that brought something
    assert {one.name: sum(one.numbers) for one in picture.series} == {"urgent": 2, "platform": 0, "community": 5}
    assert "From Mon 12 Oct: 2 (2 urgent). From Mon 19 Oct: 0." in picture.alt
    assert picture.alt.endswith("Most on one day: 4, on Wed 4 Nov.")


def test_few_requests_have_no_picture(sqlite_url: str) -> None:
    there = office(sqlite_url)
    some(there, 4)
    there.pass_time(NEXT)
    assert [one for one in there.owed() if isinstance(one, Post) and one.picture is not None] == []


# -- the command


def test_whoever_asks_sees_the_week_so_far_against_as_much_of_the_last(sqlite_url: str) -> None:
    there = office(sqlite_url)
    some(there, 2, "2026-11-02 12:00")
    some(there, 7, "2026-11-05 12:00")
    some(there, 3, "2026-11-09 10:00")
    there.at("2026-11-10 11:00")
    said = there.command("ana", "oncall", "digest")
    assert said.startswith(
        "This week so far, Mon 9 Nov – Tue 10 Nov\n• 3 requests, ↑ 1 more than by this time last week"
    )
    assert there.command("ana", "oncall", "digest 1").startswith("The week Mon 2 Nov – Sun 8 Nov\n• 9 requests")


@pytest.mark.parametrize("words", ["0", "53", "x", "1 2", "-1", "²"])
def test_a_wrong_number_of_weeks_is_answered_with_the_right_form(sqlite_url: str, words: str) -> None:
    said = office(sqlite_url).command("ana", "oncall", f"digest {words}")
    assert "is no number of weeks from 1 to 52" in said
    assert "/oncall digest 1" in said


# -- the figures, counted twice


def drawn(session: Session, dice: random.Random, begin: datetime) -> None:
    """Add a request whose life is drawn at random."""
    opened = begin + timedelta(minutes=dice.randrange(3 * 7 * 24 * 60))

    def later(chance: float) -> datetime | None:
        return opened + timedelta(minutes=dice.randrange(1, 6000)) if dice.random() < chance else None

    state = dice.choice(list(RequestState))
    request = asked(
        session,
        opened,
        request_class=dice.choice(list(RequestClass)),
        channel_name=dice.choice([*PLACES, None]),
        is_direct=dice.random() < 0.1,
        rotation=dice.choice(["platform", None, "gone"]),
        state=state,
        reopened_at=later(0.1),
        first_answer_at=later(0.6),
        acknowledged_at=later(0.4),
        resolved_at=later(0.9) if state is RequestState.RESOLVED else later(0.1),
    )
    for _ in range(dice.choice([0, 0, 1, 2])):
        was, label = dice.sample(list(RequestClass), 2)
        number = request.id if dice.random() < 0.8 else None
        at = opened + timedelta(minutes=dice.randrange(4000))
        session.add(LabelledExample(request_id=number, text="x", label=label, was=was, by="U-ana", at=at))


@pytest.mark.parametrize("seed", range(3))
def test_the_figures_are_those_that_a_second_count_of_the_records_gives(database_url: str, seed: int) -> None:
    there = office(database_url)
    dice, begin = random.Random(seed), datetime(2026, 10, 12, tzinfo=UTC)
    with there.store.transaction() as session:
        for _ in range(dice.choice([5, 60, 200])):
            drawn(session, dice, begin)
    with there.store.reading() as session:
        hours = digest._working(there.standing)
        for ago in (0, 1, 2, 3):
            now = instant("2026-11-04 13:00")
            period = digest.weeks_ago(there.standing, now, ago)
            facts = digest.gathered(Context(session, now, TimeCame.of("test", "", now), there.standing), period).facts
            found = recount(session, period.start, min(period.end, now), hours)
            assert counted(facts.week, facts) == found
            before = recount(session, period.start - timedelta(days=7), min(period.end, now) - timedelta(days=7), hours)
            assert (facts.before.total, facts.before.answered.number) == (before.total, before.first_answers[0])


def counted(week: Week, facts: Any) -> Recount:
    def told(one: Typical) -> tuple[int, tuple[timedelta, timedelta] | None]:
        return one.number, None if one.median is None else (one.median.working, one.median.clock)

    return Recount(
        total=week.total,
        classes={one.value: number for one, number in week.by_class.items() if number},
        places=dict(week.by_place),
        first_answers=told(week.answered),
        resolutions=told(week.resolved),
        waited=[(one.asked.number, one.took.working) for one in facts.waited],
        corrections={(was.value, label.value): number for was, label, number in facts.corrections},
    )
