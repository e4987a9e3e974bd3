"""What the bot says when more alerts come than it posts one by one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from models.message import Code, Fields, Message, Strong, line, message, note, paragraph
from models.records.incident import IncidentState
from models.severity import Severity

MOST_SERVICES = 5


@dataclass(frozen=True, slots=True)
class Storm:
    """A storm as the sentences need it. counts: state, severity, service, how many incidents and alerts."""

    begun_at: datetime
    last_at: datetime
    counts: Sequence[tuple[IncidentState, Severity, str | None, int, int]]
    now: datetime
    zone: ZoneInfo

    @property
    def incidents(self) -> int:
        """How many incidents it has."""
        return sum(row[3] for row in self.counts)

    @property
    def alerts(self) -> int:
        """How many alerts they are made of."""
        return sum(row[4] for row in self.counts)

    @property
    def live(self) -> int:
        """How many of its incidents are not over."""
        return sum(row[3] for row in self.counts if row[0] is IncidentState.OPEN)


def summary(storm: Storm) -> Message:
    """Give the one message that stands for what is not posted one by one; one that is over is quiet."""
    span = f"{times.moment(storm.begun_at, storm.zone, storm.now)} to {times.clock(storm.last_at, storm.zone)}"
    total = f"{times.count(storm.incidents, 'incident')} of {times.count(storm.alerts, 'alert')}"
    if not storm.live:
        return message(
            paragraph(f"✅ All over: {total} that came at once, {span}."), summary="All alerts of the storm are over"
        )
    return message(
        paragraph("🌩 ", Strong("More alerts at once than I post one by one."), f" {total}, {span}."),
        Fields(tuple((label, line(words)) for label, words in _fields(storm))),
        note("This message is kept true. ", Code("/incident list"), " names what is live; all of it is in the store."),
        summary=f"Many alerts at once: {storm.live} live incidents",
    )


def _fields(storm: Storm) -> list[tuple[str, str]]:
    live: Counter[Severity] = Counter()
    services: Counter[str] = Counter()
    for state, severity, service, count, _ in storm.counts:
        if state is IncidentState.OPEN:
            live[severity] += count
            services[service or "not in the catalogue"] += count
    graver = ", ".join(f"{live[one]} {one}" for one in Severity if live[one])
    most = ", ".join(f"{name} {count}" for name, count in services.most_common(MOST_SERVICES))
    rest = len(services) - MOST_SERVICES
    return [
        ("Live", f"{storm.live} ({graver})"),
        ("Over", str(storm.incidents - storm.live)),
        ("Services", most + (f" and {times.count(rest, 'more')}" if rest > 0 else "")),
    ]


def request_text(critical: int) -> str:
    """Give the words of the request that pages for a storm."""
    return f"Many alerts at once, {times.count(critical, 'critical incident')} among them"
