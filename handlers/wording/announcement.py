"""What the bot says to everybody: that nobody is on duty."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from models.message import Code, Message, Span, Strong, line, message, note, paragraph


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which nobody is on duty. until: None where nothing is planned; following: who comes after it."""

    rotation: str
    why: str
    until: datetime | None
    following: str | None
    now: datetime
    zone: ZoneInfo


def nobody(gap: Gap, mentions: Sequence[Span]) -> Message:
    """Say that nobody is on duty, to whoever has to find somebody. mentions: them, in a channel; none in their DM."""
    until = f" until {times.moment(gap.until, gap.zone, gap.now)}" if gap.until is not None else ""
    asked = line(*_listed(mentions), ", please put somebody on duty: " if mentions else "Please put somebody on duty: ")
    return message(
        paragraph("⚠️ ", Strong(f"Nobody is on call in {gap.rotation}{until}"), f": {gap.why}."),
        paragraph(*asked, Code("/oncall-list assign now @user"), "."),
        note(f"Until then urgent requests go to whoever is named as the fallback. {_after(gap)}".strip()),
        summary=f"Nobody is on call in {gap.rotation}{until}",
    )


def _after(gap: Gap) -> str:
    return f"After that {gap.following} is on call." if gap.until is not None and gap.following else ""


def _listed(mentions: Sequence[Span]) -> list[Span]:
    spans: list[Span] = []
    for mention in mentions:
        spans += [", ", mention] if spans else [mention]
    return spans
