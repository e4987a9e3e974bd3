"""The figures of the rota, at a fraction of their size and with four times their bounds; whole: benchmarks/rota.py."""

import pytest

from benchmarks import rota as benchmark
from bot.store import Store
from models.rota.rota import Rota

YEARS, PEOPLE = 3, 50
MARGIN = 4


@pytest.fixture(scope="module")
def planned() -> tuple[float, Rota]:
    return benchmark.timed_plan(benchmark.build(YEARS, PEOPLE), YEARS)


def test_ten_years_of_fifty_people_are_planned_within_a_second(planned: tuple[float, Rota]) -> None:
    assert planned[0] * 10 / YEARS < 1 * MARGIN


def test_an_answer_on_loaded_shifts_takes_fifty_microseconds(planned: tuple[float, Rota]) -> None:
    fastest = min(benchmark.timed_answers(planned[1], YEARS, 300) for _ in range(3))
    assert fastest < 50e-6 * MARGIN


def test_an_answer_through_sql_takes_two_milliseconds(store: Store, planned: tuple[float, Rota]) -> None:
    rota = planned[1]
    benchmark.fill(store, rota)
    times = [benchmark.timed_sql(store, rota.calendar, YEARS, 20) for _ in range(3)]
    read, shelf = (min(found) for found in zip(*times, strict=True))
    assert read < 2e-3 * MARGIN
    assert shelf < read
