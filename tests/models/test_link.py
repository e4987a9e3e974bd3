"""What may be kept as a link to documentation."""

import pytest

from models.link import LONGEST_LINK, Fault, bare, fault_of


@pytest.mark.parametrize(
    "link",
    [
        "https://docs.example.org/registry",
        "http://wiki:8080/x?y=1#z",
        "HTTPS://docs.example.org",
        "https://[::1]/page",
        "https://docs.example.org/a@b",
        "https://docs.example.org/" + "x" * (LONGEST_LINK - 25),
    ],
)
def test_a_web_address_can_be_kept(link: str) -> None:
    assert fault_of(link) is None


@pytest.mark.parametrize(
    ("link", "fault"),
    [
        ("javascript:alert(1)", Fault.NO_SCHEME),
        ("docs.example.org/registry", Fault.NO_SCHEME),
        ("ftp://docs.example.org", Fault.NO_SCHEME),
        ("", Fault.NO_SCHEME),
        ("https://", Fault.BROKEN),
        ("https:///registry", Fault.BROKEN),
        ("https://docs.example.org/a b", Fault.BROKEN),
        ('https://docs.example.org/"onload', Fault.BROKEN),
        ("https://[docs", Fault.BROKEN),
        ("https://docs.example.org:port", Fault.BROKEN),
        ("https://docs.example.org/" + "x" * 3000, Fault.TOO_LONG),
        ("https://bob:hunter22@docs.example.org", Fault.PRIVATE),
        ("https://bob:‹secret›@docs.example.org", Fault.PRIVATE),
        ("https://bob@docs.example.org", Fault.PRIVATE),
        ("https://docs.example.org/?token=abcdef123456", Fault.PRIVATE),
    ],
)
def test_anything_else_is_refused_with_the_reason(link: str, fault: Fault) -> None:
    assert fault_of(link) is fault


@pytest.mark.parametrize("given", [" https://a.example ", "<https://a.example>", "<https://a.example|a.example>"])
def test_what_a_chat_puts_around_a_link_is_left_out(given: str) -> None:
    assert bare(given) == "https://a.example"
