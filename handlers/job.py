"""What a job is: something that has to be done at a time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from handlers.context import Context, Standing
from models.events import TimeCame


@dataclass(frozen=True, slots=True)
class Job:
    """What has to be done at a time. about: what that is, in words.

    due: gives the events of the instants that have come. coming: the next instant that will; None: none is known.
    """

    name: str
    about: str
    due: Callable[[Session, Standing, datetime], Iterable[TimeCame]]
    coming: Callable[[Session, Standing, datetime], datetime | None]
    handle: Callable[[Context, TimeCame], None]
