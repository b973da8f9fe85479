"""The settings window: applied at once, except for the server's address."""

import pytest
from PySide6.QtCore import Qt, QTime
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots.scene import Scene, blank
from tests.support import facts
from tests.widgets.helpers import button, emitted, shown, texts
from tray_app.core.errors import NotOllama, Unreachable, UnreachableKind
from tray_app.core.payloads import ServerTest
from tray_app.core.pulls.rules import SystemConditions
from tray_app.core.records import ServerState
from tray_app.settings import ServerEntry, Settings
from tray_app.views.components.buttons import IconButton
from tray_app.views.components.inputs import CheckBox, ComboBox, SpinBox
from tray_app.views.components.surfaces import Hairline
from tray_app.views.settings.dialog import SettingsDialog
from tray_app.views.settings.hosts import HostsCard, host_of


@pytest.fixture
def scene() -> Scene:
    made = blank(log_folder="")
    made.settings.set("servers", (ServerEntry("local", "", "127.0.0.1:11434"),))
    return made


@pytest.fixture
def settings(scene: Scene) -> Settings:
    return scene.settings


def opened(qtbot: QtBot, scene: Scene) -> SettingsDialog:
    return shown(qtbot, SettingsDialog(scene.settings, scene.state, scene.commands))


@pytest.fixture
def dialog(qtbot: QtBot, scene: Scene) -> SettingsDialog:
    return opened(qtbot, scene)


def control(dialog: SettingsDialog, name: str) -> CheckBox | ComboBox | SpinBox:
    for found in dialog.findChildren(QWidget):
        if isinstance(found, CheckBox | ComboBox | SpinBox) and found.property("setting") == name:
            return found
    raise AssertionError(name)


CHECKS = [
    "keep_in_tray",
    "start_hidden",
    "resume_pulls",
    "retry_pulls",
    "restart_stalled",
    "keep_awake",
    "start_ollama",
    "pause_on_metered",
    "pause_on_battery",
    "is_quiet_at_times",
    "notify_finished",
    "notify_failed",
    "notify_offline",
    "notify_combine",
]
CHOICES = [
    ("theme", "dark"),
    ("tray_icon", "light"),
    ("refresh_s", 10),
    ("size_units", "binary"),
]


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_box_applies_at_once_and_follows(
    dialog: SettingsDialog, settings: Settings, name: str
) -> None:
    box = control(dialog, name)
    assert isinstance(box, CheckBox)
    before = settings.value(name)
    assert box.isChecked() is before
    with emitted(settings.changed) as changed:
        box.setChecked(not before)
    assert settings.value(name) is not before
    assert changed == [name]
    settings.set(name, before)
    assert box.isChecked() is before


@pytest.mark.parametrize(("name", "value"), CHOICES)
def test_a_choice_applies_at_once_and_follows(
    dialog: SettingsDialog, settings: Settings, name: str, value: object
) -> None:
    combo = control(dialog, name)
    assert isinstance(combo, ComboBox)
    before = settings.value(name)
    assert combo.currentData() == before
    index = combo.findData(value)
    combo.setCurrentIndex(index)
    combo.activated.emit(index)
    assert settings.value(name) == value
    settings.set(name, before)
    assert combo.currentData() == before


def test_a_number_applies_at_once(dialog: SettingsDialog, settings: Settings) -> None:
    spin = control(dialog, "max_pulls")
    assert isinstance(spin, SpinBox)
    spin.setValue(5)
    assert settings.values.max_pulls == 5
    spin.setValue(99)
    assert settings.values.max_pulls == 8


def test_the_hours_shown_are_those_without_quiet(
    dialog: SettingsDialog, settings: Settings
) -> None:
    page = dialog.downloads
    assert (page.start.time(), page.end.time()) == (QTime(23, 0), QTime(7, 0))
    assert not page.start.isEnabled()
    settings.set("is_quiet_at_times", True)
    assert page.start.isEnabled()
    page.start.setTime(QTime(22, 30))
    assert settings.values.quiet_hours == "07:00-22:30"
    page.end.setTime(QTime(6, 15))
    assert settings.values.quiet_hours == "06:15-22:30"
    settings.set("quiet_hours", "09:00-17:00")
    assert (page.start.time(), page.end.time()) == (QTime(17, 0), QTime(9, 0))
    assert settings.values.quiet_hours == "09:00-17:00"


def test_only_what_the_system_tells_is_offered(scene: Scene, dialog: SettingsDialog) -> None:
    page = dialog.downloads
    dialog.show_page("downloads")
    assert not page.metered.isVisible()
    assert not page.battery.isVisible()
    scene.state.set_conditions(SystemConditions(on_battery=False))
    assert page.battery.isVisible()
    assert not page.metered.isVisible()
    scene.state.set_conditions(SystemConditions(on_battery=True, is_metered=False))
    assert page.metered.isVisible()
    card = page.metered.parentWidget()
    assert card is not None
    lines = card.findChildren(Hairline)
    assert [line.isVisible() for line in lines] == [True, True]
    scene.state.set_conditions(SystemConditions())
    assert [line.isVisible() for line in lines] == [False, False]


def test_nothing_kept_free_is_said_in_words(dialog: SettingsDialog, settings: Settings) -> None:
    spin = control(dialog, "keep_free_gb")
    assert isinstance(spin, SpinBox)
    assert spin.text() == "5 GB"
    spin.setValue(0)
    assert spin.text() == "Off"
    assert settings.values.keep_free_gb == 0


@pytest.mark.parametrize(
    ("typed", "host"),
    [
        ("registry.local:5000", "registry.local:5000"),
        ("  http://Registry.Local:5000/library/x ", "registry.local:5000"),
        ("localhost", "localhost"),
        ("10.0.0.7", "10.0.0.7"),
        ("nas:5000", "nas:5000"),
        ("", ""),
        ("http://", ""),
        ("two words.local", ""),
        ("qwen3", ""),
        ("registry.ollama.ai", ""),
    ],
)
def test_hosts_of_registries(typed: str, host: str) -> None:
    assert host_of(typed) == host


def test_registries_without_encryption_are_listed(
    qtbot: QtBot, dialog: SettingsDialog, settings: Settings
) -> None:
    hosts = dialog.downloads.hosts
    dialog.show_page("downloads")
    assert any("plain HTTP" in text for text in texts(hosts))
    assert not hosts.add.isEnabled()
    qtbot.keyClicks(hosts.field, "qwen3")
    assert hosts.field.property("invalid")
    hosts.field.setText("http://registry.local:5000/")
    hosts.add.click()
    assert settings.values.insecure_hosts == ("registry.local:5000",)
    assert hosts.field.text() == ""
    hosts.field.setText("REGISTRY.local:5000")
    qtbot.keyClick(hosts.field, Qt.Key.Key_Return)
    hosts.field.setText("nas:5000")
    qtbot.keyClick(hosts.field, Qt.Key.Key_Return)
    expected: tuple[str, ...] = ("registry.local:5000", "nas:5000")
    assert settings.values.insecure_hosts == expected
    assert dialog.isVisible()
    qtbot.waitUntil(lambda: "nas:5000" in texts(hosts))
    remove = next(
        found
        for found in hosts.findChildren(IconButton)
        if found.property("host") == "registry.local:5000"
    )
    remove.click()
    assert settings.values.insecure_hosts == ("nas:5000",)
    assert hosts.card.rows.count() == 5


def test_every_setting_shown_is_a_setting(dialog: SettingsDialog, settings: Settings) -> None:
    shown_names = {
        found.property("setting")
        for kind in (CheckBox, ComboBox, SpinBox)
        for found in dialog.findChildren(kind)
        if found.property("setting")
    }
    assert shown_names >= {
        *CHECKS,
        *(name for name, _ in CHOICES),
        "max_pulls",
        "stall_s",
        "keep_free_gb",
    }
    for name in shown_names:
        settings.value(name)


def test_pages_by_list_key_and_name(qtbot: QtBot, dialog: SettingsDialog) -> None:
    assert dialog.page_key() == "general"
    qtbot.keyClick(dialog.nav, Qt.Key.Key_Down)
    assert dialog.page_key() == "servers"
    for key in ("general", "servers", "downloads", "notifications", "about"):
        dialog.show_page(key)
        assert dialog.page_key() == key
    dialog.show_page("no such page")
    assert dialog.page_key() == "about"


def test_a_narrow_window_has_a_combo_instead_of_the_list(
    qtbot: QtBot, dialog: SettingsDialog
) -> None:
    assert dialog.nav.isVisible()
    assert not dialog.combo.isVisible()
    dialog.resize(640, 440)
    qtbot.waitUntil(dialog.combo.isVisible)
    assert not dialog.nav.isVisible()
    dialog.combo.setCurrentIndex(4)
    dialog.combo.activated.emit(4)
    assert dialog.page_key() == "about"


def test_starting_at_login_is_the_systems(scene: Scene, dialog: SettingsDialog) -> None:
    general = dialog.general
    assert not general.autostart.isVisible()
    scene.state.set_autostart(False)
    assert general.autostart.isVisible()
    assert not general.hidden.box.isEnabled()
    with emitted(scene.commands.autostart_requested) as wishes:
        general.autostart.box.click()
    assert wishes == [True]
    scene.state.set_autostart(True)
    assert general.hidden.box.isEnabled()


def test_without_a_tray_keeping_it_there_is_not_offered(
    scene: Scene, dialog: SettingsDialog
) -> None:
    scene.state.set_tray_available(False)
    assert not dialog.general.keep.box.isEnabled()
    assert any("AppIndicator" in text for text in texts(dialog))
    scene.state.set_tray_available(True)
    assert dialog.general.keep.box.isEnabled()


# The server.


@pytest.fixture
def server(dialog: SettingsDialog) -> SettingsDialog:
    dialog.show_page("servers")
    return dialog


def test_an_address_is_saved_only_when_asked(server: SettingsDialog, settings: Settings) -> None:
    page = server.server
    assert page.address_field.text() == "127.0.0.1:11434"
    assert not page.save_button.isEnabled()
    page.address_field.setText(" nas.local ")
    assert settings.server().address == "127.0.0.1:11434"
    page.save_button.click()
    assert settings.values.servers == (ServerEntry("local", "", "nas.local"),)
    assert not page.save_button.isEnabled()
    assert "nas.local" in texts(server)


def test_enter_saves_and_cancel_puts_back(
    qtbot: QtBot, server: SettingsDialog, settings: Settings
) -> None:
    page = server.server
    page.address_field.setText("other")
    page.cancel_button.click()
    assert page.address_field.text() == "127.0.0.1:11434"
    page.name_field.setText("studio")
    qtbot.keyClick(page.name_field, Qt.Key.Key_Return)
    assert settings.server() == ServerEntry("local", "studio", "127.0.0.1:11434")
    assert server.isVisible()
    assert "studio" in texts(server)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "nas:8080", "http://[::1]:11434", "https://h.example/ollama", ":11500", "::1"],
)
def test_usable_addresses_are_taken(
    server: SettingsDialog, settings: Settings, address: str
) -> None:
    page = server.server
    page.address_field.setText(address)
    page.save_button.click()
    assert settings.server().address == address


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("", "Type an address, like 127.0.0.1:11434."),
        ("my nas", "An address can’t contain a space."),
        ("ftp://nas", "An address starts with http:// or https://, or with neither."),
        ("nas:99999", "A port is a number from 1 to 65535."),
        ("nas:0", "A port is a number from 1 to 65535."),
        ("nas:-1", "A port is a number from 1 to 65535."),
        ("http://nas:http", "A port is a number from 1 to 65535."),
        ("[::1", "A bracket is missing, as in [::1]:11434."),
        ("http://", "The name of the computer is missing."),
        ("u:secret@nas", "Leave the password out: it would be written to the settings file."),
    ],
)
def test_unusable_addresses_are_said(server: SettingsDialog, address: str, words: str) -> None:
    page = server.server
    page.address_field.setText(address)
    assert page.helper.text() == words
    assert not page.save_button.isEnabled()
    assert not page.test_button.isEnabled()


def test_a_password_that_came_from_elsewhere_is_used_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, qtbot: QtBot, scene: Scene
) -> None:
    """OLLAMA_HOST may hold one."""
    monkeypatch.setenv("OLLAMA_HOST", "http://me:sEcReT@nas:1")
    scene.settings.set("servers", ())
    assert scene.settings.address(scene.settings.server()).endswith("sEcReT@nas:1")
    dialog = opened(qtbot, scene)
    dialog.show_page("servers")
    page = dialog.server
    assert page.address_field.text() == "http://nas:1"
    assert "sEcReT" not in "".join(texts(dialog))
    assert not page.save_button.isEnabled()


def test_a_test_says_what_it_found(scene: Scene, server: SettingsDialog) -> None:
    page = server.server
    page.address_field.setText("nas")
    with emitted(scene.commands.server_test_requested) as asked:
        button(server, "Test").click()
    assert asked == ["nas"]
    assert "Testing…" in texts(server)
    scene.state.set_server_test(ServerTest("nas", "0.32.4", 14, 1, 0.008))
    assert "Connected to Ollama 0.32.4" in texts(server)
    assert "14 models, 1 loaded. Answered in 8 ms." in texts(server)
    with emitted(scene.commands.server_test_requested) as asked:
        button(server, "Test again").click()
    assert asked == ["nas"]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (Unreachable("nas", "", UnreachableKind.REFUSED), "nothing answers on port 11434"),
        (NotOllama("nas", "<html>"), "but it isn’t Ollama"),
    ],
)
def test_a_failed_test_says_why(
    scene: Scene, server: SettingsDialog, error: Exception, words: str
) -> None:
    page = server.server
    page.address_field.setText("nas")
    page.test_button.click()
    scene.state.set_server_test(ServerTest("nas", error=error))  # type: ignore[arg-type]
    assert any(words in text for text in texts(server))
    page.save_button.click()
    assert page.settings.server().address == "nas"


def test_a_late_answer_for_another_address_is_not_shown(
    scene: Scene, server: SettingsDialog
) -> None:
    page = server.server
    page.address_field.setText("first")
    page.test_button.click()
    page.address_field.setText("second")
    assert not page.result.isVisible()
    scene.state.set_server_test(ServerTest("first", "0.1"))
    assert not page.result.isVisible()


def test_the_state_of_the_server_is_shown(scene: Scene, server: SettingsDialog) -> None:
    facts.set_status(scene.state, data.status())
    assert "Online · 0.33.1" in texts(server)
    facts.set_status(scene.state, data.status(ServerState.OFFLINE))
    assert "Offline" in texts(server)


# About.


def test_diagnostics_are_asked_for(scene: Scene, dialog: SettingsDialog) -> None:
    dialog.show_page("about")
    with emitted(scene.commands.diagnostics_requested) as asked:
        button(dialog, "Copy diagnostics").click()
    assert asked == [None]


@pytest.mark.parametrize("folder", ["", "/somewhere"])
def test_the_log_folder_is_offered_where_there_is_one(qtbot: QtBot, folder: str) -> None:
    dialog = opened(qtbot, blank(log_folder=folder))
    dialog.show_page("about")
    assert ("Log folder" in texts(dialog)) is bool(folder)


def test_a_test_keeps_the_focus_on_the_test(scene: Scene, server: SettingsDialog) -> None:
    page = server.server
    page.test_button.setFocus()
    page.test_button.click()
    assert server.focusWidget() is page.test_button
    address = page.address_field.text()
    scene.state.set_server_test(ServerTest(address, "0.32.4", 1, 0, 0.1))
    assert server.focusWidget() is page.result.button
    page.result.button.click()
    assert server.focusWidget() is page.test_button
    page.address_field.setText("elsewhere")
    assert server.focusWidget() is page.test_button


@pytest.mark.parametrize("name", ["save_button", "cancel_button"])
def test_what_has_done_its_work_gives_the_focus_to_the_field(
    server: SettingsDialog, name: str
) -> None:
    page = server.server
    page.name_field.setText("another name")
    pressed = getattr(page, name)
    pressed.setFocus()
    pressed.click()
    assert not pressed.isEnabled()
    assert server.focusWidget() is page.address_field


def test_adding_a_host_leaves_the_focus_in_the_field(dialog: SettingsDialog) -> None:
    dialog.show_page("downloads")
    hosts = dialog.downloads.findChild(HostsCard)
    assert isinstance(hosts, HostsCard)
    hosts.field.setText("registry.local:5000")
    hosts.add.setFocus()
    hosts.add.click()
    assert dialog.focusWidget() is hosts.field
