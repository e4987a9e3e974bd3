"""What may stand where everybody reads."""

import pytest

from models.incidents.public import public
from models.policy import Person

PEOPLE = (
    Person(id="amina", name="Amina Diallo", slack="U01AAAAAAAA", rocketchat="amina.diallo", email="amina@example.org"),
    Person(id="will", name="Will Wong"),
)


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("Amina Diallo restarts it", "an engineer restarts it"),
        ("Amina restarts it, Will watches", "an engineer restarts it, an engineer watches"),
        ("ask <@U01AAAAAAAA> or @amina.diallo", "ask an engineer or an engineer"),
        ("write to amina@example.org", "write to an engineer"),
        ("it will come back; the disk is full", "it will come back; the disk is full"),
        ("a stranger is @somebody", "a stranger is an engineer"),
        ("image@sha256 and node@3 stay", "image@sha256 and node@3 stay"),
    ],
)
def test_no_person_s_name_is_left(said: str, read: str) -> None:
    assert public(said, PEOPLE, "an engineer") == read
