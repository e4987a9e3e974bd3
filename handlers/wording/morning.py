"""What the bot says when a shift begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.wording import times
from models.message import (
    Block,
    Bullets,
    Code,
    Line,
    Message,
    MessageRef,
    Strong,
    line,
    message,
    note,
    paragraph,
)
from models.policy import Hours
from models.records.handover import HandoverState
from models.triage.verdict import RequestClass

MOST = 10
EXCERPT = 80


@dataclass(frozen=True, slots=True)
class Facts:
    """A shift that begins, as the sentences need it. rotation: empty where there is only one; people are names."""

    rotation: str
    engineer: str
    why: str
    until: datetime
    following: str | None
    hours: Hours
    now: datetime
    zone: ZoneInfo

    @property
    def end(self) -> str:
        """When it ends, as one says it now."""
        return times.moment(self.until, self.zone, self.now)

    @property
    def of_rotation(self) -> str:
        """The rotation's name as the sentence goes on."""
        return f" in {self.rotation}" if self.rotation else ""


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request that is open. channel: None where it is on another platform than the reader."""

    number: int
    channel: str | None
    root: str
    place: str
    request_class: RequestClass
    words: str
    owner: str | None
    waited: timedelta


@dataclass(frozen=True, slots=True)
class LastHandover:
    """The last handover that was filed. is_mine: whether it goes to the reader."""

    number: int
    outgoing: str | None
    state: HandoverState
    ended: datetime
    is_mine: bool


def post(facts: Facts, live: int, waiting: int, *, is_reached: bool) -> Message:
    """Say in operations who is on call now."""
    return message(
        paragraph(
            Strong(facts.engineer), f" is on call{facts.of_rotation} until {facts.end}. {_following(facts, 'theirs')}"
        ),
        paragraph(f"{times.count(live, 'request')} open{_of_them(waiting)}.") if live else None,
        None if is_reached else paragraph(f"I cannot reach {facts.engineer} in any chat: please tell them."),
        note(f"Why {facts.engineer}: {facts.why}."),
        summary=f"{facts.engineer} is on call{facts.of_rotation} until {facts.end}",
    )


def direct(
    facts: Facts,
    duties: Sequence[str],
    waiting: Sequence[OpenRequest],
    others: Sequence[OpenRequest],
    last: LastHandover | None,
    *,
    incidents: Sequence[Block] = (),
) -> Message:
    """Tell the engineer on call what awaits them, and how they hand over. incidents: those that are live, as a part."""
    hours = f"{facts.hours.start:%H:%M}–{facts.hours.end:%H:%M}"
    opening = f"You are on call{facts.of_rotation} until {facts.end}."
    urgent = [one for one in waiting if one.request_class is RequestClass.URGENT]
    others_waiting = [one for one in waiting if one.request_class is not RequestClass.URGENT]
    return message(
        paragraph(Strong(opening), f" Your hours are {hours}. {_following(facts, 'yours')}"),
        paragraph(*_handover(last, facts)) if last is not None else None,
        *incidents,
        *_requests("⚠️ Urgent, came out of hours; I page you for them when the hours begin", urgent),
        *_requests("Waiting since out of hours; I page you for them when the hours begin", others_waiting),
        *_requests("Open", others),
        None if waiting or others or incidents else paragraph("Nothing is open."),
        *_duties(duties),
        note(
            "Before you go: ",
            Code(f"/handover{facts.of_rotation}"),
            " shows what I would hand over, ",
            Code(f"/oncall log …{facts.of_rotation}" if facts.rotation else "/oncall log"),
            " writes a line into it. ",
            f"Why you: {facts.why}.",
        ),
        summary=f"{opening} {_summary(waiting, others)}{_urgent_of_them(len(urgent))}",
    )


def shadow(facts: Facts) -> Message:
    """Tell a newcomer whom they shadow today."""
    opening = f"{facts.engineer} is on call{facts.of_rotation} until {facts.end}, and you shadow them."
    return message(
        paragraph(Strong(opening)),
        note(
            "You are told of what they are paged for; nothing is expected of you. ",
            Code(f"/handover draft{facts.of_rotation}"),
            " shows what they would hand over.",
        ),
        summary=opening,
    )


def _following(facts: Facts, own: str) -> str:
    if facts.following is None:
        return "Nobody is planned after that."
    if facts.following == facts.engineer:
        return f"The shift after that is {own} too."
    return f"Next: {facts.following}."


def _of_them(waiting: int) -> str:
    return f", {waiting} of them since out of hours" if waiting else ""


def _summary(waiting: Sequence[OpenRequest], others: Sequence[OpenRequest]) -> str:
    count = len(waiting) + len(others)
    return f"{times.count(count, 'request')} open." if count else "Nothing is open."


def _urgent_of_them(count: int) -> str:
    return f" {count} urgent since out of hours." if count else ""


def _duties(duties: Sequence[str]) -> list[Block]:
    return [paragraph(Strong("Your duties")), Bullets(tuple(line(one) for one in duties))] if duties else []


def _requests(title: str, requests: Sequence[OpenRequest]) -> list[Block]:
    if not requests:
        return []
    shown = [_request(one) for one in requests[:MOST]]
    if len(requests) > MOST:
        shown.append(line(f"and {len(requests) - MOST} more"))
    return [paragraph(Strong(f"{title} ({len(requests)})")), Bullets(tuple(shown))]


def _request(one: OpenRequest) -> Line:
    number = f"#{one.number}"
    owner = f"{one.owner} is on it" if one.owner else "nobody is on it"
    return line(
        MessageRef(one.channel, one.root, number) if one.channel is not None else number,
        f" {one.request_class} in {one.place}, {times.span(one.waited)} old, {owner}: {_excerpt(one.words)}",
    )


def _handover(last: LastHandover, facts: Facts) -> Line:
    whose = f"{last.outgoing}'s handover" if last.outgoing else "The last handover"
    match last.state:
        case HandoverState.ACCEPTED:
            how = " is accepted."
        case HandoverState.AUTOMATIC:
            how = " was filed by me, because nobody submitted it."
        case _:
            how = " is submitted."
    ended = f" (#{last.number}, shift until {times.moment(last.ended, facts.zone, facts.now)})"
    if last.is_mine and last.state is not HandoverState.ACCEPTED:
        return line(whose, ended, how, " Accept it with ", Code("/handover accept"), ".")
    return line(whose, ended, how, " Read it with ", Code(f"/handover show {last.number}"), ".")


def _excerpt(words: str) -> str:
    short = " ".join(words[: EXCERPT * 8].split())
    return short if len(short) <= EXCERPT else f"{short[: EXCERPT - 1]}…"
