"""An incident as a file: the start of a retrospective."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.wording.markdown import cell
from handlers.wording.retrospective import QUESTIONS, FiredAlert, Happened, LinkedRequest, Retrospective, render

ZONE = ZoneInfo("America/Vancouver")
BEGAN = datetime(2026, 11, 2, 18, 42, tzinfo=UTC)
MINUTE = timedelta(minutes=1)

TOLD = Retrospective(
    number=7,
    title="Pulls hang | everywhere",
    service="Image registry",
    environment="production",
    severity="critical",
    state="resolved",
    source="declared",
    declared_by="Ben Cole",
    opened_at=BEGAN,
    taken_at=BEGAN + 3 * MINUTE,
    reopened_at=None,
    resolved_at=BEGAN + 75 * MINUTE,
    authors=2,
    timeline=(
        Happened(BEGAN, "declared", "Ben Cole", "", "command"),
        Happened(BEGAN + MINUTE, "noted", "Ana Ruiz", "disk is full\n| x | <script>alert(1)</script>", "reaction"),
    ),
    alerts=(FiredAlert("RegistryDown", "Image registry", "critical", "alertmanager", BEGAN, BEGAN + 70 * MINUTE, 12),),
    requests=(LinkedRequest(141, "urgent", "resolved", "#devops-sos", BEGAN, BEGAN + MINUTE),),
)


def test_it_begins_with_what_is_known_and_ends_with_the_questions() -> None:
    page = render(TOLD, "md", ZONE)
    assert page.startswith("# Incident 7: Pulls hang \\| everywhere\n")
    assert "began 2026-11-02 10:42 PST and was resolved 2026-11-02 11:57 PST, after 1 h 15 min" in page
    assert "| Somebody was on it | after 3 min |" in page
    assert "| RegistryDown | Image registry | critical | 2026-11-02 10:42 PST | 2026-11-02 11:52 PST | 12 |" in page
    assert "| \\#141 | urgent | \\#devops-sos | 2026-11-02 10:42 PST | resolved |" in page
    assert all(f"### {question}\n" in page for question, _ in QUESTIONS)


def test_people_s_words_break_no_table_and_are_no_markup() -> None:
    page = render(TOLD, "md", ZONE)
    (row,) = [line for line in page.splitlines() if "disk is full" in line]
    assert row.replace("\\|", "").count("|") == 5
    assert "<script>" not in page.replace("\\<", "")


def test_what_there_is_none_of_is_left_out() -> None:
    page = render(replace(TOLD, alerts=(), requests=(), resolved_at=None, state="open", taken_at=None), "md", ZONE)
    assert "## Alerts" not in page
    assert "## Who asked" not in page
    assert "and still open." in page
    assert "Somebody was on it" not in page


def test_as_json_every_instant_has_its_offset() -> None:
    document = json.loads(render(TOLD, "json", ZONE))
    assert document["opened_at"] == "2026-11-02T10:42:00-08:00"
    assert document["timeline"][1]["at"] == "2026-11-02T10:43:00-08:00"
    assert document["reopened_at"] is None
    assert document["alerts"][0]["name"] == "RegistryDown"
    assert len(document["questions"]) == len(QUESTIONS)


def test_no_word_turns_the_direction_of_what_follows() -> None:
    assert cell("\u202eevil\u2066 *down*") == "evil \\*down\\*"
