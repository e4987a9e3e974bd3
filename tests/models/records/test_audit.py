"""Who changed what, the newest first."""

from datetime import UTC, datetime, timedelta

from bot.store import Store
from models.records import audit
from models.records.audit import AuditEntry

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)


def test_the_last_changes_of_one_subject_come_newest_first(store: Store) -> None:
    with store.transaction() as session:
        for number in range(5):
            session.add(
                AuditEntry(at=NOW + timedelta(minutes=number), actor="lea", action=f"change {number}", subject="list:a")
            )
            session.flush()
        session.add(AuditEntry(at=NOW, actor="lea", action="other", subject="list:b"))
    with store.reading() as session:
        found = audit.of_subject(session, "list:a", limit=3)
    assert [entry.action for entry in found] == ["change 4", "change 3", "change 2"]
