"""Handovers as files: Markdown to read, JSON and CSV for other programs."""

import csv
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from io import StringIO
from typing import Literal
from zoneinfo import ZoneInfo

from handlers.wording import handover_sections
from handlers.wording.handover_reading import Reading
from handlers.wording.markdown import plain
from models.message import plain_block
from models.records.handover import Handover, LogEntry, draft_from_json

Format = Literal["md", "json", "csv"]
KEPT = 40  # lines a section
NEWLINE = "\n"

_ACTIVE = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet takes for a formula


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One handover for another program. Times are ISO with their offset; empty where there is none yet.

    sections: the drafted sections as plain text. log: every line of the shift's log.
    is_part: of a part of a shift, because duty passed on within it.
    """

    number: int
    rotation: str
    day: str
    shift_start: str
    shift_end: str
    outgoing: str
    incoming: str
    state: str
    is_automatic: bool
    submitted_at: str
    submitted_by: str
    accepted_at: str
    accepted_by: str
    open: int
    waiting: int
    resolved: int
    debts: int
    is_quiet: bool
    summary: str
    watch: str
    sections: str
    log: tuple[str, ...]
    is_part: bool

    def has(self, words: str) -> bool:
        """Say whether some words stand in it, in any case."""
        wanted = words.casefold()
        texts = (self.summary, self.watch, self.sections, *self.log, self.rotation, self.day, *self._people())
        return any(wanted in text.casefold() for text in texts)

    def _people(self) -> tuple[str, ...]:
        return (self.outgoing, self.incoming, self.submitted_by, self.accepted_by)


def exported(row: Handover, log: Sequence[LogEntry], name: Callable[[str | None], str], zone: ZoneInfo) -> ExportRow:
    """Give a filed handover as a row. log: of its shift. name: gives a person's name by id."""
    whole = draft_from_json(row.body or {})
    draft = replace(whole, log=(), log_total=0) if log else whole
    head, rest = handover_sections.blocks(draft, Reading(zone, "", most=KEPT))
    return ExportRow(
        number=row.id,
        rotation=row.rotation,
        day=row.shift_start.astimezone(zone).date().isoformat(),
        shift_start=row.shift_start.astimezone(zone).isoformat(),
        shift_end=row.shift_end.astimezone(zone).isoformat(),
        outgoing=draft.outgoing or "",
        incoming=draft.incoming or "",
        state=row.state.value,
        is_automatic=row.submitted_by is None,
        submitted_at=row.submitted_at.astimezone(zone).isoformat() if row.submitted_at else "",
        submitted_by=name(row.submitted_by),
        accepted_at=row.accepted_at.astimezone(zone).isoformat() if row.accepted_at else "",
        accepted_by=name(row.accepted_by),
        open=draft.open.total,
        waiting=draft.waiting.total,
        resolved=draft.resolved.total,
        debts=draft.debts.total,
        is_quiet=row.is_quiet,
        summary=row.summary,
        watch=row.watch,
        sections="\n".join(plain_block(block) for block in (*head, *rest)),
        log=tuple(_log_line(one, name, zone) for one in log),
        is_part=row.is_part,
    )


def _log_line(one: LogEntry, name: Callable[[str | None], str], zone: ZoneInfo) -> str:
    by = f" ({name(one.author)})" if one.author else ""
    return f"{one.at.astimezone(zone):%Y-%m-%d %H:%M} {one.text}{by}"


def render(rows: Sequence[ExportRow], to: Format) -> str:
    """Give handovers as the text of a file, with a newline at its end."""
    return {"md": _markdown, "json": _json, "csv": _csv}[to](rows)


def _json(rows: Sequence[ExportRow]) -> str:
    return json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=2) + "\n"


def _csv(rows: Sequence[ExportRow]) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(ExportRow.__slots__)
    writer.writerows([_cell(value) for value in asdict(row).values()] for row in rows)
    return out.getvalue()


def _cell(value: object) -> str:
    text = "\n".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    return f"'{text}" if text.startswith(_ACTIVE) else text


def _markdown(rows: Sequence[ExportRow]) -> str:
    return "\n".join(map(_chapter, rows)) or "No handover has been filed.\n"


def _chapter(row: ExportRow) -> str:
    during = " during the day" if row.is_part else ""
    people = f"{row.outgoing or 'nobody'} → {row.incoming or 'nobody'}"
    how = "filed automatically" if row.is_automatic else f"submitted by {row.submitted_by}"
    accepted = f"accepted by {row.accepted_by} {row.accepted_at}" if row.accepted_at else "not accepted"
    parts = [
        f"## {row.day} {plain(row.rotation)}{during}: {plain(people)} (#{row.number})",
        f"{row.submitted_at} {plain(how)}, {plain(accepted)}.",
        "Nothing notable." if row.is_quiet else "",
        _quoted(row.summary),
        f"To watch:\n\n{_quoted(row.watch)}" if row.watch else "",
        _block(row.sections),
        _logged(row.log),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


def _logged(lines: Sequence[str]) -> str:
    return f"Log:\n\n{_block(NEWLINE.join(lines))}" if lines else ""


def _quoted(text: str) -> str:
    return "\n".join(f"> {plain(line)}" for line in text.splitlines())


def _block(text: str) -> str:
    """Give the sections as a block that nothing in them can end: indented code."""
    return "\n".join(f"    {line}" for line in text.splitlines())
