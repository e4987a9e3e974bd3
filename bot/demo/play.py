"""Plays the demo's past through the real bot, from one due instant to the next."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.app import Bot
from bot.chat.local.cast import PLATFORM
from bot.chat.local.platform import channel_id
from bot.chat.local.port import LocalChat
from bot.demo import history
from bot.demo.history import ON_CALL, Note, Scene
from bot.stepping import Stepper
from models.events import CommandGiven
from models.records import request
from models.rota.calendar import WorkCalendar


@dataclass(frozen=True, slots=True)
class _Cue:
    """One thing that somebody does at an instant."""

    at: datetime
    act: Callable[[], None]


class Play:
    """The past of one demo. on_call: gives the handle of whoever is on call now."""

    def __init__(self, bot: Bot, chat: LocalChat, stepper: Stepper, on_call: Callable[[], str]) -> None:
        self._bot, self._chat, self._stepper, self._on_call = bot, chat, stepper, on_call
        self._messages: dict[Scene, str] = {}
        self._given = 0

    def run(self, calendar: WorkCalendar, today: datetime) -> None:
        """Play everything, and leave the clock at today."""
        for cue in sorted(self._cues(calendar, today), key=lambda cue: cue.at):
            if cue.at < today:
                self._stepper.advance_to(cue.at)
                cue.act()
                self._chat.wait_until_taken()
        self._stepper.advance_to(today)

    def _cues(self, calendar: WorkCalendar, today: datetime) -> list[_Cue]:
        cues = [cue for scene in history.SCENES for cue in self._of_scene(scene, calendar, today)]
        cues += [self._of_note(note, calendar, today) for note in history.NOTES]
        return cues + [cue for ago in range(history.DAYS + 1) for cue in self._of_day(ago, calendar, today)]

    def _of_scene(self, scene: Scene, calendar: WorkCalendar, today: datetime) -> list[_Cue]:
        begin = _instant(calendar, today, scene.ago, scene.at)
        cues = [_Cue(begin, lambda: self._post(scene))]
        for reply in scene.replies:
            at = begin + timedelta(minutes=reply.after)
            cues.append(_Cue(at, lambda reply=reply: self._reply(scene, reply.who, reply.text)))  # type: ignore[misc]
        if scene.taken_after is not None:
            cues.append(_Cue(begin + timedelta(minutes=scene.taken_after), lambda: self._take(scene)))
        if scene.resolved_after is not None:
            cues.append(_Cue(begin + timedelta(minutes=scene.resolved_after), lambda: self._resolve(scene)))
        return cues

    def _of_day(self, ago: int, calendar: WorkCalendar, today: datetime) -> list[_Cue]:
        """Give the handover of a day: accepted in the morning, noted and submitted before the evening."""
        cues = [_Cue(_instant(calendar, today, ago, "09:06"), lambda: self._type("/handover accept"))]
        if ago != history.NOT_HANDED_OVER:
            cues.append(_Cue(_instant(calendar, today, ago, "16:40"), lambda: self._hand_over(ago)))
        return cues

    def _of_note(self, note: Note, calendar: WorkCalendar, today: datetime) -> _Cue:
        return _Cue(_instant(calendar, today, note.ago, note.at), lambda: self._log(note))

    def _post(self, scene: Scene) -> None:
        entry = self._chat.actions.say(scene.who, channel_id(scene.channel), scene.text, None)
        self._messages[scene] = entry.id

    def _reply(self, scene: Scene, who: str, text: str) -> None:
        author = self._on_call() if who == ON_CALL else who
        self._chat.actions.say(author, channel_id(scene.channel), text, self._messages[scene])

    def _take(self, scene: Scene) -> None:
        channel = channel_id(scene.channel)
        self._chat.actions.react(self._on_call(), channel, self._messages[scene], "eyes", is_wanted=True)

    def _resolve(self, scene: Scene) -> None:
        with self._bot.store.reading() as session:
            found = request.rooted_at(session, PLATFORM, channel_id(scene.channel), self._messages[scene])
        if found is not None:
            self._type(f"/oncall resolve {found.id} {scene.runbook or ''}".strip())

    def _hand_over(self, ago: int) -> None:
        if ago in history.WATCH:
            self._type(f"/handover note {history.WATCH[ago]}")
        self._type("/handover submit")

    def _log(self, note: Note) -> None:
        self._type(f"/oncall log {note.text}")

    def _type(self, words: str) -> None:
        """Let the engineer on call give a command; nobody has to see its answer any more."""
        name, _, rest = words.removeprefix("/").partition(" ")
        self._given += 1
        self._bot.intake.receive(
            CommandGiven(
                key=f"act:past-{self._given}",
                platform=PLATFORM,
                at=self._bot.clock.now(),
                name=name,
                text=rest,
                user=self._on_call(),
                channel=channel_id("devops-operations"),
                channel_name="devops-operations",
            )
        )


def _instant(calendar: WorkCalendar, today: datetime, ago: int, at: str) -> datetime:
    """Give a local time on the working day that is so many working days before an instant's."""
    day = calendar.day_of(today)
    for _ in range(ago):
        day -= timedelta(days=1)
        while not calendar.is_working(day):
            day -= timedelta(days=1)
    return datetime.combine(day, time.fromisoformat(at), tzinfo=calendar.zone)
