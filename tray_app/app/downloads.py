"""Pulling: what stands around the download queue: rules, disk, docks, the question of Cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from tray_app.app.rule_watcher import RuleWatcher
from tray_app.core.pulls.policy import is_cancel_asked
from tray_app.desktop.dock_badge import DockBadge
from tray_app.workers.pulls.disk_watch import DiskWatch

if TYPE_CHECKING:
    from tray_app.app.application import Application
    from tray_app.app.windows import Windows


class Downloads(QObject):
    """Thread: GUI thread."""

    def __init__(self, application: Application) -> None:
        super().__init__(application)
        self._app = app = application
        queue = app.queue
        self.rules = RuleWatcher(app.settings, queue, self)
        self.disk = DiskWatch(app.runner, app.target, queue.items, self)
        self.dock = DockBadge(self)
        queue.item_added.connect(self.rules.start)
        for signal in (queue.item_added, queue.item_changed, queue.item_removed):
            signal.connect(self.disk.note_items)
        queue.summary_changed.connect(self.dock.set_summary)
        self.disk.measured.connect(queue.set_disk_space)
        app.pollers.snapshot_taken.connect(self.disk.note_snapshot)
        app.pollers.woke.connect(self.rules.evaluate)
        self.rules.evaluate()

    def connect_windows(self, built: Windows) -> None:
        """The window was built."""
        main, dialogs, queue = built.main, built.dialogs, self._app.queue
        main.pull_start_requested.connect(queue.start_now)
        main.pull_cancel_requested.connect(self.cancel)
        dialogs.cancel_confirmed.connect(queue.cancel)
        dialogs.notice_test_requested.connect(self._app.notifier.show_test)
        self.rules.conditions_changed.connect(dialogs.set_conditions)
        self.rules.start()
        dialogs.set_conditions(self.rules.conditions)

    @Slot(str)
    def cancel(self, item_id: str) -> None:
        """A person cancels a download: asked back when much of it is there already."""
        item = self._app.queue.item(item_id)
        if item is not None and is_cancel_asked(item):
            self._app.window.ask_cancel(item)
        else:
            self._app.queue.cancel(item_id)

    def close(self) -> None:
        self.rules.close()
        self.disk.close()
        self.dock.close()
