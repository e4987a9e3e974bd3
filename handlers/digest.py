"""The weekly digest: how the week went, told in operations once, and to whoever asks. Source: DESIGN §5, §6.

A week begins on the weekday on which it is told, so that a digest told on Monday is of Monday to Sunday.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from handlers import duty, runbook_debt, thanks
from handlers.command import Call, Command
from handlers.context import Answer, Context, Standing
from handlers.job import Job
from handlers.wording import digest as wording
from models import digest as figures
from models.chart import Chart
from models.digest import Period
from models.effects import Post
from models.events import TimeCame
from models.policy import ChannelKind, Digest, Rotation, Weekday
from models.records import debt as debts
from models.records import event as received
from models.records import figures as records
from models.records import incident_board
from models.records.delivery import Purpose
from models.rota.calendar import DAY, WorkCalendar
from models.rota.duty import who_is_on
from models.triage.verdict import RequestClass

DIGEST = "digest"
WEEK = 7 * DAY
PICTURED_WEEKS = 6
FEWEST_PICTURED = 5
MOST_LISTED = 3
MOST_WEEKS_AGO = 52
WEEKS_AHEAD = 60


@dataclass(frozen=True, slots=True)
class Told:
    """What a digest tells. pictured: how many requests of each class a day brought, in the weeks up to its end."""

    facts: wording.Facts
    picture: Chart | None


# -- when


def due(session: Session, standing: Standing, now: datetime) -> Iterable[TimeCame]:
    """Give the digest of the last week, where its time has come.

    One that was missed is told late, on a working day of the same week; after that it is let go. A bot that began in
    this week has nothing to tell yet.
    """
    calendar, wanted = _calendar(standing), standing.policy.digest
    if calendar is None or wanted is None or not _is_working(standing, calendar.day_of(now)):
        return
    end = calendar.midnight(_begin(wanted, calendar.day_of(now)))
    at = _told_at(standing, calendar, wanted, calendar.day_of(end))
    event = TimeCame.of(DIGEST, "", end)  # its key holds when the time of day is changed after it was told
    if at is None or at > now or received.has_come(session, event):
        return
    began = records.began(session)
    if began is not None and began < end:
        yield event


def coming(session: Session, standing: Standing, now: datetime) -> datetime | None:
    """Give when the next digest is told."""
    del session
    calendar, wanted = _calendar(standing), standing.policy.digest
    if calendar is None or wanted is None:
        return None
    begin = _begin(wanted, calendar.day_of(now))
    times = (_told_at(standing, calendar, wanted, begin + ahead * WEEK) for ahead in range(WEEKS_AHEAD))
    return next((at for at in times if at is not None and at > now), None)


def _calendar(standing: Standing) -> WorkCalendar | None:
    """Give the days of the default rotation, where there is anybody to tell in operations; else None."""
    if standing.policy.channel_of_kind(ChannelKind.OPERATIONS) is None:
        return None
    return next(iter(standing.calendars.values()), None)


def _is_working(standing: Standing, day: date) -> bool:
    return any(one.is_working(day) for one in standing.calendars.values())


def _begin(wanted: Digest, day: date) -> date:
    """Give the first day of the week that a day is in."""
    return day - (day.weekday() - list(Weekday).index(wanted.day)) % 7 * DAY


def _told_at(standing: Standing, calendar: WorkCalendar, wanted: Digest, begin: date) -> datetime | None:
    """Give when it is told in a week: on its first working day; None in a week without any."""
    days = (begin + ahead * DAY for ahead in range(7))
    return next((calendar.at(day, wanted.at) for day in days if _is_working(standing, day)), None)


# -- what


def tell(ctx: Context, event: TimeCame) -> None:
    """Post the digest of the week that ended at an instant, on every platform that has the operations channel."""
    channel = ctx.policy.channel_of_kind(ChannelKind.OPERATIONS)
    if channel is None:
        return
    told = gathered(ctx, weeks_ago(ctx.standing, event.at, 1))
    for platform in ctx.standing.platforms:
        place = ctx.channel_id(channel.name, platform)
        if place is not None:
            said = wording.digest(told.facts, platform)
            ctx.say(Post(place, said, picture=told.picture), purpose=Purpose.NOTICE, platform=platform)


def gathered(ctx: Context, period: Period) -> Told:
    """Gather what a digest tells of a period; one that has not ended is compared with as much of the week before."""
    session, standing, now = ctx.session, ctx.standing, ctx.now
    calendar = next(iter(standing.calendars.values()))
    cut = Period(period.start, min(period.end, now))
    before = Period(*(_a_week_earlier(calendar, at) for at in (cut.start, cut.end)))
    days = _days(calendar, cut)
    rows = records.requests(session, Period(before.start, cut.end))
    facts = wording.Facts(
        first=calendar.day_of(period.start),
        last=calendar.day_of(cut.end - duty.INSTANT),
        is_running=cut.end < period.end,
        week=figures.week(rows, cut, _working(standing)),
        before=figures.week(rows, before, _working(standing)),
        waited=figures.waited_longest(rows, cut, _working(standing), MOST_LISTED),
        corrections=figures.corrections(records.corrections(session, cut)),
        debts=_debts(ctx),
        helpers=_helpers(ctx, cut),
        shifts=_shifts(session, standing, now) if _is_newest(standing, period, now) else (),
        zone=standing.policy.zone,
        incidents=_incidents(session, cut),
    )
    opened = records.opened(session, Period(calendar.midnight(days[0]), cut.end))
    return Told(facts, _picture(standing, opened, days))


def _incidents(session: Session, period: Period) -> tuple[int, int]:
    """Give how many incidents began in a period, and how many were resolved."""
    began = incident_board.count_opened(session, period.start, period.end)
    return began, incident_board.count_resolved(session, period.start, period.end)


def weeks_ago(standing: Standing, at: datetime, number: int) -> Period:
    """Give the week that an instant is in (0), the one before it (1) and so on."""
    calendar = next(iter(standing.calendars.values()))
    begin = _begin(standing.policy.digest or Digest(), calendar.day_of(at)) - number * WEEK
    return Period(calendar.midnight(begin), calendar.midnight(begin + WEEK))


def week_of(standing: Standing, year: int, number: int) -> Period:
    """Give the week that begins in a week of the ISO calendar. Raises ValueError where there is no such one."""
    day = (standing.policy.digest or Digest()).day
    return weeks_ago(standing, _noon(standing, date.fromisocalendar(year, number, list(Weekday).index(day) + 1)), 0)


def _noon(standing: Standing, day: date) -> datetime:
    return next(iter(standing.calendars.values())).midnight(day) + DAY / 2


def _is_newest(standing: Standing, period: Period, now: datetime) -> bool:
    """Say whether a period is the running week, or the one before it."""
    return period.end > now or period == weeks_ago(standing, now, 1)


def _a_week_earlier(calendar: WorkCalendar, at: datetime) -> datetime:
    """Give the same civil time a week earlier."""
    local = at.astimezone(calendar.zone)
    return calendar.at((local - WEEK).date(), local.time())


def _working(standing: Standing) -> figures.WorkingTime:
    """Give how working time is counted: in the hours of the request's rotation, else in those of the default one."""
    default = next(iter(standing.calendars.values()))

    def working(rotation: str | None, start: datetime, end: datetime) -> timedelta:
        return standing.calendars.get(rotation or "", default).working_time_between(start, end)

    return working


def _debts(ctx: Context) -> Sequence[wording.Debt]:
    """Give the runbook debts, the oldest first."""
    found = [
        wording.Debt(
            number=one.request.id,
            platform=one.request.platform,
            channel=one.request.channel,
            root=one.request.root,
            name=runbook_debt.debtor_name(ctx, one),
            since=one.since,
        )
        for one in debts.open_debts(ctx.session)
    ]
    return sorted(found, key=lambda debt: (debt.since, debt.number))


def _helpers(ctx: Context, period: Period) -> Sequence[wording.Helper]:
    """Give who helped others in a period, and how often, the most first."""
    return [_helper(ctx, one) for one in thanks.helpers_of(ctx, period.start, period.end)]


def _helper(ctx: Context, one: thanks.Helper) -> wording.Helper:
    platform, _, user = one.who.partition(":") if ctx.policy.person(one.who) is None else ("", "", "")
    return wording.Helper(one.name, one.thanks + one.first_answers, platform, user)


# -- who comes next


def _shifts(session: Session, standing: Standing, now: datetime) -> Sequence[wording.Shifts]:
    return [_shifts_of(session, standing, rotation, now) for rotation in standing.policy.oncall.rotations]


def _shifts_of(session: Session, standing: Standing, rotation: Rotation, now: datetime) -> wording.Shifts:
    """Give who is on call on each working day from today to the end of the running week."""
    calendar = standing.calendar(rotation)
    today = calendar.day_of(now)
    end = _begin(standing.policy.digest or Digest(), today) + WEEK
    rota = standing.shelf.near(session, calendar, now)
    days = [day for ahead in range((end - today).days) if calendar.is_working(day := today + ahead * DAY)]
    serving = [(day, who_is_on(rota, max(now, calendar.hours_of(day)[0])).engineer) for day in days]
    return wording.Shifts(rotation.name, [(day, _named(standing, engineer)) for day, engineer in serving])


def _named(standing: Standing, engineer: str | None) -> str | None:
    person = standing.policy.person(engineer)
    return person.name if person is not None else engineer


# -- the picture


def _days(calendar: WorkCalendar, cut: Period) -> Sequence[date]:
    """Give the civil days of the last weeks, the period's included."""
    first, last = calendar.day_of(cut.start) - (PICTURED_WEEKS - 1) * WEEK, calendar.day_of(cut.end - duty.INSTANT)
    return [first + ahead * DAY for ahead in range((last - first).days + 1)]


def _picture(standing: Standing, opened: Sequence[tuple[RequestClass, datetime]], days: Sequence[date]) -> Chart | None:
    """Give the picture of the working days, and of days off that brought something; None where there is little."""
    calendar = next(iter(standing.calendars.values()))
    if len(opened) < FEWEST_PICTURED:
        return None
    counts = figures.per_day(opened, days, calendar.day_of)
    shown = [day for day in days if _is_working(standing, day) or any(counts[day].values())]
    begins = {next((day for day in shown if day >= days[at]), None) for at in range(0, len(days), 7)}
    return wording.picture([(day, counts[day], day in begins) for day in shown])


# -- the command


def _digest(ctx: Context, call: Call) -> Answer:
    period = weeks_ago(ctx.standing, ctx.now, _ago(call))
    return Answer(reply=wording.digest(gathered(ctx, period).facts, ctx.platform))


def _ago(call: Call) -> int:
    """Give how many weeks ago is asked about; 0, the running one, where nothing is said."""
    if not call.words:
        return 0
    word = call.words[0]
    weeks = int(word) if word.isascii() and word.isdigit() and len(word) < 3 else 0  # noqa: PLR2004 - more is refused
    if len(call.words) > 1 or not 1 <= weeks <= MOST_WEEKS_AGO:
        raise call.wrong(wording.no_weeks(call.text, MOST_WEEKS_AGO))
    return weeks


COMMANDS: tuple[Command, ...] = (
    Command(
        "oncall",
        "digest",
        "[weeks ago]",
        "how this week goes against the last, or how an earlier one went",
        "/oncall digest 1",
        _digest,
    ),
)

TELLING = Job(DIGEST, "the weekly digest", due, coming, tell)
