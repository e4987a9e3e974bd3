"""What the bot would have done over an export: counted as the policy says, shown, and labelled on the spot."""

import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from bot.backtest.rehearsal import DOUBTFUL, Rehearsal, kind_by_name
from bot.backtest.summary import summary
from bot.cli import main
from bot.exports.post import Post
from models.policy import ChannelKind, Policy
from models.triage.classifier import Classifier
from models.triage.verdict import RequestClass
from tests.bot.configurations import SOUND, spoilt, written
from tests.bot.exports.made import lines, slack_zip

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def called(*words: str | Path, stdin: str = "") -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], input=stdin)


def report(*words: str | Path) -> dict[str, object]:
    result = called("backtest", *words, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.stdout)
    return found


@pytest.fixture
def rehearsal() -> Rehearsal:
    return Rehearsal(Classifier.load(), Policy(), ZoneInfo("America/Vancouver"))


def post(text: str, minutes: float = 0, **more: str | bool | None) -> Post:
    values: dict[str, object] = {"channel": "sos", "author": "ana", "message": f"m{minutes}", **more}
    return Post(at=NOON + timedelta(minutes=minutes), text=text, **values)  # type: ignore[arg-type]


def test_an_export_of_slacks_is_counted_as_the_policy_says(tmp_path: Path) -> None:
    found = report(slack_zip(tmp_path / "export.zip"))

    assert (found["read"], found["judged"]) == (9, 5)
    assert found["requests"] == {"urgent": 2, "platform": 0, "community": 1}
    assert found["pings"] == 2
    assert found["days"] == [["2026-11-16", 1], ["2026-11-17", 0], ["2026-11-18", 1]]


def test_days_and_hours_are_those_of_the_configuration(tmp_path: Path) -> None:
    config = written(
        tmp_path, SOUND.replace("name: how-to", "name: devops-how-to").replace("{name: sos", "{name: devops-sos")
    )

    found = report(slack_zip(tmp_path / "export.zip"), "--config", config)

    assert found["zone"] == "America/Vancouver"
    hours = found["hours"]
    assert isinstance(hours, list)
    assert {hour for hour, count in enumerate(hours) if count} == {11, 12}


def test_only_configured_channels_are_judged(tmp_path: Path) -> None:
    config = written(tmp_path, spoilt("{name: sos,", "{name: devops-sos,"))

    found = report(slack_zip(tmp_path / "export.zip"), "--config", config)

    assert [row["channel"] for row in found["channels"]] == ["devops-sos"]  # type: ignore[attr-defined]


def test_three_messages_within_the_burst_are_one_request_and_one_ping(rehearsal: Rehearsal) -> None:
    for at, text in enumerate(["how do I see the logs?", "of my pod I mean", "production is down for all customers!"]):
        rehearsal.see(post(text, at))

    found = summary(rehearsal, 0)

    assert found.requests == {"urgent": 1, "platform": 0, "community": 0}
    assert found.pings == 1


def test_the_first_answer_of_another_person_ends_the_wait(rehearsal: Rehearsal) -> None:
    rehearsal.see(post("production is down for all customers"))
    rehearsal.see(post("still down", 1, thread="m0"))
    rehearsal.see(post("looking", 5, author="bo", thread="m0"))
    rehearsal.see(post("found it", 50, author="bo", thread="m0"))

    (wait,) = summary(rehearsal, 0).waits

    assert (wait.request_class, wait.answered, wait.median) == ("urgent", 1, 300.0)


def test_the_authors_own_reply_raises_a_request(rehearsal: Rehearsal) -> None:
    rehearsal.see(post("how do I see the logs of my pod?", channel="how-to"))
    rehearsal.see(post("production is down for all customers", 9, channel="how-to", thread="m0"))

    assert rehearsal.pings == {("how-to", RequestClass.URGENT): 1}


def test_bots_and_the_alerts_channel_are_read_and_not_judged(rehearsal: Rehearsal) -> None:
    rehearsal.see(post("production is down", is_bot=True))
    rehearsal.see(post("production is down", channel="devops-alerts"))

    assert (rehearsal.read, rehearsal.judged) == (2, 0)


def test_the_most_doubtful_are_kept_once_each(rehearsal: Rehearsal) -> None:
    for number in range(3 * DOUBTFUL):
        rehearsal.see(post(f"problem {number % 40} with the portal or something", 10 * number))

    found = rehearsal.doubts()

    assert len(found) == DOUBTFUL
    assert len({doubt.text for doubt in found}) == DOUBTFUL
    assert [doubt.margin for doubt in found] == sorted(doubt.margin for doubt in found)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("devops-sos", ChannelKind.SOS),
        ("devops-how-to", ChannelKind.HOW_TO),
        ("platform-alerts", ChannelKind.ALERTS),
        ("operations", ChannelKind.OPERATIONS),
        ("general", ChannelKind.GENERAL),
        ("showroom", None),
        ("shops", None),
    ],
)
def test_a_channel_without_configuration_is_known_by_its_name(name: str, kind: ChannelKind | None) -> None:
    assert kind_by_name(name) is kind


def test_the_report_is_one_page_that_loads_nothing_and_runs_nothing(tmp_path: Path) -> None:
    export = lines(tmp_path / "own.jsonl", {"text": "<script>alert(1)</script> prod is slow?", "channel": "sos"})

    assert called("backtest", export, "--html", tmp_path / "report.html").exit_code == 0

    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "")
    assert page.count("<svg") <= 2
    assert "&lt;script&gt;" in page


def test_labels_are_asked_for_and_can_be_trained_with(tmp_path: Path) -> None:
    export = lines(
        tmp_path / "own.jsonl",
        *(
            {"text": f"trouble with the {word}, hm", "channel": "sos"}
            for word in ("portal", "registry", "login", "disk")
        ),
    )

    result = called("backtest", export, "--label", "--examples", tmp_path / "mine.jsonl", stdin="u\nx\ns\nn\nq\n")

    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in (tmp_path / "mine.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["label"] for row in rows] == ["urgent", "none"]
    assert all(row["channel"] == "sos" for row in rows)
    assert called("evaluate", tmp_path / "mine.jsonl").exit_code == 0


def test_faulty_lines_are_named_on_stderr(tmp_path: Path) -> None:
    export = tmp_path / "own.jsonl"
    export.write_bytes(b'{"text": "prod is down"}\n\xff\n')

    result = called("backtest", export, "--format", "jsonl")

    assert result.exit_code == 0
    assert "own.jsonl:2: no UTF-8 at byte 1" in result.stderr
    assert "1 could not be read" in result.stdout


def test_an_export_without_a_message_is_an_error(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "empty.zip", "w") as archive:
        archive.writestr("channels.json", "[]")

    result = called("backtest", tmp_path / "empty.zip", "--format", "slack")

    assert (result.exit_code, "no message" in result.stderr) == (1, True)
