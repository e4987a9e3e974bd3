"""What every handler is given, and how it says what it decided.

A handler reads and writes records through the session, says what is owed to the chat with `say`, and gives an
`Answer` for what must be answered on the spot. It never commits. Source: DESIGN §2, §3.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Literal

from sqlalchemy.orm import Session

from models.effects import Direct, Edit, Effect
from models.events import Event
from models.knowledge.library import Library
from models.message import Answer, Mention, Message, Span
from models.policy import Person, Policy, Rotation
from models.records import delivery, directory
from models.records.audit import AuditEntry
from models.records.base import put
from models.records.delivery import Purpose
from models.records.handover import LogEntry
from models.records.request import Request, TimelineEntry
from models.records.shelf import Shelf
from models.rota.calendar import WorkCalendar
from models.rota.zone import zone
from models.triage.classifier import Classifier
from models.triage.resemblance import Matcher

Source = Literal["message", "button", "reaction", "command", "form", "thread", "clock"]


@dataclass(frozen=True)
class Standing:
    """What stands between two reloads: the policy, the classifier, the platforms that are enabled.

    platforms: in the configuration's order; the first is where somebody is looked for who is on several.
    feed_secret: what the addresses of the calendar feeds are made with; empty: there are no feeds.
    library: the docs that answers are looked for in; None where there are none.
    """

    policy: Policy
    classifier: Classifier
    platforms: tuple[str, ...]
    public_url: str = ""
    feed_secret: str = field(default="", repr=False)
    library: Library | None = None

    @cached_property
    def shelf(self) -> Shelf:
        """The rotas that were read last."""
        return Shelf()

    @cached_property
    def matcher(self) -> Matcher:
        """What compares messages with the incidents that are live, by the catalogue's names."""
        return Matcher.of(self.classifier, self.policy.services)

    @cached_property
    def calendars(self) -> Mapping[str, WorkCalendar]:
        """Each rotation's days and hours; their holidays are computed once."""
        civil = zone(self.policy.timezone)
        return {rotation.name: WorkCalendar(rotation, civil) for rotation in self.policy.oncall.rotations}

    def calendar(self, rotation: Rotation) -> WorkCalendar:
        """Give a rotation's days and hours."""
        return self.calendars[rotation.name]


@dataclass
class Context:
    """One decision: the event, the moment, the transaction, and the organisation's policy.

    actor: the platform handle of whoever caused it; empty for the bot itself.
    """

    session: Session
    now: datetime
    event: Event
    standing: Standing
    actor: str = ""
    _said: int = field(default=0, init=False)

    @property
    def policy(self) -> Policy:
        """What the organisation decided."""
        return self.standing.policy

    @property
    def platform(self) -> str:
        """The platform that the event came from."""
        return self.event.platform

    @property
    def person(self) -> Person | None:
        """Who caused the event, where the configuration knows them."""
        return self.policy.person_with_handle(self.platform, self.actor)

    @property
    def happened_at(self) -> datetime:
        """When what is decided about happened, as its platform tells it; that may have been read later."""
        return min(self.event.at, self.now)

    def handle_on(self, platform: str) -> str:
        """Give the handle on a platform of whoever caused the event; as in `local:ana` where they have none there."""
        if platform == self.platform:
            return self.actor
        handle = self.person.handle(platform) if self.person is not None else None
        return handle or f"{self.platform}:{self.actor}"

    def is_author(self, request: Request) -> bool:
        """Say whether a request is from whoever caused the event, from whichever platform; what alerts ask is not."""
        return bool(request.author) and self.handle_on(request.platform) == request.author

    def say(
        self,
        effect: Effect,
        *,
        purpose: Purpose = Purpose.REPLY,
        request: Request | None = None,
        platform: str | None = None,
    ) -> int:
        """Owe one effect to the chat, and give its outbox row. platform: None for the event's own."""
        self._said += 1
        digest = hashlib.sha256(f"{self.event.platform}\0{self.event.key}\0{self._said}".encode())
        return delivery.owe(
            self.session,
            key=digest.hexdigest()[:24],
            platform=platform or (request.platform if request is not None else self.platform),
            effect=effect,
            purpose=purpose,
            now=self.now,
            request_id=request.id if request is not None else None,
        )

    def edit(self, row: int | None, message: Message, platform: str, request: Request | None = None) -> None:
        """Change what an outbox row posted; nothing where there is no such row."""
        if row is not None:
            self.say(Edit(row, message), platform=platform, request=request)

    def tell(
        self,
        people: Iterable[Person | None],
        message: Callable[[str], Message],
        *,
        purpose: Purpose = Purpose.NOTICE,
        request: Request | None = None,
    ) -> list[Person]:
        """Send a direct message to people, each on the first platform where they can be reached; give who was.

        message: gives the message for a platform, whose mentions are its own.
        """
        reached = []
        for person in people:
            platform = self.home_of(person)
            if person is None or platform is None:
                continue
            note = Direct(person.handle(platform) or "", message(platform))
            self.say(note, platform=platform, purpose=purpose, request=request)
            reached.append(person)
        return reached

    def home_of(self, person: Person | None) -> str | None:
        """Give the first enabled platform on which somebody has a handle; the event's own before the others."""
        if person is None:
            return None
        own = [self.platform] if self.platform in self.standing.platforms else []
        return next((name for name in (*own, *self.standing.platforms) if person.handle(name)), None)

    def mention(self, person_id: str | None, platform: str | None = None) -> Span:
        """Give a mention of somebody on a platform (None: the event's); their bare name where they have no handle."""
        person = self.policy.person(person_id)
        if person is None:
            return person_id or "nobody"
        handle = person.handle(platform or self.platform)
        return Mention(handle, person.name) if handle else person.name

    def handle_name(self, handle: str, platform: str | None = None) -> Span:
        """Give a mention of a platform handle, with the name where it is known; a bare name for one of another's."""
        place = platform or self.platform
        person = self.policy.person_with_handle(place, handle)
        if person is not None and person.handle(place) != handle:
            return person.name
        return Mention(handle, person.name if person is not None else "")

    def home_for(self, person: Person, platform: str) -> str | None:
        """Give where to tell somebody of what happens on a platform: there, else where they have a handle; or None."""
        return platform if person.handle(platform) else self.home_of(person)

    def name_of_handle(self, handle: str, platform: str) -> str:
        """Give the name of whoever has a handle; empty for a stranger."""
        person = self.policy.person_with_handle(platform, handle)
        return person.name if person is not None else ""

    def called(self, handle: str, platform: str, *, read_on: str | None = None, otherwise: str = "") -> Span:
        """Give somebody's name without notifying them; a stranger is mentioned, as nobody knows more than their handle.

        otherwise: what a stranger is called, where that is known. read_on: the platform; None: the handle's own.
        """
        name = self.name_of_handle(handle, platform) or otherwise
        return name or (Mention(handle) if read_on in (None, platform) else handle)

    def name_of(self, person_id: str | None) -> str:
        """Give somebody's name without notifying them."""
        person = self.policy.person(person_id)
        return person.name if person is not None else person_id or "nobody"

    def channel_id(self, name: str | None, platform: str | None = None) -> str | None:
        """Give a channel's id on a platform; None where the bot is not in it."""
        if name is None:
            return None
        return directory.channel_id(self.session, platform or self.platform, name)

    def note(self, request: Request, what: str, *, source: Source, detail: str = "", actor: str | None = None) -> None:
        """Write a line into a request's timeline."""
        put(
            self.session,
            TimelineEntry,
            request_id=request.id,
            at=self.now if source == "clock" else self.happened_at,
            actor=actor if actor is not None else self.actor and self.handle_on(request.platform),
            what=what,
            detail=detail[:500],
            source=source,
        )

    def log(
        self, rotation: str | None, text: str, *, author: str | None = None, request: Request | None = None
    ) -> None:
        """Write a line into a rotation's on-call log; nothing where there is no rotation."""
        if rotation is not None:
            number = request.id if request is not None else None
            put(
                self.session,
                LogEntry,
                rotation=rotation,
                at=self.now,
                author=author,
                text=text[:4000],
                request_id=number,
            )

    def audit(self, action: str, subject: str, detail: str = "") -> None:
        """Write who changed what."""
        person = self.person
        actor = person.id if person is not None else self.actor
        self.session.add(AuditEntry(at=self.now, actor=actor, action=action, subject=subject, detail=detail[:2000]))


Handler = Callable[[Context], Answer | None]

__all__ = ["Answer", "Context", "Handler", "Source", "Standing"]
