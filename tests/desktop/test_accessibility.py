"""The program as a screen reader meets it: through AT-SPI, from another process."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from dev import TEST_FILES
from tests.desktop.conftest import StartApp
from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.program import App
from tests.support.tools import lacks
from tests.support.waiting import wait_for

PYTHON = "/usr/bin/python3"
SCRIPT = Path(__file__).parent / "harness" / "at_spi.py"
REGISTRY = Path("/usr/libexec/at-spi2-registryd")

Node = dict[str, Any]

# Qt's own, whenever somebody asks it something.
pytestmark = pytest.mark.allow_logs(r"qt\.accessibility\.atspi: ")


class Reader:
    """A screen reader that looks at one program."""

    def __init__(self, app: App) -> None:
        self.app = app

    def _ask(self, *words: str) -> Any:
        done = subprocess.run(
            [PYTHON, "-W", "ignore", str(SCRIPT), str(self.app.pid), *words],
            env=self.app.desktop.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def nodes(self) -> list[Node]:
        """Everything on screen now, in reading order."""
        found: list[Node] = []

        def collect(node: Node) -> None:
            if "showing" in node["states"]:
                found.append(node)
                for child in node["children"]:
                    collect(child)

        root = self._ask("tree")
        for child in root["children"] if root else ():
            collect(child)
        return found

    def names(self, role: str) -> list[str]:
        return [node["name"] for node in self.nodes() if node["role"] == role]

    def wait(self, role: str, start: str) -> Node:
        """Return the first node with this role whose name begins so, as soon as it is there."""

        def found() -> Node | None:
            return next(
                (n for n in self.nodes() if n["role"] == role and n["name"].startswith(start)),
                None,
            )

        return self.app.wait_for(found, message=f"no {role} {start!r} for the reader")

    def press(self, role: str, name: str) -> None:
        assert self._ask("press", role, self.wait(role, name)["name"]) is True

    def type(self, name: str, text: str) -> None:
        self.wait("text", name)
        assert self._ask("type", "text", name, text) is True

    def nameless(self) -> list[tuple[str, str]]:
        """What can get the keyboard and does not say what it is."""
        return [
            (node["role"], node["description"])
            for node in self.nodes()
            if "focusable" in node["states"] and not node["name"].strip()
        ]


def is_there() -> bool:
    """Whether the system's Python can speak AT-SPI and the registry is installed."""
    if not REGISTRY.exists() or not Path(PYTHON).exists():
        return False
    code = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"
    return not subprocess.run([PYTHON, "-c", code], capture_output=True, check=False).returncode


@pytest.fixture
def reader(desktop: VirtualDesktop, start_app: StartApp) -> Reader:
    if not is_there():
        lacks(*TEST_FILES.values())
    always = {"QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
    app = start_app(desktop, "--demo", environment=always)
    app.window("Ollama Tray")
    found = Reader(app)
    found.wait("table cell", "qwen3:8b, text model")
    return found


def test_the_window_reads_itself(reader: Reader) -> None:
    assert reader.nameless() == []
    reader.wait("push button", "Server: This computer, online, version ")
    assert reader.names("table") == ["Models"]
    cells = reader.names("table cell")
    assert "llama3.2:latest, text model, loaded" in cells
    assert "nomic-embed-text:latest, embedding model" in cells
    assert "5.2 gigabytes" in cells
    assert "Cloud model, nothing stored here" in cells
    assert {"Name", "Size", "Modified"} <= set(reader.names("table column header"))
    assert {"Pull model…", "More", "Refresh", "Details"} <= set(reader.names("push button"))
    chip = reader.wait("check box", "Loaded, 2 models, filter")
    assert "Press" in chip["actions"]
    disabled = reader.wait("push button", "Delete")
    assert disabled["description"] == "Select a model first"


def test_searching_and_filtering_by_name(reader: Reader) -> None:
    def models() -> list[str]:
        return [name for name in reader.names("table cell") if " model" in name]

    before = models()
    reader.type("Search models", "embed")
    wait_for(lambda: models() == ["nomic-embed-text:latest, embedding model"])
    reader.press("push button", "Clear")
    wait_for(lambda: models() == before)
    reader.press("check box", "Loaded")
    wait_for(lambda: len(models()) == 2)


def test_a_download_from_the_dialog_to_the_bar(reader: Reader) -> None:
    reader.press("push button", "Pull model…")
    reader.wait("dialog", "Pull model")
    assert reader.nameless() == []
    reader.type("Model name or link", "qwen3:14b")
    button = reader.wait("push button", "Pull 9.3")
    reader.press("push button", button["name"])
    bar = reader.wait("progress bar", "qwen3:14b download")
    reader.wait("push button", "Pause qwen3:14b")
    reader.press("push button", "Show layers of qwen3:14b")
    assert reader.nameless() == []

    def value() -> float:
        return float(reader.wait("progress bar", "qwen3:14b download")["value"][1])

    assert bar["value"][0] == 0
    assert bar["value"][2] > 0
    first = value()
    reader.app.wait_for(lambda: value() > first, message="the bar never moved for the reader")
    reader.press("push button", "Pause qwen3:14b")
    reader.wait("push button", "Resume qwen3:14b")


def test_every_dialog_reads_itself(reader: Reader) -> None:
    screen = reader.app.desktop.screen
    screen.focus(reader.app.window("Ollama Tray"))
    for keys, title in (
        (("Down", "Return"), " · This computer"),
        (("Delete",), "Delete"),
        (("ctrl+d",), "Duplicate"),
        (("ctrl+comma",), "Settings"),
        (("F1",), "Help"),
    ):
        screen.keys(*keys)
        window = reader.app.window(title)
        wait_for(lambda: any(title in n["name"] for n in reader.nodes() if n["role"] == "dialog"))  # noqa: B023
        assert reader.nameless() == [], title
        screen.focus(window)
        screen.keys("Escape")
        screen.wait_no_window(title)
        screen.focus(reader.app.window("Ollama Tray"))
