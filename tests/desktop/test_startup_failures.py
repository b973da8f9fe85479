"""Displays, libraries and buses that are not as they should be: one sentence, or a start."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from jeepney import message_bus
from jeepney.io.blocking import open_dbus_connection

from tests.desktop.conftest import StartApp
from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.program import ROOT
from tests.support.complaints import complaints

A11Y, PORTAL = "org.a11y.Bus", "org.freedesktop.portal.Desktop"
Start = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Return a function that starts the program, which is to end by itself with a sentence."""

    def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        base = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
        return subprocess.run(
            [sys.executable, "-m", "tray_app", "--data-dir", str(tmp_path / "data"), *words],
            env={**base, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


def check(done: subprocess.CompletedProcess[str], sentence: str) -> None:
    assert done.returncode == 1, done.stderr
    assert sentence in done.stderr
    assert "plugin" not in done.stderr
    assert complaints(done.stderr) == []


@pytest.mark.parametrize("display", [":7531", "nonsense", "localhost:7531.0"])
def test_a_display_that_is_gone_is_named(start: Start, display: str) -> None:
    done = start(DISPLAY=display)
    check(done, f"The display “{display}” isn’t there any more")
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("platform", ["nonsense", "wayland", "xcb:foo;nonsense"])
def test_a_platform_that_is_not_there_is_named(
    start: Start, bare_desktop: VirtualDesktop, platform: str
) -> None:
    variable = "WAYLAND_DISPLAY" if platform.startswith("xcb") else "DISPLAY"
    display = {variable: bare_desktop.environment["DISPLAY"]}
    done = start(**display, QT_QPA_PLATFORM=platform)
    check(done, f"QT_QPA_PLATFORM asks for: “{platform.partition(':')[0]}”")


def test_a_demo_that_cannot_show_a_window_leaves_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "tray_app", "--demo"],
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
        | {"DISPLAY": ":7531", "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    check(done, "The display “:7531” isn’t there any more")
    assert [file.name for file in folder.glob("*demo*")] == []


def test_nor_is_a_wayland_display_that_is_gone(start: Start, tmp_path: Path) -> None:
    done = start(WAYLAND_DISPLAY="wayland-7", XDG_RUNTIME_DIR=str(tmp_path))
    check(done, "The display “wayland-7” isn’t there any more")


def test_a_missing_library_is_named_with_its_packages(
    start: Start, bare_desktop: VirtualDesktop, tmp_path: Path
) -> None:
    broken = tmp_path / "libxcb-cursor.so.0"
    broken.write_bytes(b"")
    display = bare_desktop.environment["DISPLAY"]
    done = start(DISPLAY=display, LD_LIBRARY_PATH=str(tmp_path))
    check(done, "The library libxcb-cursor.so.0 is missing")
    assert "libxcb-cursor0 (Debian, Ubuntu) or xcb-util-cursor (Fedora)" in done.stderr


@pytest.mark.parametrize("library", ["libGL.so.1", "libEGL.so.1", "libglib-2.0.so.0"])
def test_so_is_one_that_qt_cannot_be_loaded_without(
    start: Start, tmp_path: Path, library: str
) -> None:
    (tmp_path / library).write_bytes(b"")
    done = start(DISPLAY=":7531", LD_LIBRARY_PATH=str(tmp_path), LC_ALL="zh_CN.UTF-8")
    check(done, library)


@pytest.fixture
def mute(tmp_path: Path) -> Iterator[str]:
    """The address of a bus that lets everybody in and says nothing."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "mute"))
        server.listen(64)
        yield f"unix:path={tmp_path / 'mute'}"


@pytest.mark.parametrize(
    "variables",
    [
        ("DBUS_SESSION_BUS_ADDRESS",),
        ("DBUS_SYSTEM_BUS_ADDRESS",),
        ("AT_SPI_BUS_ADDRESS",),
        ("DBUS_SESSION_BUS_ADDRESS", "DBUS_SYSTEM_BUS_ADDRESS", "AT_SPI_BUS_ADDRESS"),
    ],
)
def test_a_bus_that_says_nothing_keeps_nobody_waiting(
    fake_desktop: VirtualDesktop, start_app: StartApp, mute: str, variables: tuple[str, ...]
) -> None:
    app = start_app(
        fake_desktop,
        "--demo",
        environment={**dict.fromkeys(variables, mute), "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"},
        allowed_logs=["says nothing"],
    )
    app.window("Ollama Tray", timeout_s=15)  # Qt alone would wait for ever
    app.end(timeout_s=10)


@pytest.mark.parametrize("theme", ["", "xdgdesktopportal"])
def test_nor_do_services_that_have_a_name_and_say_nothing(
    fake_desktop: VirtualDesktop, start_app: StartApp, theme: str
) -> None:
    with ExitStack() as owned:
        owner = owned.enter_context(open_dbus_connection(fake_desktop.address))
        for name in (A11Y, PORTAL):
            owner.send_and_get_reply(message_bus.RequestName(name))
        app = start_app(
            fake_desktop,
            "--demo",
            environment={"QT_QPA_PLATFORMTHEME": theme, "XDG_CURRENT_DESKTOP": "GNOME"},
            allowed_logs=["says nothing"],
        )
        app.window("Ollama Tray", timeout_s=15)  # Qt alone would wait 25 s for each question
        app.tray_item(timeout_s=10)  # the bus itself is still used
        app.end(timeout_s=10)
    assert not re.search("Traceback", app.output())
