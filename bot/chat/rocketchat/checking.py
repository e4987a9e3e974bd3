"""What is wrong with an installation, asked of Rocket.Chat itself, each with what to do about it."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.chat.rocketchat.caller import TOO_MANY, Caller, CallFailed
from models.policy import Policy

OLDEST = (6, 4)
"""The first version whose `chat.sendMessage` knows `previewUrls`, without which links in pages are unfurled."""

NEEDED: Mapping[str, str] = {
    "create-d": "send direct messages",
    "view-c-room": "read public channels",
    "view-d-room": "read direct messages",
    "view-history": "read what was said while it was away",
    "view-p-room": "read private groups",
}
"""The permissions that one of the bot's roles needs, and what each is for."""

FOR_TOPICS, BYPASS = "edit-room", "api-bypass-rate-limit"


class Advice(str):
    """A sentence about what works, and could work better."""

    __slots__ = ()


def problems(caller: Caller, policy: Policy) -> Iterator[str]:
    """Give a sentence for each problem, the gravest first; nothing where all is well."""
    try:
        yield from _version(caller)
        bot = caller.get("me")
    except CallFailed as error:
        yield refusal() if error.is_refusal else _away(caller, error)
        return
    for ask in (_permissions(caller, policy, bot), _rooms(caller, policy, bot), _people(caller, policy)):
        try:
            yield from ask
        except CallFailed as error:
            yield _away(caller, error) if not error.is_final else f"Rocket.Chat refuses: {error}."


def refusal() -> str:
    """Say what to do where the server refuses the token."""
    return (
        "Rocket.Chat refuses chat.rocketchat.user_id and token: make a personal access token as the bot, "
        "under My account, and copy both."
    )


def _away(caller: Caller, error: CallFailed) -> str:
    if error.status == TOO_MANY:
        return "Rocket.Chat asks to go slower: try again in a minute."
    return f"Rocket.Chat cannot be asked at {caller.url}: {error}."


def _version(caller: Caller) -> Iterator[str]:
    told = str(caller.get("info", "/api/").get("version") or "")
    numbers = tuple(int(one) for one in told.split(".")[:2] if one.isdecimal())
    if numbers and numbers < OLDEST:
        yield f"This server is Rocket.Chat {told}: Watchbill needs {OLDEST[0]}.{OLDEST[1]} or newer."


def _permissions(caller: Caller, policy: Policy, bot: Mapping[str, Any]) -> Iterator[str]:
    roles = set(bot.get("roles") or ())
    told = caller.get("permissions.listAll").get("update") or []
    granted = {one["_id"] for one in told if roles & set(one.get("roles") or ())}
    for name, what in NEEDED.items():
        if name not in granted:
            yield (
                f"No role of the bot's has the permission {name}: without it the bot cannot {what}. Give the account "
                "a role that has it, such as user, or grant it to the role bot under Workspace, Permissions."
            )
    if FOR_TOPICS not in granted and any(rotation.topics for rotation in policy.oncall.rotations):
        yield Advice(f"Make the bot a moderator of the rooms whose topics it shall set, or grant it {FOR_TOPICS}.")
    if "bot" not in roles:
        yield Advice("The bot's account lacks the role bot, which has the permissions that it needs.")
    if BYPASS not in granted:
        yield Advice(
            f"No role of the bot's has the permission {BYPASS}: it may make ten calls a minute of each kind, so that "
            "pings can be late on a busy day. Grant it to the role bot under Workspace, Permissions."
        )


def _rooms(caller: Caller, policy: Policy, bot: Mapping[str, Any]) -> Iterator[str]:
    told = caller.get("subscriptions.get").get("update") or []
    joined = {one.get("name"): one for one in told if one.get("t") in ("c", "p")}
    for channel in policy.channels:
        if channel.name not in joined:
            yield f"The bot is not in #{channel.name}: write /invite @{bot.get('username')} there, or correct the name."
        elif joined[channel.name].get("archived"):
            yield f"#{channel.name} is archived: nobody can write there. Unarchive it, or take it out of channels."


def _people(caller: Caller, policy: Policy) -> Iterator[str]:
    limit = caller.limit("users.info")
    for number, person in enumerate(one for one in policy.people if one.rocketchat is not None):
        if limit and number >= limit - 1:
            yield Advice("Not everybody's account was looked at: the server allows ten such calls a minute.")
            return
        try:
            user = caller.get("users.info", username=person.rocketchat or "").get("user") or {}
        except CallFailed as error:
            if not error.is_final:
                raise
            user = {"active": False}
        if user.get("active") is False:
            yield f"people.{person.id}: Rocket.Chat knows no active user {person.rocketchat}."
