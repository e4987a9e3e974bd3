"""A handover without a form: its words by command, its sections read whole, found again by what stands in it."""

from collections.abc import Iterator
from datetime import date

import pytest

from handlers.handover import handover_rows
from handlers.wording.handover_export import ExportRow, render
from models.errors import UserError
from models.records.handover import HandoverState
from models.triage.verdict import RequestClass
from tests.handlers.desk import COMMUNITY, SOS, URGENT, at_desk
from tests.handlers.handover_world import World, said, utc


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    made = World.of(sqlite_url).at("02 16:00")
    yield made
    made.close()


def rows(world: World, words: str = "", until: date | None = None) -> list[ExportRow]:
    with world.store.reading() as session:
        return handover_rows(session, world.standing, None, until, words)


def test_notes_and_summary_are_cleared_by_word(world: World) -> None:
    world.command("amina", "note if the queue grows, call the vendor")
    world.command("amina", "summary quiet after the upgrade")
    world.command("amina", "summary busy after the upgrade")
    drafted = said(world.command("amina", "draft"))
    assert "> busy after the upgrade" in drafted
    assert "quiet after" not in drafted

    assert "Cleared" in said(world.command("amina", "note clear"))
    assert "Cleared" in said(world.command("amina", "summary clear"))
    assert ">" not in said(world.command("amina", "draft"))


def test_nothing_notable_is_said_without_a_form_but_not_beside_notes(world: World) -> None:
    world.command("amina", "note watch node 14")
    with pytest.raises(UserError, match="do not go together"):
        world.command("amina", "submit nothing notable")
    with pytest.raises(UserError, match="The form is: /handover submit"):
        world.command("amina", "submit quietly")
    world.command("amina", "note clear")
    world.command("amina", "submit nothing notable")
    (row,) = world.handovers()
    assert (row.state, row.is_quiet) == (HandoverState.SUBMITTED, True)
    world.command("amina", "note after all: watch node 14")
    assert [one.is_quiet for one in world.handovers()] == [False]


@pytest.mark.parametrize("word", ["note", "summary"])
def test_a_text_of_forty_thousand_characters_is_refused_whole(world: World, word: str) -> None:
    world.command("amina", f"{word} short")
    with pytest.raises(UserError, match="At most 3,000 characters fit here"):
        world.command("amina", f"{word} {'x' * 40_000}")
    (row,) = world.handovers()
    assert row.watch + row.summary == "short"


def test_what_is_left_out_of_the_post_is_shown_to_whoever_asks(world: World) -> None:
    for number in range(13):
        world.request(f"fault {number}")
        world.log(f"line {number}")
    assert "and 3 more: /handover draft all" in said(world.command("amina", "draft"))
    assert said(world.command("amina", "draft all")).count("fault ") == 13
    world.command("amina", "submit")
    (post,) = world.posts()
    assert post.plain().count("fault ") == 10
    assert "and 3 more: /handover show 1" in post.plain()
    whole = said(world.command("bob", "show 1"))
    assert (whole.count("fault "), whole.count("line ")) == (13, 13)


def test_a_handover_over_a_weekend_names_the_next_working_day(world: World) -> None:
    world.pass_to("06 16:00")
    assert "; the next working day is Mon 9 Nov" in said(world.command("bob", "draft"))
    world.pass_to("10 16:00")
    assert "next working day" not in said(world.command("amina", "draft"))


def test_handovers_are_found_by_what_stands_in_them_or_in_the_log(world: World) -> None:
    world.command("amina", "note Ärger mit dem (VENDOR) 100%")
    for number in range(45):
        world.log(f"line {number}")
    world.pass_to("04 09:00")
    assert [row.number for row in rows(world, "ärger MIT dem (vendor) 100%")] == [1]
    assert [row.number for row in rows(world, "line 3")] == [1]
    assert rows(world, "100_") == []
    assert [row.number for row in rows(world, until=date(2026, 11, 3))] == [1]
    assert "2026-11-02 16:00 line 44" in render(rows(world, "vendor"), "md")
    assert all(f"line {number}" in str(rows(world)[0].log) for number in range(45))


def test_a_platform_request_that_nobody_took_in_its_time_is_called_overdue(world: World) -> None:
    world.request("please raise the quota", request_class=RequestClass.PLATFORM, opened_at=utc("02 14:00"))
    world.request("please add a namespace", request_class=RequestClass.PLATFORM, opened_at=utc("02 15:30"))
    drafted = said(world.command("amina", "draft"))
    assert "raise the quota · Dev, 14:00 · nobody is on it, overdue" in drafted
    assert "add a namespace · Dev, 15:30 · nobody is on it, overdue" not in drafted


def test_a_request_written_to_the_bot_alone_is_linked_where_the_engineers_can_read_it(sqlite_url: str) -> None:
    desk = at_desk(sqlite_url)
    desk.writes("dev", URGENT, None)
    desk.writes("eve", COMMUNITY, None)
    desk.delivers()
    draft = repr(desk.office.answer("ana", "handover", "draft"))
    assert f"MessageRef(channel='C-{SOS}'" in draft
    assert "channel='D-" not in draft
    assert "#2" in draft, "a question that nobody else can read is named all the same"
