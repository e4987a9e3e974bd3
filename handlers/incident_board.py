"""Which incidents are live: `/incident list`, and the line in operations that is kept equal to it."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.context import Context, Standing
from handlers.job import Job
from handlers.wording import incident_board as wording
from handlers.wording.incident_board import Listed
from models import effects
from models.effects import Post
from models.events import TimeCame
from models.message import Block, Message
from models.policy import ChannelKind, Policy
from models.records import delivery, directory
from models.records import incident_board as records
from models.records.delivery import Purpose
from models.records.incident import Incident
from models.records.incident_board import IncidentBoard
from models.records.request import Request, RequestState

BOARD = "incident-board"


def message(session: Session, policy: Policy, platform: str, now: datetime) -> Message:
    """Give the list of live incidents as it reads on a platform now."""
    return wording.board(listed(session, policy, platform, now), records.count(session), policy.zone)


def section(ctx: Context, platform: str, most: int = wording.MOST) -> Sequence[Block]:
    """Give the live incidents as a part of another message; nothing where there is none."""
    found = listed(ctx.session, ctx.policy, platform, ctx.now, most)
    return wording.section(found, records.count(ctx.session), ctx.policy.zone)


def listed(
    session: Session, policy: Policy, platform: str, now: datetime, most: int = wording.MOST
) -> Sequence[Listed]:
    """Give the gravest live incidents."""
    found = records.gravest(session, most)
    asked = records.asked(session, [one.id for one in found])
    return [_listed(session, policy, one, platform, asked.get(one.id, 0), now) for one in found]


def _listed(  # noqa: PLR0917 - what a line is made of
    session: Session, policy: Policy, one: Incident, platform: str, requests: int, now: datetime
) -> Listed:
    is_here = one.post_id is not None and one.platform == platform
    return Listed(
        number=one.id,
        title=one.title,
        severity=one.severity,
        service=one.service,
        since=one.since,
        owner=owner(session, policy, one),
        next_update_at=one.next_update_at,
        silenced_until=one.silenced_until if one.is_silenced(now) else None,
        requests=requests,
        place=delivery.place(session, one.post_id) if is_here and one.post_id is not None else None,
    )


def owner(session: Session, policy: Policy, one: Incident) -> str | None:
    """Give the name of who is on an incident: who took what pages for it, else who declared it; None: nobody."""
    page = session.get(Request, one.request_id) if one.request_id is not None else None
    if page is not None and page.state is RequestState.ACKNOWLEDGED and page.owner:
        return name(policy, page.platform, page.owner)
    return name(policy, one.platform, one.declared_by) if one.declared_by else None


def name(policy: Policy, platform: str | None, handle: str) -> str:
    """Give the name behind a handle; one such as `local:ana` is somebody's who has none on that platform."""
    home, colon, user = handle.partition(":")
    person = policy.person_with_handle(platform or "", handle)
    if person is None and colon:
        person = policy.person_with_handle(home, user)
    return person.name if person is not None else handle


# -- the line in operations


def board_due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give each platform on which the line says something else than the list does."""
    for platform, channel in _places(session, standing):
        said = records.said(session, platform)
        if said is None and records.count(session) == 0:
            continue
        if said != (channel, _digest(message(session, standing.policy, platform, now))):
            yield TimeCame.of(BOARD, platform, now)


def board_coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give no instant: it follows from what happens, and a clock that is moved need not stop for it."""
    del session, standing, now
    return None


def show(ctx: Context, event: TimeCame) -> None:
    """Let the line in a platform's operations say what the list does: in the message that stands there already."""
    platform = event.subject
    channel = next((channel for name, channel in _places(ctx.session, ctx.standing) if name == platform), None)
    if channel is None:
        return
    said = message(ctx.session, ctx.policy, platform, ctx.now)
    digest, row = _digest(said), records.board(ctx.session, platform)
    if row is not None and row.channel == channel and not delivery.is_lost(ctx.session, row.post_id):
        if row.digest != digest:
            row.digest = digest
            ctx.edit(row.post_id, said, platform)
        return
    post = ctx.say(Post(channel, said), purpose=Purpose.NOTICE, platform=platform)
    if row is None:
        ctx.session.add(IncidentBoard(platform=platform, channel=channel, post_id=post, digest=digest))
    else:
        row.channel, row.post_id, row.digest = channel, post, digest


def _places(session: Session, standing: Standing) -> Iterator[tuple[str, str]]:
    """Give the platforms that have an operations channel with the bot in it, each with that channel's id."""
    operations = standing.policy.channel_of_kind(ChannelKind.OPERATIONS)
    for platform in standing.platforms if operations is not None else ():
        found = directory.channel_id(session, platform, operations.name) if operations is not None else None
        if found is not None:
            yield platform, found


def _digest(said: Message) -> str:
    plain = effects.to_json(Post("", said))
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


BOARD_JOB = Job(BOARD, "the line in operations that says which incidents are live", board_due, board_coming, show)
