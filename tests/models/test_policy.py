"""What the organisation decided, as it is parsed: what is refused, and what is found in it."""

from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.policy import (
    Channel,
    ChannelKind,
    Escalation,
    Hours,
    KnownAnswer,
    OnCall,
    Person,
    Policy,
    Rotation,
    Weekday,
)
from models.written import parse_day, parse_duration, parse_time


@pytest.mark.parametrize(
    ("written", "length"),
    [
        ("0m", timedelta()),
        ("90s", timedelta(seconds=90)),
        ("4h", timedelta(hours=4)),
        (" 10 d ", timedelta(days=10)),
        (timedelta(1), timedelta(1)),
    ],
)
def test_a_duration_is_a_number_and_a_unit(written: object, length: timedelta) -> None:
    assert parse_duration(written) == length


@pytest.mark.parametrize("written", [5, "5", "", "m", "-5m", "5 min", "1h30m", "5.5h", None, True, "9" * 40 + "d"])
def test_anything_else_is_no_duration(written: object) -> None:
    with pytest.raises(ValueError, match=r"duration|longer than anybody waits"):
        parse_duration(written)


@given(st.times())
def test_a_time_of_day_comes_back_as_it_was_written(at: time) -> None:
    whole = at.replace(second=0, microsecond=0)
    assert parse_time(f"{whole:%H:%M}") == whole


@pytest.mark.parametrize("written", [540, "24:00", "9", "09:60", "9:5", "noon", None])
def test_anything_else_is_no_time_of_day(written: object) -> None:
    with pytest.raises(ValueError, match="write it as 09:00"):
        parse_time(written)


def test_a_day_is_a_date_and_nothing_else() -> None:
    assert parse_day("2026-12-24") == parse_day(date(2026, 12, 24)) == date(2026, 12, 24)
    for written in ("24.12.2026", "2026-02-30", "", "20261224", "2026-W52-4", 20261224.5):
        with pytest.raises(ValueError, match="write it as 2026-12-24"):
            parse_day(written)


def test_a_weekday_is_that_of_the_date() -> None:
    assert [Weekday.of(date(2026, 11, day)) for day in (2, 8)] == [Weekday.MON, Weekday.SUN]


@pytest.mark.parametrize("written", ["09:00-17:00", "9:00–17:00", " 09:00 - 17:00 "])
def test_hours_are_a_span_of_one_day(written: str) -> None:
    assert Hours.model_validate(written) == Hours(start=time(9), end=time(17))


@pytest.mark.parametrize("written", ["09:00", "17:00-09:00", "09:00-09:00", "9-17"])
def test_hours_that_end_before_they_begin_are_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        Hours.model_validate(written)


def step(after: str, *to: str) -> dict[str, Any]:
    return {"after": after, "to": list(to)}


@pytest.mark.parametrize("kind", ["urgent", "platform"])
def test_escalation_steps_stand_in_the_order_of_their_times_and_there_is_one(kind: str) -> None:
    two = [step("0m", "primary"), step("5m", "leads")]
    assert len(getattr(Escalation.model_validate({kind: two}), kind)) == 2
    with pytest.raises(ValidationError, match="order of their times"):
        Escalation.model_validate({kind: two[::-1]})
    with pytest.raises(ValidationError, match="there must be a step"):
        Escalation.model_validate({kind: []})


def test_a_step_that_tells_nobody_is_refused() -> None:
    with pytest.raises(ValidationError):
        Escalation.model_validate({"urgent": [step("0m")]})


def test_by_default_urgent_requests_reach_everybody_within_fifteen_minutes() -> None:
    urgent = Escalation().urgent
    assert [(one.after, one.to, one.by) for one in urgent] == [
        (timedelta(), ("primary",), "thread"),
        (timedelta(minutes=5), ("primary",), "dm"),
        (timedelta(minutes=10), ("secondary",), "thread"),
        (timedelta(minutes=15), ("team", "leads"), "thread"),
    ]


@pytest.mark.parametrize(
    "document",
    [
        {"timezone": "Vancouver"},
        {"time_zone": "UTC"},
        {"channels": [{"name": "sos", "kind": "help"}]},
        {"channels": [{"name": "", "kind": "sos"}]},
        {"triage": {"costs": {"missed": 0}}},
        {"retention": {"text_days": 0}},
        {"answers": [{"match": "(", "title": "t", "url": "https://example.org"}]},
        {"oncall": {"rotations": [{"name": "two words"}]}},
        {"oncall": {"rotations": [{"name": "r", "horizon_days": 3}]}},
    ],
)
def test_what_means_nothing_is_refused(document: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Policy.model_validate(document)


def test_a_pattern_that_does_not_compile_is_named() -> None:
    with pytest.raises(ValidationError, match="is no regular expression"):
        KnownAnswer.model_validate({"match": "[", "title": "t", "url": "https://example.org"})


# -- what is found in it

AMINA = Person(id="amina", name="Amina", slack="U1", rocketchat="amina.d")
BOB = Person(id="bob", name="Bob", local="bobby")
POLICY = Policy(
    channels=(
        Channel(name="sos", kind=ChannelKind.SOS),
        Channel(name="how-to", kind=ChannelKind.HOW_TO),
        Channel(name="how-to-2", kind=ChannelKind.HOW_TO),
    ),
    people=(AMINA, BOB),
    oncall=OnCall(
        leads=("amina",),
        rotations=(
            Rotation(name="all", engineers=("bob",)),
            Rotation(name="data", channels=("how-to-2",)),
        ),
    ),
)


def test_a_person_is_found_by_id_and_by_the_handle_of_each_platform() -> None:
    assert POLICY.person("amina") == AMINA
    assert POLICY.person("gone") is POLICY.person(None) is None
    assert POLICY.person_with_handle("slack", "U1") == AMINA
    assert POLICY.person_with_handle("rocketchat", "amina.d") == AMINA
    assert POLICY.person_with_handle("slack", "amina.d") is None


def test_in_the_local_chat_the_id_is_the_handle_unless_another_is_given() -> None:
    assert (AMINA.handle("local"), BOB.handle("local"), BOB.handle("slack")) == ("amina", "bobby", None)


def test_a_channel_is_found_by_name_and_the_first_of_a_kind() -> None:
    assert POLICY.channel("sos") == POLICY.channel_of_kind(ChannelKind.SOS)
    assert POLICY.channel("nowhere") is POLICY.channel(None) is POLICY.channel_of_kind(ChannelKind.ALERTS) is None
    first = POLICY.channel_of_kind(ChannelKind.HOW_TO)
    assert first is not None
    assert first.name == "how-to"


@pytest.mark.parametrize(
    ("channel", "rotation"), [("how-to-2", "data"), ("how-to", "all"), ("nowhere", "all"), (None, "all")]
)
def test_a_channels_rotation_is_the_one_that_names_it_else_the_one_for_all(channel: str | None, rotation: str) -> None:
    found = POLICY.rotation_for(channel)
    assert found is not None
    assert found.name == rotation


def test_without_a_name_the_first_rotation_is_meant() -> None:
    assert POLICY.rotation() == POLICY.rotation("all")
    assert POLICY.rotation("none-such") is None
    assert Policy().rotation() is Policy().rotation_for("sos") is None


def test_leads_lead_and_are_engineers_and_strangers_are_neither() -> None:
    assert (POLICY.is_lead(AMINA), POLICY.is_lead(BOB), POLICY.is_lead(None)) == (True, False, False)
    assert (POLICY.is_engineer(AMINA), POLICY.is_engineer(BOB), POLICY.is_engineer(None)) == (True, True, False)


def test_a_policy_is_never_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(POLICY, "timezone", "UTC")  # noqa: B010 - mypy refuses the plain form, as it should


@pytest.mark.parametrize("name", ["", " ", "\t\n"])
def test_a_person_has_a_name_that_can_be_read(name: str) -> None:
    with pytest.raises(ValidationError):
        Person(id="amina", name=name)


def test_the_space_around_a_name_is_no_part_of_it() -> None:
    assert Person(id="amina", name=" Amina Diallo ").name == "Amina Diallo"


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("\u202eevil", "\u202eevil\u202c"),
        ("\u202eevil\u202c", "\u202eevil\u202c"),
        ("\u2067a \u202bb\u202c", "\u2067a \u202bb\u202c\u2069"),
        ("\u202c Ana\u200f", "\u202c Ana\u200f"),
    ],
)
def test_a_name_ends_each_turn_of_the_direction_of_writing_that_it_begins(name: str, kept: str) -> None:
    assert Person(id="odd", name=name).name == kept
