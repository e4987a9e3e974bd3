"""The options and values that several commands share."""

import gc
import json
import os
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from bot.settings import Settings

CHANNEL_KINDS = ("how-to", "sos", "operations", "alerts", "general")


def _remembered(ctx: click.Context, _param: click.Parameter, path: Path | None) -> Path | None:
    ctx.find_root().obj = path
    return path


def with_path(said: str, path: object) -> str:
    """Give what is said with the commands in it as they can be typed, naming the file of this call."""
    return said.replace("--config FILE", f"--config {shlex.quote(str(path))}") if path is not None else said


def _config(*, is_required: bool) -> Callable[[Any], Any]:
    def remembered(ctx: click.Context, param: click.Parameter, path: Path | None) -> Path | None:
        """Keep the file; give the one that stands before a subcommand, as in `roster --config FILE export`."""
        root = ctx.find_root()
        root.obj = path or root.obj
        if is_required and root.obj is None:
            raise click.MissingParameter(ctx=ctx, param=param)
        return path or root.obj

    return click.option(
        "--config",
        "config",
        type=click.Path(path_type=Path),
        envvar="WATCHBILL_CONFIG",
        show_envvar=True,
        help="The configuration file, which is needed.",
        callback=remembered,
    )


config = _config(is_required=True)
config_of_group = _config(is_required=False)
"""For a group that also does something by itself: its subcommands may have the option instead."""
maybe_config = click.option(
    "--config",
    "config",
    type=click.Path(path_type=Path),
    help="A configuration file: its catalogue, its costs and what was learned from its store are used.",
    callback=_remembered,
)
as_json = click.option("--json", "as_json", is_flag=True, help="Only JSON on stdout.")
channel = click.option(
    "--channel",
    type=click.Choice(CHANNEL_KINDS),
    help="The kind of the channel that the messages come from, where a line does not say.",
)


class IsoDate(click.ParamType[date]):
    """A date such as 2026-11-20."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Give the date. Fails as wrong usage."""
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date: write it as 2026-11-20", param, ctx)


class IsoInstant(click.ParamType[datetime]):
    """An instant such as 2026-11-20T09:00; without an offset, in the organisation's time zone."""

    name = "iso-datetime"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Give the instant, aware or not. Fails as wrong usage."""
        try:
            return datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no date and time: write it as 2026-11-20T09:00", param, ctx)


def environ() -> Mapping[str, str]:
    """Give the environment that `${VAR}` is taken from."""
    return dict(os.environ)


@contextmanager
def loading() -> Iterator[None]:
    """Import within this what a command needs: nothing of it becomes rubbish, and to look for it takes a tenth."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def settings(path: Path | None) -> "Settings":
    """Give the settings of a configuration. Raises ConfigError with every problem, MissingParameter for no file."""
    if path is None:
        raise click.MissingParameter(param_hint="'--config'", param_type="option")
    from bot.settings import load

    return load(path, environ())


def show_json(value: object) -> None:
    """Write a value as JSON, and nothing else, to stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def show_table(rows: list[dict[str, Any]]) -> None:
    """Write rows with the same keys as a table that people read."""
    if not rows:
        return
    cells = [list(rows[0]), *([_cell(value) for value in row.values()] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key}:{each}" for key, each in value.items()) or "-"
    return "-" if value is None else str(value)
