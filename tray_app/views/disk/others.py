"""What else lies there: unfinished downloads, what is left over, and what Ollama does with it. It
is shown and explained; nothing of it is deleted by us."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from tray_app.core.disk.contents import StoreContents, Unfinished, by_model, is_cleaned
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.pulls.states import UNFINISHED, PullItem, PullState
from tray_app.core.updates.verdicts import OTHER_THERE
from tray_app.text import size, tr
from tray_app.text.disk import (
    Line,
    cleanup_line,
    left_files,
    left_folder,
    nothing_else,
    stopped_line,
    stopped_title,
    unfinished_line,
    unknown_model,
    we_delete_nothing,
)
from tray_app.views.components.labels import PlainLabel, heading
from tray_app.views.components.notice_card import NoticeCard
from tray_app.views.components.surfaces import Card
from tray_app.views.disk.page import InfoLine, ScrollPage
from tray_app.views.disk.rows import FileRow
from tray_app.views.theme import TextRole, Tone

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from tray_app.commands import Commands
    from tray_app.core.disk.report import DiskReport
    from tray_app.state.app_state import AppState

_MAX_ROWS = 100
"""Of each kind: the largest."""


def open_folder(folder: str) -> None:
    """Have the system show it."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(folder))


def items_by_layer(state: AppState, server_id: str) -> dict[str, PullItem]:
    """Whose layers they are, by digest, as far as downloads tell: first of all those that go on."""
    found: dict[str, PullItem] = {}
    for item in state.downloads:
        layers = item.progress.layers if item.progress is not None else ()
        if item.server_id != server_id or item.state is PullState.DONE:
            continue
        for layer in layers:
            known = found.get(layer.digest)
            if known is None or (known.state not in UNFINISHED and item.state in UNFINISHED):
                found[layer.digest] = item
    return found


def unfinished_by_model(
    found: StoreContents, items: dict[str, PullItem], state: AppState, server_id: str
) -> dict[str, tuple[Unfinished, ...]]:
    """The unfinished layers by the model that they belong to, "" = nobody knows. What no download
    tells, the newer versions do that are known of: another program may have begun to pull one."""
    names = {digest: item.name for digest, item in items.items()}
    unknown = [each.digest for each in found.unfinished if each.digest not in names]
    snapshot = state.snapshot(server_id)
    for row in snapshot.models if snapshot is not None and unknown else ():
        told = state.model_verdict(row.key)
        if told.packed and told.verdict.standing in OTHER_THERE:
            names |= {digest: row.name for digest in unknown if digest in told.packed}
    return by_model(found.unfinished, names)


@dataclass(frozen=True, slots=True)
class _Row:
    """What a row shows; `act` is what its button does."""

    glyph: str
    name: str
    line: Line
    size_bytes: int
    action: str = ""
    act: tuple[str, str] = ("", "")


class OthersPage(ScrollPage):
    """Rebuilt only where something else is to be said."""

    def __init__(
        self,
        server_id: str,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(tr("What else lies there"), parent)
        self._server_id = server_id
        self._state = state
        self._commands = commands
        self._shown: tuple[tuple[_Row, ...], tuple[_Row, ...]] | None = None
        self._stopped_by = ""
        self._is_stray = False
        self.stopped = NoticeCard(self)
        self.stopped.button.setAutoDefault(False)
        self.stopped.button.clicked.connect(self._on_stopped_clicked)
        self._unfinished_title = heading(tr("Unfinished downloads"), self)
        self._unfinished = Card(self)
        self._left_title = heading(tr("Left over"), self)
        self._left = Card(self)
        self._nothing = PlainLabel(nothing_else(), TextRole.SECONDARY, parent=self)
        self.cleanup, self._ours = InfoLine(self), InfoLine(self)
        self._ours.say(we_delete_nothing())
        for part in (
            *(self.stopped, self._unfinished_title, self._unfinished, self._left_title),
            *(self._left, self._nothing, self.cleanup, self._ours),
        ):
            self.content.addWidget(part)
        self.content.addStretch(1)
        self.rows: list[FileRow] = []

    def show_report(self, report: DiskReport, now: datetime) -> None:
        """What was found there."""
        found = report.contents
        if found is None:
            return
        items = items_by_layer(self._state, self._server_id)
        is_active = not (report.no_prune or found.is_cleanup_stopped)
        loser, unfinished = "", []
        unfinished_layers = unfinished_by_model(found, items, self._state, self._server_id)
        for name, layers in unfinished_layers.items():
            whole = _joined(layers)
            item = next((items[each.digest] for each in layers if each.digest in items), None)
            row = self._unfinished_row(name, whole, item, now, is_active=is_active)
            unfinished.append(row)
            is_ours = item is not None and item.state in UNFINISHED
            if is_ours and not loser and is_cleaned(whole.oldest_s, now.timestamp()):
                loser = name
        unfinished.sort(key=lambda row: -row.size_bytes)
        self._show_stopped(found, report)
        left = self._left_rows(found, now)
        self._show_rows(tuple(unfinished[:_MAX_ROWS]), tuple(left[:_MAX_ROWS]))
        is_any = bool(unfinished or left)
        self._nothing.setVisible(not is_any)
        self.cleanup.say(cleanup_line(found, report.no_prune, loser) if is_any else "")
        self._ours.setVisible(is_any)

    def _unfinished_row(
        self,
        name: str,
        whole: Unfinished,
        item: PullItem | None,
        now: datetime,
        *,
        is_active: bool,
    ) -> _Row:
        is_in_list = item is not None and item.state is not PullState.CANCELED
        line = unfinished_line(
            whole,
            now,
            permille=item.progress.permille if item is not None and item.progress else None,
            is_known=bool(name),
            is_in_downloads=is_in_list,
            is_cleanup_active=is_active,
        )
        title = name or unknown_model()
        if item is None:
            act = ("pull", name)
            action = tr("&Pull…") if name else ""
            return _Row("download", title, line, whole.disk_bytes, action, act)
        if is_in_list:
            act = ("show", item.id)
            return _Row("download", title, line, whole.disk_bytes, tr("S&how"), act)
        act = ("continue", item.id)
        return _Row("download", title, line, whole.disk_bytes, tr("C&ontinue"), act)

    def _left_rows(self, found: StoreContents, now: datetime) -> list[_Row]:
        rows = []
        if found.left_count:
            title, words = left_files(found, now)
            rows.append(_Row("file", title, Line(words), found.left_bytes))
        is_in_use = any(
            item.server_id == self._server_id and not item.state.is_ended
            for item in self._state.creates.items
        )
        for folder in found.left_folders:
            title, line = left_folder(folder, is_in_use=is_in_use)
            act = ("folder", folder.path)
            row = _Row("folder", title, line, folder.disk_bytes, tr("Open &folder"), act)
            rows.append(row)
        return rows

    def _show_stopped(self, found: StoreContents, report: DiskReport) -> None:
        words = stopped_line(found, report.folder, report.no_prune)
        self.stopped.setVisible(bool(words))
        if not words:
            return
        action = self._stopped_by = ""
        if found.strays:
            action, self._stopped_by = tr("Open fol&der"), found.strays[0]
        elif found.damaged:
            action, self._stopped_by = tr("&Pull…"), found.damaged[0]
        self._is_stray = bool(found.strays)
        self.stopped.say(stopped_title(), words, glyph="warning", state=Tone.WARN, action=action)

    def _show_rows(self, unfinished: tuple[_Row, ...], left: tuple[_Row, ...]) -> None:
        for part in (self._unfinished_title, self._unfinished):
            part.setVisible(bool(unfinished))
        for part in (self._left_title, self._left):
            part.setVisible(bool(left))
        if (unfinished, left) == self._shown:
            return
        self._shown = (unfinished, left)
        focus = self.window().focusWidget()
        place = next((n for n, row in enumerate(self.rows) if row.button is focus), None)
        name = self.rows[place].name.name if place is not None else ""
        self.rows = []
        for card, rows in ((self._unfinished, unfinished), (self._left, left)):
            card.clear()
            for row in rows:
                made = FileRow(
                    row.glyph, row.name, row.line, size(row.size_bytes), row.action, card
                )
                made.button.clicked.connect(self._actor(*row.act))
                self.rows.append(made)
                card.add_row(made)
        if place is not None:
            self._focus(name, place)

    def _focus(self, name: str, place: int) -> None:
        """The button of the row of that name; where it has gone, of the one in its place."""
        usable = [row for row in self.rows if not row.button.isHidden()]
        same = next((row for row in usable if row.name.name == name), None)
        if usable:
            (same or usable[min(place, len(usable) - 1)]).button.setFocus()

    def _actor(self, verb: str, about: str) -> Callable[[], None]:
        return lambda: self._act(verb, about)

    def _act(self, verb: str, about: str) -> None:
        if verb == "show":
            self._commands.pull_show_requested.emit(about)
        elif verb == "continue":
            self._commands.pull_resume_requested.emit(about)
        elif verb == "pull":
            self._commands.pull_dialog_requested.emit(about)
        elif verb == "folder":
            open_folder(about)

    def _on_stopped_clicked(self) -> None:
        if self._is_stray:
            open_folder(str(PurePath(self._stopped_by).parent))
        else:
            self._commands.pull_dialog_requested.emit(self._stopped_by)


def _joined(layers: tuple[Unfinished, ...]) -> Unfinished:
    """Those of one model as one."""
    return Unfinished(
        layers[0].digest,
        sum(layer.disk_bytes for layer in layers),
        sum(layer.full_bytes for layer in layers),
        max(layer.written_s for layer in layers),
        min(layer.oldest_s for layer in layers),
    )
