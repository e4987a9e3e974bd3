"""The start of a shift: planned ahead, said in operations, told to whoever takes over."""

from dataclasses import replace
from datetime import date, datetime, timedelta

from handlers import morning
from models.events import TimeCame
from models.policy import Holidays, OnCall, Person
from models.records import roster as stored
from models.records.handover import Handover, HandoverState
from models.records.request import Due, Request, RequestState
from models.rota.shift import Override
from models.triage.verdict import RequestClass
from tests.handlers.build import Office, direct, instant, office, people, policy, posts, rotation


def greeted(opened: Office) -> list[TimeCame]:
    with opened.store.reading() as session:
        return list(morning.greeting_due(session, opened.standing, opened.now))


def planning(opened: Office) -> list[TimeCame]:
    with opened.store.reading() as session:
        return list(morning.plan_due(session, opened.standing, opened.now))


def coming(opened: Office) -> tuple[datetime | None, datetime | None]:
    with opened.store.reading() as session:
        standing, now = opened.standing, opened.now
        return morning.plan_coming(session, standing, now), morning.greeting_coming(session, standing, now)


def last_day(opened: Office) -> date | None:
    with opened.store.reading() as session:
        return stored.last_day(session, "platform")


def ask(opened: Office, number: int, **changed: object) -> None:
    """Let a request be there."""
    values = {
        "platform": "slack",
        "channel": "C-devops-sos",
        "channel_name": "devops-sos",
        "root": f"{number}.0",
        "author": "U-x",
        "text": "the registry\nis slow",
        "opened_at": opened.now,
        "last_message_at": opened.now,
        "request_class": RequestClass.PLATFORM,
        "confidence": 0.9,
        "reasons": [],
        "runner_up": RequestClass.COMMUNITY,
        "state": RequestState.OPEN,
        "rotation": "platform",
        **changed,
    }
    with opened.store.transaction() as session:
        session.add(Request(**values))


# -- planning


def test_an_empty_store_is_planned_from_the_configured_list_to_the_horizon(sqlite_url: str) -> None:
    opened = office(sqlite_url, is_planned=False)
    assert [event.subject for event in planning(opened)] == ["platform"]
    opened.pass_time()
    assert last_day(opened) == date(2027, 1, 1)
    assert planning(opened) == []


def test_a_rotation_stays_planned_to_its_horizon(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.pass_time("2026-11-03 00:00")
    assert last_day(opened) == date(2027, 1, 1)
    opened.pass_time("2026-11-05 00:00")
    assert last_day(opened) == date(2027, 1, 4)


def test_the_same_day_is_planned_once(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.at("2026-11-05 00:00")
    (event,) = planning(opened)
    opened.intake.receive(event)
    opened.intake.receive(event)
    opened.at("2026-11-05 23:00")
    assert planning(opened) == []


def test_each_rotation_is_planned(sqlite_url: str) -> None:
    opened = office(sqlite_url, is_planned=False, rotations=(rotation(), rotation(name="database")))
    assert [event.subject for event in planning(opened)] == ["platform", "database"]


def test_a_rotation_that_left_the_configuration_is_let_go(sqlite_url: str) -> None:
    opened = office(sqlite_url, is_planned=False)
    events = planning(opened)
    opened.decide_by(policy(oncall=OnCall()))
    opened.intake.receive(events[0])
    assert last_day(opened) is None


def test_after_a_long_silence_the_shift_that_runs_is_planned(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.pass_time("2027-05-05 10:00")
    assert "is on call for platform until tomorrow 09:00 UTC" in opened.command("ana", "oncall")


def test_a_moved_clock_stops_where_something_is_due(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    assert coming(opened) == (instant("2026-11-05 00:00"), instant("2026-11-03 09:00"))
    opened.at("2026-11-05 00:00")
    assert planning(opened)
    opened.pass_time()
    plan_at, greet_at = coming(opened)
    assert plan_at is not None
    assert greet_at == instant("2026-11-05 09:00")
    opened.at(plan_at.isoformat(sep=" ")[:19])
    assert planning(opened)


def test_what_is_coming_lies_always_ahead(sqlite_url: str) -> None:
    opened = office(sqlite_url, is_planned=False)
    for hours in range(0, 24 * 9, 5):
        opened.clock.set(instant("2026-11-02 10:00") + timedelta(hours=hours))
        assert all(at is None or at > opened.now for at in coming(opened))
        opened.pass_time()
        assert all(at is not None and at > opened.now for at in coming(opened))


def test_without_rotations_nothing_is_coming(sqlite_url: str) -> None:
    assert coming(office(sqlite_url, oncall=OnCall())) == (None, None)


# -- the greeting


def test_at_the_handover_operations_and_the_engineer_are_told(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.pass_time("2026-11-02 16:30")
    opened.owed()
    opened.pass_time("2026-11-03 08:59")
    assert direct(opened.owed(), "ben") == []
    opened.pass_time("2026-11-03 09:00")
    owed = opened.owed()
    (post,) = [text for text in posts(owed) if "is on call until" in text]
    assert post.splitlines() == [
        "Ben Cole is on call until tomorrow 09:00 UTC. Next: Cleo Park.",
        "Why Ben Cole: next on the list.",
    ]
    (told,) = [text for text in direct(owed, "ben") if text.startswith("You are on call")]
    assert told.splitlines()[0] == (
        "You are on call until tomorrow 09:00 UTC. Your hours are 09:00–17:00. Next: Cleo Park."
    )
    assert "• Answer #devops-sos" in told
    assert "/handover" in told


def test_a_shift_is_greeted_once(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.at("2026-11-03 09:00")
    (event,) = greeted(opened)
    opened.intake.receive(event)
    first = len(opened.owed())
    opened.intake.receive(event)
    assert (first, opened.owed(), greeted(opened)) == (2, [], [])


def test_a_first_start_in_the_middle_of_a_shift_greets_too(sqlite_url: str) -> None:
    opened = office(sqlite_url, at="2026-11-02 15:30", is_planned=False)
    opened.pass_time()
    assert direct(opened.owed(), "ana")[0].startswith("You are on call until tomorrow 09:00 UTC.")


def test_after_the_bot_was_away_only_the_running_shift_is_greeted(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.at("2026-11-05 11:00")
    assert [event.at for event in greeted(opened)] == [instant("2026-11-05 09:00")]


def test_a_greeting_that_comes_after_its_shift_says_nothing(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.at("2026-11-03 09:00")
    (event,) = greeted(opened)
    opened.at("2026-11-04 10:00")
    opened.intake.receive(event)
    assert opened.owed() == []


def test_what_is_open_and_what_waited_overnight_is_listed(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    ask(opened, 1, owner="U-ana", state=RequestState.ACKNOWLEDGED)
    ask(opened, 2, due=Due.RESUME, due_at=instant("2026-11-04 09:00"))
    ask(opened, 3, state=RequestState.RESOLVED)
    ask(opened, 4, rotation="database")
    opened.at("2026-11-03 09:00")
    opened.intake.receive(greeted(opened)[0])
    owed = opened.owed()
    (told,) = direct(owed, "ben")
    assert "Waiting since out of hours; I page you for them when the hours begin (1)" in told
    assert "• #2 platform in #devops-sos, 23 h old, nobody is on it: the registry is slow" in told
    assert "Open (1)\n• #1 platform in #devops-sos, 23 h old, Ana Ruiz is on it" in told
    assert "#3" not in told
    assert "2 requests open, 1 of them since out of hours." in posts(owed)[0]


def test_a_long_list_of_requests_is_cut(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    for number in range(1, 13):
        ask(opened, number, text="x" * 40_000)
    opened.at("2026-11-03 09:00")
    opened.intake.receive(greeted(opened)[0])
    (told,) = direct(opened.owed(), "ben")
    assert "and 2 more" in told
    assert len(told) < 3000


def test_the_last_handover_and_how_to_accept_it_is_told(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    with opened.store.transaction() as session:
        session.add(
            Handover(
                rotation="platform",
                shift_start=instant("2026-11-02 09:00"),
                shift_end=instant("2026-11-03 09:00"),
                outgoing="ana",
                incoming="ben",
                state=HandoverState.SUBMITTED,
                drafted_at=opened.now,
            )
        )
    opened.at("2026-11-03 09:00")
    opened.intake.receive(greeted(opened)[0])
    (told,) = direct(opened.owed(), "ben")
    assert "Ana Ruiz's handover (#1, shift until 09:00 UTC) is submitted. Accept it with /handover accept." in told


def test_nobody_on_duty_is_said_in_operations_and_to_the_fallback(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    with opened.store.transaction() as session:
        nobody = Override("platform", instant("2026-11-03 09:00"), instant("2026-11-04 09:00"), None, opened.now, "lea")
        stored.add_override(session, nobody)
    opened.at("2026-11-03 09:00")
    opened.intake.receive(greeted(opened)[0])
    owed = opened.owed()
    (post,), (told,) = posts(owed), direct(owed, "lea")
    assert "Nobody is on call in platform until tomorrow 09:00 UTC: Lea Novak put nobody on duty." in post
    assert "@Lea Novak, please put somebody on duty: /oncall-list assign now @user." in post
    assert "After that Cleo Park is on call." in told


def test_without_a_fallback_the_leads_are_told(sqlite_url: str) -> None:
    empty = OnCall(leads=("lea",), rotations=(rotation(engineers=()),))
    opened = office(sqlite_url, oncall=empty, is_planned=False)
    opened.pass_time()
    assert "the list is empty" in direct(opened.owed(), "lea")[0]


def test_an_engineer_whom_no_chat_can_reach_is_said_in_operations(sqlite_url: str) -> None:
    without = tuple(Person(id=one.id, name=one.name) if one.id == "ana" else one for one in people())
    opened = office(sqlite_url, people=without, is_planned=False)
    opened.pass_time()
    assert "I cannot reach Ana Ruiz in any chat: please tell them." in posts(opened.owed())[0]


def test_every_platform_that_has_the_channel_is_posted_to(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.intake.standing = replace(opened.standing, platforms=("slack", "rocketchat", "local"))
    opened.intake.learn_channels("local", [("L1", "devops-operations")])
    opened.at("2026-11-03 09:00")
    opened.intake.receive(greeted(opened)[0])
    owed = opened.owed()
    assert len(posts(owed)) == 1
    assert [one for one in owed if getattr(one, "channel", "") == "L1"]
    assert len(direct(owed, "ben")) == 1


def test_a_post_mentions_nobody_who_is_told_directly(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.at("2026-11-03 09:00")
    opened.intake.receive(greeted(opened)[0])
    assert "@" not in posts(opened.owed())[0]


def test_several_rotations_are_named(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(), rotation(name="database", engineers=("dan",))), is_planned=False)
    opened.pass_time()
    texts = posts(opened.owed())
    assert any(text.startswith("Ana Ruiz is on call in platform until") for text in texts)
    assert any(text.startswith("Dan Wu is on call in database until") for text in texts)


def test_nothing_is_greeted_on_a_holiday(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(holidays=Holidays(extra_off=(date(2026, 11, 3),))),))
    opened.at("2026-11-03 12:00")
    assert greeted(opened) == []
    opened.at("2026-11-04 09:00")
    assert len(greeted(opened)) == 1
