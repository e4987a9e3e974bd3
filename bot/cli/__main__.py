"""`python -m bot.cli` is `watchbill`."""

from bot.cli import main

main(prog_name="watchbill")
