"""A handover filed: stored, posted in operations, sent to the incoming engineer, accepted. Source: DESIGN §6."""

from collections.abc import Callable
from datetime import datetime, timedelta

from handlers import duty
from handlers.context import Context
from handlers.handover_draft import Change, collect
from handlers.wording import handover as wording
from handlers.wording import handover_refusals as refusals
from handlers.wording import log
from handlers.wording.handover import Shown
from models.effects import Direct, Post
from models.errors import UserError
from models.message import Message
from models.policy import ChannelKind, Person, Rotation
from models.records import account as accounts
from models.records import handover as records
from models.records import roster
from models.records.delivery import Purpose
from models.records.handover import Handover, HandoverState, draft_from_json, draft_to_json

ACCEPT_WITHIN = timedelta(minutes=30)


def stored(ctx: Context, change: Change) -> Handover:
    """Give the handover of a shift, as whoever changed it last left it; a new draft where there is none.

    The rotation is held until the transaction ends: nobody submits a handover while the clock files it.
    """
    roster.lock(ctx.session, change.rotation.name)
    row = records.of_shift(ctx.session, change.rotation.name, change.start, is_part=change.is_part)
    if row is not None:
        ctx.session.refresh(row)
    else:
        row = Handover(rotation=change.rotation.name, shift_start=change.start, drafted_at=ctx.now)
        row.state, row.summary, row.watch, row.is_part = HandoverState.DRAFT, "", "", change.is_part
        ctx.session.add(row)
    if not row.is_filed:
        row.shift_end, row.outgoing, row.incoming = change.end, change.outgoing, change.incoming
    ctx.session.flush()
    return row


def file(ctx: Context, row: Handover, change: Change, *, by: Person | None, silently: bool = False) -> None:
    """File a handover, or what changed in it: freeze the draft, post it, and send it to the incoming engineer.

    by: None for the bot. silently: only stored, because a later shift has long begun.
    """
    was_filed, before = row.is_filed, row.incoming
    row.body = draft_to_json(collect(ctx, change))
    row.shift_end, row.outgoing, row.incoming = change.end, change.outgoing, change.incoming
    row.submitted_at, row.submitted_by = ctx.now, by.id if by is not None else None
    if row.state is not HandoverState.ACCEPTED or before != row.incoming:
        row.state = HandoverState.AUTOMATIC if by is None else HandoverState.SUBMITTED
        row.accepted_at = row.accepted_by = None
        row.reminders, row.due_at = 0, None if silently else _first_asked(ctx, change)
    ctx.audit("handover.file" if by is not None else "handover.file-automatically", f"handover:{row.id}")
    ctx.log(row.rotation, log.logged_filed(row.id, by.name if by is not None else None, is_again=was_filed))
    if not silently:
        post(ctx, row)
        if was_filed and before == row.incoming:
            _send_again(ctx, row)
        else:
            _send(ctx, row)
    ctx.session.flush()


def readdress(ctx: Context, row: Handover, change: Change) -> None:
    """Send a filed handover to whoever takes over now, because that changed after it was submitted."""
    before, row.incoming = row.incoming, change.incoming
    row.body = {**(row.body or {}), "incoming": ctx.name_of(change.incoming) if change.incoming else None}
    row.state = HandoverState.SUBMITTED if row.submitted_by is not None else HandoverState.AUTOMATIC
    row.accepted_at = row.accepted_by = None
    row.reminders, row.due_at = 0, _first_asked(ctx, change)
    ctx.audit("handover.readdress", f"handover:{row.id}", f"{before} → {row.incoming}")
    post(ctx, row)
    _send(ctx, row)
    ctx.session.flush()


def _first_asked(ctx: Context, change: Change) -> datetime | None:
    """Give when the acceptance is asked after: 30 minutes after the new shift's hours began."""
    if change.incoming is None or change.incoming == change.outgoing:
        return None
    calendar = ctx.standing.calendar(change.rotation)
    begins = change.end if calendar.is_within_hours(change.end) else calendar.next_hours_begin(change.end)
    return max(begins, ctx.now) + ACCEPT_WITHIN


def shown(ctx: Context, row: Handover, change: Change | None = None) -> Shown:
    """Give a handover as the sentences need it; one that is not filed is drafted from the change."""
    draft = collect(ctx, change) if change is not None else draft_from_json(row.body or {})
    return Shown(
        number=row.id,
        draft=draft,
        summary=row.summary,
        watch=row.watch,
        is_quiet=row.is_quiet,
        state=row.state,
        by=ctx.name_of(row.submitted_by) if row.submitted_by else None,
        filed_at=row.submitted_at,
        accepted_by=ctx.name_of(row.accepted_by) if row.accepted_by else None,
        accepted_at=row.accepted_at,
        asked_at=row.due_at,
        zone=ctx.policy.zone,
        naming=ctx.policy.naming(row.rotation),
    )


# -- where it is read


def post(ctx: Context, row: Handover) -> None:
    """Post a filed handover in operations on every platform; edit what was posted before."""
    handover, posts = shown(ctx, row), dict(row.posts or {})
    for platform in ctx.standing.platforms:
        message = wording.filed(handover, platform)
        channel = operations_channel(ctx, ctx.policy.rotation(row.rotation), platform)
        if platform in posts:
            ctx.edit(posts[platform], message, platform)
        elif channel is not None:
            posts[platform] = ctx.say(Post(channel, message), platform=platform, purpose=Purpose.HANDOVER)
    row.posts, row.post_id = posts, next(iter(posts.values()), None)


def operations_channel(ctx: Context, rotation: Rotation | None, platform: str) -> str | None:
    """Give the id of the operations channel of a rotation on a platform; None where the bot is in none."""
    found = (ctx.channel_id(name, platform) for name in operations_names(ctx, rotation))
    return next((channel for channel in found if channel is not None), None)


def operations_names(ctx: Context, rotation: Rotation | None) -> list[str]:
    """Give the names of the operations channels: of those that a rotation serves, or of all where it serves none."""
    names = [channel.name for channel in ctx.policy.channels if channel.kind is ChannelKind.OPERATIONS]
    return [name for name in names if rotation is not None and rotation.serves(name)] or names


def _send(ctx: Context, row: Handover) -> None:
    """Send a handover to the incoming engineer, in place of whoever had it; tell the leads where nobody can be."""
    handover = shown(ctx, row)
    _edit_direct(ctx, row, lambda _: wording.readdressed(handover.draft.incoming))
    row.accept_id = None
    if row.incoming is not None and row.incoming == row.outgoing:
        return
    person = ctx.policy.person(row.incoming)
    platform = ctx.home_of(person)
    if person is not None and platform is not None and not _is_gone(ctx, person, platform):
        note = Direct(person.handle(platform) or "", wording.addressed(handover, platform))
        row.accept_id = ctx.say(note, platform=platform, purpose=Purpose.HANDOVER)
    else:
        said = wording.nobody_incoming if row.incoming is None else wording.unreachable
        tell_leads(ctx, lambda on: said(handover, on))


def _is_gone(ctx: Context, person: Person, platform: str) -> bool:
    """Say whether somebody's account is known to reach nobody."""
    return (platform, person.handle(platform) or "") in accounts.gone(ctx.session)


def _send_again(ctx: Context, row: Handover) -> None:
    handover = shown(ctx, row)
    _edit_direct(ctx, row, lambda platform: wording.addressed(handover, platform))
    if row.state is HandoverState.ACCEPTED:
        acceptor = ctx.name_of(row.accepted_by) if row.accepted_by and row.accepted_by != row.incoming else None
        by = ctx.name_of(row.submitted_by) if row.submitted_by is not None else None
        said = wording.changed_after(row.id, by, acceptor)
        ctx.tell([ctx.policy.person(row.incoming)], lambda _: said, purpose=Purpose.HANDOVER)


def _edit_direct(ctx: Context, row: Handover, message: Callable[[str], Message]) -> None:
    platform = records.platform_of(ctx.session, row.accept_id) if row.accept_id is not None else None
    if platform is not None:
        ctx.edit(row.accept_id, message(platform), platform)


def tell_leads(ctx: Context, message: Callable[[str], Message]) -> None:
    """Tell the leads, or who else is named as fallback, by direct message."""
    leads = duty.people(ctx, dict.fromkeys(ctx.policy.oncall.leads or ctx.policy.oncall.fallback))
    ctx.tell(leads, message, purpose=Purpose.HANDOVER)


# -- acceptance


def accept(ctx: Context, row: Handover) -> Message:
    """Accept a handover for its incoming engineer; a lead may do it for them. Raises UserError for anybody else."""
    if not row.is_filed:
        raise UserError(wording.NOT_SUBMITTED_YET)
    if row.accepted_at is not None:
        return _accepted_before(ctx, row, row.accepted_at)
    newer = records.newer(ctx.session, row, ctx.now)
    if newer is not None:
        raise UserError(refusals.superseded(row.id, newer.id))
    person = ctx.person
    if person is None or not _may_accept(ctx, row, person):
        raise UserError(refusals.may_not_accept(row.id, ctx.name_of(row.incoming) if row.incoming else None))
    if not records.accept(ctx.session, row, person.id, ctx.now):
        return _accepted_before(ctx, row, row.accepted_at or ctx.now)
    return _show_accepted(ctx, row, person)


def _accepted_before(ctx: Context, row: Handover, at: datetime) -> Message:
    return wording.accepted_before(row.id, ctx.name_of(row.accepted_by), at, ctx.policy.zone)


def _may_accept(ctx: Context, row: Handover, person: Person) -> bool:
    return _takes_over(ctx, row, person) or ctx.policy.is_lead(person)


def _takes_over(ctx: Context, row: Handover, person: Person) -> bool:
    if person.id == row.incoming:
        return True
    rotation = ctx.policy.rotation(row.rotation)
    has_begun = row.shift_end <= ctx.now
    return has_begun and rotation is not None and duty.on_call(ctx, rotation).engineer == person.id


def _show_accepted(ctx: Context, row: Handover, person: Person) -> Message:
    ctx.audit("handover.accept", f"handover:{row.id}", f"for {row.incoming}")
    ctx.log(row.rotation, log.logged_accepted(row.id, person.name))
    handover = shown(ctx, row)
    post(ctx, row)
    _edit_direct(ctx, row, lambda platform: wording.addressed(handover, platform))
    if not _takes_over(ctx, row, person):
        return wording.accepted_on_behalf(row.id, handover.draft.incoming)
    return wording.accepted(row.id, handover.draft.outgoing, row.shift_end, handover.zone, ctx.now)
