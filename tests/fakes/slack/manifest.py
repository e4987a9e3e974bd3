"""What Slack's form for app manifests refuses. Source: the manifest's types in Slack's own @slack/web-api 8.2."""

from collections.abc import Iterator

from tests.fakes.slack.workspace import Json

MOST = {"shortcuts": 10, "slash_commands": 50, "scopes": 255, "bot_events": 100}
LONGEST_SHORTCUT = 24
"""The length of a shortcut's name, which the types leave out; the form's own help says it."""


def refusals(manifest: Json) -> list[str]:
    """Give what is wrong with a manifest; empty where Slack would take it."""
    return list(_refusals(manifest))


def _refusals(manifest: Json) -> Iterator[str]:
    features = manifest["features"]
    events = manifest["settings"]["event_subscriptions"]["bot_events"]
    yield from _text(manifest["display_information"], name=35, description=140)
    yield from _text(features["bot_user"], display_name=80)
    for one in features["shortcuts"]:
        yield from _text(one, name=LONGEST_SHORTCUT, callback_id=255, description=150)
    for one in features["slash_commands"]:
        yield from _text(one, command=32, description=2_000, usage_hint=1_000)
    yield from _several(features, "shortcuts", "slash_commands")
    scopes = manifest["oauth_config"]["scopes"]["bot"]
    yield from _several({"scopes": scopes, "bot_events": events}, "scopes", "bot_events")


def _text(part: Json, **most: int) -> Iterator[str]:
    for name, limit in most.items():
        if not 0 < len(part[name]) <= limit:
            yield f"{name} must have between 1 and {limit} characters: {part[name]!r}"


def _several(part: Json, *names: str) -> Iterator[str]:
    for name in names:
        if len(part[name]) > MOST[name]:
            yield f"{name} must be {MOST[name]} at most"
