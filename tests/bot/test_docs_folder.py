from datetime import UTC, datetime
from pathlib import Path

import structlog

from bot.check import check
from bot.docs_folder import library_of
from models.policy import Policy
from tests.bot.configurations import SOUND, written

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def policy(folder: Path) -> Policy:
    return Policy.model_validate({"docs": {"folder": folder, "url": "https://docs.example.org/site"}})


def test_the_pages_of_a_folder_and_of_those_in_it_are_read(tmp_path: Path) -> None:
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / "token.md").write_text("# Vault\n## Rotating a token\nRevoke it.", encoding="utf-8")
    (tmp_path / "broken.md").write_bytes(b"# Broken\n\xff\xfe")
    (tmp_path / "notes.txt").write_text("rotate a token", encoding="utf-8")

    library = library_of(policy(tmp_path))

    assert library is not None
    assert len(library) == 2
    found = library.answer("how do I rotate a vault token?")
    assert found is not None
    assert found.url == "https://docs.example.org/site/vault/token.md#rotating-a-token"


def test_without_a_folder_in_the_configuration_there_is_no_library() -> None:
    assert library_of(Policy()) is None


def test_a_folder_that_is_away_keeps_no_bot_from_starting(tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as told:
        assert library_of(policy(tmp_path / "away")) is None

    assert [(each["event"], each["folder"]) for each in told] == [("docs.missing", str(tmp_path / "away"))]


def test_a_check_warns_of_a_folder_that_is_away(tmp_path: Path) -> None:
    away = f"docs: {{folder: {tmp_path / 'away'}, url: 'https://docs.example.org'}}\n"

    (problem,) = check(written(tmp_path, SOUND + away), {}, NOON).problems[-1:]

    assert (problem.path, problem.is_error) == ("docs.folder", False)
    assert "is no folder" in problem.message
