#!/usr/bin/env python3
"""Sign programs for Windows in place: `sign.py FILE…`. The installer's compiler calls it for the
uninstaller, which exists only while it compiles."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from kit import signing
from kit.project import BuildError

if __name__ == "__main__":
    try:
        signing.sign(Path(name) for name in sys.argv[1:])
    except BuildError as problem:
        sys.exit(str(problem))
