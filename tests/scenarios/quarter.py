"""A team's house for a quarter: on Slack and in the local chat at once, in New York, with its holidays.

Whoever is asked names the person on call in their own way: `named_by(house)` gives what each of them says now.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.app import command_hints
from bot.chat.local.cast import roles_of
from bot.chat.local.port import LocalChat
from bot.chat.port import ChatPort
from bot.http.feed import FeedPages
from bot.metrics import Metrics
from handlers.context import Standing
from handlers.roster_rows import oncall_rows
from models.feed import feed_key
from models.policy import Channel, ChannelKind, Holidays, OnCall, Person, Policy, Rotation
from models.records import audit
from models.rota.zone import zone
from tests.bot.feed_reading import at, parsed
from tests.fakes.slack import FakeSlack, Rates
from tests.scenarios.house import House, Hurried
from tests.shipped import classifier

ZONE = zone("America/New_York")
SECRET = "a secret of the tests"
TEAM = ("ana", "ben", "cleo", "dan", "eli", "fay")
NEWCOMERS = ("gil", "hana")
LEADS = ("lea", "max")
DEVELOPER = "uma"
NAMES = {
    "ana": "Ana Ruiz",
    "ben": "Ben Cole",
    "cleo": "Cleo Park",
    "dan": "Dan Wu",
    "eli": "Eli Stone",
    "fay": "Fay Lund",
    "gil": "Gil Hart",
    "hana": "Hana Sato",
    "lea": "Lea Novak",
    "max": "Max Orr",
}
IDS = {name: person for person, name in NAMES.items()} | {"nobody": None}
SOS, OPERATIONS = "devops-sos", "devops-operations"
OUTAGE = "production is down for all our users, 503 everywhere in abc123-prod"


def handle(person: str) -> str:
    return f"U0{person.upper()}"


def local(day: date, hour: int, minute: int = 0) -> datetime:
    """Give a civil time of the team's."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def policy(group: str) -> Policy:
    """Give the team's policy. group: the id of the user group on Slack."""
    rotation = Rotation(
        name="platform",
        engineers=TEAM,
        holidays=Holidays(country="US", extra_off=(date(2026, 11, 27),)),
        notice_days=3,
        topics={SOS: "On call: {engineer}"},
        user_group={"slack": group, "local": "oncall"},
    )
    kinds = {"devops-how-to": ChannelKind.HOW_TO, SOS: ChannelKind.SOS, OPERATIONS: ChannelKind.OPERATIONS}
    return Policy(
        timezone=ZONE.key,
        channels=tuple(Channel(name=name, kind=kind) for name, kind in kinds.items()),
        people=tuple(Person(id=person, name=name, slack=handle(person)) for person, name in NAMES.items()),
        oncall=OnCall(leads=LEADS, fallback=("lea",), rotations=(rotation,)),
    )


class Quarter(House):
    """The team's bot. Answers to what was typed are given as text, whichever the chat."""

    _seen: tuple[str, list[Any]] = ("", [])

    def standing(self) -> Standing:
        return Standing(
            self.policy,
            classifier(),
            ("slack", "local"),
            public_url="https://watchbill.example.org",
            feed_secret=SECRET,
        )

    def ports(self, metrics: Metrics) -> list[ChatPort]:
        self.chat = LocalChat(
            None,
            self.clock,
            channels=self.policy.channels,
            people=self.policy.people,
            commands=command_hints(),
            zone=ZONE.key,
            roles=roles_of(self.policy),
        )
        self.pages = FeedPages(self.store, self.clock, lambda: self.bot.intake.standing)
        return [self._slack_port(metrics, Hurried), self.chat]

    def feed(self) -> list[Any]:
        """Give the events of the rotation's feed that are so; read anew only where it changed."""
        page = self.pages.page("rotation", "platform", feed_key(SECRET, "rotation:platform"))
        assert page is not None
        if page.etag != self._seen[0]:
            self._seen = page.etag, [event for event in parsed(page.body).events if event["STATUS"] == "CONFIRMED"]
        return self._seen[1]

    def on_slack(self, who: str, command: str) -> str:
        """Let somebody give a command on Slack."""
        name, _, text = command.partition(" ")
        response = self.slack.command(who, OPERATIONS, name, text).wait().response
        return re.sub(r"\\u2026|[*`_]", "", str(response["blocks"] if response.get("blocks") else response["text"]))

    def in_local(self, who: str, command: str) -> str:
        """Let somebody give a command in the local chat."""
        place = f"C-{OPERATIONS}"
        self.chat.interaction.type(who, place, command, None)
        return str(self.chat.actions.timeline(who, place, None)["messages"][-1])

    def serving(self, instant: datetime | None = None) -> str:
        engineer = self.duty(instant).engineer
        assert engineer is not None
        return engineer

    def history(self) -> list[Any]:
        with self.store.reading() as session:
            return list(audit.of_subject(session, "rotation:platform", 500))


def named_by(house: Quarter) -> Mapping[str, str | None]:
    """Give whom each of those who know names as on call now; None: nobody."""
    now = house.clock.now()
    said = house.on_slack("ana", "/oncall")
    found = re.search(r"([A-Z]\w+ \w+) is on call for platform", said)
    assert found is not None or "Nobody is on call for platform" in said, said
    channel = next(one for one in house.slack.workspace.channels.values() if one.name == SOS)
    (group,) = house.slack.workspace.usergroups.values()
    title = str(at(house.feed(), now)["SUMMARY"]).partition(" on call")[0]
    with house.store.reading() as session:
        (row,) = oncall_rows(session, house.bot.intake.standing, now)
    return {
        "the resolver": house.duty().engineer,
        "/oncall": IDS[found[1]] if found is not None else None,
        "the topic": IDS[channel.topic.removeprefix("On call: ")],
        "the user group": _member(group.users, house.duty().engineer),
        "the feed": IDS.get(title),
        "watchbill oncall": row["engineer"],
    }


def _member(users: list[str], engineer: str | None) -> str | None:
    """Give whose group it is; where nobody is on call it has to be the fallback's."""
    people = [person for person in NAMES if handle(person) in users]
    assert len(people) == len(users) == 1
    return None if engineer is None and people == ["lea"] else people[0]


def pinged(house: Quarter) -> str | None:
    """Give whom an outage that is reported now pings; it is resolved at once, so that nobody else is told."""
    ts = house.slack.post(SOS, DEVELOPER, OUTAGE)
    page = house.first_reply(ts)
    (who,) = house.slack.pinged(page) - {handle(DEVELOPER), DEVELOPER}
    request = house.request(ts)
    house.on_slack("lea", f"/oncall resolve {request.id}")
    return None if house.duty().engineer is None and who == handle("lea") else who.removeprefix("U0").lower()


@contextmanager
def quarter(url: str, begin: datetime) -> Iterator[Quarter]:
    """Give the team's house, running."""
    with FakeSlack(rates=Rates(is_on=False)) as slack:
        members: list[Any] = [slack.user(handle(person), person) for person in (*NAMES, DEVELOPER)]
        for name in ("devops-how-to", SOS, OPERATIONS):
            slack.channel(name, members)
        group = slack.usergroup("oncall", ["lea"])
        house = Quarter(url, slack, at=begin, policy=policy(group.id))
        house.bot.due_seconds = 0  # only the stepper looks at what is due
        house.start()
        try:
            house.settled()
            yield house
        finally:
            house.stop()
            house.chat.close()


__all__ = ["ZONE", "Quarter", "ZoneInfo", "local", "named_by", "pinged", "quarter"]
