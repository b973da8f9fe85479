"""The AppImage: a folder in a compressed file system behind the AppImage project's runtime.

The runtime is a program of another project and no package has it; its path comes from outside.
Without it the folder and the compressed file system are built all the same.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from kit.project import (
    APP_ID,
    BUILD,
    DIST,
    PACKAGING,
    PROGRAM,
    VERSION,
    BuildError,
    NotHere,
    architecture,
    epoch,
    run,
    say,
    set_times,
)
from kit.tree import HOME

RUNTIME_SOURCE = "https://github.com/AppImage/type2-runtime/releases"
_MAGIC = b"\x7fELF"
_TYPE_2 = b"AI\x02"


def build_appimage(tree: Path, runtime: Path | None, *, quick: bool) -> Path:
    """Make dist/Ollama_Tray-VERSION-ARCH.AppImage."""
    if shutil.which("mksquashfs") is None:
        raise NotHere("mksquashfs is not installed (Debian, Ubuntu: package squashfs-tools)")
    machine = {"arm64": "aarch64"}.get(architecture(), architecture())
    image = _image(_app_dir(tree), quick=quick)
    if runtime is None:
        raise NotHere(
            f"the type-2 runtime is missing: get runtime-{machine} from {RUNTIME_SOURCE} and say "
            f"--appimage-runtime FILE. The file system is built: {image}"
        )
    start = runtime.read_bytes()
    if start[:4] != _MAGIC or start[8:11] != _TYPE_2:
        raise BuildError(f"{runtime} is no type-2 AppImage runtime")
    target = DIST / f"Ollama_Tray-{VERSION}-{machine}.AppImage"
    with target.open("wb") as file:
        file.write(start)
        file.write(image.read_bytes())
    target.chmod(0o755)
    return target


def _app_dir(tree: Path) -> Path:
    folder = BUILD / "AppDir"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(tree, folder, symlinks=True)
    shutil.copyfile(PACKAGING / "linux" / "AppRun", folder / "AppRun")
    (folder / "AppRun").chmod(0o755)
    share = Path("usr") / "share"
    (folder / f"{APP_ID}.desktop").symlink_to(share / "applications" / f"{APP_ID}.desktop")
    icons = share / "icons" / "hicolor"
    (folder / f"{APP_ID}.svg").symlink_to(icons / "scalable" / "apps" / f"{APP_ID}.svg")
    (folder / ".DirIcon").symlink_to(icons / "256x256" / "apps" / f"{APP_ID}.png")
    if not (folder / HOME / PROGRAM).exists():
        raise BuildError(f"{folder / HOME} has no program")
    # Tools of AppImage look for this name too.
    appdata = folder / share / "metainfo"
    (appdata / f"{APP_ID}.appdata.xml").symlink_to(f"{APP_ID}.metainfo.xml")
    set_times(folder)
    return folder


def _image(folder: Path, *, quick: bool) -> Path:
    target = BUILD / f"{PROGRAM}.squashfs"
    target.unlink(missing_ok=True)
    options = ["-noappend", "-all-root", "-no-xattrs", "-no-progress", "-root-mode", "0755"]
    options += ["-mkfs-time", str(epoch()), "-comp", "zstd"]
    options += ["-Xcompression-level", "3" if quick else "22", "-b", "1M"]
    # mksquashfs refuses to be told the date by the environment as well.
    run(["env", "-u", "SOURCE_DATE_EPOCH", "mksquashfs", folder, target, *options])
    say(f"{target.name}: {target.stat().st_size / 1e6:.1f} MB")
    return target
