"""Releases: which Ollama is the newest, asked of GitHub once a week at most.

What leaves this computer is the question itself: no version, no name, no header of a server.
"""

from __future__ import annotations

import contextlib
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tray_app import jsonfile
from tray_app.core.decode import as_object
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import Cancelled, NotOllama, OllamaError, ProxyFailed, Unreachable
from tray_app.core.releases import API_HOST
from tray_app.core.versions import is_version
from tray_app.ollama.transport import Transport

if TYPE_CHECKING:
    from tray_app.ollama import CancelScope

RELEASES_URL = f"https://{API_HOST}"
_PATH = "/repos/ollama/ollama/releases/latest"
_WEEK = timedelta(days=7)
_TIMEOUT_S = 5.0
_MAX_BYTES = 1_000_000
_SILENT = (Unreachable, ProxyFailed)


class Releases:
    """Remembers the answer in a file of the state folder. Thread: any; one asks, others wait."""

    def __init__(self, file: Path, url: str = "") -> None:
        self._file = file
        self._url = url or RELEASES_URL
        self._lock = threading.Lock()
        self._was_silent = False

    def newest(self, scope: CancelScope, now: datetime | None = None) -> str:
        """The version, "" while it is not known. Raises Cancelled."""
        moment = now or datetime.now(UTC)
        # What waits here looks after itself: who asks is cancelled with it.
        while not self._lock.acquire(timeout=0.1):
            scope.raise_if_cancelled()
        try:
            version, asked_at = self._kept()
            is_fresh = asked_at is not None and timedelta() <= moment - asked_at < _WEEK
            if is_fresh or self._was_silent:
                return version
            return self._asked(scope, moment, version)
        finally:
            self._lock.release()

    def known(self) -> str:
        """What was answered last, without asking."""
        with self._lock:
            return self._kept()[0]

    def _asked(self, scope: CancelScope, moment: datetime, known: str) -> str:
        version = known
        try:
            version = _version(latest_release(self._url, _PATH, scope)) or known
        except Cancelled:
            raise
        except _SILENT:
            self._was_silent = True  # nobody there: the next run tries again
            return known
        except (NotOllama, OllamaError):
            pass  # it answered, and had nothing for us: next week
        with contextlib.suppress(OSError):
            jsonfile.write(self._file, {"version": version, "asked_at": moment.isoformat()})
        return version

    def _kept(self) -> tuple[str, datetime | None]:
        try:
            found = jsonfile.read(self._file)
            asked_at = datetime.fromisoformat(str(found.get("asked_at", "")))
        except (OSError, ValueError, jsonfile.BrokenFile):
            return "", None
        version = str(found.get("version", ""))
        is_aware = asked_at.tzinfo is not None
        return (version if _is_version(version) else ""), asked_at if is_aware else None


def latest_release(url: str, path: str, scope: CancelScope) -> object:
    """What is answered about the newest release of a repository. Raises OllamaError."""
    transport = Transport(Endpoint.parse(url), scope=scope, connect_timeout_s=_TIMEOUT_S)
    try:
        return transport.json("GET", path, read_timeout_s=_TIMEOUT_S, max_bytes=_MAX_BYTES)
    finally:
        transport.close()


def _version(answer: object) -> str:
    tag = as_object(answer, "body").get("tag_name")
    version = tag.removeprefix("v") if isinstance(tag, str) else ""
    return version if _is_version(version) else ""


def _is_version(value: str) -> bool:
    return len(value) < 40 and is_version(value)
