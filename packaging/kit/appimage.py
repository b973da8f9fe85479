"""The AppImage: a folder in a compressed file system behind the AppImage project's runtime.

The runtime is a program of another project and no package has it; its path comes from outside.
Without it the folder and the compressed file system are built all the same.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from kit import elf, home
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
_UPDATE_SECTION = ".upd_info"


def build_appimage(tree: Path, runtime: Path | None, *, quick: bool) -> list[Path]:
    """Make dist/Ollama_Tray-VERSION-ARCH.AppImage, and beside it the .zsync file by which programs
    that update AppImages load only what has changed."""
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
    update = update_information(home.read(), machine)
    with target.open("wb") as file:
        file.write(with_update_information(start, update) if update else start)
        file.write(image.read_bytes())
    target.chmod(0o755)
    return [target, *_zsync(target, update)]


def update_information(ours: home.Home, machine: str) -> str:
    """Where programs that update AppImages look; "" as long as the project is nowhere they know."""
    if ours.github is None:
        say("the source is not at GitHub: the AppImage has no update information")
        return ""
    owner, repository = ours.github
    return f"gh-releases-zsync|{owner}|{repository}|latest|Ollama_Tray-*-{machine}.AppImage.zsync"


def with_update_information(runtime: bytes, text: str) -> bytes:
    """The runtime with the text in the section that is kept for it."""
    place = elf.section(runtime, _UPDATE_SECTION)
    written = text.encode()
    if place is None or len(written) >= place[1]:
        raise BuildError(f"the runtime has no room for update information ({_UPDATE_SECTION})")
    offset, length = place
    return runtime[:offset] + written.ljust(length, b"\0") + runtime[offset + length :]


def _zsync(image: Path, update: str) -> list[Path]:
    if not update:
        return []
    if shutil.which("zsyncmake") is None:
        say("zsyncmake is not installed (Debian, Ubuntu: package zsync): no .zsync file")
        return []
    os.utime(image, (epoch(), epoch()))  # it is written down
    target = image.with_name(f"{image.name}.zsync")
    run(["zsyncmake", "-u", image.name, "-o", target, image], cwd=image.parent)
    return [target]


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
