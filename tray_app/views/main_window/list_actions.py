"""Lists in the main window: export, import, several names pasted, a list dragged over it, and what
is said of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QFileInfo, QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication

from tray_app.core.lists.requests import Exported, ImportRequest, ListSource, RecipeFailed
from tray_app.text import tr
from tray_app.text.several import cannot_reach
from tray_app.views.components.banner import BannerText
from tray_app.views.main_window.actions import Actions, Command
from tray_app.views.theme import Tone

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.state.app_state import AppState
    from tray_app.views.main_window.models_pane import ModelsPane
    from tray_app.views.main_window.shown_servers import ShownServers

_MAX_PASTED = 10_000


class ListActions(QObject):
    """Signals: `notice_made` (BannerText); `downloads_wanted` when they are to be shown. Thread:
    GUI.
    """

    notice_made = Signal(object)  # BannerText
    downloads_wanted = Signal()

    def __init__(
        self,
        actions: Actions,
        commands: Commands,
        state: AppState,
        shown: ShownServers,
        pane: ModelsPane,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self._commands = commands
        self._state = state
        self._shown = shown
        self._folder = ""
        self.actions: dict[str, Callable[[], object]] = {"open_list_folder": self._open_folder}
        """What the buttons of its banners do, by their keys."""
        actions.on_triggered(Command.EXPORT_LIST, self._export)
        actions.on_triggered(Command.IMPORT_LIST, self._import)
        actions.on_triggered(Command.PASTE, self.paste)
        pane.list_dropped.connect(commands.import_dialog_requested)
        pane.list_hovered.connect(self._on_pane_list_hovered)
        state.lists.read.connect(pane.judge_list)
        state.lists.exported.connect(self._on_lists_exported)
        state.lists.begun.connect(self._on_lists_begun)
        state.lists.recipe_failed.connect(self._on_lists_recipe_failed)

    def update_state(self) -> None:
        """What can be done now, and why not."""
        self._actions[Command.EXPORT_LIST].set_reason(self._server_reason() or self._empty_reason())
        self._actions[Command.IMPORT_LIST].set_reason(self._server_reason())

    def _server_reason(self) -> str:
        if not self._state.shown_id:
            return tr("Choose one server first")
        if not self._state.is_fresh(self._state.shown_id):
            return cannot_reach((self._shown.label(self._state.shown_id),))
        return ""

    def _empty_reason(self) -> str:
        snapshot = self._state.snapshot(self._state.shown_id)
        has_any = snapshot is not None and bool(snapshot.models)
        return "" if has_any else tr("There’s nothing to export")

    def _export(self) -> None:
        self._commands.export_dialog_requested.emit(self._state.shown_id)

    def _import(self) -> None:
        self._commands.import_dialog_requested.emit(ListSource(server_id=self._state.shown_id))

    def paste(self) -> None:
        """Pull what is on the clipboard, if it says anything; several names are a list."""
        from tray_app.views.main_window.dropping import is_list

        words = QGuiApplication.clipboard().text().strip()
        if is_list(words):
            self._commands.import_dialog_requested.emit(ListSource(text=words))
        elif words:
            self._commands.pull_dialog_requested.emit(words[:_MAX_PASTED])

    @Slot(object)
    def _on_pane_list_hovered(self, source: ListSource) -> None:
        self._commands.lists_requested.emit()
        self._commands.list_read_requested.emit(source)

    def _open_folder(self) -> None:
        if self._folder:
            QDesktopServices.openUrl(QUrl.fromLocalFile(self._folder))

    @Slot(object)
    def _on_lists_exported(self, exported: Exported) -> None:
        from tray_app.text.lists import exported_line, not_exported_line

        if exported.error is not None:
            self.notice_made.emit(BannerText(not_exported_line(exported), Tone.DANGER))
            return
        self._folder = QFileInfo(exported.request.path).absolutePath()
        button = (("open_list_folder", tr("Open folder")),)
        self.notice_made.emit(BannerText(exported_line(exported), Tone.OK, button))

    @Slot(object)
    def _on_lists_begun(self, request: ImportRequest) -> None:
        from tray_app.text.lists import begun_line

        words = begun_line(request)
        if words:
            self.notice_made.emit(BannerText(words, Tone.OK))
        if request.pulls or request.updates:
            self.downloads_wanted.emit()

    @Slot(object)
    def _on_lists_recipe_failed(self, failed: RecipeFailed) -> None:
        from tray_app.text.lists import recipe_failed_line

        if self._shown.is_listed(failed.server_id):
            self.notice_made.emit(BannerText(recipe_failed_line(failed), Tone.WARN))
