"""The command line: what it prints where, and how it exits."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import structlog
from click.testing import CliRunner, Result

from bot.cli import main, options
from bot.cli.triage import LABELS
from models.policy import ChannelKind
from models.triage.verdict import RequestClass
from tests.bot.configurations import SOUND, spoilt, written


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    """`run` sets up the logs of its process, which here is also that of the tests that come after."""
    yield
    structlog.reset_defaults()


def called(*words: str | Path, stdin: bytes = b"") -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], input=stdin)


def sound(directory: Path) -> Path:
    return written(directory, f"{SOUND}database: {{url: 'sqlite:///{directory / 'store.db'}'}}\n")


def rows(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def commands(group: click.Group = main, *above: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Give every command with the words that call it, those within groups too."""
    for name, command in group.commands.items():
        yield (*above, name), command
        if isinstance(command, click.Group):
            yield from commands(command, *above, name)


@pytest.mark.parametrize("words", [(), *(words for words, _ in commands())], ids=" ".join)
def test_every_command_has_help(words: tuple[str, ...]) -> None:
    result = called(*words, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: ")


@pytest.mark.parametrize("command", [command for _, command in commands()], ids=str)
def test_every_option_says_what_it_does(command: click.Command) -> None:
    assert command.help
    assert [each.name for each in command.params if isinstance(each, click.Option) and not each.help] == []


def test_help_and_version_import_nothing_heavy() -> None:
    code = "import sys, bot.cli; print({'sqlalchemy', 'pydantic', 'slack_bolt', 'fastapi'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize(("module", "unwanted"), [("bot.app", "alembic"), ("bot.reports", "fastapi")])
def test_what_a_command_does_not_need_is_not_loaded(module: str, unwanted: str) -> None:
    code = f"import sys, {module}; print('{unwanted}' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    "words",
    [["nonsense"], ["check"], ["demo", "--port", "x"], ["classify", "--channel", "zoo"], ["classify", "/nowhere"]],
)
def test_wrong_usage_exits_with_2(words: list[str]) -> None:
    result = called(*words)
    assert result.exit_code == 2
    assert result.stdout == ""


def test_the_words_of_the_command_line_are_those_of_the_rules() -> None:
    assert set(options.CHANNEL_KINDS) == set(ChannelKind)
    assert set(LABELS) == set(RequestClass)


def test_a_check_prints_problems_on_stdout_and_exits_with_1(tmp_path: Path) -> None:
    path = written(tmp_path, spoilt("engineers: [amina", "engineers: [amna"))
    result = called("check", "--config", path)
    assert result.exit_code == 1
    told = "15: oncall.rotations[0].engineers[0]: nobody has the id `amna` (did you mean `amina`?)"
    assert result.stdout == f"{path}:{told}\n"


def test_a_check_without_error_exits_with_0(tmp_path: Path) -> None:
    result = called("check", "--config", sound(tmp_path))
    assert result.exit_code == 0
    assert result.stdout.startswith("time zone   America/Vancouver")


@pytest.mark.parametrize("command", ["run", "migrate", "roster", "oncall", "handovers"])
def test_a_faulty_configuration_is_told_on_stderr(tmp_path: Path, command: str) -> None:
    path = written(tmp_path, spoilt("leads: [amina]", "leads: [amna]"))
    result = called(command, "--config", path)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert f"{path}:12: oncall.leads[0]" in result.stderr


def test_every_line_has_its_row_in_order(tmp_path: Path) -> None:
    lines = b'prod is down for everybody\n\nthank you\n{"text": "prod is down", "channel": "sos"}\n{"words": 1}'
    found = rows(called("classify", "-", stdin=lines))
    assert [row["text"] for row in found] == [
        "prod is down for everybody",
        "",
        "thank you",
        "prod is down",
        '{"words": 1}',
    ]
    assert list(found[0]) == ["text", "class", "confidence", "reasons", "ask"]
    assert [row["class"] for row in found[:3]] == ["urgent", "none", "none"]


def test_a_file_is_classified_as_its_lines_are(tmp_path: Path) -> None:
    (tmp_path / "lines").write_bytes(b"\xef\xbb\xbf" + b'{"text": "thanks"}\r\n')
    found = rows(called("classify", tmp_path / "lines"))
    assert [row["text"] for row in found] == ["thanks"]


def test_a_line_that_is_no_utf_8_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    result = called("classify", stdin=b"one\n\xff\xfe\nthree\n")
    assert result.exit_code == 1
    assert [row["text"] for row in rows(result)][::2] == ["one", "three"]
    assert result.stderr == "<stdin>:2: no UTF-8 at byte 1\n"


def test_the_channel_of_the_command_line_is_for_lines_that_name_none() -> None:
    words = b'{"text": "is it down"}\n{"text": "is it down", "channel": "how-to"}\n'
    given, named = rows(called("classify", "--channel", "sos", stdin=words))
    (alone,) = rows(called("classify", "--channel", "how-to", stdin=b"is it down\n"))
    assert given["confidence"] != named["confidence"]
    assert named == alone


def test_a_reader_that_has_seen_enough_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "lines").write_text("is it down\n" * 3000)
    command = f"{sys.executable} -m bot.cli classify {tmp_path / 'lines'} | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True)
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_a_place_that_cannot_be_written_is_told_in_one_line() -> None:
    words = [sys.executable, "-m", "bot.cli", "demo", "--data", "/proc/nothing/at/all"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: /proc/nothing: No such file or directory\n"


def labelled(directory: Path, *lines: str) -> Path:
    path = directory / "labelled.jsonl"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_an_evaluation_is_a_table_or_json(tmp_path: Path) -> None:
    path = labelled(
        tmp_path,
        '{"text": "production is down for all users, 503", "label": "urgent", "channel": "sos"}',
        '{"text": "thanks", "label": "none"}',
    )
    assert "macro-F1" in called("evaluate", path).stdout
    found = json.loads(called("evaluate", path, "--json").stdout)
    assert found["all"]["rows"] == 2


def test_every_faulty_row_of_an_evaluation_is_named(tmp_path: Path) -> None:
    path = labelled(
        tmp_path,
        "no json",
        '{"text": "a", "label": "grave"}',
        '{"label": "none"}',
        '{"text": "a", "label": "none", "channel": "zoo"}',
    )
    result = called("evaluate", path)
    assert result.exit_code == 1
    assert result.stdout == ""
    for number in range(1, 5):
        assert f"{path}:{number}: " in result.stderr


def test_an_evaluation_of_nothing_is_refused(tmp_path: Path) -> None:
    assert called("evaluate", labelled(tmp_path, "")).exit_code == 1


def test_a_training_with_a_faulty_corpus_writes_nothing(tmp_path: Path) -> None:
    path = labelled(tmp_path, '{"text": "a"}')
    result = called("train", "--corpus", path, "--output", tmp_path / "weights.json")
    assert result.exit_code == 1
    assert f'{path}:1: its "label" is none of' in result.stderr
    assert not (tmp_path / "weights.json").exists()


def test_the_roster_has_a_row_for_each_day_of_each_rotation(tmp_path: Path) -> None:
    path = sound(tmp_path)
    found = json.loads(called("roster", "--config", path, "--from", "2026-11-20", "--days", "4", "--json").stdout)
    assert [(row["date"], row["source"]) for row in found] == [
        ("2026-11-20", "list"),
        ("2026-11-21", "weekend"),
        ("2026-11-22", "weekend"),
        ("2026-11-23", "list"),
    ]
    assert not (tmp_path / "store.db").exists()


def test_the_oncall_row_names_the_person_now_and_next(tmp_path: Path) -> None:
    # Given no offset, the time is the organisation's.
    found = json.loads(called("oncall", "--config", sound(tmp_path), "--at", "2026-11-20T10:00", "--json").stdout)
    assert [(row["rotation"], row["engineer"], row["next"]) for row in found] == [("platform", "amina", "bruno")]
    assert found[0]["start"] == "2026-11-20T09:00:00-07:00"


def test_a_table_has_a_line_for_each_row(tmp_path: Path) -> None:
    result = called("roster", "--config", sound(tmp_path), "--from", "2026-11-20", "--days", "2")
    assert [line.split()[:2] for line in result.stdout.splitlines()] == [
        ["rotation", "date"],
        ["platform", "2026-11-20"],
        ["platform", "2026-11-21"],
    ]


def test_a_check_of_a_file_that_is_not_there_is_an_error_on_stderr(tmp_path: Path) -> None:
    result = called("check", "--config", tmp_path / "nope.yaml")
    assert (result.exit_code, result.stdout) == (1, "")
    assert f"{tmp_path / 'nope.yaml'}: No such file or directory" in result.stderr


@pytest.mark.parametrize("command", ["run", "oncall", "check"])
def test_the_command_that_mends_a_store_can_be_typed_as_it_is_told(tmp_path: Path, command: str) -> None:
    path = sound(tmp_path)
    (tmp_path / "store.db").touch()
    assert f"run: watchbill migrate --config {path}\n" in called(command, "--config", path).output


def test_a_migration_says_what_it_did(tmp_path: Path) -> None:
    path, store = sound(tmp_path), f"sqlite:///{tmp_path / 'store.db'}"
    assert called("migrate", "--config", path).stdout == f"{store}: brought up to this release\n"
    assert called("migrate", "--config", path).stdout == f"{store}: was current already\n"


def test_handovers_need_a_store(tmp_path: Path) -> None:
    path = sound(tmp_path)
    missing = called("handovers", "--config", path)
    assert (missing.exit_code, "watchbill migrate" in missing.stderr) == (1, True)
    assert called("migrate", "--config", path).exit_code == 0
    assert called("handovers", "--config", path, "--format", "json").stdout == "[]\n"


def test_an_incident_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    path = sound(tmp_path)
    missing = called("incident", "7", "--config", path)
    assert (missing.exit_code, "watchbill migrate" in missing.stderr) == (1, True)
    assert called("migrate", "--config", path).exit_code == 0
    unknown = called("incident", "7", "--config", path, "--format", "md")
    assert (unknown.exit_code, unknown.stdout) == (1, "")
    assert unknown.stderr == "Error: there is no incident 7; there has been none yet\n"
    assert called("incident", "0", "--config", path).exit_code == 2
