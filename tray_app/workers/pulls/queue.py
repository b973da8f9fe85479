"""PullQueue: the download manager, as everything above it sees it.

It belongs to no window. What may be asked of it and what the world tells it stands here; how a
download gets from one state to the next is in `pull_engine`, whose turn it is in `pull_line`, one
attempt in `pull_job`, the file that survives a restart in `pull_store`. **Nothing here ever deletes
a model.**
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path

from PySide6.QtCore import Slot

from tray_app.core.payloads import PullRequest
from tray_app.core.pulls.policy import QueueLimits
from tray_app.core.pulls.rules import DiskSpace, RuleState
from tray_app.core.pulls.states import (
    UNFINISHED,
    Hold,
    PullEvent,
    PullState,
)
from tray_app.core.records import Manifest, Snapshot
from tray_app.workers.pull_watchdog import PullWatchdog
from tray_app.workers.pulls.entry import PullEntry

__all__ = ["PullQueue", "QueueLimits"]

S, E = PullState, PullEvent


class PullQueue(PullWatchdog):
    """All downloads of all servers. Signals and threads are those of PullEngine."""

    # What a person can ask for.

    def load(self, *, is_resuming: bool = True) -> Path | None:
        """Bring back the stored queue; waiting ones go on unless `is_resuming` is False.

        Gives the path of a broken queue file that was put aside, None when all is well.
        """
        items, broken_path = self._load()
        early, self._entries = self._entries, {}
        for item in items:
            state = S.PAUSED if item.state is S.WAITING and not is_resuming else item.state
            self._insert(PullEntry.of_item(replace(item, state=state)))
        for entry in early.values():
            self._join(entry)
        self._saved_rows = ()
        self._after()
        return broken_path

    def add(self, request: PullRequest) -> str:
        """Queue a download and give its id. The same name on the same server is one row: an
        unfinished one is left as it is (a paused one goes on), an ended one starts over."""
        twin = self._find(request.server_id, request.name)
        if twin is not None and twin.item.state in UNFINISHED:
            self.resume(twin.item.id)
            return twin.item.id
        if twin is not None:
            self._drop(twin)
        entry = PullEntry.of_wish(request, datetime.now(UTC))
        self._insert(entry)
        self._after()
        return entry.item.id

    def _join(self, early: PullEntry) -> None:
        """A download that was asked for before the stored ones were back, behind them."""
        stored = self._find(early.item.server_id, early.item.name)
        if stored is not None and stored.item.state in UNFINISHED:
            self._step(stored, E.RESUME)
            self._note(self.item_removed, early.item.id)
            return
        if stored is not None:
            self._drop(stored)
        self._entries[early.item.id] = early

    def pause(self, item_id: str) -> None:
        """The server keeps what was fetched; `resume` goes on from there."""
        self._ask(item_id, E.PAUSE)

    def resume(self, item_id: str) -> None:
        self._ask(item_id, E.RESUME)

    def cancel(self, item_id: str) -> None:
        """Stop the download and, soon after, drop its row. Ends the server's work too."""
        self._ask(item_id, E.CANCEL)

    def retry(self, item_id: str) -> None:
        """Try a failed or canceled one again, or one that waits for its next try at once."""
        entry = self._entries.get(item_id)
        if entry is not None:
            if entry.item.state in (S.FAILED, S.CANCELED):
                entry.start_over(datetime.now(UTC))
            if entry.item.state is S.STALLED:
                self._restart_stalled(entry)
            entry.is_next = True
            self._ask(item_id, E.RETRY)

    def start_now(self, item_id: str) -> None:
        """Start a waiting one whatever the limit and the rules say."""
        entry = self._entries.get(item_id)
        if entry is not None and entry.item.state is S.WAITING:
            entry.is_forced = True
            self._after()

    def remove(self, item_id: str) -> None:
        """Drop the row of an ended download. Never touches a model."""
        entry = self._entries.get(item_id)
        if entry is not None and entry.item.is_ended:
            self._drop(entry)
            self._after()

    def move(self, item_id: str, index: int) -> None:
        """Put a waiting download at `index` (0-based) of the rows as shown; the order among the
        waiting ones is what counts."""
        entry = self._entries.get(item_id)
        if entry is None or entry.item.state is not S.WAITING:
            return
        shown = [row.id for row in self.items() if row.id != item_id]
        shown.insert(max(0, index), item_id)
        line = {i: e for i in shown if (e := self._entries[i]).item.state is S.WAITING}
        others = {i: e for i, e in self._entries.items() if i not in line}
        self._entries = {**others, **line}
        self._after()

    def pause_all(self) -> None:
        for entry in list(self._entries.values()):
            self._step(entry, E.PAUSE)
        self._after()

    def resume_all(self) -> None:
        for entry in list(self._entries.values()):
            if entry.item.state is S.PAUSED:
                self._step(entry, E.RESUME)
        self._after()

    def clear_finished(self) -> None:
        """Drop the rows of what is done or canceled; failures stay until they are looked at."""
        for entry in list(self._entries.values()):
            if entry.item.state in (S.DONE, S.CANCELED):
                self._drop(entry)
        self._after()

    def _ask(self, item_id: str, event: PullEvent) -> None:
        entry = self._entries.get(item_id)
        if entry is not None:
            self._step(entry, event)
            self._after()

    # What the world tells.

    def set_limits(self, limits: QueueLimits) -> None:
        self._limits = limits
        self._after()

    def set_insecure_hosts(self, hosts: frozenset[str]) -> None:
        """Registry hosts (with port) that a person marked for plain HTTP."""
        self._insecure_hosts = frozenset(host.casefold() for host in hosts)

    def set_rule(
        self, hold: Hold | None, elsewhere: Hold | None = None, until: time | None = None
    ) -> None:
        """A rule that keeps everything on this computer from running now, or None; `elsewhere`
        counts for all other servers. Running ones go back to the line, and go on by themselves
        when the rule ends. `until`: the time of day when the quiet hours do."""
        verdict = RuleState(hold, elsewhere, until)
        if verdict != self._gate.verdict:
            self._gate.verdict = verdict
            self._after()

    @Slot(object)
    def set_disk_space(self, room: DiskSpace) -> None:
        """What is free on a server's disk, and what its downloads will still write there."""
        self._gate.set_disk_space(room)
        self._after()

    def set_server_online(self, server_id: str, is_online: bool) -> None:
        """Whether the server answers. Downloads of one that does not wait for it."""
        was_online = self._online.get(server_id)
        self._online[server_id] = is_online
        if was_online == is_online:
            return
        for entry in list(self._entries.values()):
            if entry.item.server_id == server_id and entry.item.state is S.RETRYING:
                self._step(entry, E.RETRY_DUE if is_online else E.HELD)
        self._after()

    def note_snapshot(self, snapshot: Snapshot) -> None:
        """A good poll: the server is there, and its list decides what became of a pull whose end
        we did not see. A cancel during the check usually ends installed all the same."""
        self._models[snapshot.server_id] = snapshot.models
        for entry in list(self._entries.values()):
            if entry.item.server_id != snapshot.server_id or entry.known_digest is None:
                continue
            if entry.item.state not in (S.PAUSED, S.CANCELED, S.VERIFYING, S.FINISHING):
                continue
            found = self._listed_digest(entry.item)
            if found and found != entry.known_digest:
                self._step(entry, E.SUCCESS)
        self.set_server_online(snapshot.server_id, True)
        self._after()

    def offer_manifest(self, item_id: str, manifest: Manifest) -> None:
        """Sizes of all layers for a running attempt."""
        entry = self._entries.get(item_id)
        if entry is not None and entry.job is not None:
            entry.job.offer_manifest(manifest)

    def save_now(self) -> None:
        """Write the queue down at once, in this thread."""
        self._saver.save_now(tuple(entry.item for entry in self._entries.values()))

    def close(self) -> None:
        """Write the queue down for the next start, then end all attempts. Takes no more wishes."""
        self._is_closed = True
        self._news.clear()
        self._timer.stop()
        self.save_now()
        for entry in self._entries.values():
            if entry.job is not None:
                entry.job.cancel()
