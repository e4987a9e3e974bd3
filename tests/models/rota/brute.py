"""A second resolver, by reading everything from the first row to the last. Source: DESIGN §5.

It shares no code with the real one: it knows the values of a rota and no index, no span, no bisection and no bound.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from models.rota.rota import Rota
from models.rota.shift import Absence, Override, Shift


class Found(NamedTuple):
    """Who is on duty, by which rule, and who comes after them on the list. rule: None where nothing is planned."""

    engineer: str | None
    rule: str | None
    secondary: str | None


def found(rota: Rota, at: datetime) -> Found:
    """Give the person on duty at an instant: override, newest first > swap and cover > absence > list."""
    engineer, rule = named(rota, at)
    return Found(engineer, rule, next_person(rota, at, engineer))


def named(rota: Rota, at: datetime) -> tuple[str | None, str | None]:
    override = newest_override(rota, at)
    if override is not None:
        return override.engineer, str(override.source)
    shift = running_shift(rota, at)
    if shift is None:
        return None, None
    if shift.engineer is None:
        return None, str(shift.source)
    is_agreed = shift.source in {"swap", "cover", "override"}
    if has_gone(rota, shift.engineer, at) or (not is_agreed and not is_there(rota, shift.engineer, at)):
        return next_person(rota, at, shift.engineer), "absence"
    return shift.engineer, str(shift.source)


def newest_override(rota: Rota, at: datetime) -> Override | None:
    best: Override | None = None
    for override in rota.overrides:
        if override.rotation != rota.calendar.rotation.name or not override.start <= at < override.end:
            continue
        if override.made_at > at or (override.revoked_at is not None and override.revoked_at <= at):
            continue
        if best is None or (override.made_at, override.id) > (best.made_at, best.id):
            best = override
    return best


def running_shift(rota: Rota, at: datetime) -> Shift | None:
    for shift in rota.shifts:
        if shift.start <= at < shift.end:
            return shift
    return None


def next_person(rota: Rota, at: datetime, besides: str | None) -> str | None:
    """Give the first of the coming shifts, then of the list, who is somebody else and there."""
    for person in people_to_come(rota, at):
        if person is not None and person != besides and is_there(rota, person, at):
            return person
    return None


def people_to_come(rota: Rota, at: datetime) -> Iterator[str | None]:
    """Yield those of the coming shifts, ten and one for every second stay on the list, then those of the list."""
    left = 10 + len(rota.roster.members) // 2
    for shift in rota.shifts:
        if shift.start > at and left > 0:
            left -= 1
            yield shift.engineer
    for member in rota.roster.members:
        if not (member.since is not None and at < member.since) and not (
            member.until is not None and member.until <= at
        ):
            yield member.engineer


def is_there(rota: Rota, person: str, at: datetime) -> bool:
    """Say whether somebody is neither absent nor, being of this list at some time, off it now."""
    if any(absence.engineer == person and is_acting(rota, absence, at) for absence in rota.absences):
        return False
    return is_listed(rota, person, at) or not any(member.engineer == person for member in rota.roster.members)


def is_acting(rota: Rota, absence: Absence, at: datetime) -> bool:
    if absence.rotation is not None and absence.rotation != rota.calendar.rotation.name:
        return False
    if at < absence.made_at or (absence.cancelled_at is not None and absence.cancelled_at <= at):
        return False
    day = at.astimezone(rota.calendar.zone).date()
    while not rota.calendar.is_working(day) or rota.calendar.hours_of(day)[0] > at:
        day -= timedelta(days=1)
    return absence.first <= day <= absence.last


def is_listed(rota: Rota, person: str, at: datetime) -> bool:
    for member in rota.roster.members:
        begun = member.since is None or member.since <= at
        ended = member.until is not None and member.until <= at
        if member.engineer == person and begun and not ended:
            return True
    return False


def has_gone(rota: Rota, person: str, at: datetime) -> bool:
    """Say whether somebody was on the list before an instant and is not on it then."""
    was_there = any(
        member.engineer == person and member.until is not None and member.until <= at for member in rota.roster.members
    )
    return was_there and not is_listed(rota, person, at)
