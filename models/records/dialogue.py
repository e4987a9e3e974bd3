"""The forms that are being filled in as a dialogue, on a platform that has none: one for each person at a time."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.message import Form, form_from_json, form_to_json
from models.records.base import Record


class Dialogue(Record):
    """A form, what was answered so far, and what is asked now.

    field: the number of the field that is asked for, from 0; the number of fields: all is filled in, to be sent.
    is_paused: it waits until its person resumes it.
    """

    __tablename__ = "dialogue"

    platform: Mapped[str] = mapped_column(String(20), primary_key=True)
    user: Mapped[str] = mapped_column(String(200), primary_key=True)
    form: Mapped[dict[str, Any]]
    values: Mapped[dict[str, Any]]
    field: Mapped[int]
    is_paused: Mapped[bool]
    touched_at: Mapped[datetime]

    def opened(self) -> Form:
        """Give the form."""
        return form_from_json(self.form)

    @property
    def mark(self) -> str:
        """Give a short mark of what is asked now, and of what was answered before: another question has another one."""
        told = json.dumps([self.form, self.values, self.field], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:6]

    def keep(self, values: Mapping[str, str], field: int, now: datetime) -> None:
        """Keep what was answered, and what is asked next."""
        self.values, self.field, self.touched_at, self.is_paused = dict(values), field, now, False


def find(session: Session, platform: str, user: str) -> Dialogue | None:
    """Give somebody's dialogue; None where there is none."""
    return session.get(Dialogue, (platform, user))


def begin(session: Session, platform: str, user: str, form: Form, now: datetime) -> Dialogue:
    """Begin somebody's dialogue in place of the one that they had."""
    end(session, platform, user)
    row = Dialogue(
        platform=platform, user=user, form=form_to_json(form), values={}, field=0, is_paused=False, touched_at=now
    )
    session.add(row)
    session.flush()
    return row


def end(session: Session, platform: str, user: str) -> None:
    """Forget somebody's dialogue."""
    row = find(session, platform, user)
    if row is not None:
        session.delete(row)
        session.flush()


def forget_before(session: Session, instant: datetime) -> None:
    """Forget the dialogues that nobody touched since an instant."""
    session.execute(delete(Dialogue).where(Dialogue.touched_at < instant))
