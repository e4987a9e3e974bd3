"""Everything that Watchbill keeps. Importing it loads every mapping, as the migrations need."""

from models.records import (
    account,
    asking,
    audit,
    calendar,
    delivery,
    directory,
    effort,
    event,
    exchange,
    gap,
    handover,
    home,
    knowledge,
    lane,
    reading,
    request,
    roster,
)
from models.records.base import Record

__all__ = [
    "Record",
    "account",
    "asking",
    "audit",
    "calendar",
    "delivery",
    "directory",
    "effort",
    "event",
    "exchange",
    "gap",
    "handover",
    "home",
    "knowledge",
    "lane",
    "reading",
    "request",
    "roster",
]
