"""Everything that Watchbill keeps. Importing it loads every mapping, as the migrations need."""

from models.records import audit, calendar, delivery, directory, event, exchange, handover, lane, request, roster
from models.records.base import Record

__all__ = [
    "Record",
    "audit",
    "calendar",
    "delivery",
    "directory",
    "event",
    "exchange",
    "handover",
    "lane",
    "request",
    "roster",
]
