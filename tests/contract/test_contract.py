"""Every chat platform takes the same story, leaves the same records, and says the same.

What it leaves stands in left.txt. Where that is meant to change, `WATCHBILL_WRITE_STORY=local pytest tests/contract`
writes it anew from the local chat; the other platforms have to agree.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest

from tests.contract.in_local import in_local
from tests.contract.on_rocketchat import on_rocketchat
from tests.contract.on_slack import OnSlackOverHttp, on_slack
from tests.contract.stage import Stage
from tests.contract.story import STEPS, Story

Open = Callable[[str, Path], AbstractContextManager[Stage]]

LEFT = Path(__file__).with_name("left.txt")

STAGES: dict[str, Open] = {
    "slack-socket": lambda url, _: on_slack(url),
    "slack-http": lambda url, _: on_slack(url, OnSlackOverHttp),
    "rocketchat": lambda url, _: on_rocketchat(url),
    "local": lambda url, path: in_local(url, path / "chat.db"),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", STAGES)
def test_the_story_is_the_same_on_every_platform(name: str, sqlite_url: str, tmp_path: Path) -> None:
    assert len(STEPS) == 60
    with STAGES[name](sqlite_url, tmp_path) as stage:
        story = Story(stage)
        for number, step in enumerate(STEPS, 1):
            try:
                step(story)
            except (AssertionError, LookupError, ValueError) as error:
                raise AssertionError(f"{_so_far(story)}step {number}: {step.__doc__}\n{error}") from error
        left = _written({**stage.state(), **stage.spoken(story.threads)})
    if os.environ.get("WATCHBILL_WRITE_STORY") == name:
        LEFT.write_text(left)
    differing = [*unified_diff(LEFT.read_text().splitlines(), left.splitlines(), "left.txt", name, lineterm="")]
    assert not differing, "\n".join(differing)


def _written(left: Mapping[str, Sequence[Any]]) -> str:
    """Give what a story leaves as a text: a paragraph for each table, thread and place."""
    return "\n\n".join("\n".join([name, *(_line(one) for one in rows)]) for name, rows in left.items()) + "\n"


def _line(row: Sequence[Any]) -> str:
    return "  " + " | ".join("-" if one in (None, "") else str(one) for one in row)


def _so_far(story: Story) -> str:
    """Give the last that the bot said in each thread and place, for whoever looks for what went wrong."""
    threads = {name: story.stage.replies(ref)[-3:] for name, ref in story.refs.items()}
    places = {place: story.stage.said(place)[-2:] for place in ("devops-operations", "bob", "chidi", "dana")}
    lines = [
        f"{name}: {one.text!r} → {sorted(one.notified)} {one.buttons}"
        for name, found in {**threads, **places}.items()
        for one in found
    ]
    return "\n".join(lines) + "\n"
