"""What the workers of a parallel test run share: a folder, and turns at what there is only once."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QLockFile

from tests.support.waiting import wait_for


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """A folder of this run: the same one for all of its workers."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextmanager
def taking_turns(lock: Path, *, timeout_s: float) -> Iterator[None]:
    """While inside, every other process that takes turns with this file waits."""
    # Of Qt, as it is on every system, and frees the lock of a process that has died.
    file = QLockFile(str(lock))
    file.setStaleLockTime(0)
    wait_for(
        lambda: file.tryLock(0),
        timeout_s=timeout_s,
        interval_s=0.05,
        message=lambda: f"somebody else keeps {lock}",
    )
    try:
        yield
    finally:
        file.unlock()
