"""A fake Rocket.Chat for tests and benchmarks; what it knows and from where: docs/fakes/rocketchat.md."""

from tests.fakes.rocketchat.fake import BUSY, CUT, LOSE, NOT_JSON, SERVER_ERROR, FakeRocketChat
from tests.fakes.rocketchat.workspace import Json, Room, User

__all__ = ["BUSY", "CUT", "LOSE", "NOT_JSON", "SERVER_ERROR", "FakeRocketChat", "Json", "Room", "User"]
