"""UpdateBanners: what the main window says of updates above its table: how the check of all
stands, while the models with a newer version are listed, and who still has an old version.

One at a time, at the rank of a notice: whatever is the matter with a server comes first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from tray_app.core.creates.records import RebuildRequest
from tray_app.core.payloads import ModelRef, ModelRefs, MoveOutcome, MoveRequest
from tray_app.core.updates.facts import AfterUpdate, BackupNews, BackupNote, CheckState
from tray_app.core.updates.verdicts import OTHER_THERE, Standing
from tray_app.text import tr
from tray_app.text.updating import (
    after_update_line,
    backup_line,
    checked_line,
    current_line,
    failed_line,
    found_line,
    looking,
    moved_line,
    went_back_line,
)
from tray_app.views.components.banner import BannerText
from tray_app.views.main_window.actions import ref_of
from tray_app.views.theme import Tone

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.itemmodels.model_table import ModelTableModel
    from tray_app.itemmodels.rows import ModelRow
    from tray_app.state.app_state import AppState
    from tray_app.views.main_window.shown_servers import ShownServers


class UpdateBanners(QObject):
    """Signals: `changed` when there is something else to say, `models_wanted` (ModelRefs, of rows
    that are to be shown and selected), `notice_made` (BannerText). Thread: GUI.
    """

    changed = Signal()
    models_wanted = Signal(object)  # ModelRefs
    notice_made = Signal(object)  # BannerText

    def __init__(
        self,
        state: AppState,
        commands: Commands,
        models: ModelTableModel,
        shown: ShownServers,
        parent: QObject | None = None,
        *,
        clock: Callable[[], datetime],
    ) -> None:
        super().__init__(parent)
        self._state = state
        self._commands = commands
        self._models = models
        self._shown = shown
        self._clock = clock
        for changed in (
            *(state.update_check_changed, state.updates_changed),
            *(state.after_updates_changed, state.backups_changed),
        ):
            changed.connect(self.changed)
        state.moved.connect(self._on_state_moved)
        state.went_back.connect(self._on_state_went_back)
        self.actions: dict[str, Callable[[], object]] = {
            "update_all": self._update_all,
            "check_updates": commands.update_check_requested.emit,
            "stop_check": commands.update_check_stop_requested.emit,
            "show_unchecked": self._show_unchecked,
            "move_copy": self._move_copy,
            "rebuild": self._rebuild,
            "show_old": self._show_old,
            "leave_old": self._leave_old,
            "keep_backup": self._keep_backup,
            "backup_seen": self._backup_seen,
        }
        """What their buttons do, by their keys."""

    @property
    def has_news(self) -> bool:
        """Whether there is something to say of updates, though there are none."""
        check = self._state.update_check
        return check.is_running or check.failed > 0

    def page_line(self) -> str:
        """What the page says while no listed model has a newer version; "" = no check is over."""
        check = self._state.update_check
        if check.is_running or check.checked_at is None or check.failed:
            return ""
        standings = [row.verdict.standing for row in self._models.all_rows if not row.is_backup]
        if any(standing in OTHER_THERE for standing in standings):
            return checked_line(check, self._clock())  # those that are pinned, for example
        return current_line(standings.count(Standing.CURRENT), check, self._clock())

    def banner(self) -> BannerText | None:
        """What is to be said now, if nothing else is."""
        if self._models.filter == "updates":
            return self._check_banner()
        return self._after_banner()

    def _check_banner(self) -> BannerText | None:
        check, now = self._state.update_check, self._clock()
        if check.is_running:
            stop = (("stop_check", tr("Stop")),)
            return BannerText(looking(check), Tone.INFO, stop, is_busy=True)
        found = [each for each in self._state.updates if self._shown.is_listed(each.key[0])]
        update_all = (("update_all", tr("Update all…")),) if found else ()
        fetch_bytes = sum(each.download_bytes for each in found)
        if check.failed:
            words = self._failed_words(check)
            if found:
                actions = (*update_all, ("check_updates", tr("Try now")))
            else:
                actions = (
                    ("show_unchecked", tr("Show them")), ("check_updates", tr("Try now"))
                )  # fmt: skip
            return BannerText(words, Tone.WARN, actions)
        again = ("check_updates", tr("Check now"))
        if found:
            words = found_line(len(found), fetch_bytes, check, now)
            return BannerText(words, Tone.INFO, (*update_all, again), glyph="update")
        if check.checked_at is None:
            return BannerText(tr("Not checked yet."), Tone.INFO, (again,), glyph="update")
        return None  # the page says it

    def _failed_words(self, check: CheckState) -> str:
        rows = self._unchecked()
        if not rows:
            return failed_line(check, self._state.verdict(("", "")), "")
        return failed_line(check, rows[0].verdict, rows[0].record.name)

    def _unchecked(self) -> list[ModelRow]:
        return [row for row in self._models.all_rows if row.verdict.failure is not None]

    # After an update.

    @property
    def _after(self) -> AfterUpdate | None:
        listed = (
            each
            for each in self._state.after_updates
            if self._shown.is_listed(each.updated.server_id) and (each.copies or each.children)
        )
        return next(listed, None)

    @property
    def _note(self) -> BackupNote | None:
        listed = (
            each
            for each in self._state.backup_notes
            if self._shown.is_listed(each.backup.server_id)
        )
        return next(listed, None)

    def _after_banner(self) -> BannerText | None:
        after, note = self._after, self._note
        if after is not None:
            words = after_update_line(after)
            if len(after.copies) + len(after.children) > 1:
                actions = (("show_old", tr("Show them")), ("leave_old", tr("Leave them")))
                return BannerText(words, Tone.INFO, actions, glyph="layers")
            leave = ("leave_old", tr("Leave it"))
            if not after.copies:
                actions = (("rebuild", tr("Rebuild…")), leave)
                return BannerText(words, Tone.INFO, actions, glyph="layers")
            actions = (("move_copy", tr("Move it too")), leave)
            return BannerText(words, Tone.INFO, actions, glyph="duplicate")
        if note is None:
            return None
        seen = ("backup_seen", tr("Got it"))
        if note.news is BackupNews.IS_LOADED:
            return BannerText(backup_line(note), Tone.INFO, (seen,), glyph="clock")
        actions = (("keep_backup", tr("Keep it")), seen)
        return BannerText(backup_line(note), Tone.INFO, actions, glyph="clock")

    # What the buttons do.

    def _update_all(self) -> None:
        """Of the servers that are shown, with those that cannot be updated now."""
        rows = [row for row in self._models.all_rows if row.verdict.standing in OTHER_THERE]
        refs = tuple(ref_of(row) for row in rows if not row.is_backup)
        self._commands.updates_dialog_requested.emit(ModelRefs(refs))

    def _show_unchecked(self) -> None:
        self.models_wanted.emit(ModelRefs(tuple(ref_of(row) for row in self._unchecked())))

    def _move_copy(self) -> None:
        after = self._after
        if after is not None:
            self._commands.move_requested.emit(MoveRequest(after.copies[0], after.updated))

    def _rebuild(self) -> None:
        after = self._after
        if after is not None:
            request = RebuildRequest(after.children[0], after.updated)
            self._commands.rebuild_dialog_requested.emit(request)

    def _show_old(self) -> None:
        after = self._after
        if after is not None:
            self.models_wanted.emit(ModelRefs((*after.copies, *after.children)))

    def _leave_old(self) -> None:
        after = self._after
        if after is not None:
            self._commands.after_update_done_requested.emit(after.updated)

    def _keep_backup(self) -> None:
        if self._note is not None:
            self._commands.keep_for_good_requested.emit(_ref(self._note))

    def _backup_seen(self) -> None:
        if self._note is not None:
            self._commands.backup_note_done_requested.emit(_ref(self._note))

    @Slot(object)
    def _on_state_moved(self, outcome: MoveOutcome) -> None:
        if self._shown.is_listed(outcome.request.copy.server_id):
            tone = Tone.INFO if outcome.is_moved else Tone.WARN
            self.notice_made.emit(BannerText(moved_line(outcome), tone))

    @Slot(object)
    def _on_state_went_back(self, ref: ModelRef) -> None:
        if self._shown.is_listed(ref.server_id):
            self.notice_made.emit(BannerText(went_back_line(ref.name), Tone.INFO))


def _ref(note: BackupNote) -> ModelRef:
    return ModelRef(note.backup.server_id, note.backup.name, note.backup.digest)
