"""Thanks by command and by 🙏: counted once for whoever helped, and never for oneself or a bot."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers.thanks import helpers_of
from models.events import ReactionAdded
from models.message import Bullets, Mention, plain_block
from models.records.thanks import Thanks
from tests.handlers.build import direct
from tests.handlers.desk import COMMUNITY, HOW_TO, SOS, URGENT, Desk, at_desk

WEEK = timedelta(days=7)


@pytest.fixture
def desk(sqlite_url: str) -> Desk:
    return at_desk(sqlite_url)


def given(desk: Desk) -> list[tuple[str, str, str]]:
    with desk.office.store.reading() as session:
        return [(one.giver, one.receiver, one.why) for one in session.scalars(select(Thanks).order_by(Thanks.id))]


def helpers(desk: Desk) -> Sequence[tuple[str, int, int]]:
    with desk.office.store.reading() as session:
        ctx = desk.office.context(session)
        found = helpers_of(ctx, desk.office.now - WEEK, desk.office.now + WEEK)
        return [(one.name, one.thanks, one.first_answers) for one in found]


def thanks(desk: Desk, who: str, text: str) -> str:
    return desk.office.command(who, "thanks", text)


def prays(desk: Desk, who: str, author: str, message: str = "reply", channel: str = HOW_TO) -> None:
    """Let somebody put 🙏 on a message that nobody kept, whose author the platform tells."""
    desk.count += 1
    desk.places[message] = channel
    desk.gives(
        ReactionAdded(
            key=f"react:{desk.count}",
            platform="slack",
            at=desk.office.now,
            channel=f"C-{channel}",
            channel_name=channel,
            message=message,
            user=f"U-{who}",
            emoji="pray",
            author=f"U-{author}" if author else "",
        )
    )


# -- by command


def test_thanks_are_counted_and_passed_on_with_their_words(desk: Desk) -> None:
    assert thanks(desk, "dev", "@gil for the hint, password=hunter22secret").startswith("Your thanks to Gil Hart")
    assert given(desk) == [("slack:U-dev", "gil", "for the hint, password=‹secret›")]
    (told,) = direct(desk.owed(), "gil")
    assert "thanks you" in told
    assert "> for the hint" in told


def test_a_name_of_two_words_and_a_mention_mean_the_same(desk: Desk) -> None:
    thanks(desk, "dev", "Gil Hart for the hint")
    thanks(desk, "ana", "<@U-gil|gil> for it")
    assert [(receiver, why) for _, receiver, why in given(desk)] == [("gil", "for the hint"), ("gil", "for it")]


def test_somebody_whom_the_configuration_does_not_know_can_be_thanked_too(desk: Desk) -> None:
    thanks(desk, "dev", "@U0EVE1234 for it")
    desk.writes("eve", COMMUNITY, HOW_TO)
    thanks(desk, "dev", "@U-eve for it")
    assert [receiver for _, receiver, _ in given(desk)] == ["slack:U0EVE1234", "slack:U-eve"]
    assert len(direct(desk.owed(), "eve")) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "Whom do you thank"), ("@nobody for it", "nobody"), ("@dev", "dev"), ("@ana", "That is you")],
)
def test_thanks_to_nobody_and_to_oneself_are_answered_and_not_counted(desk: Desk, text: str, said: str) -> None:
    assert said in thanks(desk, "ana", text)
    assert given(desk) == []


def test_thanked_twice_within_a_day_counts_once(desk: Desk) -> None:
    thanks(desk, "dev", "@gil for it")
    desk.owed()
    assert "counts once" in thanks(desk, "dev", "@gil for all of it")
    assert given(desk) == [("slack:U-dev", "gil", "for all of it")]
    assert direct(desk.owed(), "gil") == []
    desk.office.at("2026-11-03 10:00")
    desk.office.at("2026-11-03 10:01")
    thanks(desk, "dev", "@gil again")
    assert len(given(desk)) == 2


# -- by reaction


def test_a_reaction_counts_once_for_the_author_of_the_message_and_until_it_is_taken_back(database_url: str) -> None:
    desk = at_desk(database_url)
    prays(desk, "dev", "gil")
    prays(desk, "dev", "gil")
    prays(desk, "eve", "gil")
    assert [(giver, receiver) for giver, receiver, _ in given(desk)] == [("slack:U-dev", "gil"), ("slack:U-eve", "gil")]
    desk.unreacts("dev", "reply", "pray")
    assert [giver for giver, _, _ in given(desk)] == ["slack:U-eve"]
    desk.unreacts("dev", "reply", "pray")
    prays(desk, "dev", "gil")
    assert len(given(desk)) == 2


def test_where_the_platform_does_not_tell_the_author_what_was_read_does(desk: Desk) -> None:
    message = desk.writes("eve", COMMUNITY, HOW_TO)
    desk.reacts("dev", message, "pray")
    assert [receiver for _, receiver, _ in given(desk)] == ["slack:U-eve"]


def test_neither_ones_own_words_nor_a_bots_are_thanked(desk: Desk) -> None:
    prays(desk, "gil", "gil")
    prays(desk, "dev", "")
    message = desk.writes("eve", URGENT, SOS)
    desk.delivers()
    page = f"sent{desk.request(message).page_id}"
    prays(desk, "dev", "bot", page, SOS)
    desk.reacts("dev", message, "pray", is_bot=True)
    assert given(desk) == []


# -- the helpers of the week


def test_helpers_are_named_with_thanks_and_first_answers_but_not_the_engineers_own_work(desk: Desk) -> None:
    for who, author in (("gil", "dev"), ("ana", "eve")):
        message = desk.writes(author, COMMUNITY, HOW_TO)
        desk.writes(who, "like this", HOW_TO, thread=message)
    prays(desk, "dev", "gil")
    prays(desk, "dev", "ben", "another")
    assert helpers(desk) == [("Gil Hart", 1, 1), ("Ben Cole", 1, 0)]


def test_whoever_does_not_want_to_be_named_is_not_until_they_do(desk: Desk) -> None:
    prays(desk, "dev", "gil")
    prays(desk, "dev", "ben", "another")
    assert "not named" in thanks(desk, "gil", "off")
    thanks(desk, "gil", "off")
    assert [name for name, _, _ in helpers(desk)] == ["Ben Cole"]
    thanks(desk, "gil", "on")
    assert [name for name, _, _ in helpers(desk)] == ["Ben Cole", "Gil Hart"]


def test_a_stranger_who_helped_is_thanked_by_a_mention_in_the_digest_and_not_by_an_id(desk: Desk) -> None:
    prays(desk, "dev", "eve")
    desk.office.at("2026-11-02 10:01")
    answer = desk.office.answer("ana", "oncall", "digest")
    (bullets,) = (one for one in answer.blocks if isinstance(one, Bullets) and "Thank you" in plain_block(one))
    assert bullets.items[0] == ("Thank you for helping others: ", Mention("U-eve"), " (1)")
