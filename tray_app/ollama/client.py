"""OllamaClient: one server's API as Python calls, records in and out.

Protocol facts (which keys, which statuses, which traps) are those of Ollama's server/routes.go and
api/types.go, from v0.1.38 on; where a line here looks odd, its comment names the reason. Nothing
here waits for a window or knows of one; `tray_app.ollama` is usable from a REPL.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Self

from tray_app.core.creates.bodies import create_body
from tray_app.core.decode import as_object
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import (
    BadAnswer,
    BadName,
    Cancelled,
    Changed,
    Encoded,
    IncompletePull,
    ModelNotFound,
    Moved,
    NameProblem,
    NotOllama,
    OllamaError,
    ProxyFailed,
    ServerFailed,
    Starting,
    TimedOut,
    TooLarge,
    TooOld,
    Unreachable,
)
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.names import ModelName, is_same_name
from tray_app.core.parse import (
    parse_line,
    parse_recommendations,
    parse_running,
    parse_show,
    parse_version,
)
from tray_app.core.records import ModelInfo, ModelRecord, Recommendation, RunningModel, Snapshot
from tray_app.core.tags import TagsParser
from tray_app.ollama.cancel import CancelScope
from tray_app.ollama.responses import body_of, error_of
from tray_app.ollama.transport import Transport, Upload

if TYPE_CHECKING:
    from tray_app.core.creates.records import ModelChanges
    from tray_app.core.pulls.progress import PullProgress
    from tray_app.ollama.ensure import Ensured, InstallState, Patience
    from tray_app.ollama.registry import Registry

_BLOB = lazy_pattern(r"sha256:[0-9a-f]{64}")
QUICK_TIMEOUT_S = 4.0
RUNNING_TIMEOUT_S = 5.0  # /api/ps waits for the lock of a runner that is unloading
FIRST_LIST_TIMEOUT_S = 40.0  # after its start a server reads every GGUF header first
LIST_TIMEOUT_S = 15.0
SLOW_TIMEOUT_S = 60.0  # show reads files, delete removes gigabytes
VERSION_AGE_S = 60.0

# Bytes of an answer; most of them are far below. json.loads lets no other thread work.
MAX_SHOW_BYTES = 8_000_000
MAX_ROWS_BYTES = 1_000_000
MAX_SHORT_BYTES = 4096


@dataclass(frozen=True, slots=True)
class CloudStatus:
    """Whether a server may use ollama.com; `source` is none, env, config or both."""

    is_disabled: bool
    source: str = ""


class OllamaClient:
    """A client of one Ollama server.

    `endpoint` is an Endpoint, a text in OLLAMA_HOST's form, or None for what OLLAMA_HOST says.
    Every method raises an `OllamaError` of `tray_app.core.errors` and nothing else of the
    network's; after `cancel` everything raises Cancelled.

    Thread: one at a time, `cancel` from any. Use as a context manager, or call `close`.
    """

    def __init__(
        self,
        endpoint: Endpoint | str | None = None,
        *,
        server_id: str = "local",
        scope: CancelScope | None = None,
        connect_timeout_s: float | None = None,
        registry: Registry | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if endpoint is None:
            endpoint = Endpoint.from_environment(os.environ)
        elif isinstance(endpoint, str):
            endpoint = Endpoint.parse(endpoint)
        self.endpoint = endpoint
        self.server_id = server_id
        self.scope = scope or CancelScope()
        self._connect_timeout_s = connect_timeout_s
        self._registry = registry
        self._clock = clock
        self._transport = Transport(
            endpoint,
            scope=self.scope,
            connect_timeout_s=connect_timeout_s,
            leaves_origin=False,
        )
        self._version = ""
        self._version_s = 0.0
        self._has_listed = False
        self._tags_parser = TagsParser(server_id, self.scope.raise_if_cancelled)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    @property
    def registry(self) -> Registry:
        """Where the manifests of models are looked up."""
        if self._registry is None:
            from tray_app.ollama.registry import Registry  # not for who only lists

            self._registry = Registry()
        return self._registry

    def forked(self, scope: CancelScope) -> OllamaClient:
        """A client of the same server with connections of its own, which end with `scope`."""
        return OllamaClient(
            self.endpoint,
            server_id=self.server_id,
            scope=scope,
            connect_timeout_s=self._connect_timeout_s,
            registry=self._registry,
            clock=self._clock,
        )

    def clock_ahead_s(self, now: datetime) -> float | None:
        """How far the server's clock is ahead of `now`, as its last answer told; None = it did not.
        Every Ollama tells, to the second."""
        try:
            told = parsedate_to_datetime(self._transport.last_date)
        except (ValueError, TypeError, OverflowError):
            return None
        return ((told if told.tzinfo else told.replace(tzinfo=UTC)) - now).total_seconds()

    def close(self) -> None:
        """Close idle connections; the client may be used again."""
        self._transport.close()

    def cancel(self) -> None:
        """From any thread: end what is under way at once, and let nothing new begin."""
        self.scope.cancel()

    def version(self) -> str:
        """The server's version, e.g. `0.33.1` (`0.0.0` for builds from source).

        Whether there is an Ollama at all is decided here: it is what tells a version. Raises
        Starting when it accepts the connection but does not answer.
        """
        try:
            value = self._transport.json(
                "GET",
                "/api/version",
                read_timeout_s=QUICK_TIMEOUT_S,
                silence=Starting,
                max_bytes=MAX_SHORT_BYTES,
            )
            return parse_version(value)
        except TooOld as error:
            if self._says_that_it_is_ollama():
                raise  # v0.1.14 was the first to tell its version
            raise NotOllama(error.reference, error.context) from error
        except (Encoded, TooLarge):
            raise  # has words of its own
        except BadAnswer as error:
            raise NotOllama(self._transport.address, str(error)) from error
        except ServerFailed as error:
            if error.status >= 500 or error.status in (408, 429):
                raise
            raise NotOllama(error.reference, error.context, error.status) from error

    def status(self) -> CloudStatus | None:
        """GET /api/status: whether the cloud is switched off. None: the server is too old."""
        try:
            value = self._get("/api/status", QUICK_TIMEOUT_S, max_bytes=MAX_SHORT_BYTES)
        except TooOld:
            return None
        cloud = as_object(value, "body").get("cloud")
        cloud = cloud if isinstance(cloud, dict) else {}
        source = cloud.get("source")
        return CloudStatus(cloud.get("disabled") is True, source if isinstance(source, str) else "")

    def list_models(self) -> tuple[ModelRecord, ...]:
        """GET /api/tags: the installed models, newest first. Unusable rows are left out."""
        return self._tags()[0]

    def list_running(self) -> tuple[RunningModel, ...] | None:
        """GET /api/ps: the models in memory. None: the server is too old to tell (< v0.1.38)."""
        return self._ps()[0]

    def snapshot(self) -> Snapshot:
        """Version, tags and ps in one record. The version is asked again once a minute and after
        any failure. ps that fails alone leaves `running` None and a line in `problems`."""
        try:
            return self._snapshot()
        except OllamaError as error:
            error.request = error.request or self._transport.last_request
            self._version = ""
            self._has_listed = False
            raise

    @contextmanager
    def _judging(self) -> Iterator[None]:
        """Within, an answer that is not Ollama's means NotOllama only if the server does not tell
        its version either. If it does, something in front of it answered this one call."""
        try:
            yield
        except Moved:
            raise
        except NotOllama as error:
            self.version()
            raise ProxyFailed(
                error.reference, error.context, error.status, error.said, error.proxy
            ) from error

    def find(self, prefix: str) -> tuple[ModelRecord, ...]:
        """The models whose name, or the part after its last `/`, starts with `prefix`."""
        wanted = prefix.strip().casefold()
        return tuple(
            model
            for model in self.list_models()
            if model.name.casefold().startswith(wanted)
            or model.name.rpartition("/")[2].casefold().startswith(wanted)
        )

    def get(self, name: str) -> ModelRecord | None:
        """The row of `name` in the list (`llama3` finds `llama3:latest`), None if there is none."""
        models = self.list_models()
        exact = next((model for model in models if model.name == name), None)
        return exact or next((model for model in models if is_same_name(model.name, name)), None)

    def show(self, name: str, digest: str = "") -> ModelInfo:
        """POST /api/show: everything about one model. `digest` (bare hex) is stored in the answer,
        which does not carry one. Raises ModelNotFound."""
        value = self._post("/api/show", _named(name), name, max_bytes=MAX_SHOW_BYTES)
        return parse_show(self.server_id, name, digest, value)

    def details(self, name: str) -> ModelInfo:
        """`show` with the full name and digest from the list, where the model is in it."""
        record = self.get(name)
        return self.show(name) if record is None else self.show(record.name, record.digest)

    def recommendations(self) -> tuple[Recommendation, ...]:
        """The server's own suggestions; () from a server too old to have any (< v0.22.1)."""
        try:
            value = self._get("/api/experimental/model-recommendations", QUICK_TIMEOUT_S)
        except TooOld:
            return ()
        return parse_recommendations(value)

    def delete(self, name: str, digest: str = "") -> None:
        """DELETE /api/delete. With `digest` (bare hex) only while the model still has that one,
        else Changed. Does not unload: call `unload` first. Raises ModelNotFound.

        The server's own name is always good enough, also where our grammar does not know it.
        Refuses `x:local`: the server would delete `x:latest` (modelref.go).
        """
        self._check_may_be_deleted(name)
        if digest:
            record = self.get(name)
            if record is None:
                raise ModelNotFound(name)
            if record.digest and record.digest != digest:
                raise Changed(name, record.digest)
        with self._judging():
            self._transport.json(
                "DELETE",
                "/api/delete",
                _named(name),
                name=name,
                read_timeout_s=SLOW_TIMEOUT_S,
                max_bytes=MAX_ROWS_BYTES,
            )

    def _check_may_be_deleted(self, name: str) -> None:
        try:
            source = ModelName.parse(name).source
        except BadName:
            if all(row.name != name for row in self.list_models()):
                raise
            return
        if source == "local":
            raise BadName(name, "local", NameProblem.CHARACTER)

    def create_from(self, name: str, base: str, changes: ModelChanges) -> None:
        """POST /api/create: have a model made of the installed one `base`, with `changes`.

        Not as a stream: the server then ends its work whatever becomes of us. It replaces a model
        of that name, in whatever case, pulls a `base` that is not listed just so, and of one for
        the cloud makes a stub: look at the list before.
        """
        self._post("/api/create", create_body(name, base, changes), "", None, has_answer=True)

    def copy(self, source: str, destination: str, *, may_replace: bool = False) -> None:
        """POST /api/copy. Raises ModelNotFound for the source, ServerFailed(409) for a name that
        is taken, unless it `may_replace` it: the server would overwrite it without a word.

        Refuses destinations tagged `local`, `cloud` or `*-cloud`: copy would make them, but show
        and delete would take them for another model.
        """
        target = ModelName.parse(destination)
        if target.source or target.has_misrouted_tag:
            raise BadName(destination, destination.rpartition(":")[2], NameProblem.CHARACTER)
        if not may_replace and self.get(destination) is not None:
            raise ServerFailed(destination, "a model with this name exists", 409)
        body = {"source": source, "destination": destination}
        self._post("/api/copy", body, source)

    def has_blob(self, digest: str) -> bool:
        """HEAD /api/blobs: whether the server has that layer, whichever model it is of."""
        if not _BLOB.fullmatch(digest):
            return False
        path = f"/api/blobs/{digest}"
        with self._judging():
            answer = self._transport.request(
                "HEAD", path, read_timeout_s=QUICK_TIMEOUT_S, max_bytes=MAX_SHORT_BYTES
            )
            if answer.status not in (200, 404):
                raise error_of(answer, self._transport.address)
        return answer.status == 200

    def upload_blob(self, digest: str, content: Upload) -> None:
        """POST /api/blobs: give the server a layer. What `content` raises ends the upload, of which
        nothing stays then. Raises ServerFailed for one that it does not take.

        Call `has_blob` before, and again after a broken connection: a server that has it already
        answers without reading, and hangs up.
        """
        if not _BLOB.fullmatch(digest):
            raise ServerFailed(digest, "invalid digest format", 400)
        with self._judging():
            answer = self._transport.request(
                "POST",
                f"/api/blobs/{digest}",
                headers={"Content-Type": "application/octet-stream"},
                upload=content,
                read_timeout_s=None,  # a proxy may keep all of it to itself first
                max_bytes=MAX_SHORT_BYTES,
            )
            if answer.status not in (200, 201):
                raise error_of(answer, self._transport.address)

    def create_from_files(
        self,
        name: str,
        *,
        files: Mapping[str, str] | None = None,
        base: str = "",
        adapters: Mapping[str, str] | None = None,
        quantize: str = "",
    ) -> None:
        """POST /api/create: have a model made of uploaded layers (`sha256:…` by file name), or of
        the installed model `base` and an adapter. Returns when it is made, which may take an hour.

        Not as a stream: the server then goes on whatever becomes of us, and of a proxy's patience.
        With one it would be stranded, and keep what it has written. It replaces a model of that
        name, in whatever case, and pulls a `base` that is not there: look at the list before.
        """
        body: dict[str, Any] = {"model": name, "stream": False}
        if base:
            body |= {"from": base, "adapters": dict(adapters or {})}
        else:
            body["files"] = dict(files or {})  # beside `from` they would be ignored
        if quantize:
            body["quantize"] = quantize
        self._post("/api/create", body, "", None, has_answer=True)

    def load(
        self, name: str, keep_alive_s: int | None = None, context_length: int | None = None
    ) -> None:
        """Load into memory, or change how long a loaded model stays; returns when it is loaded.

        `keep_alive_s` None = the server's default, negative = until unloaded. Give the
        `context_length` of /api/ps for a loaded model, else its runner may be restarted.
        Takes minutes for large models; cancelling aborts the load. Cloud models are refused.
        """
        if _is_cloud(name):
            # The server would send a real request to ollama.com.
            raise ServerFailed(name, "cloud models run on ollama.com and are not loaded", 400)
        body: dict[str, Any] = _named(name)
        if keep_alive_s is not None:
            body["keep_alive"] = keep_alive_s  # a number: the text "300" is refused
        if context_length:
            body["options"] = {"num_ctx": context_length}
        try:
            self._post("/api/generate", {**body, "stream": False}, name, None, has_answer=True)
        except ServerFailed as error:
            if error.status != 400 or "does not support generate" not in error.text:
                raise
            self._post("/api/embed", {**body, "input": []}, name, None, has_answer=True)

    def unload(self, name: str) -> None:
        """Ask the server to free the model's memory; it happens soon after, or when the request
        in progress is done (look at `list_running`). Nothing to do for cloud models.

        Works for embedding models too: keep_alive 0 is looked at before what a model can do.
        """
        if not _is_cloud(name):
            body = {**_named(name), "keep_alive": 0, "stream": False}
            self._post("/api/generate", body, name, has_answer=True)

    def pull(
        self, name: str, *, is_insecure: bool = False
    ) -> Generator[dict[str, Any], None, None]:
        """POST /api/pull: the decoded lines as they come; the shapes are in `core.pull`.

        Ends after a line `success` or one with `error`, which the caller judges (PullTracker.feed
        does). Raises IncompletePull when the stream ends before, Unreachable(lost) when it breaks,
        BadAnswer for a line that is no JSON object. No read timeout: verifying is silent for
        minutes. Closing the generator ends the server's work, unless another client waits for
        the same layers; during `verifying` the model gets installed all the same.
        `is_insecure` means plain http to the registry, not "any certificate".
        """
        body: dict[str, Any] = {**_named(name), "stream": True}
        if is_insecure:
            body["insecure"] = True
        lines = self._transport.lines("POST", "/api/pull", body, name=name)
        try:
            while True:
                with self._judging():
                    raw = next(lines, None)
                if raw is None:
                    break
                line = parse_line(raw, name)
                yield line
                if line.get("status") == "success" or line.get("error") is not None:
                    return
        finally:
            lines.close()
        raise IncompletePull(name)

    def ensure(
        self,
        name: str,
        on_progress: Callable[[PullProgress], None] | None = None,
        *,
        is_insecure: bool = False,
        known: InstallState | None = None,
        patience: Patience | None = None,
    ) -> Ensured:
        """Have `name` here, in its registry's version: at once if it is, else by pulling.

        `on_progress` gets a PullProgress for every line. Raises the taxonomy's error of a failed
        pull; with `patience` only of one that does not pass. See `tray_app.ollama.ensure`.
        """
        from tray_app.ollama.ensure import ensure  # not for who only lists

        return ensure(
            self,
            name,
            on_progress,
            is_insecure=is_insecure,
            clock=self._clock,
            known=known,
            patience=patience,
        )

    def _snapshot(self) -> Snapshot:
        now_s = self._clock()
        if not self._version or now_s - self._version_s >= VERSION_AGE_S:
            self._version, self._version_s = self.version(), now_s
        models, problems = self._tags()
        running: tuple[RunningModel, ...] | None = None
        try:
            running, notes = self._ps()
            problems += notes
        except (Cancelled, Unreachable, Starting):
            raise
        except OllamaError as error:  # the list is worth more than what is loaded
            problems += (f"ps: {error}",)
        return Snapshot(
            server_id=self.server_id,
            models=models,
            running=running,
            version=self._version,
            taken_at=datetime.now(UTC),
            taken_s=self._clock(),
            problems=problems,
        )

    def _tags(self) -> tuple[tuple[ModelRecord, ...], tuple[str, ...]]:
        timeout_s = LIST_TIMEOUT_S if self._has_listed else FIRST_LIST_TIMEOUT_S
        try:
            with self._judging():
                answer = self._transport.request(
                    "GET", "/api/tags", read_timeout_s=timeout_s, silence=Starting
                )
                body = body_of(answer, self._transport.address)
            rows = self._tags_parser.parse(body, self._transport.address)
        except TooOld as error:  # every Ollama has /api/tags
            raise NotOllama(error.reference, error.context) from error
        except TooLarge:
            raise
        except (BadAnswer, ServerFailed) as error:
            if getattr(error, "status", 0) < 500:
                self.version()  # raises NotOllama if that is why
            raise
        self._has_listed = True
        return rows

    def _ps(self) -> tuple[tuple[RunningModel, ...] | None, tuple[str, ...]]:
        try:
            value = self._get("/api/ps", RUNNING_TIMEOUT_S)
        except TooOld:
            return None, ()
        return parse_running(self.server_id, value)

    def _says_that_it_is_ollama(self) -> bool:
        answer = self._transport.request("GET", "/", read_timeout_s=QUICK_TIMEOUT_S, max_bytes=4096)
        return answer.is_ok and answer.body.strip() == b"Ollama is running"

    def _get(
        self,
        path: str,
        read_timeout_s: float,
        silence: type[OllamaError] = TimedOut,
        max_bytes: int = MAX_ROWS_BYTES,
    ) -> Any:
        with self._judging():
            return self._transport.json(
                "GET", path, read_timeout_s=read_timeout_s, silence=silence, max_bytes=max_bytes
            )

    def _post(
        self,
        path: str,
        body: Mapping[str, Any],
        name: str,
        read_timeout_s: float | None = SLOW_TIMEOUT_S,
        max_bytes: int = MAX_ROWS_BYTES,
        *,
        has_answer: bool = False,
    ) -> Any:
        """`has_answer`: Ollama never says nothing to it, as proxies do to what they don't know."""
        with self._judging():
            found = self._transport.json(
                "POST", path, body, name=name, read_timeout_s=read_timeout_s, max_bytes=max_bytes
            )
            if has_answer and found is None:
                raise NotOllama(self._transport.address, "an empty answer", 200)
            return found


ClientFactory = Callable[[Endpoint, str, CancelScope], OllamaClient]


def open_client(endpoint: Endpoint, server_id: str, scope: CancelScope) -> OllamaClient:
    """The ordinary ClientFactory."""
    return OllamaClient(endpoint, server_id=server_id, scope=scope)


def _is_cloud(name: str) -> bool:
    try:
        return ModelName.parse(name).is_cloud
    except BadName:
        return False


def _named(name: str) -> dict[str, Any]:
    """Both keys: servers before v0.1.21 know only `name`."""
    return {"model": name, "name": name}
