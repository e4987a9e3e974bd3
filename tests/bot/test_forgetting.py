"""`watchbill forget`: one person's words go, everybody else's stay, and nothing learned from them is kept."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from bot.cli import main
from bot.forgetting import forgotten, named
from bot.model_file import ModelFile
from bot.settings import Settings
from bot.store import Store
from models.errors import ConfigError
from models.policy import Triage
from models.records.audit import AuditEntry
from models.records.delivery import OutboxRow, OutboxState
from models.records.request import LabelledExample, ReadMessage, Request
from models.triage.model import Model
from tests.bot.configurations import SOUND, settings, written
from tests.handlers.build import Office, office, policy
from tests.handlers.planting import PLANTED, plant
from tests.stored import everything


@pytest.fixture
def opened(database_url: str) -> Office:
    return office(database_url, at="2026-11-02 10:00")


@pytest.fixture
def found(tmp_path: Path, database_url: str) -> Settings:
    text = f"{SOUND}database: {{url: '{database_url}'}}\n"
    triage = Triage(model=tmp_path / "triage.json")
    return settings(tmp_path, text).model_copy(update={"policy": policy(triage=triage)})


def forget(opened: Office, found: Settings, who: str, *, is_applied: bool = True) -> str:
    return "\n".join(forgotten(found, who, opened.now + timedelta(hours=2), is_applied=is_applied))


def words_of(store: Store) -> dict[str, str]:
    with store.reading() as session:
        return {row.author: row.text + row.author_name for row in session.scalars(select(ReadMessage))}


def test_one_persons_words_go_and_the_figures_and_everybody_elses_words_stay(opened: Office, found: Settings) -> None:
    plant(opened)
    before = words_of(opened.store)

    said = forget(opened, found, "slack:U-dev")

    after = words_of(opened.store)
    assert (after["U-dev"], after["U-yan"]) == ("", before["U-yan"])
    with opened.store.reading() as session:
        assert [
            (row.author, row.text, row.author_name) for row in session.scalars(select(Request)) if not row.text
        ] == [("U-dev", "", "")]
        lines = [row.detail for row in session.scalars(select(AuditEntry).where(AuditEntry.action == "forget"))]
    assert "1  requests" in said
    assert "lines of the on-call log" not in said, "what the bot and the engineers wrote is not the author's"
    assert f"{PLANTED} was restarted" in everything(opened.store)
    assert len(lines) == 1
    assert json.loads(lines[0])["request"] == 1


def test_when_everybody_is_forgotten_nothing_that_anybody_wrote_is_left(opened: Office, found: Settings) -> None:
    plant(opened)
    with opened.store.transaction() as session:
        session.execute(update(LabelledExample).values(by="U-ana"))
    for who in ("slack:U-dev", "slack:U-yan", "slack:U-zoe", "@ana"):
        forget(opened, found, who)

    assert [line for line in everything(opened.store).splitlines() if PLANTED in line or "Dev Eloper" in line] == []


def test_what_somebody_wrote_of_an_incident_goes_wherever_it_stood(opened: Office, found: Settings) -> None:
    opened.command("ana", "incident", "declare something hangs")
    opened.command("ben", "incident", f"update 1 {PLANTED} is why next 30m")
    opened.command("ben", "incident", f"silence 1 1h {PLANTED}")
    opened.command("ben", "incident", f"resolve 1 {PLANTED} was why")
    with opened.store.transaction() as session:
        session.execute(update(OutboxRow).values(state=OutboxState.SENT))
    assert PLANTED in everything(opened.store)
    forget(opened, found, "@ben")
    assert [line for line in everything(opened.store).splitlines() if PLANTED in line] == []


def test_without_apply_nothing_changes_and_the_counts_are_the_same(opened: Office, found: Settings) -> None:
    plant(opened)
    held = everything(opened.store)

    preview = forget(opened, found, "ana", is_applied=False)

    assert everything(opened.store) == held
    assert "lines of the on-call log" in preview
    assert "add --apply" in preview
    counted = [line for line in preview.splitlines() if line.startswith("  ")]
    assert [line for line in forget(opened, found, "ana").splitlines() if line.startswith("  ")] == counted


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # what is learned anew does not depend on it
def test_what_was_learned_from_them_is_not_kept_either(opened: Office, found: Settings, tmp_path: Path) -> None:
    plant(opened)
    file = ModelFile(tmp_path / "triage.json")
    file.save(Model.load())
    file.save(Model.load())

    with opened.store.transaction() as session:
        session.execute(update(LabelledExample).where(LabelledExample.request_id == 2).values(text=""))
    forget(opened, found, "slack:U-zoe")
    assert file.path.exists(), "nobody corrected what they wrote"
    said = forget(opened, found, "slack:U-dev")

    assert not file.has_learned
    assert "The shipped model judges after a restart or SIGHUP" in said


def test_a_stranger_of_whom_nothing_is_kept_is_told_so(opened: Office, found: Settings) -> None:
    assert "Nothing that slack:U-nobody wrote is kept." in forget(opened, found, "slack:U-nobody")


def test_somebody_is_named_by_id_by_handle_and_with_the_platform(tmp_path: Path) -> None:
    found = settings(tmp_path)
    for who in ("amina", "@amina", "U01AAAA", "slack:U01AAAA", "rocketchat:amina"):
        assert named(found, who).subject == "person:amina"
    assert named(found, "rocketchat:gil").whose.handles == [("rocketchat", "gil")]
    for who in ("", "@", "irc:gil", "slack:"):
        with pytest.raises(ConfigError, match="names nobody"):
            named(found, who)


def called(*words: str | Path) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def test_beside_a_running_bot_on_sqlite_it_says_what_to_do(tmp_path: Path, sqlite_url: str) -> None:
    config = written(tmp_path, f"{SOUND}database: {{url: '{sqlite_url}'}}\n")
    running = Store(sqlite_url)
    running.hold()

    assert called("forget", "amina", "--config", config).exit_code == 0
    refused = called("forget", "amina", "--apply", "--config", config)
    running.close()

    assert refused.exit_code == 1
    assert "the bot is running on" in refused.stderr
    assert called("forget", "amina", "--apply", "--config", config).exit_code == 0


def test_without_a_store_it_says_so(tmp_path: Path) -> None:
    config = written(tmp_path, f"{SOUND}database: {{url: 'sqlite:///{tmp_path / 'none.db'}'}}\n")
    assert "watchbill migrate" in called("forget", "amina", "--config", config).stderr
