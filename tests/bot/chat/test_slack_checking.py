from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.app import command_names
from bot.chat.slack.checking import SCOPES, scopes
from models.effects import Direct, Edit, Post, Private, React
from models.message import text
from models.policy import Channel, ChannelKind, Person, Policy
from tests.bot.chat.slack_building import NOW, Recorder, chat_for, running, workspace
from tests.fakes.slack.permissions import ALL_SCOPES

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

    assert any(scope in problem for problem in found)


def test_a_channel_that_the_bot_is_not_in_and_one_that_is_not_there_are_told_apart() -> None:
    with workspace() as slack:
        slack.remove("devops-sos")
        slack.remove("devops-secret")
        found = chat_for(slack).check_online(POLICY)

    assert found == [
        "The bot is not in #devops-sos: write /invite @watchbill there.",
        "There is no public channel #devops-secret. If it is private, write /invite @watchbill there.",
    ]


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


def manifest() -> dict[str, Any]:
    """Give the manifest that the operator's guide tells to paste."""
    guide = (Path(__file__).parents[3] / "docs" / "slack.md").read_text(encoding="utf-8")
    read: dict[str, Any] = yaml.safe_load(guide.split("```yaml\n", 1)[1].split("```", 1)[0])
    return read


def test_the_guides_manifest_asks_for_the_scopes_that_are_checked() -> None:
    assert set(manifest()["oauth_config"]["scopes"]["bot"]) == set(scopes(Policy()))


def test_the_guides_manifest_is_enough_for_everything_that_the_bot_does() -> None:
    told = manifest()
    commands = [one["command"] for one in told["features"]["slash_commands"]]
    installed = {
        "scopes": told["oauth_config"]["scopes"]["bot"],
        "events": told["settings"]["event_subscriptions"]["bot_events"],
        "commands": commands,
    }
    with workspace(**installed) as slack, running(slack, inbound := Recorder()) as chat:
        ts = slack.post("devops-sos", "amina", "down")
        slack.post("devops-secret", "amina", "down")
        slack.dm("amina", "down")
        slack.react("bob", ts, "eyes")
        slack.rename_channel("devops-sos", "sos")
        assert [slack.command("amina", "sos", one).failure for one in commands] == [""] * len(commands)
        slack.wait_quiet()
        done = chat.perform(Post("C0SOS", text("hello"), ts), "k1")
        chat.perform(Edit(1, text("hello again")), "k2", done)
        chat.perform(React("C0SOS", ts, "eyes"), "k3")
        chat.perform(Private("C0SOS", "U01", text("psst"), NOW), "k4")
        chat.perform(Direct("U01", text("hello")), "k5")

        assert chat.find(Post("C0SOS", text("hello"), ts), "k1", NOW) == done
        assert len(inbound.received) == 4 + len(commands)
        assert inbound.channels["C0SOS"] == "sos"
        assert {one.removeprefix("/") for one in commands} == set(command_names())
