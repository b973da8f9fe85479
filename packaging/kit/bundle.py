"""What goes into the frozen program and what stays out. The PyInstaller spec files ask here.

Rules, not a list of files: modules that are never imported, Qt's plugins by name, and on Linux only
those libraries that something in the bundle is linked to and that not every desktop has.
"""

from __future__ import annotations

import posixpath
import re
import sys
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath

from kit import elf
from kit.packaged import PROJECT_FILE
from kit.project import BuildError

Entry = tuple[str, str, str]
"""PyInstaller's: name in the bundle, file, kind."""

EXCLUDED_MODULES = [
    *["tkinter", "turtle", "idlelib", "lib2to3", "ensurepip", "venv", "distutils"],
    *["unittest", "doctest", "pdb", "pydoc", "pydoc_data", "test", "_pytest", "pytest"],
    *["_pydecimal", "ftplib", "smtplib"],
    # Only the tests of `random` compute with them, and `shutil` packs nothing here.
    *["statistics", "fractions", "decimal", "bz2", "lzma"],
    *["asyncio", "concurrent.futures.process", "curses", "readline", "xmlrpc"],
    # Optional parts of requests and urllib3 that the lock file does not have.
    *["chardet", "OpenSSL", "simplejson", "brotli", "brotlicffi", "zstandard"],
    *["h2", "socks", "pyodide", "js"],
    # Of keyring, what looks for a backend by itself or is a program of its own: we name ours.
    *["keyring.backends.chainer", "keyring.backends.libsecret", "keyring.cli"],
    *["keyring.completion", "keyring.devpi_client", "keyring.testing"],
    # Secret Service takes one cipher of it; much of the rest is about certificates and files.
    *["cryptography.x509", "cryptography.fernet", "cryptography.hazmat.primitives.twofactor"],
    # Only here for building.
    *["build", "hatchling", "packaging", "pip", "pkg_resources", "pluggy", "setuptools", "wheel"],
    *["PyInstaller", "numpy", "PIL", "trio", "outcome"],
    # Parts of Qt that nothing imports, but hooks might pull in.
    *["PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets"],
    *["PySide6.QtSql", "PySide6.QtTest", "PySide6.QtDesigner", "PySide6.QtHelp"],
    *["PySide6.QtPrintSupport", "PySide6.QtXml", "PySide6.QtSvg", "PySide6.QtSvgWidgets"],
    *["PySide6.QtConcurrent", "PySide6.QtUiTools"],
    *(["plistlib", "xml"] if sys.platform != "darwin" else []),
    *(
        ["PySide6.QtDBus", "jeepney", "secretstorage", "cryptography", "cffi"]
        if not sys.platform.startswith("linux")
        else ["keyring.backends.macOS", "keyring.backends.Windows", "win32ctypes"]
    ),
]

_PACKAGES = Path(__file__).parents[2] / "tray_app"
_NAMED_LATE = [
    f"tray_app.{package}.{file.stem}"
    for package in ("text", "ollama")
    for file in sorted((_PACKAGES / package).glob("[!_]*.py"))
]
"""Whoever wants a name of these packages has all their files looked through (core.lazy_names)."""

HIDDEN_MODULES = {
    "linux": [
        *["keyring.backends.SecretService", "keyring.backends.kwallet"],
        "cryptography.hazmat.backends.openssl.backend",
    ],
    "win32": ["keyring.backends.Windows", "win32ctypes.core.ctypes"],
    "darwin": ["keyring.backends.macOS"],
}.get(sys.platform, []) + _NAMED_LATE
"""The keyring of this system, which we name ourselves: a frozen program has no entry points to look
for one. And what is looked for by name."""

# Each has to be found: what a hook of PyInstaller no longer brings would only be missed by users.
_QT_PLUGINS = {
    "linux": [
        "iconengines/*qsvgicon*",
        "imageformats/*qsvg*",
        # No gtk3 platform theme: it would bring all of GTK; the portal knows the same settings.
        "platforms/libqxcb.so",
        "platforms/libqwayland*.so",
        "platforms/libqoffscreen.so",
        "platformthemes/libqxdgdesktopportal.so",
        "platforminputcontexts/libcompose*.so",
        "platforminputcontexts/libibus*.so",
        "xcbglintegrations/*.so",
        # No OpenGL on Wayland: widgets are drawn into shared memory.
        "wayland-decoration-client/*.so",
        "wayland-shell-integration/libqt-shell.so",
        "wayland-shell-integration/libxdg-shell.so",
        # No networkinformation: whether a network is metered NetworkManager is asked itself.
    ],
    "win32": [
        "iconengines/*qsvgicon*",
        "imageformats/*qsvg*",
        "networkinformation/qnetworklistmanager.dll",
        "platforms/qwindows.dll",
        "platforms/qoffscreen.dll",
        "styles/*",
    ],
    "darwin": [
        "iconengines/*qsvgicon*",
        "imageformats/*qsvg*",
        "networkinformation/*.dylib",
        "platforms/libqcocoa.dylib",
        "platforms/libqoffscreen.dylib",
        "styles/*",
    ],
}

# There on every Linux desktop, and better taken from there: the C and C++ runtimes (the drivers of
# the graphics card want theirs), what talks to the display server and the graphics card, and fonts,
# whose settings are the system's. The list of the AppImage project says much the same.
HOST_LIBRARIES = (
    *("ld-linux*", "libc.so.*", "libm.so.*", "libdl.so.*", "librt.so.*", "libpthread.so.*"),
    *("libutil.so.*", "libresolv.so.*", "libgcc_s.so.*", "libstdc++.so.*", "libz.so.*"),
    *("libGL.so.*", "libEGL.so.*", "libGLX.so.*", "libGLdispatch.so.*", "libOpenGL.so.*"),
    *("libX11.so.*", "libX11-xcb.so.*", "libxcb.so.*", "libXau.so.*", "libXdmcp.so.*"),
    *("libwayland-client.so.*", "libwayland-cursor.so.*", "libwayland-egl.so.*"),
    *("libglib-2.0.so.*", "libgthread-2.0.so.*", "libpcre*.so.*", "libdbus-1.so.*"),
    *("libfontconfig.so.*", "libfreetype.so.*", "libexpat.so.*"),
)

_TRANSLATION = re.compile(r"translations/qt(\w*?)_(\w+)\.qm$")


def binaries(entries: Iterable[Entry], platform: str = sys.platform) -> list[Entry]:
    """The libraries and plugins that belong into the bundle, in a fixed order. Raises BuildError
    where a plugin is missing."""
    kept = _with_wanted_plugins(entries, _QT_PLUGINS[platform])
    if platform == "linux":
        kept = _reachable(kept)
    elif platform == "win32":
        kept = [entry for entry in kept if not _is_unused_dll(entry[0])]
    return sorted(kept)


def datas(
    entries: Iterable[Entry], languages: Iterable[str], libraries: Iterable[Entry]
) -> list[Entry]:
    """The data files that belong into the bundle: of Qt's texts, only in languages we speak; of
    links (all are data to PyInstaller), only those to libraries that are in the bundle."""
    wanted = set(languages)
    targets = {name for name, _, _ in libraries}

    def is_wanted(name: str) -> bool:
        found = _TRANSLATION.search(PurePosixPath(name.replace("\\", "/")).as_posix())
        return not found or (found[1] == "base" and found[2] in wanted)

    def leads_somewhere(entry: Entry) -> bool:
        is_link = entry[2] == "SYMLINK" and sys.platform.startswith("linux")
        return not is_link or _target(entry) in targets

    return sorted(each for each in entries if is_wanted(each[0]) and leads_somewhere(each))


def _target(link: Entry) -> str:
    """What a link in the bundle leads to, as a name in the bundle."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(link[0]), link[1]))


def resources(folder: Path) -> list[tuple[str, str]]:
    """Our icons, compiled translations and addresses, and where they are looked for."""
    found = [*folder.glob("icons/**/*.svg"), *folder.glob("translations/*.qm")]
    found.append(folder / PROJECT_FILE)
    places = (file.parent.relative_to(folder.parent).as_posix() for file in found)
    return sorted(zip(map(str, found), places, strict=True))


def package_data(source: Path) -> list[tuple[str, str]]:
    """The files that lie between our modules and that these read; PyInstaller takes only code."""
    package = source / "tray_app"
    found = [
        file
        for file in package.rglob("*")
        if file.is_file() and file.suffix not in (".py", ".pyc") and file.name != "py.typed"
        if not file.name.startswith(".") and not file.is_relative_to(package / "_resources")
    ]
    places = (file.parent.relative_to(source).as_posix() for file in found)
    return sorted(zip(map(str, found), places, strict=True))


def languages(translations: Path) -> list[str]:
    """The languages of our compiled translations."""
    return sorted(file.stem.partition("_")[2] for file in translations.glob("ollama-tray_*.qm"))


def _with_wanted_plugins(entries: Iterable[Entry], patterns: list[str]) -> list[Entry]:
    kept, found = [], set()
    for entry in entries:
        _, is_plugin, plugin = entry[0].replace("\\", "/").partition("/plugins/")
        fitting = {pattern for pattern in patterns if fnmatch(plugin, pattern)}
        if fitting or not is_plugin:
            kept.append(entry)
        found |= fitting
    if missing := [pattern for pattern in patterns if pattern not in found]:
        raise BuildError(f"PyInstaller brings no Qt plugin {', '.join(missing)}")
    return kept


def _is_unused_dll(name: str) -> bool:
    """The software renderer of OpenGL, and Qt's modules that only dropped plugins used."""
    file = name.replace("\\", "/").rpartition("/")[2].casefold()
    dropped = ("opengl32sw.dll", "qt6pdf.dll", "qt6qml*.dll", "qt6quick*.dll")
    return any(fnmatch(file, pattern) for pattern in (*dropped, "qt6virtualkeyboard.dll"))


def _is_host_library(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in HOST_LIBRARIES)


def _reachable(entries: list[Entry]) -> list[Entry]:
    """Without libraries that only dropped plugins were linked to, and without the host's."""
    by_name: dict[str, list[Entry]] = {}
    for entry in entries:
        by_name.setdefault(entry[0].rpartition("/")[2], []).append(entry)
    # Modules of Python and plugins of Qt are loaded by name; everything else must be linked to.
    waiting = [
        entry
        for entry in entries
        if entry[2] == "EXTENSION"
        or "/plugins/" in entry[0]
        or entry[0].rpartition("/")[2].startswith("libpython")
    ]
    kept: set[Entry] = set()
    while waiting:
        entry = waiting.pop()
        if entry in kept:
            continue
        kept.add(entry)
        for name in elf.needed(Path(entry[1])):
            if not _is_host_library(name):
                waiting += by_name.get(name, [])
    return list(kept)
