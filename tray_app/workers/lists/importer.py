"""ImportRunner: recipes of an imported list, until what each is made from has come.

It outlives the dialog. What it says is ready is made by others; it hears what came of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from tray_app.core.creates.records import Derived, DeriveRequest
from tray_app.core.installed import InstalledModels
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lists.records import ListEntry, Recipe
from tray_app.core.lists.requests import ImportRequest, RecipeFailed
from tray_app.core.names import canonical
from tray_app.core.payloads import CopyRequest, ModelRef
from tray_app.core.pulls.states import PullItem, PullState

if TYPE_CHECKING:
    from tray_app.core.errors import OllamaError
    from tray_app.core.records import ModelRecord, Snapshot

PATIENCE_S = 30.0
"""So long a model may be missing in the list of its server after its download has ended, or it was
made."""


@dataclass
class _Held:
    """A recipe that waits. `since_s` is when it began to, `is_asked`: it is being made."""

    server_id: str
    name: str
    recipe: Recipe
    since_s: float
    is_asked: bool = False


class ImportRunner(QObject):
    """Signals: `derive_wanted` and `copy_wanted` once a base is there; `failed` when it never will
    be, or the making failed; `done` with the name of each model that is there now; `changed` when
    others wait than before.

    Thread: GUI thread. `pulls` gives all downloads, `clock_s` is that of their states and of
    snapshots.
    """

    derive_wanted = Signal(object)  # DeriveRequest
    copy_wanted = Signal(object)  # CopyRequest
    failed = Signal(object)  # RecipeFailed
    done = Signal(object)  # ModelRef
    changed = Signal()

    def __init__(
        self,
        pulls: Callable[[], Collection[PullItem]],
        clock_s: Callable[[], float],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pulls = pulls
        self._clock_s = clock_s
        self._held: list[_Held] = []
        self._made_s: dict[tuple[str, str], float] = {}  # the list may be older
        self._snapshots: dict[str, Snapshot] = {}

    @property
    def waiting(self) -> tuple[tuple[str, str], ...]:
        """Server and name of each model that is still to be made."""
        return tuple((held.server_id, held.name) for held in self._held)

    @property
    def held(self) -> tuple[tuple[str, ListEntry], ...]:
        """The same with how they are made."""
        return tuple(
            (held.server_id, ListEntry(number, held.name, recipe=held.recipe))
            for number, held in enumerate(self._held, start=1)
        )

    def hold(self, request: ImportRequest) -> None:
        """Follow the recipes of an import when it is time. What waits already waits on."""
        waiting = {(held.server_id, canonical(held.name)) for held in self._held}
        for entry in request.recipes:
            if entry.recipe is not None and (request.server_id, entry.key) not in waiting:
                self._held.append(
                    _Held(request.server_id, entry.name, entry.recipe, self._clock_s())
                )
        self.changed.emit()
        self._go_on(request.server_id)

    def note_snapshot(self, snapshot: Snapshot) -> None:
        """What is on a server now."""
        self._snapshots[snapshot.server_id] = snapshot
        if self._held:
            self._go_on(snapshot.server_id)

    @Slot(object)
    def note_derived(self, derived: Derived) -> None:
        """A model was made of another one, whoever asked for it."""
        self._end(derived.ref.server_id, derived.request.name)

    @Slot(object)
    def note_copied(self, request: CopyRequest) -> None:
        self._end(request.source.server_id, request.destination)

    def note_failed(self, server_id: str, name: str, error: OllamaError) -> None:
        """Making `name` failed; nothing is said of what nobody waits for here."""
        held = self._find(server_id, name)
        if held is not None and held.is_asked:
            self._remove(held)
            self.failed.emit(RecipeFailed(server_id, held.name, held.recipe.base, error))
            self._go_on(server_id)

    def note_copy_failed(self, source: ModelRef, error: OllamaError) -> None:
        """Copying `source` failed; to which name is not told."""
        for held in self._held:
            is_it = held.server_id == source.server_id and held.recipe.is_copy and held.is_asked
            if is_it and canonical(held.recipe.base) == canonical(source.name):
                self.note_failed(held.server_id, held.name, error)
                return

    def forget_server(self, server_id: str) -> None:
        """The server is gone, or another one now."""
        self._held = [held for held in self._held if held.server_id != server_id]
        self._snapshots.pop(server_id, None)
        self.changed.emit()

    @Slot(object)
    def note_pull(self, item: PullItem) -> None:
        """A download has ended: what waited for it may wait in vain."""
        if self._held:
            self._go_on(item.server_id)

    def look_again(self, server_id: str) -> None:
        """A download has gone."""
        self._go_on(server_id)

    def _find(self, server_id: str, name: str) -> _Held | None:
        key = canonical(name)
        return next(
            (h for h in self._held if h.server_id == server_id and canonical(h.name) == key), None
        )

    def _remove(self, held: _Held) -> None:
        self._held.remove(held)
        self.changed.emit()

    def _end(self, server_id: str, name: str) -> None:
        held = self._find(server_id, name)
        if held is not None:
            self._remove(held)
            self._made_s[server_id, canonical(held.name)] = self._clock_s()
            self.done.emit(ModelRef(server_id, held.name))
            self._go_on(server_id)

    def _go_on(self, server_id: str) -> None:
        snapshot = self._snapshots.get(server_id)
        waiting = [held for held in self._held if held.server_id == server_id]
        if snapshot is None or not waiting:
            return
        installed, taken_s = InstalledModels(snapshot.models), snapshot.taken_s
        for held in waiting:
            if held not in self._held:
                continue  # what came before has ended it
            if canonical(held.name) in installed:
                if not held.is_asked:  # else whoever makes it tells
                    self._end(server_id, held.name)
                continue
            if held.is_asked:
                continue
            base = installed.by_key.get(canonical(held.recipe.base))
            if base is not None:
                held.is_asked = True
                self._ask(held, base)
            elif not self._may_come(held, taken_s):
                self._remove(held)
                self.failed.emit(RecipeFailed(server_id, held.name, held.recipe.base))

    def _ask(self, held: _Held, base: ModelRecord) -> None:
        ref = ModelRef(held.server_id, base.name, base.digest)
        if held.recipe.is_copy:
            self.copy_wanted.emit(CopyRequest(ref, held.name))
        else:
            self.derive_wanted.emit(DeriveRequest(ref, held.name, held.recipe.changes))

    def _may_come(self, held: _Held, taken_s: float) -> bool:
        """Whether the base may still come: it is to be made itself, or is downloaded, or that can
        be tried again, or the list is older than its end."""
        if self._find(held.server_id, held.recipe.base) is not None:
            return not self._is_circle(held)
        key = canonical(held.recipe.base)
        pulls = [
            item
            for item in self._pulls()
            if item.server_id == held.server_id and canonical(item.name) == key
        ]
        if any(i.state not in (PullState.DONE, PullState.CANCELED) for i in pulls):
            return True
        ended = [item.state_since_s for item in pulls if item.state is PullState.DONE]
        made_s = self._made_s.get((held.server_id, key))
        ended += [made_s] if made_s is not None else []
        return taken_s < max([held.since_s, *(end + PATIENCE_S for end in ended)])

    def _is_circle(self, held: _Held) -> bool:
        """Whether it would be made of itself in the end."""
        seen, at = {canonical(held.name)}, held
        while True:
            found = self._find(at.server_id, at.recipe.base)
            if found is None:
                return False
            key = canonical(found.name)
            if key in seen:
                return True
            seen.add(key)
            at = found
