"""The settings page Updates: who is asked for newer versions, how often, and what it last said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from tray_app.text import checking, last_check, names_button, one_line, tr, utc_now
from tray_app.views.components.buttons import Button, IconButton
from tray_app.views.components.labels import PlainLabel, heading
from tray_app.views.components.spinner import Spinner
from tray_app.views.components.surfaces import Card
from tray_app.views.settings.hosts import HostsCard
from tray_app.views.settings.rows import ControlRow, SettingsPage
from tray_app.views.theme import TextRole

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState


class UpdatesPage(SettingsPage):
    """The lists are opened by their buttons; one that is empty has none."""

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
        self._add_models()
        self._add_programs()
        self._add_check()
        self.finish()
        for changed in (
            state.update_check_changed,
            state.updates_changed,
            state.verdicts_loaded,
        ):
            changed.connect(self._show_check)
        state.never_looked_up_changed.connect(self._show_names)
        self._show_check()
        self._show_names()

    def _add_models(self) -> None:
        self._models = models = self.add_group(tr("Models"))
        self.add_choice(
            models,
            "check_updates",
            tr("&Check for newer versions"),
            (
                ("never", tr("Never")),
                ("daily", tr("Once a day")),
                ("weekly", tr("Once a week")),
            ),
            tr(
                "Asks the registry for each name, from this computer. Only the names of the models"
                " leave it."
            ),
        )
        self.add_check(models, "check_hugging_face", tr("Also models from &Hugging Face"))
        self.choose = _button(tr("Choose…"), tr("Choose other registries"))
        self.choose.clicked.connect(self._on_choose_clicked)
        models.add_row(
            ControlRow(
                tr("Other registries"), self.choose, tr("Not asked, unless you allow it for each.")
            )
        )
        self.add_choice(
            models,
            "keep_old_days",
            tr("&Old version after an update"),
            (
                (0, tr("Don’t keep it")),
                (7, tr("For 7 days")),
                (30, tr("For 30 days")),
            ),
            tr("Takes disk space only for the parts that changed."),
        )
        self.show_names = _button("", tr("Show the names that are never looked up"))
        self.show_names.clicked.connect(self._on_show_names_clicked)
        self._names_row = models.add_row(
            ControlRow(tr("Never looked up"), self.show_names, tr("Names that you have excluded."))
        )
        self.hosts = HostsCard(
            self.settings,
            "check_hosts",
            tr("Other registries"),
            tr("They are asked for the names of the models that come from them."),
        )
        self.names = _NamesCard(self._state, self._commands)
        for card in (self.hosts, self.names):
            card.setContentsMargins(0, 12, 0, 0)
            card.hide()
            self.column.addWidget(card)

    def _add_programs(self) -> None:
        programs = self.add_group(tr("Programs"))
        self.add_choice(
            programs,
            "look_for_ollama",
            tr("Look for a newer O&llama"),
            (("never", tr("Never")), ("weekly", tr("Once a week"))),
            tr("Only tells you, with the command for this computer."),
        )
        self.look_for_tray = self.add_choice(
            programs,
            "look_for_tray",
            tr("Look for a newer Ollama &Tray"),
            (("never", tr("Never")), ("weekly", tr("Once a week"))),
            tr("Only tells you. Nothing is installed by itself."),
        )
        self._programs = programs
        self._state.project.can_ask_changed.connect(self._show_programs)
        self._show_programs()

    @Slot()
    def _show_programs(self) -> None:
        """Of Ollama Tray only where that can be asked, and nobody else brings it."""
        row = self.look_for_tray.parentWidget()
        if row is not None:
            self._programs.show_row(row, self._state.project.can_ask)

    def _add_check(self) -> None:
        self.check = _button(tr("Check &now"), "", "refresh")
        self.check.clicked.connect(self._commands.update_check_requested)
        self.spinner = Spinner()
        self.last = PlainLabel("", TextRole.SECONDARY)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self.check)
        row.addWidget(self.spinner)
        row.addWidget(self.last, 1)
        self.column.addSpacing(12)
        self.column.addLayout(row)

    @Slot()
    def _show_check(self) -> None:
        check = self._state.update_check
        is_running = check.is_running
        said = last_check(check, self._state.update_count, utc_now())
        if is_running:
            said = checking(check)
        self.check.setEnabled(not is_running)
        self.check.setToolTip(said if is_running else "")
        self.spinner.setVisible(is_running)
        self.last.setText(said)

    @Slot()
    def _show_names(self) -> None:
        names = self._state.never_looked_up
        self._models.show_row(self._names_row, bool(names))
        self.show_names.setText(names_button(len(names)))
        if not names:
            self.names.hide()
        self.names.fill()

    @Slot()
    def _on_choose_clicked(self) -> None:
        self.hosts.setVisible(self.hosts.isHidden())
        if not self.hosts.isHidden():
            self.hosts.field.setFocus()
            self._scroll_to(self.hosts)

    @Slot()
    def _on_show_names_clicked(self) -> None:
        self.names.setVisible(self.names.isHidden())
        if not self.names.isHidden():
            self._scroll_to(self.names)

    def _scroll_to(self, card: QWidget) -> None:
        content = self.widget()
        if content is not None and (layout := content.layout()) is not None:
            layout.activate()
        self.ensureWidgetVisible(card)


class _NamesCard(QWidget):
    """The names that are never looked up, each with a button that ends that."""

    def __init__(self, state: AppState, commands: Commands) -> None:
        super().__init__()
        self._state = state
        self._commands = commands
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._layout.addWidget(heading(tr("Never looked up")))
        self._card: Card | None = None
        self._shown: tuple[str, ...] = ()

    def fill(self) -> None:
        names = self._state.never_looked_up
        if names == self._shown:
            return
        self._shown = names
        if self._card is not None:
            self._layout.removeWidget(self._card)
            self._card.deleteLater()
        self._card = Card()
        for name in names:
            self._card.add_row(self._row(name))
        self._layout.addWidget(self._card)

    def _row(self, name: str) -> QWidget:
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(16, 6, 12, 6)
        shown = one_line(name, 200)
        layout.addWidget(PlainLabel(shown, wrap=False, parent=row), 1)
        words = tr("Look {name} up again").format(name=shown)
        remove = IconButton("close", words, size=28, parent=row)
        remove.setProperty("name", name)
        remove.clicked.connect(self._on_remove_clicked)
        layout.addWidget(remove)
        return row

    def _on_remove_clicked(self) -> None:
        name = self.sender().property("name")
        self.setFocus(Qt.FocusReason.OtherFocusReason)  # the button goes with its row
        self._commands.look_up_again_requested.emit(name)


def _button(text: str, accessible_name: str = "", icon: str = "") -> Button:
    button = Button(text, icon)
    button.setAutoDefault(False)
    if accessible_name:
        button.setAccessibleName(accessible_name)
    return button
