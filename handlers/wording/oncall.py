"""What the bot answers to `/oncall`: who, until when, why, who next. Names only; nobody is notified."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from models import policy
from models.message import Block, Bullets, Code, Line, Message, Paragraph, Strong, line, message, note, paragraph

STRANGER = "I do not know you: your handle is in nobody's entry in the configuration. A lead can have it added."
NOT_PLANNED = "not planned yet"


@dataclass(frozen=True, slots=True)
class Told:
    """One stretch of duty. engineer: a name; None: nobody. is_planned: whether any shift covers it."""

    rotation: str
    engineer: str | None
    why: str
    start: datetime
    end: datetime
    is_planned: bool
    now: datetime
    zone: ZoneInfo

    def at(self, instant: datetime) -> str:
        """Give an instant as the reader says it now."""
        return times.moment(instant, self.zone, self.now)


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody is pinged. begin: when the hours begin next; None inside them. contact: whom to call before."""

    hours: policy.Hours
    begin: datetime | None
    contact: str | None


@dataclass(frozen=True, slots=True)
class Day:
    """One calendar day of a list. engineer: a name; None: nobody."""

    day: date
    engineer: str | None
    has_shift: bool
    why: str
    is_today: bool


@dataclass(frozen=True, slots=True)
class MyShift:
    """One coming shift of the reader's. rotation: empty where there is only one."""

    rotation: str
    start: datetime
    end: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Ahead:
    """What else lies ahead of the reader: days off, open wishes for swaps and covers, and runbook debts.

    left: for a lead, the debts of people who are on no list any more.
    """

    away: Sequence[Line] = ()
    wishes: Sequence[Line] = ()
    debts: Sequence[Line] = ()
    left: Sequence[Line] = ()

    def blocks(self) -> list[Block]:
        """Give it as parts of a message."""
        titled = (
            ("Your days off", self.away),
            ("Swaps and covers", self.wishes),
            ("Your runbook debts", self.debts),
            ("Runbook debts of people who have left", self.left),
        )
        return [
            block for title, lines in titled if lines for block in (paragraph(Strong(title)), Bullets(tuple(lines)))
        ]


def now(on_duty: Told, following: Told, hours: Hours, fallback: Sequence[str], shadows: Sequence[str] = ()) -> Message:
    """Say who is on call now, until when, why them, and who is next."""
    if on_duty.engineer is None:
        return _nobody(on_duty, following, fallback)
    until = f" is on call for {on_duty.rotation} until {on_duty.at(on_duty.end)}."
    return message(
        paragraph(Strong(on_duty.engineer), until),
        paragraph(_next(on_duty, following)),
        _outside(on_duty, hours),
        paragraph(f"{' and '.join(shadows)} {'shadows' if len(shadows) == 1 else 'shadow'} them.") if shadows else None,
        note(f"Why {on_duty.engineer}: {on_duty.why}."),
        summary=f"{on_duty.engineer}{until}",
    )


def following(rotation: str, coming: Sequence[Told]) -> Message:
    """Say who comes next, and who after that."""
    if not coming:
        return message(
            paragraph(f"Nothing is planned for {rotation} after now."),
            note("A lead can put people on the list with ", Code("/oncall-list add @user"), "."),
        )
    first, *later = coming
    return message(
        paragraph(Strong(first.engineer or "Nobody"), f" is next on call for {rotation}, {_span(first)}."),
        *(paragraph(f"After that: {one.engineer or 'nobody'}, {_span(one)}.") for one in later),
        note(f"Why {first.engineer or 'nobody'}: {first.why}."),
    )


def listed(rotation: policy.Rotation, days: Sequence[Day], zone: ZoneInfo, begin: datetime) -> Message:
    """List calendar days, each with who is on call or why nobody is."""
    named = begin.astimezone(zone).tzname()
    return message(
        paragraph(Strong(f"On call for {rotation.name}"), f", {times.count(len(days), 'day')}"),
        Bullets(tuple(_line_of(one, begin.astimezone(zone).date()) for one in days)),
        note(
            f"Each is on call from {rotation.handover_at:%H:%M} {named} until the next takes over, and is pinged "
            f"{rotation.hours.start:%H:%M}–{rotation.hours.end:%H:%M} on working days."
        ),
        summary=f"On call for {rotation.name}",
    )


def no_days(given: str, most: int) -> str:
    """Refuse a number of days that cannot be listed."""
    return f"“{given[:40]}” is no number of days from 1 to {most}."


def mine(shifts: Sequence[MyShift], ahead: Ahead, *, is_listed: bool, zone: ZoneInfo, now: datetime) -> Message:
    """List the reader's next shifts, and what else lies ahead of them."""
    if not shifts:
        why = "You are on the list; your turn is not planned yet." if is_listed else "You are not on the on-call list."
        return message(paragraph(f"You have no shift ahead. {why}"), *ahead.blocks())
    return message(
        paragraph(Strong("Your next shifts")),
        Bullets(tuple(_my_line(shift, zone, now) for shift in shifts)),
        *ahead.blocks(),
        summary=f"You are on call {times.moment(shifts[0].start, zone, now)}",
    )


def _nobody(on_duty: Told, following: Told, fallback: Sequence[str]) -> Message:
    until = f" until {on_duty.at(on_duty.end)}" if on_duty.is_planned else ""
    return message(
        paragraph("⚠️ ", Strong(f"Nobody is on call for {on_duty.rotation}{until}"), f": {on_duty.why}."),
        paragraph(f"Urgent requests go to {', '.join(fallback)}.") if fallback else None,
        paragraph(_next(on_duty, following)) if following.engineer is not None else None,
        note("A lead can put somebody on duty with ", Code("/oncall-list assign now @user"), "."),
    )


def _next(on_duty: Told, following: Told) -> str:
    if following.engineer is None:
        return f"Nobody is planned after that: {following.why}."
    again = " again" if following.engineer == on_duty.engineer else ""
    return f"Next: {following.engineer}{again}, from {following.at(following.start)}."


def _outside(on_duty: Told, hours: Hours) -> Paragraph | None:
    if hours.begin is None:
        return None
    call = f" If it cannot wait: {hours.contact}." if hours.contact else ""
    return paragraph(f"It is outside the hours; they begin {on_duty.at(hours.begin)}.{call}")


def _span(told: Told) -> str:
    return f"from {told.at(told.start)} until {told.at(told.end)}"


def _line_of(one: Day, today: date) -> Line:
    name = times.day(one.day, today)
    day = Strong(f"{name} (today)") if one.is_today else name
    if not one.has_shift:
        return line(day, f" — {one.why}")
    because = f" ({one.why})" if one.why else ""
    return line(day, " — ", one.engineer or Strong("nobody"), because)


def _my_line(shift: MyShift, zone: ZoneInfo, now: datetime) -> Line:
    where = f" in {shift.rotation}" if shift.rotation else ""
    because = f" ({shift.why})" if shift.why else ""
    end = times.moment(shift.end, zone, now)
    if shift.start <= now:
        return line(Strong("now"), f", until {end}{where}{because}")
    return line(f"{times.moment(shift.start, zone, now)}, until {end}{where}{because}")
