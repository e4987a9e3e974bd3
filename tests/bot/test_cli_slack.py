"""`watchbill slack-manifest` needs a configuration, and no tokens: the app comes before them."""

from pathlib import Path

import yaml
from click.testing import CliRunner

from bot.cli import main
from tests.bot.configurations import SOUND


def printed(directory: Path, slack: str, **environ: str) -> tuple[int, str]:
    path = directory / "config.yaml"
    chat = f"chat: {{platforms: [slack], slack: {{{slack}}}}}"
    path.write_text(SOUND.replace("chat: {platforms: [local]}", chat), encoding="utf-8")
    result = CliRunner(env=environ).invoke(main, ["slack-manifest", "--config", str(path)])
    return result.exit_code, result.output


def test_it_prints_yaml_though_no_token_is_there_yet(tmp_path: Path) -> None:
    code, output = printed(tmp_path, 'bot_token: "${WB_NO_BOT}", app_token: "${WB_NO_APP}"')
    assert code == 0, output
    assert yaml.safe_load(output)["settings"]["socket_mode_enabled"] is True


def test_over_http_it_names_the_address(tmp_path: Path) -> None:
    code, output = printed(tmp_path, 'mode: http, bot_token: "${WB_NO_BOT}", signing_secret: "${WB_NO_SECRET}"')
    assert code == 0, output
    assert "/slack/events" in yaml.safe_load(output)["settings"]["interactivity"]["request_url"]


def test_a_configuration_with_a_fault_is_told_and_nothing_is_printed(tmp_path: Path) -> None:
    code, output = printed(tmp_path, 'bot_tokn: "${WB_NO_BOT}"')
    assert code == 1
    assert "bot_tokn" in output
