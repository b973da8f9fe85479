"""Refresh, sort and search of a table of 10 000 models, in the GUI thread, painting included.

What is measured runs in a process of its own: `python -m tests.bench.showing RUNS`.
"""

from __future__ import annotations

import contextlib
import functools
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.bench.children import offscreen, result_of, tell_of
from tests.bench.proof import count, prove, prove_at_least, prove_equal
from tests.bench.table import Line, compared, in_turns

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QTableView

    from tests.bench.server import BenchServer
    from tests.bench.whole import Whole

COUNT = 10_000
WITHOUT_DIGEST = 50_000
LEAST_ON_SCREEN = 10
_NO_DIGEST = "50 000 rows without digest"
_LIMITS_MS = {"sort": 50.0, "search": 50.0, "50": 250.0}
_REFRESH_MS = 16.0
_TURNS = 4

Runs = tuple[list[float], list[float]]


def table(runs: int) -> list[Line]:
    """One line for each thing that is done to the table."""
    with tempfile.TemporaryDirectory(prefix="ollama-tray-bench-") as home:
        found = result_of(offscreen(Path(home)), "tests.bench.showing", str(runs))
    return [
        compared(
            what, "ms", *measured, most=_LIMITS_MS.get(what.split()[0], _REFRESH_MS), seen=seen
        )
        for what, (measured, seen) in found.items()
    ]


# In the process that measures itself.


class Stage:
    """The event loop of both tables, run by hand, and the clock of its thread."""

    def __init__(self, app: QApplication) -> None:
        from PySide6.QtCore import QEvent

        self.app = app
        self._deletion = QEvent.Type.DeferredDelete.value

    def settle(self) -> None:
        """Let everything happen that is due."""
        self._run()
        self.app.sendPostedEvents(None, self._deletion)

    def timed(self, work: Callable[[], object]) -> float:
        """CPU time of the GUI thread for `work` and all that follows from it, in ms."""
        self.settle()
        started_s = time.thread_time()
        work()
        self._run()
        return (time.thread_time() - started_s) * 1000

    def _run(self) -> None:
        # A change brings a layout, the layout an update, the update a paint, each in its turn.
        for _ in range(_TURNS):
            self.app.sendPostedEvents()
            self.app.processEvents()


class Ours:
    """What is done to our table; each proves that it was done to the whole of it."""

    def __init__(self, stage: Stage, server: BenchServer, whole: Whole) -> None:
        from tests.bench.painted import Paints

        self.stage = stage
        self.server = server
        self.whole = whole
        self.paints = Paints(self.whole.view.viewport())
        self._orders = cycle((("size", True), ("name", False), ("modified", True)))
        self._words = cycle(("llama", "q4 7b", ""))
        stage.settle()
        self.prove_shown()

    def prove_shown(self) -> None:
        """The table holds what the server has, as far as that is shown, and is on the screen."""
        from tray_app.workers.poller import MAX_ROWS

        wanted = dict(list(self.server.list.digests().items())[:MAX_ROWS])
        prove_equal("rows in the table", len(self.whole.names), len(wanted))
        prove(self.whole.digests == wanted, "the table does not show what the server has")
        prove_on_screen(self.whole.view)

    def refresh(self, change: Callable[[], None] | None) -> float:
        """A poll after something has changed, or nothing."""
        before, painted, old_rows = self.whole.digests, self.paints.number, self.whole.names
        if change is not None:
            change()
        took_ms = self.stage.timed(self.whole.poll)
        self.prove_shown()
        prove_equal("the table has changed", self.whole.digests != before, change is not None)
        if self.whole.names != old_rows:
            prove(self.paints.number > painted, "nothing was painted")
        return took_ms

    def sort(self) -> float:
        """Another order."""
        key, is_descending = next(self._orders)
        before, painted = self.whole.names, self.paints.number
        took_ms = self.stage.timed(lambda: self.whole.models.set_sort(key, is_descending))
        names = self.whole.names
        prove(names != before, f"sorting by {key} changed nothing")
        rows = {row["name"]: row for row in self.server.list.rows}
        values = [_sort_value(rows[name], key) for name in names]
        prove_equal(f"sorted by {key}", values == sorted(values, reverse=is_descending), True)
        prove(self.paints.number > painted, "nothing was painted")
        self.prove_shown()
        return took_ms

    def search(self) -> float:
        """Other words."""
        words = next(self._words)
        painted = self.paints.number
        wanted = self.server.list.found(words)
        prove(wanted, f"there is nothing to find for {words!r}")
        prove(len(wanted) != len(self.whole.names), f"searching {words!r} changes nothing")
        took_ms = self.stage.timed(lambda: self.whole.models.set_search(words))
        prove_equal(f"rows found for {words!r}", len(self.whole.names), len(wanted))
        prove(set(self.whole.names) == wanted, f"others were found for {words!r}")
        prove(self.paints.number > painted, "nothing was painted")
        prove_on_screen(self.whole.view)
        return took_ms


class Bare:
    """The same done to the floor."""

    def __init__(self, stage: Stage, ours: Ours) -> None:
        from tests.bench.bare_table import BareTable, bare_view
        from tests.bench.painted import Paints

        self.stage = stage
        self.ours = ours
        self.model = BareTable(ours.whole.records)
        self.view = bare_view(self.model)
        self.paints = Paints(self.view.viewport())
        self.view.show()
        self._columns = cycle((1, 0))
        self._words = cycle(("llama", ""))
        stage.settle()

    def _done(self, work: Callable[[], object], rows: int) -> float:
        painted = self.paints.number
        took_ms = self.stage.timed(work)
        prove_equal("rows of the floor", self.model.rowCount(), rows)
        prove(self.paints.number > painted, "nothing of the floor was painted")
        prove_on_screen(self.view)
        return took_ms

    def refresh(self) -> float:
        records = self.ours.whole.records
        return self._done(lambda: self.model.show(records), len(records))

    def sort(self) -> float:
        column = next(self._columns)
        return self._done(lambda: self.model.sort_by(column), len(self.model.all))

    def search(self) -> float:
        word = next(self._words)
        rows = sum(word in cells[0] for cells in self.model.all)
        prove(rows, f"the floor has nothing to find for {word!r}")
        return self._done(lambda: self.model.search(word), rows)


def prove_on_screen(view: QTableView) -> None:
    """A table is visible, with rows in it."""
    from tests.bench.painted import rows_on_screen

    least = min(LEAST_ON_SCREEN, max(1, view.model().rowCount()))
    prove_at_least("rows on screen", rows_on_screen(view), least)


def _sort_value(row: dict[str, Any], key: str) -> Any:
    if key == "name":
        family, _, rest = row["name"].rpartition("-")
        return family, int(rest.partition(":")[0])
    return row["size" if key == "size" else "modified_at"]


def measure(app: QApplication, runs: int) -> dict[str, tuple[Runs, str]]:
    """All of it: what → (runs of both, what was seen)."""
    from tests.bench.painted import rows_on_screen
    from tests.bench.server import BenchServer
    from tests.bench.whole import Whole

    with (
        BenchServer(COUNT, 0, 80e6) as server,
        contextlib.closing(Whole(app, server.url)) as whole,
    ):
        stage = Stage(app)
        ours = Ours(stage, server, whole)
        bare = Bare(stage, ours)
        rows = f"{count(len(ours.whole.names))} rows, {rows_on_screen(ours.whole.view)} on screen"
        answers = ours.whole.answers

        def polls() -> str:
            nonlocal answers
            number, answers = ours.whole.answers - answers, ours.whole.answers
            prove_at_least("polls", number, runs)
            return f"{rows}, {number} polls"

        found = {}
        for what, change in (
            ("refresh, 1 % of 10 000 models changed", server.change),
            ("refresh, 1 % of 10 000 models gone and come", server.replace),
            ("refresh, nothing changed", None),
        ):
            refresh = functools.partial(ours.refresh, change)
            found[what] = (in_turns(runs, refresh, bare.refresh), polls())
        found["sort 10 000 models"] = (in_turns(runs, ours.sort, bare.sort), rows)
        found["search 10 000 models"] = (in_turns(runs, ours.search, bare.search), rows)
        bare.view.close()
    return {**found, **measure_without_digest(app, runs, WITHOUT_DIGEST)}


def measure_without_digest(
    app: QApplication, runs: int, models: int
) -> dict[str, tuple[Runs, str]]:
    """A list in which all rows look alike but for their names."""
    from tests.bench.server import BenchServer
    from tests.bench.whole import Whole

    with (
        BenchServer(models, 0, 80e6, has_digests=False) as server,
        contextlib.closing(Whole(app, server.url)) as whole,
    ):
        stage = Stage(app)
        ours = Ours(stage, server, whole)
        bare = Bare(stage, ours)
        rows_without_digest = prove_no_digest(whole)
        refresh = functools.partial(ours.refresh, server.replace)
        measured = in_turns(runs, refresh, bare.refresh)
        bare.view.close()
    seen = f"{count(rows_without_digest)} of {count(models)} rows"
    return {f"{_NO_DIGEST}, 1 % gone and come": (measured, seen)}


def prove_no_digest(whole: Whole) -> int:
    """How many rows the table shows, none of which has a digest."""
    digests = whole.digests
    prove_equal("rows with a digest", sum(map(bool, digests.values())), 0)
    prove_at_least("rows without", len(digests), 1)
    return len(digests)


def main() -> int:
    """Measure all of it and print what was found."""
    from PySide6.QtWidgets import QApplication

    app = QApplication(["bench"])
    return tell_of(lambda: measure(app, int(sys.argv[1])))


if __name__ == "__main__":
    sys.exit(main())
