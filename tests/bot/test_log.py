"""The logs: one line an event, to read by machines or people, and never anybody's words."""

import json
import subprocess
import sys

import pytest

PROGRAM = """
import logging, sys, structlog
from bot import log
log.configure(is_readable={is_readable})
lines = structlog.get_logger("bot.intake")
lines.debug("too.quiet")
with structlog.contextvars.bound_contextvars(request_id=142):
    lines.error("event.failed", key="msg:C:1", attempts=2)
for name in ("slack_sdk", "slack_bolt", "uvicorn", "apscheduler", "urllib3", "alembic"):
    logging.getLogger(name).info("a payload with hunter2")
    logging.getLogger(name).debug("a payload with hunter2")
logging.getLogger("slack_sdk").warning("reconnecting")
"""

WORDS = """
import dataclasses, pathlib, sys
from bot import log
log.configure(is_readable=False)
from bot.store import Store
from models.records.request import Request
from sqlalchemy import update
from tests.bot.trial import Trial, given, posted
store = Store("sqlite:///" + sys.argv[1])
store.migrate()
trial = Trial(store)
trial.intake.receive(posted("outage hunter2"))
with store.transaction() as session:
    session.execute(update(Request).values(reasons=7))
trial.intake.receive(given("why 1 hunter2"))
trial.intake.receive(given("hunter2", key="act:2"))
"""


def written(program: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "", "standard output belongs to what was asked for"
    return done.stderr


def test_a_line_is_json_with_its_event_its_fields_and_what_is_bound() -> None:
    first = json.loads(written(PROGRAM.format(is_readable=False)).splitlines()[0])
    assert first.pop("timestamp").endswith("Z")
    assert first == {"event": "event.failed", "level": "error", "key": "msg:C:1", "attempts": 2, "request_id": 142}


def test_for_a_person_it_is_a_line_without_colours() -> None:
    said = written(PROGRAM.format(is_readable=True))
    assert "event.failed" in said
    assert "request_id=142" in said
    assert "\x1b" not in said


@pytest.mark.parametrize("is_readable", [True, False])
def test_the_libraries_chatter_is_left_out_and_their_warnings_are_kept(*, is_readable: bool) -> None:
    said = written(PROGRAM.format(is_readable=is_readable))
    assert "hunter2" not in said
    assert "too.quiet" not in said
    assert "WARNING slack_sdk reconnecting" in said


def test_what_people_wrote_is_in_no_line_even_where_a_handler_fails(tmp_path: object) -> None:
    said = written(WORDS, f"{tmp_path}/store.db")
    assert "event.failed" in said
    assert "hunter2" not in said
