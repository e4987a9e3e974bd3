"""The whole bot comes back after it was away: what happened meanwhile is known before anybody is paged."""

from models.records.request import RequestState
from tests.scenarios.house import handle, running


def test_after_a_while_away_only_what_nobody_looks_at_is_paged_for(sqlite_url: str) -> None:
    with running(sqlite_url, is_hurried=True) as house:
        slack, primary = house.slack, house.duty().engineer or ""
        # given a request that was paged for, and a bot that stops before anybody took it
        taken = slack.post("devops-sos", "farid", "prod is down, 503 for everyone")
        page = house.first_reply(taken)
        house.settled()
        house.stop()
        # when the engineer takes it, one more is asked and answered, and one more is asked
        with slack.silence():
            slack.react(primary, page["ts"], "eyes")
            answered = slack.post("devops-sos", "grace", "checkout in production is down for all customers")
            slack.post("devops-sos", primary, "the load balancer; two minutes", thread_ts=answered)
            asked = slack.post("devops-sos", "farid", "payments in production lose data right now")
        house.clock.forward_to(house.clock.now().replace(minute=20))
        house.resume()
        # then nobody else is asked about the first, nobody about the second, and the engineer about the third
        assert house.request(answered).root == answered
        house.request(asked)
        house.advance(seconds=5)
        house.until(lambda: house.pings(asked) or None)
        house.advance(minutes=1)
        assert house.request(taken).state is RequestState.ACKNOWLEDGED
        paged = [{*house.pings(one)} - {handle("farid"), handle("grace")} for one in (taken, answered, asked)]
        assert paged == [{handle(primary)}, set(), {handle(primary)}]
