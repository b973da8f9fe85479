"""ProgramReleases: whether there is a newer Ollama Tray, asked of GitHub where the project is.

What leaves this computer is the question itself: no version, no name. Nothing is ever fetched but
the answer.
"""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tray_app import jsonfile
from tray_app.core.errors import Cancelled, OllamaError
from tray_app.core.releases import (
    Release,
    Repository,
    is_due,
    is_page_of,
    is_release_version,
    pause,
    release_of,
)
from tray_app.diagnosis.releases import RELEASES_URL, latest_release

if TYPE_CHECKING:
    from tray_app.ollama import CancelScope


class ProgramReleases:
    """Remembers the answer, and when to ask again, in a file of the state folder.

    Thread: any; one asks, others wait.
    """

    def __init__(
        self,
        file: Path,
        repository: Repository,
        url: str = "",
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._file = file
        self._repository = repository
        self._url = url or RELEASES_URL
        self._chance = chance
        self._lock = threading.Lock()
        self._ask_at: datetime | None = None  # where the file cannot be written

    def newest(self, scope: CancelScope, now: datetime | None = None) -> Release | None:
        """The release, None while none is known. Asks where that is due. Raises Cancelled."""
        moment = now or datetime.now(UTC)
        while not self._lock.acquire(timeout=0.1):
            scope.raise_if_cancelled()
        try:
            known, ask_at = self._kept()
            if not is_due(ask_at or self._ask_at, moment):
                return known
            found = self._asked(scope)
            self._keep(found or known, moment + pause(was_answered=found is not None,
                                                      chance=self._chance()))  # fmt: skip
            return found or known
        finally:
            self._lock.release()

    def known(self) -> Release | None:
        """What was answered last, without asking."""
        with self._lock:
            return self._kept()[0]

    def _asked(self, scope: CancelScope) -> Release | None:
        try:
            answer = latest_release(self._url, self._repository.path, scope)
        except Cancelled:
            raise
        except OllamaError:
            return None  # nobody there, or too many asked: another day
        return release_of(answer, self._repository)

    def _keep(self, release: Release | None, ask_at: datetime) -> None:
        self._ask_at = ask_at
        kept = {"version": release.version, "page": release.page} if release is not None else {}
        with contextlib.suppress(OSError):
            jsonfile.write(self._file, {**kept, "ask_at": ask_at.isoformat()})

    def _kept(self) -> tuple[Release | None, datetime | None]:
        try:
            found = jsonfile.read(self._file)
        except (OSError, jsonfile.BrokenFile):
            return None, None
        try:
            ask_at = datetime.fromisoformat(str(found.get("ask_at", "")))
        except ValueError:
            return None, None
        version, page = found.get("version"), found.get("page")
        known = None
        if is_release_version(version) and is_page_of(page, self._repository):
            known = Release(str(version), str(page))
        return known, ask_at if ask_at.tzinfo is not None else None
