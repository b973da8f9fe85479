"""Pull a model: name or link, what is known of it, Pull. The download itself lives elsewhere.

Nothing here waits for a network; what is not known is not said.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeyEvent
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from tray_app.core.messages import PullWish, Recommendations
from tray_app.core.pull_states import PullItem
from tray_app.core.records import ModelRecord, Recommendation, Snapshot
from tray_app.text import name_problem, one_line, origin_line, taken_from, tr
from tray_app.views.components.buttons import Button, Kind
from tray_app.views.components.glyph_label import GlyphLabel
from tray_app.views.components.inputs import set_invalid
from tray_app.views.components.labels import PlainLabel
from tray_app.views.dialog_frame import DialogFrame
from tray_app.views.pull_result import PullResult
from tray_app.views.pull_state import (
    Reading,
    downloading,
    downloading_title,
    installed,
    read,
    similar,
    suggestions,
)
from tray_app.views.theme import Role, State, font

LIBRARY_URL = "https://ollama.com/library"
_WIDTH, _HEIGHT = 560, 568
_PASTED_CHARS = 3  # more than a key press brings at once
_MAX_TEXT = 2_000


class PullDialog(DialogFrame):
    """Signals: pull_requested(PullWish), pull_show_requested(id of a download)."""

    pull_requested = Signal(object)  # PullWish
    pull_show_requested = Signal(str)

    def __init__(self, server_id: str, parent: QWidget | None = None) -> None:
        super().__init__(tr("Pull model"), parent)
        self._server_id = server_id
        self._models: tuple[ModelRecord, ...] = ()
        self._recommended: tuple[Recommendation, ...] = ()
        self._items: tuple[PullItem, ...] = ()
        self._reading = Reading()
        self._pasted = ""
        self._length = 0
        self._download: PullItem | None = None
        self._build()
        self._update()

    def _build(self) -> None:
        label = QLabel(tr("&Model name or link"), self)
        label.setFont(font(Role.NAME))
        self.field = QLineEdit(self)
        self.field.setMaxLength(_MAX_TEXT)
        self.field.setPlaceholderText(tr("llama3.2, qwen3:8b, hf.co/user/repo:Q4_K_M"))
        self.field.textEdited.connect(self._on_field_text_edited)
        self.field.textChanged.connect(self._on_field_text_changed)
        self.field.editingFinished.connect(self._on_field_editing_finished)
        self.field.installEventFilter(self)
        label.setBuddy(self.field)
        self._glyph = GlyphLabel("", State.OK, 14, self)
        self.helper = PlainLabel("", Role.SECONDARY, natural=True, parent=self)
        self._use = Button("", kind=Kind.LINK, parent=self)
        self._use.setAutoDefault(False)
        self._use.clicked.connect(self._on_use_clicked)
        helper = QHBoxLayout()
        helper.setSpacing(6)
        helper.addWidget(self._glyph)
        helper.addWidget(self.helper)
        helper.addWidget(self._use)
        helper.addStretch(1)
        helper_row = QWidget(self)
        helper_row.setLayout(helper)
        helper.setContentsMargins(0, 0, 0, 0)
        # One height, whatever it says, so that nothing below moves.
        helper_row.setMinimumHeight(self._use.sizeHint().height())
        self.helper.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.area = PullResult(self)
        self.area.name_chosen.connect(self._on_result_name_chosen)
        self.area.action_triggered.connect(self._on_result_action_triggered)
        top = QVBoxLayout()
        top.setSpacing(6)
        top.addWidget(label)
        top.addWidget(self.field)
        top.addWidget(helper_row)
        self.body.addLayout(top)
        self.body.addWidget(self.area, 1)
        browse = self.add_left(
            Button(tr("&Browse the library"), "external", Kind.LINK, parent=self)
        )
        browse.clicked.connect(self._on_browse_clicked)
        role = QDialogButtonBox.ButtonRole
        cancel = self.add_button(Button(tr("&Cancel"), parent=self), role.RejectRole)
        cancel.clicked.connect(self.reject)
        pull = Button(tr("&Pull"), "download", Kind.PRIMARY, parent=self)
        self.pull_button = self.add_button(pull, role.AcceptRole)
        self.pull_button.setDefault(True)
        self.pull_button.clicked.connect(self._on_pull_clicked)
        self.set_least_size(_WIDTH, _HEIGHT)
        self.field.setFocus()

    # --- what it is told -----------------------------------------------------------------------

    def set_text(self, text: str) -> None:
        """Fill the field, as if `text` had been pasted."""
        self.field.setText(text)
        self._take_cleaned(text)
        self.field.selectAll()

    def set_snapshot(self, snapshot: Snapshot) -> None:
        """The models that are installed."""
        if snapshot.server_id == self._server_id and snapshot.models != self._models:
            self._models = snapshot.models
            self._update()

    def set_recommendations(self, recommendations: Recommendations) -> None:
        """What Ollama suggests."""
        if recommendations.server_id == self._server_id:
            self._recommended = recommendations.rows
            self._update()

    def set_pull_items(self, items: tuple[PullItem, ...]) -> None:
        """The downloads, so that one is not started twice."""
        self._items = items
        self._update()

    # --- the field -----------------------------------------------------------------------------

    def _on_field_text_edited(self, text: str) -> None:
        if len(text) - self._length >= _PASTED_CHARS:
            self._take_cleaned(text)

    def _on_field_text_changed(self, text: str) -> None:
        self._length = len(text)
        if read(text).cleaned != read(self._pasted).cleaned:
            self._pasted = ""
        self._update()

    def _on_field_editing_finished(self) -> None:
        self._take_cleaned(self.field.text())

    def _take_cleaned(self, text: str) -> None:
        """Put the name in the place of the link or command it was found in."""
        reading = read(text)
        if reading.name is not None and reading.cleaned != text.strip():
            self._pasted = text
            self.field.setText(reading.cleaned)
        elif reading.name is not None and text != text.strip():
            self.field.setText(text.strip())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent):
            is_down = event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Down
            if is_down and self.area.focus_suggestions():
                return True
        return super().eventFilter(watched, event)

    # --- what is shown -------------------------------------------------------------------------

    def _update(self) -> None:
        self._reading = read(self.field.text())
        reading = self._reading
        set_invalid(self.field, reading.problem is not None)
        self._show_helper(reading)
        self._download = None
        if reading.name is None:
            self.area.show_suggestions(suggestions(self._recommended, self._models))
            self._set_pull(tr("&Pull"), enabled=False)
            return
        self._download = downloading(reading.name, self._server_id, self._items)
        here = installed(reading.name, self._models)
        near = similar(reading.cleaned, self._recommended, self._models, self._items)
        if self._download is not None:
            self.area.say(downloading_title(self._download), action=tr("&Show"), near=near)
            self._set_pull(tr("&Pull"), enabled=False)
        elif reading.name.is_cloud:
            title = tr("Runs on ollama.com, nothing is stored here")
            self.area.say(title, glyph="cloud", state=State.NEUTRAL, near=near)
            self._set_pull(tr("&Add") if here is None else tr("&Add again"))
        elif here is not None:
            title = tr("{name} is already here").format(name=one_line(here.name, 120))
            explanation = tr("Pulling it again fetches only what has changed since.")
            self.area.say(title, explanation, glyph="check-circle", state=State.OK, near=near)
            self._set_pull(tr("&Pull again"))
        else:
            self.area.show_similar(near)
            self._set_pull(tr("&Pull"))

    def _show_helper(self, reading: Reading) -> None:
        glyph, state, use = "", None, ""
        if reading.problem is not None:
            glyph, state = "error", State.DANGER
            text = name_problem(reading.problem)
            if reading.proposal:
                use = tr("Use {name}").format(name=reading.proposal)
        elif reading.name is None:
            text = tr("Type a name, or paste a link or an “ollama run” command.")
        elif self._pasted or reading.cleaned != self.field.text().strip():
            glyph, state = "check", State.OK
            text = taken_from(self._pasted or self.field.text())
        else:
            text = origin_line(reading.name)
        self._glyph.set_glyph(glyph, state if state is not None else State.NEUTRAL)
        self._glyph.setVisible(bool(glyph))
        self.helper.setText(text)
        self.helper.set_state(state)
        self._use.setText(use.replace("&", "&&"))
        self._use.setVisible(bool(use))
        self.field.setAccessibleDescription(text)

    def _set_pull(self, text: str, *, enabled: bool = True) -> None:
        self.pull_button.setText(text)
        self.pull_button.setEnabled(enabled)

    # --- what a person does --------------------------------------------------------------------

    def _on_use_clicked(self) -> None:
        self._choose(self._reading.proposal)

    def _on_result_name_chosen(self, name: str) -> None:
        self._choose(name)

    def _choose(self, name: str) -> None:
        self._pasted = ""
        self.field.setText(name)
        self.field.setFocus()

    def _on_result_action_triggered(self) -> None:
        if self._download is not None:
            self.pull_show_requested.emit(self._download.id)
            self.accept()

    def _on_browse_clicked(self) -> None:
        QDesktopServices.openUrl(QUrl(LIBRARY_URL))

    def _on_pull_clicked(self) -> None:
        name = self._reading.name
        if name is None or self._download is not None:
            return
        here = installed(name, self._models)
        # An installed model keeps the spelling that the server knows it by.
        wish = PullWish(
            self._server_id,
            here.name if here else str(name),
            here.digest if here else "",
        )
        self.accept()
        self.pull_requested.emit(wish)
