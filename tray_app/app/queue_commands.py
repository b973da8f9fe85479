"""QueueCommands: what a verb in a terminal asks of the downloads: what there are, pause, resume,
cancel. Models that are made from files are among them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

from tray_app.core.creates.records import CreateItem
from tray_app.core.names import canonical
from tray_app.core.pulls.policy import is_cancel_asked
from tray_app.core.pulls.states import PullEvent, PullItem, PullState, step
from tray_app.desktop.instance.single_instance import (
    InstanceAnswer,
    InstanceCommand,
    InstanceRequest,
)
from tray_app.text import pull_detail, server_name, tr
from tray_app.text.queue import create_phase

if TYPE_CHECKING:
    from tray_app.commands import Commands
    from tray_app.state.app_state import AppState

QUEUE_COMMANDS = frozenset(
    {
        *(InstanceCommand.DOWNLOADS, InstanceCommand.PAUSE, InstanceCommand.RESUME),
        InstanceCommand.CANCEL,
    }
)
MAX_ROWS = 120
"""So many are told of: an answer is one line."""

Later = Callable[[Callable[[], object]], None]
Row = dict[str, Any]


class QueueCommands:
    """`later` does what was asked for once the answer has gone out. Thread: GUI thread."""

    def __init__(
        self,
        state: AppState,
        commands: Commands,
        later: Later,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._state = state
        self._commands = commands
        self._later = later
        self._clock = clock

    def answer(self, request: InstanceRequest) -> InstanceAnswer:
        if request.command is InstanceCommand.DOWNLOADS:
            return self._told()
        if not request.args or (request.command is InstanceCommand.CANCEL and not request.args[1:]):
            return InstanceAnswer(False, {"error": tr("Say which downloads.")})
        server_id, *names = request.args
        items, missing = self._chosen(server_id, names)
        act = {
            InstanceCommand.PAUSE: self._pause,
            InstanceCommand.RESUME: self._resume,
            InstanceCommand.CANCEL: self._cancel,
        }[request.command]
        done, refused = [], []
        for item in items:
            wish = act(item, bool(names))
            if wish is not None:
                self._later(wish)
                done.append(self._row(item))
            elif names:
                refused.append(self._row(item))
        return InstanceAnswer(True, {"done": done, "refused": refused, "missing": missing})

    def rows(self) -> list[Row]:
        """All of them in their order."""
        return [self._row(item) for item in self._items()]

    def _told(self) -> InstanceAnswer:
        rows = self.rows()
        summary = self._state.pull_summary
        return InstanceAnswer(
            True,
            {
                "downloads": rows[:MAX_ROWS],
                "left_out": max(0, len(rows) - MAX_ROWS),
                "speed_bytes_s": summary.speed_bytes_s,
                "eta_s": summary.eta_s,
            },
        )

    def _items(self) -> tuple[PullItem | CreateItem, ...]:
        return (*self._state.downloads, *self._state.creates.items)

    def _chosen(
        self, server_id: str, names: Iterable[str]
    ) -> tuple[list[PullItem | CreateItem], list[str]]:
        """Those with one of the names, all without any; and the names that no download has. Of
        several with one name, one that has ended is not meant."""
        here = [item for item in self._items() if server_id in ("", item.server_id)]
        if not names:
            return here, []
        found: list[PullItem | CreateItem] = []
        missing = []
        for name in names:
            key = canonical(name)
            called = [item for item in here if canonical(item.name) == key]
            wanted = [item for item in called if not item.is_ended] or called
            found += [item for item in wanted if item not in found]
            if not wanted:
                missing.append(name)
        return found, missing

    # What is to be done about one; None = nothing can be, or nothing need be.

    def _pause(self, item: PullItem | CreateItem, is_named: bool) -> Callable[[], object] | None:
        if isinstance(item, CreateItem) or _is_unmoved(item, PullEvent.PAUSE):
            return None
        return partial(self._commands.pull_pause_requested.emit, item.id)

    def _resume(self, item: PullItem | CreateItem, is_named: bool) -> Callable[[], object] | None:
        if isinstance(item, CreateItem):
            return None
        if item.state is PullState.PAUSED:
            return partial(self._commands.pull_resume_requested.emit, item.id)
        if is_named and item.state in (PullState.FAILED, PullState.CANCELED):
            return partial(self._commands.pull_retry_requested.emit, item.id)
        return None

    def _cancel(self, item: PullItem | CreateItem, is_named: bool) -> Callable[[], object] | None:
        if isinstance(item, CreateItem):
            if item.is_ended:
                return None
            return partial(self._commands.create_cancel_requested.emit, item.id)
        if item.state is PullState.FAILED:
            return partial(self._commands.pull_remove_requested.emit, item.id)
        if _is_unmoved(item, PullEvent.CANCEL):
            return None
        # A terminal has asked back.
        return partial(self._commands.pull_cancel_now_requested.emit, item.id)

    # What is told of one.

    def _row(self, item: PullItem | CreateItem) -> Row:
        server = self._state.server_of(item.server_id)
        label = server_name(server.label, server.address)
        shared = {
            "name": item.name,
            "state": item.state,
            "server": item.server_id,
            "server_name": label,
        }
        if isinstance(item, CreateItem):
            total = item.total_bytes or None
            return {
                "kind": "create",
                **shared,
                "completed_bytes": item.completed_bytes,
                "total_bytes": total,
                "percent": item.completed_bytes * 100 // total if total else None,
                "message": create_phase(item.state),
                "asks": False,
            }
        progress = item.progress
        permille = progress.permille if progress is not None else None
        start = self._state.start_of(item.server_id)
        return {
            "kind": "update" if item.old_digest else "pull",
            **shared,
            "completed_bytes": progress.completed_bytes if progress is not None else 0,
            "total_bytes": progress.total_bytes if progress is not None else None,
            "percent": permille // 10 if permille is not None else None,
            "message": pull_detail(item, self._clock(), server_label=label, start=start),
            "asks": is_cancel_asked(item),
        }


def _is_unmoved(item: PullItem, event: PullEvent) -> bool:
    """Whether that means nothing to it now."""
    return step(item.state, event) is item.state
