"""What the bot says about days on which somebody is away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from handlers.wording import times
from models.message import Bullets, Code, Line, Message, Strong, line, message, note, paragraph

LEADS_ONLY = "Only a lead can enter somebody else's days off."
NOTHING_ENTERED = "You have no days off entered."
ONE_AT_A_TIME = "Enter one day or one range at a time."
WHICH = "Say which days, as in fri or 2026-12-21..2026-12-31."


@dataclass(frozen=True, slots=True)
class Away:
    """Days on which somebody is away, first and last included. today: the reader's."""

    first: date
    last: date
    reason: str
    today: date

    @property
    def days(self) -> str:
        """The days as one says them: `Fri 4 Dec`, `Mon 7 Dec to Fri 11 Dec`."""
        first, last = times.day(self.first, self.today), times.day(self.last, self.today)
        return first if self.first == self.last else f"{first} to {last}"


@dataclass(frozen=True, slots=True)
class Effect:
    """What days off mean in one rotation: shifts given up, shifts that come instead, shifts that stay all the same.

    by: who serves each lost day instead; None: nobody.
    """

    rotation: str
    lost: tuple[tuple[date, str | None], ...]
    gained: tuple[date, ...]
    kept: tuple[date, ...]


def told(actor: str, name: str, away: Away) -> str:
    """Say to others that somebody is away."""
    because = f" ({away.reason})" if away.reason else ""
    entered = "" if actor == name else f", {actor} entered it"
    return f"{name} is off {away.days}{because}{entered}."


def told_back(name: str, away: Away) -> str:
    """Say to others that somebody is not away after all."""
    return f"{name} is there after all {away.days}."


def entered(name: str | None, away: Away, effects: Sequence[Effect], unreached: Sequence[str]) -> Message:
    """Confirm days off. name: None for the reader's own."""
    who = f"{name} is" if name is not None else "You are"
    return message(
        paragraph(Strong(f"{who} off {away.days}."), "" if effects else " No shift lies in it."),
        *(Bullets(tuple(_lines(one, away, name, is_alone=len(effects) == 1))) for one in effects),
        paragraph(f"⚠️ I cannot reach {', '.join(unreached)}: please tell them.") if unreached else None,
        note("To take it back: ", Code(f"/oncall off cancel {away.first.isoformat()}")),
    )


def _lines(one: Effect, away: Away, name: str | None, *, is_alone: bool) -> list[Line]:
    where = "" if is_alone else f" in {one.rotation}"
    yours = "yours" if name is None else f"{name}'s"
    lines = [line(f"{times.day(day, away.today)}{where} goes to {by or 'nobody'}.") for day, by in one.lost]
    if one.gained:
        lines.append(line(f"Instead{where}: {_days(one.gained, away)}."))
    lines += [
        line(
            f"{times.day(day, away.today)}{where} stays {yours}: it was agreed or assigned. ",
            Code(f"/oncall cover {day.isoformat()}"),
            " asks for somebody.",
        )
        for day in one.kept
    ]
    return lines


def cancelled(name: str | None, away: Sequence[Away], gained: Sequence[date], lost: Sequence[date]) -> Message:
    """Confirm that days off are taken back. name: None for the reader's own."""
    who = f"{name} is" if name is not None else "You are"
    return message(
        paragraph(Strong(f"{who} no longer off {' and '.join(one.days for one in away)}.")),
        paragraph(f"New: {_days(gained, away[0])}.") if gained else None,
        paragraph(f"No longer planned: {_days(lost, away[0])}.") if lost else None,
    )


def _days(days: Sequence[date], away: Away) -> str:
    return times.days(days, away.today)


def listed(away: Sequence[Away], name: str | None = None) -> Message:
    """List somebody's days off. name: None for the reader's own."""
    if not away:
        nothing = NOTHING_ENTERED if name is None else f"{name} has no days off entered."
        return message(paragraph(nothing), note("To enter some: ", Code("/oncall off fri..mon on holiday")))
    title = "Your days off" if name is None else f"{name}'s days off"
    return message(paragraph(Strong(title)), Bullets(tuple(away_line(one) for one in away)))


def told_you(said: str) -> Message:
    """Tell somebody of days off that a lead entered for them and that move none of their dates."""
    return message(paragraph(said), note("Yours to see and to take back: ", Code("/oncall off")))


def away_line(away: Away) -> Line:
    """Give days off as one line of a list."""
    return line(f"{away.days}{f' ({away.reason})' if away.reason else ''}")


def over(away: Away) -> str:
    """Refuse days that are over."""
    return f"{away.days} is over, and the past is never changed."


def backwards(first: date, last: date, today: date) -> str:
    """Refuse days off that end before they begin."""
    return f"Days off cannot end ({times.day(last, today)}) before they begin ({times.day(first, today)})."


def not_away(name: str | None, day: date, today: date) -> str:
    """Say that nothing is entered for a day."""
    who = f"{name} has" if name is not None else "You have"
    return f"{who} no days off entered for {times.day(day, today)}."
