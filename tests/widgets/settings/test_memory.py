"""The settings page Memory: the list of kept models, and when they are loaded."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots.scene import Scene, known
from tests.widgets.helpers import emitted, shown
from tray_app.core.keeping.measuring import Measurements
from tray_app.core.keeping.records import (
    Capacity,
    KeepKind,
    KeepStatus,
    KeptModel,
    KeptModels,
    Measurement,
)
from tray_app.core.records import Server
from tray_app.views.components.inputs import CheckBox
from tray_app.views.settings.dialog import SettingsDialog
from tray_app.views.settings.kept_rows import KeptRow
from tray_app.views.settings.memory import MAX_OFFERED, MemoryPage

GB = 1_000_000_000
SERVER = data.SERVER
NOMIC, QWEN, GEMMA = (
    KeptModel(SERVER, "nomic-embed-text:latest", 2048),
    KeptModel(SERVER, "qwen3:8b", 16384),
    KeptModel(SERVER, "mistral:7b"),
)


def measured(name: str, context: int, gb: float, *, is_default: bool = False) -> Measurement:
    size = round(gb * GB)
    return Measurement(
        *(SERVER, data.digest(name), context, size, min(size, 12 * GB), data.NOW),
        is_default=is_default,
    )


@pytest.fixture
def scene() -> Scene:
    scene = known()
    facts = scene.state.keeping
    facts.set_measurements(
        Measurements(
            (
                measured("nomic-embed-text:latest", 2048, 0.6),
                measured("qwen3:8b", 16384, 7.9),
                measured("mistral:7b", 4096, 18.1, is_default=True),
            )
        )
    )
    facts.set_capacity(SERVER, Capacity(12 * GB))
    facts.set_kept((NOMIC, QWEN, GEMMA))
    out = KeepStatus(KeepKind.LEFT_OUT, needed_bytes=18_100_000_000, room_bytes=12 * GB)
    facts.set_status(GEMMA.key, out)
    return scene


@pytest.fixture
def page(qtbot: QtBot, scene: Scene) -> MemoryPage:
    dialog = SettingsDialog(scene.settings, scene.state, scene.commands)
    dialog.show_page("memory")
    shown(qtbot, dialog)
    return dialog.memory


def row(page: MemoryPage, model: KeptModel) -> KeptRow:
    return page.card.kept_rows[model.key]


def in_order(page: MemoryPage) -> list[str]:
    rows = sorted(page.card.kept_rows.values(), key=lambda each: each.y())
    return [each.key[1] for each in rows]


def test_the_rows_tell_what_each_took(page: MemoryPage) -> None:
    lines = {key[1]: each.line.text() for key, each in page.card.kept_rows.items()}
    assert {name: words.replace("\u00a0", " ") for name, words in lines.items()} == {
        "nomic-embed-text:latest": "Took 600 MB, all on the card",
        "qwen3:8b": "Took 7.9 GB, all on the card",
        "mistral:7b": "Left out: 18 GB don’t fit beside",
    }
    assert row(page, QWEN).combo.currentText() == "Context 16,384"
    assert row(page, GEMMA).combo.currentText() == "Default context"
    words = page.sum.text().replace("\u00a0", " ")
    assert words == "Together the first two took 8.5 of 12 GB of graphics memory."
    assert not page.empty.isVisible()


def test_the_order_is_changed_by_buttons_keys_and_a_mouse(
    qtbot: QtBot, scene: Scene, page: MemoryPage
) -> None:
    scene.commands.kept_models_requested.connect(
        lambda wanted: scene.state.keeping.set_kept(wanted.models)
    )
    first = row(page, NOMIC)
    assert not first.up.isEnabled()
    first.down.setFocus()
    first.down.click()
    assert [model.name for model in scene.state.keeping.kept] == [
        *("qwen3:8b", "nomic-embed-text:latest", "mistral:7b"),
    ]
    assert first.down.hasFocus()
    qtbot.keyClick(first.down, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert scene.state.keeping.kept[2] == NOMIC
    assert not first.down.isEnabled()
    assert first.up.hasFocus()
    qtbot.waitUntil(lambda: in_order(page)[2] == "nomic-embed-text:latest")
    start = QPoint(30, first.height() // 2)
    qtbot.mousePress(first, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(first, QPoint(30, -10))
    target = first.mapFromGlobal(row(page, QWEN).mapToGlobal(QPoint(30, 2)))
    qtbot.mouseMove(first, target)
    qtbot.mouseRelease(first, Qt.MouseButton.LeftButton)
    assert [model.name for model in scene.state.keeping.kept][1] == "nomic-embed-text:latest"


def test_delete_takes_one_away_and_the_focus_stays_in_the_list(
    qtbot: QtBot, scene: Scene, page: MemoryPage
) -> None:
    scene.commands.kept_models_requested.connect(
        lambda wanted: scene.state.keeping.set_kept(wanted.models)
    )
    row(page, QWEN).remove.setFocus()
    qtbot.keyClick(row(page, QWEN).remove, Qt.Key.Key_Delete)
    assert scene.state.keeping.kept == (NOMIC, GEMMA)
    assert row(page, GEMMA).remove.hasFocus()
    for model in (GEMMA, NOMIC):
        row(page, model).remove.click()
    assert page.empty.isVisible()
    assert page.add_button.hasFocus()
    assert page.sum.text() == ""


def test_another_context_is_asked_for(scene: Scene, page: MemoryPage) -> None:
    combo = row(page, QWEN).combo
    place = combo.findData(8192)
    combo.setCurrentIndex(place)
    with emitted(scene.commands.kept_models_requested) as wanted:
        combo.activated.emit(place)
    assert wanted == [KeptModels((NOMIC, KeptModel(SERVER, "qwen3:8b", 8192), GEMMA))]


def menu_of(page: MemoryPage) -> list[str]:
    page._fill_menu()
    return [action.text() for action in page._menu.actions()]


def test_models_that_are_not_kept_can_be_added(scene: Scene, page: MemoryPage) -> None:
    offered = menu_of(page)
    assert offered == sorted(offered)
    assert "gpt-oss:120b-cloud" not in offered
    assert "qwen3:8b" not in offered
    with emitted(scene.commands.kept_models_requested) as wanted:
        next(a for a in page._menu.actions() if a.text() == "phi4:14b").trigger()
    assert wanted == [KeptModels((NOMIC, QWEN, GEMMA, KeptModel(SERVER, "phi4:14b")))]
    assert len(offered) < MAX_OFFERED


def test_of_several_servers_each_row_names_its_own(scene: Scene, page: MemoryPage) -> None:
    state = scene.state
    nas = Server("nas", "nas", "10.0.0.9:11434")
    state.set_servers((state.server, nas), SERVER, "")
    other = KeptModel("nas", "qwen3:8b")
    state.keeping.set_kept((NOMIC, other, QWEN))
    state.keeping.set_status(other.key, KeepStatus(KeepKind.MISSING))
    assert row(page, other).line.text() == "Not installed on “nas” now"
    assert "on nas" in row(page, other).up.accessibleName()
    assert not row(page, other).up.isEnabled(), "up and down are within a server"
    with emitted(scene.commands.kept_models_requested) as wanted:
        row(page, NOMIC).down.click()
    assert wanted == [KeptModels((QWEN, other, NOMIC))]
    assert page.sum.text() == ""
    menu_of(page)
    submenus = page._menu.findChildren(QMenu)
    assert [menu.title() for menu in submenus][-2:] == ["This computer", "nas"]


def test_the_two_check_boxes_are_settings(scene: Scene, page: MemoryPage) -> None:
    values = scene.settings.values
    assert (values.keep_at_start, values.keep_again) == (True, False)
    scene.settings.set("keep_again", True)
    scene.settings.set("keep_at_start", False)
    boxes = {box.property("setting"): box.isChecked() for box in page.findChildren(CheckBox)}
    assert boxes == {"keep_at_start": False, "keep_again": True}
