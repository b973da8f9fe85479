"""Wishes: what window, dialogs and tray ask to be done to models, handed to the operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from tray_app.core.payloads import (
    CopyRequest,
    DeleteRequest,
    LoadRequest,
    ModelRef,
    ModelRefs,
    PullMove,
    PullRequest,
)

if TYPE_CHECKING:
    from tray_app.app.application import Application


class Wishes(QObject):
    """One slot per wish that has a payload. Thread: GUI thread."""

    def __init__(self, application: Application) -> None:
        super().__init__(application)
        self._app = application

    @Slot(object)
    def details(self, ref: ModelRef) -> None:
        self._app.operations.show(ref)

    @Slot(object)
    def pull(self, request: PullRequest) -> None:
        self._app.operations.pull(request)

    @Slot(object)
    def estimate(self, ref: ModelRef) -> None:
        self._app.operations.estimate(ref)

    @Slot(object)
    def update(self, refs: ModelRefs) -> None:
        for ref in refs.refs:
            self._app.operations.pull(PullRequest(ref.server_id, ref.name, ref.digest))

    @Slot(object)
    def delete(self, request: DeleteRequest) -> None:
        self._app.operations.delete(request)

    @Slot(object)
    def copy(self, request: CopyRequest) -> None:
        self._app.operations.copy(request)

    @Slot(object)
    def load(self, request: LoadRequest) -> None:
        self._app.operations.load(request)

    @Slot(object)
    def unload(self, ref: ModelRef) -> None:
        self._app.operations.unload(ref)

    @Slot(object)
    def layer_index(self, refs: ModelRefs) -> None:
        self._app.operations.layers.read(refs)

    @Slot(object)
    def move(self, move: PullMove) -> None:
        self._app.queue.move(move.id, move.index)
