"""Creating: a model is made of files of this computer, from their first byte to the server's list.

The files are read and hashed, what the server does not have yet is uploaded, and it is asked to
make the model. That cannot be interrupted and may be silent for an hour; what became of it, the
list of the server's models tells, not the answer. Nothing here ever replaces a model.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING

from tray_app.core.creates.faults import CreateFailed, fault_of
from tray_app.core.creates.records import CreateFault, CreateRequest, CreateState
from tray_app.core.creates.uploads import FileIdentity, KnownFile, paths_of, sent_names
from tray_app.core.errors import (
    BadName,
    Cancelled,
    ModelNotFound,
    NotDone,
    OllamaError,
    ProxyFailed,
    Starting,
    TimedOut,
    Unreachable,
    UnreachableKind,
)
from tray_app.core.file_failures import file_failed
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import ModelName, SameName

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord
    from tray_app.ollama.cancel import CancelScope
    from tray_app.ollama.client import OllamaClient

_log = logging.getLogger(__name__)

PIECE_BYTES = 1024 * 1024
REPORT_EVERY_S = 0.1
UPLOAD_TRIES = 3
UPLOAD_PAUSES_S = (1.0, 5.0)
CREATE_TRIES = 2
"""How often it is asked for where nobody tells how that ended."""
LISTED_PAUSES_S = (0.0, 0.2, 0.5, 1.0, 2.0)
WATCH_PAUSES_S = (0.5, 1.0, 2.0, 3.0)
MAX_REFUSALS = 3
OK = 200
_OFF = frozenset({502, 503, 521, 522, 530})
_LEAST_PATIENCE_S = 120.0
_COPY_BYTES_S = 50e6
_QUANTIZE_BYTES_S = 8e6

_Progress = Callable[[int], None]


def patience_s(request: CreateRequest) -> float:
    """So long a server may be at it without anybody to tell how far it is."""
    speed = _QUANTIZE_BYTES_S if request.quantize else _COPY_BYTES_S
    return _LEAST_PATIENCE_S + (request.size_bytes + request.projector_bytes) / speed


@dataclass(frozen=True, slots=True)
class Pace:
    """The waits of a create in seconds, and how long a silent server is waited for."""

    upload_pauses_s: tuple[float, ...] = UPLOAD_PAUSES_S
    listed_pauses_s: tuple[float, ...] = LISTED_PAUSES_S
    watch_pauses_s: tuple[float, ...] = WATCH_PAUSES_S
    patience_s: Callable[[CreateRequest], float] = patience_s


@dataclass(frozen=True, slots=True)
class CreateReport:
    """How far an attempt is. Bytes belong to the state; `uploaded` are the paths that are on the
    server, `known` what was learned of the files."""

    state: CreateState
    completed_bytes: int = 0
    total_bytes: int = 0
    uploaded: tuple[str, ...] = ()
    known: tuple[KnownFile, ...] = ()
    was_on_server: bool = False


@dataclass(frozen=True, slots=True)
class Begun:
    """It was asked for before, when no such model was there. `left_s`: so long the server may still
    be at it. `is_unwanted`: it is not to be asked for again, what comes of it goes."""

    left_s: float = 0.0
    is_unwanted: bool = False


class _Appeared(Exception):
    """The model is there: what was asked for before has come true."""

    def __init__(self, record: ModelRecord) -> None:
        super().__init__(record.name)
        self.record = record


class Creating:
    """One attempt. `tell` hears of each step, and at most ten times a second how far that is.
    `begin` is called right before the server is asked, and may raise Cancelled: from then on it
    makes the model, whatever becomes of us.

    Thread: that of the client; `client.scope` ends it. `may_go_on`: when it failed, whether the
    server may still be at it.
    """

    def __init__(
        self,
        client: OllamaClient,
        request: CreateRequest,
        tell: Callable[[CreateReport], None],
        begin: Callable[[], None],
        *,
        known: Iterable[KnownFile] = (),
        begun: Begun | None = None,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._request = request
        self._tell = tell
        self._begin = begin
        self._known = {file.path: file for file in known}
        self._begun = begun
        self._pace = pace or Pace()
        self._clock = clock
        self._uploaded: list[str] = []
        self._has_uploaded = False
        self._has_asked = begun is not None
        self._told_s = 0.0
        self.may_go_on = False
        self.listed: tuple[ModelRecord, ...] = ()
        """The server's list as it was last seen."""

    @property
    def known(self) -> tuple[KnownFile, ...]:
        """What was learned of the files."""
        return tuple(self._known.values())

    def run(self) -> ModelRecord | None:
        """Make it; its row in the server's list. None = it was not wanted any more, and was not
        made. Raises CreateFailed, Cancelled, and what keeps us from asking."""
        if self._begun is not None:
            found = self._await_begun(self._begun)
            if found is not None or self._begun.is_unwanted:
                return found
        try:
            self._require_free_name()
            self._check_files()
            self._look_and_upload()
            return self._make()
        except _Appeared as appeared:
            return appeared.record

    # What was asked for before.

    def _await_begun(self, begun: Begun) -> ModelRecord | None:
        self._report(CreateState.LOOKING)
        found = self._listed()
        if found is None and begun.left_s > 0:
            found = self._watch(begun.left_s)
        return found

    # The files.

    def _check_files(self) -> None:
        paths = paths_of(self._request)
        identities = {path: identity_of(path) for path in paths}
        stale = [path for path in paths if not self._is_known(path, identities[path])]
        total, before = sum(identities[path].size_bytes for path in stale), 0
        if stale:
            self._report(CreateState.CHECKING, 0, total)
        for path in stale:

            def progress(count: int, start: int = before) -> None:
                self._report_now_and_then(CreateState.CHECKING, start + count, total)

            self._known[path] = hashed(path, self._client.scope, progress)
            before += identities[path].size_bytes
        if stale:
            self._report(CreateState.CHECKING, total, total)

    def _is_known(self, path: str, identity: FileIdentity) -> bool:
        known = self._known.get(path)
        return known is not None and known.identity == identity

    # The server.

    def _look_and_upload(self) -> None:
        """Have all files on the server."""
        self._report(CreateState.LOOKING)
        self._uploaded = []
        missing: list[KnownFile] = []
        for path in paths_of(self._request):
            file = self._known[path]
            if self._client.has_blob(file.digest):
                self._uploaded.append(path)
            else:
                missing.append(file)
        if not missing:
            self._report(CreateState.LOOKING, is_there=not self._has_uploaded)
            return
        self._require_free_name()
        self._has_uploaded = True
        total, before = sum(file.identity.size_bytes for file in missing), 0
        self._report(CreateState.UPLOADING, 0, total)
        for file in missing:

            def progress(count: int, start: int = before) -> None:
                self._report_now_and_then(CreateState.UPLOADING, start + count, total)

            if file.path not in self._uploaded:
                self._upload(file, progress)
                self._uploaded.append(file.path)
            before += file.identity.size_bytes
            self._report(CreateState.UPLOADING, before, total)

    def _upload(self, file: KnownFile, progress: _Progress) -> None:
        """Of one that broke off nothing stays, and it begins again; unless it is there after all:
        so it seems to who goes on sending what the server has."""
        for attempt in range(UPLOAD_TRIES):
            content = FileUpload(file, self._client.scope, progress)
            try:
                self._client.upload_blob(file.digest, content)
            except (Cancelled, CreateFailed):
                raise
            except OllamaError as error:
                if not isinstance(error, Unreachable | TimedOut | ProxyFailed):
                    raise self._failed(error) from error
                if self._client.has_blob(file.digest):
                    return
                is_final = isinstance(error, ProxyFailed) and error.is_refusal
                if is_final or attempt == UPLOAD_TRIES - 1:
                    raise self._failed(error) from error
                _log.info("upload of %s broke off: %s", file.digest, error)
                pauses = self._pace.upload_pauses_s
                self._wait(pauses[min(attempt, len(pauses) - 1)])
            else:
                if self._client.has_blob(file.digest):
                    return
                content.check()
                raise CreateFailed(self._request.name, file.digest, CreateFault.BLOB_MISSING)

    def _make(self) -> ModelRecord:
        """Ask for it, and see it in the list."""
        has_missed_blob = False
        tries = 0
        while True:
            self._require_free_name()
            self._require_base()
            self._begin()
            self._has_asked = True
            self._report(CreateState.MAKING)
            tries += 1
            try:
                self._ask()
            except Cancelled:
                raise
            except OllamaError as error:
                found = self._after_fault(error)
                if found is not None:
                    return found
                if self.may_go_on and tries < CREATE_TRIES:
                    _log.info("%s did not appear, asking again", self._request.name)
                elif fault_of(error) is CreateFault.BLOB_MISSING and not has_missed_blob:
                    has_missed_blob = True
                    self._look_and_upload()
                else:
                    raise self._failed(error) from error
            else:
                return self._require_listed()

    def _ask(self) -> None:
        request, names = self._request, sent_names(self._request)
        digests = {name: self._known[path].digest for path, name in names.items()}
        if request.adapter:
            self._client.create_from_files(request.name, base=request.base, adapters=digests)
        else:
            self._client.create_from_files(request.name, files=digests, quantize=request.quantize)

    def _after_fault(self, error: OllamaError) -> ModelRecord | None:
        """The model all the same, None = there is none. Raises where the server is away."""
        if _was_not_asked(error):
            self._has_asked = self._begun is not None
            raise error
        if isinstance(error, ProxyFailed) and error.status == OK:  # an empty answer
            return self._require_listed()
        if _is_left_open(error):
            self.may_go_on = True
            return self._watch(self._pace.patience_s(self._request))
        self.may_go_on = False
        try:
            return self._listed()
        except Cancelled:
            raise
        except OllamaError:
            return None

    def _watch(self, patience_s: float) -> ModelRecord | None:
        """Look at the list until it is there; None = it did not come in time. Raises Unreachable
        when the server has ended, and what it was doing with it."""
        self._report(CreateState.WATCHING)
        self.may_go_on = True
        end_s = self._clock() + patience_s
        refusals = number = 0
        while True:
            try:
                found = self._listed()
            except Cancelled:
                raise
            except OllamaError as error:
                refusals = refusals + 1 if _says_that_it_is_off(error) else 0
                is_near = isinstance(error, Unreachable)
                if refusals and (is_near or refusals >= MAX_REFUSALS):
                    self.may_go_on = False
                    raise Unreachable(error.reference, error.context) from error
            else:
                refusals = 0
                if found is not None:
                    return found
            if self._clock() >= end_s:
                return None
            pauses = self._pace.watch_pauses_s
            self._wait(pauses[min(number, len(pauses) - 1)])
            number += 1

    def _require_listed(self) -> ModelRecord:
        """An answer is no model: a proxy on the wrong path says yes to everything."""
        for pause_s in self._pace.listed_pauses_s:
            self._wait(pause_s)
            found = self._listed()
            if found is not None:
                return found
        missing = NotDone(self._request.name)
        raise CreateFailed(self._request.name, str(missing), cause=missing)

    def _require_free_name(self) -> None:
        name = ModelName.parse(self._request.name)
        if name.source or name.has_misrouted_tag:
            raise BadName(self._request.name, name.tag)
        found = self._listed()
        if found is not None and self._has_asked:
            raise _Appeared(found)
        if found is not None:
            raise CreateFailed(self._request.name, found.name, CreateFault.NAME_TAKEN)

    def _require_base(self) -> None:
        """Ollama would pull one that is not there, and one that is spelled otherwise."""
        base = self._request.base
        if self._request.adapter:
            found = next((row for row in self.listed if row.name == base), None)
            if found is None or found.is_cloud:
                raise CreateFailed(self._request.name, cause=ModelNotFound(base))

    def _listed(self) -> ModelRecord | None:
        self.listed = self._client.list_models()
        is_same = SameName(self._request.name)
        return next((row for row in self.listed if is_same(row.name)), None)

    def _failed(self, error: OllamaError) -> OllamaError:
        """What is told of it: that its server is away is told as it is."""
        if isinstance(error, CreateFailed) or is_away(error):
            return error
        return CreateFailed(self._request.name, fault=fault_of(error), cause=error)

    # Telling.

    def _wait(self, seconds: float) -> None:
        if seconds and self._client.scope.wait(seconds):
            raise Cancelled(self._request.name)

    def _report_now_and_then(self, state: CreateState, completed: int, total: int) -> None:
        if self._clock() - self._told_s >= REPORT_EVERY_S:
            self._report(state, completed, total)

    def _report(
        self, state: CreateState, completed: int = 0, total: int = 0, *, is_there: bool = False
    ) -> None:
        self._told_s = self._clock()
        uploaded = tuple(self._uploaded)
        self._tell(CreateReport(state, completed, total, uploaded, self.known, is_there))


def _was_not_asked(error: OllamaError) -> bool:
    """Whether it never reached the server: there is no read timeout that could be over."""
    if isinstance(error, Unreachable):
        return error.kind is not UnreachableKind.LOST
    return isinstance(error, TimedOut)


def _is_left_open(error: OllamaError) -> bool:
    """Whether nobody knows how it ended: the connection broke, or a proxy lost its patience."""
    if isinstance(error, ProxyFailed):
        return not error.is_refusal
    return isinstance(error, Unreachable)


def is_away(error: OllamaError) -> bool:
    """Whether the server does not answer for now: nothing to fail for."""
    return isinstance(error, Unreachable | TimedOut | Starting) or _says_that_it_is_off(error)


def _says_that_it_is_off(error: OllamaError) -> bool:
    if isinstance(error, ProxyFailed):
        return error.status in _OFF
    return isinstance(error, Unreachable) and error.kind is UnreachableKind.REFUSED


# Files.


@contextmanager
def _reading(path: str) -> Iterator[FileIO]:
    """The file, open. What the system says of it comes out as an error of ours: the network's way
    of failing is the same class."""
    try:
        with Path(path).open("rb", buffering=0) as file:
            yield file
    except FileNotFoundError as error:
        raise CreateFailed(path, fault=CreateFault.FILE_GONE) from error
    except OSError as error:
        raise CreateFailed(path, cause=file_failed(error, path)) from error


def identity_of(path: str) -> FileIdentity:
    """What tells the file from what it may become. Raises CreateFailed."""
    try:
        return _identity(Path(path).stat())
    except FileNotFoundError as error:
        raise CreateFailed(path, fault=CreateFault.FILE_GONE) from error
    except OSError as error:
        raise CreateFailed(path, cause=file_failed(error, path)) from error


def _identity(found: os.stat_result) -> FileIdentity:
    return FileIdentity(found.st_size, found.st_mtime_ns, found.st_ino)


def _require_same(path: str, file: FileIO, identity: FileIdentity) -> None:
    """The open file, and what lies under its name now, are what they were."""
    if _identity(os.fstat(file.fileno())) != identity or _identity(Path(path).stat()) != identity:
        raise CreateFailed(path, fault=CreateFault.FILE_CHANGED)


def hashed(path: str, scope: CancelScope, progress: _Progress) -> KnownFile:
    """Read a file to its end, once. Raises CreateFailed for one that changes meanwhile."""
    checksum, count = hashlib.sha256(), 0
    piece = memoryview(bytearray(PIECE_BYTES))
    with _reading(path) as file:
        identity = _identity(os.fstat(file.fileno()))
        while size := file.readinto(piece):
            scope.raise_if_cancelled(path)
            checksum.update(piece[:size])
            count += size
            if count > identity.size_bytes:
                break
            progress(count)
        if count != identity.size_bytes:
            raise CreateFailed(path, fault=CreateFault.FILE_CHANGED)
        _require_same(path, file, identity)
    return KnownFile(path, identity, f"sha256:{checksum.hexdigest()}")


class FileUpload:
    """The bytes of a file on their way. Of one that has changed the last piece is never sent: the
    server would keep what came, as a layer that nobody knows of.

    Thread: that of the upload.
    """

    def __init__(self, file: KnownFile, scope: CancelScope, progress: _Progress) -> None:
        self._file = file
        self._scope = scope
        self._progress = progress

    def __len__(self) -> int:
        return self._file.identity.size_bytes

    def __bool__(self) -> bool:
        return True

    def __iter__(self) -> Iterator[memoryview]:
        path, identity = self._file.path, self._file.identity
        sent = 0
        piece = memoryview(bytearray(PIECE_BYTES))
        with _reading(path) as file:
            while sent < identity.size_bytes:
                self._scope.raise_if_cancelled(path)
                size = file.readinto(piece[: identity.size_bytes - sent])
                _require_same(path, file, identity)
                if not size:
                    raise CreateFailed(path, fault=CreateFault.FILE_CHANGED)
                yield piece[:size]
                sent += size
                self._progress(sent)

    def check(self) -> None:
        """Raises CreateFailed when the file is another one by now."""
        with _reading(self._file.path) as file:
            _require_same(self._file.path, file, self._file.identity)
