"""One instance per person and data folder: who is first, and how the others hand over.

The first start holds a lock and listens; later ones find the lock taken and ask over a local
socket. Loads no Qt until there is somebody to listen to.
"""

import logging
import os
import sys
import threading
import time
import zlib
from dataclasses import field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from tray_app import APP_ID
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.desktop.instance.lock import InstanceLock, private_folder
from tray_app.desktop.instance.protocol import (
    LINE_LIMIT,
    Handler,
    InstanceAnswer,
    InstanceCommand,
    InstanceRequest,
    NotUnderstood,
    read_answer,
    request_line,
)

if TYPE_CHECKING:
    from tray_app.desktop.instance.server import InstanceServer

__all__ = [
    "Handler",
    "Handover",
    "InstanceAnswer",
    "InstanceCommand",
    "InstanceRequest",
    "Outcome",
    "SingleInstance",
    "ask",
]

_log = logging.getLogger(__name__)

TIMEOUT_S = 10.0
"""How long to wait for one that listens and does not answer. It answers before it does anything
else, but on a slow computer it may be about to build its own window."""
STARTING_S = 30.0
"""How long a second start waits for a first one that does not listen yet: it was started just now,
on a computer that has much to do."""
_RETRY_S = 0.02


class Outcome(StrEnum):
    """What came of asking the running instance."""

    ANSWERED = "answered"
    NOBODY = "nobody"  # none runs
    SILENT = "silent"  # one runs, and does not answer


@dataclass(frozen=True, slots=True)
class Handover:
    """The answer is only meaningful when `outcome` is ANSWERED."""

    outcome: Outcome
    answer: InstanceAnswer = field(default_factory=lambda: InstanceAnswer(False))


class SingleInstance:
    """This program's claim to be the one that runs.

    Order: `claim`; when that is False `hand_over`, else `listen` as soon as the event loop is
    near. `close` (or any end of the process) lets the next one in.
    """

    def __init__(self, data_dir: Path | None = None) -> None:
        self._key = _instance_key(data_dir)
        self._lock: InstanceLock | None = None
        self._server: InstanceServer | None = None

    def claim(self) -> bool:
        """True when this is the first instance, or when it cannot be known."""
        try:
            self._lock = InstanceLock(private_folder() / f"{self._key}.lock")
            # A terminal verb that looks whether somebody runs holds it for a moment.
            return self._lock.acquire() or any(_try_again(self._lock) for _ in range(3))
        except OSError as error:
            _log.warning("cannot tell whether another instance runs: %s", error)
            self._lock = None
            return True

    def listen(self, handler: Handler) -> bool:
        """Answer later starts with `handler`. False when nobody will be able to reach us."""
        from tray_app.desktop.instance.server import InstanceServer  # loads QtNetwork

        if self._lock is None or not self._lock.is_held:
            return False
        self._server = InstanceServer(handler)
        return self._server.listen(_server_name(self._key))

    def hand_over(
        self,
        command: InstanceCommand,
        args: tuple[str, ...] = (),
        timeout_s: float = TIMEOUT_S,
        starting_s: float = STARTING_S,
    ) -> Handover:
        """Ask the instance that runs; to be used after `claim` was False.

        NOBODY means that it ended meanwhile and that this one is the first now.
        """
        if self._lock is None:
            return Handover(Outcome.NOBODY)
        request = InstanceRequest(command, args, _token())
        return _ask(self._lock, self._key, request, timeout_s, starting_s)

    def close(self) -> None:
        """Stop answering and let the next one be the first."""
        if self._server is not None:
            self._server.close()
            self._server.deleteLater()
            self._server = None
        if self._lock is not None:
            self._lock.release()


def ask(
    command: InstanceCommand,
    args: tuple[str, ...] = (),
    data_dir: Path | None = None,
    timeout_s: float = TIMEOUT_S,
) -> Handover:
    """Ask the running instance, for a program that does not want to become one itself."""
    key = _instance_key(data_dir)
    try:
        lock = InstanceLock(private_folder() / f"{key}.lock")
    except OSError as error:
        _log.info("no running instance can be found: %s", error)
        return Handover(Outcome.NOBODY)
    try:
        if lock.acquire():
            return Handover(Outcome.NOBODY)
        return _ask(lock, key, InstanceRequest(command, args, _token()), timeout_s, timeout_s)
    except OSError as error:
        _log.info("no running instance can be found: %s", error)
        return Handover(Outcome.NOBODY)
    finally:
        lock.release()


def _ask(
    lock: InstanceLock, key: str, request: InstanceRequest, timeout_s: float, starting_s: float
) -> Handover:
    from tray_app.desktop.instance.call import NotListening, call  # only a second start pays for it

    line = request_line(request)
    if len(line) > LINE_LIMIT:
        return Handover(Outcome.ANSWERED, InstanceAnswer(False, {"error": "the line is too long"}))
    deadline_s = time.monotonic() + starting_s
    while True:
        try:
            answer_by_s = time.monotonic() + timeout_s
            return _read(call(_server_name(key), line, answer_by_s))
        except NotListening:
            # The holder of the lock may not listen yet, hear many others, or be about to end.
            if _try_again(lock):
                return Handover(Outcome.NOBODY)
            if time.monotonic() >= deadline_s:
                return Handover(Outcome.SILENT)


def _read(line: bytes) -> Handover:
    if not line:
        return Handover(Outcome.SILENT)
    try:
        return Handover(Outcome.ANSWERED, read_answer(line))
    except NotUnderstood as error:
        _log.warning("the running instance answers nonsense: %s", error)
        return Handover(Outcome.SILENT)


def _try_again(lock: InstanceLock) -> bool:
    threading.Event().wait(_RETRY_S)
    return lock.acquire()


def _token() -> str:
    """What lets the first instance's window come to the front on our behalf."""
    return os.environ.get("XDG_ACTIVATION_TOKEN") or os.environ.get("DESKTOP_STARTUP_ID", "")


def _instance_key(data_dir: Path | None) -> str:
    """Short, and different for each data folder; no letter of the folder's name is in it."""
    place = str(data_dir.expanduser().resolve()) if data_dir else ""
    return f"ollama-tray-{_digest(f'{APP_ID}|{place}')}"


def _digest(text: str) -> str:
    """To tell a few names apart; nothing secret hangs on it, and hashlib takes 3 ms to load."""
    data = text.encode(errors="surrogatepass")  # a folder may be named anyhow
    return f"{zlib.crc32(data):08x}{zlib.adler32(data):08x}"


def _server_name(key: str) -> str:
    if sys.platform == "win32":
        # Pipes have one name space for all people of the machine.
        return f"{key}-{_digest(os.path.expandvars('%USERDOMAIN%|%USERNAME%'))}"
    return str(private_folder() / f"{key}.sock")
