"""A word that comes in by every way there is, to see where it lies afterwards."""

from sqlalchemy import update

from bot.store import Store
from models.events import FormSubmitted, MessagePosted
from models.records import event as received
from models.records import handover as handovers
from models.records.delivery import OutboxRow, OutboxState
from tests.handlers.build import Office, instant

PLANTED = "xylograph"
"""A word that no sentence of ours has."""


def write(opened: Office, text: str, *, message: str = "17.1", channel: str = "devops-sos", who: str = "dev") -> None:
    opened.intake.receive(
        MessagePosted(
            key=f"msg:{channel}:{message}",
            platform="slack",
            at=opened.now,
            channel=f"C-{channel}",
            channel_name=channel,
            message=message,
            author=f"U-{who}",
            author_name="Dev Eloper",
            text=text,
        )
    )


def plant(opened: Office) -> None:
    """Let the word come in by every way there is."""
    write(opened, f"production is down, {PLANTED} gives 503 to all customers")
    write(opened, f"how do I resize a volume for {PLANTED}?", message="18.1", channel="devops-how-to", who="yan")
    write(opened, f"thanks, {PLANTED} all", message="19.1", channel="devops-how-to", who="zoe")
    for said in (
        f"log {PLANTED} was restarted",
        f"escalate 1 {PLANTED} is beyond me",
        "class 1 platform",
        f"off 2026-11-20 {PLANTED}",
        f"cover {PLANTED}",
        f"nonsense {PLANTED}",
        "resolve 1 https://docs.example.org/registry",
        "class 2 none",
        "why 1",
    ):
        opened.command("ana", "oncall", said)
    opened.command("ana", "handover", f"note {PLANTED} may come back")
    with opened.store.transaction() as session:
        row = handovers.of_shift(session, "platform", instant("2026-11-02 09:00"))
        assert row is not None
        fields = {"summary": f"{PLANTED} was down", "watch": f"watch {PLANTED}", "quiet": "notable"}
        form = FormSubmitted(
            key="form:1",
            platform="slack",
            at=opened.now,
            form="handover",
            subject=str(row.id),
            user="U-ana",
            fields=fields,
        )
        failed = FormSubmitted(
            key="form:2", platform="slack", at=opened.now, form="handover", subject="1", user="U-ana", fields=fields
        )
        received.keep_failure(session, failed, opened.now, None, "ValueError at x.py:1")
    opened.intake.receive(form)
    opened.pass_time("2026-11-11 10:00")
    send_all(opened.store)


def send_all(store: Store) -> None:
    """Let everything that is owed have gone out."""
    with store.transaction() as session:
        session.execute(update(OutboxRow).values(state=OutboxState.SENT))
