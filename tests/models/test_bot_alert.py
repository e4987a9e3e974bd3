"""What monitoring bots write for people, read as alerts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.bot_alert import read
from models.severity import Severity, severity_of

PAIRS = [
    ("[FIRING:1] KubePodCrashLooping (ns pod-1)", "[RESOLVED] KubePodCrashLooping (ns pod-1)"),
    ("[FIRING:3] KubePodCrashLooping (ns pod-1)", "[RESOLVED:3] KubePodCrashLooping"),
    ("Triggered: [P1] Disk usage 93 % on node-14", "Recovered: [P1] Disk usage 12 % on node-14"),
    ("[Alerting] CPU 93.5%", "[OK] CPU 12%"),
    ("🔴 Down: Permit site", "✅ Permit site is back up"),
    ("Permit site is down", "Permit site is up"),
    ("DOWN | web-2", "UP | web-2"),
    ("Monitor is DOWN: www (https://www.example.org)", "Monitor is UP: www. It was down for 5 minutes."),
    ("🔥 Queue is long", "🔥 Queue is long\nstatus: resolved"),
    ("*Problem: Backup failed*", "*Resolved: Backup failed*"),
]


@pytest.mark.parametrize(("firing", "over"), PAIRS)
def test_what_begins_and_what_ends_is_one_alert(firing: str, over: str) -> None:
    begun, ended = read("Alertmanager", firing), read("Alertmanager", over)
    assert begun is not None
    assert ended is not None
    assert (begun.is_firing, ended.is_firing) == (True, False)
    assert begun.fingerprint == ended.fingerprint
    assert begun.group == begun.fingerprint


@pytest.mark.parametrize(
    ("one", "other"),
    [("node-1 is down", "node-2 is down"), ("web01: slow", "web02: slow"), ("Disk full on a", "Disk full on b")],
)
def test_two_things_are_two_alerts(one: str, other: str) -> None:
    assert read("bot", one).fingerprint != read("bot", other).fingerprint  # type: ignore[union-attr]


def test_the_same_words_of_two_bots_are_two_alerts() -> None:
    assert read("one", "Disk full").fingerprint != read("other", "Disk full").fingerprint  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[CRITICAL] Disk full", Severity.CRITICAL),
        ("[P1] Disk full", Severity.CRITICAL),
        ("Sev-1: Disk full", Severity.CRITICAL),
        ("node-1 is down", Severity.CRITICAL),
        ("Disk full\nSeverity: warning (since 5 m)", Severity.WARNING),
        ("Disk full", Severity.WARNING),
        ("[FIRING:1] Disk full\n*Priority:* P5", Severity.INFO),
    ],
)
def test_it_is_as_grave_as_it_says(text: str, expected: Severity) -> None:
    found = read("bot", text)
    assert found is not None
    assert severity_of(found.labels.get("severity")) is expected


def test_its_name_facts_words_and_link_are_kept() -> None:
    found = read(
        "bot", "[FIRING:1] Registry slow\nservice: registry\nenv: prod\nover 2 s\nhttps://graphs.example.org/7"
    )
    assert found is not None
    assert found.labels == {"alertname": "Registry slow", "service": "registry", "env": "prod"}
    assert found.annotations["summary"].startswith("service: registry")
    assert found.links == {"source": "https://graphs.example.org/7"}


@pytest.mark.parametrize("text", ["", "  \n\t\n"])
def test_a_post_without_words_is_no_alert(text: str) -> None:
    assert read("bot", text) is None


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    found = read("bot", text)
    assert found is None or 0 < len(found.labels["alertname"]) <= 200


def test_a_very_long_post_is_read_in_part_for_it_must_not_hold_up_the_others() -> None:
    lines, line = (
        read("bot", "x\n" * 20_000 + "severity: critical"),
        read("bot", "x\na" + " " * 20_000 + "b" + "1" * 20_000),
    )
    assert lines is not None
    assert "severity" not in lines.labels
    assert line is not None
    assert line.annotations["summary"] == f"a b{'1' * 497}"
