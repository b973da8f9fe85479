"""Settings: the one object through which everything reads and changes settings."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from tray_app import jsonfile
from tray_app.core.file_failures import FileFailed, file_failed
from tray_app.settings.servers import (
    ServerEntry,
    address_of,
    all_servers,
    default_of,
    endpoint_of,
    servers_used,
)
from tray_app.settings.values import (
    CHECKS,
    VERSION,
    SettingsValues,
    checked,
    from_json,
    to_json,
)

if TYPE_CHECKING:
    from tray_app.core.endpoint import Endpoint

_log = logging.getLogger(__name__)


class Settings(QObject):
    """The settings of this user, or of nobody (`path` None: in memory only).

    Only what was set stands in the file, so a default that changes later changes for everyone who
    left it alone; what is in the file and not known here stays there. Another process may write
    the same file: its changes are taken over, under a lock, before ours are added. What could not
    be written or read is tried again at the next change.

    `broken_path` is where a file that could not be read as settings was put aside, `problems`
    what of the file was not usable.

    Signals: `changed` with the field's name, after the file was written; `save_failed` with
    what went wrong, the value counts all the same until the program ends.
    Thread: the GUI thread.
    """

    changed = Signal(str)
    save_failed = Signal(object)  # FileFailed

    def __init__(self, path: Path | None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._raw: dict[str, Any] = {}
        self._unsaved: dict[str, Any] = {}
        self._signature = jsonfile.signature(path) if path else None
        self._unwritable: FileFailed | None = None
        self.broken_path: Path | None = None
        self.problems: tuple[str, ...] = ()
        self.values = SettingsValues()
        if path is not None:
            self._load(path)

    def value(self, name: str) -> Any:
        """The value of the field `name`."""
        if name not in CHECKS:
            raise KeyError(name)
        return getattr(self.values, name)

    def set(self, name: str, value: Any) -> None:
        """Set one field and write the file. Raises KeyError, or ValueError for what it may
        not hold."""
        self.update({name: value})

    def update(self, values: Mapping[str, Any]) -> None:
        """Set several fields and write the file once."""
        wanted = {name: checked(name, value) for name, value in values.items()}
        self._change(lambda: wanted)

    def change_servers(
        self, change: Callable[[tuple[ServerEntry, ...]], tuple[ServerEntry, ...]]
    ) -> None:
        """Write the servers that `change` makes of those that there are, also of those that
        another process has written meanwhile."""
        self._change(lambda: {"servers": checked("servers", change(self.servers()))})

    def _change(self, make: Callable[[], Mapping[str, Any]]) -> None:
        before = self.values
        with jsonfile.locked(self._path) if self._path else contextlib.nullcontext():
            self._take_over(is_sure=True)
            new = {n: v for n, v in make().items() if v != getattr(self.values, n)}
            self._unsaved.update(new)
            self._add_unsaved()
            failure = self._save() if self._unsaved else None
        self._tell(before)
        if failure is not None:
            self.save_failed.emit(failure)

    def servers(self) -> tuple[ServerEntry, ...]:
        """The servers there are, in their order: see `all_servers`."""
        return all_servers(self.values.servers)

    def servers_on(self) -> tuple[ServerEntry, ...]:
        """Those that are used; at least one is."""
        return servers_used(self.servers())

    def address(self, entry: ServerEntry) -> str:
        """Where a server is, as typed, or as Ollama's own tools would have it."""
        return address_of(entry, os.environ)

    def endpoint(self, entry: ServerEntry) -> Endpoint:
        """Where and how a server is reached, without its secrets. Raises BadAddress."""
        return endpoint_of(entry, os.environ)

    def set_server(self, entry: ServerEntry) -> None:
        """Have a server be this, or add it at the end."""

        def changed(found: tuple[ServerEntry, ...]) -> tuple[ServerEntry, ...]:
            if all(other.id != entry.id for other in found):
                return (*found, entry)
            return tuple(entry if other.id == entry.id else other for other in found)

        self.change_servers(changed)

    def change_server(self, server_id: str, **values: Any) -> None:
        """Change these of a server, and nothing else of it; one that is gone stays away."""
        self.change_servers(
            lambda found: tuple(
                replace(entry, **values) if entry.id == server_id else entry for entry in found
            )
        )

    def server(self, server_id: str = "") -> ServerEntry:
        """The server of this id, "" = the default one. A removed server keeps its id as name."""
        found = self.servers()
        if not server_id:
            return default_of(found, self.values.default_server)
        gone = ServerEntry(server_id, server_id)
        return next((entry for entry in found if entry.id == server_id), gone)

    def _tell(self, before: SettingsValues) -> None:
        for name in CHECKS:
            if getattr(before, name) != getattr(self.values, name):
                self.changed.emit(name)

    def _load(self, path: Path) -> None:
        try:
            self._raw = jsonfile.read(path)
        except jsonfile.BrokenFile as error:
            self._put_aside(path, str(error))
            return
        except OSError as error:
            # Not readable is not broken: never write over what may be somebody's settings.
            failure = file_failed(error, path)
            if failure != self._unwritable:
                _log.warning("settings not readable: %s", error)
            self._unwritable = failure
            self.problems = (f"{failure.reference}: {failure.context}",)
            return
        self._unwritable = None
        values, problems = from_json(self._raw)
        if problems != self.problems:
            for problem in problems:
                _log.warning("%s: %s", path.name, problem)
        self.values, self.problems = values, problems
        self._add_unsaved()

    def _add_unsaved(self) -> None:
        """What was set and did not get into the file counts all the same."""
        self.values = replace(self.values, **self._unsaved)
        for name, value in self._unsaved.items():
            self._raw[name] = to_json(name, value, self._raw.get(name))

    def _put_aside(self, path: Path, reason: str) -> None:
        """What was read before, if anything, stays; the next change writes it all again."""
        try:
            self.broken_path = jsonfile.put_aside(path)
        except OSError as error:
            self.broken_path = path
            self._unwritable = file_failed(error, path)
        self._signature = jsonfile.signature(path)
        _log.warning("broken settings kept as %s: %s", self.broken_path.name, reason)

    def _take_over(self, *, is_sure: bool = False) -> None:
        """Read the file again if somebody else wrote it, as far as the system tells; `is_sure`:
        in any case."""
        if self._path is None:
            return
        now = jsonfile.signature(self._path)
        if now is None and not jsonfile.is_there(self._path):
            self._unwritable = None
            return
        if now != self._signature or is_sure or self._unwritable:
            self._signature = now
            self._load(self._path)

    def _save(self) -> FileFailed | None:
        """Write the file; why that failed, None when it did not."""
        if self._path is None or self._unwritable is not None:
            return self._unwritable
        content = {"version": VERSION, **self._raw}
        try:
            jsonfile.write(self._path, content, is_for_people=True)
        except OSError as error:
            _log.info("settings not written: %s", error)
            return file_failed(error, self._path)
        self._raw = content
        self._unsaved.clear()
        self._signature = jsonfile.signature(self._path)
        return None
