"""The incidents in a handover: those that are live, and those that were resolved in its shift."""

from collections.abc import Callable, Sequence

from handlers.wording import times
from handlers.wording.handover_reading import Reading, more
from models.message import Block, Bullets, Line, MessageRef, Span, Strong, line, paragraph
from models.records.handover import DraftedIncident, Incidents


def blocks(incidents: Incidents, reading: Reading, span: str) -> list[Block]:
    """Give both sections; nothing where there were none. span: what the handover is of, as in `shift`."""
    return [
        *_section("Live incidents", incidents.live, incidents.live_total, reading, _live),
        *_section(
            f"Incidents resolved in this {span}", incidents.resolved, incidents.resolved_total, reading, _resolved
        ),
    ]


def counts(incidents: Incidents) -> tuple[str, ...]:
    """Give what the counts begin with: how many are live; nothing where none is."""
    if not incidents.live_total:
        return ()
    return (f"{times.count(incidents.live_total, 'incident')} live",)


def _section(
    title: str,
    items: Sequence[DraftedIncident],
    total: int,
    reading: Reading,
    item: Callable[[DraftedIncident, Reading], Line],
) -> list[Block]:
    if not total:
        return []
    shown = items[: reading.most]
    lines = Bullets(tuple(item(one, reading) for one in shown))
    return [paragraph(Strong(title)), lines, *more(total - len(shown), reading, "more")]


def _live(one: DraftedIncident, reading: Reading) -> Line:
    owner = f" · {one.owner} is on it" if one.owner else " · nobody is on it"
    following = f" · next update {reading.time(one.next_update_at)}" if one.next_update_at is not None else ""
    silenced = f" · silenced until {reading.time(one.silenced_until)}" if one.silenced_until is not None else ""
    return line(*_subject(one, reading), f", since {reading.time(one.opened_at)}", owner, following, silenced)


def _resolved(one: DraftedIncident, reading: Reading) -> Line:
    took = f" after {times.span(one.resolved_at - one.opened_at)}" if one.resolved_at is not None else ""
    at = f" · {reading.time(one.resolved_at)}{took}" if one.resolved_at is not None else ""
    return line(*_subject(one, reading), at, f", by {one.owner}" if one.owner else ", by itself")


def _subject(one: DraftedIncident, reading: Reading) -> tuple[Span, ...]:
    label = f"incident {one.number}"
    is_there = one.message and one.platform == reading.platform
    number: Span = MessageRef(one.channel, one.message, label) if is_there else label
    about = f" ({one.service})" if one.service and one.service.casefold() not in one.excerpt.casefold() else ""
    return number, f" {one.severity} · {one.excerpt or '(no title)'}{about}"
