#!/usr/bin/env python3
"""Try the program for Windows under wine: `python3 packaging/try_windows.py [--work FOLDER]`.

Makes a Windows disk with a Python, runs tests there, freezes the program, builds its installer and
portable zip, installs, uses, upgrades and uninstalls it. Ends with a table of the steps. Exit code
0 if all went well, 3 if this system lacks what that takes.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from pathlib import Path
from types import FrameType
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "packaging"), str(ROOT)]

from kit.environment import environment_python  # noqa: E402
from kit.project import BUILD, environment  # noqa: E402

EXIT_CANNOT = 3
_IS_INSIDE = "OLLAMA_TRAY_TRY_WINDOWS"


def missing_packages() -> list[str]:
    """What Debian calls the programs that are not here."""
    import dev

    return dev.missing_for_windows()


def _leave(number: int, _: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


def main() -> int:
    """Enter the build environment, take the course, print the table."""
    parser = argparse.ArgumentParser(prog="try_windows.py", description=__doc__)
    parser.add_argument(
        *["--work", "-w"],
        type=Path,
        default=BUILD / "wine",
        help="where the Windows disk is made and kept (1.5 GB; else build/packaging/wine)",
    )
    parser.add_argument(
        "--tests",
        metavar="NAMES",
        help='folders of tests/unit to run there, with commas between; "" for none',
    )
    chosen = parser.parse_args()
    if not sys.platform.startswith("linux"):
        print("wine is for Linux; on Windows, use build.py and smoke.py", file=sys.stderr)
        return EXIT_CANNOT
    if missing := missing_packages():
        print(f"please install what Debian calls {' '.join(missing)}", file=sys.stderr)
        return EXIT_CANNOT
    if not os.environ.get(_IS_INSIDE):
        command = [str(environment_python()), str(Path(__file__).resolve()), *sys.argv[1:]]
        os.execve(command[0], command, {**environment(), _IS_INSIDE: "1"})  # noqa: S606
    signal.signal(signal.SIGTERM, _leave)  # so that nothing is left running
    from trial.windows_course import TESTS, run_course

    started_s = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - started_s:4.0f} s] {text}", flush=True)

    names = TESTS if chosen.tests is None else tuple(filter(None, chosen.tests.split(",")))
    course = run_course(chosen.work.resolve(), names, say)
    print(f"\n{course.table()}", flush=True)
    return 0 if all(step.is_ok for step in course.steps) else 1


if __name__ == "__main__":
    sys.exit(main())
