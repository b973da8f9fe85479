"""Whole: the program with its window open, in this process, fed by hand instead of by a poller."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer
from PySide6.QtWidgets import QApplication

from tray_app.app.application import Application
from tray_app.cli import Invocation
from tray_app.core.records import (
    Layer,
    LayerKind,
    ModelRecord,
    ServerState,
    ServerStatus,
    Snapshot,
)
from tray_app.core.sharing import KnownLayers, LayerIndex
from tray_app.core.tags import TagsParser
from tray_app.desktop.instance.single_instance import SingleInstance
from tray_app.desktop.tray.tray import Tray
from tray_app.itemmodels.model_table import ModelTableModel
from tray_app.paths import paths
from tray_app.workers.jobs import Target


class Unconnected(Application):
    """Everything in its place and connected, but no server that is asked."""

    def target(self, server_id: str) -> Target | None:
        return None


class Whole:
    """`show` is all that happens in the GUI thread when a poll has answered."""

    def __init__(self, qt: QApplication) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="ollama-tray-bench-")
        root = Path(self._folder.name)
        self._app = Unconnected(
            qt, Tray(qt), Invocation(data_dir=root), paths(root), SingleInstance(root)
        )
        self._app._connect_tray()
        self._app._connect_facts()
        self._app.window.show()
        self._main = self._app.window._windows().main
        self._server_id = self._app.server.id
        self._parser = TagsParser(self._server_id)
        self.records: tuple[ModelRecord, ...] = ()

    @property
    def models(self) -> ModelTableModel:
        """The table's model."""
        return self._main.models

    def parsed(self, body: bytes) -> Snapshot:
        """What a poller makes of an answer, in its own thread."""
        models, problems = self._parser.parse(body)
        return Snapshot(self._server_id, models, (), "0.33.1", datetime.now(UTC), 0.0, problems)

    def show(self, snapshot: Snapshot) -> None:
        """Hand an answer to the program as its poller does."""
        self._app.pollers._on_snapshot_taken(snapshot)

    def take(self, body: bytes) -> None:
        """The first answer."""
        now = datetime.now(UTC)
        status = ServerStatus(self._server_id, ServerState.ONLINE, since=now, version="0.33.1")
        self._app.pollers._on_status_changed(status)
        snapshot = self.parsed(body)
        self.records = snapshot.models
        self.show(snapshot)
        # In the end the layers of every model are known.
        layers = (
            KnownLayers((Layer(f"sha256:{m.digest}", LayerKind.MODEL),), False)
            for m in self.records
        )
        known = dict(zip((model.digest for model in self.records), layers, strict=True))
        self._main.set_layer_index(LayerIndex(known))

    def close(self) -> None:
        """End all threads and remove the files."""
        self._app.shutdown.quit_now()
        self._app.runner.wait(QDeadlineTimer(3000))
        self._app.window.close()
        self._folder.cleanup()
