"""What somebody's own page in the chat shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.wording import times
from handlers.wording.runbook import LINK, Owed, owed_line
from models.message import (
    Block,
    Bullets,
    Button,
    Buttons,
    Heading,
    Line,
    Message,
    MessageRef,
    Paragraph,
    Strong,
    line,
    message,
    note,
    paragraph,
)
from models.records.request import RequestState
from models.triage.verdict import RequestClass

EXCERPT = 100
MOST = 10
MOST_LINKS = 5


@dataclass(frozen=True, slots=True)
class OnCall:
    """Who is on call in one rotation. engineer, following: None where nobody is."""

    rotation: str
    engineer: str | None
    until: datetime | None
    following: str | None


@dataclass(frozen=True, slots=True)
class OwnShift:
    """One shift of somebody's."""

    rotation: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class OwnRequest:
    """One live request that somebody asked or is on. link: None where it is on another platform."""

    number: int
    link: MessageRef | None
    request_class: RequestClass
    state: RequestState
    owner: str
    text: str
    waits_since: datetime


def page(*sections: Sequence[Block], buttons: Buttons) -> Message:
    """Give the whole page."""
    return message(*(block for section in sections for block in section), buttons, summary="Watchbill")


def on_call(rotations: Sequence[OnCall], zone: ZoneInfo, now: datetime) -> Sequence[Block]:
    """Say who is on call in each rotation."""
    if not rotations:
        return ()
    return (Heading("On call now"), Bullets(tuple(_duty(one, zone, now, len(rotations) > 1) for one in rotations)))


def _duty(one: OnCall, zone: ZoneInfo, now: datetime, is_named: bool) -> Line:
    until = f" until {times.moment(one.until, zone, now)}" if one.until is not None else ""
    following = f"; then {one.following}" if one.following else ""
    return line(f"{one.rotation}: " if is_named else None, Strong(one.engineer or "nobody"), f"{until}{following}")


def shifts(mine: Sequence[OwnShift], zone: ZoneInfo, now: datetime, *, is_named: bool) -> Sequence[Block]:
    """Give somebody's next shifts."""
    if not mine:
        return ()
    return (Heading("My next shifts"), Bullets(tuple(_shift(one, zone, now, is_named=is_named) for one in mine)))


def _shift(one: OwnShift, zone: ZoneInfo, now: datetime, *, is_named: bool) -> Line:
    of = f" ({one.rotation})" if is_named else ""
    if one.start <= now:
        return line(Strong("now"), f", until {times.moment(one.end, zone, now)}{of}")
    return line(f"{times.moment(one.start, zone, now)}{of}")


def requests(mine: Sequence[OwnRequest], now: datetime) -> Sequence[Block]:
    """Give the live requests of somebody's."""
    if not mine:
        return (Heading("My open requests"), Paragraph(("None.",)))
    shown = Bullets(tuple(_request(one, now) for one in mine[:MOST]))
    left_out = len(mine) - MOST
    return (Heading("My open requests"), shown, *((note(f"And {left_out} more."),) if left_out > 0 else ()))


def _request(one: OwnRequest, now: datetime) -> Line:
    words = " ".join(one.text.split())
    shown = words if len(words) <= EXCERPT else f"{words[: EXCERPT - 1]}…"
    is_taken = one.state is RequestState.ACKNOWLEDGED and one.owner
    state = f"{one.owner} is on it" if is_taken else f"waits {_roughly(now - one.waits_since)}"
    return line(one.link or f"#{one.number}", f" {one.request_class}, {state}: {shown or '(withdrawn)'}")


def debts(mine: Sequence[Owed], zone: ZoneInfo) -> Sequence[Block]:
    """Give what somebody owes, with a button for the link of each of the newest."""
    if not mine:
        return ()
    left_out = len(mine) - MOST
    links = tuple(Button(LINK, f"Link for #{one.about.number}", str(one.about.number)) for one in mine[:MOST_LINKS])
    return (
        Heading("My runbook debts"),
        Bullets(tuple(owed_line(one, zone) for one in mine[:MOST])),
        *((note(f"And {left_out} more."),) if left_out > 0 else ()),
        Buttons(links),
    )


def _roughly(waited: timedelta) -> str:
    """Give a span in hours, so that the page need not be written anew each minute."""
    hours = waited // timedelta(hours=1)
    return f"for {times.span(timedelta(hours=hours))}" if hours else "for less than an hour"


def buttons(rotation: str | None) -> Buttons:
    """Give the common things. rotation: the one that an engineer serves in; None for everybody else."""
    ask = Button("ask", "Ask for help", style="primary")
    if rotation is None:
        return Buttons((ask,))
    return Buttons((ask, Button("handover-open", "Handover", rotation), Button("swap", "Swap a shift", rotation)))


def stranger() -> Sequence[Block]:
    """Say to somebody whom the configuration does not know what they can do here."""
    return (paragraph("Write in a support channel, or ask here; whoever is on call is told if need be."),)
