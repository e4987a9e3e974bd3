"""The explicit table: this event, command, button, reaction, form or due time → that handler.

To add one, write its function in the file of its subject and a line here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from handlers import (
    absence,
    account,
    alert_storm,
    alerts,
    asking,
    bot_alerts,
    calendar_feed,
    cycle_end,
    day_before,
    dialogue,
    digest,
    duplicate,
    exchange,
    feedback,
    gaps,
    handover,
    handover_jobs,
    handover_parts,
    heartbeat,
    helper,
    home,
    incident_board,
    incident_chat,
    incident_command,
    incident_declaring,
    incident_form,
    incident_jobs,
    incident_link,
    incidents,
    known_incident,
    lifecycle,
    log,
    morning,
    nudges,
    oncall,
    oncall_list,
    paging,
    reopening,
    requests,
    rerouting,
    retention,
    roster_shuffle,
    runbook,
    runbook_jobs,
    showing,
    silences,
    stand_in,
    stats,
    story,
    suggestion,
    surge,
    thanks,
    waiting,
)
from handlers.command import Call, Command, asks_help, help_of, is_help, matching
from handlers.context import Answer, Context
from handlers.job import Job
from handlers.wording import commands as wording
from models.errors import UserError
from models.events import (
    AccountChanged,
    AlertReceived,
    ButtonPressed,
    CommandGiven,
    DeliverySettled,
    Event,
    FormSubmitted,
    HomeOpened,
    MessageDeleted,
    MessageEdited,
    MessagePosted,
    ReactionAdded,
    ReactionRemoved,
    TimeCame,
)
from models.secrets import mask

COMMANDS: tuple[Command, ...] = (
    *oncall.COMMANDS,
    *exchange.COMMANDS,
    *absence.COMMANDS,
    *stats.COMMANDS,
    *digest.COMMANDS,
    *lifecycle.COMMANDS,
    *runbook.COMMANDS,
    *feedback.COMMANDS,
    *log.COMMANDS,
    *duplicate.COMMANDS,
    *rerouting.COMMANDS,
    *reopening.COMMANDS,
    *story.COMMANDS,
    *helper.COMMANDS,
    *oncall_list.COMMANDS,
    *handover.COMMANDS,
    *incident_command.COMMANDS,
    *thanks.COMMANDS,
    *silences.COMMANDS,
)

BUTTONS: Mapping[str, Callable[[Context, ButtonPressed], Answer | None]] = {
    **lifecycle.BUTTONS,
    **runbook.BUTTONS,
    **feedback.BUTTONS,
    **duplicate.BUTTONS,
    **rerouting.BUTTONS,
    **story.BUTTONS,
    **asking.BUTTONS,
    **suggestion.BUTTONS,
    **handover.BUTTONS,
    **roster_shuffle.BUTTONS,
    **exchange.BUTTONS,
    **silences.BUTTONS,
    **incident_declaring.BUTTONS,
    **incident_form.BUTTONS,
    **known_incident.BUTTONS,
    **dialogue.BUTTONS,
}

SHORTCUTS: tuple[asking.Shortcut, ...] = asking.SHORTCUTS
"""What platforms with such menus show in them; each stands for a button."""

FORMS: Mapping[str, Callable[[Context, FormSubmitted], Answer | None]] = {
    **asking.FORMS,
    **exchange.FORMS,
    **handover.FORMS,
    **runbook.FORMS,
    **feedback.FORMS,
    **duplicate.FORMS,
    **incident_form.FORMS,
}

REACTIONS: Mapping[str, Callable[[Context, ReactionAdded], None]] = {
    **lifecycle.REACTIONS,
    **suggestion.REACTIONS,
    **thanks.REACTIONS,
    **log.REACTIONS,
}

UNREACTIONS: Mapping[str, Callable[[Context, ReactionRemoved], None]] = {
    **thanks.UNREACTIONS,  # acknowledged is acknowledged: an eye taken back changes nothing
    **log.UNREACTIONS,
}

JOBS: tuple[Job, ...] = (
    morning.PLANNING,
    stand_in.STAND_IN,
    cycle_end.REMINDER,
    handover_jobs.REMINDER,
    handover_jobs.CHANGE,
    handover_parts.PARTS,
    handover_parts.FILING,
    morning.GREETING,
    gaps.LOOK_AHEAD,
    digest.TELLING,
    handover_jobs.ACCEPTANCE,
    waiting.QUESTIONS,
    waiting.WAITS,
    surge.ASKING,
    incident_command.PROMISES,
    incident_link.TELLING,
    incident_board.BOARD_JOB,
    runbook_jobs.DEBTS,
    incident_jobs.INCIDENTS,
    nudges.HELPERS,
    exchange.LAPSE,
    day_before.DAY_BEFORE,
    showing.SHOWING,
    calendar_feed.KEEPING,
    heartbeat.BACK,
    heartbeat.LOST,
    retention.RETENTION,
    home.REFRESH,
)


HELP = "help"
"""The command that gives the names of all others."""


def decide(ctx: Context) -> Answer | None:
    """Give what the handler of an event answers on the spot; what else it decided is in the session."""
    if dialogue.is_answer(ctx):
        return dialogue.take(ctx, _form)
    return dialogue.instead_of_form(ctx, EVENTS[type(ctx.event)](ctx, ctx.event))


def _reaction(ctx: Context, event: ReactionAdded) -> None:
    handler = REACTIONS.get(event.emoji)
    if handler is not None and not event.is_bot:
        handler(ctx, event)


def _unreaction(ctx: Context, event: ReactionRemoved) -> None:
    handler = UNREACTIONS.get(event.emoji)
    if handler is not None and not event.is_bot:
        handler(ctx, event)


def _posted(ctx: Context, event: MessagePosted) -> Answer | None:
    if bot_alerts.told(ctx, event):
        return None
    incident_chat.message_posted(ctx, event)
    return requests.message_posted(ctx, event)


def _edited(ctx: Context, event: MessageEdited) -> None:
    if not bot_alerts.told(ctx, event):
        requests.message_edited(ctx, event)
        incident_chat.message_edited(ctx, event)


def _deleted(ctx: Context, event: MessageDeleted) -> None:
    requests.message_deleted(ctx, event)
    log.message_deleted(ctx, event)
    incident_chat.message_deleted(ctx, event)


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


def _settled(ctx: Context, event: DeliverySettled) -> None:
    paging.delivery_settled(ctx, event)
    account.delivery_settled(ctx, event)
    nudges.delivery_settled(ctx, event)
    asking.delivery_settled(ctx, event)
    incidents.delivery_settled(ctx, event)
    alert_storm.delivery_settled(ctx, event)


def _command(ctx: Context, event: CommandGiven) -> Answer:
    known = [command for command in COMMANDS if command.name == event.name]
    names = sorted({command.name for command in COMMANDS})
    if event.name == HELP:
        return Answer(reply=wording.overview(names))
    if not known:
        raise UserError(wording.unknown_command(event.name, names))
    text = mask(event.text)
    words = text.split()
    if is_help(words[:1]):
        return Answer(reply=help_of(event.name, known, words[1:]))
    found = matching(known, words)
    if found is None:
        return Answer(reply=wording.not_understood(event.name, text, [one.form for one in known]))
    command, rest = found
    if asks_help(command, rest):
        return Answer(reply=help_of(event.name, known, [command.word]))
    return command.handle(ctx, Call.of(ctx, command, event, rest))


EVENTS: Mapping[type[Event], Callable[[Context, Any], Answer | None]] = {
    MessagePosted: _posted,
    MessageEdited: _edited,
    MessageDeleted: _deleted,
    ReactionAdded: _reaction,
    ReactionRemoved: _unreaction,
    CommandGiven: _command,
    ButtonPressed: _button,
    FormSubmitted: _form,
    HomeOpened: home.opened,
    AlertReceived: alerts.alert_received,
    TimeCame: _time,
    AccountChanged: account.changed,
    DeliverySettled: _settled,
}
