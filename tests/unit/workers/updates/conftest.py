"""A checker in front of a demo server, which is the registry too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEvent, QObject, Slot
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, small
from tests.fakes.server import ReceivedRequest
from tests.support.waiting import PATIENCE_S
from tray_app.core.endpoint import Endpoint
from tray_app.core.payloads import ModelRef, ModelRefs
from tray_app.core.updates.facts import CheckState, ModelVerdict
from tray_app.core.updates.verdicts import Standing, Verdict
from tray_app.demo import Library, Package
from tray_app.ollama.client import OllamaClient
from tray_app.ollama.registry import Registry
from tray_app.update_ledger import LedgerFile
from tray_app.workers.jobs import Target
from tray_app.workers.runner import JobRunner
from tray_app.workers.updates.checker import UpdateChecker
from tray_app.workers.updates.keeper import LedgerKeeper

START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class Trail(QObject):
    """What a checker told."""

    def __init__(self, checker: UpdateChecker, parent: QObject) -> None:
        super().__init__(parent)
        self.verdicts: list[ModelVerdict] = []
        self.states: list[CheckState] = []
        self.ended: list[CheckState] = []
        checker.verdict_changed.connect(self._on_verdict)
        checker.check_changed.connect(self._on_state)
        checker.checked.connect(self._on_ended)

    @Slot(object)
    def _on_verdict(self, verdict: ModelVerdict) -> None:
        self.verdicts.append(verdict)

    @Slot(object)
    def _on_state(self, state: CheckState) -> None:
        self.states.append(state)

    @Slot(object)
    def _on_ended(self, state: CheckState) -> None:
        self.ended.append(state)


@dataclass
class Bench:
    """One life of the program: a checker, its keeper, its server. All belong to `root`, and end
    with it: no collector deletes them in whatever thread it runs."""

    root: QObject
    server: FaultyServer
    checker: UpdateChecker
    keeper: LedgerKeeper
    trail: Trail
    qtbot: QtBot
    runner: JobRunner
    clock: list[datetime] = field(default_factory=lambda: [START])
    is_closed: bool = False

    def wait_for(self, condition: Callable[[], object], timeout_s: float = PATIENCE_S) -> None:
        def check() -> None:
            assert condition(), (self.trail.states[-1:], self.checker.state)

        self.qtbot.waitUntil(check, timeout=int(timeout_s * 1000))

    def poll(self, server_id: str = "local") -> None:
        """What the poller brings."""
        target = self.checker._target_of(server_id)
        assert target is not None
        with OllamaClient(target.endpoint, server_id=server_id) as client:
            snapshot = client.snapshot()
        self.checker.note_snapshot(snapshot)
        self.wait_for(lambda: not self.checker._work)
        self.settle()

    def settle(self) -> None:
        """Until nobody is asked any more."""
        self.wait_for(lambda: not self.checker._reading and not self.checker._asking._jobs)

    def check(self, *, is_due: bool = False) -> CheckState:
        """A check of all, to its end."""
        count = len(self.trail.ended)
        if is_due:
            self.checker.check_due()
        else:
            self.checker.check_all()
        self.wait_for(lambda: len(self.trail.ended) > count)
        self.settle()
        return self.trail.ended[-1]

    def check_one(self, name: str) -> None:
        self.checker.check(ModelRefs((ModelRef("local", name),)))
        self.settle()

    def verdict(self, name: str, server_id: str = "local") -> Verdict:
        return self.checker.verdict((server_id, name))

    def standing(self, name: str, server_id: str = "local") -> Standing:
        return self.verdict(name, server_id).standing

    def asked(self) -> list[ReceivedRequest]:
        """What the registry was asked."""
        return [request for request in self.server.requests if request.path.startswith("/v2/")]

    def later(self, **span: float) -> None:
        self.clock[0] += timedelta(**span)

    def save(self) -> None:
        self.wait_for(lambda: not self.keeper.ledger.has_changed and not self.keeper.is_writing)


BenchMaker = Callable[..., Bench]


def library(*names: str, **more: Package) -> Library:
    """Installed models that the registry has, all older than any push of a test."""
    made = Library()
    made.installed = [(name, small.model(name), 86400.0 * 100) for name in names]
    made.published = [(name, small.model(name), 86400.0 * 200) for name in names]
    return made


def with_template(package: Package, template: str) -> Package:
    """The same with another template."""
    from tray_app.demo.store.package import assemble, text_layer

    layers = [x if x.kind != "template" else text_layer("template", template)
              for x in package.layers]  # fmt: skip
    return assemble(package.weights, layers, details=package.details)


def with_config(package: Package, **details: Any) -> Package:
    """The same with another config."""
    from tray_app.demo.store.package import assemble

    return assemble(package.weights, package.layers, details={**package.details, **details})


def with_white_space(package: Package) -> Package:
    """The same with a manifest of other bytes, which names the same layers."""
    return replace(package, manifest=package.manifest.replace(b",", b", ", 1))


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=library("tiny", "other", "third")) as running:
        yield running


@pytest.fixture
def make_bench(qtbot: QtBot, server: FaultyServer, tmp_path: Path) -> Iterator[BenchMaker]:
    made: list[Bench] = []

    def make(
        path: Path | None = None,
        clock: list[datetime] | None = None,
        at: FaultyServer = server,
        studio: FaultyServer | None = None,
        save_s: float = 0.01,
    ) -> Bench:
        root = QObject()
        runner = JobRunner(root)
        target = Target("local", Endpoint.parse(at.url))
        other = Target("studio", Endpoint.parse((studio or at).url))
        times = clock if clock is not None else [START]
        keeper = LedgerKeeper(runner, LedgerFile(path) if path else None, root, save_s=save_s)
        checker = UpdateChecker(
            runner,
            {"local": target, "studio": other}.get,
            Registry({"*": at.url}),
            keeper,
            lambda _: False,
            root,
            now=lambda: times[0],
            jitter=0.0,
        )
        bench = Bench(root, at, checker, keeper, Trail(checker, root), qtbot, runner, times)
        made.append(bench)
        if path is not None:
            keeper.load()
            bench.wait_for(lambda: keeper.is_loaded)
        return bench

    yield make
    for bench in made:
        close(bench)


def close(bench: Bench) -> None:
    """The end of a life; may be called twice."""
    if bench.is_closed:
        return
    bench.is_closed = True
    bench.checker.stop()
    bench.runner.close()
    assert bench.runner.wait(QDeadlineTimer(10_000))
    bench.qtbot.waitUntil(lambda: not bench.runner.active(), timeout=10_000)
    bench.keeper.close()
    bench.root.deleteLater()
    QCoreApplication.sendPostedEvents(bench.root, QEvent.Type.DeferredDelete.value)
