"""What signs in to a server: its kind, the fields of that kind, and where the secret is."""

from __future__ import annotations

import os

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from tray_app.core.sign_in import (
    SecretFault,
    Secrets,
    SecretState,
    SignIn,
    SignInKind,
    secret_fault,
)
from tray_app.text import secret_line, secret_problem, tr
from tray_app.text.sign_in import elsewhere_line, unencrypted_line
from tray_app.views.components.helper_line import HelperLine
from tray_app.views.components.inputs import ComboBox, set_invalid
from tray_app.views.servers.fields import FieldGrid, SecretField, choose
from tray_app.views.servers.headers import HeadersTable
from tray_app.views.theme import Tone

_LIMIT = 4000
_UNREAD = (SecretState.WAITING, SecretState.LOCKED)
_HAD = (SecretState.KEPT, SecretState.UNTIL_QUIT, SecretState.REFUSED)


class SignInFields(QObject):
    """Puts its rows into a grid, and shows those of the chosen kind. What was typed for another
    kind stays until the form is closed.

    Signals: `changed` when what would be sent is another; `unlock_clicked` when the keyring is to
    be asked again.
    """

    changed = Signal()
    unlock_clicked = Signal()

    @staticmethod
    def labels() -> tuple[str, str, str]:
        return tr("T&oken"), tr("&User name"), tr("Pass&word")

    def __init__(self, grid: FieldGrid, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._grid = grid
        self._stored = SignIn()
        self._state = SecretState.NOT_NEEDED
        self._is_elsewhere = self._is_saving = False
        self._server, self._origin = "", ""
        self._is_offered = True
        self.combo = ComboBox(parent)
        for text, kind in (
            (tr("Nothing"), SignInKind.NONE),
            (tr("Access token (Bearer)"), SignInKind.TOKEN),
            (tr("User name and password"), SignInKind.PASSWORD),
            (tr("Own headers"), SignInKind.HEADERS),
        ):
            self.combo.addItem(text, kind.value)
        self.combo.setAccessibleName(title.replace("&", ""))
        self.token = SecretField(parent)
        self.user = QLineEdit(parent)
        self.user.setMaxLength(200)
        self.password = SecretField(parent)
        self.headers = HeadersTable(parent)
        self.line = HelperLine(parent)
        self.clear_line = HelperLine(parent)
        token, user, password = self.labels()
        grid.add(title, self.combo)
        grid.add(token, self.token)
        grid.add(user, self.user)
        grid.add(password, self.password)
        grid.add_wide(self.headers)
        lines = QWidget(parent)
        column = QVBoxLayout(lines)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.line)
        column.addWidget(self.clear_line)
        self._lines = lines
        grid.add_cell(lines)
        for field in (self.token, self.password):
            field.setMaxLength(_LIMIT)
            field.textChanged.connect(self._on_changed)
        self.user.textChanged.connect(self._on_changed)
        self.headers.changed.connect(self._on_changed)
        self.combo.currentIndexChanged.connect(self._on_changed)
        self.line.link.clicked.connect(self._on_link_clicked)

    def stops(self) -> list[QWidget]:
        """Where the Tab key stops, one after the other."""
        fields = [self.combo, self.token, self.user, self.password]
        return [*fields, *self.headers.stops(), self.line.link]

    # what it is given

    def set_offered(self, is_offered: bool) -> None:
        """Whether there is anything to sign in to."""
        self._is_offered = is_offered

    def show_entry(self, sign_in: SignIn, *, is_saved: bool = True) -> None:
        """This; `is_saved`: what signs in is somewhere already."""
        self._stored = sign_in if is_saved else SignIn()
        choose(self.combo, sign_in.kind.value)
        self.user.setText(sign_in.username)
        self.headers.set_headers(sign_in.headers, has_kept=self._may_keep)
        self._show_kept()
        self._show()

    def set_stored(self, sign_in: SignIn) -> None:
        """It is saved as it stands."""
        self._stored = sign_in
        for field in (self.token, self.password):
            field.is_touched = False

    def set_secret(
        self, state: SecretState, *, is_elsewhere: bool = False, is_saving: bool = False
    ) -> None:
        """Where the saved secret is."""
        self._state, self._is_elsewhere, self._is_saving = state, is_elsewhere, is_saving
        if not is_saving:
            self._show_kept()
        self._show()

    def set_server(self, server: str, *, is_clear: bool, origin: str) -> None:
        """Whom it signs in to; `is_clear`: everybody on the way can read it."""
        self._server, self._origin = server, origin
        words = unencrypted_line(self.kind, server) if is_clear else ""
        self.clear_line.say(words, "warning", Tone.WARN)
        self._show_lines()

    def put_password(self, username: str, password: str) -> None:
        """What was found in an address."""
        choose(self.combo, SignInKind.PASSWORD.value)
        self.user.setText(username)
        self.password.put(password)

    def enter(self, kind: SignInKind) -> None:
        """Have a person type it."""
        choose(self.combo, kind.value)
        field = self.user if kind is SignInKind.PASSWORD and not self.user.text() else self._field()
        if field is not None:
            field.setFocus(Qt.FocusReason.OtherFocusReason)
            field.selectAll()

    # what it gives

    @property
    def kind(self) -> SignInKind:
        return SignInKind(self.combo.currentData())

    def sign_in(self) -> SignIn:
        """What is saved in the settings. An emptied field takes the whole sign-in with it."""
        kind = self.kind
        if self._is_removed:
            return SignIn()
        if kind is SignInKind.PASSWORD:
            return SignIn(kind, self.user.text().strip())
        headers = self.headers.headers() if kind is SignInKind.HEADERS else ()
        return SignIn(kind, headers=headers)

    def secrets(self, origin: str) -> Secrets:
        """What was typed, for that address alone."""
        match self.sign_in().kind:
            case SignInKind.TOKEN:
                return Secrets(token=self.token.secret.strip(), origin=origin)
            case SignInKind.PASSWORD:
                return Secrets(password=self.password.secret, origin=origin)
            case SignInKind.HEADERS:
                return Secrets(headers=self.headers.secrets(), origin=origin)
            case _:
                return Secrets(origin=origin)

    def kept(self) -> tuple[str, ...]:
        """What is left as it is kept."""
        match self.kind:
            case SignInKind.TOKEN | SignInKind.PASSWORD as kind:
                field = self._field()
                return (kind.value,) if isinstance(field, SecretField) and field.is_kept else ()
            case SignInKind.HEADERS:
                return self.headers.kept()
            case _:
                return ()

    @property
    def keeps_secret(self) -> bool:
        """Whether something of what is kept would be used."""
        return bool(self.kept())

    @property
    def is_touched(self) -> bool:
        return self.token.is_touched or self.password.is_touched or bool(self.headers.secrets())

    @property
    def has_secret(self) -> bool:
        """Whether something secret would be sent."""
        secrets = self.secrets(self._origin)
        is_user = self.kind is SignInKind.PASSWORD and bool(self.user.text().strip())
        return bool(secrets) or self.keeps_secret or is_user

    @property
    def gives_secret(self) -> bool:
        """Whether the keyring gets something to keep."""
        sign_in = self.sign_in()
        if not sign_in.needs_secret:
            return False
        if self.secrets(self._origin):
            return True
        if sign_in.kind is SignInKind.PASSWORD:
            return not self.password.is_kept and (
                self.password.is_touched or sign_in.kind is not self._stored.kind
            )
        if sign_in.kind is SignInKind.HEADERS and self.keeps_secret:
            before = {header.name for header in self._stored.headers if header.is_secret}
            return set(self.kept()) != before
        return False

    def problem(self) -> str:
        """Why this cannot be saved, "" = it can; marks the fields."""
        fault = self._fault()
        words = "" if fault is None else secret_problem(fault)
        if self.kind is SignInKind.HEADERS and self._is_offered:
            return self.headers.problem(may_miss=self._may_miss) or (
                words if fault is SecretFault.TOO_LONG else ""
            )
        field = self._field()
        if isinstance(field, QLineEdit):
            set_invalid(field, fault in (SecretFault.TOO_LONG, SecretFault.CHARACTERS))
        return words

    def _fault(self) -> SecretFault | None:
        sign_in = self.sign_in()
        if not sign_in.needs_secret or self._is_saving:
            return None
        fault = secret_fault(sign_in, self.secrets(self._origin))
        if fault is SecretFault.EMPTY and (self.keeps_secret or self._may_miss):
            return None
        return fault

    @property
    def _may_miss(self) -> bool:
        """Whether it may be saved without its secret: nobody has touched it, and it is not there,
        or not read yet."""
        return self.kind is self._stored.kind and not self.is_touched and not self._is_elsewhere

    @property
    def _may_keep(self) -> bool:
        return self._state in _HAD and not self._is_elsewhere

    @property
    def _is_removed(self) -> bool:
        """Whether a person has emptied the field of what was kept."""
        is_same = self.kind is self._stored.kind
        if self.kind is SignInKind.TOKEN:
            is_empty = self.token.is_touched and not self.token.secret.strip()
            return is_same and is_empty and self._may_keep
        if self.kind is SignInKind.PASSWORD:
            is_empty = self.password.is_touched and not self.password.secret
            return is_same and is_empty and self._may_keep and not self.user.text().strip()
        return False

    def _field(self) -> QLineEdit | None:
        return {SignInKind.TOKEN: self.token, SignInKind.PASSWORD: self.password}.get(self.kind)

    # what it shows

    def _show_kept(self) -> None:
        kind = self._stored.kind
        self.token.set_kept(self._may_keep and kind is SignInKind.TOKEN)
        self.password.set_kept(self._may_keep and kind is SignInKind.PASSWORD)
        self.headers.set_kept(self._may_keep and kind is SignInKind.HEADERS)

    def _show(self) -> None:
        kind = self.kind
        self._grid.show_row(self.combo, self._is_offered)
        self._grid.show_row(self.token, kind is SignInKind.TOKEN)
        self._grid.show_row(self.user, kind is SignInKind.PASSWORD)
        self._grid.show_row(self.password, kind is SignInKind.PASSWORD)
        self.headers.setVisible(kind is SignInKind.HEADERS)
        is_stored = kind is self._stored.kind and kind is not SignInKind.NONE
        is_unread = is_stored and self._state in _UNREAD and not self._is_elsewhere
        for field in (self.token, self.password):
            field.setEnabled(not self._is_saving and not is_unread)
            unread = tr("Kept in your system’s keyring") if is_unread else ""
            field.setPlaceholderText(unread)
        self.headers.setEnabled(not self._is_saving)
        for widget in (self.combo, self.user):
            widget.setEnabled(not self._is_saving)
        self._say_line(is_stored=is_stored)

    def _say_line(self, *, is_stored: bool) -> None:
        fault = self._fault()
        field = self._field()
        if fault in (SecretFault.TOO_LONG, SecretFault.CHARACTERS) and (
            field is not None or fault is SecretFault.TOO_LONG
        ):
            self.line.say(secret_problem(fault), "error", Tone.DANGER)
        elif self._is_saving:
            self.line.say(secret_line(SecretState.WAITING, self.kind), busy=True)
        elif not is_stored or self._is_typed:
            self.line.say("")
        elif self._is_elsewhere:
            self.line.say(elsewhere_line(self.kind), "info", Tone.INFO)
        else:
            self._say_state()
        if field is not None:
            field.setAccessibleDescription(self.line.text)
        self._show_lines()

    def _show_lines(self) -> None:
        is_said = bool(self.line.text or self.clear_line.text)
        self._lines.setVisible(is_said and self.kind is not SignInKind.NONE)

    @property
    def _is_typed(self) -> bool:
        field = self._field()
        if isinstance(field, SecretField):
            return field.is_touched and bool(field.secret)
        return bool(self.headers.secrets())

    def _say_state(self) -> None:
        state = self._state
        if self.kind is SignInKind.HEADERS and state is SecretState.KEPT:
            self.line.say("")  # the table says so already
            return
        glyph, tone, link = {
            SecretState.KEPT: ("key", None, ""),
            SecretState.LOCKED: ("warning", Tone.WARN, tr("Unlock")),
            SecretState.MISSING: ("warning", Tone.WARN, tr("Enter it")),
            SecretState.NO_KEYRING: ("info", Tone.INFO, ""),
            SecretState.UNTIL_QUIT: ("info", Tone.INFO, ""),
            SecretState.REFUSED: ("warning", Tone.WARN, tr("Try again")),
        }.get(state, ("", None, ""))
        is_busy = state is SecretState.WAITING
        is_confined = bool(os.environ.get("FLATPAK_ID"))
        words = secret_line(state, self.kind, is_confined=is_confined)
        self.line.say(words, glyph, tone, link, busy=is_busy)

    def _on_changed(self) -> None:
        self._show()
        self.changed.emit()

    def _on_link_clicked(self) -> None:
        if self._state is SecretState.MISSING:
            field = self._field()
            if field is None:
                self.headers.focus_missing()
            else:
                field.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.unlock_clicked.emit()
