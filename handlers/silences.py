"""Silencing an incident for a while: by its buttons, or by `/incident silence`. Source: DESIGN §7."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from handlers import duty, incidents
from handlers.command import Call, Command
from handlers.context import Answer, Context
from handlers.incidents import Source
from handlers.wording import lifecycle
from handlers.wording import silences as wording
from models.errors import UserError
from models.events import ButtonPressed
from models.records import incident as records
from models.records import silence as kept
from models.records.incident import Incident
from models.records.silence import Silence
from models.secrets import mask
from models.written import parse_duration

SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=30)


def numbered(ctx: Context, number: int) -> Incident:
    """Give an incident by its number. Raises UserError where there is none."""
    found = records.incident(ctx.session, number)
    if found is None:
        raise UserError(wording.no_such_incident(number))
    return found


def silence(ctx: Context, incident: Incident, length: timedelta | None, *, source: Source, why: str = "") -> Answer:
    """Silence an incident from now on for a while; None: no more. Raises UserError where that cannot be.

    One that somebody resolved can be silenced while its alerts fire on, which would bring it back.
    """
    if not duty.is_engineer(ctx, ctx.person):
        raise UserError(lifecycle.ENGINEERS_ONLY)
    if not incident.is_live and not incident.firing:
        raise UserError(wording.over(incident.id))
    for before in kept.of_incident(ctx.session, incident.id, ctx.now):
        before.ended_at = ctx.now
    until = ctx.now + length if length is not None else None
    if until is not None:
        by = {"platform": ctx.platform, "by": ctx.actor, "why": why}
        ctx.session.add(Silence(incident_id=incident.id, at=ctx.now, until=until, **by))
    incidents.silence(ctx, incident, until, source=source, why=why)
    ctx.audit("silence", f"incident:{incident.id}", until.isoformat() if until is not None else "over")
    return Answer(reply=wording.silenced(incident.id, until, ctx.policy.zone, ctx.now))


def _pressed(ctx: Context, event: ButtonPressed) -> Answer:
    number, _, length = event.value.partition(":")
    if not number.isdecimal() or len(number) > 9:  # noqa: PLR2004 - fits every database
        raise UserError(wording.no_such_incident(number[:20]))
    return silence(ctx, numbered(ctx, int(number)), _length(length), source="button")


def _length(written: str) -> timedelta | None:
    """Give for how long something is silenced. Raises UserError for what is no such time."""
    if written.lower() == wording.OFF:
        return None
    try:
        length = parse_duration(written)
    except ValueError:
        raise UserError(wording.NO_LENGTH) from None
    assert isinstance(length, timedelta)
    if not SHORTEST <= length <= LONGEST:
        raise UserError(wording.NO_LENGTH)
    return length


def _command(ctx: Context, call: Call) -> Answer:
    if len(call.words) < 2:  # noqa: PLR2004 - which, and for how long
        raise call.wrong(wording.WHICH_AND_HOW_LONG)
    incident = numbered(ctx, call.number(call.words[0]))
    try:
        length = _length(call.words[1])
    except UserError as wrong:
        raise call.wrong(str(wrong)) from None
    return silence(ctx, incident, length, source="command", why=mask(" ".join(call.words[2:]))[:500])


COMMANDS: tuple[Command, ...] = (
    Command(
        "incident",
        "silence",
        "<number> <time>|off [why]",
        "neither page nor write about an incident for a while",
        "/incident silence 7 2h",
        _command,
        takes_text=True,
    ),
)

BUTTONS: Mapping[str, Callable[[Context, ButtonPressed], Answer | None]] = {wording.SILENCE: _pressed}
