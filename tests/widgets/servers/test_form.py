"""The form of a server: what it takes, what it says, and in which order it saves."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QDir, Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots.scene import Scene
from tests.shots.server_form import CERTIFICATE, ENTRIES, several
from tests.widgets.helpers import button, emitted, shown, texts
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import Moved, OllamaError, TlsFailed, TlsReason, Unauthorized
from tray_app.core.payloads import (
    AccessFacts,
    SecretsGiven,
    SecretsKept,
    ServerDraft,
    ServerTest,
)
from tray_app.core.pulls.states import UNFINISHED
from tray_app.core.sign_in import Header, Secrets, SecretState, SignIn, SignInKind
from tray_app.core.tls import CaFile, CaFileFault
from tray_app.settings import ServerEntry
from tray_app.views.servers.form import ServerForm
from tray_app.views.servers.questions import RemoveServerDialog, UnencryptedQuestion

TOKEN = "s3cr3t-t0ken"
S = SecretState


@pytest.fixture
def scene() -> Scene:
    return several()


@pytest.fixture
def opened(qtbot: QtBot, scene: Scene) -> Callable[..., ServerForm]:
    def open_form(server_id: str = "") -> ServerForm:
        entry = scene.settings.server(server_id) if server_id else None
        return shown(qtbot, ServerForm(entry, scene.settings, scene.state, scene.commands))

    return open_form


@pytest.fixture
def new(opened: Callable[..., ServerForm]) -> ServerForm:
    return opened()


def type_into(field: QLineEdit, text: str) -> None:
    field.setFocus()
    QtBot.keyClicks(field, text)


def helper(form: ServerForm) -> str:
    return form.address_helper.text


def attempt(scene: Scene, form: ServerForm, error: OllamaError | None, **more: Any) -> ServerDraft:
    """Try what stands there, with that outcome."""
    with emitted(scene.commands.server_test_requested) as asked:
        form.test()
    draft = asked[0]
    assert isinstance(draft, ServerDraft)
    scene.state.set_server_test(ServerTest(draft.number, draft.endpoint, error=error, **more))
    return draft


# Adding.


def test_a_new_one_begins_with_its_address(new: ServerForm, scene: Scene) -> None:
    assert new.windowTitle() == "Add server"
    assert new.focusWidget() is new.address_field
    assert not new.save_button.isEnabled()
    assert not new.remove_button.isVisible()
    assert new.name_field.placeholderText() == "", "nothing to propose a name from"
    type_into(new.address_field, "mini.local")
    assert new.name_field.placeholderText() == "mini"
    assert new.save_button.isEnabled()
    with emitted(scene.commands.secrets_requested) as given:
        QtBot.keyClick(new.address_field, Qt.Key.Key_Return)
    assert given == [], "the keyring is not asked for nothing"
    added = scene.settings.servers()[-1]
    assert (added.label, added.address, added.is_on) == ("mini", "mini.local", True)
    assert added.id not in ("", "local")
    assert not new.isVisible()


def test_a_proposed_name_is_free(new: ServerForm) -> None:
    new.address_field.setText("nas.example")
    assert new.name_field.placeholderText() == "nas 2"
    new.address_field.setText("localhost:9")
    assert new.name_field.placeholderText() == "This computer 2"
    new.address_field.setText("10.0.0.9")
    assert new.name_field.placeholderText() == "10.0.0.9"


@pytest.mark.parametrize("name", ["Studio", "STUDIO", "this computer"])
def test_a_name_is_another_one(new: ServerForm, name: str) -> None:
    new.address_field.setText("mini")
    new.name_field.setText(name)
    assert "Another server has this name." in texts(new)
    assert not new.save_button.isEnabled()
    assert new.save_button.toolTip() == "Another server has this name."


def test_the_same_address_is_a_note(new: ServerForm) -> None:
    new.address_field.setText("192.168.1.20")
    assert "“studio” has the same address. That is allowed." in texts(new)
    assert new.save_button.isEnabled()
    new.address_field.setText("192.168.1.20/ollama")
    assert new.address_note.text == ""


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("nas", "Without a port, 11434 is used. A link like https://user:password@host"),
        ("https://nas", "Without a port, 443 is used."),
        ("http://nas", "Without a port, 80 is used."),
        ("nas 2", "An address can’t contain a space."),
        ("nas:x", "A port is a number from 1 to 65535."),
    ],
)
def test_what_is_said_of_an_address(new: ServerForm, address: str, words: str) -> None:
    new.address_field.setText(address)
    assert helper(new).startswith(words)


def test_a_pasted_link_is_taken_apart(new: ServerForm) -> None:
    new.address_field.setFocus()
    new.address_field.insert("https://anna:p%40ss@gate.example/ollama")
    new.address_field.textEdited.emit(new.address_field.text())
    assert new.address_field.text() == "https://gate.example/ollama"
    assert new.sign_in.kind is SignInKind.PASSWORD
    assert (new.sign_in.user.text(), new.sign_in.password.secret) == ("anna", "p@ss")
    assert helper(new) == "User name and password taken out of the address."
    assert new.save_button.isEnabled()


def test_a_typed_one_is_when_the_field_is_left(new: ServerForm) -> None:
    type_into(new.address_field, "https://anna:secret@gate")
    assert new.address_field.text() == "https://anna:secret@gate"
    QtBot.keyClick(new.address_field, Qt.Key.Key_Tab)
    assert new.address_field.text() == "https://gate"
    assert new.sign_in.password.secret == "secret"


def stops(form: ServerForm, first: QWidget) -> list[str]:
    """What has the focus, Tab by Tab, until it comes round."""
    first.setFocus()
    found: list[str] = []
    here: QWidget | None = first
    while here is not None and (here is not first or not found):
        label = next((each for each in form.findChildren(QLabel) if each.buddy() is here), None)
        text = here.text() if isinstance(here, QAbstractButton) else ""
        name = here.accessibleName() or (label.text() if label else text)
        found.append(name.replace("&", ""))
        QtBot.keyClick(here, Qt.Key.Key_Tab)
        here = form.focusWidget()
    return found


def test_tab_goes_as_it_is_seen(opened: Callable[..., ServerForm], new: ServerForm) -> None:
    new.address_field.setText("https://mini")
    new.sign_in.enter(SignInKind.TOKEN)
    new.sign_in.token.put("x")
    assert stops(new, new.address_field) == [
        "Address", "Name", "Sign in with", "Token", "More options", "Test", "Cancel", "Save"
    ]  # fmt: skip
    form = opened("gateway")
    form.sign_in.headers.add_button.click()
    button(form, "Remove header CF-Access-Client-Id").click()
    assert stops(form, form.name_field) == [
        "Name", "Address", "Sign in with",
        "Header 1, name", "Header 1, value", "Header 1, secret",
        "Remove header CF-Access-Client-Secret",
        "Header 2, name", "Header 2, value", "Header 2, secret", "Remove header 2",
        "Add header", "Less options", "Certificate", "Path of the CA file", "Choose…", "Proxy",
        "MAC address", "Broadcast address", "Model folder", "Show in “All servers”",
        "Remove server…", "Test", "Cancel", "Save",
    ]  # fmt: skip


# Saving.


def save_token(form: ServerForm, scene: Scene) -> SecretsGiven:
    form.address_field.setText("https://mini")
    form.sign_in.enter(SignInKind.TOKEN)
    type_into(form.sign_in.token, TOKEN)
    with emitted(scene.commands.secrets_requested) as given:
        form.save_button.click()
    (found,) = given
    assert isinstance(found, SecretsGiven)
    return found


def test_the_keyring_comes_first(new: ServerForm, scene: Scene) -> None:
    before = scene.settings.servers()
    given = save_token(new, scene)
    assert given.server_id == new.server_id
    assert given.secrets == Secrets(token=TOKEN, origin="https://mini:443")
    assert TOKEN not in repr(given)
    assert scene.settings.servers() == before
    assert "Waiting for the keyring…" in texts(new)
    assert not new.save_button.isEnabled()
    assert not new.address_field.isEnabled()
    assert new.cancel_button.isEnabled()
    scene.state.tell_secrets_kept(SecretsKept("another", S.KEPT))
    assert scene.settings.servers() == before
    scene.state.tell_secrets_kept(SecretsKept(new.server_id, S.KEPT))
    added = scene.settings.servers()[-1]
    assert added.sign_in == SignIn(SignInKind.TOKEN)
    assert TOKEN not in repr(scene.settings.values)
    assert not new.isVisible()


def test_cancel_keeps_nothing_while_the_keyring_hangs(new: ServerForm, scene: Scene) -> None:
    before = scene.settings.servers()
    save_token(new, scene)
    with emitted(scene.commands.secrets_stop_requested) as stopped:
        new.cancel_button.click()
    assert stopped == [new.server_id]
    assert not new.isVisible()
    scene.state.tell_secrets_kept(SecretsKept(new.server_id, S.KEPT))
    assert scene.settings.servers() == before


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (S.UNTIL_QUIT, "This system has no keyring. It is kept until you quit."),
        (S.REFUSED, "The keyring didn’t take it. Kept until you quit."),
    ],
)
def test_what_no_keyring_keeps_is_said_once_it_is_saved(
    new: ServerForm, scene: Scene, state: SecretState, words: str
) -> None:
    save_token(new, scene)
    scene.state.set_secret(new.server_id, state)
    scene.state.tell_secrets_kept(SecretsKept(new.server_id, state))
    assert scene.settings.servers()[-1].id == new.server_id
    assert new.isVisible()
    assert words in texts(new)
    assert button(new, "Close").isEnabled()
    assert not new.is_changed


def test_a_refusal_can_be_tried_again(new: ServerForm, scene: Scene) -> None:
    save_token(new, scene)
    scene.state.set_secret(new.server_id, S.REFUSED)
    scene.state.tell_secrets_kept(SecretsKept(new.server_id, S.REFUSED))
    with emitted(scene.commands.keyring_unlock_requested) as asked:
        button(new, "Try again").click()
    assert asked == [None]
    scene.state.set_secret(new.server_id, S.KEPT)
    scene.state.tell_secrets_kept(SecretsKept(new.server_id, S.KEPT))
    assert not new.isVisible()


def test_in_clear_is_asked_about_once(new: ServerForm, scene: Scene) -> None:
    new.address_field.setText("http://mini:11434")
    new.sign_in.enter(SignInKind.TOKEN)
    type_into(new.sign_in.token, TOKEN)
    assert "Your token travels unencrypted to “mini”." in texts(new)
    with emitted(scene.commands.secrets_requested) as given:
        new.save_button.click()
        (question,) = new.findChildren(UnencryptedQuestion)
        assert question.title.text() == "Send the token to “mini” unencrypted?"
        assert question.cancel_button.isDefault()
        assert given == []
        question.save_button.click()
    assert len(given) == 1


@pytest.mark.parametrize("address", ["https://mini", "localhost:11435", "http://127.0.0.1"])
def test_what_nobody_can_read_is_not_asked_about(
    new: ServerForm, scene: Scene, address: str
) -> None:
    new.address_field.setText(address)
    new.sign_in.enter(SignInKind.TOKEN)
    type_into(new.sign_in.token, TOKEN)
    with emitted(scene.commands.secrets_requested) as given:
        new.save_button.click()
    assert len(given) == 1


@pytest.mark.parametrize(
    ("token", "words"),
    [
        ("", "Enter it first."),
        ("zwei Wörter", "Only plain characters are allowed here."),
        ("x" * 1200, "Too long for the keyring: at most 1,200 characters."),
    ],
)
def test_unusable_tokens(new: ServerForm, token: str, words: str) -> None:
    new.address_field.setText("https://mini")
    new.sign_in.enter(SignInKind.TOKEN)
    new.sign_in.token.put(token)
    assert new.save_button.toolTip() == words
    assert (words in texts(new)) is bool(token)


# Editing.


def test_what_is_kept_is_shown_as_dots_and_never_read(
    opened: Callable[..., ServerForm], scene: Scene
) -> None:
    form = opened("studio")
    field = form.sign_in.token
    assert form.focusWidget() is form.name_field
    assert len(field.text()) == 12
    assert field.echoMode() is QLineEdit.EchoMode.Password
    assert field.secret == ""
    assert "Kept in your system’s keyring." in texts(form)
    form.name_field.setText("atelier")
    with emitted(scene.commands.secrets_requested) as given:
        form.save_button.click()
    assert given == []
    assert scene.settings.server("studio") == replace(ENTRIES[1], label="atelier")


def test_typing_replaces_what_is_kept(opened: Callable[..., ServerForm], scene: Scene) -> None:
    form = opened("gateway")
    scene.settings.set_server(replace(ENTRIES[2], sign_in=SignIn(SignInKind.TOKEN)))
    form.reject()
    form = opened("gateway")
    type_into(form.sign_in.token, "new")
    assert form.sign_in.token.secret == "new"
    with emitted(scene.commands.secrets_requested) as given:
        form.save_button.click()
    assert [(each.secrets.token, each.kept) for each in given] == [("new", ())]


def test_emptying_the_field_takes_the_sign_in_off(
    opened: Callable[..., ServerForm], scene: Scene
) -> None:
    form = opened("studio")
    form.sign_in.token.setFocus()
    form.sign_in.token.selectAll()
    QtBot.keyClick(form.sign_in.token, Qt.Key.Key_Delete)
    form.save_button.click()
    assert scene.settings.server("studio").sign_in == SignIn()


def test_another_address_asks_for_the_secret_again(
    opened: Callable[..., ServerForm], scene: Scene
) -> None:
    form = opened("studio")
    before = form.address_field.text()
    form.address_field.setText("http://192.168.1.21:11434")
    assert form.sign_in.token.text() == ""
    assert "Another address: enter its token again." in texts(form)
    assert not form.save_button.isEnabled()
    form.address_field.setText(before + "/ollama")
    assert len(form.sign_in.token.text()) == 12, "a path is at the same place"
    assert form.save_button.isEnabled()


def test_another_address_in_the_file_is_told(
    opened: Callable[..., ServerForm], scene: Scene
) -> None:
    scene.state.set_secret("studio", S.MISSING, is_elsewhere=True)
    form = opened("studio")
    assert form.sign_in.token.text() == ""
    assert "Another address: enter its token again." in texts(form)


@pytest.mark.parametrize(
    ("state", "words", "link"),
    [
        (S.WAITING, "Waiting for the keyring…", ""),
        (S.LOCKED, "The keyring is locked.", "Unlock"),
        (S.MISSING, "Its token is missing in the keyring.", "Enter it"),
        (S.NO_KEYRING, "This system has no keyring. Enter it again.", ""),
        (S.UNTIL_QUIT, "This system has no keyring. It is kept until you quit.", ""),
        (S.REFUSED, "The keyring didn’t take it. Kept until you quit.", "Try again"),
    ],
)
def test_where_the_secret_is(
    opened: Callable[..., ServerForm], scene: Scene, state: SecretState, words: str, link: str
) -> None:
    form = opened("office")
    scene.state.set_secret("office", S.KEPT)
    scene.state.set_secret("office", state)
    assert words in texts(form)
    assert form.sign_in.token.isEnabled() is (state not in (S.WAITING, S.LOCKED))
    if link:
        with emitted(scene.commands.keyring_unlock_requested) as asked:
            button(form, link).click()
        if state is S.MISSING:
            assert form.focusWidget() is form.sign_in.token
        else:
            assert asked == [None]
    form.name_field.setText("office 2")
    form.save_button.click()
    assert scene.settings.server("office").label == "office 2", "it need not be there to save"


def test_a_flatpak_does_not_speak_of_the_system(
    opened: Callable[..., ServerForm], scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FLATPAK_ID", "some.id")
    scene.state.set_secret("office", S.UNTIL_QUIT)
    assert "It is kept until you quit." in texts(opened("office"))


def test_the_given_one_has_a_fixed_address(opened: Callable[..., ServerForm], scene: Scene) -> None:
    form = opened("local")
    assert not form.address_field.isEnabled()
    assert helper(form) == "Comes from OLLAMA_HOST. Change it there, or add another server."
    assert not form.remove_button.isVisible()
    assert not form.sign_in.combo.isVisible()
    form.name_field.setText("here")
    form.save_button.click()
    assert scene.settings.server("local") == ServerEntry("local", "here")


def test_an_old_entry_with_an_address_is_an_ordinary_one(
    opened: Callable[..., ServerForm], scene: Scene
) -> None:
    scene.settings.set("servers", (ServerEntry("local", "", "10.0.0.9"), *ENTRIES[1:]))
    form = opened("local")
    assert form.address_field.isEnabled()
    assert form.remove_button.isVisible()


def test_off_and_leaving_are_left_as_they_are_by_now(
    opened: Callable[..., ServerForm], scene: Scene
) -> None:
    form = opened("nas")
    scene.settings.set_server(replace(ENTRIES[4], is_on=False))
    form.name_field.setText("cellar")
    form.save_button.click()
    assert scene.settings.server("nas") == replace(ENTRIES[4], is_on=False, label="cellar")


# Headers.


def test_headers_keep_what_is_left_as_it_is(
    opened: Callable[..., ServerForm], scene: Scene
) -> None:
    form = opened("gateway")
    table = form.sign_in.headers
    assert table.kept() == ("CF-Access-Client-Secret",)
    table.add_button.click()
    name = form.focusWidget()
    assert isinstance(name, QLineEdit)
    assert name.accessibleName() == "Header 3, name"
    type_into(name, "X-Key")
    assert not form.save_button.isEnabled()
    QtBot.keyClick(name, Qt.Key.Key_Tab)
    value = form.focusWidget()
    assert isinstance(value, QLineEdit)
    type_into(value, "k3y")
    with emitted(scene.commands.secrets_requested) as given:
        form.save_button.click()
    (found,) = given
    assert found.secrets.headers == {"X-Key": "k3y"}
    assert found.kept == ("CF-Access-Client-Secret",)
    scene.state.tell_secrets_kept(SecretsKept("gateway", S.KEPT))
    headers = scene.settings.server("gateway").sign_in.headers
    assert headers[2] == Header("X-Key")
    assert headers[0].value == "8d1f...c2.access"


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ((Header("Host", "x", is_secret=False),), "“Host” is set by Ollama Tray itself."),
        ((Header("a b", "x", is_secret=False),), "A header’s name has only letters, digits"),
        ((Header("X", "ü", is_secret=False),), "Only plain characters are allowed here."),
        (
            (Header("X", "1", is_secret=False), Header("x", "2", is_secret=False)),
            "This header stands here twice.",
        ),
    ],
)
def test_header_faults(new: ServerForm, headers: tuple[Header, ...], words: str) -> None:
    new.address_field.setText("https://mini")
    new.sign_in.enter(SignInKind.HEADERS)
    new.sign_in.headers.set_headers(headers)
    new.sign_in.headers.changed.emit()
    assert any(text.startswith(words) for text in texts(new))
    assert not new.save_button.isEnabled()


def test_at_most_eight_headers(new: ServerForm) -> None:
    new.sign_in.enter(SignInKind.HEADERS)
    add = new.sign_in.headers.add_button
    for _ in range(7):
        add.click()
    assert not add.isEnabled()
    assert add.toolTip() == "At most 8 headers"
    button(new, "Remove header 8").click()
    assert add.isEnabled()


def test_a_secret_header_is_never_shown(opened: Callable[..., ServerForm]) -> None:
    form = opened("gateway")
    table = form.sign_in.headers
    box = button(form, "Header 2, secret")
    box.click()
    assert table.headers()[1] == Header("CF-Access-Client-Secret", "", is_secret=False)
    assert not form.save_button.isEnabled()
    box.click()
    assert table.kept() == ()


# Trying.


def test_a_test_takes_the_whole_draft(opened: Callable[..., ServerForm], scene: Scene) -> None:
    form = opened("studio")
    draft = attempt(scene, form, None, version="0.32.4", model_count=14, running_count=1)
    assert draft.server_id == "studio"
    assert draft.sign_in == SignIn(SignInKind.TOKEN)
    assert draft.kept == ("token",)
    assert draft.endpoint.origin == "http://192.168.1.20:11434"
    assert "Connected to Ollama 0.32.4" in texts(form)
    assert not form.test_button.isVisible()
    assert button(form, "Test again").isEnabled()


def test_every_edit_takes_the_card_away(opened: Callable[..., ServerForm], scene: Scene) -> None:
    form = opened("studio")
    attempt(scene, form, None, version="0.32.4")
    form.name_field.setText("atelier")
    assert form.card.isVisible(), "the name was not tested"
    form.address_field.setText("http://192.168.1.2:11434")
    assert not form.card.isVisible()
    assert form.test_button.isVisible()


def test_esc_and_edits_stop_a_test(new: ServerForm, scene: Scene) -> None:
    new.address_field.setText("mini")
    with emitted(scene.commands.server_test_requested) as asked:
        new.test()
    with emitted(scene.commands.server_test_stop_requested) as stopped:
        QtBot.keyClick(new.address_field, Qt.Key.Key_Escape)
    assert stopped == [None]
    assert new.isVisible()
    assert not new.card.isVisible()
    scene.state.set_server_test(ServerTest(asked[0].number, asked[0].endpoint, "0.1"))
    assert not new.card.isVisible()
    new.test()
    with emitted(scene.commands.server_test_stop_requested) as stopped:
        type_into(new.address_field, "2")
    assert stopped
    new.test()
    with emitted(scene.commands.server_test_stop_requested) as stopped:
        new.reject()
    assert stopped == [None]


def test_the_card_enters_a_token(new: ServerForm, scene: Scene) -> None:
    new.address_field.setText("https://mini")
    attempt(scene, new, Unauthorized("mini"))
    button(new, "Enter token").click()
    assert new.sign_in.kind is SignInKind.TOKEN
    assert new.focusWidget() is new.sign_in.token


def test_the_card_puts_https_in_and_tests_again(new: ServerForm, scene: Scene) -> None:
    new.address_field.setText("mini")
    attempt(scene, new, Moved("mini", wants_https=True), offer="https://mini:11434")
    with emitted(scene.commands.server_test_requested) as asked:
        button(new, "Use https").click()
    assert new.address_field.text() == "https://mini:11434"
    assert [draft.endpoint.scheme for draft in asked] == ["https"]


def test_http_is_not_offered_with_a_secret(new: ServerForm, scene: Scene) -> None:
    new.address_field.setText("https://mini:11434")
    error = TlsFailed("mini", "", TlsReason.PLAIN_HTTP)
    attempt(scene, new, error, offer="http://mini:11434")
    assert button(new, "Use http").isEnabled()
    new.sign_in.enter(SignInKind.TOKEN)
    type_into(new.sign_in.token, TOKEN)
    attempt(scene, new, error, offer="http://mini:11434")
    assert button(new, "Test again").isEnabled()


def test_a_certificate_is_shown_in_full(qtbot: QtBot, new: ServerForm, scene: Scene) -> None:
    new.address_field.setText("https://ollama.home.example")
    error = TlsFailed("", "", TlsReason.UNKNOWN_SIGNER)
    attempt(scene, new, error, certificate=CERTIFICATE)
    qtbot.waitUntil(lambda: "Home CA" in texts(new), timeout=5000)
    said = texts(new)
    assert "The certificate of “ollama” isn’t trusted" in said
    for words in ("ollama.home.example", "Home CA", "4 May 2026 to 4 May 2027"):
        assert words in said
    (digits,) = [text for text in said if text.startswith("3F:9A")]
    assert digits.splitlines()[0] == "3F:9A:11:C0:5E:77:21:B4"
    assert len(digits.splitlines()) == 4
    assert not any("ignore" in text.casefold() for text in said)


def test_the_ca_file_that_the_card_asks_for_is_tested_at_once(
    new: ServerForm, scene: Scene, tmp_path: Path
) -> None:
    new.address_field.setText("https://mini")
    attempt(scene, new, TlsFailed("", "", TlsReason.UNKNOWN_SIGNER), certificate=CERTIFICATE)
    button(new, "CA file…").click()
    (dialog,) = new.findChildren(QFileDialog)
    assert dialog.directory().path() == QDir.homePath(), "not wherever the program was started"
    file = tmp_path / "ca.pem"
    file.write_text("none yet")
    with emitted(scene.commands.server_test_requested) as asked:
        dialog.fileSelected.emit(str(file))
    assert [draft.endpoint.access.ca_file for draft in asked] == [str(file)]
    dialog.close()


@pytest.mark.parametrize(("count", "said"), [(1, "Finish it first"), (2, "Finish them first")])
def test_one_download_is_not_them(scene: Scene, qtbot: QtBot, count: int, said: str) -> None:
    pulls = [item for item in data.PULLS if item.state in UNFINISHED][:count]
    scene.state.set_downloads(replace(item, server_id="nas") for item in pulls)
    dialog = shown(qtbot, RemoveServerDialog("nas", scene.settings, scene.state, scene.commands))
    assert any(words.startswith(said) for words in texts(dialog))


def test_a_given_address_is_not_replaced(opened: Callable[..., ServerForm], scene: Scene) -> None:
    form = opened("local")
    attempt(scene, form, Moved("", wants_https=True), offer="https://localhost:11434")
    assert button(form, "Test again").isEnabled()


# More options.


def test_more_opens_by_itself_when_something_is_set(
    opened: Callable[..., ServerForm], new: ServerForm
) -> None:
    assert not new.more.is_open
    button(new, "More options").click()
    assert new.more.is_open
    (title,) = [label for label in new.findChildren(QLabel) if label.text() == "More options"]
    QtBot.mouseClick(title.parentWidget(), Qt.MouseButton.LeftButton)
    assert not new.more.is_open
    assert opened("nas").more.is_open


@pytest.mark.parametrize(
    ("mac", "is_fine"), [("3c-7c-3f-1a-2b-4d", True), ("3c:7c", False), ("x", False)]
)
def test_mac_addresses(new: ServerForm, mac: str, is_fine: bool) -> None:
    new.address_field.setText("mini")
    new.more.mac_field.setText(mac)
    words = "Six pairs of 0–9 and a–f, like 3c:7c:3f:1a:2b:4d."
    assert new.save_button.isEnabled() is is_fine
    assert (words in texts(new)) is not is_fine
    assert new.more.is_open is not is_fine


def test_a_ca_file_is_looked_into(new: ServerForm, scene: Scene, qtbot: QtBot) -> None:
    new.address_field.setText("https://mini")
    new.more.set_open(True)
    new.more.ca_combo.setCurrentIndex(1)
    assert new.save_button.toolTip() == "Choose a file."
    with emitted(scene.commands.access_requested) as asked:
        new.more.ca_field.setText("/home/me/ca.pem")
        qtbot.waitUntil(lambda: bool(asked), timeout=5000)
    endpoint = asked[-1]
    assert isinstance(endpoint, Endpoint)
    scene.state.tell_access_read(
        AccessFacts(endpoint, CaFile(fault=CaFileFault.NO_CERTIFICATE), "proxy.example:3128")
    )
    assert "This file holds no certificate." in texts(new)
    assert "The system setting uses proxy.example:3128 for this address." in texts(new)
    assert not new.save_button.isEnabled()
    scene.state.tell_access_read(AccessFacts(endpoint, CaFile((CERTIFICATE,))))
    assert "Added to the system’s list. “ollama.home.example”, until 4 May 2027." in texts(new)
    new.save_button.click()
    assert scene.settings.servers()[-1].ca_file == "/home/me/ca.pem"


@pytest.mark.parametrize(
    ("proxy", "words"),
    [
        ("proxy:3128", ""),
        ("http://anna:pw@proxy:3128", "Leave the password out"),
        ("socks5://proxy", "An address starts with http:// or https://"),
    ],
)
def test_proxies(new: ServerForm, scene: Scene, proxy: str, words: str) -> None:
    new.address_field.setText("mini")
    new.more.set_open(True)
    new.more.proxy_combo.setCurrentIndex(2)
    new.more.proxy_field.setText(proxy)
    if words:
        assert any(text.startswith(words) for text in texts(new))
        assert not new.save_button.isEnabled()
        return
    new.save_button.click()
    assert scene.settings.servers()[-1].proxy == proxy


def test_the_rest_is_saved(new: ServerForm, scene: Scene) -> None:
    new.address_field.setText("mini")
    new.more.mac_field.setText("3c:7c:3f:1a:2b:4d")
    new.more.broadcast_field.setText("192.168.1")
    assert "Four numbers, like 192.168.1.255." in texts(new)
    new.more.broadcast_field.setText("192.168.1.255")
    new.more.folder_field.setText("/mnt/models")
    new.more.all_box.setChecked(False)
    new.save_button.click()
    added = scene.settings.servers()[-1]
    assert added == ServerEntry(
        added.id, "mini", "mini", is_in_all=False, mac="3c:7c:3f:1a:2b:4d",
        broadcast="192.168.1.255", models_folder="/mnt/models",
    )  # fmt: skip


def test_what_others_changed_while_it_is_open_stays(
    opened: Callable[..., ServerForm], scene: Scene
) -> None:
    form = opened("gateway")
    scene.settings.change_server("gateway", models_folder="/srv/models", is_in_all=False)
    scene.settings.set_server(ServerEntry("late", "late", "late"))
    form.name_field.setText("gate")
    form.save_button.click()
    found = scene.settings.server("gateway")
    assert (found.label, found.models_folder, found.is_in_all) == ("gate", "/srv/models", False)
    assert scene.settings.server("late").address == "late"


@pytest.mark.parametrize("end", ["?token=s3cr3t", "#s3cr3t", "api/tags?token=s3cr3t#x"])
def test_what_a_pasted_link_has_behind_its_path_is_not_kept(
    new: ServerForm, scene: Scene, end: str
) -> None:
    new.address_field.setText(f"https://mini.local/ollama/{end}")
    with emitted(scene.commands.server_test_requested) as asked:
        new.test()
    assert "s3cr3t" not in repr(asked)
    new.save_button.click()
    added = scene.settings.servers()[-1]
    assert added.label == "mini"
    assert scene.settings.endpoint(added).url("") == "https://mini.local:443/ollama"
    assert "s3cr3t" not in repr(scene.settings.values)
