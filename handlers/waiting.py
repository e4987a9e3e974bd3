"""What a request waits for, done when its time has come: pages, reminders, an answer, the end of what is idle."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from handlers import ending, known_incident, missed, nudges, originals, paging, question, requests, rerouting, response
from handlers.context import Context, Standing
from handlers.job import Job
from handlers.place import kind_of
from models.events import TimeCame
from models.records import course
from models.records import incident as incident_records
from models.records import request as records
from models.records.request import Due, Request, RequestState
from models.triage.verdict import RequestClass


def time_came(ctx: Context, event: TimeCame) -> None:
    """Do what a request was waiting for, unless it no longer waits for it; for a silenced incident, afterwards."""
    number, waited_for = event.subject.split(":")[:2]
    request = records.get(ctx.session, int(number))
    if request is None or not request.state.is_live or request.due_at != event.at or request.due != waited_for:
        return
    quiet_until = incident_records.quiet_until(ctx.session, request.id, ctx.now)
    if quiet_until is not None:
        request.due_at = quiet_until
        return
    _DUE[request.due](ctx, request)


def _page(ctx: Context, request: Request) -> None:
    if request.state is RequestState.ACKNOWLEDGED:
        ctx.note(request, "silent for too long", source="clock", actor="")
    paging.go_on(ctx, request)


def _judge_missed(ctx: Context, request: Request) -> None:
    missed.judge(ctx, request, _begin_late)


def _begin_late(ctx: Context, request: Request) -> None:
    """Do what a request wants that was missed: its words are judged anew, with all that was added to them since."""
    kind = kind_of(ctx, request)
    verdict = requests.judged(ctx, request.text, kind) if kind is not None else None
    is_by_hand = any(entry.what == "reclassified" for entry in records.timeline(ctx.session, request.id))
    if verdict is not None and verdict.ask and not is_by_hand and ctx.now - request.opened_at <= missed.RECENT:
        requests.begin(ctx, request, verdict)
        return
    known_incident.look(ctx, request)
    response.respond(ctx, request)
    if request.request_class is RequestClass.COMMUNITY:
        rerouting.followed(ctx, request)


def _stale(ctx: Context, request: Request) -> None:
    """Close silently what was idle for long; only whoever waits for it with a duplicate is told, within the hours."""
    told_at = originals.told_at(ctx, request)
    if told_at > ctx.now:
        request.due_at = told_at
        return
    ending.end(ctx, request, RequestState.STALE, source="clock", actor="")


# -- the question to an author


def questions_due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give the questions to authors whose time is over."""
    del standing
    return (TimeCame.of("question", str(one.number), one.at) for one in course.unanswered(session, now))


def questions_coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give when the time of a question is over next."""
    del standing
    return course.next_unanswered(session, now)


def question_over(ctx: Context, event: TimeCame) -> None:
    """Let the graver class apply where an author has not answered."""
    request = records.get(ctx.session, int(event.subject))
    if request is None or request.asked_until != event.at:
        return
    asked = request.asked_class
    if asked is None or not request.state.is_live:
        question.forget(request)
        return
    question.run_out(ctx, request, asked)
    known_incident.look(ctx, request, asked)
    response.reclassify(ctx, request, asked, source="clock", is_correction=False)


_DUE: Mapping[Due, Callable[[Context, Request], None]] = {
    Due.PAGE: _page,
    Due.SILENCE: response.remind_owner,
    Due.RESUME: paging.begin,
    Due.ENGINEER: nudges.tell_engineer,
    Due.STALE: _stale,
    Due.MISSED: _judge_missed,
}

QUESTIONS = Job("question", "the end of a question's time", questions_due, questions_coming, question_over)
WAITS = Job("request", "an escalation or a reminder", paging.due, paging.coming, time_came)
