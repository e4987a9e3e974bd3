"""What a command is: its words, its help, and what was given with it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from handlers.context import Answer, Context
from handlers.wording import commands as wording
from models.errors import UserError
from models.events import CommandGiven
from models.message import Message
from models.policy import Person, Rotation

HELP = ("help", "-h", "--help", "?")
MOST_NAMES = 4
SURELY_MEANT = 0.8  # so like a rotation's name that free text is not meant


@dataclass(frozen=True, slots=True)
class Command:
    """One command. word: what comes after the name, empty for the name alone.

    usage: the arguments, as in `@user [position]`. example: one that can be typed as it is.
    takes_text: its arguments are free text, in which `in …` may mean something else than a rotation.
    """

    name: str
    word: str
    usage: str
    summary: str
    example: str
    handle: Callable[[Context, "Call"], Answer]
    takes_text: bool = False

    @property
    def form(self) -> str:
        """The right form, as in `/oncall-list move @user position`."""
        return " ".join(filter(None, (f"/{self.name}", self.word, self.usage)))


@dataclass(frozen=True, slots=True)
class Call:
    """One command as it was given: its arguments, and the rotation it is about (`in NAME`, or the channel's).

    is_named: whether the rotation was named.
    """

    command: Command
    event: CommandGiven
    words: tuple[str, ...]
    rotation: Rotation
    is_named: bool = False

    @classmethod
    def of(cls, ctx: Context, command: Command, event: CommandGiven, words: Sequence[str]) -> "Call":
        """Give the call of a command; a trailing `in NAME` names the rotation. Raises UserError for an unknown one."""
        rest, is_named = tuple(words), False
        rotation = ctx.policy.rotation_for(event.channel_name)
        if len(rest) > 1 and rest[-2].lower() == "in":
            named = ctx.policy.rotation(rest[-1])
            known = [one.name for one in ctx.policy.oncall.rotations]
            if named is None and (not command.takes_text or get_close_matches(rest[-1], known, cutoff=SURELY_MEANT)):
                raise UserError(wording.no_such_rotation(rest[-1], known))
            if named is not None:
                rotation, rest, is_named = named, rest[:-2], True
        if rotation is None:
            raise UserError(wording.NO_ROTATION)
        return cls(command, event, rest, rotation, is_named)

    @property
    def text(self) -> str:
        """The arguments as one text."""
        return " ".join(self.words)

    def wrong(self, why: str) -> UserError:
        """Give the error for arguments that do not fit, with the right form and an example."""
        return UserError(wording.wrong_form(why, self.command.form, self.command.example))

    def person(self, ctx: Context, word: str) -> Person:
        """Give the person that a word names: a mention, a handle, an id or a name.

        Raises UserError for a stranger, and with a question where several have the name.
        """
        people = find_people(ctx, word)
        if not people:
            raise self.wrong(wording.unknown_person(word))
        if len(people) > 1:
            raise UserError(wording.which_person(word, [(one.name, one.id) for one in people]))
        return people[0]

    def leading_person(self, ctx: Context, words: Sequence[str]) -> tuple[Person, Sequence[str]]:
        """Give the person whom the first words name, and the words after the name. Raises UserError like `person`."""
        for length in range(min(MOST_NAMES, len(words)), 1, -1):
            if find_people(ctx, " ".join(words[:length])):
                return self.person(ctx, " ".join(words[:length])), words[length:]
        return self.person(ctx, " ".join(words[:1])), words[1:]

    def number(self, word: str) -> int:
        """Give a positive whole number, with or without `#`. Raises UserError for anything else."""
        digits = word.removeprefix("#")
        if not digits.isascii() or not digits.isdigit() or len(digits) > 9:  # noqa: PLR2004 - fits every database
            raise self.wrong(wording.no_number(word))
        return int(digits)


def find_person(ctx: Context, word: str) -> Person | None:
    """Give the configured person that a word names; None for a stranger, or where several have the name."""
    people = find_people(ctx, word)
    return people[0] if len(people) == 1 else None


def find_people(ctx: Context, word: str) -> Sequence[Person]:
    """Give everybody configured whom a word may mean: one by a mention, a handle or an id, several by a name."""
    wanted = word.removeprefix("<@").removesuffix(">").split("|")[0].removeprefix("@")
    folded = wanted.casefold()
    person = ctx.policy.person_with_handle(ctx.platform, wanted)
    by_id = [one for one in ctx.policy.people if one.id.casefold() == folded] if person is None else [person]
    named = (one for one in ctx.policy.people if folded in (one.name.casefold(), one.name.split()[0].casefold()))
    return by_id or list(named)


def matching(commands: Sequence[Command], words: Sequence[str]) -> tuple[Command, Sequence[str]] | None:
    """Give the command that the words mean, and the words after its own; None where they mean none."""
    first = words[0].lower() if words else ""
    for command in commands:
        if command.word and command.word == first:
            return command, words[1:]
    bare = next((command for command in commands if not command.word), None)
    if bare is not None and (not words or first == "in" or bare.usage):
        return bare, words
    return None


def is_help(words: Sequence[str]) -> bool:
    """Say whether some words are the one word that asks for help."""
    return len(words) == 1 and words[0].lower() in HELP


def asks_help(command: Command, rest: Sequence[str]) -> bool:
    """Say whether a command's arguments ask for its help: they end in it, or, where they are free text, are it."""
    return is_help(rest if command.takes_text else rest[-1:])


def help_of(name: str, commands: Sequence[Command], words: Sequence[str]) -> Message:
    """Give the help of a command: all its forms, or the one that is asked about, each with an example."""
    asked = [command for command in commands if words and command.word == words[0].lower()]
    return wording.help_of(name, [(one.form, one.summary, one.example) for one in asked or commands])
