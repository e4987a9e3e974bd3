"""The rows of `watchbill roster` and `watchbill oncall`: from the store, or planned in memory. Source: DESIGN §8."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from handlers import duty
from handlers.context import Standing
from models.policy import Rotation
from models.records import roster as stored
from models.records import rota as rotas
from models.rota.duty import rows
from models.rota.plan import plan
from models.rota.roster import Roster
from models.rota.rota import Rota

DAY = timedelta(days=1)


def roster_rows(
    session: Session | None, standing: Standing, rotation: Rotation, first: date, days: int
) -> list[dict[str, Any]]:
    """Give a row for each calendar day of a rotation.

    session: None plans from the configuration, as if the list began on the first day; so does a store that does not
    have the rotation. Days beyond the planned horizon are planned in memory, the same in every call.
    """
    calendar = standing.calendar(rotation)
    begin = calendar.handover_at(calendar.shift_day_from(first))
    rota = _reaching(_rota(session, standing, rotation, begin), first + days * DAY)
    return [
        {
            "rotation": row.rotation,
            "date": row.day.isoformat(),
            "start": _local(standing, row.start),
            "end": _local(standing, row.end),
            "engineer": row.engineer,
            "source": row.source.value,
            "cycle": row.cycle,
        }
        for row in rows(rota, first, days)
    ]


def oncall_rows(session: Session | None, standing: Standing, at: datetime) -> list[dict[str, Any]]:
    """Give a row for each rotation: who is on duty at an instant, and who next. session: as for `roster_rows`."""
    return [_oncall_row(session, standing, rotation, at) for rotation in standing.policy.oncall.rotations]


def _oncall_row(session: Session | None, standing: Standing, rotation: Rotation, at: datetime) -> dict[str, Any]:
    calendar = standing.calendar(rotation)
    begin = calendar.handover_at(calendar.shift_day_at(at))
    rota = _reaching(_rota(session, standing, rotation, begin), calendar.day_of(at) + duty.NEAR)
    now, following = duty.stretch(rota, at)
    person = standing.policy.person(now.engineer)
    handles = {name: person.handle(name) for name in standing.platforms} if person is not None else {}
    return {
        "rotation": rotation.name,
        "engineer": now.engineer,
        "name": person.name if person is not None else None,
        "handles": {name: handle for name, handle in handles.items() if handle is not None},
        "start": _local(standing, now.start if now.source is not None else None),
        "end": _local(standing, now.end if now.source is not None else None),
        "source": now.source.value if now.source is not None else None,
        "next": following.engineer,
    }


def _rota(session: Session | None, standing: Standing, rotation: Rotation, begin: datetime) -> Rota:
    """Give what is stored of a rotation; else the configured list, its first shift beginning at an instant."""
    calendar = standing.calendar(rotation)
    if session is not None and stored.is_known(session, rotation.name):
        return rotas.load(session, calendar)
    fresh = Rota(calendar, Roster.of(*rotation.engineers))
    return _planned(fresh, begin, calendar.day_of(begin))


def _reaching(rota: Rota, until: date) -> Rota:
    """Give a rota planned in memory up to a day, where its stored shifts end before it."""
    if not rota.shifts or rota.calendar.next_shift_day(rota.shifts[-1].day) > until:
        return rota
    return _planned(rota, rota.shifts[-1].end, until)


def _planned(rota: Rota, since: datetime, until: date) -> Rota:
    made = plan(rota, since=since, until=until, seeds=lambda cycle: cycle)
    cycles = {cycle.number: cycle for cycle in (*rota.cycles, *made.cycles)}
    return replace(rota, shifts=(*rota.shifts, *made.shifts), cycles=tuple(cycles.values()))


def _local(standing: Standing, at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(standing.policy.zone).isoformat()
