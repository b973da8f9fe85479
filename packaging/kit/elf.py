"""What a Linux program or library asks of the system: libraries, and the version of the C library.

Read with objdump, which PyInstaller needs too; and where a section lies in it, and without the
folders of the system that built it.
"""

from __future__ import annotations

import re
import struct
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from kit.project import BuildError

_NEEDED = re.compile(r"^\s+NEEDED\s+(\S+)", re.MULTILINE)
_GLIBC = re.compile(r"\bGLIBC_(2\.\d+)")
_MAGIC = b"\x7fELF"
_DYNAMIC, _LOADED = 2, 1
_NO_MORE, _STRINGS, _RPATH, _RUNPATH = 0, 5, 15, 29
_BESIDE = ("$ORIGIN", "${ORIGIN}")


def is_elf(path: Path) -> bool:
    """Whether this is a program or a library."""
    with path.open("rb") as file:
        return file.read(4) == _MAGIC


@cache
def _headers(path: Path) -> str:
    done = subprocess.run(["objdump", "-p", path], capture_output=True, text=True, check=True)
    return done.stdout


def needed(path: Path) -> frozenset[str]:
    """The names of the libraries it is linked to."""
    return frozenset(_NEEDED.findall(_headers(path)))


def glibc(path: Path) -> tuple[int, ...]:
    """The newest version of the C library that a symbol of it asks for."""
    found = _GLIBC.findall(_headers(path))
    return max((tuple(int(part) for part in text.split(".")) for text in found), default=(2, 0))


def section(program: bytes, name: str) -> tuple[int, int] | None:
    """Where a section lies in a 64-bit little-endian program and how long it is."""
    (table,) = struct.unpack_from("<Q", program, 0x28)
    size, count, names_at = struct.unpack_from("<HHH", program, 0x3A)
    headers = [
        struct.unpack_from("<IIQQQQ", program, table + number * size) for number in range(count)
    ]
    names = headers[names_at][4]
    for label, _, _, _, offset, length in headers:
        end = program.index(b"\0", names + label)
        if program[names + label : end].decode() == name:
            return offset, length
    return None


def drop_foreign_run_paths(folder: Path) -> None:
    """Let no program below `folder` look for libraries where they were on the system that built
    it: somebody else may put theirs there. A Python that is no package of its system does."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and is_elf(path):
            before = path.read_bytes()
            after = without_foreign_run_path(before)
            if after != before:
                path.write_bytes(after)


def without_foreign_run_path(program: bytes) -> bytes:
    """A 64-bit little-endian program that looks for libraries beside itself at most."""
    segments = list(_segments(program))
    table = next((one for one in segments if one[0] == _DYNAMIC), None)
    if table is None:
        return program
    offset, length = table[1], table[3]
    entries = [struct.unpack_from("<QQ", program, at) for at in range(offset, offset + length, 16)]
    entries = entries[: [tag for tag, _ in entries].index(_NO_MORE)]
    strings = _place(dict(entries).get(_STRINGS, 0), segments)
    kept = []
    for tag, value in entries:
        if tag in (_RPATH, _RUNPATH):
            start = strings + value
            text = program[start : program.index(b"\0", start)].decode()
            foreign = [each for each in text.split(":") if not each.startswith(_BESIDE)]
            if foreign and len(foreign) < len(text.split(":")):
                raise BuildError(f"a library looks for others beside itself and in {foreign}")
            if foreign:
                continue
        kept.append((tag, value))
    written = b"".join(struct.pack("<QQ", *entry) for entry in kept)
    return program[:offset] + written.ljust(length, b"\0") + program[offset + length :]


def _segments(program: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Kind, place in the file, address and length in the file of each segment."""
    (table,) = struct.unpack_from("<Q", program, 0x20)
    size, count = struct.unpack_from("<HH", program, 0x36)
    for number in range(count):
        kind, _, offset, address, _, length = struct.unpack_from(
            "<IIQQQQ", program, table + number * size
        )
        yield kind, offset, address, length


def _place(address: int, segments: list[tuple[int, int, int, int]]) -> int:
    """Where in the file is what will be at an address."""
    for kind, offset, start, length in segments:
        if kind == _LOADED and start <= address < start + length:
            return offset + address - start
    raise BuildError(f"no part of the program is loaded to {address:#x}")
