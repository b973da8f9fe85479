"""The house rules over every file of tray_app, and over snippets that break each of them."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.bans import (
    LAZY_IMPORTS,
    LONG_FILES,
    MAX_LINES,
    SEAMS,
    check_bans,
    find_seams,
)
from tests.architecture.circles import find_circles, import_graph
from tests.architecture.counts import count
from tests.architecture.layers import LAYERS, check_imports
from tests.architecture.source import Source

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "tray_app").rglob("*.py"))


@pytest.fixture(scope="module")
def sources() -> dict[Path, Source]:
    """Every file, parsed once for all tests that look at it."""
    return {file: Source.read(ROOT, file) for file in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT)))
def test_file_keeps_the_rules(sources: dict[Path, Source], file: Path) -> None:
    source = sources[file]
    assert [*check_imports(source), *check_bans(source)] == []


def test_no_module_is_in_a_circle_of_imports(sources: dict[Path, Source]) -> None:
    graph = import_graph(sources.values())
    assert find_circles(graph) == []


@pytest.mark.parametrize(
    ("texts", "circles"),
    [
        (
            {"a": "from tray_app.b import B", "b": "from tray_app import a"},
            ["tray_app.a → tray_app.b → tray_app.a"],
        ),
        (
            {"a": "from tray_app.b import B", "b": "if TYPE_CHECKING:\n    import tray_app.a"},
            ["tray_app.a → tray_app.b → tray_app.a"],
        ),
        (
            {
                "a": "import tray_app.c",
                "b": "import tray_app.a",
                "c": "def f():\n  import tray_app.b",
            },
            ["tray_app.a → tray_app.c → tray_app.b → tray_app.a"],
        ),
        # The package is a module too: its __init__ and a file in it.
        (
            {"p/__init__": "from tray_app.p.a import A", "p/a": "from tray_app.p import name"},
            ["tray_app.p → tray_app.p.a → tray_app.p"],
        ),
        (
            {
                "a": "import tray_app.b, tray_app.c",
                "b": "import tray_app.a",
                "c": "import tray_app.a",
            },
            ["tray_app.a → tray_app.b → tray_app.a", "tray_app.a → tray_app.c → tray_app.a"],
        ),
        ({"a": "import tray_app.b, tray_app.c", "b": "import tray_app.c", "c": "import json"}, []),
        ({"p/__init__": "", "p/a": "import tray_app.p.b", "p/b": "from tray_app.q import c"}, []),
    ],
)
def test_circles_of_imports_are_found(texts: dict[str, str], circles: list[str]) -> None:
    graph = import_graph(Source(f"tray_app/{name}.py", text) for name, text in texts.items())
    assert find_circles(graph) == circles


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("core/x.py", "import PySide6"),
        ("core/x.py", "import requests"),
        ("core/x.py", "import time"),
        ("core/x.py", "from os import environ"),
        ("core/x.py", "from tray_app import APP_NAME"),
        ("core/x.py", "from tray_app.text import size"),
        ("core/x.py", "from . import names"),
        ("core/x.py", "if True:\n    import os.path"),
        ("ollama/x.py", "from PySide6.QtCore import QObject"),
        ("ollama/x.py", "from tray_app.settings import Settings"),
        ("workers/x.py", "from PySide6 import QtCore, QtGui"),
        ("workers/x.py", "from PySide6.QtWidgets import QWidget"),
        ("workers/x.py", "def f():\n    import tray_app.views.main_window.window"),
        ("text.py", "from PySide6.QtGui import QIcon"),
        ("settings.py", "from tray_app.views import x"),
        ("itemmodels/x.py", "from PySide6.QtWidgets import QStyle"),
        ("itemmodels/x.py", "from pathlib import Path"),
        ("itemmodels/x.py", "from tray_app.ollama.client import OllamaClient"),
        ("views/x.py", "import requests"),
        ("views/x.py", "import threading"),
        ("views/x.py", "from tray_app.workers.poller import ModelPoller"),
        ("views/x.py", "from tray_app.workers import operations"),
        ("desktop/x.py", "from tray_app.views.main_window.window import MainWindow"),
        ("desktop/x.py", "import requests"),
        ("workers/x.py", "from tray_app.desktop.tray.tray import Tray"),
        ("workers/x.py", "from PySide6.QtWidgets import QMessageBox"),
        ("demo/server.py", "from tray_app.core.records import ModelRecord"),
        ("demo/server.py", "import requests"),
        ("diagnosis/servers.py", "from tray_app.cli.server_choice import ServerChoice"),
        ("cli.py", "import tray_app.app"),
        ("cli.py", "from tray_app.workers.runner import JobRunner"),
        ("cli.py", "from tray_app.desktop.tray.tray import Tray"),
        ("cli.py", "from PySide6.QtGui import QIcon"),
        ("workers/x.py", "import tray_app.app"),
        ("__main__.py", "import tray_app.views"),
        ("state/app_state.py", "from PySide6.QtWidgets import QWidget"),
        ("state/app_state.py", "from tray_app.workers.poller import ModelPoller"),
        ("state/app_state.py", "from tray_app.text import size"),
        ("commands.py", "from PySide6.QtGui import QAction"),
        ("commands.py", "from tray_app.state.app_state import AppState"),
        ("workers/x.py", "from tray_app.state.app_state import AppState"),
        ("workers/x.py", "from tray_app.commands import Commands"),
        ("itemmodels/x.py", "from tray_app.commands import Commands"),
        ("cli/x.py", "from tray_app.state.app_state import AppState"),
        ("jsonfile.py", "from PySide6.QtCore import QSaveFile"),
        ("jsonfile.py", "from tray_app.paths import Paths"),
        ("diagnosis/servers.py", "from tray_app.cli.terminal import main"),
        ("diagnosis/servers.py", "from tray_app.workers import runner"),
        ("__init__.py", "import sys"),
        ("unheard_of.py", ""),
    ],
)
def test_forbidden_imports_are_found(path: str, text: str) -> None:
    assert list(check_imports(Source(f"tray_app/{path}", text)))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("core/x.py", "from tray_app.core.names import ModelName\nfrom datetime import datetime"),
        ("ollama/x.py", "import os, time, requests.adapters\nfrom urllib3.util import Timeout"),
        ("workers/x.py", "from PySide6.QtCore import QObject\nfrom tray_app import APP_NAME"),
        (
            "text.py",
            "from PySide6.QtCore import QCoreApplication\nfrom tray_app.core import errors",
        ),
        ("resources.py", "from PySide6.QtGui import QIcon\nfrom tray_app import paths"),
        ("settings.py", "import platformdirs\nfrom tray_app.paths import config_folder"),
        ("views/x.py", "from PySide6 import QtWidgets\nfrom tray_app.views.style import Theme"),
        (
            "state/app_state.py",
            "from PySide6.QtCore import Signal\nfrom tray_app.core.records import Poll",
        ),
        ("commands.py", "from PySide6.QtCore import Signal\nfrom tray_app.core import payloads"),
        ("itemmodels/x.py", "from tray_app.state.app_state import AppState"),
        ("views/x.py", "from tray_app import commands, state"),
        ("desktop/x.py", "from tray_app.commands import Commands\nimport tray_app.state.app_state"),
        ("diagnosis/servers.py", "from tray_app.ollama import OllamaClient\nimport shutil"),
        ("desktop/x.py", "from PySide6.QtDBus import QDBusConnection\nimport jeepney"),
        ("demo/server.py", "import http.server, threading\nfrom tray_app.core.names import X"),
        ("cli.py", "from tray_app.desktop.instance.single_instance import ask"),
        (
            "app.py",
            "from tray_app.views.main_window.window import MainWindow\nimport PySide6.QtWidgets",
        ),
        ("__main__.py", "from tray_app import cli, app"),
    ],
)
def test_allowed_imports_pass(path: str, text: str) -> None:
    assert list(check_imports(Source(f"tray_app/{path}", text))) == []


BAD = {
    "app.py": [
        "app.processEvents()",
        "QApplication.processEvents()",
        "from PySide6.QtCore import *",
        "worker.finished.connect(lambda: None)",
        "worker.finished.connect(partial(print, 1))",
        "worker.finished.connect(functools.partial(print, 1), Qt.QueuedConnection)",
        "def f():\n    def g(): ...\n    worker.finished.connect(g)",
        "def f():\n    import json",
        "def f():\n    from tray_app.views import details_dialog",
        "class C:\n    async def f(self):\n        import json",
    ],
    "workers/x.py": [
        "job.failed.connect(lambda e: print(e))",
        "thread.terminate()",
        "self._thread.terminate()",
        "class W(QThread): ...",
        "class W(QtCore.QThread): ...",
        "import time\ntime.sleep(1)",
        "from time import sleep",
        "QThread.msleep(3)",
        "app = QCoreApplication.instance()",
        "app = QtWidgets.QApplication.instance()",
        "changed = Signal(dict)",
        "changed = Signal(list)",
        "changed = Signal(int)",
        "changed = Signal(str, str)",
        "changed = QtCore.Signal('QVariantMap')",
        "changed = Signal(object)",
        "class A:\n    def f(self):\n        raise NotImplementedError",
        "class A(Job):\n    def f(self):\n        'Do it.'\n        raise NotImplementedError('f')",
        "class A(List[int]):\n    async def f(self):\n        raise builtins.NotImplementedError",
    ],
    "views/x.py": [
        "dialog.exec()",
        "self._dialog.exec_()",
        "DeleteDialog(self).exec()",
        "menu.exec(pos)",
        "QEventLoop().exec()",
        "QMessageBox.question(self, 'a', 'b')",
        "QFileDialog.getOpenFileName(self)",
        "self.tr(f'{n} models')",
        "QCoreApplication.translate('x', f'{n} models')",
        "self.tr('{} models'.format(n))",
        "self.tr('%d models' % n)",
        "model = QSortFilterProxyModel(self)",
        "header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)",
        "class Page(QScrollArea): ...",
        "area = QScrollArea(self)",
    ],
    "core/x.py": [
        "from datetime import datetime\nt = datetime.now()",
        "import datetime\nt = datetime.datetime.utcnow()",
        "t = date.today()",
        "open('x')",
    ],
    "itemmodels/x.py": ["open('x')"],
}


@pytest.mark.parametrize(
    ("path", "text"), [(path, text) for path, all_ in BAD.items() for text in all_]
)
def test_banned_constructions_are_found(path: str, text: str) -> None:
    assert list(check_bans(Source(f"tray_app/{path}", f'"""Doc."""\n{text}\n')))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("app.py", "code = app.exec()\ncode = QApplication.exec()\nself._app.exec()"),
        ("app.py", "worker.finished.connect(self._on_worker_finished)"),
        ("app/launcher.py", "def f():\n    from tray_app.app.demo import Demo"),
        ("app.py", "class C:\n    def g(self): ...\n    def f(self, g):\n        s.connect(g)"),
        ("views/x.py", "button.clicked.connect(lambda: None)"),
        ("views/x.py", "drag.exec(Qt.DropAction.MoveAction)"),
        ("views/x.py", "box = QMessageBox(self)\nbox.open()"),
        ("views/x.py", "self.tr('{n} models').format(n=3)\nself.tr('%n model(s)', '', 3)"),
        ("desktop/x.py", "def f():\n    import winreg"),
        ("desktop/x.py", "self._process.terminate()"),
        ("workers/x.py", "a = Signal()\nb = Signal(str)\nc = Signal(bool)"),
        ("workers/x.py", "a = Signal(object)  # Snapshot"),
        ("workers/x.py", "class A(ABC):\n    def f(self):\n        raise NotImplementedError"),
        ("workers/x.py", "class A(Protocol[T]):\n def f(self):\n  raise NotImplementedError"),
        ("workers/x.py", "class A(metaclass=ABCMeta):\n def f(self): raise NotImplementedError"),
        ("workers/x.py", "class A:\n    def f(self):\n        raise ValueError"),
        (
            "workers/x.py",
            "class A:\n  def f(self):\n    if self.x: return 1\n    raise NotImplementedError",
        ),
        ("workers/x.py", "connection.execute()\nevent.wait(3)"),
        ("views/x.py", "painter.translate(0, -height / 2)"),
        ("views/x.py", "def f(area: QScrollArea) -> bool: return isinstance(area, QScrollArea)"),
    ],
)
def test_what_looks_alike_is_left_alone(path: str, text: str) -> None:
    assert list(check_bans(Source(f"tray_app/{path}", f'"""Doc."""\n{text}\n'))) == []


def test_a_file_that_is_too_long_is_found() -> None:
    lines = ['"""Doc."""', *["x = 1"] * (MAX_LINES - 1)]
    assert list(check_bans(Source("tray_app/x.py", "\n".join(lines)))) == []
    assert list(check_bans(Source("tray_app/x.py", "\n".join([*lines, "x = 2"]))))


def test_a_file_without_a_docstring_is_found() -> None:
    assert list(check_bans(Source("tray_app/x.py", "x = 1\n")))


def test_exceptions_are_still_needed(sources: dict[Path, Source]) -> None:
    by_path = {source.path: source for source in sources.values()}
    for path in LONG_FILES:
        assert len(by_path[path].lines) > MAX_LINES, f"{path} is no longer long"
    for path, module in LAZY_IMPORTS:
        lazy = [entry for entry in by_path[path].imports if entry.is_inside_function]
        assert any(module in (entry.module, *entry.targets()) for entry in lazy), (path, module)
    seams = {(path, name) for path, source in by_path.items() for _, name in find_seams(source)}
    assert SEAMS.keys() <= seams, "filled in: take it from SEAMS"


def test_forwarded_signals_are_counted() -> None:
    text = """
class A(QObject):
    changed = Signal()
    deleted = Signal(str)

    def __init__(self, other, button):
        other.changed.connect(self.changed)
        other.part.deleted.connect(other.changed)
        other.changed.connect(self._on_other_changed)
        button.clicked.connect(self.changed)
        self.deleted.connect(self._commands.deleted)

    def _on_other_changed(self):
        self.changed.emit()

    def _on_button_clicked(self):
        self.name = ""
        self.deleted.emit(self.name)
"""
    counts = count([Source("tray_app/a.py", text), Source("tray_app/__init__.py", "")])
    assert (counts.files, counts.signals, counts.circles, counts.groups) == (2, 2, (), 0)
    assert counts.forwards == (
        "tray_app/a.py:7 changed → changed",
        "tray_app/a.py:8 deleted → changed",
        "tray_app/a.py:11 deleted → commands.deleted",
    )
    assert counts.to_commands == 1
    assert counts.relays == ("tray_app/a.py:13 _on_other_changed → changed",)
    assert counts.small == ("tray_app/a.py",)
    assert counts.largest == ((18, "tray_app/a.py"), (0, "tray_app/__init__.py"))


def test_circles_that_share_a_module_are_counted_as_one_group() -> None:
    imports = {"a": "bc", "b": "a", "c": "d", "d": "a", "e": "f", "f": "e", "g": "a"}
    texts = {name: f"import tray_app.{', tray_app.'.join(all_)}" for name, all_ in imports.items()}
    counts = count([Source(f"tray_app/{name}.py", text) for name, text in texts.items()])
    assert (len(counts.circles), counts.groups) == (3, 2)


def test_every_layer_of_the_table_exists() -> None:
    for layer in LAYERS:
        place = ROOT / "tray_app" / layer
        assert place.is_dir() or place.with_suffix(".py").is_file(), layer


@pytest.mark.parametrize("package", ["tray_app.core", "tray_app.ollama"])
def test_the_lower_layers_do_without_qt(package: str) -> None:
    names = sorted(
        ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for file in FILES
        if file.is_relative_to(ROOT / package.replace(".", "/"))
    )
    assert names
    code = (
        "import importlib, sys\n"
        f"for name in {names!r}: importlib.import_module(name.removesuffix('.__init__'))\n"
        "print([name for name in sys.modules if name.startswith(('PySide6', 'shiboken6'))])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


def test_no_folder_shadows_a_library() -> None:
    # packaging/ is a library's name too: a folder without __init__.py loses against the real one.
    assert not (ROOT / "packaging" / "__init__.py").exists()


def test_tests_use_no_mocks_and_no_fixed_sleeps() -> None:
    offenders = [
        f"{source.path}:{entry.line}"
        for file in sorted((ROOT / "tests").rglob("*.py"))
        for source in [Source.read(ROOT, file)]
        if "unittest" in source.text
        for entry in source.imports
        if entry.module.startswith("unittest")
    ]
    offenders += [
        f"{file.relative_to(ROOT)}: {call}"
        for file in sorted((ROOT / "tests").rglob("*.py"))
        if file.name not in ("waiting.py", "test_architecture.py", "bans.py")
        for call in ("time.sleep(", "qtbot.wait(", "QTest.qWait(")
        if call in file.read_text(encoding="utf-8")
    ]
    assert offenders == [], "use tests.support.waiting.wait_for or qtbot.waitUntil"
