"""What takes long to make, made once for all the workers of a run: the first to want it makes it, the others wait."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest

WORKER = "PYTEST_XDIST_WORKER"


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Give the folder that `make` fills. Nobody may change what is in it: whoever wants to takes a copy."""
    shared = factory.getbasetemp().parent if WORKER in os.environ else factory.getbasetemp()
    folder, done = shared / f"{name}-of-all", shared / f"{name}-is-made"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            folder.mkdir(exist_ok=True)  # what a making that failed has left is made anew
            make(folder)
            done.touch()
    return folder
