"""Asking for help with a form: what comes of it is a request, posted in the right channel in the asker's name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from handlers import question, response
from handlers.context import Answer, Context
from handlers.place import kind_of
from handlers.wording import asking as wording
from models.effects import Direct, Post
from models.errors import UserError
from models.events import ButtonPressed, DeliverySettled, FormSubmitted, MessagePosted
from models.message import MessageRef
from models.policy import ChannelKind
from models.records import asking as records
from models.records import delivery
from models.records.asking import Asked
from models.records.delivery import Purpose
from models.secrets import mask
from models.triage.verdict import RequestClass, Verdict


@dataclass(frozen=True, slots=True)
class Shortcut:
    """What people find in a menu of their chat. action: the button that it stands for; on_message: in a message's."""

    action: str
    label: str
    about: str
    on_message: bool = False


SHORTCUTS: tuple[Shortcut, ...] = (
    Shortcut(wording.ASK, "Ask for help", "Ask the platform team and the community for help"),
    Shortcut(wording.ASK_ABOUT, "Ask for help", "Ask for help with this message", on_message=True),
    Shortcut(wording.MAKE_REQUEST, "Make it a request", "Take this message for a request", on_message=True),
)


def _opened(ctx: Context, event: ButtonPressed) -> Answer:
    del ctx, event
    return Answer(form=wording.form())


def _opened_about(ctx: Context, event: ButtonPressed) -> Answer:
    """Open the form about a message; the button's value is its text."""
    del ctx
    return Answer(form=wording.form(mask(event.value), f"{event.channel}:{event.message or ''}"))


def _submitted(ctx: Context, event: FormSubmitted) -> Answer:
    """Post what was asked; it becomes a request when its post stands in the channel. Raises UserError."""
    fields = {name: mask(value).strip() for name, value in event.fields.items()}
    errors = _errors(fields)
    if errors:
        return Answer(errors=errors)
    words = "\n".join(filter(None, (fields["what"], fields.get("where"), fields.get("since"))))
    to = _class_of(fields["production"], _judged(ctx, words, ChannelKind.HOW_TO))
    channel, place = _place(ctx, to)
    asker = ctx.handle_name(event.user)
    row = ctx.say(Post(place, wording.post(asker, fields, _about(event.subject))), purpose=Purpose.REQUEST)
    name = ctx.name_of_handle(event.user, ctx.platform)
    records.keep(ctx.session, row, Asked(ctx.platform, event.user, name, channel, words, fields["production"]))
    return Answer(reply=wording.posted(channel))


def _errors(fields: Mapping[str, str]) -> dict[str, str]:
    found = {}
    if len(fields.get("what", "")) < 3:  # noqa: PLR2004 - nobody can say it in two letters
        found["what"] = wording.TOO_LITTLE
    if fields.get("production") not in (wording.YES, wording.NO, wording.UNSURE):
        found["production"] = wording.CHOOSE
    link = fields.get("link", "")
    if link and not link.startswith(("http://", "https://")):
        found["link"] = wording.NO_LINK
    return found


def _about(subject: str) -> MessageRef | None:
    channel, _, message = subject.partition(":")
    return MessageRef(channel, message, "this message") if channel and message else None


def _judged(ctx: Context, words: str, kind: ChannelKind) -> Verdict:
    policy = ctx.policy
    return ctx.standing.classifier.classify(words, kind, services=policy.services, costs=policy.triage.costs)


def _class_of(production: str, verdict: Verdict) -> RequestClass:
    """Give the class of what was asked: what its author says of production goes before the model."""
    if production == wording.YES:
        return RequestClass.URGENT
    to = verdict.request_class
    if production == wording.NO and to is RequestClass.URGENT:
        to = verdict.runner_up
    return RequestClass.COMMUNITY if to is RequestClass.NONE else to


def _place(ctx: Context, to: RequestClass) -> tuple[str, str]:
    """Give the name and id of the channel to ask in. Raises UserError where the bot is in none."""
    first = ChannelKind.SOS if to is RequestClass.URGENT else ChannelKind.HOW_TO
    for kind in dict.fromkeys((first, ChannelKind.HOW_TO, ChannelKind.SOS, ChannelKind.OPERATIONS)):
        channel = ctx.policy.channel_of_kind(kind)
        found = ctx.channel_id(channel.name) if channel is not None else None
        if channel is not None and found is not None:
            return channel.name, found
    raise UserError(wording.NOWHERE)


def delivery_settled(ctx: Context, event: DeliverySettled) -> None:
    """Open the request of a question whose post was sent; tell its author where it could not be."""
    asked = records.take(ctx.session, event.row) if event.purpose == Purpose.REQUEST else None
    if asked is None:
        return
    place = delivery.place(ctx.session, event.row) if event.is_delivered else None
    if place is None:
        told = wording.not_posted(asked.channel_name, asked.text)
        ctx.say(Direct(asked.author, told), purpose=Purpose.NOTICE, platform=asked.platform)
    else:
        _open(ctx, asked, *place)


def _open(ctx: Context, asked: Asked, channel: str, message: str) -> None:
    root = MessagePosted(
        key=f"asked:{channel}:{message}",
        platform=asked.platform,
        at=ctx.now,
        channel=channel,
        channel_name=asked.channel_name,
        message=message,
        author=asked.author,
        author_name=asked.author_name,
        text=asked.text,
    )
    kind = kind_of(ctx, root) or ChannelKind.HOW_TO
    verdict = _judged(ctx, asked.text, kind)
    to = _class_of(asked.production, verdict)
    reasons = [wording.BY_FORM, *([wording.PRODUCTION] if asked.production == wording.YES else verdict.reasons)]
    request = response.open_request(
        ctx,
        root,
        text=asked.text,
        request_class=to,
        confidence=1.0 if asked.production == wording.YES else verdict.probability(to),
        reasons=reasons,
        runner_up=verdict.runner_up,
        service=verdict.service,
        environment=verdict.environment,
    )
    ctx.note(request, "opened", source="form", actor=asked.author, detail=to.value)
    response.respond(ctx, request)
    if asked.production == wording.UNSURE and verdict.graver.gravity > to.gravity:
        question.ask(ctx, request, verdict.graver, to)


BUTTONS: Mapping[str, Callable[[Context, ButtonPressed], Answer | None]] = {
    wording.ASK: _opened,
    wording.ASK_ABOUT: _opened_about,
}

FORMS: Mapping[str, Callable[[Context, FormSubmitted], Answer | None]] = {wording.FORM: _submitted}
