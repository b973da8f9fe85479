"""OllamaClient: one server's API as Python calls, records in and out.

Protocol facts are those of Ollama's server/routes.go and api/types.go. Nothing here waits for a
window or knows of one; `tray_app.ollama` is usable from a REPL. What only asks is in `reader`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from tray_app.core.errors import (
    BadName,
    Changed,
    IncompletePull,
    ModelNotFound,
    NameProblem,
    ServerFailed,
)
from tray_app.core.names import ModelName
from tray_app.core.parse import parse_line
from tray_app.core.pulls.progress import PullProgress
from tray_app.ollama.ensure import Ensured, InstallState, ensure
from tray_app.ollama.reader import SLOW_TIMEOUT_S, OllamaReader, named


class OllamaClient(OllamaReader):
    """A client of one Ollama server.

    `endpoint` is an Endpoint, a text in OLLAMA_HOST's form, or None for what OLLAMA_HOST says.
    Every method raises an `OllamaError` of `tray_app.core.errors` and nothing else of the
    network's; after `cancel` everything raises Cancelled.

    Thread: one at a time, `cancel` from any. Use as a context manager, or call `close`.
    """

    def delete(self, name: str, digest: str = "") -> None:
        """DELETE /api/delete. With `digest` (bare hex) only while the model still has that one,
        else Changed. Does not unload: call `unload` first. Raises ModelNotFound.

        Refuses `x:local`: the server would delete `x:latest` (modelref.go).
        """
        if ModelName.parse(name).source == "local":
            raise BadName(name, "local", NameProblem.CHARACTER)
        if digest:
            record = self.get(name)
            if record is None:
                raise ModelNotFound(name)
            if record.digest and record.digest != digest:
                raise Changed(name, record.digest)
        self._transport.json(
            "DELETE", "/api/delete", named(name), name=name, read_timeout_s=SLOW_TIMEOUT_S
        )

    def copy(self, source: str, destination: str) -> None:
        """POST /api/copy. Raises ModelNotFound for the source, ServerFailed(409) for a name that
        is taken: the server would overwrite it without a word.

        Refuses destinations tagged `local`, `cloud` or `*-cloud`: copy would make them, but show
        and delete would take them for another model.
        """
        target = ModelName.parse(destination)
        if target.source or target.has_misrouted_tag:
            raise BadName(destination, destination.rpartition(":")[2], NameProblem.CHARACTER)
        if self.get(destination) is not None:
            raise ServerFailed(destination, "a model with this name exists", 409)
        body = {"source": source, "destination": destination}
        self._post("/api/copy", body, source)

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
        body: dict[str, Any] = named(name)
        if keep_alive_s is not None:
            body["keep_alive"] = keep_alive_s  # a number: the text "300" is refused
        if context_length:
            body["options"] = {"num_ctx": context_length}
        try:
            self._post("/api/generate", {**body, "stream": False}, name, None)
        except ServerFailed as error:
            if error.status != 400 or "does not support generate" not in error.text:
                raise
            self._post("/api/embed", {**body, "input": []}, name, None)

    def unload(self, name: str) -> None:
        """Ask the server to free the model's memory; it happens soon after, or when the request
        in progress is done (look at `list_running`). Nothing to do for cloud models.

        Works for embedding models too: keep_alive 0 is looked at before what a model can do.
        """
        if not _is_cloud(name):
            body = {**named(name), "keep_alive": 0, "stream": False}
            self._post("/api/generate", body, name)

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
        body: dict[str, Any] = {**named(name), "stream": True}
        if is_insecure:
            body["insecure"] = True
        lines = self._transport.lines("POST", "/api/pull", body, name=name)
        try:
            for raw in lines:
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
    ) -> Ensured:
        """Have `name` here, in its registry's version: at once if it is, else by pulling.

        `on_progress` gets a PullProgress for every line. Raises the taxonomy's error of a failed
        pull. See `tray_app.ollama.ensure`.
        """
        return ensure(
            self, name, on_progress, is_insecure=is_insecure, clock=self._clock, known=known
        )


def _is_cloud(name: str) -> bool:
    try:
        return ModelName.parse(name).is_cloud
    except BadName:
        return False
