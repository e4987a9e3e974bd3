"""The demo begins where its folder left off, and plays its past once, whole."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic, sleep
from urllib.request import urlopen

import pytest
from sqlalchemy import func, select

from bot.demo.run import PAST, Demo
from bot.http.server import HttpServer, application
from handlers.feed_address import address
from models.errors import ConfigError
from models.records.request import Request
from tests.once import made_once

MONDAY = datetime(2036, 11, 24, 18, 5, tzinfo=UTC)
"""An instant that lies ahead of every clock that runs this, so that a restart finds a store that is ahead."""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of a demo that was played, moved on by an hour, and stopped."""
    return made_once(tmp_path_factory, "demo-moved-on", _play)


def _play(folder: Path) -> None:
    demo = Demo(folder, MONDAY)
    demo.start()
    cries(demo)
    demo.advance(timedelta(hours=1))
    demo.stop()
    demo.store.close()


def requests(demo: Demo) -> int:
    with demo.store.reading() as session:
        return session.scalar(select(func.count()).select_from(Request)) or 0


def close(demo: Demo) -> None:
    """Give back what a demo that was never started holds."""
    demo.chat.close()
    demo.store.close()


def cries(demo: Demo) -> None:
    """Let a developer report an outage, and wait until the bot has read it."""
    before, until = requests(demo), monotonic() + 10
    demo.chat.actions.say("farid", "C-devops-sos", "our app in prod gives 503 to everyone", None)
    while requests(demo) == before and monotonic() < until:
        sleep(0.01)
    assert requests(demo) == before + 1


def test_a_demo_that_is_started_again_never_goes_back(played: Path, tmp_path: Path) -> None:
    again = Demo(shutil.copytree(played, tmp_path / "copy"))
    assert not again.is_new
    assert again.now() >= MONDAY + timedelta(minutes=15), "where its last escalation was"
    assert requests(again) >= 10
    close(again)


def test_an_instant_that_the_store_is_past_is_refused(played: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(played, tmp_path / "copy")
    with pytest.raises(ConfigError, match="time never runs back"):
        Demo(folder, MONDAY)
    later = Demo(folder, MONDAY + timedelta(days=1))
    assert later.now() >= MONDAY + timedelta(days=1)
    close(later)


def test_a_past_that_was_cut_short_is_played_anew(tmp_path: Path) -> None:
    killed = Demo(tmp_path, MONDAY)
    killed.bot.start()
    cries(killed)
    killed.stop()
    killed.store.close()

    again = Demo(tmp_path, MONDAY)
    assert again.is_new
    assert requests(again) == 0
    assert again.now() == MONDAY - PAST
    close(again)


def test_a_time_without_an_offset_is_the_organisations_civil_time(tmp_path: Path) -> None:
    demo = Demo(tmp_path, datetime(2026, 11, 23, 10, 5))  # noqa: DTZ001 - what is tested
    assert demo.now() + PAST == datetime(2026, 11, 23, 17, 5, tzinfo=UTC)
    close(demo)


def test_the_calendar_feeds_can_be_tried_without_any_configuration(tmp_path: Path) -> None:
    demo = Demo(tmp_path, MONDAY)
    server = HttpServer(application(demo.bot, [demo.calendar_feeds()]), "127.0.0.1:0")
    server.start()
    demo.is_reached_at(f"http://127.0.0.1:{server.port}")
    found = address(demo.bot.intake.standing, "person", "bob")
    assert found is not None
    with urlopen(found, timeout=5) as answer:
        assert answer.read().startswith(b"BEGIN:VCALENDAR\r\n")
    server.stop()
    close(demo)
