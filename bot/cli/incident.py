"""The command that writes what is known of an incident."""

from pathlib import Path

import click

from bot.cli import options

FORMATS = ("md", "json")


@click.command()
@click.argument("number", type=click.IntRange(1, 999_999_999))
@options.config
@click.option("--format", "to", type=click.Choice(FORMATS), default="md", show_default=True, help="How it is written.")
def incident(number: int, config: Path, to: str) -> None:
    """Write what is known of an incident, as the start of a retrospective. NUMBER: as the chat says it."""
    from bot import reports

    click.echo(reports.incident(options.settings(config), number, to), nl=False)


COMMANDS = (incident,)
