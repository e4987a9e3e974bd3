"""Declaring an incident: by command, from a request with one button, or from the question about a surge."""

from collections.abc import Callable, Mapping

from handlers import duty, incident_link, incident_place, incidents, lifecycle, lookup, surge
from handlers.context import Answer, Context
from handlers.incidents import Source
from handlers.wording import commands as command_words
from handlers.wording import incident_command as wording
from handlers.wording import surge as surge_words
from models.errors import UserError
from models.events import ButtonPressed
from models.message import Message
from models.records import incident as records
from models.records import incident_following as following
from models.records import request as requests
from models.records import surge as surge_records
from models.records.incident import Incident, IncidentSource
from models.records.request import Request, RequestState
from models.severity import Severity
from models.triage.verdict import RequestClass

DECLARE = "declare"
FROM_REQUEST = "declared from it"


def may(ctx: Context) -> None:
    """Let engineers and leads go on. Raises UserError for everybody else."""
    if not duty.is_engineer(ctx, ctx.person):
        raise UserError(wording.ENGINEERS_ONLY)


def declare(
    ctx: Context,
    title: str,
    severity: Severity,
    service: str | None,
    environment: str | None,
    *,
    source: Source,
    request: Request | None = None,
) -> Message:
    """Declare an incident, and give what whoever did is told. request: what it was declared from, which belongs to it.

    Nobody is paged: whoever declares is there. The engineer on call is told, where that is somebody else.
    """
    others = [one.id for one in records.live_of_service(ctx.session, service)] if service is not None else []
    where = incident_place.place(ctx)
    incident = incidents.open_incident(
        ctx,
        title=title,
        severity=severity,
        source=IncidentSource.DECLARED,
        said_by=source,
        service=service,
        environment=environment,
        declared_by=ctx.handle_on(where.platform if where is not None else ctx.platform),
    )
    incidents.post(ctx, incident)
    if request is not None:
        incident_link.link(ctx, incident, request, how=FROM_REQUEST)
    surge.settle(ctx, incident)
    linked = _take(ctx, incident, source)
    told = _tell_on_call(ctx, incident, where.name if where is not None else None)
    ctx.audit("declare", f"incident:{incident.id}", severity.value)
    return wording.declared(incident.id, title, severity, service, told=told, others=others, linked=linked)


def _take(ctx: Context, incident: Incident, source: Source) -> int:
    """Let whoever declares be on the grave requests that belong to it, and ask nobody else; give how many belong to it.

    Who took one before stays on it.
    """
    links = following.linked(ctx.session, incident.id)
    for one in links:
        request = requests.get(ctx.session, one.request_id)
        if request is None or not request.state.is_live or not request.request_class.is_grave:
            continue
        if request.state is RequestState.OPEN:
            lifecycle.acknowledge(ctx, request, source="button" if source == "button" else "command")
        incident_link.rest(ctx, request)
    return len(links)


def _tell_on_call(ctx: Context, incident: Incident, place: str | None) -> str | None:
    """Tell the engineer on call of what somebody else declared, within their hours; give their name."""
    rotation = ctx.policy.rotation_for_alerts(incident.service, place)
    if rotation is None or not duty.is_within_hours(ctx, rotation):
        return None
    engineer = ctx.policy.person(duty.on_call(ctx, rotation).engineer)
    if engineer is None or engineer == ctx.person:
        return None
    by = surge.name_of_actor(ctx)
    told = wording.told_on_call(incident.id, incident.title, incident.severity, incident.service, by=by, place=place)
    reached = ctx.tell([engineer], lambda _: told)
    return reached[0].name if reached else None


# -- by button


def _pressed(ctx: Context, event: ButtonPressed) -> Answer:
    """Declare an incident from a request. Nothing that its author wrote is in the title, which may be public."""
    may(ctx)
    request = lookup.numbered(ctx, event.value)
    incident = following.joined(ctx.session, request.id)
    if incident is not None:
        raise UserError(wording.is_part(request.id, incident))
    is_urgent = request.request_class is RequestClass.URGENT
    title = wording.title_of(request.service, request.channel_name)
    severity = Severity.CRITICAL if is_urgent else Severity.WARNING
    return Answer(
        reply=declare(ctx, title, severity, request.service, request.environment, source="button", request=request)
    )


def _pressed_surge(ctx: Context, event: ButtonPressed) -> Answer:
    """Declare a surge an incident; where one of its service is live by now, its requests join that."""
    may(ctx)
    asked = surge_records.surge(ctx.session, int(event.value)) if event.value.isdecimal() else None
    if asked is None:
        raise UserError(command_words.UNKNOWN_BUTTON)
    number = asked.incident_id or next((one.id for one in records.live_of_service(ctx.session, asked.service)), None)
    incident = records.incident(ctx.session, number) if number is not None else None
    if incident is not None:
        surge.settle(ctx, incident)
        _take(ctx, incident, "button")
        return Answer(reply=surge_words.gone_on(asked.service, incident.id))
    title = surge_words.title_of(asked.service, asked.authors)
    return Answer(reply=declare(ctx, title, Severity.CRITICAL, asked.service, None, source="button"))


BUTTONS: Mapping[str, Callable[[Context, ButtonPressed], Answer]] = {
    DECLARE: _pressed,
    surge_words.DECLARE: _pressed_surge,
}
