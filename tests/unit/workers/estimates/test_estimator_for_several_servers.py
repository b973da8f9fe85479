"""One question about several servers: one look-up, and nobody waits for the disk of another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, faults, small
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import TimedOut, Unreachable
from tray_app.core.estimate import Missing, PullCheck, PullEstimate
from tray_app.core.payloads import ModelRef
from tray_app.core.records import Layer, LayerKind, Server
from tray_app.core.sharing import KnownLayers
from tray_app.ollama.client import OllamaClient
from tray_app.ollama.local_store import LocalStore
from tray_app.ollama.registry import Registry
from tray_app.state.app_state import AppState
from tray_app.workers.estimates.estimator import Estimator
from tray_app.workers.jobs import Target
from tray_app.workers.runner import JobRunner

MANIFEST = "/v2/library/one/manifests/latest"
HERE = "/v2/library/here/manifests/latest"


@pytest.fixture
def registry() -> Iterator[FaultyServer]:
    library = small.library(published=("here", "one", "two"))
    library.published.append(("twin", small.model("other words", weights="here"), 60.0))
    with FaultyServer(library=library) as fake:
        yield fake


@pytest.fixture
def local() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("here")) as fake:
        yield fake


@pytest.fixture
def studio() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library()) as fake:
        yield fake


class HungStore(LocalStore):
    """A folder on a disk that does not answer, until it is let go."""

    def __init__(self) -> None:
        super().__init__([])
        self.is_asked, self.go = Event(), Event()

    def models_folder(self, known: Iterable[tuple[str, str]] = ()) -> Path | None:
        self.is_asked.set()
        assert self.go.wait(20)
        return None


class Desk(QObject):
    """An Estimator for several servers, and a state that keeps what it says."""

    def __init__(
        self, qtbot: QtBot, runner: JobRunner, url: str, targets: dict[str, Target], late_s: float
    ) -> None:
        super().__init__()
        self.qtbot = qtbot
        self.heard: list[tuple[str, str]] = []
        self.state = AppState(Server("local"))
        self.targets = targets
        self.estimator = Estimator(
            runner,
            targets.get,
            Registry({"*": url}),
            lambda _: False,
            runner,
            deadline_s=late_s,
        )
        self.estimator.estimated.connect(self._on_estimated)

    @Slot(object)
    def _on_estimated(self, estimate: PullEstimate) -> None:
        self.heard.append((estimate.server_id, estimate.name))
        self.state.set_estimate(estimate)

    def see(self, server_id: str) -> None:
        """Have a server polled."""
        with OllamaClient(self.targets[server_id].endpoint, server_id=server_id) as client:
            self.estimator.note_snapshot(client.snapshot())

    def ask(self, name: str, *servers: str) -> None:
        for server_id in servers:
            self.estimator.ask(ModelRef(server_id, name))

    def wait(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=8000)

    def is_told(self, server_id: str) -> bool:
        """Whether all is known of it that will be."""
        found = self.state.estimate(server_id)
        return found is not None and found.is_found and bool(found.licenses)

    def of(self, server_id: str) -> PullEstimate:
        found = self.state.estimate(server_id)
        assert found is not None
        return found


MakeDesk = Callable[..., Desk]


@pytest.fixture
def make_desk(
    qtbot: QtBot,
    runner: JobRunner,
    registry: FaultyServer,
    local: FaultyServer,
    studio: FaultyServer,
) -> MakeDesk:
    def make(store: LocalStore | None = None, late_s: float = 30.0) -> Desk:
        targets = {
            "local": Target("local", Endpoint.parse(local.url), store),
            "studio": Target("studio", Endpoint.parse(studio.url)),
        }
        desk = Desk(qtbot, runner, registry.url, targets, late_s)
        desk.see("local")
        desk.see("studio")
        return desk

    return make


ONCE = ["GET", "HEAD"]
"""What it is, and when it was pushed."""


def methods(registry: FaultyServer, path: str) -> list[str]:
    return [request.method for request in registry.asked(path)]


def test_the_registry_is_asked_once_for_all(make_desk: MakeDesk, registry: FaultyServer) -> None:
    desk = make_desk()
    desk.ask("here", "local", "studio")
    desk.wait(lambda: desk.is_told("local") and desk.is_told("studio"))
    assert methods(registry, HERE) == ONCE
    assert desk.of("local").standing is PullCheck.CURRENT
    assert desk.of("studio").standing is PullCheck.NEW
    assert desk.of("studio").fetch_bytes == desk.of("studio").total_bytes


def test_one_that_comes_later_is_told_what_is_known(
    make_desk: MakeDesk, registry: FaultyServer
) -> None:
    desk = make_desk()
    desk.ask("one", "local")
    desk.wait(lambda: desk.is_told("local"))
    desk.ask("one", "studio")
    assert desk.is_told("studio")
    assert methods(registry, MANIFEST) == ONCE


def test_layers_of_another_server_are_not_here(make_desk: MakeDesk, registry: FaultyServer) -> None:
    desk = make_desk()
    weights = next(layer for layer in small.model("here").layers if layer.kind == "model")
    index = desk.estimator._layer_index
    installed = desk.estimator._snapshots["local"].models[0]
    layer = Layer(weights.digest, LayerKind.MODEL, weights.size)
    known = KnownLayers((layer,), is_whole=True)
    desk.estimator.set_layer_index(type(index)({installed.digest: known}))
    desk.ask("twin", "local", "studio")
    desk.wait(lambda: desk.is_told("local") and desk.is_told("studio"))
    assert desk.of("local").here_bytes == weights.size
    assert desk.of("local").shared_with == ("here:latest",)
    assert desk.of("studio").here_bytes == 0
    assert desk.of("studio").shared_with == ()


def test_a_disk_that_hangs_delays_no_other(make_desk: MakeDesk) -> None:
    hung = HungStore()
    desk = make_desk(hung)
    desk.ask("one", "local", "studio")
    desk.wait(lambda: desk.is_told("studio"))
    desk.wait(hung.is_asked.is_set)
    assert not desk.of("local").is_found, "a size of now would soon be another"
    assert desk.of("local").manifest_reason is Missing.PENDING
    # Nor the next question.
    desk.ask("two", "studio", "local")
    desk.wait(lambda: desk.is_told("studio") and desk.of("studio").name == "two:latest")
    hung.go.set()
    desk.wait(lambda: desk.is_told("local"))
    assert desk.of("local").name == "two:latest"
    assert desk.of("local").space_reason is Missing.NO_FOLDER


def test_a_disk_that_hangs_is_given_up(make_desk: MakeDesk) -> None:
    hung = HungStore()
    desk = make_desk(hung, late_s=0.3)
    desk.ask("one", "local")
    desk.wait(hung.is_asked.is_set)
    desk.wait(lambda: desk.is_told("local"))
    assert isinstance(desk.of("local").space_reason, TimedOut)
    hung.go.set()


def test_one_that_cannot_be_asked_has_its_size_told(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.ask("one", "gone")
    desk.wait(lambda: desk.is_told("gone"))
    assert desk.of("gone").standing is PullCheck.NEW
    assert desk.of("gone").space_reason is Missing.REMOTE


def test_a_silent_registry_is_silent_for_all(make_desk: MakeDesk, registry: FaultyServer) -> None:
    registry.fault(MANIFEST, faults.truncated_body())
    desk = make_desk()
    desk.ask("one", "local", "studio")
    desk.wait(lambda: all(desk.of(each).failure for each in ("local", "studio")))
    assert isinstance(desk.of("studio").failure, Unreachable)


def test_a_cancel_ends_all(make_desk: MakeDesk, registry: FaultyServer, runner: JobRunner) -> None:
    registry.fault(MANIFEST, faults.never_answer())
    desk = make_desk()
    desk.ask("one", "local", "studio")
    desk.wait(lambda: registry.asked(MANIFEST))
    desk.heard.clear()
    desk.estimator.cancel()
    desk.wait(lambda: not runner.active())
    desk.see("local")
    desk.see("studio")
    assert desk.heard == []


def test_another_name_is_another_question_for_all(
    make_desk: MakeDesk, registry: FaultyServer
) -> None:
    registry.fault(MANIFEST, faults.never_answer())
    desk = make_desk()
    desk.ask("one", "local", "studio")
    desk.wait(lambda: registry.asked(MANIFEST))
    desk.heard.clear()
    desk.ask("two", "studio")
    desk.wait(lambda: desk.is_told("studio"))
    desk.see("local")
    assert {name for _, name in desk.heard} == {"two:latest"}
    assert desk.state.estimate("local") is None, "that was about another name"
