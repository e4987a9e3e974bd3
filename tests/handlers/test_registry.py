"""What every command, button, reaction, form and job of the registry promises: it inherits these tests."""

from datetime import timedelta
from typing import get_args

import pytest

from handlers import incidents, registry
from handlers.command import Command, matching
from handlers.handover_parts import FILING, PARTS
from handlers.heartbeat import LOST
from handlers.incident_jobs import INCIDENTS
from handlers.job import Job
from handlers.stand_in import STAND_IN
from models.alert_policy import Alerts, Heartbeat
from models.events import AlertReceived, CommandGiven, Event, FormSubmitted, ReportedAlert
from models.message import Answer
from models.policy import Shuffle
from models.records import incident as records
from tests.handlers.build import rotation
from tests.handlers.desk import COMMUNITY, HOW_TO, OPERATIONS, SOS, URGENT, Desk, at_desk, buttons

NAMES = sorted({command.name for command in registry.COMMANDS})


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    platform = rotation(topics={SOS: "On call: {engineer}"}, shuffle=Shuffle.MANUAL)
    return at_desk(sqlite_url, rotations=(platform,), feed_secret="a secret of the tests")


def of(name: str) -> list[Command]:
    return [command for command in registry.COMMANDS if command.name == name]


def given(desk: Desk, name: str, text: str, who: str = "lea") -> Answer | None:
    """Let somebody give a command; errors that are nobody's fault but the bot's are not hidden by the intake."""
    desk.count += 1
    event = CommandGiven(
        key=f"given:{desk.count}",
        platform="slack",
        at=desk.office.now,
        name=name,
        text=text,
        user=f"U-{who}",
        channel=f"C-{OPERATIONS}",
        channel_name=OPERATIONS,
    )
    answer = desk.office.intake.receive(event)
    assert "went wrong on my side" not in str(answer), f"/{name} {text}"
    return answer


# -- commands

commands = pytest.mark.parametrize("command", registry.COMMANDS, ids=lambda one: f"{one.name}-{one.word}".strip("-"))


@commands
def test_a_command_says_what_it_does_and_how(command: Command) -> None:
    assert command.summary
    assert not command.summary.endswith(".")
    assert command.form.startswith(f"/{command.name}")


@commands
def test_its_example_can_be_typed_as_it_stands(command: Command) -> None:
    name, *words = command.example.removeprefix("/").split()
    assert name == command.name
    found = matching(of(name), words)
    assert found is not None
    assert found[0] is command


@commands
def test_its_help_gives_its_form_and_its_example(desk: Desk, command: Command) -> None:
    answer = given(desk, command.name, f"help {command.word}".strip())
    assert answer is not None
    assert answer.reply is not None
    said = answer.reply.plain()
    assert command.form in said
    assert command.word == "" or command.example in said


@commands
def test_a_help_word_after_it_gives_its_help(desk: Desk, command: Command) -> None:
    for asked in ("help", "--help", "?"):
        answer = given(desk, command.name, f"{command.word} {asked}".strip())
        assert answer is not None
        assert answer.reply is not None
        assert answer.reply.plain().startswith(f"/{command.name}\n")
        assert command.form in answer.reply.plain()


def test_free_text_that_ends_in_help_is_text(desk: Desk) -> None:
    answer = given(desk, "oncall", "log the vendor could not help")
    assert answer is not None
    assert answer.reply is not None
    assert "/oncall log" not in answer.reply.plain()


@commands
@pytest.mark.parametrize("who", ["lea", "ana", "mallory"])
def test_it_answers_whatever_it_is_given(desk: Desk, command: Command, who: str) -> None:
    for arguments in ("", "???", "1", "@nobody 99999999999 in nowhere", "<@U-ana|ana>", "in platform", "x " * 2000):
        answer = given(desk, command.name, f"{command.word} {arguments}", who)
        assert answer is not None, arguments
        assert answer.reply is not None or answer.form is not None, arguments


def test_no_two_commands_are_called_the_same() -> None:
    called = [(command.name, command.word) for command in registry.COMMANDS]
    assert len(called) == len(set(called))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("asked", ["help", "-h", "--help", "?"])
def test_help_lists_every_form_of_a_command(desk: Desk, name: str, asked: str) -> None:
    answer = given(desk, name, asked, "mallory")
    assert answer is not None
    assert answer.reply is not None
    assert all(command.form in answer.reply.plain() for command in of(name))


@pytest.mark.parametrize("name", NAMES)
def test_words_that_mean_nothing_are_answered_with_what_there_is(desk: Desk, name: str) -> None:
    answer = given(desk, name, "frobnicate the registry")
    assert answer is not None
    assert answer.reply is not None
    assert f"/{name}" in answer.reply.plain()


def test_an_unknown_command_is_answered_with_those_there_are(desk: Desk) -> None:
    answer = given(desk, "oncal", "")
    assert answer is not None
    assert answer.reply is not None
    assert answer.reply.plain().startswith("There is no /oncal. There is /")


def test_help_alone_gives_the_names_of_all_commands(desk: Desk) -> None:
    answer = given(desk, "help", "")
    assert answer is not None
    assert answer.reply is not None
    assert answer.reply.plain().startswith("I know these commands: /handover, /incident, /oncall")


# -- buttons, forms, reactions


def test_every_button_that_the_bot_shows_does_something(desk: Desk) -> None:
    desk.office.pass_time("2026-11-03 09:00")
    for word, channel in ((URGENT, SOS), (COMMUNITY, SOS), (COMMUNITY, OPERATIONS), ("flaky", SOS), (URGENT, None)):
        desk.writes("dev", word, channel)
        desk.office.at(f"{desk.office.now + timedelta(minutes=4):%Y-%m-%d %H:%M}")
    for at in ("2026-11-03 09:40", "2026-11-03 16:30", "2026-11-04 09:00", "2026-11-04 09:30"):
        desk.until(at)
    shown = {button.action for button in buttons(desk.owed())}
    assert {"ack", "resolve", "why", "class"} <= shown
    assert shown <= set(registry.BUTTONS)


@pytest.mark.parametrize("action", registry.BUTTONS)
@pytest.mark.parametrize("value", ["", "nonsense", "999", "1:2:3"])
def test_every_button_stands_a_value_of_another_release(desk: Desk, action: str, value: str) -> None:
    assert "went wrong" not in desk.presses("mallory", action, value)


def test_an_unknown_button_is_answered(desk: Desk) -> None:
    assert desk.presses("ana", "frobnicate", "1").startswith("This button is from an older version")


@pytest.mark.parametrize("form", [*registry.FORMS, "frobnicate"])
@pytest.mark.parametrize("subject", ["", "nonsense", "999"])
def test_every_form_stands_a_subject_of_another_release(desk: Desk, form: str, subject: str) -> None:
    event = FormSubmitted(
        key="form:1", platform="slack", at=desk.office.now, form=form, subject=subject, user="U-mallory"
    )
    answer = desk.office.intake.receive(event)
    assert answer is not None
    assert "went wrong" not in str(answer)


def test_every_kind_of_event_has_its_handler() -> None:
    assert set(registry.EVENTS) == set(get_args(Event))


# -- jobs

NO_INSTANT = {"home", "incident-board", "return", "surge"}
"""The jobs for which a clock that is moved need not stop: they follow from what is said, or from the bot's return."""


def test_no_two_jobs_are_called_the_same() -> None:
    assert len({job.name for job in registry.JOBS}) == len(registry.JOBS)


WORLDS: dict[str, tuple[Job, ...]] = {
    "weekly": (STAND_IN, PARTS),
    "taken over": (FILING,),
    "silenced": (INCIDENTS,),
    "a heart beats": (LOST,),
}
"""What has to be so besides, that some jobs have something to do."""
WORLDS["plain"] = tuple(job for job in registry.JOBS if job not in {one for found in WORLDS.values() for one in found})


@pytest.mark.parametrize("world", WORLDS)
def test_what_a_job_says_is_coming_is_due_at_that_instant_and_its_own(desk: Desk, sqlite_url: str, world: str) -> None:
    desk = _in_world(desk, sqlite_url, world)
    seen: set[str] = set()
    for at in ("2026-11-02 10:01", "2026-11-02 17:30", "2026-11-03 09:00"):
        desk.until(at)
        seen |= {job.name for job in WORLDS[world] if _comes_as_it_says(desk, job)}
    assert {job.name for job in WORLDS[world]} - seen <= NO_INSTANT, "what is to come is known"


def _in_world(desk: Desk, url: str, world: str) -> Desk:
    """Let happen what gives jobs something to do."""
    if world == "weekly":
        desk = at_desk(url, rotations=(rotation(kind="weekly"),))
        desk.commands("ana", "off tomorrow")
    if world == "taken over":
        desk.commands("dan", "take now")
    desk.writes("dev", "slow", OPERATIONS)
    desk.writes("eve", URGENT, SOS)
    desk.writes("gil", COMMUNITY, HOW_TO)
    desk.commands("ben", "swap tomorrow @cleo")
    desk.presses("lea", "resolve", desk.request(desk.writes("gil", URGENT, SOS)).id)
    _leave_an_incident(desk)
    desk.delivers()
    if world == "silenced":
        desk.gives(AlertReceived.of("alertmanager", [ReportedAlert(fingerprint="1", is_firing=True)], desk.office.now))
        desk.office.command("ana", "incident", "silence 3 6h")
    if world == "a heart beats":
        _let_a_heart_beat(desk)
    return desk


def _comes_as_it_says(desk: Desk, job: Job) -> bool:
    """Say whether something is coming, and see that it is due then, and the job's own."""
    with desk.office.store.reading() as session:
        coming = job.coming(session, desk.office.standing, desk.office.now)
        if coming is None:
            return False
        due = list(job.due(session, desk.office.standing, coming))
    assert due, f"{coming} for {job.name}"
    assert {event.job for event in due} == {job.name}
    assert all(event.at <= coming for event in due), job.name
    return True


def _leave_an_incident(desk: Desk) -> None:
    """Leave an incident that is over by itself with somebody to be told, and a live one with a promise."""
    desk.presses("lea", "declare", desk.request(desk.writes("gil", URGENT, SOS)).id)
    desk.office.command("lea", "incident", "declare confluence is slow")
    desk.office.command("lea", "incident", "update 2 looking next 2h")
    desk.office.given += 1
    with desk.office.store.transaction() as session:
        found = records.incident(session, 1)
        assert found is not None
        incidents.resolve(desk.office.context(session), found)


def _let_a_heart_beat(desk: Desk) -> None:
    kept = Heartbeat(name="Watchdog", source="alertmanager", every=timedelta(hours=12))
    desk.office.decide_by(desk.office.standing.policy.model_copy(update={"alerts": Alerts(heartbeats=(kept,))}))
    beat = ReportedAlert(fingerprint="2", is_firing=True, labels={"alertname": kept.name})
    desk.gives(AlertReceived.of(kept.source, [beat], desk.office.now))


def test_at_one_instant_each_job_is_done_once(desk: Desk) -> None:
    desk.writes("eve", URGENT, SOS)
    desk.until("2026-11-03 09:00")
    with desk.office.store.reading() as session:
        left = {job.name: list(job.due(session, desk.office.standing, desk.office.now)) for job in registry.JOBS}
    assert not any(left.values()), left
