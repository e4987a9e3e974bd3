"""The search for an answer: sections in SQLite's full-text index (FTS5, BM25), and whether what it finds is sure.

A wrong suggestion costs more than none. So the best section is offered only where it holds most of what a question
says (its rare words count more), its headings hold enough of it, and the next section holds less.
"""

import math
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from threading import Lock

from models.knowledge.section import Section

_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 24
_HEADING_WEIGHT = 4.0
_STOP = frozenset(
    """a about again all also always am an and another any anybody anyone are as at be because been before being best
    better but by can cannot check could did do does doing done each else every everyone find first for from get gets
    give go got guide had has have having he hello help here hi how i if in into is it its just kind know let like long
    look make makes many may me mean might more most much must my need needed new no not now of off ok on one only or
    other our out over own people please possible run same see set she should so some somebody someone something
    support take thanks that the their them then there these they thing things this those time tips to too try up us use
    used using very want was way we week well were what when where which while who why will with work works would year
    yet you your d ll m re s t ve""".split()  # noqa: SIM905 - as one reads them
)


@dataclass(frozen=True, slots=True)
class Found:
    """The best section for a question. cover: the share of what the question says that it holds; heading: its headings.

    lead: how much more of it this section holds than the next one does.
    """

    section: Section
    cover: float
    heading: float
    lead: float

    @property
    def is_sure(self) -> bool:
        """Say whether it is to be offered; chosen on sixty questions (docs/triage.md)."""
        return self.cover >= 0.45 and self.heading >= 0.2 and self.lead >= 0.08  # noqa: PLR2004


class Library:
    """Sections, indexed in memory; several threads may ask at once."""

    def __init__(self, sections: Iterable[Section]) -> None:
        self._sections: Sequence[Section] = tuple(sections)
        self._lock = Lock()
        self._index = sqlite3.connect(":memory:", check_same_thread=False)
        self._index.execute("CREATE VIRTUAL TABLE section USING fts5(heading, body, tokenize='porter unicode61')")
        self._index.executemany(
            "INSERT INTO section (rowid, heading, body) VALUES (?, ?, ?)",
            ((at, f"{each.page} {each.title}", each.text) for at, each in enumerate(self._sections)),
        )

    def close(self) -> None:
        """Let the index go."""
        self._index.close()

    def __len__(self) -> int:
        return len(self._sections)

    def best(self, question: str) -> Found | None:
        """Give the best section for a question, sure or not; None where nothing in it is found."""
        words = _words(question)
        if not words or not self._sections:
            return None
        with self._lock:
            holds = {word: self._rows(f'"{word}"') for word in words}
            heads = {word: self._rows(f'heading : "{word}"') for word in words}
            ranked = self._ranked(words)
        if not ranked:
            return None
        weights = {word: math.log(1 + (len(self._sections) + 1) / (len(rows) + 0.5)) for word, rows in holds.items()}
        total = sum(weights.values())

        def share(at: int, within: dict[str, set[int]]) -> float:
            return sum(weights[word] for word in words if at in within[word]) / total

        first, *after = ranked
        others = [at for at in after if self._sections[at].url != self._sections[first].url]
        lead = share(first, holds) - max((share(at, holds) for at in others), default=0.0)
        return Found(self._sections[first], share(first, holds), share(first, heads), lead)

    def answer(self, question: str) -> Section | None:
        """Give the section that surely answers a question."""
        found = self.best(question)
        return found.section if found is not None and found.is_sure else None

    def _rows(self, wanted: str) -> set[int]:
        return {row for (row,) in self._index.execute("SELECT rowid FROM section WHERE section MATCH ?", (wanted,))}

    def _ranked(self, words: Sequence[str]) -> list[int]:
        wanted = " OR ".join(f'"{word}"' for word in words)
        rows = self._index.execute(
            "SELECT rowid FROM section WHERE section MATCH ? ORDER BY bm25(section, ?, 1.0), rowid LIMIT 5",
            (wanted, _HEADING_WEIGHT),
        )
        return [row for (row,) in rows]


def _words(question: str) -> list[str]:
    """Give what a question says: its words, each once, without those that every question has."""
    words = dict.fromkeys(_WORD.findall(question.lower()))
    return [word for word in words if word not in _STOP and not word.isdigit() or len(word) > 2][:_MOST_WORDS]  # noqa: PLR2004, RUF021
