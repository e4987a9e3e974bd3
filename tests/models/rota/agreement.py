"""Random rotas on which both resolvers are asked: `python -m tests.models.rota.agreement --cases 1000000 --seed 7`.

A fifth of them is planned by the real planner, edited and planned again, as a store would hold them; the others are
made up, with holes, strangers and nobodies, as no planner would leave them. A seed's case of a number never changes.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import chain
from random import Random

from models.errors import UserError
from models.policy import Holidays, Shuffle, Weekday
from models.rota.calendar import DAY, WorkCalendar
from models.rota.duty import who_is_on
from models.rota.exchange import Swap, covered, stepped_in, swapped
from models.rota.plan import plan, reshuffle
from models.rota.roster import Member, Roster
from models.rota.rota import Rota
from models.rota.shift import Absence, Override, Shift, ShiftSource
from models.rota.zone import zone_names
from tests.models.rota.brute import Found, found
from tests.models.rota.builders import LONG_AGO, calendar, stored, utc, with_shift

ZONES = sorted(zone_names())
PEOPLE = (*"abcdefgh", 'O"Hara', "שרה\u200f")
LENGTH = 24 * 20  # hours that a case spans
SOURCES = (*ShiftSource,)[:5]
INSTANT = timedelta(microseconds=1)

Edit = Callable[[Random, Rota, datetime], Rota]


def case(seed: int, number: int) -> tuple[Rota, tuple[datetime, ...]]:
    """Give a rota and the instants at which it is asked: anywhere, at a bound of something, or just before one."""
    chance = Random(f"{seed}:{number}")
    start = utc("2024-01-01T00:00") + timedelta(hours=chance.randrange(24 * 365 * 4))
    rota = (_lived if chance.random() < 0.2 else _made_up)(chance, start)
    bounds = sorted(_bounds(rota))
    at_bounds = [chance.choice(bounds) - chance.randrange(2) * INSTANT for _ in range(2)] if bounds else []
    return rota, (*at_bounds, *(_somewhen(chance, start) for _ in range(2)))


def disagreement(rota: Rota, at: datetime) -> str | None:
    """Say where the resolvers differ at an instant: on the answer, on how long it holds, or on who comes then."""
    duty, brute = who_is_on(rota, at), found(rota, at)
    if Found(duty.engineer, duty.source and str(duty.source), duty.secondary) != brute:
        return f"{at}: {duty} is not {brute}"
    if not duty.start <= at < duty.end:
        return f"{at}: outside of [{duty.start}, {duty.end})"
    if duty.next != found(rota, duty.end).engineer:
        return f"{at}: {duty.next} is not next at {duty.end}"
    inside = (duty.start, duty.end - INSTANT, at + (duty.end - at) / 2)
    others = [moment for moment in inside if found(rota, moment)[:2] != brute[:2]]
    return f"{at}: {duty} does not hold at {others}" if others else None


def disagreements(seed: int, numbers: Sequence[int]) -> Iterator[str]:
    """Yield every disagreement in some cases of a seed, with the number of the case."""
    for number in numbers:
        rota, moments = case(seed, number)
        for said in filter(None, (disagreement(rota, at) for at in moments)):
            yield f"case {number} of seed {seed}: {said}"


def _bounds(rota: Rota) -> Iterator[datetime]:
    spans = [*((one.start, one.end) for one in rota.shifts), *((one.start, one.end) for one in rota.overrides)]
    yield from chain.from_iterable(spans)
    for absence in rota.absences:
        yield from (rota.calendar.midnight(absence.first), rota.calendar.midnight(absence.last + DAY), absence.made_at)
    stamps = chain(
        (override.made_at for override in rota.overrides),
        (override.revoked_at for override in rota.overrides),
        (absence.cancelled_at for absence in rota.absences),
        (member.since for member in rota.roster.members),
        (member.until for member in rota.roster.members),
    )
    yield from (stamp for stamp in stamps if stamp is not None and stamp > LONG_AGO)


# -- what a rota is made of


def _somewhen(chance: Random, start: datetime) -> datetime:
    return start + timedelta(seconds=chance.randrange(3600 * LENGTH))


def _perhaps(chance: Random, start: datetime) -> datetime | None:
    return _somewhen(chance, start) if chance.random() < 0.2 else None


def _calendar(chance: Random, start: datetime) -> WorkCalendar:
    off = (start.date() + chance.randrange(20) * DAY for _ in range(chance.randrange(4)))
    on = (start.date() + chance.randrange(20) * DAY for _ in range(chance.randrange(3)))
    return calendar(
        chance.choice(ZONES),
        kind=chance.choice(["daily", "daily", "weekly"]),
        handover_at=time(chance.randrange(24), chance.choice([0, 0, 15, 30])),
        handover_weekday=chance.choice(list(Weekday)),
        shuffle=chance.choice(list(Shuffle)),
        holidays=Holidays(extra_off=tuple(off), extra_working=tuple(on)),
    )


def _absences(chance: Random, start: datetime) -> tuple[Absence, ...]:
    return tuple(_absence(chance, start) for _ in range(chance.randrange(7)))


def _absence(chance: Random, start: datetime) -> Absence:
    first = _somewhen(chance, start).date()
    made = LONG_AGO if chance.random() < 0.5 else _somewhen(chance, start)
    where = chance.choice([None, None, "platform", "database"])
    last = first + chance.randrange(12) * DAY
    return Absence(chance.choice(PEOPLE), first, last, made, rotation=where, cancelled_at=_perhaps(chance, start))


def _overrides(chance: Random, start: datetime) -> tuple[Override, ...]:
    return tuple(_override(chance, start, number) for number in range(chance.randrange(6)))


def _override(chance: Random, start: datetime, number: int) -> Override:
    begin = _somewhen(chance, start)
    end = begin + timedelta(hours=chance.randrange(-3, 90))
    made = chance.choice([LONG_AGO, begin, _somewhen(chance, start)])
    who, where = chance.choice([*PEOPLE, None]), chance.choice(["platform", "platform", "platform", "database"])
    return Override(where, begin, end, who, made, "lea", revoked_at=_perhaps(chance, start), id=number)


# -- a rota that no planner would leave


def _made_up(chance: Random, start: datetime) -> Rota:
    stays = (_stay(chance, start) for _ in range(chance.randrange(9)))
    return Rota(
        _calendar(chance, start),
        Roster(tuple(stays)),
        tuple(_shifts(chance, start)),
        overrides=_overrides(chance, start),
        absences=_absences(chance, start),
    )


def _stay(chance: Random, start: datetime) -> Member:
    return Member(chance.choice(PEOPLE), _perhaps(chance, start), _perhaps(chance, start))


def _shifts(chance: Random, start: datetime) -> Iterator[Shift]:
    at = start
    for number in range(chance.randrange(16)):
        at += timedelta(hours=chance.choice([0, 0, 0, 0, 5]))
        end = at + timedelta(hours=chance.randrange(1, 72))
        who = chance.choice([*PEOPLE, None])
        source = chance.choice(SOURCES) if who is not None else ShiftSource.ABSENCE
        yield Shift("platform", at.date(), at, end, who, source, 1, who, "made up", id=number)
        at = end


# -- a rota that has been lived with


def _lived(chance: Random, start: datetime) -> Rota:
    people = chance.sample(PEOPLE, chance.randrange(len(PEOPLE)))
    rota = Rota(_calendar(chance, start), Roster.of(*people), absences=_absences(chance, start))
    until = start.date() + 20 * DAY
    rota = _planned(chance, rota, start, until)
    now = start
    for _ in range(chance.randrange(3)):
        now += timedelta(hours=chance.randrange(1, 150))
        with suppress(UserError):
            rota = chance.choice(EDITS)(chance, rota, now)
        rota = _planned(chance, rota, now, until)
    return replace(rota, overrides=(*rota.overrides, *_overrides(chance, start)))


def _planned(chance: Random, rota: Rota, now: datetime, until: date) -> Rota:
    make = reshuffle if chance.random() < 0.2 else plan
    return stored(rota, make(rota, since=now, until=until, seeds=lambda number: number))


def _added(chance: Random, rota: Rota, now: datetime) -> Rota:
    since, position = now + chance.randrange(9) * DAY, chance.choice([None, 1, 3])
    return replace(rota, roster=rota.standing(now).add(chance.choice(PEOPLE), now, since=since, position=position))


def _removed(chance: Random, rota: Rota, now: datetime) -> Rota:
    until = now + chance.choice([0, 0, 3]) * DAY
    return replace(rota, roster=rota.standing(now).remove(chance.choice(PEOPLE), now, until=until))


def _moved(chance: Random, rota: Rota, now: datetime) -> Rota:
    return replace(rota, roster=rota.standing(now).move(chance.choice(PEOPLE), chance.randrange(1, 6), now))


def _absent(chance: Random, rota: Rota, now: datetime) -> Rota:
    away = replace(_absence(chance, now), made_at=now, cancelled_at=None)
    return replace(rota, absences=(*rota.absences, away))


def _exchanged(chance: Random, rota: Rota, now: datetime) -> Rota:
    coming = [shift for shift in rota.shifts if shift.start > now and shift.engineer is not None]
    if len(coming) < 2:
        return rota
    mine, his = chance.sample(coming, 2)
    wish = Swap(mine.id or 0, his.id or 0, mine.engineer or "", his.engineer or "")
    first, second = swapped(wish, mine, his, now)
    return with_shift(with_shift(rota, first), second)


def _taken_over(chance: Random, rota: Rota, now: datetime) -> Rota:
    coming = [shift for shift in rota.shifts if shift.end > now and shift.engineer is not None]
    if not coming:
        return rota
    shift, taker = chance.choice(coming), chance.choice(PEOPLE)
    if shift.start <= now:
        over = stepped_in(shift, who_is_on(rota, now).engineer, taker, now)
        return replace(rota, overrides=(*rota.overrides, replace(over, id=100 + len(rota.overrides))))
    return with_shift(rota, covered(shift, shift.engineer, taker, now))


EDITS: tuple[Edit, ...] = (_added, _removed, _moved, _absent, _exchanged, _taken_over)


def main() -> int:
    asked = argparse.ArgumentParser(description="Ask both resolvers about random rotas.")
    asked.add_argument("--cases", type=int, default=100_000)
    asked.add_argument("--seed", type=int, default=1)
    wish = asked.parse_args()
    said = list(disagreements(wish.seed, range(wish.cases)))
    print(*said, f"{wish.cases} cases of seed {wish.seed}: {len(said)} disagreements", sep="\n")  # noqa: T201
    return 1 if said else 0


if __name__ == "__main__":
    raise SystemExit(main())
