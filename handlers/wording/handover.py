"""What the bot says about handovers: the draft, the form, the post, Accept, reminders."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.wording import handover_sections, times
from handlers.wording.handover_reading import MOST, Reading
from handlers.wording.handover_sections import when
from models.message import (
    Block,
    Bullets,
    Button,
    Buttons,
    Code,
    Form,
    FormField,
    Heading,
    Line,
    Message,
    Note,
    Quote,
    Strong,
    line,
    message,
    note,
    paragraph,
    text,
)
from models.records.handover import Draft, HandoverState

QUIET, NOTABLE = "yes", "no"
LONGEST = 3000
ALL = 40  # lines a section, where somebody asked for it
FORM = "handover"

NO_SHIFT = "No shift is planned, so there is nothing to hand over. A lead can fill the list with /oncall-list add."
NOTHING_TO_NOTE = "What shall I note?"
NOTHING_TO_SAY = "How was it?"
CLEARED = text("Cleared. The rest of the draft stays as it is.")
SUMMED_UP = text("That is how the handover begins.")
NOTHING_OR_NOTHING_NOTABLE = "What else stands in it you write with /handover note and /handover summary."
QUIET_WITH_NOTES = (
    "“Nothing notable” and a text do not go together. /handover draft shows what is written; "
    "/handover note clear and /handover summary clear take it away."
)
NOTHING_FILED = "No handover has been filed yet. The first one comes at the end of the shift."
ALL_OR_NOTHING = "Nothing, or all of it?"
NO_LONGER = "This handover is no longer there."
NO_SUCH_BUTTON_ROTATION = "This rotation is no longer in the configuration."
ENGINEERS_ONLY = (
    "Only the engineers on the on-call list and the leads can see a draft. /handover show is for everybody."
)
QUIET_WITH_TEXT = "“Nothing notable” and a text do not go together: empty the texts, or choose the other."
WHICH_QUIET = "Choose one of the two."
CHANGED_MEANWHILE = (
    "This handover was changed after you opened the form. Copy what you wrote, and open it again with /handover."
)
NOT_SUBMITTED_YET = "The last handover has not been submitted yet, so it cannot be accepted."


@dataclass(frozen=True, slots=True)
class Shown:
    """A handover as the sentences need it. by: None where the bot filed it.

    asked_at: when the incoming engineer is asked again; None: not any more. Of a part's draft: when it is filed.
    naming: as of `Policy.naming`.
    """

    number: int
    draft: Draft
    summary: str
    watch: str
    is_quiet: bool
    state: HandoverState
    by: str | None
    filed_at: datetime | None
    accepted_by: str | None
    accepted_at: datetime | None
    asked_at: datetime | None
    zone: ZoneInfo
    naming: str = ""


# -- the handover itself


def draft(shown: Shown, platform: str, *, is_whole: bool = False) -> Message:
    """Show the draft as it would be submitted now. is_whole: with every line that is kept."""
    return message(
        Heading(_title(shown.draft, "Draft: ")),
        *_content(shown, platform, ALL if is_whole else MOST),
        note(
            "Add with ",
            Code("/handover note"),
            " and ",
            Code("/handover summary"),
            ", hand over with ",
            Code("/handover submit"),
            f"{_each_in(shown)}. At {when(_filed_at(shown), shown.zone)} I file it as it is.",
        ),
    )


def _filed_at(shown: Shown) -> datetime:
    """Give when a draft is filed: that of a part, a while after duty passed on."""
    return shown.asked_at if shown.draft.is_part and shown.asked_at is not None else shown.draft.shift_end


def _each_in(shown: Shown) -> str:
    return f", each with “{shown.naming.strip()}” at its end" if shown.naming else ""


def filed(shown: Shown, platform: str, *, is_whole: bool = False) -> Message:
    """Give a filed handover: for operations, and for `/handover show` with all that is kept of it."""
    return message(
        Heading(_title(shown.draft)),
        *_content(shown, platform, ALL if is_whole else MOST),
        Note(_standing(shown)),
        summary=_title(shown.draft),
    )


def addressed(shown: Shown, platform: str) -> Message:
    """Give a filed handover to the incoming engineer, with Accept until it is accepted."""
    is_accepted = shown.state is HandoverState.ACCEPTED
    starts = when(shown.draft.shift_end, shown.zone)
    since = "since" if shown.draft.is_part else "from"
    opening = f"{shown.draft.outgoing or 'Nobody'} hands over to you; you are on call {since} {starts}."
    return message(
        paragraph(Strong(opening)),
        *_content(shown, platform),
        None if is_accepted else _accept(shown.number),
        Note(_standing(shown)) if is_accepted else _what_next(shown),
        summary=opening,
    )


def readdressed(incoming: str | None) -> Message:
    """Replace what was sent to somebody who does not take over after all."""
    return text(f"This handover goes to {incoming or 'the leads'} now; there is nothing for you to accept.")


def nobody_incoming(shown: Shown, platform: str) -> Message:
    """Tell the leads that nobody takes over."""
    return message(
        paragraph(
            Strong(f"Nobody is on call in {shown.draft.rotation} from {when(shown.draft.shift_end, shown.zone)}.")
        ),
        paragraph("Put somebody on duty with ", Code("/oncall-list assign DATE @user"), ". The handover that waits:"),
        *_content(shown, platform),
        _accept(shown.number),
    )


def _title(draft: Draft, prefix: str = "") -> str:
    who = "stays with " + (draft.outgoing or "nobody")
    if draft.outgoing != draft.incoming:
        who = f"{draft.outgoing or 'nobody'} → {draft.incoming or 'nobody'}"
    during = " during the day" if draft.is_part else ""
    return f"{prefix}Handover of {draft.rotation}{during}: {who}"


def _content(shown: Shown, platform: str, most: int = MOST) -> list[Block]:
    said: list[Block] = []
    if shown.is_quiet:
        said.append(paragraph(Strong("Nothing notable.")))
    if shown.summary:
        said.append(Quote(shown.summary))
    if shown.watch:
        said += [paragraph(Strong("To watch")), Quote(shown.watch)]
    head, rest = handover_sections.blocks(shown.draft, _reading(shown, platform, most))
    return [*head, *said, *rest]


def _reading(shown: Shown, platform: str, most: int = MOST) -> Reading:
    number = shown.number if shown.state is not HandoverState.DRAFT else None
    return Reading(shown.zone, platform, number, most)


def _standing(shown: Shown) -> Line:
    how = f"Submitted by {shown.by}" if shown.by else "Filed by me, because nobody submitted one,"
    at = f" {when(shown.filed_at, shown.zone)}" if shown.filed_at else ""
    return line(f"Handover #{shown.number}. {how}{at}. ", _acceptance(shown))


def _acceptance(shown: Shown) -> str:
    if shown.accepted_at is not None:
        return f"Accepted by {shown.accepted_by} {when(shown.accepted_at, shown.zone)}."
    if shown.draft.incoming is None:
        return "Nobody is there to accept it; the leads are told."
    if shown.draft.incoming == shown.draft.outgoing:
        return "There is nobody else to accept it."
    return f"Not accepted yet by {shown.draft.incoming}."


def _accept(number: int) -> Buttons:
    return Buttons((Button("handover-accept", "Accept", value=str(number), style="primary"),))


def _what_next(shown: Shown) -> Note:
    asked = f" I ask again {when(shown.asked_at, shown.zone)}, then the leads." if shown.asked_at else ""
    return note(f"Duty passes at its time, accepted or not.{asked} Or type ", Code("/handover accept"), ".")


# -- the form


def form(shown: Shown, platform: str, version: str) -> Form:
    """Give the form, with the draft above what the engineer adds. version: of the words that it is opened with."""
    return Form(
        name=FORM,
        title="Handover",
        submit="Hand over",
        subject=f"{shown.number}:{version}",
        intro=(Heading(_title(shown.draft)), *_intro(shown, platform)),
        fields=(
            FormField(
                "summary",
                "How was it?",
                "text",
                initial=shown.summary,
                hint="In a sentence or two: what the next engineer should know first.",
                is_optional=True,
                max_length=LONGEST,
            ),
            FormField(
                "watch",
                "What to watch",
                "text",
                initial=shown.watch,
                hint="If X, do Y; one a line.",
                is_optional=True,
                max_length=LONGEST,
            ),
            FormField(
                "quiet",
                "Is there something to hand over?",
                "choice",
                initial=QUIET if shown.is_quiet else NOTABLE,
                options=((NOTABLE, "There is something to hand over"), (QUIET, "Nothing notable")),
            ),
        ),
    )


def _intro(shown: Shown, platform: str) -> list[Block]:
    head, rest = handover_sections.blocks(shown.draft, _reading(shown, platform))
    return [*head, *rest]


def too_long(length: int) -> str:
    """Say that a text does not fit."""
    return f"At most {LONGEST:,} characters fit here; this has {length:,}."


# -- answers


def submitted(number: int, incoming: str | None, channel: str | None, *, is_again: bool) -> Message:
    """Confirm a handover."""
    who = f"{incoming} gets it with an Accept button" if incoming else "nobody takes over, so the leads are told"
    where = f"posted in #{channel}" if channel else "stored; I am in no operations channel to post it in"
    start = f"Handover #{number} is changed" if is_again else f"Handover #{number} is submitted"
    return message(
        paragraph(f"{start} and {where}; {who}."),
        note("You can change it with ", Code("/handover"), ", or add with ", Code("/handover note"), "."),
    )


def noted(count: int) -> Message:
    """Confirm a note."""
    return text(f"Noted. There {'is' if count == 1 else 'are'} {times.count(count, 'line')} to watch in the handover.")


def accepted(number: int, outgoing: str | None, starts: datetime, zone: ZoneInfo, now: datetime) -> Message:
    """Confirm that somebody accepted."""
    is_running = starts <= now
    duty = "You are on call now." if is_running else f"You are on call from {times.moment(starts, zone, now)}."
    return text(f"You accepted handover #{number} from {outgoing or 'nobody'}. {duty}")


def accepted_on_behalf(number: int, incoming: str | None) -> Message:
    """Confirm to a lead that they accepted for somebody."""
    return text(f"You accepted handover #{number} on behalf of {incoming or 'nobody'}.")


def accepted_before(number: int, by: str, at: datetime, zone: ZoneInfo) -> Message:
    """Say that a handover was accepted already."""
    return text(f"Handover #{number} was accepted by {by} {when(at, zone)}.")


def listed(handovers: Sequence[Shown]) -> Message:
    """List handovers, the newest first."""
    return message(
        Bullets(tuple(_listed(one) for one in handovers)),
        note("One of them: ", Code(f"/handover show {handovers[0].number}")),
        summary="Handovers",
    )


def _listed(shown: Shown) -> Line:
    drafted = shown.draft
    day = times.day(drafted.shift_start.astimezone(shown.zone).date())
    stays = drafted.outgoing == drafted.incoming
    people = (
        f"stays with {drafted.outgoing or 'nobody'}"
        if stays
        else f"{drafted.outgoing or 'nobody'} → {drafted.incoming or 'nobody'}"
    )
    how = "automatic, " if shown.by is None else ""
    how = f"during the day, {how}" if drafted.is_part else how
    accepted = "accepted" if shown.accepted_at else "nobody to accept it" if stays else "not accepted"
    return line(
        Strong(f"#{shown.number} {day}"),
        f": {people} · {drafted.open.total} open · {drafted.resolved.total} resolved · {how}{accepted}",
    )


# -- what comes by itself


def ask_again(shown: Shown) -> Message:
    """Ask the incoming engineer again to accept."""
    asked = (
        f" If it is still open at {times.clock(shown.asked_at, shown.zone)}, the leads are told."
        if shown.asked_at
        else ""
    )
    return message(
        paragraph(
            f"Handover #{shown.number} from {shown.draft.outgoing or 'nobody'} waits for you. ",
            "Please read and accept it: ",
            Code(f"/handover show {shown.number}"),
        ),
        _accept(shown.number),
        note(f"You are on call already.{asked}"),
    )


def tell_leads(shown: Shown) -> Message:
    """Tell the leads that a handover was not accepted."""
    return message(
        paragraph(
            f"{shown.draft.incoming or 'Nobody'} has not accepted handover #{shown.number} of {shown.draft.rotation}, "
            f"and is on call since {when(shown.draft.shift_end, shown.zone)}. Please see that they know.",
        ),
        _accept(shown.number),
        note("You can accept it on their behalf. I ask no more after this."),
    )


def unreachable(shown: Shown, platform: str) -> Message:
    """Tell the leads that the incoming engineer has no account to be told on."""
    return message(
        paragraph(
            Strong(f"I cannot reach {shown.draft.incoming} in any chat. "),
            f"They are on call in {shown.draft.rotation} from {when(shown.draft.shift_end, shown.zone)}. ",
            "Please hand this to them:",
        ),
        *_content(shown, platform),
        _accept(shown.number),
    )


def changed_after(number: int, by: str | None, acceptor: str | None) -> Message:
    """Tell the incoming engineer that an accepted handover was changed.

    by: None for the bot, as duty passed on since it was submitted. acceptor: None where it was they.
    """
    whoever, how = acceptor or "you", Code(f"/handover show {number}")
    if by is None:
        return text(f"Duty passed on, and handover #{number} has changed since {whoever} accepted it: ", how)
    return text(f"{by} changed handover #{number} after {whoever} accepted it: ", how)
