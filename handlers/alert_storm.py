"""New incidents are posted one by one; in a storm, one summary stands for those that are too many."""

from datetime import timedelta

from handlers import alert_channel, incident_page, incident_place, incidents, paging
from handlers.context import Context
from handlers.incident_place import Place
from handlers.incidents import REST
from handlers.wording import storm as wording
from models.effects import Post
from models.events import DeliverySettled
from models.message import Message
from models.records import alert as records
from models.records import delivery
from models.records.alert import AlertStorm
from models.records.delivery import Purpose
from models.records.incident import Incident
from models.records.request import Request
from models.severity import Severity

ENDS = timedelta(minutes=5)
"""A storm is over when so long no incident has joined it."""


def announce(ctx: Context, incident: Incident) -> None:
    """Post a new incident, or let the summary of a storm stand for it; one that is silenced once that is over."""
    if incident.is_silenced(ctx.now):
        incident.refresh_at = incident.silenced_until
        return
    where = incident_place.place(ctx)
    if where is None:
        incidents.unplaced(ctx, incident)
        return
    cost = 2 if incidents.is_to_page(ctx, incident) else 1
    is_storm = alert_channel.is_full(ctx, where.platform, where.channel)
    if not is_storm and alert_channel.may_post(ctx, where.platform, where.channel, cost):
        incidents.post(ctx, incident)
    else:
        _join(ctx, where, incident)


def _join(ctx: Context, where: Place, incident: Incident) -> None:
    storm = records.storm_since(ctx.session, where.platform, where.channel, ctx.now - ENDS) or _begin(ctx, where)
    incident.platform, incident.channel, incident.storm_id = where.platform, where.channel, storm.id
    incident.refresh_at = None
    storm.last_at = ctx.now
    if storm.post_id is None:
        ctx.session.flush()
        alert_channel.may_post(ctx, where.platform, where.channel, cost=2, is_for_storm=True)
        summary = Post(where.channel, shown(ctx, storm))
        storm.post_id = ctx.say(summary, purpose=Purpose.REQUEST, platform=where.platform)
        storm.shown_at = ctx.now
    else:
        storm.refresh_at = storm.refresh_at or (storm.shown_at or ctx.now) + REST


def _begin(ctx: Context, where: Place) -> AlertStorm:
    storm = AlertStorm(platform=where.platform, channel=where.channel, begun_at=ctx.now, last_at=ctx.now)
    return records.add_storm(ctx.session, storm)


def refresh(ctx: Context, storm: AlertStorm) -> None:
    """Bring the summary of a storm up to date, and page once for what is critical in it."""
    storm.shown_at, storm.refresh_at = ctx.now, None
    ctx.edit(storm.post_id, shown(ctx, storm), _platform(ctx, storm))
    _page(ctx, storm)


def _platform(ctx: Context, storm: AlertStorm) -> str:
    """Give where the summary of a storm stands; elsewhere than it should where that was not possible."""
    return delivery.platform_of(ctx.session, storm.post_id) if storm.post_id is not None else storm.platform


def shown(ctx: Context, storm: AlertStorm) -> Message:
    """Give the summary of a storm as it has to read now."""
    return wording.summary(_facts(ctx, storm))


def _facts(ctx: Context, storm: AlertStorm) -> wording.Storm:
    counts = records.storm_counts(ctx.session, storm.id)
    return wording.Storm(storm.begun_at, storm.last_at, counts, ctx.now, ctx.policy.zone)


def delivery_settled(ctx: Context, event: DeliverySettled) -> None:
    """Page for a storm once its summary stands in the channel; where it cannot stand there, post it elsewhere."""
    storm = records.storm_of_post(ctx.session, event.row) if event.purpose == Purpose.REQUEST else None
    if storm is not None and event.is_delivered:
        _page(ctx, storm)
    elif storm is not None:
        _post_elsewhere(ctx, storm, event)


def _post_elsewhere(ctx: Context, storm: AlertStorm, event: DeliverySettled) -> None:
    failed = delivery.wanted_place(ctx.session, event.row)
    where = incident_place.place_after(ctx, *failed)
    incident_place.tell_leads(ctx, failed, where, event.error, None)
    if where is not None:
        summary = Post(where.channel, shown(ctx, storm))
        storm.post_id = ctx.say(summary, purpose=Purpose.REQUEST, platform=where.platform)


def _page(ctx: Context, storm: AlertStorm) -> None:
    """Page once for all that is critical in a storm; when none of it is live any more, that is over."""
    number = _live_critical(ctx, storm)
    if number is None:
        if storm.request_id is not None:
            incident_page.end_request(ctx, storm.request_id, None)
    elif storm.request_id is not None:
        incident_page.page_again(ctx, storm.request_id)
    else:
        _open(ctx, storm, number)


def _open(ctx: Context, storm: AlertStorm, number: int) -> None:
    found = delivery.place(ctx.session, storm.post_id) if storm.post_id is not None else None
    if found is not None:
        root = (_platform(ctx, storm), *found)
        request: Request = incident_page.open_request(ctx, root, wording.request_text(number), None)
        storm.request_id = request.id
        paging.begin(ctx, request)


def _live_critical(ctx: Context, storm: AlertStorm) -> int | None:
    """Give how many incidents of a storm are live, and not silenced, that somebody is paged for; None: none is."""
    pages = [one for one in Severity if incidents.pages(ctx, one)]
    return records.loud_in_storm(ctx.session, storm.id, pages, ctx.now) or None
