"""The handover of a shift: drafted from the store, edited, submitted, accepted, found again. Source: DESIGN §6, §7.

What the clock does is in `handover_jobs`, how one is filed in `handover_filing`, what it is drafted from in
`handover_draft`.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta

from sqlalchemy.orm import Session

from handlers import duty, handover_filing
from handlers.command import Call, Command
from handlers.context import Answer, Context, Standing
from handlers.dates import RELATIVE, WEEKDAYS, parse_day
from handlers.handover_draft import Change, change_of, running
from handlers.handover_filing import shown, stored
from handlers.handover_parts import change_of_part
from handlers.wording import handover as wording
from handlers.wording import handover_refusals as refusals
from handlers.wording import times
from handlers.wording.handover import NOTABLE, QUIET
from handlers.wording.handover_export import ExportRow, exported
from models.errors import UserError
from models.events import ButtonPressed, FormSubmitted
from models.policy import Person, Rotation
from models.records import handover as records
from models.records.handover import Handover, LogEntry
from models.rota.calendar import DAY
from models.rota.zone import zone
from models.secrets import mask

LATE = timedelta(hours=2)
LISTED = 10
CLEAR, NOTHING_NOTABLE = "clear", "nothing notable"
LOOK_BACK = timedelta(days=300)  # a date without its year is one that has passed


# -- whose handover it is


def _mine(ctx: Context, rotation: Rotation) -> Change:
    """Give the change that the asker may hand over: of the shift that runs, or of theirs that has just ended."""
    change = running(ctx, rotation)
    if change is not None and ctx.person is not None and change.outgoing == ctx.person.id:
        return change
    ended = _just_ended(ctx, rotation)
    if ended is not None and ctx.person is not None and ended.outgoing == ctx.person.id:
        return ended
    part = _my_part(ctx, rotation)
    if part is not None:
        return part
    if change is None:
        raise UserError(wording.NO_SHIFT)
    if not ctx.policy.is_lead(ctx.person):
        raise _not_theirs(ctx, change)
    return change


def _my_part(ctx: Context, rotation: Rotation) -> Change | None:
    """Give the part of a shift that the asker left duty after, not long ago."""
    if ctx.person is None:
        return None
    row = records.part_of(ctx.session, rotation.name, ctx.person.id, ctx.now - LATE)
    return change_of_part(ctx, rotation, row) if row is not None else None


def _not_theirs(ctx: Context, change: Change) -> UserError:
    others = [one.name for one in ctx.policy.oncall.rotations if one.name != change.rotation.name]
    on_duty = ctx.name_of(change.outgoing) if change.outgoing else None
    return UserError(refusals.may_not_submit(change.rotation.name, on_duty, others))


def _just_ended(ctx: Context, rotation: Rotation) -> Change | None:
    ends = records.shift_ends(ctx.session, rotation.name, ctx.now - LATE, ctx.now)
    start = records.shift_start_of(ctx.session, rotation.name, ends[0]) if ends else None
    return running(ctx, rotation, start) if start is not None else None


def _change_of_row(ctx: Context, row: Handover) -> Change:
    """Give the change that a stored handover is about. Raises UserError where the asker may not hand it over now."""
    rotation = ctx.policy.rotation(row.rotation)
    if rotation is None:
        raise UserError(wording.NO_SUCH_BUTTON_ROTATION)
    shift = duty.near(ctx, rotation, row.shift_end).shift_at(row.shift_start)
    if row.is_part:
        change = change_of_part(ctx, rotation, row)
    elif shift is not None and shift.start == row.shift_start:
        change = change_of(ctx, rotation, shift)
    else:
        change = Change(rotation, row.shift_start, row.shift_end, row.outgoing, row.incoming)
    if ctx.person is None or not (ctx.person.id == change.outgoing or ctx.policy.is_lead(ctx.person)):
        raise _not_theirs(ctx, running(ctx, rotation) or change)
    if ctx.now >= change.end + LATE:
        raise UserError(refusals.too_late(row.id))
    return change


# -- draft, note, submit


def _opened(ctx: Context, rotation: Rotation) -> Answer:
    change = _mine(ctx, rotation)
    row = stored(ctx, change)
    return Answer(form=wording.form(shown(ctx, row, change), ctx.platform, _version(row)))


def _open(ctx: Context, call: Call) -> Answer:
    return _opened(ctx, call.rotation)


def _pressed_open(ctx: Context, event: ButtonPressed) -> Answer:
    rotation = ctx.policy.rotation(event.value)
    if rotation is None:
        raise UserError(wording.NO_SUCH_BUTTON_ROTATION)
    return _opened(ctx, rotation)


def _draft(ctx: Context, call: Call) -> Answer:
    if call.words and call.text.lower() != "all":
        raise call.wrong(wording.ALL_OR_NOTHING)
    if not duty.is_engineer(ctx, ctx.person):
        raise UserError(wording.ENGINEERS_ONLY)
    change = _just_ended_of_asker(ctx, call.rotation) or running(ctx, call.rotation)
    if change is None or ctx.person is None or change.outgoing != ctx.person.id:
        change = _my_part(ctx, call.rotation) or change
    if change is None:
        raise UserError(wording.NO_SHIFT)
    row = stored(ctx, change)
    if row.is_filed:
        return Answer(reply=wording.filed(shown(ctx, row), ctx.platform))
    is_whole = bool(call.words)
    return Answer(reply=wording.draft(shown(ctx, row, change), ctx.platform, is_whole=is_whole))


def _just_ended_of_asker(ctx: Context, rotation: Rotation) -> Change | None:
    """Give the shift of the asker's that has just ended, unless they are on duty again."""
    change, ended = running(ctx, rotation), _just_ended(ctx, rotation)
    asker = ctx.person.id if ctx.person is not None else None
    is_theirs = ended is not None and ended.outgoing == asker and (change is None or change.outgoing != asker)
    return ended if is_theirs else None


def _note(ctx: Context, call: Call) -> Answer:
    """Add a line to watch; `clear` takes all of them away."""
    if not call.words:
        raise call.wrong(wording.NOTHING_TO_NOTE)
    change = _mine(ctx, call.rotation)
    row = stored(ctx, change)
    is_cleared = call.text.lower() == CLEAR
    watch = "" if is_cleared else "\n".join(filter(None, (row.watch, mask(call.text).strip())))
    _write(ctx, row, change, summary=row.summary, watch=watch)
    return Answer(reply=wording.CLEARED if is_cleared else wording.noted(len(watch.splitlines())))


def _summary(ctx: Context, call: Call) -> Answer:
    """Say how it was, in place of what was said before; `clear` takes it away."""
    if not call.words:
        raise call.wrong(wording.NOTHING_TO_SAY)
    change = _mine(ctx, call.rotation)
    row = stored(ctx, change)
    is_cleared = call.text.lower() == CLEAR
    _write(ctx, row, change, summary="" if is_cleared else mask(call.text).strip(), watch=row.watch)
    return Answer(reply=wording.CLEARED if is_cleared else wording.SUMMED_UP)


def _write(ctx: Context, row: Handover, change: Change, *, summary: str, watch: str) -> None:
    """Keep what an engineer wrote; one that is filed is filed anew. Raises UserError for a text that is too long."""
    longest = max(len(summary), len(watch))
    if longest > wording.LONGEST:
        raise UserError(wording.too_long(longest))
    row.summary, row.watch = summary, watch
    row.is_quiet = row.is_quiet and not (summary or watch)
    if row.is_filed:
        handover_filing.file(ctx, row, change, by=ctx.person)


def _submit(ctx: Context, call: Call) -> Answer:
    if call.words and call.text.lower() != NOTHING_NOTABLE:
        raise call.wrong(wording.NOTHING_OR_NOTHING_NOTABLE)
    change = _mine(ctx, call.rotation)
    row = stored(ctx, change)
    if call.words and (row.summary or row.watch):
        raise UserError(wording.QUIET_WITH_NOTES)
    row.is_quiet = row.is_quiet or bool(call.words)
    return _filed(ctx, row, change)


def _filed(ctx: Context, row: Handover, change: Change) -> Answer:
    is_again = row.is_filed
    handover_filing.file(ctx, row, change, by=ctx.person)
    names = handover_filing.operations_names(ctx, change.rotation) if row.posts else []
    incoming = ctx.name_of(row.incoming) if row.incoming else None
    return Answer(reply=wording.submitted(row.id, incoming, next(iter(names), None), is_again=is_again))


def _form_submitted(ctx: Context, event: FormSubmitted) -> Answer:
    number, _, version = event.subject.partition(":")
    row = _numbered(ctx, number)
    change = _change_of_row(ctx, row)
    summary, watch = (mask(event.fields.get(name, "")).strip() for name in ("summary", "watch"))
    quiet = event.fields.get("quiet") or NOTABLE
    errors = _errors(summary, watch, quiet)
    if version and version != _version(row):
        errors = {"summary": wording.CHANGED_MEANWHILE}
    if errors:
        return Answer(errors=errors)
    row.summary, row.watch, row.is_quiet = summary, watch, quiet == QUIET
    return _filed(ctx, row, change)


def _version(row: Handover) -> str:
    """Give what tells the words of a handover from those that a form was opened with."""
    words = "\0".join((row.summary, row.watch, str(bool(row.is_quiet))))
    return hashlib.sha256(words.encode()).hexdigest()[:12]


def _errors(summary: str, watch: str, quiet: str) -> Mapping[str, str]:
    """Give what is wrong with a submitted form, by field."""
    texts = {"summary": summary, "watch": watch}
    errors = {name: wording.too_long(len(text)) for name, text in texts.items() if len(text) > wording.LONGEST}
    if quiet not in (QUIET, NOTABLE):
        errors["quiet"] = wording.WHICH_QUIET
    elif quiet == QUIET and (summary or watch):
        errors["quiet"] = wording.QUIET_WITH_TEXT
    return errors


def _numbered(ctx: Context, value: str) -> Handover:
    row = records.get(ctx.session, int(value)) if value.isdecimal() and len(value) < 10 else None  # noqa: PLR2004
    if row is None:
        raise UserError(wording.NO_LONGER)
    return row


# -- accept


def _accept(ctx: Context, call: Call) -> Answer:
    """Accept what waits for the asker, of whichever rotation they do not say; else the last one, as a lead may."""
    found = _waiting(ctx, call) or next(iter(records.latest(ctx.session, call.rotation.name)), None)
    if found is None:
        raise UserError(wording.NOTHING_FILED)
    return Answer(reply=handover_filing.accept(ctx, found))


def _waiting(ctx: Context, call: Call) -> Handover | None:
    rotations = [call.rotation] if call.is_named else ctx.policy.oncall.rotations
    names = [rotation.name for rotation in rotations]
    return records.waiting_for(ctx.session, ctx.person.id, names, ctx.now) if ctx.person is not None else None


def _pressed_accept(ctx: Context, event: ButtonPressed) -> Answer:
    return Answer(reply=handover_filing.accept(ctx, _numbered(ctx, event.value)))


# -- found again


def _show(ctx: Context, call: Call) -> Answer:
    row = _wanted(ctx, call)
    return Answer(reply=wording.filed(shown(ctx, row), ctx.platform, is_whole=True))


def _wanted(ctx: Context, call: Call) -> Handover:
    if not call.words:
        newest = records.latest(ctx.session, call.rotation.name)
        if not newest:
            raise UserError(wording.NOTHING_FILED)
        return newest[0]
    if len(call.words) == 1 and call.words[0].removeprefix("#").isdecimal():
        number = call.number(call.words[0])
        row = records.get(ctx.session, number)
        if row is None or not row.is_filed:
            raise UserError(refusals.no_such_handover(number))
        return row
    return _of_day(ctx, call)


def _of_day(ctx: Context, call: Call) -> Handover:
    calendar = ctx.standing.calendar(call.rotation)
    today = calendar.day_of(ctx.now)
    day = _past_day(call.text, today)
    row = records.covering(ctx.session, call.rotation.name, calendar.midnight(day), calendar.midnight(day + DAY))
    if row is None:
        raise UserError(refusals.none_of_day(times.day(day, today)))
    return row


def _past_day(text: str, today: date) -> date:
    """Give the day that somebody wrote who looks back: `fri` is the last Friday. Raises UserError where it is none."""
    word = text.lower().strip()
    if word in RELATIVE:
        return parse_day(word, today)
    week = [today - back * DAY for back in range(7)]
    named = [day for day in week if len(word) > 2 and WEEKDAYS[day.weekday()].startswith(word)]  # noqa: PLR2004
    return named[0] if named else parse_day(word, today - LOOK_BACK)


def _list(ctx: Context, call: Call) -> Answer:
    found = records.latest(ctx.session, call.rotation.name, LISTED)
    if not found:
        raise UserError(wording.NOTHING_FILED)
    return Answer(reply=wording.listed([shown(ctx, row) for row in found]))


def handover_rows(
    session: Session, standing: Standing, since: date | None, until: date | None = None, words: str = ""
) -> list[ExportRow]:
    """Give the handovers filed for shifts that ended on or after a day (None: all), the oldest first.

    until: the last day on which they ended; None: all. words: only those in which they stand, in any case; empty: all.
    """
    rotations = standing.policy.oncall.rotations
    calendar = standing.calendar(rotations[0]) if rotations else None
    first = calendar.midnight(since) if since is not None and calendar is not None else None
    end = calendar.midnight(until + DAY) if until is not None and calendar is not None else None
    civil, name = zone(standing.policy.timezone), _names(standing)
    found = records.filed_since(session, first, until=end)
    made = (exported(row, _log_of(session, row), name, civil) for row in found)
    return [row for row in made if not words or row.has(words)]


def _log_of(session: Session, row: Handover) -> Sequence[LogEntry]:
    return records.log_between(session, row.rotation, row.shift_start, row.shift_end)


def _names(standing: Standing) -> Callable[[str | None], str]:
    def name(person_id: str | None) -> str:
        person: Person | None = standing.policy.person(person_id)
        return person.name if person is not None else person_id or ""

    return name


COMMANDS: tuple[Command, ...] = (
    Command("handover", "", "", "open the handover, already drafted: edit and submit it", "/handover", _open),
    Command("handover", "accept", "", "accept the handover that was sent to you", "/handover accept", _accept),
    Command(
        "handover",
        "note",
        "<text> | clear",
        "add what to watch to the draft, or take it all away",
        "/handover note if the queue grows, restart the runner",
        _note,
        takes_text=True,
    ),
    Command(
        "handover",
        "summary",
        "<text> | clear",
        "say how it was, in place of what you said before",
        "/handover summary a quiet day after the upgrade",
        _summary,
        takes_text=True,
    ),
    Command("handover", "draft", "[all]", "see the draft; all: with every line", "/handover draft", _draft),
    Command(
        "handover", "submit", "[nothing notable]", "hand over with the draft as it is", "/handover submit", _submit
    ),
    Command("handover", "show", "[DATE|n]", "the last one, that of a day, or by number", "/handover show fri", _show),
    Command("handover", "list", "", "the last handovers", "/handover list", _list),
)

FORMS: Mapping[str, Callable[[Context, FormSubmitted], Answer | None]] = {wording.FORM: _form_submitted}

BUTTONS: Mapping[str, Callable[[Context, ButtonPressed], Answer | None]] = {
    "handover-accept": _pressed_accept,
    "handover-open": _pressed_open,
}
