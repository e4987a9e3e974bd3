"""The documentation of what was resolved: asked for once, and owed until the link is given. Source: DESIGN §6."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from handlers import duty, lookup, runbook_debt
from handlers.command import Call, Command
from handlers.context import Answer, Context, Source
from handlers.dates import zone_of
from handlers.wording import commands as command_words
from handlers.wording import runbook as wording
from models.effects import Direct
from models.errors import UserError
from models.events import ButtonPressed, FormSubmitted
from models.link import bare, fault_of
from models.policy import Person
from models.records import debt as records
from models.records import delivery
from models.records import request as requests
from models.records.debt import DebtState, RunbookDebt
from models.records.delivery import Purpose
from models.records.request import Request, RequestState

PROMISED_IN = 5  # working days


def owes(ctx: Context, request: Request) -> Person | None:
    """Give who is to document a request that is resolved now.

    Whoever was on call when the whole team was asked; else whoever resolves it; for an author, whoever was on it.
    """
    responsible = ctx.policy.person(request.duty_of)
    if responsible is not None:
        return responsible
    if duty.is_engineer(ctx, ctx.person):
        return ctx.person
    return ctx.policy.person_with_handle(request.platform, request.owner) if request.owner else None


def link_fault(link: str) -> str | None:
    """Say in words what is wrong with a link; None where it can be kept."""
    fault = fault_of(link)
    return wording.FAULTS[fault] if fault is not None else None


# -- asked, promised, settled


def ask(ctx: Context, request: Request) -> None:
    """Ask whoever resolved a grave request where it is documented, once; nobody where it has its link.

    Where it was resolved by somebody else while they are off, they are asked when the hours begin.
    """
    person = owes(ctx, request)
    if not request.request_class.is_grave or request.runbook_url or person is None:
        return
    debt = records.of_request(ctx.session, request.id)
    if debt is not None and debt.state is DebtState.OWED:
        debt.person = person.id
        promise(ctx, debt, request)
        return
    is_asked = debt is not None and debt.state is DebtState.ASKED and debt.person == person.id
    debt = debt or RunbookDebt(request_id=request.id)
    debt.person, debt.state, debt.asked_at = person.id, DebtState.ASKED, ctx.now
    ctx.session.add(debt)
    if is_asked:
        debt.due_at = _end_of_shift(ctx, request)
        return
    debt.ask_id, calendar = None, runbook_debt.calendar(ctx, request)
    if person == ctx.person or calendar.is_within_hours(ctx.now):
        put_question(ctx, debt, request)
    else:
        debt.due_at = calendar.next_hours_begin(ctx.now)


def put_question(ctx: Context, debt: RunbookDebt, request: Request) -> None:
    """Ask whoever is to document a request; without an answer by the end of the shift it is a debt."""
    person = ctx.policy.person(debt.person)
    debt.ask_id = _sent(ctx, request, person) if person is not None else None
    debt.due_at = _end_of_shift(ctx, request)


def _sent(ctx: Context, request: Request, person: Person) -> int | None:
    platform = ctx.home_of(person)
    if platform is None:
        return None
    question = Direct(person.handle(platform) or "", wording.ask(runbook_debt.about(request, platform)))
    return ctx.say(question, platform=platform, purpose=Purpose.NOTICE, request=request)


def promise(ctx: Context, debt: RunbookDebt, request: Request) -> None:
    """Make what was asked for a debt, with the day by which it is promised."""
    calendar = runbook_debt.calendar(ctx, request)
    today = calendar.working_from(calendar.day_of(ctx.now))
    debt.state, debt.promised_for = DebtState.OWED, calendar.after_working_days(today, PROMISED_IN)
    debt.due_at, _ = calendar.hours_of(debt.promised_for)
    _show(ctx, debt, request)


def document(ctx: Context, request: Request, link: str, *, source: Source) -> None:
    """Keep the link of a request: it pays what is owed, and is offered to those who ask the like from now on."""
    request.runbook_url = link
    ctx.note(request, "documented", source=source, detail=link)
    debt = records.of_request(ctx.session, request.id)
    if debt is not None and debt.state is not DebtState.PAID:
        _settle(ctx, debt, request, DebtState.PAID)


def _settle(ctx: Context, debt: RunbookDebt, request: Request, to: DebtState) -> None:
    debt.state, debt.due_at, debt.settled_at = to, None, ctx.now
    debt.settled_by = ctx.person.id if ctx.person is not None else ctx.actor
    _show(ctx, debt, request)


def _show(ctx: Context, debt: RunbookDebt, request: Request) -> None:
    """Bring the question up to date with what became of it."""
    if debt.ask_id is None:
        return
    platform = delivery.platform_of(ctx.session, debt.ask_id)
    about, name = runbook_debt.about(request, platform), ctx.name_of(debt.settled_by)
    if debt.state is DebtState.PAID:
        said = wording.paid(about, request.runbook_url or "", name)
    elif debt.state is DebtState.NEEDLESS:
        said = wording.needless(about, name)
    else:
        said = wording.owed(about, debt.promised_for or ctx.now.date())
    ctx.edit(debt.ask_id, said, platform, request)


def _end_of_shift(ctx: Context, request: Request) -> datetime:
    rotation = runbook_debt.rotation(ctx, request)
    shift = duty.on_call(ctx, rotation).shift if rotation is not None else None
    return shift.end if shift is not None else runbook_debt.calendar(ctx, request).next_hours_begin(ctx.now)


# -- what people say


def _say_nothing_needed(ctx: Context, request: Request, *, source: Source) -> None:
    debt = _open_debt(ctx, request)
    ctx.note(request, "nothing to document", source=source)
    _settle(ctx, debt, request, DebtState.NEEDLESS)


def _say_later(ctx: Context, request: Request, *, source: Source) -> RunbookDebt:
    debt = _open_debt(ctx, request)
    if debt.state is DebtState.ASKED:
        ctx.note(request, "runbook debt", source=source)
        promise(ctx, debt, request)
    return debt


def _open_debt(ctx: Context, request: Request) -> RunbookDebt:
    """Give what is owed for a request. Raises UserError where nothing is, or where it is not the asker's to say."""
    _require_resolved(request)
    debt = records.of_request(ctx.session, request.id)
    is_theirs = debt is not None and ctx.person is not None and debt.person == ctx.person.id
    if not (is_theirs or duty.is_engineer(ctx, ctx.person)):
        raise UserError(wording.NOT_YOURS)
    if debt is None or not debt.state.is_open:
        raise UserError(wording.not_owed(request.id))
    return debt


def _require_documenter(ctx: Context, request: Request) -> None:
    """Raise UserError unless the asker may give the link of a request that is resolved."""
    is_theirs = ctx.is_author(request) or ctx.handle_on(request.platform) in (request.owner, request.resolved_by)
    if not (is_theirs or duty.is_engineer(ctx, ctx.person)):
        raise UserError(wording.MAY_NOT_DOCUMENT)
    _require_resolved(request)


def _require_resolved(request: Request) -> None:
    if request.state is not RequestState.RESOLVED:
        raise UserError(wording.not_resolved(request.id))


def _form_for(ctx: Context, request: Request) -> Answer:
    _require_documenter(ctx, request)
    return Answer(form=wording.form(request.id, request.runbook_url or ""))


def _pressed_link(ctx: Context, event: ButtonPressed) -> Answer:
    return _form_for(ctx, lookup.numbered(ctx, event.value))


def _pressed_later(ctx: Context, event: ButtonPressed) -> None:
    _say_later(ctx, lookup.numbered(ctx, event.value), source="button")


def _pressed_nothing(ctx: Context, event: ButtonPressed) -> None:
    _say_nothing_needed(ctx, lookup.numbered(ctx, event.value), source="button")


def _form_submitted(ctx: Context, event: FormSubmitted) -> Answer:
    request = lookup.numbered(ctx, event.subject)
    _require_documenter(ctx, request)
    link = bare(event.fields.get(wording.FIELD, ""))
    fault = link_fault(link)
    if fault is not None:
        return Answer(errors={wording.FIELD: fault})
    document(ctx, request, link, source="form")
    return Answer(reply=wording.kept(request.id, link))


def _debt(ctx: Context, call: Call) -> Answer:
    if not call.words:
        found = records.open_debts(ctx.session, call.rotation.name if call.is_named else None)
        return Answer(
            reply=wording.listed([runbook_debt.owed(ctx, one) for one in found], zone_of(ctx), runbook_debt.MOST_LISTED)
        )
    number = call.number(call.words[0])
    request = requests.get(ctx.session, number)
    if request is None:
        raise UserError(command_words.no_such_request(number))
    return _answered(ctx, call, request, call.words[1:])


def _answered(ctx: Context, call: Call, request: Request, words: Sequence[str]) -> Answer:
    """Do what the words after the number say; without any, open the form."""
    if not words:
        return _form_for(ctx, request)
    if words[0].lower() == "later":
        debt = _say_later(ctx, request, source="command")
        return Answer(reply=wording.promised(request.id, debt.promised_for or ctx.now.date()))
    if words[0].lower() == "nothing":
        _say_nothing_needed(ctx, request, source="command")
        return Answer(reply=wording.nothing_needed(request.id))
    link = given_link(call, words[0])
    _require_documenter(ctx, request)
    document(ctx, request, link, source="command")
    return Answer(reply=wording.kept(request.id, link))


def given_link(call: Call, word: str) -> str:
    """Give the link that a command's word is. Raises UserError where it is none that can be kept."""
    link = bare(word)
    fault = link_fault(link)
    if fault is not None:
        raise call.wrong(fault)
    return link


COMMANDS: tuple[Command, ...] = (
    Command(
        "oncall",
        "debt",
        "[number [link|later|nothing]]",
        "what was resolved without documentation; give the link of one",
        "/oncall debt 142 https://docs.example.org/registry",
        _debt,
    ),
)

BUTTONS: Mapping[str, Callable[[Context, ButtonPressed], Answer | None]] = {
    wording.LINK: _pressed_link,
    wording.LATER: _pressed_later,
    wording.NOTHING: _pressed_nothing,
}

FORMS: Mapping[str, Callable[[Context, FormSubmitted], Answer | None]] = {wording.FORM: _form_submitted}
