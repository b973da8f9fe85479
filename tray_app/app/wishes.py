"""Wishes: what window, dialogs and tray ask to be done to models, handed to the operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from tray_app.core.payloads import (
    CopyWish,
    DeleteWish,
    LoadWish,
    ModelRef,
    ModelRefs,
    PullMove,
    PullWish,
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
    def pull(self, wish: PullWish) -> None:
        self._app.operations.pull(wish)

    @Slot(object)
    def estimate(self, ref: ModelRef) -> None:
        self._app.operations.estimate(ref)

    @Slot(object)
    def update(self, refs: ModelRefs) -> None:
        for ref in refs.refs:
            self._app.operations.pull(PullWish(ref.server_id, ref.name, ref.digest))

    @Slot(object)
    def delete(self, wish: DeleteWish) -> None:
        self._app.operations.delete(wish)

    @Slot(object)
    def copy(self, wish: CopyWish) -> None:
        self._app.operations.copy(wish)

    @Slot(object)
    def load(self, wish: LoadWish) -> None:
        self._app.operations.load(wish)

    @Slot(object)
    def unload(self, ref: ModelRef) -> None:
        self._app.operations.unload(ref)

    @Slot(object)
    def book(self, refs: ModelRefs) -> None:
        self._app.operations.layers.read(refs)

    @Slot(object)
    def move(self, move: PullMove) -> None:
        self._app.queue.move(move.id, move.index)
