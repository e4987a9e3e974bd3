"""Many requests about one service without an incident: the engineer on call is asked, once, whether it is one."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from handlers import escalation, incident_link
from handlers.announcement import operations_channel
from handlers.context import Context, Standing
from handlers.job import Job
from handlers.place import reference
from handlers.wording import surge as wording
from models.effects import Direct, Post
from models.events import TimeCame
from models.incidents.surge import WITHIN, Plea, Surge, surges
from models.policy import Person, Rotation
from models.records import event as received
from models.records import request as requests
from models.records import surge as records
from models.records.delivery import Purpose
from models.records.incident import Incident
from models.records.request import Request
from models.records.surge import AskedSurge

SURGE = "surge"
LOOKED_BACK = 2 * WITHIN
ASKED_ONCE_IN = timedelta(hours=4)
"""While nobody answers, a service is not asked about again for so long."""


def due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give the services that many people asked about lately, where nobody knows why."""
    for one in lasting(session, standing, now):
        event = TimeCame.of(SURGE, one.service, one.at)
        if not received.has_come(session, event):
            yield event


def coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give no instant: it follows from what people write."""
    del session, standing, now
    return None


def lasting(session: Session, standing: Standing, now: datetime) -> Sequence[Surge]:
    """Give the surges of services without a live incident about which nobody was asked yet.

    What was asked before an incident of the same service was over is of that incident.
    """
    found = records.pleas(session, now - LOOKED_BACK)
    if not surges([one for one, _ in found], now):
        return ()
    known, asked = records.known(session, now - LOOKED_BACK), records.asked_since(session, now - ASKED_ONCE_IN)
    pleas = [_by_person(standing, one, platform) for one, platform in found if _is_news(one, known, asked)]
    return surges(pleas, now)


def _is_news(one: Plea, known: dict[str, datetime | None], asked: set[str]) -> bool:
    if one.service in asked:
        return False
    over = known.get(one.service, one.at) if one.service in known else None
    return one.service not in known or (over is not None and one.at > over)


def _by_person(standing: Standing, one: Plea, platform: str) -> Plea:
    """Give a plea with its author's name for all platforms."""
    person = standing.policy.person_with_handle(platform, one.author)
    return replace(one, author=person.id if person is not None else f"{platform}:{one.author}")


# -- asking


def ask(ctx: Context, event: TimeCame) -> None:
    """Ask in operations whether a surge is an incident; the engineer on call is notified where they may be."""
    found = next((one for one in lasting(ctx.session, ctx.standing, ctx.now) if one.service == event.subject), None)
    newest = requests.get(ctx.session, found.numbers[-1]) if found is not None else None
    if found is None or newest is None:
        return
    rotation = ctx.policy.rotation_for(newest.channel_name)
    asked = AskedSurge(
        service=found.service, at=ctx.now, since=found.since, authors=found.authors, numbers=list(found.numbers)
    )
    records.add(ctx.session, asked)
    asked.platform, asked.post_id = _post(ctx, asked, newest, rotation)
    if rotation is not None:
        ctx.log(rotation.name, wording.logged(found.service, found.authors))


def _post(ctx: Context, asked: AskedSurge, newest: Request, rotation: Rotation | None) -> tuple[str | None, int | None]:
    """Ask where engineers read, and give the platform and the outbox row; the engineer alone, where that is nowhere."""
    engineer = _whom(ctx, newest, rotation)
    channel = operations_channel(ctx, rotation) if rotation is not None else None
    platforms = dict.fromkeys((newest.platform, *ctx.standing.platforms))
    for platform in platforms if channel is not None else ():
        place = ctx.channel_id(channel.name if channel is not None else None, platform)
        if place is not None:
            who = ctx.mention(engineer.id, platform) if engineer is not None else None
            said = wording.question(_facts(ctx, asked, platform), who)
            return platform, ctx.say(Post(place, said), purpose=Purpose.NOTICE, platform=platform)
    home = ctx.home_of(engineer)
    handle = engineer.handle(home) if engineer is not None and home is not None else None
    if home is None or handle is None:
        return None, None
    said = wording.question(_facts(ctx, asked, home), None)
    return home, ctx.say(Direct(handle, said), purpose=Purpose.NOTICE, platform=home)


def _whom(ctx: Context, newest: Request, rotation: Rotation | None) -> Person | None:
    """Give the engineer on call, where they may be pinged for what is asked; nobody outside their hours."""
    if rotation is None or escalation.is_held(ctx, newest, rotation, ctx.now):
        return None
    people, _ = escalation.recipients(ctx, newest, rotation, ctx.policy.escalation.urgent[0])
    return next(iter(people), None)


def _facts(ctx: Context, asked: AskedSurge, platform: str) -> wording.Facts:
    found = (requests.get(ctx.session, number) for number in asked.numbers)
    return wording.Facts(
        number=asked.id,
        service=asked.service,
        authors=asked.authors,
        links=[reference(ctx, one, platform) for one in found if one is not None],
        since=asked.since,
        now=ctx.now,
        zone=ctx.policy.zone,
    )


# -- answering: `incident_declaring`


def settle(ctx: Context, incident: Incident) -> None:
    """Let the requests of an open question about a service belong to its incident, and close the question."""
    if incident.service is None:
        return
    for asked in records.open_of(ctx.session, incident.service, ctx.now - ASKED_ONCE_IN):
        asked.incident_id = incident.id
        since = [one.number for one, _ in records.pleas(ctx.session, asked.since) if one.service == asked.service]
        asked.numbers = sorted({*asked.numbers, *since})
        for number in asked.numbers:
            request = requests.get(ctx.session, number)
            if request is not None:
                incident_link.link(ctx, incident, request, how=SURGE)
        if asked.platform is not None:
            link = incident_link.reference(ctx, incident, asked.platform)
            said = wording.answered(_facts(ctx, asked, asked.platform), link, name_of_actor(ctx))
            ctx.edit(asked.post_id, said, asked.platform)


def name_of_actor(ctx: Context) -> str:
    """Give the name of whoever caused the event."""
    return ctx.person.name if ctx.person is not None else ctx.actor


ASKING = Job(SURGE, "many requests about one service", due, coming, ask)
