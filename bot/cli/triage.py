"""The commands of the triage: classify, evaluate, train."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import click

from bot.cli import options

_BOM = b"\xef\xbb\xbf"
LABELS = ("urgent", "platform", "community", "none")


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@options.channel
def classify(file: IO[bytes], channel: str | None) -> None:
    """Classify lines of text, or of JSON {"text", "channel"?}: a line of JSON for each, in order.

    A line that is no UTF-8 or names an unknown channel is told on stderr and classified as well as can be; exit 1.
    """
    from models.policy import ChannelKind
    from models.triage.batch import classify_rows
    from models.triage.classifier import Classifier

    is_sound = True
    rows = classify_rows(_lines(file), Classifier.load(), channel=ChannelKind(channel) if channel else None)
    for number, row in enumerate(rows, start=1):
        problem = row.pop("problem", None)
        if problem is not None:
            is_sound = False
            click.echo(f"{_name(file)}:{number}: {problem}", err=True)
        # ASCII, so that no terminal's encoding and no half of a surrogate pair can stop the stream.
        click.echo(json.dumps(row))
    sys.exit(0 if is_sound else 1)


@click.command()
@click.argument("file", type=click.File("rb"))
@options.channel
@options.as_json
def evaluate(file: IO[bytes], channel: str | None, as_json: bool) -> None:
    """Measure the triage on labelled lines of JSON {"text", "label", "channel"?}."""
    from models.policy import ChannelKind
    from models.triage.classifier import Classifier
    from models.triage.evaluation import evaluate as measured
    from models.triage.report import render

    rows = list(_labelled(file))
    if not rows:
        raise click.ClickException(f"{_name(file)} has no labelled lines")
    found = measured(Classifier.load(), rows, channel=ChannelKind(channel) if channel else None)
    if as_json:
        options.show_json(found.to_json())
    else:
        click.echo(render(found), nl=False)


@click.command()
@click.option(
    "--corpus",
    "corpora",
    multiple=True,
    type=click.File("rb"),
    help="More labelled lines of JSON, beside the shipped ones; may be given several times.",
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Where the weights are written; the shipped ones are replaced, where it is left out.",
)
def train(corpora: tuple[IO[bytes], ...], output: Path | None) -> None:
    """Train the triage on the shipped corpus, and on your own beside it."""
    try:
        from models.triage.training import Example, corpus
        from models.triage.training import train as trained
    except ImportError:
        raise click.ClickException("training needs scikit-learn: pip install '.[train]'") from None

    more = [Example.parse(row) for file in corpora for row in _labelled(file)]
    examples = [*corpus(), *more]
    click.echo(f"training on {len(examples)} messages …", err=True)
    target = output or _shipped()
    target.write_text(trained(examples).dump(), encoding="utf-8")
    click.echo(f"wrote {target}", err=True)


def _shipped() -> Path:
    import models.triage

    return Path(models.triage.__path__[0]) / "weights.json"


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines as they come, without a byte order mark."""
    for number, line in enumerate(file):
        yield line.removeprefix(_BOM) if number == 0 else line


def _name(file: IO[bytes]) -> str:
    return getattr(file, "name", "<stdin>")


def _labelled(file: IO[bytes]) -> Iterator[dict[str, Any]]:
    """Yield the labelled rows of a file; empty lines are passed over. Raises ClickException with each faulty line."""
    faults = []
    for number, line in enumerate(_lines(file), start=1):
        if not line.strip():
            continue
        row, fault = _row(line)
        if fault is not None:
            faults.append(f"{_name(file)}:{number}: {fault}")
        elif row is not None:
            yield row
    if faults:
        raise click.ClickException("\n".join(faults))


def _row(line: bytes) -> tuple[dict[str, Any] | None, str | None]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return None, "is no JSON"
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        return None, 'is no object with a "text"'
    if row.get("label") not in LABELS:
        return None, f'its "label" is none of {", ".join(LABELS)}'
    if row.get("channel") is not None and row["channel"] not in options.CHANNEL_KINDS:
        return None, f'its "channel" is none of {", ".join(options.CHANNEL_KINDS)}'
    return row, None


COMMANDS = (classify, evaluate, train)
