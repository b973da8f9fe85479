"""The kinds of quick jobs: show, delete, load, unload, test, and what a dialog looks up.

Pulls are in `workers.pulls.job`, copies and renames in `workers.renames`. Each job talks to one
server with a client of its own and reports one record; none of them knows who asked.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import TYPE_CHECKING

from tray_app.core.connection_cases import ConnectionCase
from tray_app.core.endpoint import Access, Endpoint
from tray_app.core.errors import (
    Cancelled,
    Changed,
    OllamaError,
    Unreachable,
)
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import ModelName
from tray_app.core.payloads import (
    AccessFacts,
    DeleteOutcome,
    DeleteRequest,
    Failure,
    LoadRequest,
    ModelRef,
    Recommendations,
    ServerDraft,
    ServerTest,
    Verb,
)
from tray_app.core.sign_in import SignInKind
from tray_app.ollama.ca_files import read_ca_file
from tray_app.ollama.certificates import offered_certificate
from tray_app.ollama.client import OllamaClient
from tray_app.ollama.connect import address_of
from tray_app.ollama.deleting import delete_unloaded
from tray_app.ollama.layers import UNSHOWABLE, show_with_layers
from tray_app.ollama.local_store import LocalStore
from tray_app.ollama.transport import system_proxy
from tray_app.workers.runner import Job

if TYPE_CHECKING:
    from tray_app.core.creates.records import Derived, DeriveRequest, Undone, UndoRequest
    from tray_app.core.records import Manifest, ModelInfo, ModelRecord, RunningModel
    from tray_app.ollama.registry import Registry

TEST_CONNECT_S = 10.0
"""A person waits for this one, and a computer that wakes up takes its time."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a job works: one server, and the folder of its models when it is on this machine."""

    server_id: str
    endpoint: Endpoint
    store: LocalStore | None = None


class ServerJob(Job):
    """A job on one server: opens a client in the lane's thread and closes it at the end."""

    def __init__(self, target: Target, key: Hashable = None) -> None:
        super().__init__(key)
        self.target = target

    def perform(self) -> object:
        with OllamaClient(
            self.target.endpoint, server_id=self.target.server_id, scope=self.scope
        ) as client:
            return self.work(client)

    def work(self, client: OllamaClient) -> object:
        raise NotImplementedError


class ShowJob(ServerJob):
    """Details of one model. Outcome: ModelInfo, with every layer when the manifest can be read."""

    def __init__(self, target: Target, ref: ModelRef) -> None:
        super().__init__(target, ("show", ref))
        self.ref = ref

    def work(self, client: OllamaClient) -> ModelInfo:
        return show_with_layers(client, self.target.store, self.ref)


class LayersJob(ServerJob):
    """Details of many models, to learn which layers they share.

    Outcome: tuple of ModelInfo. A model that cannot be shown is left out: it may be gone.
    """

    def __init__(self, target: Target, refs: tuple[ModelRef, ...]) -> None:
        super().__init__(target, ("layers", target.server_id))
        self.refs = refs

    def work(self, client: OllamaClient) -> tuple[ModelInfo, ...]:
        found = []
        for ref in self.refs:
            if self.scope.is_cancelled:
                raise Cancelled
            try:
                found.append(show_with_layers(client, self.target.store, ref))
            except UNSHOWABLE as error:
                _log.info("layers of %s unknown: %s", ref.name, error)
        return tuple(found)


class DeleteJob(ServerJob):
    """Delete models one by one, each only while its digest is the one a person saw.

    Outcome: DeleteOutcome; a failure of one model does not stop the others.
    """

    def __init__(self, target: Target, request: DeleteRequest) -> None:
        super().__init__(target, ("delete", target.server_id, request.refs))
        self.request = request

    def work(self, client: OllamaClient) -> DeleteOutcome:
        installed = {row.name: row for row in client.list_models()}
        deleted: list[ModelRef] = []
        gone: list[ModelRef] = []
        failures: list[Failure] = []
        for ref in self.request.refs:
            try:
                was_there = self._delete(client, ref, installed.get(ref.name))
            except Cancelled:
                raise
            except OllamaError as error:
                failures.append(Failure(Verb.DELETE, ref, error))
            else:
                (deleted if was_there else gone).append(ref)
        return DeleteOutcome(tuple(deleted), tuple(failures), tuple(gone), self.request.asked)

    def _delete(self, client: OllamaClient, ref: ModelRef, row: ModelRecord | None) -> bool:
        # Exactly this name: the server would resolve `:local` and `-cloud` tags to another one.
        if row is None:
            return False
        if ref.digest and row.digest and row.digest != ref.digest:
            raise Changed(ref.name, row.digest)
        return delete_unloaded(client, row)


class DeriveJob(ServerJob):
    """Make a model of an installed one, or edit one that was made here. Outcome: Derived."""

    def __init__(self, target: Target, request: DeriveRequest) -> None:
        super().__init__(target, ("derive", request))
        self.request = request

    def work(self, client: OllamaClient) -> Derived:
        from tray_app.ollama.deriving import derive

        return derive(client, self.request)


class UndoJob(ServerJob):
    """Make an edited model what it was. Outcome: Undone."""

    def __init__(self, target: Target, request: UndoRequest) -> None:
        super().__init__(target, ("undo", request))
        self.request = request

    def work(self, client: OllamaClient) -> Undone:
        from tray_app.ollama.deriving import undo

        return undo(client, self.request)


class LoadJob(ServerJob):
    """Load a model, or change how long it stays. Closing the connection would abort the load."""

    def __init__(self, target: Target, request: LoadRequest) -> None:
        super().__init__(target, ("load", request.ref.key, request.keep_alive_s))
        self.request = request

    def work(self, client: OllamaClient) -> ModelRef:
        client.load(
            self.request.ref.name,
            keep_alive_s=self.request.keep_alive_s,
            context_length=self.request.context_length,
        )
        return self.request.ref


class UnloadJob(ServerJob):
    """Unload a model; it is gone from memory when the job succeeds, or soon after."""

    def __init__(self, target: Target, ref: ModelRef) -> None:
        super().__init__(target, ("unload", ref.key))
        self.ref = ref

    def work(self, client: OllamaClient) -> ModelRef:
        client.unload(self.ref.name)
        return self.ref


class TestJob(Job):
    """Try a draft, with the headers of its endpoint. Outcome: always a ServerTest, with the error
    inside."""

    __test__ = False  # not a pytest class

    def __init__(self, draft: ServerDraft, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(("test", draft.number))
        self.draft = draft
        self._clock = clock

    def perform(self) -> ServerTest:
        endpoint = self.draft.endpoint
        tested = ServerTest(self.draft.number, endpoint.with_access(Access()), sent=self._sent)
        started_s = self._clock()
        try:
            with OllamaClient(
                endpoint, scope=self.scope, connect_timeout_s=TEST_CONNECT_S
            ) as client:
                version = client.version()
                elapsed_s = self._clock() - started_s
                models, running = client.list_models(), _running(client)
        except Cancelled:
            raise
        except OllamaError as error:
            failed = replace(tested, error=error, elapsed_s=self._clock() - started_s)
            return self._explained(failed)
        count = None if running is None else len(running)
        return replace(
            tested,
            version=version,
            model_count=len(models),
            running_count=count,
            elapsed_s=elapsed_s,
        )

    @property
    def _sent(self) -> SignInKind:
        endpoint = self.draft.endpoint
        if endpoint.access.headers:
            return self.draft.sign_in.kind
        has_user = endpoint.username or endpoint.password
        return SignInKind.PASSWORD if has_user else SignInKind.NONE

    def _explained(self, test: ServerTest) -> ServerTest:
        """With the address that would do, and what was offered in place of a trusted one."""
        endpoint = self.draft.endpoint
        match test.case:
            case ConnectionCase.WANTS_HTTPS:
                offer = getattr(test.error, "address", "") or str(replace(endpoint, scheme="https"))
            case ConnectionCase.HTTP_ONLY:
                offer = replace(endpoint, scheme="http").display
                offer = f"http://{offer}"
            case ConnectionCase.HOST_CHECK:
                offer = self._by_number(endpoint)
            case ConnectionCase.CERTIFICATE:
                return replace(test, certificate=offered_certificate(endpoint, self.scope))
            case _:
                return test
        return replace(test, offer=offer)

    def _by_number(self, endpoint: Endpoint) -> str:
        """Its address with the number of its computer; "" when it is written so already."""
        try:
            number = address_of(endpoint.host, endpoint.port, self.scope)
        except OllamaError:
            return ""
        if not number or number == endpoint.host:
            return ""
        found = str(replace(endpoint, host=number))
        return found if endpoint.scheme == "https" else found.removeprefix("http://")


class AccessJob(Job):
    """Look into the CA file of an endpoint, and into the system's proxies. Outcome: AccessFacts."""

    def __init__(self, endpoint: Endpoint) -> None:
        super().__init__(("access", endpoint))
        self.endpoint = endpoint

    def perform(self) -> AccessFacts:
        path = self.endpoint.access.ca_file
        folder = LocalStore().models_folder() if self.endpoint.is_loopback else None
        return AccessFacts(
            self.endpoint,
            read_ca_file(path) if path else None,
            system_proxy(self.endpoint),
            str(folder) if folder is not None else "",
        )


def _running(client: OllamaClient) -> tuple[RunningModel, ...] | None:
    """None where the server does not tell what is loaded: that is no reason to fail."""
    try:
        return client.list_running()
    except (Cancelled, Unreachable):
        raise
    except OllamaError as error:
        _log.info("loaded models are not known: %s", error)
        return None


class RecommendationsJob(ServerJob):
    """The server's own suggestions. Outcome: Recommendations; none when it is too old for it, and
    none of the cloud where that is switched off: the server suggests them all the same."""

    def __init__(self, target: Target) -> None:
        super().__init__(target, ("recommendations", target.server_id))

    def work(self, client: OllamaClient) -> Recommendations:
        try:
            rows = client.recommendations()
        except Cancelled:
            raise
        except OllamaError as error:
            _log.info("no suggestions: %s", error)
            rows = ()
        is_cloud_off = _is_without_cloud(client)
        if is_cloud_off:
            rows = tuple(row for row in rows if not row.is_cloud)
        return Recommendations(self.target.server_id, rows, is_cloud_off)


def _is_without_cloud(client: OllamaClient) -> bool:
    try:
        status = client.status()
    except Cancelled:
        raise
    except OllamaError as error:
        _log.info("whether the cloud is off: %s", error)
        return False
    return status is not None and status.is_disabled


class ManifestJob(Job):
    """The manifest of a name at its registry. Outcome: Manifest."""

    def __init__(
        self, registry: Registry, item_id: str, name: str, *, is_insecure: bool = False
    ) -> None:
        super().__init__(("manifest", item_id))
        self._registry = registry
        self.item_id = item_id
        self.name = name
        self._is_insecure = is_insecure

    def perform(self) -> Manifest:
        return self._registry.fetch_manifest(
            ModelName.parse(self.name), scope=self.scope, is_insecure=self._is_insecure
        )
