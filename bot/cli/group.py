"""The group `watchbill`: its commands, and what becomes of their errors."""

import os
import sys
from typing import Any

import click

from bot.cli import backtest, duty, incident, operate, options, roster, slack, triage
from models.errors import WatchbillError


class Watchbill(click.Group):
    """A group whose commands may fail with our own errors: told on stderr in one line, exit 1 (wrong usage: 2)."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command. Raises ClickException for what went wrong."""
        try:
            return super().invoke(ctx)
        except WatchbillError as error:
            raise click.ClickException(options.with_path(str(error), ctx.obj)) from error
        except BrokenPipeError:
            # The reader of our output has seen enough; nothing may be flushed to it at the end either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(1)
        except OSError as error:
            place = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{place}{error.strerror or error}") from error


@click.group(cls=Watchbill, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="watchbill", prog_name="watchbill")
def main() -> None:
    """Triage support requests, and ping whoever is on call."""


for _command in (
    *operate.COMMANDS,
    *slack.COMMANDS,
    *roster.COMMANDS,
    *duty.COMMANDS,
    *incident.COMMANDS,
    *triage.COMMANDS,
    *backtest.COMMANDS,
):
    main.add_command(_command)
