"""Who may hand over, what the draft says, and what a submitted handover leads to."""

import json
from collections.abc import Iterator

import pytest

from models.errors import UserError
from models.message import MessageRef, answer_from_json, answer_to_json
from models.policy import Channel, ChannelKind, OnCall, Rotation
from models.records import directory
from models.records.handover import HandoverState
from models.records.request import Due, Request, RequestState
from models.triage.verdict import RequestClass
from tests.handlers.handover_world import PEOPLE, World, said, utc


@pytest.fixture
def world(sqlite_url: str) -> Iterator[World]:
    made = World.of(sqlite_url).at("02 16:00")
    yield made
    made.close()


def opened(world: World, who: str = "amina") -> str:
    """Open the form, and give what it is about."""
    form = world.command(who).form
    assert form is not None
    return form.subject


# -- the draft


def test_the_form_opens_with_the_draft_already_written(world: World) -> None:
    number = world.request("checkout answers 503 to everybody")
    form = world.command("amina").form
    assert form is not None
    intro = "\n".join(str(block) for block in form.intro)
    assert "Amina → Bob" in intro
    assert f"#{number}" in intro
    assert "checkout answers 503" in intro
    assert [one.name for one in form.fields] == ["summary", "watch", "quiet"]
    assert len(form.title) <= 24


def test_the_form_can_be_kept_for_a_redelivery(world: World) -> None:
    world.request("checkout is down")
    answer = world.command("amina")
    assert answer_from_json(json.loads(json.dumps(answer_to_json(answer)))) == answer


def test_the_draft_gives_the_counts_first_and_every_section_that_is_not_empty(world: World) -> None:
    world.request("disk is full")
    world.request("please raise the quota", due=Due.RESUME, due_at=utc("03 09:00"), request_class=RequestClass.PLATFORM)
    world.request(
        "the gateway was down",
        state=RequestState.RESOLVED,
        opened_at=utc("02 10:00"),
        acknowledged_at=utc("02 10:04"),
        resolved_at=utc("02 11:00"),
        resolved_by="U-amina",
    )
    world.log("restarted the gateway")
    world.at("02 16:30")
    text = said(world.command("amina", "draft"))
    lines = text.splitlines()
    assert lines[2] == "1 open · 1 waiting · 1 resolved · 1 runbook debt"
    assert "disk is full · Dev, 16:00 · nobody is on it" in text
    assert "Amina owes the link since Mon 2 Nov" in text
    assert "by Amina in 1 h" in text
    assert "next: paged Tue 3 Nov 09:00" in text
    assert "restarted the gateway" in text
    assert "taken after 4 min (median)" in text


def test_a_section_has_at_most_ten_lines_and_says_how_many_more_there_are(world: World) -> None:
    for number in range(13):
        world.request(f"fault {number}")
    text = said(world.command("amina", "draft"))
    assert text.count("fault ") == 10
    assert "and 3 more" in text


def test_a_debt_stays_until_it_is_paid_whatever_shift_it_is_of(world: World) -> None:
    old = {"state": RequestState.RESOLVED, "resolved_at": utc("01 10:00"), "resolved_by": "U-bob"}
    world.request("an old fault", **old)
    world.request("a documented fault", **old, runbook_url="https://docs.example.org/1")
    world.request("how do I", **old, request_class=RequestClass.COMMUNITY)
    text = said(world.command("amina", "draft"))
    assert "an old fault" in text
    assert "1 runbook debt\n" in text
    assert "a documented fault" not in text


def test_a_request_is_a_link_only_on_its_own_platform(world: World) -> None:
    world.request("here")
    world.request("elsewhere", platform="rocketchat")
    reply = world.command("amina", "draft").reply
    assert reply is not None
    items = [item for block in reply.blocks if block.kind == "bullets" for item in block.items]
    assert sum(isinstance(span, MessageRef) for item in items for span in item) == 1
    assert len(items) == 2


def test_what_was_written_before_stands_in_the_form_again(world: World) -> None:
    world.command("amina", "note if the queue grows, restart the runner")
    form = world.command("amina").form
    assert form is not None
    assert form.fields[1].initial == "if the queue grows, restart the runner"


def test_only_engineers_and_leads_see_a_draft(world: World) -> None:
    assert "Draft" in said(world.command("chen", "draft"))
    with pytest.raises(UserError, match="Only the engineers"):
        world.command("stranger", "draft")


# -- who may hand over


@pytest.mark.parametrize("text", ["", "submit", "note watch it"])
@pytest.mark.parametrize("who", ["chen", "bob", "stranger"])
def test_whoever_is_not_on_duty_is_told_who_is(world: World, who: str, text: str) -> None:
    with pytest.raises(UserError, match="Amina is on duty"):
        world.command(who, text)
    assert world.posts() == []


def test_a_lead_may_submit_for_the_engineer(world: World) -> None:
    world.command("dana", "submit")
    [row] = world.handovers()
    assert (row.outgoing, row.submitted_by, row.state) == ("amina", "dana", HandoverState.SUBMITTED)


def test_somebody_put_on_duty_by_an_override_hands_over(world: World) -> None:
    world.override("chen", "02 15:00", "03 09:00")
    with pytest.raises(UserError, match="Chen is on duty"):
        world.command("amina", "submit")
    world.command("chen", "submit")
    assert world.handovers()[0].outgoing == "chen"


def test_the_outgoing_engineer_may_still_submit_shortly_after_the_shift(world: World) -> None:
    world.pass_to("03 10:59")
    world.command("amina", "note the gateway is slow")
    [row] = world.handovers()
    assert (row.state, row.submitted_by, row.watch) == (HandoverState.SUBMITTED, "amina", "the gateway is slow")


def test_two_hours_after_the_shift_its_handover_stays_as_it_is(world: World) -> None:
    subject = opened(world)
    world.pass_to("03 11:00")
    with pytest.raises(UserError, match="ended some time ago"):
        world.submit("amina", subject, summary="late")
    with pytest.raises(UserError, match="Bob is on duty"):
        world.command("amina", "submit")


def test_a_form_of_another_is_refused(world: World) -> None:
    subject = opened(world)
    with pytest.raises(UserError, match="Amina is on duty"):
        world.submit("bob", subject, summary="mine")


def test_without_a_planned_shift_there_is_nothing_to_hand_over(sqlite_url: str) -> None:
    empty = World.of(sqlite_url, oncall=OnCall(leads=("dana",), rotations=(Rotation(name="platform"),)))
    with pytest.raises(UserError):
        empty.command("amina")
    empty.close()


# -- submitting


def test_a_submitted_handover_is_stored_posted_and_sent_to_the_incoming_engineer(world: World) -> None:
    number = world.request("checkout is down")
    answer = world.submit("amina", opened(world), summary="Busy day.", watch="if it fails, roll back", quiet="no")
    [row] = world.handovers()
    assert (row.state, row.outgoing, row.incoming) == (HandoverState.SUBMITTED, "amina", "bob")
    assert row.body is not None
    assert row.body["open"]["items"][0]["number"] == number
    [post], [direct] = world.posts(), world.directs("bob")
    for message in (post, direct):
        assert "Busy day." in message.plain()
        assert "if it fails, roll back" in message.plain()
        assert "checkout is down" in message.plain()
    [buttons] = [block for block in direct.blocks if block.kind == "buttons"]
    assert (buttons.buttons[0].action, buttons.buttons[0].value) == ("handover-accept", str(row.id))
    assert "Not accepted yet by Bob" in post.plain()
    assert "posted in #devops-operations; Bob gets it" in said(answer)
    assert world.the_log()[-1] == f"handover #{row.id} submitted by Amina"


def test_what_was_submitted_stays_as_it_was_when_the_store_moves_on(world: World) -> None:
    number = world.request("checkout is down")
    world.command("amina", "submit")
    with world.context() as ctx:
        ctx.session.get_one(Request, number).state = RequestState.RESOLVED
    assert "1 open" in said(world.command("chen", "show"))


def test_submitting_again_changes_the_same_handover_and_its_messages(world: World) -> None:
    world.submit("amina", opened(world), summary="First.")
    world.submit("amina", opened(world), summary="Second.")
    [row] = world.handovers()
    assert len(world.posts()) == len(world.directs("bob")) == 1
    assert "Second." in world.edits_of(row.post_id)[-1].plain()
    assert "Second." in world.edits_of(row.accept_id)[-1].plain()


def test_a_note_after_the_submission_changes_what_was_posted(world: World) -> None:
    world.command("amina", "submit")
    world.command("amina", "note one more thing")
    [row] = world.handovers()
    assert "one more thing" in world.edits_of(row.post_id)[-1].plain()


def test_a_change_after_the_acceptance_keeps_it_and_is_told(world: World) -> None:
    world.command("amina", "submit")
    world.command("bob", "accept")
    world.command("amina", "note one more thing")
    [row] = world.handovers()
    assert (row.state, row.accepted_by) == (HandoverState.ACCEPTED, "bob")
    assert "after you accepted it" in world.directs("bob")[-1].plain()


def test_a_change_after_an_acceptance_on_behalf_names_who_accepted(world: World) -> None:
    world.command("amina", "submit")
    world.command("dana", "accept")
    world.command("amina", "note one more thing")
    assert "after Dana accepted it" in world.directs("bob")[-1].plain()


def test_the_log_tells_a_change_from_the_submission(world: World) -> None:
    world.command("amina", "submit")
    world.command("amina", "note one more thing")
    assert world.the_log()[-2:] == ["handover #1 submitted by Amina", "handover #1 changed by Amina"]


def test_a_form_opened_before_another_change_overwrites_nothing(world: World) -> None:
    first, second = opened(world), opened(world, "dana")
    world.submit("amina", first, summary="the first")
    answer = world.submit("dana", second, summary="the second")
    assert "changed after you opened the form" in answer.errors["summary"]
    assert world.handovers()[0].summary == "the first"
    world.submit("dana", opened(world, "dana"), summary="the second")
    assert world.handovers()[0].summary == "the second"


def test_notes_add_up_line_by_line(world: World) -> None:
    world.command("amina", "note one")
    assert "2 lines" in said(world.command("amina", "note two"))
    world.command("amina", "submit")
    assert "> one\n> two" in world.posts()[0].plain()


def test_nothing_notable_is_said_in_words(world: World) -> None:
    world.submit("amina", opened(world), quiet="yes")
    assert "Nothing notable." in world.posts()[0].plain()
    assert world.handovers()[0].is_quiet


def test_a_note_takes_nothing_notable_back(world: World) -> None:
    world.submit("amina", opened(world), quiet="yes")
    world.command("amina", "note after all")
    assert not world.handovers()[0].is_quiet


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"quiet": "yes", "summary": "but this"}, "quiet"),
        ({"quiet": "yes", "watch": "but this"}, "quiet"),
        ({"quiet": "maybe"}, "quiet"),
        ({"summary": "x" * 40_000}, "summary"),
        ({"watch": "x" * 3_001}, "watch"),
    ],
)
def test_a_form_that_does_not_fit_is_given_back_and_nothing_is_filed(
    world: World, fields: dict[str, str], field: str
) -> None:
    answer = world.submit("amina", opened(world), **fields)
    assert list(answer.errors) == [field]
    assert world.handovers()[0].state is HandoverState.DRAFT
    assert world.posts() == []


def test_a_note_of_forty_thousand_characters_is_refused_with_the_limit(world: World) -> None:
    with pytest.raises(UserError, match=r"At most 3,000 characters fit here; this has 40,000\."):
        world.command("amina", "note " + "x" * 40_000)


def test_an_empty_note_is_answered_with_the_right_form(world: World) -> None:
    with pytest.raises(UserError, match="/handover note <text>"):
        world.command("amina", "note")


def test_hostile_words_stay_quoted_words(world: World) -> None:
    world.request('<!channel> "quoted" @here ' + "y" * 40_000)
    world.submit("amina", opened(world), summary='<!channel> says "hi" & <@U-bob>\x00\x07')
    [post] = world.posts()
    [quote] = [block for block in post.blocks if block.kind == "quote"]
    assert quote.text == '<!channel> says "hi" & <@U-bob>'
    spans = [span for block in post.blocks if block.kind == "bullets" for item in block.items for span in item]
    assert any(isinstance(span, str) and "<!channel>" in span for span in spans)
    assert len(post.plain()) < 1_000


def test_a_password_in_a_handover_is_masked_before_it_is_stored(world: World) -> None:
    world.submit("amina", opened(world), watch="password: hunter2hunter2")
    assert "hunter2" not in world.handovers()[0].watch


@pytest.mark.parametrize("subject", ["", "999", "nonsense", "9" * 40, "-1", "²"])
def test_a_form_about_nothing_is_answered(world: World, subject: str) -> None:
    with pytest.raises(UserError, match="no longer there"):
        world.submit("amina", subject, summary="x")


def test_without_an_operations_channel_it_is_stored_and_sent_all_the_same(sqlite_url: str) -> None:
    channels = (Channel(name="devops-sos", kind=ChannelKind.SOS),)
    bare = World.of(sqlite_url, channels=channels).at("02 16:00")
    assert "in no operations channel" in said(bare.command("amina", "submit"))
    assert bare.posts() == []
    assert len(bare.directs("bob")) == 1
    bare.close()


def test_each_platform_gets_a_post_and_its_edits(sqlite_url: str) -> None:
    both = World.of(sqlite_url, platforms=("slack", "local")).at("02 16:00")
    with both.context() as ctx:
        directory.learn(ctx.session, "local", [("L-OPS", "devops-operations")])
    both.command("amina", "submit")
    both.command("bob", "accept")
    [row] = both.handovers()
    assert row.posts is not None
    assert set(row.posts) == {"slack", "local"}
    for number in row.posts.values():
        assert "Accepted by Bob" in both.edits_of(number)[-1].plain()
    both.close()


# -- a handover with nobody to take it


def test_a_handover_with_nobody_incoming_goes_to_the_leads(world: World) -> None:
    world.override(None, "03 09:00", "04 09:00")
    assert "nobody takes over, so the leads are told" in said(world.command("amina", "submit"))
    [told] = world.directs("dana")
    assert "Nobody is on call in platform from Tue 3 Nov 09:00 UTC." in told.plain()
    assert "#1" in said(world.press("dana", "handover-accept", "1"))
    assert world.handovers()[0].accepted_by == "dana"


def test_an_incoming_engineer_without_an_account_is_reported_to_the_leads(sqlite_url: str) -> None:
    gone = tuple(one.model_copy(update={"slack": None}) if one.id == "bob" else one for one in PEOPLE)
    world = World.of(sqlite_url, people=gone).at("02 16:00")
    world.command("amina", "submit")
    assert "I cannot reach Bob in any chat." in world.directs("dana")[0].plain()
    assert world.handovers()[0].state is HandoverState.SUBMITTED
    world.close()


def test_whoever_hands_to_themselves_is_asked_nothing(sqlite_url: str) -> None:
    alone = OnCall(leads=("dana",), rotations=(Rotation(name="platform", engineers=("amina",)),))
    world = World.of(sqlite_url, oncall=alone).at("02 16:00")
    world.command("amina", "submit")
    world.pass_to("03 12:00")
    assert "There is nobody else to accept it." in world.posts()[0].plain()
    assert [one.plain() for one in world.directs("amina") if "accept" in one.plain().lower()] == []
    assert world.directs("dana") == []
    world.close()


# -- several rotations


def test_rotations_hand_over_separately(sqlite_url: str) -> None:
    rotations = (
        Rotation(name="platform", engineers=("amina", "bob")),
        Rotation(name="data", engineers=("chen", "dana")),
    )
    world = World.of(sqlite_url, oncall=OnCall(rotations=rotations)).at("02 16:00")
    with pytest.raises(UserError, match="For another rotation add: in data"):
        world.command("chen", "submit")
    world.command("chen", "submit in data")
    world.command("amina", "submit")
    assert {(row.rotation, row.outgoing, row.incoming) for row in world.handovers()} == {
        ("data", "chen", "dana"),
        ("platform", "amina", "bob"),
    }
    world.close()
