"""The sections of a handover: counts first, then at most ten short lines each, so that it fits on a phone."""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from models.message import Block, Bullets, Line, MessageRef, Note, Paragraph, Span, Strong, line, note, paragraph
from models.records.handover import Draft, DraftedLine, DraftedRequest, Requests
from models.records.request import Due

NEXT: Mapping[str, str] = {
    Due.PAGE: "escalates",
    Due.SILENCE: "owner reminded",
    Due.RESUME: "paged",
    Due.ENGINEER: "shown to the engineer on call",
    Due.STALE: "closed as stale",
}


def blocks(draft: Draft, zone: ZoneInfo, platform: str) -> tuple[list[Block], list[Block]]:
    """Give the head (who, when, counts) and the sections of a draft.

    platform: where it is read; only requests of the same platform can be links.
    """
    head: list[Block] = [paragraph(_hours(draft, zone)), paragraph(Strong(counts(draft)))]
    rest: list[Block] = [
        *_requests("Open", draft.open, lambda one: _open(one, zone, platform)),
        *_requests("Waiting since out of hours", draft.waiting, lambda one: _open(one, zone, platform)),
        *_requests("Resolved in this shift", draft.resolved, lambda one: _resolved(one, platform)),
        *_requests("Runbook debts", draft.debts, lambda one: _debt(one, zone, platform)),
        *_log(draft, zone),
    ]
    return head, [*rest, *_figures(draft)]


def when(at: datetime, zone: ZoneInfo) -> str:
    """Give a local time that stays right when it is read later: `Mon 23 Nov 09:00 PST`."""
    return f"{times.day(at.astimezone(zone).date())} {times.clock(at, zone)}"


def counts(draft: Draft) -> str:
    """Give the counts in one line."""
    return " · ".join(
        (
            f"{draft.open.total} open",
            f"{draft.waiting.total} waiting",
            f"{draft.resolved.total} resolved",
            times.count(draft.debts.total, "runbook debt"),
        )
    )


def _hours(draft: Draft, zone: ZoneInfo) -> str:
    return f"Shift {when(draft.shift_start, zone)} – {when(draft.shift_end, zone)}"


def _requests(title: str, section: Requests, item: Callable[[DraftedRequest], Line]) -> list[Block]:
    if not section.total:
        return []
    left = section.total - len(section.items)
    return [paragraph(Strong(title)), Bullets(tuple(map(item, section.items))), *_more(left)]


def _more(left: int) -> list[Note]:
    return [note(f"and {left} more")] if left > 0 else []


def _open(one: DraftedRequest, zone: ZoneInfo, platform: str) -> Line:
    owner = f" · {one.owner} is on it" if one.owner else " · nobody is on it"
    last = f" · {one.last} {when(one.last_at, zone)}" if one.last_at else ""
    following = f" · next: {NEXT[one.due]} {when(one.due_at, zone)}" if one.due in NEXT and one.due_at else ""
    since = f" · since {when(one.opened_at, zone)}"
    return line(*_subject(one, platform), f" · from {one.author}", since, owner, last, following)


def _resolved(one: DraftedRequest, platform: str) -> Line:
    took = f" in {times.span(one.resolved_at - one.opened_at)}" if one.resolved_at else ""
    return line(*_subject(one, platform), f" · by {one.owner or 'somebody'}{took}")


def _debt(one: DraftedRequest, zone: ZoneInfo, platform: str) -> Line:
    since = f" since {times.day(one.resolved_at.astimezone(zone).date())}" if one.resolved_at else ""
    return line(*_subject(one, platform), f" · {one.owner or 'somebody'} owes the link{since}")


def _subject(one: DraftedRequest, platform: str) -> tuple[Span, ...]:
    label = f"#{one.number}"
    number: Span = MessageRef(one.channel, one.root, label) if one.platform == platform else label
    return number, f" {one.request_class} · {one.excerpt or '(no text)'}"


def _log(draft: Draft, zone: ZoneInfo) -> list[Block]:
    if not draft.log_total:
        return []
    lines = tuple(_log_line(one, zone) for one in draft.log)
    left = draft.log_total - len(lines)
    return [paragraph(Strong("Log")), Bullets(lines), *([note(f"and {left} before")] if left > 0 else [])]


def _log_line(one: DraftedLine, zone: ZoneInfo) -> Line:
    return line(f"{times.day(one.at.astimezone(zone).date())} {one.at.astimezone(zone):%H:%M} {one.text}", _by(one))


def _by(one: DraftedLine) -> str:
    return f" ({one.author})" if one.author else ""


def _figures(draft: Draft) -> list[Paragraph]:
    total = sum(number for _, number in draft.by_class)
    if not total:
        return []
    kinds = ", ".join(f"{number} {one}" for one, number in draft.by_class)
    after = draft.acknowledged_after
    median = f"; taken after {times.span(after)} (median)" if after is not None else ""
    return [paragraph(f"{times.count(total, 'request')} in this shift: {kinds}{median}")]
