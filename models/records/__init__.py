"""Everything that Watchbill keeps. Importing it loads every mapping, as the migrations need."""

from models.records import (
    account,
    audit,
    calendar,
    delivery,
    directory,
    effort,
    event,
    exchange,
    figures,
    gap,
    handover,
    knowledge,
    lane,
    request,
    roster,
)
from models.records.base import Record

__all__ = [
    "Record",
    "account",
    "audit",
    "calendar",
    "delivery",
    "directory",
    "effort",
    "event",
    "exchange",
    "figures",
    "gap",
    "handover",
    "knowledge",
    "lane",
    "request",
    "roster",
]
