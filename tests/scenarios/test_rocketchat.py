"""The whole bot on Rocket.Chat: a request, a tap, a command, a cut, a handover by dialogue."""

from collections.abc import Iterator
from time import monotonic

import pytest
from sqlalchemy import func, select

from models.records.event import ReceivedEvent
from models.records.handover import Handover, HandoverState, LogEntry
from models.records.request import Request, RequestState
from models.records.thanks import Thanks
from models.triage.verdict import RequestClass
from tests.scenarios.harbour import Harbour, running

DOWN = "Our permit site in c4f9d2-prod answers 503 to every citizen since ten minutes, everything is down"


@pytest.fixture
def harbour(sqlite_url: str) -> Iterator[Harbour]:
    with running(sqlite_url) as harbour:
        yield harbour


def count(harbour: Harbour) -> int:
    with harbour.store.reading() as session:
        return session.scalar(select(func.count()).select_from(Request)) or 0


def marked(harbour: Harbour) -> tuple[int, int]:
    """Give how many notes and thanks there are by reaction."""
    with harbour.store.reading() as session:
        notes = session.scalars(select(LogEntry.text).where(LogEntry.text.contains("📝"))).all()
        return len(notes), session.scalar(select(func.count()).select_from(Thanks)) or 0


def test_a_request_is_pinged_taken_by_a_tap_and_resolved_by_a_command(harbour: Harbour) -> None:
    chat, on_call = harbour.chat, harbour.duty().engineer or ""
    begun = monotonic()
    message = chat.post("devops-sos", "farid", DOWN)
    page = harbour.page(message)
    assert monotonic() - begun < 2
    assert f"@{on_call}" in page["msg"]
    assert harbour.asked(message).request_class is RequestClass.URGENT

    number = harbour.asked(message).id
    chat.tap("farid", page["_id"], "I'm on it")  # who may not is told so, alone, and nothing changes
    harbour.until(lambda: chat.dms("farid") or None)
    assert harbour.asked(message).state is RequestState.OPEN

    chat.tap(on_call, page["_id"], "I'm on it")
    harbour.until(lambda: "is on it" in harbour.page(message)["msg"] or None)
    assert harbour.asked(message).state is RequestState.ACKNOWLEDGED

    chat.post("devops-sos", on_call, f"!oncall resolve {number}", thread=message)
    harbour.until(lambda: "was resolved by" in harbour.page(message)["msg"] or None)
    assert harbour.asked(message).state is RequestState.RESOLVED
    harbour.settled()
    assert len([one for one in chat.thread(message) if one["u"]["username"] == "watchbill"]) == 1
    assert [one for one in chat.messages("devops-sos") if one.get("tmid") is None] == [chat.messages("devops-sos")[0]]
    assert all(call.status == 200 for call in chat.api.calls), [one for one in chat.api.calls if one.status != 200]


def test_what_happened_while_the_server_was_away_is_caught_up_with_once(harbour: Harbour) -> None:
    chat, on_call = harbour.chat, harbour.duty().engineer or ""
    before = chat.post("devops-sos", "farid", DOWN)
    harbour.page(before)
    chat.react(on_call, before, "memo")
    chat.react("grace", before, "pray")
    harbour.until(lambda: marked(harbour) == (1, 1) or None)
    with chat.away():
        meanwhile = chat.post("devops-sos", "grace", f"{DOWN}, from another office")
        chat.react(on_call, before, "eyes")
    harbour.asked(meanwhile)
    harbour.advance(seconds=3)  # what was missed is judged once it is known what became of it
    harbour.page(meanwhile)
    harbour.until(lambda: harbour.asked(before).state is RequestState.ACKNOWLEDGED or None)
    harbour.settled()

    assert count(harbour) == 2
    assert len([one for one in chat.thread(before) if f"@{on_call}" in one["msg"]]) <= 1
    harbour.stop()
    later = chat.post("devops-sos", "elif", f"{DOWN}, from a third")
    harbour.resume()
    harbour.asked(later)
    harbour.advance(seconds=3)
    harbour.page(later)
    harbour.settled()
    assert count(harbour) == 3
    with harbour.store.reading() as session:
        keys = session.scalars(select(ReceivedEvent.key).where(ReceivedEvent.platform == "rocketchat")).all()
    assert len([key for key in keys if key.startswith("msg:R-devops-sos:")]) == 3
    assert marked(harbour) == (1, 1), "what is read again of a reaction counts no note and no thanks twice"


def test_a_handover_is_filled_in_as_a_dialogue_that_outlives_a_restart(harbour: Harbour) -> None:
    chat, on_call = harbour.chat, harbour.duty().engineer or ""
    chat.write(on_call, "handover")
    harbour.told(on_call, "1/3")
    chat.write(on_call, "A busy day")
    harbour.told(on_call, "2/3")
    harbour.stop()
    harbour.resume()
    chat.write(on_call, "if the queue grows, restart the runner")
    third = harbour.told(on_call, "3/3")
    chat.tap(on_call, third["_id"], "Keep it")
    review = harbour.told(on_call, "*How was it?:*")
    chat.tap(on_call, review["_id"], "Hand over")

    def submitted() -> Handover | None:
        with harbour.store.reading() as session:
            return session.scalar(select(Handover).where(Handover.state == HandoverState.SUBMITTED))

    filed = harbour.until(submitted)
    assert (filed.summary, filed.watch) == ("A busy day", "if the queue grows, restart the runner")
    harbour.until(lambda: next((one for one in chat.messages("devops-operations") if "A busy day" in one["msg"]), None))


def test_help_is_asked_for_by_a_dialogue_and_becomes_a_request_where_it_belongs(harbour: Harbour) -> None:
    chat, on_call = harbour.chat, harbour.duty().engineer or ""
    chat.write("farid", "!ask")
    for words, question in (("The permit site answers 503", "1/5"), ("skip", "2/5"), ("1", "3/5"), ("send", "4/5")):
        harbour.told("farid", question)
        chat.write("farid", words)
    posted = harbour.until(lambda: next(iter(chat.messages("devops-sos")), None))
    harbour.until(lambda: next((one for one in chat.thread(posted["_id"]) if f"@{on_call}" in one["msg"]), None))

    request = harbour.asked(posted["_id"])
    assert (request.author, request.request_class) == ("farid", RequestClass.URGENT)
