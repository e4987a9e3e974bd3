"""The command line: a thin shell. Each command parses its words and makes one call; heavy imports wait for that."""

from bot.cli.group import main

__all__ = ["main"]
