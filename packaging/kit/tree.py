"""The files of a Linux system package, as they lie below /: the program, and what a desktop and a
terminal want to find of it."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

from kit import appstream, icons
from kit.project import APP_ID, BUILD, PROGRAM, VERSION, build_date, set_times

HOME = Path("usr/lib") / PROGRAM
"""Where the frozen program lies; everything there belongs to one build."""


def system_tree(source: Path, frozen: Path) -> Path:
    """Make build/packaging/tree."""
    tree = BUILD / "tree"
    shutil.rmtree(tree, ignore_errors=True)
    shutil.copytree(frozen, tree / HOME, symlinks=True)
    (tree / HOME / "licenses").rename(tree / HOME / "lib" / "licenses")
    binaries = tree / "usr" / "bin"
    binaries.mkdir(parents=True)
    for name in (PROGRAM, f"{PROGRAM}-gui"):
        (binaries / name).symlink_to(f"../lib/{PROGRAM}/{PROGRAM}")
    add_desktop_files(source, tree / "usr" / "share")
    set_modes(tree)
    set_times(tree)
    return tree


def add_desktop_files(source: Path, share: Path) -> None:
    """Put the menu entry, icons, metainfo, manual and completions below a share folder."""
    add_menu_files(source, share)
    files = source / "resources" / "desktop"
    pages = share / "man" / "man1"
    _write_gzip(pages / f"{PROGRAM}.1.gz", manual(source))
    _write_gzip(pages / f"{PROGRAM}-gui.1.gz", f".so man1/{PROGRAM}.1\n")
    bash = share / "bash-completion" / "completions" / PROGRAM
    _write(bash, _read(files / f"{PROGRAM}.bash"))
    zsh = share / "zsh" / "vendor-completions" / f"_{PROGRAM}"
    _write(zsh, _read(files / f"{PROGRAM}.zsh"))
    fish = share / "fish" / "vendor_completions.d" / f"{PROGRAM}.fish"
    _write(fish, _read(files / f"{PROGRAM}.fish"))


def add_menu_files(source: Path, share: Path) -> None:
    """Put the menu entry, icons and metainfo below a share folder."""
    entry = source / "resources" / "desktop" / f"{APP_ID}.desktop"
    _write(share / "applications" / entry.name, _read(entry))
    _write(share / "metainfo" / f"{APP_ID}.metainfo.xml", appstream.metainfo(source))
    hicolor = share / "icons" / "hicolor"
    icons.render_theme(source / "resources" / "icons" / "app.svg", hicolor, APP_ID)


def manual(source: Path) -> str:
    """The manual page with its date and version."""
    text = _read(source / "resources" / "desktop" / f"{PROGRAM}.1")
    title = '1 "" "Ollama Tray"'
    return text.replace(title, f'1 "{build_date():%Y-%m-%d}" "Ollama Tray {VERSION}"')


def set_modes(tree: Path) -> None:
    """Only the program itself may be run; all may be read by everybody."""
    for path in (tree, *tree.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)
        elif not path.is_symlink():
            path.chmod(0o755 if path.name == PROGRAM and path.parent.name == PROGRAM else 0o644)


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8", newline="\n")


def _write_gzip(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
