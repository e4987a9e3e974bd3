"""What `watchbill check --online` tries on each platform in use."""

from collections.abc import Callable, Iterable

from bot.problem import Problem
from bot.settings import Settings

PROBES: tuple[Callable[[Settings], Iterable[Problem]], ...] = ()
