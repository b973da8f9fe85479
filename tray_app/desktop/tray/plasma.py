"""How dark KDE's panel is: it has a style of its own, whatever the colors of programs are.

Read from KDE's files, as nothing on the bus tells. Standard library only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

_MOST_BYTES = 1_000_000


def panel_is_dark(environ: Mapping[str, str]) -> bool | None:
    """None = not known."""
    style = _first_value(environ, "plasmarc", "Theme", "name")
    for folder in _data_folders(environ):
        if style and "/" not in style:
            colors = folder / "plasma" / "desktoptheme" / style / "colors"
            color = _value(colors, "Colors:Window", "BackgroundNormal")
            if (is_dark := _is_dark(color)) is not None:
                return is_dark
    # A style without colors takes those of programs.
    color = _first_value(environ, "kdeglobals", "Colors:Window", "BackgroundNormal")
    if (is_dark := _is_dark(color)) is not None:
        return is_dark
    scheme = _first_value(environ, "kdeglobals", "General", "ColorScheme")
    for folder in _data_folders(environ):
        if scheme and "/" not in scheme:
            colors = folder / "color-schemes" / f"{scheme}.colors"
            color = _value(colors, "Colors:Window", "BackgroundNormal")
            if (is_dark := _is_dark(color)) is not None:
                return is_dark
    return None


def watched_files(environ: Mapping[str, str]) -> list[str]:
    """The files that say it, as far as they are there."""
    files = (_config(environ, name) for name in ("plasmarc", "kdeglobals"))
    return [str(file) for both in files for file in both if file.is_file()]


def _config(environ: Mapping[str, str], name: str) -> Iterator[Path]:
    """What a person chose, then what their global theme did, then the system's."""
    home = _folder(environ, "XDG_CONFIG_HOME", ".config")
    if home is not None:
        yield home / name
        yield home / "kdedefaults" / name
    for folder in (environ.get("XDG_CONFIG_DIRS") or "/etc/xdg").split(":"):
        if folder.startswith("/"):
            yield Path(folder) / name


def _data_folders(environ: Mapping[str, str]) -> Iterator[Path]:
    home = _folder(environ, "XDG_DATA_HOME", ".local/share")
    if home is not None:
        yield home
    for folder in (environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":"):
        if folder.startswith("/"):
            yield Path(folder)


def _folder(environ: Mapping[str, str], variable: str, usual: str) -> Path | None:
    folder = environ.get(variable, "")
    if folder.startswith("/"):
        return Path(folder)
    home = environ.get("HOME", "")
    return Path(home) / usual if home.startswith("/") else None


def _first_value(environ: Mapping[str, str], file: str, group: str, key: str) -> str:
    return next(filter(None, (_value(path, group, key) for path in _config(environ, file))), "")


def _value(path: Path, group: str, key: str) -> str:
    """ "" when it is not there. KDE's files are no INI that configparser would take."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            return ""
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except (OSError, ValueError):
        return ""
    is_inside = False
    for line in map(str.strip, lines):
        if line.startswith("["):
            is_inside = line == f"[{group}]"
        elif is_inside:
            name, is_pair, value = line.partition("=")
            if is_pair and name.strip() == key:
                return value.strip()
    return ""


def _is_dark(color: str) -> bool | None:
    """`color` as KDE writes it: "42,46,50"."""
    parts = color.split(",")[:3]
    if len(parts) != 3 or not all(
        part.strip().isascii() and part.strip().isdecimal() for part in parts
    ):
        return None
    red, green, blue = (min(255, int(part.strip()[:3])) for part in parts)
    return red * 299 + green * 587 + blue * 114 < 128_000
