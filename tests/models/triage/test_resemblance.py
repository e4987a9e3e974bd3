"""What is linked to a live incident is right, and most of it is found; in doubt nothing is linked."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.match import figures, outcomes
from models.policy import Service
from models.triage.resemblance import Likeness, LiveIncident, Matcher
from models.triage.verdict import RequestClass
from tests.shipped import classifier

SERVICES = (
    Service(name="Image registry", aliases=("artifactory", "registry"), platform=True),
    Service(name="Secrets vault", aliases=("vault",), platform=True),
    Service(name="Silver cluster", aliases=("silver",), platform=True),
)
REGISTRY = LiveIncident(7, "Registry answers 503", "Image registry", "production", ("RegistryDown: no answer",))
SLOW = LiveIncident(8, "Pulls are slow", "Image registry", "production")
VAULT = LiveIncident(9, "Vault is sealed", "Secrets vault", "production")
BUILDING = LiveIncident(10, "Power lost in the harbour building", None, None)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher.of(classifier(), SERVICES)


def test_nineteen_links_in_twenty_are_right_and_seven_incidents_in_ten_are_found() -> None:
    told = [outcomes(classifier(), f"{name}pairs.jsonl") for name in ("", "unseen-", "borrowed-")]

    assert [len(each) for each in told] == [100, 40, 42]
    assert sum(one.row["same"] is not None for one in told[0]) == 50
    for each in told:
        assert (figures(each)["links that are right"].value or 0) >= 0.95
        assert (figures(each)["incidents found"].value or 0) >= 0.7


@pytest.mark.parametrize(
    ("text", "likeness"),
    [
        ("the registry is down", Likeness.LINK),
        ("artifactory is down since 10:40, nobody can pull", Likeness.LINK),
        ("artifactroy unreachable for our whole team", Likeness.LINK),
        ("vault is down", Likeness.NO),
        ("the registry is slow", Likeness.ASK),
        ("the registry refuses my password", Likeness.NO),
        ("the registry was down last week", Likeness.NO),
        ("the registry will be down on Sunday for maintenance", Likeness.NO),
        ("the registry is down in our test environment", Likeness.NO),
        ("the registry is back up", Likeness.NO),
        ("how do I push to the registry?", Likeness.NO),
        ("please add me to the registry's admins", Likeness.NO),
        ("our own registry is down since I upgraded it", Likeness.NO),
        ("the registry is fine, our app is down", Likeness.NO),
        ("is the registry back?", Likeness.ASK),
        ("is it down?", Likeness.ASK),
        ("vault cannot be reached, the registry neither", Likeness.ASK),
        ("", Likeness.NO),
    ],
)
def test_only_the_same_trouble_of_the_same_service_now_is_linked(
    matcher: Matcher, text: str, likeness: Likeness
) -> None:
    found = matcher.resemblance(text, [REGISTRY])

    assert found.likeness is likeness
    assert found.incident == (7 if likeness else None)


def test_what_is_no_request_is_never_linked(matcher: Matcher) -> None:
    assert matcher.resemblance("the registry is down", [REGISTRY], RequestClass.NONE).incident is None


def test_of_two_incidents_of_a_service_the_one_with_that_trouble_is_linked(matcher: Matcher) -> None:
    slow = matcher.resemblance("pulls from the registry are slow", [REGISTRY, SLOW])
    down = matcher.resemblance("the registry is unreachable", [REGISTRY, SLOW])

    assert (slow.likeness, slow.incident) == (Likeness.LINK, 8)
    assert (down.likeness, down.incident) == (Likeness.LINK, 7)


def test_two_incidents_that_fit_alike_are_asked_about(matcher: Matcher) -> None:
    twice = LiveIncident(11, REGISTRY.title, REGISTRY.service, REGISTRY.environment, REGISTRY.alerts)

    assert matcher.resemblance("the registry is down", [REGISTRY, twice]).likeness is Likeness.ASK


def test_it_is_not_guessed_which_of_two_is_meant_by_it(matcher: Matcher) -> None:
    assert matcher.resemblance("is it down?", [REGISTRY, VAULT]).likeness is Likeness.NO


def test_where_a_service_runs_is_not_what_fails(matcher: Matcher) -> None:
    silver = LiveIncident(12, "Silver does not answer", "Silver cluster", "production")

    found = matcher.resemblance("the registry is down on silver", [silver, REGISTRY])

    assert (found.likeness, found.incident) == (Likeness.LINK, 7)


def test_an_incident_of_no_service_is_known_by_the_words_of_its_title(matcher: Matcher) -> None:
    same = matcher.resemblance("power is lost in the harbour building, servers are down", [BUILDING])

    assert (same.likeness, same.incident) == (Likeness.ASK, 10)
    assert matcher.resemblance("our building's printer is down", [BUILDING]).likeness is Likeness.NO


def test_why_they_are_alike_is_said_in_words(matcher: Matcher) -> None:
    found = matcher.resemblance("artifactory does not respond", [REGISTRY])

    assert found.reasons == ("names Image registry", "tells the same trouble: unreachable")


@settings(max_examples=60)
@given(text=st.text(max_size=300))
def test_any_text_can_be_compared(text: str) -> None:
    found = Matcher.of(classifier(), SERVICES[:1]).resemblance(text, [REGISTRY, BUILDING])

    assert (found.incident is None) == (found.likeness is Likeness.NO)


def test_a_text_of_nothing_but_blanks_and_dashes_takes_no_longer() -> None:
    matcher = Matcher.of(classifier(), SERVICES)

    assert matcher.resemblance(" - " * 20_000 + "\u00b7" * 5_000, [REGISTRY]).likeness is Likeness.NO
