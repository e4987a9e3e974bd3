"""The commands of whoever runs the bot: check, migrate, run, demo, forget."""

import sys
from datetime import datetime
from pathlib import Path

import click

from bot.cli import options


@click.command()
@options.config
@click.option("--online", is_flag=True, help="Also try the platforms: tokens, channels, scopes.")
def check(config: Path, online: bool) -> None:
    """Name every problem of the configuration and the store, each on a line of its own; exit 1 on an error."""
    from bot.check import check as found_by
    from bot.clock import SystemClock
    from bot.platform_probes import online as asked

    config.open("rb").close()  # a file that cannot be read is no finding, but an error of the command
    report = found_by(config, options.environ(), SystemClock().now(), [asked] if online else ())
    for line in report.lines():
        click.echo(options.with_path(line, config))
    sys.exit(0 if report.is_usable else 1)


@click.command()
@options.config
def migrate(config: Path) -> None:
    """Bring the store's tables up to this release."""
    from bot.store import Store

    store = Store(options.settings(config).database.url)
    was_current = store.revision_problem() is None
    store.migrate()
    click.echo(f"{store.shown_url()}: {'was current already' if was_current else 'brought up to this release'}")
    store.close()


@click.command()
@options.config
def run(config: Path) -> None:
    """Run the bot, on the platforms that the configuration names."""
    with options.loading():
        from bot import app

        found = options.settings(config)
    app.run(found, lambda: options.settings(config))


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free one.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Keep everything in this directory.")
@click.option("--at", type=options.IsoInstant(), help="Begin at this instant, such as 2026-11-20T09:00.")
def demo(port: int, data: Path | None, at: datetime | None) -> None:
    """Run the whole bot with a chat of its own in the browser: no account, nothing leaves this machine."""
    from bot.demo.run import run as play

    play(port, data, at)


@click.command()
@click.argument("who")
@options.config
@click.option("--apply", "is_applied", is_flag=True, help="Do it; without this, it only says what would be blanked.")
def forget(who: str, config: Path, is_applied: bool) -> None:
    """Blank what one person wrote, and learn anew without it. WHO: a person's id, or a handle such as slack:U01AAAA.

    Without --apply nothing changes: it shows how much it would be.
    """
    from bot import forgetting
    from bot.clock import SystemClock

    for line in forgetting.forgotten(options.settings(config), who, SystemClock().now(), is_applied=is_applied):
        click.echo(options.with_path(line, config))


COMMANDS = (check, migrate, run, demo, forget)
