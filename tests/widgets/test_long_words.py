"""Every dialog with words three times as long: nothing is cut off."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QTranslator
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.shots import (
    creates,
    data,
    derive,
    disk,
    doctor,
    estimates,
    pull_servers,
    renames,
    server_form,
    updates,
)
from tests.shots import dialogs as pictures
from tests.widgets.helpers import shown
from tray_app import text
from tray_app.commands import Commands
from tray_app.views.components.inputs import CheckBox
from tray_app.views.components.labels import ElidedLabel
from tray_app.views.downloads.panel import DownloadsPanel
from tray_app.views.settings.dialog import SettingsDialog

STRETCH = " ěščřžý"


class Stretched(QTranslator):
    """Says everything at three times its length, in words that can be broken."""

    def translate(
        self,
        context: str,
        source: str,
        disambiguation: str | None = None,
        n: int = -1,
    ) -> str:
        words = max(1, round(len(source) * 2 / 6))
        return source + STRETCH * words

    def isEmpty(self) -> bool:
        return False


@pytest.fixture(autouse=True)
def stretched(qapp: QApplication) -> Iterator[None]:
    translator = Stretched()
    qapp.installTranslator(translator)
    text.configure()
    yield
    qapp.removeTranslator(translator)
    text.configure()


def cut_off(widget: QWidget) -> list[str]:
    """What is visible and has less room than it needs."""
    found = []
    labels = [label for label in widget.findChildren(QLabel) if label.isVisible() and label.text()]
    assert any(STRETCH in label.text() for label in labels), "no long words are shown"
    for label in labels:
        if isinstance(label, ElidedLabel):
            continue
        if label.wordWrap():
            fits = label.height() >= label.heightForWidth(label.width())
        else:
            fits = label.width() >= label.sizeHint().width()
        if not fits or sticks_out(label):
            found.append(label.text())
    for button in widget.findChildren(QAbstractButton):
        if isinstance(button, CheckBox) and button.isVisible():
            fits = button.height() >= button.heightForWidth(button.width())
        else:
            is_push = isinstance(button, QPushButton) and button.isVisible()
            fits = not is_push or button.width() >= button.sizeHint().width()
        if not fits or (button.isVisible() and sticks_out(button)):
            found.append(button.text())
    return found


def sticks_out(widget: QWidget) -> bool:
    """Whether a part of it lies beside what its parents show, where nothing scrolls."""
    parent = widget.parentWidget()
    while parent is not None and not widget.isWindow():
        left = widget.mapTo(parent, QPoint(0, 0)).x()
        if left < 0 or left + widget.width() > parent.width():
            return True
        if parent.isWindow():
            return False
        parent = parent.parentWidget()
    return False


def settle(qtbot: QtBot, widget: QWidget) -> None:
    """All layouts done."""
    shown(qtbot, widget)
    for _ in range(4):
        QApplication.sendPostedEvents()
        QApplication.processEvents()


DIALOGS: list[Callable[[], QWidget]] = [
    pictures.pull_blank,
    pictures.pull_space,
    pictures.pull_installed,
    pictures.pull_downloading,
    estimates.NEW,
    estimates.UPDATED,
    estimates.BARELY,
    estimates.NOT_FOUND,
    updates.update_all,
    updates.update_all_servers,
    updates.details_version,
    updates.confirm_changed,
    updates.confirm_meanwhile,
    updates.confirm_back,
    estimates.lookup,
    estimates.short,
    pull_servers.pull_servers_lookup,
    pull_servers.pull_servers_not_found,
    pull_servers.pull_servers_silent,
    pull_servers.pull_elsewhere,
    pictures.delete_one,
    pictures.delete_shared,
    pictures.delete_several,
    pictures.duplicate,
    renames.rename_loaded,
    renames.rename_case_only,
    renames.rename_busy,
    pictures.quit_question,
    pictures.details_overview,
    pictures.details_failed,
    disk.disk_target,
    disk.disk_small,
    disk.disk_done,
    disk.disk_elsewhere,
    disk.details_note,
    derive.new_from_model,
    derive.new_from_model_small,
    derive.edit_model,
    derive.edit_model_bottom,
    doctor.doctor_open,
    doctor.doctor_small,
    doctor.doctor_fine,
    doctor.doctor_every,
    creates.create_file,
    creates.create_file_here,
    creates.create_file_split,
    creates.create_reading,
    creates.create_part_missing,
    creates.create_not_gguf,
    creates.create_server_too_old,
    creates.create_name_exists,
    creates.create_architecture_unknown,
    creates.create_adapter,
    creates.quit_while_made,
    server_form.server_edit_token,
    server_form.server_edit_headers,
    server_form.server_password,
    server_form.server_given,
    server_form.server_remove,
    server_form.server_remove_downloads,
    server_form.server_unencrypted,
    server_form.settings_servers,
    server_form.settings_servers_narrow,
]


@pytest.mark.parametrize("build", DIALOGS, ids=lambda build: build.__name__)
def test_dialogs_grow_with_their_words(qtbot: QtBot, build: Callable[[], QWidget]) -> None:
    dialog = build()
    settle(qtbot, dialog)
    assert cut_off(dialog) == []


@pytest.mark.parametrize(
    "page", ["general", "servers", "downloads", "memory", "notifications", "about"]
)
def test_settings_at_their_smallest(qtbot: QtBot, page: str) -> None:
    dialog: SettingsDialog = pictures.settings(page)
    dialog.resize(640, 440)
    settle(qtbot, dialog)
    assert cut_off(dialog) == []


def test_download_rows_elide_instead(qtbot: QtBot) -> None:
    panel = DownloadsPanel(Commands(), clock=data.clock_s)
    for item in data.PULLS:
        panel.set_item(item)
    panel.set_summary(data.SUMMARY)
    panel.resize(720, 300)
    settle(qtbot, panel)
    assert cut_off(panel) == []
    for item in data.PULLS:
        row = panel.row(item.id)
        assert row is not None
        assert row.width() <= panel.width()


def test_rows_of_what_is_made_elide_or_grow(qtbot: QtBot) -> None:
    panel = creates.panel(creates.ROWS, 720, 900)
    settle(qtbot, panel)
    assert cut_off(panel) == []
    for item in creates.ROWS:
        row = panel.list.create_row(item.id)
        assert row is not None
        assert row.width() <= panel.width()
