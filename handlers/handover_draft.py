"""What a handover is drafted from: who hands to whom, and what the store knows of the shift. Source: DESIGN §6."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

from handlers import duty, handover_incidents, runbook_debt
from handlers.context import Context
from handlers.place import place_of
from models.policy import Rotation
from models.records import debt as debts
from models.records import handover as records
from models.records import request as requests
from models.records.debt import OpenDebt
from models.records.handover import Draft, DraftedLine, DraftedRequest, LogEntry, Requests
from models.records.request import Due, Request
from models.rota.duty import who_is_on
from models.rota.shift import Shift
from models.triage.verdict import RequestClass

KEPT = 40  # lines a section; ten of them are shown where nobody asked for all
EXCERPT = 60
MACHINERY = ("page delivered", "message added", "reaction without effect", "wrote without answering")
"""Of a timeline what does not tell how a request stands."""
LOG_LINE = 140
JUST_BEFORE = timedelta(microseconds=1)  # what happens at this instant is part of the draft, too


@dataclass(frozen=True, slots=True)
class Change:
    """One shift's end: who hands to whom, by id. outgoing: who is on duty now, or was at the end.

    is_part: of a part of a shift, because duty passed on within it.
    """

    rotation: Rotation
    start: datetime
    end: datetime
    outgoing: str | None
    incoming: str | None
    is_part: bool = False


def running(ctx: Context, rotation: Rotation, at: datetime | None = None) -> Change | None:
    """Give the change at the end of the shift that runs at an instant (None: now); None where no shift is planned."""
    shift = duty.on_call(ctx, rotation, at).shift
    return None if shift is None else change_of(ctx, rotation, shift)


def change_of(ctx: Context, rotation: Rotation, shift: Shift) -> Change:
    """Give who hands over at the end of a shift; both are the resolver's answers."""
    rota = duty.near(ctx, rotation, shift.end)
    outgoing = who_is_on(rota, max(shift.start, min(ctx.now, shift.end - JUST_BEFORE))).engineer
    return Change(rotation, shift.start, shift.end, outgoing, who_is_on(rota, shift.end).engineer)


def collect(ctx: Context, change: Change) -> Draft:
    """Draft a handover from the store."""
    name, start, end = change.rotation.name, change.start, max(change.start, min(ctx.now + JUST_BEFORE, change.end))
    live = requests.live(ctx.session, name)
    overdue = frozenset(one.id for one in requests.overdue(ctx.session, name, ctx.now))
    opened = requests.opened_between(ctx.session, start, end, name)
    lines = records.log_between(ctx.session, name, start, end)
    return Draft(
        rotation=name,
        shift_start=start,
        shift_end=change.end,
        outgoing=_name(ctx, change.outgoing),
        incoming=_name(ctx, change.incoming),
        open=_section(ctx, [one for one in live if one.due is not Due.RESUME], overdue),
        waiting=_section(ctx, [one for one in live if one.due is Due.RESUME]),
        resolved=_section(ctx, requests.resolved_between(ctx.session, start, end, name)),
        incidents=handover_incidents.collect(ctx, start, end, KEPT),
        debts=_debts(ctx, debts.open_debts(ctx.session, name)),
        log=tuple(_line(ctx, one) for one in lines[-KEPT:]),
        log_total=len(lines),
        by_class=_by_class(opened),
        acknowledged_after=_acknowledged_after(opened),
        is_part=change.is_part,
    )


def _name(ctx: Context, person: str | None) -> str | None:
    return None if person is None else ctx.name_of(person)


def _section(ctx: Context, found: Sequence[Request], overdue: Collection[int] = ()) -> Requests:
    drafted = (replace(_drafted(ctx, one), is_overdue=one.id in overdue) for one in found[:KEPT])
    return Requests(tuple(drafted), len(found))


def _debts(ctx: Context, found: Sequence[OpenDebt]) -> Requests:
    """Give the runbook debts; the owner of each is whoever owes the link."""
    shown = found[:KEPT]
    return Requests(
        tuple(replace(_drafted(ctx, one.request), owner=runbook_debt.debtor_name(ctx, one)) for one in shown),
        len(found),
    )


def _drafted(ctx: Context, request: Request) -> DraftedRequest:
    last, last_at = _last(ctx, request)
    channel, root = place_of(ctx, request)
    return DraftedRequest(
        number=request.id,
        platform=request.platform,
        channel=channel,
        root=root,
        request_class=request.request_class.value,
        state=request.state.value,
        author=_called(ctx, request, request.author) or request.author_name,
        owner=_called(ctx, request, request.resolved_by or request.owner),
        excerpt=excerpt(request.text, EXCERPT),
        opened_at=request.waits_since,
        last=last,
        last_at=last_at,
        due=request.due.value if request.due is not None else "",
        due_at=request.due_at,
        resolved_at=request.resolved_at,
        is_private=request.is_direct and channel == request.channel,
    )


def _called(ctx: Context, request: Request, handle: str | None) -> str | None:
    """Give the name behind a platform handle; the author's own where the configuration does not know them."""
    if not handle:
        return None
    person = ctx.policy.person_with_handle(request.platform, handle)
    if person is not None:
        return person.name
    return request.author_name or handle if handle == request.author else handle


def _last(ctx: Context, request: Request) -> tuple[str, datetime | None]:
    entries = [entry for entry in requests.timeline(ctx.session, request.id) if entry.what not in MACHINERY]
    at = entries[-1].at if entries else None
    if request.last_word_at is not None and (at is None or request.last_word_at > at):
        return "last word", request.last_word_at
    return (entries[-1].what, at) if len(entries) > 1 else ("", None)  # the first entry is its opening


def _line(ctx: Context, entry: LogEntry) -> DraftedLine:
    place = entry.platform or "", entry.channel or "", entry.message or ""
    return DraftedLine(entry.at, excerpt(entry.text, LOG_LINE), _name(ctx, entry.author) or "", *place)


def _by_class(opened: Sequence[Request]) -> tuple[tuple[str, int], ...]:
    counts = [(one.value, sum(request.request_class is one for request in opened)) for one in RequestClass]
    return tuple((one, number) for one, number in counts if number)


def _acknowledged_after(opened: Sequence[Request]) -> timedelta | None:
    waits = [one.acknowledged_at - one.waits_since for one in opened if one.acknowledged_at is not None]
    return timedelta(seconds=median(wait.total_seconds() for wait in waits)) if waits else None


def excerpt(text: str, most: int) -> str:
    """Give the beginning of a text as one line."""
    short = " ".join(text[: most * 8].split())
    return short if len(short) <= most else f"{short[: most - 1]}…"
