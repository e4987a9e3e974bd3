"""Slack and Rocket.Chat at once on one store, as where an organisation moves from one to the other.

Bob has an account on both, Chidi on Slack alone, Dana on Rocket.Chat alone.
"""

import re
from typing import Any

from sqlalchemy import select

from models.records.exchange import Exchange, ExchangeState
from models.records.handover import Handover, HandoverState
from models.records.request import Request, RequestState
from tests.scenarios.harbour import Harbour, policy, running
from tests.scenarios.house import PEOPLE, handle

DOWN = "Our permit site in c4f9d2-prod answers 503 to every citizen since ten minutes, everything is down"
BOTH = ("slack", "rocketchat")


def people() -> list[dict[str, Any]]:
    """Give the people of the configuration, two of them with one account."""
    found = [person.model_dump() for person in policy(BOTH).people]
    for person in found:
        if person["id"] == "chidi":
            person["rocketchat"] = None
        if person["id"] == "dana":
            person["slack"] = None
    return found


def owner(both: Harbour, number: int) -> Request:
    with both.store.reading() as session:
        return session.get_one(Request, number)


def told_on_slack(both: Harbour, who: str, words: str) -> dict[str, Any]:
    return both.until(lambda: next((one for one in both.slack.dms(who) if words in str(one)), None), 60)


def told_on_rocketchat(both: Harbour, who: str, words: str) -> dict[str, Any]:
    return both.until(lambda: next((one for one in both.chat.dms(who) if words in str(one)), None), 60)


def served(text: str) -> list[str]:
    """Give the order in which the list names people."""
    names = {"Bob Lindqvist", "Chidi Okafor", "Dana Petrov", "Elif Kaya"}
    return re.findall("|".join(sorted(names)), text)


def test_two_platforms_share_people_requests_and_the_list(postgres_url: str) -> None:
    with running(postgres_url, *BOTH, people=people()) as both:
        here, there = each_request_is_answered_on_its_own_platform(both)
        taken_from_the_other_platform(both, here, there)
        whoever_is_on_one_platform_alone_is_reached_there(both)
        the_list_is_one(both)
        a_swap_is_asked_on_one_and_accepted_on_the_other(both)
        the_day_is_handed_over_on_both(both)


def each_request_is_answered_on_its_own_platform(both: Harbour) -> tuple[str, str]:
    assert both.duty().engineer == "bob"
    on_slack = both.slack.post("devops-sos", "farid", f"{DOWN}, says Slack")
    on_rocketchat = both.chat.post("devops-sos", "farid", DOWN)
    both.until(lambda: both.pings(on_slack) or None, 60)
    page = both.until(lambda: next(iter(both.chat.thread(on_rocketchat)), None), 60)
    both.settled()
    assert "@bob" in page["msg"]
    assert both.pings(on_slack) == sorted([handle("bob"), handle("farid")])
    assert len(both.slack.thread(on_slack)) == len(both.chat.thread(on_rocketchat)) == 1
    assert not [one for one in both.chat.dms("bob") if "equest #" in one["msg"]]
    assert not [one for one in both.slack.dms("bob") if "equest #" in str(one)]
    return on_slack, on_rocketchat


def taken_from_the_other_platform(both: Harbour, on_slack: str, on_rocketchat: str) -> None:
    first, second = both.request(on_slack), both.asked(on_rocketchat)
    assert (first.platform, first.author) == ("slack", handle("farid"))
    assert (second.platform, second.author) == ("rocketchat", "farid")
    both.chat.write("bob", f"oncall ack {first.id}")
    both.slack.command("bob", "devops-sos", "/oncall", f"ack {second.id}").wait()
    both.until(lambda: "is on it" in str(both.slack.thread(on_slack)) or None, 60)
    both.until(lambda: "is on it" in both.chat.thread(on_rocketchat)[0]["msg"] or None, 60)
    assert (owner(both, first.id).owner, owner(both, second.id).owner) == (handle("bob"), "bob")
    both.chat.write("bob", f"oncall resolve {first.id} https://docs.example.org/permits")
    both.slack.command("bob", "devops-sos", "/oncall", f"resolve {second.id} https://docs.example.org/permits").wait()
    both.until(lambda: owner(both, first.id).state is RequestState.RESOLVED or None, 60)
    both.settled()


def whoever_is_on_one_platform_alone_is_reached_there(both: Harbour) -> None:
    """The second on the list has no account where it was asked: they are told where they have one, and take it."""
    assert both.duty().next == "chidi"
    asked = both.chat.post("devops-sos", "grace", f"{DOWN}, from another office")
    page = both.until(lambda: next(iter(both.chat.thread(asked)), None), 60)
    number = both.asked(asked).id
    both.settled()
    both.advance(minutes=10, seconds=1)
    told = told_on_slack(both, "chidi", f"#{number} in #devops-sos on Rocket.Chat")
    both.until(lambda: "Chidi Okafor (told on Slack)" in str(both.chat.thread(asked)) or None, 60)
    both.slack.press("chidi", told, "ack").wait()
    both.until(lambda: "Chidi Okafor is on it" in str(both.chat.thread(asked)) or None, 60)
    both.settled()
    assert both.chat.thread(asked)[0]["_id"] == page["_id"]
    assert "is on it" in str(told_on_slack(both, "chidi", f"#{number} in #devops-sos on Rocket.Chat"))
    both.slack.press("chidi", told, "resolve").wait()
    both.until(lambda: owner(both, number).state is RequestState.RESOLVED or None, 60)
    both.settled()


def the_list_is_one(both: Harbour) -> None:
    shown = str(both.slack.command("farid", "devops-operations", "/oncall-list").response)
    both.chat.write("farid", "oncall-list")
    answered = told_on_rocketchat(both, "farid", "Chidi Okafor")
    assert served(shown) == served(answered["msg"]) != []


def a_swap_is_asked_on_one_and_accepted_on_the_other(both: Harbour) -> None:
    said = str(both.slack.command("chidi", "devops-operations", "/oncall", "swap tomorrow dana").response)
    assert "I asked" in said
    asked = told_on_rocketchat(both, "dana", "swap")
    both.chat.tap("dana", asked["_id"], "Accept")
    both.until(lambda: swapped(both) or None, 60)
    told_on_slack(both, "chidi", "Dana Petrov serves Tue 24 Nov")
    both.settled()
    assert both.duty().next == "dana"


def swapped(both: Harbour) -> bool:
    with both.store.reading() as session:
        return session.scalars(select(Exchange.state)).all() == [ExchangeState.ACCEPTED]


def the_day_is_handed_over_on_both(both: Harbour) -> None:
    """What is handed over is posted in operations on every platform; who comes next gets it where they are."""
    both.slack.command("bob", "devops-operations", "/handover").wait()
    view = both.until(lambda: both.slack.views("bob") or None, 60)[-1]
    both.slack.submit(view, {"watch": "if node 14 is not ready, call the vendor"}).wait()
    both.until(lambda: "call the vendor" in str(both.slack.messages("devops-operations")) or None, 60)
    both.until(lambda: "call the vendor" in str(both.chat.messages("devops-operations")) or None, 60)
    handed = told_on_rocketchat(both, "dana", "call the vendor")
    assert both.slack.dms("dana") == []
    both.chat.tap("dana", handed["_id"], "Accept")
    both.until(lambda: "Accepted by" in str(both.slack.messages("devops-operations")) or None, 60)
    both.until(lambda: "Accepted by" in str(both.chat.messages("devops-operations")) or None, 60)
    both.settled()
    with both.store.reading() as session:
        filed = session.scalars(select(Handover).where(Handover.state == HandoverState.ACCEPTED)).one()
    assert (filed.outgoing, filed.accepted_by) == ("bob", "dana")
    assert len(PEOPLE) == len(both.policy.people)
