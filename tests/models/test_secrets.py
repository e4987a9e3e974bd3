"""What must not be kept is masked before anything is stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.secrets import MASK, mask

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("my token is xoxb-123456789012-abcdefGHIJ", "xoxb-123456789012-abcdefGHIJ"),
        ("ghp_abcdefghijklmnopqrstuvwxyz0123456789 stopped working", "ghp_abcdefghijklmnopqrstuvwxyz0123456789"),
        ("key AKIAIOSFODNN7EXAMPLE was leaked", "AKIAIOSFODNN7EXAMPLE"),
        ("oc login --token=sha256~abcdefghijklmnopqrstuvwxyzABCDEFGH", "sha256~abcdefghijklmnopqrstuvwxyzABCDEFGH"),
        (f"Authorization: Bearer {JWT}", JWT),
        ("postgres://app:hunter2!@db:5432/x refuses us", "hunter2!"),
        ('password: "correct-horse"', "correct-horse"),
        ("DB_PASSWORD=tr0ub4dor&3 in the env", "tr0ub4dor&3"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----", "MIIEow"),
    ],
)
def test_a_recognised_secret_is_masked(text: str, secret: str) -> None:
    masked = mask(text)
    assert secret not in masked
    assert MASK in masked


@pytest.mark.parametrize(
    "text",
    [
        "how do I reset my password?",
        "the token expired, who can renew it?",
        "https://docs.example.org/a:b@c is the page",
        "our secret store (Vault) is down",
    ],
)
def test_words_about_secrets_stay(text: str) -> None:
    assert mask(text) == text


@given(st.text())
def test_masking_twice_changes_nothing_more(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@given(st.text())
def test_no_control_character_is_kept_but_line_breaks_and_tabs(text: str) -> None:
    assert not any(ord(character) < 32 and character not in "\t\n\r" for character in mask(text))
