"""What the sentences of a page are made of: its request as it stands now, as those know it who read it."""

from datetime import datetime

from handlers import escalation
from handlers.context import Context
from handlers.place import reference
from handlers.wording import paging as wording
from models.message import ChannelRef, Span, Strong
from models.policy import ChannelKind, EscalationStep
from models.records import incident_following
from models.records import request as records
from models.records.request import Request, RequestState
from models.triage.verdict import RequestClass


def facts(ctx: Context, request: Request, read_on: str | None = None) -> wording.Facts:
    """Give what the sentences about a request are made of. read_on: the platform; None for the request's own."""
    place = read_on or request.platform
    steps = escalation.steps(ctx, request)
    following = steps[request.step + 1] if request.step + 1 < len(steps) else None
    return wording.Facts(
        number=request.id,
        request_class=request.request_class,
        reasons=tuple(request.reasons),
        service=request.service,
        author=_named(ctx, request, request.author, place) if request.author else request.author_name,
        channel=request.channel,
        root=request.root,
        text=request.text,
        is_direct=request.is_direct,
        state=request.state,
        original=_original(ctx, request, place),
        owner=_named(ctx, request, request.owner, place) if request.owner else None,
        owner_name=name(ctx, request.owner, request.platform),
        resolver=_named(ctx, request, request.resolved_by, place) if request.resolved_by else None,
        engineer=ctx.name_of(request.engineer) if request.engineer else None,
        opened_at=request.waits_since,
        owned_at=request.owned_at,
        resolved_at=request.resolved_at,
        next_at=_time_of(ctx, request, following) if following is not None else None,
        next_to=tuple(ctx.name_of(role) for role in following.to) if following is not None else (),
        next_by=following.by if following is not None else "thread",
        resumes_at=escalation.resumes_at(ctx, request, _time_of(ctx, request, following)) if following else None,
        better_place=_better_place(ctx, request),
        incident=_incident(ctx, request),
        still_fires=_still_fires(ctx, request),
        now=ctx.now,
        zone=ctx.policy.zone,
        channel_name=request.channel_name,
        asked_on=request.platform if place != request.platform else None,
    )


def _incident(ctx: Context, request: Request) -> int | None:
    """Give the incident that a request belongs to; the one that it pages for only once somebody is on it."""
    if request.state is RequestState.ACKNOWLEDGED:
        return incident_following.joined(ctx.session, request.id)
    return incident_following.linked_to(ctx.session, request.id)


def _still_fires(ctx: Context, request: Request) -> int | None:
    """Give the live incident that a request paged for which somebody has resolved; None for every other request."""
    if request.author or request.state is not RequestState.RESOLVED or request.resolved_by is None:
        return None
    return incident_following.live_paged_by(ctx.session, request.id)


def _named(ctx: Context, request: Request, handle: str, place: str) -> Span:
    """Give who somebody of a request is: a mention on its own platform, their name on another."""
    is_there = place == request.platform
    return ctx.handle_name(handle, place) if is_there else name(ctx, handle, request.platform)


def _original(ctx: Context, request: Request, place: str) -> Span | None:
    found = records.get(ctx.session, request.duplicate_of) if request.duplicate_of is not None else None
    return reference(ctx, found, place) if found is not None else None


def _time_of(ctx: Context, request: Request, step: EscalationStep) -> datetime:
    """Give when a step is due: counted from the first page's delivery; from now, while that is on its way."""
    return max(ctx.now, (request.paged_at or ctx.now) + step.after)


def _better_place(ctx: Context, request: Request) -> Span | None:
    """Give where a request for the platform team is better asked; None where it was asked well. Source: DESIGN §4."""
    channel = ctx.policy.channel(request.channel_name)
    operations = ctx.policy.channel_of_kind(ChannelKind.OPERATIONS)
    if request.request_class is not RequestClass.PLATFORM or channel is None or operations is None:
        return None
    if channel.kind is not ChannelKind.HOW_TO:
        return None
    found = ctx.channel_id(operations.name, request.platform)
    return ChannelRef(found, operations.name) if found is not None else Strong(f"#{operations.name}")


def name(ctx: Context, handle: str | None, platform: str) -> str:
    """Give somebody's name without notifying them; their handle where the configuration does not know them."""
    person = ctx.policy.person_with_handle(platform, handle) if handle else None
    return person.name if person is not None else handle or ""
