"""KDE's panel by KDE's files: its own style first, then the colors of programs."""

import sys
from pathlib import Path

import pytest

from tray_app.desktop.tray.plasma import panel_is_dark, watched_files

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="KDE's files, as Linux names them")

DARK, LIGHT = "42,46,50", "239,240,241"


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """A KDE whose files are below this folder."""
    return {
        "HOME": str(tmp_path),
        "XDG_CONFIG_DIRS": str(tmp_path / "etc"),
        "XDG_DATA_DIRS": f"relative:{tmp_path / 'share'}",
    }


def write(file: Path, group: str, key: str, value: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    before = file.read_text(encoding="utf-8") if file.exists() else "[Other]\nname=x\n"
    file.write_text(f"{before}\n[{group}]\nA=b\n{key}={value}\n", encoding="utf-8")


def style(home: Path, name: str, color: str = "") -> None:
    write(home / ".config" / "plasmarc", "Theme", "name", name)
    if color:
        colors = home / "share" / "plasma" / "desktoptheme" / name / "colors"
        write(colors, "Colors:Window", "BackgroundNormal", color)


def programs(home: Path, color: str) -> None:
    write(home / ".config" / "kdeglobals", "Colors:Window", "BackgroundNormal", color)


def test_twilight_a_dark_panel_and_light_programs(tmp_path: Path, environ: dict[str, str]) -> None:
    style(tmp_path, "breeze-dark", DARK)
    programs(tmp_path, LIGHT)
    assert panel_is_dark(environ) is True


def test_and_the_other_way_round(tmp_path: Path, environ: dict[str, str]) -> None:
    style(tmp_path, "breeze-light", LIGHT)
    programs(tmp_path, DARK)
    assert panel_is_dark(environ) is False


@pytest.mark.parametrize(("color", "is_dark"), [(DARK, True), (LIGHT, False)])
def test_a_style_without_colors_takes_those_of_programs(
    tmp_path: Path, environ: dict[str, str], color: str, is_dark: bool
) -> None:
    style(tmp_path, "default")
    programs(tmp_path, color)
    assert panel_is_dark(environ) is is_dark


def test_what_the_global_theme_chose_counts_where_a_person_chose_nothing(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    style(tmp_path, "breeze-dark", DARK)
    chosen = tmp_path / ".config" / "plasmarc"
    defaults = tmp_path / ".config" / "kdedefaults" / "plasmarc"
    defaults.parent.mkdir()
    chosen.rename(defaults)
    assert panel_is_dark(environ) is True
    style(tmp_path, "breeze-light", LIGHT)
    assert panel_is_dark(environ) is False
    assert watched_files(environ) == [str(chosen), str(defaults)]


def test_a_color_scheme_that_is_only_named(tmp_path: Path, environ: dict[str, str]) -> None:
    write(tmp_path / ".config" / "kdeglobals", "General", "ColorScheme", "BreezeDark")
    file = tmp_path / "share" / "color-schemes" / "BreezeDark.colors"
    write(file, "Colors:Window", "BackgroundNormal", DARK)
    assert panel_is_dark(environ) is True


@pytest.mark.parametrize("color", ["", "dark", "1,2", "-1,2,3", "²,2,3", "#101010"])
def test_nonsense_is_not_known(tmp_path: Path, environ: dict[str, str], color: str) -> None:
    style(tmp_path, "../../etc", "")
    programs(tmp_path, color)
    assert panel_is_dark(environ) is None


def test_without_files_or_a_home_it_is_not_known(environ: dict[str, str]) -> None:
    assert panel_is_dark(environ) is None
    assert panel_is_dark({"XDG_CONFIG_HOME": "here", "XDG_CONFIG_DIRS": "x"}) is None
    assert watched_files(environ) == []
