"""What is said about the documentation that resolved requests should leave behind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from models.link import LONGEST_LINK, Fault
from models.message import (
    Bullets,
    Button,
    Buttons,
    Code,
    Form,
    FormField,
    Line,
    Link,
    Message,
    MessageRef,
    Span,
    Strong,
    line,
    message,
    note,
    paragraph,
    text,
)

FORM, FIELD = "runbook", "link"
LINK, LATER, NOTHING = "runbook-link", "runbook-later", "runbook-nothing"

NOT_YOURS = "Only whoever owes the link, the engineers on the on-call list and the leads can say this."
MAY_NOT_DOCUMENT = "Only the author, the engineers on the on-call list and the leads can give the link."
WHAT_OF_IT = "Give the link, or say later or nothing."
NO_DEBTS = "No runbook debts: everything that was resolved is documented."

FAULTS: Mapping[Fault, str] = {
    Fault.NO_SCHEME: "The runbook link has to begin with https://.",
    Fault.BROKEN: "That is no web address that I can keep: it needs a host, and no blanks.",
    Fault.TOO_LONG: f"The runbook link is longer than {LONGEST_LINK} characters.",
    Fault.PRIVATE: "There is a name, a password or a token in that link. Give it without: I show it to everybody.",
}


@dataclass(frozen=True, slots=True)
class About:
    """A resolved request as these sentences need it. link: to it; None: it lies on another platform."""

    number: int
    link: MessageRef | None
    request_class: str
    excerpt: str

    @property
    def subject(self) -> Line:
        """Its number, class and first words."""
        return line(self.link or f"#{self.number}", f" {self.request_class} · {self.excerpt or '(no text)'}")


@dataclass(frozen=True, slots=True)
class Owed:
    """One runbook debt. name: whose; empty where the reader knows. promised_for: None: not promised yet."""

    about: About
    name: str
    since: datetime
    promised_for: date | None


def ask(about: About) -> Message:
    """Ask whoever resolved a request where it is documented."""
    return message(
        paragraph("📘 Resolved: ", *about.subject),
        paragraph("Which runbook or page documents it, for whoever meets it next?"),
        _buttons(about.number, LINK, LATER, NOTHING),
        note("Without an answer by the end of the shift I keep it as a runbook debt of yours."),
        summary=f"Where is #{about.number} documented?",
    )


def owed(about: About, promised_for: date) -> Message:
    """Say in place of the question that the link is owed."""
    return message(
        paragraph("📘 You owe the link for ", *about.subject),
        paragraph(f"Promised for {times.day(promised_for)}. I remind you then, at most once a week."),
        _buttons(about.number, LINK, NOTHING),
    )


def paid(about: About, link: str, name: str) -> Message:
    """Say in place of the question that the link is there."""
    return message(paragraph("📗 ", *about.subject), paragraph("Documented in ", Link(link, link), f", by {name}."))


def needless(about: About, name: str) -> Message:
    """Say in place of the question that there is nothing to document."""
    return message(
        paragraph("📗 ", *about.subject),
        paragraph(f"Nothing to document, said {name}."),
        _buttons(about.number, LINK),
    )


def _buttons(number: int, *actions: str) -> Buttons:
    labels = {LINK: "Give the link", LATER: "Later", NOTHING: "Nothing to document"}
    return Buttons(
        tuple(Button(one, labels[one], str(number), "primary" if one == LINK else "plain") for one in actions)
    )


def form(number: int, initial: str) -> Form:
    """Ask for the link."""
    return Form(
        name=FORM,
        title="Runbook link",
        submit="Keep it",
        subject=str(number),
        fields=(
            FormField(
                FIELD, f"Where is #{number} documented?", initial=initial, hint="https://…", max_length=LONGEST_LINK
            ),
        ),
    )


def kept(number: int, link: str) -> Message:
    """Confirm a link."""
    return text(f"#{number} is documented in ", Link(link, link), ". I offer it to those who ask the like.")


def promised(number: int, day: date) -> Message:
    """Confirm that a link comes later."""
    return text(f"The link for #{number} is promised for {times.day(day)}. ", *_how(number))


def nothing_needed(number: int) -> Message:
    """Confirm that there is nothing to document."""
    return text(f"Noted: nothing to document for #{number}.")


def not_resolved(number: int) -> str:
    """Say that a request is not over."""
    return f"#{number} is not resolved now. I ask for its documentation when it is."


def not_owed(number: int) -> str:
    """Say that no link is owed."""
    return f"Nothing is owed for #{number}."


def listed(debts: Sequence[Owed], zone: ZoneInfo, most: int) -> Message:
    """List runbook debts, the newest first."""
    if not debts:
        return text(NO_DEBTS)
    left = len(debts) - most
    return message(
        paragraph(Strong(times.count(len(debts), "runbook debt"))),
        Bullets(tuple(owed_line(one, zone) for one in debts[:most])),
        note(f"and {left} more") if left > 0 else None,
        note(*_how(debts[0].about.number)),
    )


def owed_line(one: Owed, zone: ZoneInfo) -> Line:
    """Give one debt as a line."""
    whose = f" · {one.name}" if one.name else ""
    promised_for = f", promised for {times.day(one.promised_for)}" if one.promised_for else ""
    return line(*one.about.subject, whose, f" · since {times.day(one.since.astimezone(zone).date())}", promised_for)


def reminder(debts: Sequence[Owed], zone: ZoneInfo, most: int) -> Message:
    """Remind somebody of what they owe."""
    return _told(f"📘 You still owe {times.count(len(debts), 'runbook link')}:", debts, zone, most)


def of_leavers(debts: Sequence[Owed], zone: ZoneInfo, most: int) -> Message:
    """Tell the leads of what somebody owes who is on no list any more."""
    name = debts[0].name
    return _told(f"📘 {name} is on no on-call list any more, and owed these links:", debts, zone, most)


def _told(head: str, debts: Sequence[Owed], zone: ZoneInfo, most: int) -> Message:
    left = len(debts) - most
    number = debts[0].about.number
    return message(
        paragraph(head),
        Bullets(tuple(owed_line(one, zone) for one in debts[:most])),
        note(f"and {left} more") if left > 0 else None,
        _buttons(number, LINK, NOTHING) if len(debts) == 1 else None,
        note(*_how(number)),
    )


def _how(number: int) -> tuple[Span, ...]:
    return Code(f"/oncall debt {number} https://…"), " gives the link; ", Code(f"/oncall debt {number} nothing"), "."
