"""What the frozen program asks of a Linux system, found by looking at it, not from memory."""

from __future__ import annotations

from fnmatch import fnmatch
from pathlib import Path

from kit import bundle, elf
from kit.project import BuildError

# library → Debian package; "" for those that the package of the C library has
_DEBIAN = {
    "ld-linux*": "",
    "libc.so.6": "",
    "libm.so.6": "",
    "libdl.so.2": "",
    "librt.so.1": "",
    "libpthread.so.0": "",
    "libutil.so.1": "",
    "libresolv.so.2": "",
    "libgcc_s.so.1": "libgcc-s1",
    "libstdc++.so.6": "libstdc++6 (>= 11)",
    "libz.so.1": "zlib1g",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
    "libglib-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0t64 | libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libexpat.so.1": "libexpat1",
}
# Not linked to: opened by name while running, so that nothing in the files says it.
_OPENED = {"libdbus-1.so.3"}


def host_libraries(tree: Path) -> list[str]:
    """The libraries that must be on the system: those that are linked to and not in the bundle."""
    files = [path for path in tree.rglob("*") if path.is_file() and not path.is_symlink()]
    programs = [path for path in files if elf.is_elf(path)]
    own = {path.name for path in files} | {path.name for path in tree.rglob("*.so*")}
    wanted = set(_OPENED).union(*(elf.needed(path) for path in programs)) - own
    unknown = [
        name
        for name in sorted(wanted)
        if not any(fnmatch(name, pattern) for pattern in bundle.HOST_LIBRARIES)
    ]
    if unknown:
        raise BuildError(f"neither in the bundle nor on every desktop: {', '.join(unknown)}")
    return sorted(wanted)


def glibc(tree: Path) -> str:
    """The oldest version of the C library that will do."""
    files = (path for path in tree.rglob("*") if path.is_file() and not path.is_symlink())
    newest = max(elf.glibc(path) for path in files if elf.is_elf(path))
    return ".".join(str(part) for part in newest)


def debian_packages(tree: Path) -> list[str]:
    """The Depends of a Debian package."""
    found = {f"libc6 (>= {glibc(tree)})"}
    for library in host_libraries(tree):
        package = next(
            (name for pattern, name in _DEBIAN.items() if fnmatch(library, pattern)), None
        )
        if package is None:
            raise BuildError(f"no Debian package is known for {library}")
        found.add(package)
    # Qt shows no letter without a font.
    found.add("fontconfig-config")
    found.add("fonts-dejavu-core | fonts-liberation | fonts-noto-core | fonts-freefont-ttf")
    return sorted(found - {""})
