"""The dependencies: each is explained, and none of what runs brings a licence that would bind the project."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PAGE = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
CELLS = 5


def declared() -> list[str]:
    """Give the names of all dependencies; the extras that only name another extra of ours are left out."""
    groups = [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]
    names = [Requirement(line).name for group in groups for line in group]
    return sorted({name for name in names if name != PROJECT["name"]}, key=str.lower)


def rows() -> dict[str, list[str]]:
    """Give the cells of each row of the page's tables by the package that it is about."""
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line[:3] == "| `"]
    return {re.sub(r"\[.*", "", cells[0].strip("`")): cells for cells in lines}


def closure() -> set[str]:
    """Give the installed distributions that the run-time dependencies bring."""
    found: set[str] = set()
    waiting = [(Requirement(line).name, Requirement(line).extras) for line in PROJECT["dependencies"]]
    while waiting:
        name, extras = waiting.pop()
        if name.lower() not in found:
            found.add(name.lower())
        elif not extras:
            continue
        waiting += [need for need in _needs(name, extras) if need[0].lower() not in found]
    return found


def _needs(name: str, extras: set[str]) -> Iterator[tuple[str, set[str]]]:
    environment = {key: str(value) for key, value in default_environment().items()}
    for line in distribution(name).requires or ():
        requirement = Requirement(line)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({**environment, "extra": extra}) for extra in ("", *extras)):
            yield requirement.name, requirement.extras


def licence(name: str) -> str:
    """Give all that a distribution says of its licence, apart from the licence's whole text."""
    metadata = distribution(name).metadata
    stated = [
        field.partition("\n")[0] for key in ("License-Expression", "License") for field in metadata.get_all(key, [])
    ]
    return " ".join([*stated, *(one for one in metadata.get_all("Classifier", []) if one.startswith("License"))])


def is_binding(stated: str) -> bool:
    """Say whether a licence is the GPL or the AGPL; the LGPL is not."""
    return re.search(r"\bA?GPL|(?<!Lesser )(?<!Library )General Public License", stated) is not None


@pytest.mark.parametrize("name", declared())
def test_every_dependency_has_its_line(name: str) -> None:
    assert name in rows()


@pytest.mark.parametrize("name", declared())
def test_every_line_says_what_for_the_licence_and_the_release(name: str) -> None:
    cells = rows()[name]
    assert len(cells) == CELLS
    assert all(cells)


def test_no_line_is_about_what_is_no_dependency() -> None:
    assert sorted(set(rows()) - set(declared())) == []


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("GPL-3.0-only", True),
        ("AGPL-3.0-or-later", True),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", True),
        ("LGPL-3.0-only", False),
        ("License :: OSI Approved :: GNU Lesser General Public License v3 (LGPLv3)", False),
        ("MIT", False),
    ],
)
def test_the_gpl_is_told_from_the_lgpl(stated: str, expected: bool) -> None:
    assert is_binding(stated) is expected


def test_the_closure_holds_what_dependencies_bring_along() -> None:
    assert {"starlette", "psycopg-binary", "python-dateutil"} <= {name.replace("_", "-") for name in closure()}


def test_nothing_that_runs_is_under_the_gpl_or_agpl() -> None:
    stated = {name: licence(name) for name in closure()}
    assert {name: said for name, said in stated.items() if is_binding(said)} == {}


def test_everything_that_runs_says_its_licence() -> None:
    assert [name for name in closure() if not licence(name).strip()] == []


def test_nothing_that_runs_needs_what_only_training_does() -> None:
    assert closure() & {"numpy", "scipy", "scikit-learn"} == set()
