#!/usr/bin/env python3
"""Try a package on this system: `python3 packaging/smoke.py ARTIFACT…`.

Installs it into a clean place, starts it against a demo server, looks whether tray icon or window
and a first poll are there, pulls a model, asks in the terminal, quits, uninstalls, and checks that
nothing is left but the settings. Exit code 0 if all of that was so, 3 if this system cannot try it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "packaging"), str(ROOT)]

from kit.environment import environment_python  # noqa: E402

EXIT_CANNOT = 3
_IS_INSIDE = "OLLAMA_TRAY_SMOKE"


def main() -> int:
    """Try one after the other."""
    parser = argparse.ArgumentParser(prog="smoke.py", description=__doc__)
    parser.add_argument("artifacts", nargs="+", type=Path, metavar="ARTIFACT")
    chosen = parser.parse_args()
    if sys.platform.startswith("linux") and not os.environ.get(_IS_INSIDE):
        # The virtual desktop speaks D-Bus with a package that not every Python has.
        command = [str(environment_python()), str(Path(__file__).resolve()), *sys.argv[1:]]
        return subprocess.run(command, env={**os.environ, _IS_INSIDE: "1"}, check=False).returncode
    from trial.course import run_trial
    from trial.installs import CannotTry, TrialError

    codes = set()
    for artifact in chosen.artifacts:
        name = artifact.name

        def say(text: str, name: str = name) -> None:
            print(f"{name}: {text}", flush=True)

        if not artifact.exists():
            sys.exit(f"there is no {artifact}")
        try:
            run_trial(artifact.resolve(), say)
        except CannotTry as problem:
            say(f"cannot be tried here: {problem}")
            codes.add(EXIT_CANNOT)
        except (TrialError, AssertionError, OSError, ValueError) as problem:
            say(f"FAILED: {problem}")
            for note in getattr(problem, "__notes__", ()):
                say(note)
            codes.add(1)
        else:
            say("ok")
    return 1 if 1 in codes else max(codes, default=0)


if __name__ == "__main__":
    sys.exit(main())
