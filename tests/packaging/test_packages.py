"""Each package as a person gets it: built, installed, started, used, quit, uninstalled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.packaging.conftest import FROZEN, run_script
from tests.support.tools import require

# Building takes a minute or two on a slow machine, before the first of these begins.
pytestmark = [pytest.mark.packages, pytest.mark.timeout(900)]

CANNOT_TRY = 3
MB = 1_000_000
IS_LINUX = sys.platform.startswith("linux")


@pytest.mark.parametrize("target", ["wheel", "onedir", "deb"])
def test_it_works_from_installing_to_uninstalling(target: str, built: dict[str, Path]) -> None:
    if target not in built:
        pytest.skip(f"no {target} is built on this system")
    done = run_script("smoke.py", built[target])
    said = done.stdout + done.stderr
    if done.returncode == CANNOT_TRY and (target == "deb" or not os.environ.get("CI")):
        pytest.skip(said)
    assert done.returncode == 0, said
    assert done.stdout.endswith(": ok\n")


@pytest.mark.skipif(not IS_LINUX, reason="the limit is for Linux")
def test_the_frozen_program_stays_slim(built: dict[str, Path]) -> None:
    if "onedir" not in built:
        pytest.skip("nothing is frozen on this system")
    files = [path for path in built["onedir"].rglob("*") if not path.is_symlink()]
    assert sum(path.stat().st_size for path in files if path.is_file()) <= 130 * MB


@pytest.mark.skipif(not IS_LINUX, reason="names are those of Linux")
def test_the_frozen_program_holds_what_it_loads_by_name(built: dict[str, Path]) -> None:
    if "onedir" not in built:
        pytest.skip("nothing is frozen on this system")
    inside = {path.relative_to(FROZEN).as_posix() for path in FROZEN.rglob("*")}
    plugins = "lib/PySide6/Qt/plugins"
    for name in (
        f"{plugins}/platforms/libqxcb.so",
        f"{plugins}/platforms/libqwayland.so",
        f"{plugins}/platforms/libqoffscreen.so",
        f"{plugins}/platformthemes/libqxdgdesktopportal.so",
        f"{plugins}/imageformats/libqsvg.so",
        "lib/PySide6/Qt/translations/qtbase_zh_CN.qm",
        "lib/resources/icons/app.svg",
        "lib/resources/project.json",
        "lib/resources/translations/ollama-tray_zh_CN.qm",
        "lib/certifi/cacert.pem",
        "lib/libbrotlidec.so.1",
        "licenses/qt.txt",
    ):
        assert name in inside
    assert not [name for name in inside if "gtk" in name or name.endswith((".ts", ".py"))]


@pytest.mark.skipif(not IS_LINUX, reason="they are those of Linux")
def test_libraries_are_looked_for_beside_the_program_at_most(built: dict[str, Path]) -> None:
    if "onedir" not in built:
        pytest.skip("nothing is frozen on this system")
    from kit import elf

    files = [each for each in FROZEN.rglob("*") if each.is_file() and not each.is_symlink()]
    programs = [each for each in files if elf.is_elf(each)]
    assert len(programs) > 50
    for program in programs:
        content = program.read_bytes()
        assert elf.without_foreign_run_path(content) == content, program


@pytest.mark.skipif(not IS_LINUX, reason="the keyring is that of Linux desktops")
def test_the_frozen_program_signs_in_with_the_keyring(
    built: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing in it finds a backend by itself."""
    if "onedir" not in built:
        pytest.skip("nothing is frozen on this system")
    from tests.desktop.harness.desktop import TOOLS, Mode, VirtualDesktop
    from tests.desktop.harness.keyring import check_sign_in, unlocked_keyring

    require(*TOOLS[Mode.BARE])
    with VirtualDesktop(Mode.BARE) as desktop, unlocked_keyring(desktop, tmp_path):
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", desktop.address)
        check_sign_in(desktop, tmp_path, [str(built["onedir"] / "ollama-tray")])


def test_the_wheel_brings_what_the_program_reads(built: dict[str, Path]) -> None:
    with zipfile.ZipFile(built["wheel"]) as archive:
        inside = set(archive.namelist())
        facts = json.loads(archive.read("tray_app/_resources/project.json"))
    assert facts["urls"]["Source"].startswith("https://")
    assert "tray_app/_resources/translations/ollama-tray_zh_CN.qm" in inside
    assert "tray_app/_resources/icons/app.svg" in inside
    assert "tray_app/_resources/packaged-by" not in inside
    assert not [name for name in inside if name.endswith(".ts")]


def test_the_deb_says_what_it_needs(built: dict[str, Path]) -> None:
    if "deb" not in built:
        pytest.skip("no deb is built on this system")
    asked = subprocess.run(
        ["dpkg-deb", "-f", str(built["deb"]), "Depends"], capture_output=True, text=True, check=True
    )
    for package in ("libxcb1", "libx11-xcb1", "libwayland-client0", "libgl1", "libc6 (>= 2."):
        assert package in asked.stdout


def test_the_locks_of_the_build_are_whole(built: dict[str, Path]) -> None:
    from kit import environment

    asked = subprocess.run(
        [str(environment.environment_python()), "-m", "pip", "check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stdout
