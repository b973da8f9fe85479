"""The commands of the main window, one QAction each: text, icon, keys, enabled, and why not.

Menus show the actions themselves, buttons follow them (`components.buttons.follow`), so that all
agree. `ModelActions` is the part that is about the selected models.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QUrl
from PySide6.QtGui import QAction, QDesktopServices, QKeySequence

from tray_app.core.errors import BadName
from tray_app.core.names import ModelName
from tray_app.core.payloads import LoadRequest, ModelRef, ModelRefs, Verb
from tray_app.core.renaming import is_deletable
from tray_app.core.shell import pasteable, run_command
from tray_app.text import tooltip, tr
from tray_app.text.several import cannot_reach
from tray_app.views.components.buttons import copy_text
from tray_app.views.components.glyphs import glyph
from tray_app.views.shortcuts import SHORTCUTS, label
from tray_app.views.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from tray_app.commands import Commands
    from tray_app.itemmodels.rows import ModelRow


class Command(StrEnum):
    """Everything that menus, buttons and keys of the window can do. The keys of SHORTCUTS are
    values of this."""

    PULL = "pull"
    CREATE = "create"
    SEARCH = "search"
    REFRESH = "refresh"
    DETAILS = "details"
    DELETE = "delete"
    LOAD = "load"
    KEEP_LOADED = "keep_loaded"
    EDIT = "edit"
    DERIVE = "derive"
    RENAME = "rename"
    DUPLICATE = "duplicate"
    COPY = "copy"
    COPY_RUN = "copy_run"
    OPEN_PAGE = "open_page"
    PULL_ELSEWHERE = "pull_elsewhere"
    UPDATE = "update"
    CHECK_UPDATE = "check_update"
    PIN = "pin"
    STAR = "star"
    SKIP = "skip"
    WHAT_DIFFERS = "what_differs"
    GO_BACK = "go_back"
    KEEP_FOR_GOOD = "keep_for_good"
    CHECK_UPDATES = "check_updates"
    UPDATE_ALL = "update_all"
    SHOW_OLD_VERSIONS = "show_old_versions"
    PASTE = "paste"
    EXPORT_LIST = "export_list"
    IMPORT_LIST = "import_list"
    DISK_SPACE = "disk_space"
    UNLOAD_ALL = "unload_all"
    DOWNLOADS = "downloads"
    HISTORY = "history"
    FILTER_ALL = "filter_all"
    FILTER_LOADED = "filter_loaded"
    FILTER_UPDATES = "filter_updates"
    FILTER_CLOUD = "filter_cloud"
    FILTER_STARRED = "filter_starred"
    SERVERS = "servers"
    ADD_SERVER = "add_server"
    MANAGE_SERVERS = "manage_servers"
    DOCTOR = "doctor"
    NEXT_PANE = "next_pane"
    PREVIOUS_PANE = "previous_pane"
    MORE = "more"
    SETTINGS = "settings"
    HELP = "help"
    DIAGNOSTICS = "diagnostics"
    ABOUT = "about"
    CLOSE = "close"
    QUIT = "quit"


_ICONS = {
    Command.CREATE: "file",
    Command.REFRESH: "refresh",
    Command.DETAILS: "info",
    Command.DELETE: "trash",
    Command.LOAD: "load",
    Command.DERIVE: "edit",
    Command.DUPLICATE: "duplicate",
    Command.COPY: "copy",
    Command.OPEN_PAGE: "external",
    Command.DISK_SPACE: "disk",
    Command.UNLOAD_ALL: "eject",
    Command.HISTORY: "clock",
    Command.EXPORT_LIST: "doc",
    Command.IMPORT_LIST: "doc",
    Command.PULL_ELSEWHERE: "server",
    Command.UPDATE: "update",
    Command.GO_BACK: "clock",
    Command.CHECK_UPDATES: "update",
    Command.ADD_SERVER: "plus",
    Command.MANAGE_SERVERS: "sliders",
    Command.DOCTOR: "verify",
    Command.SETTINGS: "sliders",
    Command.HELP: "info",
    Command.DIAGNOSTICS: "copy",
    Command.QUIT: "power",
}


def _words() -> dict[Command, tuple[str, str]]:
    """What stands in menus, and the shorter word on a button; of all others it is the label of
    the shortcut."""
    return {
        Command.DETAILS: (tr("Show details"), tr("Details")),
        Command.DELETE: (tr("Delete…"), tr("Delete")),
        Command.LOAD: (tr("Load"), tr("Load")),
        Command.KEEP_LOADED: (tr("Keep loaded"), ""),
        Command.EDIT: (tr("Edit…"), ""),
        Command.DERIVE: (tr("New from this model…"), ""),
        Command.COPY_RUN: (tr("Copy “ollama run” command"), ""),
        Command.DISK_SPACE: (tr("Disk space…"), ""),
        Command.UNLOAD_ALL: (tr("Unload all"), ""),
        Command.EXPORT_LIST: (tr("Export model list…"), ""),
        Command.IMPORT_LIST: (tr("Import model list…"), ""),
        Command.HISTORY: (tr("Download history…"), ""),
        Command.PULL_ELSEWHERE: (tr("Pull on another server…"), ""),
        Command.UPDATE: (tr("Update", "a model"), tr("Update", "a model")),
        Command.CHECK_UPDATE: (tr("Check for update"), ""),
        Command.PIN: (tr("Pin this version"), ""),
        Command.STAR: (tr("Starred", "a model"), ""),
        Command.SKIP: (tr("Skip this version"), ""),
        Command.WHAT_DIFFERS: (tr("What differs…"), ""),
        Command.GO_BACK: (tr("Go back to this version…"), ""),
        Command.KEEP_FOR_GOOD: (tr("Keep it for good"), ""),
        Command.UPDATE_ALL: (tr("Update all…"), ""),
        Command.SHOW_OLD_VERSIONS: (tr("Show kept old versions"), ""),
        Command.ADD_SERVER: (tr("Add server…"), ""),
        Command.MANAGE_SERVERS: (tr("Manage servers…"), ""),
        Command.DOCTOR: (tr("Run doctor…"), ""),
        Command.DIAGNOSTICS: (tr("Copy diagnostics"), ""),
        Command.ABOUT: (tr("About Ollama Tray"), ""),
        Command.OPEN_PAGE: (tr("Open page on ollama.com"), ""),
    }


class CommandAction(QAction):
    """A command. Its icon has the color of the theme; `reason` says why it cannot be used now."""

    def __init__(self, command: Command, text: str, short: str, owner: QWidget) -> None:
        super().__init__(owner)
        self.setText(text)
        self.setIconText(short or text)
        self.setObjectName(command)
        self.setMenuRole(QAction.MenuRole.NoRole)
        self._owner = owner
        self.icon_name = _ICONS.get(command, "")
        self.reason = ""
        self.refresh_icon()

    def set_icon_name(self, name: str) -> None:
        """Show another icon."""
        if name != self.icon_name:
            self.icon_name = name
            self.refresh_icon()

    def set_reason(self, reason: str) -> None:
        """Why it cannot be used now; "" = it can."""
        self.reason = reason
        self.setEnabled(not reason)
        self.setToolTip(tooltip(reason))

    def refresh_icon(self) -> None:
        """The theme may be another."""
        if self.icon_name:
            self.setIcon(glyph(self.icon_name, Theme.of(self._owner).text))


class Actions(QObject):
    """All actions of one window; keys work in `window`, those of the table only in `table`."""

    def __init__(self, window: QWidget, table: QWidget) -> None:
        super().__init__(window)
        words = _words()
        self._actions = {
            command: CommandAction(command, *(words.get(command) or (label(command), "")), window)
            for command in Command
        }
        for command, action in self._actions.items():
            keys = SHORTCUTS.get(command)
            if keys is None:
                continue
            action.setShortcuts([QKeySequence(sequence) for sequence in keys.here])
            action.setShortcutContext(
                Qt.ShortcutContext.WidgetShortcut
                if keys.in_table
                else Qt.ShortcutContext.WindowShortcut
            )
            (table if keys.in_table else window).addAction(action)
        window.installEventFilter(self)

    def __getitem__(self, command: Command) -> CommandAction:
        return self._actions[command]

    def on_triggered(self, command: Command, slot: Callable[[], object]) -> None:
        """Have `slot` called for a command."""
        self._actions[command].triggered.connect(lambda _checked: slot())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.PaletteChange:
            for action in self._actions.values():
                action.refresh_icon()
        return super().eventFilter(watched, event)


def ref_of(row: ModelRow) -> ModelRef:
    """What a row stands for, as it is seen now."""
    return ModelRef(row.record.server_id, row.record.name, row.record.digest)


class ModelActions(QObject):
    """What can be done with the selected models, and why not. Those out of reach are left out of
    what is done with several."""

    def __init__(self, actions: Actions, commands: Commands, table: QWidget) -> None:
        super().__init__(table)
        self._actions = actions
        self._commands = commands
        self._table = table
        self._rows: tuple[ModelRow, ...] = ()
        self._here: tuple[ModelRow, ...] = ()
        actions[Command.STAR].setCheckable(True)
        self.update_state(())

    @property
    def rows(self) -> tuple[ModelRow, ...]:
        """The selected rows, top to bottom."""
        return self._rows

    def update_state(self, rows: Sequence[ModelRow], *, has_others: bool = False) -> None:
        """The selection, and whether there are servers beside that of a model."""
        self._rows = tuple(rows)
        self._here = tuple(row for row in rows if not row.is_stale)
        actions = self._actions
        changeable = self._reach_reason() or self._busy_reason()
        loadable = "" if self.is_stop else self._load_reason()
        actions[Command.DETAILS].set_reason(self._single_reason())
        actions[Command.LOAD].set_reason(loadable)
        actions[Command.DELETE].set_reason(changeable)
        for command in (Command.RENAME, Command.DUPLICATE):
            actions[command].set_reason(self._single_reason() or changeable)
        if not actions[Command.RENAME].reason:
            actions[Command.RENAME].set_reason(self._rename_reason())
        star = actions[Command.STAR]
        star.set_reason(self._none_reason())
        star.setChecked(self.are_starred)
        load = actions[Command.LOAD]
        load.setText(tr("Unload") if self.is_unload else tr("Load"))
        load.set_icon_name("eject" if self.is_unload else "load")
        if self.is_stop:
            load.setText(tr("Stop loading"))
            load.set_icon_name("close")
        load.setIconText(load.text())
        copy = actions[Command.COPY]
        copy.setText(tr("Copy name") if len(self._rows) < 2 else tr("Copy names"))
        actions[Command.COPY_RUN].setVisible(bool(self.run_command()))
        elsewhere = actions[Command.PULL_ELSEWHERE]
        elsewhere.setVisible(has_others)
        elsewhere.set_reason(self._single_reason())
        page = actions[Command.OPEN_PAGE]
        page.setVisible(bool(self.page_url))
        is_hf = "huggingface" in self.page_url
        words = tr("Open page on Hugging Face") if is_hf else tr("Open page on ollama.com")
        page.setText(words)

    @property
    def is_stop(self) -> bool:
        """Whether the one action ends a load: everything selected is being loaded by us."""
        loading = [row.busy is not None and row.busy.verb is Verb.LOAD for row in self._here]
        return bool(loading) and all(loading)

    @property
    def is_unload(self) -> bool:
        """Whether the one action for both unloads: everything selected is loaded."""
        local = [row for row in self._here if not row.is_cloud]
        return bool(local) and all(row.is_loaded for row in local)

    @property
    def are_starred(self) -> bool:
        """Whether all that is selected has a star."""
        return bool(self._rows) and all(row.is_starred for row in self._rows)

    @property
    def page_url(self) -> str:
        """The page about the selected model, "" when there is none."""
        if len(self._rows) != 1:
            return ""
        try:
            return ModelName.parse(self._rows[0].record.name).page_url
        except BadName:
            return ""

    def names(self) -> str:
        """The selected names, one a line, for the clipboard."""
        return "\n".join(pasteable(row.record.name) for row in self._rows)

    def run_command(self) -> str:
        """What to type to talk to the selected model; "" when that cannot be written safely."""
        return run_command(self._rows[0].record.name) if len(self._rows) == 1 else ""

    # What the actions do.

    def details(self) -> None:
        if len(self._rows) == 1:
            self._commands.details_dialog_requested.emit(ref_of(self._rows[0]))

    def load_or_unload(self) -> None:
        """Or stop a load that is under way."""
        if self.is_stop:
            for row in self._here:
                self._commands.load_stop_requested.emit(ref_of(row))
            return
        if self._load_reason():
            return
        if self.is_unload:
            for row in self._here:
                self._commands.unload_requested.emit(ref_of(row))
            return
        for row in self._here:
            if row.kept is not None and not row.is_loaded:  # as it is to be kept
                self._commands.keep_load_requested.emit(ref_of(row))
            elif not row.is_cloud and not row.is_loaded:
                self._commands.load_requested.emit(LoadRequest(ref_of(row)))

    def star(self) -> None:
        """Star all that is selected; where all of it is starred, take the stars. A server need not
        answer for that."""
        if self._rows:
            refs = ModelRefs(tuple(ref_of(row) for row in self._rows))
            commands = self._commands
            starred = self.are_starred
            (commands.unstar_requested if starred else commands.star_requested).emit(refs)

    def delete(self) -> None:
        if not (self._reach_reason() or self._busy_reason()):
            refs = ModelRefs(tuple(ref_of(row) for row in self._rows))
            self._commands.delete_dialog_requested.emit(refs)

    def duplicate(self) -> None:
        if not (self._single_reason() or self._reach_reason() or self._busy_reason()):
            self._commands.duplicate_dialog_requested.emit(ref_of(self._rows[0]))

    def rename(self) -> None:
        reason = self._single_reason() or self._reach_reason() or self._busy_reason()
        if not (reason or self._rename_reason()):
            self._commands.rename_dialog_requested.emit(ref_of(self._rows[0]))

    def pull_elsewhere(self) -> None:
        """Have another server pull it by itself: nothing is copied from here."""
        if len(self._rows) == 1:
            self._commands.pull_elsewhere_dialog_requested.emit(ref_of(self._rows[0]))

    def open_page(self) -> None:
        if self.page_url:
            QDesktopServices.openUrl(QUrl(self.page_url))

    def copy_names(self) -> None:
        if self._rows:
            copy_text(self._table, self.names())

    def copy_run_command(self) -> None:
        if command := self.run_command():
            copy_text(self._table, command)

    # Why not.

    def _none_reason(self) -> str:
        return "" if self._rows else tr("Select a model first")

    def _single_reason(self) -> str:
        if len(self._rows) > 1:
            return tr("Select one model only")
        return self._none_reason()

    def _reach_reason(self) -> str:
        if self._rows and not self._here:
            labels = {row.record.server_id: row.server.label for row in self._rows}
            return cannot_reach(tuple(labels.values()))
        return self._none_reason()

    def _busy_reason(self) -> str:
        if any(row.busy is not None for row in self._here):
            return tr("Wait until the current action has finished")
        return ""

    def _rename_reason(self) -> str:
        if all(is_deletable(row.record.name) for row in self._rows):
            return ""
        return tr("Ollama can’t delete a model with this tag, so it can’t be renamed")

    def _load_reason(self) -> str:
        reason = self._reach_reason() or self._busy_reason()
        if not reason and all(row.is_cloud for row in self._here):
            return tr("Cloud models aren’t loaded here")
        return reason
