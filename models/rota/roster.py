"""The list of a rotation: who is on it, since when, in which order. Every edit gives a new list.

Nothing is stored by position: a removal can never hand a turn to the wrong person. Source: DESIGN §5, §7.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Self

from models.rota.shift import RotaError


@dataclass(frozen=True, slots=True)
class Member:
    """One stay of one person on the list: [since, until); None is open.

    placed_in: the running cycle into which a lead placed a newcomer by position; None: from the next cycle on.
    shadows_from: from then until they come they are told along with whoever is on duty; None: never.
    """

    engineer: str
    since: datetime | None = None
    until: datetime | None = None
    placed_in: int | None = None
    shadows_from: datetime | None = None

    def is_on(self, at: datetime) -> bool:
        """Say whether this stay covers an instant."""
        return (self.since is None or self.since <= at) and not self.has_ended(at)

    def is_shadowing(self, at: datetime) -> bool:
        """Say whether an instant lies in the time in which they only follow."""
        if self.shadows_from is None or self.since is None or self.has_ended(at):
            return False
        return self.shadows_from <= at < self.since

    def has_ended(self, at: datetime) -> bool:
        """Say whether this stay is over at an instant."""
        return self.until is not None and self.until <= at


@dataclass(frozen=True)
class Roster:
    """The list as it stands in one cycle. Past stays are kept, so that old answers stay explainable."""

    members: tuple[Member, ...] = ()
    cycle: int = 1

    @classmethod
    def of(cls, *engineers: str) -> Self:
        """Give a list of people who have always been on it, in this order."""
        return cls(tuple(Member(engineer) for engineer in engineers))

    @cached_property
    def stays(self) -> Mapping[str, tuple[Member, ...]]:
        """Every stay, by person."""
        found: dict[str, tuple[Member, ...]] = {}
        for member in self.members:
            found[member.engineer] = (*found.get(member.engineer, ()), member)
        return found

    def order(self, at: datetime) -> tuple[str, ...]:
        """Give the people who are on the list at an instant, or will be, in order."""
        return tuple(dict.fromkeys(member.engineer for member in self._open(at)))

    def is_on(self, engineer: str, at: datetime) -> bool:
        """Say whether somebody is on the list at an instant."""
        return any(member.is_on(at) for member in self.stays.get(engineer, ()))

    def serves_through(self, engineer: str, start: datetime, end: datetime) -> bool:
        """Say whether one stay covers all of a span."""
        return any(
            member.is_on(start) and (member.until is None or member.until >= end)
            for member in self.stays.get(engineer, ())
        )

    def is_off(self, engineer: str, at: datetime) -> bool:
        """Say whether somebody who was or will be on the list is not on it at an instant."""
        return engineer in self.stays and not self.is_on(engineer, at)

    def shadows(self, at: datetime) -> tuple[str, ...]:
        """Give the newcomers who shadow whoever is on duty at an instant, in the list's order."""
        return tuple(stay.engineer for stay in self.members if stay.is_shadowing(at))

    def has_left(self, engineer: str, at: datetime) -> bool:
        """Say whether somebody was on the list and is no longer. Somebody never on it has not left."""
        stays = self.stays.get(engineer, ())
        return any(stay.has_ended(at) for stay in stays) and not any(stay.is_on(at) for stay in stays)

    def add(
        self,
        engineer: str,
        now: datetime,
        *,
        since: datetime | None = None,
        position: int | None = None,
        shadows_from: datetime | None = None,
    ) -> Self:
        """Give the list with somebody added, from now or a later instant on.

        position: from 1, in the running cycle; None: they come with the next cycle. shadows_from: as in Member.
        """
        begin = max(since or now, now)
        if not all(stay.has_ended(begin) for stay in self.stays.get(engineer, ())):
            raise RotaError(f"{engineer} is on the list already")
        placed = None if position is None else self.cycle
        member = Member(engineer, since=begin, placed_in=placed, shadows_from=shadows_from)
        if position is None:
            return replace(self, members=(*self.members, member))
        leaving = tuple(stay for stay in self._open(now) if stay.engineer == engineer)
        return self._placed((*leaving, member), position, now)

    def remove(self, engineer: str, now: datetime, *, until: datetime | None = None) -> Self:
        """Give the list without somebody from now or a later instant on, whatever was to come. The past stays."""
        end = max(until or now, now)
        stays = self._stays(engineer, now)
        ending = {stay for stay in stays if stay is stays[-1] or not stay.has_ended(end)}
        members = (replace(other, until=end) if other in ending else other for other in self.members)
        return replace(self, members=tuple(members))

    def move(self, engineer: str, position: int, now: datetime) -> Self:
        """Give the list with somebody at another position, from 1."""
        return self._placed(self._stays(engineer, now), position, now)

    def reordered(self, order: tuple[str, ...], cycle: int) -> Self:
        """Give the list in the order of a cycle; whoever that order does not know stays behind, in the old order."""
        place = {engineer: index for index, engineer in enumerate(order)}
        members = sorted(self.members, key=lambda member: place.get(member.engineer, len(place)))
        return replace(self, members=tuple(members), cycle=cycle)

    def _open(self, at: datetime) -> tuple[Member, ...]:
        return tuple(member for member in self.members if not member.has_ended(at))

    def _stays(self, engineer: str, now: datetime) -> tuple[Member, ...]:
        """Give somebody's stays that are not over: the running one, and those to come."""
        found = tuple(member for member in self._open(now) if member.engineer == engineer)
        if not found:
            raise RotaError(f"{engineer} is not on the list")
        return found

    def _placed(self, stays: tuple[Member, ...], position: int, now: datetime) -> Self:
        """Give the list with somebody's stays at a position; positions count people."""
        others = [member for member in self._open(now) if member not in stays]
        people = list(dict.fromkeys(member.engineer for member in others))
        if not 1 <= position <= len(people) + 1:
            raise RotaError(f"there is no position {position}: the list has positions 1 to {len(people) + 1}")
        before = set(people[: position - 1])
        ahead = [member for member in others if member.engineer in before]
        behind = [member for member in others if member.engineer not in before]
        past = (member for member in self.members if member.has_ended(now))
        return replace(self, members=(*past, *ahead, *stays, *behind))
