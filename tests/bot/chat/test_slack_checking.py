from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.app import served_on_slack
from bot.chat.slack.checking import SCOPES
from bot.chat.slack.listening import TAKEN
from bot.chat.slack.manifest import SUBSCRIPTIONS, manifest
from bot.platform_probes import online
from handlers import registry
from models.chart import Chart, Series
from models.effects import Direct, Edit, Home, Post, Private, React
from models.events import AccountChanged, ButtonPressed, CommandGiven, HomeOpened, MessagePosted, ReactionAdded
from models.message import text
from models.policy import Channel, ChannelKind, OnCall, Person, Policy, Rotation
from tests.bot.chat.slack_building import NOW, Recorder, chat_for, running, workspace
from tests.bot.configurations import SOUND, settings
from tests.fakes.slack import Fault
from tests.fakes.slack.manifest import refusals
from tests.fakes.slack.permissions import ALL_SCOPES, EVENT_SCOPES

CHART = Chart("Requests", ("2 Nov",), (Series("urgent", (1,)),), "1 urgent request")
POLICY = Policy(
    channels=(Channel(name="devops-sos", kind=ChannelKind.SOS), Channel(name="devops-secret", kind=ChannelKind.HOW_TO)),
    people=(Person(id="amina", name="Amina Diallo", slack="U01"), Person(id="grace", name="Grace Kim")),
)


def test_where_all_is_well_nothing_is_said() -> None:
    with workspace() as slack:
        assert chat_for(slack).check_online(POLICY) == []


@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_each_missing_scope_is_named(scope: str) -> None:
    with workspace(scopes=ALL_SCOPES - {scope}) as slack:
        found = chat_for(slack).check_online(POLICY)

    assert any(scope in problem and problem.endswith("install the app again.") for problem in found)


def test_a_channel_that_the_bot_is_not_in_and_one_that_is_not_there_are_told_apart() -> None:
    with workspace() as slack:
        slack.remove("devops-sos")
        slack.remove("devops-secret")
        found = chat_for(slack).check_online(POLICY)

    assert found == [
        "The bot is not in #devops-sos: write /invite @watchbill there.",
        "There is no public channel #devops-secret. If it is private, write /invite @watchbill there.",
    ]


def test_a_check_of_many_people_waits_where_slack_asks_to_go_slower(tmp_path: Path) -> None:
    with workspace() as slack:
        slack.user("U0BRUNO", name="bruno")
        slack.fail("users.info", Fault.RATE_LIMITED, times=2, retry_after=0)
        tokens = f"bot_token: {slack.bot_token}, app_token: {slack.app_token}, api_url: '{slack.base_url}'"
        text = SOUND.replace("chat: {platforms: [local]}", f"chat: {{platforms: [slack], slack: {{{tokens}}}}}")
        told = [one.message for one in online(settings(tmp_path, text))]

        assert not [one for one in told if "ratelimited" in one]
        assert len(slack.calls_to("users.info")) > 2


def test_a_channel_that_is_archived_is_told_as_that() -> None:
    with workspace() as slack:
        slack.archive("devops-sos")
        (problem,) = chat_for(slack).check_online(POLICY)

    assert problem == "#devops-sos is archived: nobody can write there. Unarchive it, or take it out of channels."


def test_people_that_slack_does_not_know_or_has_deactivated_are_named() -> None:
    with workspace() as slack:
        slack.deactivate("amina")
        stranger = Person(id="bob", name="Bob Lindqvist", slack="U0NOBODY")
        found = chat_for(slack).check_online(POLICY.model_copy(update={"people": (*POLICY.people, stranger)}))

    assert found == [
        "people.amina: U01 is deactivated in Slack.",
        "people.bob: Slack knows no member U0NOBODY.",
    ]


@pytest.mark.parametrize("key", ["bot_token", "app_token"])
def test_a_token_of_the_wrong_kind_is_named_by_its_key(key: str) -> None:
    with workspace() as slack:
        found = chat_for(slack, **{key: "xoxp-somebody"}).check_online(POLICY)

    assert all(f"chat.slack.{key}" in problem for problem in found)
    assert len(found) == 2


def test_a_slack_that_cannot_be_reached_is_told_with_its_address() -> None:
    with workspace() as slack:
        chat = chat_for(slack)

    assert chat.check_online(POLICY) == [f"Slack cannot be asked at {slack.base_url}: ConnectionRefusedError."]


def printed() -> dict[str, Any]:
    """Give the manifest for a configuration without wishes of its own."""
    return manifest(Policy(), served_on_slack())


def test_the_guides_manifest_is_the_one_that_is_printed() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "slack.md").read_text(encoding="utf-8")
    assert yaml.safe_load(guide.split("```yaml\n", 1)[1].split("```", 1)[0]) == printed()


def test_it_subscribes_to_what_the_listener_takes_and_to_nothing_else() -> None:
    assert {*SUBSCRIPTIONS} == {*TAKEN}
    assert {name for names in SUBSCRIPTIONS.values() for name in names} <= {*EVENT_SCOPES}


def test_over_http_each_part_has_the_address_that_slack_is_to_call() -> None:
    told = manifest(Policy(), served_on_slack(), "http", "https://bot.example.org/")
    url = "https://bot.example.org/slack/events"
    settings = told["settings"]
    assert [settings[part]["request_url"] for part in ("event_subscriptions", "interactivity")] == [url, url]
    assert {one["url"] for one in told["features"]["slash_commands"]} == {url}
    assert settings["socket_mode_enabled"] is False
    assert "YOUR-ADDRESS" in str(manifest(Policy(), served_on_slack(), "http"))


def test_topics_and_groups_ask_for_their_scopes_only_where_they_are_wanted() -> None:
    rotation = Rotation(name="platform", topics={"devops-sos": "{engineer}"}, user_group={"slack": "S1"})
    wanted = manifest(Policy(oncall=OnCall(rotations=(rotation,)), digest=None), served_on_slack())["oauth_config"][
        "scopes"
    ]["bot"]
    assert {*wanted} - {*SCOPES} == {"channels:manage", "usergroups:read", "usergroups:write"}


def test_the_manifest_keeps_slacks_limits() -> None:
    assert refusals(printed()) == []


def test_each_shortcut_stands_for_a_button_that_there_is() -> None:
    assert {one["callback_id"] for one in printed()["features"]["shortcuts"]} <= {*registry.BUTTONS}


def test_the_manifest_is_enough_for_everything_that_the_bot_does_and_no_more() -> None:
    told = printed()
    commands = [one["command"] for one in told["features"]["slash_commands"]]
    events = told["settings"]["event_subscriptions"]["bot_events"]
    installed = {"scopes": told["oauth_config"]["scopes"]["bot"], "events": events, "commands": commands}
    inbound = Recorder()
    inbound.known = ("U01",)
    with workspace(**installed) as slack:
        with running(slack, inbound) as chat:
            ts = slack.post("devops-sos", "amina", "down")
            slack.post("devops-secret", "amina", "down")
            slack.dm("amina", "down")
            slack.react("bob", ts, "eyes")
            slack.open_home("amina")
            slack.shortcut("amina", "ask")
            slack.shortcut("amina", "make-request", ts)
            assert [slack.command("amina", "devops-sos", one).failure for one in commands] == [""] * len(commands)
            slack.wait_quiet()
            done = chat.perform(Post("C0SOS", text("hello"), ts, CHART), "k1")
            chat.perform(Edit(1, text("hello again")), "k2", done)
            chat.perform(React("C0SOS", ts, "eyes"), "k3")
            chat.perform(Private("C0SOS", "U01", text("psst"), NOW), "k4")
            chat.perform(Direct("U01", text("hello")), "k5")
            chat.perform(Home("U01", text("hello")), "k6")
            inbound.wait_for(lambda: {"C0SOS", "C0SECRET"} <= inbound.positions.keys())
            slack.rename_channel("devops-sos", "sos")
            inbound.wait_for(lambda: inbound.channels["C0SOS"] == "sos")
            assert chat.find(Post("C0SOS", text("hello"), ts), "k1", NOW) == done
            kinds = {type(one) for one in inbound.received}
            assert {MessagePosted, ReactionAdded, HomeOpened, ButtonPressed, CommandGiven, AccountChanged} <= kinds
        with running(slack, inbound):
            slack.wait_for(lambda: slack.calls_to("users.conversations")[-1].args.get("types") == "im")
        needed = {scope for event in events for scope in EVENT_SCOPES[event]} | slack.scopes_used | {"commands"}
        assert not [call for call in slack.calls if call.error]
    assert needed == {*installed["scopes"]}
