"""LedgerFile: the ledger of versions on disk, for the program and for verbs in a terminal.

Two programs may write it: each writes only what it has changed, over what is there then. Nothing is
lost to a fault of it: a file that holds anything we cannot use is kept as `….bad` before we write,
and one that cannot be read now is not written over.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tray_app import jsonfile
from tray_app.core.file_failures import FileFailed, file_failed
from tray_app.core.updates.ledger import MAX_RECORDS, Key, Ledger, Record
from tray_app.core.updates.ledger_rows import from_row, to_row

_log = logging.getLogger(__name__)

VERSION = 1
MAX_BYTES = 32_000_000
_REASONS_LOGGED = 3

Changes = Mapping[Key, Record | None]


class LedgerFile:
    """Reads and writes one file. Thread: any; writers take turns, also those of other programs.

    `broken_path`: where the file is kept that held what we could not use. `unreadable`: why the
    file could not be read, None when it could; until then nothing is written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.broken_path: Path | None = None
        self.unreadable: FileFailed | None = None
        self._lock = threading.Lock()
        self._signature: object = None

    def load(self) -> Ledger:
        """What is on disk. Never raises: see the attributes."""
        with self._lock:
            return Ledger(self._read())

    def has_changed(self) -> bool:
        """Whether somebody else has written it since we last looked."""
        return jsonfile.signature(self.path) != self._signature

    def write(self, changes: Changes, ours: Iterable[Record]) -> tuple[Record, ...] | None:
        """Write `changes`; `ours` is all that we know, with them. What is on disk now, None = just
        that: nobody else has written. Raises FileFailed; the old file is then still whole."""
        with self._lock, jsonfile.locked(self.path):
            is_foreign = (
                self._signature is None or self.unreadable is not None or self.has_changed()
            )
            records = {record.key: record for record in ours}
            if is_foreign:
                theirs = self._read()
                if self.unreadable is not None:
                    raise self.unreadable
                if theirs or jsonfile.is_there(self.path):
                    records = {record.key: record for record in theirs}
                    for key, record in changes.items():
                        if record is None:
                            records.pop(key, None)
                        else:
                            records[key] = record
            content = {"version": VERSION, "rows": _written(records.values())}
            try:
                jsonfile.write(self.path, content)
            except OSError as error:
                raise file_failed(error, self.path) from error
            self._signature = jsonfile.signature(self.path)
            return tuple(records.values()) if is_foreign else None

    def _read(self) -> tuple[Record, ...]:
        self.unreadable = None
        # Before: whoever writes while we read is found out the next time.
        self._signature = jsonfile.signature(self.path)
        try:
            data = jsonfile.read(self.path, max_bytes=MAX_BYTES, max_depth=None)
            return self._checked(jsonfile.listed(data, "rows", VERSION)) if data else ()
        except NotADirectoryError:
            return ()
        except jsonfile.BrokenFile as error:
            self._put_aside(str(error))
            return ()
        except OSError as error:
            self.unreadable = file_failed(error, self.path)
            _log.info("%s is not readable: %s", self.path.name, error)
            return ()

    def _checked(self, rows: list[Any]) -> tuple[Record, ...]:
        kept: list[Record] = []
        reasons: list[str] = []
        for row in rows[:MAX_RECORDS]:
            try:
                kept.append(from_row(row))
            except (ValueError, OverflowError) as error:
                reasons.append(str(error)[:100])
        dropped = len(rows) - len(kept)
        if dropped:
            why = "; ".join(reasons[:_REASONS_LOGGED]) or "too many"
            self._put_aside(f"{dropped} of {len(rows)} rows: {why}")
        return tuple(kept)

    def _put_aside(self, reason: str) -> None:
        self.broken_path, self.unreadable = jsonfile.keep_broken(self.path, reason)


def _written(records: Iterable[Record]) -> list[str]:
    rows = []
    for record in records:
        try:
            rows.append(to_row(record))
        except ValueError as error:  # one that would not be read again
            _log.info("not written: %s", error)
    return rows
