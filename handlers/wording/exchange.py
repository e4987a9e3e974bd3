"""What the bot says about shifts that people give one another: swaps, covers, and days that somebody takes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from models.message import Button, Buttons, Code, Line, Message, Strong, line, message, note, paragraph, text
from models.records.exchange import ExchangeKind, ExchangeState

ACCEPT, DECLINE, WITHDRAW = "exchange-accept", "exchange-decline", "exchange-withdraw"

STRANGER = "I do not know you: your handle is in nobody's entry in the configuration. A lead can have it added."
WHAT_AND_WHOM = "Say which of your days, and with whom."
NOTHING_TO_COVER = "You have no shift ahead that somebody could cover."
WHICH_DAY = "Say which day you take."
ONLY_ENGINEERS = "Only engineers of an on-call list can take a shift."
NOT_YOURS = "Only whoever asked can withdraw that."
WITHDRAW_INSTEAD = "This is your own wish; you can withdraw it."
EVERYBODY_WAS_ASKED = "Everybody was asked who covers it; whoever cannot need not answer."
NOTHING_RUNS = "No shift runs now, so that there is nothing to take. A lead can put somebody on duty."
MOVED_ON = "the shift went to somebody else meanwhile"
NOWHERE_TO_ASK = "I am in no operations channel, so that I cannot ask anybody. Ask somebody directly: /oncall swap."
CHANGED_JUST_NOW = "Somebody changed that shift just now; look again with /oncall list."


@dataclass(frozen=True, slots=True)
class Part:
    """One shift of an exchange: who has it, who gets it (None: whoever takes it), and its time."""

    day: date
    start: datetime
    end: datetime
    owner: str | None
    taker: str | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """An exchange that is asked for. his: None for a cover. zone: the reader's."""

    number: int
    rotation: str
    asker: str
    mine: Part
    his: Part | None
    reason: str
    now: datetime
    zone: ZoneInfo

    @property
    def kind(self) -> ExchangeKind:
        """What is asked for."""
        return ExchangeKind.COVER if self.his is None else ExchangeKind.SWAP


def day(part: Part, now: datetime, zone: ZoneInfo) -> str:
    """Give a shift's day as the reader says it: `Fri 4 Dec`."""
    return times.day(part.day, now.astimezone(zone).date())


def _when(part: Part, wish: Wish) -> str:
    start, end = (times.moment(at, wish.zone, wish.now) for at in (part.start, part.end))
    begun = f"now until {end}" if part.start <= wish.now else f"{start} until {end}"
    return f"{day(part, wish.now, wish.zone)} ({begun})"


# -- asking


def ask_to_swap(wish: Wish) -> Message:
    """Ask somebody to swap shifts."""
    assert wish.his is not None
    opening, number = f"{wish.asker} asks to swap shifts with you in {wish.rotation}", str(wish.number)
    return message(
        paragraph(Strong(opening), "."),
        paragraph(f"You would serve {_when(wish.mine, wish)},"),
        paragraph(f"{wish.asker} would serve {_when(wish.his, wish)}."),
        Buttons((Button(ACCEPT, "Accept", number, "primary"), Button(DECLINE, "I cannot", number))),
        note("Or write ", Code(f"/oncall swap accept {wish.number}"), ". Until you accept, everything stays as it is."),
        summary=f"{opening}: {day(wish.mine, wish.now, wish.zone)} for {day(wish.his, wish.now, wish.zone)}",
    )


def ask_for_cover(wish: Wish) -> Message:
    """Ask everybody whether they take a shift; the first one has it."""
    opening = f"{wish.asker} looks for somebody to cover {day(wish.mine, wish.now, wish.zone)} in {wish.rotation}"
    return message(
        paragraph(Strong(opening), "."),
        paragraph(f"{_when(wish.mine, wish)}{f': {wish.reason}' if wish.reason else ''}"),
        Buttons((Button(ACCEPT, "I'll take it", str(wish.number), "primary"),)),
        note("The first who takes it has it. Or write ", Code(f"/oncall cover accept {wish.number}"), "."),
        summary=opening,
    )


def asked(wish: Wish, whom: str, *, is_away: bool) -> Message:
    """Confirm that somebody was asked. whom: a name, or where it was asked."""
    if wish.his is not None:
        what = f"your {day(wish.mine, wish.now, wish.zone)} for their {day(wish.his, wish.now, wish.zone)}"
        said = f"I asked {whom}: {what}. You hear from me when they answer; until then both stay as they are."
    else:
        said = f"I asked {whom} who covers {_when(wish.mine, wish)}. The first who does has it; until then it is yours."
    return message(
        paragraph(said),
        paragraph(f"⚠️ {whom} is entered as away on {day(wish.mine, wish.now, wish.zone)}.") if is_away else None,
        Buttons((Button(WITHDRAW, "Withdraw", str(wish.number)),)),
        note(Code(f"/oncall {wish.kind} withdraw {wish.number}"), " takes it back."),
    )


# -- what became of it


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of a wish. by: who settled it; None for time itself. why: where the rules refused it."""

    wish: Wish
    state: ExchangeState
    by: str | None
    why: str = ""


def outcome(settled: Settled) -> Message:
    """Give what a wish's post says once it is settled."""
    return text(*_outcome(settled))


def _outcome(settled: Settled) -> Line:
    wish = settled.wish
    mine = day(wish.mine, wish.now, wish.zone)
    what = f"{wish.asker}'s wish to have {mine} covered"
    if wish.his is not None:
        what = f"{wish.asker}'s wish to swap {mine} for {day(wish.his, wish.now, wish.zone)}"
    match settled.state:
        case ExchangeState.ACCEPTED:
            return line("✅ ", Strong(agreed(wish, settled.by or "somebody")))
        case ExchangeState.DECLINED:
            return line(f"{what}: {settled.by} cannot.")
        case ExchangeState.WITHDRAWN:
            return line(f"{what} was withdrawn.")
        case ExchangeState.REFUSED:
            return line(f"{what} is void: {settled.why}.")
        case _:
            return line(f"{what} came to nothing: nobody took it in time.")


def agreed(wish: Wish, taker: str) -> str:
    """Say what was agreed, as a sentence."""
    mine = day(wish.mine, wish.now, wish.zone)
    if wish.his is None:
        return f"{taker} covers {mine} for {wish.asker}."
    return (
        f"{taker} and {wish.asker} swapped: {taker} serves {mine}, {wish.asker} {day(wish.his, wish.now, wish.zone)}."
    )


def took(taker: str, part: Part, now: datetime, zone: ZoneInfo) -> str:
    """Say that somebody took a day without being asked."""
    whose = f" from {part.owner}" if part.owner is not None else ", which nobody had"
    return f"{taker} took {day(part, now, zone)}{whose}."


def done(said: str, told: Sequence[str], unreached: Sequence[str]) -> Message:
    """Confirm an exchange to whoever made it happen."""
    return message(
        paragraph("✅ ", Strong(said)),
        note(f"Told: {', '.join(told)}.") if told else None,
        paragraph(f"⚠️ I cannot reach {', '.join(unreached)}: please tell them.") if unreached else None,
        note("All your shifts: ", Code("/oncall me")),
    )


def declined(wish: Wish, by: str) -> Message:
    """Tell the asker that their swap was declined, and what they can do."""
    return message(
        paragraph(Strong(f"{by} cannot swap {day(wish.mine, wish.now, wish.zone)} with you."), " It stays yours."),
        note("Ask somebody else, or everybody: ", Code(f"/oncall cover {wish.mine.day.isoformat()}")),
    )


def lapsed(wish: Wish) -> Message:
    """Tell the asker that nobody took their wish in time."""
    return message(
        paragraph(
            Strong(f"Nobody took your shift of {day(wish.mine, wish.now, wish.zone)} in time."), " It stayed yours."
        ),
    )


def void(wish: Wish, why: str) -> Message:
    """Tell the asker that their wish can no longer be granted."""
    return message(
        paragraph(Strong(f"Your {wish.kind} of {day(wish.mine, wish.now, wish.zone)} is void"), f": {why}."),
        note("What you have now: ", Code("/oncall me")),
    )


def refused(why: str) -> Message:
    """Tell whoever accepted that the wish can no longer be granted."""
    return text(f"That no longer works: {why}. Nothing was changed.")


def answered(state: ExchangeState) -> Message:
    """Confirm a refusal or a withdrawal."""
    said = "I tell them that you cannot." if state is ExchangeState.DECLINED else "It is withdrawn; nothing changes."
    return text(said)


# -- refusals


def which_number(verb: str) -> str:
    """Ask for the number of a wish."""
    return f"{verb.capitalize()} which one? Say its number, as in {verb.lower()} 12."


def no_such(number: str) -> str:
    """Say that there is no such wish."""
    return f"There is no swap or cover {number[:12]}."


def settled_already(settled: Settled, at: str) -> str:
    """Say who was first, and when."""
    by = settled.by or "Nobody"
    match settled.state:
        case ExchangeState.ACCEPTED if settled.wish.his is None:
            return f"{by} was first and covers it, since {at}."
        case ExchangeState.ACCEPTED:
            return f"{by} accepted it already, at {at}."
        case ExchangeState.DECLINED:
            return f"{by} declined it at {at}."
        case ExchangeState.WITHDRAWN:
            return f"{by} withdrew it at {at}."
        case _:
            return f"It is void since {at}."


def not_asked(name: str) -> str:
    """Refuse an answer from somebody who was not asked."""
    return f"{name} was asked, not you."


def unreachable(name: str) -> str:
    """Refuse to ask somebody who cannot be reached."""
    return f"I cannot reach {name} in any chat. Ask everybody instead: /oncall cover."


def not_listed(name: str, rotation: str) -> str:
    """Refuse to ask somebody who serves in no shift of the rotation."""
    return f"{name} is not on the list of {rotation} and has no shift ahead there."


def no_shift_ahead(name: str) -> str:
    """Say that somebody has no shift that could be swapped."""
    return f"{name} has no shift ahead that is planned. Say which day of theirs you mean, or use /oncall cover."


def whose(part_day: date, owner: str | None, of: str, today: date) -> str:
    """Say that a day is somebody else's."""
    has = f"{owner} is on call" if owner is not None else "nobody is on call"
    return f"{times.day(part_day, today)} is not {of}: {has} then."


def decided(part_day: date, today: date, leads: Sequence[str]) -> str:
    """Refuse to give away what a lead decided."""
    return f"A lead decided who is on call on {times.day(part_day, today)}; ask {' or '.join(leads) or 'a lead'}."


def decided_meanwhile(part_day: date) -> str:
    """Say why a wish is void: a lead decided otherwise."""
    return f"a lead decided meanwhile who is on call on {times.day(part_day)}"


def unplanned(part_day: date) -> str:
    """Say why a wish is void: its shift is no longer there."""
    return f"no shift begins on {times.day(part_day)} any more"


def asked_already(number: int, kind: ExchangeKind) -> str:
    """Refuse a second wish for one shift."""
    return f"You asked for that already: {kind} {number}. Take it back first: /oncall {kind} withdraw {number}."


def lasting(part_day: date, today: date) -> str:
    """Refuse to swap a shift that has begun."""
    begun = f"The shift of {times.day(part_day, today)} has begun."
    return f"{begun} Let somebody cover what is left of it: /oncall cover."


def open_line(settled: Wish) -> Line:
    """Give one open wish, as a list of them shows it."""
    mine = day(settled.mine, settled.now, settled.zone)
    what = f"cover for {mine}"
    if settled.his is not None:
        what = f"swap of {mine} with {settled.his.owner}, {day(settled.his, settled.now, settled.zone)}"
    return line(f"{what}, asked by {settled.asker}, not answered yet (", Code(f"{settled.kind} {settled.number}"), ")")


def whole_shift(first: date, part_day: date, today: date) -> str:
    """Say that a day lies within a longer shift, which passes as a whole."""
    return (
        f"{times.day(part_day, today)} lies in the shift that begins on {times.day(first, today)}, and a shift passes "
        f"as a whole: name {first.isoformat()}. For a single day a lead uses /oncall-list assign."
    )


def over(part_day: date, today: date) -> str:
    """Refuse a day that is over."""
    return f"{times.day(part_day, today)} is over, and the past is never changed."


def no_shift(part_day: date, why: str | None, today: date) -> str:
    """Say that no shift begins on a day: it is off, or not planned yet."""
    return (
        f"No shift begins on {times.day(part_day, today)}: {f'it is off ({why})' if why else 'it is not planned yet'}."
    )
