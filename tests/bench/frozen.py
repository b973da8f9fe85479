"""The frozen program: its size, and its first tray icon beside that of the same from the source and
of a bare program that is frozen the same way.

Measures what `python3 packaging/build.py onedir floor` has built, and nothing without it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.children import ROOT, Command
from tests.bench.registrations import Registrations
from tests.bench.starting import scene
from tests.bench.table import Line, compared, in_turns, number

_BUILT = ROOT / "build" / "packaging"
PROGRAM = _BUILT / "frozen" / "ollama-tray"
FLOOR = _BUILT / "frozen-floor" / "floor"
_MOST_MB = 115.0


def frozen(runs: int) -> Sequence[Line]:
    """All lines."""
    if not (PROGRAM.is_dir() and FLOOR.is_dir()):
        return [Line("frozen program", "not built: python3 packaging/build.py onedir floor")]
    with scene() as here, Registrations(here.desktop.address) as registrations:

        def icon_ms(start: Callable[[], Command]) -> float:
            registrations.forget()
            with start() as process:
                return (registrations.next_ns() - process.spawned_ns) / 1e6

        def cold_ms(folder: Path, start: Callable[[], Command]) -> float:
            forget_files(folder)
            return icon_ms(start)

        def program() -> Command:
            return here.command(
                str(PROGRAM / "ollama-tray"), "--data-dir", str(here.folder), "--hidden"
            )

        def floor() -> Command:
            return here.command(str(FLOOR / "floor"))

        warm = in_turns(runs, lambda: icon_ms(program), lambda: icon_ms(floor))
        cold = in_turns(runs, lambda: cold_ms(PROGRAM, program), lambda: cold_ms(FLOOR, floor))
        source = in_turns(
            runs, lambda: icon_ms(program), lambda: icon_ms(lambda: here.program("--hidden"))
        )
    mb = sum(path.lstat().st_size for path in PROGRAM.rglob("*") if path.is_file()) / 1e6
    size = Line("frozen folder", number(mb, "MB"), target="≤ 115 MB", is_met=mb <= _MOST_MB)
    return [
        compared("frozen: first tray icon, warm", "ms", *warm, most_ratio=1.25),
        compared("frozen: first tray icon, files not in memory", "ms", *cold),
        compared("frozen: first tray icon, floor = from source", "ms", *source, most_ratio=1.3),
        size,
    ]


def forget_files(folder: Path) -> None:
    """Ask the system to drop what it keeps of the files in memory."""
    os.sync()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
