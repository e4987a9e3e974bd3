"""What the command line reads from the store while the bot may be running: nothing is written, no lock is taken."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy.orm import Session

from bot.clock import SystemClock
from bot.settings import Settings
from bot.store import Store
from handlers import retrospective
from handlers.context import Standing
from handlers.handover import handover_rows
from handlers.roster_proof import Proved, proved
from handlers.roster_rows import oncall_rows, roster_rows
from handlers.wording import retrospective as retrospective_words
from handlers.wording.handover_export import Format, render
from handlers.wording.retrospective import no_such_incident
from handlers.wording.roster_file import NO_STORE
from models.errors import ConfigError
from models.triage.classifier import Classifier
from models.triage.model import Model


def roster(settings: Settings, first: date | None, days: int, *, is_stored: bool) -> list[dict[str, Any]]:
    """Give the rows of `watchbill roster`. first: None for today. is_stored: False plans from the configuration."""
    policy = settings.policy
    day = first or SystemClock().now().astimezone(policy.zone).date()
    standing = standing_of(settings)
    with records(settings, is_wanted=is_stored) as session:
        return [
            row for rotation in policy.oncall.rotations for row in roster_rows(session, standing, rotation, day, days)
        ]


def proofs(settings: Settings) -> list[Proved]:
    """Give what is shown of every stored cycle. Raises ConfigError where there is no store."""
    with records(settings) as session:
        if session is None:
            raise ConfigError(NO_STORE)
        return proved(session, standing_of(settings))


def oncall(settings: Settings, at: datetime | None, *, is_stored: bool) -> list[dict[str, Any]]:
    """Give the rows of `watchbill oncall`. at: without an offset it is civil time; None for now."""
    instant = SystemClock().now() if at is None else _aware(at, settings)
    with records(settings, is_wanted=is_stored) as session:
        return oncall_rows(session, standing_of(settings), instant)


def handovers(settings: Settings, since: date | None, until: date | None, words: str, to: str) -> str:
    """Give the text of `watchbill handovers`. Raises ConfigError where there is no store."""
    with records(settings) as session:
        if session is None:
            raise ConfigError("there is no store yet, hence no handover; run: watchbill migrate --config FILE")
        return render(handover_rows(session, standing_of(settings), since, until, words), cast("Format", to))


def incident(settings: Settings, number: int, to: str) -> str:
    """Give the text of `watchbill incident`. Raises ConfigError where there is no store, or no such incident."""
    with records(settings) as session:
        if session is None:
            raise ConfigError("there is no store yet, hence no incident; run: watchbill migrate --config FILE")
        told = retrospective.told(session, standing_of(settings), number)
        if told is None:
            raise ConfigError(no_such_incident(number, retrospective.newest(session)))
        return retrospective_words.render(told, cast("retrospective_words.Format", to), settings.policy.zone)


def standing_of(settings: Settings) -> Standing:
    """Give what stands, for what judges no message."""
    # The model is an empty one, as to load the shipped one takes a quarter of a second.
    untrained = Classifier.of(Model({}, (), (), 0))
    return Standing(settings.policy, untrained, tuple(settings.chat.platforms), str(settings.http.public_url or ""))


def _aware(at: datetime, settings: Settings) -> datetime:
    return (at if at.tzinfo is not None else at.replace(tzinfo=settings.policy.zone)).astimezone(UTC)


@contextmanager
def records(settings: Settings, *, is_wanted: bool = True) -> Iterator[Session | None]:
    """Give a session that reads; None where no store is wanted, or none is there. Raises ConfigError for one behind."""
    store = Store(settings.database.url)
    if not is_wanted or (store.is_sqlite and not Path(store.url.database or "").is_file()):
        yield None
        return
    try:
        problem = store.revision_problem()
        if problem is not None:
            raise ConfigError(problem)
        with store.reading() as session:
            yield session
    finally:
        store.close()
