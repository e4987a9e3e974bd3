"""The rotas that were read last, kept until anything of them changes: every page asks who is on call."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from models.records import roster
from models.records import rota as rotas
from models.rota.calendar import WorkCalendar
from models.rota.rota import Rota

BEFORE = timedelta(days=2)
AHEAD = timedelta(days=22)
MOST = 16


class Shelf:
    """Rotas by rotation and day.

    Their stamp is read each time, in the asker's own transaction, so that no answer is older than the store.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, date], tuple[str, Rota]] = {}

    def near(self, session: Session, calendar: WorkCalendar, at: datetime) -> Rota:
        """Give the part of a rotation's rota around an instant: a day before it, and three weeks after."""
        name, day = calendar.rotation.name, at.astimezone(UTC).date()
        kept = self._kept.get((name, day))
        if kept is not None and kept[1].calendar is calendar and kept[0] == roster.stamp(session, name):
            return kept[1]
        midnight = datetime.combine(day, datetime.min.time(), UTC)
        stamp, rota = rotas.around(session, calendar, midnight - BEFORE, midnight + AHEAD)
        if stamp:
            self._keep((name, day), stamp, rota)
        return rota

    def _keep(self, key: tuple[str, date], stamp: str, rota: Rota) -> None:
        if len(self._kept) >= MOST:
            self._kept.clear()
        self._kept[key] = (stamp, rota)
