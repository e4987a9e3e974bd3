"""What `watchbill forget` says."""

from collections.abc import Iterable, Iterator, Mapping

_TABLES = {
    "absence": "reasons of days off",
    "answers": "answers to commands, whoever asked",
    "asked": "questions on their way",
    "exchange": "reasons of swaps and covers",
    "handover": "handovers",
    "labelled_example": "examples for training",
    "log_entry": "lines of the on-call log",
    "outbox": "messages of mine about their requests or to them",
    "read_message": "messages",
    "received_event": "events that failed",
    "request": "requests",
    "timeline": "reasons in timelines",
}


def report(
    called: str, counts: Mapping[str, int], owed: int, is_learned: bool | None, *, is_applied: bool
) -> Iterator[str]:
    """Say how much of somebody is blanked, and what that means for what was learned.

    owed: messages that are still to go out. is_learned: whether a learned model judges now; None: nothing was learned.
    """
    if not counts:
        yield f"Nothing that {called} wrote is kept."
        return
    yield f"{'Blanked' if is_applied else 'This would blank'}, of {called}:"
    for table, count in sorted(counts.items()):
        yield f"  {count:>6}  {_TABLES.get(table, table)}"
    if owed:
        yield f"  {owed} messages about their requests are still to go out. Run this again once they have."
    if not is_applied:
        yield "Nothing was changed. To do this: add --apply"
        return
    yield "Classes, times and counts stay, and so does what stands in the chat itself."
    if is_learned is not None:
        now = "A new model without their examples" if is_learned else "The shipped model"
        yield f"{now} judges after a restart or SIGHUP; the learned ones from before are deleted."


def whom(who: str, platforms: Iterable[str]) -> str:
    """Say how somebody is named."""
    forms = ", ".join(f"{platform}:HANDLE" for platform in platforms)
    return f"`{who}` names nobody: write a person's id from the configuration, or one of {forms}"


def in_use(database: str) -> str:
    """Say why a SQLite store cannot be changed now, and what to do instead."""
    return (
        f"the bot is running on {database}, which one process alone may change: stop it, run this again, and start it "
        "(beside a running bot this works on PostgreSQL)"
    )
