"""What a monitoring bot's post in a chat says of an alert: its name, whether it goes on, how grave it is. Pure.

Bots write for people, each in its own way: a first line that begins with a mark such as `[FIRING:1]`, `Recovered:` or
`✅`, and lines such as `severity: critical`. What tells one alert from another is that line without marks and figures.
"""

import re
from collections.abc import Iterator, Mapping

from models.alerting import LONGEST_NAME, LONGEST_SUMMARY, digest
from models.events import ReportedAlert

_OVER = "resolved|recovered|recovery|cleared|closed|ok|okay|up|normal|good|fixed|healthy"
_ON = "firing|triggered|alerting|alert|alarm|problem|down|open|opened|new|failing|unhealthy|no data"
_GRAVE = r"critical|crit|fatal|emergency|disaster|high|warning|warn|error|info|[ps]\d|sev-?\d"
_MARK = re.compile(
    rf"""[^\w#\[]*
    (?: \[\s* (?P<tag>{_OVER}|{_ON}|{_GRAVE}) (?:\s*[:\#]\s*\d+)? \s*\]
      | (?:(?:monitor|service|host|check)\s+is\s+)? (?P<word>{_OVER}|{_ON}|{_GRAVE}) \s*[:!|–—-]
    ) [\s:|–—-]*""".replace("no data", r"no\ data"),
    re.IGNORECASE | re.VERBOSE,
)
_SIGNS = {"✅": False, "💚": False, "🟢": False, "🔴": True, "🔥": True, "🚨": True, "❌": True, "⚠": True}
_AROUND = " *_~:|.-–—\ufe0f" + "".join(_SIGNS)
_BACK = r"back(?:\s+(?:up|to normal))?|resolved|recovered|up"
_IS_UP = re.compile(rf"\b(?:is|are|was|has been|have)\s+(?:now\s+)?(?:{_BACK})\b", re.IGNORECASE)
_IS_DOWN = re.compile(r"\b(?:is|are)\s+(?:now\s+)?down\b", re.IGNORECASE)
_UNITS = "%|°c|[kmgt]i?b|ms|s|m|h|min|minutes|hours|seconds"
_FIGURE = re.compile(rf"[-+]?\d+(?:[.,]\d+)*\s?(?:{_UNITS})(?![\w-])", re.IGNORECASE)
_TAIL = re.compile(r"\s*(?:\([^()]*\)|\.\s+it was\b.*)\s*$", re.IGNORECASE)
_FACT = re.compile(r"^\W*([a-z][\w .-]{0,38}?)\W*\s*[:=]\s*(.+?)\s*$", re.IGNORECASE)
_NAMES = "severity priority level service app component environment env namespace cluster instance node job"
_KNOWN = {**{name: name for name in _NAMES.split()}, "application": "app", "host": "instance"}
_STATES = ("state", "status")
_URL = re.compile(r"https?://[^\s<>()\"']+")
LONGEST_VALUE = 200
LONGEST_LINE, MOST_LINES = 500, 200
"""More of a post is not read: what a bot quotes may be anybody's, and must not hold up the others."""


def read(source: str, text: str) -> ReportedAlert | None:
    """Give the alert that a post tells of; None for one without words. source: whose post it is."""
    lines = [cut for line in text.splitlines()[:MOST_LINES] if (cut := " ".join(line.split())[:LONGEST_LINE])]
    if not lines:
        return None
    first, *rest = lines
    marks, name = _without_marks(first)
    facts = dict(_facts(rest))
    states = [*marks, facts.pop("state", "").casefold()]
    severity = _severity(marks, first, facts)
    fingerprint = digest(source, _without_figures(name))[:32]
    link = _URL.search(text)
    return ReportedAlert(
        fingerprint=fingerprint,
        is_firing=_is_firing(states, first),
        labels={"alertname": name[:LONGEST_NAME], **facts} | ({"severity": severity} if severity else {}),
        annotations={"summary": "\n".join(rest)[:LONGEST_SUMMARY]} if rest else {},
        links={"source": link[0]} if link is not None else {},
        group=fingerprint,
    )


def _without_marks(line: str) -> tuple[list[str], str]:
    """Give the marks that a line begins with, and what it says after them."""
    marks, left = [], line
    while (found := _MARK.match(left)) is not None and left[found.end() :].strip():
        marks.append((found["tag"] or found["word"]).casefold())
        left = left[found.end() :]
    said = _URL.sub("", left).replace("()", "").strip(_AROUND)
    return marks, " ".join(said.split()) or line


def _without_figures(name: str) -> str:
    """Give a name as it is the same for all that is told of one alert, which may say how much and for how long."""
    core = _IS_DOWN.sub("", _IS_UP.sub("", _TAIL.sub("", name)))
    return " ".join(_FIGURE.sub("#", core).casefold().split())


def _is_firing(states: list[str], line: str) -> bool:
    for state in states:
        if re.fullmatch(_OVER, state):
            return False
        if re.fullmatch(_ON, state):
            return True
    signs = [is_on for sign, is_on in _SIGNS.items() if sign in line]
    return signs[0] if signs else _IS_UP.search(line) is None


def _severity(marks: list[str], line: str, facts: Mapping[str, str]) -> str:
    """Give the word for how grave it is; empty where it says nothing."""
    told = next((facts[name] for name in ("severity", "priority", "level") if name in facts), "")
    grave = next((mark for mark in marks if re.fullmatch(_GRAVE, mark)), "")
    is_down = "down" in marks or _IS_DOWN.search(line) is not None
    return told.split()[0] if told else grave.replace("-", "") or ("down" if is_down else "")


def _facts(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Give the labels among the lines that say `name: value`."""
    for line in lines:
        found = _FACT.match(line)
        name = found[1].strip().casefold() if found is not None else ""
        if found is not None and (name in _KNOWN or name in _STATES):
            yield _KNOWN.get(name, "state"), found[2].strip(" *_`")[:LONGEST_VALUE]
