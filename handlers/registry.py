"""The explicit table: this event, command, button, reaction, form or due time → that handler.

To add one, write its function in the file of its subject and a line here.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from handlers import handover, lifecycle, morning, oncall, oncall_list, paging, requests
from handlers.command import Call, Command, help_of, matching
from handlers.context import Answer, Context, Standing
from handlers.wording import commands as wording
from models.errors import UserError
from models.events import (
    ButtonPressed,
    CommandGiven,
    DeliverySettled,
    Event,
    FormSubmitted,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
    TimeCame,
)


@dataclass(frozen=True, slots=True)
class Job:
    """What has to be done at a time. about: what that is, in words.

    due: gives the events of the instants that have come. coming: the next instant that will; None: none is known.
    """

    name: str
    about: str
    due: Callable[[Session, Standing, datetime], Iterable[TimeCame]]
    coming: Callable[[Session, Standing, datetime], datetime | None]
    handle: Callable[[Context, TimeCame], None]


COMMANDS: tuple[Command, ...] = (
    *oncall.COMMANDS,
    *lifecycle.COMMANDS,
    *oncall_list.COMMANDS,
    *handover.COMMANDS,
)

BUTTONS: Mapping[str, Callable[[Context, ButtonPressed], Answer | None]] = {
    **lifecycle.BUTTONS,
    **handover.BUTTONS,
}

FORMS: Mapping[str, Callable[[Context, FormSubmitted], Answer | None]] = {
    **handover.FORMS,
}

REACTIONS: Mapping[str, Callable[[Context, ReactionAdded], None]] = {
    **lifecycle.REACTIONS,
}

JOBS: tuple[Job, ...] = (
    Job("plan", "the next days are planned", morning.plan_due, morning.plan_coming, morning.plan),
    Job(
        "handover-reminder", "a reminder to hand over", handover.reminder_due, handover.reminder_coming, handover.remind
    ),
    Job("handover", "the handover", handover.change_due, handover.change_coming, handover.change_over),
    Job("morning", "the morning's message", morning.greeting_due, morning.greeting_coming, morning.greet),
    Job(
        "acceptance",
        "a look whether the handover was accepted",
        handover.acceptance_due,
        handover.acceptance_coming,
        handover.ask_acceptance,
    ),
    Job(
        "question",
        "the end of a question's time",
        requests.questions_due,
        requests.questions_coming,
        requests.question_over,
    ),
    Job("request", "what a request waits for", paging.due, paging.coming, requests.time_came),
)


def decide(ctx: Context) -> Answer | None:
    """Give what the handler of an event answers on the spot; what else it decided is in the session."""
    return EVENTS[type(ctx.event)](ctx, ctx.event)


def _reaction(ctx: Context, event: ReactionAdded) -> None:
    handler = REACTIONS.get(event.emoji)
    if handler is not None and not event.is_bot:
        handler(ctx, event)


def _button(ctx: Context, event: ButtonPressed) -> Answer | None:
    handler = BUTTONS.get(event.action)
    if handler is None:
        raise UserError(wording.UNKNOWN_BUTTON)
    return handler(ctx, event)


def _form(ctx: Context, event: FormSubmitted) -> Answer | None:
    handler = FORMS.get(event.form)
    if handler is None:
        raise UserError(wording.UNKNOWN_FORM)
    return handler(ctx, event)


def _time(ctx: Context, event: TimeCame) -> None:
    next(job for job in JOBS if job.name == event.job).handle(ctx, event)


def _command(ctx: Context, event: CommandGiven) -> Answer:
    known = [command for command in COMMANDS if command.name == event.name]
    if not known:
        raise UserError(wording.unknown_command(event.name, sorted({command.name for command in COMMANDS})))
    words = event.text.split()
    if words[:1] in (["help"], ["-h"], ["--help"], ["?"]):
        return Answer(reply=help_of(event.name, known, words[1:]))
    found = matching(known, words)
    if found is None:
        return Answer(reply=wording.not_understood(event.name, event.text, [one.form for one in known]))
    command, rest = found
    return command.handle(ctx, Call.of(ctx, command, event, rest))


EVENTS: Mapping[type[Event], Callable[[Context, Any], Answer | None]] = {
    MessagePosted: requests.message_posted,
    MessageEdited: requests.message_edited,
    MessageDeleted: requests.message_deleted,
    ReactionAdded: _reaction,
    ReactionRemoved: lambda _ctx, _event: None,  # acknowledged is acknowledged: an eye taken back changes nothing
    CommandGiven: _command,
    ButtonPressed: _button,
    FormSubmitted: _form,
    TimeCame: _time,
    DeliverySettled: paging.delivery_settled,
}
