"""The files that come with the program: all there, well-formed, found in each kind of install."""

import subprocess
import sys
import tomllib
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.support.tools import require
from tray_app import APP_ID, bundled, resources

UI = {
    *("search", "download", "plus", "more", "refresh", "pause", "play", "close"),
    *("chevron-up", "chevron-down", "chevron-right", "check", "check-circle", "warning", "error"),
    *("info", "cloud", "pin", "update", "chip", "copy", "duplicate", "trash", "sliders", "bell"),
    *("eye", "chat", "vector", "tools", "bulb", "image", "server", "computer", "folder", "file"),
    *("doc", "verify", "external", "clock", "layers", "key", "columns", "eject", "load", "power"),
    *("disk", "tag", "edit", "upload", "dot-online", "dot-offline", "dot-connecting", "mark"),
    *("star", "star-filled", "keep", "undo"),
}
STATES = ("idle", "busy", "offline", "attention", "update")
DRAWINGS = sorted(bundled.resource_path("icons").rglob("*.svg"))


def test_every_interface_icon_is_there() -> None:
    there = {file.stem for file in bundled.resource_path("icons", "ui").glob("*.svg")}
    assert there == UI


@pytest.mark.parametrize("theme", ["light", "dark", "template", "symbolic"])
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    ("size", "drawn_at"),
    [(16, 16), (22, 22), (24, 22), (32, 32), (44, 22), (48, 16), (64, 32), (12, 16), (96, 32)],
)
def test_every_tray_icon_is_there(theme: str, state: str, size: int, drawn_at: int) -> None:
    file = resources.tray_icon_svg(theme, state, size)
    assert file.is_file()
    wanted = 16 if theme == "symbolic" else drawn_at
    assert file.name == f"tray-{state}-{wanted}.svg"
    root = ET.fromstring(file.read_text(encoding="utf-8"))
    assert root.get("viewBox") == f"0 0 {wanted} {wanted}"


@pytest.mark.parametrize("file", DRAWINGS, ids=lambda file: file.stem)
def test_drawings_are_plain(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    root = ET.fromstring(text)
    allowed = {
        "svg", "g", "path", "polygon", "polyline", "circle", "rect", "line",
        "defs", "linearGradient", "stop",
    }  # fmt: skip
    assert {element.tag.rpartition("}")[2] for element in root.iter()} <= allowed
    if file.parent.name in ("ui", "symbolic"):
        assert "currentColor" in text
        assert "#" not in text
        assert root.get("viewBox") == "0 0 16 16"


@pytest.fixture
def fresh_root() -> None:
    bundled._root.cache_clear()


@pytest.mark.usefixtures("fresh_root")
def test_a_frozen_program_looks_into_its_bundle(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    try:
        assert bundled.resource_path("icons", "app.svg") == tmp_path / "resources/icons/app.svg"
    finally:
        bundled._root.cache_clear()


@pytest.mark.usefixtures("fresh_root")
def test_a_wheel_brings_its_own_copy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "_resources").mkdir()
    monkeypatch.setattr(bundled, "__file__", str(tmp_path / "bundled.py"))
    try:
        assert resources.app_icon_file() == tmp_path / "_resources" / "icons" / "app.svg"
    finally:
        bundled._root.cache_clear()


def test_a_checkout_has_them_beside_the_package() -> None:
    assert resources.app_icon_file().is_file()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="files of Linux desktops")
@pytest.mark.parametrize(
    ("suffix", "command"),
    [
        ("desktop", ["desktop-file-validate"]),
        ("metainfo.xml", ["appstreamcli", "validate", "--no-net"]),
    ],
)
def test_desktop_files_are_valid(suffix: str, command: list[str]) -> None:
    file = bundled.resource_path("desktop", f"{APP_ID}.{suffix}")
    assert APP_ID in file.read_text(encoding="utf-8")
    require(command[0])
    found = subprocess.run([*command, str(file)], check=False, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr


def test_the_desktop_file_starts_what_the_package_installs() -> None:
    desktop = bundled.resource_path("desktop", f"{APP_ID}.desktop").read_text(encoding="utf-8")
    command = next(line for line in desktop.splitlines() if line.startswith("Exec="))
    project = (bundled.resource_path().parent / "pyproject.toml").read_text(encoding="utf-8")
    program = command.removeprefix("Exec=").removesuffix(" %u")  # a link, if one was opened
    assert tomllib.loads(project)["project"]["gui-scripts"].keys() == {program}
