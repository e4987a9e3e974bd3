"""What the bot says about days that it cannot read."""

from datetime import date

from handlers.wording import times

EXAMPLES = "Write it as 2026-12-03, 3 dec, fri, today or tomorrow."


def no_day(given: str) -> str:
    """Say that a text is no day."""
    return f"“{given[:40]}” is no day that I can read. {EXAMPLES}" if given.strip() else f"Which day? {EXAMPLES}"


def numbers_only(given: str) -> str:
    """Refuse a date in numbers alone, which people read in two ways."""
    return f"“{given[:40]}” can be read in more than one way: which is the day, and which the month? {EXAMPLES}"


def which_of_two(given: str, first: date, second: date) -> str:
    """Ask which of two days is meant."""
    return (
        f"Which day do you mean by “{given[:40]}”: "
        f"{times.day(first)} ({first.isoformat()}) or {times.day(second)} ({second.isoformat()})?"
    )


def too_far(day: date) -> str:
    """Refuse a day that nobody plans for."""
    return f"{day.isoformat()} is too far away. {EXAMPLES}"
