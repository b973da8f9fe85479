"""Where the keyboard is while rows change, move and go."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.widgets.helpers import button, shown
from tray_app.commands import Commands
from tray_app.core.creates.records import CreateItem, CreateRequest, CreateState
from tray_app.core.pulls.states import Hold, PullItem, PullState
from tray_app.views.downloads.panel import DownloadsPanel
from tray_app.views.downloads.row import DownloadRow

S = PullState
NAMES = tuple("abcd")


@pytest.fixture
def elsewhere(panel: DownloadsPanel) -> QWidget:
    found = panel.window().findChild(QWidget, "elsewhere")
    assert found is not None
    return found


@pytest.fixture
def panel(qtbot: QtBot) -> DownloadsPanel:
    window = QWidget()
    other = QWidget(window)
    other.setObjectName("elsewhere")
    other.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    made = DownloadsPanel(Commands(window), window, clock=lambda: data.NOW_S)
    column = QVBoxLayout(window)
    column.addWidget(other)
    column.addWidget(made)
    window.resize(960, 420)
    shown(qtbot, window)
    return made


def item(name: str, state: PullState, **more: object) -> PullItem:
    return PullItem(name, data.SERVER, name, state, data.NOW, **more)  # type: ignore[arg-type]


def fill(panel: DownloadsPanel, state: PullState = S.RUNNING) -> None:
    for name in NAMES:
        panel.set_item(item(name, state))
    panel.set_order(NAMES)


def row(panel: DownloadsPanel, name: str) -> DownloadRow:
    found = panel.row(name)
    assert found is not None
    return found


def focused(panel: DownloadsPanel) -> str:
    """What has the keyboard, by its name; the name of the row where that has it itself."""
    found = panel.window().focusWidget()
    if found is None or found is panel.window():
        return ""
    return found.accessibleName() or found.objectName()


def test_it_goes_along_with_a_row_that_moves(panel: DownloadsPanel) -> None:
    fill(panel)
    button(panel, "Pause b").setFocus()
    for order in ("bacd", "acdb", "dcba"):
        panel.set_order(order)
        assert panel.shown_ids() == tuple(order)
        assert focused(panel) == "Pause b"
    panel.set_item(item("a", S.DONE))
    panel.set_order("dcb")
    panel.set_item(item("e", S.WAITING))
    assert focused(panel) == "Pause b"


def test_the_next_stop_is_that_of_the_new_place(panel: DownloadsPanel) -> None:
    fill(panel)
    panel.set_order("badc")
    button(panel, "Show layers of b").setFocus()
    panel.focusNextPrevChild(True)
    assert panel.window().focusWidget() is row(panel, "a")


def test_it_stays_on_a_button_that_means_the_way_back(panel: DownloadsPanel) -> None:
    fill(panel)
    button(panel, "Pause b").setFocus()
    panel.set_item(item("b", S.PAUSED))
    assert focused(panel) == "Resume b"
    panel.set_item(item("b", S.RUNNING))
    assert focused(panel) == "Pause b"


@pytest.mark.parametrize("is_active", [True, False])
@pytest.mark.parametrize(
    ("before", "named", "after", "wanted"),
    [
        # the same thing, said in words
        ({"state": S.RETRYING}, "Try b again now", {"state": S.FAILED}, "Retry b"),
        # what was there is not any more, or drops the row
        ({"state": S.RUNNING}, "Cancel b", {"state": S.DONE}, "b download"),
        ({"state": S.RUNNING}, "Pause b", {"state": S.FAILED}, "b download"),
        ({"state": S.FAILED}, "Retry b", {"state": S.RUNNING}, "b download"),
        ({"state": S.RUNNING}, "Cancel b", {"state": S.FINISHING}, "b download"),
        ({"state": S.RUNNING}, "Cancel b", {"state": S.CANCELED}, "b download"),
        ({"state": S.RUNNING}, "Pause b", {"state": S.VERIFYING}, "b download"),
        (
            {"state": S.WAITING},
            "Start b now",
            {"state": S.WAITING, "hold": Hold.DISK},
            "b download",
        ),
        (
            {"state": S.WAITING, "hold": Hold.DISK},
            "Free up space for b",
            {"state": S.RUNNING},
            "b download",
        ),
        (
            {"state": S.WAITING},
            "Start b now",
            {"state": S.WAITING, "hold": Hold.OFF},
            "b download",
        ),
        # nothing has become of it
        ({"state": S.RUNNING}, "Show layers of b", {"state": S.FAILED}, "Show layers of b"),
        ({"state": S.VERIFYING}, "b download", {"state": S.DONE}, "b download"),
    ],
)
def test_where_a_button_goes_it_stays_in_the_row(
    qtbot: QtBot,
    panel: DownloadsPanel,
    before: dict[str, PullState],
    named: str,
    after: dict[str, PullState],
    wanted: str,
    is_active: bool,
) -> None:
    fill(panel)
    panel.set_item(item("b", **before))
    start = row(panel, "b") if named == "b download" else button(panel, named)
    start.setFocus()
    if not is_active:
        other = shown(qtbot, QWidget())
        other.activateWindow()
        qtbot.waitUntil(lambda: not start.hasFocus())
    panel.set_item(item("b", **after))
    assert focused(panel) == wanted


@pytest.mark.parametrize("named", ["Pause {}", "Cancel {}", "Show layers of {}"])
def test_where_the_row_goes_its_neighbor_has_it(panel: DownloadsPanel, named: str) -> None:
    fill(panel)
    for name, neighbor in (("b", "c"), ("d", "c"), ("a", "c")):
        button(panel, named.format(name)).setFocus()
        panel.remove_item(name)
        assert panel.window().focusWidget() is row(panel, neighbor)
    panel.remove_item("c")
    assert panel.hide_button.hasFocus(), "there is no row any more"


def test_rows_that_go_one_after_the_other(panel: DownloadsPanel) -> None:
    fill(panel, S.DONE)
    button(panel, "Remove b from this list").setFocus()
    for name in "bca":
        panel.remove_item(name)
    assert panel.window().focusWidget() is row(panel, "d")


def test_who_is_elsewhere_is_left_there(panel: DownloadsPanel, elsewhere: QWidget) -> None:
    """Also who was on that row before."""
    fill(panel)
    button(panel, "Pause b").setFocus()
    elsewhere.setFocus()
    panel.set_item(item("b", S.FAILED))
    panel.remove_item("b")
    for name in "acd":
        panel.remove_item(name)
    assert elsewhere.hasFocus()


def test_a_row_that_is_made_goes_too(panel: DownloadsPanel) -> None:
    fill(panel)
    request = CreateRequest(data.SERVER, "new:1", ())
    panel.set_create(CreateItem("7", request, CreateState.FAILED, data.NOW))
    button(panel, "Show details of new:1").setFocus()
    panel.remove_item("7")
    assert panel.window().focusWidget() is row(panel, "d")
