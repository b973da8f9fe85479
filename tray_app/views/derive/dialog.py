"""DeriveDialog: a model made of an installed one, and one that was made here edited or rebuilt."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from tray_app.core.creates.deriving import ModelParts, is_taken, proposed_name
from tray_app.core.creates.form import DeriveForm, shown_system
from tray_app.core.creates.records import Derived, DeriveRequest, FormKind
from tray_app.core.errors import BadName, NameProblem, ServerFailed
from tray_app.core.names import ModelName, split_display
from tray_app.core.payloads import Failure, ModelRef, Verb
from tray_app.core.updates.backups import backup_name
from tray_app.text import failure_text, name_problem, server_name, tooltip, tr, utc_now
from tray_app.text.deriving import (
    change_first,
    correct_first,
    edit_title,
    free_on,
    is_busy,
    keep_today,
    made_here_line,
    made_meanwhile,
    modelfile_words,
    name_exists,
    new_from_title,
    not_read,
    open_again,
    read_again,
    rebuild_title,
    sent_note,
    shared_line,
    still_reading,
    system_as_in,
    system_blank,
    system_instead,
    take_over_again,
    unloaded_first,
    was_deleted,
)
from tray_app.text.several import cannot_reach
from tray_app.views.components.banner import Banner, BannerText
from tray_app.views.components.buttons import Button, Kind
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.components.glyphs import GlyphLabel
from tray_app.views.components.helper_line import HelperLine
from tray_app.views.components.inputs import CheckBox, set_invalid
from tray_app.views.components.labels import PlainLabel, heading
from tray_app.views.components.names import NameLabel
from tray_app.views.components.notice_card import NoticeCard
from tray_app.views.components.question import Question
from tray_app.views.components.screen_fit import FittingContent, FittingScroll
from tray_app.views.components.surfaces import Hairline
from tray_app.views.components.text_box import TextBox
from tray_app.views.derive.folds import FoldCard, TextFold
from tray_app.views.derive.parameters import ParametersCard
from tray_app.views.derive.preview import WIDTH as SENT_WIDTH
from tray_app.views.derive.preview import SentPane
from tray_app.views.pull.license_dialog import LicenseDialog
from tray_app.views.theme import TextRole, Tone

if TYPE_CHECKING:
    from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent

    from tray_app.commands import Commands
    from tray_app.core.records import ModelInfo, ModelRecord
    from tray_app.state.app_state import AppState

_SIZE = QSize(880, 660)
_LEAST = QSize(640, 480)
_NARROW = 760
_SYSTEM_LEAST, _SYSTEM_MOST = 78, 160
_TEMPLATE_ERROR = "template error"


class DeriveDialog(DialogFrame):
    """Follows its base while it is open. Closing it stops nothing that was asked for.

    `ref` is the base, or the model that is edited; `child` the one that is rebuilt on `ref`.
    """

    def __init__(
        self,
        kind: FormKind,
        ref: ModelRef,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
        *,
        child: ModelRef | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        super().__init__(_title(kind, child or ref), parent)
        self._state = state
        self._commands = commands
        self._base = ref
        self._child = child
        self._today = _day_of(clock)
        self.form = DeriveForm(kind, ref.name)
        self._request: DeriveRequest | None = None
        self._name: ModelName | None = None
        self._is_gone = False
        self._is_child_other = False
        self._is_filling = False
        self._has_failed_to_read = False
        self._is_discarding = False
        self._build()
        self._connect()
        self.set_least_size(_LEAST.width(), _LEAST.height())
        self.resize(_SIZE)
        self._content_of_form.needs_changed.connect(self._fit_form)
        self._read()
        self._look()
        self._focus_first()

    # What it is about.

    @property
    def request(self) -> DeriveRequest | None:
        """What was asked for, until it is over."""
        return self._request

    @property
    def kind(self) -> FormKind:
        return self.form.kind

    @property
    def ref(self) -> ModelRef:
        """The base, in the version that the form knows."""
        return self._base

    @property
    def replaced(self) -> ModelRef | None:
        """The model that becomes another version of itself; None = a new one is made."""
        if self.kind is FormKind.NEW:
            return None
        return self._base if self.kind is FormKind.EDIT else self._child

    # Building.

    def _build(self) -> None:
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self.banner = Banner(self)
        content = self._content_of_form = FittingContent()
        column = QVBoxLayout(content)
        column.setContentsMargins(20, 16, 20, 20)
        column.setSpacing(8)
        self.notice = NoticeCard(self)
        self.notice.hide()
        column.addWidget(self.notice)
        self._build_head(column)
        self._build_system(column)
        column.addSpacing(4)
        column.addWidget(heading(tr("Parameters"), self))
        self.parameters = ParametersCard(self)
        column.addWidget(self.parameters)
        column.addSpacing(4)
        self.fold_card = FoldCard(self.form, self)
        self.template, self.messages = self.fold_card.template, self.fold_card.messages
        self.license = self.fold_card.license
        column.addWidget(self.fold_card)
        self.keep_box = CheckBox("", self)
        self.keep_box.setChecked(True)
        self.keep_box.setVisible(self.replaced is not None)
        column.addSpacing(4)
        column.addWidget(self.keep_box)
        column.addStretch(1)
        self.form_scroller = FittingScroll(content, self)
        self.form_scroller.setMinimumHeight(220)
        self.sent = SentPane(sent_note(is_edit=self.form.is_edit), self)
        self._sent_line = Hairline(self, vertical=True)
        line = QHBoxLayout()
        line.setSpacing(0)
        line.addWidget(self.form_scroller, 1)
        line.addWidget(self._sent_line)
        line.addWidget(self.sent)
        self.body.addWidget(self.banner)
        self.body.addLayout(line, 1)
        self._build_footer()

    def _build_head(self, column: QVBoxLayout) -> None:
        is_own = self.kind is FormKind.EDIT
        texts = QVBoxLayout()
        texts.setSpacing(6)
        texts.addWidget(PlainLabel(tr("Model") if is_own else tr("Based on"), parent=self))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(GlyphLabel("layers", parent=self))
        self.base_name = NameLabel(self._base.name, parent=self)
        row.addWidget(self.base_name)
        self.base_words = PlainLabel("", TextRole.SECONDARY, natural=True, parent=self)
        row.addWidget(self.base_words, 1)
        texts.addLayout(row)
        self.loaded_note = HelperLine(self)
        texts.addWidget(self.loaded_note)
        column.addLayout(texts)
        self.name_field = QLineEdit(self)
        self.name_field.setMaxLength(400)
        self.name_helper = HelperLine(self)
        self._name_label = _label(tr("&Name"), self.name_field, self)
        texts = QVBoxLayout()
        texts.setSpacing(6)
        for widget in (self._name_label, self.name_field, self.name_helper):
            texts.addWidget(widget)
            widget.setVisible(self.kind is FormKind.NEW)
        column.addLayout(texts)
        if self.kind is FormKind.NEW:
            models = self._models()
            self.name_field.setText(
                proposed_name(self._base.name, [model.name for model in models])
            )
        elif self.replaced is not None:
            self.name_field.setText(self.replaced.name)

    def _build_system(self, column: QVBoxLayout) -> None:
        self.system = TextBox(_SYSTEM_LEAST, _SYSTEM_MOST, parent=self)
        self.system.editor.setAccessibleName(tr("System prompt"))
        self.system_helper = HelperLine(self)
        texts = QVBoxLayout()
        texts.setSpacing(6)
        texts.addWidget(_label(tr("&System prompt"), self.system.editor, self))
        texts.addWidget(self.system)
        texts.addWidget(self.system_helper)
        column.addLayout(texts)

    def _build_footer(self) -> None:
        self.sent_button = self.add_left(Button(tr("&What will be sent…"), parent=self))
        self.sent_button.setAutoDefault(False)
        role = QDialogButtonBox.ButtonRole
        self.cancel_button = self.add_button(Button(tr("&Cancel"), parent=self), role.RejectRole)
        self.cancel_button.setAutoDefault(False)
        words = tr("C&reate") if self.kind is FormKind.NEW else tr("&Save")
        self.create_button = self.add_button(
            Button(words, kind=Kind.PRIMARY, parent=self), role.AcceptRole
        )
        self.create_button.setDefault(True)

    @property
    def folds(self) -> tuple[TextFold, ...]:
        return self.fold_card.folds

    def _connect(self) -> None:
        self.name_field.textChanged.connect(self._update)
        self.system.changed.connect(self._on_texts_changed)
        self.system_helper.link.clicked.connect(self._on_system_link_clicked)
        self.fold_card.changed.connect(self._on_texts_changed)
        self.parameters.changed.connect(self._update)
        self.parameters.rows_changed.connect(self._order_focus)
        self.notice.button.clicked.connect(self._read)
        self.sent_button.clicked.connect(self._on_sent_clicked)
        self.cancel_button.clicked.connect(self.reject)
        self.create_button.clicked.connect(self._on_create_clicked)
        state = self._state
        self.follow(state.snapshot_changed, self._look)
        self.follow(state.status_changed, self._look)
        self.follow(state.busy_changed, self._update)
        self.follow(state.details_changed, self._on_details_changed)
        self.follow(state.failed, self._on_failed)
        self.follow(state.creates.derived, self._on_derived)

    def _focus_first(self) -> None:
        if self.kind is FormKind.NEW:
            self.name_field.setFocus()
            _, _, tag = split_display(self.name_field.text())
            length = len(self.name_field.text()) - (len(tag) + 1 if tag else 0)
            self.name_field.setSelection(0, length)
        else:
            self.system.editor.setFocus()

    @Slot()
    def _order_focus(self) -> None:
        """Name, system prompt, rows, Add, folds, check box, Copy, Cancel, Create."""
        stops: list[QWidget] = [self.name_field, self.system.editor, self.system_helper.link]
        for view in self.parameters.views:
            stops += view.stops()
        stops.append(self.parameters.add_button)
        for fold in self.folds:
            stops += [fold.head, fold.box.editor, fold.link]
        stops += [self.keep_box, self.sent.copy_button, self.sent_button]
        stops += [self.cancel_button, self.create_button]
        for one, other in pairwise(stops):
            QWidget.setTabOrder(one, other)

    # What the base has.

    def _models(self) -> tuple[ModelRecord, ...]:
        snapshot = self._state.snapshot(self._base.server_id)
        return snapshot.models if snapshot is not None else ()

    @Slot()
    def _read(self) -> None:
        """Have base and child read, in the versions that are there now."""
        self._has_failed_to_read = False
        self.notice.hide()
        for ref in self._refs():
            if self._info(ref) is None:
                self._commands.details_requested.emit(ref)
        self._take()

    def _refs(self) -> tuple[ModelRef, ...]:
        return (self._base,) if self._child is None else (self._base, self._child)

    def _info(self, ref: ModelRef) -> ModelInfo | None:
        return self._state.details(ref.digest) if ref.digest else None

    def _take(self) -> None:
        """What was read stands in the form now."""
        info = self._info(self._base)
        own = self._info(self._child) if self._child is not None else None
        if info is not None and (self._child is None or own is not None or self.form.is_read):
            form = self.form
            form.read(ModelParts.of(info), ModelParts.of(own) if own is not None else None)
            self._is_filling = True
            self.system.set_text(form.texts.system)
            self.fold_card.fill()
            self._is_filling = False
            self.parameters.set_table(form.table, self._base.name, is_edit=form.is_edit)
        self._update()

    @Slot(object)
    def _on_details_changed(self, info: ModelInfo) -> None:
        refs = self._refs()
        if any((info.key, info.digest) == (ref.key, ref.digest) for ref in refs):
            self._take()

    @Slot()
    def _look(self) -> None:
        """The world is another: is the base still there, and what it was?"""
        snapshot = self._state.snapshot(self._base.server_id)
        if snapshot is not None and not snapshot.is_old:
            record = self._state.record(self._base.key)
            was_gone, self._is_gone = self._is_gone, record is None
            if was_gone and not self._is_gone:
                self.banner.set_text(None)
            if record is not None and record.digest != self._base.digest and not self._request:
                self._base = ModelRef(record.server_id, record.name, record.digest)
                words = made_meanwhile if self.form.is_edit else read_again
                self.banner.set_text(BannerText(words(record.name), Tone.INFO))
                self._read()
            if self._is_gone:
                self.banner.set_text(BannerText(was_deleted(self._base.name), Tone.WARN))
            self._look_at_child()
        self._show_head()
        self._update()

    def _look_at_child(self) -> None:
        """What is to be replaced is not what was read of it any more."""
        child = self._child
        if child is None or self._request is not None:
            return
        record = self._state.record(child.key)
        self._is_child_other = record is None or record.digest != child.digest
        if self._is_child_other:
            self.banner.set_text(BannerText(open_again(child.name), Tone.WARN))

    def _show_head(self) -> None:
        record = self._state.record(self._base.key)
        if record is not None:
            if self.form.is_edit:
                words = made_here_line(self._source(record))
            else:
                words = shared_line(record.size_bytes)
            self.base_words.setText(words)
        is_loaded = self._is_loaded
        self.loaded_note.say(unloaded_first() if is_loaded else "", "info" if is_loaded else "")
        replaced = self.replaced
        if replaced is not None:
            self.keep_box.setText(keep_today(self._keep_name()))

    def _source(self, record: ModelRecord) -> str:
        made = self._state.model_verdict(record.key).made
        source = made.source if made is not None else ""
        parent = record.details.parent_model
        return source or ("" if parent == record.name else parent)

    @property
    def _is_loaded(self) -> bool:
        """Whether what is replaced is in memory: there, its old version would stay."""
        replaced = self.replaced
        snapshot = self._state.snapshot(self._base.server_id)
        rows = (snapshot.running if snapshot is not None else None) or ()
        return replaced is not None and any(row.name == replaced.name for row in rows)

    def _keep_name(self) -> str:
        replaced = self.replaced
        if replaced is None:
            return ""
        try:
            return backup_name(replaced.name, self._today(), [row.name for row in self._models()])
        except BadName:
            return ""

    # What is typed.

    @Slot()
    def _on_texts_changed(self) -> None:
        if self._is_filling:
            return
        self.form.texts.system = self.system.text
        self.fold_card.take()
        self._update()

    @Slot()
    def _on_system_link_clicked(self) -> None:
        self.system.set_text(shown_system(self.form.parts.system))
        self.system.editor.setFocus()

    # What it says.

    @Slot()
    def _update(self) -> None:
        problem = self._name_problem()
        self._show_name(problem)
        self._show_system()
        self.fold_card.show_state()
        self.sent.set_text(self.form.modelfile(modelfile_words()))
        is_free = self._request is None
        for field in (self.name_field, self.system, self.parameters, *self.folds, self.keep_box):
            field.setEnabled(is_free and self.form.is_read)
        reason = self._reason(problem)
        self.create_button.setEnabled(is_free and not reason)
        self.create_button.setToolTip(tooltip(reason))
        self.create_button.setAccessibleDescription(reason)
        self.create_button.setText(self._create_words())

    def _create_words(self) -> str:
        if self._request is not None:
            return tr("Creating…") if self.kind is FormKind.NEW else tr("Saving…")
        return tr("C&reate") if self.kind is FormKind.NEW else tr("&Save")

    def _name_problem(self) -> str:
        """What is wrong with the name; " " = there is none yet."""
        self._name = None
        if self.kind is not FormKind.NEW:
            return ""
        try:
            name = ModelName.parse(self.name_field.text())
        except BadName as error:
            return name_problem(error) if error.problem is not NameProblem.EMPTY else " "
        if name.has_misrouted_tag or name.source:
            tag = name.tag if not name.source else name.source
            return tr("“:{tag}” has a meaning of its own. Choose another tag.").format(tag=tag)
        if is_taken(str(name), self._models()):
            return name_exists(str(name))
        self._name = name
        return ""

    def _show_name(self, problem: str) -> None:
        if self.kind is not FormKind.NEW:
            return
        is_wrong = bool(problem.strip())
        set_invalid(self.name_field, is_wrong)
        if is_wrong:
            self.name_helper.say(problem, "error", Tone.DANGER)
        else:
            self.name_helper.say(free_on(self._server_label) if not problem else " ")
        self.name_field.setAccessibleDescription(self.name_helper.text)

    @property
    def _server_label(self) -> str:
        server = self._state.server_of(self._base.server_id)
        return server_name(server.label, server.address)

    def _show_system(self) -> None:
        form, helper = self.form, self.system_helper
        is_edit = form.is_edit
        if not form.is_read:
            helper.say("" if self._has_failed_to_read else still_reading(form.base), busy=True)
        elif form.is_system_emptied:
            helper.say(system_blank(), "info", Tone.INFO)
        elif form.changes.system is None:
            has_one = bool(form.parts.system.strip())
            helper.say(system_as_in(form.base, has_one, is_edit=is_edit))
        elif form.parts.system.strip():
            helper.say(system_instead(form.base, is_edit=is_edit), link=take_over_again())
        else:
            helper.say(system_as_in(form.base, False, is_edit=is_edit))
        self.system.editor.setAccessibleDescription(helper.text)

    def _reason(self, problem: str) -> str:
        """Why it cannot be done now; "" = it can."""
        form = self.form
        if self._request is not None:
            return ""
        if self._is_gone:
            return was_deleted(self._base.name)
        if self._is_child_other and self._child is not None:
            return open_again(self._child.name)
        if not self._state.is_fresh(self._base.server_id):
            return cannot_reach((self._server_label,))
        if not form.is_read:
            failed, reading = not_read(form.base), still_reading(form.base)
            return failed if self._has_failed_to_read else reading
        replaced = self.replaced
        if replaced is not None and self._state.busy(replaced.key) is not None:
            return is_busy()
        if problem:
            return correct_first(tr("the name"))
        if form.unusable:
            return correct_first(form.unusable[0] or tr("the name"))
        if form.messages is None:
            return correct_first(tr("the messages"))
        return "" if form.can_be_sent else change_first()

    # What its buttons do.

    @Slot()
    def _on_create_clicked(self) -> None:
        replaced = self.replaced
        if replaced is None and self._name is None:
            return
        keeps = replaced is not None and self.keep_box.isChecked()
        self._request = DeriveRequest(
            self._base,
            replaced.name if replaced is not None else str(self._name),
            self.form.changes,
            keep_name=self._keep_name() if keeps else "",
            may_unload=self._is_loaded,
            replaces=replaced.digest if replaced is not None else "",
        )
        self.notice.hide()
        self.template.note.say("")
        self._update()
        self.cancel_button.setFocus()
        self._commands.derive_requested.emit(self._request)

    @Slot()
    def _on_sent_clicked(self) -> None:
        title = tr("What will be sent")
        LicenseDialog(title, tr("Modelfile"), self.sent.text, self).open()

    @Slot(object)
    def _on_derived(self, derived: Derived) -> None:
        if derived.request == self._request:
            self.accept()

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        if failure.verb is Verb.SHOW and failure.ref.key in {ref.key for ref in self._refs()}:
            if not self.form.is_read or self._info(self._base) is None:
                self._has_failed_to_read = True
                self._say_failed(failure, tr("Try again"))
                self._update()
        elif self.tells(failure):
            self._request = None
            self._look()
            text = failure.error.text if isinstance(failure.error, ServerFailed) else ""
            if text.startswith(_TEMPLATE_ERROR):
                self.template.open()
                self.template.note.say(text, "error", Tone.DANGER)
                self.template.box.editor.setFocus()
                self.form_scroller.ensureWidgetVisible(self.template)
            else:
                self._say_failed(failure)

    def tells(self, failure: Failure) -> bool:
        """Whether it is told here that this failed."""
        request = self._request
        return (
            failure.verb is Verb.CREATE
            and request is not None
            and failure.ref.key == (request.base.server_id, request.name)
        )

    def _say_failed(self, failure: Failure, action: str = "") -> None:
        server = self._state.server_of(failure.ref.server_id)
        message = failure_text(failure, self._server_label, address=server.address)
        self.notice.say(
            message.title, message.body, glyph="error", state=Tone.DANGER, action=action
        )
        self.notice.show()
        self.form_scroller.ensureWidgetVisible(self.notice)

    # Its end.

    def reject(self) -> None:
        if self._request is None and self.form.is_touched and not self._is_discarding:
            self._ask_discard()
        else:
            super().reject()

    def closeEvent(self, event: QCloseEvent) -> None:
        # The program closes it only when it ends, or speaks another language.
        self._is_discarding = self._is_discarding or not event.spontaneous()
        super().closeEvent(event)

    def _ask_discard(self) -> None:
        question = Question(self.windowTitle(), "warning", Tone.WARN, self)
        discard = question.add_button(
            Button(tr("&Discard"), kind=Kind.DANGER, parent=question),
            QDialogButtonBox.ButtonRole.DestructiveRole,
        )
        discard.clicked.connect(question.accept)
        question.cancel_button.setText(tr("&Keep editing"))
        question.accepted.connect(self._on_discarded)
        question.ask(tr("Discard the changes?"), "", 400)
        question.open()

    @Slot()
    def _on_discarded(self) -> None:
        self._is_discarding = True
        self.reject()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The form scrolls by itself here."""
        if not self.form_scroller.scroll_by_key(event):
            super().keyPressEvent(event)

    @property
    def _form_width(self) -> int:
        """What the words of this language need."""
        bar = self.form_scroller.verticalScrollBar().sizeHint().width()
        return self._content_of_form.minimumSizeHint().width() + bar

    @Slot()
    def _fit_form(self) -> None:
        self._wanted = QSize(max(_LEAST.width(), self._form_width), _LEAST.height())
        self.screen_fit.apply_least()
        self._part(self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._part(event.size().width())

    def _part(self, width: int) -> None:
        """What is sent stands beside the form where there is room for both."""
        is_narrow = width < max(_NARROW, self._form_width + SENT_WIDTH + 1)
        for widget in (self.sent, self._sent_line):
            widget.setVisible(not is_narrow)
        self.sent_button.setVisible(is_narrow)


def _label(text: str, buddy: QWidget, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setBuddy(buddy)
    return label


def _title(kind: FormKind, ref: ModelRef) -> str:
    if kind is FormKind.NEW:
        return new_from_title(ref.name)
    return edit_title(ref.name) if kind is FormKind.EDIT else rebuild_title(ref.name)


def _day_of(clock: Callable[[], datetime]) -> Callable[[], date]:
    """The day that it is where a person is."""
    return lambda: clock().astimezone().date()
