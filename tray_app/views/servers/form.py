"""The form of a server: where it is, what signs in, and whether it answers. Saved when asked."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import fields, replace
from itertools import pairwise
from typing import TYPE_CHECKING
from urllib.parse import unquote

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QDialogButtonBox, QLineEdit, QWidget

from tray_app.core.endpoint import (
    Endpoint,
    is_loopback,
    shown_address,
    split_address,
    without_query,
)
from tray_app.core.errors import BadAddress
from tray_app.core.payloads import (
    AccessFacts,
    SecretsGiven,
    SecretsKept,
    ServerDraft,
    ServerTest,
)
from tray_app.core.sign_in import SecretState, SignIn, SignInKind
from tray_app.settings import ServerEntry, Settings
from tray_app.text import address_problem, server_name, tooltip, tr
from tray_app.text.connection_tests import Attempt, Remedy
from tray_app.text.sign_in import unencrypted_question
from tray_app.views.components.buttons import Button, Kind
from tray_app.views.components.dialog_frame import DialogFrame
from tray_app.views.components.helper_line import HelperLine
from tray_app.views.components.inputs import set_invalid
from tray_app.views.servers.fields import FieldGrid
from tray_app.views.servers.more_card import MoreCard
from tray_app.views.servers.questions import UnencryptedQuestion
from tray_app.views.servers.result_card import ResultCard
from tray_app.views.servers.sign_in_fields import SignInFields
from tray_app.views.theme import Tone

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.state.app_state import AppState

_WIDTH = 560
_PASTED_CHARS = 3  # more than a key press brings at once
_ASK_AFTER_MS = 250
_numbers = itertools.count(1)


class ServerForm(DialogFrame):
    """One server, new or as the settings have it. What is typed counts when it is saved, and what
    signs in goes to the keyring before anything else is."""

    def __init__(
        self,
        entry: ServerEntry | None,
        settings: Settings,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
    ) -> None:
        """`entry` None, or one without an id, is a new server."""
        is_new = entry is None or not entry.id
        super().__init__(tr("Add server") if is_new else tr("Edit server"), parent)
        self._is_new = is_new
        self._settings, self._state, self._commands = settings, state, commands
        entry = entry or ServerEntry("")
        self._entry = replace(entry, id=entry.id or uuid.uuid4().hex[:12])
        self._address_before = "" if self._is_new else settings.address(self._entry)
        self._tested: ServerDraft | None = None
        self._is_saving = self._is_saved = self._was_taken_apart = False
        self._confirmed = ""  # the origin that secrets may go to in clear
        self._is_filling = True  # what stands there is not whole yet
        self._origin_before = ""
        self._length = 0
        self._focus_card = False
        self._asked: Endpoint | None = None
        self._ask_timer = QTimer(self)
        self._ask_timer.setSingleShot(True)
        self._ask_timer.setInterval(_ASK_AFTER_MS)
        self._ask_timer.timeout.connect(self.ask_for_access)
        self._build_fields()
        self._build_footer()
        self._order_tabs()
        self.sign_in.headers.rows_changed.connect(self._order_tabs)
        self._show_entry()
        self.follow(state.secret_changed, self._on_state_secret_changed)
        self.follow(state.secrets_kept, self._on_state_secrets_kept)
        self.follow(state.server_test_changed, self._on_state_server_test_changed)
        self.follow(state.access_read, self._on_state_access_read)
        self.follow(settings.changed, self._on_settings_changed)
        self.finished.connect(self._on_finished)
        QShortcut(QKeySequence("Ctrl+T"), self).activated.connect(self.test)
        self.set_least_size(_WIDTH)
        self._fit()

    @property
    def server_id(self) -> str:
        return self._entry.id

    @property
    def is_changed(self) -> bool:
        """Whether something would be lost without saving."""
        is_typed = self.sign_in.is_touched
        return is_typed or self._edited() != self._shown_first

    # its parts

    def _build_fields(self) -> None:
        self.name_field = QLineEdit(self)
        self.name_field.setMaxLength(80)
        self.name_helper = HelperLine(self)
        self.address_field = QLineEdit(self)
        self.address_field.setMaxLength(400)
        self.address_field.setPlaceholderText("nas.local:11434")
        self.address_helper = HelperLine(self)
        self.address_note = HelperLine(self)
        labels = (tr("&Name"), tr("&Address"), tr("Sign &in with"), *SignInFields.labels())
        self.grid = FieldGrid(labels, parent=self)
        name = (labels[0], self.name_field, self.name_helper)
        address = (labels[1], self.address_field, self.address_helper, self.address_note)
        for row in (address, name) if self._is_new else (name, address):
            self.grid.add(*row)
        self.sign_in = SignInFields(self.grid, labels[2], self)
        self.more = MoreCard(self)
        self.card = ResultCard(self)
        self.card.button.clicked.connect(self._on_card_button_clicked)
        self.more.ca_file_chosen.connect(self.test)
        self.body.addWidget(self.grid)
        self.body.addSpacing(4)
        self.body.addWidget(self.more)
        self.body.addWidget(self.card)
        self.body.addStretch(1)
        self.name_field.textChanged.connect(self._on_name_text_changed)
        self.address_field.textEdited.connect(self._on_address_text_edited)
        self.address_field.textChanged.connect(self._on_edited)
        self.address_field.editingFinished.connect(self._take_apart)
        self.sign_in.changed.connect(self._on_edited)
        self.sign_in.unlock_clicked.connect(self._commands.keyring_unlock_requested)
        self.more.changed.connect(self._on_edited)
        self.more.toggled.connect(self._fit)

    def _build_footer(self) -> None:
        self.remove_button = Button(tr("&Remove server…"), kind=Kind.DANGER, parent=self)
        self.remove_button.setAutoDefault(False)
        self.remove_button.clicked.connect(self._on_remove_clicked)
        self.test_button = Button(tr("&Test"), parent=self)
        self.test_button.setAutoDefault(False)
        self.test_button.clicked.connect(self.test)
        self.add_left(self.remove_button)
        self.add_left(self.test_button)
        self.remove_button.setVisible(not self._is_new and not self._entry.is_given)
        role = QDialogButtonBox.ButtonRole
        self.cancel_button = self.add_button(Button(tr("&Cancel"), parent=self), role.RejectRole)
        self.cancel_button.setAutoDefault(False)
        self.cancel_button.clicked.connect(self.reject)
        save = Button(tr("&Save"), kind=Kind.PRIMARY, parent=self)
        self.save_button = self.add_button(save, role.AcceptRole)
        self.save_button.setDefault(True)
        self.save_button.clicked.connect(self._on_save_clicked)

    @Slot()
    def _order_tabs(self) -> None:
        """As it is seen, the footer last."""
        fields = [self.name_field, self.address_field]
        stops = [
            *(reversed(fields) if self._is_new else fields),
            *self.sign_in.stops(),
            *self.more.stops(),
            *(self.card.button, self.remove_button, self.test_button),
            *(self.cancel_button, self.save_button),
        ]
        for before, after in pairwise(stops):
            QWidget.setTabOrder(before, after)

    def _show_entry(self) -> None:
        entry = self._entry
        self.name_field.setText(entry.label)
        address = self._address_before or entry.address
        self.address_field.setText(shown_address(address))
        self._length = len(self.address_field.text())
        self.address_field.setEnabled(not entry.is_given or self._is_new)
        self.more.show_entry(entry)
        if entry.is_given and not self._is_new:
            reason = tooltip(tr("The address comes from OLLAMA_HOST"))
            self.address_field.setToolTip(reason)
            local = is_loopback(split_address(address).host)
            self.sign_in.set_offered(not local or entry.sign_in.kind is not SignInKind.NONE)
        self.sign_in.show_entry(entry.sign_in, is_saved=not self._is_new)
        self._is_filling = False
        self._origin_before = self._origin()
        self._show_secret()
        self._update()
        self._shown_first = self._edited()
        field = self.address_field if self._is_new else self.name_field
        field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._ask_timer.start()

    def fill_in(self, address: str) -> None:
        """Another address, to be tested and saved."""
        if self.address_field.isEnabled():
            self.address_field.setText(address)
            self._take_apart()
            self.address_field.setFocus(Qt.FocusReason.OtherFocusReason)
            self.address_field.selectAll()

    # what stands in it

    def _address(self) -> str:
        """What is typed; untouched, the address there is, whose password is not shown."""
        typed = self.address_field.text().strip()
        before = self._address_before
        return before if before and typed == shown_address(before) else without_query(typed)

    def _endpoint(self) -> Endpoint | None:
        """Where it would be asked, without secrets; None while that is no address."""
        try:
            return self._settings.endpoint(replace(self._edited(), sign_in=SignIn()))
        except BadAddress:
            return None

    def _origin(self) -> str:
        endpoint = self._endpoint()
        return endpoint.origin if endpoint is not None else ""

    def _name(self) -> str:
        """What it is called in sentences."""
        return self.name_field.text().strip() or self._proposal()

    def _proposal(self) -> str:
        """A name made from the address, which no other server has."""
        name = server_name("", self._address())
        if not self._is_new:
            return name
        bare = name.partition(".")[0]
        if bare and not bare.isdecimal() and ":" not in name:
            name = bare
        taken, number, found = self._taken_names(), 2, name
        while found.casefold() in taken:
            found, number = f"{name} {number}", number + 1
        return found

    def _taken_names(self) -> set[str]:
        others = (e for e in self._settings.servers() if e.id != self._entry.id)
        return {server_name(e.label, self._settings.address(e)).casefold() for e in others}

    def _edited(self) -> ServerEntry:
        """The entry as it would be saved."""
        is_given = self._entry.is_given and not self._is_new
        label = self.name_field.text().strip()
        return replace(
            self._entry,
            label=label or (self._proposal() if self._is_new else ""),
            address=self._entry.address if is_given else self._address(),
            sign_in=self.sign_in.sign_in(),
            ca_file=self.more.ca_file,
            proxy=self.more.proxy,
            mac=self.more.mac,
            broadcast=self.more.broadcast,
            models_folder=self.more.models_folder,
            is_in_all=self.more.all_box.isChecked(),
        )

    def _take_apart(self) -> None:
        """A name and password in the address belong into their own fields."""
        typed = self.address_field.text().strip()
        parts = split_address(typed)
        if not (parts.username or parts.password) or parts.is_ambiguous or not parts.host:
            return
        self.sign_in.put_password(unquote(parts.username), unquote(parts.password))
        self._was_taken_apart = True
        self.address_field.setText(shown_address(typed))

    def _on_address_text_edited(self, text: str) -> None:
        is_pasted = len(text) - self._length >= _PASTED_CHARS
        self._length = len(text)
        self._was_taken_apart = False
        if is_pasted and "@" in text:
            self._take_apart()

    # what is said of it

    def _on_name_text_changed(self) -> None:
        if not self._is_filling:
            self._update()

    @Slot()
    def _on_edited(self) -> None:
        """What was tested is another now."""
        if self._is_filling:
            return
        if self._tested is not None:
            self._tested = None
            self._commands.server_test_stop_requested.emit()
        self._hide_card()
        self._show_secret()
        self._update()
        self._ask_timer.start()

    @Slot()
    def _on_state_secret_changed(self) -> None:
        self._show_secret()
        self._update()

    def _show_secret(self) -> None:
        """Where its secret is, as far as it is for this address."""
        is_other = self._origin() != self._origin_before
        secret = self._state.secret(self._entry.id)
        if self._is_new:
            secret = SecretState.NOT_NEEDED
        elif not self._entry.is_on and self._entry.sign_in.needs_secret:
            secret = SecretState.KEPT  # not read as long as it is off
        is_elsewhere = self._state.is_secret_elsewhere(self._entry.id)
        is_elsewhere = is_elsewhere or (is_other and self._entry.sign_in.needs_secret)
        self.sign_in.set_secret(
            SecretState.WAITING if self._is_saving else secret,
            is_elsewhere=is_elsewhere and not self._is_saving and not self._is_new,
            is_saving=self._is_saving,
        )

    def _update(self) -> None:
        endpoint = self._endpoint()
        is_clear = (
            endpoint is not None
            and endpoint.scheme == "http"
            and not endpoint.is_loopback
            and self.sign_in.has_secret
        )
        self.sign_in.set_server(self._name(), is_clear=is_clear, origin=self._origin())
        self.name_field.setPlaceholderText(self._proposal() if self._address() else "")
        self._say_name()
        self._say_address()
        if self.more.problem() and not self.more.is_open:
            self.more.set_open(True)
        problem = self._problem()
        is_usable = not problem and not self._is_saving
        self.save_button.setEnabled(is_usable)
        self.save_button.setToolTip(tooltip(problem))
        self.save_button.setAccessibleDescription(problem)
        untestable = self._untestable()
        for button in (self.test_button, self.card.button):
            button.setEnabled(not untestable and not self._is_saving)
            button.setToolTip(tooltip(untestable))
            button.setAccessibleDescription(untestable)
        for field in (self.name_field, self.more):
            field.setEnabled(not self._is_saving)
        is_fixed = self._entry.is_given and not self._is_new
        self.address_field.setEnabled(not self._is_saving and not is_fixed)
        self._fit()

    def _problem(self) -> str:
        """Why it cannot be saved, "" = it can."""
        return (
            self._name_problem()
            or self._address_problem()
            or self.sign_in.problem()
            or self.more.problem()
        )

    def _untestable(self) -> str:
        if not self._entry.is_on and not self._is_new and self.sign_in.keeps_secret:
            return tr("“{server}” is switched off").format(server=self._name())
        return self._address_problem() or self.more.problem()

    def _name_problem(self) -> str:
        name = self.name_field.text().strip()
        if name and name.casefold() in self._taken_names():
            return tr("Another server has this name.")
        return ""

    def _address_problem(self) -> str:
        if self._entry.is_given and not self._is_new:
            return ""
        typed = self.address_field.text().strip()
        parts = split_address(typed)
        if (parts.username or parts.password) and parts.host and not parts.is_ambiguous:
            typed = shown_address(typed)  # they are taken out of it
        return address_problem(typed)

    def _say_name(self) -> None:
        problem = self._name_problem()
        self.name_helper.say(problem, "error", Tone.DANGER)
        self.name_field.setAccessibleDescription(problem)
        set_invalid(self.name_field, bool(problem))

    def _say_address(self) -> None:
        problem = self._address_problem()
        is_shown = bool(problem) and bool(self.address_field.text().strip() or not self._is_new)
        set_invalid(self.address_field, is_shown)
        parts = split_address(self.address_field.text())
        words = tr("Without a port, 11434 is used.")
        if parts.scheme.casefold() == "https":
            words = tr("Without a port, 443 is used.")
        elif parts.scheme.casefold() == "http":
            words = tr("Without a port, 80 is used.")
        elif self._is_new:
            words = tr(
                "Without a port, 11434 is used. A link like https://user:password@host is taken "
                "apart."
            )
        if self._entry.is_given and not self._is_new:
            words = tr("Comes from OLLAMA_HOST. Change it there, or add another server.")
        if is_shown:
            self.address_helper.say(problem, "error", Tone.DANGER)
        elif self._was_taken_apart:
            words = tr("User name and password taken out of the address.")
            self.address_helper.say(words, "check", Tone.OK)
        else:
            self.address_helper.say(words)
        twin = self._twin()
        note = tr("“{server}” has the same address. That is allowed.") if twin else ""
        self.address_note.say(note.format(server=twin), "info", Tone.INFO)
        spoken = " ".join(filter(None, (self.address_helper.text, self.address_note.text)))
        self.address_field.setAccessibleDescription(spoken)

    def _twin(self) -> str:
        """The name of another server at the same place."""
        here = self._endpoint()
        for entry in self._settings.servers():
            if entry.id == self._entry.id or here is None or not self.address_field.text().strip():
                continue
            try:
                other = self._settings.endpoint(replace(entry, sign_in=SignIn()))
            except BadAddress:
                continue
            if (other.origin, other.path) == (here.origin, here.path):
                return server_name(entry.label, self._settings.address(entry))
        return ""

    @Slot()
    def ask_for_access(self) -> None:
        """Have it looked what stands on the way to the address."""
        endpoint = self._endpoint()
        if endpoint is not None and endpoint != self._asked:
            self._asked = endpoint
            self._commands.access_requested.emit(endpoint)

    @Slot(object)
    def _on_state_access_read(self, facts: AccessFacts) -> None:
        if facts.endpoint == self._asked:
            self.more.show_facts(facts)
            self._update()

    @Slot()
    def _fit(self) -> None:
        self.fit_height()

    # trying it

    @Slot()
    def test(self) -> None:
        """Try what stands there."""
        self._take_apart()
        endpoint = self._endpoint()
        if endpoint is None or self._untestable() or self._is_saving:
            return
        self._tested = ServerDraft(
            next(_numbers),
            self._entry.id,
            endpoint,
            self.sign_in.sign_in(),
            self.sign_in.secrets(endpoint.origin),
            self.sign_in.kept(),
        )
        had_focus = self.focusWidget() in (self.test_button, self.card.button)
        self.card.show_busy()
        self.test_button.hide()
        self._focus_card = had_focus
        if had_focus:
            self.setFocus(Qt.FocusReason.OtherFocusReason)
        self._fit()
        self.scroller.ensureWidgetVisible(self.card)
        self._commands.server_test_requested.emit(self._tested)

    def _hide_card(self) -> None:
        had_focus = self.focusWidget() is self.card.button
        self.card.clear_result()
        self.test_button.show()
        if had_focus:
            self.test_button.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(object)
    def _on_state_server_test_changed(self, test: ServerTest) -> None:
        if self._tested is None or test.number != self._tested.number:
            return
        self.card.show_attempt(
            Attempt(
                test,
                self._name(),
                has_secret=self.sign_in.has_secret,
                can_wake=not self._is_new and bool(self._entry.mac),
                has_fixed_address=not self.address_field.isEnabled(),
            )
        )
        self._update()
        if self._focus_card and self.focusWidget() in (None, self):
            button = self.card.button
            target = button if not button.isHidden() else self.save_button
            target.setFocus(Qt.FocusReason.OtherFocusReason)
        self.scroller.ensureWidgetVisible(self.card)

    @Slot()
    def _on_card_button_clicked(self) -> None:
        match self.card.remedy:
            case Remedy.ENTER_TOKEN:
                self.sign_in.enter(SignInKind.TOKEN)
            case Remedy.ENTER_PASSWORD:
                self.sign_in.enter(SignInKind.PASSWORD)
            case Remedy.CA_FILE:
                self.more.choose_ca_file(is_for_test=True)
            case Remedy.WAKE:
                self._commands.wake_requested.emit(self._entry.id)
            case Remedy.USE_ADDRESS:
                self.address_field.setText(self.card.offer)
                self.test()
            case Remedy.NO_PROXY:
                self.more.set_no_proxy()
                self.test()
            case _:
                self.test()

    # saving

    @Slot()
    def _on_save_clicked(self) -> None:
        self._take_apart()
        if self._problem() or self._is_saving:
            return
        endpoint = self._endpoint()
        origin = endpoint.origin if endpoint is not None else ""
        is_clear = endpoint is not None and endpoint.scheme == "http" and not endpoint.is_loopback
        is_given_now = self.sign_in.gives_secret or origin != self._origin_before
        if is_clear and self.sign_in.has_secret and is_given_now and self._confirmed != origin:
            title = unencrypted_question(self.sign_in.kind, self._name())
            question = UnencryptedQuestion(title, self)
            question.accepted.connect(self._on_unencrypted_accepted)
            question.open()
            return
        self._save()

    @Slot()
    def _on_unencrypted_accepted(self) -> None:
        self._confirmed = self._origin()
        self._save()

    def _save(self) -> None:
        if not self.sign_in.gives_secret:
            self._store()
            self.accept()
            return
        self._is_saving = True
        self._show_secret()
        self._update()
        self.cancel_button.setFocus(Qt.FocusReason.OtherFocusReason)
        secrets = self.sign_in.secrets(self._origin())
        given = SecretsGiven(self._entry.id, secrets, self.sign_in.kept())
        self._commands.secrets_requested.emit(given)

    @Slot(object)
    def _on_state_secrets_kept(self, kept: SecretsKept) -> None:
        if kept.server_id != self._entry.id:
            return
        if not self._is_saving:
            if self._is_saved and kept.state is SecretState.KEPT:
                self.accept()  # it was tried again
            return
        self._is_saving = False
        self._store()
        if kept.state is SecretState.KEPT:
            self.accept()
            return
        # All is saved; where the secret is must be seen before the form goes.
        self._is_saved, self._is_new = True, False
        self._entry = self._edited()
        self._address_before = self._address()
        self._origin_before = self._origin()
        self.cancel_button.setText(tr("&Close"))
        self.sign_in.set_stored(self._entry.sign_in)
        self.sign_in.set_secret(kept.state)
        self._update()
        self._shown_first = self._edited()

    def _store(self) -> None:
        entry, before = self._edited(), self._entry
        if self._is_new:
            self._settings.set_server(entry)
            return
        # What others changed meanwhile stays.
        names = (field.name for field in fields(entry))
        values = {name: getattr(entry, name) for name in names}
        changed = {n: value for n, value in values.items() if value != getattr(before, n)}
        self._settings.change_server(entry.id, **changed)

    @Slot(str)
    def _on_settings_changed(self, name: str) -> None:
        if name != "servers" or self._is_new:
            return
        if all(entry.id != self._entry.id for entry in self._settings.servers()):
            self.reject()  # somebody has removed it

    @Slot()
    def _on_finished(self) -> None:
        self._ask_timer.stop()
        if self._tested is not None and self.card.is_busy:
            self._commands.server_test_stop_requested.emit()
        if self._is_saving:
            self._is_saving = False
            self._commands.secrets_stop_requested.emit(self._entry.id)

    @Slot()
    def _on_remove_clicked(self) -> None:
        self._commands.server_remove_dialog_requested.emit(self._entry.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.card.is_busy:
            self._tested = None
            self._commands.server_test_stop_requested.emit()
            self._hide_card()
            self._update()
            return
        super().keyPressEvent(event)
