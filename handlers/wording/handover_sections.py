"""The sections of a handover: counts first, then at most ten short lines each, so that it fits on a phone."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.wording import handover_incidents, times
from handlers.wording.handover_reading import Reading, more
from models.message import Block, Bullets, Line, MessageRef, Paragraph, Span, Strong, line, paragraph
from models.records.handover import Draft, DraftedLine, DraftedRequest, Requests
from models.records.request import Due

NEXT: Mapping[str, str] = {
    Due.PAGE: "escalates",
    Due.SILENCE: "owner reminded",
    Due.RESUME: "paged",
    Due.ENGINEER: "shown to the engineer on call",
    Due.STALE: "closed as stale",
}


def blocks(draft: Draft, reading: Reading) -> tuple[list[Block], list[Block]]:
    """Give the head (who, when, counts) and the sections of a draft."""
    reading = replace(reading, day=draft.shift_start.astimezone(reading.zone).date())
    head: list[Block] = [paragraph(_hours(draft, reading.zone)), paragraph(Strong(counts(draft)))]
    rest: list[Block] = [
        *handover_incidents.blocks(draft.incidents, reading, _span(draft)),
        *_requests("Open", draft.open, reading, _open),
        *_requests("Waiting since out of hours", draft.waiting, reading, _open),
        *_requests(f"Resolved in this {_span(draft)}", draft.resolved, reading, _resolved),
        *_requests("Runbook debts", draft.debts, reading, _debt),
        *_log(draft, reading),
    ]
    return head, [*rest, *_figures(draft)]


def _span(draft: Draft) -> str:
    return "part of the shift" if draft.is_part else "shift"


def when(at: datetime, zone: ZoneInfo) -> str:
    """Give a local time that stays right when it is read later: `Mon 23 Nov 09:00 PST`."""
    return f"{times.day(at.astimezone(zone).date())} {times.clock(at, zone)}"


def counts(draft: Draft) -> str:
    """Give the counts in one line."""
    return " · ".join(
        (
            *handover_incidents.counts(draft.incidents),
            f"{draft.open.total} open",
            f"{draft.waiting.total} waiting",
            f"{draft.resolved.total} resolved",
            times.count(draft.debts.total, "runbook debt"),
        )
    )


def _hours(draft: Draft, zone: ZoneInfo) -> str:
    ends = when(draft.shift_end, zone)
    what = "Part of the shift" if draft.is_part else "Shift"
    return f"{what} {when(draft.shift_start, zone)} – {ends}{_after_a_break(draft, zone)}"


def _after_a_break(draft: Draft, zone: ZoneInfo) -> str:
    """Say which working day is next, where it is not the day after."""
    first, last = (at.astimezone(zone).date() for at in (draft.shift_start, draft.shift_end))
    is_break = not draft.is_part and last - first > timedelta(days=1)
    return f"; the next working day is {times.day(last)}" if is_break else ""


def _requests(
    title: str, section: Requests, reading: Reading, item: Callable[[DraftedRequest, Reading], Line]
) -> list[Block]:
    if not section.total:
        return []
    shown = section.items[: reading.most]
    lines = Bullets(tuple(item(one, reading) for one in shown))
    return [paragraph(Strong(title)), lines, *more(section.total - len(shown), reading, "more")]


def _open(one: DraftedRequest, reading: Reading) -> Line:
    late = ", overdue" if one.is_overdue else ""
    owner = f" · {one.owner} is on it" if one.owner else f" · nobody is on it{late}"
    last = f" · {one.last} {reading.time(one.last_at)}" if one.last_at else ""
    following = f" · next: {NEXT[one.due]} {reading.time(one.due_at)}" if one.due in NEXT and one.due_at else ""
    since = f", {reading.time(one.opened_at)}"
    return line(*_subject(one, reading), f" · {one.author}{since}", owner, last, following)


def _resolved(one: DraftedRequest, reading: Reading) -> Line:
    took = f" in {times.span(one.resolved_at - one.opened_at)}" if one.resolved_at else ""
    return line(*_subject(one, reading), f" · by {one.owner or 'somebody'}{took}")


def _debt(one: DraftedRequest, reading: Reading) -> Line:
    since = f" since {times.day(one.resolved_at.astimezone(reading.zone).date())}" if one.resolved_at else ""
    return line(*_subject(one, reading), f" · {one.owner or 'somebody'} owes the link{since}")


def _subject(one: DraftedRequest, reading: Reading) -> tuple[Span, ...]:
    label = f"#{one.number}"
    is_open_to_all = one.platform == reading.platform and not one.is_private
    number: Span = MessageRef(one.channel, one.root, label) if is_open_to_all else label
    return number, f" {one.request_class} · {one.excerpt or '(no text)'}"


def _log(draft: Draft, reading: Reading) -> list[Block]:
    if not draft.log_total:
        return []
    lines = tuple(_log_line(one, reading) for one in draft.log[-reading.most :])
    left = draft.log_total - len(lines)
    return [paragraph(Strong("Log")), Bullets(lines), *more(left, reading, "before")]


def _log_line(one: DraftedLine, reading: Reading) -> Line:
    is_there = one.message and one.platform == reading.platform
    place = MessageRef(one.channel, one.message, "the message") if is_there else None
    return line(f"{reading.time(one.at)} {one.text}", _by(one), " · " if place else None, place)


def _by(one: DraftedLine) -> str:
    return f" ({one.author})" if one.author else ""


def _figures(draft: Draft) -> list[Paragraph]:
    total = sum(number for _, number in draft.by_class)
    if not total:
        return []
    kinds = ", ".join(f"{number} {one}" for one, number in draft.by_class)
    after = draft.acknowledged_after
    median = f"; taken after {times.span(after)} (median)" if after is not None else ""
    return [paragraph(f"{times.count(total, 'request')} in this {_span(draft)}: {kinds}{median}")]
