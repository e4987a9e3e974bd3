"""`watchbill roster import` and `export`: on both stores, beside a running bot, with every fault of a file."""

import getpass
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.store import Store
from models.records import audit
from models.records.roster import StoredCycle
from models.rota.shuffle import Draw
from tests.bot.configurations import SOUND, spoilt, written
from tests.bot.test_cli import called

MORE = """\
  - {id: cleo, name: Cleo, slack: U01CCCC, rocketchat: cleo}
oncall:
"""
TWO = "    - {name: platform, engineers: [amina, bruno]}\n    - {name: database, engineers: [bruno, cleo]}\n"


@pytest.fixture
def config(tmp_path: Path, database_url: str) -> Path:
    """A configuration with two lists, whose store has them."""
    text = SOUND.replace("oncall:\n", MORE).replace("    - {name: platform, engineers: [amina, bruno]}\n", TWO)
    path = written(tmp_path, f"{text}database: {{url: '{database_url}'}}\n")
    assert called("roster", "import", path, "--config", path, "--apply").exit_code == 0
    return path


def lists(tmp_path: Path, platform: str, database: str = "[bruno, cleo]") -> Path:
    path = tmp_path / "lists.yaml"
    rows = "".join(
        f"    - {{name: {name}, engineers: {one}}}\n" for name, one in (("platform", platform), ("database", database))
    )
    path.write_text(f"oncall:\n  rotations:\n{rows}", encoding="utf-8")
    return path


def test_what_is_exported_is_imported_as_no_change(tmp_path: Path, config: Path) -> None:
    exported = called("roster", "export", "-", "--config", config)
    assert "engineers: [amina, bruno]" in exported.stdout
    assert called("roster", "export", tmp_path / "out.yaml", "--config", config).stdout == ""
    assert (tmp_path / "out.yaml").read_text(encoding="utf-8") == exported.stdout
    again = called("roster", "import", tmp_path / "out.yaml", "--config", config)
    assert again.stdout.splitlines() == [
        "platform: no change",
        "database: no change",
        "The store has these lists already: nothing to change.",
    ]


def test_an_import_only_shows_what_it_would_change_until_it_is_told_to_apply(tmp_path: Path, config: Path) -> None:
    file = lists(tmp_path, "[cleo, amina]")
    before = called("roster", "--config", config, "--json").stdout
    shown = called("roster", "import", file, "--config", config)
    assert shown.exit_code == 0
    for line in ("comes    Cleo (cleo), at position 1", "leaves   Bruno (bruno), now", "dates    change from"):
        assert line in shown.stdout
    assert "Nothing was changed. To do this: add --apply" in shown.stdout
    assert "database: no change" in shown.stdout
    assert called("roster", "--config", config, "--json").stdout == before
    assert called("roster", "import", file, "--config", config, "--apply").exit_code == 0
    assert "[cleo, amina]" in called("roster", "export", "--config", config).stdout


def test_the_history_names_the_command_line_and_its_user(tmp_path: Path, config: Path, database_url: str) -> None:
    called("roster", "import", lists(tmp_path, "[bruno, amina]"), "--config", config, "--apply")
    store = Store(database_url)
    with store.reading() as session:
        entry, *_ = audit.of_subject(session, "rotation:platform")
    store.close()
    assert (entry.action, entry.actor) == ("import", f"the command line ({getpass.getuser()})")


def test_beside_a_running_bot_a_sqlite_store_is_shown_and_not_changed(
    tmp_path: Path, config: Path, database_url: str
) -> None:
    file = lists(tmp_path, "[bruno, amina]")
    running = Store(database_url)
    running.hold()
    shown = called("roster", "import", file, "--config", config)
    applied = called("roster", "import", file, "--config", config, "--apply")
    running.close()
    assert (shown.exit_code, "moves    " in shown.stdout) == (0, True)
    if running.is_sqlite:
        assert (applied.exit_code, applied.stdout) == (1, "")
        assert "the bot is running on" in applied.stderr
        assert "use /oncall-list in the chat, or stop the bot first" in applied.stderr
        assert "engineers: [amina, bruno]" in called("roster", "export", "--config", config).stdout
    else:
        assert applied.exit_code == 0
        assert "engineers: [bruno, amina]" in called("roster", "export", "--config", config).stdout


def test_every_fault_of_a_file_is_named_on_a_line_of_its_own(tmp_path: Path, config: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(
        "oncal: {}\n"
        "oncall:\n"
        "  rotations:\n"
        "    - {name: platfrom, engineers: [amina]}\n"
        "    - {name: platform, engineers: [amina, amna, amina, {id: x}]}\n"
        "    - {name: platform, engineers: [amina]}\n"
        "    - {name: database, engineers: []}\n"
        "    - {engineers: amina}\n"
        "    - platform\n",
        encoding="utf-8",
    )
    for more in ((), ("--apply",)):
        result = called("roster", "import", path, "--config", config, *more)
        assert (result.exit_code, result.stdout) == (1, "")
        told = [line.removeprefix("Error: ").removeprefix(f"{path}:") for line in result.stderr.splitlines()]
        assert told == [
            "1: oncal: there is no such key (did you mean `oncall`?)",
            "4: oncall.rotations[0].name: the configuration has no rotation `platfrom` (did you mean `platform`?)",
            "5: oncall.rotations[1].engineers[1]: nobody has the id `amna` (did you mean `amina`?)",
            "5: oncall.rotations[1].engineers[2]: `amina` stands twice, first on line 5",
            "5: oncall.rotations[1].engineers[3]: the id of a person is expected",
            "6: oncall.rotations[2].name: the rotation `platform` stands twice, first on line 5",
            "7: oncall.rotations[3].engineers: is empty: nobody would be on call",
            "8: oncall.rotations[4].name: is missing: which rotation is it?",
            "8: oncall.rotations[4].engineers: a list of people's ids is expected, as in `[amina, bruno]`",
            "9: oncall.rotations[5]: a rotation with `name` and `engineers` is expected",
        ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the file is empty"),
        ("oncall: [\n", "no YAML"),
        ("- a\n", "keys with values are expected"),
        ("oncall: {}\n", "there is no list of rotations"),
        ("oncall: {rotations: []}\n", "there is no list of rotations"),
        ("oncall: {rotations: {name: platform}}\n", "there is no list of rotations"),
        ("timezone: UTC\n", "there is no list of rotations"),
    ],
)
def test_a_file_that_is_no_list_is_refused(tmp_path: Path, sqlite_url: str, text: str, said: str) -> None:
    config = written(tmp_path, f"{SOUND}database: {{url: '{sqlite_url}'}}\n")
    (tmp_path / "lists").write_text(text, encoding="utf-8")
    result = called("roster", "import", tmp_path / "lists", "--config", config, "--apply")
    assert (result.exit_code, result.stdout) == (1, "")
    assert said in result.stderr


def test_whoever_is_on_a_list_may_stay_though_the_configuration_lost_them(tmp_path: Path, sqlite_url: str) -> None:
    database = f"database: {{url: '{sqlite_url}'}}\n"
    called("roster", "import", path := written(tmp_path, SOUND + database), "--config", path, "--apply")
    left = spoilt("  - {id: bruno, name: Bruno, slack: U01BBBB, rocketchat: bruno}\n", "").replace(
        "[amina, bruno]", "[amina]"
    )
    config = written(tmp_path, left + database)
    called("roster", "export", tmp_path / "lists", "--config", config)
    result = called("roster", "import", tmp_path / "lists", "--config", config)
    assert (result.exit_code, result.stdout.splitlines()[0]) == (0, "platform: no change")


def test_without_a_store_the_configured_lists_are_exported_and_an_import_says_what_to_do(tmp_path: Path) -> None:
    config = written(tmp_path, f"{SOUND}database: {{url: 'sqlite:///{tmp_path / 'none.db'}'}}\n")
    assert "engineers: [amina, bruno]" in called("roster", "export", "--config", config).stdout
    result = called("roster", "import", config, "--config", config, "--apply")
    assert (result.exit_code, f"run: watchbill migrate --config {config}\n" in result.stderr) == (1, True)


def test_the_configuration_may_be_named_before_or_after_the_word(tmp_path: Path, sqlite_url: str) -> None:
    config = written(tmp_path, f"{SOUND}database: {{url: '{sqlite_url}'}}\n")
    after, before = called("roster", "export", "--config", config), called("roster", "--config", config, "export")
    assert before.exit_code == 0
    assert before.stdout == after.stdout
    assert called("roster", "export").exit_code == 2
    assert called("roster").exit_code == 2


# -- verify


def test_every_draw_is_recomputed_and_a_forged_one_exits_with_1(config: Path, database_url: str) -> None:
    sound = called("roster", "--verify", "--config", config)
    assert sound.exit_code == 0
    assert "platform  cycle 1  from" in sound.stdout
    assert "not drawn: the order that the list had" in sound.stdout
    assert "draws recomputed: all equal; shifts that contradict their order: 0" in sound.stdout
    (drawn, *_) = [one for one in proofs(config) if one["seed"] is not None]
    assert (
        order(drawn["seed"], drawn["base"], drawn["recent"], drawn["min_gap"]) == drawn["order"] == drawn["recomputed"]
    )
    store = Store(database_url)
    with store.transaction() as session:
        wrong = list(reversed(drawn["order"]))
        session.execute(update(StoredCycle).where(StoredCycle.number == drawn["cycle"]).values(order=wrong))
    store.close()
    forged = called("roster", "--verify", "--config", config)
    assert forged.exit_code == 1
    assert "NOT EQUAL" in forged.stdout
    assert called("roster", "--verify", "--config", config, "--json").exit_code == 1
    assert False in [one["equal"] for one in proofs(config)]


def proofs(config: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(called("roster", "--verify", "--config", config, "--json").stdout)
    return found


def order(seed: int, base: list[str], recent: list[str], gap: int) -> list[str]:
    return list(Draw(tuple(base), tuple(recent), gap, seed).order())


def test_there_is_nothing_to_verify_without_a_store(tmp_path: Path) -> None:
    config = written(tmp_path, f"{SOUND}database: {{url: 'sqlite:///{tmp_path / 'none.db'}'}}\n")
    result = called("roster", "--verify", "--config", config)
    assert (result.exit_code, result.stdout) == (1, "")
