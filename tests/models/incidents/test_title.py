"""What the title of a declared incident says."""

import pytest

from models.incidents.title import Heard, NotASeverity, heard
from models.policy import Service

SERVICES = (
    Service(name="Image registry", aliases=("artifactory", "registry"), critical=True),
    Service(name="Wiki", aliases=("confluence",)),
)


def of(words: str) -> Heard:
    return heard(words.split(), SERVICES)


@pytest.mark.parametrize(
    ("title", "service", "severity"),
    [
        ("pulls from artifactory hang", "Image registry", "critical"),
        ("registry is slow for some", "Image registry", "warning"),
        ("Confluence search looks odd", "Wiki", "warning"),
        ("Confluence is down", "Wiki", "critical"),
        ("registry-dev is down in the dev environment", "Image registry", "warning"),
        ("nobody can log in", None, "critical"),
        ("certificates expire next week", None, "warning"),
        ("the registry breaks the wiki", "Image registry", "critical"),
    ],
)
def test_a_title_names_the_service_by_any_of_its_names_and_says_how_grave_it_is(
    title: str, service: str | None, severity: str
) -> None:
    found = of(title)
    assert (found.title, found.service, found.severity) == (title, service, severity)


def test_the_severity_is_what_is_said_and_leaves_the_title() -> None:
    found = of("the registry is down as info")
    assert (found.title, found.severity) == ("the registry is down", "info")


def test_for_names_the_service_before_the_one_that_stands_first() -> None:
    found = of("the registry fills the disk for confluence as warning")
    assert (found.title, found.service) == ("the registry fills the disk for confluence", "Wiki")


@pytest.mark.parametrize("word", ["urgent", "sev1", "P1", "high"])
def test_a_severity_of_others_is_refused_rather_than_kept_in_the_title(word: str) -> None:
    with pytest.raises(NotASeverity):
        of(f"registry down as {word}")


def test_as_in_a_title_is_a_word_like_any_other() -> None:
    assert of("pods run as root").title == "pods run as root"
    assert of("as critical").title == "as critical"
