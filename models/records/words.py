"""Where people's words lie: of every table the columns that may hold some, how they are blanked, and which never do.

Each column of text or JSON stands here once, and a test fails for one that does not. Words are blanked, figures stay:
classes, times, counts, numbers. A column of words is empty after it, so that it is not found again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    String,
    and_,
    cast,
    exists,
    false,
    null,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute

from models.records.alert import Alert, AlertState
from models.records.asking import AskedRow
from models.records.blanking import Place, Whose
from models.records.delivery import OutboxRow, OutboxState
from models.records.dialogue import Dialogue
from models.records.event import ReceivedEvent
from models.records.exchange import Exchange, ExchangeState
from models.records.feedback import Feedback
from models.records.handover import Handover, LogEntry
from models.records.incident import Incident, IncidentEntry, IncidentLink, IncidentState
from models.records.incident_chat import IncidentMessage
from models.records.request import LIVE, LabelledExample, ReadMessage, Request, TimelineEntry
from models.records.roster import StoredAbsence
from models.records.silence import Silence
from models.records.thanks import Thanks
from models.rota.shift import SKIPPED

GONE_OUT = (OutboxState.SENT, OutboxState.FAILED, OutboxState.DROPPED)
NO_WORDS: Mapping[str, Any] = {"blocks": [], "summary": ""}
FIGURES = (
    *("opened", "reclassified", "paged", "waits for the hours", "reminded", "reaction without effect"),
    *("shown to the engineer on call", "shown to the helpers", "author asked", "question answered", "documented"),
    *("duplicate", "rerouted"),
)
"""What happened to a request whose details are ours: classes, names, times. Other details may be somebody's words."""


def _nothing(_: Any) -> str:
    return ""


def _no_json(_: Any) -> Any:
    return null()


def unquoted(reasons: Sequence[str]) -> list[str]:
    """Give the reasons of a judgement without those that quote the words that it was about."""
    return [reason for reason in reasons if "“" not in reason]


def without_message(effect: Mapping[str, Any]) -> dict[str, Any]:
    """Give an effect without its message; where and to whom it went stays."""
    return {**effect, "message": NO_WORDS} if isinstance(effect.get("message"), dict) else dict(effect)


def without_excerpts(body: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Give the body of a handover with its figures alone."""
    if not body:
        return None if body is None else {}
    sections = {name: _without_texts(body[name]) for name in ("open", "waiting", "resolved", "debts") if name in body}
    lines = [{**line, "text": ""} for line in body.get("log", ())]
    incidents = {"incidents": _without_titles(body["incidents"])} if "incidents" in body else {}
    return {**body, **sections, **incidents, "log": lines, "is_blank": True}


def _without_titles(incidents: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: [{**item, "excerpt": ""} for item in incidents.get(name, ())] for name in ("live", "resolved")}
    return {**incidents, **kept}


def _without_texts(section: Mapping[str, Any]) -> dict[str, Any]:
    return {**section, "items": [{**item, "excerpt": ""} for item in section.get("items", ())]}


def _no_values(_: Any) -> dict[str, str]:
    return {}


def _nothing_filled_in(_: Any) -> dict[str, Any]:
    return {}


def _first(_: Any) -> int:
    return 0


def unfilled(form: Mapping[str, Any]) -> dict[str, Any]:
    """Give a form without what it shows and begins with, which may be people's words."""
    return {**form, "intro": [], "fields": [{**one, "initial": ""} for one in form.get("fields", ())]}


def _is_over(request_id: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
    """Say which rows are about no request that is live."""
    live = exists().where(Request.id == request_id, Request.state.in_(LIVE))
    return ~live


def _payload_is_of(whose: Whose) -> ColumnElement[bool]:
    payload = ReceivedEvent.payload
    return or_(
        *(
            and_(ReceivedEvent.platform == platform, payload[key].as_string() == user)
            for platform, user in whose.handles
            for key in ("author", "user")
        )
    )


def _went_to(whose: Whose) -> ColumnElement[bool]:
    """Say which messages are about somebody's requests or incidents, or sent to them: these may hold their words."""
    lanes = [
        and_(OutboxRow.platform == platform, OutboxRow.lane.in_((f"@{user}", f"home:{user}")))
        for platform, user in whose.handles
    ]
    told = select(Incident.id).where(_told_of_by(whose))
    shown = [
        select(Incident.post_id).where(Incident.id.in_(told), Incident.post_id.is_not(None)),
        select(IncidentLink.post_id).where(IncidentLink.incident_id.in_(told), IncidentLink.post_id.is_not(None)),
    ]
    is_shown = or_(*(column.in_(rows) for column in (OutboxRow.id, OutboxRow.post_id) for rows in shown))
    return or_(OutboxRow.request_id.in_(whose.requests()), *lanes, is_shown)


def _of_no_live_incident(incident_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Say which rows are of no incident that is live."""
    return ~exists().where(Incident.id == incident_id, Incident.state == IncidentState.OPEN)


def _told_of_by(whose: Whose) -> ColumnElement[bool]:
    """Say which incidents somebody declared, named or wrote an update of: any of these may be its words now."""
    known_by = [*whose.users, *whose.called_elsewhere()]
    wrote = exists().where(
        IncidentEntry.incident_id == Incident.id,
        IncidentEntry.actor.in_(known_by),
        IncidentEntry.what.in_(("opened", "updated", "renamed")),
    )
    return or_(Incident.declared_by.in_(known_by), wrote)


def _logged(whose: Whose) -> ColumnElement[bool]:
    """Say which lines of the log somebody wrote, or the bot about what they did, with their own words of why."""
    named = and_(LogEntry.author.is_(None), LogEntry.text.contains(whose.called, autoescape=True))
    return or_(whose.is_in(LogEntry.author), named) if whose.called else whose.is_in(LogEntry.author)


PLACES: tuple[Place, ...] = (
    Place(
        ReadMessage,
        ReadMessage.at,
        {"text": _nothing, "reasons": unquoted},
        ReadMessage.text != "",
        lambda whose: whose.wrote(ReadMessage),
        is_over=_is_over(ReadMessage.request_id),
        names=("author_name",),
    ),
    Place(
        Request,
        Request.last_message_at,
        {"text": _nothing, "reasons": unquoted},
        Request.text != "",
        lambda whose: whose.wrote(Request),
        is_over=Request.state.not_in(LIVE),
        names=("author_name",),
    ),
    Place(
        AskedRow,
        select(OutboxRow.created_at).where(OutboxRow.id == AskedRow.row).scalar_subquery(),
        {"text": _nothing},
        AskedRow.text != "",
        lambda whose: whose.wrote(AskedRow),
        is_settled=exists().where(OutboxRow.id == AskedRow.row, OutboxRow.state.in_(GONE_OUT)),
        names=("author_name",),
    ),
    Place(
        TimelineEntry,
        TimelineEntry.at,
        {"detail": _nothing},
        and_(TimelineEntry.detail != "", TimelineEntry.what.not_in(FIGURES)),
        lambda whose: TimelineEntry.actor.in_([*whose.users, *whose.called_elsewhere()]),
        is_over=_is_over(TimelineEntry.request_id),
    ),
    Place(
        LabelledExample,
        LabelledExample.at,
        {"text": _nothing},
        LabelledExample.text != "",
        lambda whose: LabelledExample.request_id.in_(whose.requests()),
    ),
    Place(
        OutboxRow,
        OutboxRow.created_at,
        {"effect": without_message, "is_blank": lambda _: True},
        OutboxRow.is_blank.is_(False),
        _went_to,
        is_settled=OutboxRow.state.in_(GONE_OUT),
        is_over=_is_over(OutboxRow.request_id),
    ),
    Place(
        ReceivedEvent,
        ReceivedEvent.received_at,
        {"answer": _no_json, "payload": _no_json},
        or_(ReceivedEvent.answer.is_not(null()), ReceivedEvent.payload.is_not(null())),
        _payload_is_of,
        is_settled=ReceivedEvent.due_at.is_(None),
    ),
    Place(LogEntry, LogEntry.at, {"text": _nothing}, LogEntry.text != "", _logged),
    Place(
        Handover,
        Handover.shift_end,
        {"summary": _nothing, "watch": _nothing, "body": without_excerpts},
        or_(
            Handover.summary != "",
            Handover.watch != "",
            and_(cast(Handover.body, String).like('{%"rotation"%'), Handover.body["is_blank"].as_boolean().is_(None)),
        ),
        lambda whose: or_(whose.is_in(Handover.outgoing), whose.is_in(Handover.submitted_by)),
    ),
    Place(
        Exchange,
        Exchange.made_at,
        {"reason": _nothing},
        Exchange.reason != "",
        lambda whose: whose.is_in(Exchange.asker),
        is_over=Exchange.state != ExchangeState.OPEN,
    ),
    Place(
        StoredAbsence,
        StoredAbsence.last_day,
        {"reason": _nothing},
        and_(StoredAbsence.reason != "", StoredAbsence.reason.not_like(f"{SKIPPED}%")),
        lambda whose: whose.is_in(StoredAbsence.engineer),
    ),
    Place(
        Thanks,
        Thanks.at,
        {"why": _nothing},
        Thanks.why != "",
        lambda whose: Thanks.giver.in_(whose.called_in_thanks()),
    ),
    Place(
        Feedback,
        Feedback.asked_at,
        {"words": _nothing},
        Feedback.words != "",
        lambda whose: Feedback.request_id.in_(whose.requests()),
    ),
    Place(
        Incident,
        Incident.seen_at,
        {"title": _nothing, "update": _nothing, "public_note": _nothing, "labels": _no_values, "links": _no_values},
        or_(Incident.title != "", Incident.update != "", Incident.public_note != ""),
        _told_of_by,
        is_over=Incident.state != IncidentState.OPEN,
    ),
    Place(
        IncidentEntry,
        IncidentEntry.at,
        {"detail": _nothing},
        IncidentEntry.detail != "",
        lambda whose: IncidentEntry.actor.in_([*whose.users, *whose.called_elsewhere()]),
        is_over=_of_no_live_incident(IncidentEntry.incident_id),
    ),
    Place(
        IncidentMessage,
        IncidentMessage.at,
        {"text": _nothing},
        IncidentMessage.text != "",
        lambda whose: or_(
            *(and_(IncidentMessage.platform == one, IncidentMessage.author == user) for one, user in whose.handles)
        ),
        is_over=_of_no_live_incident(IncidentMessage.incident_id),
    ),
    Place(
        Alert,
        Alert.last_seen_at,
        {
            "summary": _nothing,
            "labels": _no_values,
            "annotations": _no_values,
            "links": _no_values,
            "is_blank": lambda _: True,
        },
        Alert.is_blank.is_(False),
        lambda _: false(),
        is_over=Alert.state != AlertState.FIRING,
    ),
    Place(
        Silence,
        Silence.until,
        {"why": _nothing},
        Silence.why != "",
        lambda whose: Silence.by.in_(whose.users),
    ),
    Place(
        Dialogue,
        Dialogue.touched_at,
        {"values": _nothing_filled_in, "form": unfilled, "field": _first},
        or_(cast(Dialogue.values, String) != "{}", Dialogue.form["intro"].as_string() != "[]"),
        lambda whose: or_(
            *(and_(Dialogue.platform == platform, Dialogue.user == user) for platform, user in whose.handles)
        ),
    ),
)
"""Every table with words, in the order in which they are blanked: a message before its request, as all lock them."""

NEVER: Mapping[str, str] = {
    "absence": "engineer rotation",
    "alert": "source fingerprint name service group_key",
    "alert_channel": "platform channel posts opened",
    "alert_parent": "key",
    "alert_storm": "platform channel",
    "answer_vote": "voter",
    "asked": "platform author channel_name production",
    "audit": "actor action subject detail",
    "calendar_event": "rotation person engineer digest",
    "calendar_feed": "rotation stamp",
    "cycle": "rotation order draw late passed_over mend",
    "dialogue": "platform user",
    "duty_override": "rotation engineer made_by reason",
    "exchange": "rotation asker other settled_by posts",
    "gone_account": "platform user reason",
    "handover": "rotation outgoing incoming submitted_by accepted_by posts",
    "heartbeat": "key source name",
    "helper": "platform user person",
    "home_page": "platform user digest",
    "incident": "service environment sender group_key platform channel declared_by resolved_by",
    "incident_board": "platform channel digest",
    "incident_entry": "actor what source",
    "incident_link": "how",
    "incident_message": "platform channel message author noted_by",
    "known_channel": "platform channel name",
    "labelled_example": "channel_kind by",
    "lane": "platform lane holder",
    "log_entry": "rotation author platform channel channel_name message",
    "offered_answer": "kind title url",
    "outbox": "key platform lane remote_channel remote_message error",
    "page": "rotation person",
    "read_message": "platform channel channel_name message author",
    "read_position": "platform channel since newest",
    "received_event": "platform key error",
    "request": "platform channel channel_name root author service environment rotation engineer first_answer_by owner"
    " resolved_by runbook_url escalated_by duty_of",
    "rotation": "name stamp",
    "rotation_member": "rotation engineer",
    "runbook_debt": "person settled_by",
    "shift": "rotation engineer turn reason",
    "silence": "labels platform by",
    "surge": "service numbers platform",
    "thanks": "platform giver receiver source channel message",
    "timeline": "actor what source",
    "told_gap": "key",
    "unnamed_helper": "who",
}
"""Of each table the columns that hold no words: ids, handles, names of ours, links, sentences that we made of them."""
