"""What people do in the local chat and are answered on the spot: commands, buttons and forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter

from bot.chat.local import typed, view
from bot.chat.local.actions import Actions
from bot.chat.local.cast import PLATFORM, CommandHint
from bot.chat.local.live import Json
from bot.chat.local.platform import NotThere, Place, Platform
from bot.chat.port import Inbound
from models.errors import StoreUnavailable, UserError
from models.events import ButtonPressed, CommandGiven, Event, FormSubmitted, MessagePosted
from models.message import Answer, Button, Buttons, Code, Form, Message, text

_FORMS: TypeAdapter[Form] = TypeAdapter(Form)
_AWAY = "Watchbill cannot take this just now, and nothing was done. Please try again in a moment."


class BotAway(UserError):
    """The bot did not take what somebody did; nothing happened."""


@dataclass(frozen=True, slots=True)
class _Setting:
    """Where somebody did something: there they are answered."""

    place: Place
    user: str
    thread: str | None
    about: str = ""


class Interaction:
    """Commands, buttons and forms: handed to the bot at once, answered in the same breath."""

    def __init__(self, platform: Platform, actions: Actions, commands: Sequence[CommandHint]) -> None:
        self._platform = platform
        self._actions = actions
        self.commands = tuple(commands)
        self._names = frozenset(hint.name for hint in commands)
        self._inbound: Inbound | None = None

    def connect(self, inbound: Inbound | None) -> None:
        """Hand things to this bot from now on; None: to nobody."""
        self._inbound = inbound

    def type(self, user: str, channel: str, words: str, thread: str | None) -> Json:
        """Take what somebody typed: words are posted, commands given.

        Gives `sent` (the message's id or None), `form` (to open or None) and `is_kept`: leave it in the composer.
        """
        words = typed.clean(words)
        with self._platform.archive.transaction() as db:
            place = self._platform.place(db, channel, user)
            root = self._platform.root(db, place, thread)
        match typed.read(words, self._names, is_direct=place.is_direct):
            case typed.Command() as command:
                return self._command(_Setting(place, user, root, words), command, words)
            case typed.NoSuchCommand(name=name):
                self._whisper(_Setting(place, user, root, words), self._no_such(f"/{name}"))
                return {"sent": None, "form": None, "is_kept": True}
            case typed.Said(text=said, unknown=unknown):
                entry = self._actions.say(user, channel, said, thread)
                if unknown:
                    self._whisper(_Setting(place, user, root), self._no_such(unknown))
                return {"sent": entry.id, "form": None, "is_kept": False}

    def press(self, user: str, channel: str, message: str, button: Button) -> Json:
        """Press a button of a message; gives `form`: to open or None."""
        with self._platform.change() as change:
            self._platform.require_member(change.db, user)
            place = self._platform.place(change.db, channel, user)
            entry = self._platform.entry(change.db, place, message, user)
            if not _has(entry.body, button):
                raise NotThere("That button is not there any more.")
            trigger = self._platform.trigger(change, user, "press")
        event = ButtonPressed(
            key=f"act:{trigger}", platform=PLATFORM, at=self._platform.now(), action=button.action, value=button.value,
            user=user, channel=place.id, channel_name=place.name, message=entry.id, thread=entry.thread,
        )  # fmt: skip
        return {"form": self._give(_Setting(place, user, entry.thread), self._ask(event))}

    def submit(self, user: str, form_id: str, attempt: int, fields: Mapping[str, str]) -> Json:
        """Submit a form that is open; gives `errors` by field, and `form`: the next one to open or None."""
        opened, setting = self._opened(user, form_id)
        cleaned = {field.name: typed.clean(fields.get(field.name, "")) for field in opened.fields}
        errors = _errors(opened, cleaned)
        if errors:
            return {"errors": errors, "attempt": attempt, "form": None}
        event = FormSubmitted(
            key=f"form:{form_id}:{attempt}", platform=PLATFORM, at=self._platform.now(),
            form=opened.name, subject=opened.subject, user=user, fields=cleaned,
        )  # fmt: skip
        answer = self._ask(event) or Answer()
        if answer.errors:
            return {"errors": dict(answer.errors), "attempt": self._refused(form_id, attempt), "form": None}
        self._done(form_id)
        return {"errors": {}, "attempt": attempt, "form": self._give(setting, answer)}

    def answered(self, event: Event, answer: Answer) -> None:
        """Show somebody the answer to something that was not a command; a form needs somebody who waits for it."""
        if isinstance(event, MessagePosted) and answer.reply is not None:
            with self._platform.change() as change:
                place = self._platform.place(change.db, event.channel)
                self._platform.whisper(change, place, event.author, answer.reply, thread=event.thread, about="")

    def _command(self, setting: _Setting, command: typed.Command, words: str) -> Json:
        sent = None
        if command.is_visible:
            sent = self._actions.say(setting.user, setting.place.id, words, setting.thread, is_command=True).id
        with self._platform.change() as change:
            self._platform.require_member(change.db, setting.user)
            trigger = self._platform.trigger(change, setting.user, "command")
        event = CommandGiven(
            key=f"act:{trigger}", platform=PLATFORM, at=self._platform.now(), name=command.name, text=command.text,
            user=setting.user, channel=setting.place.id, channel_name=setting.place.name, thread=setting.thread,
        )  # fmt: skip
        return {"sent": sent, "form": self._give(setting, self._ask(event)), "is_kept": False}

    def _ask(self, event: Event) -> Answer | None:
        inbound = self._inbound
        if inbound is None:
            raise BotAway(_AWAY)
        try:
            return inbound.receive(event)
        except StoreUnavailable as error:
            raise BotAway(_AWAY) from error

    def _give(self, setting: _Setting, answer: Answer | None) -> Json | None:
        if answer is None:
            return None
        if answer.reply is not None:
            self._whisper(setting, answer.reply)
        return None if answer.form is None else self._open(setting, answer.form)

    def _whisper(self, setting: _Setting, body: Message) -> None:
        with self._platform.change() as change:
            place = setting.place
            self._platform.whisper(change, place, setting.user, body, thread=setting.thread, about=setting.about)

    def _open(self, setting: _Setting, form: Form) -> Json:
        with self._platform.change() as change:
            form_id = self._platform.trigger(change, setting.user, "form")
            written = _FORMS.dump_json(form).decode()
            change.db.execute(
                "INSERT INTO forms (id, user, channel, thread, about, form) VALUES (?, ?, ?, ?, ?, ?)",
                (form_id, setting.user, setting.place.id, setting.thread, setting.about, written),
            )
        return view.form(form_id, form, 0)

    def _opened(self, user: str, form_id: str) -> tuple[Form, _Setting]:
        with self._platform.archive.transaction() as db:
            row = db.execute("SELECT * FROM forms WHERE id = ? AND user = ?", (form_id, user)).fetchone()
            if row is None:
                raise NotThere("That form is not there.")
            if row["is_done"]:
                raise UserError("This was submitted already.")
            place = self._platform.place(db, row["channel"], user)
        return _FORMS.validate_json(row["form"]), _Setting(place, user, row["thread"], row["about"])

    def _refused(self, form_id: str, attempt: int) -> int:
        with self._platform.change() as change:
            change.db.execute(
                "UPDATE forms SET attempts = max(attempts, ?) WHERE id = ?",
                (attempt + 1, form_id),
            )
        return attempt + 1

    def _done(self, form_id: str) -> None:
        with self._platform.change() as change:
            change.db.execute("UPDATE forms SET is_done = 1 WHERE id = ?", (form_id,))

    def _no_such(self, name: str) -> Message:
        names = [f"/{hint.name}" for hint in self.commands]
        return text(f"There is no {name}. ", *(("Try ", Code(names[0])) if names else ()), "." if names else None)


def _has(body: Message | None, button: Button) -> bool:
    rows = [] if body is None else [block for block in body.blocks if isinstance(block, Buttons)]
    return any((b.action, b.value) == (button.action, button.value) for row in rows for b in row.buttons)


def _errors(form: Form, fields: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for wanted in form.fields:
        value = fields[wanted.name]
        if not value and not wanted.is_optional:
            found[wanted.name] = "Please fill this in."
        elif len(value) > wanted.max_length:
            found[wanted.name] = f"At most {wanted.max_length} characters; these are {len(value)}."
        elif value and wanted.kind == "choice" and value not in dict(wanted.options):
            found[wanted.name] = "Please choose one of these."
    return found
