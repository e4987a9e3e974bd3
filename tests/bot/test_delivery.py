"""The outbox loop: what is owed is sent, in order, once, at the platform's pace; what fails is told."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.chat.port import LANE, Pace
from bot.clock import SteppingClock
from bot.delivery import MOST_FAULTS, Budgets, Delivery
from bot.metrics import Metrics
from bot.store import Store
from models.effects import Direct, Edit, Effect, Post, React
from models.errors import DeliveryFailed
from models.events import DeliverySettled, Event
from models.message import text
from models.records import delivery, sending
from models.records.delivery import OutboxRow, OutboxState, Purpose
from models.records.lane import Claim, Lane
from tests.fakes.platform import ScriptedPlatform

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


class Sender:
    """A delivery loop on a scripted platform."""

    def __init__(self, store: Store, platform: ScriptedPlatform, holder: str = "one") -> None:
        self.store, self.platform = store, platform
        self.settled: list[DeliverySettled] = []
        self.faults: list[Exception] = []
        self.loop = Delivery(
            platform, store=store, clock=SteppingClock(NOW), metrics=Metrics(), settle=self._settle, holder=holder
        )

    def _settle(self, _session: Session, event: Event) -> None:
        assert isinstance(event, DeliverySettled)
        if self.faults:
            raise self.faults.pop()
        self.settled.append(event)

    def owe(self, *effects: Effect, purpose: Purpose = Purpose.REPLY, request: int | None = None) -> list[int]:
        with self.store.transaction() as session:
            start = len(session.scalars(select(OutboxRow.id)).all())
            rows = [
                delivery.owe(
                    session,
                    key=f"key{start + number}",
                    platform="slack",
                    effect=effect,
                    purpose=purpose,
                    now=NOW,
                    request_id=request,
                )
                for number, effect in enumerate(effects)
            ]
        self.loop.wake()
        return rows

    def state(self, row: int) -> OutboxState:
        with self.store.reading() as session:
            return session.get_one(OutboxRow, row).state

    def tries(self, row: int) -> int:
        with self.store.reading() as session:
            return session.get_one(OutboxRow, row).attempts

    def until(self, is_so: Callable[[], bool], seconds: float = 30.0) -> None:
        end = monotonic() + seconds
        while not is_so():
            assert monotonic() < end, "it did not happen in time"
            sleep(0.005)

    def until_sent(self, rows: Sequence[int]) -> None:
        self.until(lambda: all(self.state(row) is OutboxState.SENT for row in rows))


@contextmanager
def begun(store: Store, *paces: Pace) -> Iterator[Sender]:
    sender = Sender(store, ScriptedPlatform(paces))
    sender.loop.start()
    try:
        yield sender
    finally:
        sender.platform.held.set()
        sender.loop.stop()


def post(words: str, channel: str = "C1") -> Post:
    return Post(channel, text(words))


def said(sender: Sender) -> list[str]:
    return [
        effect.message.plain() for _, effect, _ in sender.platform.calls if isinstance(effect, Post | Edit | Direct)
    ]


def test_what_is_owed_is_sent_in_order_and_its_ids_are_kept(store: Store) -> None:
    with begun(store) as sender:
        rows = sender.owe(post("a"), post("b"), post("c"))
        sender.until_sent(rows)
        assert said(sender) == ["a", "b", "c"]
        with store.reading() as session:
            assert session.get_one(OutboxRow, rows[0]).remote_message == "key0"


def test_a_page_goes_before_the_posts_that_wait(store: Store) -> None:
    with begun(store) as sender:
        sender.platform.held.clear()
        first = sender.owe(post("first"))
        sender.until(lambda: len(sender.platform.calls) == 1)
        waiting = sender.owe(post("reply"))
        page = sender.owe(post("page"), purpose=Purpose.PAGE)
        sender.platform.held.set()
        sender.until_sent([*first, *waiting, *page])
        assert said(sender) == ["first", "page", "reply"]


def test_an_edit_waits_for_its_post_and_gets_its_place(store: Store) -> None:
    with begun(store) as sender:
        sender.platform.held.clear()
        (row,) = sender.owe(post("open"))
        (edit,) = sender.owe(Edit(row, text("taken")))
        sender.until(lambda: len(sender.platform.calls) == 1)
        sender.platform.held.set()
        sender.until_sent([row, edit])
        _, _, target = sender.platform.calls[-1]
        assert target is not None
        assert (target.channel, target.message) == ("C1", "key0")


def test_an_older_edit_is_dropped_where_a_newer_one_waits(store: Store) -> None:
    with begun(store) as sender:
        sender.platform.held.clear()
        (row,) = sender.owe(post("open"))
        sender.until(lambda: len(sender.platform.calls) == 1)
        (older,) = sender.owe(Edit(row, text("taken")))
        (newer,) = sender.owe(Edit(row, text("resolved")))
        sender.platform.held.set()
        sender.until_sent([newer])
        assert sender.state(older) is OutboxState.DROPPED
        assert said(sender) == ["open", "resolved"]


def test_the_edit_of_a_post_that_failed_for_good_is_dropped(store: Store) -> None:
    with begun(store) as sender:
        sender.platform.script.append(DeliveryFailed("channel_not_found", permanent=True))
        (row,) = sender.owe(post("open"))
        (edit,) = sender.owe(Edit(row, text("taken")))
        sender.until(lambda: sender.state(edit) is OutboxState.DROPPED)
        assert sender.state(row) is OutboxState.FAILED


def test_a_lost_answer_is_looked_for_before_anything_is_sent_again(store: Store) -> None:
    with begun(store) as sender:
        sender.platform.script.append("lose")
        (row,) = sender.owe(post("page"), purpose=Purpose.PAGE)
        sender.until(lambda: len(sender.platform.calls) == 1 and sender.state(row) is OutboxState.PENDING)
        _hurry(store)
        sender.loop.wake()
        sender.until_sent([row])
        assert len(sender.platform.calls) == 1
        assert sender.settled[0].is_delivered


def test_a_post_that_cannot_be_found_is_sent_again(store: Store) -> None:
    with begun(store) as sender:
        sender.platform.script.append(DeliveryFailed("timeout", unknown=True))
        (row,) = sender.owe(post("page"))
        sender.until(lambda: len(sender.platform.calls) == 1 and sender.state(row) is OutboxState.PENDING)
        _hurry(store)
        sender.loop.wake()
        sender.until_sent([row])
        assert said(sender) == ["page", "page"]


def test_a_passing_failure_is_tried_again_and_holds_up_nothing_else(store: Store) -> None:
    with begun(store) as sender:
        sender.platform.script.append(DeliveryFailed("connection refused"))
        rows = sender.owe(post("a"), post("b"))
        sender.until_sent(rows)
        assert said(sender) == ["a", "b", "a"]


def test_a_page_that_always_fails_lets_a_later_page_by(store: Store) -> None:
    with begun(store) as sender:
        sender.platform.script.extend(DeliveryFailed("internal_error") for _ in range(3))
        (poison,) = sender.owe(post("poison"), purpose=Purpose.PAGE)
        sender.until(lambda: len(sender.platform.calls) == 3)
        sender.platform.script.extend([None, *(DeliveryFailed("internal_error") for _ in range(50))])
        sender.until_sent(sender.owe(post("later"), purpose=Purpose.PAGE))
        assert sender.state(poison) is not OutboxState.SENT


def test_a_page_that_was_taken_while_its_answer_was_lost_is_found_and_its_edit_goes_out(store: Store) -> None:
    with unwanted_while_it_goes_out(store, "lose") as (sender, page, edit):
        sender.until(lambda: sender.state(page) is OutboxState.PENDING)
        _hurry(store)
        sender.loop.wake()
        sender.until_sent([page, edit])
        assert said(sender) == ["page", "taken"]


def test_a_page_that_was_taken_and_is_not_there_is_not_sent_again_and_that_is_told(store: Store) -> None:
    with unwanted_while_it_goes_out(store, DeliveryFailed("timeout", unknown=True)) as (sender, page, edit):
        sender.until(lambda: sender.state(page) is OutboxState.PENDING)
        _hurry(store)
        sender.loop.wake()
        sender.until(lambda: sender.state(edit) is OutboxState.DROPPED)
        assert (sender.state(page), said(sender)) == (OutboxState.DROPPED, ["page"])
        assert [(told.row, told.is_delivered, told.is_dropped) for told in sender.settled] == [(page, False, True)]


def test_a_page_that_was_taken_before_it_failed_is_not_tried_again_and_that_is_told(store: Store) -> None:
    with unwanted_while_it_goes_out(store, DeliveryFailed("connection refused")) as (sender, page, edit):
        sender.until(lambda: sender.state(edit) is OutboxState.DROPPED)
        assert (sender.state(page), said(sender)) == (OutboxState.DROPPED, ["page"])
        assert [(told.row, told.is_delivered, told.is_dropped) for told in sender.settled] == [(page, False, True)]


@contextmanager
def unwanted_while_it_goes_out(store: Store, answer: Exception | str) -> Iterator[tuple[Sender, int, int]]:
    """Give a page whose request was taken while its call was under way, and the edit that says so."""
    with begun(store) as sender:
        sender.platform.held.clear()
        sender.platform.script.append(answer)
        (page,) = sender.owe(post("page"), purpose=Purpose.PAGE, request=7)
        sender.until(lambda: len(sender.platform.calls) == 1)
        with store.transaction() as session:
            assert delivery.drop_pending_pages(session, 7) == []
        (edit,) = sender.owe(Edit(page, text("taken")), request=7)
        sender.platform.held.set()
        yield sender, page, edit


def test_what_stands_behind_a_lost_answer_waits_until_it_was_looked_for(store: Store) -> None:
    with begun(store) as sender:
        sender.platform.script.append("lose")
        first, second = sender.owe(post("a"), post("b"))
        sender.until(lambda: len(sender.platform.calls) == 1 and sender.state(first) is OutboxState.PENDING)
        _hurry(store)
        sender.loop.wake()
        sender.until_sent([first, second])
        assert said(sender) == ["a", "b"]


def test_a_fault_of_the_adapter_is_given_up_after_a_few_tries(store: Store) -> None:
    with begun(store) as sender:
        sender.platform.script.extend(ValueError("the words of a message") for _ in range(MOST_FAULTS))
        (row,) = sender.owe(post("page"), purpose=Purpose.PAGE, request=7)
        for tries in range(1, MOST_FAULTS):
            sender.until(lambda: sender.tries(row) == tries and sender.state(row) is OutboxState.PENDING)  # noqa: B023
            _hurry(store)
            sender.loop.wake()
        sender.until(lambda: sender.state(row) is OutboxState.FAILED)
        assert [(event.request, event.is_delivered) for event in sender.settled] == [(7, False)]
        assert "words" not in sender.settled[0].error


def test_a_row_that_cannot_be_read_fails_alone_and_is_told(store: Store) -> None:
    sender = Sender(store, ScriptedPlatform())
    (unreadable,) = sender.owe(post("x"), purpose=Purpose.PAGE, request=7)
    with store.transaction() as session:
        session.execute(update(OutboxRow).values(effect={"kind": "of-another-release", "text": "somebody's words"}))
    rows = sender.owe(post("same lane"), post("other lane", "C2"))
    sender.loop.start()
    sender.until_sent(rows)
    sender.loop.stop()
    assert sender.state(unreadable) is OutboxState.FAILED
    assert [(event.request, event.is_delivered) for event in sender.settled] == [(7, False)]
    assert "words" not in sender.settled[0].error


def test_a_page_that_fails_after_it_was_taken_back_is_not_tried_again(store: Store) -> None:
    with begun(store) as sender:
        sender.platform.held.clear()
        sender.platform.script.append(DeliveryFailed("internal_error"))
        (row,) = sender.owe(post("page"), purpose=Purpose.PAGE, request=7)
        sender.until(lambda: len(sender.platform.calls) == 1)
        with store.transaction() as session:
            assert delivery.drop_pending_pages(session, 7) == []
        sender.platform.held.set()
        sender.until(lambda: sender.state(row) is OutboxState.DROPPED)
        assert len(sender.platform.calls) == 1


def test_a_loop_whose_rounds_fail_does_not_count_as_running(store: Store) -> None:
    with begun(store) as sender:
        sender.faults.append(ValueError("while it was settled"))
        pages = sender.owe(post("page"), purpose=Purpose.PAGE)
        sender.until(lambda: not sender.faults)
        before = sender.loop.last_round
        sleep(0.2)
        assert sender.loop.last_round == before, "it waits half a second after a round that failed"
        sender.until_sent(pages)
        sender.until(lambda: sender.loop.last_round > before)


def test_what_the_platform_asks_to_wait_is_waited(store: Store) -> None:
    with begun(store) as sender:
        sender.platform.script.append(DeliveryFailed("ratelimited", retry_after=timedelta(seconds=0.6)))
        rows = sender.owe(post("a"))
        sender.until_sent(rows)
        (first, _, _), (second, _, _) = sender.platform.calls
        assert second - first >= 0.6


def test_a_lane_keeps_its_pace_and_holds_up_no_other(store: Store) -> None:
    with begun(store, Pace(LANE, timedelta(seconds=0.4))) as sender:
        rows = sender.owe(post("a"), post("b"), post("other", "C2"))
        sender.until_sent(rows)
        at = {effect.message.plain(): when for when, effect, _ in sender.platform.calls if isinstance(effect, Post)}
        assert at["b"] - at["a"] >= 0.35
        assert at["other"] - at["a"] < 0.35


def test_a_call_that_hangs_holds_up_its_own_lane_only(store: Store) -> None:
    with begun(store) as sender:
        sender.platform.held.clear()
        sender.owe(post("hangs"))
        sender.until(lambda: len(sender.platform.calls) == 1)
        sender.owe(post("other", "C2"))
        sender.until(lambda: said(sender) == ["hangs", "other"])


def test_a_page_is_settled_once_and_a_reply_is_not(store: Store) -> None:
    with begun(store) as sender:
        pages = sender.owe(post("page"), purpose=Purpose.PAGE, request=7)
        sender.until_sent([*pages, *sender.owe(post("reply"))])
        assert [(event.request, event.is_delivered) for event in sender.settled] == [(7, True)]


def test_a_recipient_who_cannot_be_reached_is_told_apart(store: Store) -> None:
    with begun(store) as sender:
        sender.platform.script.append(DeliveryFailed("user_disabled", permanent=True, recipient=True))
        sender.owe(Direct("U1", text("page")), purpose=Purpose.PAGE, request=7)
        sender.until(lambda: len(sender.settled) == 1)
        assert (sender.settled[0].is_delivered, sender.settled[0].is_recipients_fault) == (False, True)


def test_reactions_out_of_budget_hold_up_no_post(store: Store) -> None:
    with begun(store, Pace("reactions", timedelta(seconds=30))) as sender:
        first = sender.owe(React("C1", "1", "ticket"))
        sender.until_sent(first)
        sender.owe(*(React("C1", str(number), "ticket") for number in range(2, 12)))
        sender.platform._paces = ()
        rows = sender.owe(post("page", "C1"), purpose=Purpose.PAGE)
        sender.until_sent(rows)


def test_what_a_dead_sender_held_is_taken_up_as_doubtful(store: Store) -> None:
    dead = Sender(store, ScriptedPlatform())
    (row,) = dead.owe(post("page"))
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    with store.transaction() as session:
        claim = Claim("slack", "dead", store.instant(session), long_ago, [0, 1, 2, 3])
        assert [owed.id for owed in sending.claim(session, claim, 5)] == [row]
    with begun(store) as sender:
        sender.platform.done["key0"] = post("page")
        sender.until(lambda: sender.state(row) is OutboxState.PENDING)
        _hurry(store)
        sender.loop.wake()
        sender.until_sent([row])
        assert sender.platform.calls == []


def test_two_senders_never_hold_one_lane_at_once(store: Store) -> None:
    sender = Sender(store, ScriptedPlatform())
    sender.owe(post("a"), post("b"))
    with store.transaction() as session:
        now = store.instant(session)
        first = Claim("slack", "first", now, now + timedelta(seconds=45), [0, 1, 2, 3])
        second = Claim("slack", "second", now, now + timedelta(seconds=45), [0, 1, 2, 3])
        assert len(sending.claim(session, first, 5)) == 1
        assert sending.claim(session, second, 5) == []


def test_a_budget_allows_its_burst_and_then_its_pace() -> None:
    budgets, paces = Budgets(), [Pace("tier", timedelta(seconds=60), burst=3)]
    for _ in range(3):
        assert budgets.wait(paces) <= 0
        budgets.spend(paces)
    assert budgets.wait(paces) > 50


def _hurry(store: Store) -> None:
    """Let the wait of what is doubtful be over."""
    with store.transaction() as session:
        session.execute(update(OutboxRow).values(due_at=None))
        session.execute(update(Lane).values(next_at=None))
