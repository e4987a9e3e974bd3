"""The on-call log: by command, by 📝 on a message, and what the bot writes by itself."""

from collections.abc import Callable, Sequence

import pytest
from sqlalchemy import select

from models.events import MessageDeleted, MessagePosted, ReactionAdded, ReactionRemoved
from models.records.handover import LogEntry
from tests.handlers.build import Office, office

SOS = "devops-sos"


@pytest.fixture
def team(database_url: str) -> Office:
    return office(database_url)


def log(team: Office) -> list[tuple[str | None, str]]:
    with team.store.reading() as session:
        lines: Sequence[LogEntry] = session.scalars(select(LogEntry).order_by(LogEntry.id)).all()
        return [(one.author, one.text) for one in lines]


def react(
    team: Office,
    who: str,
    message: str,
    *,
    emoji: str = "memo",
    channel: str | None = SOS,
    kind: Callable[..., ReactionAdded | ReactionRemoved] = ReactionAdded,
) -> None:
    team.given += 1
    place = f"C-{channel}" if channel is not None else "D-1"
    event = kind(
        key=f"react:{team.given}",
        platform="slack",
        at=team.now,
        channel=place,
        channel_name=channel,
        message=message,
        user=f"U-{who}",
        emoji=emoji,
    )
    team.intake.receive(event)


def post(team: Office, text: str, message: str) -> None:
    team.intake.receive(
        MessagePosted(
            key=f"msg:{message}",
            platform="slack",
            at=team.now,
            channel=f"C-{SOS}",
            channel_name=SOS,
            message=message,
            thread=None,
            author="U-dev",
            author_name="Dev",
            text=text,
        )
    )


def test_a_note_on_a_message_is_its_first_line_masked_and_leads_to_it(team: Office) -> None:
    post(team, "production is down, password: hunter2hunter2\nsecond line", "m1")
    react(team, "ben", "m1")

    assert log(team)[-1] == ("ben", "📝 #devops-sos: production is down, password: ‹secret›")
    assert "production is down" in team.command("ana", "handover", "draft")
    assert "(Ben Cole) · the message" in team.command("ana", "handover", "draft")


def test_a_message_that_the_bot_did_not_keep_is_noted_by_its_link(team: Office) -> None:
    react(team, "ana", "m-unknown", emoji="pencil")
    assert log(team)[-1] == ("ana", "📝 a message in #devops-sos")


def test_a_message_is_noted_once_whoever_reacts(team: Office) -> None:
    for who in ("ana", "ben", "ana"):
        react(team, who, "m1")
    assert [one for one in log(team) if "📝" in one[1]] == [("ana", "📝 a message in #devops-sos")]


def test_nobody_but_engineers_and_leads_notes_and_nothing_of_a_direct_conversation(team: Office) -> None:
    before = log(team)
    react(team, "gil", "m1")
    react(team, "stranger", "m1")
    react(team, "ana", "m1", channel=None)
    assert log(team) == before
    react(team, "lea", "m1")
    assert len(log(team)) == len(before) + 1


def test_a_note_is_taken_back_with_its_reaction_by_the_same_person_until_it_is_filed(team: Office) -> None:
    react(team, "ana", "m1")
    react(team, "ben", "m1", kind=ReactionRemoved)
    react(team, "ana", "m1", emoji="eyes", kind=ReactionRemoved)
    assert [who for who, line in log(team) if "📝" in line] == ["ana"]
    react(team, "ana", "m1", kind=ReactionRemoved)
    assert [who for who, line in log(team) if "📝" in line] == []

    react(team, "ana", "m2")
    team.command("ana", "handover", "submit")
    react(team, "ana", "m2", kind=ReactionRemoved)
    assert [who for who, line in log(team) if "📝" in line] == ["ana"]


def test_the_words_of_a_deleted_message_leave_the_log(team: Office) -> None:
    post(team, "production is down", "m1")
    react(team, "ana", "m1")
    gone = MessageDeleted(
        key="del:m1", platform="slack", at=team.now, channel=f"C-{SOS}", channel_name=SOS, message="m1"
    )
    team.intake.receive(gone)
    assert log(team)[-1] == ("ana", "📝 #devops-sos: (deleted)")


def test_a_line_that_is_too_long_is_refused_whole(team: Office) -> None:
    before = log(team)
    assert "At most 3,000 characters fit here; this has 40,000." in team.command("ana", "oncall", "log " + "x" * 40_000)
    assert log(team) == before


def test_whatever_moves_duty_is_in_the_log(team: Office) -> None:
    team.command("lea", "oncall-list", "assign now @dan")
    team.command("ben", "oncall", "take 2026-11-04")
    team.command("dan", "oncall", "off 2026-11-05 dentist")
    said = "\n".join(line for _, line in log(team))
    assert "Dan Wu is on duty, in place of Ana Ruiz" in said
    team.command("lea", "oncall-list", "assign now nobody")
    assert log(team)[-1] == (None, "nobody is on duty")
    assert "Ben Cole took" in said
    assert "Dan Wu is off Thu 5 Nov" in said
