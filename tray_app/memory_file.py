"""MemoryFile: on disk, which models are kept loaded and what memory models took.

For the program and for verbs in a terminal, which write it only while no program runs. A file that
holds anything we cannot use is kept as `….bad` before we write; one that cannot be read now is not
written over.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

from tray_app import jsonfile
from tray_app.core.file_failures import FileFailed, file_failed
from tray_app.core.keeping.records import MAX_KEPT, MAX_MEASUREMENTS, KeptModel, Measurement
from tray_app.core.keeping.rows import (
    kept_from_row,
    kept_to_row,
    measurement_from_row,
    measurement_to_row,
)
from tray_app.core.lazy_dataclasses import dataclass

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

VERSION = 1


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the file holds."""

    kept: tuple[KeptModel, ...] = ()
    measured: tuple[Measurement, ...] = ()


class MemoryFile:
    """Reads and writes one file. Thread: any.

    `broken_path`: where the file is kept that held what we could not use. `unreadable`: why the
    file could not be read, None when it could; until then nothing is written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.broken_path: Path | None = None
        self.unreadable: FileFailed | None = None
        self._lock = threading.Lock()

    def load(self) -> Remembered:
        """What is on disk. Never raises: see the attributes."""
        with self._lock:
            return self._read()

    def write(self, remembered: Remembered) -> None:
        """Replace it. Raises FileFailed; the old file is then still whole."""
        with self._lock, jsonfile.locked(self.path):
            self._write(remembered)

    def change_kept(
        self, change: Callable[[tuple[KeptModel, ...]], tuple[KeptModel, ...]]
    ) -> tuple[KeptModel, ...]:
        """Read, change and write the list of kept models. Raises FileFailed."""
        with self._lock, jsonfile.locked(self.path):
            found = self._read()
            kept = change(found.kept)
            if kept != found.kept:
                self._write(Remembered(kept, found.measured))
            return kept

    def _write(self, remembered: Remembered) -> None:
        if self.unreadable is not None:
            self._read()
        if self.unreadable is not None:
            raise self.unreadable
        content = {
            "version": VERSION,
            "kept": [kept_to_row(kept) for kept in remembered.kept],
            "measured": [measurement_to_row(taken) for taken in remembered.measured],
        }
        try:
            jsonfile.write(self.path, content)
        except OSError as error:
            raise file_failed(error, self.path) from error

    def _read(self) -> Remembered:
        self.unreadable = None
        try:
            data = jsonfile.read(self.path)
            if not data:
                return Remembered()
            kept = jsonfile.listed(data, "kept", VERSION)
            measured = jsonfile.listed(data, "measured", VERSION)
        except NotADirectoryError:
            return Remembered()
        except jsonfile.BrokenFile as error:
            self._put_aside(str(error))
            return Remembered()
        except OSError as error:
            self.unreadable = file_failed(error, self.path)
            _log.info("%s is not readable: %s", self.path.name, error)
            return Remembered()
        reasons: list[str] = []
        models = _checked(kept, MAX_KEPT, kept_from_row, reasons)
        found = Remembered(
            tuple({model.key: model for model in reversed(models)}.values())[::-1],
            _checked(measured, MAX_MEASUREMENTS, measurement_from_row, reasons),
        )
        if reasons:
            self._put_aside("; ".join(reasons[:3]))
        return found

    def _put_aside(self, reason: str) -> None:
        self.broken_path, self.unreadable = jsonfile.keep_broken(self.path, reason)


def _checked(
    rows: Iterable[Any], most: int, read: Callable[[object], _T], reasons: list[str]
) -> tuple[_T, ...]:
    found: list[_T] = []
    for row in rows:
        if len(found) >= most:
            reasons.append("too many")
            break
        try:
            found.append(read(row))
        except (ValueError, OverflowError) as error:
            reasons.append(str(error)[:100])
    return tuple(found)
