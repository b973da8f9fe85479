"""Where the parts of a server's cell stand, and that they are painted there."""

import pytest
from PySide6.QtCore import QRect, QRectF

from tests.shots import servers
from tests.shots.servers import NAS
from tests.support import facts
from tests.unit.itemmodels.samples import model
from tests.widgets.windows import Stage, entries
from tray_app.core.records import ServerState
from tray_app.itemmodels.columns import NUMBER, SERVER
from tray_app.itemmodels.rows import ListedServer, ModelRow, RowServer
from tray_app.views.models.cell_layout import PAD, layout_server, row_fonts

CELL = QRectF(100, 50, 132, 36)


def row(label: str, state: ServerState | None = None) -> ModelRow:
    return ModelRow(model("a:1"), RowServer(ListedServer("s", label, state), 0))


def test_a_server_that_answers_has_its_name_alone() -> None:
    layout = layout_server(row("nas"), CELL, row_fonts())
    assert (layout.text, layout.left, layout.glyph) == ("nas", 100 + PAD, None)


def test_behind_the_name_of_one_that_does_not_stands_a_glyph() -> None:
    fonts = row_fonts()
    layout = layout_server(row("nas", ServerState.OFFLINE), CELL, fonts)
    end = layout.left + fonts.metrics.horizontalAdvance("nas")
    assert layout.glyph == QRectF(end + 6, 61, 14, 14)


@pytest.mark.parametrize("is_rtl", [False, True])
def test_a_long_name_leaves_room_for_it(is_rtl: bool) -> None:
    long = row("the workstation below the stairs", ServerState.REFUSED)
    layout = layout_server(long, CELL, row_fonts(), is_rtl)
    assert layout.text.endswith("…")
    assert layout.glyph is not None
    inside = CELL.adjusted(PAD - 0.5, 0, 0.5 - PAD, 0)
    assert inside.contains(layout.glyph)
    assert inside.left() <= layout.left <= inside.right()
    assert (layout.glyph.left() > layout.left) is not is_rtl


def test_what_is_out_of_reach_is_painted_otherwise(several: Stage) -> None:
    """Name, size, and the glyph behind the server; nothing in the other columns."""
    view, models = several.window.view, several.window.models
    index = models.find((NAS, "deepseek-r1:32b"))

    def cells() -> dict[str, object]:
        keys = ("name", "server", "parameters", "size")
        rects = {key: view.visualRect(index.siblingAtColumn(NUMBER[key])) for key in keys}
        picture = view.viewport().grab(QRect(view.viewport().rect())).toImage()
        ratio = picture.devicePixelRatio()
        return {
            key: picture.copy(
                *(round(part * ratio) for part in (r.x(), r.y(), r.width(), r.height()))
            )
            for key, r in rects.items()
        }

    before = cells()
    assert cells() == before, "of the same there is the same picture"
    facts.set_status(several.state, servers.status(NAS))
    after = cells()
    assert {key for key in before if before[key] != after[key]} == {"name", "server", "size"}


def test_the_column_of_servers_is_there_by_itself(several: Stage) -> None:
    view = several.window.view
    header = view.horizontalHeader()
    assert (header.visualIndex(SERVER), header.sectionSize(SERVER)) == (1, 132)
    several.window.fill_more_menu()
    shown = entries(entries(several.window.more_menu)["Columns"].menu())["Server"]
    assert (shown.isChecked(), shown.isEnabled()) == (True, False)
    several.window.resize(720, 440)
    view.columns.arrange()
    assert view.columns.shown == ("name", "server", "parameters", "size", "modified")
    several.state.set_servers(servers.SERVERS, NAS, NAS)
    assert header.isSectionHidden(SERVER)
    several.window.fill_more_menu()
    shown = entries(entries(several.window.more_menu)["Columns"].menu())["Server"]
    assert (shown.isChecked(), shown.isEnabled()) == (False, True)
