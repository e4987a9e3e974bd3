"""How long a digest takes over a store of two years: `python -m benchmarks.digest [--requests N] [--only DATABASE]`."""

import argparse
import random
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from benchmarks.databases import chosen
from bot.store import Store
from handlers import digest
from handlers.context import Context, Standing
from models.events import TimeCame
from models.records.request import LabelledExample, Request, RequestState
from models.triage.classifier import Classifier
from models.triage.model import Model
from models.triage.verdict import RequestClass
from tests.handlers.build import policy

NOW = datetime(2026, 11, 23, 9, 15, tzinfo=UTC)
YEARS = timedelta(days=730)
AT_ONCE = 5_000
LIVE = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--only", choices=["sqlite", "postgresql"])
    given = parser.parse_args()
    for name, database in chosen(given.only).items():
        with database() as url:
            store = Store(url)
            store.migrate()
            _fill(store, given.requests)
            print(f"{name}: {given.requests} requests, {_measured(store)}")
            store.close()


def _fill(store: Store, number: int) -> None:
    dice = random.Random(7)
    for start in range(0, number, AT_ONCE):
        with store.transaction() as session:
            rows = [_row(dice, at, number) for at in range(start, min(number, start + AT_ONCE))]
            session.execute(insert(Request), rows)
            examples = [_example(row) for row in rows if dice.random() < 0.05]
            session.execute(insert(LabelledExample), examples)
    if not store.is_sqlite:  # there nobody does that either
        with store.transaction() as session:
            session.execute(text("ANALYZE"))


def _row(dice: random.Random, at: int, number: int) -> dict[str, object]:
    opened = NOW - YEARS + YEARS * at / number
    is_live = at >= number - LIVE
    answered = None if is_live else opened + timedelta(minutes=dice.randrange(1, 600))
    return {
        "platform": "slack", "channel": "C1", "channel_name": "devops-how-to", "is_direct": False, "root": f"m{at}",
        "author": f"U{at % 500}", "author_name": "", "text": "words " * 40, "opened_at": opened,
        "last_message_at": opened, "request_class": dice.choice(list(RequestClass)[:3]), "confidence": 1.0,
        "reasons": [], "runner_up": RequestClass.NONE, "rotation": "platform", "step": 0, "has_answered": False,
        "state": RequestState.OPEN if is_live else RequestState.RESOLVED, "first_answer_at": answered,
        "resolved_at": None if answered is None else answered + timedelta(minutes=dice.randrange(1, 3000)),
        "runbook_url": "https://docs.example.org/",
    }  # fmt: skip


def _example(row: dict[str, object]) -> dict[str, object]:
    return {
        "text": "words",
        "label": RequestClass.URGENT,
        "was": RequestClass.COMMUNITY,
        "by": "U1",
        "at": row["opened_at"],
    }


def _measured(store: Store) -> str:
    standing = Standing(policy(), Classifier.of(Model({}, (), (), 0)), ("slack",))
    period = digest.weeks_ago(standing, NOW, 1)
    lengths = []
    with store.reading() as session:
        for _ in range(7):
            begin = time.perf_counter(), time.process_time()
            digest.gathered(Context(session, NOW, TimeCame.of("digest", "", NOW), standing), period)
            lengths.append((time.perf_counter() - begin[0], time.process_time() - begin[1]))
        plan = _plan(session)
    (wall, cpu), (later, least) = lengths[0], min(lengths)
    said = f"first {wall * 1000:.0f} ms (of the processor {cpu * 1000:.0f})"
    return f"{said}, at best {later * 1000:.0f} ms ({least * 1000:.0f})\n{plan}"


def _plan(session: Session) -> str:
    """Give how the database finds the week's requests."""
    how = "EXPLAIN QUERY PLAN" if session.get_bind().dialect.name == "sqlite" else "EXPLAIN"
    week = f"{NOW - timedelta(days=14):%Y-%m-%d}"
    spans = (
        f"{one} >= '{week}' AND {one} < '{NOW:%Y-%m-%d}'" for one in ("opened_at", "first_answer_at", "resolved_at")
    )
    wanted = (*spans, "state IN ('open', 'acknowledged')")
    asked = f"{how} " + " UNION ".join(f"SELECT id, root, opened_at FROM request WHERE {one}" for one in wanted)
    return "\n".join(f"  {row[-1]}" for row in session.execute(text(asked)))


if __name__ == "__main__":
    main()
