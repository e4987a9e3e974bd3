"""A quarter of a team of six, played through its two chats: everybody who names who is on call names the same person.

There are a long leave, two newcomers of whom one shadows, a leaver on duty, four swaps, a cover that two want, a day of
nobody, two shuffles, holidays and a clock change. CI asks once a day and around each change;
`WATCHBILL_QUARTER_HOURS=1 pytest tests/scenarios/test_quarter.py` asks at every hour.
"""

import json
import os
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import pytest

from models.records import rota as rotas
from models.rota.calendar import WorkCalendar
from models.rota.duty import rows, who_is_on
from models.rota.rota import Rota
from models.rota.shift import ShiftSource
from tests.models.rota.brute import named as brute_named
from tests.scenarios.quarter import NAMES, NEWCOMERS, Quarter, handle, local, named_by, pinged, quarter

EVERY = timedelta(hours=int(os.environ.get("WATCHBILL_QUARTER_HOURS", "24")))
FIRST, LAST = date(2026, 8, 31), date(2026, 11, 30)
DAY = timedelta(days=1)


@dataclass
class Story:
    """What happens, and what was asked on the way."""

    house: Quarter
    asked: int = 0
    pings: int = 0
    pinged: date = FIRST
    served: dict[datetime, str | None] = field(default_factory=dict)

    def ask(self) -> None:
        """Ask everybody who is on call now; all have to say the same."""
        self.house.stepper.advance_to(self.house.clock.now())
        named = named_by(self.house)
        assert len(set(named.values())) == 1, f"{self.house.clock.now().isoformat()}: {named}"
        self.served[self.house.clock.now()] = named["the resolver"]
        self.asked += 1

    def ping(self) -> None:
        """Report an outage; whoever is pinged is whom everybody names."""
        assert pinged(self.house) == self.house.duty().engineer
        self.pings += 1

    def until(self, when: datetime) -> None:
        """Let time pass up to an instant, asking on the way, and pinging every few days."""
        now = self.house.clock.now()
        while now < when:
            now = min(now + EVERY, when)
            self.house.advance_to(now)
            self.ask()
            if now.date() > self.pinged + 2 * DAY and self._is_worked():
                self.pinged = now.date()
                self.ping()

    def _is_worked(self) -> bool:
        return calendar(self.house).is_within_hours(self.house.clock.now())

    def happens(self, when: datetime, what: Callable[["Story"], None]) -> None:
        """Let something happen at an instant, and ask before and after."""
        self.until(when)
        what(self)
        self.ask()
        if self._is_worked():
            self.ping()

    # -- what people do

    def swap(self, day: date, *, is_local: bool = False) -> None:
        """Let whoever serves a day swap it; the other accepts by button on Slack, in the local chat by words."""
        mine, other = self.house.serving(local(day, 12)), day
        while (his := self.house.serving(local(other, 12))) == mine:
            other = calendar(self.house).next_working(other)
        give = self.house.in_local if is_local else self.house.on_slack
        assert "I asked" in give(mine, f"/oncall swap {day.isoformat()} @{his} {other.isoformat()}")
        self.house.settled()
        if is_local:
            (number,) = re.findall(r"swap accept (\d+)", str(self._wishes(his)))
            assert "swapped" in self.house.in_local(his, f"/oncall swap accept {number}")
        else:
            self.house.slack.press(his, self.house.slack.dms(his)[-1], "exchange-accept").wait()
        assert self.house.serving(local(day, 12)) == his
        assert self.house.serving(local(other, 12)) == mine

    def _wishes(self, who: str) -> str:
        said = str(self.house.in_local(who, "/oncall me"))
        return "".join(f"swap accept {number}" for number in re.findall(r"swap (\d+)", said)[-1:])


def calendar(house: Quarter) -> WorkCalendar:
    standing = house.bot.intake.standing
    return standing.calendar(standing.policy.oncall.rotations[0])


def there(house: Quarter, *besides: str) -> list[str]:
    """Give who is on the list and not away now, without some."""
    rota, now = whole(house), house.clock.now()
    return [one for one in rota.roster.order(now) if one not in besides and not rota.is_away(one, now)]


# -- what happens, in order


def leave(story: Story) -> None:
    assert "You are off" in story.house.on_slack("dan", "/oncall off 2026-09-08..2026-10-16 parental leave")


def first_swap(story: Story) -> None:
    story.swap(date(2026, 9, 8))


def newcomer_shadows(story: Story) -> None:
    said = story.house.in_local("lea", "/oncall-list add @gil from 2026-09-21 shadow 5")
    assert "they shadow whoever is on call" in said


def second_swap(story: Story) -> None:
    story.swap(date(2026, 9, 17), is_local=True)


def leaver_on_duty(story: Story) -> None:
    leaver = story.house.serving()
    before = len(story.house.slack.messages("devops-operations"))
    assert "is off the list" in story.house.on_slack("lea", f"/oncall-list remove @{leaver}")
    assert story.house.serving() != leaver
    story.house.settled()
    said = str(story.house.slack.messages("devops-operations")[before:])
    assert f"{NAMES[story.house.serving()]} is on call in platform now, in place of {NAMES[leaver]}" in said


def day_of_nobody(story: Story) -> None:
    assert "Nobody is on call for" in story.house.in_local("max", "/oncall-list assign 2026-09-30 nobody")


def somebody_after_all(story: Story) -> None:
    assert story.house.duty().engineer is None
    assert "is on call for" in story.house.on_slack("lea", "/oncall-list assign today @lea")


def first_shuffle(story: Story) -> None:
    assert "next turn" in story.house.on_slack("lea", "/oncall-list shuffle preview")
    assert "Shuffled from" in story.house.on_slack("lea", "/oncall-list shuffle")


def second_newcomer(story: Story) -> None:
    assert "Hana Sato is on the list" in story.house.on_slack("max", "/oncall-list add @hana 3 from 2026-10-08")


def cover_race(story: Story) -> None:
    house, day = story.house, date(2026, 10, 15)
    asker = house.serving(local(day, 12))
    assert "who covers" in house.on_slack(asker, f"/oncall cover {day.isoformat()} dentist")
    house.settled()
    post = house.slack.messages("devops-operations")[-1]
    takers = there(house, asker)[:2]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda who: house.slack.press(who, post, "exchange-accept").wait(), takers))
    told = {who: answer_about(house, who, "covers Thu 15 Oct", "first and covers") for who in takers}
    (winner,) = [who for who in takers if house.serving(local(day, 12)) == who]
    (loser,) = set(takers) - {winner}
    assert f"{NAMES[winner]} covers" in told[winner]
    assert f"{NAMES[winner]} was first and covers it" in told[loser]


def answer_about(house: Quarter, who: str, *words: str) -> str:
    """Give the first that somebody alone was shown with one of some words in it; waits for it."""

    def look() -> str | None:
        shown = (str(one) for one in house.slack.ephemerals(who))
        return next((one for one in shown if any(word in one for word in words)), None)

    return house.until(look)


def third_swap(story: Story) -> None:
    story.swap(date(2026, 10, 21))


def ill(story: Story) -> None:
    was = story.house.serving()
    assert "You are off" in story.house.on_slack(was, "/oncall off 2026-10-30 ill")
    assert story.house.serving() != was


def fourth_swap(story: Story) -> None:
    story.swap(date(2026, 11, 3))


def second_shuffle(story: Story) -> None:
    assert "Shuffled from" in story.house.in_local("max", "/oncall-list shuffle")


def taken(story: Story) -> None:
    taker = there(story.house, story.house.serving())[0]
    assert f"{NAMES[taker]} took" in story.house.in_local(taker, "/oncall take today")
    assert story.house.serving() == taker


def given_to_a_lead(story: Story) -> None:
    assert "is on call for" in story.house.on_slack("max", "/oncall-list assign 2026-11-25 @max")


STORY: tuple[tuple[datetime, Callable[[Story], None]], ...] = (
    (local(date(2026, 9, 2), 10), leave),
    (local(date(2026, 9, 3), 11, 20), first_swap),
    (local(date(2026, 9, 9), 15), newcomer_shadows),
    (local(date(2026, 9, 15), 10), second_swap),
    (local(date(2026, 9, 24), 11, 30), leaver_on_duty),
    (local(date(2026, 9, 28), 16), day_of_nobody),
    (local(date(2026, 9, 30), 10, 30), somebody_after_all),
    (local(date(2026, 10, 1), 14), first_shuffle),
    (local(date(2026, 10, 6), 9, 5), second_newcomer),
    (local(date(2026, 10, 14), 13), cover_race),
    (local(date(2026, 10, 20), 8, 30), third_swap),
    (local(date(2026, 10, 30), 10, 15), ill),
    (local(date(2026, 11, 2), 9, 30), fourth_swap),
    (local(date(2026, 11, 5), 17), second_shuffle),
    (local(date(2026, 11, 12), 12, 45), taken),
    (local(date(2026, 11, 20), 9), given_to_a_lead),
)


@pytest.fixture
def house(sqlite_url: str) -> Iterator[Quarter]:
    with quarter(sqlite_url, local(FIRST, 10)) as house:
        yield house


@pytest.mark.slow
def test_through_a_quarter_everybody_names_the_same_person_and_the_history_explains_each_date(house: Quarter) -> None:
    story = Story(house)
    story.ask()
    for when, what in STORY:
        story.happens(when, what)
    story.until(local(LAST, 10))

    assert story.asked >= (LAST - FIRST) / EVERY
    assert story.pings >= 30
    assert set(NEWCOMERS) < {one for one in story.served.values() if one is not None}
    check_the_past(house, story)
    check_the_history(house)
    check_fairness(house)
    assert {user for user in house.slack.workspace.users if user == handle("gil")}
    assert any("you shadow them" in str(one) for one in house.slack.dms("gil"))


def check_the_past(house: Quarter, story: Story) -> None:
    """What was said at each instant is still the answer for it, also of a resolver that works by brute force."""
    rota = whole(house)
    for at, engineer in story.served.items():
        assert who_is_on(rota, at).engineer == engineer, at
        assert brute_named(rota, at)[0] == engineer, at


def check_the_history(house: Quarter) -> None:
    """Each date that the list alone does not explain stands in the history, once for each thing that happened."""
    lines = [(one.action, json.loads(one.detail)) for one in house.history()]
    counted = {action: [one for one, _ in lines].count(action) for action, _ in lines}
    wanted = {"off": 2, "swap": 4, "add": 2, "remove": 1, "assign": 3, "shuffle": 2, "cover": 1, "take": 1}
    assert counted == wanted
    named = {str(day) for _, detail in lines for day in (detail.get("day"), detail.get("his_day"))}
    for row in rows(whole(house), FIRST, (LAST - FIRST).days):
        assert row.why, row.day
        if row.source in {ShiftSource.SWAP, ShiftSource.COVER, ShiftSource.OVERRIDE}:
            assert str(row.day) in named, row
    said = house.on_slack("ana", "/oncall-list history")
    assert all(word in said for word in ("shuffle", "seed", "before"))


def check_fairness(house: Quarter) -> None:
    """Nobody has two turns in a cycle, and every order follows from its seed."""
    rota = whole(house)
    turns = [(shift.cycle, shift.turn) for shift in rota.shifts if shift.turn is not None]
    assert len(turns) == len(set(turns))
    assert all(cycle.is_as_drawn() for cycle in rota.cycles)
    assert sum(cycle.draw is not None for cycle in rota.cycles) >= 8


def whole(house: Quarter) -> Rota:
    with house.store.reading() as session:
        return rotas.load(session, calendar(house))
