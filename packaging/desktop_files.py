#!/usr/bin/env python3
"""`desktop_files.py SHARE`: put menu entry, icons and metainfo below a share folder.

For who builds a package with tools of their own, such as flatpak-builder. Needs PySide6.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from kit.project import ROOT
from kit.tree import add_desktop_files

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    add_desktop_files(ROOT, Path(sys.argv[1]))
