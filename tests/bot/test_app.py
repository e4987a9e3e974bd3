"""The whole bot as it is built and joined: started, healthy, ready, stopped, reloaded."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app import STALLED_SECONDS, Bot, build, command_hints, command_names, open_store, standing_of
from bot.clock import SteppingClock
from bot.metrics import Metrics
from bot.settings import Settings
from bot.store import Store
from handlers import registry
from handlers.context import Standing
from handlers.feed_address import address
from models.errors import ConfigError
from models.records.delivery import OutboxRow, OutboxState
from models.records.request import Request
from tests.bot.configurations import SOUND, settings, spoilt
from tests.bot.trial import NOW, posted
from tests.fakes.platform import ScriptedPlatform
from tests.handlers.build import policy
from tests.handlers.desk import of_words


class Flat(ScriptedPlatform):
    """A platform that can be away."""

    is_away = False

    def is_healthy(self) -> bool:
        return not self.is_away


@pytest.fixture
def platform() -> Flat:
    return Flat()


@pytest.fixture
def bot(sqlite_url: str, platform: Flat) -> Iterator[Bot]:
    clock = SteppingClock(NOW, is_running=False)
    made = build(Store(sqlite_url), clock, Standing(policy(), of_words(), ("slack",)), [platform], Metrics())
    made.due_seconds = 0.05
    made.start()
    yield made
    made.stop()


def eventually(bot: Bot, *states: OutboxState) -> list[OutboxRow]:
    """Give what is in the outbox once all of it is in one of the states."""
    waiting = threading.Event()
    for _ in range(500):
        with bot.store.reading() as session:
            rows = list(session.scalars(select(OutboxRow)))
        if rows and {row.state for row in rows} <= set(states):
            return rows
        waiting.wait(0.01)
    raise AssertionError([(row.id, row.state) for row in rows])


def test_from_an_event_to_the_platform_by_way_of_the_store(bot: Bot, platform: Flat) -> None:
    bot.intake.learn_channels("slack", [("C-devops-sos", "devops-sos")])
    bot.intake.receive(posted("outage"))
    eventually(bot, OutboxState.SENT)
    assert any("you are on call" in str(effect) for effect in platform.done.values())
    with bot.store.reading() as session:
        assert session.scalars(select(Request.paged_at)).one() == NOW


def test_what_is_due_is_looked_for_without_any_event(bot: Bot) -> None:
    bot.intake.receive(posted("outage"))
    eventually(bot, OutboxState.SENT)
    assert isinstance(bot.clock, SteppingClock)
    bot.clock.set(NOW + timedelta(minutes=5))
    waiting = threading.Event()
    for _ in range(500):
        with bot.store.reading() as session:
            if "direct" in [row.effect["kind"] for row in session.scalars(select(OutboxRow)) if row.purpose == "page"]:
                break
        waiting.wait(0.01)
    else:
        pytest.fail("the step that was due never came")


def test_a_platform_that_is_away_makes_it_unready_and_not_dead(bot: Bot, platform: Flat) -> None:
    assert (bot.problems(), bot.absences()) == ([], [])
    platform.is_away = True
    assert (bot.problems(), bot.absences()) == ([], ["slack is away"])


def test_a_loop_that_has_stopped_is_named(bot: Bot) -> None:
    bot.deliveries[0].stop()
    bot.deliveries[0].last_round -= STALLED_SECONDS + 1
    assert bot.problems() == ["delivery to slack has stopped"]


def test_a_store_that_is_away_makes_it_unready_and_the_figures_go_on(bot: Bot, tmp_path: Path) -> None:
    bot.render()
    away = build(
        Store(f"sqlite:///{tmp_path}/gone/store.db"),
        bot.clock,
        bot.intake.standing,
        bot.ports,
        bot.metrics,
    )
    assert any(said.startswith("the store is away") for said in away.absences())
    assert b"watchbill_outbox_owed NaN" in away.render()


def test_the_figures_say_how_much_is_owed(bot: Bot) -> None:
    eventually(bot, OutboxState.SENT)
    assert b"watchbill_outbox_owed 0.0" in bot.render()


def test_the_figures_say_of_each_platform_whether_events_can_come(bot: Bot) -> None:
    said = [b'watchbill_chat_up{platform="%s"} %.1f' % (one.name.encode(), one.is_healthy()) for one in bot.ports]
    assert said
    assert all(one in bot.render() for one in said)


def configured(directory: Path) -> Settings:
    text = f"database: {{url: 'sqlite:///{directory / 'store.db'}'}}\n"
    return settings(directory, SOUND + text)


def test_a_store_that_is_behind_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="run: watchbill migrate --config"):
        open_store(configured(tmp_path))


def test_a_store_that_another_process_holds_is_refused(tmp_path: Path) -> None:
    found = configured(tmp_path)
    Store(found.database.url).migrate()
    held = open_store(found)
    try:
        with pytest.raises(ConfigError, match="another Watchbill process is using"):
            open_store(found)
    finally:
        held.close()
    open_store(found).close()


def test_what_stands_is_what_was_configured(tmp_path: Path) -> None:
    standing = standing_of(configured(tmp_path))
    assert standing.platforms == ("local",)
    assert standing.policy.oncall.leads == ("amina",)


FEEDS = "http: {public_url: 'https://watchbill.example.org', feed_secret: 0123456789abcdef}\n"


def test_the_feeds_have_the_address_and_the_secret_that_are_configured(tmp_path: Path) -> None:
    standing = standing_of(settings(tmp_path, SOUND + FEEDS))
    assert standing.feed_secret == "0123456789abcdef"
    found = address(standing, "person", "amina")
    assert found is not None
    assert found.startswith("https://watchbill.example.org/calendar/person/amina/")


def test_the_local_chat_alone_has_feeds_on_this_machine_that_nobody_has_to_configure(tmp_path: Path) -> None:
    first, second = standing_of(configured(tmp_path)), standing_of(configured(tmp_path))
    assert len(first.feed_secret) == 64
    assert first.feed_secret != second.feed_secret
    assert (address(first, "rotation", "platform") or "").startswith(
        "http://127.0.0.1:8080/calendar/rotation/platform/"
    )


def test_people_on_a_platform_have_no_feeds_until_there_is_a_secret(tmp_path: Path) -> None:
    slack = "slack: {bot_token: xoxb-1, app_token: xapp-1}"
    standing = standing_of(settings(tmp_path, spoilt("[local]", f"[local, slack], {slack}")))
    assert (standing.feed_secret, address(standing, "rotation", "platform")) == ("", None)


def test_every_command_is_known_by_name_and_completed_in_every_form() -> None:
    assert set(command_names()) == {command.name for command in registry.COMMANDS}
    assert len(command_names()) == len(set(command_names()))
    assert len(command_hints()) == len(registry.COMMANDS)
