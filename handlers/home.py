"""Somebody's own page in the chat: who is on call, my shifts, requests and debts, and buttons for the common things."""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers import duty, incident_board, runbook_debt
from handlers.context import Context, Standing
from handlers.job import Job
from handlers.wording import home as wording
from models import effects
from models.effects import Home
from models.events import HomeOpened, TimeCame
from models.message import Block, Message, MessageRef
from models.policy import Person
from models.records import debt
from models.records import event as received
from models.records import home as records
from models.records.delivery import Purpose
from models.records.home import HomePage

PAGES = "home"
ALL = "all"
EVERY = timedelta(minutes=5)
LOOKED_AT = timedelta(hours=12)
"""How long after somebody looked at their page it is kept up to date."""

MOST_SHIFTS = 5
MOST_INCIDENTS = 5

Section = Callable[[Context, str, str], Sequence[Block]]
"""Gives a part of the page of whoever has a handle on a platform: `(ctx, platform, handle)`."""


def opened(ctx: Context, event: HomeOpened) -> None:
    """Show somebody their page, as it is now."""
    _show(ctx, records.opened(ctx.session, event.platform, event.user, ctx.now), is_wanted=True)


def refresh(ctx: Context, event: TimeCame) -> None:
    """Bring the pages up to date that somebody looked at today and that differ."""
    del event
    for page in records.opened_since(ctx.session, ctx.now - LOOKED_AT):
        _show(ctx, page, is_wanted=False)


def _show(ctx: Context, page: HomePage, *, is_wanted: bool) -> None:
    shown = Home(page.user, _page(ctx, page.platform, page.user))
    digest = hashlib.sha256(json.dumps(effects.to_json(shown), sort_keys=True).encode()).hexdigest()
    if is_wanted or digest != page.digest:
        page.digest = digest
        ctx.say(shown, purpose=Purpose.NOTICE, platform=page.platform)


def _page(ctx: Context, platform: str, handle: str) -> Message:
    person = ctx.policy.person_with_handle(platform, handle)
    parts = [section(ctx, platform, handle) for section in SECTIONS]
    return wording.page(*parts, buttons=wording.buttons(_rotation_of(ctx, person)))


def _rotation_of(ctx: Context, person: Person | None) -> str | None:
    """Give the rotation that an engineer serves in next, else the default one; None for who is no engineer."""
    if person is None or not duty.is_engineer(ctx, person):
        return None
    first = min(_of(ctx, person), key=lambda one: one.start, default=None)
    default = ctx.policy.rotation()
    return first.rotation if first is not None else default.name if default is not None else None


def _on_call(ctx: Context, platform: str, handle: str) -> Sequence[Block]:
    del platform, handle
    told = []
    for rotation in ctx.policy.oncall.rotations:
        now, following = duty.stretch(duty.near(ctx, rotation, ctx.now), ctx.now)
        names = [ctx.name_of(one.engineer) if one.engineer is not None else None for one in (now, following)]
        told.append(wording.OnCall(rotation.name, names[0], now.end, names[1]))
    return wording.on_call(told, ctx.policy.zone, ctx.now)


def _shifts(ctx: Context, platform: str, handle: str) -> Sequence[Block]:
    person = ctx.policy.person_with_handle(platform, handle)
    if person is None:
        return wording.stranger()
    mine = sorted(_of(ctx, person), key=lambda one: one.start)[:MOST_SHIFTS]
    return wording.shifts(mine, ctx.policy.zone, ctx.now, is_named=len(ctx.policy.oncall.rotations) > 1)


def _of(ctx: Context, person: Person) -> Iterable[wording.OwnShift]:
    for rotation in ctx.policy.oncall.rotations:
        for shift in duty.as_served(duty.whole(ctx, rotation), ctx.now):
            if shift.engineer == person.id:
                yield wording.OwnShift(rotation.name, shift.start, shift.end)


def _requests(ctx: Context, platform: str, handle: str) -> Sequence[Block]:
    found = records.live_of(ctx.session, _handles(ctx, platform, handle))
    return wording.requests(
        [
            wording.OwnRequest(
                one.id,
                MessageRef(one.channel, one.root, f"#{one.id}") if one.platform == platform else None,
                one.request_class,
                one.state,
                ctx.name_of_handle(one.owner or "", one.platform) or one.owner or "",
                one.text,
                one.waits_since,
            )
            for one in found
        ],
        ctx.now,
    )


def _handles(ctx: Context, platform: str, handle: str) -> set[tuple[str, str]]:
    """Give by what somebody is known, here and on the other platforms."""
    person = ctx.policy.person_with_handle(platform, handle)
    elsewhere = ((one, person.handle(one)) for one in ctx.standing.platforms) if person is not None else ()
    return {(platform, handle), *((one, known) for one, known in elsewhere if known is not None)}


def _debts(ctx: Context, platform: str, handle: str) -> Sequence[Block]:
    person = ctx.policy.person_with_handle(platform, handle)
    if person is None:
        return ()
    theirs = [one for one in debt.open_debts(ctx.session) if runbook_debt.debtor(ctx, one) == person.id]
    owed = [runbook_debt.owed(ctx, one, platform, with_name=False) for one in theirs]
    return wording.debts(owed, ctx.policy.zone)


def _incidents(ctx: Context, platform: str, handle: str) -> Sequence[Block]:
    del handle
    return incident_board.section(ctx, platform, MOST_INCIDENTS)


SECTIONS: Sequence[Section] = (_on_call, _incidents, _shifts, _requests, _debts)


def refresh_due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give every few minutes that the pages are to be looked at; never where nobody has opened one."""
    del standing
    seconds = int(EVERY.total_seconds())
    slot = now.replace(microsecond=0) - timedelta(seconds=int(now.timestamp()) % seconds)
    event = TimeCame.of(PAGES, ALL, slot)
    if not received.has_come(session, event) and records.opened_since(session, now - LOOKED_AT):
        yield event


def refresh_coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give no instant: a clock that is moved need not stop for it."""
    del session, standing, now
    return None


REFRESH = Job(PAGES, "people's own pages", refresh_due, refresh_coming, refresh)
