"""The question to an author which class their request is: asked for a while, then settled, run out or forgotten."""

from handlers import paging
from handlers.context import Context, Source
from handlers.wording import requests as wording
from models.effects import Post
from models.message import Message
from models.records import request as records
from models.records.delivery import Purpose
from models.records.request import Request
from models.triage.verdict import RequestClass

LEFT_OPEN = "wrote without answering"


def ask(ctx: Context, request: Request, graver: RequestClass, otherwise: RequestClass) -> None:
    """Ask the author which class it is, for a while. In sos the graver class applies at once; elsewhere after it."""
    request.asked_class, request.asked_otherwise = graver, otherwise
    question = wording.question(request.id, graver, otherwise)
    request.question_id = ctx.say(
        Post(request.channel, question, thread=paging.thread_of(request)), purpose=Purpose.QUESTION, request=request
    )
    request.asked_until = ctx.now + ctx.policy.triage.answer_within
    ctx.note(request, "author asked", source="clock", actor="", detail=f"{graver}?")


def forget(request: Request) -> None:
    """Wait for no answer any more; what stands in the chat stays."""
    request.asked_class = request.asked_otherwise = request.asked_until = None


def settle(ctx: Context, request: Request, said: Message) -> None:
    """Close the question of a request: it was answered, or its time is over."""
    forget(request)
    ctx.edit(request.question_id, said, request.platform, request)


def leave_open(ctx: Context, request: Request, *, source: Source) -> None:
    """Note that an author wrote and their question is open still: it must not say that there was no answer."""
    if request.asked_class is not None:
        ctx.note(request, LEFT_OPEN, source=source)


def run_out(ctx: Context, request: Request, asked: RequestClass) -> None:
    """Close the question whose time is over: what was asked about applies now."""
    has_written = any(entry.what == LEFT_OPEN for entry in records.timeline(ctx.session, request.id))
    settle(ctx, request, wording.question_unanswered(asked, has_written=has_written))
