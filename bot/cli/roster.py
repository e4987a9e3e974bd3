"""`watchbill roster`: who serves when, and the lists as files."""

import sys
from datetime import date
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from bot.cli import options

if TYPE_CHECKING:
    from bot.settings import Settings


@click.group(invoke_without_command=True)
@options.config_of_group
@click.option("--from", "first", type=options.IsoDate(), help="The first day; today, where it is left out.")
@click.option("--days", type=click.IntRange(1, 3660), default=14, show_default=True, help="How many calendar days.")
@click.option("--from-config", is_flag=True, help="Planned in memory from the configured lists; no store is read.")
@click.option(
    "--verify", is_flag=True, help="Recompute every draw from its seed, and hold the shifts against the order."
)
@options.as_json
@click.pass_context
def roster(
    ctx: click.Context,
    config: Path | None,
    first: date | None,
    days: int,
    *,
    from_config: bool,
    verify: bool,
    as_json: bool,
) -> None:
    """List who serves when: a row for each calendar day of each rotation."""
    if ctx.invoked_subcommand is not None:
        return
    from bot import reports

    if verify:
        _verify(options.settings(config), as_json=as_json)
        return
    rows = reports.roster(options.settings(config), first, days, is_stored=not from_config)
    (options.show_json if as_json else options.show_table)(rows)


def _verify(settings: "Settings", *, as_json: bool) -> None:
    from bot import reports
    from handlers.wording.roster_proof import lines

    found = reports.proofs(settings)
    if as_json:
        options.show_json([one.to_json() for one in found])
    else:
        for line in lines(found):
            click.echo(line)
    sys.exit(0 if all(one.proof.is_sound for one in found) else 1)


@roster.command("export")
@click.argument("file", type=click.File("w", encoding="utf-8", lazy=True), default="-")
@options.config
def export(file: IO[str], config: Path) -> None:
    """Write the lists as the configuration has them, to a file or (-) to stdout."""
    from bot import roster_file

    file.write(roster_file.exported(options.settings(config)))


@roster.command("import")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@options.config
@click.option("--apply", "is_applied", is_flag=True, help="Do it; without this, it only says what would change.")
def import_(file: Path, config: Path, is_applied: bool) -> None:
    """Make the lists those of a file. Without --apply nothing changes: it shows what would."""
    from bot import roster_file

    for line in roster_file.imported(options.settings(config), file, is_applied=is_applied):
        click.echo(line)


COMMANDS = (roster,)
