"""How a request ends, the whole way on Slack: joined by a form, resolved by words, told of, and back again."""

from typing import Any

from models.records.request import RequestState
from tests.scenarios.house import House, running

DOWN = "Our permit site in c4f9d2-prod answers 503 to every citizen since ten minutes, everything is down"


def said(house: House, ts: str) -> str:
    return str([(reply["text"], reply.get("blocks")) for reply in house.slack.thread(ts)])


def reactions(house: House, ts: str) -> set[str]:
    _, message = house.slack.find(ts)
    found: list[dict[str, Any]] = message.get("reactions", [])
    return {one["name"] for one in found}


def test_a_duplicate_is_joined_told_of_once_and_its_original_comes_back(sqlite_url: str) -> None:
    with running(sqlite_url) as house:
        slack = house.slack
        first, second = slack.post("devops-sos", "farid", DOWN), slack.post("devops-operations", "grace", DOWN)
        house.until(lambda: (house.pings(first) and house.pings(second)) or None)
        engineer = house.duty().engineer or ""

        slack.press(engineer, slack.thread(second)[0], "duplicate").wait()
        (view,) = house.until(lambda: slack.views(engineer) or None)
        slack.submit(view, {"of": f"#{house.request(first).id}"}).wait()
        house.until(lambda: "goes on there" in said(house, second) or None)
        assert house.request(second).state is RequestState.DUPLICATE

        word = slack.post("devops-sos", engineer, "fixed", thread_ts=first)
        house.until(lambda: "white_check_mark" in reactions(house, word) or None)
        house.until(lambda: "and with it your request" in said(house, second) or None)
        assert house.request(first).state is RequestState.RESOLVED

        before = len(slack.thread(first))
        slack.post("devops-sos", "farid", "it is down again", thread_ts=first)
        house.until(lambda: house.request(first).state is RequestState.OPEN or None)
        house.until(lambda: len(slack.thread(first)) > before + 1 or None)
        slack.command("grace", "devops-sos", "/oncall", f"show {house.request(first).id}").wait()
        told = house.until(lambda: slack.ephemerals("grace") or None)
        assert "reopened" in str(told)
        assert sum("and with it your request" in reply["text"] for reply in slack.thread(second)) == 1, "told once"
