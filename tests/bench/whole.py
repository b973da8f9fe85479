"""Whole: the program with its window open, in this process, polling a server as it always does."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QEvent, QEventLoop, QTimer
from PySide6.QtWidgets import QApplication, QTableView

from tests.bench.proof import NotMeasured, prove_equal
from tray_app.app import application
from tray_app.app.servers import ServerTargets
from tray_app.cli import Invocation
from tray_app.core.endpoint import Endpoint
from tray_app.core.records import Layer, LayerKind, ModelRecord, Snapshot
from tray_app.core.sharing import KnownLayers, LayerIndex
from tray_app.desktop.instance.single_instance import SingleInstance
from tray_app.desktop.tray.tray import Tray
from tray_app.itemmodels.model_table import ModelTableModel
from tray_app.paths import paths
from tray_app.workers.jobs import Target
from tray_app.workers.poller import MAX_ROWS

_NEVER_S = 3600.0


class Elsewhere(ServerTargets):
    """Nobody's jobs go to the server, only polls do: no other requests run beside what is
    measured."""

    def target(self, server_id: str) -> Target | None:
        return None


class Whole:
    """`poll` asks the server once and comes back when all that the answer does is done."""

    def __init__(self, qt: QApplication, url: str, *, timeout_s: float = 30.0) -> None:
        self._timeout_s = timeout_s
        self._folder = tempfile.TemporaryDirectory(prefix="ollama-tray-bench-")
        root = Path(self._folder.name)
        application.__dict__["ServerTargets"] = Elsewhere
        self._app = application.Application(
            qt, Tray(qt), Invocation(data_dir=root), paths(root), SingleInstance(root)
        )
        application.__dict__["ServerTargets"] = ServerTargets
        self.pollers = self._app.pollers
        self.server_id = self._app.state.server.id
        self.answers = 0
        self._app.connect_parts()
        self._main = self._app.window._windows().main
        self._main.show()
        # After all others who take a snapshot.
        self._app.state.snapshot_changed.connect(self._on_state_snapshot_changed)
        self._loop = QEventLoop()
        self._limit = QTimer(self._loop, singleShot=True, interval=round(timeout_s * 1000))
        self._limit.timeout.connect(self._loop.quit)
        try:
            # No poll but those asked for here.
            self.pollers.set_visible_pace(_NEVER_S)
            self.pollers.set_visible(True)
            self._await_answer(lambda: self.pollers.start(self.server_id, Endpoint.parse(url)))
            while self._is_partly_told:
                self._await_answer(lambda: None)
        except NotMeasured:
            self.close()
            raise
        self._learn_layers()

    @property
    def models(self) -> ModelTableModel:
        """The table's model."""
        return self._main.models

    @property
    def view(self) -> QTableView:
        """The table on screen."""
        return self._main.view

    @property
    def records(self) -> tuple[ModelRecord, ...]:
        """What the last answer said."""
        snapshot = self._app.state.snapshot(self.server_id)
        return snapshot.models if snapshot else ()

    @property
    def digests(self) -> dict[str, str]:
        """Name → digest of every row that the table shows."""
        return {row.record.name: row.record.digest for row in self.models.rows}

    @property
    def names(self) -> list[str]:
        """The names of the rows, from top to bottom."""
        return [row.record.name for row in self.models.rows]

    def poll(self) -> None:
        """Ask the server now, as a person does who presses F5."""
        self._await_answer(lambda: self.pollers.refresh(self.server_id))

    @property
    def _is_partly_told(self) -> bool:
        """Thousands of new models come in parts."""
        snapshot = self._app.state.snapshot(self.server_id)
        return snapshot is not None and bool(snapshot.left_out) and len(snapshot.models) < MAX_ROWS

    def _await_answer(self, ask: Callable[[], None]) -> None:
        wanted = self.answers + 1
        ask()
        self._limit.start()
        self._loop.exec()
        self._limit.stop()
        if self.answers < wanted:
            raise NotMeasured(f"no answer of the server came through in {self._timeout_s:g} s")
        prove_equal("answers of the server that came through", self.answers, wanted)

    def _on_state_snapshot_changed(self, snapshot: Snapshot) -> None:
        self.answers += 1
        self._loop.quit()

    def _learn_layers(self) -> None:
        """In the end the layers of every model are known."""
        layers = {
            model.digest: KnownLayers((Layer(f"sha256:{model.digest}", LayerKind.MODEL),), False)
            for model in self.records
            if model.digest
        }
        self._app.state.set_layer_index(LayerIndex(layers))

    def close(self) -> None:
        """End all threads and remove the files."""
        self._app.shutdown.quit_now()
        self.pollers.wait(QDeadlineTimer(3000))
        self._app.runner.wait(QDeadlineTimer(3000))
        self._app.tray.stop()
        self._app.window.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        self._folder.cleanup()
