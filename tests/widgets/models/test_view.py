"""The table as a widget: selection, scroll and columns live through refreshes; keys and clicks."""

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, QRect, QRectF, Qt, QTranslator
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from tests.shots import data
from tests.shots.registry import settle
from tests.unit.itemmodels.samples import NOW, model, snapshot
from tests.widgets.windows import Stage, entries, names, selected
from tray_app.core.payloads import BusyModel, ModelRef, Verb
from tray_app.itemmodels.columns import NUMBER, size_words
from tray_app.itemmodels.model_table import ModelTableModel
from tray_app.views.main_window.menus import fill_columns
from tray_app.views.models.cell_layout import PAD, layout_name, row_fonts, row_height
from tray_app.views.models.column_layout import NAME_MIN, ColumnLayout
from tray_app.views.models.view import ModelView


@pytest.fixture
def view(qtbot: QtBot) -> ModelView:
    table = ModelTableModel(clock=lambda: NOW)
    made = ModelView(table, ColumnLayout())
    table.setParent(made)
    qtbot.addWidget(made)
    made.resize(900, 300)
    made.show()
    return made


def put(view: ModelView, *numbers: int) -> None:
    table = view.model()
    assert isinstance(table, ModelTableModel)
    table.set_snapshot(snapshot([model(f"m{number:03d}:x") for number in numbers]))
    view.doItemsLayout()


def top_name(view: ModelView) -> tuple[str, int]:
    row = view.rowAt(0)
    return str(view.model().index(row, 0).data()), view.rowViewportPosition(row)


def test_scroll_position_survives_what_happens_above(view: ModelView) -> None:
    put(view, *range(50, 100))
    view.verticalScrollBar().setValue(700)
    before = top_name(view)
    put(view, *range(50, 100), 1, 2, 3)
    assert top_name(view) == before
    put(view, *range(55, 100))
    assert top_name(view) == before
    scattered = [*range(0, 50, 2), *range(55, 100)]
    put(view, *scattered)
    assert top_name(view) == before


def test_new_rows_at_the_top_are_seen_at_the_top(view: ModelView) -> None:
    put(view, *range(50, 100))
    put(view, *range(100))
    assert top_name(view) == ("m000:x", 0)


def test_rows_stay_put_when_the_topmost_go(view: ModelView) -> None:
    put(view, *range(100))
    view.verticalScrollBar().setValue(10 * row_height())
    assert top_name(view) == ("m010:x", 0)
    put(view, *[n for n in range(100) if n not in (2, 10, 11)])
    # What stayed has not moved.
    assert view.rowViewportPosition(9) == 2 * row_height()
    assert view.model().index(9, 0).data() == "m012:x"


def test_selection_and_current_row_survive(stage: Stage) -> None:
    window = stage.window
    flags = QItemSelectionModel.SelectionFlag
    for name in ("llava:13b", "qwen3:8b"):
        index = window.models.find((data.SERVER, name))
        window.view.selectionModel().setCurrentIndex(index, flags.Select | flags.Rows)
    newer = (*data.MODELS, replace(data.MODELS[0], name="aaa:1b"))
    stage.set_snapshot(data.snapshot(newer))
    window.view.columns.sort_by("size", True)
    assert selected(window) == ["llava:13b", "qwen3:8b"]
    assert window.view.currentIndex().siblingAtColumn(0).data() == "qwen3:8b"


def test_after_a_delete_the_next_row_is_current(stage: Stage) -> None:
    window = stage.window
    window.select(ModelRef(data.SERVER, "llava:13b"))
    stage.set_snapshot(data.snapshot(tuple(m for m in data.MODELS if m.name != "llava:13b")))
    assert window.view.currentIndex().siblingAtColumn(0).data() == "meeting-notes:latest"
    assert selected(window) == ["meeting-notes:latest"]
    window.select(ModelRef(data.SERVER, "qwen3:8b"))
    stage.set_snapshot(data.snapshot(data.MODELS[:-1]))
    assert selected(window) == ["phi4:14b"]


def test_a_search_selects_nothing_new(stage: Stage) -> None:
    window = stage.window
    window.select(ModelRef(data.SERVER, "llava:13b"))
    window.top_bar.search.setText("qwen")
    assert selected(window) == []


def test_headers_sort_numbers_largest_first_and_turn(stage: Stage) -> None:
    window = stage.window
    header = window.view.horizontalHeader()
    header.sectionClicked.emit(NUMBER["size"])
    assert names(window)[0] == "phi4:14b"
    assert names(window)[-1] == "gpt-oss:120b-cloud"
    header.sectionClicked.emit(NUMBER["size"])
    assert names(window)[0] == "nomic-embed-text:latest"
    assert names(window)[-1] == "gpt-oss:120b-cloud"
    assert stage.settings.values.sort_column == "size"
    header.sectionClicked.emit(NUMBER["name"])
    assert names(window)[0] == "deepseek-r1:14b"
    assert not stage.settings.values.sort_descending


def test_letters_jump_to_a_name_whatever_the_column(stage: Stage, qtbot: QtBot) -> None:
    view = stage.window.view
    view.setFocus()
    view.setCurrentIndex(stage.window.models.index(0, NUMBER["size"]))
    qtbot.keyClicks(view, "mis")
    assert view.currentIndex().siblingAtColumn(0).data() == "mistral:7b"
    qtbot.keyClick(view, Qt.Key.Key_End)
    assert view.currentIndex().row() == 10
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.currentIndex().row() == 0


def test_the_focus_frame_is_the_keyboards(stage: Stage, qtbot: QtBot) -> None:
    view = stage.window.view
    view.setFocus(Qt.FocusReason.OtherFocusReason)
    where = view.visualRect(stage.window.models.index(2, 0)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where)
    assert view.itemDelegate().focused_row == -1  # type: ignore[attr-defined]
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.itemDelegate().focused_row == 3  # type: ignore[attr-defined]


def test_the_focus_frame_goes_along_when_rows_above_come_or_go(stage: Stage, qtbot: QtBot) -> None:
    view = stage.window.view
    view.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(view, Qt.Key.Key_Home)
    first = str(view.currentIndex().siblingAtColumn(0).data())
    stage.set_snapshot(data.snapshot(tuple(m for m in data.MODELS if m.name != first)))
    view.grab()
    assert view.itemDelegate().focused_row == view.currentIndex().row() == 0  # type: ignore[attr-defined]
    qtbot.keyClick(view, Qt.Key.Key_Down)
    stage.set_snapshot(data.snapshot())
    view.grab()
    assert view.itemDelegate().focused_row == view.currentIndex().row() == 2  # type: ignore[attr-defined]


def test_keys_act_on_the_framed_row_where_nothing_is_selected(stage: Stage, qtbot: QtBot) -> None:
    window, view = stage.window, stage.window.view
    window.top_bar.search.setFocus()
    window.top_bar.search.setText("mistral")
    qtbot.keyClick(window.top_bar.search, Qt.Key.Key_Down)
    assert view.hasFocus()
    assert selected(window) == []
    qtbot.keyClick(view, Qt.Key.Key_Return)
    (ref,) = stage.told.take("details_dialog_requested")
    assert ref.name == "mistral:7b"


def test_clicking_empty_ground_selects_nothing(stage: Stage, qtbot: QtBot) -> None:
    window = stage.window
    window.select(ModelRef(data.SERVER, "qwen3:8b"))
    below = QPoint(300, window.view.viewport().height() - 4)
    assert not window.view.indexAt(below).isValid()
    qtbot.mouseClick(window.view.viewport(), Qt.MouseButton.LeftButton, pos=below)
    assert selected(window) == []


def test_a_narrow_table_hides_columns_and_never_scrolls_sideways(view: ModelView) -> None:
    put(view, 1)
    view.columns.layout.set_keys(
        ("server", "parameters", "quantization", "size", "modified", "family", "digest")
    )
    seen = []
    for width in (1200, 900, 700, 560, 420, 330, 300):
        view.resize(width, 300)
        shown = view.columns.shown
        seen.append(shown)
        assert shown[0] == "name"
        assert "size" in shown
        header = view.horizontalHeader()
        total = sum(header.sectionSize(NUMBER[key]) for key in shown)
        least = NAME_MIN + header.sectionSize(NUMBER["size"])
        assert total <= max(view.viewport().width(), least)
        assert not view.horizontalScrollBar().isVisible()
    assert "digest" in seen[0]
    assert seen[-1] == ("name", "size")
    view.resize(1200, 300)
    assert view.columns.shown == seen[0]


def test_dragging_an_edge_moves_the_column_right_of_it(view: ModelView, qtbot: QtBot) -> None:
    put(view, 1)
    header = view.horizontalHeader()
    told: list[str] = []
    view.columns.changed.connect(lambda: told.append("changed"))
    column = NUMBER["quantization"]
    edge, width = header.sectionViewportPosition(column), header.sectionSize(column)
    press, release = qtbot.mousePress, qtbot.mouseRelease
    press(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(edge, 10))
    qtbot.mouseMove(header.viewport(), QPoint(edge - 30, 10))
    release(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(edge - 30, 10))
    assert header.sectionSize(column) == width + 30
    assert header.sectionViewportPosition(column) == edge - 30
    assert ("quantization", width + 30) in view.columns.layout.widths
    assert told


def shown_columns(stage: Stage) -> list[str]:
    return list(stage.window.view.columns.shown)


def test_columns_are_chosen_fitted_and_reset(stage: Stage) -> None:
    window = stage.window
    columns = window.view.columns
    window.resize(1000, 600)
    columns.choose("family", True)
    assert shown_columns(stage) == [
        "name",
        "parameters",
        "quantization",
        "size",
        "modified",
        "family",
    ]
    columns.choose("modified", False)
    columns.choose("size", False)
    assert shown_columns(stage) == ["name", "parameters", "quantization", "size", "family"]
    assert stage.settings.values.columns == columns.layout.keys
    columns.fit_all()
    assert window.view.horizontalHeader().sectionSize(NUMBER["quantization"]) < 128
    columns.reset()
    assert shown_columns(stage) == ["name", "parameters", "quantization", "size", "modified"]
    assert stage.settings.values.column_widths == ()


def test_badges_shrink_before_names_do(stage: Stage) -> None:
    models = stage.window.models
    row = next(r for r in models.all_rows if r.record.name == "llama3.2:latest")
    wide = layout_name(row, QRectF(0, 0, 400, 36), row_fonts())
    assert not wide.is_compact
    assert not wide.is_cut
    tight = layout_name(row, QRectF(0, 0, wide.text.width + 44 + 12 + 8 + 20, 36), row_fonts())
    assert tight.is_compact
    assert not tight.is_cut
    cut = layout_name(row, QRectF(0, 0, 120, 36), row_fonts())
    assert cut.is_cut
    assert cut.text.base[0] == "l"
    assert cut.badges[-1][1].right() <= 120 + 1


def test_spinners_turn_only_while_something_is_done(stage: Stage) -> None:
    window = stage.window
    spinner = window.view._spinner
    assert not spinner.is_turning
    ref = ModelRef(data.SERVER, "qwen3:8b")
    stage.state.set_busy(BusyModel(ref, Verb.LOAD))
    assert spinner.is_turning
    window.hide()
    assert not spinner.is_turning
    window.show()
    assert spinner.is_turning
    stage.state.set_busy(BusyModel(ref, None))
    assert not spinner.is_turning


@pytest.mark.parametrize(
    "direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft]
)
def test_everything_paints_in_both_directions(stage: Stage, direction: Qt.LayoutDirection) -> None:
    window = stage.window
    window.setLayoutDirection(direction)
    window.view.columns.layout.set_keys(("server", "size", "capabilities", "digest", "context"))
    window.resize(1300, 500)
    stage.state.set_busy(BusyModel(ModelRef(data.SERVER, "qwen3:8b"), Verb.LOAD))
    window.select(ModelRef(data.SERVER, "llava:13b"))
    picture = window.grab().toImage()
    side = 4 if direction == Qt.LayoutDirection.LeftToRight else picture.width() - 4
    top = window.view.viewport().mapTo(window, QPoint(0, 0)).y()
    row = window.models.find((data.SERVER, "llava:13b")).row()
    middle = top + row * row_height() + row_height() // 2
    bar = picture.pixelColor(1 if side == 4 else picture.width() - 2, middle)
    ground = picture.pixelColor(side, top + row_height() // 2)
    assert bar != ground


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_acts_once_on_the_framed_row_that_nothing_selected_yet(
    stage: Stage, qtbot: QtBot, key: Qt.Key
) -> None:
    view = stage.window.view
    view.setCurrentIndex(view.model().index(0, 0))
    view.clearSelection()
    qtbot.keyClick(view, key)
    (ref,) = stage.told.take("details_dialog_requested")
    assert [ref.name] == selected(stage.window)


def ink(view: ModelView, rect: QRect) -> tuple[int, int]:
    """The left and the right edge of what is painted on the ground of a cell."""
    picture = view.viewport().grab(rect).toImage()
    ground = picture.pixel(1, 1)
    across = [
        x
        for x in range(picture.width())
        if any(picture.pixel(x, y) != ground for y in range(2, picture.height() - 2))
    ]
    return across[0], picture.width() - 1 - across[-1]


@pytest.mark.parametrize("is_rtl", [False, True])
def test_sizes_end_below_each_other(stage: Stage, is_rtl: bool) -> None:
    window, view = stage.window, stage.window.view
    directions = Qt.LayoutDirection
    window.setLayoutDirection(directions.RightToLeft if is_rtl else directions.LeftToRight)
    stage.state.set_busy(BusyModel(ModelRef(data.SERVER, "qwen3:8b"), Verb.UNLOAD))
    view.clearSelection()
    window.top_bar.search.setFocus()
    settle()
    edges = []
    for row in range(window.models.rowCount()):
        left, right = ink(view, view.visualRect(window.models.index(row, NUMBER["size"])))
        edges.append(left if is_rtl else right)
        assert min(left, right) >= PAD - 2, "it is not cut"
    assert len(edges) > 5
    # Letters begin and end a little beside where they stand.
    assert all(PAD - 2 <= edge <= PAD + 2 for edge in edges), edges


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("points", [8, 10, 20, 30])
@pytest.mark.parametrize("chosen", [(), (("size", 56),)])
def test_no_word_of_the_size_column_is_cut(
    qtbot: QtBot,
    qapp: QApplication,
    points: int,
    language: str,
    chosen: tuple[tuple[str, int], ...],
) -> None:
    font = QFont(qapp.font())
    made = QFont(font)
    made.setPointSize(points)
    translator = QTranslator()
    if language != "en":
        folder = Path(__file__).parents[3] / "resources" / "translations"
        assert translator.load(f"ollama-tray_{language}.qm", str(folder))
        qapp.installTranslator(translator)
    qapp.setFont(made)
    try:
        view = ModelView(ModelTableModel(), ColumnLayout(widths=chosen))
        qtbot.addWidget(view)
        view.resize(1200, 300)
        view.show()
        room = view.horizontalHeader().sectionSize(NUMBER["size"]) - 2 * PAD
        metrics = row_fonts().metrics
        assert size_words()
        assert [w for w in size_words() if metrics.horizontalAdvance(w) > room] == []
    finally:
        qapp.setFont(font)
        qapp.removeTranslator(translator)


LONG_TAG = "q4_K_M-instruct-with-a-tag-that-goes-on-and-on-for-ever-and-ever-2026-11-28"


def test_a_long_tag_stays_in_its_column_and_the_base_name_is_seen(stage: Stage) -> None:
    view = stage.window.view
    records = [replace(data.record("qwen3:8b"), name=f"mistral-small:{LONG_TAG}")]
    stage.set_snapshot(data.snapshot(tuple(records)))
    stage.window.refresh_now()
    (row,) = stage.window.models.all_rows
    for width in (220, 260, 330, 420):
        placed = layout_name(row, QRectF(0, 0, width, 36), row_fonts())
        assert placed.left + placed.text.width <= width
        assert placed.is_cut
        assert placed.text.base.startswith("mistral"), placed.text
        assert placed.text.tag.startswith(":")
        assert "…" in placed.text.tag
    assert view.columns.shown[0] == "name"


def test_columns_without_room_are_told_and_come_with_it(stage: Stage) -> None:
    window = stage.window
    window.resize(720, 440)
    menu = QMenu(window)
    fill_columns(menu, window.view.columns)
    by_text = entries(menu)
    by_text["Digest"].trigger()
    by_text["Format"].trigger()
    assert "digest" in window.view.columns.without_room
    assert by_text["Digest"].text() == "Digest (no room, widen the window)"
    assert by_text["Digest"].isChecked()
    window.resize(1400, 600)
    assert window.view.columns.without_room == frozenset()
    fill_columns(menu, window.view.columns)
    assert "Digest" in entries(menu)


def test_the_menu_of_columns_stays_open_for_several_ticks(stage: Stage, qtbot: QtBot) -> None:
    columns = stage.window.view.columns
    columns.menu_requested.emit(stage.window.mapToGlobal(QPoint(300, 100)))
    menu = next(m for m in stage.window.view.findChildren(QMenu) if m.isVisible())
    for title in ("Format", "Digest"):
        place = menu.actionGeometry(entries(menu)[title]).center()
        qtbot.mouseMove(menu, place)
        qtbot.mousePress(menu, Qt.MouseButton.LeftButton, pos=place)
        qtbot.mouseRelease(menu, Qt.MouseButton.LeftButton, pos=place)
        assert menu.isVisible()
    assert {"format", "digest"} <= set(columns.layout.keys)
    menu.setActiveAction(next(a for a in menu.actions() if a.text().startswith("Format")))
    qtbot.keyClick(menu, Qt.Key.Key_Space)
    assert "format" not in columns.layout.keys
    assert menu.isVisible()
    qtbot.keyClick(menu, Qt.Key.Key_Escape)
    assert not menu.isVisible()


def test_a_move_that_ends_where_it_began_selects(view: ModelView, qtbot: QtBot) -> None:
    put(view, 1, 2)
    view.setCurrentIndex(view.model().index(0, 0))
    view.clearSelection()
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert [index.row() for index in view.selectionModel().selectedRows()] == [0]
