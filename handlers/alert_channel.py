"""How many posts of alerts a channel bears in a minute, and whether more incidents open than that."""

from datetime import datetime, timedelta

from handlers.context import Context
from models.records import alert as records

MINUTE = timedelta(minutes=1)
FOR_A_STORM = 2
"""So many posts are kept back: for the summary of a storm, and for the page in its thread."""


def may_post(ctx: Context, platform: str, channel: str, cost: int = 1, *, is_for_storm: bool = False) -> bool:
    """Count a post in a channel, or several that belong together; False where it had as many in this minute."""
    lately = records.posts_of(ctx.session, platform, channel)
    posts = _since(lately.posts, ctx.now - MINUTE)
    most = ctx.policy.alerts.posts_a_minute - (0 if is_for_storm else FOR_A_STORM)
    if len(posts) + cost > most:
        return False
    lately.posts = [*posts, *([ctx.now.isoformat()] * cost)]
    return True


def is_full(ctx: Context, platform: str, channel: str) -> bool:
    """Count an incident that opens; say whether as many did within a minute as may be posted in one."""
    lately, most = records.posts_of(ctx.session, platform, channel), ctx.policy.alerts.posts_a_minute
    opened = [*_since(lately.opened, ctx.now - MINUTE), ctx.now.isoformat()][-most:]
    lately.opened = opened
    return len(opened) >= most


def _since(instants: list[str], since: datetime) -> list[str]:
    return [one for one in instants if datetime.fromisoformat(one) > since]
