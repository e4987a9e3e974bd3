"""The one resolver against a second one that reads everything: 10,000 random cases, each asked at four instants."""

from collections import Counter
from dataclasses import replace

import pytest

from models.rota.rota import Rota
from tests.models.rota import agreement
from tests.models.rota.brute import found
from tests.models.rota.builders import away, override, planned, rota, utc

CASES = 10_000
PIECE = 2_000
TUESDAY = utc("2026-11-03T12:00")


def team() -> Rota:
    return planned(rota("amina", "bo", "chen", "dia"))


@pytest.mark.parametrize("first", range(0, CASES, PIECE))
def test_a_second_resolver_by_brute_force_agrees(first: int) -> None:
    assert list(agreement.disagreements(1, range(first, first + PIECE))) == []


def test_the_cases_hold_every_kind_of_answer() -> None:
    asked = (agreement.case(1, number) for number in range(500))
    kinds = Counter(
        (found(made, at).rule, found(made, at).engineer is None) for made, moments in asked for at in moments
    )
    named = {(rule, is_nobody) for rule in ("override", "absence") for is_nobody in (True, False)}
    assert {*named, ("list", False), ("swap", False), ("cover", False), (None, True)} <= set(kinds)
    assert min(kinds[kind] for kind in named) > 20


def test_the_second_resolver_knows_the_precedence() -> None:
    made = team()
    ill = replace(made, absences=(away("bo", "2026-11-03"),))
    over = replace(ill, overrides=(override("dia", "2026-11-03T10:00", "2026-11-03T14:00"),))
    assert [found(one, TUESDAY)[:2] for one in (made, ill, over)] == [
        ("bo", "list"),
        ("chen", "absence"),
        ("dia", "override"),
    ]


def test_a_resolver_that_forgot_an_absence_would_be_found_out() -> None:
    made = team()
    hidden = replace(made, absences=(away("bo", "2026-11-03"),))
    assert hidden._absent  # indexed; what comes now it does not see
    object.__setattr__(hidden, "absences", ())
    assert agreement.disagreement(made, TUESDAY) is None
    assert "is not" in (agreement.disagreement(hidden, TUESDAY) or "")
