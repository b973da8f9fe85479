"""PySide's features (`from __feature__ import …`), of which this program uses none."""

from __future__ import annotations

import linecache
import sys


def use_no_features() -> None:
    """Have PySide not read the source of every module that is imported after it.

    It looks in each for its own name, to tell which may switch features, and Python keeps all that
    was read: a tenth of a start, and megabytes. Other versions of PySide may know nothing of this.
    """
    feature = sys.modules.get("shibokensupport.feature")
    if hasattr(feature, "_mod_uses_pyside"):
        setattr(feature, "_mod_uses_pyside", _uses_none)  # noqa: B010 - no name of ours
        linecache.clearcache()  # what it has read by now; a traceback reads its lines again


def _uses_none(_module: object) -> bool:
    return False
