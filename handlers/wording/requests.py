"""What the bot says about requests to the people who ask."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from models.message import (
    Button,
    Buttons,
    ChannelRef,
    Code,
    Message,
    MessageRef,
    Strong,
    message,
    note,
    paragraph,
    text,
)
from models.triage.verdict import RequestClass

_AS = {
    RequestClass.URGENT: "as urgent",
    RequestClass.PLATFORM: "as a request to the platform team",
    RequestClass.COMMUNITY: "as a question to the community",
    RequestClass.NONE: "as no request",
}
_END = r"\s*(?:$|\n|[.,;:!\u2013\u2014]+(?:\s(?!\s*\d)|$)|\s-\s)"  # neither `no-one` nor `no. 1`
_YES = re.compile(rf"(?:yes|yep|yeah)(?:\s|{_END})|(?:correct|it is){_END}")
_NO = re.compile(rf"(?:no|nope|not){_END}|not (?:in )?prod(?:uction)?\b")


def question(number: int, graver: RequestClass, otherwise: RequestClass) -> Message:
    """Ask an author whether the graver class applies."""
    if graver is RequestClass.URGENT:
        asked, yes, no = "Is production down or badly affected for real users right now?", "Yes, production", "No"
    else:
        asked, yes, no = "Does this need the platform team?", "Yes, the platform team", "No, anybody can answer"
    return message(
        paragraph(asked),
        Buttons((Button("class", yes, f"{number}:{graver}", "primary"), Button("class", no, f"{number}:{otherwise}"))),
        note("If you do not answer within a few minutes, I take it as a yes."),
        summary=asked,
    )


def question_answered(to: RequestClass) -> Message:
    """Close a question with its answer."""
    return text(f"Thank you. I treat this {_AS[to]}.")


def yes_or_no(words: str) -> bool | None:
    """Give what somebody's words say to a question; None where that is not plain, as in `no idea` and `not working`.

    A yes may lead on to other words. A no may only where what it denies is named.
    """
    said = words.strip().lower()
    if _YES.match(said):
        return True
    return False if _NO.match(said) else None


def question_unanswered(to: RequestClass, *, has_written: bool) -> Message:
    """Close a question that nobody answered. has_written: its author wrote since, but no plain yes or no."""
    why = "No button was pressed" if has_written else "There was no answer"
    return text(f"{why}, so I treat this {_AS[to]}.")


def question_overtaken(to: RequestClass) -> Message:
    """Close a question that a later message answered."""
    return text(f"After your last message I treat this {_AS[to]}.")


def question_moot(name: str, *, is_resolved: bool = False) -> Message:
    """Close the question of a request that somebody has taken, or resolved."""
    return text(f"{name} has {'resolved' if is_resolved else 'taken'} it; no answer is needed any more.")


def cross_link(number: int, channel: str, root: str, channel_name: str, engineer: str | None) -> Message:
    """Point to an urgent request from the sos channel, without pinging anybody again.

    engineer: who is told of it; None where it waits for the hours.
    """
    return message(
        paragraph(
            "🚨 ",
            Strong("Urgent request "),
            MessageRef(channel, root, f"#{number}"),
            " was asked in ",
            ChannelRef(channel, channel_name),
            ".",
        ),
        note(f"{engineer} is told in its thread." if engineer else "It came outside hours; its thread says what now."),
        summary=f"Urgent request #{number} in #{channel_name}",
    )


def point_to_how_to(number: int, name: str, channel: str | None, *, with_button: bool) -> Message:
    """Point kindly to the how-to channel."""
    where = ChannelRef(channel, name) if channel is not None else Strong(f"#{name}")
    elsewhere = Button("reroute", "I'll ask there", str(number))
    down = Button("class", "Production is down", f"{number}:{RequestClass.URGENT}", "danger")
    return message(
        paragraph("This looks like a question that others in ", where, " can answer; more people read there."),
        Buttons((elsewhere, down) if with_button else (elsewhere,)),
        note("If production is affected, press the button and the engineer on call is pinged.")
        if with_button
        else None,
    )


def stays_here(to: RequestClass) -> Message:
    """Take back a pointer to another channel."""
    return text(f"This is taken {_AS[to]} now; please stay here.")


def escalates(at: datetime, zone: ZoneInfo) -> str:
    """Say when others are paged."""
    return f"the escalation goes on at {times.clock(at, zone)}"


def comes_up(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Say when a request comes up again, where nobody is paged before that."""
    return f"whoever is on call gets it {times.moment(at, zone, now)}"


def silent(number: int, channel: str, root: str, otherwise: str) -> Message:
    """Remind whoever took a request and has said nothing since. otherwise: what comes of that."""
    return message(
        paragraph("You took ", MessageRef(channel, root, f"#{number}"), " and have not written there for a while."),
        note(
            "Write in its thread how it stands, or resolve it with ",
            Code(f"/oncall resolve {number}"),
            f". Otherwise {otherwise}.",
        ),
        summary=f"How does #{number} stand?",
    )


def said_by_hand(to: RequestClass) -> str:
    """Give the reason of a class that a person chose."""
    return f"somebody said that it is {to}"
