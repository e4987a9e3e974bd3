"""Three weeks of a team of five: a weekend, a holiday, an absence, a swap, the end of the list, a missed handover, an
urgent request a day, and a bot that is stopped and started at any instant.

The instants are drawn: WATCHBILL_SEED names another draw than the usual one, and a failure shows which it was.
"""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from models.records.handover import Handover, HandoverState
from models.records.request import RequestState
from models.triage.verdict import RequestClass
from tests.handlers.digest_figures import Recount, recount
from tests.scenarios.three_weeks import LEAD, NAMES, TEAM, Raw, Team, local, raw, team

FIRST, LAST = date(2026, 11, 2), date(2026, 11, 20)
MONDAY_AFTER = date(2026, 11, 23)
HOLIDAY = date(2026, 11, 11)
MISSED, UNACCEPTED, DIVIDED = date(2026, 11, 5), date(2026, 11, 12), date(2026, 11, 17)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SEED = int(os.environ.get("WATCHBILL_SEED", "20261102"))
OUTAGES = (
    "production is down for all our users, 503 everywhere in {number}-prod",
    "our app in prod gives 503 to everyone since a minute ago, customers cannot pay in {number}-prod",
)


@dataclass
class Story:
    """What happens, at instants that are drawn."""

    team: Team
    random: Random
    cues: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)
    outages: list[str] = field(default_factory=list)

    def at(self, instant: datetime, what: Callable[[], None]) -> None:
        self.cues.append((instant, what))

    def play(self) -> None:
        """Let everything happen in order; now and then the bot is stopped and started on the way."""
        while self.cues:
            self.cues.sort(key=lambda cue: cue[0])
            instant, what = self.cues.pop(0)
            if self.random.random() < 0.3:
                self.team.until(self._between(self.team.clock.now(), instant))
                self.team.restart()
            self.team.until(instant)
            what()
            if self.random.random() < 0.15:
                self.team.restart()  # before the bot was able to do anything about it

    def _between(self, first: datetime, last: datetime) -> datetime:
        return first + self.random.random() * max(last - first, timedelta())

    def after(self, minutes: float, what: Callable[[], None]) -> None:
        self.at(self.team.clock.now() + minutes * MINUTE, what)

    # -- a working day

    def day(self, day: date) -> None:
        self.at(local(day, 9, 10), lambda: self.accept(day))
        self.at(local(day, 9, 30) + self.random.randrange(300) * MINUTE, self.outage)
        if day != MISSED:
            self.at(local(day, 16, 40), self.hand_over)

    def accept(self, day: date) -> None:
        if day not in {FIRST, UNACCEPTED}:
            assert "accepted" in self.team.types(self.team.serving(), "/handover accept")

    def hand_over(self) -> None:
        who = self.team.serving()
        self.team.types(who, f"/handover note if number {len(self.outages)} comes back, restart it")
        assert "submitted" in self.team.types(who, "/handover submit")

    def outage(self) -> None:
        text = OUTAGES[len(self.outages) % 2].format(number=f"app{len(self.outages)}")
        message = self.team.reports(text)
        self.outages.append(message)
        self.after(self.random.choice((2, 3, 12)), lambda: self.take(message))

    def take(self, message: str) -> None:
        self.team.reacts(self.team.serving(), message, "eyes")
        self.after(1, lambda: self.team.reacts(self.team.serving(), message, "memo"))
        self.after(15, lambda: self.team.writes(self.team.serving(), "looking into the ingress", message))
        self.after(self.random.choice((20, 70)), lambda: self.resolve(message))

    def resolve(self, message: str) -> None:
        number = self.team.request(message).id
        said = self.team.types(self.team.serving(), f"/oncall resolve {number} https://docs.example.org/{number}")
        assert f"#{number}" in said, said

    # -- what else happens

    def absence(self) -> None:
        who = self.team.serving(local(date(2026, 11, 6), 12))
        assert "You are off" in self.team.types(who, "/oncall off 2026-11-06..2026-11-09 family")
        assert self.team.serving(local(date(2026, 11, 6), 12)) != who

    def weekend_outage(self) -> None:
        message = self.team.reports("production is down for all our users, 503 everywhere in weekend-prod")
        self.outages.append(message)
        self.at(local(date(2026, 11, 9), 9, 5), lambda: self.take(message))

    def swap(self) -> None:
        first, day = date(2026, 11, 13), date(2026, 11, 16)
        mine = self.team.serving(local(first, 12))
        while (his := self.team.serving(local(day, 12))) == mine:
            day = self.team.calendar.next_working(day)
        asked = self.team.types(mine, f"/oncall swap {first} @{his} {day}")
        assert "I asked" in asked, asked
        assert "swapped" in self.team.types(his, "/oncall swap accept 1")
        assert self.team.serving(local(first, 12)) == his

    def divide(self) -> None:
        """Let a lead put somebody else on duty in the middle of a day."""
        other = next(one for one in TEAM if one != self.team.serving())
        assert "is on call for" in self.team.types(LEAD, f"/oncall-list assign now @{other}")


@pytest.fixture
def story(sqlite_url: str, tmp_path: Path) -> Iterator[Story]:
    sys.stdout.write(f"WATCHBILL_SEED={SEED}\n")
    with team(sqlite_url, tmp_path, local(FIRST, 9, 5)) as found:
        yield Story(found, Random(SEED))


def working_days(team: Team) -> list[date]:
    days = [FIRST + ahead * DAY for ahead in range((LAST - FIRST).days + 1)]
    return [day for day in days if team.calendar.is_working(day)]


@pytest.mark.slow
def test_in_three_weeks_every_day_is_handed_over_every_request_ends_and_nobody_is_told_twice(story: Story) -> None:
    days = working_days(story.team)
    assert len(days) == 14
    assert HOLIDAY not in days
    for day in days:
        story.day(day)
    story.at(local(date(2026, 11, 3), 13), story.absence)
    story.at(local(date(2026, 11, 7), 14), story.weekend_outage)
    story.at(local(date(2026, 11, 9), 13), story.swap)
    story.at(local(DIVIDED, 15), story.divide)
    story.play()
    story.team.until(local(MONDAY_AFTER, 11))

    kept = raw(story.team)
    assert story.team.restarts > 10
    check_handovers(story.team, kept, days)
    check_requests(kept, story.outages)
    check_the_log(kept)
    check_that_nobody_was_told_twice(story.team)
    check_the_digests(story.team)


def check_handovers(team: Team, kept: Raw, days: list[date]) -> None:
    """Each working day has exactly one, stored, and accepted or told to the leads; a divided one has a part besides."""
    whole = [row for row in kept.handovers if not row.is_part]
    assert [row.shift_start for row in whole] == [local(day, 9) for day in days]
    assert all(row.is_filed and row.body for row in kept.handovers)
    automatic = [row.shift_start for row in whole if row.submitted_by is None]
    assert automatic == [local(MISSED, 9)]
    reported = [row for row in kept.handovers if row.state is not HandoverState.ACCEPTED]
    for row in reported:
        assert any(f"has not accepted handover #{row.id} " in said for said in team.told(LEAD)), row.id
    assert local(HOLIDAY - DAY, 9) in {row.shift_start for row in reported}
    (part,) = [row for row in kept.handovers if row.is_part]
    assert (part.shift_start, part.shift_end) == (local(DIVIDED, 9), local(DIVIDED, 15))
    check_chain(whole)


def check_chain(whole: list[Handover]) -> None:
    """Whoever takes over hands over next, unless duty passed on within the day."""
    for before, after in pairwise(whole):
        assert before.shift_end == after.shift_start
        if after.shift_start != local(DIVIDED, 9):
            assert before.incoming == after.outgoing, before.shift_start
    assert {row.outgoing for row in whole} == set(TEAM)


def check_requests(kept: Raw, outages: list[str]) -> None:
    """Every report became one request, which was taken and resolved, and whose timeline says so in order."""
    assert [one.root for one in kept.requests] == outages
    for request in kept.requests:
        assert (request.request_class, request.state) == (RequestClass.URGENT, RequestState.RESOLVED), request.text
        story = [entry.what for entry in kept.timeline if entry.request_id == request.id]
        assert story[0] == "opened"
        assert [story.count(what) for what in ("opened", "acknowledged", "resolved")] == [1, 1, 1], story
        assert story.index("acknowledged") < story.index("resolved"), story


def check_the_log(kept: Raw) -> None:
    """The log has what happened to each request, once, and what was noted of it."""
    assert [one for one, count in Counter((entry.at, entry.text) for entry in kept.log).items() if count > 1] == []
    lines = Counter(entry.text for entry in kept.log)
    for request in kept.requests:
        mine = [line for text, count in lines.items() if text.startswith(f"#{request.id}:") for line in [text] * count]
        assert ["is on it" in line for line in mine].count(True) == 1, mine
        assert ["resolved" in line for line in mine].count(True) == 1, mine
    assert sum("📝" in text for text in lines) == len(kept.requests)
    assert sum("is on duty, in place of" in text for text in lines) == 1


def check_that_nobody_was_told_twice(team: Team) -> None:
    """Nothing was said twice in the same place on the same day, and all of it arrived once."""
    said = Counter(team.said())
    assert [one for one, count in said.items() if count > 1] == []
    assert team.arrived() == len(said) > 100
    assert {name for name in NAMES if team.told(name)} >= {*TEAM, LEAD}


def check_the_digests(team: Team) -> None:
    """Each week was told once, on its Monday, with the figures that a second count of the raw records gives."""
    told = [one for one in team.said() if one.text.startswith("The week ")]
    assert [one.day for one in told] == [date(2026, 11, 9), date(2026, 11, 16), MONDAY_AFTER]
    for one in told:
        found = recounted(team, one.day)
        lines = one.text.splitlines()
        assert lines[1].startswith(f"• {found.total} requests, ")
        assert found.classes == {"urgent": found.total}
        assert lines[2].startswith(f"• {found.total} urgent")
        assert lines[3] == f"• #devops-sos {found.places['devops-sos']}"
        for line, (number, median) in zip(lines[4:6], (found.first_answers, found.resolutions), strict=True):
            assert median is not None
            assert f": {worded(median[0])}, median of {number}" in line
        waited = lines[lines.index("Waited longest for a person") + 1 :]
        for line, (number, took) in zip(waited, found.waited, strict=False):
            assert line.startswith(f"• #{number} urgent in #devops-sos, {worded(took)}")


def recounted(team: Team, monday: date) -> Recount:
    """Count the week before a Monday anew, from the raw records."""
    with team.store.reading() as session:
        return recount(
            session,
            local(monday - 7 * DAY, 0),
            local(monday, 0),
            lambda _rotation, start, end: team.calendar.working_time_between(start, end),
        )


def worded(span: timedelta) -> str:
    """Give a length of under a day as people say it."""
    hours, minutes = divmod(round(span / MINUTE), 60)
    return " ".join(f"{number} {unit}" for number, unit in ((hours, "h"), (minutes, "min")) if number)
