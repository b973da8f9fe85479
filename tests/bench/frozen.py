"""The frozen program: its size, and its first tray icon beside that of the same from the source and
of a bare program that is frozen the same way.

Measures what `python3 packaging/build.py onedir floor` has built, and nothing without it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.children import ROOT, Command
from tests.bench.proof import prove_at_least
from tests.bench.registrations import Registrations
from tests.bench.starting import scene
from tests.bench.table import Line, compared, in_turns, number

_BUILT = ROOT / "build" / "packaging"
PROGRAM = _BUILT / "frozen" / "ollama-tray"
FLOOR = _BUILT / "frozen-floor" / "floor"
_MOST_MB = 130.0
_LEAST_COLD_MB = 10.0


def frozen(runs: int) -> Sequence[Line]:
    """All lines."""
    if not (PROGRAM.is_dir() and FLOOR.is_dir()):
        build = "python3 packaging/build.py onedir floor"
        return [Line("frozen", "–", seen=f"not measured: not built ({build})")]
    with scene() as here, Registrations(here.desktop.address) as registrations:
        from_disk: list[float] = []

        def icon_ms(start: Callable[[], Command]) -> float:
            registrations.forget()
            with start() as process:
                return (registrations.next_ns(process.pid) - process.spawned_ns) / 1e6

        def cold_ms(folder: Path, start: Callable[[], Command]) -> float:
            forget_files(folder)
            registrations.forget()
            with start() as process:
                took_ms = (registrations.next_ns(process.pid) - process.spawned_ns) / 1e6
                from_disk.append(process.mb_from_disk())
            prove_at_least("MB read from the disk", from_disk[-1], _LEAST_COLD_MB)
            return took_ms

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
    files = [path for path in PROGRAM.rglob("*") if path.is_file()]
    mb = sum(path.lstat().st_size for path in files) / 1e6
    size = Line(
        "frozen folder", number(mb, "MB"),
        target=f"≤ {_MOST_MB:g} MB", is_met=mb <= _MOST_MB, seen=f"{len(files)} files",
    )  # fmt: skip
    icons = f"{runs} icons of each in the tray"
    read = f"{icons}, at least {min(from_disk):.0f} MB read from the disk"
    return [
        compared("frozen: first tray icon, warm", "ms", *warm, most_ratio=1.25, seen=icons),
        compared("frozen: first tray icon, files not in memory", "ms", *cold, seen=read),
        compared(
            "frozen: first tray icon, floor = from source", "ms", *source,
            most_ratio=1.3, seen=icons,
        ),
        size,
    ]  # fmt: skip


def forget_files(folder: Path) -> None:
    """Ask the system to drop what it keeps of the files in memory."""
    os.sync()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
