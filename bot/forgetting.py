"""`watchbill forget`: one person's words out of the store, and out of what was learned from them."""

import getpass
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.reports import standing_of
from bot.retraining import learn_without
from bot.settings import Settings
from bot.store import Store
from handlers.context import Context
from handlers.wording import forgetting as wording
from handlers.wording.roster_file import NO_STORE
from models.errors import ConfigError
from models.events import TimeCame
from models.policy import PLATFORMS, Person, Policy
from models.records import forgetting as records
from models.records.blanking import Whose

REDELIVERED = timedelta(hours=1)
"""For so long a platform sends an event again, and wants the same answer."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """Whom a command names. subject: as the audit names them."""

    whose: Whose
    subject: str


def forgotten(settings: Settings, who: str, now: datetime, *, is_applied: bool) -> Iterator[str]:
    """Blank what somebody wrote, or only say what that would be; give it as lines.

    What is only looked at is done as well, and undone: no second code says what it would be.
    Raises ConfigError where the store cannot be changed now, or nobody is named.
    """
    somebody = named(settings, who)
    store = _opened(settings, is_applied=is_applied)
    try:
        model = _learned_without(settings, store, somebody.whose) if is_applied else None
        with store.transaction() as session:
            event = TimeCame.of("forget", somebody.subject, now)
            ctx = Context(session, now, event, standing_of(settings), f"the command line ({_user()})")
            counts = records.forget(session, somebody.whose, now - REDELIVERED)
            owed = records.still_owed(session, somebody.whose)
            ctx.audit("forget", somebody.subject, json.dumps(counts))
            if not is_applied:
                session.rollback()
    finally:
        store.close()
    yield from wording.report(somebody.whose.called or somebody.subject, counts, owed, model, is_applied=is_applied)


def named(settings: Settings, who: str) -> Somebody:
    """Give whom a word names: a person by id or handle, or a stranger by a handle. Raises ConfigError for nobody."""
    word, policy = who.strip().removeprefix("@"), settings.policy
    platform, colon, user = word.partition(":")
    if not word or (colon and (platform not in PLATFORMS or not user)):
        raise ConfigError(wording.whom(who, PLATFORMS))
    person = policy.person_with_handle(platform, user) if colon else policy.person(word) or _with_handle(policy, word)
    if person is not None:
        handles = [(name, handle) for name in PLATFORMS if (handle := person.handle(name)) is not None]
        return Somebody(Whose(handles, person.id, person.name), f"person:{person.id}")
    places = [platform] if colon else settings.chat.platforms
    return Somebody(Whose([(name, user or word) for name in places]), word)


def _with_handle(policy: Policy, handle: str) -> Person | None:
    found = (policy.person_with_handle(platform, handle) for platform in PLATFORMS)
    return next(filter(None, found), None)


def _learned_without(settings: Settings, store: Store, whose: Whose) -> bool | None:
    """Learn anew before anything is blanked: whoever is stopped in between can begin again with the same command."""
    with store.reading() as session:
        examples = records.examples_of(session, whose)
    return learn_without(settings, examples) if examples else None


def _opened(settings: Settings, *, is_applied: bool) -> Store:
    store = Store(settings.database.url)
    if store.is_sqlite and not Path(store.url.database or "").is_file():
        raise ConfigError(NO_STORE)
    problem = store.revision_problem()
    if problem is not None:
        raise ConfigError(problem)
    if is_applied:
        try:
            store.hold()
        except ConfigError:
            raise ConfigError(wording.in_use(store.url.database or "")) from None
    return store


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # in a container whose user id has no name
        return "unknown"
