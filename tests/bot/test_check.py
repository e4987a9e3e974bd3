"""`watchbill check`: problems on lines of their own, else a summary; the store is looked at and left alone."""

import fcntl
import os
import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.check import Report, check
from bot.problem import Problem, Severity
from bot.settings import Settings
from bot.store import Store
from models.records import roster
from models.rota.roster import Roster
from tests.bot.configurations import SOUND, spoilt, written

WINTER = datetime(2026, 1, 20, 12, tzinfo=UTC)


def checked(directory: Path, more: str = "", text: str = SOUND, now: datetime = WINTER) -> Report:
    return check(written(directory, f"{text}{more}"), {}, now)


def stored_in(directory: Path) -> str:
    return f"database: {{url: 'sqlite:///{directory / 'store.db'}'}}\n"


def migrated(directory: Path) -> Store:
    store = Store(f"sqlite:///{directory / 'store.db'}")
    store.migrate()
    return store


def test_a_sound_configuration_is_summed_up(tmp_path: Path) -> None:
    report = checked(tmp_path, stored_in(tmp_path))
    assert report.is_usable
    assert report.problems == ()
    summary = "\n".join(report.lines())
    for said in (
        "America/Vancouver, UTC-08:00 now (tzdata ",
        "people      2; leads: amina",
        "sos (sos)",
        "platform: daily, 2 engineers, mon tue wed thu fri, 09:00-17:00, no holidays",
        "platforms   local",
        "listens on  127.0.0.1:8080",
        "can be written; it is new",
    ):
        assert said in summary


def test_the_offset_is_that_of_the_pinned_time_zone_data(tmp_path: Path) -> None:
    # British Columbia stays on UTC-7 since March 2026; an old copy of the data says -8.
    report = checked(tmp_path, stored_in(tmp_path), now=datetime(2026, 12, 20, 12, tzinfo=UTC))
    assert "UTC-07:00 now" in report.summary[0]


def test_looking_at_a_store_that_is_not_there_makes_none(tmp_path: Path) -> None:
    checked(tmp_path, stored_in(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.yaml"]


def test_a_configuration_with_an_error_has_no_summary(tmp_path: Path) -> None:
    report = checked(tmp_path, stored_in(tmp_path), spoilt("leads: [amina]", "leads: [amna]"))
    assert not report.is_usable
    assert [line.split(":", 1)[1] for line in report.lines()] == [
        "12: oncall.leads[0]: nobody has the id `amna` (did you mean `amina`?)"
    ]


def test_a_store_that_cannot_be_used_is_named_beside_every_other_error(tmp_path: Path) -> None:
    text = spoilt("leads: [amina]", "leads: [amna]")
    report = checked(tmp_path, "database: {url: 'sqlite:////nowhere/at/all/store.db'}\n", text)
    assert [problem.path for problem in report.problems] == ["oncall.leads[0]", "database.url"]
    assert report.summary == ()


def test_a_url_that_is_none_is_told_once(tmp_path: Path) -> None:
    report = checked(tmp_path, "database: {url: 'mysql://db/x'}\n")
    assert [problem.path for problem in report.problems] == ["database.url"]


def test_warnings_stand_before_the_summary_and_stop_nobody(tmp_path: Path) -> None:
    report = checked(tmp_path, stored_in(tmp_path), spoilt("  fallback: [amina]\n", ""))
    assert report.is_usable
    assert "warning" in next(report.lines())
    assert report.summary


@pytest.mark.parametrize(
    ("listen", "is_told"),
    [
        ("0.0.0.0:8080", True),
        ("'[::]:8080'", True),
        ("10.0.0.7:80", True),
        ("'[::1]:8080'", False),
        ("localhost:1", False),
    ],
)
def test_a_local_chat_that_others_are_to_reach_is_told(tmp_path: Path, listen: str, is_told: bool) -> None:
    report = checked(tmp_path, f"{stored_in(tmp_path)}http: {{listen: {listen}}}\n")
    assert report.is_usable
    said = [problem.message for problem in report.problems]
    assert ["answers only browsers on this machine" in one for one in said] == [True] * is_told


def test_another_platform_may_be_reached_from_anywhere(tmp_path: Path) -> None:
    slack = "{platforms: [slack], slack: {bot_token: xoxb-1, app_token: xapp-1}}"
    text = spoilt("{platforms: [local]}", slack) + stored_in(tmp_path) + "http: {listen: '0.0.0.0:8080'}\n"
    assert checked(tmp_path, text=text).problems == ()


def test_a_migrated_store_is_current(tmp_path: Path) -> None:
    migrated(tmp_path).close()
    report = checked(tmp_path, stored_in(tmp_path))
    assert report.problems == ()
    assert "its tables are current" in report.summary[-1]


def test_a_store_without_tables_is_told_with_the_command_that_mends_it(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "store.db").close()
    report = checked(tmp_path, stored_in(tmp_path))
    assert report.is_usable
    assert ["watchbill migrate" in problem.message for problem in report.problems] == [True]
    assert report.problems[0].line == 16


def test_a_running_bot_does_not_make_a_check_fail(tmp_path: Path) -> None:
    store = migrated(tmp_path)
    store.hold()
    try:
        report = checked(tmp_path, stored_in(tmp_path))
    finally:
        store.close()
    assert report.is_usable
    assert "another Watchbill process" in report.problems[0].message


def test_a_check_leaves_the_lock_to_the_bot(tmp_path: Path) -> None:
    store = migrated(tmp_path)
    checked(tmp_path, stored_in(tmp_path))
    store.hold()
    with (tmp_path / "store.db.lock").open() as lock, pytest.raises(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    store.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:////nowhere/at/all/store.db", "the directory /nowhere/at/all does not exist"),
        ("sqlite:////proc/store.db", "the directory /proc cannot be written: "),
        ("sqlite:////tmp", "/tmp is a directory, not a file"),
        ("postgresql+psycopg://u:s3cret@127.0.0.1:1/x", "u:***@127.0.0.1:1/x cannot be reached: "),
    ],
)
def test_a_store_that_cannot_be_used_is_an_error(tmp_path: Path, url: str, said: str) -> None:
    report = checked(tmp_path, f"database: {{url: '{url}'}}\n")
    assert not report.is_usable
    assert said in report.problems[0].message
    assert "s3cret" not in "".join(report.lines())


@pytest.mark.postgres
def test_a_postgresql_without_tables_can_be_written_and_is_behind(tmp_path: Path, postgres_server: str) -> None:
    report = checked(tmp_path, f"database: {{url: '{postgres_server}'}}\n")
    assert report.is_usable, report.problems
    assert ["watchbill migrate" in problem.message for problem in report.problems] == [True]
    assert "can be written" in report.summary[-1]


@pytest.mark.postgres
def test_a_postgresql_that_only_reads_is_an_error(tmp_path: Path, postgres_server: str) -> None:
    joined = "&" if "?" in postgres_server else "?"
    url = f"{postgres_server}{joined}options=-cdefault_transaction_read_only%3Don"
    report = checked(tmp_path, f"database: {{url: '{url}'}}\n")
    assert [problem.message for problem in report.problems] == ["the database only reads; name the primary"]


def test_a_store_whose_list_differs_is_said_and_counts(tmp_path: Path) -> None:
    store = migrated(tmp_path)
    with store.transaction() as session:
        roster.save_roster(session, "platform", Roster.of("bruno"))
    store.close()
    report = checked(tmp_path, stored_in(tmp_path))
    assert report.problems == ()
    assert (
        "the list of platform there differs from the configuration, and counts: bruno (it lacks amina;"
        in report.summary[-1]
    )


def test_every_way_in_which_lists_differ_is_said(tmp_path: Path) -> None:
    store = migrated(tmp_path)
    with store.transaction() as session:
        roster.save_roster(session, "platform", Roster.of("bruno", "gil"))
        roster.save_roster(session, "former", Roster.of("bruno"))
    store.close()
    *_, platform, former = checked(tmp_path, stored_in(tmp_path)).summary
    assert "counts: bruno, gil (it has also gil; it lacks amina; watchbill roster export writes it" in platform
    assert "the list of former there belongs to no rotation of the configuration" in former


def test_a_list_in_another_order_is_said_to_be_so(tmp_path: Path) -> None:
    store = migrated(tmp_path)
    with store.transaction() as session:
        roster.save_roster(session, "platform", Roster.of("bruno", "amina"))
    store.close()
    assert "(it has another order;" in checked(tmp_path, stored_in(tmp_path)).summary[-1]


def test_a_file_that_is_no_database_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_text("this is a letter, and a long one: " + "dear store " * 100)
    report = checked(tmp_path, stored_in(tmp_path))
    assert ["file is not a database" in problem.message for problem in report.problems] == [True]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is read-only for root")
def test_a_store_that_is_read_only_is_an_error(tmp_path: Path) -> None:
    migrated(tmp_path).close()
    (tmp_path / "store.db").chmod(0o400)
    assert not checked(tmp_path, stored_in(tmp_path)).is_usable


def test_what_is_tried_beside_the_file_is_told_with_the_rest(tmp_path: Path) -> None:
    def refused(settings: Settings) -> Iterable[Problem]:
        yield Problem("chat.slack.bot_token", "Slack refuses it", severity=Severity.ERROR)
        assert settings.policy.people

    report = check(written(tmp_path, SOUND + stored_in(tmp_path)), {}, WINTER, [refused])
    assert [problem.message for problem in report.problems] == ["Slack refuses it"]
    assert report.summary == ()
