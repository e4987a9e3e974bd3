"""A YAML file as plain values, each with the line it stands on.

Every scalar is kept as the text that was written: the model that it is parsed into says whether it is a number,
a time or a word. That way `09:00`, `NO`, `on` and `0123` mean what they look like, which YAML 1.1 denies.
An empty value is the same as a key that is left out.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

import yaml

from bot.problem import Path, Problem, SettingsError, dotted

LARGEST = 1_000_000  # bytes; a file of aliases within aliases stays far below it, hence the next one
MOST_VALUES = 100_000

_NULL = ("", "~", "null", "Null", "NULL")
_PLAIN_TAGS = frozenset(
    f"tag:yaml.org,2002:{name}"
    for name in ("str", "int", "float", "bool", "null", "timestamp", "value", "merge", "map", "seq")
)
_VARIABLE = re.compile(r"\$\{(file:)?([^{}]*)\}")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SHORTEST_MASKED = 4


@dataclass(slots=True)
class Document:
    """The file's values. lines: path → line, from 1; `masks`: what was put in for a `${…}` → the `${…}`."""

    file: str
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    masks: dict[str, str] = field(default_factory=dict)

    def line(self, path: Path) -> int | None:
        """Give the line of a path, or of the nearest thing around it that the file has."""
        return next((self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines), None)

    def problem(self, path: Path, message: str, hint: str | None = None, **more: Any) -> Problem:
        """Give a problem at a path, with its line, and without what stood behind a `${…}`."""
        hint = None if hint is None else self._masked(hint)
        return Problem(dotted(path), self._masked(message), self.line(path), hint, **more)

    def at(self, *path: str | int) -> Any:
        """Give the value at a path; None where there is none."""
        value: Any = self.data
        for part in path:
            if isinstance(part, str):
                value = value.get(part) if isinstance(value, dict) else None
            else:
                value = value[part] if isinstance(value, list) and part < len(value) else None
        return value

    def texts(self, *path: str | int) -> Iterator[tuple[Path, str]]:
        """Yield the path and text of each text in the list at a path; what is malformed is told elsewhere."""
        value = self.at(*path)
        for number, each in enumerate(value if isinstance(value, list) else ()):
            if isinstance(each, str):
                yield (*path, number), each

    def blocks(self, *path: str | int) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Yield the path and keys of each block in the list at a path; what is malformed is told elsewhere."""
        value = self.at(*path)
        for number, each in enumerate(value if isinstance(value, list) else ()):
            if isinstance(each, dict):
                yield (*path, number), each

    def substitute(self, environ: Mapping[str, str], skipped: Sequence[Path] = ()) -> None:
        """Put the environment and files in for `${VAR}` and `${file:/path}`; what is skipped stays as it is."""
        self.data = self._substituted((), self.data, environ, skipped)

    def _substituted(self, path: Path, value: Any, environ: Mapping[str, str], skipped: Sequence[Path]) -> Any:
        if path in skipped:
            return value
        if isinstance(value, dict):
            return {key: self._substituted((*path, key), each, environ, skipped) for key, each in value.items()}
        if isinstance(value, list):
            return [self._substituted((*path, n), each, environ, skipped) for n, each in enumerate(value)]
        return self._filled(path, value, environ) if isinstance(value, str) else value

    def _filled(self, path: Path, text: str, environ: Mapping[str, str]) -> str:
        def found(match: re.Match[str]) -> str:
            value = self._from_file(path, match[2]) if match[1] else self._from_environ(path, match[2], environ)
            if len(value) >= _SHORTEST_MASKED:
                self.masks[value] = match[0]
            return value or match[0]

        return _VARIABLE.sub(found, text)

    def _from_environ(self, path: Path, name: str, environ: Mapping[str, str]) -> str:
        if not _NAME.fullmatch(name):
            self.problems.append(self.problem(path, f"`${{{name}}}` names no environment variable"))
        elif not environ.get(name):
            state = "empty" if name in environ else "not set"
            self.problems.append(self.problem(path, f"the environment variable {name} is {state}"))
        return environ.get(name, "")

    def _from_file(self, path: Path, name: str) -> str:
        try:
            text = FilePath(name).read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, ValueError) as error:
            self.problems.append(self.problem(path, f"cannot read `{name}`: {_reason(error)}"))
            return ""
        if not text:
            self.problems.append(self.problem(path, f"the file `{name}` is empty"))
        return text

    def _masked(self, text: str) -> str:
        for value in sorted(self.masks, key=len, reverse=True):
            text = text.replace(value, self.masks[value])
        return text


def read(file: str | os.PathLike[str]) -> Document:
    """Give a file as a document. Raises SettingsError where it is no YAML mapping at all.

    Duplicate keys and the like are in the document's problems, so that they are told together with all others.
    """
    document = Document(os.fspath(file))
    node = _composed(document.file, _text(document.file))
    if node is None:
        raise SettingsError(document.file, [Problem("", "the file is empty; start from config.example.yaml")])
    if not isinstance(node, yaml.MappingNode):
        line = node.start_mark.line + 1
        raise SettingsError(document.file, [Problem("", "keys with values are expected, as in `timezone: UTC`", line)])
    try:
        document.data = _Reader(document).value((), node)
    except (RecursionError, _TooMuchError):
        raise SettingsError(
            document.file, [Problem("", "the file is nested too deeply, or repeats too much")]
        ) from None
    return document


def lacks_variable(text: str, environ: Mapping[str, str]) -> bool:
    """Say whether a value names an environment variable that is not set, or empty."""
    return any(not environ.get(name) for is_file, name in _VARIABLE.findall(text) if not is_file)


def _text(file: str) -> str:
    try:
        with FilePath(file).open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise SettingsError(file, [Problem("", f"cannot be read: {_reason(error)}")]) from None
    if len(content) > LARGEST:
        raise SettingsError(file, [Problem("", f"is larger than {LARGEST:,} bytes, so it is no configuration")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SettingsError(file, [Problem("", "is not written in UTF-8", line)]) from None


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "it is not written in UTF-8"
    return getattr(error, "strerror", None) or str(error)


def _composed(file: str, text: str) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        raise SettingsError(file, [Problem("", _explained(error, text, line), line)]) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        message = f"no YAML: the character U+{ord(text[error.position]):04X} may not stand in it"
        raise SettingsError(file, [Problem("", message, line)]) from None
    except RecursionError:
        raise SettingsError(file, [Problem("", "the file is nested too deeply")]) from None
    else:
        return node


def _explained(error: yaml.MarkedYAMLError, text: str, line: int | None) -> str:
    lines = text.splitlines()
    if line is not None and line <= len(lines) and "\t" in lines[line - 1][: _indent(lines[line - 1])]:
        return "no YAML: a tab stands where only spaces may; indent with spaces"
    began = f", begun on line {error.context_mark.line + 1}" if error.context_mark else ""
    context = f" ({error.context}{began})" if error.context else ""
    return f"no YAML: {error.problem}{context}"


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


class _TooMuchError(Exception):
    """More values than any configuration has."""


class _Reader:
    """Turns YAML nodes into plain values, noting the line of each in the document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._count = 0

    def value(self, path: Path, node: yaml.Node) -> Any:
        self._count += 1
        if self._count > MOST_VALUES:
            raise _TooMuchError
        self._document.lines.setdefault(path, node.start_mark.line + 1)
        if node.tag not in _PLAIN_TAGS:
            self._tell(path, f"the tag `{node.tag}` is not understood here; write plain values")
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(path, node)
        if isinstance(node, yaml.SequenceNode):
            return [self.value((*path, number), each) for number, each in enumerate(node.value)]
        is_empty = getattr(node, "style", None) is None and node.value in _NULL
        return None if is_empty else str(node.value)

    def _mapping(self, path: Path, node: yaml.MappingNode) -> dict[str, Any]:
        values: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._tell(path, "a key must be a plain word", line)
                continue
            key = str(key_node.value)
            if key in first:
                self._tell((*path, key), f"stands twice, first on line {first[key]}", line)
                continue
            first[key] = line
            self._document.lines[*path, key] = line
            value = self.value((*path, key), value_node)
            if value is not None:
                values[key] = value
        return values

    def _tell(self, path: Path, message: str, line: int | None = None) -> None:
        line = line or self._document.line(path)
        self._document.problems.append(Problem(dotted(path), message, line))
