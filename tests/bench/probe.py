"""The program itself, with instruments in its GUI thread: `python -m tests.bench.probe …`.

Its arguments are the program's own; ours are in the variable BENCH_PROBE, words apart by spaces:

    painted        print when the table was first painted with rows, and how many there are
    clicked        the same, of a window that is first built when somebody asks for it
    close          and close it then as a person does
    opening:WHAT   and open settings, pull or details then; print how long until it was painted
    dialog:TEXT    open the pull dialog with TEXT in it
    pulls:N        start N endless downloads first, and print when all of them move
    latency:S      then watch for S seconds how late events are, print that and quit
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

if TYPE_CHECKING:
    from tests.bench.opened import Opened
    from tray_app.app.application import Application
    from tray_app.core.pulls.states import PullItem
    from tray_app.core.records import Snapshot
    from tray_app.views.main_window.window import MainWindow

# The start is what other lines of the table are about.
_WARM_UP_MS = 4000
# From the first click, which selects, to the second, which opens: that of a quick hand.
_DOUBLE_CLICK_MS = 150


class Instruments(QObject):
    """What was asked for, in the GUI thread of the program."""

    def __init__(self, application: Application) -> None:
        super().__init__(application)
        self.app = application
        words = dict(word.partition(":")[::2] for word in os.environ["BENCH_PROBE"].split())
        self._typed = words.get("dialog", "")
        self._pulls = int(words.get("pulls", 0))
        self._reached: dict[str, int] = {}  # bytes by download
        if "latency" in words:
            from tests.bench.lateness import Lateness

            self._lateness = Lateness(float(words["latency"]), self)
            self._lateness.ended.connect(self._on_lateness_ended)
        self._watched = Watched(self._reached, None)
        self._closes = "close" in words
        self._opening = words.get("opening", "")
        if "painted" in words:
            self._watch_painting(self.app.window._windows().main)
        if "clicked" in words:
            self.app.window.built.connect(self._watch_painting)
        if self._pulls:
            self.app.queue.item_changed.connect(self._on_queue_item_changed)
        for number in range(self._pulls):
            self.app.pull(f"endless-{number}:latest")  # as tests.bench.server calls them
        if "latency" in words:
            QTimer.singleShot(_WARM_UP_MS, self._begin_watching)
        if self._typed:
            QTimer.singleShot(_WARM_UP_MS // 2, self._open_dialog)

    def _watch_painting(self, main: MainWindow) -> None:
        from tests.bench.painted import Painted

        painted = Painted(main.view.viewport(), lambda: main.models.rowCount() > 0)
        painted.happened.connect(self._on_painted_happened)

    def _on_painted_happened(self) -> None:
        print(f"painted {time.monotonic_ns()}", flush=True)
        _tell(self._shown())
        main = self.app.window._windows().main
        if self._closes:
            main.close()
            print(f"closed {int(not main.isVisible())}", flush=True)
        if self._opening:
            QTimer.singleShot(_WARM_UP_MS // 2, self._open)

    def _open(self) -> None:
        """What a click on its button, or a double click on the first row, does."""
        from tests.bench.opened import Opened

        main = self.app.window._windows().main
        opened = Opened(main)
        opened.happened.connect(_tell)
        if self._opening == "details":
            main.view.setCurrentIndex(main.models.index(0, 0))
        else:
            main.setFocus()
        QTimer.singleShot(_DOUBLE_CLICK_MS, lambda: self._click(main, opened))

    def _click(self, main: MainWindow, opened: Opened) -> None:
        from tray_app.views.main_window.actions import Command

        opened.begin()
        main.actions_[Command[self._opening.upper()]].trigger()
        opened.opened()

    def _shown(self) -> dict[str, int]:
        """What is in the window."""
        from tests.bench.painted import rows_on_screen

        windows = self.app.window._windows()
        return {
            "rows": windows.main.models.rowCount(),
            "on_screen": rows_on_screen(windows.main.view),
            "downloads": len(self.app.state.downloads),
        }

    def _on_queue_item_changed(self, item: PullItem) -> None:
        if item.fetched_bytes:
            is_new = item.id not in self._reached
            self._reached[item.id] = item.fetched_bytes
            if is_new and len(self._reached) == self._pulls:
                print(f"moving {time.monotonic_ns()}", flush=True)

    def _dialog(self) -> dict[str, str | int]:
        """What is in the pull dialog, if it is open."""
        from tray_app.views.pull.dialog import PullDialog

        main = self.app.window._windows().main
        dialogs = [dialog for dialog in main.findChildren(PullDialog) if dialog.isVisible()]
        return {
            key: value
            for dialog in dialogs
            for key, value in (
                ("typed", dialog.field.text()),
                ("names", len(dialog.area.list.shown)),
            )
        }

    def _open_dialog(self) -> None:
        self.app.window.open_pull(self._typed)

    def _begin_watching(self) -> None:
        before = self.app.state.snapshot(self.app.state.server.id)
        self._watched = Watched(self._reached, before)
        self.app.queue.item_changed.connect(self._watched.on_queue_item_changed)
        self.app.state.snapshot_changed.connect(self._watched.on_snapshot_changed)
        self._lateness.begin()

    def _on_lateness_ended(self, result: dict[str, float]) -> None:
        watched = self._watched.result(self._reached)
        loaded = {"keyring": int("keyring" in sys.modules)}
        _tell({**result, **watched, **self._shown(), **self._dialog(), **loaded})
        self.app.shutdown.quit_now()


def _tell(result: object) -> None:
    from tests.bench.children import tell  # loads what the program does not need for its start

    tell(result)


class Watched:
    """Counts what happens while lateness is watched: it costs next to nothing, but proves that
    the program had something to do."""

    def __init__(self, reached: Mapping[str, int], last: Snapshot | None) -> None:
        self._before = dict(reached)
        self._last = last
        self._events = 0
        self._answers: list[Snapshot] = []

    def on_queue_item_changed(self, item: PullItem) -> None:
        self._events += 1

    def on_snapshot_changed(self, snapshot: Snapshot) -> None:
        self._answers.append(snapshot)

    def result(self, reached: Mapping[str, int]) -> dict[str, int]:
        """Events of downloads, downloads that went on and their bytes, answers to polls, those
        which told of other models than the one before."""
        gained = [number - self._before.get(item, 0) for item, number in reached.items()]
        known = [self._last] if self._last is not None else []
        snapshots = (*known, *self._answers)
        lists = [
            [snapshot.models for snapshot in snapshots if snapshot.server_id == server_id]
            for server_id in {snapshot.server_id for snapshot in snapshots}
        ]
        return {
            "servers": len({snapshot.server_id for snapshot in self._answers}),
            "events": self._events,
            "moving": sum(number > 0 for number in gained),
            "bytes": sum(gained),
            "answers": len(self._answers),
            "other_lists": sum(one != other for each in lists for one, other in pairwise(each)),
        }


def main() -> int:
    """Run the program as `python -m tray_app` does, and load nothing of it before it does."""
    from tray_app import __main__
    from tray_app.desktop.startup.pyside_features import use_no_features

    use_no_features()  # as it does when it has loaded PySide, which the instruments have by now
    from tray_app.app.launcher import Launcher

    build = Launcher.build

    def build_probed(self: Launcher) -> None:
        from tray_app.app import application

        class Probed(application.Application):
            def start(self) -> None:
                super().start()
                Instruments(self)

        setattr(application, "Application", Probed)  # noqa: B010 - it is looked up by name
        build(self)

    setattr(Launcher, "build", build_probed)  # noqa: B010
    return __main__.main()


if __name__ == "__main__":
    sys.exit(main())
