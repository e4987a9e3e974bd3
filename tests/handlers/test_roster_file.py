"""The lists as files: what a file does to a list, and what is written comes back as no change."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from handlers import roster_file
from handlers.context import Context
from handlers.wording.roster_file import Brought
from models.events import TimeCame
from models.records import audit
from models.rota.roster import Roster
from tests.handlers.build import TEAM, Office, direct, instant, office, posts, rotation

NOW = instant("2026-11-02 10:00")
PEOPLE = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8).map(tuple)
ODD = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=12)


def brought(opened: Office, is_kept: bool = True, **lists: tuple[str, ...]) -> list[Brought]:
    """Bring lists in as the command line does."""
    with opened.store.transaction() as session:
        event = TimeCame.of("roster-import", str(opened.now), opened.now)
        found = roster_file.bring_in(
            Context(session, opened.now, event, opened.standing, "the command line (root)"), lists
        )
        if not is_kept:
            session.rollback()
    return found


def listed(opened: Office, name: str = "platform") -> tuple[str, ...]:
    with opened.store.reading() as session:
        return tuple(roster_file.orders(session, opened.standing, opened.now)[name])


def test_a_file_says_who_comes_who_leaves_and_who_moves(database_url: str) -> None:
    opened = office(database_url)
    (one,) = brought(opened, platform=("dan", "ana", "gil", "cleo"))
    assert [(new.engineer, new.place) for new in one.comes] == [("gil", 3)]
    assert one.leaves == ("ben",)
    assert one.moves == (("dan", 4, 1),)
    assert listed(opened) == ("dan", "ana", "gil", "cleo")


def test_what_is_shown_before_is_what_is_done_then(database_url: str) -> None:
    opened = office(database_url)
    wanted = ("cleo", "gil", "dan", "ana")
    shown = brought(opened, is_kept=False, platform=wanted)
    assert (listed(opened), opened.owed()) == (TEAM, [])
    assert brought(opened, platform=wanted) == shown
    assert shown[0].dates


def test_everybody_whose_dates_move_is_told_in_one_message_whatever_the_rotations(sqlite_url: str) -> None:
    both = rotation(), rotation(name="database", engineers=("dan", "ana"))
    opened = office(sqlite_url, rotations=both)
    brought(opened, platform=("ana", "ben", "cleo"), database=("dan", "ana", "gil"))
    owed = opened.owed()
    assert [len(direct(owed, who)) for who in ("dan", "gil")] == [1, 1]
    (told,) = direct(owed, "dan")
    assert "Your on-call dates in platform changed. The command line (root) replaced the list" in told
    assert "Your on-call dates in database changed." in told


def test_who_is_on_duty_and_no_longer_named_is_replaced_at_once(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    (one,) = brought(opened, platform=("ben", "cleo", "dan"))
    assert one.on_duty == ("ana", "ben")
    assert posts(opened.owed()) == [
        "Ben Cole is on call in platform now, in place of Ana Ruiz, until tomorrow 09:00 UTC."
    ]


def test_the_history_says_that_it_was_the_command_line(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    brought(opened, platform=("dan", "cleo", "ben", "ana"))
    (line,) = opened.command("ana", "oncall-list", "history").splitlines()[1:]
    assert "the command line (root): import " in line
    assert "before Ana Ruiz, Ben Cole, Cleo Park, Dan Wu; after Dan Wu, Cleo Park, Ben Cole, Ana Ruiz" in line


def test_a_newcomer_behind_everybody_comes_with_the_next_cycle_and_one_between_has_a_turn_in_this(
    sqlite_url: str,
) -> None:
    opened = office(sqlite_url)
    behind = brought(opened, is_kept=False, platform=(*TEAM, "gil"))
    between = brought(opened, is_kept=False, platform=("ana", "ben", "gil", "cleo", "dan"))
    firsts = [one.comes[0].first for one in (*behind, *between)]
    assert [str(day) for day in firsts[1:]] == ["2026-11-04"]
    assert firsts[0] is not None
    assert str(firsts[0]) >= "2026-11-06"


def test_a_newcomer_to_an_empty_list_is_on_duty_at_once(sqlite_url: str) -> None:
    opened = office(sqlite_url, rotations=(rotation(engineers=()),))
    (one,) = brought(opened, platform=("gil", "dan"))
    assert one.on_duty == (None, "gil")


def test_a_list_that_is_no_change_leaves_no_trace(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    assert not brought(opened, platform=TEAM)[0].is_change
    with opened.store.reading() as session:
        assert audit.of_subject(session, "rotation:platform") == []


def test_a_list_that_the_store_does_not_have_begins_with_the_file(sqlite_url: str) -> None:
    opened = office(sqlite_url, is_planned=False)
    (one,) = brought(opened, platform=("dan", "ana"))
    assert one.is_new
    opened.pass_time()
    assert listed(opened) == ("dan", "ana")
    assert opened.command("ana", "oncall").startswith("Dan Wu is on call")


def test_an_export_in_the_chat_is_what_the_command_line_writes(sqlite_url: str) -> None:
    opened = office(sqlite_url)
    opened.command("lea", "oncall-list", "move @dan 1")
    shown = opened.command("ana", "oncall-list", "export").splitlines()[1]
    with opened.store.reading() as session:
        written = roster_file.as_yaml(roster_file.orders(session, opened.standing, opened.now))
    assert yaml.safe_load(shown) == yaml.safe_load(written)
    assert shown == "oncall: {rotations: [{name: platform, engineers: [dan, ana, ben, cleo]}]}"


@given(st.lists(ODD, unique=True, max_size=5))
def test_whatever_people_are_called_is_read_back_as_it_was_written(people: list[str]) -> None:
    expected = {"oncall": {"rotations": [{"name": "platform", "engineers": people}]}}
    assert yaml.safe_load(roster_file.as_yaml({"platform": people})) == expected
    assert yaml.safe_load(roster_file.in_one_line("platform", people)) == expected


@given(PEOPLE, PEOPLE)
def test_a_list_becomes_what_the_file_says_and_the_fewest_move(
    before: tuple[str, ...], wanted: tuple[str, ...]
) -> None:
    old = Roster.of(*before)
    new = roster_file.relisted(old, wanted, NOW)
    assert new.order(NOW) == wanted
    assert {member.engineer for member in new.members} >= set(before)
    moved = roster_file.moved(before, wanted)
    still = [engineer for engineer in before if engineer in wanted and engineer not in moved]
    assert still == [engineer for engineer in wanted if engineer in still]
