"""A request that speaks of a live incident: linked and told so, asked about in doubt; its author says what it is.

What is linked pings nobody again, unless it is urgent: then only its author's word stops the escalation. DESIGN §1, §4.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

from handlers import author, duty, incident_link, lookup, nudges, paging, response
from handlers.context import Answer, Context, Source
from handlers.place import kind_of
from handlers.wording import commands as command_words
from handlers.wording import incident_link as link_words
from handlers.wording import known_incident as wording
from models.effects import Post
from models.errors import UserError
from models.events import ButtonPressed
from models.policy import ChannelKind
from models.records import delivery, incident_board
from models.records import incident as records
from models.records import incident_following as following
from models.records import request as requests
from models.records.delivery import Purpose
from models.records.incident import Incident
from models.records.request import Due, Request, RequestState
from models.triage.resemblance import Likeness, LiveIncident, Resemblance
from models.triage.verdict import RequestClass, Verdict

MOST = 50
"""With so many of the gravest live incidents a request is compared."""
JUST_OVER = timedelta(minutes=15)
ASKED, PARTED = "asked about an incident", "not of the incident"
MATCHED, AUTHOR_SAID = "matched", "its author said so"


def look(ctx: Context, request: Request, said_to_be: RequestClass | None = None) -> None:
    """Link a request to the live incident that it speaks of, before anybody is pinged; in doubt, ask its author.

    said_to_be: the class that it is about to have; None: that which it has.
    """
    to = said_to_be or request.request_class
    if not _may_be_known(ctx, request, to) or (said_to_be is not None and _was_looked_at(ctx, request)):
        return
    live = [one for one in incident_board.gravest(ctx.session, MOST) if not one.is_silenced(ctx.now)]
    found = _compared(ctx, request, live, to)
    incident = records.incident(ctx.session, found.incident) if found.incident is not None else None
    if incident is None or not incident.is_live:
        _look_back(ctx, request, to)
    elif found.likeness is Likeness.LINK:
        incident_link.link(ctx, incident, request, how=MATCHED, is_certain=False)
    else:
        _ask(ctx, incident, request)


def _may_be_known(ctx: Context, request: Request, to: RequestClass) -> bool:
    """Say whether a request is one that is acted upon now, by a person, and belongs to no incident yet."""
    if not request.author or request.state is not RequestState.OPEN or request.due is Due.MISSED:
        return False
    is_general = kind_of(ctx, request) is ChannelKind.GENERAL
    if is_general and to is not RequestClass.URGENT:
        return False
    return following.joined(ctx.session, request.id) is None


def _was_looked_at(ctx: Context, request: Request) -> bool:
    """Say whether its author was asked about an incident already, or theirs was said to be none."""
    return any(entry.what in (ASKED, PARTED) for entry in requests.timeline(ctx.session, request.id))


def _compared(ctx: Context, request: Request, incidents: Sequence[Incident], to: RequestClass) -> Resemblance:
    said = following.said_by_alerts(ctx.session, [one.id for one in incidents])
    facts = [
        LiveIncident(one.id, one.title, one.service, one.environment, tuple(said.get(one.id, ())))
        for one in incidents
        if one.title
    ]
    return ctx.standing.matcher.resemblance(request.text, facts, to)


def _ask(ctx: Context, incident: Incident, request: Request) -> None:
    """Ask an author whether theirs is that incident; it is the one post about a question of the community."""
    if request.has_answered and not request.request_class.is_grave:
        return
    request.has_answered = True
    question = wording.question(incident_link.followed(ctx, incident, request.platform), request.id)
    thread = paging.thread_of(request)
    ctx.say(Post(request.channel, question, thread=thread), purpose=Purpose.NOTICE, request=request)
    ctx.note(request, ASKED, source="clock", actor="", detail=f"incident {incident.id}")


def _look_back(ctx: Context, request: Request, to: RequestClass) -> None:
    """Tell an author what was over just before they asked, where it is beyond doubt the same; all else goes its way."""
    over = following.resolved_between(ctx.session, ctx.now - JUST_OVER, ctx.now)
    found = _compared(ctx, request, over, to)
    incident = next((one for one in over if one.id == found.incident), None)
    if incident is not None and found.likeness is Likeness.LINK:
        facts = incident_link.followed(ctx, incident, request.platform)
        author.tell(ctx, request, wording.was_over(facts, is_asked_for=to.is_grave))


def heard(
    ctx: Context, request: Request, verdict: Verdict, *, is_back: bool = False, is_edit: bool = False, source: Source
) -> None:
    """Take up a linked request where its author's later words say that it is there still, or of another service.

    verdict: on these words alone. is_back: they say that the trouble is there again. is_edit: they take the place of
    what was said before, and are no sign that it is there still.
    """
    one = following.link_of(ctx.session, request.id)
    incident = records.incident(ctx.session, one.incident_id) if one is not None else None
    if one is None or incident is None or not request.state.is_live:
        return
    is_grave = verdict.request_class.is_grave and not verdict.ask
    is_not_over = not incident.is_live and not is_edit and (is_back or is_grave)
    is_another = is_grave and not one.is_certain and verdict.service not in (None, incident.service)
    if is_not_over or is_another:
        _part(ctx, request, incident, source=source)


# -- what people say of it


def _pressed_same(ctx: Context, event: ButtonPressed) -> Answer:
    """Stop the escalation of a request because its author says that it is what is known already."""
    request, incident = _named(ctx, event.value)
    if not ctx.is_author(request):
        raise UserError(wording.only_its_author(request.id, request.author_name))
    if not request.state.is_live:
        raise UserError(wording.ended(request.id))
    if not incident.is_live:
        raise UserError(wording.is_over(incident.id))
    one = following.link_of(ctx.session, request.id)
    if one is not None and one.is_certain and one.incident_id == incident.id:
        return Answer(reply=wording.joined(incident_link.reference(ctx, incident, request.platform)))
    _join(ctx, request, incident, _row(ctx, event))
    if request.state is RequestState.OPEN:
        paging.stop(ctx, request)
        nudges.leave_to_others(ctx, request)
    ctx.note(request, "same trouble", source="button", detail=f"incident {incident.id}")
    ctx.log(request.rotation, wording.logged_same(request.id, incident.id), request=request)
    paging.show(ctx, request)
    return Answer(reply=wording.joined(incident_link.reference(ctx, incident, request.platform)))


def _join(ctx: Context, request: Request, incident: Incident, row: int | None) -> None:
    one = following.link_of(ctx.session, request.id)
    if one is None:
        incident_link.link(ctx, incident, request, how=AUTHOR_SAID, in_place_of=row)
    elif one.incident_id != incident.id:
        raise UserError(wording.belongs(request.id, one.incident_id))
    else:
        one.is_certain = True
        incident_link.show_one(ctx, incident, request, one)


def _pressed_other(ctx: Context, event: ButtonPressed) -> Answer:
    """Take a request out of an incident, and ask for it as if none were known."""
    request, incident = _named(ctx, event.value)
    if not (ctx.is_author(request) or duty.is_engineer(ctx, ctx.person)):
        raise UserError(wording.AUTHOR_OR_ENGINEER)
    if not request.state.is_live:
        raise UserError(wording.ended(request.id))
    _part(ctx, request, incident, source="button", row=_row(ctx, event))
    is_asked_for = request.request_class.is_grave and request.state is RequestState.OPEN
    return Answer(reply=wording.parted(request.id, incident.id, is_asked_for=is_asked_for))


def _part(ctx: Context, request: Request, incident: Incident, *, source: Source, row: int | None = None) -> None:
    """Let a request go its own way. row: of what asked about the incident, where it was not linked."""
    one = following.link_of(ctx.session, request.id)
    if one is not None and one.incident_id == incident.id:
        row = one.post_id or row
        following.part(ctx.session, one)
    ctx.note(request, PARTED, source=source, detail=f"incident {incident.id}")
    reference = incident_link.reference(ctx, incident, request.platform)
    ctx.edit(row, wording.own(reference, is_over=not incident.is_live), request.platform, request)
    if request.state is RequestState.OPEN and request.due is Due.STALE:
        request.due = request.due_at = None
        response.respond(ctx, request)
    elif request.state is RequestState.ACKNOWLEDGED and request.due is Due.STALE:
        response.await_owner(ctx, request)
    paging.show(ctx, request)


def _row(ctx: Context, event: ButtonPressed) -> int | None:
    """Give the outbox row of the message whose button was pressed; None where the platform did not say which."""
    row = delivery.sent_as(ctx.session, event.platform, event.channel, event.message) if event.message else None
    return row.id if row is not None else None


def _named(ctx: Context, value: str) -> tuple[Request, Incident]:
    number, _, of = value.partition(":")
    request = lookup.numbered(ctx, number)
    incident = records.incident(ctx.session, int(of)) if of.isdecimal() and len(of) < 10 else None  # noqa: PLR2004
    if incident is None:
        raise UserError(command_words.UNKNOWN_BUTTON)
    return request, incident


BUTTONS: Mapping[str, Callable[[Context, ButtonPressed], Answer]] = {
    link_words.SAME: _pressed_same,
    link_words.OTHER: _pressed_other,
}
