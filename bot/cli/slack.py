"""`watchbill slack-manifest`: what to paste where a Slack app is made."""

import re
from collections.abc import Mapping
from pathlib import Path

import click

from bot.cli import options

_VARIABLE = re.compile(r"(\w+):\s*[\"']?\$\{(\w+)\}")
_NOT_YET = {"bot_token": "xoxb-not-yet", "app_token": "xapp-not-yet"}


@click.command("slack-manifest")
@options.config
def slack_manifest(config: Path) -> None:
    """Print the manifest of the Slack app that a configuration needs; the tokens need not be there yet."""
    import yaml

    from bot.app import served_on_slack
    from bot.chat.slack.manifest import manifest
    from bot.problem import SettingsError
    from bot.settings import inspect

    loaded = inspect(config, _environ(config.read_text(encoding="utf-8", errors="replace")))
    if loaded.settings is None:
        raise SettingsError(loaded.file, loaded.problems)
    settings, slack = loaded.settings, loaded.settings.chat.slack
    url = str(settings.http.public_url or "")
    shown = manifest(settings.policy, served_on_slack(), slack.mode if slack is not None else "socket", url)
    click.echo(yaml.safe_dump(shown, sort_keys=False, allow_unicode=True), nl=False)


def _environ(text: str) -> Mapping[str, str]:
    """Give the environment, with something in the place of what is not there: an app comes before its tokens."""
    missing = {name: _NOT_YET.get(key, "not-yet-there-at-all") for key, name in _VARIABLE.findall(text)}
    return {**missing, **options.environ()}


COMMANDS = (slack_manifest,)
