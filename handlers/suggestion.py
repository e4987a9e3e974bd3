"""A known answer to a question, where it is sure: the configuration's, a section of the docs, a past request's."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass

from handlers.context import Answer, Context
from handlers.wording import commands as command_words
from handlers.wording import suggestion as wording
from models.errors import UserError
from models.events import ButtonPressed, ReactionAdded
from models.knowledge.library import Library
from models.knowledge.section import Section
from models.message import Message
from models.records import delivery
from models.records import knowledge as records
from models.records.knowledge import OfferedAnswer
from models.records.request import Request

_READ = 4000  # characters of a request


@dataclass(frozen=True, slots=True)
class Known:
    """An answer that may be offered. kind: how it was found; people's votes count for that."""

    kind: str
    title: str
    url: str


def known_answer(ctx: Context, request: Request) -> Known | None:
    """Give the answer to offer for a request: the first that is sure and was not turned down."""
    return next((each for each in _candidates(ctx, request) if not records.is_refused(ctx.session, each.kind)), None)


def offer(ctx: Context, request: Request, known: Known, post: Callable[[Message], int | None]) -> None:
    """Offer an answer with `post`, which gives the outbox row; people's votes on it are kept."""
    kept = records.offer(ctx.session, request, kind=known.kind, title=known.title, url=known.url, now=ctx.now)
    kept.outbox_id = post(wording.known_answer(kept.id, known.title, known.url))


def _candidates(ctx: Context, request: Request) -> Iterator[Known]:
    question = request.text[:_READ]
    for one in ctx.policy.answers:
        if re.search(one.match, question, re.IGNORECASE):
            yield Known(f"answers:{one.match}", one.title, str(one.url))
    yield from _found(ctx.standing.library, question)
    yield from _past(ctx, request, question)


def _found(library: Library | None, question: str) -> Iterator[Known]:
    section = library.answer(question) if library is not None else None
    if section is not None:
        yield Known(section.key, section.title, section.url)


def _past(ctx: Context, request: Request, question: str) -> Iterator[Known]:
    """Look for an answer among the past requests that were resolved with a link."""
    resolved = [
        Section(f"past:{url}", words, wording.past(number), "", url)
        for number, words, url in records.resolved_with_link(ctx.session)
        if number != request.id
    ]
    if resolved:
        with closing(Library(resolved)) as library:
            yield from _found(library, question)


# -- what people think of it


def _vote(ctx: Context, answer: OfferedAnswer, *, is_helpful: bool) -> None:
    records.vote(ctx.session, answer, f"{ctx.platform}:{ctx.actor}", is_helpful=is_helpful, now=ctx.now)


def _pressed(ctx: Context, event: ButtonPressed) -> Answer:
    number, _, word = event.value.partition(":")
    answer = records.offered(ctx.session, int(number)) if number.isdecimal() and len(number) < 10 else None  # noqa: PLR2004
    if answer is None or word not in wording.VOTES:
        raise UserError(command_words.UNKNOWN_BUTTON)
    _vote(ctx, answer, is_helpful=word == wording.HELPFUL)
    return Answer(reply=wording.voted(is_helpful=word == wording.HELPFUL))


def _reacted(*, is_helpful: bool) -> Callable[[Context, ReactionAdded], None]:
    def handle(ctx: Context, event: ReactionAdded) -> None:
        row = delivery.sent_as(ctx.session, event.platform, event.channel, event.message)
        answer = records.offered_in(ctx.session, row.id) if row is not None else None
        if answer is not None:
            _vote(ctx, answer, is_helpful=is_helpful)

    return handle


BUTTONS: Mapping[str, Callable[[Context, ButtonPressed], Answer | None]] = {"answer": _pressed}

REACTIONS: Mapping[str, Callable[[Context, ReactionAdded], None]] = {
    "+1": _reacted(is_helpful=True),
    "thumbsup": _reacted(is_helpful=True),
    "-1": _reacted(is_helpful=False),
    "thumbsdown": _reacted(is_helpful=False),
}
