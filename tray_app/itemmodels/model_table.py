"""ModelTableModel: the models of all listed servers as a table, sorted and filtered by itself.

Which rows there are is row_store.py, the words of cells are columns.py and row_texts.py, how
changes reach the views is keyed_table.py; this file takes facts, decides what is shown, and
answers what views ask for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal, Slot

from tray_app import text
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.payloads import BusyModel, ModelRef, Verb
from tray_app.core.records import ModelKey, ModelRecord, RunningModel, Snapshot
from tray_app.core.sharing import LayerIndex
from tray_app.core.use.ledger import UNWATCHED, LastUse
from tray_app.itemmodels import columns, roles, row_texts
from tray_app.itemmodels.columns import COLUMNS, LAST_USED, MODIFIED, NAME, SERVER, SIZE
from tray_app.itemmodels.comparison import Comparison, compared
from tray_app.itemmodels.keyed_table import AnyIndex, KeyedTable
from tray_app.itemmodels.row_store import Change, Judged, RowStore, Totals
from tray_app.itemmodels.rows import Busy, KeptMark, ListedServer, ModelRow, SeenUse
from tray_app.text import tr

if TYPE_CHECKING:
    from tray_app.core.pulls.states import PullItem
    from tray_app.core.remarks import Remark

FILTERS = ("all", "loaded", "updates", "cloud", "starred")
_SHOWN_VERBS = frozenset(
    {
        *(Verb.LOAD, Verb.STOP, Verb.UNLOAD, Verb.DELETE, Verb.CREATE, Verb.RENAME),
        Verb.PULL,
    }
)

_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_HORIZONTAL = Qt.Orientation.Horizontal
_FLAGS = (
    Qt.ItemFlag.ItemIsSelectable
    | Qt.ItemFlag.ItemIsEnabled
    | Qt.ItemFlag.ItemIsDragEnabled
    | Qt.ItemFlag.ItemNeverHasChildren
)
UseOf = Callable[[ModelRecord, bool], LastUse]
"""Tells when a model was last used, which is in memory now or not."""

_WORDS = [roles.DISPLAY, roles.TOOL_TIP, roles.ACCESSIBLE_TEXT]


def _no_tip(_key: ModelKey) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many models each filter is about; the search does not count. `loaded` is what servers
    have in memory, as they tell it: one that was deleted meanwhile has no row."""

    all: int = 0
    loaded: int = 0
    updates: int = 0
    cloud: int = 0
    starred: int = 0

    def of(self, key: str) -> int:
        return int(getattr(self, key))


class ModelTableModel(KeyedTable[ModelRow]):
    """Rows keyed by (server id, name); never reset.

    Signals: `counts_changed` after the number of models under any filter changed;
    `arrangement_changed` after search, filter or comparison changed. Thread: GUI.
    """

    CHANGED_ROLES = _WORDS

    counts_changed = Signal()
    arrangement_changed = Signal()

    def __init__(
        self, parent: QObject | None = None, clock: Callable[[], datetime] = text.utc_now
    ) -> None:
        super().__init__(parent)
        self._store = RowStore()
        self._layer_index = LayerIndex()
        self._clock = clock
        self._now = clock()
        self._counts = Counts()
        self._version = 0
        self._shown_version = 0
        self._use_of: UseOf | None = None
        self._use_version = 0
        self._loading_tip_of: Callable[[ModelKey], str] = _no_tip
        self._search = ""
        self._filter = "all"
        self._comparison: Comparison | None = None
        self._shows_old_versions = False
        self._is_several = False
        self._sort_key = "name"
        self._is_descending = False

    # facts

    def set_snapshot(self, snapshot: Snapshot) -> None:
        """Take over what a server answered; an equal answer changes and emits nothing."""
        if not self._store.rows:
            self._now = self._clock()
        self._apply(self._store.take(snapshot))

    def remove_server(self, server_id: str) -> None:
        """Take a server's models out of the table."""
        self._apply(self._store.forget_server(server_id))

    def set_servers(self, servers: Sequence[ListedServer]) -> None:
        """The servers whose models are listed, in their order; the models of all others leave."""
        was_several, self._is_several = self._is_several, len(servers) > 1
        self._apply(self._store.set_servers(servers))
        if self._search and was_several != self._is_several:
            self._show(self._target())

    def set_server(self, server: ListedServer) -> None:
        """How one of them is named, and how it stands."""
        self._apply(self._store.set_server(server))

    def set_verdicts(self, judged_of: Callable[[ModelKey], Judged]) -> None:
        """Who tells what is known of a model's versions, of all that are listed and will be."""
        self._apply(self._store.set_verdicts(judged_of))

    def refresh_verdict(self, key: ModelKey) -> None:
        """Something else is known of one model's versions. A check tells of hundreds, one by one:
        where neither filter nor order depends on it, that row alone is looked at."""
        row = self._store.row(key)
        before = self._place(row) if row is not None else None
        change = self._store.refresh_verdict(key)
        if row is None or not change.changed:
            return
        if self._place(row) != before:
            self._apply(change)
            return
        self._version += 1
        self._tell_row(row)

    def set_remarks(self, remark_of: Callable[[ModelKey], Remark]) -> None:
        """Who tells what a person has said of a model, of all that are listed and will be."""
        self._apply(self._store.set_remarks(remark_of))

    def refresh_remark(self, key: ModelKey) -> None:
        """A model was starred, or something was noted of it."""
        self._apply(self._store.refresh_remark(key))

    def set_uses(self, use_of: UseOf) -> None:
        """Who tells when a model was last used, of all that are listed and will be."""
        self._use_of = use_of
        self.refresh_uses()

    @Slot()
    def refresh_uses(self) -> None:
        """Other models were used. What is known of each is asked for when it is shown."""
        self._use_version += 1
        if self._sort_key == "last_used":
            self._show(self._target())
        self._tell_columns(LAST_USED, LAST_USED)

    def use_of(self, row: ModelRow) -> LastUse:
        """When a model was last used, as far as anybody knows."""
        if row.is_cloud or self._use_of is None:
            return UNWATCHED
        if row.use is None or row.use.version != self._use_version:
            found = self._use_of(row.record, row.is_loaded)
            row.use = SeenUse(found, self._use_version)
            if row.sort_key == "last_used":
                row.sort_key = ""
        return row.use.use

    def set_kept(self, kept_of: Callable[[ModelKey], KeptMark | None]) -> None:
        """Who tells which models are to stay in memory, of all that are listed and will be."""
        for row in self._store.set_kept(kept_of).changed:
            self._tell_row(row)

    def refresh_kept(self, key: ModelKey) -> None:
        """Something else is so of one of them: no count, order or filter depends on it."""
        for row in self._store.refresh_kept(key).changed:
            self._tell_row(row)

    def set_loading_tips(self, tip_of: Callable[[ModelKey], str]) -> None:
        """Who tells how a load goes on, asked when somebody wants to know; "" = there is none."""
        self._loading_tip_of = tip_of

    def set_old_versions_shown(self, are_shown: bool) -> None:
        """Whether old versions that are kept stand beside the others."""
        if are_shown != self._shows_old_versions:
            self._shows_old_versions = are_shown
            self._apply(Change(is_resorted=True))
            self.arrangement_changed.emit()

    def set_busy(self, busy: BusyModel) -> None:
        """Something is being done to a model, or no more (`verb` None)."""
        verb = busy.verb if busy.verb in _SHOWN_VERBS else None
        self._mark(busy.ref.key, Busy(verb) if verb else None)

    def set_pull(self, item: PullItem) -> None:
        """A download of an installed model shows in its row."""
        row = self._store.row(item.key)
        if row is None:
            return
        if item.is_active:
            permille = item.progress.permille if item.progress else None
            # Whole percents are all that the row shows.
            shown = None if permille is None else permille // 10 * 10
            self._mark(item.key, Busy(Verb.PULL, shown))
        elif row.busy is not None and row.busy.verb is Verb.PULL:
            self._mark(item.key, None)

    def set_layer_index(self, layer_index: LayerIndex) -> None:
        """Which models share layers; tooltips tell, and comparisons ask."""
        self._layer_index = layer_index
        if self._comparison is not None:
            self._show(self._target())

    def refresh_ages(self) -> None:
        """Let "5 days ago" be true again; call now and then while somebody looks."""
        self._now = self._clock()
        self._tell_columns(LAST_USED, MODIFIED)

    def _tell_columns(self, first: int, last: int) -> None:
        if self._rows:
            corner = self.index(len(self._rows) - 1, last)
            self.dataChanged.emit(self.index(0, first), corner, _WORDS)

    def refresh_words(self) -> None:
        """The units, the language or the locale have changed."""
        for row in self._store.rows:
            row.cells = None
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)
        if self._rows:
            corner = self.index(len(self._rows) - 1, len(COLUMNS) - 1)
            self.dataChanged.emit(self.index(0, 0), corner, _WORDS)

    # what is to be shown

    def set_search(self, words_of_search: str) -> None:
        """Show only models with all these words in name, family, quantization, capabilities and,
        of several servers, the name of theirs."""
        search = " ".join(words_of_search.casefold().split())
        if search != self._search:
            self._search = search
            self._show(self._target())
            self.arrangement_changed.emit()

    def set_filter(self, key: str) -> None:
        """Show only the models under a filter: one of FILTERS."""
        if key != self._filter:
            self._filter = key if key in FILTERS else "all"
            if self._filter != "updates" and self._is_sorted_by_verdict:
                self._sort_key, self._is_descending = "name", False
            self._show(self._target())
            self.arrangement_changed.emit()

    def set_comparison(self, comparison: Comparison | None) -> None:
        """Show only the models that are not the same on all servers; None = all again."""
        if comparison != self._comparison:
            self._comparison = comparison
            self._show(self._target())
            self.arrangement_changed.emit()

    def set_sort(self, key: str, is_descending: bool) -> None:
        """Sort by a column."""
        if (key, is_descending) != (self._sort_key, self._is_descending):
            self._sort_key, self._is_descending = key, is_descending
            self._show(self._target())

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if 0 <= column < len(COLUMNS):
            self.set_sort(COLUMNS[column].key, order == Qt.SortOrder.DescendingOrder)

    # cells

    def columnCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        return _FLAGS if index.isValid() else Qt.ItemFlag.NoItemFlags

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = roles.DISPLAY
    ) -> Any:
        if orientation != _HORIZONTAL or not 0 <= section < len(COLUMNS):
            return None
        if role == roles.DISPLAY:
            return columns.column_title(COLUMNS[section].key)
        if role == roles.ALIGNMENT:
            return _RIGHT if COLUMNS[section].is_right else _LEFT
        return None

    def data(self, index: AnyIndex, role: int = roles.DISPLAY) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        if role == roles.DISPLAY:
            return self.cell_text(row, column)
        if role == roles.ALIGNMENT:
            return _RIGHT if COLUMNS[column].is_right else _LEFT
        if role == roles.TOOL_TIP:
            return self._tool_tip(row, column)
        return self._spoken(row, column) if role == roles.ACCESSIBLE_TEXT else None

    def cell_text(self, row: ModelRow, column: int) -> str:
        """The words of one cell."""
        if column == MODIFIED:
            return text.age(row.record.modified_at, self._now)
        if column == LAST_USED:
            return text.last_used(self.use_of(row), self._now)
        return (row.cells or columns.cells(row))[column]

    # what is shown, and of what

    @property
    def sort_column(self) -> tuple[str, bool]:
        """(column, is descending)."""
        return self._sort_key, self._is_descending

    @property
    def search(self) -> str:
        return self._search

    @property
    def filter(self) -> str:
        return self._filter

    @property
    def comparison(self) -> Comparison | None:
        return self._comparison

    def compared_count(self) -> int:
        """How many models the comparison is about, whatever search and filter hide of them."""
        return len(self._compared(self._listed()))

    @property
    def shows_old_versions(self) -> bool:
        return self._shows_old_versions

    @property
    def counts(self) -> Counts:
        return self._counts

    @property
    def all_rows(self) -> list[ModelRow]:
        """Every row in the order of names, shown or not. Not to be changed."""
        return self._store.rows

    @property
    def now(self) -> datetime:
        """The time by which ages are shown."""
        return self._now

    @property
    def version(self) -> int:
        """Another number after every change of what is known about any model; what is being done
        to them does not count."""
        return self._version

    @property
    def shown_version(self) -> int:
        """Another number whenever other rows may be shown, or what is known of one of them."""
        return self._shown_version

    @property
    def has_busy(self) -> bool:
        """Whether something is being done to any model."""
        return self._store.has_busy

    def is_running_known(self) -> bool:
        """Whether any server tells what it has loaded."""
        return self._store.is_running_known()

    @property
    def totals(self) -> Mapping[str, Totals]:
        """Sums over all rows of each server by its id. Not to be changed."""
        return self._store.totals

    def running(self) -> tuple[RunningModel, ...]:
        """What is in memory, as the servers tell it, whether it is still listed or not."""
        return self._store.running()

    def loaded_rows(self) -> tuple[ModelRow, ...]:
        """The rows that stand for a model in memory, server by server."""
        return self._store.loaded_rows()

    def records(self, server_id: str) -> tuple[ModelRecord, ...]:
        """All models of a server, in its order."""
        return self._store.records(server_id)

    def record(self, key: ModelKey) -> ModelRecord | None:
        row = self._store.row(key)
        return row.record if row else None

    def ref_at(self, number: int) -> ModelRef:
        """What the row shown at `number` stands for, as it is seen now."""
        record = self._rows[number].record
        return ModelRef(record.server_id, record.name, record.digest)

    def find(self, key: ModelKey) -> QModelIndex:
        """The first cell of a model; invalid when it is not shown."""
        row = self._store.row(key)
        return self._index_of(row) if row else QModelIndex()

    def _apply(self, change: Change) -> None:
        if not (change.is_resorted or change.changed or change.is_recounted):
            return
        self._version += 1
        before, self._counts = self._counts, self._count()
        self._show(self._target(), change.changed)
        if self._counts != before:
            self.counts_changed.emit()

    def _show(self, target: list[ModelRow], changed: AbstractSet[ModelRow] = frozenset()) -> None:
        self._shown_version += 1
        super()._show(target, changed)

    def _mark(self, key: ModelKey, busy: Busy | None) -> None:
        """No count, order or filter depends on it, so nothing but that row is looked at: marks
        change with every percent of a download."""
        for row in self._store.set_busy(key, busy).changed:
            self._tell_row(row)

    def _tell_row(self, row: ModelRow) -> None:
        index = self._index_of(row)
        if index.isValid():
            corner = index.siblingAtColumn(len(COLUMNS) - 1)
            self.dataChanged.emit(index, corner, self.CHANGED_ROLES)

    def _place(self, row: ModelRow) -> object:
        """What counts, filter and order depend on in a row's verdict."""
        value = columns.sort_value(row, self._sort_key) if self._is_sorted_by_verdict else None
        return row.is_update, row.is_backup, value

    @property
    def _is_sorted_by_verdict(self) -> bool:
        return COLUMNS[columns.NUMBER[self._sort_key]].is_of_updates

    def _compared(self, rows: list[ModelRow]) -> list[ModelRow]:
        return compared(rows, self._comparison, self._layer_index) if self._comparison else rows

    @property
    def _backups(self) -> int:
        return sum(totals.backups for totals in self._store.totals.values())

    def _listed(self) -> list[ModelRow]:
        """The rows that search, filter and comparison look at. Old versions stand beside all
        others if a person wants that, and nowhere else."""
        is_all = self._filter == "all" and self._comparison is None
        rows = self._store.rows
        if (is_all and self._shows_old_versions) or not self._backups:
            return rows
        return [row for row in rows if not row.is_backup]

    def _target(self) -> list[ModelRow]:
        rows = self._compared(self._listed())
        if self._filter == "loaded":
            rows = [row for row in rows if row.is_loaded]
        elif self._filter == "updates":
            rows = [row for row in rows if row.is_update]
        elif self._filter == "cloud":
            rows = [row for row in rows if row.is_cloud]
        elif self._filter == "starred":
            rows = [row for row in rows if row.is_starred]
        for word in self._search.split():
            if self._is_several:
                rows = [row for row in rows if word in row.haystack or word in row.server.folded]
            else:
                rows = [row for row in rows if word in row.haystack]
        if self._sort_key == "last_used":
            for row in rows:
                self.use_of(row)
        return columns.arrange(rows, self._sort_key, self._is_descending)

    def _count(self) -> Counts:
        totals = self._store.totals.values()
        return Counts(
            all=len(self._store.rows) - (0 if self._shows_old_versions else self._backups),
            loaded=len(self._store.running()) - sum(row.is_backup for row in self.loaded_rows()),
            updates=sum(each.updates for each in totals),
            cloud=sum(each.clouds for each in totals),
            starred=sum(each.stars for each in totals),
        )

    def _tool_tip(self, row: ModelRow, column: int) -> str | None:
        record = row.record
        if column == SIZE:
            if row.busy is not None and (words := self._loading_tip_of(row.key)):
                return text.tooltip(words)
            return text.tooltip(
                row_texts.size_tip(record, self.records(record.server_id), self._layer_index)
            )
        if column == MODIFIED:
            return text.tooltip(text.full_time(record.modified_at)) or None
        if column == LAST_USED:
            return text.tooltip(text.last_used_sentence(self.use_of(row), self._now)) or None
        if column == NAME:
            note = row.remark.note
            return text.tooltip(f"{record.name}\n{note}" if note else record.name)
        if column == SERVER:
            return text.tooltip(row_texts.spoken_server(row)) if row.is_stale else None
        if COLUMNS[column].key == "digest":
            return text.tooltip(record.digest) or None
        return None

    def _spoken(self, row: ModelRow, column: int) -> str:
        if column == NAME:
            return row_texts.spoken_name(row)
        if column == SERVER:
            return row_texts.spoken_server(row)
        shown = self.cell_text(row, column)
        if column == SIZE:
            return row_texts.spoken_size(row, shown)
        return tr("not known") if shown == text.MISSING else shown
