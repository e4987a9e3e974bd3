"""A swap by a form: my shift and the person, then theirs; what comes of it is the wish that the command makes."""

from models.effects import Direct
from models.events import ButtonPressed, CommandGiven, FormSubmitted
from models.message import Answer, Form
from tests.handlers.build import Office, direct, office


def given(opened: Office, who: str, event: str, **more: object) -> Answer:
    opened.given += 1
    common = {"key": f"act:{opened.given}", "platform": "slack", "at": opened.now, "user": f"U-{who}"}
    kinds = {"command": CommandGiven, "press": ButtonPressed, "submit": FormSubmitted}
    answer = opened.intake.receive(kinds[event](**common, **more))
    assert answer is not None
    return answer


def form(answer: Answer) -> Form:
    assert answer.form is not None, answer
    return answer.form


def begins(opened: Office, who: str) -> Answer:
    place = {"channel": "C-devops-operations", "channel_name": "devops-operations"}
    return given(opened, who, "command", name="oncall", text="swap", **place)


def submits(opened: Office, who: str, shown: Form, **fields: str) -> Answer:
    return given(opened, who, "submit", form=shown.name, subject=shown.subject, fields=fields)


def label(shown: Form, field: str, at: int = 0) -> tuple[str, str]:
    return next(one for one in shown.fields if one.name == field).options[at]


def test_two_steps_lead_to_the_wish_that_the_command_makes(database_url: str) -> None:
    opened = office(database_url)
    first = form(begins(opened, "ben"))
    assert label(first, "mine")[1] == "Tue 3 Nov"
    assert [name for _, name in first.fields[1].options] == ["Ana Ruiz", "Cleo Park", "Dan Wu"]
    second = form(submits(opened, "ben", first, mine=label(first, "mine")[0], other="cleo"))
    assert label(second, "his")[1] == "Wed 4 Nov"
    answer = submits(opened, "ben", second, his=label(second, "his")[0])
    assert answer.reply is not None
    assert ["Ben Cole asks to swap shifts with you in platform." in one for one in direct(opened.owed(), "cleo")] == [
        True
    ]


def test_the_button_opens_the_same_form(database_url: str) -> None:
    opened = office(database_url)
    pressed = given(opened, "ben", "press", action="swap", value="", channel="", channel_name=None)
    assert form(pressed) == form(begins(opened, "ben"))


def test_who_has_no_shift_ahead_and_who_is_a_stranger_are_told_so(database_url: str) -> None:
    opened = office(database_url)
    for who in ("gil", "nobody"):
        answer = begins(opened, who)
        assert answer.form is None
        assert answer.reply is not None


def test_a_shift_that_changed_hands_between_the_steps_is_refused(database_url: str) -> None:
    opened = office(database_url)
    first = form(begins(opened, "ben"))
    second = form(submits(opened, "ben", first, mine=label(first, "mine")[0], other="cleo"))
    opened.command("dan", "oncall", "take tomorrow")
    opened.owed()
    answer = submits(opened, "ben", second, his=label(second, "his")[0])
    assert answer.reply is not None
    assert "meanwhile" in answer.reply.plain()
    assert not [one for one in opened.owed() if isinstance(one, Direct)]
