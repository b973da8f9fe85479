"""The settings window: applied at once."""

import pytest
from PySide6.QtCore import Qt, QTime
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.shots.scene import Scene, blank
from tests.widgets.helpers import button, emitted, shown, texts
from tray_app.core.pulls.rules import SystemConditions
from tray_app.settings import ServerEntry, Settings
from tray_app.views.components.buttons import IconButton
from tray_app.views.components.inputs import CheckBox, ComboBox, SpinBox
from tray_app.views.components.surfaces import Hairline
from tray_app.views.settings.dialog import SettingsDialog
from tray_app.views.settings.downloads import DownloadsPage
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
    """With all pages, as somebody has been at each."""
    made = opened(qtbot, scene)
    for row in reversed(range(made.nav.count())):
        made.nav.setCurrentRow(row)
    return made


def test_a_page_is_built_when_somebody_goes_there(qtbot: QtBot, scene: Scene) -> None:
    made = opened(qtbot, scene)
    assert not made.findChildren(DownloadsPage)
    made.show_page("downloads")
    (page,) = made.findChildren(DownloadsPage)
    assert page.isVisible()
    assert page is made.downloads
    assert made.page_key() == "downloads"
    assert page.accessibleName() == "Downloads"
    made.show_page("general")
    made.show_page("downloads")
    assert made.findChildren(DownloadsPage) == [page]


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
    "notify_updates",
    "check_hugging_face",
]
CHOICES = [
    ("theme", "dark"),
    ("tray_icon", "light"),
    ("refresh_s", 10),
    ("size_units", "binary"),
    ("check_updates", "weekly"),
    ("keep_old_days", 30),
    ("look_for_ollama", "never"),
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
    for key in ("general", "servers", "downloads", "memory", "notifications", "about"):
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
    dialog.combo.setCurrentIndex(6)
    dialog.combo.activated.emit(6)
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


def test_adding_a_host_leaves_the_focus_in_the_field(dialog: SettingsDialog) -> None:
    dialog.show_page("downloads")
    hosts = dialog.downloads.findChild(HostsCard)
    assert isinstance(hosts, HostsCard)
    hosts.field.setText("registry.local:5000")
    hosts.add.setFocus()
    hosts.add.click()
    assert dialog.focusWidget() is hosts.field
