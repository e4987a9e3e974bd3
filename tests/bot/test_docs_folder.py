from pathlib import Path

import pytest

from bot.docs_folder import library_of
from models.errors import ConfigError
from models.policy import Policy


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


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"docs\.folder: .*away is no folder"):
        library_of(policy(tmp_path / "away"))
