"""Channel topics and user groups say who is on call."""

from dataclasses import replace

import pytest

from models.effects import Topic, UserGroup
from models.policy import OnCall
from tests.handlers.build import Office, office, people, rotation

TOPIC = "Write here. On call: {engineer} until {until}, then {next}"


def shown(opened: Office) -> tuple[list[str], list[tuple[str, ...]]]:
    """Give the topics and the members that are owed since it was last asked."""
    owed = opened.owed()
    topics = [one.text for one in owed if isinstance(one, Topic)]
    return topics, [one.users for one in owed if isinstance(one, UserGroup)]


def showing(database_url: str, **changed: object) -> Office:
    one = rotation(topics={"devops-sos": TOPIC}, user_group={"slack": "S1"}, **changed)
    opened = office(database_url, rotations=(one,), is_planned=False)
    opened.pass_time()
    return opened


def test_the_topic_and_the_group_name_whoever_is_on_duty(database_url: str) -> None:
    opened = showing(database_url)
    said = "Write here. On call: Ana Ruiz until Tue 3 Nov 09:00 UTC, then Ben Cole"
    assert shown(opened) == ([said], [("U-ana",)])


def test_a_handover_and_a_change_are_shown_at_once_and_nothing_twice(database_url: str) -> None:
    opened = showing(database_url)
    shown(opened)
    opened.pass_time("2026-11-02 10:30")
    assert shown(opened) == ([], [])
    opened.command("dan", "oncall", "take today")
    opened.pass_time()
    assert shown(opened)[1] == [("U-dan",)]
    opened.pass_time("2026-11-03 09:00")
    assert shown(opened)[1][-1] == ("U-ben",)


def test_a_channel_that_the_bot_comes_into_gets_its_topic_at_once(sqlite_url: str) -> None:
    one = rotation(topics={"lobby": TOPIC})
    opened = office(sqlite_url, rotations=(one,), is_planned=False)
    opened.pass_time()
    assert shown(opened)[0] == []
    opened.intake.learn_channels("slack", [("C-lobby", "lobby")])
    opened.pass_time()
    assert len(shown(opened)[0]) == 1


def test_what_people_changed_by_hand_is_put_right_within_the_hour(sqlite_url: str) -> None:
    opened = showing(sqlite_url)
    shown(opened)
    opened.pass_time("2026-11-02 11:00")
    assert shown(opened)[1] == [("U-ana",)]


def test_where_nobody_is_on_duty_the_group_is_the_fallback_and_never_empty(sqlite_url: str) -> None:
    opened = showing(sqlite_url)
    shown(opened)
    opened.command("lea", "oncall-list", "assign today nobody")
    opened.pass_time()
    topics, groups = shown(opened)
    assert topics[0].startswith("Write here. On call: nobody until")
    assert groups == [("U-lea",)]


def test_whoever_has_no_handle_on_a_platform_is_stood_in_for_by_the_fallback(sqlite_url: str) -> None:
    unseen = tuple(one.model_copy(update={"slack": None}) if one.id == "ana" else one for one in people())
    one = rotation(user_group={"slack": "S1"})
    opened = office(sqlite_url, rotations=(one,), people=unseen, is_planned=False)
    opened.pass_time()
    assert shown(opened)[1] == [("U-lea",)]


def test_without_anybody_to_put_into_it_a_group_is_left_as_it_is(sqlite_url: str) -> None:
    opened = showing(sqlite_url, engineers=("ghost",))
    opened.decide_by(opened.standing.policy.model_copy(update={"oncall": _leaderless(opened)}))
    shown(opened)
    opened.pass_time("2026-11-02 12:00")
    assert shown(opened)[1] == []


def _leaderless(opened: Office) -> OnCall:
    return opened.standing.policy.oncall.model_copy(update={"leads": (), "fallback": ()})


@pytest.mark.parametrize("platforms", [("local",), ("slack", "local")])
def test_only_the_platforms_in_use_are_changed(sqlite_url: str, platforms: tuple[str, ...]) -> None:
    one = rotation(user_group={"local": "oncall"})
    opened = office(sqlite_url, rotations=(one,), is_planned=False)
    opened.intake.standing = replace(opened.standing, platforms=platforms)
    opened.pass_time()
    assert shown(opened)[1] == [("ana",)]
