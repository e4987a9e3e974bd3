"""Made exports: the same three days of one small support channel, as each platform writes them."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

START = datetime(2026, 11, 16, 17, tzinfo=UTC).timestamp()  # a Monday, 10:00 in Vancouver
HOUR = 3600


def at(hours: float) -> float:
    return START + hours * HOUR


def row(hours: float, user: str, text: str, thread: float | None = None, **more: object) -> dict[str, object]:
    found: dict[str, object] = {"type": "message", "user": user, "text": text, "ts": f"{at(hours):.6f}", **more}
    return found if thread is None else {**found, "thread_ts": f"{at(thread):.6f}"}


HOW_TO = [
    row(0, "U1", "how do I mount a secret in my pod?"),
    row(0.5, "U2", "in the docs, look for secrets", thread=0),
    row(1, "UBOT", "build 12 is green"),
    row(24, "U3", "thanks!"),
    row(25, "U4", "has joined", subtype="channel_join"),
]
SOS = [
    row(2, "U1", "our public site gives 503 to every customer &amp; nobody can pay"),
    row(2.01, "U1", "production is down for all customers"),
    row(2.2, "U2", "on it", thread=2),
    row(48, "U5", "prod is down, all users get 500", bot_id="B1"),
    row(49, "U5", "production is offline for everyone <@U2>"),
]
USERS = [{"id": "U1"}, {"id": "UBOT", "is_bot": True}]


def slack_zip(path: Path) -> Path:
    days: dict[str, list[dict[str, object]]] = {}
    for channel, rows in (("devops-how-to", HOW_TO), ("devops-sos", SOS)):
        for each in rows:
            day = datetime.fromtimestamp(float(str(each["ts"])), UTC).date().isoformat()
            days.setdefault(f"{channel}/{day}.json", []).append(each)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("channels.json", json.dumps([{"id": "C1", "name": "devops-how-to"}]))
        archive.writestr("users.json", json.dumps(USERS))
        for name, rows in days.items():
            archive.writestr(name, json.dumps(rows))
    return path


def lines(path: Path, *rows: object) -> Path:
    path.write_text("".join(f"{json.dumps(each)}\n" for each in rows), encoding="utf-8")
    return path
