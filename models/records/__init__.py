"""Everything that Watchbill keeps. Importing it loads every mapping, as the migrations need."""

from models.records import (
    account,
    audit,
    calendar,
    debt,
    delivery,
    directory,
    effort,
    event,
    exchange,
    feedback,
    gap,
    handover,
    knowledge,
    lane,
    request,
    roster,
    thanks,
)
from models.records.base import Record

__all__ = [
    "Record",
    "account",
    "audit",
    "calendar",
    "debt",
    "delivery",
    "directory",
    "effort",
    "event",
    "exchange",
    "feedback",
    "gap",
    "handover",
    "knowledge",
    "lane",
    "request",
    "roster",
    "thanks",
]
