"""What the store knows of an incident, as the start of a retrospective. Only reads."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.context import Standing
from handlers.wording import retrospective as wording
from handlers.wording.retrospective import FiredAlert, Happened, LinkedRequest, Retrospective
from models.policy import Policy
from models.records import alert as alerts
from models.records import incident as records
from models.records import incident_following as following
from models.records import request as requests
from models.records.incident import Incident, IncidentLink
from models.records.request import Request

OF_A_PAGE = ("paged", "acknowledged", "escalated", "reminded", "silent for too long", "waits for the hours", "resolved")
"""Of what happens to a request that pages for an incident, what belongs to the incident's timeline, too."""


def told(session: Session, standing: Standing, number: int) -> Retrospective | None:
    """Give what is known of an incident; None where there is none with this number."""
    incident = session.get(Incident, number)
    if incident is None:
        return None
    policy = standing.policy
    page = session.get(Request, incident.request_id) if incident.request_id is not None else None
    linked = [(link, session.get_one(Request, link.request_id)) for link in records.links(session, number)]
    return Retrospective(
        number=incident.id,
        title=incident.title or wording.BLANK,
        service=incident.service or "",
        environment=incident.environment or "",
        severity=incident.severity.value,
        state=incident.state.value,
        source=incident.source.value,
        declared_by=_name(policy, incident.platform, incident.declared_by or ""),
        opened_at=incident.opened_at,
        taken_at=_taken_at([page, *(request for _, request in linked)]),
        reopened_at=incident.reopened_at,
        resolved_at=incident.resolved_at,
        authors=len({(request.platform, request.author) for _, request in linked}),
        timeline=tuple(sorted(_timeline(session, policy, incident, page, linked), key=lambda one: one.at)),
        alerts=tuple(_alerts(session, number)),
        requests=tuple(_request(link, request) for link, request in linked),
    )


def newest(session: Session) -> int | None:
    """Give the number of the newest incident; None where there is none."""
    return following.newest(session)


def _taken_at(found: Sequence[Request | None]) -> datetime | None:
    return min((one.acknowledged_at for one in found if one is not None and one.acknowledged_at), default=None)


def _timeline(
    session: Session,
    policy: Policy,
    incident: Incident,
    page: Request | None,
    linked: Sequence[tuple[IncidentLink, Request]],
) -> Iterator[Happened]:
    for entry in records.entries(session, incident.id):
        who = _name(policy, incident.platform, entry.actor)
        yield Happened(entry.at, entry.what, who, entry.detail, entry.source)
    for one in requests.timeline(session, page.id) if page is not None else ():
        if one.what in OF_A_PAGE and page is not None:
            yield Happened(one.at, one.what, _name(policy, page.platform, one.actor), one.detail, one.source)
    for _, request in linked:
        yield Happened(request.opened_at, wording.asked(request.id, _place(request)), "", "", "message")


def _alerts(session: Session, number: int) -> Iterator[FiredAlert]:
    for one in alerts.of_incident(session, number):
        ended = None if one.is_firing else one.ends_at or one.ended_at
        yield FiredAlert(one.name, one.service or "", one.severity.value, one.source, one.starts_at, ended, one.times)


def _request(link: IncidentLink, request: Request) -> LinkedRequest:
    return LinkedRequest(
        number=request.id,
        request_class=request.request_class.value,
        state=request.state.value,
        place=_place(request),
        asked_at=request.opened_at,
        linked_at=link.linked_at,
    )


def _place(request: Request) -> str:
    return f"#{request.channel_name}" if request.channel_name else wording.DIRECTLY


def _name(policy: Policy, platform: str | None, handle: str) -> str:
    """Give the name behind a handle; one such as `local:ana` is somebody's who has none on the incident's platform."""
    home, colon, user = handle.partition(":")
    person = policy.person_with_handle(platform or "", handle)
    if person is None and colon:
        person = policy.person_with_handle(home, user)
    return person.name if person is not None else handle
