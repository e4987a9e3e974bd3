"""The local chat's page in a real browser, with a bot that answers from a script.

Its screenshots go to the folder that WATCHBILL_SCREENSHOTS names, if it is set.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from bot.chat.local.port import LocalChat
from bot.chat.port import Remote
from models.effects import Direct, Edit, Post, React, Topic, UserGroup
from models.events import ButtonPressed, CommandGiven, Event, FormSubmitted, MessageEdited, MessagePosted
from models.message import (
    Answer,
    Bullets,
    Button,
    Buttons,
    ChannelRef,
    Code,
    Fields,
    Form,
    FormField,
    Heading,
    Link,
    Mention,
    Message,
    Quote,
    Strong,
    message,
    note,
    paragraph,
    text,
)
from tests.browser.chromium import chromium
from tests.browser.scripted import NOON, SOS, ScriptedBot, local_chat
from tests.browser.serving import serving

pytestmark = pytest.mark.browser

LAPTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
DRAFT = Form(
    "handover",
    "Handover",
    "Hand over",
    (
        FormField("summary", "What happened", "text", initial="1 request open", hint="Written from the log"),
        FormField("watch", "What to watch", "text", is_optional=True),
        FormField("to", "To", "choice", options=(("lucia", "Lucía Ferrer"),)),
    ),
    intro=(paragraph("From ", Strong("Amina"), "."),),
)


def ping(event: MessagePosted) -> Message:
    return message(
        Heading("Production is down"),
        paragraph(Mention("amina", "Amina Diallo"), ", this looks ", Strong("urgent"), "."),
        Quote(event.text),
        Fields((("Class", ("urgent",)), ("Until", ("Tue 09:00 PDT",)))),
        Bullets((("It says production",), ("It was said in ", ChannelRef(SOS, "devops-sos")))),
        note("Request ", Code("142"), ", ", Link("https://runbooks.example.org/503", "the runbook")),
        Buttons((Button("ack", "I’m on it", "142", "primary"), Button("resolve", "Resolved", "142"))),
    )


class Watch:
    """A scripted bot that pings, acknowledges, lists and hands over."""

    def __init__(self, chat: LocalChat) -> None:
        self._chat = chat
        self._count = 0
        self.bot = ScriptedBot(self.answer)

    def perform(self, effect: Post | Edit | React | Topic | UserGroup | Direct, target: Remote | None = None) -> Remote:
        self._count += 1
        return self._chat.perform(effect, f"effect {self._count}", target)

    def answer(self, event: Event) -> Answer | None:
        match event:
            case MessagePosted(thread=None, is_direct=False):
                self.perform(React(event.channel, event.message, "ticket"))
                self.perform(Post(event.channel, ping(event), event.message))
            case ButtonPressed(message=str(pressed)):
                self.perform(Edit(1, text("Amina Diallo is on it.")), Remote(event.channel, pressed))
                return Answer(reply=text("It is yours."))
            case CommandGiven(name="handover"):
                return Answer(form=DRAFT)
            case CommandGiven():
                return Answer(reply=message(Heading("On call"), paragraph("Amina until Tue 09:00 PDT")))
            case FormSubmitted() if not event.fields["watch"]:
                return Answer(errors={"watch": "Say what to watch."})
            case FormSubmitted():
                return Answer(reply=text("Handed over."))
        return None


class Hands:
    """Controls whose clock moves at once."""

    zone = "America/Vancouver"

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> None:
        self.at += by

    def advance_to_next_handover(self) -> None:
        self.at += timedelta(hours=21)

    def describe_next(self) -> str | None:
        return "request 142 goes to Lucía at 12:10"


Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def chat() -> Iterator[LocalChat]:
    chat = local_chat()
    yield chat
    chat.close()


@pytest.fixture
def watch(chat: LocalChat) -> Watch:
    watch = Watch(chat)
    watch.perform(Topic(SOS, "On call: Amina Diallo until Tue 09:00 PDT"))
    watch.perform(UserGroup("oncall", ("amina",)))
    chat.start(watch.bot)
    return watch


@pytest.fixture
def visit(browser: Browser, chat: LocalChat, watch: Watch) -> Iterator[Visit]:
    """Open the page as somebody; whatever the browser complains of fails the test."""
    complaints: list[str] = []

    def listen(said: ConsoleMessage) -> None:
        if said.type in ("error", "warning") and "status of 503" not in said.text:
            complaints.append(said.text)

    with ExitStack() as stack:
        address = stack.enter_context(serving(chat, Hands()))

        def open_page(user: str = "dana", *, is_new: bool = False, place: str = SOS, **options: object) -> Page:
            context = browser.new_context(**{"viewport": LAPTOP, **options})  # type: ignore[arg-type] # a kwargs bag
            stack.callback(context.close)
            page = context.new_page()
            page.set_default_timeout(20_000)
            page.on("console", listen)
            page.on("pageerror", lambda error: complaints.append(str(error)))
            if not is_new:
                page.add_init_script("localStorage.setItem('hinted', '1')")
            page.goto(f"{address}/?as={user}#{place}")
            page.wait_for_selector("html[data-ready]")
            return page

        yield open_page
    assert complaints == []


def say(page: Page, words: str, box: str = "#words") -> None:
    page.locator(box).fill(words)
    page.locator(box).press("Enter")


def picture(page: Page, name: str) -> None:
    folder = os.environ.get("WATCHBILL_SCREENSHOTS")
    if folder:
        page.mouse.move(0, 0)
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_a_message_and_its_answer_arrive_live_on_every_page(visit: Visit) -> None:
    dana, amina = visit("dana"), visit("amina", place="C-general")
    say(dana, "our app in prod gives 503 to everyone")
    expect(dana.locator("#timeline .entry")).to_contain_text("our app in prod gives 503")
    expect(dana.locator(".summary")).to_contain_text("1 reply")
    expect(dana.locator('#timeline [data-emoji="ticket"]')).to_be_visible()
    expect(amina.get_by_role("link", name="#devops-sos, 2 unread, 1 for you")).to_be_visible()
    expect(amina).to_have_title("(1) #general · Watchbill")
    amina.get_by_role("link", name=re.compile("#devops-sos")).click()
    expect(amina).to_have_title("#devops-sos · Watchbill")
    picture(amina, "laptop-channel")


def test_every_block_of_the_bots_is_shown_in_the_thread(visit: Visit) -> None:
    page = visit("amina", color_scheme="dark")
    say(page, "prod is down")
    page.locator(".summary").click()
    card = page.locator("#replies .card")
    expect(card.get_by_role("heading", name="Production is down")).to_be_visible()
    expect(card.locator(".mention.mine")).to_have_text("@Amina Diallo")
    expect(card.locator("blockquote")).to_have_text("prod is down")
    expect(card.locator("dt")).to_have_text(["Class", "Until"])
    expect(card.locator("li").last.get_by_role("link")).to_have_attribute("href", f"#{SOS}")
    link = card.get_by_role("link", name="the runbook")
    expect(link).to_have_attribute("href", "https://runbooks.example.org/503")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(card).to_contain_text("(runbooks.example.org)")
    picture(page, "laptop-thread-dark")


def test_a_reply_in_the_thread_stays_in_the_thread(visit: Visit, watch: Watch) -> None:
    page = visit()
    say(page, "prod is down")
    page.locator(".summary").click()
    say(page, "it is the payments service", "#thread-words")
    expect(page.locator("#replies .entry").last).to_contain_text("it is the payments service")
    expect(page.locator("#timeline .entry")).to_have_count(1)
    posted = watch.bot.took(2)[1]
    assert isinstance(posted, MessagePosted)
    assert posted.thread is not None


def test_a_button_is_pressed_and_what_comes_of_it_is_shown(visit: Visit, watch: Watch) -> None:
    page = visit("amina")
    say(page, "prod is down")
    page.locator(".summary").click()
    page.get_by_role("button", name="I’m on it").click()
    expect(page.locator("#replies .entry").nth(1)).to_contain_text("Amina Diallo is on it.")
    expect(page.locator("#replies .entry").nth(1)).to_contain_text("edited")
    expect(page.locator("#replies .whisper")).to_contain_text("Only you can see this")
    pressed = watch.bot.took(2)[1]
    assert isinstance(pressed, ButtonPressed)
    assert (pressed.action, pressed.value, pressed.user) == ("ack", "142", "amina")


def test_a_reaction_is_picked_shown_to_all_and_taken_back(visit: Visit) -> None:
    dana, amina = visit("dana"), visit("amina")
    say(dana, "prod is down")
    amina.locator("#timeline .entry").hover()
    amina.get_by_role("button", name="React").click()
    picture(amina, "laptop-picker")
    amina.get_by_role("button", name="I’m on it (eyes)").click()
    mine = amina.locator('#timeline [data-emoji="eyes"]')
    expect(mine).to_have_attribute("aria-pressed", "true")
    expect(dana.locator('#timeline [data-emoji="eyes"]')).to_have_attribute("aria-pressed", "false")
    mine.click()
    expect(dana.locator('#timeline [data-emoji="eyes"]')).to_have_count(0)


def test_commands_people_and_channels_are_completed(visit: Visit, watch: Watch) -> None:
    page = visit()
    words = page.locator("#words")
    words.press_sequentially("/onc")
    expect(page.locator(".offer")).to_have_count(2)
    picture(page, "laptop-completion")
    words.press("ArrowDown")
    words.press("Enter")
    expect(words).to_have_value("/oncall-list ")
    words.press_sequentially("add @ami")
    words.press("Tab")
    expect(words).to_have_value("/oncall-list add @amina ")
    words.press("Enter")
    expect(page.locator(".whisper")).to_contain_text("/oncall-list add @amina")
    words.press_sequentially("see #gen")
    words.press("Tab")
    expect(words).to_have_value("see #general ")
    given = watch.bot.took(1)[0]
    assert isinstance(given, CommandGiven)
    assert (given.name, given.text) == ("oncall-list", "add @amina")


def test_a_private_answer_is_seen_by_its_asker_and_can_be_put_away(visit: Visit) -> None:
    dana, amina = visit("dana"), visit("amina")
    say(dana, "/oncall")
    expect(dana.locator(".whisper")).to_contain_text("Amina until Tue 09:00 PDT")
    picture(dana, "laptop-private")
    dana.get_by_role("button", name="Put this away").click()
    expect(dana.locator(".whisper")).to_have_count(0)
    expect(amina.locator("#timeline .entry")).to_have_count(0)


def test_an_unknown_command_stays_in_the_composer(visit: Visit) -> None:
    page = visit()
    say(page, "/onca next")
    expect(page.locator(".whisper")).to_contain_text("There is no /onca")
    expect(page.locator("#words")).to_have_value("/onca next")


def test_a_form_shows_its_errors_and_keeps_what_was_typed(visit: Visit, watch: Watch) -> None:
    page = visit("amina")
    say(page, "/handover")
    form = page.get_by_role("dialog", name="Handover")
    expect(form.get_by_label("What happened")).to_have_value("1 request open")
    form.get_by_label("What happened").fill("calm")
    form.get_by_role("button", name="Hand over").click()
    expect(form.get_by_text("Please fill this in.")).to_be_visible()
    form.get_by_label("To", exact=True).select_option("lucia")
    form.get_by_role("button", name="Hand over").click()
    expect(form.get_by_text("Say what to watch.")).to_be_visible()
    expect(form.get_by_label("What to watch")).to_be_focused()
    picture(page, "laptop-form")
    watch.bot.away = 1
    form.get_by_label("What to watch").fill("the disk of the registry")
    form.get_by_role("button", name="Hand over").click()
    expect(form.get_by_role("alert")).to_contain_text("try again")
    form.get_by_role("button", name="Hand over").click()
    expect(form).to_be_hidden()
    expect(page.locator(".whisper")).to_contain_text("Handed over.")


def test_a_form_that_is_longer_than_the_page_opens_at_its_beginning(visit: Visit) -> None:
    page = visit("amina", viewport={"width": 390, "height": 320})
    say(page, "/handover")
    body = page.locator(".sheet-body")
    expect(page.get_by_label("What happened")).to_be_focused()
    assert body.evaluate("node => node.scrollHeight > node.clientHeight")
    assert body.evaluate("node => node.scrollTop") == 0


def test_the_own_message_is_edited_and_deleted(visit: Visit, watch: Watch) -> None:
    dana, amina = visit("dana"), visit("amina")
    say(dana, "prod is dwon")
    dana.locator("#timeline .entry").hover()
    dana.get_by_role("button", name="Edit", exact=True).click()
    dana.get_by_label("The message's words").fill("prod is down")
    dana.get_by_label("The message's words").press("Enter")
    expect(amina.locator("#timeline .words")).to_have_text("prod is down")
    expect(amina.locator("#timeline .edited")).to_be_visible()
    amina.locator("#timeline .entry").hover()
    expect(amina.get_by_role("button", name="Edit", exact=True)).to_have_count(0)
    dana.locator("#timeline .entry").hover()
    dana.get_by_role("button", name="Delete").click()
    dana.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(amina.locator("#timeline .entry")).to_contain_text("This message was deleted.")
    assert isinstance(watch.bot.took(2)[1], MessageEdited)


def test_the_whole_way_works_with_the_keyboard_alone(visit: Visit, watch: Watch) -> None:
    page = visit()
    keys = page.keyboard
    page.locator("#words").focus()
    keys.type("prod is down")
    keys.press("Enter")
    expect(page.locator(".summary")).to_be_visible()
    keys.press("ArrowUp")
    expect(page.locator("#timeline .entry")).to_be_focused()
    for _ in range(9):
        keys.press("Tab")
        if page.evaluate("document.activeElement.classList.contains('summary')"):
            break
    keys.press("Enter")
    expect(page.locator("#thread-words")).to_be_focused()
    keys.type("looking")
    keys.press("Enter")
    expect(page.locator("#replies .entry").last).to_contain_text("looking")
    keys.press("ArrowUp")
    keys.press("Tab")
    expect(page.get_by_role("button", name="React").last).to_be_focused()
    keys.press("Enter")
    keys.press("ArrowRight")
    keys.press("Enter")
    expect(page.locator('#replies [data-emoji="white_check_mark"]')).to_have_attribute("aria-pressed", "true")
    keys.press("Escape")
    expect(page.locator("#thread")).to_be_hidden()
    expect(page.locator("#timeline .entry")).to_be_focused()


def test_on_a_phone_the_channels_are_a_drawer_and_the_thread_a_page(visit: Visit) -> None:
    page = visit("amina", viewport=PHONE, has_touch=True, is_mobile=True)
    say(page, "prod is down")
    expect(page.locator(".summary")).to_be_visible()
    picture(page, "phone-channel")
    page.locator(".summary").tap()
    expect(page.locator("#thread")).to_be_visible()
    page.wait_for_function("document.querySelector('#thread').getBoundingClientRect().x === 0")
    box = page.locator("#thread").bounding_box()
    assert box is not None
    assert (box["x"], box["width"]) == (0, 390)
    picture(page, "phone-thread")
    page.go_back()
    expect(page.locator("#thread")).to_be_hidden()
    page.get_by_role("button", name="Channels and people").tap()
    page.get_by_role("link", name="#general").tap()
    expect(page.get_by_role("heading", level=1)).to_have_text("general")
    expect(page.locator("#rail")).to_be_hidden()
    picture(page, "phone-empty")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_one_speaks_as_somebody_else_and_finds_their_own_conversation(visit: Visit, watch: Watch) -> None:
    watch.perform(Direct("lucia", text("Nobody is on call tomorrow.")))
    page = visit("dana", place="D-dana")
    page.get_by_label("Speak as").select_option(label="Lucía Ferrer")
    expect(page.locator("#timeline .entry")).to_contain_text("Nobody is on call tomorrow.")
    assert page.url.endswith("?as=lucia#D-lucia")
    page.reload()
    expect(page.get_by_label("Speak as")).to_have_value("lucia")


def test_the_clock_is_moved_from_the_page_and_on_every_page(visit: Visit) -> None:
    dana, amina = visit("dana"), visit("amina")
    expect(dana.locator("#clock")).to_contain_text("12:00")
    expect(dana.locator("#clock")).to_contain_text("Monday 1 June · PDT")
    dana.get_by_role("button", name="+5 min").click()
    expect(amina.locator("#clock")).to_contain_text("12:05")
    dana.get_by_role("button", name="Next handover").click()
    expect(amina.locator("#clock")).to_contain_text("Tuesday 2 June")


def test_a_first_visit_says_what_to_try_and_only_a_first(visit: Visit) -> None:
    page = visit("amina", is_new=True, place="C-general")
    picture(page, "laptop-first-visit")
    page.get_by_role("button", name="Write it for me").click()
    expect(page.get_by_label("Speak as")).to_have_value("dana")
    expect(page.locator("#words")).to_have_value(re.compile("in prod gives 503"))
    expect(page.locator("#words")).to_be_focused()
    page.reload()
    page.wait_for_selector("html[data-ready]")
    expect(page.locator("#hint")).to_be_hidden()


def test_what_to_try_covers_no_message(visit: Visit, chat: LocalChat) -> None:
    for number in range(30):
        chat.actions.say("ravi.m", SOS, f"message {number}", None)
    page = visit("amina", is_new=True)
    expect(page.locator("#hint")).to_be_visible()
    expect(page.locator("#timeline .entry").last).to_be_in_viewport(ratio=1)


def test_what_people_write_is_never_markup(visit: Visit, chat: LocalChat) -> None:
    page = visit()
    words = "<img src=x onerror=alert(1)> javascript:alert(1) https://example.org/?a=<b> `<i>`"
    chat.actions.say("ravi.m", SOS, words, None)
    expect(page.locator("#timeline .words")).to_have_text(words.replace("`", ""))
    assert page.locator("#timeline .words img, #timeline .words b, #timeline .words i").count() == 0
    assert page.locator("#timeline .words a").get_attribute("href") == "https://example.org/?a="


def test_a_long_message_is_folded_until_it_is_wanted(visit: Visit, chat: LocalChat) -> None:
    page = visit()
    chat.actions.say("ravi.m", SOS, "x" * 40_000, None)
    words = page.locator("#timeline .words")
    expect(words).to_have_class(re.compile("folded"))
    page.get_by_role("button", name="Show all").click()
    expect(words).not_to_have_class(re.compile("folded"))
    assert page.evaluate("document.documentElement.scrollWidth") <= LAPTOP["width"]


def test_a_page_that_lost_the_chat_finds_it_again(visit: Visit, chat: LocalChat, watch: Watch) -> None:
    page = visit()
    chat.stop()
    chat.actions.say("ravi.m", SOS, "said meanwhile", None)
    chat.start(watch.bot)
    expect(page.locator("#timeline .entry")).to_contain_text("said meanwhile", timeout=10_000)


def test_older_messages_are_fetched_when_wanted(visit: Visit, chat: LocalChat) -> None:
    for number in range(60):
        chat.record("devops-sos", "dana", f"number {number}", NOON)
    page = visit()
    expect(page.locator("#timeline .entry")).to_have_count(50)
    page.get_by_role("button", name="Earlier messages").click()
    expect(page.locator("#timeline .entry")).to_have_count(60)
    expect(page.get_by_role("button", name="Earlier messages")).to_be_hidden()
