"""`watchbill roster --verify` over what people and leads did."""

from handlers.roster_proof import proved
from handlers.wording.roster_proof import Proved, lines
from tests.handlers.build import Office, office, rotation


def shown(opened: Office) -> list[Proved]:
    with opened.store.reading() as session:
        return proved(session, opened.standing)


def test_a_leads_shuffle_names_the_lead_and_follows_from_its_seed(database_url: str) -> None:
    opened = office(database_url)
    opened.command("lea", "oncall-list", "shuffle")
    found = shown(opened)
    by_hand = [one for one in found if one.drawn is not None]
    assert {one.drawn.by for one in by_hand if one.drawn} == {"lea"}
    assert all(one.proof.is_sound for one in found)
    assert any("shuffle by lea on 2026-11-02 10:00 UTC  equal" in line for line in lines(found))


def test_whatever_leads_do_the_draws_stay_equal_and_every_shift_is_explained(sqlite_url: str) -> None:
    crew = tuple(f"p{number:02}" for number in range(14))
    opened = office(sqlite_url, rotations=(rotation(engineers=crew),))
    edits = ("shuffle", "move p13 4", "add @gil 3", "assign 2026-11-13 @dan", "skip", "remove p05")
    for day, words in enumerate(edits, start=3):
        opened.pass_time(f"2026-11-{day:02} 12:00")
        said = opened.command("lea", "oncall-list", words)
        assert "The form is" not in said
        assert "Which day" not in said
    found = shown(opened)
    assert all(one.proof.is_sound for one in found), list(lines(found))
    assert [each for one in found for each in one.proof.deviations if not each.why] == []
    whys = " ".join(each.why for one in found for each in one.proof.deviations)
    assert "override: dan by lea" in whys
    assert "list changed: " in whys
