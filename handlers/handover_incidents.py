"""The incidents that a handover names: those that are live, and those that were resolved in its shift."""

from datetime import datetime

from handlers import incident_board
from handlers.context import Context
from handlers.wording.incidents import cut
from models.records import delivery
from models.records import incident_board as records
from models.records.handover import DraftedIncident, Incidents
from models.records.incident import Incident

EXCERPT = 80


def collect(ctx: Context, start: datetime, end: datetime, most: int) -> Incidents:
    """Give the live incidents and those resolved in [start, end), at most so many of each, with how many there are."""
    live = records.gravest(ctx.session, most)
    resolved = records.resolved(ctx.session, start, end, most)
    return Incidents(
        live=tuple(_drafted(ctx, one) for one in live),
        live_total=records.count(ctx.session),
        resolved=tuple(_drafted(ctx, one) for one in resolved),
        resolved_total=records.count_resolved(ctx.session, start, end),
    )


def _drafted(ctx: Context, one: Incident) -> DraftedIncident:
    place = delivery.place(ctx.session, one.post_id) if one.post_id is not None else None
    return DraftedIncident(
        number=one.id,
        excerpt=cut(one.title, EXCERPT),
        severity=one.severity.value,
        service=one.service or "",
        owner=_owner(ctx, one),
        opened_at=one.since if one.is_live else one.opened_at,
        resolved_at=None if one.is_live else one.resolved_at,
        next_update_at=one.next_update_at,
        silenced_until=one.silenced_until if one.is_silenced(ctx.now) else None,
        platform=one.platform or "",
        channel=place[0] if place is not None else "",
        message=place[1] if place is not None else "",
    )


def _owner(ctx: Context, one: Incident) -> str | None:
    """Give the name of who is on it; of what is over, of who said so."""
    if one.is_live:
        return incident_board.owner(ctx.session, ctx.policy, one)
    return incident_board.name(ctx.policy, one.platform, one.resolved_by) if one.resolved_by else None
