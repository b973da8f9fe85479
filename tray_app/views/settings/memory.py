"""The settings page Memory: the models that are kept loaded, in their order, and when that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from tray_app.core.keeping.fitting import arranged
from tray_app.core.keeping.records import MAX_KEPT, KeepKind, KeptModel, KeptModels
from tray_app.itemmodels.rows import natural_key
from tray_app.text import one_line, server_name, tr
from tray_app.text.keeping import kept_row_line, kept_sum, more_in_window, none_kept
from tray_app.views.components.buttons import Button
from tray_app.views.components.labels import PlainLabel, heading
from tray_app.views.settings.kept_rows import KeptCard, KeptRowFacts
from tray_app.views.settings.rows import SettingsPage
from tray_app.views.theme import TextRole

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.core.records import ModelRecord
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState

MAX_OFFERED = 40
"""Models in the menu; the others can be kept from the main window."""
_WARNINGS = frozenset({KeepKind.LEFT_OUT, KeepKind.MISSING})


class MemoryPage(SettingsPage):
    """Follows the state. Every change applies at once."""

    def __init__(
        self,
        settings: Settings,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(settings, parent)
        self._state = state
        self._commands = commands
        self.column.addWidget(heading(tr("Models to keep loaded")))
        self.empty = _padded(PlainLabel(none_kept(), TextRole.SECONDARY))
        self.card = KeptCard(self.empty, self._foot(), self)
        self.column.addWidget(self.card)
        when = self.add_group(tr("When"))
        self.add_check(
            when,
            "keep_at_start",
            tr("Load them when Ollama &starts"),
            tr("In this order, one after another, from 10 s after Ollama is there."),
        )
        self.add_check(
            when,
            "keep_again",
            tr("Load them &again when something pushed them out"),
            tr(
                "Only if nobody else loaded a model for 5 minutes, and if it fits. After three"
                " failures a model is no longer kept."
            ),
        )
        self.finish()
        self.card.changed.connect(self._on_card_changed)
        facts = state.keeping
        for changed in (facts.kept_changed, facts.measured, state.server_changed):
            changed.connect(self._fill)
        self._fill()

    def _foot(self) -> QWidget:
        foot = QWidget()
        self.add_button = Button(tr("Add &model…"), "plus", parent=foot)
        self.add_button.setAutoDefault(False)
        self._menu = QMenu(self.add_button)
        self._menu.aboutToShow.connect(self._fill_menu)
        self.add_button.clicked.connect(self._on_add_clicked)
        foot.setFocusProxy(self.add_button)
        self.sum = PlainLabel("", TextRole.SECONDARY, parent=foot)
        line = QHBoxLayout(foot)
        line.setContentsMargins(16, 8, 16, 8)
        line.setSpacing(12)
        line.addWidget(self.add_button)
        line.addWidget(self.sum, 1)
        return foot

    @Slot()
    def _fill(self) -> None:
        """Show what is so now; of equal facts nothing changes."""
        facts = self._state.keeping
        self.card.set_models([self._row(model) for model in facts.kept])
        self.sum.setText(self._sum())
        self.add_button.setEnabled(len(facts.kept) < MAX_KEPT)

    def _row(self, model: KeptModel) -> KeptRowFacts:
        state, facts = self._state, self._state.keeping
        record, status = facts.record_of(model), facts.status(model.key)
        label = self._label(model.server_id)
        taken = facts.best(record, model.context_length) if record is not None else None
        info = state.details(record.digest) if record is not None else None
        siblings = facts.kept_of(model.server_id)
        return KeptRowFacts(
            model,
            kept_row_line(status, taken, label),
            status is not None and status.kind in _WARNINGS,
            facts.contexts(record, info) if record is not None else (),
            label if len(state.servers) > 1 else "",
            can_go_up=siblings[0].key != model.key,
            can_go_down=siblings[-1].key != model.key,
        )

    def _label(self, server_id: str) -> str:
        server = self._state.server_of(server_id)
        return server_name(server.label, server.address)

    def _sum(self) -> str:
        """Of one server: sums of several would mean nothing."""
        facts = self._state.keeping
        servers = {model.server_id for model in facts.kept}
        if len(servers) != 1:
            return ""
        capacity = facts.capacity(servers.pop())
        fitting, _ = arranged(facts.kept, facts.needed, capacity)
        measured = [model for model in fitting if facts.needed(model)]
        return kept_sum(
            len(measured),
            sum(facts.needed(model) or 0 for model in measured),
            capacity,
            is_all=len(measured) == len(facts.kept),
            are_first=tuple(measured) == facts.kept[: len(measured)],
        )

    @Slot(object)
    def _on_card_changed(self, models: tuple[KeptModel, ...]) -> None:
        self._commands.kept_models_requested.emit(KeptModels(models))

    @Slot()
    def _on_add_clicked(self) -> None:
        self._menu.popup(self.add_button.mapToGlobal(self.add_button.rect().bottomLeft()))

    @Slot()
    def _fill_menu(self) -> None:
        for submenu in self._menu.findChildren(QMenu):
            submenu.deleteLater()
        self._menu.clear()
        servers = self._state.servers
        for server in servers:
            menu = self._menu
            if len(servers) > 1:
                menu = QMenu(self._label(server.id).replace("&", "&&"), self._menu)
                self._menu.addMenu(menu)
            self._offer(menu, server.id)

    def _offer(self, menu: QMenu, server_id: str) -> None:
        facts, snapshot = self._state.keeping, self._state.snapshot(server_id)
        models = snapshot.models if snapshot is not None and not snapshot.is_old else ()
        local = [row for row in models if not row.is_cloud and facts.kept_model(row.key) is None]
        if not local:
            menu.addAction(tr("No other model is there")).setEnabled(False)
            return
        local.sort(key=lambda row: natural_key(row.name))
        for row in local[:MAX_OFFERED]:
            action = menu.addAction(one_line(row.name, 60).replace("&", "&&"))
            action.triggered.connect(lambda _=False, row=row: self._add(row))
        if len(local) > MAX_OFFERED:
            menu.addAction(more_in_window(len(local) - MAX_OFFERED)).setEnabled(False)

    def _add(self, record: ModelRecord) -> None:
        model = KeptModel(record.server_id, record.name)
        self._commands.kept_models_requested.emit(KeptModels((*self._state.keeping.kept, model)))


def _padded(label: PlainLabel) -> QWidget:
    row = QWidget()
    layout = QVBoxLayout(row)
    layout.setContentsMargins(16, 12, 16, 12)
    layout.addWidget(label)
    return row
