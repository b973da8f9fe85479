"""Pictures of the main window in all its states, and of its menus."""

from PySide6.QtCore import QItemSelectionModel
from PySide6.QtWidgets import QMenu, QWidget

from tests.shots import data
from tests.shots.registry import SHOTS, settle
from tests.support import facts
from tray_app.commands import Commands
from tray_app.core.payloads import BusyModel, ModelRef, Recommendations, Verb
from tray_app.core.records import Server, ServerState
from tray_app.settings import Settings
from tray_app.state.app_state import AppState
from tray_app.views.components.banner import BannerText
from tray_app.views.main_window.window import MainWindow
from tray_app.views.theme import Tone


def window(width: int = 960, height: int = 600, *, is_demo: bool = False) -> MainWindow:
    """A window that knows nothing yet."""
    settings = Settings(None)
    settings.set("tip_tray_seen", True)
    state = AppState(Server(data.SERVER, "", data.ADDRESS), is_demo=is_demo)
    commands = Commands()
    made = MainWindow(settings, state, commands, clock=data.clock, clock_s=data.clock_s)
    for part in (state, commands):
        part.setParent(made)
    made.resize(width, height)
    made.show()
    return made


def filled(width: int = 960, height: int = 600, *, is_demo: bool = False) -> MainWindow:
    """With the list of the pictures, one row selected."""
    made = window(width, height, is_demo=is_demo)
    for found in data.verdicts():
        made._state.set_verdict(found)
    made._state.set_layer_index(data.layer_index())
    facts.set_status(made._state, data.status())
    facts.set_snapshot(made._state, data.snapshot())
    settle()
    select(made, "qwen3:8b")
    made.view.setFocus()
    return made


def select(made: MainWindow, *names: str) -> None:
    """Select these models only."""
    flags = QItemSelectionModel.SelectionFlag
    model = made.view.selectionModel()
    model.clearSelection()
    for name in names:
        model.setCurrentIndex(made.models.find((data.SERVER, name)), flags.Select | flags.Rows)
    settle()


def hover(made: MainWindow, name: str) -> None:
    made.view.entered.emit(made.models.find((data.SERVER, name)))


@SHOTS.add("main")
def main_window() -> QWidget:
    made = filled()
    hover(made, "llama3.2:latest")
    return made


@SHOTS.add("main-multiselect")
def multiselect() -> QWidget:
    made = filled()
    select(made, "deepseek-r1:14b", "llava:13b", "mistral:7b")
    return made


@SHOTS.add("main-min-720x440")
def smallest() -> QWidget:
    made = filled(720, 440)
    select(made, "llama3.2:latest")
    return made


@SHOTS.add("main-all-columns", themes=("light",))
def all_columns() -> QWidget:
    made = filled(1400, 600)
    made.view.columns.layout.set_keys(
        ("server", "parameters", "quantization", "size", "modified", "family", "format",
         "context", "capabilities", "digest")
    )  # fmt: skip
    made.view.columns.arrange()
    return made


@SHOTS.add("main-no-match")
def no_match() -> QWidget:
    made = filled()
    made.top_bar.search.setText("qwn")
    return made


@SHOTS.add("main-downloads")
def downloads() -> QWidget:
    made = filled(960, 720)
    for item in data.PULLS:
        facts.set_download(made._state, item)
    made._state.set_pull_summary(data.SUMMARY)
    settle()
    made.splitter.setSizes([294, 330])
    select(made, "llama3.2:latest")
    return made


@SHOTS.add("main-busy", themes=("light",))
def busy() -> QWidget:
    made = filled()
    for name, verb in (("gemma3:4b", Verb.LOAD), ("llava:13b", Verb.DELETE)):
        made._state.set_busy(BusyModel(ModelRef(data.SERVER, name), verb))
    made.show_notice(
        BannerText(
            "Deleted llama3.2:3b, 2\u00a0GB freed.",
            Tone.OK,
            (("pull:llama3.2:3b", "Pull again"),),
        )
    )
    return made


@SHOTS.add("main-demo", themes=("light",))
def demo() -> QWidget:
    return filled(is_demo=True)


@SHOTS.add("main-zh", themes=("light",), locale="zh_CN")
def chinese() -> QWidget:
    return filled()


@SHOTS.add("empty")
def empty() -> QWidget:
    made = window()
    made._settings.set("tip_tray_seen", False)
    made.set_hides_on_close(True)
    facts.set_status(made._state, data.status())
    facts.set_snapshot(made._state, data.snapshot(()))
    facts.set_recommendations(made._state, Recommendations(data.SERVER, data.SUGGESTIONS))
    settle()
    made.pane.page.focus_first()
    return made


@SHOTS.add("connecting")
def connecting() -> QWidget:
    made = window()
    facts.set_status(made._state, data.status(ServerState.STARTING, reached=False))
    settle()
    made.pane.show_skeleton_now()
    return made


@SHOTS.add("offline")
def offline() -> QWidget:
    made = window()
    facts.set_status(made._state, data.status(ServerState.OFFLINE, reached=False))
    settle()
    return made


@SHOTS.add("offline-with-list")
def offline_with_list() -> QWidget:
    made = filled()
    facts.set_status(made._state, data.status(ServerState.OFFLINE))
    return made


@SHOTS.add("main-drop", themes=("light",))
def drop() -> QWidget:
    from PySide6.QtCore import QMimeData, QPoint, Qt
    from PySide6.QtGui import QDragEnterEvent

    made = filled()
    mime = QMimeData()
    mime.setText("https://ollama.com/library/qwen3:8b")
    none = Qt.MouseButton.NoButton
    event = QDragEnterEvent(
        QPoint(200, 200), Qt.DropAction.CopyAction, mime, none, Qt.KeyboardModifier.NoModifier
    )
    made.pane.dragEnterEvent(event)
    return made


@SHOTS.add("menu-row")
def menu_row() -> QWidget:
    made = filled()
    made.refresh_now()
    return _owned(made.row_menu(), made)


@SHOTS.add("menu-more")
def menu_more() -> QWidget:
    made = filled()
    made.fill_more_menu()
    return _owned(made.more_menu, made)


@SHOTS.add("menu-server")
def menu_server() -> QWidget:
    made = filled()
    made.server_menu.fill()
    return _owned(made.server_menu, made)


@SHOTS.add("menu-columns")
def menu_columns() -> QWidget:
    from tray_app.views.main_window.menus import fill_columns

    made = filled()
    menu = QMenu(made)
    fill_columns(menu, made.view.columns)
    return _owned(menu, made)


@SHOTS.add("help")
def help_page() -> QWidget:
    from tray_app.state.project import Folders, ProjectFacts
    from tray_app.views.help.dialog import HelpDialog

    project = ProjectFacts()
    project.set_pages(
        "https://github.com/somebody/ollama-tray", "https://github.com/somebody/ollama-tray/issues"
    )
    home = "/home/me/.{}/ollama-tray"
    parts = ("config", "local/state", "cache", "local/state")
    project.folders = Folders(*map(home.format, parts))
    return HelpDialog(project)


_owners: list[QWidget] = []


def _owned(menu: QMenu, owner: QWidget) -> QMenu:
    """The menu alone; its window is kept until the next one."""
    _owners[:] = [owner]
    menu.ensurePolished()
    return menu
