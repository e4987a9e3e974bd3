"""The commands that say who is on call, and what was handed over."""

from datetime import date, datetime
from pathlib import Path

import click

from bot.cli import options

FORMATS = ("md", "json", "csv")


@click.command()
@options.config
@click.option("--at", type=options.IsoInstant(), help="At this instant; now, where it is left out.")
@click.option("--from-config", is_flag=True, help="Planned in memory from the configured lists; no store is read.")
@options.as_json
def oncall(config: Path, at: datetime | None, from_config: bool, as_json: bool) -> None:
    """Say who is on call in each rotation, until when, and who is next."""
    from bot import reports

    rows = reports.oncall(options.settings(config), at, is_stored=not from_config)
    (options.show_json if as_json else options.show_table)(rows)


@click.command()
@options.config
@click.option("--since", type=options.IsoDate(), help="Only those of shifts that ended on this day or later.")
@click.option("--until", type=options.IsoDate(), help="Only those of shifts that ended on this day or before.")
@click.option("--grep", "words", default="", metavar="TEXT", help="Only those with this text in them, in any case.")
@click.option(
    "--format", "to", type=click.Choice(FORMATS), default="md", show_default=True, help="How they are written."
)
def handovers(config: Path, since: date | None, until: date | None, words: str, to: str) -> None:
    """Write the handovers that were filed, the oldest first."""
    from bot import reports

    click.echo(reports.handovers(options.settings(config), since, until, words, to), nl=False)


COMMANDS = (oncall, handovers)
