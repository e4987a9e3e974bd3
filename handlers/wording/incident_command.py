"""What the bot answers to `/incident`, and to the buttons that do the same."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.wording import times
from handlers.wording.incidents import cut
from models.incidents.title import GRAVENESSES
from models.message import Bullets, Code, Message, Span, Strong, line, message, note, paragraph, text
from models.severity import Severity

WHAT_IS_WRONG = "What is wrong?"
WHAT_IS_NEW = "What is new?"
WHICH = "Which incident?"
ENGINEERS_ONLY = (
    "Only the engineers on the on-call list and the leads can do this. Write in the support channel instead."
)
SHOWN = 60


def title_of(service: str | None, place: str | None) -> str:
    """Give the title of what was declared with a button. place: the channel's name. Nobody's words are in it."""
    return f"Trouble with {service}" if service else f"Trouble told of in #{place}" if place else "Trouble told of"


def no_severity(word: str) -> str:
    """Say that a word is no severity of ours."""
    return f"“{cut(word, 40)}” is no severity: it is {', '.join(GRAVENESSES[:-1])} or {GRAVENESSES[-1]}."


def too_long(most: int, length: int) -> str:
    """Say that words do not fit."""
    return f"At most {most:,} characters fit here; this has {length:,}."


def no_time(word: str) -> str:
    """Say that a word is no time for the next update."""
    return f"“{cut(word, 40)}” is no time for the next update: write 30m, 2h or 11:30."


def passed(word: str) -> str:
    """Say that a time of day lies in the past."""
    return f"{cut(word, 40)} has passed; say a time in the next 12 hours, or a span such as 30m."


def no_number(word: str, live: Sequence[tuple[int, str]]) -> str:
    """Say that an incident's number was expected, and which are live."""
    said = f"“{cut(word, 40)}” is no incident number." if word else WHICH
    return f"{said} {_live(live)}"


def no_such_incident(number: int, live: Sequence[tuple[int, str]]) -> str:
    """Say that there is no incident with a number, and which are live."""
    return f"There is no incident {number}. {_live(live)}"


def _live(live: Sequence[tuple[int, str]]) -> str:
    if not live:
        return "None is live now."
    return f"Live now: {', '.join(f'{number} ({cut(title, SHOWN)})' for number, title in live)}."


def is_over(number: int, at: datetime | None, zone: ZoneInfo, now: datetime) -> str:
    """Refuse to go on with an incident that is over."""
    since = f" since {times.moment(at, zone, now)}" if at is not None else ""
    return f"Incident {number} is over{since}. If the trouble is back, declare it: /incident declare <title>"


def is_part(number: int, incident: int) -> str:
    """Refuse to declare what belongs to an incident already."""
    return f"#{number} belongs to incident {incident} already: /incident update {incident} <text> says how it goes."


def declared(
    number: int,
    title: str,
    severity: Severity,
    service: str | None,
    *,
    told: str | None,
    others: Sequence[int],
    linked: int,
) -> Message:
    """Confirm a declaration. told: who is on call and was told; others: the incidents of that service that are live."""
    return message(
        paragraph(Strong(f"Incident {number} is declared: {cut(title, 200)}")),
        paragraph(f"It is {severity}, {_about(service)}. {_who_knows(told)}", _linked(linked)),
        paragraph(f"Also live for {service}: {_numbers(others)}. Is it the same? Then resolve this one.")
        if others
        else None,
        Bullets(
            (
                line(Code(f"/incident update {number} <text> next 30m"), " says how it goes"),
                line(
                    Code(f"/incident rename {number} <title> as {severity}"), " puts title, service or severity right"
                ),
                line(Code(f"/incident resolve {number}"), " ends it, and tells everybody who asked"),
            )
        ),
    )


def _about(service: str | None) -> str:
    return f"about {service}" if service else "about no service that I know by name"


def _who_knows(told: str | None) -> str:
    return f"{told}, who is on call, was told." if told else "Nobody was paged for it."


def _linked(count: int) -> str | None:
    return f" {times.count(count, 'request')} linked; you are on {'it' if count == 1 else 'them'}." if count else None


def _numbers(numbers: Sequence[int]) -> str:
    return ", ".join(f"incident {number}" for number in numbers)


def told_on_call(
    number: int, title: str, severity: Severity, service: str | None, *, by: str, place: str | None
) -> Message:
    """Tell the engineer on call that somebody else declared an incident. place: the channel's name where it stands."""
    about = f" ({service})" if service else ""
    return message(
        paragraph(f"{by} declared a {severity} ", Strong(f"incident {number}: {cut(title, 200)}"), f"{about}."),
        paragraph(f"It stands in #{place}; please look at its thread there.") if place else None,
        note("You are told because you are on call; it escalates to nobody. ", Code("/incident list"), " shows it."),
        summary=f"{by} declared incident {number}: {cut(title, 100)}",
    )


def updated(number: int, at: datetime | None, zone: ZoneInfo, now: datetime, followers: int) -> Message:
    """Confirm an update. at: when the next is promised. followers: how many requests' authors read it."""
    following = f"The next update is promised for {times.moment(at, zone, now)}." if at is not None else None
    read = f"Who asked reads it in {times.count(followers, 'thread')}." if followers else None
    said = " ".join(filter(None, (f"Incident {number} is updated.", following, read)))
    return message(
        paragraph(said),
        note("Say when the next one comes with ", Code("next 30m"), " at the end.") if at is None else None,
    )


def renamed(number: int, title: str, severity: Severity, service: str | None) -> Message:
    """Confirm another title."""
    return text(f"Incident {number} is now: {cut(title, 200)} ({severity}, {_about(service)}).")


def resolved(number: int, asked: int, firing: int, again_at: str) -> Message:
    """Confirm the end. asked: how many authors are told. firing: how many of its alerts fire still.

    again_at: from when on their reports bring it back.
    """
    told = f" {times.count(asked, 'author')} who asked {'is' if asked == 1 else 'are'} told." if asked else ""
    return message(
        paragraph(f"Incident {number} is resolved.{told}"),
        paragraph(
            f"{times.count(firing, 'alert')} of it still {'fires' if firing == 1 else 'fire'}: reported after"
            f" {again_at}, it comes back and pages. To have quiet meanwhile: ",
            Code(f"/incident silence {number} 2h"),
        )
        if firing
        else None,
        note("For the retrospective: ", Code(f"watchbill incident {number} --format md")),
    )


def next_missed(number: int, title: str, who: Span | None) -> Message:
    """Recall a promise that was not kept. who: whoever gave it."""
    return message(
        paragraph(who, ", the " if who else "The ", f"update that was promised on incident {number} is due: ", title),
        note("Say how it goes, and when the next one comes: ", Code(f"/incident update {number} <text> next 30m")),
    )
