"""Alerts: what monitoring systems reported, each by its sender, its fingerprint and its start; and storms of them."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from functools import cache

from sqlalchemy import ForeignKey, Index, Select, String, Text, bindparam, false, func, or_, select, update
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Id, Record, Word, changed, put_all
from models.records.incident import Incident, IncidentState
from models.severity import Severity


class AlertState(StrEnum):
    """How an alert stands, as its sender said last."""

    FIRING = "firing"
    RESOLVED = "resolved"


class Hold(StrEnum):
    """Why an alert that fires is kept and nobody is told of it."""

    KEPT = "kept"
    INHIBITED = "inhibited"
    SILENCED = "silenced"
    MAINTENANCE = "maintenance"


class Alert(Record):
    """One alert. source: the hook's name, as in `alertmanager`. starts_at: as its sender says, else when it first came.

    incident_id: None where it is only kept: hold says why, and due_at when that is looked at again. ends_at: when it
    ended, as its sender says; None while it fires. ended_at: when that was heard. times: how often it was reported.
    is_blank: its words were taken out, because they are old.
    """

    __tablename__ = "alert"
    __table_args__ = (
        Index(None, "source", "fingerprint", "starts_at", unique=True),
        Index(
            "ix_alert_firing",
            "source",
            "fingerprint",
            unique=True,
            sqlite_where=sql_text("state = 'firing'"),
            postgresql_where=sql_text("state = 'firing'"),
        ),
        Index(None, "incident_id", "state"),
        Index(None, "name", "last_seen_at"),
        Index(
            None, "due_at", sqlite_where=sql_text("due_at IS NOT NULL"), postgresql_where=sql_text("due_at IS NOT NULL")
        ),
        Index(
            None,
            "last_seen_at",
            sqlite_where=sql_text("is_blank IS 0"),
            postgresql_where=sql_text("is_blank IS false"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    source: Mapped[str] = mapped_column(String(40))
    fingerprint: Mapped[str] = mapped_column(String(64))
    starts_at: Mapped[datetime]
    state: Mapped[AlertState] = mapped_column(Word(AlertState))
    ends_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    times: Mapped[int] = mapped_column(default=1)
    name: Mapped[str] = mapped_column(String(200))
    severity: Mapped[Severity] = mapped_column(Word(Severity))
    service: Mapped[str | None] = mapped_column(String(200))
    group_key: Mapped[str] = mapped_column(String(64))
    hold: Mapped[Hold | None] = mapped_column(Word(Hold))
    due_at: Mapped[datetime | None]
    summary: Mapped[str] = mapped_column(Text, default="")
    labels: Mapped[dict[str, str]] = mapped_column(default=dict)
    annotations: Mapped[dict[str, str]] = mapped_column(default=dict)
    links: Mapped[dict[str, str]] = mapped_column(default=dict)
    is_blank: Mapped[bool] = mapped_column(default=False, server_default=false())

    @property
    def is_firing(self) -> bool:
        """Whether it fires."""
        return self.state is AlertState.FIRING


@dataclass(slots=True, kw_only=True, eq=False)
class Fresh:
    """An alert that is not written yet: as `Alert`, at a fraction of what a mapped object costs."""

    source: str
    fingerprint: str
    starts_at: datetime
    state: AlertState
    ends_at: datetime | None
    first_seen_at: datetime
    last_seen_at: datetime
    ended_at: datetime | None
    name: str
    severity: Severity
    service: str | None
    group_key: str
    summary: str
    labels: dict[str, str]
    annotations: dict[str, str]
    links: dict[str, str]
    incident_id: int | None = None
    times: int = 1
    hold: Hold | None = None
    due_at: datetime | None = None
    is_blank: bool = False

    @property
    def is_firing(self) -> bool:
        """Whether it fires."""
        return self.state is AlertState.FIRING


_COLUMNS = tuple(one.name for one in fields(Fresh))


class AlertParent(Record):
    """What an alert inhibits while it fires: by rule and the labels that must be equal. Source: `alerts.inhibit`."""

    __tablename__ = "alert_parent"
    __table_args__ = (Index(None, "key", "alert_id", unique=True), Index(None, "alert_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"))
    key: Mapped[str] = mapped_column(String(64))


class AlertStorm(Record):
    """A time in which more incidents opened than are posted one by one; one summary stands for all of those.

    post_id: the outbox row of the summary. request_id: the request that pages for what is critical in it. last_at: when
    an incident joined it last. shown_at, refresh_at: as of an incident.
    """

    __tablename__ = "alert_storm"
    __table_args__ = (
        Index(None, "platform", "channel", "last_at"),
        Index(
            None,
            "refresh_at",
            sqlite_where=sql_text("refresh_at IS NOT NULL"),
            postgresql_where=sql_text("refresh_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    platform: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(200))
    post_id: Mapped[int | None] = mapped_column(Id)
    request_id: Mapped[int | None] = mapped_column(Id)
    begun_at: Mapped[datetime]
    last_at: Mapped[datetime]
    shown_at: Mapped[datetime | None]
    refresh_at: Mapped[datetime | None]


class AlertChannel(Record):
    """How many posts of alerts a channel had lately. posts, opened: when the last posts and incidents came, in ISO.

    Neither holds more than decides about the next.
    """

    __tablename__ = "alert_channel"

    platform: Mapped[str] = mapped_column(String(20), primary_key=True)
    channel: Mapped[str] = mapped_column(String(200), primary_key=True)
    posts: Mapped[list[str]]
    opened: Mapped[list[str]]


Identity = tuple[str, datetime]
"""A fingerprint and a start: of one sender, these name an alert."""
AT_ONCE = 400
"""So many values stand in one statement: each costs a little to parse, and SQLite takes some thousands at most."""


def firing(session: Session, source: str, fingerprints: Collection[str]) -> dict[str, Alert]:
    """Give the alerts of a sender that fire, by fingerprint: of each, one at most does."""
    found: dict[str, Alert] = {}
    for some in _some(fingerprints):
        alerts = session.scalars(_finding_firing(), {"source": source, "fingerprints": some})
        found |= {alert.fingerprint: alert for alert in alerts}
    return found


@cache
def _finding_firing() -> Select[Alert]:
    """Give the statement, built once: every delivery asks, and building it costs more than running it."""
    among = Alert.fingerprint.in_(bindparam("fingerprints", expanding=True))
    return select(Alert).where(Alert.source == bindparam("source"), among, Alert.state == AlertState.FIRING)


def known(session: Session, source: str, wanted: Collection[Identity]) -> dict[Identity, Alert]:
    """Give those of some alerts that were reported before."""
    found: dict[Identity, Alert] = {}
    starts = [start for _, start in wanted]
    for some in _some({fingerprint for fingerprint, _ in wanted}):
        asked = {"source": source, "fingerprints": some, "first": min(starts), "last": max(starts)}
        found |= {(one.fingerprint, one.starts_at): one for one in session.scalars(_finding_known(), asked)}
    return found


@cache
def _finding_known() -> Select[Alert]:
    among = Alert.fingerprint.in_(bindparam("fingerprints", expanding=True))
    span = Alert.starts_at.between(bindparam("first"), bindparam("last"))
    return select(Alert).where(Alert.source == bindparam("source"), among, span)


def write(session: Session, fresh: Sequence[Fresh]) -> None:
    """Write new alerts at once."""
    put_all(session, Alert, [{name: getattr(one, name) for name in _COLUMNS} for one in fresh])


def numbers(session: Session, source: str, wanted: Collection[Identity]) -> dict[Identity, int]:
    """Give the numbers of some alerts."""
    return {identity: alert.id for identity, alert in known(session, source, wanted).items() if identity in wanted}


def _some(values: Collection[str]) -> Iterable[list[str]]:
    every = sorted(values)
    return (every[at : at + AT_ONCE] for at in range(0, len(every), AT_ONCE))


def of_incident(session: Session, number: int, limit: int = 50) -> Sequence[Alert]:
    """Give the alerts of an incident: those that fire first, the newest first among them; at most so many."""
    found = select(Alert).where(Alert.incident_id == number).order_by(Alert.state, Alert.id.desc())
    return session.scalars(found.limit(limit)).all()


# -- what is kept, and looked at again


def held(session: Session, now: datetime, limit: int = 200) -> Sequence[Alert]:
    """Give the alerts that fire, are kept, and are to be looked at again, the earliest first."""
    found = select(Alert).where(Alert.due_at <= now, Alert.state == AlertState.FIRING)
    return session.scalars(found.order_by(Alert.due_at, Alert.id).limit(limit).with_for_update()).all()


def inhibiting(session: Session, keys: Collection[str]) -> set[str]:
    """Give those of some keys that an alert inhibits which fires."""
    if not keys:
        return set()
    found = select(AlertParent.key).join(Alert, Alert.id == AlertParent.alert_id)
    return set(session.scalars(found.where(AlertParent.key.in_(keys), Alert.state == AlertState.FIRING)))


def are_parents(session: Session, numbers: Collection[int]) -> bool:
    """Say whether one of some alerts inhibits others."""
    if not numbers:
        return False
    return session.scalar(select(AlertParent.id).where(AlertParent.alert_id.in_(numbers)).limit(1)) is not None


def release(session: Session, why: Hold, now: datetime) -> int:
    """Let what is kept for a reason be looked at now; give how many."""
    which = (Alert.hold == why, Alert.state == AlertState.FIRING, Alert.due_at > now)
    return changed(session, update(Alert).where(*which).values(due_at=now))


# -- storms


def add_storm(session: Session, new: AlertStorm) -> AlertStorm:
    """Write a new storm at once, so that it has its number."""
    session.add(new)
    session.flush()
    return new


def storm(session: Session, number: int) -> AlertStorm | None:
    """Give a storm by its number, held."""
    return session.get(AlertStorm, number, with_for_update=True, populate_existing=True)


def storm_since(session: Session, platform: str, channel: str, since: datetime) -> AlertStorm | None:
    """Give the storm of a channel that an incident joined last, not before an instant."""
    with session.no_autoflush:
        return session.scalar(_finding_storm(), {"platform": platform, "channel": channel, "since": since})


@cache
def _finding_storm() -> Select[AlertStorm]:
    of = (AlertStorm.platform == bindparam("platform"), AlertStorm.channel == bindparam("channel"))
    found = select(AlertStorm).where(*of, AlertStorm.last_at >= bindparam("since"))
    return found.order_by(AlertStorm.last_at.desc()).limit(1).with_for_update()


def storm_of_post(session: Session, row: int) -> AlertStorm | None:
    """Give the storm whose summary an outbox row is."""
    return session.scalar(select(AlertStorm).where(AlertStorm.post_id == row).with_for_update())


def storm_counts(session: Session, number: int) -> Sequence[tuple[IncidentState, Severity, str | None, int, int]]:
    """Give how many incidents of a storm there are, and their alerts, by state, severity and service."""
    of = (Incident.state, Incident.severity, Incident.service)
    found = select(*of, func.count(), func.coalesce(func.sum(Incident.alerts), 0))
    rows = session.execute(found.where(Incident.storm_id == number).group_by(*of))
    return [(row[0], row[1], row[2], row[3], row[4]) for row in rows]


def loud_in_storm(session: Session, number: int, severities: Sequence[Severity], now: datetime) -> int:
    """Give how many incidents of a storm are live, of some severities and not silenced."""
    of = (Incident.storm_id == number, Incident.state == IncidentState.OPEN, Incident.severity.in_(severities))
    is_loud = or_(Incident.silenced_until.is_(None), Incident.silenced_until <= now)
    return session.scalar(select(func.count()).select_from(Incident).where(*of, is_loud)) or 0


def posts_of(session: Session, platform: str, channel: str) -> AlertChannel:
    """Give how many posts a channel had of alerts lately."""
    with session.no_autoflush:
        found = session.get(AlertChannel, (platform, channel))
    if found is None:
        found = AlertChannel(platform=platform, channel=channel, posts=[], opened=[])
        session.add(found)
        session.flush()
    return found
