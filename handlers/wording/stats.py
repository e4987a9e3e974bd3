"""What the bot says of how the days on call fell. Names only; nobody is notified."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.wording import times
from models.message import Block, Bullets, Code, Line, Message, Strong, line, message, note, paragraph
from models.policy import Rotation
from models.rota.fairness import Tally

MOST, MOST_TOGETHER = 60, 12
"""How many people are listed where one span is asked for, and where several are."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One person's. urgent: requests that they took or resolved; pinged: how often out of hours."""

    name: str
    tally: Tally
    urgent: int
    pinged: int


@dataclass(frozen=True, slots=True)
class SpanFigures:
    """Everybody's in the last so many days, who had most first. nobodys: how many working days were nobody's."""

    days: int
    working: int
    nobodys: int
    people: Sequence[Figures]

    def is_like(self, shorter: "SpanFigures") -> bool:
        """Say whether nothing has come to a shorter span."""
        return (self.working, self.nobodys, self.people) == (shorter.working, shorter.nobodys, shorter.people)


def stats(rotation: Rotation, spans: Sequence[SpanFigures]) -> Message:
    """Give the figures of one span of days or of several."""
    if not any(span.people for span in spans):
        return message(
            paragraph(f"Nobody is on the list of {rotation.name}, and nobody served."),
            note("A lead can put people on it with ", Code("/oncall-list add @user"), "."),
        )
    told = [span for at, span in enumerate(spans) if at == 0 or not span.is_like(spans[at - 1])]
    alike = [span.days for span in spans if span not in told]
    most = MOST if len(spans) == 1 else MOST_TOGETHER
    hours = f"{rotation.hours.start:%H:%M}–{rotation.hours.end:%H:%M}"
    return message(
        paragraph(Strong(f"How being on call fell in {rotation.name}")),
        *(block for span in told for block in _span(span, most)),
        paragraph(f"Over {_listed(alike)} days it is the same: nothing older is kept.") if alike else None,
        note(
            "A working day counts for whoever was on call for most of its hours. An eve is the last working day before "
            "a holiday. Urgent: urgent requests that they took or resolved. Out of hours: pings that reached them "
            f"outside {hours} on working days."
        ),
        summary=f"How being on call fell in {rotation.name}",
    )


def no_days(given: str, most: int) -> str:
    """Refuse a number of days that cannot be looked back on."""
    return f"“{given[:40]}” is no number of days from 1 to {most}."


def _listed(numbers: Sequence[int]) -> str:
    return " and ".join(map(str, numbers))


def _span(span: SpanFigures, most: int) -> list[Block]:
    nobodys = f", {span.nobodys} of them nobody's" if span.nobodys else ""
    shown = [_person(one) for one in span.people[:most]]
    if len(span.people) > most:
        shown.append(_rest(span, most))
    title = f"Last {times.count(span.days, 'day')}" if span.days > 1 else "Today"
    return [
        paragraph(Strong(title), f": {times.count(span.working, 'working day')}{nobodys}"),
        Bullets(tuple(shown)),
    ]


def _person(one: Figures) -> Line:
    tally = one.tally
    kinds = f"{tally.mondays} Mon, {tally.fridays} Fri, {times.count(tally.eves, 'eve')}"
    days = times.count(tally.days, "day")
    return line(Strong(one.name), f" — {days} ({kinds}), {one.urgent} urgent, {one.pinged} out of hours")


def _rest(span: SpanFigures, most: int) -> Line:
    rest = span.people[most:]
    said = f"and {len(rest)} more, each with at most {times.count(rest[0].tally.days, 'day')}"
    return line(f"{said}: ", Code(f"/oncall stats {span.days}")) if most < MOST else line(said)
