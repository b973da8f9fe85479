"""Start at login as each system keeps it."""

import plistlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tools import require
from tray_app.desktop.autostart.base import LOGIN_FLAG, program_command
from tray_app.desktop.autostart.macos import MacAutostart
from tray_app.desktop.autostart.system import system_autostart
from tray_app.desktop.autostart.windows import is_approved, run_value
from tray_app.desktop.autostart.xdg import XdgAutostart
from tray_app.environment import sandbox


def entry(folder: Path) -> Path:
    return next(folder.glob("*.desktop"))


def test_it_is_off_until_a_person_switches_it_on(tmp_path: Path) -> None:
    autostart = XdgAutostart(tmp_path / "autostart", ("/usr/bin/ollama-tray",))
    assert not autostart.is_enabled()
    autostart.set_enabled(True)
    assert autostart.is_enabled()
    assert f"Exec=/usr/bin/ollama-tray {LOGIN_FLAG}" in entry(tmp_path / "autostart").read_text()
    autostart.set_enabled(False)
    assert not autostart.is_enabled()
    assert list((tmp_path / "autostart").iterdir()) == []
    autostart.set_enabled(False)


@pytest.mark.parametrize(
    "line", ["Hidden=true", "X-GNOME-Autostart-enabled=false", "hidden = True", "Exec="]
)
def test_what_the_systems_own_tools_switch_off_is_off(tmp_path: Path, line: str) -> None:
    autostart = XdgAutostart(tmp_path, ("/usr/bin/ollama-tray",))
    autostart.set_enabled(True)
    key = line.partition("=")[0].strip().casefold()
    lines = [
        kept for kept in entry(tmp_path).read_text().splitlines()
        if kept.partition("=")[0].casefold() != key
    ]  # fmt: skip
    entry(tmp_path).write_text("\n".join([*lines, line]))
    assert not autostart.is_enabled()
    autostart.set_enabled(True)
    assert autostart.is_enabled()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"[Desktop Entry]\n"])
def test_a_broken_entry_starts_nothing(tmp_path: Path, content: bytes) -> None:
    autostart = XdgAutostart(tmp_path, ("x",))
    autostart.set_enabled(True)
    entry(tmp_path).write_bytes(content)
    assert not autostart.is_enabled()


HARD = ("/opt/my apps/ollama $tray`/a\"b\\c'd%U", "--data-dir", "/home/é ü/100%")


@pytest.mark.parametrize("command", [("/usr/bin/ollama-tray",), HARD])
def test_the_entry_is_valid(tmp_path: Path, command: tuple[str, ...]) -> None:
    require("desktop-file-validate")
    XdgAutostart(tmp_path, command).set_enabled(True)
    found = subprocess.run(
        ["desktop-file-validate", str(entry(tmp_path))],
        capture_output=True,
        check=False,
        text=True,
    )
    assert (found.returncode, found.stdout) == (0, "")


@pytest.mark.skipif(sys.platform == "win32", reason="no Exec= there")
def test_the_command_survives_the_quoting(tmp_path: Path) -> None:
    XdgAutostart(tmp_path, HARD).set_enabled(True)
    text = entry(tmp_path).read_text(encoding="utf-8")
    value = next(line for line in text.splitlines() if line.startswith("Exec=")).removeprefix(
        "Exec="
    )
    assert _read_exec(value) == [*HARD, LOGIN_FLAG]


def _read_exec(value: str) -> list[str]:
    """Read Exec= as the Desktop Entry Specification says: escapes of the value, quotes, codes."""
    value = value.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\")
    words, word, is_quoted, is_word, i = [], "", False, False, 0
    while i < len(value):
        c = value[i]
        if is_quoted and c == "\\":
            i += 1
            word += value[i]
        elif c == '"':
            is_quoted = not is_quoted
            is_word = True
        elif c == " " and not is_quoted:
            if is_word:
                words.append(word)
            word, is_word = "", False
        elif c == "%":
            i += 1
            assert value[i] == "%", "a field code"
            word += "%"
            is_word = True
        else:
            word += c
            is_word = True
        i += 1
    return [*words, word] if is_word else words


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "autostart").write_text("a file where the folder should be")
    autostart = XdgAutostart(tmp_path / "autostart", ("x",))
    assert not autostart.is_enabled()
    with pytest.raises(OSError):
        autostart.set_enabled(True)


def test_macos_keeps_a_launch_agent(tmp_path: Path) -> None:
    autostart = MacAutostart(("/Applications/Ollama Tray.app/x",), tmp_path / "LaunchAgents")
    assert not autostart.is_enabled()
    autostart.set_enabled(True)
    assert autostart.is_enabled()
    path = next((tmp_path / "LaunchAgents").glob("*.plist"))
    agent = plistlib.loads(path.read_bytes())
    assert agent["ProgramArguments"] == ["/Applications/Ollama Tray.app/x", LOGIN_FLAG]
    path.write_bytes(plistlib.dumps({**agent, "Disabled": True}))
    assert not autostart.is_enabled()
    path.write_text("<broken")
    assert not autostart.is_enabled()
    autostart.set_enabled(False)
    assert not path.exists()


def test_windows_quotes_the_command_and_believes_the_task_manager() -> None:
    value = run_value((r"C:\Program Files\Ollama Tray\ollama-tray.exe",))
    assert value == rf'"C:\Program Files\Ollama Tray\ollama-tray.exe" {LOGIN_FLAG}'
    assert is_approved(b"")
    assert is_approved(b"\x02\x00\x00")
    assert not is_approved(b"\x03\x00\x00")


@pytest.fixture
def appimage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A frozen program in the folder of its AppImage."""
    program = tmp_path / "mount" / "usr" / "lib" / "ollama-tray" / "ollama-tray"
    program.parent.mkdir(parents=True)
    program.touch()
    image = tmp_path / "Ollama_Tray.AppImage"
    image.touch()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(program))
    monkeypatch.setenv("APPIMAGE", str(image))
    monkeypatch.setenv("APPDIR", str(tmp_path / "mount"))
    return image


def test_the_command_is_the_appimage_when_there_is_one(appimage: Path) -> None:
    assert program_command() == (str(appimage),)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("APPDIR", "/tmp/.mount_Cursor"),
        ("APPDIR", None),
        ("APPDIR", "mount"),
        ("APPIMAGE", "/gone/Other.AppImage"),
        ("APPIMAGE", "Other.AppImage"),
        ("APPIMAGE", ""),
    ],
)
def test_what_was_inherited_from_another_appimage_is_not_started_at_login(
    appimage: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str | None
) -> None:
    if value is None:
        monkeypatch.delenv(variable)
    else:
        monkeypatch.setenv(variable, value)
    assert program_command() == (sys.executable,)


def test_nor_when_we_are_none_ourselves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = tmp_path / "Other.AppImage"
    other.touch()
    monkeypatch.setenv("APPIMAGE", str(other))
    monkeypatch.setenv("APPDIR", "/")
    command = program_command()
    assert str(other) not in command
    assert Path(command[0]).is_absolute()


def test_a_sandbox_is_known_by_its_own_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inherited = {"SNAP": "/snap/code/1", "FLATPAK_ID": "com.other", "container": "flatpak"}
    assert sandbox(inherited, tmp_path) == ""
    assert sandbox({"SNAP": str(Path(__file__).parents[4])}, tmp_path) == "Snap"
    (tmp_path / ".flatpak-info").touch()
    assert sandbox({}, tmp_path) == "Flatpak"


def test_a_sandbox_offers_no_start_at_login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("tray_app.desktop.autostart.system.sandbox", lambda: "Flatpak")
    with pytest.raises(OSError, match="Flatpak"):
        system_autostart().is_enabled()
    with pytest.raises(OSError, match="Flatpak"):
        system_autostart().set_enabled(True)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="writes where Linux looks")
def test_the_system_s_own_folder_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    system_autostart().set_enabled(True)
    assert entry(tmp_path / "autostart").is_file()


@pytest.mark.skipif(sys.platform == "win32", reason="links of POSIX")
def test_an_entry_that_is_a_link_stays_one(tmp_path: Path) -> None:
    autostart = XdgAutostart(tmp_path / "autostart", ("ollama-tray",))
    autostart.set_enabled(True)
    (entry,) = (tmp_path / "autostart").iterdir()
    real = tmp_path / "dotfiles" / entry.name
    real.parent.mkdir()
    entry.rename(real)
    entry.symlink_to(real)
    before = real.stat().st_ino
    autostart.set_enabled(True)
    assert entry.is_symlink()
    assert real.stat().st_ino != before
    assert autostart.is_enabled()
