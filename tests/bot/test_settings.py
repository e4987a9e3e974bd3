"""The configuration: what is understood, and how it is given to those who ask for it."""

from datetime import date, time, timedelta
from pathlib import Path

import pytest

from bot.problem import SettingsError
from bot.settings import load
from models.policy import Weekday
from tests.bot.configurations import SOUND, lines, settings, spoilt, written

ROTATION = "{name: platform, engineers: [amina, bruno]}"
SLACK = "chat: {platforms: [slack], slack: {bot_token: '${BOT}', app_token: '${APP}'}}"
TOKENS = {"BOT": "xoxb-1-secretsecret", "APP": "xapp-1-secretsecret"}


def with_rotation(keys: str) -> str:
    return spoilt(ROTATION, "{name: platform, engineers: [amina, bruno], " + keys + "}")


def with_slack(slack: str = SLACK) -> str:
    return spoilt("chat: {platforms: [local]}", slack)


def test_a_sound_file_has_no_problems(tmp_path: Path) -> None:
    assert lines(tmp_path, SOUND) == []


def test_what_is_left_out_has_its_default(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert found.database.url == "sqlite:///watchbill.db"
    assert (found.http.host, found.http.port) == ("127.0.0.1", 8080)
    assert found.policy.triage.burst == timedelta(minutes=3)
    assert found.chat.slack is None


def test_times_mean_what_they_look_like_with_and_without_quotes(tmp_path: Path) -> None:
    # YAML 1.1 reads 9:00 as the number 540.
    for written_as in ("9:00", "09:00", '"09:00"', "'9:00'"):
        rotation = settings(tmp_path, with_rotation(f"handover_at: {written_as}")).policy.rotation()
        assert rotation is not None
        assert rotation.handover_at == time(9, 0)


def test_hours_mean_what_they_look_like(tmp_path: Path) -> None:
    rotation = settings(tmp_path, with_rotation("hours: 8:30 - 16:30")).policy.rotation()
    assert rotation is not None
    assert (rotation.hours.start, rotation.hours.end) == (time(8, 30), time(16, 30))


def test_norway_is_a_country_and_not_a_boolean(tmp_path: Path) -> None:
    rotation = settings(tmp_path, with_rotation("holidays: {country: NO}")).policy.rotation()
    assert rotation is not None
    assert rotation.holidays.country == "NO"


def test_days_stay_days(tmp_path: Path) -> None:
    rotation = settings(tmp_path, with_rotation("holidays: {extra_off: [2026-12-24]}")).policy.rotation()
    assert rotation is not None
    assert rotation.holidays.extra_off == (date(2026, 12, 24),)


@pytest.mark.parametrize(("word", "meaning"), [("yes", True), ("on", True), ("true", True), ("no", False)])
def test_yes_and_no_are_understood_where_they_are_meant(tmp_path: Path, word: str, meaning: bool) -> None:
    found = settings(tmp_path, SOUND + f"services: [{{name: {word}, critical: {word}}}]\n")
    assert found.policy.services[0].name == word
    assert found.policy.services[0].critical is meaning


def test_words_that_look_like_numbers_stay_words(tmp_path: Path) -> None:
    found = settings(tmp_path, SOUND.replace("bruno", "0123"))
    assert found.policy.person("0123") is not None


def test_an_empty_block_is_the_same_as_none(tmp_path: Path) -> None:
    found = settings(tmp_path, SOUND + "hooks:\nduties:\nservices: ~\n")
    assert found.hooks.alertmanager is None
    assert found.policy.duties == ()


def test_one_block_may_be_written_once_and_used_twice(tmp_path: Path) -> None:
    found = settings(
        tmp_path, spoilt("leads: [amina]", "leads: &us [amina]").replace("fallback: [amina]", "fallback: *us")
    )
    assert found.policy.oncall.fallback == ("amina",)


def test_variables_and_files_are_put_in(tmp_path: Path) -> None:
    (tmp_path / "app").write_text("xapp-1-from-a-file\n")
    slack = SLACK.replace("${APP}", f"${{file:{tmp_path / 'app'}}}")
    found = settings(tmp_path, with_slack(slack), **TOKENS)
    assert found.chat.slack is not None
    assert found.chat.slack.bot_token.get_secret_value() == TOKENS["BOT"]
    assert found.chat.slack.app_token is not None
    assert found.chat.slack.app_token.get_secret_value() == "xapp-1-from-a-file"


def test_a_variable_may_be_a_part_of_a_value(tmp_path: Path) -> None:
    text = SOUND + "database: {url: 'postgresql+psycopg://bill:${DB_PASSWORD}@db/watchbill'}\n"
    assert settings(tmp_path, text, DB_PASSWORD="s3cret").database.url.endswith("bill:s3cret@db/watchbill")


def test_what_a_variable_holds_is_not_read_as_yaml_or_as_a_variable(tmp_path: Path) -> None:
    text = SOUND + "after_hours: {contact: '${CONTACT}'}\n"
    assert settings(tmp_path, text, CONTACT="a: [${HOME}").policy.after_hours.contact == "a: [${HOME}"


def test_a_block_that_is_not_enabled_is_not_read(tmp_path: Path) -> None:
    chat = "chat: {platforms: [local], slack: {bot_token: '${UNSET}', anything: goes}, rocketchat: nonsense}"
    assert lines(tmp_path, with_slack(chat)) == []


def test_the_environment_gives_the_store_and_port_that_the_file_leaves_out(tmp_path: Path) -> None:
    environ = {"WATCHBILL_DATABASE_URL": "sqlite:////data/watchbill.db", "WATCHBILL_HTTP_LISTEN": "0.0.0.0:8080"}
    found = settings(tmp_path, SOUND, **environ)
    assert (found.database.url, found.http.host) == ("sqlite:////data/watchbill.db", "0.0.0.0")


def test_the_file_has_the_last_word_over_the_environment(tmp_path: Path) -> None:
    found = settings(tmp_path, SOUND + "http: {listen: '[::1]:9000'}\n", WATCHBILL_HTTP_LISTEN="0.0.0.0:8080")
    assert (found.http.host, found.http.port) == ("::1", 9000)


def test_secrets_are_never_printed(tmp_path: Path) -> None:
    text = with_slack() + "hooks: {alertmanager: {token: '${HOOK}'}}\ndatabase: {url: 'sqlite:///${DB}.db'}\n"
    text += "http: {public_url: 'https://watchbill.example.org', feed_secret: '${FEED}'}\n"
    found = settings(tmp_path, text, **TOKENS, HOOK="hookhook", DB="databasesecret", FEED="secret-of-the-feeds")
    assert found.http.feed_secret is not None
    assert found.http.feed_secret.get_secret_value() == "secret-of-the-feeds"
    for shown in (str(found), repr(found)):
        assert "secret" not in shown.replace("signing_secret", "").replace("feed_secret", "")
        assert "hookhook" not in shown


def test_what_stands_behind_a_variable_is_never_told(tmp_path: Path) -> None:
    text = with_slack(SLACK.replace("slack: {", "slack: {mode: '${BOT}', ")) + "retention: {text_days: '${APP}'}\n"
    found = lines(tmp_path, text + "community: {stale_after: '${APP}'}\n", **TOKENS)
    assert len(found) == 3
    assert not [line for line in found if "secretsecret" in line]
    assert "`${APP}` is no duration" in found[-1]


def test_loading_a_faulty_file_tells_every_problem_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, spoilt("leads: [amina]", "leads: [amna]") + "retenton: {}\n")
    with pytest.raises(SettingsError) as caught:
        load(path, {})
    assert [problem.path for problem in caught.value.problems] == ["oncall.leads[0]", "retenton"]
    assert str(path) in str(caught.value)


def test_a_warning_alone_keeps_nobody_from_starting(tmp_path: Path) -> None:
    path = written(tmp_path, spoilt("  fallback: [amina]\n", ""))
    assert load(path, {}).policy.oncall.fallback == ()


def test_a_weekly_rotation_keeps_its_handover_day(tmp_path: Path) -> None:
    rotation = settings(tmp_path, with_rotation("kind: weekly, handover_weekday: wed")).policy.rotation()
    assert rotation is not None
    assert rotation.handover_weekday is Weekday.WED
