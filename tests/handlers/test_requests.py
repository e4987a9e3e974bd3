"""What becomes of a message: gates, bursts, threads, edits, deletions."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from bot.scheduler import MOST_AT_ONCE
from handlers import paging
from models.effects import Direct, Edit, Post
from models.records import event as received
from models.records.base import Record
from models.records.delivery import OutboxRow
from models.records.request import ReadMessage, Request, RequestState
from models.triage.classifier import Classifier
from models.triage.verdict import RequestClass
from tests.handlers.build import direct
from tests.handlers.desk import (
    ALERTS,
    COMMUNITY,
    DOUBTED_COMMUNITY,
    DOUBTED_IN_SOS,
    DOUBTED_URGENT,
    GENERAL,
    HOW_TO,
    NONE,
    OPERATIONS,
    PLATFORM,
    SOS,
    URGENT,
    Desk,
    at_desk,
)


@pytest.fixture
def desk(database_url: str) -> Desk:
    return at_desk(database_url)


def kept(desk: Desk) -> list[ReadMessage]:
    with desk.office.store.reading() as session:
        return list(session.scalars(select(ReadMessage).order_by(ReadMessage.id)))


# -- gates


@pytest.mark.parametrize("channel", [ALERTS, "random"])
def test_in_the_alerts_channel_and_where_nobody_configured_it_nothing_is_read(desk: Desk, channel: str) -> None:
    desk.writes("dev", URGENT, channel)
    assert (desk.requests(), kept(desk), desk.owed()) == (0, [], [])


def test_a_place_without_a_name_that_is_not_direct_is_one_nobody_configured(desk: Desk) -> None:
    desk.places["x"] = None
    group = replace(desk.posted("dev", URGENT, "x"), channel="G-merger", is_direct=False)
    desk.gives(group)
    assert (desk.requests(), kept(desk), desk.owed()) == (0, [], [])


@pytest.mark.parametrize("channel", [None, HOW_TO])
def test_a_request_knows_whether_it_is_direct_and_who_wrote_it_however_it_was_opened(
    desk: Desk, channel: str | None
) -> None:
    pinned, written = desk.writes("dev", NONE, channel), desk.writes("dev", COMMUNITY, channel)
    desk.reacts("ana", pinned, "pushpin")
    opened = [desk.request(one) for one in (pinned, written)]
    places = {(one.is_direct, one.channel_name, one.author) for one in opened}
    assert places == {(channel is None, channel, "U-dev")}


def test_a_bots_message_is_never_read(desk: Desk) -> None:
    desk.places["x"] = SOS
    desk.gives(desk.posted("monitor", URGENT, "x", is_bot=True))
    assert (desk.requests(), kept(desk), desk.owed()) == (0, [], [])


def test_what_is_no_request_is_kept_with_its_judgement_and_opens_none(desk: Desk) -> None:
    desk.writes("dev", NONE, SOS)
    (read,) = kept(desk)
    assert (read.request_class, read.request_id, read.reasons != []) == (RequestClass.NONE, None, True)
    assert desk.requests() == 0


def test_a_secret_is_masked_before_it_is_kept_or_sent(desk: Desk) -> None:
    message = desk.writes("dev", f"{URGENT} password=hunter2hunter2", None)
    assert "hunter2" not in desk.request(message).text
    assert "hunter2" not in kept(desk)[0].text
    assert "hunter2" not in str(desk.owed())


def test_the_request_keeps_what_was_judged(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    request = desk.request(message)
    assert (request.request_class, request.author, request.channel_name, request.state) == (
        RequestClass.URGENT,
        "U-dev",
        SOS,
        RequestState.OPEN,
    )
    assert request.confidence > 0.9
    assert request.reasons
    assert desk.timeline(message)[:2] == ["opened", "paged"]


# -- bursts


def test_within_three_minutes_an_authors_messages_are_one_request(desk: Desk) -> None:
    first = desk.writes("dev", COMMUNITY)
    desk.office.at("2026-11-02 10:03")
    desk.writes("dev", NONE)
    assert desk.requests() == 1
    assert desk.request(first).text == f"{COMMUNITY}\n{NONE}"
    assert {read.request_id for read in kept(desk)} == {desk.request(first).id}


def test_after_three_minutes_it_is_another_request(desk: Desk) -> None:
    desk.writes("dev", COMMUNITY)
    desk.office.at("2026-11-02 10:04")
    desk.writes("dev", COMMUNITY)
    assert desk.requests() == 2


@pytest.mark.parametrize(("who", "channel"), [("eve", HOW_TO), ("dev", OPERATIONS), ("dev", None)])
def test_another_author_or_another_channel_is_another_request(desk: Desk, who: str, channel: str | None) -> None:
    desk.writes("dev", COMMUNITY, HOW_TO)
    desk.writes(who, COMMUNITY, channel)
    assert desk.requests() == 2


def test_while_an_authors_answer_is_waited_for_what_they_write_joins_whatever_the_burst(desk: Desk) -> None:
    first = desk.writes("dev", DOUBTED_COMMUNITY, HOW_TO)
    desk.delivers()
    desk.office.at("2026-11-02 10:04")
    desk.writes("dev", URGENT, HOW_TO)
    desk.delivers()
    desk.until("2026-11-02 10:05")
    assert (desk.requests(), len(desk.pages())) == (1, 1)
    assert desk.request(first).request_class is RequestClass.URGENT


def test_once_an_author_has_answered_the_burst_alone_counts(desk: Desk) -> None:
    first = desk.writes("dev", DOUBTED_COMMUNITY, HOW_TO)
    desk.presses("dev", "class", f"{desk.request(first).id}:{RequestClass.COMMUNITY}")
    desk.office.at("2026-11-02 10:04")
    desk.writes("dev", COMMUNITY, HOW_TO)
    assert desk.requests() == 2


def test_a_message_after_a_resolved_request_is_another_one(desk: Desk) -> None:
    first = desk.writes("dev", URGENT, SOS)
    desk.presses("dev", "resolve", desk.request(first).id)
    desk.writes("dev", URGENT, SOS)
    assert desk.requests() == 2


def test_a_later_message_raises_the_class_and_pings(desk: Desk) -> None:
    first = desk.writes("dev", COMMUNITY)
    assert desk.pages() == []
    desk.writes("dev", URGENT)
    assert desk.request(first).request_class is RequestClass.URGENT
    (page,) = desk.pages()
    assert page.thread == first


def test_a_later_message_never_lowers_the_class(desk: Desk) -> None:
    first = desk.writes("dev", URGENT, SOS)
    desk.pages()
    desk.writes("dev", COMMUNITY, SOS)
    assert desk.request(first).request_class is RequestClass.URGENT
    assert desk.pages() == []


def test_a_later_message_that_leaves_a_doubt_is_asked_about(desk: Desk) -> None:
    first = desk.writes("dev", COMMUNITY)
    desk.owed()
    desk.writes("dev", DOUBTED_COMMUNITY)
    assert desk.request(first).asked_class is RequestClass.URGENT
    assert [one.thread for one in desk.owed() if isinstance(one, Post)] == [first]
    desk.office.pass_time("2026-11-02 10:05")
    assert desk.request(first).request_class is RequestClass.URGENT


def test_in_sos_a_later_doubt_applies_while_it_is_asked_about(desk: Desk) -> None:
    first = desk.writes("dev", COMMUNITY, SOS)
    desk.writes("dev", DOUBTED_IN_SOS, SOS)
    assert desk.paged() == [{desk.on_duty()[0]}]
    desk.presses("dev", "class", f"{desk.request(first).id}:community")
    assert desk.request(first).request_class is RequestClass.COMMUNITY


def test_an_author_is_asked_once_a_request(desk: Desk) -> None:
    first = desk.writes("dev", DOUBTED_COMMUNITY)
    desk.presses("dev", "class", f"{desk.request(first).id}:community")
    desk.owed()
    desk.writes("dev", DOUBTED_COMMUNITY)
    assert desk.owed() == []


def test_a_later_message_answers_the_question_where_it_is_as_grave(desk: Desk) -> None:
    first = desk.writes("dev", DOUBTED_COMMUNITY)
    desk.writes("dev", URGENT)
    request = desk.request(first)
    assert (request.request_class, request.asked_class, request.asked_until) == (RequestClass.URGENT, None, None)
    assert any(isinstance(one, Edit) and "After your last message" in one.message.plain() for one in desk.owed())
    desk.office.pass_time("2026-11-02 10:06")
    assert len(desk.pages()) == 1


def test_a_later_message_that_is_less_grave_leaves_the_question_open(desk: Desk) -> None:
    first = desk.writes("dev", DOUBTED_COMMUNITY)
    desk.writes("dev", PLATFORM)
    request = desk.request(first)
    assert (request.request_class, request.asked_class) == (RequestClass.PLATFORM, RequestClass.URGENT)
    desk.office.pass_time("2026-11-02 10:06")
    assert desk.request(first).request_class is RequestClass.URGENT


# -- threads


def test_the_authors_reply_in_the_thread_raises_and_never_lowers(desk: Desk) -> None:
    first = desk.writes("dev", COMMUNITY)
    desk.writes("dev", PLATFORM, thread=first)
    assert desk.request(first).request_class is RequestClass.PLATFORM
    desk.writes("dev", NONE, thread=first)
    assert desk.request(first).request_class is RequestClass.PLATFORM


@pytest.mark.parametrize("who", ["eve", "ana"])
def test_a_reply_of_somebody_else_is_an_answer_and_never_read_for_its_class(desk: Desk, who: str) -> None:
    first = desk.writes("dev", COMMUNITY)
    desk.writes(who, URGENT, thread=first)
    desk.writes("gil", URGENT, thread=first)
    request = desk.request(first)
    assert (request.request_class, request.first_answer_by) == (RequestClass.COMMUNITY, f"U-{who}")
    assert desk.requests() == 1


def test_a_thread_may_hang_on_any_message_of_a_request(desk: Desk) -> None:
    first, second = desk.writes("dev", COMMUNITY), desk.writes("dev", COMMUNITY)
    desk.writes("eve", "look here", thread=second)
    assert desk.request(first).first_answer_by == "U-eve"
    desk.writes("dev", URGENT, thread=second)
    assert desk.request(first).request_class is RequestClass.URGENT
    assert [page.thread for page in desk.pages()] == [first]


def resolved(desk: Desk, word: str = URGENT, channel: str = SOS) -> str:
    """Give a request that Ana has taken and resolved."""
    message = desk.writes("dev", word, channel)
    desk.delivers()
    desk.presses("ana", "ack", desk.request(message).id)
    desk.presses("ana", "resolve", desk.request(message).id)
    desk.delivers()
    desk.pages()
    desk.owed()
    desk.office.at("2026-11-02 10:40")
    return message


def test_an_authors_grave_reply_to_what_is_resolved_reopens_it_and_pages_anew(desk: Desk) -> None:
    message = resolved(desk)
    desk.writes("dev", f"{URGENT} again", SOS, thread=message)
    request = desk.request(message)
    assert (request.state, request.owner, request.acknowledged_at, request.resolved_at) == (
        RequestState.OPEN,
        None,
        None,
        None,
    )
    assert [(set(page.people), page.thread) for page in desk.pages()] == [({desk.on_duty()[0]}, message)]
    assert "reopened" in desk.timeline(message)
    assert request.text == f"{URGENT}\n{URGENT} again"


def test_what_was_reopened_escalates_and_is_resolved_as_if_it_were_new(desk: Desk) -> None:
    message = resolved(desk)
    desk.writes("dev", URGENT, SOS, thread=message)
    desk.delivers()
    desk.pages()
    desk.until("2026-11-02 10:45")
    (again,) = desk.pages()
    assert "has waited 5 min for you" in again.text
    desk.owed()
    desk.presses("ana", "resolve", desk.request(message).id)
    assert any("was resolved by" in str(one) and "after 5 min" in str(one) for one in desk.owed())


@pytest.mark.parametrize("words", ["thanks", NONE, COMMUNITY, DOUBTED_COMMUNITY, DOUBTED_URGENT])
def test_a_reply_that_is_not_grave_beyond_doubt_reopens_nothing(desk: Desk, words: str) -> None:
    message = resolved(desk, channel=HOW_TO)
    desk.writes("dev", words, HOW_TO, thread=message)
    assert (desk.request(message).state, desk.pages()) == (RequestState.RESOLVED, [])


def test_a_grave_reply_of_somebody_else_reopens_nothing(desk: Desk) -> None:
    message = resolved(desk)
    desk.writes("eve", URGENT, SOS, thread=message)
    assert (desk.request(message).state, desk.pages()) == (RequestState.RESOLVED, [])


def test_what_is_reopened_keeps_the_graver_class(desk: Desk) -> None:
    message = resolved(desk)
    desk.writes("dev", PLATFORM, SOS, thread=message)
    assert (desk.request(message).state, desk.request(message).request_class) == (
        RequestState.OPEN,
        RequestClass.URGENT,
    )


def test_what_went_stale_or_was_no_request_comes_back_with_the_class_of_the_reply(desk: Desk) -> None:
    stale, dismissed = desk.writes("dev", COMMUNITY, HOW_TO), desk.writes("eve", COMMUNITY, HOW_TO)
    desk.presses("ana", "class", f"{desk.request(dismissed).id}:none")
    desk.writes("ben", "read this", HOW_TO, thread=stale)
    desk.until("2026-11-13 10:00")
    assert desk.request(stale).state is RequestState.STALE
    desk.pages()
    desk.writes("dev", PLATFORM, HOW_TO, thread=stale)
    desk.writes("eve", URGENT, HOW_TO, thread=dismissed)
    assert [(desk.request(one).state, desk.request(one).request_class) for one in (stale, dismissed)] == [
        (RequestState.OPEN, RequestClass.PLATFORM),
        (RequestState.OPEN, RequestClass.URGENT),
    ]
    assert [page.thread for page in desk.pages()] == [stale, dismissed]


def test_what_its_author_took_back_is_not_reopened(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.deletes(message)
    desk.pages()
    desk.writes("dev", URGENT, SOS, thread=message)
    assert (desk.request(message).state, desk.pages()) == (RequestState.WITHDRAWN, [])


def taken_directly(desk: Desk) -> Request:
    """Give a request from a direct conversation that Ana has taken; its page stands in the sos channel."""
    message = desk.writes("dev", URGENT, None)
    desk.delivers()
    desk.presses("ana", "ack", desk.request(message).id)
    desk.delivers()
    desk.pages()
    desk.owed()
    return desk.request(message)


def test_a_reply_to_the_page_of_a_direct_request_is_a_word_about_it(desk: Desk) -> None:
    request = taken_directly(desk)
    desk.office.at("2026-11-02 10:25")
    desk.writes("ana", "found the cause", SOS, thread=f"sent{request.page_id}")
    desk.until("2026-11-02 10:45")
    assert desk.pages() == []
    assert (desk.request(request.root).first_answer_by, direct(desk.owed(), "ana")) == ("U-ana", [])


def test_the_owner_of_a_direct_request_is_reminded_with_a_link_to_its_page(desk: Desk) -> None:
    request = taken_directly(desk)
    desk.until("2026-11-02 10:30")
    (reminder,) = [one for one in desk.owed() if isinstance(one, Direct) and "How does" in str(one)]
    assert f"MessageRef(channel='C-{SOS}', message='sent{request.page_id}'" in str(reminder)
    assert "D-dev" not in str(reminder)


def test_what_an_engineer_writes_to_the_bot_alone_is_no_answer(desk: Desk) -> None:
    request = taken_directly(desk)
    desk.until("2026-11-02 10:30")
    with desk.office.store.reading() as session:
        sent = select(OutboxRow).where(OutboxRow.request_id == request.id).order_by(OutboxRow.id.desc())
        reminder = session.scalars(sent).first()
    assert reminder is not None
    assert reminder.remote_channel is not None
    desk.places["alone"] = None
    reply = desk.posted("ana", "on it", "alone", thread=reminder.remote_message)
    desk.gives(replace(reply, channel=reminder.remote_channel))
    assert desk.request(request.root).first_answer_at is None


def test_an_authors_grave_reply_to_what_was_no_request_opens_one_in_that_thread(desk: Desk) -> None:
    first = desk.writes("dev", NONE, SOS)
    desk.writes("dev", URGENT, SOS, thread=first)
    request = desk.request(first)
    assert (request.request_class, request.text) == (RequestClass.URGENT, f"{NONE}\n{URGENT}")
    assert [page.thread for page in desk.pages()] == [first]
    assert {read.request_id for read in kept(desk)} == {request.id}
    desk.writes("dev", URGENT, SOS, thread=first)
    assert (desk.requests(), desk.pages()) == (1, []), "the next reply is one of its thread"


@pytest.mark.parametrize(
    ("who", "words", "channel"),
    [("eve", URGENT, SOS), ("dev", COMMUNITY, SOS), ("dev", DOUBTED_URGENT, HOW_TO), ("dev", PLATFORM, GENERAL)],
)
def test_any_other_reply_to_what_was_no_request_opens_none(desk: Desk, who: str, words: str, channel: str) -> None:
    first = desk.writes("dev", NONE, channel)
    desk.owed()
    desk.writes(who, words, channel, thread=first)
    assert (desk.requests(), desk.owed()) == (0, [])


def test_a_doubtful_reply_in_a_thread_changes_nothing(desk: Desk) -> None:
    first = desk.writes("dev", COMMUNITY)
    desk.owed()
    desk.writes("dev", DOUBTED_COMMUNITY, thread=first)
    assert desk.request(first).request_class is RequestClass.COMMUNITY
    assert desk.owed() == []


# -- edits and deletions


def test_an_edit_raises_and_never_lowers(desk: Desk) -> None:
    message = desk.writes("dev", COMMUNITY)
    desk.edits("dev", message, f"{COMMUNITY}\n{URGENT}")
    assert desk.request(message).request_class is RequestClass.URGENT
    desk.edits("dev", message, NONE)
    assert desk.request(message).request_class is RequestClass.URGENT
    assert desk.request(message).text == NONE
    assert len(desk.pages()) == 1


def test_an_edit_of_one_message_leaves_the_others_of_its_request(desk: Desk) -> None:
    first = desk.writes("dev", COMMUNITY)
    second = desk.writes("dev", COMMUNITY)
    desk.edits("dev", second, NONE)
    assert sorted(desk.request(first).text.split()) == sorted([COMMUNITY, NONE])


def test_an_edit_of_what_was_no_request_opens_none(desk: Desk) -> None:
    message = desk.writes("dev", NONE, SOS)
    desk.edits("dev", message, URGENT)
    assert desk.requests() == 0


def test_an_edit_that_changes_nothing_leaves_no_line(desk: Desk) -> None:
    message = desk.writes("dev", COMMUNITY)
    desk.edits("dev", message, COMMUNITY)
    assert "edited" not in desk.timeline(message)


def test_a_deleted_first_message_is_blanked_and_its_request_withdrawn(desk: Desk) -> None:
    message = desk.writes("dev", URGENT, SOS)
    desk.deletes(message)
    request = desk.request(message)
    assert (request.state, request.text, kept(desk)[0].text) == (RequestState.WITHDRAWN, "", "")
    assert desk.pages() == [], "the page that was on its way is dropped"
    desk.office.pass_time("2026-11-02 10:30")
    assert desk.pages() == []


def test_a_deleted_later_message_is_blanked_and_the_request_goes_on(desk: Desk) -> None:
    first = desk.writes("dev", COMMUNITY)
    second = desk.writes("dev", PLATFORM)
    desk.deletes(second)
    request = desk.request(first)
    assert (request.state, request.text.strip(), kept(desk)[1].text) == (RequestState.OPEN, COMMUNITY, "")


def test_a_deleted_message_of_a_long_burst_leaves_nothing_of_it(desk: Desk) -> None:
    first, private = desk.writes("dev", COMMUNITY), desk.writes("dev", "private " * 1500)
    desk.writes("dev", f"{NONE} " * 2000)
    desk.deletes(private)
    assert "private" not in desk.request(first).text
    assert COMMUNITY in desk.request(first).text, "what had been cut off is there again"


def test_deleted_words_are_nowhere_in_the_store(desk: Desk) -> None:
    message = desk.writes("dev", f"{URGENT} these-words", None)
    desk.delivers()
    desk.presses("ana", "class", f"{desk.request(message).id}:platform")
    desk.delivers()
    desk.deletes(message)
    desk.delivers()
    with desk.office.store.reading() as session:
        rows = [str(row) for table in Record.metadata.sorted_tables for row in session.execute(select(table))]
    assert rows
    assert [row for row in rows if "these-words" in row] == []


def test_a_page_no_longer_quotes_a_message_that_was_deleted(desk: Desk) -> None:
    desk.writes("dev", URGENT, None)
    second = desk.writes("dev", "these-words", None)
    desk.delivers()
    desk.owed()
    desk.deletes(second)
    (shown,) = [one for one in desk.owed() if isinstance(one, Edit)]
    assert "these-words" not in shown.message.plain()


def test_a_message_deleted_before_it_could_be_read_is_never_read(desk: Desk) -> None:
    good = desk.office.intake.standing
    desk.office.intake.standing = replace(good, classifier=Classifier.__new__(Classifier))
    message = desk.writes("dev", URGENT, SOS)
    desk.office.intake.standing = good
    desk.deletes(message)
    assert desk.office.pass_time("2026-11-02 10:30") >= 0
    assert (desk.requests(), desk.pages()) == (0, [])


def test_the_deletion_of_a_message_that_was_never_read_changes_nothing(desk: Desk) -> None:
    desk.places["elsewhere"] = SOS
    desk.deletes("elsewhere")
    assert desk.requests() == 0


# -- due times


def test_what_was_given_up_keeps_nothing_else_from_being_done(desk: Desk) -> None:
    desk.writes("dev", URGENT, SOS)
    desk.delivers()
    desk.pages()
    now = desk.office.now
    with desk.office.store.transaction() as session:
        model = session.scalars(select(Request)).one()
        names = [name for name in Request.__table__.columns.keys() if name not in ("id", "root", "due_at")]  # noqa: SIM118
        values = {name: getattr(model, name) for name in names}
        session.add_all(Request(**values, root=f"old{number}", due_at=now) for number in range(MOST_AT_ONCE))
        session.flush()
        for event in paging.due(session, desk.office.standing, now):
            received.keep_failure(session, event, now, None, "fault")
    desk.office.pass_time("2026-11-02 10:06")
    assert desk.paged() == [{desk.on_duty()[0]}], "the second page of the request that nobody took"


def test_a_due_time_that_was_overtaken_does_nothing(desk: Desk) -> None:
    message = desk.writes("dev", COMMUNITY)
    due = desk.request(message).due_at
    assert due is not None
    with desk.office.store.reading() as session:
        overtaken = list(paging.due(session, desk.office.standing, due))
    desk.writes("eve", "look here", thread=message)
    desk.owed()
    desk.office.clock.set(due)
    for event in overtaken:
        desk.gives(event)
    assert desk.owed() == []
