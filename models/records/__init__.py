"""Everything that Watchbill keeps. Importing it loads every mapping, as the migrations need."""

from models.records import audit, delivery, directory, event, handover, knowledge, lane, request, roster
from models.records.base import Record

__all__ = ["Record", "audit", "delivery", "directory", "event", "handover", "knowledge", "lane", "request", "roster"]
