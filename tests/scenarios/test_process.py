"""The bot as a process: killed, restarted, refused, told to stop, told to read its configuration again, doubled."""

import re
import signal
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from icalendar import Calendar
from sqlalchemy import func, select

from bot.clock import SystemClock
from bot.store import Store
from models.records.calendar import ShownEvent
from models.records.delivery import OutboxRow, OutboxState, Purpose
from models.records.event import ReceivedEvent
from models.records.request import ReadMessage, Request, TimelineEntry
from tests.fakes.slack import FakeSlack, Fault, Rates
from tests.scenarios.house import CHANNELS, handle, workspace
from tests.scenarios.process import BotProcess, configuration, duty, ended

DOWN = "Our permit site in c4f9d2-prod answers 503 to every citizen since ten minutes, everything is down"
HOW_TO = "How do I mount a config map as a single file without hiding the rest of the directory?"
AT_ONCE = {"urgent": [{"after": "0s", "to": ["primary"]}, {"after": "600s", "to": ["team", "leads"]}]}


class Scene:
    """A fake Slack, a database, and the bots that run on them."""

    def __init__(self, folder: Path, slack: FakeSlack, url: str, **changes: Any) -> None:
        self.folder, self.slack, self.url = folder, slack, url
        self.store = Store(url)
        self.written = configuration(slack, url, **changes)
        self.bot = self.another("bot")

    def another(self, name: str) -> BotProcess:
        return BotProcess(self.folder, self.slack, self.written, name=name)

    @property
    def primary(self) -> str:
        return handle(duty(self.store, self.bot.settings).engineer or "")

    @property
    def secondary(self) -> str:
        return handle(duty(self.store, self.bot.settings).secondary or "")

    def pages(self) -> list[OutboxRow]:
        with self.store.reading() as session:
            return list(session.scalars(select(OutboxRow).where(OutboxRow.purpose == Purpose.PAGE)))

    def pings(self, ts: str, who: str) -> int:
        """Count the posts in a thread that ping somebody."""
        return sum(who in self.slack.pinged(reply) for reply in self.slack.thread(ts))

    def wait_until_pages_are(self, *states: OutboxState, seconds: float = 40.0) -> None:
        self.bot.until(lambda: [page for page in self.pages() if page.state in states] or None, seconds)

    def count(self, what: Any) -> int:
        with self.store.reading() as session:
            return session.scalar(select(func.count()).select_from(what)) or 0


@contextmanager
def staged(folder: Path, url: str, **changes: Any) -> Iterator[Scene]:
    with FakeSlack(rates=Rates(is_on=False)) as slack:
        workspace(slack)
        scene = Scene(folder, slack, url, **{"escalation": AT_ONCE, **changes})
        try:
            with ended(scene.bot):
                yield scene
        finally:
            scene.store.close()


@pytest.fixture
def scene(tmp_path: Path, database_url: str) -> Iterator[Scene]:
    with staged(tmp_path, database_url) as scene:
        yield scene


# -- killed


def test_a_page_that_was_owed_when_the_bot_was_killed_goes_out_once_after_the_restart(scene: Scene) -> None:
    scene.bot.start()
    scene.slack.fail("chat.postMessage", Fault.RATE_LIMITED, times=10_000)
    ts = scene.slack.post("devops-sos", "farid", DOWN)
    scene.bot.until(lambda: [page for page in scene.pages() if page.attempts and page.error] or None)
    scene.bot.kill()
    assert scene.slack.thread(ts) == []

    scene.slack.heal()
    scene.bot.start()
    scene.wait_until_pages_are(OutboxState.SENT, seconds=60)
    assert scene.pings(ts, scene.primary) == 1
    assert len(scene.pages()) == 1


@pytest.mark.slow
@pytest.mark.parametrize("fault", [Fault.HANG, Fault.LOSE_ANSWER], ids=["not-posted", "posted"])
def test_killed_inside_the_call_the_page_is_in_the_thread_once(tmp_path: Path, sqlite_url: str, fault: Fault) -> None:
    with staged(tmp_path, sqlite_url) as scene:
        scene.bot.start()
        scene.slack.fail("chat.postMessage", fault, channel="devops-sos")
        ts = scene.slack.post("devops-sos", "farid", DOWN)
        scene.slack.wait_for(lambda: [one for one in scene.slack.calls_to("chat.postMessage") if one.fault])
        scene.bot.kill()
        assert scene.pings(ts, scene.primary) == (1 if fault is Fault.LOSE_ANSWER else 0)

        scene.bot.start()
        scene.wait_until_pages_are(OutboxState.SENT, seconds=40)
        assert scene.pings(ts, scene.primary) == 1


@pytest.mark.slow
def test_told_to_stop_while_slack_hangs_it_ends_within_ten_seconds_and_the_page_still_goes_out_once(
    tmp_path: Path, sqlite_url: str
) -> None:
    with staged(tmp_path, sqlite_url) as scene:
        scene.bot.start()
        scene.slack.fail("chat.postMessage", Fault.HANG, times=50)
        ts = scene.slack.post("devops-sos", "farid", DOWN)
        scene.slack.wait_for(lambda: [one for one in scene.slack.calls_to("chat.postMessage") if one.fault])
        assert scene.bot.terminate(seconds=10) == 0

        scene.slack.heal()
        scene.bot.start()
        scene.wait_until_pages_are(OutboxState.SENT, seconds=40)
        assert scene.pings(ts, scene.primary) == 1


@pytest.mark.slow
def test_an_urgent_request_reaches_the_secondary_at_its_time_across_a_restart(
    tmp_path: Path, database_url: str
) -> None:
    steps = [
        {"after": "0s", "to": ["primary"]},
        {"after": "3s", "to": ["secondary"]},
        {"after": "600s", "to": ["team", "leads"]},
    ]
    with staged(tmp_path, database_url, escalation={"urgent": steps}) as scene:
        scene.bot.start()
        ts = scene.slack.post("devops-sos", "farid", DOWN)
        scene.wait_until_pages_are(OutboxState.SENT)
        assert scene.pings(ts, scene.primary) == 1
        assert scene.pings(ts, scene.secondary) == 0
        scene.bot.kill()

        scene.bot.start()
        scene.bot.until(lambda: scene.pings(ts, scene.secondary) or None)
        assert scene.pings(ts, scene.primary) == 1
        with scene.store.reading() as session:
            request = session.scalars(select(Request)).one()
            paged = session.scalars(select(TimelineEntry).where(TimelineEntry.what == "paged")).all()
        assert request.paged_at is not None
        assert (paged[1].at - request.paged_at).total_seconds() >= 3


# -- refused


def test_run_refuses_a_store_that_is_behind_with_the_command_to_run(tmp_path: Path) -> None:
    with staged(tmp_path, f"sqlite:///{tmp_path}/empty.db") as scene:
        assert scene.bot.begin().wait() == 1
        assert "watchbill migrate --config" in scene.bot.text()
        assert "Traceback" not in scene.bot.text()


def test_run_refuses_a_token_that_slack_refuses(tmp_path: Path, sqlite_url: str) -> None:
    with staged(tmp_path, sqlite_url) as scene:
        scene.slack.refuse_tokens("token_revoked")
        assert scene.bot.begin().wait() == 1
        assert "token_revoked" in scene.bot.text()
        assert scene.slack.bot_token not in scene.bot.text()
        assert "Traceback" not in scene.bot.text()


@pytest.mark.parametrize("text", ["channels: [", "{", "- a list", ""], ids=["list", "brace", "no-keys", "empty"])
def test_run_refuses_a_configuration_that_is_none(tmp_path: Path, sqlite_url: str, text: str) -> None:
    with staged(tmp_path, sqlite_url) as scene:
        scene.bot.write(text)
        assert scene.bot.begin().wait() == 1
        assert "bot.yaml" in scene.bot.text()
        assert "Traceback" not in scene.bot.text()


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all/watchbill.db", "postgresql+psycopg://nobody:geheim@127.0.0.1:9/none"]
)
def test_run_refuses_a_database_that_is_not_there_and_keeps_its_password(tmp_path: Path, url: str) -> None:
    with staged(tmp_path, url) as scene:
        assert scene.bot.begin().wait() == 1
        assert "cannot open the store" in scene.bot.text()
        assert "geheim" not in scene.bot.text()
        assert "Traceback" not in scene.bot.text()


def test_a_second_process_on_the_same_sqlite_file_is_refused(tmp_path: Path, sqlite_url: str) -> None:
    with staged(tmp_path, sqlite_url) as scene:
        scene.bot.start()
        second = scene.another("second").begin()
        with ended(second):
            assert second.wait() == 1
        assert "another Watchbill process is using" in second.text()
        assert scene.bot.is_ready()


# -- told to


def test_told_to_stop_it_finishes_what_it_holds_and_the_rest_comes_again(scene: Scene) -> None:
    scene.bot.start()
    authors = [scene.slack.user(f"U1{number:03d}") for number in range(60)]
    for room in scene.slack.workspace.channels.values():
        room.members += [author.id for author in authors]
    with scene.slack.at_once() as sent:
        for author in authors:
            scene.slack.post("devops-how-to", author, HOW_TO)
    scene.slack.wait_for(lambda: any(one.acked_at for one in sent))
    assert scene.bot.terminate() == 0

    acknowledged = sum(one.acked_at is not None for one in sent)
    assert scene.count(ReadMessage) == acknowledged
    with scene.store.reading() as session:
        half_sent = select(func.count()).where(OutboxRow.state == OutboxState.SENDING)
        assert session.scalar(half_sent) == 0

    scene.bot.start()
    scene.slack.wait_quiet(60)
    assert scene.count(ReadMessage) == scene.count(Request) == len(authors)


def test_on_a_hangup_the_policy_is_swapped_and_a_faulty_file_changes_nothing(tmp_path: Path, sqlite_url: str) -> None:
    with staged(tmp_path, sqlite_url) as scene:
        scene.bot.start()
        people = [{**person, "name": f"Renamed {person['id']}"} for person in scene.written["people"]]
        scene.bot.write({**scene.written, "people": people})
        scene.bot.send(signal.SIGHUP)
        scene.bot.wait_for_line("config.reloaded")
        assert "Renamed" in _who_is_on_call(scene.slack)

        scene.bot.write({**scene.written, "chanels": []})
        scene.bot.send(signal.SIGHUP)
        refused = scene.bot.wait_for_line("config.not_reloaded")
        assert "chanels" in refused.fields["reason"]
        assert "Renamed" in _who_is_on_call(scene.slack)


def _who_is_on_call(slack: FakeSlack) -> str:
    return str(slack.command("farid", "devops-sos", "/oncall").response)


# -- how it behaves


@pytest.mark.skipif(sys.platform != "linux", reason="time and memory are read from /proc")
def test_it_is_ready_soon_and_small_after_two_hundred_messages(scene: Scene) -> None:
    scene.bot.start()
    assert scene.bot.computed_seconds() < 4, "it is ready after 2 s on an idle machine: docs/performance.md"
    authors = [scene.slack.user(f"U2{number:03d}") for number in range(200)]
    for room in scene.slack.workspace.channels.values():
        room.members += [author.id for author in authors]
    for number, author in enumerate(authors):
        scene.slack.post(CHANNELS[number % 2], author, (DOWN, HOW_TO)[number % 2])
    scene.slack.wait_quiet(60)
    assert scene.count(ReadMessage) == 200
    assert scene.bot.resident_megabytes() < 150


def test_the_log_holds_no_word_of_a_message_and_no_token(tmp_path: Path, sqlite_url: str) -> None:
    with staged(tmp_path, sqlite_url) as scene:
        scene.bot.start()
        scene.slack.fail("chat.postMessage", Fault.SERVER_ERROR, times=2)
        scene.slack.fail("chat.postMessage", "channel_not_found", times=1)
        for text in (f"{DOWN} Xylophon", "Xylophon how do I get more quota?", "Xylophon\x00 <!channel>"):
            scene.slack.post("devops-sos", "farid", text)
        scene.slack.dm("grace", "Xylophon: I cannot reach Vault")
        scene.slack.command("farid", "devops-sos", "/oncall", "nonsense Xylophon").wait()
        scene.slack.send("events_api", {"type": "event_callback", "event": {"type": "message", "text": "Xylophon"}})
        scene.slack.send_raw('{"type": "Xylophon", "payload": "Xylophon"')
        scene.bot.wait_for_line("delivery.failed")
        scene.slack.wait_quiet(60)
        assert scene.bot.terminate() == 0

        written = scene.bot.whole_log()
        assert "bot.ready" in written
        assert "delivery.retry" in written
        for secret in ("Xylophon", "permit site", scene.slack.bot_token, scene.slack.app_token, "geheim"):
            assert secret.lower() not in written.lower()


# -- doubled


@pytest.mark.slow
@pytest.mark.postgres
def test_two_replicas_handle_each_message_once_though_one_is_killed(tmp_path: Path, postgres_url: str) -> None:
    with staged(tmp_path, postgres_url) as scene:
        second = scene.another("second")
        with ended(second):
            scene.bot.start()
            second.start()
            scene.slack.wait_connected(2)
            posted = _posts_of_many(scene.slack)
            scene.slack.wait_for(lambda: len(scene.slack.acks) > len(posted) // 2, timeout=60)
            second.kill()
            scene.slack.wait_quiet(60)
            # what the dead one had claimed is free again when its lease is over
            scene.bot.until(lambda: _are_all_sent(scene.pages()) or None, seconds=90)

            assert {"bot", "second"} == _handlers(scene)
            _assert_each_was_handled_once(scene, posted)


def _posts_of_many(slack: FakeSlack) -> list[str]:
    """Let twenty authors post five times, each in one channel: an author's posts are one request."""
    authors = [slack.user(f"U3{number:03d}") for number in range(20)]
    for room in slack.workspace.channels.values():
        room.members += [author.id for author in authors]
    with slack.at_once():
        return [
            slack.post(CHANNELS[number % 2], author, DOWN if number < 8 else f"{HOW_TO} ({turn})")
            for turn in range(5)
            for number, author in enumerate(authors)
        ]


def _are_all_sent(pages: list[OutboxRow]) -> bool:
    return bool(pages) and all(page.state is OutboxState.SENT for page in pages)


def _handlers(scene: Scene) -> set[str]:
    """Give which replicas acknowledged something, by the connection that it came over."""
    return {("bot", "second")[ack.connection - 1] for ack in scene.slack.acks}


def _assert_each_was_handled_once(scene: Scene, posted: list[str]) -> None:
    with scene.store.reading() as session:
        read = Counter(session.scalars(select(ReadMessage.message)))
        events = Counter(session.scalars(select(ReceivedEvent.key).where(ReceivedEvent.key.like("msg:%"))))
        requests = session.scalars(select(Request)).all()
    assert read == dict.fromkeys(posted, 1)
    assert set(events.values()) == {1}
    assert len(requests) == len({(request.author, request.channel) for request in requests}) == 20

    paged = [request for request in requests if request.page_id is not None]
    assert len(paged) == 8
    assert [scene.pings(request.root, scene.primary) for request in paged] == [1] * 8


# -- what it serves


def test_a_feed_names_whom_oncall_names_also_after_a_reload_and_its_key_is_in_no_log(scene: Scene) -> None:
    public = {"public_url": "https://watchbill.example.org", "feed_secret": "a secret of the tests"}
    scene.bot.write({**scene.written, "http": {**scene.written["http"], **public}})
    scene.bot.start()
    scene.bot.send(signal.SIGHUP)
    scene.bot.wait_for_line("config.reloaded")
    listed = str(scene.slack.command("farid", "devops-sos", "/oncall", "list").response)
    address = re.search(r"https://[^\s|>]+\.ics", listed)
    assert address is not None
    path = urlsplit(address[0]).path
    served = f"http://127.0.0.1:{scene.bot.wait_for_line('bot.ready').fields['port']}"
    now = SystemClock().now()
    with urllib.request.urlopen(f"{served}{path}", timeout=5) as answer:
        (event,) = [one for one in Calendar.from_ical(answer.read()).events if one.start <= now < one.end]
    named = str(event["SUMMARY"]).removesuffix(" on call (platform)")
    assert f"{named}* is on call" in _who_is_on_call(scene.slack)
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{served}{path.replace('rotation/', 'person/')}", timeout=5)
    scene.bot.until(lambda: scene.count(ShownEvent) or None)
    assert scene.bot.terminate() == 0
    key = path.removesuffix(".ics").rpartition("/")[2]
    assert len(key) == 32
    assert key not in scene.bot.whole_log()
