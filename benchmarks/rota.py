"""How fast the rota plans and answers: `python benchmarks/rota.py`. Bounds: 1 s for ten years, 50 µs an answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from time import perf_counter

from models.policy import Holidays, Rotation
from models.rota.calendar import DAY, WorkCalendar
from models.rota.duty import who_is_on
from models.rota.plan import plan
from models.rota.roster import Roster
from models.rota.rota import Rota
from models.rota.shift import Absence, Override, ShiftSource
from models.rota.zone import zone

START = datetime(2026, 1, 5, 17, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
QUESTIONS = 5000


def build(years: int, people: int, changes: int) -> Rota:
    """Give an unplanned rota with that many absences and overrides spread over the years."""
    chance, names = Random(years), [f"p{number}" for number in range(people)]
    bc = Rotation(name="platform", holidays=Holidays(country="CA", subdivision="BC"))
    absences, overrides = [], []
    for number in range(changes):
        start = START + timedelta(hours=chance.randrange(years * 365 * 24))
        who = chance.choice(names)
        if number % 2:
            absences.append(Absence(who, start.date(), start.date() + chance.randrange(20) * DAY, LONG_AGO))
        else:
            end = start + timedelta(hours=chance.randrange(1, 72))
            overrides.append(Override("platform", start, end, who, start, "lea", id=number))
    calendar = WorkCalendar(bc, zone("America/Vancouver"))
    return Rota(calendar, Roster.of(*names), overrides=tuple(overrides), absences=tuple(absences))


def timed_plan(rota: Rota, years: int) -> tuple[float, Rota]:
    """Plan, then plan again over a tenth of the shifts swapped; give the slower time and the rota planned."""
    until = START.date() + years * 365 * DAY
    begun = perf_counter()
    made = plan(rota, since=START, until=until, seeds=lambda number: number)
    first = perf_counter() - begun
    shifts = tuple(
        replace(shift, source=ShiftSource.SWAP) if index % 10 == 5 else shift for index, shift in enumerate(made.shifts)
    )
    stored = replace(rota, shifts=shifts, cycles=made.cycles)
    begun = perf_counter()
    plan(stored, since=START + timedelta(hours=1), until=until, seeds=lambda number: number)
    return max(first, perf_counter() - begun), stored


def timed_answers(rota: Rota, years: int) -> float:
    """Give the mean seconds of one answer on a loaded rota."""
    chance = Random(1)
    moments = [START + timedelta(minutes=chance.randrange(years * 365 * 24 * 60)) for _ in range(QUESTIONS)]
    who_is_on(rota, START)
    begun = perf_counter()
    for at in moments:
        who_is_on(rota, at)
    return (perf_counter() - begun) / QUESTIONS


def main() -> None:
    print("years  people  changes  plan [s]  who is on [µs]")
    for years, people, changes in ((1, 50, 50), (5, 50, 250), (10, 50, 500), (20, 50, 1000), (10, 400, 500)):
        planning, stored = timed_plan(build(years, people, changes), years)
        answer = timed_answers(stored, years) * 1e6
        print(f"{years:5}  {people:6}  {changes:7}  {planning:8.3f}  {answer:14.1f}")


if __name__ == "__main__":
    main()
