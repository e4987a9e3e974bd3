"""`/incident`: declare, update, rename, resolve, list. Engineers and leads do; everybody may read the list."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from handlers import dates, incident_board, incident_declaring, incident_link, incidents
from handlers.command import Call, Command
from handlers.context import Answer, Context, Standing
from handlers.incidents import Source
from handlers.job import Job
from handlers.wording import incident_command as wording
from handlers.wording import times
from models.anonymous import Anonymous
from models.errors import UserError
from models.events import TimeCame
from models.incidents.promise import NoTime, Passed, Said, said
from models.incidents.title import Heard, NotASeverity, heard
from models.records import event as received
from models.records import incident as records
from models.records import incident_board as board
from models.records import incident_following as following
from models.records.incident import Incident
from models.severity import Severity

LONGEST_TITLE, LONGEST_UPDATE = 200, 2000
MOST_NAMED = 5
PROMISE = "incident-update"
UPDATED, RENAMED = "updated", "renamed"


def _declare(ctx: Context, call: Call) -> Answer:
    incident_declaring.may(ctx)
    told = _heard(ctx, call, call.words)
    severity = Severity(told.severity)
    return Answer(
        reply=incident_declaring.declare(ctx, told.title, severity, told.service, told.environment, source="command")
    )


def _heard(ctx: Context, call: Call, words: Sequence[str]) -> Heard:
    if not words:
        raise call.wrong(wording.WHAT_IS_WRONG)
    try:
        told = heard(words, ctx.policy.services)
    except NotASeverity as error:
        raise call.wrong(wording.no_severity(str(error))) from None
    if len(told.title) > LONGEST_TITLE:
        raise UserError(wording.too_long(LONGEST_TITLE, len(told.title)))
    return told


def _update(ctx: Context, call: Call) -> Answer:
    incident_declaring.may(ctx)
    incident = _incident(ctx, call)
    return update(ctx, incident, _said(ctx, call), source="command")


def update(ctx: Context, incident: Incident, new: Said, *, source: Source) -> Answer:
    """Say how a live incident goes, to everybody who reads of it. Raises UserError where it is over, or too long."""
    if not incident.is_live:
        raise UserError(wording.is_over(incident.id, incident.resolved_at, ctx.policy.zone, ctx.now))
    _keep(ctx, incident, new.text, source=source)
    incident.next_update_at = new.next_at
    incidents.refresh(ctx, incident)
    followers = incident_link.show(ctx, incident)
    return Answer(reply=wording.updated(incident.id, new.next_at, dates.zone_of(ctx), ctx.now, followers))


def _said(ctx: Context, call: Call) -> Said:
    words = call.words[1:]
    if not words:
        raise call.wrong(wording.WHAT_IS_NEW)
    try:
        new = said(words, ctx.now, dates.zone_of(ctx))
    except NoTime as error:
        raise call.wrong(wording.no_time(str(error))) from None
    except Passed as error:
        raise call.wrong(wording.passed(str(error))) from None
    return new


def _keep(ctx: Context, incident: Incident, text: str, *, source: Source) -> None:
    """Keep the last words on an incident: in the chat as they are, for everybody else without people's names.

    Raises UserError where they are too long.
    """
    if len(text) > LONGEST_UPDATE:
        raise UserError(wording.too_long(LONGEST_UPDATE, len(text)))
    if text:
        incident.update = text
        incident.public_note = Anonymous(ctx.policy.people).words(text, LONGEST_UPDATE)
    incidents.note(ctx, incident, UPDATED, source=source, detail=text)


def _rename(ctx: Context, call: Call) -> Answer:
    incident_declaring.may(ctx)
    incident = _incident(ctx, call)
    told = _heard(ctx, call, call.words[1:])
    is_said = len(told.title.split()) < len(call.words) - 1
    incident.title, incident.service = told.title, told.service or incident.service
    incident.environment = told.environment or incident.environment
    if is_said:
        incident.severity = Severity(told.severity)
    incidents.note(ctx, incident, RENAMED, source="command", detail=told.title)
    incidents.refresh(ctx, incident)
    incident_link.show(ctx, incident)
    return Answer(reply=wording.renamed(incident.id, incident.title, incident.severity, incident.service))


def _resolve(ctx: Context, call: Call) -> Answer:
    incident_declaring.may(ctx)
    return resolve(ctx, _incident(ctx, call), " ".join(call.words[1:]), source="command")


def resolve(ctx: Context, incident: Incident, text: str, *, source: Source) -> Answer:
    """End an incident; the authors of its requests are told by the job that looks for those. Raises UserError."""
    if not incident.is_live:
        raise UserError(wording.is_over(incident.id, incident.resolved_at, ctx.policy.zone, ctx.now))
    if text:
        _keep(ctx, incident, text, source=source)
    incidents.resolve(ctx, incident, ctx.handle_on(incident.platform or ctx.platform), source=source)
    ctx.audit("resolve", f"incident:{incident.id}")
    asked = len(following.linked(ctx.session, incident.id))
    again_at = times.clock(ctx.now + incidents.SETTLES, ctx.policy.zone)
    return Answer(reply=wording.resolved(incident.id, asked, incident.firing, again_at))


def _list(ctx: Context, call: Call) -> Answer:
    del call
    return Answer(reply=incident_board.message(ctx.session, ctx.policy, ctx.platform, ctx.now))


def _incident(ctx: Context, call: Call) -> Incident:
    """Give the incident that a command's first word names. Raises UserError, with those that are live, for none."""
    word = call.words[0].removeprefix("#") if call.words else ""
    if not (word.isascii() and word.isdigit() and len(word) < 10):  # noqa: PLR2004 - fits every database
        raise call.wrong(wording.no_number(word, _live(ctx)))
    found = records.incident(ctx.session, int(word))
    if found is None:
        raise UserError(wording.no_such_incident(int(word), _live(ctx)))
    return found


def _live(ctx: Context) -> list[tuple[int, str]]:
    return [(one.id, one.title) for one in board.gravest(ctx.session, MOST_NAMED)]


# -- an update that was promised and did not come


def promise_due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give the live incidents whose promised update is due."""
    del standing
    for number, at in following.promised(session, now):
        event = TimeCame.of(PROMISE, str(number), at)
        if not received.has_come(session, event):
            yield event


def promise_coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give the next instant for which an update is promised."""
    del standing
    return following.next_promised(session, now)


def recall(ctx: Context, event: TimeCame) -> None:
    """Recall a promise in the incident's thread: whoever gave it is asked to keep it."""
    incident = records.incident(ctx.session, int(event.subject))
    if incident is None or not incident.is_live or incident.next_update_at != event.at:
        return
    promised = [one.actor for one in records.entries(ctx.session, incident.id) if one.what == UPDATED and one.actor]
    who = ctx.handle_name(promised[-1], incident.platform) if promised and incident.platform else None
    incidents.say_in_thread(ctx, incident, wording.next_missed(incident.id, incident.title, who))


PROMISES = Job(PROMISE, "the next update on an incident, as it was promised", promise_due, promise_coming, recall)

COMMANDS: tuple[Command, ...] = (
    Command(
        "incident",
        "declare",
        "<title> [for SERVICE] [as critical|warning|info]",
        "something is wrong, and everybody should read it in one place",
        "/incident declare registry pulls hang as critical",
        _declare,
        takes_text=True,
    ),
    Command(
        "incident",
        "update",
        "<number> <text> [next 30m|11:30]",
        "how it goes, and when the next word comes; who asked reads it, and so does the status page",
        "/incident update 7 we restart the database next 30m",
        _update,
        takes_text=True,
    ),
    Command(
        "incident",
        "rename",
        "<number> <title> [for SERVICE] [as critical|warning|info]",
        "another title, service or severity",
        "/incident rename 7 pushes to the registry fail as warning",
        _rename,
        takes_text=True,
    ),
    Command(
        "incident",
        "resolve",
        "<number> [what was done]",
        "it is over: everybody who asked is told",
        "/incident resolve 7 the disk was full",
        _resolve,
        takes_text=True,
    ),
    Command("incident", "list", "", "what is live now", "/incident list", _list),
)
