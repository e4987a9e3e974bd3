"""What it takes to blank words: whose they are, and a table that may hold some."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, ScalarSelect, Select, and_, bindparam, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from models.records.asking import AskedRow
from models.records.base import Record, table_of
from models.records.request import ReadMessage, Request

ALL: ColumnElement[bool] = true()


@dataclass(frozen=True, slots=True)
class Whose:
    """Somebody whose words are meant. handles: platform and user id on each. person: their id; None for a stranger.

    called: their name, as handovers and the log have it; empty for a stranger.
    """

    handles: Sequence[tuple[str, str]]
    person: str | None = None
    called: str = ""

    def wrote(self, record: type[Request] | type[ReadMessage] | type[AskedRow]) -> ColumnElement[bool]:
        """Say which requests or messages are theirs."""
        return or_(*(and_(record.platform == platform, record.author == user) for platform, user in self.handles))

    def is_in(self, column: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
        """Say in which rows a column of people's ids has them. A stranger is in none: there, nobody means the bot."""
        return false() if self.person is None else column == self.person

    def requests(self) -> Select[Any]:
        """Give the numbers of their requests."""
        return select(Request.id).where(self.wrote(Request))

    def called_in_thanks(self) -> list[str]:
        """Give what thanks know them by: their id, or a platform and a user id."""
        return [*([self.person] if self.person is not None else []), *self.called_elsewhere()]

    def called_elsewhere(self) -> list[str]:
        """Give what they are called where they have no handle: a platform and a user id."""
        return [f"{platform}:{user}" for platform, user in self.handles]

    @property
    def users(self) -> list[str]:
        """Their user ids, whatever the platform."""
        return [user for _, user in self.handles]


@dataclass(frozen=True, slots=True)
class Place:
    """One table that may hold words.

    since: how old the words of a row are. words: the columns with words, each with what is left of a value. is_left:
    the rows that hold words still. is_settled: those that no work under way needs; is_over: those that nobody may come
    back to. of: those that are somebody's. names: the columns with what somebody is called.
    """

    record: type[Record]
    since: InstrumentedAttribute[Any] | ScalarSelect[Any]
    words: Mapping[str, Callable[[Any], Any]]
    is_left: ColumnElement[bool]
    of: Callable[[Whose], ColumnElement[bool]]
    is_settled: ColumnElement[bool] = ALL
    is_over: ColumnElement[bool] = ALL
    names: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of its table."""
        return table_of(self.record).name

    @property
    def is_old(self) -> ColumnElement[bool]:
        """Which rows are older than the parameter `before`, as `limit` gives it."""
        return self.since < bindparam("before", type_=self.since.type)

    def limit(self, before: datetime) -> datetime | date:
        """Give what rows older than an instant are before; a day is older when it is over a day earlier."""
        return before.date() - timedelta(days=1) if isinstance(self.since.type, Date) else before

    def blank(self, row: Record) -> None:
        """Blank the words of a row."""
        for column, left in self.words.items():
            setattr(row, column, left(getattr(row, column)))
