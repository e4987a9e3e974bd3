"""What happens when somebody writes in a support channel: triage, bursts, threads, edits, deletions."""

from handlers import (
    duplicate,
    ending,
    known_incident,
    lookup,
    missed,
    originals,
    paging,
    question,
    quotes,
    rerouting,
    response,
    thread_words,
)
from handlers.context import Answer, Context, Source
from handlers.place import kind_of
from handlers.wording import requests as wording
from handlers.wording.thread_words import is_back
from models.events import MessageDeleted, MessageEdited, MessagePosted
from models.policy import ChannelKind
from models.records import course, forgetting
from models.records import request as records
from models.records.base import put
from models.records.request import ReadMessage, Request, RequestState
from models.records.words import unquoted
from models.secrets import mask
from models.triage.verdict import RequestClass, Verdict

LONGEST_TEXT = 20_000


def message_posted(ctx: Context, event: MessagePosted) -> Answer | None:
    """Read one message: open a request, join it to the author's last one, or leave it alone."""
    kind = kind_of(ctx, event)
    if event.is_bot or kind is None or kind is ChannelKind.ALERTS:
        return None
    if event.thread is not None:
        _thread_reply(ctx, event, kind)
        return None
    text = mask(event.text)[:LONGEST_TEXT]
    verdict = judged(ctx, text, kind)
    waits = ctx.policy.triage
    request = records.latest_of_author(
        ctx.session,
        event.platform,
        event.channel,
        event.author,
        now=missed.when(ctx, event),
        burst=waits.burst,
        asked=waits.answer_within,
    )
    if event.is_missed and request is not None and request.last_message_at > missed.when(ctx, event) + waits.burst:
        request = None  # it was written long before what the author wrote live since
    if request is not None:
        request.last_message_at = max(request.last_message_at, missed.when(ctx, event))
        _join(ctx, request, text, verdict, kind)
    elif verdict.is_request_in(kind):
        request = _open(ctx, event, text, verdict, kind)
    _keep_message(ctx, event, text, verdict, request)
    return None


def judged(ctx: Context, text: str, kind: ChannelKind) -> Verdict:
    """Give what the triage says of a text in a channel of a kind."""
    policy = ctx.policy
    return ctx.standing.classifier.classify(text, kind, services=policy.services, costs=policy.triage.costs)


def _keep_message(ctx: Context, event: MessagePosted, text: str, verdict: Verdict, request: Request | None) -> None:
    put(
        ctx.session,
        ReadMessage,
        platform=event.platform,
        channel=event.channel,
        channel_name=event.channel_name,
        is_direct=event.is_direct,
        message=event.message,
        author=event.author,
        author_name=event.author_name,
        at=missed.when(ctx, event),
        text=text,
        request_class=verdict.request_class,
        confidence=verdict.confidence,
        reasons=list(verdict.reasons),
        runner_up=verdict.runner_up,
        asked=verdict.ask,
        request_id=request.id if request is not None else None,
    )


def _open(
    ctx: Context, message: MessagePosted | ReadMessage, text: str, verdict: Verdict, kind: ChannelKind
) -> Request:
    is_graver = verdict.ask and (kind is ChannelKind.SOS or missed.is_old(ctx, message))
    applied = verdict.graver if is_graver else verdict.otherwise
    request = response.open_request(
        ctx,
        message,
        text=text,
        request_class=applied,
        confidence=verdict.probability(applied),
        reasons=verdict.reasons,
        runner_up=verdict.runner_up,
        service=verdict.service,
        environment=verdict.environment,
    )
    ctx.note(request, "opened", source="message", detail=f"{applied}, {request.confidence:.2f}")
    if not missed.hold(ctx, request, message):
        begin(ctx, request, verdict)
    return request


def begin(ctx: Context, request: Request, verdict: Verdict) -> None:
    """Do what a new request wants, and ask its author where that is in doubt."""
    if not verdict.ask or request.request_class.is_grave:
        known_incident.look(ctx, request)
        response.respond(ctx, request)
    if verdict.ask:
        question.ask(ctx, request, verdict.graver, verdict.otherwise)
    elif request.request_class is RequestClass.COMMUNITY:
        rerouting.followed(ctx, request)


def _join(ctx: Context, request: Request, text: str, verdict: Verdict, kind: ChannelKind) -> None:
    """Join a message to its author's request; it can raise the class, never silently lower it."""
    request.text = together = _together(request.text, text)
    ctx.note(request, "message added", source="message")
    if request.is_direct and _answers(ctx, request, text, verdict, source="message"):
        return
    verdicts = (verdict, judged(ctx, together, kind))
    for one in verdicts:
        _raise_if_graver(ctx, request, one)
    known_incident.heard(ctx, request, verdict, source="message")
    question.leave_open(ctx, request, source="message")
    for one in verdicts:
        _ask_if_graver(ctx, request, one, kind)


def _together(*texts: str) -> str:
    """Give the text of a request: its messages', the last words where it would be too long."""
    return "\n".join(texts)[-LONGEST_TEXT:]


def _raise_if_graver(ctx: Context, request: Request, verdict: Verdict) -> None:
    """Raise a request to the class of later words, where that is not in doubt."""
    to, asked = verdict.request_class, request.asked_class
    if verdict.ask or not request.state.is_live or to.gravity <= request.request_class.gravity:
        return
    request.reasons, request.confidence = list(verdict.reasons), verdict.confidence
    request.service = request.service or verdict.service
    request.environment = request.environment or verdict.environment
    if asked is not None and to.gravity >= asked.gravity:
        question.settle(ctx, request, wording.question_overtaken(to))
    response.reclassify(ctx, request, to, source="message", is_correction=False)


def _ask_if_graver(ctx: Context, request: Request, verdict: Verdict, kind: ChannelKind) -> None:
    """Ask an author, once a request, whether what they added makes it graver; in sos that applies at once."""
    graver, was = verdict.graver, request.request_class
    is_asked = request.question_id is not None
    if not verdict.ask or is_asked or request.state is not RequestState.OPEN or graver.gravity <= was.gravity:
        return
    if kind is ChannelKind.SOS:
        response.reclassify(ctx, request, graver, source="message", is_correction=False)
    question.ask(ctx, request, graver, max(was, verdict.otherwise, key=lambda one: one.gravity))


def _thread_reply(ctx: Context, event: MessagePosted, kind: ChannelKind) -> None:
    """Read a reply: the author's can raise the class or reopen what is over; anybody else's is a human answer.

    The thread may hang on any message of a request, on one of ours about it, or on one that opened none. What somebody
    else writes to the bot alone is no answer.
    """
    place = (event.platform, event.channel, event.thread or "")
    request = records.rooted_at(ctx.session, *place) or lookup.about(ctx, *place)
    if request is None:
        _reply_to_no_request(ctx, event, kind)
    elif event.author != request.author:
        if not event.is_direct:
            response.human_answered(ctx, request, event.author)
            thread_words.obey(ctx, request, event)
    else:
        response.heard(ctx, request, event.author)
        if not thread_words.obey(ctx, request, event):
            _authors_reply(ctx, request, event, kind)


def _authors_reply(ctx: Context, request: Request, event: MessagePosted, kind: ChannelKind) -> None:
    text = mask(event.text)[:LONGEST_TEXT]
    verdict = judged(ctx, text, kind)
    is_grave = _is_grave_beyond_doubt(verdict, kind)
    if is_grave and duplicate.raise_original(ctx, request, verdict.request_class, source="thread"):
        ctx.note(request, "message added", source="thread")
    elif originals.may_come_back(ctx, request) and (is_grave or _says_it_is_back(request, event)):
        _reopen(ctx, request, text, verdict, is_grave=is_grave)
        _keep_message(ctx, event, text, verdict, request)
    elif not _answers(ctx, request, text, verdict, source="thread"):
        known_incident.heard(ctx, request, verdict, is_back=is_back(event.text), source="thread")
        _raise_if_graver(ctx, request, verdict)
        question.leave_open(ctx, request, source="thread")


def _says_it_is_back(request: Request, event: MessagePosted) -> bool:
    return request.request_class is not RequestClass.NONE and is_back(event.text)


def _answers(ctx: Context, request: Request, text: str, verdict: Verdict, *, source: Source) -> bool:
    """Take an author's yes or no as the button; False where nothing is asked, or their words leave it in doubt.

    A no beside words that are beyond doubt as grave as what was asked about says two things at once.
    """
    asked, said = request.asked_class, wording.yes_or_no(text)
    if asked is None or said is None or not request.state.is_live:
        return False
    to = asked if said else request.asked_otherwise
    is_contradicted = not said and not verdict.ask and verdict.request_class.gravity >= asked.gravity
    if to is None or is_contradicted:
        return False
    response.classify_by_hand(ctx, request, to, source=source)
    return True


def _reopen(ctx: Context, request: Request, text: str, verdict: Verdict, *, is_grave: bool) -> None:
    """Reopen a request because of its author's words; grave ones can raise its class."""
    request.last_message_at = ctx.now
    request.text = _together(request.text, text)
    request.service = request.service or verdict.service
    request.environment = request.environment or verdict.environment
    said = verdict.request_class if is_grave else request.request_class
    to = max(request.request_class, said, key=lambda one: one.gravity)
    if is_grave and to is verdict.request_class:
        request.reasons, request.confidence = list(verdict.reasons), verdict.confidence
    response.reopen(ctx, request, to, source="thread", is_correction=False)


def _is_grave_beyond_doubt(verdict: Verdict, kind: ChannelKind) -> bool:
    return verdict.request_class.is_grave and not verdict.ask and verdict.is_request_in(kind)


def _reply_to_no_request(ctx: Context, event: MessagePosted, kind: ChannelKind) -> None:
    """Open a request from what an author adds to a message that was none, where it is grave beyond doubt."""
    read = records.read_message(ctx.session, event.platform, event.channel, event.thread or "")
    if read is None or read.author != event.author:
        return
    text = mask(event.text)[:LONGEST_TEXT]
    verdict = judged(ctx, text, kind)
    if _is_grave_beyond_doubt(verdict, kind):
        request = _open(ctx, read, _together(read.text, text), verdict, kind)
        read.request_id = request.id
        _keep_message(ctx, event, text, verdict, request)


def message_edited(ctx: Context, event: MessageEdited) -> None:
    """Read an edited message again; it can raise the class of its request, never silently lower it."""
    read = records.read_message(ctx.session, event.platform, event.channel, event.message)
    if read is None or event.is_bot:
        return
    text = mask(event.text)[:LONGEST_TEXT]
    if text == read.text:
        return
    read.text = text
    request = records.get(ctx.session, read.request_id) if read.request_id is not None else None
    if request is not None:
        request.text = _words_of(ctx, request)
        ctx.note(request, "edited", source="message")
        kind = kind_of(ctx, request)
        if kind is not None:
            verdict = judged(ctx, request.text, kind)
            _raise_if_graver(ctx, request, verdict)
            known_incident.heard(ctx, request, verdict, is_edit=True, source="message")


def message_deleted(ctx: Context, event: MessageDeleted) -> None:
    """Blank a message that was taken back, wherever it is kept; a request whose first message it was is withdrawn."""
    forgetting.forget_unread(ctx.session, event.platform, event.channel, event.message)
    read = records.read_message(ctx.session, event.platform, event.channel, event.message)
    if read is None:
        return
    words, read.text, read.reasons = read.text, "", unquoted(read.reasons)
    request = records.get(ctx.session, read.request_id) if read.request_id is not None else None
    if request is None:
        quotes.taken_back(ctx, read, words, None, "")
        return
    before, request.text = request.text, _words_of(ctx, request)
    if not request.text:
        request.reasons = unquoted(request.reasons)
    if request.root == event.message and request.state.is_live:
        ending.end(ctx, request, RequestState.WITHDRAWN, source="message")
        duplicate.withdrawn(ctx, request)
    elif request.root == event.message and request.state is RequestState.DUPLICATE:
        ending.end(ctx, request, RequestState.WITHDRAWN, source="message")  # nobody waits to hear how it ends
    else:
        paging.show(ctx, request)
    quotes.taken_back(ctx, read, words, request, before)


def _words_of(ctx: Context, request: Request) -> str:
    """Give the text of a request as its messages have it now."""
    return _together(*course.texts(ctx.session, request.id))
