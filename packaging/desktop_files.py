#!/usr/bin/env python3
"""Put menu entry, icons and metainfo below a share folder: `desktop_files.py FOLDER`.

For packages that are made from the source by others, such as distributions: the wheel brings the
program, the manual and the completions, but pip has no place for these. Needs PySide6.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from kit.project import ROOT, BuildError
from kit.tree import add_menu_files

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        add_menu_files(ROOT, Path(sys.argv[1]))
    except BuildError as problem:
        sys.exit(str(problem))
