"""What `watchbill check --online` asks each platform in use: one function a platform."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from bot.problem import Problem, Severity
from bot.settings import Settings

CALL_SECONDS = 10


def online(settings: Settings) -> Iterable[Problem]:
    """Yield what the platforms in use themselves find wrong."""
    for platform in settings.chat.platforms:
        if platform in PROBES:
            yield from (_told(platform, sentence) for sentence in PROBES[platform](settings))


def _told(platform: str, sentence: str) -> Problem:
    from bot.chat.rocketchat.checking import Advice

    severity = Severity.WARNING if isinstance(sentence, Advice) else Severity.ERROR
    return Problem(f"chat.{platform}", sentence, severity=severity)


def _slack(settings: Settings) -> Iterable[str]:
    from slack_sdk import WebClient
    from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler

    from bot.chat.slack import checking

    block = settings.chat.slack
    assert block is not None
    secrets = {
        name: secret.get_secret_value() if secret else ""
        for name, secret in (("bot", block.bot_token), ("app", block.app_token), ("signing", block.signing_secret))
    }
    patient = RateLimitErrorRetryHandler(max_retry_count=3)  # each person's account is a call
    client = WebClient(secrets["bot"], base_url=str(block.api_url), timeout=CALL_SECONDS, retry_handlers=[patient])
    tokens = checking.Tokens(block.mode, secrets["bot"], secrets["app"], secrets["signing"])
    return checking.problems(client, tokens, settings.policy)


def _rocketchat(settings: Settings) -> Iterator[str]:
    from bot.chat.rocketchat import checking
    from bot.chat.rocketchat.caller import Caller

    block = settings.chat.rocketchat
    assert block is not None
    caller = Caller(str(block.url), block.user_id.get_secret_value(), block.token.get_secret_value(), CALL_SECONDS)
    try:
        yield from checking.problems(caller, settings.policy)
    finally:
        caller.close()


PROBES: Mapping[str, Callable[[Settings], Iterable[str]]] = {"slack": _slack, "rocketchat": _rocketchat}
