"""The project as one finds it: the two commands, the check that runs them, the licence, the top level."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from prometheus_client import Metric

from bot.metrics import Metrics
from handlers.command import Command
from handlers.registry import COMMANDS, REACTIONS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CHECK = (ROOT / ".ci" / "run").read_text(encoding="utf-8")

DEMO = "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/watchbill demo"
TESTS = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/pytest -q"

TOP = {"pyproject.toml", "bot", "handlers", "models", "migrations", "config.example.yaml", "tests", "Dockerfile"}
BESIDE = {"README.md", ".ci", "LICENSE", "CHANGELOG.md", "docs", "benchmarks", "deploy", ".gitignore", ".dockerignore"}

APACHE_2 = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30"

EMOJI = {"eyes": "👀", "white_check_mark": "✅", "rotating_light": "🚨", "pushpin": "📌"} | {
    "memo": "📝",
    "pencil": "📝",
    "+1": "👍",
    "thumbsup": "👍",
    "-1": "👎",
    "thumbsdown": "👎",
    "pray": "🙏",
}


def blocks() -> list[str]:
    """Give the shell blocks of the README, in order."""
    return [block.strip() for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)]


def tracked() -> set[str]:
    """Give the entries of the top level that belong to the project."""
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("this copy has no history, so nothing tells what belongs to the project")
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return {line.strip('"').split("/")[0] for line in listed.splitlines()}


def test_the_readme_begins_with_the_two_commands() -> None:
    assert blocks()[:2] == [DEMO, TESTS]


def test_the_check_runs_the_readmes_command_for_the_tests() -> None:
    assert re.findall(r'^TESTS="(.*)"$', CHECK, re.MULTILINE) == [blocks()[1]]
    assert 'check tests bash -c "$TESTS"' in CHECK


@pytest.mark.parametrize("tool", ["ruff check .", "ruff format --check .", "mypy -p bot", "lint-imports"])
def test_the_check_looks_at_style_format_types_and_layers(tool: str) -> None:
    assert f".venv/bin/{tool}" in CHECK


@pytest.mark.parametrize("program", ["BROWSER", "ALERTMANAGER"])
def test_the_check_requires_the_programs_that_tests_need(program: str) -> None:
    assert f"export WATCHBILL_REQUIRE_{program}=1" in CHECK


def stand_in(folder: Path, exit_codes: dict[str, int]) -> subprocess.CompletedProcess[str]:
    """Run the check in a folder whose tools only answer with an exit code."""
    (folder / ".ci").mkdir()
    (folder / ".ci" / "run").write_text(CHECK, encoding="utf-8")
    tools = folder / ".venv" / "bin"
    tools.mkdir(parents=True)
    path = folder / "path"
    path.mkdir()
    for name in ("pip", "pytest", "ruff", "mypy", "lint-imports"):
        executable(tools / name, exit_codes.get(name, 0))
    for name in ("python3", "chromium", "prometheus-alertmanager"):
        executable(path / name, exit_codes.get(name, 0))
    environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", ".ci/run"], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=30
    )


def executable(path: Path, exit_code: int) -> None:
    path.write_text(f'#!/bin/sh\necho "{path.name} $*"\nexit {exit_code}\n', encoding="utf-8")
    path.chmod(0o755)


def test_the_check_passes_where_every_tool_does(tmp_path: Path) -> None:
    done = stand_in(tmp_path, {})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "pytest -q\n" in done.stdout
    assert "Everything passed" in done.stdout


@pytest.mark.parametrize("tool", ["python3", "pip", "pytest", "ruff", "mypy", "lint-imports"])
def test_the_check_fails_where_one_tool_does(tool: str, tmp_path: Path) -> None:
    done = stand_in(tmp_path, {tool: 3})
    assert done.returncode == 1
    assert "FAILED" in done.stdout
    assert "Everything passed" not in done.stdout


def test_one_fault_hides_no_other(tmp_path: Path) -> None:
    done = stand_in(tmp_path, {"pytest": 1, "lint-imports": 1})
    assert "FAILED: tests layers" in done.stdout


def test_the_licence_is_the_apache_licence_word_for_word() -> None:
    assert hashlib.sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == APACHE_2


def test_the_top_level_holds_what_was_agreed_and_nothing_else() -> None:
    assert tracked() - TOP - BESIDE == set()
    assert TOP - tracked() == set()


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.form)
def test_every_command_stands_in_the_readme(command: Command) -> None:
    assert f"`{command.form}`" in README.replace("\\|", "|")


@pytest.mark.parametrize("name", sorted(REACTIONS))
def test_every_reaction_stands_in_the_readme(name: str) -> None:
    assert f"| {EMOJI[name]} |" in README


def log_events() -> set[str]:
    """Give the names of the events that are logged at all but the debug level."""
    sources = [path.read_text(encoding="utf-8") for area in ("bot", "handlers") for path in (ROOT / area).rglob("*.py")]
    found = (re.findall(r"\blog\.(?:info|warning|error|exception)\(\s*\"([\w.]+)\"", source) for source in sources)
    return {name for names in found for name in names}


@pytest.mark.parametrize("name", sorted(log_events()))
def test_every_log_event_is_explained_to_whoever_runs_the_bot(name: str) -> None:
    assert f"`{name}`" in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("metric", list(Metrics().registry.collect()), ids=lambda metric: metric.name)
def test_every_metric_is_explained_to_whoever_runs_the_bot(metric: Metric) -> None:
    name = f"{metric.name}_total" if metric.type == "counter" else metric.name
    assert f"`{name}" in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_the_readme_promises_without_shouting() -> None:
    prose = re.sub(r"```.*?```|`[^`]*`|!\[", "", README, flags=re.DOTALL)
    assert "!" not in prose
