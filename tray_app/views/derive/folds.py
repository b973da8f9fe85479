"""What is folded away in the form: a row that opens in place, with a text below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from tray_app.core.creates.deriving import messages_text
from tray_app.core.licenses import license_name
from tray_app.text import tr
from tray_app.text.deriving import (
    back_to,
    license_note,
    license_state,
    messages_cannot_go,
    messages_form,
    messages_state,
    template_state,
)
from tray_app.views.components.buttons import Button, Kind
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.helper_line import HelperLine
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.components.safe_paint import guarded
from tray_app.views.components.surfaces import Card, margins
from tray_app.views.components.text_box import TextBox
from tray_app.views.theme import TextRole, Theme, Tone

if TYPE_CHECKING:
    from tray_app.core.creates.form import DeriveForm

_HEIGHT = 42
_BOX_HEIGHT = 160


class _Head(QAbstractButton):
    """The row itself: chevron, title, how it stands. Space and Enter open it, too."""

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(title)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(_HEIGHT)
        # A button would ask for all of its words.
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.chevron = GlyphLabel("chevron-right", size=12, parent=self)
        self._title = PlainLabel(title, wrap=False, parent=self)
        self.state = ElidedLabel("", TextRole.SECONDARY, parent=self)
        line = QHBoxLayout(self)
        line.setContentsMargins(margins(16, 4, 16, 4))
        line.setSpacing(10)
        line.addWidget(self.chevron)
        line.addWidget(self._title)
        line.addWidget(self.state, 1)
        for label in (self.chevron, self._title, self.state):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.click()
        else:
            super().keyPressEvent(event)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        if self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(Theme.of(self).accent, 2))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(3, 3, -3, -3), 6, 6)


class TextFold(QWidget):
    """A text that most people leave as it is. What its link does, and what its lines say, is for
    who shows it.

    Signals: `changed` when another text stands in it, `toggled`.
    """

    changed = Signal()
    toggled = Signal()

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = title
        self.head = _Head(title, self)
        self.head.toggled.connect(self._on_head_toggled)
        self._body = QWidget(self)
        self.note = HelperLine(self._body)
        self.box = TextBox(_BOX_HEIGHT, _BOX_HEIGHT, TextRole.MONO, self._body)
        self.box.editor.setAccessibleName(title)
        self.box.changed.connect(self.changed)
        self.helper = HelperLine(self._body)
        self.link = Button("", kind=Kind.LINK, parent=self._body)
        self.link.setAutoDefault(False)
        self.link.hide()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(margins(38, 0, 16, 12))
        body.setSpacing(6)
        for widget in (self.note, self.box, self.helper):
            body.addWidget(widget)
        body.addWidget(self.link, 0, Qt.AlignmentFlag.AlignLeading)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        column.addWidget(self._body)
        self._body.hide()

    @property
    def is_open(self) -> bool:
        return self.head.isChecked()

    def open(self) -> None:
        self.head.setChecked(True)

    def offer(self, words: str) -> None:
        """A link below the text; "" = none."""
        self.link.setText(words.replace("&", "&&"))
        self.link.setVisible(bool(words))

    def set_state(self, words: str) -> None:
        """How it stands, beside its title."""
        self.head.state.setText(words)
        self.head.setAccessibleName(f"{self._title}, {words}")

    def _on_head_toggled(self, is_open: bool) -> None:
        self.head.chevron.set_glyph("chevron-down" if is_open else "chevron-right")
        self._body.setVisible(is_open)
        self.toggled.emit()


class FoldCard(Card):
    """Template, messages and license of a form.

    Signals: `changed` when a text is another; `take` puts them into the form.
    """

    changed = Signal()

    def __init__(self, form: DeriveForm, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._form = form
        self.template = TextFold(tr("Template"), self)
        self.messages = TextFold(tr("Messages"), self)
        self.license = TextFold(tr("License"), self)
        for fold in self.folds:
            self.add_row(fold)
            fold.changed.connect(self.changed)  # passed on: it is one form
        self.template.link.clicked.connect(self._on_template_link_clicked)
        self.messages.link.clicked.connect(self._on_messages_link_clicked)

    @property
    def folds(self) -> tuple[TextFold, ...]:
        return (self.template, self.messages, self.license)

    def fill(self) -> None:
        """What the form has stands in the boxes."""
        texts = self._form.texts
        template, messages = texts.template, texts.messages
        self.template.box.set_text(template)
        self.messages.box.set_text(messages)

    def take(self) -> None:
        """What stands in the boxes is in the form."""
        texts = self._form.texts
        texts.template = self.template.box.text
        texts.messages = self.messages.box.text
        texts.license = self.license.box.text

    def show_state(self) -> None:
        """How each stands now."""
        form = self._form
        base, is_edit, changes = form.base, form.is_edit, form.changes
        is_changed = changes.template is not None
        length = len(changes.template or form.parts.template)
        self.template.set_state(
            template_state(base, length, is_changed=is_changed, is_edit=is_edit)
        )
        self.template.offer(back_to(base, is_edit=is_edit) if is_changed else "")
        messages = form.messages
        is_wrong = messages is None
        is_changed = changes.messages is not None
        count = len(messages or form.parts.messages)
        self.messages.set_state(messages_state(base, count, is_changed=is_changed, is_edit=is_edit))
        self.messages.box.set_invalid(is_wrong)
        has_some = bool(form.parts.messages)
        self.messages.note.say(messages_cannot_go() if has_some else "", "info", Tone.INFO)
        self.messages.helper.say(
            messages_form(),
            "error" if is_wrong else "",
            Tone.DANGER if is_wrong else None,
        )
        is_other = has_some and (is_changed or is_wrong or not messages)
        self.messages.offer(back_to(base, is_edit=is_edit) if is_other else "")
        words = license_state(
            base,
            license_name(form.parts.license),
            is_added=changes.license is not None,
            is_edit=is_edit,
        )
        self.license.set_state(words)
        self.license.note.say(license_note(base) if form.parts.license else "")

    @Slot()
    def _on_template_link_clicked(self) -> None:
        self.template.box.set_text(self._form.parts.template)
        self.template.box.editor.setFocus()

    @Slot()
    def _on_messages_link_clicked(self) -> None:
        self.messages.box.set_text(messages_text(self._form.parts.messages))
        self.messages.box.editor.setFocus()
