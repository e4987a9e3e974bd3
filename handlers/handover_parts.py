"""The handover within a shift: whoever leaves duty before its end hands over to whoever takes over. Source: DESIGN §6.

Duty passes on within a shift by an override, a swap, a cover or a take of the shift that runs, or because somebody
left or is away; all of it is read off the resolver. The part is drafted at once, and filed by the bot half an hour
later where nobody submits it. The handover at the shift's end covers the whole shift all the same.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers import duty
from handlers.context import Context, Standing
from handlers.duty import INSTANT
from handlers.handover_draft import Change
from handlers.handover_filing import file, stored
from handlers.job import Job
from handlers.wording import handover_asking as wording
from models.events import TimeCame
from models.policy import Rotation
from models.records import event as received
from models.records import handover as records
from models.records.delivery import Purpose
from models.records.handover import Handover
from models.rota.duty import who_is_on
from models.rota.rota import Rota

PASSES, FILES = "handover-part", "handover-part-filed"
FILED_AFTER = timedelta(minutes=30)
SHORTEST = timedelta(minutes=5)  # of a part that is handed over: a slip is put right within it


# -- duty passes on


def part_due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give the instants at which duty passed on within the shifts that run."""
    for rotation in standing.policy.oncall.rotations:
        rota = _near(session, standing, rotation, now)
        events = [TimeCame.of(PASSES, rotation.name, at) for at in reversed([*_passed(rota, now)])]
        yield from (event for event in events if not received.has_come(session, event))


def part_coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give the next instant at which duty passes on within a shift, as far as it is planned."""
    return min(
        (at for one in standing.policy.oncall.rotations if (at := _passes(session, standing, one, now))), default=None
    )


def _passes(session: Session, standing: Standing, rotation: Rotation, now: datetime) -> datetime | None:
    found = who_is_on(_near(session, standing, rotation, now), now)
    is_within = found.shift is not None and found.end < found.shift.end
    return found.end if is_within and found.next != found.engineer else None


def _passed(rota: Rota, now: datetime) -> Iterator[datetime]:
    """Yield when duty passed from somebody on, within the shift that runs; the latest first."""
    found = who_is_on(rota, now)
    while found.shift is not None and found.start > found.shift.start:
        before = who_is_on(rota, found.start - INSTANT)
        if before.engineer not in {None, found.engineer}:
            yield found.start
        found = before


def passed_on(ctx: Context, event: TimeCame) -> None:
    """Draft the handover of a part of a shift, and ask whoever served it to submit it."""
    rotation = ctx.policy.rotation(event.subject)
    change = _part(ctx, rotation, event.at) if rotation is not None else None
    if rotation is None or change is None or change.end - change.start < SHORTEST:
        return
    filed_at, shift = _filed_at(ctx, rotation), duty.on_call(ctx, rotation, event.at).shift
    if shift is None or filed_at >= shift.end:
        return  # the handover at the shift's end comes before anybody works on
    row = stored(ctx, change)
    row.due_at = filed_at
    _begin_with(row, records.of_shift(ctx.session, rotation.name, shift.start))
    incoming = ctx.name_of(change.incoming) if change.incoming is not None else None
    said = wording.passed_on(rotation.name, ctx.policy.naming(rotation.name), incoming, filed_at, ctx.policy.zone)
    ctx.tell([ctx.policy.person(change.outgoing)], lambda _: said, purpose=Purpose.HANDOVER)


def _part(ctx: Context, rotation: Rotation, at: datetime) -> Change | None:
    """Give what is handed over by whoever left duty at an instant; None where nobody did, or it is over by now."""
    rota = duty.near(ctx, rotation, ctx.now)
    taken, left = who_is_on(rota, at), who_is_on(rota, at - INSTANT)
    if taken.shift is None or taken.shift.end <= ctx.now or left.engineer in {None, taken.engineer}:
        return None
    start, before = left.start, left
    while start > taken.shift.start and (before := who_is_on(rota, start - INSTANT)).engineer == left.engineer:
        start = before.start
    return Change(rotation, max(start, taken.shift.start), at, left.engineer, taken.engineer, is_part=True)


def _filed_at(ctx: Context, rotation: Rotation) -> datetime:
    begins = ctx.now if duty.is_within_hours(ctx, rotation) else duty.next_hours_begin(ctx, rotation)
    return begins + FILED_AFTER


def _begin_with(row: Handover, whole: Handover | None) -> None:
    """Begin the draft of a part with what was written in the shift so far: whoever takes over is to know it."""
    if whole is not None and not (row.summary or row.watch):
        row.summary, row.watch = whole.summary, whole.watch


def _near(session: Session, standing: Standing, rotation: Rotation, at: datetime) -> Rota:
    return standing.shelf.near(session, standing.calendar(rotation), at)


# -- nobody submitted it


def filing_due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give the drafts of parts of shifts that nobody submitted in time."""
    del standing
    for row in records.unfiled_parts(session, now):
        assert row.due_at is not None
        event = TimeCame.of(FILES, str(row.id), row.due_at)
        if not received.has_come(session, event):
            yield event


def filing_coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give the next instant after now at which the draft of a part is filed."""
    del standing
    return records.next_part_due(session, now)


def file_part(ctx: Context, event: TimeCame) -> None:
    """File the draft of a part for whoever is on duty by now; one that came back to the same person is let go."""
    row = records.get(ctx.session, int(event.subject))
    rotation = ctx.policy.rotation(row.rotation) if row is not None else None
    if row is None or row.is_filed or row.due_at != event.at:
        return
    if rotation is None:
        row.due_at = None
        return
    change = change_of_part(ctx, rotation, row)
    if change.incoming == change.outgoing:
        ctx.session.delete(row)
    else:
        file(ctx, stored(ctx, change), change, by=None, silently=_is_over(ctx, row))


def change_of_part(ctx: Context, rotation: Rotation, row: Handover) -> Change:
    """Give what the handover of a part is about; it goes to whoever is on duty by now, while the shift runs."""
    incoming = row.incoming if _is_over(ctx, row) else duty.on_call(ctx, rotation).engineer
    return Change(rotation, row.shift_start, row.shift_end, row.outgoing, incoming, is_part=True)


def _is_over(ctx: Context, row: Handover) -> bool:
    return bool(records.shift_ends(ctx.session, row.rotation, row.shift_end, ctx.now))


PARTS = Job(PASSES, "a handover within the shift", part_due, part_coming, passed_on)
FILING = Job(FILES, "a handover within the shift is filed", filing_due, filing_coming, file_part)
