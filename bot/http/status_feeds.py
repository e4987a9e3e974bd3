"""The same board for programs: as JSON, and as an Atom feed. Source: RFC 4287, RFC 4151."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

from bot.http.markup import Markup, element
from handlers.status import AHEAD, Board, Planned, Service, Shown
from handlers.wording import status as wording

NOWHERE = "watchbill.invalid"
"""Whose names the entries of a bot without an address have; the domain exists nowhere (RFC 2606)."""

NEVER = datetime(2026, 1, 1, tzinfo=UTC)
"""When a feed without an entry changed."""


def as_json(board: Board, *, is_stale: bool) -> str:
    """Give the board as JSON; instants carry the offset of the organisation's time, lengths are seconds."""
    states = [(one.name, one.state) for one in board.services]
    document = {
        "title": board.title,
        "summary": wording.headline(states, has_other=board.has_other),
        "at": _iso(board.at, board),
        "stale": is_stale,
        "time_zone": board.zone.key,
        "monitoring_silent_since": _iso(board.blind_since, board),
        "services": [_service(one) for one in board.services],
        "incidents": [_incident(one, board) for one in board.live],
        "maintenance": [_maintenance(one, board) for one in board.planned],
        "past_incidents": [_incident(one, board) for one in board.past],
        "past_maintenance": [_maintenance(one, board) for one in board.past_planned],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _iso(at: datetime | None, board: Board) -> str | None:
    return None if at is None else at.astimezone(board.zone).isoformat(timespec="seconds")


def _service(one: Service) -> dict[str, Any]:
    return {
        "name": one.name,
        "state": one.state,
        "up": None if one.share is None else round(one.share, 6),
        "days": [
            {
                "date": day.day.isoformat(),
                "state": day.state,
                "down": int(day.down.total_seconds()),
                "degraded": int(day.degraded.total_seconds()),
                "maintenance": int(day.maintenance.total_seconds()),
            }
            for day in one.days
        ],
    }


def _incident(one: Shown, board: Board) -> dict[str, Any]:
    return {
        "number": one.number,
        "service": one.service,
        "title": one.title,
        "state": one.state,
        "note": one.note,
        "began": _iso(one.opened_at, board),
        "began_again": _iso(one.again_at, board),
        "ended": _iso(one.resolved_at, board),
        "next_update": _iso(one.next_update_at, board),
    }


def _maintenance(one: Planned, board: Board) -> dict[str, Any]:
    return {
        "service": one.service,
        "note": one.note,
        "begins": _iso(one.start, board),
        "ends": _iso(one.end, board),
    }


def atom(board: Board) -> str:
    """Give the board as an Atom feed: an entry for each incident and each maintenance, the last changed first."""
    entries = [_of_incident(one, board) for one in (*board.live, *board.past)]
    entries += [_of_maintenance(one, board) for one in (*board.planned, *board.past_planned)]
    entries.sort(key=lambda one: (one.updated, one.name), reverse=True)
    changed = max((one.updated for one in entries), default=NEVER)
    address = board.url.rstrip("/")
    feed = element(
        "feed",
        element("id", _tag(board, "status")),
        element("title", board.title),
        element("updated", _zulu(changed)),
        element("author", element("name", board.title)),
        _link("self", f"{address}/status.atom", "application/atom+xml") if address else None,
        _link("alternate", f"{address}/status", "text/html") if address else None,
        [_entry(one, board) for one in entries],
        xmlns="http://www.w3.org/2005/Atom",
    )
    return f'<?xml version="1.0" encoding="utf-8"?>\n{feed}\n'


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of the feed. name: what no other has."""

    name: str
    title: str
    updated: datetime
    published: datetime
    told: str


def _of_incident(one: Shown, board: Board) -> _Entry:
    zone, now = board.zone, board.at
    if one.resolved_at is not None:
        when = wording.lasted(one.opened_at, one.resolved_at, zone, now)
    else:
        when = wording.since(one.state, one.opened_at, zone)
    title = wording.news(one.service, one.title, one.state, is_over=one.resolved_at is not None)
    told = " ".join(filter(None, (one.note, when)))
    return _Entry(f"incident/{one.number}", title, one.changed_at, one.opened_at, told)


def _of_maintenance(one: Planned, board: Board) -> _Entry:
    """Give the entry of a maintenance; it is told when it is announced, begins, and ends."""
    announced = one.start - AHEAD
    at = next(at for at in (one.end, one.start, announced) if at <= board.at or at == announced)
    title = f"{wording.PLANNED}: {wording.maintenance(one.service, one.note)}"
    told = wording.lasted(one.start, one.end, board.zone, board.at)
    return _Entry(f"maintenance/{_zulu(one.start)}/{one.service or ''}", title, at, announced, told)


def _entry(one: _Entry, board: Board) -> Markup:
    address = board.url.rstrip("/")
    return element(
        "entry",
        element("id", _tag(board, one.name)),
        element("title", one.title),
        element("updated", _zulu(one.updated)),
        element("published", _zulu(one.published)),
        _link("alternate", f"{address}/status", "text/html") if address else None,
        element("content", one.told, type="text"),
    )


def _link(rel: str, href: str, kind: str) -> Markup:
    return Markup(f"{element('link', rel=rel, href=href, type=kind)[:-1]}/>")


def _tag(board: Board, name: str) -> str:
    """Give a name that is never anything else's, and stays when the page moves to another path."""
    host = urlsplit(board.url).hostname or NOWHERE
    return f"tag:{host},2026:watchbill/{quote(name, safe='/:')}"


def _zulu(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
