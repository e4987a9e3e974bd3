"""The calendar feeds over HTTP: iCalendar, at addresses that nobody can guess. Source: RFC 5545, RFC 7986."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Response
from icalendar import Calendar, vText
from icalendar import Event as VEvent

from bot.clock import Clock
from bot.store import Store
from handlers.calendar_feed import Event, Feed, Feeds
from handlers.context import Standing
from handlers.feed_address import Kind, is_open
from models.errors import StoreUnavailable

PRODUCT = "-//Watchbill//On-call calendar//EN"
REFRESH = timedelta(hours=1)
RETRY_SECONDS = 60
_UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
"""What may not stand in a text of iCalendar (RFC 5545, 3.1): controls, but for tabs and the line breaks of our own."""


@dataclass(frozen=True, slots=True)
class Page:
    """A feed as it is sent."""

    feed: Feed
    body: bytes
    etag: str


class FeedPages:
    """The feeds as iCalendar; each is written anew only when it changed."""

    def __init__(self, store: Store, clock: Clock, standing: Callable[[], Standing]) -> None:
        self._store, self._clock, self._standing = store, clock, standing
        self._feeds = Feeds()
        self._pages: dict[tuple[Kind, str], Page] = {}

    def page(self, kind: Kind, name: str, key: str) -> Page | None:
        """Give a feed; None where the address leads to none. Raises StoreUnavailable."""
        standing = self._standing()
        if not is_open(standing, kind, name, key):
            return None
        with self._store.reading() as session:
            feed = self._feeds.feed(session, standing, kind, name, self._clock.now())
        page = self._pages.get((kind, name))
        if page is None or page.feed is not feed:
            body = written(feed)
            page = self._pages[kind, name] = Page(feed, body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
        return page


def router(store: Store, clock: Clock, standing: Callable[[], Standing]) -> APIRouter:
    """Give the routes of the calendar feeds. standing: gives what stands now, as a reload may replace it."""
    pages, routes = FeedPages(store, clock, standing), APIRouter()

    # A name may hold a slash; its key never does.
    @routes.api_route("/calendar/rotation/{name:path}/{key}.ics", methods=["GET", "HEAD"])
    def of_rotation(name: str, key: str, if_none_match: Annotated[str, Header()] = "") -> Response:
        return _answer(lambda: pages.page("rotation", name, key), if_none_match)

    @routes.api_route("/calendar/person/{name:path}/{key}.ics", methods=["GET", "HEAD"])
    def of_person(name: str, key: str, if_none_match: Annotated[str, Header()] = "") -> Response:
        return _answer(lambda: pages.page("person", name, key), if_none_match)

    return routes


def _answer(look: Callable[[], Page | None], if_none_match: str) -> Response:
    try:
        page = look()
    except StoreUnavailable:
        raise HTTPException(503, headers={"Retry-After": str(RETRY_SECONDS)}) from None
    if page is None:
        raise HTTPException(404)
    headers = {"ETag": page.etag, "Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex"}
    known = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    if known & {page.etag, "*"}:
        return Response(status_code=304, headers=headers)
    return Response(page.body, media_type="text/calendar; charset=utf-8", headers=headers)


def written(feed: Feed) -> bytes:
    """Give a feed as iCalendar. Times are UTC; the reader's program shows them in the reader's own zone."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", _text(feed.name))
    calendar.add("x-wr-calname", _text(feed.name))
    calendar.add("description", _text(feed.about))
    calendar.add("x-wr-caldesc", _text(feed.about))
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vText("PT1H"))
    for event in feed.events:
        calendar.add_component(_event(event))
    body: bytes = calendar.to_ical()
    return body


def _event(event: Event) -> VEvent:
    """Give an event. Without a METHOD, DTSTAMP is when it was last changed (RFC 5545, 3.8.7.2)."""
    written_event = VEvent()
    written_event.add("uid", _text(event.uid))
    written_event.add("dtstamp", event.modified)
    written_event.add("last-modified", event.modified)
    written_event.add("sequence", event.sequence)
    written_event.add("dtstart", event.start)
    written_event.add("dtend", event.end)
    written_event.add("summary", _text(event.title))
    written_event.add("description", _text(event.about))
    written_event.add("status", "CANCELLED" if event.is_cancelled else "CONFIRMED")
    written_event.add("transp", "TRANSPARENT")
    return written_event


def _text(said: str) -> vText:
    return vText(_UNSPEAKABLE.sub("", said))
