"""A chat platform as the people on it know it: the same acts and the same looks, whichever it is."""

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Select, select

from models.records import audit
from models.records import exchange as exchanges
from models.records.handover import Handover, LogEntry
from models.records.request import LabelledExample, Request, TimelineEntry
from tests.scenarios.house import House

SOS, HOW_TO, OPERATIONS = "devops-sos", "devops-how-to", "devops-operations"
PLACES = (SOS, HOW_TO, OPERATIONS, "general")


@dataclass(frozen=True)
class Ref:
    """A message. place: its channel's name, or whose conversation with the bot it is in."""

    place: str
    id: str


@dataclass(frozen=True)
class Said:
    """Something the bot said, as people read it.

    notified: whom it notifies. buttons: their labels. raw: what the platform keeps.
    """

    ref: Ref
    text: str
    notified: frozenset[str] = frozenset()
    buttons: tuple[str, ...] = ()
    raw: Any = field(default=None, compare=False)

    @property
    def words(self) -> str:
        """What is said without what each platform shows in its own way: marks, breaks, emoji."""
        return " ".join(re.findall(r"[\w#@:.-]*\w", self.text))


READ_AFTERWARDS = "read afterwards"


def _timelines() -> Select[Any]:
    """Give what happened to each request; but not by which way a platform's message came."""
    found = select(TimelineEntry).where(TimelineEntry.what != READ_AFTERWARDS)
    return found.order_by(TimelineEntry.request_id, TimelineEntry.id)


class Stage(ABC, House):
    """The whole bot on one platform, with the demo's people on it."""

    has_running_clock = False
    has_forms = True
    """Whether a form is opened before whoever asked for one; elsewhere it is a dialogue."""

    # -- what people do

    @abstractmethod
    def post(self, place: str, who: str, words: str, under: Ref | None = None) -> Ref:
        """Write in a channel, or directly to the bot where the place is the writer; under: in this message's thread."""

    @abstractmethod
    def edit(self, message: Ref, who: str, words: str) -> None:
        """Change one's own message."""

    @abstractmethod
    def delete(self, message: Ref, who: str) -> None:
        """Take one's own message back."""

    @abstractmethod
    def react(self, message: Ref, who: str, emoji: str) -> None:
        """Put a reaction on a message. emoji: its short name, as in `eyes`."""

    @abstractmethod
    def command(self, who: str, words: str, place: str = OPERATIONS) -> str:
        """Give a command such as `oncall next`, and give its answer."""

    @abstractmethod
    def press(self, who: str, said: Said, label: str) -> str:
        """Press the button of this label, and give what only the presser is answered; empty where nothing."""

    @abstractmethod
    def fill_in(self, who: str, command: str, fields: Mapping[str, str]) -> str:
        """Give a command that opens a form, fill it in and submit it; give what is answered."""

    # -- what people see

    @abstractmethod
    def replies(self, message: Ref) -> list[Said]:
        """Give what the bot said in a message's thread."""

    @abstractmethod
    def said(self, place: str) -> list[Said]:
        """Give what the bot said in a channel outside threads, or to a person directly."""

    @abstractmethod
    def tickets(self, message: Ref) -> frozenset[str]:
        """Give the bot's own reactions on a message."""

    # -- what goes wrong

    @contextmanager
    @abstractmethod
    def away(self) -> Iterator[None]:
        """Let the platform be away from the bot; people go on writing."""

    @abstractmethod
    def fault(self, kind: str) -> None:
        """Let the bot's next post fail. kind: `busy` (too many calls), `broken` (5xx) or `lost` (done, unanswered)."""

    @contextmanager
    def bot_away(self) -> Iterator[None]:
        """Let the bot be stopped; people go on writing."""
        self.stop()
        try:
            yield
        finally:
            self.resume()

    # -- time

    @abstractmethod
    def taken(self) -> None:
        """Wait until the bot has taken all that people did."""

    def settle(self) -> None:
        """Wait until the bot has taken all that people did, and said all that follows."""
        self.taken()
        self.stepper.advance(timedelta())
        self.settled()

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.settle()
        self.advance(**span)
        self.settle()

    def comes(self, look: Callable[[], Any]) -> None:
        """Wait for what comes once what was missed is read and judged, for which a few seconds have to pass."""
        for _ in range(10):
            self.later(seconds=3)
            end = monotonic() + 3
            while monotonic() < end:
                if look():
                    return
                sleep(0.05)
        raise AssertionError("it did not come in time")

    def later_until(self, hour: int, minute: int) -> None:
        """Let time pass until the next time the organisation's clocks show this."""
        now = self.clock.now().astimezone(self.policy.zone)
        wanted = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        wanted += timedelta(days=1) if wanted <= now else timedelta()
        self.settle()
        self.advance_to(wanted.astimezone(UTC))
        self.settle()

    # -- what is kept

    def person(self, handle: str | None) -> str:
        """Give the person behind a handle; the handle itself where it is nobody's."""
        found = next((one for one in self.policy.people if handle in (one.handle(self.platform), one.id)), None)
        return found.id if found is not None else handle or ""

    @property
    def platform(self) -> str:
        """The platform's name in the configuration."""
        return self.standing().platforms[0]

    def state(self) -> dict[str, list[Any]]:
        """Give what is in the store, without what each platform names in its own way."""
        with self.store.reading() as session:
            return {
                "requests": [self._request_row(one) for one in session.scalars(select(Request).order_by(Request.id))],
                "timelines": [self._entry(one) for one in session.scalars(_timelines())],
                "log": [
                    (one.text, one.author, one.request_id)
                    for one in session.scalars(select(LogEntry).order_by(LogEntry.id))
                ],
                "handovers": [
                    (one.rotation, one.state, one.outgoing, one.incoming, one.summary, one.watch, one.accepted_by)
                    for one in session.scalars(select(Handover).order_by(Handover.id))
                ],
                "exchanges": [
                    (one.kind, one.state, one.asker, one.other, one.mine_day, one.his_day, one.settled_by)
                    for one in session.scalars(select(exchanges.Exchange).order_by(exchanges.Exchange.id))
                ],
                "corrections": [
                    (one.label, one.was, self.person(one.by))
                    for one in session.scalars(select(LabelledExample).order_by(LabelledExample.id))
                ],
                "changes of the list": [
                    (one.actor, one.action) for one in audit.of_subject(session, "rotation:platform", 100)
                ],
            }

    def _request_row(self, row: Request) -> tuple[Any, ...]:
        return (
            row.id,
            row.channel_name,
            self.person(row.author),
            row.text,
            row.request_class,
            row.state,
            self.person(row.owner),
            row.engineer,
            row.step,
            self.person(row.resolved_by),
            self.person(row.first_answer_by),
            row.runbook_url,
        )

    def _entry(self, row: TimelineEntry) -> tuple[Any, ...]:
        return row.request_id, row.what, self.person(row.actor), row.detail

    def spoken(self, threads: Mapping[str, Ref]) -> dict[str, list[Any]]:
        """Give everything that the bot said, by thread and place: its words, and whom it notified.

        What tells of a shuffle is left out: it is drawn anew each time.
        """
        places = (*PLACES, *(person.id for person in self.policy.people))
        found = {f"under {name}": self.replies(ref) for name, ref in threads.items()}
        found |= {f"in {place}": self.said(place) for place in places}
        return {
            where: [(one.words, *sorted(one.notified)) for one in said if "shuffled" not in one.text]
            for where, said in found.items()
        }
