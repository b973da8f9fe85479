"""KeepingFacts: which models are kept in memory and how that stands, what loads, what was measured.

Models are told apart by server and canonical name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tray_app.core.keeping.fitting import no_room
from tray_app.core.keeping.measuring import Measurements, offered_contexts, weights_of
from tray_app.core.keeping.records import Capacity, KeepKind, KeepStatus, KeptModel
from tray_app.core.names import canonical

if TYPE_CHECKING:
    from collections.abc import Callable

    from tray_app.core.installed import InstalledModels
    from tray_app.core.keeping.records import KeepNote, Loading, Measurement, NoRoom
    from tray_app.core.records import ModelInfo, ModelKey, ModelRecord
    from tray_app.core.sharing import LayerIndex


class KeepingFacts(QObject):
    """Signals: `kept_changed` when others are kept, or one of them stands otherwise;
    `status_changed` with the key of that one; `measured` when something else is known of memory;
    `loading_changed` with the key; `told` with what is said once.
    """

    kept_changed = Signal()
    status_changed = Signal(object)  # ModelKey, canonical
    measured = Signal()
    loading_changed = Signal(object)  # ModelKey, canonical
    told = Signal(object)  # KeepNote

    def __init__(
        self,
        installed: Callable[[str], InstalledModels],
        layer_index: Callable[[], LayerIndex],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._installed = installed
        self._layer_index = layer_index
        self.kept: tuple[KeptModel, ...] = ()
        """All of them in their order, those of servers that are off too."""
        self.measurements = Measurements()
        self._by_key: dict[ModelKey, KeptModel] = {}
        self._statuses: dict[ModelKey, KeepStatus] = {}
        self._capacities: dict[str, Capacity] = {}
        self._loading: dict[ModelKey, Loading] = {}

    # Reading. Keys may be spelled in any way.

    def kept_model(self, key: ModelKey) -> KeptModel | None:
        """How a model is to be kept; None = it is not."""
        if not self._by_key:
            return None  # as for most people
        return self._by_key.get(_known(key))

    def kept_of(self, server_id: str) -> tuple[KeptModel, ...]:
        return tuple(model for model in self.kept if model.server_id == server_id)

    def status(self, key: ModelKey) -> KeepStatus | None:
        """How a kept model stands, or one that was given up; None = neither."""
        if not (self._by_key or self._statuses):
            return None
        known = _known(key)
        found = self._statuses.get(known)
        if found is None and known in self._by_key:
            return KeepStatus(KeepKind.WAITING)
        return found

    def loading(self, key: ModelKey) -> Loading | None:
        """The load of a model that is under way; None = there is none of ours."""
        return self._loading.get(_known(key)) if self._loading else None

    @property
    def loads(self) -> tuple[Loading, ...]:
        """All loads that are under way, the oldest first."""
        return tuple(self._loading.values())

    def capacity(self, server_id: str) -> Capacity:
        return self._capacities.get(server_id, Capacity())

    def measured_of(self, record: ModelRecord) -> tuple[Measurement, ...]:
        """What a model took, the smallest context first."""
        return self.measurements.of(record.server_id, record.digest, self._weights(record))

    def default_context(self, record: ModelRecord) -> int | None:
        """The context that its server chooses for it; None = not seen yet."""
        weights = self._weights(record)
        return self.measurements.default_context(record.server_id, record.digest, weights)

    def best(self, record: ModelRecord, context: int | None) -> Measurement | None:
        """What it took with this context, None = the default one."""
        weights = self._weights(record)
        return self.measurements.best(record.server_id, record.digest, weights, context)

    def contexts(self, record: ModelRecord, info: ModelInfo | None) -> tuple[int, ...]:
        """The contexts that are offered for a model beside the default one; `info` are its details
        where they are known."""
        longest = record.details.context_length
        if longest is None and info is not None:
            found = info.info("context_length")
            longest = found if isinstance(found, int) and found > 0 else None
        measured = (taken.context_length for taken in self.measured_of(record))
        return offered_contexts(self.default_context(record), measured, longest)

    def needed(self, kept: KeptModel) -> int | None:
        """What a kept model takes in memory; None = it was not measured."""
        record = self.record_of(kept)
        found = self.best(record, kept.context_length) if record is not None else None
        return found.size_bytes if found is not None else None

    def record_of(self, kept: KeptModel) -> ModelRecord | None:
        """Its row in the list of its server; None = it is not there."""
        return self._installed(kept.server_id).by_key.get(kept.key[1])

    def no_room(self, wanted: KeptModel, without: ModelKey | None = None) -> NoRoom | None:
        """Why a model cannot be kept beside the others (but `without` one); None = it can."""
        left = None if without is None else _known(without)
        others = (each for each in self.kept_of(wanted.server_id) if each.key != left)
        return no_room(wanted, others, self.needed, self.capacity(wanted.server_id))

    def _weights(self, record: ModelRecord) -> str:
        return weights_of(self._layer_index().of(record))

    # Feeding.

    def set_kept(self, kept: tuple[KeptModel, ...]) -> None:
        """These are kept, in this order."""
        if kept == self.kept:
            return
        before = self._by_key
        self.kept = kept
        self._by_key = {model.key: model for model in kept}
        for key in before.keys() - self._by_key.keys():
            self._statuses.pop(key, None)
        for key in before.keys() ^ self._by_key.keys():
            self.status_changed.emit(key)
        self.kept_changed.emit()

    def set_status(self, key: ModelKey, status: KeepStatus | None) -> None:
        """How one stands; None = nothing is to be said of it."""
        if self._statuses.get(key) == status:
            return
        if status is None:
            del self._statuses[key]
        else:
            self._statuses[key] = status
        self.status_changed.emit(key)
        self.kept_changed.emit()

    def set_capacity(self, server_id: str, capacity: Capacity) -> None:
        if self.capacity(server_id) != capacity:
            self._capacities[server_id] = capacity
            self.measured.emit()

    def set_measurements(self, measurements: Measurements) -> None:
        """These are all; they are the keeper's, which goes on measuring."""
        self.measurements = measurements
        self.measured.emit()

    def set_loading(self, loading: Loading) -> None:
        key = _known(loading.ref.key)
        if self._loading.get(key) != loading:
            self._loading[key] = loading
            self.loading_changed.emit(key)

    def end_loading(self, key: ModelKey) -> None:
        if self._loading.pop(_known(key), None) is not None:
            self.loading_changed.emit(_known(key))

    def tell(self, note: KeepNote) -> None:
        self.told.emit(note)


def _known(key: ModelKey) -> ModelKey:
    return (key[0], canonical(key[1]))
