"""Requests of people that belong to an incident: linked, kept informed in one message each, told once of the end."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from handlers import author, incident_board, nudges, paging
from handlers.context import Context, Standing
from handlers.job import Job
from handlers.wording import incident_link as wording
from models.effects import Post
from models.events import TimeCame
from models.message import Message, MessageRef, Span
from models.records import delivery
from models.records import event as received
from models.records import incident as records
from models.records import incident_following as following
from models.records import request as requests
from models.records.base import put
from models.records.delivery import Purpose
from models.records.incident import Incident, IncidentLink
from models.records.request import Request, RequestState
from models.triage.verdict import RequestClass

OVER = "incident-over"


def link(
    ctx: Context,
    incident: Incident,
    request: Request,
    *,
    how: str,
    is_certain: bool = True,
    in_place_of: int | None = None,
) -> bool:
    """Let a request belong to an incident, and say so in its thread; False where it belongs to one already.

    in_place_of: the outbox row of what asked about it there, which says so then; None: it is said anew.
    """
    if following.joined(ctx.session, request.id) is not None:
        return False
    row = in_place_of
    if row is None:
        row = _say(ctx, incident, request, is_certain=is_certain)
    else:
        ctx.edit(row, _follows(ctx, incident, request, is_certain=is_certain), request.platform, request)
    put(
        ctx.session,
        IncidentLink,
        incident_id=incident.id,
        request_id=request.id,
        is_certain=is_certain,
        how=how,
        linked_at=ctx.now,
        post_id=row,
    )
    if request.page_id is not None:
        paging.show(ctx, request)
    ctx.note(request, "linked", source="clock", actor="", detail=f"incident {incident.id}")
    return True


def rest(ctx: Context, request: Request) -> None:
    """Ask and remind nobody of a live request any more: what becomes of it follows from its incident."""
    paging.stop(ctx, request)
    nudges.leave_to_others(ctx, request)


def _say(ctx: Context, incident: Incident, request: Request, *, is_certain: bool) -> int | None:
    """Say in its thread what a request belongs to; None where the bot has had its one post about a question."""
    if request.has_answered and not (request.request_class.is_grave or request.is_direct):
        return None
    said = _follows(ctx, incident, request, is_certain=is_certain)
    request.has_answered = True
    post = Post(request.channel, said, thread=paging.thread_of(request))
    return ctx.say(post, purpose=Purpose.NOTICE, request=request)


def show(ctx: Context, incident: Incident) -> int:
    """Bring what the threads of the linked requests say of an incident up to date; give in how many that is."""
    count = 0
    for one in following.linked(ctx.session, incident.id):
        request = requests.get(ctx.session, one.request_id)
        if request is None:
            continue
        count += 1
        if one.post_id is None:
            one.post_id = _say(ctx, incident, request, is_certain=one.is_certain)
        else:
            show_one(ctx, incident, request, one)
    return count


def show_one(ctx: Context, incident: Incident, request: Request, one: IncidentLink) -> None:
    """Bring what the thread of one linked request says of its incident up to date."""
    said = _follows(ctx, incident, request, is_certain=one.is_certain)
    ctx.edit(one.post_id, said, request.platform, request)


def _follows(ctx: Context, incident: Incident, request: Request, *, is_certain: bool) -> Message:
    """Give what its thread says of a request's incident; what only the bot thinks to be the same can be answered."""
    facts = followed(ctx, incident, request.platform)
    if is_certain or not request.state.is_live:
        return wording.follows(facts)
    is_asked_for = request.request_class is RequestClass.URGENT and request.state is RequestState.OPEN
    return wording.follows(replace(facts, request=request.id, may_stop=is_asked_for))


def followed(ctx: Context, incident: Incident, platform: str) -> wording.Followed:
    """Give an incident as those read of it who asked. platform: where they do."""
    return wording.Followed(
        number=incident.id,
        link=reference(ctx, incident, platform),
        title=incident.title,
        since=incident.opened_at,
        update=incident.update,
        next_update_at=incident.next_update_at,
        resolved_at=None if incident.is_live else incident.resolved_at,
        now=ctx.now,
        zone=ctx.policy.zone,
        is_taken=incident_board.owner(ctx.session, ctx.policy, incident) is not None,
    )


def place(ctx: Context, incident: Incident, platform: str) -> tuple[str, str] | None:
    """Give the channel and the message where an incident stands; None where that is not on a platform."""
    if incident.post_id is None or incident.platform != platform:
        return None
    return delivery.place(ctx.session, incident.post_id)


def reference(ctx: Context, incident: Incident, platform: str) -> Span:
    """Give how people say an incident, leading to its message where a reader can go there."""
    found, label = place(ctx, incident, platform), f"incident {incident.id}"
    return MessageRef(*found, label) if found is not None else label


# -- its end: by hand it is told at once; what ended by itself may come back as the same for a while


def over_due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give the incidents that are over for good, and whose authors are not told yet."""
    settled = now - standing.policy.alerts.reopen
    for number, at in following.over(session, now, settled):
        event = TimeCame.of(OVER, str(number), at)
        if not received.has_come(session, event):
            yield event


def over_coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give when the next incident that ended by itself is over for good."""
    reopen = standing.policy.alerts.reopen
    found = following.next_settled(session, now - reopen)
    return found + reopen if found is not None else None


def tell_over(ctx: Context, event: TimeCame) -> None:
    """Tell the author of every linked request, once, that the incident is over; nobody where it is back."""
    incident = records.incident(ctx.session, int(event.subject))
    if incident is None or incident.is_live or incident.resolved_at != event.at:
        return
    for one in following.linked(ctx.session, incident.id):
        request = requests.get(ctx.session, one.request_id)
        if one.told_at is None and request is not None:
            one.told_at = ctx.now
            _tell(ctx, incident, one, request)


def is_back(ctx: Context, incident: Incident) -> None:
    """Let those who were told of the end read that it was none, in the same message; they are told of the next one."""
    for one in following.linked(ctx.session, incident.id):
        request = requests.get(ctx.session, one.request_id) if one.told_at is not None else None
        if request is not None and request.state.is_live:
            one.told_at = None
            show_one(ctx, incident, request, one)


def _tell(ctx: Context, incident: Incident, one: IncidentLink, request: Request) -> None:
    facts = followed(ctx, incident, request.platform)
    if one.post_id is not None:
        ctx.edit(one.post_id, wording.follows(facts), request.platform, request)
    named = ctx.handle_name(request.author, request.platform)
    said = wording.over(facts, request.id, named, is_live=request.state.is_live)
    author.tell(ctx, request, said)
    if request.state is RequestState.ACKNOWLEDGED or (one.is_certain and request.state.is_live):
        rest(ctx, request)
    ctx.note(request, "told that the incident is over", source="clock", actor="")


TELLING = Job(OVER, "the authors of requests are told that an incident is over", over_due, over_coming, tell_over)
