"""Two bots behind one address, on one PostgreSQL: whatever comes to whichever, nothing is twice, nothing is lost."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import select

from bot.app import command_names
from bot.chat.port import ChatPort
from bot.http.server import HttpServer, application
from bot.metrics import Metrics
from models.records.request import ReadMessage, Request, RequestState
from tests.fakes.slack import Delivery, FakeSlack, Json, Rates, Schedule
from tests.scenarios.house import MONDAY, House, Hurried, handle, policy, workspace

DOWN = "our permit site in c4f9d2-prod answers 503 to every citizen since ten minutes, everything is down"
PATIENT = Schedule(ack_within=30, retry_delays=(0.0, 0.2, 0.5, 1.0, 2.0))


class Replica(House):
    """One of the bots, with an address of its own."""

    server: HttpServer

    def ports(self, metrics: Metrics) -> list[ChatPort]:
        self.chat = Hurried(
            mode="http",
            bot_token=self.slack.bot_token,
            signing_secret=self.slack.signing_secret,
            api_url=self.slack.base_url,
            commands=command_names(),
            clock=self.clock,
            metrics=metrics,
        )
        return [self.chat]

    def start(self) -> None:
        self.server = HttpServer(application(self.bot, [self.chat.router()]), "127.0.0.1:0")
        self.server.start()
        self.bot.start()

    def stop(self) -> None:
        self.bot.stop()
        self.server.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.port}/slack/events"


@contextmanager
def two_replicas(url: str) -> Iterator[tuple[Replica, Replica]]:
    with FakeSlack(rates=Rates(is_on=False), schedule=PATIENT) as slack, ExitStack() as stopping:
        workspace(slack)
        first, second = (Replica(url, slack, at=MONDAY, policy=policy()) for _ in range(2))
        for one in (first, second):
            one.start()
            stopping.callback(one.stop)
        slack.deliver_over_http(first.url, replicas=[second.url])
        yield first, second


def strangers(slack: FakeSlack, kind: str, count: int) -> list[str]:
    """Give new people, so that each message is a request of its own."""
    sos = next(room for room in slack.workspace.channels.values() if room.name == "devops-sos")
    people = [slack.user(f"U{kind}{number}").id for number in range(count)]
    sos.members += people
    return people


def cry(slack: FakeSlack, who: str) -> str:
    return slack.post("devops-sos", who, f"{DOWN}, says {who}")


def cries(slack: FakeSlack, since: int) -> list[Delivery]:
    """Give what told of people's cries for help, from a delivery on."""
    return [one for one in slack.deliveries[since:] if str(one.payload["event"].get("text", "")).startswith(DOWN)]


def replicas_of(slack: FakeSlack, since: int) -> list[list[int]]:
    """Give which replicas each cry for help went to, in turn."""
    return [[attempt.connection for attempt in one.attempts] for one in cries(slack, since)]


@pytest.mark.postgres
def test_behind_one_address_nothing_is_done_twice_and_nothing_is_lost(postgres_url: str) -> None:
    with two_replicas(postgres_url) as (first, second):
        slack, cried = first.slack, list[str]()

        with slack.at_once():  # different requests to both
            cried += [cry(slack, who) for who in strangers(slack, "A", 4)]
        slack.wait_quiet(60)
        assert {one for (one,) in replicas_of(slack, 0)} == {0, 1}

        before = len(slack.deliveries)
        with slack.at_once() as batch:  # the same request to both in the same moment
            for who in strangers(slack, "B", 4):
                cried.append(cry(slack, who))
                slack.redeliver(batch[-1], new_event_id=who.endswith("1"))
        slack.wait_quiet(60)
        assert Counter(one for (one,) in replicas_of(slack, before)) == {0: 4, 1: 4}

        before = len(slack.deliveries)
        slack.lose_acks(6)  # taken by one, whose answer never came: Slack tries the other
        with slack.at_once():
            cried += [cry(slack, who) for who in strangers(slack, "C", 4)]
        slack.wait_quiet(60)
        tried_twice = [one for one in cries(slack, before) if len(one.attempts) > 1]
        assert tried_twice
        assert all(len({attempt.connection for attempt in one.attempts[:2]}) == 2 for one in tried_twice)

        pressed_and_commanded_on_either(first, cried)

        before = len(slack.deliveries)
        second.server.stop()  # one is gone; what was meant for it comes to the other
        with slack.at_once():
            cried += [cry(slack, who) for who in strangers(slack, "D", 4)]
        slack.wait_quiet(60)
        assert [1, 0] in replicas_of(slack, before)
        assert not [one for one in slack.deliveries if one.failure]

        first.until(lambda: not first.rows("pending", "sending") or None, 30)
        each_was_taken_once(first, cried)


def pressed_and_commanded_on_either(house: Replica, cried: list[str]) -> None:
    """Whichever replica an engineer's tap or command comes to, it counts for what the other one paged for."""
    engineer = house.duty().engineer or ""
    for ts in cried[:2]:
        house.slack.press(engineer, page_of(house, ts), "ack").wait(30)
    for ts in cried[2:4]:
        number = house.request(ts).id
        assert house.slack.command(engineer, "devops-sos", "/oncall", f"ack {number}").wait(30).response
    for ts in cried[:4]:
        assert house.request(ts).state is RequestState.ACKNOWLEDGED
        assert house.request(ts).owner == handle(engineer)


def page_of(house: Replica, ts: str) -> Json:
    return house.until(lambda: next(iter(house.slack.thread(ts)), None), 30)


def each_was_taken_once(house: Replica, cried: list[str]) -> None:
    with house.store.reading() as session:
        read = Counter(session.scalars(select(ReadMessage.message)))
        roots = Counter(session.scalars(select(Request.root)))
    assert read == roots == dict.fromkeys(cried, 1)
    assert [len(house.slack.thread(ts)) for ts in cried] == [1] * len(cried)
