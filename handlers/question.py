"""The question to an author which class their request is: asked for a while, then settled or forgotten."""

from handlers import paging
from handlers.context import Context
from handlers.wording import requests as wording
from models.effects import Post
from models.message import Message
from models.records.delivery import Purpose
from models.records.request import Request
from models.triage.verdict import RequestClass


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
