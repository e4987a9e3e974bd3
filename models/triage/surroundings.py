"""What a message names: a service of the catalogue, and the environment that it speaks of."""

import re
from collections.abc import Sequence

from models.policy import Service
from models.triage.text import Message

_ENVIRONMENTS = {
    "prod": "production",
    "production": "production",
    "dev": "development",
    "test": "test",
    "uat": "test",
    "staging": "test",
    "stage": "test",
    "qa": "test",
    "sandbox": "development",
    "tools": "tools",
}
_PLACE = r"(?:env\w*|server|system|cluster|site|instance|namespace)"
_TOLD = (
    (
        "test",
        re.compile(rf"\b(?:staging|uat|qa|pre-?prod\w*|(?:test|acceptance|stage|training) {_PLACE}|(?:in|on) test)\b"),
    ),
    ("development", re.compile(rf"(?<![\w.-])(?:dev|development {_PLACE}|sandbox|non-?prod\w*)\b")),
    ("tools", re.compile(r"\btools namespace\b")),
)
_PRODUCTION = re.compile(r"\b(?:prod|production|prd|live (?:site|system|server|service|environment|page)|in live)\b")
_NOT_PRODUCTION = re.compile(
    r"\b(?:not?|isn't|aren't|never|before|non|pre)[ -](?:\w+ ){0,2}(?:prod|production)\b"
    r"|\b(?:prod|production)\b[^.!?\n]{0,25}\b(?:fine|ok|okay|unaffected|not affected|isn't affected|works)\b"
)


def environment_of(message: Message) -> str | None:
    """Give the environment that a message tells: production wherever it is named, else the first other one."""
    named = [_ENVIRONMENTS[each] for each in message.namespaces]
    text = _NOT_PRODUCTION.sub(" ", message.plain)
    if "production" in named or (_PRODUCTION.search(text.replace("namespacename prod", " ")) and not named):
        return "production"
    return named[0] if named else next((name for name, told in _TOLD if told.search(text)), None)


def service_of(message: Message, services: Sequence[Service]) -> str | None:
    """Give the name of the service that a message names first, by its name or an alias; None where it names none."""
    found = [(at, -len(alias), service.name) for service in services for alias, at in _mentions(message.plain, service)]
    return min(found)[2] if found else None


def _mentions(text: str, service: Service) -> list[tuple[str, int]]:
    names = [alias.lower().strip() for alias in (service.name, *service.aliases)]
    told = [alias for alias in names if alias and alias in text]  # most messages name none
    matches = [(alias, re.search(rf"(?<!\w){re.escape(alias)}(?!\w)", text)) for alias in told]
    return [(alias, match.start()) for alias, match in matches if match]
