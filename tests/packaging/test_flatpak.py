"""The Flatpak's manifest: what it may, what it is made of, and that nothing is built before."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.conftest import PACKAGING, ROOT

if sys.platform != "linux":
    pytest.skip("Flatpak is for Linux", allow_module_level=True)

from kit import flatpak

LOCK = """\
# made by a tool
backports-tarfile==1.2.0 ; python_full_version < '3.12' \\
    --hash=sha256:aa
certifi==2026.1.1 \\
    --hash=sha256:bb \\
    --hash=sha256:cc
cffi==2.1.1 ; platform_python_implementation != 'PyPy' and sys_platform == 'linux' \\
    --hash=sha256:dd
pyside6-essentials==6.11.3 \\
    --hash=sha256:ee
pywin32-ctypes==0.2.3 ; sys_platform == 'win32' \\
    --hash=sha256:ff
"""
WHEEL = {"type": "file", "url": "https://example.com/a-1-py3-none-any.whl", "sha256": "0" * 64}
SOURCE = {"type": "git", "url": "https://example.com/x.git", "tag": "v1", "commit": "a" * 40}


def manifest() -> dict[str, Any]:
    return flatpak.manifest([WHEEL], [WHEEL], SOURCE)


def test_the_lock_is_read_for_the_python_of_the_runtime() -> None:
    found = flatpak.locked(LOCK, {"pyside6-essentials"})
    assert [entry.splitlines()[0] for entry in found] == ["certifi==2026.1.1 \\", "cffi==2.1.1 \\"]
    assert found[0].splitlines()[1:] == ["    --hash=sha256:bb \\", "    --hash=sha256:cc"]
    assert flatpak.locked(LOCK, only={"certifi"}) == found[:1]


def test_every_library_but_that_of_the_base_app_is_locked() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    names = {entry.partition("==")[0] for entry in flatpak.locked(lock, flatpak._FROM_BASE)}
    assert {"requests", "urllib3", "certifi", "jeepney", "cryptography"} <= names
    assert not {name for name in names if "pyside" in name or "shiboken" in name or "win" in name}
    build = (PACKAGING / "requirements-build.lock").read_text(encoding="utf-8")
    kept = {entry.partition("==")[0] for entry in flatpak.locked(build, only=flatpak._BACKEND)}
    assert kept == flatpak._BACKEND


def test_the_base_app_is_the_pyside_of_our_lock() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert f"pyside6-essentials=={flatpak._RUNTIME_VERSION}." in lock
    made = manifest()
    assert made["runtime-version"] == made["base-version"] == flatpak._RUNTIME_VERSION


def test_it_may_do_little() -> None:
    """What a portal does needs no permission."""
    asked = manifest()["finish-args"]
    names = [each for each in asked if "-name=" in each]
    assert names == ["--talk-name=org.kde.StatusNotifierWatcher"]
    folders = [each for each in asked if each.startswith("--filesystem=")]
    assert folders
    assert all(each.endswith(":ro") for each in folders)
    assert "--socket=x11" not in asked


def test_nothing_is_built_before() -> None:
    *libraries, ours = manifest()["modules"]
    assert ours["sources"] == [SOURCE]
    assert all(source["url"].endswith(".whl") for each in libraries for source in each["sources"])
    commands = [command for each in [*libraries, ours] for command in each["build-commands"]]
    installs = [command for command in commands if command.startswith("pip3")]
    assert len(installs) == 3
    assert all("--no-index" in command for command in installs)
    assert all("--ignore-installed" in command for command in installs), "the SDK has some, too"


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://code.test/a/b", "https://code.test/a/b.git"),
        ("https://code.test/a/b.git/", "https://code.test/a/b.git"),
        ("https://home.example/source", ""),
    ],
)
def test_the_source_is_where_the_project_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, found: str
) -> None:
    labels = ("Homepage", "Documentation", "Source", "Issues", "Changelog", "Translate")
    urls = "".join(f'{label} = "{address}"\n' for label in labels)
    file = tmp_path / "pyproject.toml"
    file.write_text(f"[project]\nname = 'x'\n[project.urls]\n{urls}", encoding="utf-8")
    monkeypatch.setattr(sys.modules["kit.home"], "FILE", file)
    assert flatpak.repository() == found


def test_the_files_of_the_desktop_are_made_by_a_command(tmp_path: Path) -> None:
    from tests.packaging.conftest import run_script
    from tray_app import APP_ID

    done = run_script("desktop_files.py", tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "applications" / f"{APP_ID}.desktop").is_file()
    assert "<release " in (tmp_path / "metainfo" / f"{APP_ID}.metainfo.xml").read_text()
    assert (tmp_path / "icons" / "hicolor" / "scalable" / "apps" / f"{APP_ID}.svg").is_file()
