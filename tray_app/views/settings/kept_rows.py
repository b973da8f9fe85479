"""The rows of the models that are to be kept loaded: what each took, its context, its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeySequence, QMouseEvent, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from tray_app.core.keeping.records import KeptModel
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.text import one_line, tr
from tray_app.text.keeping import context_label, kept_on, on_server
from tray_app.views.components.buttons import IconButton
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.inputs import ComboBox
from tray_app.views.components.labels import ElidedLabel
from tray_app.views.components.names import NameLabel
from tray_app.views.components.surfaces import Card, Hairline, margins
from tray_app.views.theme import TextRole, Tone

if TYPE_CHECKING:
    from tray_app.core.records import ModelKey

_COMBO_WIDTH = 168


@dataclass(frozen=True, slots=True)
class KeptRowFacts:
    """What a row shows. `server` is that of its model where there are several; `line` what stands
    below the name; `contexts` are offered beside the default."""

    model: KeptModel
    line: str
    is_warning: bool = False
    contexts: tuple[int, ...] = ()
    server: str = ""
    can_go_up: bool = False
    can_go_down: bool = False


@dataclass(frozen=True, slots=True)
class RowMove:
    """Take a model up (-1) or down (1)."""

    key: ModelKey
    step: int


@dataclass(frozen=True, slots=True)
class RowDrag:
    """A mouse holds the row of a model at this place of the screen."""

    key: ModelKey
    where: QPoint


class KeptRow(QWidget):
    """One for each model, for as long as it is in the list.

    Signals: `context_chosen` once the combo box has another one, and `removed`, with its key;
    `moved`; `dragged` while a mouse holds it.
    """

    context_chosen = Signal(object)  # ModelKey
    moved = Signal(object)  # RowMove
    removed = Signal(object)  # ModelKey
    dragged = Signal(object)  # RowDrag

    def __init__(self, facts: KeptRowFacts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._facts = facts
        self._pressed: QPoint | None = None
        self.name = NameLabel(facts.model.name, TextRole.BODY, self)
        self._server = ElidedLabel("", parent=self)
        self._server.set_dim()
        self._glyph = GlyphLabel("warning", Tone.WARN, 14, self)
        self.line = ElidedLabel("", TextRole.SECONDARY, parent=self)
        first, second = QHBoxLayout(), QHBoxLayout()
        first.setSpacing(5)
        first.addWidget(self.name)
        first.addWidget(self._server, 1)
        second.setSpacing(6)
        second.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignVCenter)
        second.addWidget(self.line, 1)
        texts = QVBoxLayout()
        texts.setSpacing(0)
        texts.addLayout(first)
        texts.addLayout(second)
        self.combo = ComboBox(self)
        self.combo.setFixedWidth(_COMBO_WIDTH)
        self.combo.activated.connect(self._on_combo_activated)
        self.up = IconButton("chevron-up", "", size=28, parent=self)
        self.down = IconButton("chevron-down", "", size=28, parent=self)
        self.remove = IconButton("close", "", size=28, parent=self)
        self.up.clicked.connect(self._on_up)
        self.down.clicked.connect(self._on_down)
        self.remove.clicked.connect(self._on_remove)
        line = QHBoxLayout(self)
        line.setContentsMargins(margins(16, 6, 12, 6))
        line.setSpacing(4)
        line.addLayout(texts, 1)
        line.addSpacing(8)
        line.addWidget(self.combo, 0, Qt.AlignmentFlag.AlignVCenter)
        line.addSpacing(4)
        for button in (self.up, self.down, self.remove):
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        for keys, slot in (
            ("Alt+Up", self._on_up), ("Alt+Down", self._on_down), ("Del", self._on_remove)
        ):  # fmt: skip
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)
        self.show_facts(facts)

    @property
    def key(self) -> ModelKey:
        return self._facts.model.key

    @property
    def context(self) -> int | None:
        """What is chosen; None = the default."""
        found: int | None = self.combo.currentData()
        return found

    def show_facts(self, facts: KeptRowFacts) -> None:
        """Show what is so now."""
        self._facts = facts
        model, name = facts.model, one_line(facts.model.name, 80)
        self.name.set_name(model.name)
        self._server.setText(on_server(facts.server) if facts.server else "")
        self._glyph.setVisible(facts.is_warning)
        self.line.setText(facts.line)
        self.line.set_state(Tone.WARN if facts.is_warning else None)
        self._show_contexts(facts)
        spoken = kept_on(name, facts.server) if facts.server else name
        self.combo.setAccessibleName(tr("Context of {name}").format(name=spoken))
        self.combo.setAccessibleDescription(facts.line)
        self.up.set_name(tr("Move {name} up").format(name=spoken), tr("Up"))
        self.down.set_name(tr("Move {name} down").format(name=spoken), tr("Down"))
        self.remove.set_name(
            tr("Keep {name} loaded no longer").format(name=spoken), tr("Keep it no longer")
        )
        self._show_moves(facts)

    def _show_contexts(self, facts: KeptRowFacts) -> None:
        model = facts.model
        own = {model.context_length} - {None}
        values: list[int | None] = [None, *sorted({*facts.contexts, *own})]  # type: ignore[list-item, type-var]
        if [self.combo.itemData(place) for place in range(self.combo.count())] != values:
            self.combo.clear()
            for value in values:
                self.combo.addItem(context_label(value), value)
        self.combo.setCurrentIndex(values.index(model.context_length))

    def _show_moves(self, facts: KeptRowFacts) -> None:
        had_focus = next((b for b in (self.up, self.down) if b.hasFocus()), None)
        self.up.setEnabled(facts.can_go_up)
        self.down.setEnabled(facts.can_go_down)
        if had_focus is not None and not had_focus.isEnabled():
            other = self.down if had_focus is self.up else self.up
            (other if other.isEnabled() else self.combo).setFocus()

    def _on_combo_activated(self) -> None:
        if self.context != self._facts.model.context_length:
            self.context_chosen.emit(self.key)

    def _on_up(self) -> None:
        if self._facts.can_go_up:
            self.moved.emit(RowMove(self.key, -1))

    def _on_down(self) -> None:
        if self._facts.can_go_down:
            self.moved.emit(RowMove(self.key, 1))

    def _on_remove(self) -> None:
        self.removed.emit(self.key)

    # A mouse takes it elsewhere.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = event.position().toPoint()
        super().mousePressEvent(event)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed is None:
            return
        way = (event.position().toPoint() - self._pressed).manhattanLength()
        if way >= QApplication.startDragDistance() or self.cursor().shape() != (
            Qt.CursorShape.ArrowCursor
        ):
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.dragged.emit(RowDrag(self.key, event.globalPosition().toPoint()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = None
        self.unsetCursor()
        super().mouseReleaseEvent(event)


class KeptCard(Card):
    """The list, and below it whatever is put into `foot`.

    Signals: `changed` with all models as a person wants them now.
    """

    changed = Signal(object)  # tuple of KeptModel

    def __init__(self, empty: QWidget, foot: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._empty, self._foot = empty, foot
        self._lines: list[Hairline] = []
        self.kept_rows: dict[ModelKey, KeptRow] = {}
        self._facts: tuple[KeptRowFacts, ...] = ()
        self.rows.addWidget(empty)
        self.rows.addWidget(Hairline(self))
        self.rows.addWidget(foot)

    def set_models(self, facts: Sequence[KeptRowFacts]) -> None:
        """Show these in this order; a row that stays keeps its widgets, and so the focus."""
        if tuple(facts) == self._facts:
            return
        before = [each.model.key for each in self._facts]
        self._facts = tuple(facts)
        wanted = [each.model.key for each in facts]
        for key in self.kept_rows.keys() - set(wanted):
            row = self.kept_rows.pop(key)
            self._leave(row, before.index(key))
        for each in facts:
            known = self.kept_rows.get(each.model.key)
            if known is None:
                self.kept_rows[each.model.key] = self._made(each)
            else:
                known.show_facts(each)
        if wanted != before:
            self._arrange(wanted)

    def _made(self, facts: KeptRowFacts) -> KeptRow:
        row = KeptRow(facts, self)
        row.context_chosen.connect(self._on_context_chosen)
        row.moved.connect(self._on_moved)
        row.removed.connect(self._on_removed)
        row.dragged.connect(self._on_dragged)
        return row

    def _leave(self, row: KeptRow, place: int) -> None:
        focus = QApplication.focusWidget()
        if focus is not None and row.isAncestorOf(focus):
            others = [key for key in self.kept_rows if key != row.key]
            if others:
                self.kept_rows[others[min(place, len(others) - 1)]].remove.setFocus()
            else:
                self._foot.setFocus()
        row.hide()
        row.deleteLater()

    def _arrange(self, keys: list[ModelKey]) -> None:
        for line in self._lines:
            line.deleteLater()
        self._lines.clear()
        for row in self.kept_rows.values():
            self.rows.removeWidget(row)
        self._empty.setVisible(not keys)
        place = 1
        before: QWidget = self._empty
        for number, key in enumerate(keys):
            if number:
                line = Hairline(self)
                self._lines.append(line)
                self.rows.insertWidget(place, line)
                place += 1
            row = self.kept_rows[key]
            self.rows.insertWidget(place, row)
            place += 1
            for stop in (row.combo, row.up, row.down, row.remove):
                QWidget.setTabOrder(before, stop)
                before = stop
        QWidget.setTabOrder(before, self._foot)

    def _models(self) -> list[KeptModel]:
        return [each.model for each in self._facts]

    def _on_context_chosen(self, key: ModelKey) -> None:
        context = self.kept_rows[key].context
        models = [
            KeptModel(model.server_id, model.name, context) if model.key == key else model
            for model in self._models()
        ]
        self.changed.emit(tuple(models))

    def _on_moved(self, move: RowMove) -> None:
        """Past the next one of its server: those of others may stand between."""
        key, step = move.key, move.step
        models = self._models()
        place = next(number for number, model in enumerate(models) if model.key == key)
        other = place + step
        while 0 <= other < len(models) and models[other].server_id != key[0]:
            other += step
        if 0 <= other < len(models):
            models[place], models[other] = models[other], models[place]
            self.changed.emit(tuple(models))

    def _on_removed(self, key: ModelKey) -> None:
        self.changed.emit(tuple(model for model in self._models() if model.key != key))

    def _on_dragged(self, drag: RowDrag) -> None:
        key, height = drag.key, self.mapFromGlobal(drag.where).y()
        keys = [model.key for model in self._models()]
        here = keys.index(key)
        for step, neighbor in ((-1, here - 1), (1, here + 1)):
            if not 0 <= neighbor < len(keys) or keys[neighbor][0] != key[0]:
                continue
            row = self.kept_rows[keys[neighbor]]
            middle = row.geometry().center().y()
            if (height < middle) if step < 0 else (height > middle):
                self._on_moved(RowMove(key, step))
                return
