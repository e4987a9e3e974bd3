"""`/oncall stats`: how the days, the pings and the urgent requests fell, person by person. Source: DESIGN §1, §7."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from handlers import duty
from handlers.command import Call, Command
from handlers.context import Answer, Context
from handlers.wording import stats as wording
from models.policy import PLATFORMS
from models.records import effort
from models.records import rota as rotas
from models.records.effort import Handled
from models.rota.calendar import DAY
from models.rota.fairness import NOTHING, DayServed, Tally, days_served, summed

SPANS = (30, 90, 365)
LONGEST = 730
BEFORE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Deeds:
    """What people did and bore from some day on. handled: who handled which request, and when last."""

    days: Sequence[DayServed]
    handled: Sequence[tuple[str, int, datetime]]
    pinged: Sequence[tuple[str, datetime]]

    def since(self, day: date, begin: datetime) -> "Deeds":
        """Give those from a civil day on. begin: its first instant."""
        return Deeds(
            [one for one in self.days if one.day >= day],
            [one for one in self.handled if one[2] >= begin],
            [one for one in self.pinged if one[1] >= begin],
        )


def _stats(ctx: Context, call: Call) -> Answer:
    spans = _spans(call)
    calendar = ctx.standing.calendar(call.rotation)
    today = calendar.day_of(ctx.now)
    begin = calendar.midnight(_first(today, max(spans)))
    rota = rotas.load(ctx.session, calendar, begin - BEFORE, ctx.now + duty.NEAR)
    deeds = Deeds(
        days=tuple(days_served(rota, begin, ctx.now)),
        handled=_handled(ctx, effort.handled(ctx.session, call.rotation.name, begin)),
        pinged=effort.pinged_out_of_hours(ctx.session, call.rotation.name, begin),
    )
    members = rota.roster.order(ctx.now)
    firsts = {days: _first(today, days) for days in spans}
    told = [_span(ctx, days, deeds.since(first, calendar.midnight(first)), members) for days, first in firsts.items()]
    return Answer(reply=wording.stats(call.rotation, told))


def _spans(call: Call) -> Sequence[int]:
    """Give how many days are asked for; three spans where none are."""
    if not call.words:
        return SPANS
    word = call.words[0]
    days = int(word) if word.isascii() and word.isdigit() and len(word) < 4 else 0  # noqa: PLR2004 - more is refused
    if len(call.words) > 1 or not 1 <= days <= LONGEST:
        raise call.wrong(wording.no_days(call.text, LONGEST))
    return (days,)


def _first(today: date, days: int) -> date:
    """Give the first of so many civil days, of which today is the last."""
    return today - (days - 1) * DAY


def _handled(ctx: Context, found: Iterable[Handled]) -> Sequence[tuple[str, int, datetime]]:
    """Give the configured people who handled requests; an author whom nobody configured is left out."""
    known = {(one.platform, one.actor): _actor(ctx, one) for one in found}
    return [(person, one.request, one.at) for one in found if (person := known[one.platform, one.actor]) is not None]


def _actor(ctx: Context, one: Handled) -> str | None:
    """Give who did it: on the request's own platform, else on whichever they did it on."""
    for platform in (one.platform, *PLATFORMS):
        person = ctx.policy.person_with_handle(platform, one.actor)
        if person is not None:
            return person.id
    return None


def _span(ctx: Context, days: int, deeds: Deeds, members: Sequence[str]) -> wording.SpanFigures:
    tallies = summed(deeds.days)
    urgent = Counter(person for person, _ in {(person, number) for person, number, _ in deeds.handled})
    pinged = Counter(person for person, _ in deeds.pinged)
    people = dict.fromkeys((*members, *tallies, *pinged))
    figures = [_figures(ctx, person, tallies.get(person, NOTHING), urgent, pinged) for person in people]
    figures.sort(key=lambda one: -one.tally.days)
    nobodys = sum(one.engineer is None for one in deeds.days)
    return wording.SpanFigures(days, len(deeds.days), nobodys, figures)


def _figures(
    ctx: Context, person: str, tally: Tally, urgent: Mapping[str, int], pinged: Mapping[str, int]
) -> wording.Figures:
    return wording.Figures(ctx.name_of(person), tally, urgent.get(person, 0), pinged.get(person, 0))


COMMANDS: tuple[Command, ...] = (
    Command(
        "oncall",
        "stats",
        "[days]",
        "who had how many days, Mondays, Fridays, eves, urgent requests and pings out of hours",
        "/oncall stats 30",
        _stats,
    ),
)
