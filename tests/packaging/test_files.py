"""What lies in resources/desktop and packaging/ says the same as the program does."""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLibraryInfo, QSize
from PySide6.QtGui import QImageReader

from tests.packaging.conftest import PACKAGING, ROOT
from tests.support.tools import require
from tray_app import APP_ID, APP_NAME, __version__
from tray_app.cli import arguments
from tray_app.desktop.autostart.base import LOGIN_FLAG

DESKTOP = ROOT / "resources" / "desktop"
ENTRY = DESKTOP / f"{APP_ID}.desktop"
TERMINAL_FILES = ["ollama-tray.1", "ollama-tray.bash", "ollama-tray.zsh", "ollama-tray.fish"]


def parsers() -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """The program's parser and those of its commands, aliases too."""
    top = arguments._parser()
    yield "", top
    for action in top._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.items()


def long_options() -> set[str]:
    return {
        option
        for _, parser in parsers()
        for action in parser._actions
        if action.help is not argparse.SUPPRESS
        for option in action.option_strings
        if option.startswith("--")
    }


@pytest.mark.parametrize("name", TERMINAL_FILES)
def test_manual_and_completions_know_every_command_and_option(name: str) -> None:
    text = (DESKTOP / name).read_text(encoding="utf-8").replace("\\-", "-")
    commands, options = [command for command, _ in parsers()], long_options()
    assert {"list", "pull", "rm"} <= set(commands)
    assert {"--hidden", "--server"} <= options
    for command in commands:
        assert re.search(rf"\b{command}\b", text), command
    for option in options:
        spelled = option if not name.endswith(".fish") else f"-l {option[2:]}"
        assert spelled in text, option


@pytest.mark.parametrize("name", TERMINAL_FILES[1:])
def test_completions_can_be_read_by_their_shell(name: str) -> None:
    shell = name.rpartition(".")[2]
    require(shell)
    done = subprocess.run(
        [shell, "-n", DESKTOP / name], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def complete(line: str) -> list[str]:
    """What bash offers at the end of a line; a stub stands for the program."""
    words = line.split(" ")
    script = f"""
        ollama-tray() {{
          case $1 in
            --complete-servers) printf 'studio\\nOffice NAS\\n' ;;
            *) printf 'NAME SIZE\\nqwen3:8b x\\nqwen3:14b x\\nphi4:14b x\\n' ;;
          esac
        }}
        source '{DESKTOP / "ollama-tray.bash"}'
        COMP_LINE='{line}' COMP_POINT={len(line)} COMP_CWORD={len(words) - 1}
        COMP_WORDS=({" ".join(f"'{word}'" for word in words)})
        COMP_WORDBREAKS=$' \\t\\n'
        _ollama_tray; printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    return done.stdout.split("\n")[:-1] if done.stdout.strip() else []


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("ollama-tray st", ["status"]),
        ("ollama-tray rm qwen3:1", ["qwen3:14b"]),
        ("ollama-tray --server host rm ph", ["phi4:14b"]),
        ("ollama-tray pull --w", ["--wait"]),
        ("ollama-tray --hid", ["--hidden"]),
        ("ollama-tray ps qwen", []),
        ("ollama-tray --server stu", ["studio"]),
        ("ollama-tray list --server OF", ["Office\\ NAS"]),
    ],
)
def test_bash_completes(line: str, offered: list[str]) -> None:
    require("bash", "awk")
    assert complete(line) == offered


def offered_by_fish(line: str, folder: Path) -> list[str]:
    """What fish offers at the end of a line; a stub stands for the program."""
    stub = folder / "ollama-tray"
    stub.write_text("#!/bin/sh\n", encoding="ascii")
    stub.chmod(0o755)
    script = f"source '{DESKTOP / 'ollama-tray.fish'}'; complete -C '{line}'"
    done = subprocess.run(
        ["fish", "--no-config", "-c", script],
        env={**os.environ, "PATH": f"{folder}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return [each.partition("\t")[0] for each in done.stdout.splitlines()]


@pytest.mark.parametrize("command", [command for command, _ in parsers()])
def test_bash_and_fish_offer_the_options_of_each_command(command: str, tmp_path: Path) -> None:
    require("bash", "awk", "fish")
    parser = dict(parsers())[command]
    options = {
        option
        for action in parser._actions
        if action.help is not argparse.SUPPRESS
        for option in action.option_strings
        if option.startswith("--")
    }
    line = f"ollama-tray {command} --".replace("  ", " ")
    assert set(complete(line)) | {"--help"} == options
    assert set(offered_by_fish(line, tmp_path)) | {"--help"} == options


def test_the_menu_entry_starts_what_is_installed() -> None:
    text = ENTRY.read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    installed = {*project["scripts"], *project["gui-scripts"]}
    commands = re.findall(r"^Exec=(.+)$", text, re.MULTILINE)
    assert commands[0] == "ollama-tray-gui %u"
    # Desktops hide an entry whose TryExec is not a program.
    assert re.findall(r"^TryExec=(.+)$", text, re.MULTILINE) == ["ollama-tray-gui"]
    assert len(commands) == 3
    for command in commands:
        program, *words = command.replace("%u", "").split()
        assert program in installed
        arguments.parse_args(words)  # exits when it is not understood
    assert f"MimeType=x-scheme-handler/{arguments.LINK_SCHEME.rstrip(':')};" in text
    assert f"Icon={APP_ID}\n" in text


def test_the_menu_entry_is_valid() -> None:
    require("desktop-file-validate")
    done = subprocess.run(
        ["desktop-file-validate", ENTRY], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_the_metainfo_with_releases_is_valid(tmp_path: Path) -> None:
    require("appstreamcli")
    from kit import appstream

    text = appstream.metainfo(ROOT)
    assert f'version="{__version__}"' in text
    file = tmp_path / f"{APP_ID}.metainfo.xml"
    file.write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["appstreamcli", "validate", "--no-net", "--no-color", file],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_a_release_text_is_the_section_of_its_version(tmp_path: Path) -> None:
    from kit import changelog
    from kit.project import BuildError

    file = tmp_path / "CHANGELOG.md"
    file.write_text(
        "# Changelog\n\n## [Unreleased]\n\n## [1.1.0] - 2026-02-03\n\n### Added\n\n- One\n"
        "  thing.\n- `Two`\n\n## [1.0.0] - 2026-01-01\n\n- First.\n\n[1.1.0]: x\n",
        encoding="utf-8",
    )
    assert changelog.release_text(file, "1.1.0") == "### Added\n\n- One\n  thing.\n- `Two`\n"
    assert changelog.read(file)[1].points == ["One thing.", "`Two`"]
    for unknown in ("1.2.0", "Unreleased"):
        with pytest.raises(BuildError):
            changelog.release_text(file, unknown)


def test_windows_starts_at_login_as_the_program_itself_would() -> None:
    from kit import project
    from tray_app.desktop.autostart import windows as autostart_windows

    text = (PACKAGING / "windows" / "installer.nsi").read_text(encoding="utf-8")
    assert (APP_NAME, APP_ID, __version__) == (project.APP_NAME, project.APP_ID, project.VERSION)
    assert f'!define RUN_KEY "{autostart_windows._RUN}"' in text
    assert f'!define APPROVED_KEY "{autostart_windows._APPROVED}"' in text
    assert f'"${{APP_NAME}}" \'"$INSTDIR\\${{GUI}}" {LOGIN_FLAG}\'' in text


def test_every_text_of_the_windows_installer_has_both_languages() -> None:
    text = (PACKAGING / "windows" / "installer.nsi").read_text(encoding="utf-8")
    used = set(re.findall(r"\$\((\w+)\)", text))
    texts = re.findall(r'^!insertmacro TEXT (\w+) "([^"]+)" "([^"]+)"$', text, re.MULTILINE)
    assert len(texts) > 5
    assert {name for name, _, _ in texts} == used
    assert all(not chinese.isascii() for _, _, chinese in texts)


def test_no_lock_names_an_index() -> None:
    text = (PACKAGING / "requirements-build.lock").read_text(encoding="utf-8")
    assert "--hash=sha256:" in text
    assert "://" not in text


_WITHOUT = """
import importlib.abc, sys

class Excluded(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if any(f"{name}.".startswith(f"{each}.") for each in EXCLUDED):
            raise ModuleNotFoundError(f"{name} is left out")

from importlib import import_module
sys.meta_path.insert(0, Excluded())
for name in HIDDEN:
    import_module(name)
import tray_app.desktop.secret_service
from cryptography.hazmat.backends import default_backend
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

cipher = Cipher(algorithms.AES(bytes(16)), modes.CBC(bytes(16)), default_backend()).encryptor()
assert len(cipher.update(bytes(16)) + cipher.finalize()) == 16
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the keyring needs other packages")
def test_what_is_left_out_of_the_bundle_is_no_part_of_the_keyring() -> None:
    """It would only be missed where somebody has a server with a token."""
    from kit import bundle

    for spec in PACKAGING.glob("*/*.spec"):
        if "ollama-tray" in spec.name and "Analysis(" in spec.read_text(encoding="utf-8"):
            assert "hiddenimports=bundle.HIDDEN_MODULES" in spec.read_text(encoding="utf-8"), spec
    names = f"EXCLUDED, HIDDEN = {bundle.EXCLUDED_MODULES!r}, {bundle.HIDDEN_MODULES!r}"
    done = subprocess.run(
        [sys.executable, "-c", f"{names}\n{_WITHOUT}"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_the_texts_of_the_demo_go_into_the_bundle() -> None:
    from kit import bundle

    texts = sorted((ROOT / "tray_app" / "demo" / "catalogue" / "texts").iterdir())
    assert texts
    assert bundle.package_data(ROOT) == [
        (str(file), "tray_app/demo/catalogue/texts") for file in texts
    ]
    for spec in PACKAGING.glob("*/ollama-tray.spec"):
        assert "bundle.package_data(source)" in spec.read_text(encoding="utf-8"), spec


WINDOWS_PLUGINS = {
    "iconengines\\qsvgicon.dll",
    "imageformats\\qsvg.dll",
    "networkinformation\\qnetworklistmanager.dll",
    "platforms\\qoffscreen.dll",
    "platforms\\qwindows.dll",
    "styles\\qmodernwindowsstyle.dll",
}
MAC_PLUGINS = {
    "iconengines/libqsvgicon.dylib",
    "imageformats/libqsvg.dylib",
    "networkinformation/libqscnetworkreachability.dylib",
    "platforms/libqcocoa.dylib",
    "platforms/libqoffscreen.dylib",
    "styles/libqmacstyle.dylib",
}


@pytest.mark.parametrize(
    ("platform", "folder", "wanted"),
    [
        ("win32", "PySide6\\plugins\\", WINDOWS_PLUGINS),
        ("darwin", "PySide6/Qt/plugins/", MAC_PLUGINS),
    ],
)
def test_the_qt_plugins_that_are_used_go_into_the_bundle(
    platform: str, folder: str, wanted: set[str]
) -> None:
    from kit import bundle
    from kit.project import BuildError

    unused = ["imageformats/qpdf.dll", "tls/qschannelbackend.dll", "sqldrivers/libqsqlite.dylib"]
    offered = [(folder + name, "", "BINARY") for name in (*sorted(wanted), *unused)]
    library = ("python311.dll", "", "BINARY")
    kept = bundle.binaries([*offered, library], platform)
    assert {name for name, _, _ in kept} == {folder + name for name in wanted} | {library[0]}
    for number, name in enumerate(sorted(wanted)):
        with pytest.raises(BuildError, match=name.replace("\\", "/").partition("/")[0]):
            bundle.binaries(offered[:number] + offered[number + 1 :], platform)


def test_every_qt_plugin_of_linux_is_there_to_be_packed() -> None:
    from kit import bundle

    folder = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath))
    for pattern in bundle._QT_PLUGINS["linux"]:
        assert list(folder.glob(pattern)), pattern


def test_every_spec_asks_which_libraries_to_pack() -> None:
    specs = [*PACKAGING.glob("*/ollama-tray.spec")]
    assert len(specs) == 3
    for spec in specs:
        assert "bundle.binaries(analysis.binaries)" in spec.read_text(encoding="utf-8"), spec


def test_what_every_desktop_has_is_known_to_debian() -> None:
    from kit import bundle, needs

    # What these need themselves, their packages bring along.
    indirect = {"libGLX", "libGLdispatch", "libOpenGL", "libXau", "libXdmcp", "libpcre*"}
    for pattern in bundle.HOST_LIBRARIES:
        stem = pattern.partition(".so")[0].rstrip("*")
        if pattern.partition(".so")[0] not in indirect:
            assert any(name.startswith(stem) for name in needs._DEBIAN), pattern


@pytest.mark.parametrize("name", ["app.ico", "app.icns"])
def test_icon_files_hold_the_icon_in_all_sizes(name: str, tmp_path: Path) -> None:
    from kit import icons

    icons.render_program_icon(ROOT / "resources" / "icons" / "app.svg", tmp_path)
    reader = QImageReader(str(tmp_path / name))
    sizes = set()
    for number in range(reader.imageCount()):
        reader.jumpToImage(number)
        image = reader.read()
        assert not image.isNull()
        assert image.pixelColor(image.width() // 2, image.height() // 2).alpha() == 255
        sizes.add(image.size().width())
    assert QSize(256, 256).width() in sizes
    assert len(sizes) >= 6


def test_checksums_are_read_by_others(tmp_path: Path) -> None:
    import release

    (tmp_path / "b.deb").write_bytes(b"two")
    (tmp_path / "a.exe").write_bytes(b"one")
    release.write_sums(tmp_path)
    text = release.write_sums(tmp_path).read_text(encoding="utf-8")
    assert text == (
        "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  a.exe\n"
        "3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3  b.deb\n"
    )


@pytest.mark.parametrize("tag", ["v0.0.1", "0.0.1", "refs/tags/vx"])
def test_a_tag_that_names_another_version_is_refused(tag: str) -> None:
    import release

    from kit.project import BuildError

    with pytest.raises(BuildError):
        release.version_of(tag)
    assert release.version_of(f"v{__version__}") == __version__


@pytest.mark.parametrize("file", sorted((ROOT / ".github" / "workflows").glob("*.yml")))
def test_actions_are_pinned_by_commit(file: Path) -> None:
    used = re.findall(r"uses: (\S+)(.*)", file.read_text(encoding="utf-8"))
    assert used
    for action, comment in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # v\d+\.\d+\.\d+", comment), action


def test_packages_say_who_made_them(tmp_path: Path) -> None:
    from kit import packaged

    folder = tmp_path / "lib" / "resources"
    folder.mkdir(parents=True)
    packaged.mark(tmp_path, "deb")
    assert (folder / packaged.MARKER).read_text() == "deb\n"
    assert json.loads(packaged.project_facts(ROOT)).keys() == {"urls"}
