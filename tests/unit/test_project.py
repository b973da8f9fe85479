"""The addresses of the project and who packaged it, from the places where they may stand."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tray_app import bundled, project
from tray_app.core.releases import Repository

URLS = {"Homepage": "https://github.com/somebody/ollama-tray", "Issues": "https://x.example/"}


@pytest.fixture
def resources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Those of a frozen program."""
    folder = tmp_path / "resources"
    folder.mkdir()
    monkeypatch.setattr(sys, "_MEIPASS", str(tmp_path), raising=False)
    for cached in (bundled._root, project.urls, project.packaged_by):
        cached.cache_clear()
    yield folder
    for cached in (bundled._root, project.urls, project.packaged_by):
        cached.cache_clear()


def test_a_package_brings_them(resources: Path) -> None:
    (resources / "project.json").write_text(json.dumps({"urls": URLS}))
    assert project.home() == project.repository() == URLS["Homepage"]
    assert project.issues() == ""  # a placeholder


def test_a_checkout_has_them_in_pyproject(resources: Path) -> None:
    file = resources.parent / "pyproject.toml"
    file.write_text(f'[project]\n[project.urls]\nSource = "{URLS["Homepage"]}"\n')
    assert (project.home(), project.repository()) == ("", URLS["Homepage"])


@pytest.mark.parametrize("content", ["", "[]", '{"urls": 3}', '{"urls": {"Homepage": 3}}', "{}"])
def test_what_cannot_be_used_is_none(resources: Path, content: str) -> None:
    (resources / "project.json").write_text(content)
    assert project.urls() == {}


def test_nobody_said_anything(resources: Path) -> None:
    assert project.urls() == {}
    assert project.packaged_by() == ""


@pytest.mark.parametrize(
    ("content", "by"), [(b"flathub\n", "flathub"), (b"DEB", "deb"), (b"\xff", "unknown")]
)
def test_who_packaged_it(resources: Path, content: bytes, by: str) -> None:
    (resources / "packaged-by").write_bytes(content)
    assert project.packaged_by() == by


def test_who_is_asked_for_what_is_newer(resources: Path) -> None:
    assert project.asked_repository() is None
    project.urls.cache_clear()
    (resources / "project.json").write_text(json.dumps({"urls": URLS}))
    found = project.asked_repository()
    assert found == Repository("somebody", "ollama-tray")
    project.packaged_by.cache_clear()
    (resources / "packaged-by").write_text("flathub")
    assert project.asked_repository() is None


def _application(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One for macOS with the running program in it, as PyInstaller lays it out."""
    app = folder / "Ollama Tray.app"
    (app / "Contents" / "Resources" / "resources").mkdir(parents=True)
    frameworks = app / "Contents" / "Frameworks"
    frameworks.mkdir()
    (frameworks / "resources").symlink_to("../Resources/resources")
    monkeypatch.setattr(sys, "_MEIPASS", str(frameworks))
    bundled._root.cache_clear()
    return app


@pytest.mark.skipif(sys.platform == "win32", reason="applications and links of macOS")
@pytest.mark.parametrize(
    ("link", "by"),
    [
        ("ollama-tray/0.1.0/Ollama Tray.app", "homebrew"),
        ("other/0.1.0/Ollama Tray.app", ""),
        ("ollama-tray/0.1.0/Other.app", ""),
        (None, ""),
    ],
)
@pytest.mark.usefixtures("resources")
def test_homebrew_keeps_a_link_to_what_it_has_installed(
    link: str | None, by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _application(tmp_path / "Applications", monkeypatch)
    rooms = tmp_path / "other" / "Caskroom", tmp_path / "brew" / "Caskroom"
    monkeypatch.setattr(project, "_CASKROOMS", rooms)
    if link is not None:
        (rooms[1] / link).parent.mkdir(parents=True)
        (rooms[1] / link).symlink_to(app)
    assert project.packaged_by() == by


@pytest.mark.skipif(sys.platform == "win32", reason="applications and links of macOS")
@pytest.mark.usefixtures("resources")
def test_an_application_beside_that_of_homebrew_is_nobodys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _application(tmp_path / "Downloads", monkeypatch)
    link = tmp_path / "Caskroom" / "ollama-tray" / "0.1.0" / "Ollama Tray.app"
    link.parent.mkdir(parents=True)
    link.symlink_to(tmp_path / "Applications" / link.name)
    monkeypatch.setattr(project, "_CASKROOMS", (tmp_path / "Caskroom",))
    assert project.packaged_by() == ""
