"""An update of an incident as a form: how it goes, when the next word comes, whether it is over."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from handlers import incident_command, incident_declaring
from handlers.context import Answer, Context
from handlers.wording import incident_form as wording
from handlers.wording.incidents import UPDATE
from models.errors import UserError
from models.events import ButtonPressed, FormSubmitted
from models.incidents.promise import Said
from models.records import incident as records
from models.records.incident import Incident
from models.secrets import mask
from models.written import parse_duration


def _pressed(ctx: Context, event: ButtonPressed) -> Answer:
    incident_declaring.may(ctx)
    incident = _numbered(ctx, event.value)
    if not incident.is_live:
        raise UserError(wording.over(incident.id))
    return Answer(form=wording.form(incident.id, incident.title))


def _numbered(ctx: Context, value: str) -> Incident:
    is_number = value.isascii() and value.isdecimal() and len(value) < 10  # noqa: PLR2004 - fits every database
    found = records.incident(ctx.session, int(value)) if is_number else None
    if found is None:
        raise UserError(wording.gone(value))
    return found


def _submitted(ctx: Context, event: FormSubmitted) -> Answer:
    incident_declaring.may(ctx)
    incident = _numbered(ctx, event.subject)
    text = mask(event.fields.get("text", "")).strip()
    if event.fields.get("over") == wording.YES:
        return incident_command.resolve(ctx, incident, text, source="form")
    if not text:
        return Answer(errors={"text": wording.NOTHING_SAID})
    promised = _span(event.fields.get("next", wording.NEVER))
    next_at = ctx.now + promised if promised is not None else None
    return incident_command.update(ctx, incident, Said(text, next_at), source="form")


def _span(value: str) -> timedelta | None:
    """Give for when the next update is promised; None: for no time."""
    if value not in wording.SPANS:
        return None
    span = parse_duration(value)
    return span if isinstance(span, timedelta) else None


BUTTONS: Mapping[str, Callable[[Context, ButtonPressed], Answer]] = {UPDATE: _pressed}
FORMS: Mapping[str, Callable[[Context, FormSubmitted], Answer]] = {wording.FORM: _submitted}
