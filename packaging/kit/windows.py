"""Windows: the installer by NSIS, and the portable zip. makensis runs on any system."""

from __future__ import annotations

import shutil
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from kit import home, icons, signing
from kit.packaged import MARKER
from kit.project import (
    APP_ID,
    APP_NAME,
    BUILD,
    DIST,
    PACKAGING,
    PROGRAM,
    PUBLISHER,
    VERSION,
    BuildError,
    NotHere,
    epoch,
    run,
    size_of,
)

_PLACES = (
    Path("C:/Program Files (x86)/NSIS/makensis.exe"),
    Path("C:/Program Files/NSIS/makensis.exe"),
)

_ARM64 = 0xAA64
"""IMAGE_FILE_MACHINE_ARM64, of a program's header."""


def build_installer(source: Path, payload: Path, *, quick: bool) -> Path:
    """Make dist/Ollama-Tray-VERSION-setup.exe out of a folder with the frozen program, signed if
    there is a certificate; “-arm64” stands before “-setup” where it is for such a machine."""
    _check(payload)
    signs = signing.is_possible()
    if signs:
        sign_programs(payload)
    makensis = shutil.which("makensis") or next((one for one in _PLACES if one.exists()), None)
    if makensis is None:
        raise NotHere("makensis is not installed (Debian, Ubuntu: package nsis)")
    work = BUILD / "nsis"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    drawing = source / "resources" / "icons" / "app.svg"
    icons.render_program_icon(drawing, work)
    icons.render_banner(drawing, work / "banner.bmp")
    suffix = machine_suffix(payload)
    target = DIST / f"Ollama-Tray-{VERSION}{suffix}-setup.exe"
    # NSIS for Windows has no 64-bit stub; where it has one, wine needs no 32-bit parts. Windows 10
    # for ARM runs 32-bit programs of Intel only.
    needs_32_bits = sys.platform == "win32" or bool(suffix)
    ours = home.read()
    values = {
        "STUB": "x86-unicode" if needs_32_bits else "amd64-unicode",
        "SLASH": "\\" if sys.platform == "win32" else "/",
        "HOMEPAGE": ours.homepage,
        "HELP": ours.issues,
        "NEWS": ours.changelog,
        "PUBLISHER": PUBLISHER,
        "PROGRAM": PROGRAM,
        "APP_ID": APP_ID,
        "APP_NAME": APP_NAME,
        "MARKER": MARKER,
        "VERSION": VERSION,
        "NUMBERS": ".".join([*_numbers(), "0"]),
        "PAYLOAD": str(payload),
        "ICON": str(work / "app.ico"),
        "BANNER": str(work / "banner.bmp"),
        "LICENSE_FILE": str(source / "LICENSE"),
        "TARGET": str(target),
        "SIZE_KIB": str(-(-size_of(payload) // 1024)),
    }
    defines = [f"-D{name}={value}" for name, value in values.items()]
    if quick:
        defines.append("-DQUICK")
    if signs:
        defines.append(f'-DSIGN="{sys.executable}" "{PACKAGING / "sign.py"}"')
    script = PACKAGING / "windows" / "installer.nsi"
    run([str(makensis), "-V2", "-WX", "-INPUTCHARSET", "UTF8", *defines, str(script)])
    if signs:
        signing.sign([target])
    return target


def build_portable(payload: Path) -> Path:
    """Make dist/Ollama-Tray-VERSION-portable.zip: unpack it anywhere and start it."""
    _check(payload)
    if signing.is_possible():
        sign_programs(payload)
    target = DIST / f"Ollama-Tray-{VERSION}{machine_suffix(payload)}-portable.zip"
    moment = datetime.fromtimestamp(epoch(), UTC).timetuple()[:6]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(payload.rglob("*")):
            if path.is_file():
                name = f"{APP_NAME}/{path.relative_to(payload).as_posix()}"
                info = zipfile.ZipInfo(name, moment)
                info.compress_type = zipfile.ZIP_DEFLATED
                info.external_attr = 0o644 << 16
                archive.writestr(info, path.read_bytes())
    return target


def sign_programs(payload: Path) -> None:
    """Sign our two starters; what else lies there is signed by those who made it, or is data."""
    signing.sign([payload / f"{PROGRAM}.exe", payload / f"{PROGRAM}-gui.exe"])


def machine_suffix(payload: Path) -> str:
    """What file names say of the processor that the program in a folder is for: "" or "-arm64"."""
    with (payload / f"{PROGRAM}-gui.exe").open("rb") as file:
        head = file.read(4096)
    header = int.from_bytes(head[0x3C:0x40], "little")
    machine = int.from_bytes(head[header + 4 : header + 6], "little")
    return "-arm64" if machine == _ARM64 else ""


def version_resource() -> str:
    """What the properties of the .exe say, in the form that PyInstaller reads."""
    numbers = ", ".join([*_numbers(), "0"])
    texts = {
        "CompanyName": PUBLISHER,
        "FileDescription": APP_NAME,
        "FileVersion": VERSION,
        "InternalName": PROGRAM,
        "LegalCopyright": "MIT License",
        "OriginalFilename": f"{PROGRAM}.exe",
        "ProductName": APP_NAME,
        "ProductVersion": VERSION,
    }
    entries = ", ".join(f"StringStruct({name!r}, {text!r})" for name, text in texts.items())
    fixed = f"FixedFileInfo(filevers=({numbers}), prodvers=({numbers}), mask=0x3f, flags=0x0,"
    fixed += " OS=0x40004, fileType=0x1, subtype=0x0, date=(0, 0))"
    tables = f"StringFileInfo([StringTable('040904B0', [{entries}])])"
    languages = "VarFileInfo([VarStruct('Translation', [1033, 1200])])"
    return f"VSVersionInfo(ffi={fixed}, kids=[{tables}, {languages}])\n"


def _numbers() -> list[str]:
    """Three numbers, whatever letters follow."""
    parts = VERSION.split(".")[:3]
    digits = ["".join(filter(str.isdigit, part)) or "0" for part in parts]
    return [*digits, "0", "0"][:3]


def _check(payload: Path) -> None:
    for name in (f"{PROGRAM}.exe", f"{PROGRAM}-gui.exe"):
        if not (payload / name).is_file():
            raise NotHere(f"{payload} has no {name}: the program itself is frozen on Windows")
    if any(path.is_symlink() for path in payload.rglob("*")):
        raise BuildError(f"{payload} has symbolic links")
