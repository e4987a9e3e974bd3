"""A day and a morning at a platform community, in sixty steps that every chat platform takes alike.

Each step is what somebody does and what they then see. The engineers take turns from Monday on: bob, chidi, dana, elif;
amina leads; farid and grace develop.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from models.records.request import Request, RequestState
from models.triage.verdict import RequestClass
from tests.contract.stage import HOW_TO, OPERATIONS, SOS, Ref, Said, Stage

DOWN = "our permit site in c4f9d2-prod answers 503 to every citizen since ten minutes, everything is down"
BROKEN = "production is down for all our users, 503 everywhere in abc123-prod"
SLOW = "artifactory seems to be down, nobody in our team can pull images since this morning"
QUESTION = "How do I mount a config map as a single file without hiding the rest of the directory?"
MINUTE = timedelta(minutes=1)
QUOTA = "how do we get more quota for our namespace?"


@dataclass
class Story:
    """What has happened so far."""

    stage: Stage
    refs: dict[str, Ref] = field(default_factory=dict)
    threads: dict[str, Ref] = field(default_factory=dict)
    held: dict[str, Said] = field(default_factory=dict)

    def post(self, name: str, place: str, who: str, words: str, under: str = "") -> None:
        """Let somebody write something that is spoken of again by a name."""
        self.refs[name] = self.stage.post(place, who, words, self.refs[under] if under else None)
        if not under:
            self.threads[name] = self.refs[name]
        self.stage.settle()

    def react(self, name: str, who: str, emoji: str) -> None:
        self.stage.react(self.refs[name], who, emoji)
        self.stage.settle()

    def replies(self, name: str) -> list[Said]:
        return self.stage.replies(self.refs[name])

    def request(self, name: str) -> Request:
        return self.stage.request(self.refs[name].id)

    def number(self, name: str) -> int:
        return self.request(name).id

    def is_in(self, name: str, state: RequestState) -> bool:
        return self.request(name).state is state


def says(told: str, words: str) -> None:
    """Expect words in an answer, in whatever case."""
    assert words.lower() in told.lower(), f"{words!r} is not in {told!r}"


Step = Callable[[Story], None]
STEPS: list[Step] = []


def step(told: Step) -> Step:
    """Make a step of the story of a function; its docstring tells it."""
    STEPS.append(told)
    return told


# -- an urgent request, the whole way


@step
def bob_is_on_call(story: Story) -> None:
    """Farid asks who is on call: it is Bob, and Chidi is next."""
    told = story.stage.command("farid", "oncall")
    says(told, "Bob Lindqvist is on call")
    says(told, "Chidi Okafor")


@step
def production_is_down(story: Story) -> None:
    """Farid reports an outage in sos, and Bob is pinged in its thread, once."""
    story.post("outage", SOS, "farid", DOWN)
    (page,) = story.replies("outage")
    assert "bob" in page.notified
    assert "I'm on it" in page.buttons


@step
def what_follows_soon_joins(story: Story) -> None:
    """What Farid adds within three minutes is the same request, and pings nobody again."""
    story.post("more", SOS, "farid", "the pods restart all the time")
    assert len(story.replies("outage")) == 1
    assert story.replies("more") == []


@step
def a_developer_cannot_take_it(story: Story) -> None:
    """Grace presses "I'm on it", and is told that the engineers do that."""
    told = story.stage.press("grace", story.replies("outage")[0], "I'm on it")
    says(told, "Only the engineers")
    assert story.is_in("outage", RequestState.OPEN)


@step
def after_five_minutes_a_direct_message(story: Story) -> None:
    """Nobody takes it for five minutes: Bob is told directly as well."""
    before = len(story.stage.said("bob"))
    story.stage.later(minutes=5, seconds=1)
    assert len(story.stage.said("bob")) == before + 1


@step
def after_ten_minutes_the_secondary(story: Story) -> None:
    """After ten minutes Chidi is pinged, who is next on the list."""
    story.stage.later(minutes=5)
    assert "chidi" in story.replies("outage")[-1].notified


@step
def bob_takes_it_by_button(story: Story) -> None:
    """Bob presses "I'm on it": the page says so, and the escalation ends."""
    story.stage.press("bob", story.replies("outage")[0], "I'm on it")
    assert "Bob Lindqvist is on it" in story.replies("outage")[0].text
    count = len(story.replies("outage"))
    story.stage.later(minutes=10)
    assert len(story.replies("outage")) == count


@step
def why_it_is_urgent(story: Story) -> None:
    """Farid asks why, and is told the reasons."""
    says(story.stage.command("farid", f"oncall why {story.number('outage')}"), "urgent")


@step
def a_word_in_the_thread(story: Story) -> None:
    """Bob writes in the thread that he looks: the bot keeps still."""
    count = len(story.replies("outage"))
    story.post("word", SOS, "bob", "I see it, the ingress pods are out of memory", under="outage")
    assert len(story.replies("outage")) == count
    assert story.stage.person(story.request("outage").first_answer_by) == "bob"


@step
def bob_keeps_a_line_in_the_log(story: Story) -> None:
    """Bob writes into the shift's log."""
    says(story.stage.command("bob", "oncall log drained node 14"), "log")


@step
def bob_resolves_it_by_button(story: Story) -> None:
    """Bob presses "Resolved", and the page says so."""
    story.stage.press("bob", story.replies("outage")[0], "Resolved")
    assert "resolved by" in story.replies("outage")[0].text
    assert story.is_in("outage", RequestState.RESOLVED)


@step
def thanks_opens_nothing(story: Story) -> None:
    """Farid thanks in the thread: the request stays resolved."""
    story.post("thanks", SOS, "farid", "thanks, works again", under="outage")
    assert story.is_in("outage", RequestState.RESOLVED)


@step
def it_is_down_again(story: Story) -> None:
    """Half an hour later Farid writes that it is down again: the request is open, and Bob pinged anew."""
    story.stage.later(minutes=30)
    story.post("again", SOS, "farid", "it is down again, 503 for everybody in production", under="outage")
    assert story.is_in("outage", RequestState.OPEN)
    assert "bob" in story.replies("outage")[-1].notified


@step
def resolved_by_a_reaction(story: Story) -> None:
    """Bob puts a tick on the message: resolved."""
    story.react("outage", "bob", "white_check_mark")
    assert story.is_in("outage", RequestState.RESOLVED)


# -- platform, community and nothing


@step
def a_platform_request(story: Story) -> None:
    """Grace says in how-to that the registry is down: Bob is pinged in the thread."""
    story.post("registry", HOW_TO, "grace", SLOW)
    assert story.request("registry").request_class is RequestClass.PLATFORM
    assert any("bob" in one.notified for one in story.replies("registry"))


@step
def taken_by_a_reaction(story: Story) -> None:
    """Bob puts the eyes on it: he is on it."""
    story.react("registry", "bob", "eyes")
    assert story.is_in("registry", RequestState.ACKNOWLEDGED)


@step
def resolved_with_its_page(story: Story) -> None:
    """Bob resolves it by a command, with the page that documents it."""
    told = story.stage.command("bob", f"oncall resolve {story.number('registry')} https://docs.example.org/registry")
    says(told, "resolved")
    assert story.request("registry").runbook_url == "https://docs.example.org/registry"


@step
def resolved_twice(story: Story) -> None:
    """Chidi resolves it again, and is told that it is resolved."""
    says(story.stage.command("chidi", f"oncall resolve {story.number('registry')}"), "resolved")


@step
def a_question_for_anybody(story: Story) -> None:
    """Grace asks a how-to question: there is a ticket on it, and not a word."""
    story.stage.later(minutes=4)
    story.post("question", HOW_TO, "grace", QUESTION)
    assert story.replies("question") == []
    assert story.stage.tickets(story.refs["question"]) == {"ticket"}


@step
def a_known_answer(story: Story) -> None:
    """Farid asks for more quota: the known page is offered in the thread."""
    story.post("quota", HOW_TO, "farid", QUOTA)
    (offered,) = story.replies("quota")
    assert "Asking for more quota" in offered.text


@step
def it_helps(story: Story) -> None:
    """Farid says that it helps."""
    says(story.stage.press("farid", story.replies("quota")[0], "👍 That helps"), "offer it again")


@step
def who_is_next(story: Story) -> None:
    """Farid asks who is next: Chidi."""
    says(story.stage.command("farid", "oncall next"), "Chidi Okafor")


@step
def chatter_is_left_alone(story: Story) -> None:
    """Elif thanks everybody in general: nothing happens."""
    before = len(story.stage.said("general"))
    story.post("chatter", "general", "elif", "thanks everybody for yesterday, great work")
    assert len(story.stage.said("general")) == before


@step
def the_class_is_corrected(story: Story) -> None:
    """Bob says that Grace's question is for the platform team: he is pinged, and it is kept as an example."""
    told = story.stage.command("bob", f"oncall class {story.number('question')} platform")
    story.stage.settle()
    says(told, "platform")
    assert story.request("question").request_class is RequestClass.PLATFORM
    assert any("bob" in one.notified for one in story.replies("question"))


@step
def taken_by_a_command(story: Story) -> None:
    """Bob takes it by a command."""
    story.stage.command("bob", f"oncall ack {story.number('question')}")
    assert story.is_in("question", RequestState.ACKNOWLEDGED)


@step
def the_rest_of_the_team_is_asked(story: Story) -> None:
    """Bob asks the rest of the team: they are pinged."""
    story.stage.command("bob", f"oncall escalate {story.number('question')} never seen this")
    story.stage.settle()
    assert {"chidi", "dana", "elif"} <= story.replies("question")[-1].notified


@step
def resolved_by_its_author(story: Story) -> None:
    """Grace puts a tick on her own question."""
    story.react("question", "grace", "white_check_mark")
    assert story.is_in("question", RequestState.RESOLVED)


@step
def sos_is_for_outages(story: Story) -> None:
    """Grace asks a how-to question in sos: she is kindly pointed to how-to."""
    story.stage.later(minutes=4)
    story.post("misplaced", SOS, "grace", QUESTION)
    (pointed,) = story.replies("misplaced")
    assert HOW_TO in pointed.text
    assert "Production is down" in pointed.buttons


@step
def raised_by_its_author(story: Story) -> None:
    """She says that production is down: Bob is pinged."""
    story.stage.press("grace", story.replies("misplaced")[0], "Production is down")
    story.stage.settle()
    assert story.request("misplaced").request_class is RequestClass.URGENT
    assert "bob" in story.replies("misplaced")[-1].notified


@step
def lowered_by_an_engineer(story: Story) -> None:
    """Bob says that it is a question for the community after all: nobody else is pinged."""
    story.stage.command("bob", f"oncall class {story.number('misplaced')} community")
    count = len(story.replies("misplaced"))
    story.stage.later(minutes=20)
    assert len(story.replies("misplaced")) == count


# -- what is written is changed, and taken back


@step
def an_edit_raises(story: Story) -> None:
    """Farid asks something small, then changes it into an outage: Bob is pinged."""
    story.post("edited", HOW_TO, "farid", QUESTION)
    story.stage.edit(story.refs["edited"], "farid", BROKEN)
    story.stage.settle()
    assert story.request("edited").request_class is RequestClass.URGENT
    assert any("bob" in one.notified for one in story.replies("edited"))


@step
def an_edit_never_lowers(story: Story) -> None:
    """He softens it again: it stays urgent."""
    story.stage.edit(story.refs["edited"], "farid", "never mind, all good in dev")
    story.stage.settle()
    assert story.request("edited").request_class is RequestClass.URGENT


@step
def a_deletion_withdraws(story: Story) -> None:
    """He deletes it: the request is withdrawn, and nobody is pinged any more."""
    count = len(story.replies("edited"))
    story.stage.delete(story.refs["edited"], "farid")
    story.stage.settle()
    assert story.is_in("edited", RequestState.WITHDRAWN)
    story.stage.later(minutes=20)
    assert len(story.replies("edited")) == count


@step
def a_direct_question(story: Story) -> None:
    """Grace writes to the bot directly: it is a request like any other."""
    story.post("direct", "grace", "grace", SLOW)
    assert story.request("direct").is_direct


@step
def resolved_from_elsewhere(story: Story) -> None:
    """Bob resolves it by its number."""
    story.stage.command("bob", f"oncall resolve {story.number('direct')}")
    assert story.is_in("direct", RequestState.RESOLVED)


# -- who serves when


@step
def chidi_asks_to_swap(story: Story) -> None:
    """Chidi wants to swap tomorrow with Dana: Dana is asked directly."""
    before = len(story.stage.said("dana"))
    says(story.stage.command("chidi", "oncall swap tomorrow @dana"), "I asked")
    story.stage.settle()
    asked = story.stage.said("dana")[before:]
    assert [one.buttons for one in asked] == [("Accept", "I cannot")]


@step
def somebody_else_cannot_accept(story: Story) -> None:
    """Elif tries to accept it by its number: that is for Dana to say."""
    says(story.stage.command("elif", "oncall swap accept 1"), "Dana")


@step
def dana_accepts(story: Story) -> None:
    """Dana accepts: she serves tomorrow, and Chidi on Wednesday."""
    story.stage.press("dana", story.stage.said("dana")[-1], "Accept")
    listed = story.stage.command("farid", "oncall list 4")
    assert listed.index("Dana Petrov") < listed.index("Chidi Okafor")


@step
def accepted_twice(story: Story) -> None:
    """She accepts once more by its number, and is told that it is done."""
    says(story.stage.command("dana", "oncall swap accept 1"), "accepted it already")


@step
def elif_needs_cover(story: Story) -> None:
    """Elif asks everybody to cover Thursday, with a word why."""
    story.stage.command("elif", "oncall cover thu dentist")
    story.stage.settle()
    asked = story.stage.said(OPERATIONS)[-1]
    assert "Elif Kaya" in asked.text
    assert asked.buttons == ("I'll take it",)
    story.held["cover"] = asked


@step
def two_want_it(story: Story) -> None:
    """Bob takes it by button, Chidi by its number a moment later: Bob has it, and Chidi is told so."""
    story.stage.press("bob", story.held["cover"], "I'll take it")
    says(story.stage.command("chidi", "oncall cover accept 2"), "Bob Lindqvist")
    assert "Bob Lindqvist covers" in story.stage.said(OPERATIONS)[-1].text


@step
def a_developer_may_not_shuffle(story: Story) -> None:
    """Farid tries to shuffle the list: only leads may."""
    says(story.stage.command("farid", "oncall-list shuffle"), "lead")


@step
def the_lead_looks_first(story: Story) -> None:
    """Amina looks at what a shuffle would do."""
    says(story.stage.command("amina", "oncall-list shuffle preview"), "would")


@step
def the_lead_shuffles(story: Story) -> None:
    """She shuffles; the days within the notice stay."""
    before = story.stage.command("farid", "oncall list 4")
    says(story.stage.command("amina", "oncall-list shuffle"), "Shuffled from")
    assert story.stage.command("farid", "oncall list 4") == before


@step
def a_wrong_word(story: Story) -> None:
    """Grace mistypes a command, and is shown the right form."""
    says(story.stage.command("grace", "oncall wyh 1"), "oncall why")


# -- what goes wrong on the way


@step
def the_platform_is_away(story: Story) -> None:
    """For a minute the platform is away. Farid reports an outage meanwhile; on its return Bob is pinged, once."""
    with story.stage.away():
        story.stage.clock.set(story.stage.clock.now() + MINUTE)
        story.refs["cut"] = story.threads["cut"] = story.stage.post(SOS, "farid", DOWN)
    story.stage.comes(lambda: story.replies("cut"))
    story.stage.settle()
    assert ["bob" in one.notified for one in story.replies("cut")] == [True]


@step
def the_bot_is_away(story: Story) -> None:
    """For a minute the bot is away. Farid has found it himself; on its return that is known."""
    with story.stage.bot_away():
        story.stage.clock.set(story.stage.clock.now() + MINUTE)
        story.stage.react(story.refs["cut"], "farid", "white_check_mark")
        story.refs["meanwhile"] = story.threads["meanwhile"] = story.stage.post(SOS, "grace", BROKEN)
    story.stage.comes(lambda: story.replies("meanwhile"))
    story.stage.settle()
    assert story.is_in("cut", RequestState.RESOLVED)
    assert ["bob" in one.notified for one in story.replies("meanwhile")] == [True]


@step
def answered_by_thread(story: Story) -> None:
    """Bob is on it, by button, and resolves it."""
    story.stage.press("bob", story.replies("meanwhile")[0], "I'm on it")
    story.stage.press("bob", story.replies("meanwhile")[0], "Resolved")
    assert story.is_in("meanwhile", RequestState.RESOLVED)


@step
def too_many_calls(story: Story) -> None:
    """The platform takes no more calls just now: the page comes a moment later, once."""
    story.stage.later(minutes=4)
    story.stage.fault("busy")
    story.post("busy", SOS, "farid", DOWN)
    story.stage.until(lambda: story.replies("busy") or None)
    story.stage.settle()
    assert len(story.replies("busy")) == 1
    story.stage.command("bob", f"oncall resolve {story.number('busy')}")


@step
def the_platform_fails(story: Story) -> None:
    """The platform answers one outage's page with an error of its own: nobody knows whether it is there."""
    story.stage.later(minutes=4)
    story.stage.fault("broken")
    story.refs["broken"] = story.threads["broken"] = story.stage.post(SOS, "farid", DOWN)
    story.stage.taken()


@step
def an_answer_is_lost(story: Story) -> None:
    """The answer to another one's page is lost on the way. Each page is there in the end, and once."""
    story.stage.fault("lost")
    story.post("lost", HOW_TO, "grace", BROKEN)
    assert [len(story.replies(name)) for name in ("broken", "lost")] == [1, 1]
    for name in ("broken", "lost"):
        story.stage.command("bob", f"oncall resolve {story.number(name)}")


# -- the day is handed over


@step
def reminded_of_the_handover(story: Story) -> None:
    """Half an hour before the hours end Bob is reminded of the handover."""
    before = len(story.stage.said("bob"))
    story.stage.later_until(16, 31)
    assert any("hand" in one.text for one in story.stage.said("bob")[before:])


@step
def a_note_for_the_next(story: Story) -> None:
    """Bob notes what to watch."""
    story.stage.command("bob", "handover note if node 14 is not ready, call the vendor")
    says(story.stage.command("bob", "handover draft"), "node 14")


@step
def bob_hands_over(story: Story) -> None:
    """Bob opens the handover, adds a line and submits it: it is posted in operations and sent to Dana."""
    before = len(story.stage.said("dana"))
    story.stage.fill_in("bob", "handover", {"watch": "node 14 <!channel>", "summary": "a long day"})
    assert "Handover" in story.stage.said(OPERATIONS)[-1].text
    assert story.stage.said("dana")[before:][-1].buttons == ("Accept",)


@step
def somebody_else_does_not_accept_it(story: Story) -> None:
    """Elif tries to accept it: it is for Dana."""
    says(story.stage.command("elif", "handover accept"), "Dana")


@step
def dana_accepts_the_handover(story: Story) -> None:
    """Dana accepts, and the post says so."""
    story.stage.press("dana", story.stage.said("dana")[-1], "Accept")
    assert "Accepted by Dana Petrov" in story.stage.said(OPERATIONS)[-1].text


@step
def out_of_hours(story: Story) -> None:
    """At night Farid reports an outage: he is told who is next, and whom to call."""
    story.stage.later_until(22, 0)
    story.post("night", SOS, "farid", BROKEN)
    (told,) = story.replies("night")
    assert "Service desk 7-7000" in told.text
    assert told.notified <= {"farid"}


@step
def the_morning(story: Story) -> None:
    """In the morning Dana is on duty: she is greeted, and pinged for what waited."""
    story.stage.later_until(9, 1)
    says(story.stage.command("farid", "oncall"), "Dana Petrov is on call")
    assert "dana" in story.replies("night")[-1].notified


@step
def what_was_handed_over(story: Story) -> None:
    """Grace reads the handover."""
    says(story.stage.command("grace", "handover show"), "node 14")


@step
def the_last_is_resolved(story: Story) -> None:
    """Dana takes and resolves it by reactions: nothing is open."""
    story.react("night", "dana", "eyes")
    story.react("night", "dana", "white_check_mark")
    assert story.is_in("night", RequestState.RESOLVED)
