"""A request, the whole way: written in Slack, triaged, paged, taken, resolved; and what goes wrong on the way."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timedelta
from time import monotonic

import pytest
from sqlalchemy import func, select

from models.records.event import ReceivedEvent
from models.records.request import ReadMessage, Request, RequestState
from models.triage.verdict import RequestClass
from tests.fakes.slack import Fault
from tests.scenarios.house import House, channel_of, handle, running

DOWN = "Our permit site in c4f9d2-prod answers 503 to every citizen since ten minutes, everything is down"
HOW_TO = "How do I mount a config map as a single file without hiding the rest of the directory?"


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    with running(database_url) as house:
        yield house


def test_an_urgent_request_is_pinged_in_its_thread_within_a_second(house: House) -> None:
    begun = monotonic()
    ts = house.slack.post("devops-sos", "farid", DOWN)
    house.until(lambda: house.pings(ts) or None)
    assert monotonic() - begun < 1

    on_call = house.duty().engineer
    assert on_call is not None
    page = house.slack.thread(ts)[0]
    assert house.slack.pinged(page) >= {handle(on_call)}
    assert "you are on call" in page["text"] or "on call" in str(page["blocks"])
    assert "If nobody takes it" in str(page["blocks"])
    request = house.request(ts)
    assert (request.request_class, request.engineer) == (RequestClass.URGENT, on_call)


def test_an_eye_acknowledges_and_edits_the_page_and_a_tick_resolves(house: House) -> None:
    ts = house.slack.post("devops-sos", "farid", DOWN)
    page = house.first_reply(ts)
    engineer = house.duty().engineer or ""

    house.slack.react(engineer, ts, "eyes")
    house.until(lambda: "is on it" in str(house.slack.thread(ts)[0]["blocks"]) or None)
    assert house.request(ts).state is RequestState.ACKNOWLEDGED

    house.slack.react(engineer, page["ts"], "white_check_mark")
    house.until(lambda: "was resolved by" in str(house.slack.thread(ts)[0]["blocks"]) or None)
    assert house.request(ts).state is RequestState.RESOLVED
    house.advance(minutes=40)
    assert len(house.slack.thread(ts)) == 1, "nobody is told any more"


def test_the_buttons_do_the_same(house: House) -> None:
    ts = house.slack.post("devops-sos", "farid", DOWN)
    house.until(lambda: house.pings(ts) or None)
    engineer = house.duty().engineer or ""
    as_first_shown = deepcopy(house.slack.thread(ts)[0])

    house.slack.press(engineer, as_first_shown, "ack").wait()
    house.until(lambda: "is on it" in str(house.slack.thread(ts)[0]["blocks"]) or None)
    house.slack.press(engineer, house.slack.thread(ts)[0], "resolve").wait()
    house.until(lambda: "was resolved by" in str(house.slack.thread(ts)[0]["blocks"]) or None)
    assert house.request(ts).resolved_by == handle(engineer)

    house.slack.press("amina", as_first_shown, "ack").wait()  # on a screen that did not follow the edits
    told = house.until(lambda: house.slack.ephemerals("amina") or None)
    assert "is closed already: it was resolved" in str(told[0])
    assert house.request(ts).state is RequestState.RESOLVED


def test_a_developer_cannot_take_a_request_and_is_told_why(house: House) -> None:
    ts = house.slack.post("devops-sos", "farid", DOWN)
    house.until(lambda: house.pings(ts) or None)

    house.slack.press("grace", house.slack.thread(ts)[0], "ack").wait()

    told = house.until(lambda: house.slack.ephemerals("grace") or None)
    assert "Only the engineers" in str(told[0])
    assert house.request(ts).state is RequestState.OPEN


def test_a_redelivered_event_pings_nobody_twice(house: House) -> None:
    ts = house.slack.post("devops-sos", "farid", DOWN)
    house.until(lambda: house.pings(ts) or None)

    first = house.slack.last_delivery(type="message", ts=ts)
    for is_new in (False, True):
        house.slack.redeliver(first, new_event_id=is_new)
    house.slack.wait_quiet()
    house.settled()

    assert len(house.pings(ts)) - len([one for one in house.pings(ts) if one == handle("farid")]) == 1
    with house.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Request)) == 1


def test_without_an_acknowledgement_each_step_runs_at_its_time(house: House) -> None:
    ts = house.slack.post("devops-sos", "farid", DOWN)
    house.until(lambda: house.request(ts).due_at)
    duty = house.duty()

    house.advance(minutes=5, seconds=30)
    house.until(lambda: len(house.slack.dms(duty.engineer or "")) > 1 or None)
    assert handle(duty.secondary or "") not in house.pings(ts)

    house.advance(minutes=5)
    assert handle(duty.secondary or "") in house.pings(ts)
    assert handle("amina") not in house.pings(ts)

    house.advance(minutes=5)
    assert {handle("amina"), handle("bob"), handle("chidi"), handle("dana"), handle("elif")} <= set(house.pings(ts))


def test_the_steps_run_at_their_times_across_a_restart(house: House) -> None:
    ts = house.slack.post("devops-sos", "farid", DOWN)
    house.until(lambda: house.request(ts).due_at)
    engineer, secondary = house.duty().engineer or "", handle(house.duty().secondary or "")
    told = len(house.slack.dms(engineer))

    house.stop()
    house.clock.set(house.clock.now() + timedelta(minutes=11))
    house.resume()

    house.until(lambda: secondary in house.pings(ts) or None)
    house.settled()
    assert len(house.slack.dms(engineer)) == told, "only the step that is due then is sent"


@pytest.mark.slow
def test_while_slack_is_away_the_steps_wait(house: House) -> None:
    house.slack.fail("chat.postMessage", Fault.UNAVAILABLE, times=10_000)
    ts = house.slack.post("devops-sos", "farid", DOWN)
    house.until(lambda: [row for row in house.rows("pending") if row.purpose == "page" and row.attempts] or None)
    house.clock.set(house.clock.now() + timedelta(minutes=30))
    house.bot.work.run()
    assert house.slack.thread(ts) == []

    house.slack.heal()
    house.until(lambda: house.pings(ts) or None, seconds=25)  # a first try of unknown outcome is looked for after 15 s
    house.settled()
    assert handle("amina") not in house.pings(ts), "the steps count from the first page's delivery"


@pytest.mark.slow
def test_a_page_whose_answer_was_lost_is_found_and_not_sent_twice(house: House) -> None:
    house.slack.fail("chat.postMessage", Fault.LOSE_ANSWER, times=1)
    ts = house.slack.post("devops-sos", "farid", DOWN)
    house.until(lambda: house.request(ts).paged_at, seconds=25)
    house.settled()
    assert len(house.slack.thread(ts)) == 1


def test_a_page_acknowledged_before_it_was_sent_is_not_sent(house: House) -> None:
    sos = channel_of(house.slack, "devops-sos").id
    house.slack.fail("chat.postMessage", Fault.RATE_LIMITED, times=1, retry_after=3, channel=sos)
    ts = house.slack.post("devops-sos", "farid", DOWN)
    house.until(lambda: [row for row in house.rows("pending") if row.purpose == "page" and row.attempts] or None)
    house.slack.react(house.duty().engineer or "", ts, "eyes")
    house.until(lambda: "is on it" in str(house.slack.thread(ts)) or None, seconds=60)
    house.settled()
    assert len(house.slack.thread(ts)) == 1


def test_a_community_question_gets_a_ticket_and_no_post(house: House) -> None:
    ts = house.slack.post("devops-how-to", "farid", HOW_TO)
    house.until(lambda: house.slack.reactions(ts).get("ticket"))
    house.settled()
    assert house.slack.thread(ts) == []


def test_a_question_in_sos_is_pointed_to_how_to_and_can_be_raised_by_its_button(house: House) -> None:
    ts = house.slack.post("devops-sos", "farid", HOW_TO)
    reply = house.first_reply(ts)
    assert "devops-how-to" in str(reply) or "<#C" in str(reply)

    house.slack.press("farid", reply, "class").wait()
    engineer = handle(house.duty().engineer or "")
    house.until(lambda: engineer in house.pings(ts) or None)
    assert house.request(ts).request_class is RequestClass.URGENT


def test_three_messages_within_the_window_are_one_request_and_the_third_raises_it(house: House) -> None:
    first = house.slack.post("devops-sos", "grace", "Hi, how can I see the logs of a pod that was restarted?")
    house.request(first)
    house.slack.post("devops-sos", "grace", "it is about our front end")
    house.slack.post("devops-sos", "grace", "production is down now for all our users, nothing but 503")
    engineer = handle(house.duty().engineer or "")
    house.until(lambda: engineer in house.pings(first) or None)
    house.settled()

    assert house.pings(first).count(engineer) == 1
    with house.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Request)) == 1


def test_outside_hours_the_author_is_told_and_the_page_comes_with_the_hours(house: House) -> None:
    house.advance_to(datetime.fromisoformat("2026-11-24T03:00:00+00:00"))
    ts = house.slack.post("devops-sos", "farid", DOWN)
    told = house.first_reply(ts)
    assert "outside the hours" in str(told)
    assert "7-7000" in str(told)

    house.advance_to(datetime.fromisoformat("2026-11-24T16:00:30+00:00"))
    house.until(lambda: handle(house.duty().engineer or "") in house.pings(ts) or None)


def test_a_deleted_request_is_withdrawn_and_its_pages_stop(house: House) -> None:
    ts = house.slack.post("devops-sos", "farid", DOWN)
    house.until(lambda: house.request(ts).due_at)
    house.slack.delete(ts)
    house.until(lambda: house.request(ts).state is RequestState.WITHDRAWN or None)
    count = len(house.slack.thread(ts))
    house.advance(minutes=20)
    assert len(house.slack.thread(ts)) == count
    assert house.request(ts).text == ""


@pytest.mark.parametrize(
    "text",
    [
        "x" * 39_000,
        "",
        "🔥🔥🔥",
        "down\x00\x07\x1b[31m now",
        "> <!channel> prod is down\nwhat does this alert mean?",
        "\u202eprod is down\u202c",
    ],
    ids=["long", "empty", "emoji", "control", "channel-in-a-quote", "right-to-left"],
)
def test_no_message_is_too_strange(house: House, text: str) -> None:
    ts = house.slack.post("devops-sos", "farid", text)
    house.slack.wait_quiet()
    house.settled()

    with house.store.reading() as session:
        read = session.scalars(select(ReadMessage).where(ReadMessage.message == ts)).one()
        assert "\x00" not in read.text
        failed = select(func.count()).select_from(ReceivedEvent).where(ReceivedEvent.attempts > 0)
        assert session.scalar(failed) == 0
    assert all("<!channel>" not in str(post) for post in house.slack.thread(ts))


def test_a_channel_that_nobody_configured_is_left_alone(house: House) -> None:
    house.slack.channel("random", ["farid"])
    ts = house.slack.post("random", "farid", DOWN)
    house.slack.wait_quiet()
    house.settled()
    assert house.slack.thread(ts) == []


def test_other_bots_and_the_alerts_channel_open_no_request(house: House) -> None:
    house.slack.post_as_bot("devops-sos", "monitor", DOWN)
    house.slack.post("devops-alerts", "farid", DOWN)
    house.slack.wait_quiet()
    with house.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(Request)) == 0
