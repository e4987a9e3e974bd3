"""What `watchbill check --online` finds wrong with an installation on Rocket.Chat."""

from pathlib import Path

import pytest

from bot.app import command_names
from bot.platform_probes import online
from bot.problem import Problem
from tests.bot.chat.rocketchat_building import workspace
from tests.bot.configurations import SOUND, settings
from tests.fakes.rocketchat import FakeRocketChat


def found(directory: Path, fake: FakeRocketChat, token: str = "") -> list[Problem]:
    block = f"rocketchat: {{url: '{fake.url}', user_id: {fake.bot.id}, token: {token or fake.token}}}"
    text = SOUND.replace("chat: {platforms: [local]}", f"chat: {{platforms: [rocketchat], {block}}}")
    return list(online(settings(directory, text)))


def furnish(fake: FakeRocketChat) -> None:
    fake.user("bruno")
    for name in ("how-to", "sos", "alerts", "operations"):
        fake.room(name, ["amina"])


def test_where_all_is_well_nothing_is_said(tmp_path: Path) -> None:
    with workspace() as fake:
        furnish(fake)
        assert found(tmp_path, fake) == []


@pytest.mark.parametrize("permission", ["create-d", "view-c-room", "view-d-room", "view-history", "view-p-room"])
def test_each_missing_permission_is_named_with_what_it_is_for(tmp_path: Path, permission: str) -> None:
    with workspace() as fake:
        furnish(fake)
        fake.workspace.permissions[permission] = ["admin"]
        (problem,) = found(tmp_path, fake)

    assert permission in problem.message
    assert "without it the bot cannot" in problem.message
    assert problem.message.endswith("grant it to the role bot under Workspace, Permissions.")
    assert problem.is_error


def test_an_account_with_the_role_bot_alone_is_told_what_the_role_user_would_give_it(tmp_path: Path) -> None:
    with workspace() as fake:
        furnish(fake)
        fake.bot.roles.remove("user")
        told = [problem.message for problem in found(tmp_path, fake)]

    assert [message.partition(":")[0].rpartition(" ")[2] for message in told] == ["view-history", "view-p-room"]


def test_rooms_people_and_versions_that_do_not_fit_are_named(tmp_path: Path) -> None:
    with workspace() as fake:
        furnish(fake)
        fake.remove("sos")
        fake.archive("alerts")
        fake.workspace.users["bruno"].is_active = False
        fake.api.version = "5.4.2"
        told = [problem.message for problem in found(tmp_path, fake)]

    assert told == [
        "This server is Rocket.Chat 5.4.2: Watchbill needs 6.4 or newer.",
        "The bot is not in #sos: write /invite @watchbill there, or correct the name.",
        "#alerts is archived: nobody can write there. Unarchive it, or take it out of channels.",
        "people.bruno: Rocket.Chat knows no active user bruno.",
    ]


def test_a_limit_that_the_bot_is_under_is_advice_and_no_error(tmp_path: Path) -> None:
    with workspace(bypass=False) as fake:
        furnish(fake)
        (problem,) = found(tmp_path, fake)

    assert "api-bypass-rate-limit" in problem.message
    assert not problem.is_error


def test_a_token_that_is_refused_and_a_server_that_is_away_are_told(tmp_path: Path) -> None:
    with workspace() as fake:
        assert "personal access token" in found(tmp_path, fake, "another")[0].message
        fake.is_away = True
        assert "cannot be asked" in found(tmp_path, fake)[0].message


def test_a_configuration_that_names_rocketchat_builds_its_adapter(tmp_path: Path) -> None:
    from bot.app import _ports
    from bot.clock import SystemClock
    from bot.metrics import Metrics

    block = "rocketchat: {url: 'https://chat.example.org', user_id: u, token: t, prefix: '%'}"
    text = SOUND.replace("chat: {platforms: [local]}", f"chat: {{platforms: [local, rocketchat], {block}}}")
    text += f"database: {{url: 'sqlite:///{tmp_path}/w.db'}}\n"
    ports, _ = _ports(settings(tmp_path, text), SystemClock(), Metrics())

    assert [port.name for port in ports] == ["local", "rocketchat"]
    assert not ports[1].is_healthy()
    assert "oncall" in command_names()
    for port in ports:
        port.stop()
