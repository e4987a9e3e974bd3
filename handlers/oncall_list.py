"""`/oncall-list`: the list of a rotation, and what leads change on it."""

from handlers.command import Command

COMMANDS: tuple[Command, ...] = ()
