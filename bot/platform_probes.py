"""What `watchbill check --online` asks each platform in use: one function a platform."""

from collections.abc import Callable, Iterable, Mapping

from bot.problem import Problem
from bot.settings import Settings

CALL_SECONDS = 10


def online(settings: Settings) -> Iterable[Problem]:
    """Yield what the platforms in use themselves find wrong."""
    for platform in settings.chat.platforms:
        if platform in PROBES:
            yield from (Problem(f"chat.{platform}", sentence) for sentence in PROBES[platform](settings))


def _slack(settings: Settings) -> Iterable[str]:
    from slack_sdk import WebClient

    from bot.chat.slack import checking

    block = settings.chat.slack
    assert block is not None
    secrets = {
        name: secret.get_secret_value() if secret else ""
        for name, secret in (("bot", block.bot_token), ("app", block.app_token), ("signing", block.signing_secret))
    }
    client = WebClient(secrets["bot"], base_url=str(block.api_url), timeout=CALL_SECONDS, retry_handlers=[])
    tokens = checking.Tokens(block.mode, secrets["bot"], secrets["app"], secrets["signing"])
    return checking.problems(client, tokens, settings.policy)


PROBES: Mapping[str, Callable[[Settings], Iterable[str]]] = {"slack": _slack}
