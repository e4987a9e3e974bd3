"""Thanks: by command and by 🙏 on a message, counted for whoever helped; and who does not want to be named."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers import duty
from handlers.command import Call, Command, find_people
from handlers.context import Answer, Context
from handlers.wording import thanks as wording
from models.effects import Direct
from models.errors import UserError
from models.events import ReactionAdded, ReactionRemoved
from models.message import Mention, Message, Span, text
from models.records import delivery
from models.records import request as requests
from models.records import thanks as records
from models.records.delivery import Purpose
from models.records.thanks import BY_COMMAND, BY_REACTION, FirstAnswers, Thanks

DAY = timedelta(days=1)
LONGEST = 1000
EMOJI = "pray"

_ACCOUNT = re.compile(r"[A-Z][A-Z0-9]{5,}", re.ASCII)
"""An id that only a platform writes, in place of a mention: nobody types one by mistake."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody who is thanked. who: as in `Thanks.receiver`."""

    who: str
    handle: str
    shown: Span


def who(ctx: Context, platform: str, handle: str) -> str:
    """Give what somebody is counted under: their id, or their handle where the configuration does not know them."""
    person = ctx.policy.person_with_handle(platform, handle)
    return person.id if person is not None else f"{platform}:{handle}"


# -- by command


def _thank(ctx: Context, call: Call) -> Answer:
    if not call.words:
        raise call.wrong(wording.WHOM)
    receiver, rest = _receiver(ctx, call)
    giver, why = who(ctx, ctx.platform, ctx.actor), " ".join(rest)[:LONGEST]
    if receiver.who == giver:
        raise UserError(wording.YOURSELF)
    before = records.by_command_since(ctx.session, giver, receiver.who, ctx.now - DAY)
    if before is not None:
        before.why = why or before.why
        return Answer(reply=wording.counted_before(receiver.shown))
    ctx.session.add(
        Thanks(
            at=ctx.now,
            platform=ctx.platform,
            giver=giver,
            receiver=receiver.who,
            source=BY_COMMAND,
            channel=call.event.channel,
            why=why,
        )
    )
    _pass_on(ctx, receiver, why)
    return Answer(reply=wording.counted(receiver.shown))


def _receiver(ctx: Context, call: Call) -> tuple[Receiver, Sequence[str]]:
    """Give who is thanked, and the words after their name. Raises UserError where nobody is meant."""
    handle = call.words[0].removeprefix("<@").removesuffix(">").split("|")[0].removeprefix("@")
    is_mention = call.words[0].startswith(("@", "<@")) and not find_people(ctx, call.words[0])
    if is_mention and (_ACCOUNT.fullmatch(handle) or requests.is_known(ctx.session, ctx.platform, handle)):
        return Receiver(who(ctx, ctx.platform, handle), handle, Mention(handle)), call.words[1:]
    is_whole = call.words[0].startswith("<@")  # a mention with no more of the name to come
    person, rest = call.leading_person(ctx, call.words[:1] if is_whole else call.words)
    rest = call.words[1:] if is_whole else rest
    return Receiver(person.id, person.handle(ctx.platform) or "", person.name), rest


def _pass_on(ctx: Context, receiver: Receiver, why: str) -> None:
    def told(platform: str) -> Message:
        return wording.passed_on(ctx.called(ctx.actor, ctx.platform, read_on=platform), why)

    person = ctx.policy.person(receiver.who)
    if person is not None:
        ctx.tell([person], told)
    else:
        ctx.say(Direct(receiver.handle, told(ctx.platform)), purpose=Purpose.NOTICE)


def _off(ctx: Context, call: Call) -> Answer:
    del call
    records.leave_out(ctx.session, who(ctx, ctx.platform, ctx.actor), ctx.now)
    return Answer(reply=text(wording.OFF))


def _on(ctx: Context, call: Call) -> Answer:
    del call
    records.name_again(ctx.session, who(ctx, ctx.platform, ctx.actor))
    return Answer(reply=text(wording.ON))


# -- by reaction


def _reacted(ctx: Context, event: ReactionAdded) -> None:
    """Count a 🙏 for the author of the message, once for each giver; not one's own, and not on what a bot wrote."""
    giver, author = who(ctx, event.platform, event.user), _author(ctx, event)
    receiver = who(ctx, event.platform, author) if author else giver
    place = (event.platform, event.channel, event.message)
    if receiver == giver or records.for_message(ctx.session, *place, giver) is not None:
        return
    request = requests.of_message(ctx.session, *place)
    ctx.session.add(
        Thanks(
            at=ctx.now,
            platform=event.platform,
            giver=giver,
            receiver=receiver,
            source=BY_REACTION,
            channel=event.channel,
            message=event.message,
            request_id=request.id if request is not None else None,
        )
    )


def _author(ctx: Context, event: ReactionAdded) -> str | None:
    """Give who wrote a message: as the platform tells, or as it was read; None for our own, and where nobody knows."""
    place = (event.platform, event.channel, event.message)
    if delivery.sent_as(ctx.session, *place) is not None:
        return None
    read = requests.read_message(ctx.session, *place) if not event.author else None
    return read.author if read is not None else event.author or None


def _taken_back(ctx: Context, event: ReactionRemoved) -> None:
    giver = who(ctx, event.platform, event.user)
    records.take_back(ctx.session, event.platform, event.channel, event.message, giver)


# -- who helped


@dataclass(frozen=True, slots=True)
class Helper:
    """What somebody did for others. who: a person's id, or as `slack:U01AAAA`. name: that, where nobody knows more."""

    who: str
    name: str
    thanks: int
    first_answers: int


def helpers_of(ctx: Context, start: datetime, end: datetime) -> Sequence[Helper]:
    """Give who was thanked or gave first answers in [start, end), the most helpful first.

    Left out: who does not want to be named, and the first answers of engineers, whose work that is.
    """
    thanks = Counter(one.receiver for one in records.given_between(ctx.session, start, end))
    answers: Counter[str] = Counter()
    for one in records.first_answers_between(ctx.session, start, end):
        if not _are_by_engineer(ctx, one):
            answers[who(ctx, one.platform, one.by or "")] += one.number
    named = {*thanks, *answers} - set(records.unnamed(ctx.session))
    found = [Helper(one, ctx.name_of(one), thanks[one], answers[one]) for one in named]
    return sorted(found, key=lambda one: (-(one.thanks + one.first_answers), one.name))


def _are_by_engineer(ctx: Context, answers: FirstAnswers) -> bool:
    """Say whether first answers came from an engineer or a lead; as it was then, where that is kept."""
    if answers.by_engineer is not None:
        return answers.by_engineer
    return duty.is_engineer(ctx, ctx.policy.person_with_handle(answers.platform, answers.by or ""))


COMMANDS: tuple[Command, ...] = (
    Command("thanks", "off", "", "do not name me among the helpers of the week", "/thanks off", _off),
    Command("thanks", "on", "", "name me again", "/thanks on", _on),
    Command(
        "thanks",
        "",
        "@user [why]",
        "thank somebody who helped; the weekly digest names its helpers",
        "/thanks @amina for the hint about the quota",
        _thank,
        takes_text=True,
    ),
)

REACTIONS: Mapping[str, Callable[[Context, ReactionAdded], None]] = {EMOJI: _reacted}

UNREACTIONS: Mapping[str, Callable[[Context, ReactionRemoved], None]] = {EMOJI: _taken_back}
