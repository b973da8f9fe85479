"""Refresh, sort and search of a table of 10 000 models, in the GUI thread, painting included.

What is measured runs in a process of its own: `python -m tests.bench.showing RUNS`.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.children import offscreen, result_of, tell
from tests.bench.lists import GrowingList
from tests.bench.table import Line, compared, in_turns

COUNT = 10_000
_LIMITS_MS = {"sort": 50.0, "search": 50.0}
_REFRESH_MS = 16.0


def table(runs: int) -> list[Line]:
    """One line for each thing that is done to the table."""
    with tempfile.TemporaryDirectory(prefix="ollama-tray-bench-") as home:
        found = result_of(offscreen(Path(home)), "tests.bench.showing", str(runs))
    return [
        compared(what, "ms", program, floor, most=_LIMITS_MS.get(what.split()[0], _REFRESH_MS))
        for what, (program, floor) in found.items()
    ]


def main() -> None:
    """Measure all of it and print what was found."""
    from PySide6.QtCore import QEvent
    from PySide6.QtWidgets import QApplication

    from tests.bench.bare_table import BareTable, bare_view
    from tests.bench.whole import Whole

    app = QApplication(["bench"])
    runs = int(sys.argv[1])
    rows = GrowingList(COUNT)
    whole = Whole(app)
    whole.take(rows.body())
    bare = BareTable(whole.records)
    view = bare_view(bare)
    view.show()

    def settle() -> None:
        for _ in range(3):
            app.sendPostedEvents()
            app.processEvents()
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)

    def timed(work: Callable[[], object]) -> float:
        settle()
        started = time.thread_time()
        work()
        app.sendPostedEvents()
        app.processEvents()
        return (time.thread_time() - started) * 1000

    turn = 0

    def refresh(change: Callable[[], None]) -> float:
        change()
        snapshot = whole.parsed(rows.body())
        return timed(lambda: whole.show(snapshot))

    def equal() -> float:
        snapshot = whole.parsed(rows.body())
        return timed(lambda: whole.show(snapshot))

    def sort() -> float:
        nonlocal turn
        turn += 1
        key = ("size", "name", "modified")[turn % 3]
        return timed(lambda: whole.models.set_sort(key, bool(turn % 2)))

    def search() -> float:
        nonlocal turn
        turn += 1
        return timed(lambda: whole.models.set_search(("llama", "q4 7b", "")[turn % 3]))

    def bare_sort() -> float:
        nonlocal turn
        turn += 1
        return timed(lambda: bare.sort_by(turn % 2))

    def bare_search() -> float:
        nonlocal turn
        turn += 1
        return timed(lambda: bare.search(("llama", "")[turn % 2]))

    def bare_refresh() -> float:
        return timed(lambda: bare.show(whole.records))

    found: dict[str, Any] = {
        "refresh, 1 % of 10 000 models changed": in_turns(
            runs, lambda: refresh(rows.change), bare_refresh
        ),
        "refresh, 1 % of 10 000 models gone and come": in_turns(
            runs, lambda: refresh(rows.replace), bare_refresh
        ),
        "refresh, nothing changed": in_turns(runs, equal, bare_refresh),
        "sort 10 000 models": in_turns(runs, sort, bare_sort),
        "search 10 000 models": in_turns(runs, search, bare_search),
    }
    tell(found)
    whole.close()
    view.close()


if __name__ == "__main__":
    main()
