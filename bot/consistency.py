"""What one part of the configuration says that another part contradicts.

Works on the document and not on the parsed models, so that one wrong value does not hide what else is wrong:
what is malformed is passed over here, because parsing tells it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from pydantic import ValidationError

from bot.document import Document
from bot.problem import Path, Problem, Severity, listed, nearest
from models.policy import ChannelKind, Rotation, Weekday
from models.rota.zone import zone_names

ROLES = ("primary", "secondary", "team", "leads")
RESERVED = (*ROLES, "nobody")

_NEEDED_KINDS = {
    ChannelKind.SOS: "urgent requests would have no channel to be cross-linked in",
    ChannelKind.OPERATIONS: "handovers and the morning post would have nowhere to go",
    ChannelKind.HOW_TO: "questions could not be pointed anywhere",
}
_SLACK_ID = re.compile(r"[UW][A-Z0-9]{2,}")
_HANDLE_HINTS = {
    "slack": "the member ID in the person's Slack profile, such as U01AAAAAAAA",
    "rocketchat": "their user name there, without the @",
}


def inconsistencies(document: Document, enabled: Sequence[str]) -> Iterator[Problem]:
    """Yield every contradiction. enabled: the chat platforms in use."""
    of_the_policy = (_people, _repeated, _channels, _kinds, _references, _rotations_of_services, _rotations, _nobody)
    for check in (*of_the_policy, _time_zones, _public):
        yield from check(document)
    yield from _handles(document, enabled)
    yield from _platforms(document, enabled)


def _public(document: Document) -> Iterator[Problem]:
    """Yield what the status page would show and cannot, and heartbeats that nobody could send."""
    catalogue = [name for _, name in _values(document, ("services",), "name")]
    for path, name in document.texts("status", "services"):
        if name not in catalogue:
            yield document.problem(path, f"there is no service `{name}`", nearest(name, catalogue))
    for path, row in document.blocks("alerts", "heartbeats"):
        source = row.get("source", "alertmanager")
        if isinstance(source, str) and document.at("hooks", source) is None:
            message = f"no hook of {source} is configured under `hooks`: this heartbeat will never be seen"
            yield document.problem(path, message, severity=Severity.WARNING)


def _people(document: Document) -> Iterator[Problem]:
    for path, person in document.blocks("people"):
        if person.get("id") in RESERVED:
            yield document.problem((*path, "id"), f"`{person['id']}` already means something in an escalation")


def _repeated(document: Document) -> Iterator[Problem]:
    for block, keys in (("people", ("id", "slack", "rocketchat", "local")), ("channels", ("name",))):
        for key in keys:
            yield from _twice(document, _values(document, (block,), key), key)
    yield from _twice(document, _values(document, ("oncall", "rotations"), "name"), "name")
    yield from _twice(document, _service_names(document), "name", fold=str.casefold)
    for path, _ in document.blocks("oncall", "rotations"):
        yield from _twice(document, document.texts(*path, "engineers"), "engineer")


def _values(document: Document, block: Path, key: str) -> Iterator[tuple[Path, str]]:
    for path, row in document.blocks(*block):
        if isinstance(row.get(key), str):
            yield (*path, key), row[key]


def _service_names(document: Document) -> Iterator[tuple[Path, str]]:
    for path, service in document.blocks("services"):
        if isinstance(service.get("name"), str):
            yield (*path, "name"), service["name"]
        yield from document.texts(*path, "aliases")


def _twice(
    document: Document, values: Iterable[tuple[Path, str]], what: str, fold: Callable[[str], str] = str
) -> Iterator[Problem]:
    first: dict[str, Path] = {}
    for path, value in values:
        before = first.setdefault(fold(value), path)
        if before is not path:
            line = document.line(before)
            yield document.problem(path, f"the {what} `{value}` stands twice, first on line {line}")


def _channels(document: Document) -> Iterator[Problem]:
    names = [name for _, name in _values(document, ("channels",), "name")]
    for path, name in _values(document, ("channels",), "name"):
        if name.startswith(("#", "@")):
            yield document.problem(path, f"a channel's name stands without the {name[0]}", f"write `{name[1:]}`")
    for path, _ in document.blocks("oncall", "rotations"):
        for at, name in document.texts(*path, "channels"):
            if name not in names:
                yield document.problem(at, f"there is no channel `{name}`", nearest(name, names))
    yield from _topics(document, names)


def _topics(document: Document, names: Sequence[str]) -> Iterator[Problem]:
    """Yield the topics of channels that there are not, and of those that two rotations would fight over."""
    first: dict[str, str] = {}
    for path, row in document.blocks("oncall", "rotations"):
        topics = row.get("topics")
        for name in topics if isinstance(topics, dict) else ():
            at, whose = (*path, "topics", name), first.setdefault(name, str(row.get("name")))
            if name not in names:
                yield document.problem(at, f"there is no channel `{name}`", nearest(str(name), names))
            elif whose != str(row.get("name")):
                yield document.problem(at, f"the topic of `{name}` is `{whose}`'s already; one rotation can have it")


def _kinds(document: Document) -> Iterator[Problem]:
    there = {kind for _, kind in _values(document, ("channels",), "kind")}
    if there - set(ChannelKind):
        return  # parsing tells a kind that is none; it may be the one that is missing
    for kind, loss in _NEEDED_KINDS.items():
        if kind not in there:
            yield document.problem(("channels",), f"no channel has the kind `{kind}`: {loss}")
    if ChannelKind.ALERTS not in there:
        severity = Severity.ERROR if document.at("hooks") else Severity.WARNING
        message = f"no channel has the kind `{ChannelKind.ALERTS}`: alerts would have nowhere to be shown"
        yield document.problem(("channels",), message, severity=severity)


def _references(document: Document) -> Iterator[Problem]:
    ids = [each for _, each in _values(document, ("people",), "id")]
    for path, name in _named_people(document):
        if name not in ids:
            yield document.problem(path, f"nobody has the id `{name}`", nearest(name, ids))
    for path, name in _escalated_to(document):
        if name not in ids and name not in ROLES:
            message = f"`{name}` is neither {listed(ROLES)} nor anybody's id"
            yield document.problem(path, message, nearest(name, [*ROLES, *ids]))


def _rotations_of_services(document: Document) -> Iterator[Problem]:
    names = [name for _, name in _values(document, ("oncall", "rotations"), "name")]
    for path, name in _values(document, ("services",), "rotation"):
        if name not in names:
            yield document.problem(path, f"there is no rotation `{name}`", nearest(name, names))


def _named_people(document: Document) -> Iterator[tuple[Path, str]]:
    """Yield every place that must name a person."""
    yield from document.texts("oncall", "leads")
    yield from document.texts("oncall", "fallback")
    yield from document.texts("after_hours", "page")
    for path, _ in document.blocks("oncall", "rotations"):
        yield from document.texts(*path, "engineers")


def _escalated_to(document: Document) -> Iterator[tuple[Path, str]]:
    for kind in ("urgent", "platform"):
        for path, _ in document.blocks("escalation", kind):
            yield from document.texts(*path, "to")


def _handles(document: Document, enabled: Sequence[str]) -> Iterator[Problem]:
    """Yield whom the bot could not ping on a platform in use."""
    called = [*_named_people(document), *_escalated_to(document)]
    named_on = {name: document.line(path) for path, name in reversed(called)}
    for path, person in document.blocks("people"):
        for platform in (each for each in _HANDLE_HINTS if each in enabled):
            handle, at, hint = person.get(platform), (*path, platform), _HANDLE_HINTS[platform]
            if handle is None and person.get("id") in named_on:
                whom = f"`{person['id']}`, named on line {named_on[person['id']]},"
                yield document.problem(at, f"is missing, so that {whom} cannot be pinged", f"write {hint}")
            elif isinstance(handle, str) and not _is_handle(platform, handle):
                yield document.problem(at, f"`{handle}` is no {platform} handle", f"write {hint}")


def _is_handle(platform: str, handle: str) -> bool:
    if platform == "slack":
        return _SLACK_ID.fullmatch(handle) is not None
    return not handle.startswith("@") and not any(letter.isspace() for letter in handle)


def _rotations(document: Document) -> Iterator[Problem]:
    for path, row in document.blocks("oncall", "rotations"):
        yield from _calendar(document, path)
        try:
            rotation = Rotation.model_validate(row)
        except ValidationError:
            continue
        if not rotation.engineers:
            message = "has no engineers: a new store starts with an empty list"
            yield document.problem(path, message, severity=Severity.WARNING)
        yield from _working_days(document, path, rotation)


def _working_days(document: Document, path: Path, rotation: Rotation) -> Iterator[Problem]:
    if not rotation.working_days:
        yield document.problem((*path, "working_days"), "there is no working day, so that no shift would ever begin")
    elif rotation.kind == "weekly" and rotation.handover_weekday not in rotation.working_days:
        first = _next_of(rotation.handover_weekday, rotation.working_days)
        message = f"the handover day `{rotation.handover_weekday}` is no working day; shifts begin on `{first}` instead"
        yield document.problem((*path, "handover_weekday"), message, severity=Severity.WARNING)


def _next_of(day: Weekday, working: Iterable[Weekday]) -> Weekday:
    week: list[Weekday] = [*Weekday, *Weekday]
    return next(each for each in week[week.index(day) :] if each in set(working))


def _calendar(document: Document, path: Path) -> Iterator[Problem]:
    country, subdivision = (document.at(*path, "holidays", key) for key in ("country", "subdivision"))
    if country is None and isinstance(subdivision, str):
        yield document.problem((*path, "holidays", "subdivision"), "needs the country that it is a part of")
    if not isinstance(country, str):
        return
    import holidays

    known = holidays.list_supported_countries(include_aliases=True)
    if country not in known:
        hint = nearest(country, known) or "write its ISO 3166 code, such as CA"
        yield document.problem((*path, "holidays", "country"), f"no holidays are known for `{country}`", hint)
    elif isinstance(subdivision, str) and subdivision not in known[country]:
        parts = ", ".join(known[country])
        hint = nearest(subdivision, known[country]) or (f"known: {parts}" if parts else "leave it out")
        message = f"no holidays are known for `{subdivision}` in `{country}`"
        yield document.problem((*path, "holidays", "subdivision"), message, hint)


def _nobody(document: Document) -> Iterator[Problem]:
    """Yield who is missing, where the bot would have nobody to turn to."""
    oncall = ("oncall",)
    if not document.at("oncall", "rotations"):
        yield document.problem((*oncall, "rotations"), "there is no rotation, so that nobody would ever be on duty")
    for key, loss in (("leads", "change the list"), ("fallback", "be told when nobody is on duty")):
        if not document.at("oncall", key):
            message = f"nobody is named, so that nobody could {loss}"
            yield document.problem((*oncall, key), message, severity=Severity.WARNING)
    if document.at("after_hours", "urgent") == "page" and not document.at("after_hours", "page"):
        yield document.problem(("after_hours", "page"), "nobody is named, though `urgent: page` pages whom it names")
    if document.at("escalation", "urgent") == []:
        yield document.problem(("escalation", "urgent"), "there is no step, so that nobody would be pinged")


def _time_zones(document: Document) -> Iterator[Problem]:
    places = [*_values(document, ("people",), "timezone")]
    if isinstance(document.at("timezone"), str):
        places.append((("timezone",), document.at("timezone")))
    for path, name in places:
        if name not in zone_names():
            hint = nearest(name, zone_names()) or "write it as America/Vancouver"
            yield document.problem(path, f"`{name}` is no IANA time zone", hint)


def _platforms(document: Document, enabled: Sequence[str]) -> Iterator[Problem]:
    if not enabled:
        yield document.problem(("chat", "platforms"), "no platform is named; write `slack`, `rocketchat` or `local`")
    for platform in ("slack", "rocketchat"):
        if platform in enabled and document.at("chat", platform) is None:
            message = f"is missing, though `chat.platforms` names {platform}"
            yield document.problem(("chat", platform), message)
