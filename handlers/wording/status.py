"""What the status page says. Anybody may read it, and nobody is named in it."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.wording import times
from models.status import Day, State

NAMES = {
    State.WORKING: "Working",
    State.MAINTENANCE: "Maintenance",
    State.DEGRADED: "Degraded",
    State.DOWN: "Down",
    State.UNKNOWN: "No record",
}
"""What a state is called."""

WERE = {State.DEGRADED: "Was degraded", State.DOWN: "Was down"}
"""What a state is called that is over."""

_IS = {State.DOWN: "down", State.DEGRADED: "degraded", State.MAINTENANCE: "under maintenance"}
_MOST_NAMED = 2

SERVICES = "Services"
OPEN = "Known now"
PLANNED = "Maintenance"
NO_HISTORY = "Nothing else happened."
NONE_PLANNED = "None is planned."
DAYS_IN_WORDS = "Days with trouble"
NOT_THERE_YET = "The status is not known yet. Look again in a minute."
LINKS, FEED, JSON = "For programs", "Feed (Atom)", "The same as JSON"
LEGEND = "One bar is one day: the taller, the worse."
AGO, TODAY = "days ago", "today"


def history(days: int) -> str:
    """Give the heading of what is over."""
    return f"The last {times.count(days, 'day')}"


def headline(states: Sequence[tuple[str, State]], has_other: bool) -> str:
    """Say how all stands in one sentence. has_other: whether there is a known problem of no service of these."""
    for state in (State.DOWN, State.DEGRADED):
        names = [name for name, one in states if one is state]
        if names:
            return f"{_named(names)} {_IS[state]}"
    if has_other:
        return "There is a known problem"
    names = [name for name, one in states if one is State.MAINTENANCE]
    if names:
        return f"{_named(names)} {_IS[State.MAINTENANCE]}; everything else is working"
    return "All services are working" if states else "No problems are known"


def _named(names: Sequence[str]) -> str:
    if len(names) > _MOST_NAMED:
        return f"{len(names)} services are"
    return f"{' and '.join(names)} {'is' if len(names) == 1 else 'are'}"


def heading(service: str | None, title: str, state: State) -> str:
    """Give what an incident is called."""
    said = title or NAMES[state].lower()
    return f"{service}: {said}" if service is not None else said[:1].upper() + said[1:]


def stamp(at: datetime, zone: ZoneInfo, now: datetime | None = None) -> str:
    """Give a local time with its offset: `Mon 23 Nov, 10:42 PDT (UTC−7)`. now: today's day is left out."""
    local = at.astimezone(zone)
    name = local.tzname() or ""
    return f"{_day_and_time(local, now)} {f'{name} ({offset(local)})' if name[:1].isalpha() else offset(local)}"


def _day_and_time(local: datetime, now: datetime | None) -> str:
    today = now.astimezone(local.tzinfo).date() if now is not None else None
    day = "" if local.date() == today else f"{times.day(local.date(), today)}, "
    return f"{day}{local:%H:%M}"


def offset(local: datetime) -> str:
    """Give the offset of a local time as one reads it: `UTC−7`, `UTC+5:30`."""
    minutes = int((local.utcoffset() or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    if not minutes:
        return "UTC"
    return f"UTC{'−' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"


def read_at(at: datetime, zone: ZoneInfo) -> str:
    """Say when it was so."""
    return f"As of {stamp(at, zone)}"


def stale(at: datetime, zone: ZoneInfo) -> str:
    """Say that the page could not be brought up to date since."""
    return f"This page could not be brought up to date since {stamp(at, zone)}. What it shows may have changed."


def blind(since: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Say that the monitoring is not heard of."""
    return f"Our monitoring has not been heard of since {stamp(since, zone, now)}: new trouble may not show here yet."


def began(since: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Say since when there is trouble."""
    return f"Since {stamp(since, zone, now)}, for {times.span(now - since)}."


def since(state: State, at: datetime, zone: ZoneInfo) -> str:
    """Say since when there is trouble, in words that stay true."""
    return f"{NAMES[state]} since {stamp(at, zone)}."


def again(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Say that it was over for a moment."""
    return f"Back since {stamp(at, zone, now)}."


def next_update(at: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Say when there is more to read; nothing where that time has passed."""
    return f"Next update at {stamp(at, zone, now)}." if at > now else ""


def lasted(start: datetime, end: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Say from when to when there was trouble or maintenance."""
    begun, until = start.astimezone(zone), end.astimezone(zone)
    shown = stamp(end, zone, end if begun.date() == until.date() else now)
    first = _day_and_time(begun, now) if begun.utcoffset() == until.utcoffset() else stamp(start, zone, now)
    return f"{first} to {shown}, {times.span(end - start)}."


def maintenance(service: str | None, note: str) -> str:
    """Give what a maintenance is called."""
    what = service if service is not None else "All services"
    return f"{what}: {note}" if note else what


def planned(start: datetime, end: datetime, zone: ZoneInfo, now: datetime) -> str:
    """Say when a maintenance is, or that it is on."""
    if start <= now < end:
        return f"Now, until {stamp(end, zone, now)}."
    return lasted(start, end, zone, now)


def share(up: float | None, days: Sequence[Day]) -> str:
    """Say how much of the time a service was not down; all of it only where that is exactly so."""
    if up is None:
        return "not watched yet"
    percent = int(up * 10000) / 100
    return f"{percent:g} % up in {times.count(sum(1 for one in days if one.known), 'day')}"


def picture(name: str, days: Sequence[Day]) -> str:
    """Say in words what the bars of a service show."""
    counted = [(state, sum(one.state is state for one in days)) for state in (State.DOWN, State.DEGRADED)]
    told = [f"{NAMES[state].lower()} on {times.count(count, 'day')}" for state, count in counted if count]
    unknown = sum(one.state is State.UNKNOWN for one in days)
    told += [f"no record of {times.count(unknown, 'day')}"] if unknown else []
    return f"{name}, the last {len(days)} days: {', '.join(told) or 'no trouble'}"


def day(one: Day, today: Day) -> str:
    """Say how a day was: `Thu 26 Nov: down 14 min, degraded 1 h`."""
    return f"{times.day(one.day, today.day)}: {', '.join(_of_day(one)) or NAMES[one.state].lower()}"


def _of_day(one: Day) -> Iterator[str]:
    for state, length in (
        (State.DOWN, one.down),
        (State.DEGRADED, one.degraded),
        (State.MAINTENANCE, one.maintenance),
    ):
        if length:
            yield f"{NAMES[state].lower()} {times.span(length)}"


def times_are(zone: ZoneInfo, at: datetime) -> str:
    """Say whose civil time is shown."""
    return f"Times are those of {zone.key.replace('_', ' ')}, now {offset(at.astimezone(zone))}."


def news(service: str | None, title: str, state: State, is_over: bool) -> str:
    """Give the title of an incident in the feed."""
    return f"{'Over: ' if is_over else ''}{heading(service, title, state)}"
