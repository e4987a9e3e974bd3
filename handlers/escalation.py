"""Whom the steps of an escalation tell, and when nobody may be told. Source: DESIGN §4, §5."""

from collections.abc import Sequence
from datetime import datetime

from handlers import duty
from handlers.context import Context
from handlers.wording import paging as wording
from models.policy import ChannelKind, EscalationStep, Person, Rotation
from models.records.request import Request
from models.rota.duty import Duty
from models.triage.verdict import RequestClass


def steps(ctx: Context, request: Request) -> Sequence[EscalationStep]:
    """Give the escalation steps of a request; what is asked in sos escalates as an urgent one."""
    channel = ctx.policy.channel(request.channel_name)
    is_sos = channel is not None and channel.kind is ChannelKind.SOS
    urgent = request.request_class is RequestClass.URGENT or is_sos
    return ctx.policy.escalation.urgent if urgent else ctx.policy.escalation.platform


def recipients(
    ctx: Context, request: Request, rotation: Rotation | None, step: EscalationStep
) -> tuple[list[Person], str]:
    """Give who a step tells, and why them; the fallback where that is nobody who can be reached."""
    night = _named_for_night(ctx, request, rotation)
    on_duty = duty.on_call(ctx, rotation) if rotation is not None else None
    chosen = [one for role in step.to for one in (_in_role(ctx, role, rotation, on_duty, night))]
    people = [one for one in duty.people(ctx, dict.fromkeys(chosen)) if ctx.home_for(one, request.platform)]
    if not people:
        return duty.fallback(ctx), wording.NOBODY_ON_DUTY if "primary" in step.to else wording.NOBODY_ELSE
    if step.to[0] != "primary" or on_duty is None:
        return people, ""
    return people, wording.NAMED_FOR_NIGHTS if night else duty.why(ctx, on_duty.why)


def _in_role(
    ctx: Context, role: str, rotation: Rotation | None, on_duty: Duty | None, night: Sequence[str]
) -> Sequence[str | None]:
    """Give the ids of a role of an escalation step: of those named for nights in place of whoever is off by then."""
    match role:
        case "primary" | "secondary" | "team" if night:
            return night
        case "primary":
            return [on_duty.engineer] if on_duty is not None else []
        case "secondary":
            return [on_duty.secondary] if on_duty is not None else []
        case "team":
            return [person.id for person in duty.members(ctx, rotation)] if rotation is not None else []
        case "leads":
            return ctx.policy.oncall.leads
        case person:
            return [person]


def _named_for_night(ctx: Context, request: Request, rotation: Rotation | None) -> Sequence[str]:
    """Give who is paged outside hours in place of the engineers; nobody within them."""
    is_night = rotation is not None and not duty.is_within_hours(ctx, rotation)
    return ctx.policy.after_hours.page if is_night and _is_paged_at_night(ctx, request) else ()


def is_held(ctx: Context, request: Request, rotation: Rotation, at: datetime) -> bool:
    """Say whether nobody may be paged for a request at an instant, because it lies outside the hours."""
    return not duty.is_within_hours(ctx, rotation, at) and not _is_paged_at_night(ctx, request)


def resumes_at(ctx: Context, request: Request, at: datetime) -> datetime | None:
    """Give when a request comes up again whose pages would lie outside the hours at an instant; None where not."""
    rotation = ctx.policy.rotation(request.rotation) if request.rotation else None
    if rotation is None or not is_held(ctx, request, rotation, at):
        return None
    return ctx.standing.calendar(rotation).next_hours_begin(at)


def _is_paged_at_night(ctx: Context, request: Request) -> bool:
    after = ctx.policy.after_hours
    if request.request_class is not RequestClass.URGENT:
        return after.platform == "page"
    critical = any(service.critical for service in ctx.policy.services if service.name == request.service)
    return after.urgent == "page" and critical
