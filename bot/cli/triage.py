"""The commands of the triage: classify, evaluate, train."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from bot.cli import options

if TYPE_CHECKING:
    from models.policy import Policy
    from models.triage.classifier import Classifier
    from models.triage.training import Example

_BOM = b"\xef\xbb\xbf"
LABELS = ("urgent", "platform", "community", "none")


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@options.channel
@options.maybe_config
def classify(file: IO[bytes], channel: str | None, config: Path | None) -> None:
    """Classify lines of text, or of JSON {"text", "channel"?}: a line of JSON for each, in order.

    A line that is no UTF-8 or names an unknown channel is told on stderr and classified as well as can be; exit 1.
    """
    from models.policy import ChannelKind
    from models.triage.batch import classify_rows

    is_sound = True
    classifier, policy = judge(config)
    rows = classify_rows(
        _lines(file),
        classifier,
        channel=ChannelKind(channel) if channel else None,
        services=policy.services,
        costs=policy.triage.costs,
    )
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
@options.maybe_config
@options.as_json
def evaluate(file: IO[bytes], channel: str | None, config: Path | None, as_json: bool) -> None:
    """Measure the triage on labelled lines of JSON {"text", "label", "channel"?}."""
    from models.policy import ChannelKind
    from models.triage.evaluation import evaluate as measured
    from models.triage.report import render

    rows = list(_labelled(file))
    if not rows:
        raise click.ClickException(f"{_name(file)} has no labelled lines")
    classifier, policy = judge(config)
    found = measured(
        classifier,
        rows,
        channel=ChannelKind(channel) if channel else None,
        services=policy.services,
        costs=policy.triage.costs,
    )
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
@click.option("--from-store", is_flag=True, help="Learn from what people corrected; the better model judges.")
@click.option("--rollback", is_flag=True, help="Let the model before the last learned one judge again.")
@click.option(
    "--config",
    "config",
    type=click.Path(path_type=Path),
    envvar="WATCHBILL_CONFIG",
    show_envvar=True,
    help="The configuration whose store is learned from.",
)
def train(
    corpora: tuple[IO[bytes], ...], output: Path | None, from_store: bool, rollback: bool, config: Path | None
) -> None:
    """Train the triage on the shipped corpus, and on your own or on people's corrections beside it."""
    if (from_store or rollback) and config is None:
        raise click.UsageError("--from-store and --rollback need --config")
    if from_store and (rollback or output):
        raise click.UsageError("--from-store goes with neither --rollback nor --output")
    try:
        if config is not None and rollback:
            _roll_back(config)
        elif config is not None and from_store:
            _train_from_store(config, corpora)
        else:
            _train_anew(corpora, output)
    except ModuleNotFoundError as error:
        raise click.ClickException(f"training needs {error.name}: pip install '.[train]'") from None


def _train_anew(corpora: tuple[IO[bytes], ...], output: Path | None) -> None:
    from models.triage.training import corpus
    from models.triage.training import train as trained

    examples = [*corpus(), *_examples(corpora)]
    click.echo(f"training on {len(examples)} messages …", err=True)
    target = output or _shipped()
    target.write_text(trained(examples).dump(), encoding="utf-8")
    click.echo(f"wrote {target}", err=True)


def _train_from_store(config: Path, corpora: tuple[IO[bytes], ...]) -> None:
    from bot import retraining

    settings = options.settings(config)
    click.echo("training …", err=True)
    learned = retraining.train(settings, _examples(corpora))
    for line in retraining.report(learned, retraining.file_of(settings)):
        click.echo(options.with_path(line, config))


def _roll_back(config: Path) -> None:
    from bot.model_file import ModelFile
    from models.errors import ConfigError

    file = ModelFile.of(options.settings(config))
    if file is None:
        raise ConfigError("triage.model: no file of a learned model is named")
    file.roll_back()
    click.echo(f"{file.path}: the model before it judges again, after a restart or SIGHUP")


def _examples(corpora: tuple[IO[bytes], ...]) -> "list[Example]":
    from models.triage.training import Example

    return [Example.parse(row) for file in corpora for row in _labelled(file)]


def judge(config: Path | None) -> "tuple[Classifier, Policy]":
    """Give who judges, and by which policy: those of a configuration, the shipped ones without it."""
    from models.policy import Policy
    from models.triage.classifier import Classifier

    if config is None:
        return Classifier.load(), Policy()
    from bot.model_file import classifier_of

    settings = options.settings(config)
    return classifier_of(settings), settings.policy


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
