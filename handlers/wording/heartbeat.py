"""What is said of a monitoring system that must keep telling that it lives, and stopped."""

from datetime import timedelta

from handlers.wording import times

JOB = "a heartbeat that stopped"
RETURN_JOB = "the bot is back, and hears again"


def lost(name: str, source: str, silent: timedelta) -> str:
    """Give the title of the incident: the monitoring has gone deaf."""
    return f"{name} of {source} has not been heard of for {times.span(silent)}: alerts may not reach us"


def never_seen(name: str, source: str) -> str:
    """Say that a heartbeat was never heard of, so that nobody would notice its end."""
    return f"the heartbeat {name} of {source} was never seen; its end is told only once it was"
