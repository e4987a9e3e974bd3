"""Forms where a platform has none: asked one field after the other in a direct message.

A dialogue can be interrupted, resumed and cancelled, and outlives a restart: each answer is one transaction. Whoever
does not answer for a while is free to write about something else: a cry for help is never taken for an answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from handlers.context import Answer, Context
from handlers.wording import dialogue as wording
from handlers.wording.asking import FORM as ASKING
from models.effects import Direct
from models.errors import UserError
from models.events import ButtonPressed, CommandGiven, FormSubmitted, MessagePosted
from models.message import Form, FormField, Message
from models.policy import ChannelKind
from models.records import dialogue as records
from models.records.dialogue import Dialogue
from models.triage.verdict import RequestClass

WITHOUT_FORMS = ("rocketchat",)
"""The platforms that cannot show a form."""

PATIENCE = timedelta(minutes=30)
KEPT = timedelta(days=7)

Submit = Callable[[Context, FormSubmitted], Answer | None]


def instead_of_form(ctx: Context, answer: Answer | None) -> Answer | None:
    """Begin a dialogue for a form that would be opened, where the platform cannot; give the rest of the answer."""
    if answer is None or answer.form is None or ctx.platform not in WITHOUT_FORMS:
        return answer
    _begin(ctx, answer.form)
    return replace(answer, form=None)


def is_answer(ctx: Context) -> bool:
    """Say whether an event answers a dialogue; one that was left alone for long is put aside, and that is told."""
    said = _said(ctx)
    if said is None:
        return False
    row = records.find(ctx.session, ctx.platform, ctx.actor)
    if row is None:
        return False
    if said.lower() in wording.ALWAYS:
        return True
    if not row.is_paused and ctx.now - row.touched_at > PATIENCE:
        _pause(ctx, row)
        return False
    return not row.is_paused


def take(ctx: Context, submit: Submit) -> Answer | None:
    """Take an answer to the dialogue, and ask what is next; the last one submits the form."""
    row = records.find(ctx.session, ctx.platform, ctx.actor)
    said = _said(ctx)
    if row is None or said is None:
        return None
    word = said.lower()
    if _is_of_another(ctx, row):
        _ask(ctx, row, row.values, row.field, wording.ASKED_BEFORE)
    elif word == wording.CANCEL:
        records.end(ctx.session, ctx.platform, ctx.actor)
        _say(ctx, wording.cancelled(row.opened().title))
    elif word == wording.PAUSE:
        _pause(ctx, row)
    elif word == wording.SEND:
        _send(ctx, row, submit)
    elif word in (wording.BACK, wording.RESUME):
        _ask(ctx, row, row.values, row.field - (word == wording.BACK))
    else:
        _answered(ctx, row, said)
    return None


def _said(ctx: Context) -> str | None:
    """Give what might be an answer: words of a direct message, or the tap of a dialogue's button."""
    if ctx.platform not in WITHOUT_FORMS:
        return None
    match ctx.event:
        case MessagePosted(is_direct=True, is_bot=False, text=text):
            return text.strip()
        case CommandGiven(is_bare=True, name=name, text=text):
            return f"{name} {text}".strip()
        case ButtonPressed(action=wording.BUTTON, value=value):
            return value.partition(" ")[0]
        case _:
            return None


def _is_of_another(ctx: Context, row: Dialogue) -> bool:
    """Say whether a button of another question was pressed: in the chat it stays where it is, and can be pressed."""
    mark = ctx.event.value.partition(" ")[2] if isinstance(ctx.event, ButtonPressed) else ""
    return mark not in ("", row.mark)


def _begin(ctx: Context, form: Form) -> None:
    records.forget_before(ctx.session, ctx.now - KEPT)
    row = records.begin(ctx.session, ctx.platform, ctx.actor, form, ctx.now)
    _say(ctx, wording.begun(form))
    _ask(ctx, row, {}, 0)


def _pause(ctx: Context, row: Dialogue) -> None:
    row.is_paused = True
    _say(ctx, wording.paused(row.opened().title))


def _ask(ctx: Context, row: Dialogue, values: Mapping[str, str], number: int, wrong: str = "") -> None:
    """Ask for a field, or, behind the last one, whether all is to be sent."""
    form = row.opened()
    number = max(0, min(number, len(form.fields)))
    row.keep(values, number, ctx.now)
    if number == len(form.fields):
        _say(ctx, wording.review(form, _filled(form, values), wrong, row.mark))
    else:
        _say(ctx, wording.question(form, number, values.get(form.fields[number].name), wrong, row.mark))


def _answered(ctx: Context, row: Dialogue, said: str) -> None:
    form = row.opened()
    if row.field >= len(form.fields):
        _ask(ctx, row, row.values, row.field, wording.SEND_OR_NOT)
        return
    field = form.fields[row.field]
    meant = {wording.KEEP: row.values.get(field.name, field.initial), wording.SKIP: ""}.get(said.lower(), said)
    try:
        taken = _valid(field, meant)
    except UserError as error:
        _ask(ctx, row, row.values, row.field, str(error))
        return
    told = wording.SOUNDS_URGENT if field.kind != "choice" and _sounds_urgent(ctx, form, taken) else ""
    _ask(ctx, row, {**row.values, field.name: taken}, row.field + 1, told)


def _sounds_urgent(ctx: Context, form: Form, said: str) -> bool:
    """Say whether an answer may have been meant for a cry for help; in the form that asks for help it is one."""
    if form.name == ASKING:
        return False
    policy = ctx.policy
    verdict = ctx.standing.classifier.classify(
        said, ChannelKind.HOW_TO, services=policy.services, costs=policy.triage.costs
    )
    return verdict.request_class is RequestClass.URGENT


def _valid(field: FormField, value: str) -> str:
    """Give a value as the form takes it. Raises UserError."""
    if field.kind == "choice" and value:
        value = _chosen(field, value)
    if not value and not field.is_optional:
        raise UserError(wording.needed(field.label))
    if len(value) > field.max_length:
        raise UserError(wording.too_long(field.max_length, len(value)))
    return " ".join(value.split()) if field.kind == "line" else value


def _chosen(field: FormField, said: str) -> str:
    """Give the option that is meant by its number, its label or its value. Raises UserError."""
    if said.isdecimal() and 1 <= int(said) <= len(field.options):
        return field.options[int(said) - 1][0]
    for value, label in field.options:
        if said.casefold() in (value.casefold(), label.casefold()):
            return value
    raise UserError(wording.no_such_option(said))


def _filled(form: Form, values: Mapping[str, str]) -> dict[str, str]:
    return {field.name: values.get(field.name, field.initial) for field in form.fields}


def _send(ctx: Context, row: Dialogue, submit: Submit) -> None:
    """Submit the form: what was not asked for yet stays as it was proposed."""
    form = row.opened()
    filled = _filled(form, row.values)
    for number, field in enumerate(form.fields):
        try:
            filled[field.name] = _valid(field, filled[field.name])
        except UserError as error:
            _ask(ctx, row, row.values, number, str(error))
            return
    event = FormSubmitted(
        key=f"form:{ctx.event.key}"[:300],
        platform=ctx.platform,
        at=ctx.now,
        form=form.name,
        subject=form.subject,
        user=ctx.actor,
        fields=filled,
    )
    inner = Context(ctx.session, ctx.now, event, ctx.standing, ctx.actor)
    _settle(ctx, row, filled, submit(inner, event) or Answer())


def _settle(ctx: Context, row: Dialogue, filled: Mapping[str, str], answer: Answer) -> None:
    form = row.opened()
    if answer.errors:
        names = [field.name for field in form.fields]
        first = next((names.index(name) for name in answer.errors if name in names), 0)
        _ask(ctx, row, filled, first, " ".join(answer.errors.values()))
        return
    records.end(ctx.session, ctx.platform, ctx.actor)
    if answer.form is not None:
        _begin(ctx, answer.form)
    if answer.reply is not None or answer.form is None:
        _say(ctx, answer.reply or wording.sent(form.title))


def _say(ctx: Context, message: Message) -> None:
    ctx.say(Direct(ctx.actor, message))


def _nothing_open(_ctx: Context, _event: ButtonPressed) -> Answer:
    raise UserError(wording.NOTHING_OPEN)


BUTTONS: Mapping[str, Callable[[Context, ButtonPressed], Answer | None]] = {wording.BUTTON: _nothing_open}
