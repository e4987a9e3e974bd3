"""What is wrong with an installation, asked of Slack itself, each with what to do about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

from bot.chat.slack.failures import FAILED, REFUSED, code, reason
from models.policy import Policy

SCOPES: Mapping[str, str] = {
    "channels:history": "read messages in public channels",
    "channels:read": "know the names of public channels",
    "chat:write": "post and edit",
    "commands": "serve /oncall and the other commands",
    "groups:history": "read messages in private channels",
    "groups:read": "know the names of private channels",
    "im:history": "read direct messages",
    "im:read": "find the direct messages that it missed",
    "im:write": "send direct messages",
    "reactions:read": "see reactions",
    "reactions:write": "put reactions",
    "users:read": "see who was deactivated",
}
"""The scopes of the bot token, and what each is for."""

FOR_TOPICS: Mapping[str, str] = {"channels:manage": "set the topics that oncall.rotations[].topics wants"}
FOR_GROUPS: Mapping[str, str] = {
    "usergroups:read": "see who is in the groups that oncall.rotations[].user_group names",
    "usergroups:write": "keep those groups at whoever is on call",
}
FOR_DIGEST: Mapping[str, str] = {"files:write": "show the picture that comes with the weekly digest"}
"""The scopes that only some configurations need."""

PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the configuration holds for Slack."""

    mode: Literal["socket", "http"]
    bot: str
    app: str
    signing_secret: str


def problems(client: WebClient, tokens: Tokens, policy: Policy) -> Iterator[str]:
    """Give a sentence for each problem, the gravest first; nothing where all is well."""
    yield from _kinds(tokens)
    try:
        known = client.auth_test()
    except FAILED as error:
        yield refusal("bot_token", code(error)) if code(error) in REFUSED else _away(client, error)
        return
    wanted = scopes(policy)
    lacking = sorted(set(wanted) - _granted(known))
    yield from (
        f"The bot token lacks the scope {one}: without it the bot cannot {wanted[one]}. Add it to the app under OAuth "
        "& Permissions, and install the app again."
        for one in lacking
    )
    for ask in (_connection(client, tokens), _channels(client, policy), _people(client, policy)):
        try:
            yield from ask
        except FAILED as error:
            yield _away(client, error) if not code(error) else f"Slack refuses: {code(error)}."


def scopes(policy: Policy) -> Mapping[str, str]:
    """Give the scopes that a configuration needs, and what each is for."""
    rotations = policy.oncall.rotations
    topics = FOR_TOPICS if any(rotation.topics for rotation in rotations) else {}
    groups = FOR_GROUPS if any("slack" in rotation.user_group for rotation in rotations) else {}
    digest = FOR_DIGEST if policy.digest is not None else {}
    return {**SCOPES, **topics, **groups, **digest}


def refusal(which: str, error: str) -> str:
    """Say what to do where Slack refuses a token."""
    if which == "bot_token":
        return f"Slack refuses chat.slack.bot_token ({error}): copy the Bot User OAuth Token (xoxb-…) of the app again."
    if which == "app_token":
        return (
            f"Slack refuses chat.slack.app_token ({error}): copy an App-Level Token (xapp-…) with the scope "
            "connections:write."
        )
    return f"The Slack app lacks a scope ({error}): it needs channels:read and groups:read; install it again with them."


def _away(client: WebClient, error: Exception) -> str:
    return f"Slack cannot be asked at {client.base_url}: {reason(error)}."


def _kinds(tokens: Tokens) -> Iterator[str]:
    if not tokens.bot.startswith("xoxb-"):
        yield "chat.slack.bot_token is no bot token: it begins with xoxb-."
    if tokens.mode == "socket" and not tokens.app.startswith("xapp-"):
        yield "chat.slack.app_token is no app-level token: it begins with xapp-."
    if tokens.mode == "http" and not tokens.signing_secret:
        yield "chat.slack.signing_secret is missing: without it no request can be believed."


def _granted(known: SlackResponse) -> set[str]:
    headers = {str(name).lower(): str(value) for name, value in (known.headers or {}).items()}
    return {one.strip() for one in headers.get("x-oauth-scopes", "").split(",")}


def _connection(client: WebClient, tokens: Tokens) -> Iterator[str]:
    if tokens.mode != "socket":
        return
    try:
        client.apps_connections_open(app_token=tokens.app)
    except FAILED as error:
        if not code(error):
            raise
        yield refusal("app_token", code(error))


def _channels(client: WebClient, policy: Policy) -> Iterator[str]:
    joined = {one["name"] for one in _pages(client, "users.conversations", "public_channel,private_channel")}
    missing = [one.name for one in policy.channels if one.name not in joined]
    told = _pages(client, "conversations.list", "public_channel", archived_too=True) if missing else ()
    public = {one["name"]: one for one in told}
    for name in missing:
        if public.get(name, {}).get("is_archived"):
            yield f"#{name} is archived: nobody can write there. Unarchive it, or take it out of channels."
        elif name in public:
            yield f"The bot is not in #{name}: write /invite @watchbill there."
        else:
            yield f"There is no public channel #{name}. If it is private, write /invite @watchbill there."


def _pages(client: WebClient, method: str, types: str, *, archived_too: bool = False) -> Iterator[dict[str, Any]]:
    cursor: str | None = ""
    hidden = "false" if archived_too else "true"
    while cursor is not None:
        params = {"types": types, "exclude_archived": hidden, "limit": PAGE, "cursor": cursor}
        page = client.api_call(method, params=params)
        yield from page["channels"]
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or None


def _people(client: WebClient, policy: Policy) -> Iterator[str]:
    for person in policy.people:
        if person.slack is None:
            continue
        try:
            is_gone = bool(client.users_info(user=person.slack)["user"].get("deleted"))
        except FAILED as error:
            if code(error) not in ("user_not_found", "user_not_visible"):
                raise
            yield f"people.{person.id}: Slack knows no member {person.slack}."
            continue
        if is_gone:
            yield f"people.{person.id}: {person.slack} is deactivated in Slack."
