"""What every handler is given: whom it reaches, how it names people, what it owes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from handlers.context import Context
from models.effects import Direct, Edit, Post
from models.events import CLOCK, TimeCame
from models.message import Mention, text
from models.policy import Person, Policy
from models.records import audit
from models.records.delivery import OutboxRow, Purpose
from models.records.handover import LogEntry
from tests.handlers.build import MONDAY, Office, instant, office, people

PEOPLE = (
    *people(),
    Person(id="kim", name="Kim Both", slack="U-kim", rocketchat="kim.both"),
    Person(id="rex", name="Rex Rocket", rocketchat="rex"),
    Person(id="nil", name="Nil Handle"),
)


@pytest.fixture
def at(sqlite_url: str) -> Office:
    return office(sqlite_url, is_planned=False, people=PEOPLE, platforms=("slack", "rocketchat"))


@pytest.fixture
def ctx(at: Office) -> Iterator[Context]:
    with at.store.transaction() as session:
        yield context(at, session)


def context(at: Office, session: Session, platform: str = "slack", actor: str = "", key: str = "k") -> Context:
    event = TimeCame(key=key, platform=platform, at=instant(MONDAY), job="j", subject="s")
    return Context(session, at.now, event, at.standing, actor)


def person(ctx: Context, name: str) -> Person | None:
    return ctx.policy.person(name)


def test_somebody_is_reached_where_the_event_came_from_and_else_on_the_first_platform(ctx: Context, at: Office) -> None:
    from_rocketchat = context(at, ctx.session, "rocketchat")
    from_clock = context(at, ctx.session, CLOCK)
    kim, rex, nil = (person(ctx, name) for name in ("kim", "rex", "nil"))
    assert [one.home_of(kim) for one in (ctx, from_rocketchat, from_clock)] == ["slack", "rocketchat", "slack"]
    assert [one.home_of(rex) for one in (ctx, from_rocketchat, from_clock)] == ["rocketchat"] * 3
    assert ctx.home_of(nil) is None
    assert ctx.home_of(None) is None


def test_a_platform_that_is_not_enabled_reaches_nobody(ctx: Context) -> None:
    ctx.standing = replace(ctx.standing, platforms=("slack",))
    assert ctx.home_of(person(ctx, "rex")) is None


def test_telling_gives_who_was_reached_and_writes_for_their_platform(ctx: Context) -> None:
    told = [person(ctx, name) for name in ("kim", "rex", "nil")]
    reached = ctx.tell([*told, None], lambda platform: text(f"on {platform}"))
    assert [one.id for one in reached] == ["kim", "rex"]
    rows = ctx.session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
    assert [(row.platform, row.lane, row.purpose) for row in rows] == [
        ("slack", "@U-kim", Purpose.NOTICE),
        ("rocketchat", "@rex", Purpose.NOTICE),
    ]
    assert "on rocketchat" in str(rows[1].effect)


def test_a_mention_needs_a_handle_on_the_platform_and_is_a_name_otherwise(ctx: Context) -> None:
    assert ctx.mention("kim") == Mention("U-kim", "Kim Both")
    assert ctx.mention("kim", "rocketchat") == Mention("kim.both", "Kim Both")
    assert ctx.mention("rex") == "Rex Rocket"
    assert ctx.mention("gone") == "gone"
    assert ctx.mention(None) == "nobody"


def test_names_are_those_of_the_configuration_where_it_knows_them(ctx: Context) -> None:
    assert (ctx.name_of("kim"), ctx.name_of("gone"), ctx.name_of(None)) == ("Kim Both", "gone", "nobody")
    assert ctx.handle_name("U-kim") == Mention("U-kim", "Kim Both")
    assert ctx.handle_name("U-stranger") == Mention("U-stranger", "")


def test_a_channel_that_the_bot_is_not_in_has_no_id(ctx: Context) -> None:
    assert ctx.channel_id("devops-sos") == "C-devops-sos"
    assert ctx.channel_id("devops-sos", "rocketchat") is None
    assert ctx.channel_id("elsewhere") is None
    assert ctx.channel_id(None) is None


def test_each_effect_of_an_event_has_a_key_of_its_own_that_a_second_try_gives_again(at: Office) -> None:
    def keys(event: str) -> list[str]:
        with at.store.transaction() as session:
            ctx = context(at, session, key=event)
            rows = [ctx.say(Post("C", text("x"))) for _ in range(2)]
            found = [session.get_one(OutboxRow, row).key for row in rows]
            session.rollback()
        return found

    assert len({*keys("one"), *keys("two")}) == 4
    assert keys("one") == keys("one")


def test_an_edit_of_nothing_owes_nothing(ctx: Context) -> None:
    ctx.edit(None, text("new"), "slack")
    assert ctx.session.scalars(select(OutboxRow)).all() == []
    row = ctx.say(Direct("U-kim", text("old")))
    ctx.edit(row, text("new"), "slack")
    assert [one.effect["kind"] for one in ctx.session.scalars(select(OutboxRow).order_by(OutboxRow.id))] == [
        "direct",
        Edit(row, text("new")).kind,
    ]


def test_without_a_rotation_there_is_no_log(ctx: Context) -> None:
    ctx.log(None, "lost")
    ctx.log("platform", "x" * 5000, author="kim")
    ctx.session.flush()
    (entry,) = ctx.session.scalars(select(LogEntry))
    assert (entry.author, len(entry.text)) == ("kim", 4000)


@pytest.mark.parametrize(("actor", "who"), [("U-kim", "kim"), ("U-stranger", "U-stranger"), ("", "")])
def test_the_audit_names_the_person_where_they_are_known(at: Office, actor: str, who: str) -> None:
    with at.store.transaction() as session:
        ctx = context(at, session, actor=actor)
        ctx.audit("shuffle", "list:platform", "y" * 3000)
    with at.store.reading() as session:
        (entry,) = audit.of_subject(session, "list:platform")
    assert (entry.actor, entry.action, len(entry.detail)) == (who, "shuffle", 2000)
    assert isinstance(entry.at, datetime)
    assert entry.at.tzinfo is not None


def test_each_rotation_has_one_calendar_for_as_long_as_the_policy_stands(at: Office) -> None:
    standing = at.standing
    (one,) = standing.policy.oncall.rotations
    assert standing.calendar(one) is standing.calendar(one)
    assert isinstance(standing.policy, Policy)
