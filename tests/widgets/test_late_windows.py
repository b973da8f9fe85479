"""Whoever is built late shows the same as who was there from the start and heard every change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QSpinBox,
    QTabWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.shots import data, downloads, estimates
from tests.shots.dialogs import info, ref
from tests.shots.registry import settle
from tests.shots.scene import Scene, blank
from tests.support import examinations, facts
from tests.widgets.helpers import shown
from tray_app.core.payloads import BusyModel, ModelRef, ModelRefs, Recommendations, Verb
from tray_app.core.pulls.history import History
from tray_app.core.pulls.rules import SystemConditions
from tray_app.core.pulls.states import PullState
from tray_app.core.records import Server, ServerState
from tray_app.core.sharing import LayerIndex
from tray_app.views.components.names import NameLabel
from tray_app.views.details.dialog import DetailsDialog
from tray_app.views.doctor.dialog import DoctorDialog
from tray_app.views.downloads.history_dialog import HistoryDialog
from tray_app.views.main_window.window import MainWindow
from tray_app.views.pull.dialog import PullDialog
from tray_app.views.questions.delete import DeleteDialog
from tray_app.views.questions.duplicate import DuplicateDialog
from tray_app.views.questions.rename import RenameDialog
from tray_app.views.questions.running_pulls import CancelDialog, QuitDialog
from tray_app.views.settings.dialog import SettingsDialog

QWEN = data.record("qwen3:8b")
MISTRAL = data.record("mistral:7b")
RUNNING = next(item for item in data.PULLS if item.state is PullState.RUNNING)
PULLED = estimates.LLAVA.name


# The story.


def begin(scene: Scene) -> None:
    """The server is found; it has models, one of which is being downloaded anew."""
    state = scene.state
    facts.set_status(state, data.status(ServerState.STARTING, reached=False))
    state.set_conditions(SystemConditions(on_battery=True))
    facts.set_status(state, data.status())
    facts.set_snapshot(state, replace(data.snapshot((QWEN, MISTRAL)), running=()))
    state.set_downloads((replace(RUNNING, state=PullState.PREPARING, progress=None),))


def go_on(scene: Scene) -> None:
    """Every fact changes, some of them more than once."""
    state = scene.state
    state.set_server(Server(data.SERVER, "studio", data.ADDRESS))
    state.set_layer_index(LayerIndex())
    state.set_recommendations(Recommendations(data.SERVER, data.SUGGESTIONS[:1]))
    state.set_recommendations(Recommendations(data.SERVER, data.SUGGESTIONS))
    state.set_busy(BusyModel(ref(QWEN), Verb.UNLOAD))
    facts.set_snapshot(state, data.snapshot())
    state.set_busy(BusyModel(ref(QWEN), None))
    state.set_busy(BusyModel(ref(MISTRAL), Verb.LOAD))
    state.set_layer_index(data.layer_index())
    state.set_details(info("qwen3:8b"))
    state.set_downloads((*reversed(data.PULLS), replace(data.PULLS[1], id="gone", name="gone:1")))
    state.set_downloads(data.PULLS)
    state.set_download(RUNNING)
    state.set_pull_summary(data.SUMMARY)
    state.set_history(History(downloads.RECORDS))
    found = examinations.examined()
    state.set_examination(examinations.running(found, 5, "s"))
    state.set_examination(found)
    state.set_conditions(SystemConditions(on_battery=False, is_metered=False))
    state.set_autostart(False)
    state.set_autostart(True)
    state.set_tray_available(False)


def end_online(scene: Scene) -> None:
    """The server stays, and somebody deletes a model behind our back."""
    models = tuple(model for model in data.MODELS if model.name != "gemma3:4b")
    facts.set_snapshot(scene.state, data.snapshot(models))


def end_offline(scene: Scene) -> None:
    """The server goes."""
    facts.set_status(scene.state, data.status(ServerState.OFFLINE))


def end_quiet(scene: Scene) -> None:
    """Nothing is being done any more, so that nothing moves."""
    scene.state.set_busy(BusyModel(ref(MISTRAL), None))
    scene.state.set_downloads((replace(RUNNING, state=PullState.PAUSED), *data.PULLS[2:]))


ENDS = {"online": end_online, "offline": end_offline}


@pytest.fixture
def scene() -> Iterator[Scene]:
    """Settings, facts, commands, and a registry that answers questions about models."""
    made = blank()
    made.settings.set("tip_tray_seen", True)

    def look_up(asked: ModelRef) -> None:
        # More than the server has, whose name and version stand in what is said of it.
        made.state.set_estimate(replace(estimates.LLAVA, name=asked.name, requires="0.40"))

    made.commands.estimate_requested.connect(look_up)
    yield made
    made.commands.estimate_requested.disconnect(look_up)


# The windows.


def main_window(scene: Scene) -> QWidget:
    parts = (scene.settings, scene.state, scene.commands)
    return MainWindow(*parts, clock=data.clock, clock_s=data.clock_s)


def details(scene: Scene) -> QWidget:
    parts = (scene.settings, scene.state, scene.commands)
    return DetailsDialog(ref(QWEN), *parts, clock=data.clock)


def pull_blank(scene: Scene) -> QWidget:
    return PullDialog(scene.settings, scene.state, scene.commands)


def pull(scene: Scene) -> QWidget:
    dialog = PullDialog(scene.settings, scene.state, scene.commands)
    dialog.set_text(PULLED)
    dialog.lookup.ask_now()
    return dialog


def settings(scene: Scene) -> QWidget:
    return SettingsDialog(scene.settings, scene.state, scene.commands)


def history(scene: Scene) -> QWidget:
    return HistoryDialog(scene.state, scene.commands, clock=data.clock)


def doctor(scene: Scene) -> QWidget:
    return DoctorDialog(scene.settings, scene.state, scene.commands)


def delete_one(scene: Scene) -> QWidget:
    refs = ModelRefs((ref(MISTRAL),))
    return DeleteDialog(refs, scene.settings, scene.state, scene.commands)


def delete_several(scene: Scene) -> QWidget:
    refs = ModelRefs((ref(MISTRAL), ref(QWEN)))
    return DeleteDialog(refs, scene.settings, scene.state, scene.commands)


def duplicate(scene: Scene) -> QWidget:
    dialog = DuplicateDialog(ref(QWEN), scene.state, scene.commands)
    dialog.name.field.setText("phi4:14b")  # which comes only later
    return dialog


def rename(scene: Scene) -> QWidget:
    dialog = RenameDialog(ref(QWEN), scene.state, scene.commands)
    dialog.name.field.setText("phi4:14b")  # which comes only later
    return dialog


def quit_question(scene: Scene) -> QWidget:
    return QuitDialog(2, scene.commands)


def cancel(scene: Scene) -> QWidget:
    return CancelDialog(RUNNING, scene.state, scene.commands)


FROM_THE_START = [main_window, details, pull_blank, pull, settings, history, doctor, duplicate,
                  rename]  # fmt: skip
ONCE_THERE_IS_SOMETHING = [delete_one, delete_several, quit_question, cancel]
WINDOWS = [*FROM_THE_START, *ONCE_THERE_IS_SOMETHING]


# What they show.


def choose(window: QWidget) -> None:
    """Select what a person would: Qt makes the first row current where there is one to focus."""
    if isinstance(window, MainWindow):
        window.view.select(ref(QWEN))


def sides(window: QWidget) -> Iterator[None]:
    """Turn every page and tab of `window` up in turn."""
    if isinstance(window, DetailsDialog):
        tabs: QTabWidget = window.tabs
        for index in range(tabs.count()):
            tabs.setCurrentIndex(index)
            yield
    elif isinstance(window, SettingsDialog):
        for row in range(window.nav.count()):
            window.nav.setCurrentRow(row)
            yield
    else:
        yield


def look(window: QWidget) -> list[str]:
    """Everything that can be read in `window` now, and whether it can be used."""
    found = [f"title {window.windowTitle()}"]
    for widget in window.findChildren(QWidget):
        usable = "" if widget.isEnabled() else " (disabled)"
        described = f"{widget.accessibleName()} {widget.accessibleDescription()}".strip()
        for words in said(widget) if widget.isVisible() else ():
            tip = widget.toolTip()
            found.append(f"{type(widget).__name__} {words!r} {described!r} {tip!r}{usable}")
    return sorted(found)


def said(widget: QWidget) -> Iterable[str]:
    """What stands on a widget; an item view has a line for each row."""
    if isinstance(widget, QLabel | QLineEdit):
        return (widget.text(),)
    if isinstance(widget, NameLabel):
        return (widget.name,)
    if isinstance(widget, QAbstractButton):
        return (f"{widget.text()} {widget.isChecked()}",)
    if isinstance(widget, QComboBox):
        return (widget.currentText(),)
    if isinstance(widget, QSpinBox):
        return (widget.cleanText(),)
    if isinstance(widget, QPlainTextEdit):
        return (widget.toPlainText(),)
    if isinstance(widget, QListWidget):
        return [widget.item(row).text() for row in range(widget.count())]
    if isinstance(widget, QAbstractItemView) and not isinstance(widget, QHeaderView):
        return cells(widget.model())
    return ()


def cells(model: QAbstractItemModel, parent: QModelIndex | None = None) -> Iterator[str]:
    parent = parent if parent is not None else QModelIndex()
    roles = Qt.ItemDataRole
    for row in range(model.rowCount(parent)):
        line = [model.index(row, column, parent) for column in range(model.columnCount(parent))]
        yield repr([cell.data(r) for cell in line for r in (roles.DisplayRole, roles.ToolTipRole)])
        yield from cells(model, line[0])


def picture(qtbot: QtBot, window: QWidget) -> QImage:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    settle()
    return window.grab().toImage()


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
@pytest.mark.parametrize("build", WINDOWS, ids=lambda build: build.__name__)
def test_late_is_as_early(
    qtbot: QtBot,
    scene: Scene,
    build: Callable[[Scene], QWidget],
    end: Callable[[Scene], None],
) -> None:
    if build in FROM_THE_START:
        early = shown(qtbot, build(scene))
        begin(scene)
    else:
        begin(scene)
        early = shown(qtbot, build(scene))
    settle()
    blank_look = look(early)
    go_on(scene)
    end(scene)
    settle()
    late = shown(qtbot, build(scene))
    late.resize(early.size())
    for window in (early, late):
        choose(window)
    settle()
    for _ in zip(sides(early), sides(late), strict=True):
        settle()
        assert look(late) == look(early)
    if build is not quit_question:
        assert look(early) != blank_look, "the story leaves its traces in each"
    end_quiet(scene)
    for _ in zip(sides(early), sides(late), strict=True):
        # Bars take a moment to get where they belong.
        qtbot.waitUntil(lambda: picture(qtbot, late) == picture(qtbot, early))
    for window in (early, late):
        window.hide()
