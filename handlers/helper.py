"""`/oncall helper`: whoever wants to may be told of questions that nobody answers. Source: DESIGN §4.

Anybody may, known to the configuration or not: those who help are mostly fellow users. Who is known is one person on
every platform; anybody else is kept by the handle that they asked with.
"""

from handlers.command import Call, Command
from handlers.context import Answer, Context
from handlers.wording import helper as wording
from models.records import helper as records


def _helper(ctx: Context, call: Call) -> Answer:
    word = call.text.lower()
    person = ctx.person.id if ctx.person is not None else None
    is_one = records.find(ctx.session, ctx.platform, ctx.actor, person) is not None
    if word not in ("", "on", "off"):
        raise call.wrong(wording.ON_OR_OFF)
    if word == "on":
        records.add(ctx.session, ctx.platform, ctx.actor, person, ctx.now)
    elif word == "off":
        records.remove(ctx.session, ctx.platform, ctx.actor, person)
    if word and is_one != (word == "on"):
        ctx.audit("helper", person or f"{ctx.platform}:{ctx.actor}", word)
    after = ctx.policy.community.helpers_after
    return Answer(reply=wording.stands(is_helper=is_one if not word else word == "on", was=is_one, after=after))


COMMANDS: tuple[Command, ...] = (
    Command(
        "oncall",
        "helper",
        "[on|off]",
        "be told, in one direct message, of questions that nobody has answered",
        "/oncall helper on",
        _helper,
    ),
)
