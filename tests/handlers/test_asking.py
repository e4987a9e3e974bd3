"""What is asked with the form becomes a request in the right channel, in the asker's name."""

import pytest
from sqlalchemy import func, select

from models.effects import Direct, Post
from models.events import ButtonPressed, FormSubmitted
from models.message import Answer, Form
from models.records.asking import AskedRow
from models.records.delivery import Purpose
from models.records.request import Request
from models.triage.verdict import RequestClass
from tests.handlers.desk import COMMUNITY, HOW_TO, NONE, PLATFORM, SOS, URGENT, Desk, at_desk


@pytest.fixture
def desk(database_url: str) -> Desk:
    return at_desk(database_url)


def opens(desk: Desk, action: str, *, value: str = "", message: str | None = None) -> Answer:
    desk.count += 1
    answer = desk.office.intake.receive(
        ButtonPressed(
            key=f"act:{desk.count}",
            platform="slack",
            at=desk.office.now,
            action=action,
            value=value,
            user="U-dev",
            channel=f"C-{HOW_TO}" if message else "",
            channel_name=HOW_TO if message else None,
            message=message,
        )
    )
    assert answer is not None
    return answer


def form(answer: Answer) -> Form:
    assert answer.form is not None
    return answer.form


def asks(desk: Desk, what: str, production: str = "no", subject: str = "", **more: str) -> Answer:
    desk.count += 1
    answer = desk.office.intake.receive(
        FormSubmitted(
            key=f"form:{desk.count}",
            platform="slack",
            at=desk.office.now,
            form="ask",
            subject=subject,
            user="U-dev",
            fields={"what": what, "production": production, **more},
        )
    )
    assert answer is not None
    return answer


def request(desk: Desk) -> Request:
    with desk.office.store.reading() as session:
        assert session.scalar(select(func.count()).select_from(AskedRow)) == 0
        return session.scalars(select(Request)).one()


@pytest.mark.parametrize(
    ("words", "production", "channel", "to"),
    [
        (COMMUNITY, "yes", SOS, RequestClass.URGENT),
        (URGENT, "unsure", SOS, RequestClass.URGENT),
        (URGENT, "no", HOW_TO, RequestClass.COMMUNITY),
        (PLATFORM, "no", HOW_TO, RequestClass.PLATFORM),
        (COMMUNITY, "no", HOW_TO, RequestClass.COMMUNITY),
        (NONE, "no", HOW_TO, RequestClass.COMMUNITY),
    ],
)
def test_the_class_is_what_the_author_says_of_production_and_else_the_triage(
    desk: Desk, words: str, production: str, channel: str, to: RequestClass
) -> None:
    answer = asks(desk, words, production, where="checkout")
    assert answer.reply is not None
    assert f"#{channel}" in answer.reply.plain()
    desk.delivers()
    opened = request(desk)
    assert (opened.channel, opened.author) == (f"C-{channel}", "U-dev")
    assert opened.request_class is to


def test_an_urgent_one_pages_the_engineer_in_the_thread_of_the_post(desk: Desk) -> None:
    asks(desk, URGENT, "yes", link="https://ci.example.org/1", since="ten minutes")
    posted = next(one for one in desk.owed() if isinstance(one, Post))
    assert "https://ci.example.org/1" in posted.message.plain()
    desk.delivers()
    primary, _ = desk.on_duty()
    (page,) = desk.pages()
    assert (page.people, page.thread) == (frozenset({primary}), request(desk).root)


def test_until_the_post_stands_there_is_no_request_and_after_a_failure_the_words_are_given_back(desk: Desk) -> None:
    asks(desk, URGENT, "yes")
    assert desk.requests() == 0
    desk.delivers(failing=Purpose.REQUEST)
    (told,) = [one for one in desk.owed() if isinstance(one, Direct)]
    assert (told.user, desk.requests()) == ("U-dev", 0)
    assert URGENT in told.message.plain()


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("what", {"what": " "}),
        ("link", {"link": "ci.example.org"}),
        ("link", {"link": "javascript:alert(1)"}),
        ("production", {"production": "perhaps"}),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(desk: Desk, field: str, fields: dict[str, str]) -> None:
    answer = asks(desk, **{"what": URGENT, **fields})
    assert answer.errors.keys() == {field}
    assert not desk.owed()


def test_a_token_in_the_form_is_masked_before_anything_is_kept(desk: Desk) -> None:
    token = "ghp_" + "a1B2" * 9
    asks(desk, f"{COMMUNITY} {token}")
    desk.delivers()
    assert token not in request(desk).text
    assert not any(token in one.message.plain() for one in desk.owed() if isinstance(one, Post))


def test_the_form_about_a_message_quotes_it_and_links_to_it(desk: Desk) -> None:
    opened = form(opens(desk, "ask-about", value="it is broken", message="m9"))
    assert (opened.fields[0].initial, opened.subject) == ("it is broken", f"C-{HOW_TO}:m9")
    asks(desk, COMMUNITY, subject=opened.subject)
    assert "this message" in next(one for one in desk.owed() if isinstance(one, Post)).message.plain()


def test_the_form_from_the_menu_of_the_whole_workspace_is_empty(desk: Desk) -> None:
    opened = form(opens(desk, "ask"))
    assert [one.initial for one in opened.fields] == [""] * len(opened.fields)


def test_a_message_that_was_none_is_made_a_request_by_its_author(desk: Desk) -> None:
    message = desk.writes("dev", NONE, HOW_TO)
    answer = opens(desk, "make-request", message=message)
    assert answer.reply is not None
    assert f"#{desk.request(message).id}" in answer.reply.plain()
    again = opens(desk, "make-request", message=message)
    assert again.reply is not None
    assert "already" in again.reply.plain()


def test_who_is_neither_author_nor_engineer_makes_nothing_a_request_nor_anybody_what_was_never_read(
    desk: Desk,
) -> None:
    message = desk.writes("eve", NONE, HOW_TO)
    for target in (message, "m999"):
        answer = opens(desk, "make-request", message=target)
        assert answer.reply is not None
    assert desk.requests() == 0
