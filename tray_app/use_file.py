"""UseFile: when models were used, on disk, in a database of SQLite.

One that is damaged, or that another program has made, is kept as `….bad`, and a new one is begun;
one that cannot be read now is left alone, and nothing is written until it can.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tray_app import jsonfile
from tray_app.core.file_failures import FileFailed, file_failed
from tray_app.core.use.days import DaySet
from tray_app.core.use.ledger import MAX_MODELS, ModelUse, ServerWatch, UseKey, UseLedger
from tray_app.private_files import make_folder, opener

if TYPE_CHECKING:
    import sqlite3

VERSION = 1
_APPLICATION = 0x4F547561  # so that we know our own: "OTua"
MAX_BYTES = 64_000_000
_MAX_TEXT = 300
_BUSY_S = 2.0
_SIDE_FILES = ("-journal", "-wal", "-shm")

_MODEL_TABLE = """
CREATE TABLE IF NOT EXISTS model (
    server TEXT NOT NULL, weights TEXT NOT NULL, seen_at INTEGER NOT NULL, used_at INTEGER,
    days BLOB NOT NULL, PRIMARY KEY (server, weights)
) WITHOUT ROWID
"""
_WATCH_TABLE = """
CREATE TABLE IF NOT EXISTS watch (
    server TEXT NOT NULL PRIMARY KEY, since INTEGER NOT NULL, seconds INTEGER NOT NULL,
    days BLOB NOT NULL
) WITHOUT ROWID
"""
_SCHEMA = (
    _MODEL_TABLE,
    _WATCH_TABLE,
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {VERSION}",
)


class _NotOurs(Exception):
    """The file holds something else than what we write."""


class UseFile:
    """Reads and writes one file. Thread: any, one at a time.

    `broken_path`: where the file is kept that could not be used. `unreadable`: why it could not be
    read, None when it could; until then nothing is written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.broken_path: Path | None = None
        self.unreadable: FileFailed | None = None

    def load(self) -> UseLedger:
        """What is on disk. Never raises: see the attributes."""
        self.unreadable = None
        if not jsonfile.is_there(self.path):
            return UseLedger()
        import sqlite3

        try:
            return self._read()
        except (_NotOurs, sqlite3.DatabaseError) as error:
            if _is_busy(error):
                self.unreadable = FileFailed(str(self.path), str(error))
            else:
                self._put_aside(str(error))
        except OSError as error:
            self.unreadable = file_failed(error, self.path)
        return UseLedger()

    def write(
        self,
        models: Mapping[UseKey, ModelUse | None],
        watches: Mapping[str, ServerWatch | None],
    ) -> None:
        """Write what has changed; None = removed. Raises FileFailed; the rest is then as before."""
        import sqlite3

        if self.unreadable is not None:
            raise self.unreadable
        try:
            make_folder(self.path.parent)
            with open(self.path, "ab", opener=opener):
                pass  # made for its owner alone
            with closing(self._connect()) as database:
                # All at once: who reads meanwhile must not take half of it for a strange file.
                database.execute("BEGIN IMMEDIATE")
                for line in _SCHEMA:
                    database.execute(line)
                _write_models(database, models)
                _write_watches(database, watches)
                database.execute("COMMIT")
        except sqlite3.Error as error:
            raise FileFailed(str(self.path), str(error)) from error
        except OSError as error:
            raise file_failed(error, self.path) from error

    def _connect(self) -> sqlite3.Connection:
        """To the file that is there: one that has gone meanwhile is not made anew."""
        import sqlite3

        place = f"{self.path.absolute().as_uri()}?mode=rw"
        return sqlite3.connect(place, uri=True, timeout=_BUSY_S, isolation_level=None)

    def _read(self) -> UseLedger:
        size = self.path.stat().st_size
        if size > MAX_BYTES:
            raise _NotOurs(f"{size} bytes")
        if not size:
            return UseLedger()  # nothing was written yet
        with self.path.open("rb"):
            pass  # an error of the system is told by its own name
        with closing(self._connect()) as database:
            database.execute("BEGIN")  # all of it as it is at one moment
            found = database.execute("PRAGMA application_id").fetchone()
            if found != (_APPLICATION,):
                raise _NotOurs("it was not made by Ollama Tray")
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version != VERSION:
                raise _NotOurs(f"version {version}")
            (verdict,) = database.execute("PRAGMA quick_check(1)").fetchone()
            if verdict != "ok":
                raise _NotOurs(str(verdict)[:_MAX_TEXT])
            models = database.execute("SELECT * FROM model LIMIT ?", (MAX_MODELS,)).fetchall()
            watches = database.execute("SELECT * FROM watch LIMIT ?", (MAX_MODELS,)).fetchall()
        try:
            return UseLedger([_use(*row) for row in models], [_watch(*row) for row in watches])
        except (TypeError, ValueError, OverflowError, OSError) as error:
            raise _NotOurs(str(error)[:_MAX_TEXT]) from error

    def _put_aside(self, reason: str) -> None:
        self.broken_path, self.unreadable = jsonfile.keep_broken(self.path, reason)
        if self.unreadable is None:
            for suffix in _SIDE_FILES:
                with contextlib.suppress(OSError):
                    self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)


def _is_busy(error: Exception) -> bool:
    import sqlite3

    return isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode in (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_READONLY,
    )


def _write_models(database: sqlite3.Connection, models: Mapping[UseKey, ModelUse | None]) -> None:
    gone = [key for key, use in models.items() if use is None]
    database.executemany("DELETE FROM model WHERE server = ? AND weights = ?", gone)
    database.executemany(
        "INSERT OR REPLACE INTO model VALUES (?, ?, ?, ?, ?)",
        (
            (use.server_id, use.weights, _seconds(use.seen_at), _seconds(use.used_at), _packed(use))
            for use in models.values()
            if use is not None
        ),
    )


def _write_watches(database: sqlite3.Connection, watches: Mapping[str, ServerWatch | None]) -> None:
    gone = [(server_id,) for server_id, watch in watches.items() if watch is None]
    database.executemany("DELETE FROM watch WHERE server = ?", gone)
    database.executemany(
        "INSERT OR REPLACE INTO watch VALUES (?, ?, ?, ?)",
        (
            (watch.server_id, _seconds(watch.since), round(watch.watched_s), _packed(watch))
            for watch in watches.values()
            if watch is not None
        ),
    )


def _packed(kept: ModelUse | ServerWatch) -> bytes:
    return kept.days.to_bytes()


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def _use(server: str, weights: str, seen_at: int, used_at: int | None, days: bytes) -> ModelUse:
    _check_texts((server, weights))
    used = None if used_at is None else _moment(used_at)
    return ModelUse(server, weights, _moment(seen_at), used, DaySet.of_bytes(days))


def _watch(server: str, since: int, seconds: int, days: bytes) -> ServerWatch:
    _check_texts((server,))
    return ServerWatch(server, _moment(since), float(max(0, seconds)), DaySet.of_bytes(days))


def _check_texts(texts: Iterable[object]) -> None:
    for text in texts:
        if not isinstance(text, str) or len(text) > _MAX_TEXT:
            raise ValueError("a name that is none")


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
