"""The local chat over HTTP: only for this machine's browser, and only from its own page."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta

import pytest
from fastapi import Request
from httpx import Client

from bot.chat.local.guard import refusal
from bot.chat.local.live import Live, Notice
from bot.chat.local.port import LocalChat
from models.chart import Chart, Series
from models.effects import Post
from models.events import CommandGiven, Event
from models.message import Answer, Form, FormField, text
from tests.browser.scripted import NOON, SOS, ScriptedBot, local_chat
from tests.browser.serving import serving

MESSAGES = f"/local/channels/{SOS}/messages"


class MovedClock:
    """Controls that keep how they were moved."""

    zone = "America/Vancouver"

    def __init__(self) -> None:
        self.at = NOON
        self.handovers = 0

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by

    def advance_to_next_handover(self) -> None:
        self.handovers += 1

    def describe_next(self) -> str | None:
        return "a reminder at 12:30"


@pytest.fixture
def chat() -> Iterator[LocalChat]:
    chat = local_chat()
    yield chat
    chat.close()


Browser = Callable[..., Client]


@pytest.fixture
def browser(chat: LocalChat) -> Iterator[Browser]:
    """Serve the chat and give what speaks with it; host: the name under which it asks for it."""
    with ExitStack() as stack:

        def connect(controls: MovedClock | None = None, host: str | None = None) -> Client:
            address = stack.enter_context(serving(chat, controls))
            return stack.enter_context(Client(base_url=address, headers={"Host": host} if host else None))

        yield connect


def test_the_page_comes_with_a_policy_that_lets_nothing_foreign_in(browser: Browser) -> None:
    page = browser().get("/")
    assert page.status_code == 200
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["x-frame-options"] == "DENY"
    assert "<style" not in page.text
    assert "http" not in page.text.replace("http-equiv", "")


def test_a_picture_is_shown_to_those_who_see_its_message_and_says_itself_in_words(
    browser: Browser, chat: LocalChat
) -> None:
    client = browser()
    chart = Chart("Requests", ("2 Nov", ""), (Series("urgent", (1, 2)),), "3 urgent requests")
    sent = chat.perform(Post(SOS, text("the week"), picture=chart), "1")
    assert chat.perform(Post(SOS, text("the week"), picture=chart), "1") == sent
    plain = chat.perform(Post(SOS, text("no picture")), "2")
    shown = client.get(MESSAGES, params={"as": "dana"}).json()["messages"]
    assert [one["picture"] for one in shown] == ["3 urgent requests", None]
    picture = client.get(f"{MESSAGES}/{sent.message}/picture", params={"as": "dana"})
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert picture.content.startswith(b"\x89PNG")
    assert client.get(f"{MESSAGES}/{plain.message}/picture", params={"as": "dana"}).status_code == 404
    assert client.get(f"{MESSAGES}/{sent.message}/picture", params={"as": "stranger"}).status_code == 404


def test_every_file_of_the_page_is_served_with_its_type(browser: Browser) -> None:
    client = browser()
    for name, kind in (("app.js", "text/javascript"), ("base.css", "text/css"), ("flag.svg", "image/svg+xml")):
        file = client.get(f"/static/{name}")
        assert file.headers["content-type"].startswith(kind)
        assert file.headers["content-security-policy"]
    assert client.get("/static/..%2fport.py").status_code == 404
    assert client.get("/static/__init__.py").status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8080", "10.0.0.7:8080", "[::1"])
def test_another_name_for_this_machine_is_refused(browser: Browser, host: str) -> None:
    client = browser(host=host)
    assert client.get("/").status_code == 403
    assert client.get("/local/state?as=dana").status_code == 403
    assert client.post(f"{MESSAGES}?as=dana", json={"text": "x"}).status_code == 403


@pytest.mark.parametrize("host", ["localhost:9000", "[::1]:8080", "127.0.0.1:8080"])
def test_this_machine_has_three_names(browser: Browser, host: str) -> None:
    assert browser(host=host).get("/").status_code == 200


@pytest.mark.parametrize(
    ("client", "is_refused"),
    [
        (("203.0.113.9", 5), True),
        (("::ffff:203.0.113.9", 5), True),
        (("", 0), True),
        (None, True),
        (("127.0.0.1", 5), False),
        (("::1", 5), False),
        (("::ffff:127.0.0.1", 5), False),
    ],
)
def test_another_machine_is_refused_whatever_name_it_asks_for(
    client: tuple[str, int] | None,
    is_refused: bool,
) -> None:
    headers = [(b"host", b"localhost:8080")]
    asked = Request(
        {"type": "http", "method": "GET", "scheme": "http", "path": "/", "client": client, "headers": headers}
    )
    assert (refusal(asked) is not None) is is_refused


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:9999"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_another_page_cannot_post(chat: LocalChat, browser: Browser, headers: dict[str, str]) -> None:
    answer = browser().post(f"{MESSAGES}?as=dana", json={"text": "x"}, headers=headers)
    assert answer.status_code == 403
    assert chat.actions.timeline("dana", SOS, None)["messages"] == []


def test_the_own_page_can_post(browser: Browser) -> None:
    client = browser()
    headers = {"Origin": str(client.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    assert client.post(f"{MESSAGES}?as=dana", json={"text": "x"}, headers=headers).status_code == 200
    (message,) = client.get(f"{MESSAGES}?as=amina").json()["messages"]
    assert message["text"] == "x"
    assert message["at"] == {"local": "2026-06-01T12:00:00", "zone": "PDT"}


def test_a_form_without_json_is_not_read(browser: Browser) -> None:
    answer = browser().post(f"{MESSAGES}?as=dana", content='{"text": "x"}', headers={"Content-Type": "text/plain"})
    assert answer.status_code == 422


def test_what_is_refused_says_why_and_how(chat: LocalChat, browser: Browser) -> None:
    client = browser()
    chat.start(ScriptedBot(away=1))
    assert client.get("/local/state?as=eve").status_code == 404
    assert client.get("/local/channels/C-nowhere/messages?as=dana").status_code == 404
    assert client.post(f"{MESSAGES}?as=dana", json={"text": " "}).status_code == 409
    away = client.post(f"{MESSAGES}?as=dana", json={"text": "/oncall"})
    assert away.status_code == 503
    assert "try again" in away.json()["error"]
    assert away.headers["content-security-policy"]


def test_a_message_is_changed_reacted_to_read_and_deleted(browser: Browser) -> None:
    client = browser()
    sent = client.post(f"{MESSAGES}?as=dana", json={"text": "down"}).json()["sent"]
    assert client.patch(f"{MESSAGES}/{sent}?as=dana", json={"text": "down again"}).status_code == 200
    assert client.put(f"{MESSAGES}/{sent}/reactions/%2B1?as=amina").status_code == 200
    (message,) = client.get(f"{MESSAGES}?as=dana").json()["messages"]
    assert (message["text"], message["is_edited"]) == ("down again", True)
    assert message["reactions"] == [{"emoji": "+1", "users": ["amina"]}]
    assert client.delete(f"{MESSAGES}/{sent}/reactions/%2B1?as=amina").status_code == 200
    assert client.put(f"/local/channels/{SOS}/read?as=amina", json={"seq": message["seq"]}).status_code == 200
    assert client.delete(f"{MESSAGES}/{sent}?as=dana").status_code == 200
    assert client.get(f"{MESSAGES}?as=dana").json()["messages"] == []


def test_a_form_goes_out_and_comes_back(chat: LocalChat, browser: Browser) -> None:
    def script(event: Event) -> Answer | None:
        form = Form("note", "Note", "Keep", (FormField("words", "Words"),))
        return Answer(form=form) if isinstance(event, CommandGiven) else None

    client = browser()
    bot = ScriptedBot(script)
    chat.start(bot)
    form = client.post(f"{MESSAGES}?as=dana", json={"text": "/handover"}).json()["form"]
    assert form["fields"][0]["label"] == "Words"
    empty = client.post(f"/local/forms/{form['id']}?as=dana", json={"attempt": 0, "fields": {}})
    assert empty.json()["errors"] == {"words": "Please fill this in."}
    full = client.post(f"/local/forms/{form['id']}?as=dana", json={"attempt": 0, "fields": {"words": "calm"}})
    assert full.json() == {"errors": {}, "attempt": 0, "form": None}
    assert len(bot.events) == 2


def test_the_clock_is_there_only_where_it_can_be_moved(browser: Browser) -> None:
    assert browser().get("/local/state?as=dana").json()["clock"] is None
    assert browser().post("/local/clock", json={"minutes": 5}).status_code == 404


def test_the_clock_is_moved_by_minutes_or_to_the_next_handover(browser: Browser) -> None:
    controls = MovedClock()
    client = browser(controls)
    assert client.get("/local/state?as=dana").json()["clock"]["local"] == "2026-06-01T12:00:00"
    moved = client.post("/local/clock", json={"minutes": 5}).json()
    assert moved == {"local": "2026-06-01T12:05:00", "zone": "PDT", "next": "a reminder at 12:30"}
    client.post("/local/clock", json={})
    assert controls.handovers == 1
    assert client.post("/local/clock", json={"minutes": -5}).status_code == 422


async def _heard(live: Live, user: str, *notices: Notice) -> list[str]:
    heard = []
    async for payload in live.listen(user):
        heard.append(payload["type"])
        if payload["type"] == "hello":
            for notice in notices:
                live.tell(notice)
            live.close()
    return heard


def test_a_page_hears_what_is_for_all_and_for_its_person_until_the_chat_ends() -> None:
    notices = Notice({"type": "all"}), Notice({"type": "dana"}, "dana"), Notice({"type": "amina"}, "amina")
    assert asyncio.run(_heard(Live(), "dana", *notices)) == ["hello", "all", "dana"]


def test_a_page_that_falls_behind_is_told_to_read_again() -> None:
    heard = asyncio.run(_heard(Live(), "dana", *[Notice({"type": "all"})] * 600))
    assert "resync" in heard
    assert len(heard) < 510


def test_a_page_that_comes_after_the_end_hears_nothing() -> None:
    live = Live()
    live.close()
    assert asyncio.run(_heard(live, "dana")) == []
