"""ShownServers: the servers that are shown: their models in the table, and how each stands."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from tray_app.core.payloads import BusyModel, ModelRef, ServerStart
from tray_app.core.records import (
    ModelKey,
    ModelRecord,
    Server,
    ServerState,
    ServerStatus,
    Snapshot,
)
from tray_app.itemmodels.rows import KeptMark, ListedServer
from tray_app.text import server_name, server_words, tr
from tray_app.text.keeping import loading_tip
from tray_app.views.main_window import start_pages
from tray_app.views.main_window.screens import Facts
from tray_app.views.main_window.several import ServerFacts

if TYPE_CHECKING:
    from tray_app.core.updates.verdicts import Marks, Verdict
    from tray_app.core.use.ledger import LastUse
    from tray_app.itemmodels.model_table import ModelTableModel
    from tray_app.itemmodels.row_store import Totals
    from tray_app.state.app_state import AppState

_taken_at = attrgetter("taken_at")


def label_of(server: Server) -> str:
    """A server's name on screen."""
    return server_name(server.label, server.address)


class ShownServers(QObject):
    """Has the table list the models of the servers that are shown, and of no others. What is heard
    of one server touches its rows alone.

    Thread: GUI.
    """

    def __init__(
        self,
        state: AppState,
        models: ModelTableModel,
        parent: QObject | None = None,
        *,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._clock_s = clock_s
        self._state = state
        self._models = models
        self._listed: frozenset[str] = frozenset()
        state.server_changed.connect(self._on_state_server_changed)
        state.snapshot_changed.connect(self._on_state_snapshot_changed)
        state.status_changed.connect(self._on_state_status_changed)
        state.busy_changed.connect(models.set_busy)
        state.download_changed.connect(models.set_pull)
        state.verdict_changed.connect(models.refresh_verdict)
        state.verdicts_loaded.connect(self._on_state_verdicts_loaded)
        state.keeping.status_changed.connect(models.refresh_kept)
        models.set_kept(self._kept)
        models.set_loading_tips(self._loading_tip)
        self._on_state_verdicts_loaded()
        models.set_uses(self._use_of)
        state.use.changed.connect(models.refresh_uses)
        state.remarks.changed.connect(models.refresh_remark)
        state.remarks.loaded.connect(self._on_remarks_loaded)
        self._on_remarks_loaded()
        self._on_state_server_changed()
        for key, verb in state.busy_models.items():
            models.set_busy(BusyModel(ModelRef(*key), verb))

    @property
    def first(self) -> Server:
        """The one that is shown; of several, the default one."""
        return self._state.server if self.is_several else self._state.shown_servers[0]

    @property
    def is_several(self) -> bool:
        """Whether models of several servers are listed together."""
        return len(self._listed) > 1

    def is_listed(self, server_id: str) -> bool:
        """Whether models of this server may be in the table."""
        return server_id in self._listed

    def label(self, server_id: str) -> str:
        """A server's name on screen, be it shown or not."""
        return label_of(self._state.server_of(server_id))

    @property
    def start(self) -> ServerStart | None:
        """How the one server is being brought back that is shown."""
        return None if self.is_several else self._state.start_of(self.first.id)

    def facts(self, search: str, now: datetime, now_s: float) -> Facts:
        """What decides about page and banner; `now` and `now_s` are the same moment."""
        models, state = self._models, self._state
        is_several, server = self.is_several, self.first
        servers = tuple(map(self._server_facts, state.shown_servers))
        snapshots = [state.snapshot(each.id) for each in servers]
        return Facts(
            status=None if is_several else state.status(server.id),
            has_answer=any(each.has_answer for each in servers),
            count=models.counts.all,
            shown=models.rowCount(),
            server="" if is_several else label_of(server),
            address="" if is_several else server.address,
            search=search,
            filter=models.filter,
            loaded=models.counts.loaded,
            left_out=sum(each.left_out for each in snapshots if each is not None),
            server_id="" if is_several else server.id,
            can_wake=server.can_wake and not is_several,
            has_others=len(state.servers) > 1,
            start=self.start,
            starting_since=_starting_since(self.start, now, now_s),
            local_ollama=None if state.is_demo else state.local_ollama,
            servers=servers if is_several else (),
            comparison=models.comparison,
            now=now,
        )

    def age(self) -> tuple[ServerStatus | None, datetime | None]:
        """How the server stands whose list is the oldest, and when that was taken: of several
        servers of those that answer."""
        state = self._state
        if not self.is_several:
            status, snapshot = state.status(self.first.id), state.snapshot(self.first.id)
            return status, snapshot.taken_at if snapshot is not None else None
        answered = [state.snapshot(each) for each in self._listed if state.is_online(each)]
        oldest = min((s for s in answered if s is not None), key=_taken_at, default=None)
        if oldest is None:
            return None, None
        return state.status(oldest.server_id), oldest.taken_at

    def _server_facts(self, server: Server) -> ServerFacts:
        totals = self._models.totals.get(server.id)
        return ServerFacts(
            id=server.id,
            label=label_of(server),
            address=server.address,
            status=self._state.status(server.id),
            has_answer=self._state.snapshot(server.id) is not None,
            count=self._count(totals),
            can_wake=server.can_wake,
            can_start=self._state.can_start(server.id),
            start=self._state.start_of(server.id),
            is_list_old=self._state.is_list_old(server.id),
        )

    @Slot()
    def _on_state_server_changed(self) -> None:
        shown = self._state.shown_servers
        self._listed = frozenset(server.id for server in shown)
        self._models.set_servers([self._as_listed(server) for server in shown])
        for server in shown:
            self._list(server.id)
        for item in self._state.downloads:
            self._models.set_pull(item)

    def _count(self, totals: Totals | None) -> int:
        """How many of a server's models are listed."""
        if totals is None:
            return 0
        return totals.count - (0 if self._models.shows_old_versions else totals.backups)

    @Slot()
    def _on_state_verdicts_loaded(self) -> None:
        self._models.set_verdicts(self._judged)

    @Slot()
    def _on_remarks_loaded(self) -> None:
        self._models.set_remarks(self._state.remarks.remark)

    def _use_of(self, record: ModelRecord, is_loaded: bool) -> LastUse:
        return self._state.use.last_use(record, is_loaded=is_loaded)

    def _kept(self, key: ModelKey) -> KeptMark | None:
        facts = self._state.keeping
        kept = facts.kept_model(key)
        status = facts.status(key) if kept is not None else None
        return KeptMark(status, kept.context_length) if kept and status else None

    def _loading_tip(self, key: ModelKey) -> str:
        loading = self._state.keeping.loading(key)
        return loading_tip(loading, self._clock_s()) if loading is not None else ""

    def _judged(self, key: ModelKey) -> tuple[Verdict, Marks]:
        return self._state.verdict(key), self._state.marks(key)

    @Slot(object)
    def _on_state_snapshot_changed(self, snapshot: Snapshot) -> None:
        if self.is_listed(snapshot.server_id):
            self._list(snapshot.server_id)

    @Slot(object)
    def _on_state_status_changed(self, status: ServerStatus) -> None:
        if self.is_listed(status.server_id):
            server = self._state.server_of(status.server_id)
            self._models.set_server(self._as_listed(server))
            self._list(server.id)

    def _list(self, server_id: str) -> None:
        snapshot = self._state.snapshot(server_id)
        if snapshot is None:
            self._models.remove_server(server_id)  # another one may answer at another address
        elif self._state.is_fresh(server_id):
            self._models.set_snapshot(snapshot)
        else:
            # What it has in memory is not known while it is out of reach.
            self._models.set_snapshot(replace(snapshot, running=None))

    def _as_listed(self, server: Server) -> ListedServer:
        status, label = self._state.status(server.id), label_of(server)
        version = status.version if status is not None else ""
        if self._state.is_fresh(server.id):
            return ListedServer(server.id, label, version=version)
        state = status.state if status is not None else ServerState.CONNECTING
        words = tr("offline") if state is ServerState.OFFLINE else server_words(status)
        return ListedServer(server.id, label, state, words, version)


def _starting_since(start: ServerStart | None, now: datetime, now_s: float) -> datetime | None:
    if start is None or not start.is_waiting or not start_pages.is_page(start):
        return None
    return now - timedelta(seconds=now_s - start.began_s)
