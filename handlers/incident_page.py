"""The request that pages for an incident or a storm: opened, ended with it, and taken up again. Nobody wrote it."""

from handlers import ending, originals, paging, response
from handlers.context import Context
from handlers.incident_place import place
from handlers.wording import incidents as wording
from models.events import MessagePosted
from models.records import request as requests
from models.records.incident import Incident
from models.records.request import Request, RequestState
from models.triage.verdict import RequestClass


def open_request(ctx: Context, root: tuple[str, str, str], text: str, incident: Incident | None) -> Request:
    """Open the urgent request that pages for an incident, or for a storm of them (None); nobody is paged yet.

    root: the platform, the channel and the message that its thread hangs on.
    """
    (platform, channel, message), where = root, place(ctx)
    posted = MessagePosted(
        key=f"incident:{channel}:{message}",
        platform=platform,
        at=ctx.now,
        channel=channel,
        channel_name=where.name if where is not None and where.channel == channel else None,
        message=message,
        author="",
        author_name=(incident.sender if incident is not None else "") or wording.PAGED_FOR,
        text=text,
    )
    request = response.open_request(
        ctx,
        posted,
        text=text,
        request_class=RequestClass.URGENT,
        confidence=1.0,
        reasons=[wording.REASON],
        runner_up=RequestClass.NONE,
        service=incident.service if incident is not None else None,
        environment=incident.environment if incident is not None else None,
    )
    ctx.note(request, "opened", source="clock", actor="", detail=RequestClass.URGENT.value)
    return request


def end_request(ctx: Context, number: int | None, incident: int | None) -> None:
    """Resolve the request that pages for what is over now; whoever was on it is asked to document it.

    incident: the number of what is over; None: a storm.
    """
    request = requests.get(ctx.session, number) if number is not None else None
    if request is not None and request.resolved_by is not None and incident is not None:
        paging.show(ctx, request)  # it says no more that the incident goes on
    if request is None or not request.state.is_live:
        return
    request.resolved_by, request.resolved_at = None, ctx.now
    ctx.log(request.rotation, wording.logged_over(request.id, incident), request=request)
    ending.end(ctx, request, RequestState.RESOLVED, source="clock", actor="")


def page_again(ctx: Context, number: int) -> None:
    """Page again for what is back, or not silenced any more.

    Whoever was on it when it ended by itself is still, and nobody is paged anew. What goes on in another request is
    left to that.
    """
    request = requests.get(ctx.session, number)
    if request is None or request.state is RequestState.ACKNOWLEDGED:
        return
    if request.state is RequestState.OPEN:
        if request.due is None and request.page_id is None:
            paging.begin(ctx, request)
    elif request.state is RequestState.RESOLVED and request.owner is not None and request.resolved_by is None:
        request.state, request.resolved_at = RequestState.ACKNOWLEDGED, None
        ctx.note(request, "reopened", source="clock", actor="")
        response.await_owner(ctx, request)
        paging.show(ctx, request)
    elif originals.may_come_back(ctx, request):
        request.reasons = [wording.REASON]
        response.reopen(ctx, request, RequestClass.URGENT, source="clock", is_correction=False)
