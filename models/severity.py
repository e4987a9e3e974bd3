"""How grave an alert is, whatever its sender calls it."""

from collections.abc import Mapping
from enum import StrEnum


class Severity(StrEnum):
    """How grave an alert or an incident is, the gravest first."""

    CRITICAL = "critical"
    WARNING = "warning"
    INFO = "info"

    @property
    def gravity(self) -> int:
        """A number that is greater for what is graver."""
        return len(Severity) - tuple(Severity).index(self)


_WORDS: Mapping[Severity, str] = {
    Severity.CRITICAL: "critical crit page fatal emergency emerg disaster high blocker p0 p1 sev0 sev1 s1 down",
    Severity.WARNING: "warning warn error err major minor average medium moderate degraded p2 p3 sev2 sev3 s2 s3",
    Severity.INFO: "info information informational notice none debug low trivial ok p4 p5 sev4 sev5 s4 s5",
}
_BY_WORD = {word: severity for severity, words in _WORDS.items() for word in words.split()}


def severity_of(word: str | None) -> Severity:
    """Give the severity that a sender's word means; a warning where it says nothing, or what nobody knows."""
    return _BY_WORD.get((word or "").strip().casefold(), Severity.WARNING)
