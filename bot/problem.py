"""One thing that is wrong with the configuration or with what it names, for the operator to read."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from models.errors import ConfigError

Path = tuple[str | int, ...]


class Severity(StrEnum):
    """An error keeps the bot from starting; a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where.

    path: as in `oncall.rotations[0].engineers[2]`; empty where it concerns the whole file.
    line: from 1; None where no line is to blame.
    hint: what would be right; None where nothing is near.
    """

    path: str
    message: str
    line: int | None = None
    hint: str | None = None
    severity: Severity = Severity.ERROR

    @property
    def is_error(self) -> bool:
        """Say whether the bot must not start with this."""
        return self.severity is Severity.ERROR

    def render(self, file: str) -> str:
        """Give the problem as one line, in the form that editors and compilers share: `file:line: …`."""
        place = file if self.line is None else f"{file}:{self.line}"
        parts = [place, "" if self.is_error else "warning", self.path, self.message]
        text = ": ".join(part for part in parts if part)
        return " ".join((text if self.hint is None else f"{text} ({self.hint})").split())


class SettingsError(ConfigError):
    """A configuration that cannot be used; `problems` holds everything that was found, in the order of the file."""

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.render(file) for problem in self.problems))


def dotted(path: Path) -> str:
    """Give a path as people write it: `channels[0].name`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def nearest(wrong: str, right: Iterable[str]) -> str | None:
    """Give a hint that names the nearest right word; None where none is near."""
    by_folded = {word.casefold(): word for word in right}
    near = difflib.get_close_matches(wrong.casefold(), list(by_folded), n=1, cutoff=0.6)
    return f"did you mean `{by_folded[near[0]]}`?" if near else None


def listed(words: Sequence[str]) -> str:
    """Give words as one enumeration: `a`, `b` or `c`."""
    quoted = [f"`{word}`" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
