"""The command `backtest`: what the bot would have done over somebody's own history."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli import options

if TYPE_CHECKING:
    from bot.backtest.rehearsal import Doubt, Rehearsal

FORMATS = ("slack", "rocketchat", "jsonl")
ANSWERS = {"u": "urgent", "p": "platform", "c": "community", "n": "none"}
_MOST_FAULTS = 20


@click.command()
@click.argument("export", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--format", "written", type=click.Choice(FORMATS), help="What wrote the export; told by its files, if left out."
)
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Also write a report with plots here.")
@click.option("--label", is_flag=True, help="Ask for the class of the most doubtful, and keep the answers.")
@click.option(
    "--examples",
    type=click.Path(dir_okay=False, path_type=Path),
    default="labelled.jsonl",
    show_default=True,
    help="The file that the answers are added to.",
)
@options.maybe_config
@options.as_json
def backtest(  # noqa: PLR0917 - click names them
    export: Path,
    written: str | None,
    html: Path | None,
    label: bool,
    examples: Path,
    config: Path | None,
    as_json: bool,
) -> None:
    """Say what the bot would have done over an export of your own chat. Reads only, and sends nothing anywhere."""
    from bot.backtest.page import page
    from bot.backtest.summary import lines, summary

    rehearsal = _rehearsal(config)
    faults = _read(export, written, rehearsal)
    found = summary(rehearsal, faults)
    if html is not None:
        html.write_text(page(found, export.name), encoding="utf-8")
        click.echo(f"wrote {html}", err=True)
    if as_json:
        options.show_json(found.to_json())
    else:
        click.echo("\n".join(lines(found)))
    if label:
        _ask(found.doubtful, examples)
    if not found.read:
        raise click.ClickException(f"{export}: no message in it could be read")


def _rehearsal(config: Path | None) -> "Rehearsal":
    from bot.backtest.rehearsal import Rehearsal
    from bot.cli.triage import judge

    classifier, policy = judge(config)
    kinds = {channel.name: channel.kind for channel in policy.channels} if config is not None else None
    return Rehearsal(classifier, policy, policy.zone, kinds)


def _read(export: Path, written: str | None, rehearsal: "Rehearsal") -> int:
    """Let a rehearsal see every message, and give how many could not be read; the first are named on stderr."""
    from bot.exports.folder import opened
    from bot.exports.formats import READERS, told_by
    from bot.exports.post import Fault, Post

    faults = 0
    with opened(export) as folder, _progress(sum(folder.sizes.values())) as step:
        for item in READERS[written or told_by(folder)](folder):
            if isinstance(item, Post):
                rehearsal.see(item)
            elif isinstance(item, Fault):
                faults += 1
                if faults <= _MOST_FAULTS:
                    click.echo(f"{item.where}: {item.what}", err=True)
            else:
                step(item)
    if faults > _MOST_FAULTS:
        click.echo(f"… and {faults - _MOST_FAULTS} more", err=True)
    return faults


@contextmanager
def _progress(size: int) -> Iterator[Any]:
    """Give what is told how many bytes were read; on a terminal it shows how far it is."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=size, label="reading", file=sys.stderr) as bar:
        yield bar.update


def _ask(doubtful: "list[Doubt]", path: Path) -> None:
    """Ask for the class of each message, and add the answers to a file at once."""
    choice = click.Choice([*ANSWERS, "s", "q"])
    with path.open("a", encoding="utf-8") as file:
        for number, doubt in enumerate(doubtful, 1):
            click.echo(f"\n{number}/{len(doubtful)}  #{doubt.channel}\n{click.style(doubt.text, bold=True)}", err=True)
            click.echo(f"the triage says {doubt.said} {doubt.confidence:.2f}, or {doubt.runner_up}", err=True)
            said = click.prompt(
                "u(rgent) p(latform) c(ommunity) n(one), s(kip), q(uit)", type=choice, show_choices=False, err=True
            )
            if said == "q":
                break
            if said in ANSWERS:
                row = {"text": doubt.text, "label": ANSWERS[said], **({"channel": doubt.kind} if doubt.kind else {})}
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
                file.flush()
    click.echo(f"train with them: watchbill train --corpus {path}", err=True)


COMMANDS = (backtest,)
