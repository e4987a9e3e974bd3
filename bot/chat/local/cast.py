"""Who is in the local chat, and the commands that its composer offers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from models.policy import Person, Policy

PLATFORM = "local"
BOT = "watchbill"
BOT_NAME = "Watchbill"

Role = Literal["developer", "engineer", "lead"]


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody whom one can speak as. id: their handle, as typed after an @."""

    id: str
    name: str
    role: Role = "developer"

    @classmethod
    def of(cls, person: Person, role: Role = "developer") -> "Member":
        """Give the member that a configured person is in the local chat."""
        return cls(person.handle(PLATFORM) or person.id, person.name, role)


@dataclass(frozen=True, slots=True)
class CommandHint:
    """One line of the composer's completion. name: without the slash; usage: what may follow it."""

    name: str
    usage: str
    summary: str


def roles_of(policy: Policy) -> Mapping[str, Role]:
    """Give the role of everyone who has one, by person id; all others are developers."""
    engineers = {person: "engineer" for rotation in policy.oncall.rotations for person in rotation.engineers}
    return {**dict.fromkeys(engineers, "engineer"), **dict.fromkeys(policy.oncall.leads, "lead")}
