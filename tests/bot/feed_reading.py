"""Reads feeds as a calendar program does: fetched, parsed by the `icalendar` library, and held against the standard."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from icalendar import Calendar

from bot.http.feed import FeedPages
from handlers.feed_address import Kind, address
from models.feed import feed_key
from models.records import rota as rotas
from models.rota.duty import Duty, who_is_on
from models.rota.rota import Rota
from tests.handlers.build import Office

SECRET = "a secret of the tests"
PUBLIC = "https://watchbill.example.org/"
REQUIRED = ("UID", "DTSTAMP", "DTSTART", "DTEND", "SUMMARY", "SEQUENCE", "LAST-MODIFIED", "STATUS", "TRANSP")
ONCE = (*REQUIRED, "DESCRIPTION")


@dataclass
class Reader:
    """Whoever subscribed to the feeds of an office."""

    office: Office
    pages: FeedPages = field(init=False)

    def __post_init__(self) -> None:
        self.office.intake.standing = replace(self.office.standing, feed_secret=SECRET, public_url=PUBLIC)
        self.pages = FeedPages(self.office.store, self.office.clock, lambda: self.office.standing)
        self.office.pass_time()

    def body(self, kind: Kind = "rotation", name: str = "platform") -> bytes:
        page = self.pages.page(kind, name, feed_key(SECRET, f"{kind}:{name}"))
        assert page is not None
        return page.body

    def address(self, kind: Kind = "rotation", name: str = "platform") -> str:
        found = address(self.office.standing, kind, name)
        assert found is not None
        return found

    def calendar(self, kind: Kind = "rotation", name: str = "platform") -> Any:
        return parsed(self.body(kind, name))

    def events(self, kind: Kind = "rotation", name: str = "platform") -> list[Any]:
        """Give the events that are so, in order."""
        return [event for event in self.calendar(kind, name).events if event["STATUS"] == "CONFIRMED"]

    def cancelled(self, kind: Kind = "rotation", name: str = "platform") -> list[Any]:
        return [event for event in self.calendar(kind, name).events if event["STATUS"] == "CANCELLED"]

    def mine(self, person: str) -> list[datetime]:
        """Give when the events of somebody's own feed begin."""
        return [event.start for event in self.events("person", person)]

    def rota(self, rotation: str = "platform") -> Rota:
        found = self.office.standing.policy.rotation(rotation)
        assert found is not None
        with self.office.store.reading() as session:
            return rotas.load(session, self.office.standing.calendar(found))

    def duty(self, at: datetime, rotation: str = "platform") -> Duty:
        return who_is_on(self.rota(rotation), at)


def parsed(body: bytes) -> Any:
    """Give what a feed holds. Whatever the standard asks of it is asserted."""
    calendar = Calendar.from_ical(body)
    assert isinstance(calendar, Calendar)
    lines = body.split(b"\r\n")
    assert lines[-1] == b""
    assert b"\n" not in b"".join(lines)
    assert max(map(len, lines)) <= 75
    assert (calendar["VERSION"], bool(calendar["PRODID"])) == ("2.0", True)
    assert calendar.errors == []
    for event in calendar.events:
        assert_sound(event)
    uids = [str(event["UID"]) for event in calendar.events]
    assert len(uids) == len(set(uids))
    return calendar


def assert_sound(event: Any) -> None:
    assert event.errors == []
    assert [name for name in REQUIRED if name not in event] == []
    assert [name for name in ONCE if isinstance(event[name], list)] == []
    assert event.start < event.end
    assert (event.start.utcoffset(), event.end.utcoffset()) == (UTC.utcoffset(None), UTC.utcoffset(None))
    assert event["DTSTAMP"].dt == event["LAST-MODIFIED"].dt


def at(events: Sequence[Any], instant: datetime) -> Any:
    """Give the one event that covers an instant."""
    (one,) = [event for event in events if event.start <= instant < event.end]
    return one
