"""A fake Slack for tests and benchmarks; what it knows and from where: docs/fakes/slack.md."""

from tests.fakes.slack.delivery import Ack, Attempt, Delivery, Schedule
from tests.fakes.slack.fake import FakeSlack
from tests.fakes.slack.faults import Fault
from tests.fakes.slack.people import Handle
from tests.fakes.slack.rates import Rates
from tests.fakes.slack.requests import sign
from tests.fakes.slack.web import Call
from tests.fakes.slack.workspace import Channel, Json, SlackError, User, Usergroup

__all__ = [
    "Ack",
    "Attempt",
    "Call",
    "Channel",
    "Delivery",
    "FakeSlack",
    "Fault",
    "Handle",
    "Json",
    "Rates",
    "Schedule",
    "SlackError",
    "User",
    "Usergroup",
    "sign",
]
