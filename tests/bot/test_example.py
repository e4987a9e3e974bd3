"""The examples: every key stands in config.example.yaml, and what people copy has no problems."""

import re
from pathlib import Path

from bot.document import read
from bot.faults import keys_of
from bot.settings import File, inspect
from tests.bot.configurations import problems

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "config.example.yaml"
GUIDE = ROOT / "docs" / "configuration.md"

# A span of hours is written as one text; its parts are keys of the model only.
WITHIN_ONE_TEXT = {"oncall.rotations.hours.start", "oncall.rotations.hours.end"}
# What begins as the tokens of Slack do, and what is long enough.
TOKENS = {
    "SLACK_BOT_TOKEN": "xoxb-1-example",
    "SLACK_APP_TOKEN": "xapp-1-example",
    "FEED_SECRET": "0123456789abcdef",
}


def environment(text: str) -> dict[str, str]:
    """Give a value to every variable that a configuration names."""
    return {name: TOKENS.get(name, "example") for name in re.findall(r"\$\{([A-Z_]+)\}", text)}


def without_positions(path: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in path if isinstance(part, str))


def test_every_key_stands_in_the_example() -> None:
    known = {".".join(map(str, path)) for path in keys_of(File)} - WITHIN_ONE_TEXT
    written = {without_positions(path) for path in read(EXAMPLE).lines}
    assert sorted(known - written) == []


def test_the_example_has_no_problems() -> None:
    loaded = inspect(EXAMPLE, environment(EXAMPLE.read_text(encoding="utf-8")))
    assert loaded.problems == ()
    assert loaded.settings is not None


def test_the_example_needs_only_the_secrets_of_the_chosen_mode(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    given = environment(text)
    for mode, unneeded in (("socket", "SLACK_SIGNING_SECRET"), ("http", "SLACK_APP_TOKEN")):
        rest = {name: value for name, value in given.items() if name != unneeded}
        assert problems(tmp_path, text.replace("mode: socket", f"mode: {mode}"), **rest) == []
    (wrong,) = problems(tmp_path, text, **{name: given[name] for name in given if name != "SLACK_APP_TOKEN"})
    assert wrong.message == "the environment variable SLACK_APP_TOKEN is not set"


def test_the_example_has_no_problems_with_every_platform(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    enabled = text.replace("platforms: [slack]", "platforms: [slack, rocketchat, local]")
    assert enabled != text
    assert problems(tmp_path, enabled, **environment(text)) == []


def test_every_block_of_the_example_has_a_comment() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    blocks = [number for number, line in enumerate(lines) if re.match(r"[a-z_]+:", line)]
    bare = [lines[number] for number in blocks if not lines[number - 1].startswith("#")]
    assert [line for line in bare if line not in ("http:", "chat:", "oncall:", "after_hours:", "triage:")] == []
    followed = [lines[number + 1].strip() for number in blocks if lines[number] in bare]
    assert [line for line in followed if not line.startswith("#")] == []


def test_the_least_that_works_has_no_errors(tmp_path: Path) -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    found = problems(tmp_path, text, **environment(text))
    assert [(problem.is_error, problem.path) for problem in found] == [(False, "channels")]
