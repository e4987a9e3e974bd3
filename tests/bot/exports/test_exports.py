"""Every export that can be read gives the same posts, and what is broken in it is named while the rest goes on."""

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.exports.folder import opened
from bot.exports.formats import READERS, told_by
from bot.exports.post import ExportError, Fault, Post, instant
from tests.bot.exports.made import at, lines, slack_zip

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def read(path: Path, written: str | None = None) -> Iterator[Post | Fault | int]:
    with opened(path) as folder:
        yield from READERS[written or told_by(folder)](folder)


def posts(path: Path, written: str | None = None) -> list[Post]:
    return [each for each in read(path, written) if isinstance(each, Post)]


def faults(path: Path, written: str | None = None) -> list[str]:
    return [f"{each.where}: {each.what}" for each in read(path, written) if isinstance(each, Fault)]


def test_slacks_zip_gives_what_people_wrote_channel_by_channel(tmp_path: Path) -> None:
    found = posts(slack_zip(tmp_path / "export.zip"))

    assert [post.channel for post in found] == ["devops-how-to"] * 4 + ["devops-sos"] * 5
    assert found[0].thread is None
    assert (found[1].thread, found[1].author) == (found[0].message, "U2")
    assert [post.author for post in found if post.is_bot] == ["UBOT", "U5"]
    assert found[4].text == "our public site gives 503 to every customer & nobody can pay"
    assert found[4].at.timestamp() == pytest.approx(at(2))


def test_an_unpacked_export_reads_as_the_zip_does(tmp_path: Path) -> None:
    path = slack_zip(tmp_path / "export.zip")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "unpacked")

    assert posts(tmp_path / "unpacked") == posts(path)


def test_a_broken_day_of_slacks_is_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("sos/2026-11-20.json", "{broken")
        archive.writestr("sos/2026-11-21.json", json.dumps([{"type": "message", "text": "no time"}, 7]))
        archive.writestr("sos/2026-11-22.json", json.dumps([{"type": "message", "ts": "1.5", "text": "fine"}]))

    assert [post.text for post in posts(path)] == ["fine"]
    assert [fault.split(":")[0] for fault in faults(path)] == [
        "sos/2026-11-20.json",
        "sos/2026-11-21.json, message 1",
        "sos/2026-11-21.json, message 2",
    ]


def test_a_damaged_archive_is_an_error(tmp_path: Path) -> None:
    path = slack_zip(tmp_path / "export.zip")
    path.write_bytes(path.read_bytes().replace(b"PK\x03\x04", b"PK\x00\x00"))

    with pytest.raises(ExportError, match=r"export\.zip"):
        list(read(path))


def test_a_rooms_own_export_of_rocket_chat_is_named_by_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "rooms"
    folder.mkdir()
    lines(
        folder / "devops-sos.json",
        {"msg": "prod is down", "username": "User_1", "ts": "2026-11-20T12:00:00.000Z"},
        {"msg": "User_2", "type": "uj", "username": "User_2", "ts": "2026-11-20T12:01:00.000Z"},
    )

    (post,) = posts(folder)

    assert (post.channel, post.author, post.at, post.thread) == ("devops-sos", "User_1", NOON, None)


def test_rocket_chats_collections_tell_rooms_threads_and_bots(tmp_path: Path) -> None:
    folder = tmp_path / "mongo"
    folder.mkdir()
    when = {"$date": "2026-11-20T12:00:00.000Z"}
    lines(folder / "rocketchat_room.json", {"_id": "R1", "name": "devops-sos", "t": "c"})
    lines(
        folder / "rocketchat_message.json",
        {"_id": "m1", "rid": "R1", "msg": "prod is down", "ts": when, "u": {"username": "ana"}},
        {"_id": "m2", "rid": "R1", "msg": "on it", "ts": when, "u": {"username": "bo"}, "tmid": "m1"},
        {"_id": "m3", "rid": "R1", "msg": "beep", "ts": when, "u": {"username": "ci"}, "bot": {"i": "x"}},
        {"_id": "m4", "rid": "R1", "msg": "bo", "ts": when, "u": {"username": "bo"}, "t": "au"},
    )

    found = posts(folder)

    assert [(post.channel, post.author, post.thread, post.is_bot) for post in found] == [
        ("devops-sos", "ana", None, False),
        ("devops-sos", "bo", "m1", False),
        ("devops-sos", "ci", None, True),
    ]


def test_json_lines_need_no_more_than_a_text(tmp_path: Path) -> None:
    path = lines(tmp_path / "own.jsonl", {"text": "a"}, {"text": "b", "channel": "sos", "user": "u", "ts": 1763640000})

    first, second = posts(path)

    assert (first.channel, first.author, first.thread) == ("", "", None)
    assert (second.channel, second.author, second.at.year) == ("sos", "u", 2025)


def test_faulty_lines_are_named_and_the_rest_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "own.jsonl"
    path.write_bytes(
        b'{"text": "a"}\n{"text": \xff}\n\n{no\n[1]\n{"text": 5}\n{"text": "b", "at": "noon"}\n{"text": "c"}\n'
    )

    assert [post.text for post in posts(path)] == ["a", "c"]
    assert [fault.split(":")[1].split(" ")[0] for fault in faults(path)][:3] == ["2", "4", "5"]
    assert len(faults(path)) == 5


@pytest.mark.parametrize(
    "value",
    ["2026-11-20T12:00:00Z", "2026-11-20T12:00:00", 1795176000, 1795176000.0, "1795176000.000000", 1795176000000],
)
def test_times_are_read_as_they_are_written(value: object) -> None:
    assert instant(value) == NOON
    assert instant({"$date": value}) == NOON


@pytest.mark.parametrize("value", [None, True, [], "noon", {}, 1e300])
def test_what_is_no_time_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        instant(value)
