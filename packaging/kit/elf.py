"""What a Linux program or library asks of the system: libraries, and the version of the C library.

Read with objdump, which PyInstaller needs too; and where a section lies in it.
"""

from __future__ import annotations

import re
import struct
import subprocess
from functools import cache
from pathlib import Path

_NEEDED = re.compile(r"^\s+NEEDED\s+(\S+)", re.MULTILINE)
_GLIBC = re.compile(r"\bGLIBC_(2\.\d+)")
_MAGIC = b"\x7fELF"


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
