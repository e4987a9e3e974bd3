import re
import time
from collections.abc import Iterator
from typing import NoReturn

import pytest

from models.events import ButtonPressed, CommandGiven, Event, FormSubmitted
from models.message import Answer, Block, Bullets, Button, Buttons, Form, FormField, Message, message, paragraph, text
from tests.bot.chat.slack_building import Recorder, running, workspace
from tests.fakes.slack import FakeSlack, Json

FORM = Form(
    "handover",
    "Handover",
    "Submit",
    (FormField("note", "Note", "text", "nothing notable"), FormField("link", "Link", is_optional=True)),
    subject="platform",
)
ROW = message(paragraph("Take it?"), Buttons((Button("ack", "I'm on it", "7"),)))


@pytest.fixture
def inbound() -> Recorder:
    return Recorder()


@pytest.fixture
def slack(inbound: Recorder) -> Iterator[FakeSlack]:
    with workspace() as fake, running(fake, inbound):
        yield fake


def form_for(slack: FakeSlack, inbound: Recorder) -> Json:
    inbound.answer = lambda _: Answer(form=FORM)
    slack.command("amina", "devops-sos", "/handover").wait()
    return slack.wait_for(lambda: slack.views("amina"))[0]


def shown(slack: FakeSlack, inbound: Recorder) -> Json:
    """Show Amina a message with a button, and give it."""
    inbound.answer = lambda _: Answer(reply=ROW)
    slack.command("amina", "devops-sos", "/oncall").wait()
    return slack.wait_for(lambda: slack.ephemerals("amina"))[0]


def test_a_command_is_answered_with_its_acknowledgement(slack: FakeSlack, inbound: Recorder) -> None:
    inbound.answer = lambda _: Answer(reply=text("Amina is <!here> until 9:00"))

    response = slack.command("amina", "devops-sos", "/oncall").response

    assert response["response_type"] == "ephemeral"
    assert slack.ephemerals("amina")[0]["text"] == "Amina is &lt;!here&gt; until 9:00"
    assert slack.calls_to("chat.postEphemeral") == []


def test_an_answer_that_is_too_long_for_one_message_comes_whole_and_in_order(
    slack: FakeSlack, inbound: Recorder
) -> None:
    items = tuple((f"no.{number} {'x' * 180}",) for number in range(120))
    inbound.answer = lambda _: Answer(reply=message(Bullets(items), ROW.blocks[1]))
    slack.command("amina", "devops-sos", "/handover", "show 1").wait()
    slack.wait_for(lambda: "'ack'" in str(slack.ephemerals("amina")))

    said = slack.ephemerals("amina")
    numbers = re.findall(r"no\.(\d+)", "".join(str(one["blocks"]) for one in said))
    assert numbers == [str(number) for number in range(120)]
    assert len(said) > 1


def test_a_command_is_acknowledged_only_after_the_commit(slack: FakeSlack, inbound: Recorder) -> None:
    inbound.hold.clear()
    handle = slack.command("amina", "devops-sos", "/oncall")
    slack.wait_for(lambda: handle.delivery.is_over)

    assert handle.failure == "operation_timeout"
    assert slack.acks == []


def test_a_command_that_could_not_be_kept_shows_its_user_the_platforms_error(
    slack: FakeSlack, inbound: Recorder
) -> None:
    inbound.failures = 1

    assert slack.command("amina", "devops-sos", "/oncall").failure == "operation_timeout"


def test_a_form_opens_beside_the_acknowledgement(slack: FakeSlack, inbound: Recorder) -> None:
    view = form_for(slack, inbound)

    assert view["title"]["text"] == "Handover"
    assert [block["block_id"] for block in view["blocks"]] == ["note", "link"]


def test_a_form_that_does_not_open_is_told(slack: FakeSlack, inbound: Recorder) -> None:
    inbound.answer = lambda _: Answer(form=FORM)
    slack.fail("views.open", "expired_trigger_id")

    slack.command("amina", "devops-sos", "/handover").wait()

    told = slack.wait_for(lambda: slack.ephemerals("amina"))[0]
    assert "could not be opened" in told["text"]
    assert len(slack.calls_to("views.open")) == 1


def test_a_submitted_form_comes_with_its_fields_and_subject(slack: FakeSlack, inbound: Recorder) -> None:
    view = form_for(slack, inbound)
    inbound.answer = lambda _: Answer(reply=text("Filed."))

    handle = slack.submit(view, {"note": "watch the registry"})
    response = handle.response

    submitted = inbound.one(FormSubmitted)
    assert response == {"response_action": "clear"}
    assert (submitted.form, submitted.subject, submitted.user) == ("handover", "platform", "U01")
    assert submitted.fields == {"note": "watch the registry", "link": ""}
    assert submitted.key == f"form:{handle.delivery.payload['trigger_id']}"
    assert slack.wait_for(lambda: slack.ephemerals("amina"))[0]["text"] == "Filed."


def test_errors_are_shown_in_the_form_each_at_a_field_that_it_has(slack: FakeSlack, inbound: Recorder) -> None:
    view = form_for(slack, inbound)
    inbound.answer = lambda _: Answer(errors={"link": "No link", "gone": "Too late"})

    handle = slack.submit(view, {})

    assert handle.errors == {"link": "No link", "note": "Too late"}
    assert slack.views("amina")


def test_a_form_that_is_mended_after_its_errors_is_another_submission(slack: FakeSlack, inbound: Recorder) -> None:
    view = form_for(slack, inbound)
    inbound.answer = lambda _: Answer(errors={"link": "No link"})
    slack.submit(view, {"link": "x"}).wait()
    inbound.answer = lambda _: None
    mended = slack.views("amina")[-1]

    response = slack.submit(mended, {"link": "https://example.org"}).response

    keys = [event.key for event in inbound.received if isinstance(event, FormSubmitted)]
    assert mended["hash"] == view["hash"], "Slack changes nothing in a form that it shows errors in"
    assert len(set(keys)) == 2
    assert response == {"response_action": "clear"}


def test_a_form_that_follows_takes_the_place_of_the_first(slack: FakeSlack, inbound: Recorder) -> None:
    view = form_for(slack, inbound)
    inbound.answer = lambda _: Answer(form=Form("sure", "Are you sure?", "Yes", (FormField("why", "Why"),), "x"))

    slack.submit(view, {}).wait()

    assert [one["callback_id"] for one in slack.views("amina")] == ["sure"]


def test_a_button_is_answered_beside_its_acknowledgement(slack: FakeSlack, inbound: Recorder) -> None:
    where = shown(slack, inbound)
    inbound.answer = lambda _: Answer(reply=text("It is yours."))

    response = slack.press("amina", where, "ack").response

    assert response == {}
    assert slack.wait_for(lambda: slack.ephemerals("amina")[1:])[0]["text"] == "It is yours."
    pressed = inbound.one(ButtonPressed)
    assert (pressed.action, pressed.value, pressed.message) == ("ack", "7", None)


def test_where_the_channel_takes_no_private_answer_the_response_url_does(slack: FakeSlack, inbound: Recorder) -> None:
    where = shown(slack, inbound)
    inbound.answer = lambda _: Answer(reply=text("It is yours."))
    slack.fail("chat.postEphemeral", "not_in_channel")

    slack.press("amina", where, "ack").wait()

    assert slack.wait_for(lambda: slack.ephemerals("amina")[1:])[0]["text"] == "It is yours."


def test_a_button_can_open_a_form(slack: FakeSlack, inbound: Recorder) -> None:
    where = shown(slack, inbound)
    inbound.answer = lambda _: Answer(form=FORM)

    slack.press("amina", where, "ack").wait()

    assert slack.wait_for(lambda: slack.views("amina"))


def test_a_command_by_mention_is_answered_privately_in_its_thread(slack: FakeSlack, inbound: Recorder) -> None:
    inbound.answer = lambda _: Answer(reply=text("Amina until 9:00"))
    root = slack.post("devops-sos", "amina", "down")
    slack.post("devops-sos", "bob", "@watchbill oncall", thread_ts=root)

    told = slack.wait_for(lambda: slack.ephemerals("bob"))[0]

    assert (told["text"], told["thread_ts"]) == ("Amina until 9:00", root)


def test_a_form_asked_for_by_mention_is_offered_and_opens_on_a_tap(slack: FakeSlack, inbound: Recorder) -> None:
    inbound.answer = lambda event: Answer(form=FORM) if isinstance(event, CommandGiven) else None
    slack.post("devops-sos", "bob", "@watchbill handover note x")
    offer = slack.wait_for(lambda: slack.ephemerals("bob"))[0]

    slack.press("bob", offer, "slack-command").wait()

    assert slack.wait_for(lambda: slack.views("bob"))
    given = [event for event in inbound.received if isinstance(event, CommandGiven)]
    assert [(one.name, one.text) for one in given] == [("handover", "note x")] * 2


def test_a_command_in_private_is_answered_there(slack: FakeSlack, inbound: Recorder) -> None:
    inbound.answer = lambda _: Answer(reply=text("Amina until 9:00"))
    slack.dm("amina", "oncall")

    assert slack.wait_for(lambda: slack.ephemerals("amina"))[0]["text"] == "Amina until 9:00"


def test_an_answer_that_cannot_be_given_stops_nothing(slack: FakeSlack, inbound: Recorder) -> None:
    def answer(event: Event) -> Answer:
        return Answer(reply=text(event.key))

    inbound.answer = answer
    slack.fail("*", "http_500", times=2)
    slack.post("devops-sos", "amina", "@watchbill oncall")
    slack.wait_for(lambda: slack.calls_to("chat.postMessage"))
    slack.post("devops-sos", "amina", "@watchbill oncall")

    assert slack.wait_for(lambda: slack.ephemerals("amina"))


class Torn(tuple[Block, ...]):
    """Parts of a message that cannot be read; the error holds somebody's words, as one of a library's may."""

    __slots__ = ()

    def __iter__(self) -> NoReturn:
        raise RuntimeError("production is down")


def test_a_fault_while_answering_is_logged_without_anybodys_words(
    slack: FakeSlack, inbound: Recorder, capsys: pytest.CaptureFixture[str]
) -> None:
    inbound.answer = lambda _: Answer(reply=Message(Torn()))
    slack.post("devops-sos", "amina", "@watchbill oncall")
    said, deadline = "", time.monotonic() + 5
    while "slack.answer_failed" not in said and time.monotonic() < deadline:
        said += capsys.readouterr().out
        time.sleep(0.01)
    assert "slack.answer_failed" in said
    assert "production is down" not in said


ASKED = Form("ask", "Ask for help", "Ask", (FormField("what", "What?", "text", initial="it is broken"),))


@pytest.mark.parametrize("is_on_message", [True, False])
def test_a_shortcut_is_the_button_that_it_stands_for_and_opens_its_form(*, is_on_message: bool) -> None:
    with workspace() as slack, running(slack, inbound := Recorder()):
        inbound.answer = lambda _: Answer(form=ASKED)
        ts = slack.post("devops-sos", "bob", "it is <broken> & slow")
        slack.shortcut("amina", "ask-about", ts if is_on_message else None).wait()
        (view,) = slack.wait_for(lambda: slack.views("amina"))

        pressed = inbound.one(ButtonPressed)
        assert view["callback_id"] == "ask"
        assert (pressed.action, pressed.user) == ("ask-about", "U01")
        assert (pressed.message, pressed.value, pressed.channel) == (
            (ts, "it is <broken> & slow", "C0SOS") if is_on_message else (None, "", "")
        )
