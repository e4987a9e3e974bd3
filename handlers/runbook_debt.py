"""Who owes the documentation of what was resolved. Source: DESIGN §6."""

from collections.abc import Sequence

from handlers import duty
from handlers.context import Context
from handlers.dates import zone_of
from handlers.wording import runbook as wording
from models.message import Line, MessageRef
from models.policy import Person, Rotation
from models.records import debt as records
from models.records.debt import OpenDebt
from models.records.request import Request
from models.rota.calendar import WorkCalendar

MOST_LISTED, EXCERPT = 10, 60


def about(request: Request, platform: str) -> wording.About:
    """Give a request as the sentences need it that are read on a platform."""
    is_here = request.platform == platform and not request.is_direct
    link = MessageRef(request.channel, request.root, f"#{request.id}") if is_here else None
    words = " ".join(request.text[: EXCERPT * 8].split())
    excerpt = words if len(words) <= EXCERPT else f"{words[: EXCERPT - 1]}…"
    return wording.About(request.id, link, request.request_class.value, excerpt)


def rotation(ctx: Context, request: Request) -> Rotation | None:
    """Give the rotation whose days count for a request: its own, or the default one."""
    return ctx.policy.rotation(request.rotation) or ctx.policy.rotation()


def calendar(ctx: Context, request: Request) -> WorkCalendar:
    """Give the days and hours that count for a request."""
    found = rotation(ctx, request)
    return ctx.standing.calendar(found) if found else WorkCalendar(Rotation(name="none"), ctx.policy.zone)


def debtor(ctx: Context, one: OpenDebt) -> str | None:
    """Give the id of whoever owes a link; None where the configuration does not know them."""
    if one.debt.person is not None:
        return one.debt.person
    resolver = ctx.policy.person_with_handle(one.request.platform, one.request.resolved_by or "")
    return resolver.id if resolver is not None else None


def debtor_name(ctx: Context, one: OpenDebt) -> str:
    """Give the name of whoever owes a link; their handle where nobody knows more."""
    person = debtor(ctx, one)
    return ctx.name_of(person) if person is not None else one.request.resolved_by or "nobody"


def lines(ctx: Context, person: Person) -> Sequence[Line]:
    """Give what somebody owes, one line each, the newest first."""
    theirs = [one for one in records.open_debts(ctx.session) if debtor(ctx, one) == person.id]
    return [_line(ctx, one, with_name=False) for one in theirs][:MOST_LISTED]


def leavers_lines(ctx: Context, person: Person) -> Sequence[Line]:
    """Give a lead what people owe who are on no list any more; nothing to anybody else."""
    if not ctx.policy.is_lead(person):
        return []
    left = [one for one in records.open_debts(ctx.session) if has_left(ctx, debtor(ctx, one))]
    return [_line(ctx, one, with_name=True) for one in left][:MOST_LISTED]


def has_left(ctx: Context, person: str | None) -> bool:
    """Say whether somebody is on no list any more, leads nothing, and is not paged either."""
    return not duty.is_engineer(ctx, ctx.policy.person(person))


def _line(ctx: Context, one: OpenDebt, *, with_name: bool) -> Line:
    return wording.owed_line(owed(ctx, one, with_name=with_name), zone_of(ctx))


def owed(ctx: Context, one: OpenDebt, platform: str | None = None, *, with_name: bool = True) -> wording.Owed:
    """Give a debt as the sentences need it. platform: where it is read; None: the event's."""
    name = debtor_name(ctx, one) if with_name else ""
    return wording.Owed(about(one.request, platform or ctx.platform), name, one.since, one.debt.promised_for)
