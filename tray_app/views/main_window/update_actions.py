"""UpdateActions: what can be done about the versions of the selected models, and why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from tray_app.core.payloads import ModelRefs
from tray_app.core.pulls.states import UNFINISHED
from tray_app.core.updates.facts import ModelVerdict, Way
from tray_app.core.updates.verdicts import Standing
from tray_app.core.updates.ways import way_of
from tray_app.text import tr
from tray_app.text.several import cannot_reach
from tray_app.text.updating import (
    no_updates,
    update_action,
    update_all_action,
    why_no_update,
    why_not_checked,
)
from tray_app.views.main_window.actions import Actions, Command, ref_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from tray_app.commands import Commands
    from tray_app.core.updates.ledger import Made
    from tray_app.itemmodels.rows import ModelRow
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState

_NOT_OF_OLD = (Command.PULL_ELSEWHERE, Command.COPY_RUN, Command.OPEN_PAGE)
"""Who selects others has them shown again, where they are of use."""
_SKIPPED_FROM = frozenset({Standing.WEIGHTS, Standing.SMALL, Standing.NEEDS_SERVER})


class UpdateActions(QObject):
    """Reads verdicts from the state when the selection is another, or when it is asked to.

    Thread: GUI.
    """

    def __init__(
        self,
        actions: Actions,
        commands: Commands,
        state: AppState,
        settings: Settings,
        table: QWidget,
    ) -> None:
        super().__init__(table)
        self._actions = actions
        self._commands = commands
        self._state = state
        self._settings = settings
        self._rows: tuple[ModelRow, ...] = ()
        for command in (Command.PIN, Command.SHOW_OLD_VERSIONS):
            actions[command].setCheckable(True)
        on = actions.on_triggered
        on(Command.CHECK_UPDATE, self.check)
        on(Command.PIN, self.pin)
        on(Command.SKIP, self.skip)
        on(Command.WHAT_DIFFERS, self.show_differences)
        on(Command.GO_BACK, self.go_back)
        on(Command.KEEP_FOR_GOOD, self.keep_for_good)
        on(Command.CHECK_UPDATES, commands.update_check_requested.emit)
        on(Command.UPDATE_ALL, lambda: commands.updates_dialog_requested.emit(ModelRefs(())))
        on(Command.SHOW_OLD_VERSIONS, self._toggle_old_versions)
        self.update_state(())
        self.update_all_state()

    def update_state(self, rows: Sequence[ModelRow]) -> None:
        """The selection is this one."""
        self._rows = tuple(rows)
        found = [self._state.model_verdict(row.key) for row in self._rows]
        is_one = len(self._rows) == 1
        is_old = bool(self._rows) and all(row.is_backup for row in self._rows)
        for command in (Command.UPDATE, Command.CHECK_UPDATE, Command.PIN, Command.WHAT_DIFFERS):
            self._actions[command].setVisible(not is_old)
        self._show_update(found)
        self._show_check(found)
        self._show_marks(found, is_old=is_old)
        only_one = "" if is_one else tr("Select one model only")
        differs = self._actions[Command.WHAT_DIFFERS]
        differs.set_reason(tr("Select a model first") if not self._rows else only_one)
        kept = self._kept()
        go_back = self._actions[Command.GO_BACK]
        go_back.setVisible(is_old)
        go_back.set_reason(self._reach_reason() or self._busy_reason() or only_one)
        for_good = self._actions[Command.KEEP_FOR_GOOD]
        for_good.setVisible(is_old and kept is not None and kept.keep_until is not None)
        for_good.set_reason(only_one)
        for command in (Command.RENAME, Command.DUPLICATE, Command.KEEP_LOADED):
            self._actions[command].setVisible(not is_old)
        for command in _NOT_OF_OLD if is_old else ():
            self._actions[command].setVisible(False)

    def update_all_state(self) -> None:
        """What can be done about all models: the menu is about to show."""
        check = self._actions[Command.CHECK_UPDATES]
        is_running = self._state.update_check.is_running
        check.set_reason(tr("Looking for newer versions…") if is_running else "")
        update_all = self._actions[Command.UPDATE_ALL]
        update_all.setText(update_all_action(self._state.update_bytes))
        update_all.set_reason("" if self._state.update_count else no_updates())
        show = self._actions[Command.SHOW_OLD_VERSIONS]
        show.setChecked(self._settings.values.show_old_versions)

    @property
    def way(self) -> Way:
        """What comes of the wish to update what is selected."""
        if len(self._rows) > 1:
            return Way.SHEET if self._updatable() else Way.NONE
        return self._way(self._rows[0]) if self._rows else Way.NONE

    # What the actions do.

    def update(self) -> None:
        """Start it, or ask what there is to decide first."""
        if self._update_reason([self._state.model_verdict(row.key) for row in self._rows]):
            return
        if len(self._rows) == 1:
            self._commands.update_one_requested.emit(ref_of(self._rows[0]))
        else:
            refs = tuple(ref_of(row) for row in self._rows)
            self._commands.updates_dialog_requested.emit(ModelRefs(refs))

    def check(self) -> None:
        """Ask the registries about these alone."""
        rows = [row for row in self._rows if not why_not_checked(row.verdict)]
        refs = tuple(ref_of(row) for row in rows)
        if refs:
            self._commands.update_check_models_requested.emit(ModelRefs(refs))

    def pin(self) -> None:
        """Leave them as they are; or no more, where all are."""
        is_off = self._are_pinned()
        asked = self._commands.unpin_requested if is_off else self._commands.pin_requested
        for row in self._rows:
            if row.marks.is_pinned is is_off:
                asked.emit(ref_of(row))

    def skip(self) -> None:
        """Hear nothing of the versions that are at the registries now; or again."""
        is_off = self._are_skipped()
        asked = self._commands.offer_again_requested if is_off else self._commands.skip_requested
        for row in self._skippable():
            if row.marks.is_skipped is is_off:
                asked.emit(ref_of(row))

    def show_differences(self) -> None:
        if len(self._rows) == 1:
            self._commands.version_dialog_requested.emit(ref_of(self._rows[0]))

    def go_back(self) -> None:
        if len(self._rows) == 1 and not self._reach_reason():
            self._commands.go_back_dialog_requested.emit(ref_of(self._rows[0]))

    def keep_for_good(self) -> None:
        if len(self._rows) == 1:
            self._commands.keep_for_good_requested.emit(ref_of(self._rows[0]))

    def _toggle_old_versions(self) -> None:
        self._settings.set("show_old_versions", not self._settings.values.show_old_versions)

    # What they show.

    def _show_update(self, found: Sequence[ModelVerdict]) -> None:
        update = self._actions[Command.UPDATE]
        update.set_reason(self._update_reason(found))
        fetch_bytes = sum(each.download_bytes for each in found if each.verdict.is_offered)
        standing = found[0].verdict.standing if len(found) == 1 else Standing.WEIGHTS
        update.setText(update_action(self.way, fetch_bytes, standing))
        update.setIconText(tr("Update", "a model"))

    def _show_check(self, found: Sequence[ModelVerdict]) -> None:
        check = self._actions[Command.CHECK_UPDATE]
        reasons = [why_not_checked(each.verdict) for each in found]
        nothing = tr("Select a model first") if not found else ""
        check.set_reason(nothing or (reasons[0] if all(reasons) else ""))

    def _show_marks(self, found: Sequence[ModelVerdict], *, is_old: bool) -> None:
        nothing = tr("Select a model first") if not found else ""
        pin, skip = self._actions[Command.PIN], self._actions[Command.SKIP]
        pin.setChecked(self._are_pinned())
        pin.set_reason(nothing)
        skip.setVisible(not is_old and bool(self._skippable()))
        words = tr("Offer again") if self._are_skipped() else tr("Skip this version")
        skip.setText(words)

    def _update_reason(self, found: Sequence[ModelVerdict]) -> str:
        blocked = self._reach_reason() or self._busy_reason() or self._queue_reason()
        if blocked or self._updatable():
            return blocked
        if len(found) > 1:
            return no_updates()
        verdict, marks = found[0].verdict, found[0].marks
        return why_no_update(verdict, marks, self._rows[0].record.name)

    def _updatable(self) -> list[ModelRow]:
        """Of several only those that the sheet would tick."""
        if len(self._rows) == 1:
            return [row for row in self._rows if self._way(row) is not Way.NONE]
        return [row for row in self._rows if self._way(row) in (Way.AT_ONCE, Way.SHEET)]

    def _way(self, row: ModelRow) -> Way:
        disk = self._state.disk_space(row.record.server_id)
        found = self._state.model_verdict(row.key)
        free_bytes = disk.free_bytes if disk is not None else None
        return way_of(found, is_loaded=row.is_loaded, free_bytes=free_bytes)

    def _are_pinned(self) -> bool:
        return bool(self._rows) and all(row.marks.is_pinned for row in self._rows)

    def _are_skipped(self) -> bool:
        rows = self._skippable()
        return bool(rows) and all(row.marks.is_skipped for row in rows)

    def _skippable(self) -> list[ModelRow]:
        return [row for row in self._rows if row.verdict.standing in _SKIPPED_FROM]

    def _kept(self) -> Made | None:
        """What we know of the one old version that is selected."""
        return self._state.model_verdict(self._rows[0].key).made if len(self._rows) == 1 else None

    def _reach_reason(self) -> str:
        if not self._rows:
            return tr("Select a model first")
        if all(row.is_stale for row in self._rows):
            labels = {row.record.server_id: row.server.label for row in self._rows}
            return cannot_reach(tuple(labels.values()))
        return ""

    def _queue_reason(self) -> str:
        """All of them are in the downloads already."""
        keys = {row.key for row in self._rows}
        items = (item for item in self._state.downloads if item.state in UNFINISHED)
        if keys and keys <= {item.key for item in items if item.key in keys}:
            return tr("It is in the downloads already")
        return ""

    def _busy_reason(self) -> str:
        if any(row.busy is not None for row in self._rows if not row.is_stale):
            return tr("Wait until the current action has finished")
        return ""
