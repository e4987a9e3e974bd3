"""What comes out of hours: its author is told who is next and when, and the morning's one message has all of it."""

from datetime import date

import pytest

from models.events import MessagePosted
from models.policy import AfterHours, Holidays
from tests.handlers.build import NAMES, TEAM, Office, direct, office, posts, rotation

OUTAGE = "production is down for all our users, 503 everywhere in abc123-prod"
QUOTA = "we cannot push images to the registry, quota exceeded for the whole platform, please raise it"


@pytest.fixture
def friday(sqlite_url: str) -> Office:
    """Give a team on a Friday evening, before a Monday that is off."""
    platform = rotation(holidays=Holidays(extra_off=(date(2026, 11, 9),)))
    contact = AfterHours(contact="Service desk 7-7000")
    return office(sqlite_url, at="2026-11-06 18:00", rotations=(platform,), after_hours=contact)


def post(team: Office, text: str, message: str, author: str = "dev") -> list[str]:
    """Let a developer write in sos, and give what the bot says there."""
    event = MessagePosted(
        key=f"msg:{message}",
        platform="slack",
        at=team.now,
        channel="C-devops-sos",
        channel_name="devops-sos",
        message=message,
        thread=None,
        author=f"U-{author}",
        author_name=author,
        text=text,
    )
    team.intake.receive(event)
    return posts(team.owed(), "devops-sos")


def test_an_author_is_told_who_is_next_on_the_next_working_day_and_whom_to_call(friday: Office) -> None:
    said = "\n".join(post(friday, OUTAGE, "m1"))
    assert "is next and gets your request #1 Tue 10 Nov 09:00 UTC" in said
    assert "If it cannot wait: Service desk 7-7000." in said
    (name,) = [one for one in NAMES if f"{one} is next" in said]
    friday.pass_time("2026-11-10 09:00")
    assert f"{name} is on call" in friday.command("lea", "oncall")


def test_the_morning_has_one_message_with_what_waited_and_the_duties_the_urgent_first(friday: Office) -> None:
    post(friday, QUOTA, "m1")
    post(friday, OUTAGE, "m2", author="eve")
    friday.pass_time("2026-11-10 09:00")
    owed = friday.owed()
    (morning,) = [one for person in TEAM for one in direct(owed, person) if "Your duties" in one]
    urgent, waiting = morning.index("⚠️ Urgent, came out of hours"), morning.index("Waiting since out of hours")
    assert urgent < morning.index("#2 urgent") < waiting < morning.index("#1 platform") < morning.index("Your duties")
