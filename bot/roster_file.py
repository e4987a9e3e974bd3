"""`watchbill roster import` and `export`: the lists of a file, every fault of it named, and the store they go into.

Source: DESIGN §8.
"""

import getpass
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from bot.clock import SystemClock, new_id
from bot.document import Document, read
from bot.problem import Path as Place
from bot.problem import Problem, SettingsError, nearest
from bot.reports import records, standing_of
from bot.settings import File, Settings
from bot.store import Store
from handlers import roster_file
from handlers.context import Context
from handlers.wording import roster_file as wording
from models.errors import ConfigError
from models.events import TimeCame
from models.policy import OnCall, Policy, Rotation

Lists = Mapping[str, Sequence[str]]


def exported(settings: Settings) -> str:
    """Give the lists of the store as YAML; those of the configuration where the store does not have them."""
    with records(settings) as session:
        lists = roster_file.orders(session, standing_of(settings), SystemClock().now())
    return wording.HEADER + roster_file.as_yaml(lists)


def imported(settings: Settings, file: Path, *, is_applied: bool) -> list[str]:
    """Make the lists of the store those of a file, or only say what that would change; give it as lines.

    Raises SettingsError with every fault of the file, and ConfigError where the store cannot be changed now.
    """
    with records(settings) as session:
        if session is None:
            raise ConfigError(wording.NO_STORE)
        held = roster_file.orders(session, standing_of(settings), SystemClock().now())
    wanted = read_lists(file, settings.policy, held)
    store = Store(settings.database.url)
    try:
        if is_applied:
            _hold(store)
        brought = _brought(store, settings, wanted, is_applied=is_applied)
    finally:
        store.close()

    def named(engineer: str | None) -> str:
        person = settings.policy.person(engineer)
        return engineer or "nobody" if person is None else f"{person.name} ({person.id})"

    return list(wording.report(brought, named, is_applied=is_applied))


def _brought(store: Store, settings: Settings, wanted: Lists, *, is_applied: bool) -> list[wording.Brought]:
    """Bring lists in. What is only looked at is done as well, and undone: no second code says what it would be."""
    with store.transaction() as session:
        now = SystemClock().now()
        event = TimeCame.of("roster-import", new_id(), now)
        ctx = Context(session, now, event, standing_of(settings), f"the command line ({_user()})")
        brought = roster_file.bring_in(ctx, wanted)
        if not is_applied:
            session.rollback()
    return brought


def _hold(store: Store) -> None:
    try:
        store.hold()
    except ConfigError:
        raise ConfigError(wording.in_use(store.url.database or "")) from None


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # in a container whose user id has no name
        return "unknown"


# -- the file


def read_lists(file: Path, policy: Policy, held: Lists) -> dict[str, tuple[str, ...]]:
    """Give the lists of a file, which may be a whole configuration. Raises SettingsError with every fault of it.

    held: the lists as they stand. Whoever is on one may stay on it, even where the configuration lost them, and a list
    that is empty may stay so: what was exported can always be read back.
    """
    document = read(file)
    faults = [*document.problems, *_faults(document, policy, held)]
    if faults:
        raise SettingsError(document.file, sorted(faults, key=lambda fault: fault.line or 0))
    return {row["name"]: tuple(row["engineers"]) for _, row in document.blocks("oncall", "rotations")}


def _faults(document: Document, policy: Policy, held: Lists) -> Iterator[Problem]:
    yield from _unknown_keys(document, (), document.data, File.model_fields)
    oncall = document.data.get("oncall")
    rotations = oncall.get("rotations") if isinstance(oncall, dict) else None
    if isinstance(oncall, dict):
        yield from _unknown_keys(document, ("oncall",), oncall, OnCall.model_fields)
    if not isinstance(rotations, list) or not rotations:
        hint = "write `oncall: {rotations: [{name: …, engineers: […]}]}`"
        yield document.problem(("oncall", "rotations"), "there is no list of rotations", hint)
        return
    named: dict[str, Place] = {}
    for number, row in enumerate(rotations):
        place: Place = ("oncall", "rotations", number)
        if isinstance(row, dict):
            yield from _unknown_keys(document, place, row, Rotation.model_fields)
            yield from _rotation(document, place, row, held, named)
            yield from _engineers(document, place, row, policy, held)
        else:
            yield document.problem(place, "a rotation with `name` and `engineers` is expected")


def _unknown_keys(
    document: Document, place: Place, values: Mapping[str, object], known: Mapping[str, object]
) -> Iterator[Problem]:
    for key in values:
        if key not in known:
            yield document.problem((*place, key), "there is no such key", nearest(key, known))


def _rotation(
    document: Document, place: Place, row: Mapping[str, object], held: Lists, named: dict[str, Place]
) -> Iterator[Problem]:
    name, at = row.get("name"), (*place, "name")
    if not isinstance(name, str):
        yield document.problem(at, "is missing: which rotation is it?")
    elif name not in held:
        yield document.problem(at, f"the configuration has no rotation `{name}`", nearest(name, held))
    elif named.setdefault(name, at) is not at:
        yield document.problem(at, f"the rotation `{name}` stands twice, first on line {document.line(named[name])}")


def _engineers(
    document: Document, place: Place, row: Mapping[str, object], policy: Policy, held: Lists
) -> Iterator[Problem]:
    engineers, at = row.get("engineers"), (*place, "engineers")
    on_it = held.get(str(row.get("name")), ())
    if not isinstance(engineers, list):
        yield document.problem(at, "a list of people's ids is expected, as in `[amina, bruno]`")
    elif not engineers and on_it:
        yield document.problem(at, "is empty: nobody would be on call")
    else:
        ids = [person.id for person in policy.people]
        first: dict[str, int | None] = {}
        for number, engineer in enumerate(engineers):
            yield from _engineer(document, (*at, number), engineer, [*ids, *on_it], first)


def _engineer(
    document: Document, place: Place, engineer: object, known: Sequence[str], first: dict[str, int | None]
) -> Iterator[Problem]:
    if not isinstance(engineer, str):
        yield document.problem(place, "the id of a person is expected")
    elif engineer in first:
        yield document.problem(place, f"`{engineer}` stands twice, first on line {first[engineer]}")
    else:
        first[engineer] = document.line(place)
        if engineer not in known:
            yield document.problem(place, f"nobody has the id `{engineer}`", nearest(engineer, known))
