"""Incidents: trouble that alerts or people told of, from when it began to when it is over. Source: DESIGN §1."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from functools import cache

from sqlalchemy import ForeignKey, Index, Integer, Select, String, Text, bindparam, func, or_, select, update
from sqlalchemy import text as sql_text
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.records.base import Id, Record, Word
from models.severity import Severity


class IncidentState(StrEnum):
    """How far an incident has come."""

    OPEN = "open"
    RESOLVED = "resolved"


class IncidentSource(StrEnum):
    """Who told of an incident first."""

    ALERTS = "alerts"
    DECLARED = "declared"


def _index_where_set(column: str) -> Index:
    """Give an index that holds only the few rows in which a column has a value."""
    where = sql_text(f"{column} IS NOT NULL")
    return Index(None, column, postgresql_where=where, sqlite_where=where)


_IS_OPEN = sql_text("state = 'open'")


class Incident(Record):
    """One incident. Its number is short, as people say it: incident 7.

    title: in a few words what is wrong; blank once it is old. service: its name in the catalogue; None: unknown.
    sender: which hook's alerts it is made of; empty where it was declared. group_key: what its alerts have in common;
    of the live ones, one alone has it. platform, channel, post_id: where its one message stands, and the outbox row of
    that; None while it has none, as in a storm, in whose summary it is then (storm_id). request_id: the request that
    pages for it; None: nobody is paged. declared_by: a platform handle. seen_at: when its alerts were last heard of.
    firing, alerts: how many of its alerts fire, and how many there were. labels: what all of them had in common when it
    was opened. links: by name, as in `runbook`. update: the last words for the readers of the chat. public_note: the
    last words for those of the status page. silenced_until: until when it neither pages nor speaks. shown_at: when its
    message was last brought up to date; refresh_at: when it is to be next; None: it is true.
    """

    __tablename__ = "incident"
    __table_args__ = (
        Index(
            None,
            "source",
            "group_key",
            unique=True,
            sqlite_where=sql_text("state = 'open' AND group_key IS NOT NULL"),
            postgresql_where=sql_text("state = 'open' AND group_key IS NOT NULL"),
        ),
        Index(None, "group_key", "resolved_at"),
        Index(None, "opened_at"),
        Index(None, "resolved_at"),
        Index("ix_incident_open", "service", "id", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
        Index(None, "storm_id", "state"),
        _index_where_set("request_id"),
        _index_where_set("post_id"),
        _index_where_set("refresh_at"),
        _index_where_set("next_update_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    service: Mapped[str | None] = mapped_column(String(200))
    environment: Mapped[str | None] = mapped_column(String(40))
    severity: Mapped[Severity] = mapped_column(Word(Severity))
    state: Mapped[IncidentState] = mapped_column(Word(IncidentState), default=IncidentState.OPEN)
    source: Mapped[IncidentSource] = mapped_column(Word(IncidentSource))
    sender: Mapped[str] = mapped_column(String(40), default="")
    group_key: Mapped[str | None] = mapped_column(String(64))
    platform: Mapped[str | None] = mapped_column(String(20))
    channel: Mapped[str | None] = mapped_column(String(200))
    post_id: Mapped[int | None] = mapped_column(Id)
    storm_id: Mapped[int | None] = mapped_column(ForeignKey("alert_storm.id"))
    request_id: Mapped[int | None] = mapped_column(Id)
    declared_by: Mapped[str | None] = mapped_column(String(200))
    opened_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    reopened_at: Mapped[datetime | None]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(String(200))
    next_update_at: Mapped[datetime | None]
    update: Mapped[str] = mapped_column(Text, default="")
    public_note: Mapped[str] = mapped_column(Text, default="")
    silenced_until: Mapped[datetime | None]
    firing: Mapped[int] = mapped_column(Integer, default=0)
    alerts: Mapped[int] = mapped_column(Integer, default=0)
    labels: Mapped[dict[str, str]] = mapped_column(default=dict)
    links: Mapped[dict[str, str]] = mapped_column(default=dict)
    shown_at: Mapped[datetime | None]
    refresh_at: Mapped[datetime | None]

    @property
    def is_live(self) -> bool:
        """Whether it is not over."""
        return self.state is IncidentState.OPEN

    @property
    def since(self) -> datetime:
        """When it began, or began again last."""
        return self.reopened_at or self.opened_at

    def is_silenced(self, now: datetime) -> bool:
        """Say whether it neither pages nor speaks at an instant."""
        return self.silenced_until is not None and now < self.silenced_until


class IncidentEntry(Record):
    """One thing that happened to an incident: when, by whom, what, and from where.

    actor: a platform handle; empty for the bot and for alerts. source: alert, button, command, thread, form or clock.
    """

    __tablename__ = "incident_entry"
    __table_args__ = (Index(None, "incident_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(200), default="")
    what: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[str] = mapped_column(String(20))


class IncidentLink(Record):
    """A request of somebody's that belongs to an incident; its author follows it.

    how: by which means they were joined. is_certain: whether a person said so. told_at: when its author was told that
    the incident is over; None: they were not yet. post_id: the outbox row of what its thread says of the incident.
    """

    __tablename__ = "incident_link"
    __table_args__ = (Index(None, "request_id", unique=True), Index(None, "incident_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id"))
    request_id: Mapped[int] = mapped_column(ForeignKey("request.id"))
    is_certain: Mapped[bool] = mapped_column(default=False)
    how: Mapped[str] = mapped_column(String(40))
    linked_at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    post_id: Mapped[int | None] = mapped_column(Id)


# -- one, to decide about: it is locked until the transaction ends


def add(session: Session, incidents: Sequence[Incident]) -> None:
    """Write new incidents at once, so that each has its number."""
    session.add_all(incidents)
    session.flush()


def incident(session: Session, number: int) -> Incident | None:
    """Give an incident by its number; None where there is none."""
    return session.get(Incident, number, with_for_update=True, populate_existing=True)


def hold(session: Session, numbers: Collection[int]) -> Sequence[Incident]:
    """Give incidents by their numbers, in order: the one order in which whoever needs several locks them."""
    return session.scalars(_finding_numbered(), {"numbers": list(numbers)}).all() if numbers else ()


@cache
def _finding_numbered() -> Select[Incident]:
    """Give the statement, built once: every delivery of alerts asks, and building it costs more than running it."""
    among = Incident.id.in_(bindparam("numbers", expanding=True))
    return select(Incident).where(among).order_by(Incident.id).with_for_update()


def live_of_groups(session: Session, group_keys: Collection[str]) -> dict[str, Incident]:
    """Give the live incidents of groups of alerts, by group."""
    found = session.scalars(_finding_live(), {"group_keys": list(group_keys)})
    return {one.group_key or "": one for one in found}


@cache
def _finding_live() -> Select[Incident]:
    of = (Incident.source == IncidentSource.ALERTS, Incident.state == IncidentState.OPEN)
    among = Incident.group_key.in_(bindparam("group_keys", expanding=True))
    return select(Incident).where(*of, among).order_by(Incident.id).with_for_update()


def over_of_groups(session: Session, group_keys: Collection[str], since: datetime) -> dict[str, Incident]:
    """Give of each group the incident that was over last, not before an instant, by group."""
    if not group_keys:
        return {}
    found = session.scalars(_finding_over(), {"group_keys": list(group_keys), "since": since}).all()
    return {one.group_key or "": one for one in sorted(found, key=lambda one: one.resolved_at or since)}


@cache
def _finding_over() -> Select[Incident]:
    among = Incident.group_key.in_(bindparam("group_keys", expanding=True))
    is_over = (Incident.state == IncidentState.RESOLVED, Incident.resolved_at >= bindparam("since"))
    return select(Incident).where(among, *is_over).order_by(Incident.id).with_for_update()  # in one order everywhere


def of_request(session: Session, request_id: int) -> Incident | None:
    """Give the incident that a request pages for; None for every other request."""
    return session.scalar(select(Incident).where(Incident.request_id == request_id).with_for_update())


def quiet_until(session: Session, request_id: int, now: datetime) -> datetime | None:
    """Give until when the incident is silenced that a request pages for; None where none is. Nothing is locked."""
    of = (Incident.request_id == request_id, Incident.silenced_until > now)
    return session.scalar(select(Incident.silenced_until).where(*of))


def silences_of_groups(session: Session, group_keys: Collection[str], now: datetime) -> dict[str, datetime]:
    """Give until when the incidents of groups of alerts are silenced, by group; those that are not are left out."""
    if not group_keys:
        return {}
    found = session.execute(_finding_silences(), {"group_keys": list(group_keys), "now": now})
    return {key: until for key, until in found if key is not None and until is not None}


@cache
def _finding_silences() -> Select[str | None, datetime | None]:
    """Give the statement, built once: every delivery with something new asks."""
    among = Incident.group_key.in_(bindparam("group_keys", expanding=True))
    found = select(Incident.group_key, func.max(Incident.silenced_until))
    return found.where(among, Incident.silenced_until > bindparam("now")).group_by(Incident.group_key)


def end_silences(session: Session, group_key: str, now: datetime) -> None:
    """Let no incident of a group of alerts be silenced any more."""
    of = (Incident.group_key == group_key, Incident.silenced_until > now)
    session.execute(update(Incident).where(*of).values(silenced_until=None))


def of_post(session: Session, row: int) -> Incident | None:
    """Give the incident whose one message an outbox row is."""
    return session.scalar(select(Incident).where(Incident.post_id == row).with_for_update())


# -- many, to look at: nothing is locked


def live(session: Session) -> Sequence[Incident]:
    """Give the incidents that are not over: the gravest and oldest first. What is only kept opens none."""
    found = session.scalars(select(Incident).where(Incident.state == IncidentState.OPEN).order_by(Incident.id))
    return sorted(found, key=lambda one: (-one.severity.gravity, one.since, one.id))


def live_of_service(session: Session, service: str) -> Sequence[Incident]:
    """Give the live incidents of a service, by its name in the catalogue; the oldest first."""
    found = select(Incident).where(Incident.state == IncidentState.OPEN, Incident.service == service)
    return session.scalars(found.order_by(Incident.id)).all()


def between(session: Session, start: datetime, end: datetime) -> Sequence[Incident]:
    """Give the incidents that were open at some time within [start, end), in order."""
    is_not_over = or_(Incident.resolved_at.is_(None), Incident.resolved_at >= start)
    return session.scalars(select(Incident).where(Incident.opened_at < end, is_not_over).order_by(Incident.id)).all()


def entries(session: Session, number: int) -> Sequence[IncidentEntry]:
    """Give what happened to an incident, in order."""
    of = IncidentEntry.incident_id == number
    return session.scalars(select(IncidentEntry).where(of).order_by(IncidentEntry.at, IncidentEntry.id)).all()


def links(session: Session, number: int) -> Sequence[IncidentLink]:
    """Give the requests that belong to an incident, in the order in which they were linked."""
    return session.scalars(
        select(IncidentLink).where(IncidentLink.incident_id == number).order_by(IncidentLink.id)
    ).all()


def link_of(session: Session, request_id: int) -> IncidentLink | None:
    """Give what joins a request to an incident; None where nothing does."""
    return session.scalar(select(IncidentLink).where(IncidentLink.request_id == request_id))
