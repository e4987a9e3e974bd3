"""What is wrong with a configuration is told once, with its line, its path and what would be right."""

# ruff: noqa: E501 (a row of a table is one line)

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from bot.settings import inspect
from tests.bot.configurations import SOUND, lines, problems, spoilt, written

CHAT = "chat: {platforms: [local]}"
PEOPLE = "{id: amina, name: Amina, slack: U01AAAA, rocketchat: amina}"
ENGINEERS = "engineers: [amina, bruno]"
SLACK = "chat: {platforms: [slack], slack: {bot_token: xoxb-1, app_token: xapp-1}}"

# what is replaced, by what, and the one line that is told
ONE_FAULT = [
    (ENGINEERS, "engineers: [amina, brno]", "15: oncall.rotations[0].engineers[1]: nobody has the id `brno` (did you mean `bruno`?)"),
    ("leads: [amina]", "leads: [amna]", "12: oncall.leads[0]: nobody has the id `amna` (did you mean `amina`?)"),
    ("fallback: [amina]", "fallback: [zoe]", "13: oncall.fallback[0]: nobody has the id `zoe`"),
    (ENGINEERS, "engineers: [amina, bruno, amina]", "15: oncall.rotations[0].engineers[2]: the engineer `amina` stands twice, first on line 15"),
    ("engineers:", "enginers:", "15: oncall.rotations[0].enginers: unknown key (did you mean `engineers`?)"),
    ("timezone: America", "timezon: UTC\ntimezone: America", "1: timezon: unknown key (did you mean `timezone`?)"),
    ("name: Amina", "name: Amina, phone: 1", "9: people[0].phone: unknown key (known here: email, github, id, local, name, rocketchat, slack, timezone)"),
    ("name: Amina, ", "", "9: people[0].name: is missing"),
    ("{name: alerts, kind: alerts}", "{name: sos, kind: alerts}", "6: channels[2].name: the name `sos` stands twice, first on line 5"),
    ("id: bruno", "id: amina", "10: people[1].id: the id `amina` stands twice, first on line 9\nconfig.yaml:15: oncall.rotations[0].engineers[1]: nobody has the id `bruno`"),
    ("U01BBBB", "U01AAAA", "10: people[1].slack: the slack `U01AAAA` stands twice, first on line 9"),
    ("name: sos,", "name: '#sos',", "5: channels[1].name: a channel's name stands without the # (write `sos`)"),
    ("kind: sos", "kind: soss", "5: channels[1].kind: `soss` is not one of `how-to`, `sos`, `alerts`, `operations` or `general` (did you mean `sos`?)"),
    ("America/Vancouver", "America/Vancuver", "1: timezone: `America/Vancuver` is no IANA time zone (did you mean `America/Vancouver`?)"),
    ("name: Amina", "name: Amina, timezone: Europe/Zurch", "9: people[0].timezone: `Europe/Zurch` is no IANA time zone (did you mean `Europe/Zurich`?)"),
    (ENGINEERS, ENGINEERS + ", topics: {soss: 'On call: {engineer}'}", "15: oncall.rotations[0].topics.soss: there is no channel `soss` (did you mean `sos`?)"),
    (ENGINEERS, ENGINEERS + ", topics: {sos: 'On call: {who}'}", "15: oncall.rotations[0].topics.sos: `On call: {who}` can only name {engineer}, {until} and {next}"),
    (ENGINEERS, ENGINEERS + ", channels: [soss]", "15: oncall.rotations[0].channels[0]: there is no channel `soss` (did you mean `sos`?)"),
    (ENGINEERS, ENGINEERS + ", handover_at: 25:00", "15: oncall.rotations[0].handover_at: `25:00` is no time of day: write it as 09:00"),
    (ENGINEERS, ENGINEERS + ", handover_at: 9", "15: oncall.rotations[0].handover_at: `9` is no time of day: write it as 09:00"),
    (ENGINEERS, ENGINEERS + ", hours: 9-17", "15: oncall.rotations[0].hours: `9` is no time of day: write it as 09:00"),
    (ENGINEERS, ENGINEERS + ", hours: '17:00-09:00'", "15: oncall.rotations[0].hours: the hours must end after they begin, on the same day"),
    (ENGINEERS, ENGINEERS + ", working_days: [Monday]", "15: oncall.rotations[0].working_days[0]: `Monday` is not one of `mon`, `tue`, `wed`, `thu`, `fri`, `sat` or `sun` (did you mean `mon`?)"),
    (ENGINEERS, ENGINEERS + ", working_days: []", "15: oncall.rotations[0].working_days: there is no working day, so that no shift would ever begin"),
    (ENGINEERS, ENGINEERS + ", min_gap: some", "15: oncall.rotations[0].min_gap: a whole number is expected here"),
    (ENGINEERS, ENGINEERS + ", holidays: {country: CAA}", "15: oncall.rotations[0].holidays.country: no holidays are known for `CAA` (did you mean `CA`?)"),
    (ENGINEERS, ENGINEERS + ", holidays: {country: DE, subdivision: BYY}", "15: oncall.rotations[0].holidays.subdivision: no holidays are known for `BYY` in `DE` (did you mean `BY`?)"),
    (ENGINEERS, ENGINEERS + ", holidays: {subdivision: BC}", "15: oncall.rotations[0].holidays.subdivision: needs the country that it is a part of"),
    (ENGINEERS, ENGINEERS + ", holidays: {extra_off: [24.12.2026]}", "15: oncall.rotations[0].holidays.extra_off[0]: `24.12.2026` is no date: write it as 2026-12-24"),
    (ENGINEERS, ENGINEERS + ", kind: weekly, handover_weekday: sat", "15: warning: oncall.rotations[0].handover_weekday: the handover day `sat` is no working day; shifts begin on `mon` instead"),
    ("    - {name: platform", "    - {name: platform}\n    - {name: platform", "15: warning: oncall.rotations[0]: has no engineers: a new store starts with an empty list\nconfig.yaml:16: oncall.rotations[1].name: the name `platform` stands twice, first on line 15"),
    ("platforms: [local]", "platforms: []", "2: chat.platforms: no platform is named; write `slack`, `rocketchat` or `local`"),
    ("platforms: [local]", "platforms: [slck]", "2: chat.platforms[0]: `slck` is not one of `slack`, `rocketchat` or `local` (did you mean `slack`?)"),
    ("platforms: [local]", "platforms: [slack]", "2: chat.slack: is missing, though `chat.platforms` names slack"),
    ("id: bruno", "id: team, name: T}\n  - {id: bruno", "10: people[1].id: `team` already means something in an escalation"),
]  # fmt: skip

# a line that is added, and what is told of it
ONE_MORE_LINE = [
    ("http: {feed_secret: too-short}", "http.feed_secret: is shorter than 16 characters, so that it can be guessed (as from: openssl rand -hex 32)"),
    ("escalation: {urgent: [{after: 5, to: [primary]}]}", "escalation.urgent[0].after: `5` is no duration: write a number and s, m, h or d, as in 5m"),
    ("escalation: {urgent: [{after: 0m, to: [secondry]}]}", "escalation.urgent[0].to[0]: `secondry` is neither `primary`, `secondary`, `team` or `leads` nor anybody's id (did you mean `secondary`?)"),
    ("escalation: {urgent: [{after: 5m, to: [team]}, {after: 1m, to: [team]}]}", "escalation.urgent: the steps must stand in the order of their times"),
    ("escalation: {urgent: [{after: 5m, to: [team]}]}", "escalation.urgent: the first step must come at once (after: 0m) and in the thread (by: thread)"),
    ("escalation: {platform: [{after: 0m, to: [team], by: dm}]}", "escalation.platform: the first step must come at once (after: 0m) and in the thread (by: thread)"),
    ("escalation: {urgent: []}", "escalation.urgent: there is no step, so that nobody would be pinged"),
    ("after_hours: {urgent: page}", "after_hours.page: nobody is named, though `urgent: page` pages whom it names"),
    ("after_hours: {page: [brunoo]}", "after_hours.page[0]: nobody has the id `brunoo` (did you mean `bruno`?)"),
    ("status: {services: [Vault]}", "status.services[0]: there is no service `Vault`"),
    ("status: {titel: Ours}", "status.titel: unknown key (did you mean `title`?)"),
    ("alerts: {heartbeats: [{name: Watchdog}]}", "warning: alerts.heartbeats[0]: no hook of alertmanager is configured under `hooks`: this heartbeat will never be seen"),
    ("triage: {costs: {missed: 0}}", "triage.costs.missed: must be more than 0"),
    ("answers: [{match: '(', title: t, url: 'https://x.org'}]", "answers[0].match: `(` is no regular expression: missing ), unterminated subpattern at position 0"),
    ("services: [{name: a, docs: nowhere}]", "services[0].docs: no web address: write it as https://…"),
    ("services: [{name: a, aliases: [b]}, {name: B}]", "services[1].name: the name `B` stands twice, first on line 16"),
    ("services: a", "services: a list is expected here, as in [one, two]"),
    ("services: [{name: a, critical: perhaps}]", "services[0].critical: write `true` or `false`"),
    ("services: [{name: a, rotation: plattform}]", "services[0].rotation: there is no rotation `plattform` (did you mean `platform`?)"),
    ("alerts: {group_by: []}", "alerts.group_by: name at least one label, or every alert is one incident"),
    ("alerts: {severity: {critical: shout}}", "alerts.severity.critical: `shout` is not one of `page`, `post` or `keep`"),
    ("alerts: {inhibit: [{source: {}, target: {a: b}}]}", "alerts.inhibit[0].source: must not be empty"),
    ("alerts: {maintenance: [{start: '2026-12-06 02:00', end: '2026-12-05 22:00'}]}", "alerts.maintenance[0]: a maintenance must end after it begins"),
    ("alerts: {maintenance: [{start: soon, end: '2026-12-05 22:00'}]}", "alerts.maintenance[0].start: `soon` is no date and time: write it as 2026-12-24 22:00"),
    ("hooks: {generic: {token: t, rate: 0}}", "hooks.generic.rate: must be at least 1"),
    ("retention: 5", "retention: keys with values are expected here, as in `name: value`"),
    ("retention: {text_days: 0}", "retention.text_days: must be at least 1"),
    ("http: {listen: 8080}", "http.listen: `8080` is no host and port (write it as 127.0.0.1:8080)"),
    ("http: {listen: 'localhost:99999'}", "http.listen: `localhost:99999` is no host and port (write it as 127.0.0.1:8080)"),
    ("database: {url: 'postgresql://db/x'}", "database.url: `postgresql://` is not supported (write it as postgresql+psycopg://…)"),
    ("database: {url: 'mysql://db/x'}", "database.url: `mysql://` is not supported (as in sqlite:///watchbill.db or postgresql+psycopg://…)"),
    ("database: {url: watchbill.db}", "database.url: is no database URL (as in sqlite:///watchbill.db or postgresql+psycopg://…)"),
    ("database: {url: 'sqlite://'}", "warning: database.url: names no file, so that everything is forgotten at the end (as in sqlite:///watchbill.db)"),
    ("hooks: {alertmanager: {token: '${HOOK_TOKEN}'}}", "hooks.alertmanager.token: the environment variable HOOK_TOKEN is not set"),
    ("hooks: {alertmanager: {token: '${EMPTY}'}}", "hooks.alertmanager.token: the environment variable EMPTY is empty"),
    ("hooks: {alertmanager: {token: '${1X}'}}", "hooks.alertmanager.token: `${1X}` names no environment variable"),
    ("hooks: {alertmanager: {token: '${file:/nowhere/x}'}}", "hooks.alertmanager.token: cannot read `/nowhere/x`: No such file or directory"),
    ("duties: [{a: b}]", "duties[0]: a text is expected here"),
    ("duties: !!python/object:os.system []", "duties: the tag `tag:yaml.org,2002:python/object:os.system` is not understood here; write plain values"),
    ("timezone: UTC", "timezone: stands twice, first on line 1"),
]  # fmt: skip

SLACK_FAULTS = [
    ("app_token: xapp-1", "", "2: chat.slack.app_token: is missing: `mode: socket` needs it"),
    ("app_token: xapp-1", "mode: http", "2: chat.slack.signing_secret: is missing: `mode: http` needs it"),
    ("bot_token: xoxb-1, ", "", "2: chat.slack.bot_token: is missing"),
    ("xoxb-1", "xapp-2", "2: chat.slack.bot_token: a token of this kind begins with xoxb-; this one begins with xapp- (it belongs in `app_token`)"),
    ("xapp-1", "xoxp-2", "2: chat.slack.app_token: a token of this kind begins with xapp-; this one begins with xoxp-"),
    ("xapp-1", "xapp-1, signing_secret: xoxb-2", "2: chat.slack.signing_secret: this is a token; the signing secret stands under Basic Information in the app's settings"),
    ("slack: U01AAAA, ", "", "9: people[0].slack: is missing, so that `amina`, named on line 12, cannot be pinged (write the member ID in the person's Slack profile, such as U01AAAAAAAA)"),
    ("U01AAAA", "'@amina'", "9: people[0].slack: `@amina` is no slack handle (write the member ID in the person's Slack profile, such as U01AAAAAAAA)"),
]  # fmt: skip

NO_YAML = [
    ("", "config.yaml: the file is empty; start from config.example.yaml"),
    ("# nothing but this\n", "config.yaml: the file is empty; start from config.example.yaml"),
    ("- a\n- b\n", "config.yaml:1: keys with values are expected, as in `timezone: UTC`"),
    ("a: [1,\nb: 2\n", "config.yaml:3: no YAML: expected ',' or ']', but got '<stream end>' (while parsing a flow sequence, begun on line 1)"),
    ("a:\n\tb: 1\n", "config.yaml:2: no YAML: a tab stands where only spaces may; indent with spaces"),
    ("a: b\n---\nc: d\n", "config.yaml:2: no YAML: but found another document (expected a single document in the stream, begun on line 1)"),
    ("a: 1\nb: \x07\n", "config.yaml:2: no YAML: the character U+0007 may not stand in it"),
    (b"a: 1\nb: \xff\n", "config.yaml:2: is not written in UTF-8"),
    ("[" * 5000, "config.yaml: the file is nested too deeply"),
    ("a: &a [*a]\n", "config.yaml: the file is nested too deeply, or repeats too much"),
    ("#" * 1_000_001, "config.yaml: is larger than 1,000,000 bytes, so it is no configuration"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "told"), ONE_FAULT)
def test_one_fault_is_told_in_one_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert "\n".join(lines(tmp_path, spoilt(old, new))) == f"config.yaml:{told}"


@pytest.mark.parametrize(("line", "told"), ONE_MORE_LINE)
def test_one_faulty_line_is_told_in_one_line(tmp_path: Path, line: str, told: str) -> None:
    assert lines(tmp_path, f"{SOUND}{line}\n", EMPTY="") == [f"config.yaml:16: {told}"]


@pytest.mark.parametrize(("old", "new", "told"), SLACK_FAULTS)
def test_a_fault_of_the_connection_to_slack_is_told(tmp_path: Path, old: str, new: str, told: str) -> None:
    sound = spoilt(CHAT, SLACK)
    assert old in sound
    assert lines(tmp_path, sound.replace(old, new, 1)) == [f"config.yaml:{told}"]


@pytest.mark.parametrize(("text", "told"), NO_YAML)
def test_what_is_no_configuration_at_all_is_told_in_one_line(tmp_path: Path, text: str | bytes, told: str) -> None:
    assert lines(tmp_path, text) == [told]


def test_a_feed_whose_address_nobody_can_be_told_is_told(tmp_path: Path) -> None:
    text = spoilt(
        "platforms: [local]",
        "platforms: [local, rocketchat], rocketchat: {url: 'https://c.example', user_id: u, token: t}",
    )
    told = lines(tmp_path, f"{text}http: {{feed_secret: 0123456789abcdef}}\n")
    assert told == [
        "config.yaml:16: warning: http.feed_secret: without `public_url` nobody can be told the address of a calendar feed"
    ]


@pytest.mark.parametrize(
    ("http", "told"),
    [
        ("{}", ["is missing: `watchbill slack-manifest` cannot name it"]),
        ("{public_url: 'http://bot.example'}", ["is no https:// address, and Slack calls no other"]),
        ("{public_url: 'https://bot.example'}", []),
    ],
)
def test_over_http_slack_must_be_able_to_call_the_bot(tmp_path: Path, http: str, told: list[str]) -> None:
    text = spoilt(CHAT, SLACK).replace("app_token: xapp-1", "mode: http, signing_secret: s3cret")
    found = problems(tmp_path, f"{text}http: {http}\n")

    assert [problem.path for problem in found] == ["http.public_url"] * len(told)
    assert all(problem.message.startswith(said) for problem, said in zip(found, told, strict=True))
    assert not any(problem.is_error for problem in found)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    loaded = inspect(tmp_path / "nowhere.yaml", {})
    assert loaded.settings is None
    assert [problem.message for problem in loaded.problems] == ["cannot be read: No such file or directory"]


def test_a_directory_is_told(tmp_path: Path) -> None:
    assert [problem.message for problem in inspect(tmp_path, {}).problems] == ["cannot be read: Is a directory"]


def test_all_problems_are_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = spoilt("America/Vancouver", "Mars").replace("leads: [amina]", "leads: [x]").replace("kind: sos", "kind: s")
    found = problems(tmp_path, text + "retention: {text_days: none}\nretension: {}\n")
    assert [problem.path for problem in found] == [
        "timezone",
        "channels[1].kind",
        "oncall.leads[0]",
        "retention.text_days",
        "retension",
    ]


def test_a_handle_is_asked_for_only_of_who_can_be_pinged(tmp_path: Path) -> None:
    text = spoilt(CHAT, SLACK).replace("slack: U01BBBB, ", "").replace(ENGINEERS, "engineers: [amina]")
    assert lines(tmp_path, text) == []


@pytest.mark.parametrize("kind", ["sos", "operations", "how-to"])
def test_a_needed_kind_that_no_channel_has_is_told_with_what_is_lost(tmp_path: Path, kind: str) -> None:
    found = lines(tmp_path, spoilt(f"  - {{name: {kind}, kind: {kind}}}\n", ""))
    assert len(found) == 1
    assert found[0].startswith(f"config.yaml:3: channels: no channel has the kind `{kind}`: ")


def test_an_alerts_channel_is_needed_once_there_are_hooks(tmp_path: Path) -> None:
    text = spoilt("  - {name: alerts, kind: alerts}\n", "")
    assert [problem.is_error for problem in problems(tmp_path, text)] == [False]
    assert [problem.is_error for problem in problems(tmp_path, text + "hooks: {generic: {token: t}}\n")] == [True]


def test_without_rotation_lead_or_fallback_it_is_told_what_that_means(tmp_path: Path) -> None:
    found = problems(tmp_path, SOUND[: SOUND.index("oncall:")])
    assert [(problem.path, problem.is_error) for problem in found] == [
        ("oncall.rotations", True),
        ("oncall.leads", False),
        ("oncall.fallback", False),
    ]


def test_a_key_that_stands_twice_is_told_with_both_lines(tmp_path: Path) -> None:
    assert lines(tmp_path, SOUND + "chat: {platforms: [local]}\n") == [
        "config.yaml:16: chat: stands twice, first on line 2"
    ]


@examples(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, len(SOUND) - 1), st.text(max_size=8))
def test_no_edit_of_the_file_is_answered_with_a_trace(tmp_path: Path, at: int, typed: str) -> None:
    loaded = inspect(written(tmp_path, (SOUND[:at] + typed + SOUND[at + 3 :]).encode("utf-8", "replace")), {})
    assert (loaded.settings is None) == any(problem.is_error for problem in loaded.problems)
