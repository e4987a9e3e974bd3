"""Incidents: opened, noted, shown in one message each, paged for, and ended, whoever told of them first."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

from handlers import alert_channel, duty, incident_link, incident_page, incident_place, paging
from handlers.context import Context
from handlers.incident_place import Place
from handlers.wording import incidents as wording
from models.alert_policy import Action
from models.effects import Post
from models.events import DeliverySettled, TimeCame
from models.message import Message, Span
from models.records import alert as alerts
from models.records import delivery
from models.records import event as received
from models.records import incident as records
from models.records import request as requests
from models.records.base import put, put_all
from models.records.delivery import Purpose
from models.records.incident import Incident, IncidentEntry, IncidentSource, IncidentState
from models.records.request import RequestState
from models.severity import Severity

Source = Literal["alert", "button", "command", "form", "thread", "clock"]
"""From where something happened to an incident."""

REST = timedelta(seconds=5)
"""So long at least a message stands between two changes that only count."""
UNPLACED = timedelta(minutes=1)
"""After so long an incident looks again for a channel to be posted in."""
SETTLES = timedelta(minutes=5)
"""So long after somebody resolved an incident what its alerts repeat is not news: they take a while to end."""
TOLD_DIRECTLY = "told directly"
"""What a timeline calls that people were told in private of what stands in no channel."""


def open_incident(
    ctx: Context,
    *,
    title: str,
    severity: Severity,
    source: IncidentSource,
    said_by: Source,
    at: datetime | None = None,
    service: str | None = None,
    environment: str | None = None,
    sender: str = "",
    group_key: str | None = None,
    declared_by: str | None = None,
    labels: Mapping[str, str] | None = None,
    links: Mapping[str, str] | None = None,
    firing: int = 0,
) -> Incident:
    """Open an incident, which is posted nowhere yet (`post`). at: when it began; None: now.

    firing: how many alerts it begins with. declared_by: the platform handle of whoever told of it.
    """
    incident = Incident(
        title=title,
        severity=severity,
        state=IncidentState.OPEN,
        source=source,
        service=service,
        environment=environment,
        sender=sender,
        group_key=group_key,
        declared_by=declared_by,
        opened_at=at or ctx.now,
        seen_at=ctx.now,
        firing=firing,
        alerts=firing,
        labels=dict(labels or {}),
        links=dict(links or {}),
    )
    open_all(ctx, [incident], said_by)
    return incident


def open_all(ctx: Context, incidents: Sequence[Incident], said_by: Source) -> None:
    """Open incidents that were only thought of: they get their numbers, and a first line each."""
    records.add(ctx.session, incidents)
    first = (
        {"incident_id": one.id, "at": ctx.now, "detail": one.title[:500], "actor": one.declared_by or ctx.actor}
        for one in incidents
    )
    rest = {"what": "opened", "source": said_by}
    put_all(ctx.session, IncidentEntry, [{**one, **rest} for one in first])


def note(
    ctx: Context,
    incident: Incident,
    what: str,
    *,
    source: Source,
    detail: str = "",
    actor: str | None = None,
    at: datetime | None = None,
) -> int:
    """Write a line into an incident's timeline, and give its row.

    actor: None: whoever caused the event; empty: the bot.
    """
    return put(
        ctx.session,
        IncidentEntry,
        incident_id=incident.id,
        at=at or ctx.now,
        actor=(ctx.actor and ctx.handle_on(incident.platform or ctx.platform)) if actor is None else actor,
        what=what,
        detail=detail[:4000],
        source=source,
    )


# -- its one message


def post(ctx: Context, incident: Incident, where: Place | None = None) -> int | None:
    """Post the one message of an incident, and give its outbox row; None where there is no channel for it yet.

    Once it stands there, who is to be paged for it is (`delivery_settled`). where: None: the best place.
    """
    where = where or incident_place.place(ctx)
    if where is None:
        unplaced(ctx, incident)
        return None
    message = wording.shown(facts(ctx, incident, where.platform))
    row = ctx.say(Post(where.channel, message), purpose=Purpose.REQUEST, platform=where.platform)
    incident.platform, incident.channel, incident.post_id = where.platform, where.channel, row
    incident.shown_at, incident.refresh_at = ctx.now, None
    return row


def refresh(ctx: Context, incident: Incident, rest: timedelta = timedelta()) -> None:
    """Bring the message of an incident up to date; the summary of a storm that stands for it, in a while.

    rest: how long it has to stand before: what is only a count is shown every few seconds at most.
    """
    if incident.post_id is None:
        _refresh_storm(ctx, incident)
    elif incident.shown_at is None or ctx.now - incident.shown_at >= rest:
        incident.shown_at, incident.refresh_at = ctx.now, None
        ctx.edit(incident.post_id, shown(ctx, incident), incident.platform or "")
    else:
        due = incident.shown_at + rest
        incident.refresh_at = min(incident.refresh_at or due, due)


def _refresh_storm(ctx: Context, incident: Incident) -> None:
    storm = alerts.storm(ctx.session, incident.storm_id) if incident.storm_id is not None else None
    if storm is not None:
        storm.refresh_at = storm.refresh_at or (storm.shown_at or ctx.now) + REST


def shown(ctx: Context, incident: Incident) -> Message:
    """Give the message of an incident as it has to read now."""
    return wording.shown(facts(ctx, incident, incident.platform))


def say_in_thread(ctx: Context, incident: Incident, message: Message) -> bool:
    """Add a line to the thread of an incident's message; False where there is none to add, or the channel is full."""
    found = delivery.place(ctx.session, incident.post_id) if incident.post_id is not None else None
    if found is None or incident.platform is None or incident.is_silenced(ctx.now):
        return False
    channel, root = found
    if not alert_channel.may_post(ctx, incident.platform, channel):
        return False
    ctx.say(Post(channel, message, thread=root), purpose=Purpose.NOTICE, platform=incident.platform)
    return True


def facts(ctx: Context, incident: Incident, platform: str | None = None) -> wording.Facts:
    """Give what the sentences about an incident are made of. platform: where they are read."""
    return wording.Facts(
        number=incident.id,
        title=incident.title,
        severity=incident.severity,
        is_live=incident.is_live,
        service=incident.service,
        environment=incident.environment,
        sender=incident.sender,
        declared_by=_name(ctx, incident.declared_by, platform),
        firing=incident.firing,
        alerts=incident.alerts,
        opened_at=incident.opened_at,
        since=incident.since,
        seen_at=incident.seen_at,
        resolved_at=incident.resolved_at,
        resolver=_name(ctx, incident.resolved_by, platform),
        silenced_until=incident.silenced_until,
        update=incident.update,
        next_update_at=incident.next_update_at,
        now=ctx.now,
        zone=ctx.policy.zone,
        labels=incident.labels,
        links=incident.links,
    )


def _name(ctx: Context, handle: str | None, platform: str | None) -> Span | None:
    """Give somebody's name without notifying them: a message that changes often must not."""
    if not handle:
        return None
    return ctx.name_of_handle(handle, platform or ctx.platform) or handle


# -- whether somebody is paged for it


def delivery_settled(ctx: Context, event: DeliverySettled) -> None:
    """Page for an incident once its message stands in the channel; where it cannot stand there, post it elsewhere."""
    if event.purpose != Purpose.REQUEST:
        return
    incident = records.of_post(ctx.session, event.row)
    if incident is not None and event.is_delivered:
        page(ctx, incident)
    elif incident is not None:
        _post_elsewhere(ctx, incident, event.error)


def _post_elsewhere(ctx: Context, incident: Incident, why: str) -> None:
    failed = (incident.platform or "", incident.channel or "")
    where = incident_place.place_after(ctx, *failed)
    incident_place.tell_leads(ctx, failed, where, why, incident.id)
    incident.post_id = None
    if where is not None:
        post(ctx, incident, where)
    else:
        unplaced(ctx, incident)


def unplaced(ctx: Context, incident: Incident) -> None:
    """Look again later for a channel; until then whoever would be paged in its thread is told of it directly, once.

    Of many that begin together about one service they are told of the first.
    """
    incident.refresh_at = ctx.now + UNPLACED
    is_told = any(one.what == TOLD_DIRECTLY for one in records.entries(ctx.session, incident.id))
    if is_told or not is_to_page(ctx, incident):
        return
    span = ctx.now.replace(minute=ctx.now.minute // 10 * 10, second=0, microsecond=0)
    first = TimeCame.of(TOLD_DIRECTLY, (incident.service or "")[:240], span)
    if received.insert_once(ctx.session, first, ctx.now) is None:
        return
    rotation = ctx.policy.rotation_for_alerts(incident.service, None)
    is_within = rotation is not None and duty.is_within_hours(ctx, rotation)
    engineer = duty.on_call(ctx, rotation).engineer if rotation is not None and is_within else None
    people = duty.people(ctx, dict.fromkeys([engineer, *ctx.policy.oncall.leads]))
    told = wording.unplaced(facts(ctx, incident))
    reached = ctx.tell(people, lambda _: told, purpose=Purpose.PAGE)
    names = ", ".join(one.name for one in reached)
    note(ctx, incident, TOLD_DIRECTLY, source="clock", detail=names, actor="")


def page(ctx: Context, incident: Incident) -> None:
    """Page for an incident where its severity wants that; once its message stands.

    The message is the root of a request like any other, whose author is nobody.
    """
    found = delivery.place(ctx.session, incident.post_id) if incident.post_id is not None else None
    if found is None or not is_to_page(ctx, incident):
        return
    if incident.request_id is not None:
        incident_page.page_again(ctx, incident.request_id)
        return
    told = facts(ctx, incident)
    request = incident_page.open_request(ctx, (incident.platform or "", *found), wording.request_text(told), incident)
    incident.request_id = request.id
    note(ctx, incident, "paged", source="alert", detail=f"#{request.id}", actor="")
    paging.begin(ctx, request)


def is_to_page(ctx: Context, incident: Incident) -> bool:
    """Say whether somebody is to be paged for an incident now."""
    is_from_alerts = incident.source is IncidentSource.ALERTS
    return pages(ctx, incident.severity) and is_from_alerts and incident.is_live and not incident.is_silenced(ctx.now)


def pages(ctx: Context, severity: Severity) -> bool:
    """Say whether somebody is paged for alerts of a severity."""
    return ctx.policy.alerts.action(severity) is Action.PAGE


# -- how it ends, and comes back


def resolve(ctx: Context, incident: Incident, by: str | None = None, *, source: Source = "alert") -> None:
    """End a live incident, and the request that pages for it. by: a platform handle; None: it ended by itself.

    What is silenced stays so, should it come back.
    """
    incident.state, incident.resolved_at, incident.resolved_by = IncidentState.RESOLVED, ctx.now, by
    incident.next_update_at = None
    note(ctx, incident, "resolved", source=source, actor=by or "")
    refresh(ctx, incident)
    say_in_thread(ctx, incident, wording.over(facts(ctx, incident, incident.platform)))
    incident_page.end_request(ctx, incident.request_id, incident.id)


def reopen(ctx: Context, incident: Incident, *, source: Source = "alert") -> None:
    """Take up an incident that is back, as the same one."""
    incident.state, incident.reopened_at = IncidentState.OPEN, ctx.now
    incident.resolved_at = incident.resolved_by = None
    if not incident.is_silenced(ctx.now):
        incident.silenced_until = None
    note(ctx, incident, "again", source=source, actor="")
    refresh(ctx, incident)
    incident_link.is_back(ctx, incident)
    say_in_thread(ctx, incident, wording.began_again(facts(ctx, incident, incident.platform)))
    page(ctx, incident)


def raise_to(ctx: Context, incident: Incident, severity: Severity) -> None:
    """Make a live incident graver, and page for it where that wants it."""
    incident.severity = severity
    note(ctx, incident, "severity", source="alert", detail=severity.value, actor="")
    refresh(ctx, incident)
    say_in_thread(ctx, incident, wording.graver(facts(ctx, incident, incident.platform)))
    page(ctx, incident)


def silence(ctx: Context, incident: Incident, until: datetime | None, *, source: Source, why: str = "") -> None:
    """Let an incident neither page nor speak for a while; until: None: let it again, from now on."""
    incident.silenced_until = None
    if until is not None:
        note(ctx, incident, "silenced", source=source, detail=until.isoformat() + (f" {why}" if why else ""))
        by = ctx.handle_name(ctx.actor, ctx.platform)
        name = ctx.name_of_handle(ctx.actor, ctx.platform) or by
        said = wording.silenced(name, until, why, facts(ctx, incident, incident.platform))
        say_in_thread(ctx, incident, said)
        incident.silenced_until = until
        _stop_paging(ctx, incident)
    else:
        note(ctx, incident, "silence over", source=source)
        if incident.group_key is not None:
            records.end_silences(ctx.session, incident.group_key, ctx.now)
        page(ctx, incident)
    refresh(ctx, incident)
    if incident.post_id is None and incident.storm_id is None and incident.is_live:
        incident.refresh_at = until or ctx.now  # then it is posted for the first time


def _stop_paging(ctx: Context, incident: Incident) -> None:
    request = requests.get(ctx.session, incident.request_id) if incident.request_id is not None else None
    if request is not None and request.state is RequestState.OPEN:
        paging.stop(ctx, request)
        request.page_id = None
