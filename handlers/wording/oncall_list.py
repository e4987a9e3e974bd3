"""What the bot says about the on-call list, and to the people whose dates a lead moves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from models.message import Block, Code, Line, Message, Note, Paragraph, Strong, line, message, note, paragraph

MOST_DAYS = 10

WEEKDAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}

WHOM = "Whom?"
WHERE_TO = "Say who moves, and to which position."
NO_POSITION_HERE = "Removing takes no position."
DAY_AND_PERSON = "Say the day, and who: @user, nobody, or list for whose turn it is."
NOBODY_TO_NAME = "skip takes no name: it skips whoever comes next."
NOBODY_TO_SKIP = "Nobody is planned next, so there is nobody to skip."
NOBODY_WAS_THERE = "nobody was on duty"


# -- the list


@dataclass(frozen=True, slots=True)
class Place:
    """One place on the list. served: days in the last 90. next_day: None where no turn is planned.

    since: when they come; until: when they leave; shadows: from when on they follow along; None where not ahead.
    """

    name: str
    served: int
    next_day: date | None
    is_on_now: bool
    is_away: bool
    since: date | None
    until: date | None
    shadows: date | None = None


@dataclass(frozen=True, slots=True)
class NextCycle:
    """The cycle after the running one: its order by name (empty: not drawn yet) and its first day."""

    order: tuple[str, ...]
    begins: date | None
    is_manual: bool


@dataclass(frozen=True, slots=True)
class Kind:
    """What a turn is. week_from: the weekday that a week begins on, as `mon`; None: a turn is a working day.

    others: the other rotations, by name.
    """

    week_from: str | None
    others: tuple[str, ...] = ()


def listed(rotation: str, places: Sequence[Place], following: NextCycle, kind: Kind) -> Message:
    """Give the list in its order, and the next cycle."""
    others = _others(kind.others)
    if not places:
        return message(
            paragraph("⚠️ ", Strong(f"The on-call list of {rotation} is empty"), ": nobody is on call."),
            note("A lead can put people on it with ", Code(f"/oncall-list add @user{_in(rotation, kind)}"), "."),
            others,
        )
    turn = "a working day" if kind.week_from is None else f"a week from {WEEKDAYS[kind.week_from]} on"
    people = times.count(len(places), "person", "people")
    return message(
        paragraph(Strong(f"On-call list of {rotation}"), f", {people}, {turn} each"),
        *(paragraph(*_place(number, place, kind)) for number, place in enumerate(places, start=1)),
        _next_cycle(following),
        note("Days served are working days of the last 90 days."),
        others,
        summary=f"On-call list of {rotation}",
    )


def _in(rotation: str, kind: Kind) -> str:
    return f" in {rotation}" if kind.others else ""


def _others(names: Sequence[str]) -> Note | None:
    if not names:
        return None
    spans = [span for name in names for span in (", ", Code(f"/oncall-list in {name}"))][1:]
    return note("Other lists: ", *spans, ".")


def _place(number: int, place: Place, kind: Kind) -> Line:
    if place.is_on_now:
        when = ", on call now"
    elif place.next_day is not None:
        when = f", next {'week from ' if kind.week_from is not None else ''}{times.day(place.next_day)}"
    else:
        when = ", no turn planned yet"
    marks = (
        ", away or skipped today" if place.is_away else "",
        f", on the list from {times.day(place.since)}" if place.since is not None else "",
        f", shadows from {times.day(place.shadows)}" if place.shadows is not None else "",
        f", leaves on {times.day(place.until)}" if place.until is not None else "",
    )
    return line(
        f"{number}. ", Strong(place.name), f" — {times.count(place.served, 'day')} served{when}{''.join(marks)}"
    )


def _next_cycle(following: NextCycle) -> Paragraph:
    if not following.order or following.begins is None:
        how = "keeps this order" if following.is_manual else "is drawn when this one ends"
        return paragraph(f"The next cycle {how}.")
    return paragraph(f"Next cycle, from {times.day(following.begins)}: {', '.join(following.order)}.")


def export(rotation: str, entry: str) -> Message:
    """Give the list as the configuration writes it."""
    return message(
        paragraph(f"The list of {rotation}, for its entry under ", Code("oncall.rotations"), ":"),
        paragraph(Code(entry)),
        note("The store has the list; the configuration only seeds an empty store."),
    )


# -- what a lead did, as others read it


def added(actor: str, name: str, since: date | None, shadows: date | None = None) -> str:
    """Say that somebody was added. shadows: from when on they follow along first; None: they do not."""
    first = f"; from {times.day(shadows)} on they shadow whoever is on call" if shadows is not None else ""
    return f"{actor} added {name} to the list{_from(since)}{first}."


def removed(actor: str, name: str, since: date | None) -> str:
    """Say that somebody was removed."""
    return f"{actor} took {name} off the list{_from(since)}."


def moved_to(actor: str, name: str, position: int) -> str:
    """Say that somebody was moved."""
    return f"{actor} moved {name} to position {position} of the list."


def imported(actor: str) -> str:
    """Say that the list was brought in from a file."""
    return f"{actor[:1].upper()}{actor[1:]} replaced the list by one from a file."


def assigned(actor: str, name: str | None, day: date, today: date) -> str:
    """Say that a day was given to somebody."""
    return f"{actor} put {name or 'nobody'} on call for {times.day(day, today)}."


def given_back(actor: str, day: date, today: date) -> str:
    """Say that what was assigned is the list's again."""
    return f"{actor} gave {times.day(day, today)} back to the list."


def not_assigned(day: date) -> str:
    """Refuse to give back what nobody assigned."""
    return f"Nobody was assigned to {times.day(day)}: it goes by the list already."


def skipped(actor: str, name: str, day: date) -> str:
    """Say that somebody was skipped."""
    return f"{actor} skipped {name} on {times.day(day)}; they take the next free turn."


@dataclass(frozen=True, slots=True)
class Moved:
    """What a change means to one person in one rotation. until: the end of the shift they are on now by it; or None."""

    rotation: str
    lost: tuple[date, ...]
    gained: tuple[date, ...]
    until: datetime | None
    now: datetime
    zone: ZoneInfo

    @property
    def opening(self) -> str:
        """What changed for them, in a sentence."""
        if self.until is not None:
            return f"You are on call in {self.rotation} now, until {times.moment(self.until, self.zone, self.now)}."
        return f"Your on-call dates in {self.rotation} changed."


def moved(told: str, changes: Sequence[Moved]) -> Message:
    """Tell somebody which of their dates moved, in each rotation, and why."""
    first, *others = changes
    return message(
        paragraph(Strong(first.opening), f" {told}"),
        *_dates(first),
        *(block for one in others for block in (paragraph(Strong(one.opening)), *_dates(one))),
        note("All your shifts: ", Code("/oncall me")),
        summary=first.opening,
    )


def _dates(one: Moved) -> list[Paragraph]:
    gained = [paragraph(f"New: {_days(one.gained)}.")] if one.gained else []
    return gained + ([paragraph(f"No longer yours: {_days(one.lost)}.")] if one.lost else [])


def replaced(rotation: str, name: str, before: str, until: datetime, now: datetime, zone: ZoneInfo) -> Message:  # noqa: PLR0917
    """Say in operations that somebody else is on call from now on."""
    instead = f"{name} is on call in {rotation} now, in place of {before}, until {times.moment(until, zone, now)}."
    return message(paragraph(Strong(instead)), summary=instead)


# -- answers to the lead


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whom a change moved: who was told in a direct message, who could not be. on_duty: now; None: nobody.

    redrawn: from when on the order had to be drawn anew because of the change; None: it stayed.
    """

    told: tuple[str, ...]
    unreached: tuple[str, ...]
    on_duty: str | None
    redrawn: date | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """A newcomer. since: None: from now. first: their first day on call; None where none is planned yet.

    shadows: from when on they follow along; None: they do not.
    """

    name: str
    place: int
    since: date | None
    first: date | None
    is_reachable: bool
    shadows: date | None = None


def confirm_added(one: Added, outcome: Outcome) -> Message:
    """Confirm a newcomer, and say when they serve first."""
    first = f"The first day on call is {times.day(one.first)}." if one.first else "No turn is planned for them yet."
    return message(
        paragraph(f"{one.name} is on the list{_from(one.since)}, at position {one.place}. {first}"),
        paragraph(f"From {times.day(one.shadows)} on they shadow whoever is on call.") if one.shadows else None,
        None if one.is_reachable else paragraph(f"⚠️ {one.name} has no handle here, so I cannot ping them."),
        *told_of(outcome),
    )


@dataclass(frozen=True, slots=True)
class Removed:
    """Somebody who leaves. since: None: now."""

    name: str
    since: date | None
    was_on_duty: bool
    is_empty: bool


def confirm_removed(one: Removed, outcome: Outcome) -> Message:
    """Confirm that somebody leaves, and say who is on call instead where that is now."""
    return message(
        paragraph(f"{one.name} is off the list{_from(one.since)}."),
        paragraph(f"{outcome.on_duty} is on call now.") if one.was_on_duty and outcome.on_duty else None,
        paragraph("⚠️ ", Strong("The list is empty: nobody is on call.")) if one.is_empty else None,
        *told_of(outcome),
    )


def confirm_moved(name: str, position: int, outcome: Outcome) -> Message:
    """Confirm a move."""
    return message(paragraph(f"{name} is at position {position} now."), *told_of(outcome))


def confirm_assigned(name: str | None, day: date, outcome: Outcome, today: date) -> Message:
    """Confirm who has a day."""
    return message(
        paragraph(f"{name or 'Nobody'} is on call for {times.day(day, today)}."),
        None if name else paragraph("⚠️ Urgent requests of that day go to the fallback."),
        *told_of(outcome),
    )


@dataclass(frozen=True, slots=True)
class Skipped:
    """Who was skipped when, who serves instead, and when they serve next; None where nobody, or nothing planned."""

    name: str
    day: date
    instead: str | None
    coming: date | None


def confirm_skipped(one: Skipped, outcome: Outcome) -> Message:
    """Confirm a skip."""
    following = f" {one.name}'s next turn is {times.day(one.coming)}." if one.coming else ""
    return message(
        paragraph(f"{one.instead or 'Nobody'} serves {times.day(one.day)} instead of {one.name}.{following}"),
        *told_of(outcome),
    )


def told_of(outcome: Outcome) -> list[Block]:
    """Say whom a change told of their new dates, whom it could not reach, and what was drawn anew because of it."""
    told = [note(f"Told of their new dates: {', '.join(outcome.told)}.")] if outcome.told else []
    drawn = [note(_redrawn(outcome.redrawn))] if outcome.redrawn is not None else []
    if outcome.unreached:
        names = ", ".join(outcome.unreached)
        return [*told, paragraph(f"⚠️ I cannot reach {names}: please tell them."), *drawn]
    return [*(told or [note("Nobody's dates moved.")]), *drawn]


def _redrawn(day: date) -> str:
    why = "with the old order somebody would have come again too soon"
    return f"The order from {times.day(day)} on was drawn anew: {why}."


# -- refusals


def past(day: date, today: date) -> str:
    """Refuse to change what is over."""
    return f"{times.day(day, today)} is over, and the past is never changed."


def no_position(given: str) -> str:
    """Refuse a number that is no place on any list."""
    return f"There is no position {given[:20]}: positions begin at 1."


def no_shadow_days(given: str, most: int) -> str:
    """Refuse a number of days that nobody shadows for."""
    return f"“{given[:20]}” is no number of working days from 1 to {most} to shadow for."


def refused(why: str) -> str:
    """Give the reason of the rules as a sentence."""
    return f"{why[:1].upper()}{why[1:]}."


def no_shift_on(day: date, why: str, working: date) -> str:
    """Refuse a day on which no shift begins."""
    return f"No shift begins on {times.day(day)} ({why}); the next one begins on {times.day(working)}."


def agreed(name: str, day: date) -> str:
    """Refuse to skip what people agreed on or a lead set."""
    return f"{name}'s shift on {times.day(day)} was agreed or assigned; give it away with /oncall-list assign."


def _from(since: date | None) -> str:
    return f" from {times.day(since)} on" if since is not None else ""


def _days(days: Sequence[date]) -> str:
    shown = times.days(days[:MOST_DAYS])
    return f"{shown} and {len(days) - MOST_DAYS} more" if len(days) > MOST_DAYS else shown
