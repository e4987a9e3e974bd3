"""Configurations for tests: a small one without fault, and ways to spoil it."""

from pathlib import Path

from bot.problem import Problem
from bot.settings import Settings, inspect

SOUND = """\
timezone: America/Vancouver
chat: {platforms: [local]}
channels:
  - {name: how-to, kind: how-to}
  - {name: sos, kind: sos}
  - {name: alerts, kind: alerts}
  - {name: operations, kind: operations}
people:
  - {id: amina, name: Amina, slack: U01AAAA, rocketchat: amina}
  - {id: bruno, name: Bruno, slack: U01BBBB, rocketchat: bruno}
oncall:
  leads: [amina]
  fallback: [amina]
  rotations:
    - {name: platform, engineers: [amina, bruno]}
"""


def written(directory: Path, text: str | bytes) -> Path:
    """Give a configuration file with this content."""
    path = directory / "config.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def spoilt(old: str, new: str) -> str:
    """Give the sound configuration with one piece replaced."""
    assert old in SOUND, old
    return SOUND.replace(old, new, 1)


def problems(directory: Path, text: str | bytes, **environ: str) -> list[Problem]:
    """Give what is wrong with a configuration."""
    return list(inspect(written(directory, text), environ).problems)


def lines(directory: Path, text: str | bytes, **environ: str) -> list[str]:
    """Give what is wrong with a configuration as lines, the file being called config.yaml."""
    return [problem.render("config.yaml") for problem in problems(directory, text, **environ)]


def settings(directory: Path, text: str = SOUND, **environ: str) -> Settings:
    """Give the settings of a configuration without errors."""
    loaded = inspect(written(directory, text), environ)
    assert loaded.settings is not None, loaded.problems
    return loaded.settings
