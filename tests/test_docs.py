"""The documentation is true: commands, options, keys and environment variables stand in it, and its links lead on."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from bot.app import command_names
from bot.cli import main
from bot.faults import keys_of
from bot.settings import FROM_ENVIRONMENT, File

ROOT = Path(__file__).parents[1]
PAGES = [page for page in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))) if page.exists()]
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
GUIDE = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")

WITHIN_ONE_TEXT = {"oncall.rotations.hours.start", "oncall.rotations.hours.end"}


def documented_keys() -> set[str]:
    """Give the keys in the first column of the guide's tables, `.last` standing for a sibling of the one before it."""
    found: set[str] = set()
    for row in re.findall(r"^\| (`.*?) \|", GUIDE, re.MULTILINE):
        before = ""
        for name in re.findall(r"`([^`]+)`", row):
            before = before.rpartition(".")[0] + name if name.startswith(".") else name
            found.add(before.replace("[]", ""))
    return found


def commands(group: click.Group = main, above: str = "") -> Iterator[tuple[str, click.Command]]:
    """Give every command by the words that call it, those within groups too."""
    for name, command in group.commands.items():
        yield f"{above}{name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{above}{name} ")


def options() -> Iterator[tuple[str, str]]:
    for name, command in commands():
        for option in command.params:
            if isinstance(option, click.Option):
                yield name, next(word for word in option.opts if word.startswith("--"))


def test_there_are_commands_and_pages_to_hold_against_each_other() -> None:
    assert len(main.commands) >= 10
    assert len(PAGES) >= 3


@pytest.mark.parametrize("name", sorted(name for name, _ in commands()))
def test_every_command_is_documented(name: str) -> None:
    assert f"watchbill {name}" in TEXT


@pytest.mark.parametrize(("command", "option"), list(options()))
def test_every_option_is_documented_beside_its_command(command: str, option: str) -> None:
    lines = [line for line in TEXT.splitlines() if f"watchbill {command}" in line]
    assert [line for line in lines if option in line], f"{command} {option}"


def test_every_configuration_key_is_documented() -> None:
    keys = {".".join(map(str, path)) for path in keys_of(File)} - WITHIN_ONE_TEXT
    documented = documented_keys()
    # A block is documented by its keys.
    missing = {key for key in keys if key not in documented and not any(d.startswith(f"{key}.") for d in documented)}
    assert sorted(missing) == []


def test_no_key_is_documented_that_is_not_there() -> None:
    keys = {".".join(map(str, path)) for path in keys_of(File)}
    commands = {key for key in documented_keys() if key.startswith("watchbill ")}
    assert sorted(documented_keys() - keys - commands) == []


def test_every_environment_variable_is_documented() -> None:
    for variable in (*FROM_ENVIRONMENT.values(), "WATCHBILL_CONFIG"):
        assert f"`{variable}`" in TEXT


def test_slack_is_told_of_every_command_and_of_no_other() -> None:
    told = re.findall(r"\{command: /([a-z-]+),", (ROOT / "docs" / "slack.md").read_text(encoding="utf-8"))
    assert sorted(told) == sorted(command_names())


def test_the_first_words_of_the_demo_are_those_that_its_page_proposes() -> None:
    page = (ROOT / "bot" / "chat" / "local" / "static" / "hint.js").read_text(encoding="utf-8")
    (words,) = re.findall(r'const CRY = "(.*)";', page)
    assert f"`{words}`" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    local = [target for target in targets if "://" not in target and not target.startswith("mailto:")]
    assert [target for target in local if not (page.parent / target).exists()] == []
