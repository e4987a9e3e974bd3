"""Accounts in the chats: deactivated ones are kept, and told at once where they are on duty."""

from models.events import AccountChanged
from models.policy import OnCall
from models.records import account as accounts
from models.records.delivery import Purpose
from tests.handlers.build import direct, rotation
from tests.handlers.desk import SOS, URGENT, Desk, at_desk


def tells(desk: Desk, who: str, *, is_active: bool, user: str | None = None, name: str = "") -> None:
    """Let the platform tell how an account stands."""
    desk.count += 1
    desk.gives(
        AccountChanged(
            key=f"account:{desk.count}",
            platform="slack",
            at=desk.office.now,
            user=user or f"U-{who}",
            is_active=is_active,
            name=name,
        )
    )


def gone(desk: Desk) -> dict[str, str]:
    with desk.office.store.reading() as session:
        return {user: reason for (_, user), reason in accounts.gone(session).items()}


def test_a_deactivated_account_is_kept_until_it_is_active_again(database_url: str) -> None:
    desk = at_desk(database_url)
    tells(desk, "gil", is_active=False)
    assert gone(desk) == {"U-gil": ""}
    tells(desk, "gil", is_active=True)
    assert gone(desk) == {}


def test_a_stranger_who_asked_is_named_as_soon_as_their_name_is_told(database_url: str) -> None:
    desk = at_desk(database_url)
    message = desk.writes("dev", URGENT, SOS)
    assert "Devi" not in desk.commands("lea", "show 1")
    tells(desk, "dev", is_active=True, name="Devi Rao")
    tells(desk, "eve", is_active=True, name="Eve Moss")
    assert desk.request(message).author_name == "Devi Rao"
    assert "Devi Rao" in desk.commands("lea", "show 1")
    assert gone(desk) == {}


def test_whoever_is_deactivated_on_duty_is_told_to_the_leads_at_once(database_url: str) -> None:
    desk = at_desk(database_url)
    engineer, _ = desk.on_duty()
    tells(desk, engineer, is_active=False)
    (told,) = direct(desk.owed(), "lea")
    assert "is on call for platform now and has no active account on Slack" in told
    assert "/oncall-list assign now @user" in told
    assert f"/oncall-list remove @{engineer}" in told


def test_what_the_leads_are_told_to_do_puts_the_next_one_on_duty(database_url: str) -> None:
    desk = at_desk(database_url)
    engineer, following = desk.on_duty()
    tells(desk, engineer, is_active=False)
    desk.office.command("lea", "oncall-list", f"remove @{engineer}")
    assert desk.on_duty()[0] == following


def test_the_same_news_is_told_once(database_url: str) -> None:
    desk = at_desk(database_url)
    engineer, _ = desk.on_duty()
    tells(desk, engineer, is_active=False)
    tells(desk, engineer, is_active=False)
    assert len(direct(desk.owed(), "lea")) == 1


def test_who_comes_back_and_goes_again_is_told_anew(database_url: str) -> None:
    desk = at_desk(database_url)
    engineer, _ = desk.on_duty()
    for is_active in (False, True, False):
        tells(desk, engineer, is_active=is_active)
    assert len(direct(desk.owed(), "lea")) == 2


def test_whoever_is_not_on_duty_waits_for_the_morning(database_url: str) -> None:
    desk = at_desk(database_url)
    _, following = desk.on_duty()
    tells(desk, following, is_active=False)
    assert direct(desk.owed(), "lea") == []


def test_a_stranger_is_not_kept(database_url: str) -> None:
    desk = at_desk(database_url)
    tells(desk, "", is_active=False, user="U-nobody-knows")
    assert gone(desk) == {}


def test_a_message_that_its_recipient_could_not_get_tells_the_same(database_url: str) -> None:
    desk = at_desk(database_url)
    engineer, _ = desk.on_duty()
    desk.writes("dev", "outage", SOS)
    desk.delivers()
    desk.office.pass_time("2026-11-02 10:05")
    desk.owed()
    desk.cannot_reach(engineer)
    assert gone(desk) == {f"U-{engineer}": "refused"}
    assert any("cannot be written to on Slack (refused)" in told for told in direct(desk.owed(), "lea"))


def test_a_message_that_failed_otherwise_tells_nothing_of_its_recipient(database_url: str) -> None:
    desk = at_desk(database_url)
    desk.writes("dev", "outage", SOS)
    desk.delivers()
    desk.office.pass_time("2026-11-02 10:05")
    desk.delivers(failing=Purpose.PAGE)
    assert gone(desk) == {}


def test_a_post_in_a_channel_that_failed_names_no_account(database_url: str) -> None:
    desk = at_desk(database_url)
    desk.writes("dev", "outage", SOS)
    desk.delivers(failing=Purpose.PAGE, recipient=True)
    assert gone(desk) == {}


def test_the_lead_who_is_gone_is_not_the_one_to_tell(database_url: str) -> None:
    lone = OnCall(leads=("ana",), fallback=("ana", "ben"), rotations=(rotation(engineers=("ana",)),))
    desk = at_desk(database_url, oncall=lone)
    tells(desk, "ana", is_active=False)
    owed = desk.owed()
    assert direct(owed, "ana") == []
    assert "Ana Ruiz is on call" in direct(owed, "ben")[0]


def test_where_there_are_several_rotations_the_commands_name_the_right_one(database_url: str) -> None:
    desk = at_desk(database_url, rotations=(rotation(), rotation(name="database", engineers=("gil",))))
    tells(desk, "gil", is_active=False)
    (told,) = direct(desk.owed(), "lea")
    assert "Gil Hart is on call for database now" in told
    assert "/oncall-list remove @gil in database" in told


def test_an_empty_list_has_nobody_to_lose(database_url: str) -> None:
    desk = at_desk(database_url, rotations=(rotation(engineers=()),))
    desk.owed()
    tells(desk, "ana", is_active=False)
    assert gone(desk) == {"U-ana": ""}
    assert desk.owed() == []


def test_whoever_was_assigned_is_on_duty_too(database_url: str) -> None:
    desk = at_desk(database_url)
    desk.office.command("lea", "oncall-list", "assign today @gil")
    desk.owed()
    tells(desk, "gil", is_active=False)
    assert "Gil Hart is on call for platform now" in direct(desk.owed(), "lea")[0]
