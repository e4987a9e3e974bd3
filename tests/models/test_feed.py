"""What feeds show after what they showed: sequences rise, what is no longer so is cancelled, and keys fit one feed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from models.feed import Entry, Key, Shown, brought_up, feed_key, is_feed_key

NOW = datetime(2026, 11, 2, 10, 0, 0, 987, tzinfo=UTC)
SINCE = NOW - timedelta(days=31)
HOUR = timedelta(hours=1)


def entry(engineer: str = "ana", hours: int = 24, start: datetime = datetime(2026, 11, 3, 9, tzinfo=UTC)) -> Entry:
    return Entry("platform", "", start, start + hours * HOUR, engineer, f"{engineer} on call", "next on the list")


def after(before: dict[Key, Shown], *entries: Entry, now: datetime = NOW) -> dict[Key, Shown]:
    return dict(brought_up(before, entries, SINCE, now))


def only(shown: dict[Key, Shown]) -> Shown:
    (one,) = shown.values()
    return one


def test_what_is_new_begins_with_sequence_zero_in_whole_seconds() -> None:
    one = only(after({}, entry()))
    assert (one.sequence, one.modified, one.is_cancelled) == (0, NOW.replace(microsecond=0), False)


def test_what_has_not_changed_stays_as_it_was_shown() -> None:
    first = after({}, entry())
    assert after(first, entry(), now=NOW + HOUR) == first


def test_each_change_raises_sequence_and_modified_under_the_same_uid() -> None:
    first = after({}, entry())
    for changed in (entry("ben"), entry(hours=23), replace(entry(), description="Lea put ana on duty")):
        second = only(after(first, changed, now=NOW + HOUR))
        assert (second.uid, second.sequence) == (only(first).uid, 1)
        assert (second.engineer, second.end) == (changed.engineer, changed.end)
        assert second.modified == (NOW + HOUR).replace(microsecond=0)


def test_two_changes_within_a_second_are_modified_one_after_the_other() -> None:
    first = after({}, entry())
    second = after(first, entry("ben"))
    third = after(second, entry("cleo"))
    assert only(first).modified < only(second).modified < only(third).modified


def test_what_is_no_longer_so_is_cancelled_once_and_comes_back_with_a_higher_sequence() -> None:
    first = after({}, entry())
    gone = after(first, now=NOW + HOUR)
    assert (only(gone).is_cancelled, only(gone).sequence) == (True, 1)
    assert after(gone, now=NOW + 2 * HOUR) == gone
    back = only(after(gone, entry(), now=NOW + 3 * HOUR))
    assert (back.is_cancelled, back.sequence, back.uid) == (False, 2, only(first).uid)


def test_what_has_become_too_old_is_left_out_and_not_cancelled() -> None:
    first = after({}, entry())
    ended = only(first).end
    assert dict(brought_up(first, (), ended, NOW)) == {}
    assert only(dict(brought_up(first, (), ended - HOUR, NOW))).is_cancelled


def test_a_persons_event_is_another_than_the_rotations() -> None:
    shown = after({}, entry(), replace(entry(), person="ana"), replace(entry(), person="ben"))
    assert len({one.uid for one in shown.values()}) == 3


def test_a_key_is_hard_to_guess_and_opens_one_feed_alone() -> None:
    key = feed_key("s" * 16, "person:ana")
    assert len(key) == 32
    assert int(key, 16)
    assert is_feed_key("s" * 16, "person:ana", key)
    for secret, feed in (("t" * 16, "person:ana"), ("s" * 16, "person:ben"), ("s" * 16, "rotation:ana")):
        assert not is_feed_key(secret, feed, key)
    for wrong in ("", key[:-1], key.upper(), "é" * 32, "\udcff"):
        assert not is_feed_key("s" * 16, "person:ana", wrong)
