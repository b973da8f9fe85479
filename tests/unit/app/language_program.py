"""A program whose language is changed while its windows are open; prints what is then on screen.

A process of its own, because it makes the one application object: `language_program.py RESOURCES`.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget

from tests.fakes import FaultyServer, small
from tests.support import facts
from tests.support.waiting import wait_for
from tray_app import language
from tray_app.app.application import Application
from tray_app.cli import Invocation
from tray_app.desktop.instance.single_instance import SingleInstance
from tray_app.desktop.tray.tray import Tray
from tray_app.itemmodels.columns import MODIFIED
from tray_app.paths import paths

DAY_S = 86400.0


def settle() -> None:
    for _ in range(5):
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


def tray_labels(app: Application) -> list[str]:
    assert app.tray._menu is not None
    return [action.text() for action in app.tray._menu.menu.actions() if action.text()]


def wait(condition: Callable[[], bool]) -> None:
    def is_true() -> bool:
        settle()
        return condition()

    wait_for(is_true)


def wait_label(app: Application, label: str) -> None:
    wait(lambda: label in tray_labels(app))


def seen(app: Application) -> dict[str, Any]:
    built = app.window._built
    assert built is not None
    main = built.main
    settings = built.dialogs.settings_dialog()
    assert settings is not None
    doctor = built.dialogs.doctor_dialog()
    focused = settings.focusWidget()
    return {
        "pull": main.top_bar.pull.text(),
        "search": main.top_bar.search.text(),
        "selected": [ref.name for ref in main.view.selected_refs()],
        "geometry": [main.x(), main.y(), main.width(), main.height()],
        "visible": main.isVisible(),
        "page": settings.page_key(),
        "settings": settings.windowTitle(),
        "focus": str(focused.property("setting")) if focused is not None else "",
        "details": [dialog.tabs.currentIndex() for dialog in built.dialogs.details_dialogs()],
        "doctor": doctor.server_id if doctor is not None else None,
        "modified": main.models.index(0, MODIFIED).data(),
        "tray": tray_labels(app),
        "listeners": facts.listeners(app.state),
        "windows": sorted(
            type(widget).__name__
            for widget in QApplication.topLevelWidgets()
            if widget.isVisible() and isinstance(widget, QWidget)
        ),
    }


def main() -> None:
    root = Path(sys.argv[1])
    language._folder = lambda: root / "translations"
    qt = QApplication([])
    library = small.library("here", "other")
    # Old enough that no midnight makes another age of it.
    library.installed = [(name, package, 100 * DAY_S) for name, package, _ in library.installed]
    with tempfile.TemporaryDirectory() as folder, FaultyServer(library=library) as server:
        data = Path(folder)
        os.environ["OLLAMA_HOST"] = server.url
        instance = SingleInstance(data)
        assert instance.claim()
        tray = Tray(qt)
        tray._make_icon()  # as if there were a tray
        app = Application(qt, tray, Invocation(data_dir=data), paths(data), instance)
        app.start()
        tray.retranslate()
        wait(lambda: app.window._built is not None)
        built = app.window._built
        assert built is not None
        wait(lambda: built.main.models.rowCount() == 2)
        built.main.setGeometry(30, 40, 730, 450)
        built.main.top_bar.search.setText("e")
        ref = built.main.models.ref_at(1)
        built.main.view.select(ref)
        built.dialogs.open_details(ref).tabs.setCurrentIndex(2)
        app.window.open_doctor("local")
        app.window.open_settings("general")
        settings = built.dialogs.settings_dialog()
        assert settings is not None
        for widget in settings.findChildren(QWidget):
            if widget.property("setting") == "language":
                widget.setFocus()
        settle()
        wait_label(app, "Load a model")  # the list has reached the tray
        found = [seen(app)]
        for code, last in (("zh_CN", "退出 Ollama Tray"), ("en", "Quit Ollama Tray")):
            app.settings.set("language", code)
            wait_label(app, last)
            found.append(seen(app))
            assert built.main is not app.window._windows().main
        sys.stdout.write(json.dumps(found))
        app.shutdown.quit_now()
        app.after_loop()
        instance.close()


if __name__ == "__main__":
    main()
