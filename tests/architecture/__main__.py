"""`python -m tests.architecture [FOLDER] [-v]`: print how the whole is doing, as numbers.

FOLDER is a checkout of the program, this one if it is left out; -v also lists what was counted.
"""

import argparse
from pathlib import Path

from tests.architecture.counts import FEW_LINES, LARGEST, Counts, count
from tests.architecture.source import Source


def main() -> None:
    """Count and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.architecture", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parents[2])
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    files = sorted((options.folder / "tray_app").rglob("*.py"))
    counts = count([Source.read(options.folder, file) for file in files])
    print("\n".join(_table(counts)))
    if options.verbose:
        for title in ("forwards", "relays", "small"):
            print(f"\n{title}", *getattr(counts, title), sep="\n  ")


def _table(counts: Counts) -> list[str]:
    numbers = {
        "files": counts.files,
        "lines": counts.lines,
        "signals": counts.signals,
        "signals connected to signals": len(counts.forwards),
        "  of these to a command": counts.to_commands,
        "methods that only emit": len(counts.relays),
        f"files under {FEW_LINES} lines": len(counts.small),
        "circles of imports": len(counts.circles),
        "  in groups of modules": counts.groups,
    }
    return [
        *(f"{title:<30}{number:>7}" for title, number in numbers.items()),
        *(f"  {circle}" for circle in counts.circles),
        f"the {LARGEST} largest files",
        *(f"{length:>7}  {path}" for length, path in counts.largest),
    ]


if __name__ == "__main__":
    main()
