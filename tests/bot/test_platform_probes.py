"""`watchbill check --online` asks the platforms in use, and tells what they say with the rest."""

from pathlib import Path

from bot.platform_probes import online
from bot.settings import Settings
from tests.bot.chat.slack_building import workspace
from tests.bot.configurations import SOUND, settings
from tests.fakes.slack import FakeSlack


def on_slack(directory: Path, slack: FakeSlack, bot_token: str) -> Settings:
    chat = f"chat: {{platforms: [slack], slack: {{bot_token: {bot_token}, app_token: {slack.app_token}, "
    chat += f"api_url: '{slack.base_url}'}}}}"
    return settings(directory, SOUND.replace("chat: {platforms: [local]}", chat))


def test_what_slack_finds_missing_is_told_as_a_problem_of_its_block(tmp_path: Path) -> None:
    with workspace() as slack:
        found = list(online(on_slack(tmp_path, slack, slack.bot_token)))
    assert {problem.path for problem in found} == {"chat.slack"}
    assert all(problem.is_error for problem in found)
    assert "There is no public channel #sos." in " ".join(problem.message for problem in found)


def test_a_token_that_slack_refuses_is_told(tmp_path: Path) -> None:
    with workspace() as slack:
        found = list(online(on_slack(tmp_path, slack, "xoxb-somebody-elses")))
    assert ["invalid_auth" in problem.message for problem in found] == [True]


def test_an_address_that_has_no_name_is_told_in_words(tmp_path: Path) -> None:
    text = "chat: {platforms: [slack], slack: {bot_token: xoxb-1, app_token: xapp-1, api_url: 'http://slack.invalid/'}}"
    found = list(online(settings(tmp_path, SOUND.replace("chat: {platforms: [local]}", text))))
    assert [problem.message for problem in found] == [
        "Slack cannot be asked at http://slack.invalid/: its name cannot be resolved."
    ]


def test_the_local_chat_has_nothing_to_be_asked(tmp_path: Path) -> None:
    assert list(online(settings(tmp_path))) == []
