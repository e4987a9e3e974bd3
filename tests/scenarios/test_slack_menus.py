"""What only Slack has: shortcuts, forms and the Home tab, through the whole bot."""

from models.triage.verdict import RequestClass
from tests.scenarios.house import handle, running


def test_from_the_menu_to_the_ping_and_the_home_tab(sqlite_url: str) -> None:
    with running(sqlite_url, is_hurried=True) as house:
        slack, primary = house.slack, house.duty().engineer or ""
        # a developer asks with the form; production is affected, they say
        slack.shortcut("farid", "ask").wait()
        (form,) = slack.wait_for(lambda: slack.views("farid"))
        answers = {"what": "Checkout answers with errors", "production": "yes", "link": "https://ci.example.org/7"}
        assert slack.submit(form, answers | {"link": "ci.example.org"}).errors.keys() == {"link"}
        assert slack.submit(form, answers).errors == {}
        # it stands in the right channel in their name, and the engineer is pinged in its thread
        post = house.until(lambda: next((one for one in slack.messages("devops-sos") if one.get("bot_id")), None))
        assert slack.pinged(post) == {handle("farid")}
        request = house.request(post["ts"])
        assert (request.author, request.request_class) == (handle("farid"), RequestClass.URGENT)
        house.until(lambda: handle(primary) in house.pings(post["ts"]) or None)
        # their Home tab shows it, and the engineer's has what engineers need
        slack.open_home("farid")
        home = house.until(lambda: slack.home("farid"))
        assert f"#{request.id}" in str(home)
        slack.open_home(primary)
        mine = house.until(lambda: slack.home(primary))
        # a swap by two forms ends at the other's Accept
        slack.press(primary, mine, "swap").wait()
        (first,) = slack.wait_for(lambda: slack.views(primary))
        fields = {
            block["block_id"]: block["element"]["options"] for block in first["blocks"] if block["type"] == "input"
        }
        other = fields["other"][0]["value"]
        slack.submit(first, {"mine": fields["mine"][0]["value"], "other": other}).wait()
        second = house.until(lambda: next((one for one in slack.views(primary) if "swap-theirs" in str(one)), None))
        slack.submit(second, {}).wait()
        house.until(lambda: [one for one in slack.dms(other) if "exchange-accept" in str(one)] or None)
        assert not [call for call in slack.calls if call.error]
