"""Somebody is deactivated in Slack while they are on call, and the bot notices."""

from datetime import timedelta

from tests.fakes.slack import FakeSlack, Rates
from tests.scenarios.house import MONDAY, House, handle, policy, running, workspace


def told(house: House, who: str, words: str) -> str | None:
    return next((str(one) for one in house.slack.dms(handle(who)) if words in str(one)), None)


def test_the_leads_hear_at_once_that_who_is_on_call_was_deactivated(database_url: str) -> None:
    with running(database_url) as house:
        engineer = str(house.duty().engineer)
        house.slack.deactivate(handle(engineer))
        lead = next(one for one in house.policy.oncall.leads if one != engineer)
        assert "has no active account on Slack" in house.until(
            lambda: told(house, lead, f"/oncall-list remove @{engineer}")
        )


def test_what_happened_while_the_bot_was_stopped_is_seen_at_the_next_start(sqlite_url: str) -> None:
    with FakeSlack(rates=Rates(is_on=False)) as slack:
        workspace(slack)
        house = House(sqlite_url, slack, policy=policy())
        house.start()
        house.settled()
        engineer = str(house.duty().engineer)
        house.stop()
        slack.deactivate(handle(engineer))
        slack.forget_undelivered()
        house.resume()
        try:
            lead = next(one for one in house.policy.oncall.leads if one != engineer)
            assert house.until(lambda: told(house, lead, "has no active account on Slack"), 60)
        finally:
            house.stop()


def test_who_comes_later_is_told_with_the_next_mornings_look_ahead(database_url: str) -> None:
    with running(database_url) as house:
        engineer = str(house.duty(MONDAY + timedelta(days=2)).engineer)
        house.slack.deactivate(handle(engineer))
        house.slack.wait_quiet()
        lead = next(one for one in house.policy.oncall.leads if one != engineer)
        house.advance(days=1)
        assert "has no active account on Slack" in house.until(lambda: told(house, lead, "On call in the next 30 days"))
