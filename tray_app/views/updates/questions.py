"""Questions about updates: before something is replaced that may be lost, where it has changed
meanwhile, and before going back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QDialogButtonBox, QHBoxLayout, QWidget

from tray_app.core.names import canonical
from tray_app.core.payloads import GoBackRequest, ModelRef, UpdateRequest
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.updates.backups import backup_name
from tray_app.core.updates.differences import differences
from tray_app.core.updates.ledger import Made, unpack
from tray_app.core.updates.verdicts import Standing
from tray_app.text import server_name, tr, utc_now
from tray_app.text.version import (
    changed_body,
    changed_title,
    go_back_body,
    go_back_title,
    keep_this_words,
    kept_as,
    lost_part,
    lost_words,
    made_body,
    replace_body,
    replace_button,
    replace_title,
)
from tray_app.views.components.buttons import Button
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.question import Question
from tray_app.views.components.surfaces import Card, margins
from tray_app.views.settings.rows import CheckRow
from tray_app.views.theme import TextRole, Tone
from tray_app.views.updates.pulled_over import is_made

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.core.records import ModelInfo
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState

_WIDTH = 500
_DAYS = 30
_MAX_LOST = 8


class ReplaceDialog(Question):
    """Before a model is replaced that was made here, or of which nobody knows whether the
    registry's is the later one. It goes when there is nothing to ask any more."""

    def __init__(
        self,
        ref: ModelRef,
        settings: Settings,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("Replace model"), "warning", Tone.WARN, parent)
        self._ref, self._settings, self._commands = ref, settings, commands
        self._state = state
        record = state.record(ref.key)
        self._is_made = record is not None and is_made(record, state)
        self.lost = LostCard(self)
        self.keep = CheckRow(keep_this_words(_DAYS), self._keep_helper())
        self.keep.box.setChecked(True)
        card = Card(self)
        card.add_row(self.keep)
        self.texts.setSpacing(10)
        self.texts.addWidget(self.lost)
        self.texts.addWidget(card)
        _add_compare(self, ref, commands)
        self.replace_button = self.add_button(
            Button("", parent=self), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.replace_button.setAutoDefault(False)
        self.replace_button.clicked.connect(self._on_replace_clicked)
        self._show_lost()
        self.follow(state.verdict_changed, self._on_facts)
        self.follow(state.snapshot_changed, self._on_facts)
        self.follow(state.details_changed, self._on_state_details_changed)
        body = replace_body(ref.name)
        if self._is_made:
            server = state.server_of(ref.server_id)
            body = made_body(ref.name, server_name(server.label, server.address))
            if state.details(ref.digest) is None:
                commands.details_requested.emit(ref)
        self.ask(replace_title(ref.name), body, _WIDTH)

    def _keep_helper(self) -> str:
        """Of a made one, under which name."""
        if not self._is_made:
            return tr("You can go back at any time.")
        snapshot = self._state.snapshot(self._ref.server_id)
        taken = [row.name for row in snapshot.models] if snapshot is not None else []
        today = utc_now().astimezone().date()
        return kept_as(backup_name(self._ref.name, today, taken))

    def _show_lost(self) -> None:
        if self._is_made:
            self._show_made()
        else:
            self._show_changed()

    def _show_made(self) -> None:
        parts = lost_words(self._state.details(self._ref.digest))
        self.lost.say(parts)
        self.lost.setVisible(bool(parts))
        estimate = self._state.estimate(self._ref.server_id)
        is_about = estimate is not None and canonical(estimate.name) == canonical(self._ref.name)
        fetch_bytes = estimate.fetch_bytes if estimate is not None and is_about else None
        self.replace_button.setText(replace_button(fetch_bytes or 0))

    def _show_changed(self) -> None:
        record = self._state.record(self._ref.key)
        found = self._state.model_verdict(self._ref.key)
        known = self._state.layer_index.of(record) if record is not None else None
        parts = [
            each
            for each in differences(known, unpack(found.packed))
            if each.here and not each.is_same
        ]
        self.lost.say(tuple(lost_part(each) for each in parts[:_MAX_LOST]))
        self.lost.setVisible(bool(parts))
        self.replace_button.setText(replace_button(found.download_bytes))

    @Slot()
    def _on_facts(self) -> None:
        found, record = self._state.model_verdict(self._ref.key), self._state.record(self._ref.key)
        is_asked = self._is_made or found.verdict.standing is Standing.CHANGED
        if not is_asked or record is None or record.digest != self._ref.digest:
            self.reject()

    @Slot(object)
    def _on_state_details_changed(self, info: ModelInfo) -> None:
        if info.digest == self._ref.digest:
            self._show_lost()

    def _on_replace_clicked(self) -> None:
        days = _DAYS if self.keep.box.isChecked() else 0
        loads_again = self._settings.values.load_again
        self.accept()
        self._commands.update_requested.emit(UpdateRequest((self._ref,), days, loads_again))


class LostCard(Card):
    """A row for each part that is lost: what it is, and what becomes of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parts: tuple[tuple[str, str], ...] = ()

    def say(self, parts: tuple[tuple[str, str], ...]) -> None:
        """Show these."""
        self.parts = parts
        self.clear()
        for part, words in parts:
            row = QWidget(self)
            line = QHBoxLayout(row)
            line.setContentsMargins(margins(16, 9, 16, 9))
            line.setSpacing(12)
            line.addWidget(PlainLabel(part, wrap=False, parent=row))
            becomes = PlainLabel(words, TextRole.SECONDARY, parent=row)
            becomes.setAlignment(Qt.AlignmentFlag.AlignTrailing | Qt.AlignmentFlag.AlignVCenter)
            line.addWidget(becomes, 1)
            self.add_row(row)


class ChangedDialog(Question):
    """An update has stopped, as somebody has replaced its model since. It goes when the download
    does."""

    def __init__(
        self, item: PullItem, state: AppState, commands: Commands, parent: QWidget | None = None
    ) -> None:
        super().__init__(tr("Changed meanwhile"), "warning", Tone.WARN, parent)
        self._item_id, self._state, self._commands = item.id, state, commands
        server = state.server_of(item.server_id)
        record = state.record(item.key)
        ref = ModelRef(*item.key, record.digest if record is not None else "")
        _add_compare(self, ref, commands)
        self.update_button = self.add_button(
            Button(tr("&Update", "a model"), parent=self), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.update_button.setAutoDefault(False)
        self.update_button.clicked.connect(self._on_update_clicked)
        self.follow(state.download_changed, self._on_state_download_changed)
        self.follow(state.download_removed, self._on_state_download_removed)
        changed_at = record.modified_at if record is not None else None
        label = server_name(server.label, server.address)
        self.ask(changed_title(item.name), changed_body(label, changed_at), _WIDTH)

    @Slot(object)
    def _on_state_download_changed(self, item: PullItem) -> None:
        if item.id == self._item_id and item.state is not PullState.FAILED:
            self.reject()

    @Slot(str)
    def _on_state_download_removed(self, item_id: str) -> None:
        if item_id == self._item_id:
            self.reject()

    def _on_update_clicked(self) -> None:
        self.accept()
        self._commands.pull_retry_requested.emit(self._item_id)


class GoBackDialog(Question):
    """Before a model becomes again what a kept version is."""

    def __init__(
        self, made: Made, state: AppState, commands: Commands, parent: QWidget | None = None
    ) -> None:
        super().__init__(tr("Go back"), "clock", Tone.INFO, parent)
        self._made, self._state, self._commands = made, state, commands
        self.note.say(tr("It is pinned, so that it stays."), "pin")
        self.back_button = self.add_button(
            Button(tr("&Go back"), parent=self), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.back_button.setAutoDefault(False)
        self.back_button.clicked.connect(self._on_back_clicked)
        self.follow(state.backups_changed, self._on_state_backups_changed)
        self.ask(go_back_title(made), go_back_body(made.source, made.at), _WIDTH)

    @Slot()
    def _on_state_backups_changed(self) -> None:
        if all(each.key != self._made.key for each in self._state.backups):
            self.reject()

    def _on_back_clicked(self) -> None:
        made = self._made
        backup = ModelRef(made.server_id, made.name, made.digest)
        self.accept()
        self._commands.go_back_requested.emit(GoBackRequest(backup, made.source))


def _add_compare(question: Question, ref: ModelRef, commands: Commands) -> None:
    """A button that leads to what differs instead."""
    compare = question.add_left(Button(tr("Co&mpare…"), parent=question))
    compare.setObjectName("compare")
    compare.setAutoDefault(False)

    def show() -> None:
        question.reject()
        commands.version_dialog_requested.emit(ref)

    compare.clicked.connect(show)
