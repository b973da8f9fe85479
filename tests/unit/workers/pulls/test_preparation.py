"""Updates in the queue: what is done around their pull, on a real server with its registry."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEvent, QObject
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, faults, small
from tests.support.waiting import PATIENCE_MS
from tests.unit.workers.conftest import QUICK, Trail
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import Changed, ModelNotFound, TooOld
from tray_app.core.payloads import PullRequest
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.pulls.updates import UpdatePlan, UpdateStep
from tray_app.demo.store.package import empty_package
from tray_app.ollama.cancel import CancelScope
from tray_app.ollama.client import OllamaClient
from tray_app.ollama.registry import Registry
from tray_app.workers.jobs import Target
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.pulls.store import PullStore
from tray_app.workers.runner import JobRunner

S = PullState
OLD, NEW = small.model("here"), small.model("here two", 30_000_000)
PATH = "/v2/library/here/manifests/latest"


class Updates:
    """A queue in front of a server, whose registry it asks too."""

    def __init__(self, server: FaultyServer, qtbot: QtBot, path: Path | None = None) -> None:
        self.server = server
        self.qtbot = qtbot
        # All belong to it, and end with it: no collector deletes them in whatever thread it runs.
        self.root = QObject()
        self.runner = JobRunner(self.root)
        target = Target("local", Endpoint.parse(server.url))
        self.queue = PullQueue(
            self.runner,
            {"local": target}.get,
            PullStore(path) if path else None,
            limits=QUICK,
            client_factory=self._client,
            parent=self.root,
        )
        self.trail = Trail(self.queue)
        self.steps: list[UpdatePlan] = []
        self.queue.item_changed.connect(self._on_item_changed)
        self.queue.load()
        self.snapshot()

    def _client(self, endpoint: Endpoint, server_id: str, scope: CancelScope) -> OllamaClient:
        registry = Registry({"*": self.server.url})
        return OllamaClient(endpoint, server_id=server_id, scope=scope, registry=registry)

    def _on_item_changed(self, item: PullItem) -> None:
        if item.update is not None and item.update not in self.steps:
            self.steps.append(item.update)

    def snapshot(self) -> None:
        with OllamaClient(self.server.url) as client:
            self.queue.note_snapshot(client.snapshot())

    def add(self, plan: UpdatePlan | None = None, digest: str = OLD.digest) -> str:
        request = PullRequest("local", "here:latest", digest, plan or UpdatePlan())
        return self.queue.add(request)

    def ended(self, item_id: str) -> PullItem:
        def is_over() -> bool:
            item = self.queue.item(item_id)
            assert item is not None
            return item.state in (S.DONE, S.FAILED)

        self.qtbot.waitUntil(is_over, timeout=PATIENCE_MS)
        item = self.queue.item(item_id)
        assert item is not None
        return item

    def pulls(self) -> int:
        return len(self.server.asked("/api/pull"))

    def close(self) -> None:
        self.queue.close()
        self.runner.close()
        assert self.runner.wait(QDeadlineTimer(10_000))
        self.qtbot.waitUntil(lambda: not self.runner.active(), timeout=PATIENCE_MS)
        self.root.deleteLater()
        QCoreApplication.sendPostedEvents(self.root, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    library = small.library("here", "other")
    with FaultyServer(library=library, speed_bytes_s=500e6) as running:
        running.state.publish("here", NEW)
        yield running


@pytest.fixture
def updates(server: FaultyServer, qtbot: QtBot) -> Iterator[Updates]:
    made = Updates(server, qtbot)
    yield made
    made.close()


def digests(server: FaultyServer) -> dict[str, str]:
    return {item.ref.display: item.package.digest for item in server.state.installed()}


def test_an_update(updates: Updates, server: FaultyServer) -> None:
    done = updates.ended(updates.add())
    assert (done.state, digests(server)["here:latest"]) == (S.DONE, NEW.digest)
    assert done.update == UpdatePlan()
    assert [plan.step for plan in updates.steps if plan.step] == [
        UpdateStep.LOOKING, UpdateStep.UNLOADING,
    ]  # fmt: skip
    assert set(digests(server)) == {"here:latest", "other:latest"}


def test_what_is_current_is_not_pulled(updates: Updates, server: FaultyServer) -> None:
    server.state.publish("here", OLD)
    done = updates.ended(updates.add())
    assert done.state is S.DONE
    assert done.update is not None
    assert done.update.was_current
    assert updates.pulls() == 0


def test_what_others_brought_up_to_date_is_not_pulled(
    updates: Updates, server: FaultyServer
) -> None:
    server.state.install("here", NEW)
    done = updates.ended(updates.add())
    assert done.state is S.DONE
    assert updates.pulls() == 0


def test_what_others_replaced_stops_and_waits_for_a_person(
    updates: Updates, server: FaultyServer
) -> None:
    theirs = small.model("here by others")
    server.state.install("here", theirs)
    item_id = updates.add(UpdatePlan(keep_days=7))
    stopped = updates.ended(item_id)
    assert stopped.state is S.FAILED
    assert isinstance(stopped.error, Changed)
    assert (updates.pulls(), digests(server)["here:latest"]) == (0, theirs.digest)
    updates.queue.retry(item_id)
    updates.qtbot.waitUntil(lambda: updates.pulls() > 0, timeout=PATIENCE_MS)
    done = updates.ended(item_id)
    assert done.state is S.DONE
    assert done.update is not None
    assert digests(server)[done.update.kept_name] == theirs.digest
    assert digests(server)["here:latest"] == NEW.digest


def test_the_old_version_is_kept_first(updates: Updates, server: FaultyServer) -> None:
    done = updates.ended(updates.add(UpdatePlan(keep_days=7)))
    assert done.update is not None
    kept = done.update.kept_name
    assert kept.startswith("here:latest-before-20")
    assert digests(server) == {
        "here:latest": NEW.digest,
        kept: OLD.digest,
        "other:latest": small.model("other").digest,
    }
    paths = [r.path for r in server.requests if r.path in ("/api/copy", "/api/pull")]
    assert paths == ["/api/copy", "/api/pull"]


def test_it_is_not_kept_again_by_the_next_attempt(updates: Updates, server: FaultyServer) -> None:
    server.fault("/api/pull", faults.error_line("pull model manifest: 500: boom"), times=2)
    done = updates.ended(updates.add(UpdatePlan(keep_days=7)))
    assert done.state is S.DONE
    assert len(server.asked("/api/copy")) == 1
    assert updates.pulls() == 3


def test_layers_that_stay_are_a_success_with_a_note(updates: Updates, server: FaultyServer) -> None:
    lines = (
        {"status": "pulling manifest"},
        {"status": "removing unused layers"},
        {"status": "couldn't remove unused layers: remove blobs: permission denied"},
        {"status": "success"},
    )
    body = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
    server.fault("/api/pull", faults.reply(200, body, "application/x-ndjson"))
    done = updates.ended(updates.add(UpdatePlan(keep_days=7)))
    assert (done.state, done.error) == (S.DONE, None)
    assert done.update is not None
    assert done.update.kept_layers
    assert done.update.kept_name, "what was done before is known still"


def test_a_failed_update_leaves_the_old_version_whole(
    updates: Updates, server: FaultyServer
) -> None:
    server.fault("/api/pull", faults.error_line("pull model manifest: 400: no"))
    done = updates.ended(updates.add())
    assert (done.state, digests(server)["here:latest"]) == (S.FAILED, OLD.digest)


def test_a_loaded_model_leaves_the_memory_first(updates: Updates, server: FaultyServer) -> None:
    server.state.load("here", 1e9)
    server.state.load("other")
    done = updates.ended(updates.add(UpdatePlan(loads_again=True)))
    assert done.update is not None
    assert done.update.was_loaded
    assert 1_000_000_000 - 60 < (done.update.keep_alive_s or 0) <= 1_000_000_000
    assert done.update.context_length
    assert [row.ref.display for row in server.state.memory.rows()] == ["other:latest"]
    paths = [r.path for r in server.requests if r.path in ("/api/generate", "/api/pull")]
    assert paths == ["/api/generate", "/api/pull"]


@pytest.mark.parametrize("manifest", [b"{}", b'{"schemaVersion":2,"layers":[]}'])
def test_a_manifest_without_layers_is_never_pulled(
    updates: Updates, server: FaultyServer, manifest: bytes
) -> None:
    server.state.publish("here", empty_package(manifest))
    server.state.load("here")
    done = updates.ended(updates.add(UpdatePlan(keep_days=7)))
    assert (done.state, updates.pulls()) == (S.FAILED, 0)
    assert digests(server) == {
        "here:latest": OLD.digest, "other:latest": small.model("other").digest,
    }  # fmt: skip
    assert server.state.memory.rows(), "nor is it unloaded for nothing"


@pytest.mark.parametrize(
    ("status", "error"), [(404, ModelNotFound), (412, TooOld)], ids=["absent", "too new"]
)
def test_what_no_pull_could_come_of(
    updates: Updates, server: FaultyServer, status: int, error: type
) -> None:
    server.fault(PATH, faults.reply(status, b"{}", "application/json"))
    done = updates.ended(updates.add())
    assert (done.state, updates.pulls()) == (S.FAILED, 0)
    assert isinstance(done.error, error)


def test_a_registry_that_only_the_server_reaches(updates: Updates, server: FaultyServer) -> None:
    server.fault(PATH, faults.close_before_headers())
    done = updates.ended(updates.add())
    assert (done.state, digests(server)["here:latest"]) == (S.DONE, NEW.digest)


def test_a_mere_pull_asks_nobody(updates: Updates, server: FaultyServer) -> None:
    item_id = updates.queue.add(PullRequest("local", "here:latest", OLD.digest))
    assert updates.ended(item_id).state is S.DONE
    assert server.asked(PATH) == []


def test_an_update_outlives_the_program(server: FaultyServer, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "downloads.json"
    server.fault("/api/pull", faults.never_answer())
    first = Updates(server, qtbot, path)
    item_id = first.add(UpdatePlan(keep_days=7, loads_again=True))
    qtbot.waitUntil(lambda: first.pulls() > 0, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: bool(first.steps[-1].kept_name), timeout=PATIENCE_MS)
    first.close()
    server.clear()
    again = Updates(server, qtbot, path)
    done = again.ended(item_id)
    assert done.state is S.DONE
    assert done.update is not None
    assert (done.update.keep_days, done.update.loads_again) == (7, True)
    assert digests(server)[done.update.kept_name] == OLD.digest
    assert len(server.asked("/api/copy")) == 1
    again.close()
