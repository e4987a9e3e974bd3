"""What the bot says about the on-call list, and to the people whose dates a lead moves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from models.message import Block, Bullets, Code, Line, Message, Paragraph, Strong, line, message, note, paragraph

MOST_DAYS = 10
MOST_SEEDS = 2

LABELS = {
    "engineer": "",
    "other": "for",
    "position": "position",
    "start": "from",
    "last": "to",
    "day": "on",
    "his_day": "against",
    "seeds": "seed",
    "old": "before",
    "new": "after",
}
DATES = ("start", "last", "day", "his_day")

WHOM = "Whom?"
WHERE_TO = "Say who moves, and to which position."
NO_POSITION_HERE = "Removing takes no position."
ONLY_PREVIEW = "After shuffle only the word preview may stand."
DAY_AND_PERSON = "Say the day, and who: @user or nobody."
NOBODY_TO_NAME = "skip takes no name: it skips whoever comes next."
NOBODY_TO_SKIP = "Nobody is planned next, so there is nobody to skip."
NOBODY_WAS_THERE = "nobody was on duty"
TOO_FEW = "A list of fewer than two people has only one order."
BEYOND_THE_PLAN = "The notice that people get reaches beyond what is planned, so there is nothing to shuffle yet."


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


def listed(rotation: str, places: Sequence[Place], following: NextCycle) -> Message:
    """Give the list in its order, and the next cycle."""
    if not places:
        return message(
            paragraph("⚠️ ", Strong(f"The on-call list of {rotation} is empty"), ": nobody is on call."),
            note("A lead can put people on it with ", Code("/oncall-list add @user"), "."),
        )
    return message(
        paragraph(Strong(f"On-call list of {rotation}"), f", {times.count(len(places), 'person', 'people')}"),
        *(paragraph(*_place(number, place)) for number, place in enumerate(places, start=1)),
        _next_cycle(following),
        note("Days served are those of the last 90 days."),
        summary=f"On-call list of {rotation}",
    )


def _place(number: int, place: Place) -> Line:
    if place.is_on_now:
        when = ", on call now"
    elif place.next_day is not None:
        when = f", next {times.day(place.next_day)}"
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


def added(actor: str, name: str, since: date | None) -> str:
    """Say that somebody was added."""
    return f"{actor} added {name} to the list{_from(since)}."


def removed(actor: str, name: str, since: date | None) -> str:
    """Say that somebody was removed."""
    return f"{actor} took {name} off the list{_from(since)}."


def moved_to(actor: str, name: str, position: int) -> str:
    """Say that somebody was moved."""
    return f"{actor} moved {name} to position {position} of the list."


def shuffled(actor: str, since: date) -> str:
    """Say that the list was shuffled."""
    return f"{actor} shuffled the list from {times.day(since)} on."


def assigned(actor: str, name: str | None, day: date, today: date) -> str:
    """Say that a day was given to somebody."""
    return f"{actor} put {name or 'nobody'} on call for {times.day(day, today)}."


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
    """Whom a change moved: who was told in a direct message, who could not be. on_duty: now; None: nobody."""

    told: tuple[str, ...]
    unreached: tuple[str, ...]
    on_duty: str | None


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
        *_outcome(outcome),
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
        *_outcome(outcome),
    )


def confirm_moved(name: str, position: int, outcome: Outcome) -> Message:
    """Confirm a move."""
    return message(paragraph(f"{name} is at position {position} now."), *_outcome(outcome))


def confirm_assigned(name: str | None, day: date, outcome: Outcome, today: date) -> Message:
    """Confirm who has a day."""
    return message(
        paragraph(f"{name or 'Nobody'} is on call for {times.day(day, today)}."),
        None if name else paragraph("⚠️ Urgent requests of that day go to the fallback."),
        *_outcome(outcome),
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
        *_outcome(outcome),
    )


@dataclass(frozen=True, slots=True)
class Turn:
    """One person's next turn before and after a shuffle; None where none is planned. served: days in the last 90."""

    name: str
    before: date | None
    after: date | None
    served: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """The first order that a shuffle draws: of the cycle that runs, or of one that comes."""

    order: tuple[str, ...]
    is_running: bool


def _new_order(drawn: Drawn) -> Paragraph:
    which = "of the list" if drawn.is_running else "of the next cycle"
    return paragraph(f"The new order {which}: {', '.join(drawn.order)}. Each one's next turn from then on:")


def preview(turns: Sequence[Turn], since: date, drawn: Drawn) -> Message:
    """Show what a shuffle would do."""
    return message(
        paragraph(Strong(f"A shuffle now would change the order from {times.day(since)} on"), "; nobody is told yet."),
        _new_order(drawn),
        Bullets(tuple(map(_turn, turns))),
        note("To do exactly this: ", Code("/oncall-list shuffle"), ". Days served are those of the last 90 days."),
    )


def confirm_shuffled(turns: Sequence[Turn], since: date, drawn: Drawn, seeds: Sequence[str], done: Outcome) -> Message:
    """Confirm a shuffle, with the seeds that it can be checked by."""
    return message(
        paragraph(Strong(f"Shuffled from {times.day(since)} on"), ". Shifts before that stay."),
        _new_order(drawn),
        Bullets(tuple(map(_turn, turns))),
        *_outcome(done),
        note(f"Seed {_seeds(seeds)}. The old order is kept: ", Code("/oncall-list history"), "."),
    )


def _seeds(seeds: Sequence[str]) -> str:
    """Give the first seeds; those of the cycles after them are kept as well."""
    more = len(seeds) - MOST_SEEDS
    return f"{', '.join(seeds[:MOST_SEEDS])}{f' and {more} more' if more > 0 else ''}"


def _turn(turn: Turn) -> Line:
    before = times.day(turn.before) if turn.before is not None else "no turn planned"
    after = times.day(turn.after) if turn.after is not None else "no turn planned"
    change = f"{after}, as before" if before == after else f"{after} (was {before})"
    return line(Strong(turn.name), f" — {change}, {times.count(turn.served, 'day')} served")


def _outcome(outcome: Outcome) -> list[Block]:
    told = [note(f"Told of their new dates: {', '.join(outcome.told)}.")] if outcome.told else []
    if outcome.unreached:
        return [*told, paragraph(f"⚠️ I cannot reach {', '.join(outcome.unreached)}: please tell them.")]
    return [*told] if told else [note("Nobody's dates moved.")]


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


# -- history


@dataclass(frozen=True, slots=True)
class Happened:
    """One change. actor: a name; empty for the bot. detail: what was kept of it, with names in place of ids."""

    at: datetime
    actor: str
    action: str
    detail: Mapping[str, Sequence[str]]


def history(rotation: str, changes: Sequence[Happened], zone: ZoneInfo) -> Message:
    """List the changes of a list, the newest first."""
    if not changes:
        return message(paragraph(f"The list of {rotation} has not been changed since it was first planned."))
    return message(
        paragraph(Strong(f"Changes of the list of {rotation}"), ", the newest first"),
        Bullets(tuple(_happened(one, zone) for one in changes)),
    )


def _happened(one: Happened, zone: ZoneInfo) -> Line:
    when = f"{times.day(one.at.astimezone(zone).date())} {times.clock(one.at, zone)}"
    facts = [f"{label} {_fact(key, one.detail[key])}".strip() for key, label in LABELS.items() if key in one.detail]
    return line(f"{when} — ", Strong(one.actor or "Watchbill"), f": {one.action} {'; '.join(facts)}")


def _fact(key: str, values: Sequence[str]) -> str:
    if key in DATES:
        return ", ".join(times.day(date.fromisoformat(value)) for value in values)
    return _seeds(values) if key == "seeds" else ", ".join(values)


def _from(since: date | None) -> str:
    return f" from {times.day(since)} on" if since is not None else ""


def _days(days: Sequence[date]) -> str:
    shown = ", ".join(map(times.day, days[:MOST_DAYS]))
    return f"{shown} and {len(days) - MOST_DAYS} more" if len(days) > MOST_DAYS else shown
