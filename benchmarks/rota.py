"""How fast the rota plans and answers, and how that grows with its history.

python -m benchmarks.rota [--short] [--only sqlite|postgresql]

Wanted (50 people, ten years, 500 absences, 500 swaps, 500 overrides): a plan in 1 s, an answer on loaded shifts in
50 µs, one through SQL in 2 ms, and none of them slower with the years than their logarithm. Times are this process's
processor time, so that what runs beside it counts for less; of PostgreSQL that leaves out the server's own.
"""

import argparse
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from random import Random
from time import process_time

from benchmarks.databases import Database, chosen
from bot.store import Store
from models.policy import Holidays, Rotation
from models.records import roster
from models.records.shelf import Shelf
from models.rota.calendar import DAY, WorkCalendar
from models.rota.duty import who_is_on
from models.rota.exchange import Swap, swapped
from models.rota.plan import plan
from models.rota.roster import Roster
from models.rota.rota import Rota
from models.rota.shift import Absence, Override, Shift
from models.rota.zone import zone

START = datetime(2026, 1, 5, 17, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
SIZES = ((1, 50), (2, 50), (5, 50), (10, 50), (20, 50), (10, 400))
A_YEAR = 50  # absences, swaps and overrides, of each


@dataclass(frozen=True)
class Figures:
    """Seconds. plan: the slower of a first plan and one over agreed shifts. sql: by database; read, and by shelf."""

    plan: float
    loaded: float
    sql: Sequence[tuple[float, float]] = ()


def build(years: int, people: int) -> Rota:
    """Give an unplanned rota with absences and overrides spread over the years."""
    chance, names = Random(years), [f"p{number}" for number in range(people)]
    bc = Rotation(name="platform", holidays=Holidays(country="CA", subdivision="BC"))
    absences, overrides = [], []
    for number in range(A_YEAR * years):
        start, begin = (START + timedelta(hours=chance.randrange(years * 365 * 24)) for _ in range(2))
        who, instead = chance.choice(names), chance.choice(names)
        absences.append(Absence(who, start.date(), start.date() + chance.randrange(20) * DAY, LONG_AGO))
        end = begin + timedelta(hours=chance.randrange(1, 72))
        overrides.append(Override("platform", begin, end, instead, LONG_AGO, "lea", id=number + 1))
    calendar = WorkCalendar(bc, zone("America/Vancouver"))
    return Rota(calendar, Roster.of(*names), overrides=tuple(overrides), absences=tuple(absences))


def timed_plan(rota: Rota, years: int) -> tuple[float, Rota]:
    """Plan, swap, and plan again; give the slower time and the rota planned."""
    first, before = _timed(lambda: _planned(rota, START, years))
    agreed = replace(before, shifts=tuple(_exchanged(before.shifts, A_YEAR * years)))
    second, after = _timed(lambda: _planned(agreed, START + timedelta(hours=1), years))
    return max(first, second), after


def _planned(rota: Rota, since: datetime, years: int) -> Rota:
    made = plan(rota, since=since, until=START.date() + years * 365 * DAY, seeds=lambda number: number)
    kept = tuple(shift for shift in rota.shifts if shift.start < since)
    cycles = {cycle.number: cycle for cycle in (*rota.cycles, *made.cycles)}
    return replace(rota, shifts=(*kept, *made.shifts), cycles=tuple(cycles.values()))


def _exchanged(shifts: Sequence[Shift], swaps: int) -> Iterator[Shift]:
    """Yield the shifts with that many pairs swapped, three weeks apart at most."""
    chance = Random(swaps)
    agreed: dict[int, Shift] = {}
    while len(agreed) < min(2 * swaps, len(shifts) // 2):
        one = chance.randrange(1, len(shifts) - 15)
        other = one + chance.randrange(1, 15)
        mine, his = (replace(shifts[index], id=index) for index in (one, other))
        if one in agreed or other in agreed or mine.engineer in {None, his.engineer} or his.engineer is None:
            continue
        wish = Swap(one, other, mine.engineer or "", his.engineer)
        agreed[one], agreed[other] = swapped(wish, mine, his, LONG_AGO)
    yield from (agreed.get(index, shift) for index, shift in enumerate(shifts))


def timed_answers(rota: Rota, years: int, questions: int) -> float:
    """Give the mean seconds of one answer on a loaded rota, whose indexes are made."""
    who_is_on(rota, START)
    return _mean(lambda at: who_is_on(rota, at), _moments(years, questions))


def timed_sql(store: Store, calendar: WorkCalendar, years: int, questions: int) -> tuple[float, float]:
    """Give the mean seconds of one answer from the store, each in its own session: all read anew, and by the shelf."""
    shelf, moments = Shelf(), _moments(years, questions)
    return (
        _mean(lambda at: _asked(store, Shelf(), calendar, at), moments),
        _mean(lambda at: _asked(store, shelf, calendar, at), [moments[0]] * questions),
    )


def _asked(store: Store, shelf: Shelf, calendar: WorkCalendar, at: datetime) -> None:
    with store.reading() as session:
        who_is_on(shelf.near(session, calendar, at), at)


@contextmanager
def stored(url: str, rota: Rota) -> Iterator[Store]:
    """Give a store that holds a planned rota."""
    store = Store(url)
    store.migrate()
    fill(store, rota)
    yield store
    store.close()


def fill(store: Store, rota: Rota) -> None:
    """Keep a planned rota in a store."""
    with store.transaction() as session:
        roster.save_roster(session, rota.name, rota.roster)
        roster.replace_shifts(session, rota.name, LONG_AGO, (replace(shift, id=None) for shift in rota.shifts))
        roster.save_cycles(session, rota.name, rota.cycles)
        for absence in rota.absences:
            roster.add_absence(session, absence)
        for override in rota.overrides:
            roster.add_override(session, override)


def _moments(years: int, number: int) -> list[datetime]:
    chance = Random(1)
    return [START + timedelta(minutes=chance.randrange(years * 365 * 24 * 60)) for _ in range(number)]


def _mean(ask: Callable[[datetime], object], moments: Sequence[datetime]) -> float:
    ask(moments[0])
    begun = process_time()
    for at in moments:
        ask(at)
    return (process_time() - begun) / len(moments)


def _timed(make: Callable[[], Rota]) -> tuple[float, Rota]:
    begun = process_time()
    made = make()
    return process_time() - begun, made


def measure(years: int, people: int, databases: Sequence[Database], questions: int) -> Figures:
    """Give the figures of one size, on some databases."""
    planning, rota = timed_plan(build(years, people), years)
    loaded, sql = timed_answers(rota, years, 10 * questions), []
    for database in databases:
        with database() as url, stored(url, rota) as store:
            sql.append(timed_sql(store, rota.calendar, years, questions))
    return Figures(planning, loaded, sql)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--short", action="store_true", help="one and two years on SQLite: to see that it runs")
    asked.add_argument("--only", choices=["sqlite", "postgresql"], help="leave out the other database")
    given = asked.parse_args()
    databases = chosen("sqlite" if given.short else given.only)
    heads = "".join(f"  {name + ', read':>17}  {name + ', shelf':>18}" for name in databases)
    print(f"years  people  plan [s]  loaded [µs]{heads}  [ms]")
    for years, people in SIZES[:2] if given.short else SIZES:
        found = measure(years, people, tuple(databases.values()), 50 if given.short else 500)
        sql = "".join(f"  {read * 1e3:17.2f}  {shelf * 1e3:18.3f}" for read, shelf in found.sql)
        print(f"{years:5}  {people:6}  {found.plan:8.3f}  {found.loaded * 1e6:11.1f}{sql}", flush=True)


if __name__ == "__main__":
    main()
