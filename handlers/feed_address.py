"""The addresses of the calendar feeds: a program cannot send a key, so that the address holds it."""

from typing import Literal
from urllib.parse import quote

from handlers.context import Standing
from models.feed import feed_key, is_feed_key

Kind = Literal["rotation", "person"]


def address(standing: Standing, kind: Kind, name: str) -> str | None:
    """Give the address of a feed; None where there are no feeds, or nobody knows where the bot is reached."""
    if not standing.feed_secret or not standing.public_url:
        return None
    key = feed_key(standing.feed_secret, f"{kind}:{name}")
    return f"{standing.public_url.rstrip('/')}/calendar/{kind}/{quote(name, safe='')}/{key}.ics"


def is_open(standing: Standing, kind: Kind, name: str, key: str) -> bool:
    """Say whether an address leads to a feed: its key is right, and the configuration knows whose it is."""
    is_right = is_feed_key(standing.feed_secret, f"{kind}:{name}", key)
    known = standing.policy.rotation(name) if kind == "rotation" else standing.policy.person(name)
    return bool(standing.feed_secret) and is_right and known is not None
