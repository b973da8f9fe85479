"""RowStore: the rows of all servers, keyed by (server id, name), and what is known about each.

Takes servers, snapshots, running models, verdicts and busy marks; answers which rows changed.
Totals are the sums over the rows of a server, kept up to date row by row instead of being added up
anew.
No Qt, no order on the screen, no words.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import field, replace
from operator import attrgetter
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.remarks import NO_REMARK, Remark
from tray_app.core.updates.verdicts import NO_MARKS, UNJUDGED, Marks, Verdict
from tray_app.itemmodels.rows import (
    Busy,
    KeptMark,
    ListedServer,
    ModelRow,
    RowServer,
)

if TYPE_CHECKING:
    from tray_app.core.records import ModelKey, ModelRecord, RunningModel, Snapshot

_sort_name = attrgetter("sort_name")


Judged = tuple[Verdict, Marks]
"""What is known of a model's versions."""
_UNJUDGED: Judged = (UNJUDGED, NO_MARKS)


def _not_kept(_key: ModelKey) -> KeptMark | None:
    return None


def _unjudged(_key: ModelKey) -> Judged:
    return _UNJUDGED


def _unremarked(_key: ModelKey) -> Remark:
    return NO_REMARK


@dataclass(slots=True)
class Change:
    """What a call did. `is_resorted` when the set of rows is another, `is_recounted` when more or
    less is loaded, which no row need show."""

    changed: set[ModelRow] = field(default_factory=set)
    is_resorted: bool = False
    is_recounted: bool = False


def _is_known(verdict: Verdict, marks: Marks) -> bool:
    """Whether anything was said of a model's versions."""
    return marks != NO_MARKS or replace(verdict, digest="") != UNJUDGED


class Totals:
    """Of one server. `listed_bytes`: what the rows take on disk, each in full. `copied`: digests of
    several. `backups` are old versions that are kept. `version` is another number after every
    change of what lies on the disk."""

    def __init__(self) -> None:
        self.version = 0
        self.count = 0
        self.clouds = 0
        self.updates = 0
        self.backups = 0
        self.stars = 0
        self.listed_bytes = 0
        self.copied: set[str] = set()
        # The inner ones are ordered sets: servers that tell no digests have all rows in one.
        self._rows: dict[str, dict[ModelRow, None]] = {}
        self._stored: dict[str, int] = {}  # how many rows of a digest lie on a disk

    @property
    def stored_digests(self) -> AbstractSet[str]:
        """The digests of all that lies on a disk."""
        return self._stored.keys()

    def rows_of(self, digests: Iterable[str]) -> Iterator[ModelRow]:
        """The rows that have one of these digests."""
        for digest in digests:
            yield from self._rows.get(digest, ())

    def add(self, row: ModelRow) -> None:
        """A row has come, or is another one now."""
        self._note(row, 1)
        digest = row.record.digest
        rows = self._rows.setdefault(digest, {})
        rows[row] = None
        if len(rows) > 1:
            self.copied.add(digest)
        if not row.is_cloud:
            self._stored[digest] = self._stored.get(digest, 0) + 1

    def remove(self, row: ModelRow) -> None:
        """A row goes, or is about to become another one."""
        self._note(row, -1)
        digest = row.record.digest
        rows = self._rows[digest]
        del rows[row]
        if not rows:
            del self._rows[digest]
        if len(rows) < 2:
            self.copied.discard(digest)
        if not row.is_cloud:
            self._stored[digest] -= 1
            if not self._stored[digest]:
                del self._stored[digest]

    def judge(self, row: ModelRow, judged: Judged) -> None:
        """How a row stands to its registry; nothing that is summed for the disk depends on it."""
        self.updates -= row.is_update
        self.backups -= row.is_backup
        row.judge(*judged)
        self.updates += row.is_update
        self.backups += row.is_backup

    def take_remark(self, row: ModelRow, remark: Remark) -> None:
        """What a person has said of a row."""
        self.stars += remark.is_starred - row.is_starred
        row.take_remark(remark)

    def _note(self, row: ModelRow, sign: int) -> None:
        self.version += 1
        self.count += sign
        self.clouds += sign * row.is_cloud
        self.updates += sign * row.is_update
        self.backups += sign * row.is_backup
        self.stars += sign * row.is_starred
        self.listed_bytes += sign * row.disk_bytes


class RowStore:
    """All rows, in the order of names. One `ModelRow` object a key for as long as it is listed."""

    def __init__(self) -> None:
        self.rows: list[ModelRow] = []
        self.totals: dict[str, Totals] = {}
        """By the ids of the servers that have told a list."""
        self._shown: dict[str, RowServer] = {}
        self._servers: dict[str, dict[str, ModelRow]] = {}
        # The same by their names without case, once that was asked for.
        self._folded: dict[str, dict[str, ModelRow]] = {}
        self._records: dict[str, tuple[ModelRecord, ...]] = {}
        self._running: dict[str, tuple[RunningModel, ...] | None] = {}
        self._loaded: dict[str, dict[ModelRow, RunningModel]] = {}
        self._busy: dict[ModelKey, Busy] = {}
        self._judged_of: Callable[[ModelKey], Judged] = _unjudged
        self._remark_of: Callable[[ModelKey], Remark] = _unremarked
        self._kept_of: Callable[[ModelKey], KeptMark | None] = _not_kept

    def row(self, key: ModelKey) -> ModelRow | None:
        return self._servers.get(key[0], {}).get(key[1])

    def records(self, server_id: str) -> tuple[ModelRecord, ...]:
        """The records of one server's last snapshot."""
        return self._records.get(server_id, ())

    def is_running_known(self, server_id: str | None = None) -> bool:
        """Whether the running models of the server (None: of any server) are known."""
        if server_id is not None:
            return self._running.get(server_id) is not None
        return any(running is not None for running in self._running.values())

    def running(self) -> tuple[RunningModel, ...]:
        """What the servers have in memory, whether a row stands for it or not: a model that was
        deleted while it was loaded still takes memory."""
        return tuple(model for found in self._running.values() for model in found or ())

    def loaded_rows(self) -> tuple[ModelRow, ...]:
        """The rows that stand for a model in memory, server by server."""
        return tuple(row for rows in self._loaded.values() for row in rows)

    def take(self, snapshot: Snapshot) -> Change:
        """Take over what a server answered."""
        change = Change()
        server_id = snapshot.server_id
        self.totals.setdefault(server_id, Totals())
        known = self._servers.setdefault(server_id, {})
        old = self._records.get(server_id, ())
        is_same = snapshot.models is old or snapshot.models == old
        if not is_same:
            news = snapshot.news_since(old)
            if news is not None:
                self._merge(server_id, known, news.changed, news.gone, change)
            else:
                # Of equal names the first counts.
                models = {record.name: record for record in reversed(snapshot.models)}
                gone = known.keys() - models.keys()
                self._merge(server_id, known, reversed(models.values()), gone, change)
            self._records[server_id] = snapshot.models
        if not is_same or snapshot.running != self._running.get(server_id):
            self._set_running(server_id, snapshot.running, change)
        self._running[server_id] = snapshot.running
        return change

    def forget_server(self, server_id: str) -> Change:
        """The server is not listed any more."""
        gone = set(self._servers.pop(server_id, {}).values())
        self.totals.pop(server_id, None)
        self._records.pop(server_id, None)
        self._folded.pop(server_id, None)
        self._running.pop(server_id, None)
        self._loaded.pop(server_id, None)
        self.rows = [row for row in self.rows if row not in gone]
        return Change(is_resorted=bool(gone))

    def set_servers(self, servers: Sequence[ListedServer]) -> Change:
        """These are listed, in their order, and nothing of others."""
        change = Change()
        for server_id in (self._servers.keys() | self._shown.keys()) - {s.id for s in servers}:
            change.is_resorted |= self.forget_server(server_id).is_resorted
            self._shown.pop(server_id, None)
        is_moved = False
        for place, listed in enumerate(servers):
            server = self._server(listed.id)
            if server.place != place:
                server.place = place
                is_moved = self._replace(listed.id) or is_moved
            if server.shown != listed:
                server.show(listed)
                change.changed |= self._relabel(listed.id)
        if is_moved:
            self.rows = sorted(self.rows, key=_sort_name)
            change.is_resorted = True
        return change

    def set_server(self, listed: ListedServer) -> Change:
        """How one of them is named, and how it stands."""
        server = self._server(listed.id)
        if server.shown == listed:
            return Change()
        server.show(listed)
        return Change(self._relabel(listed.id))

    def _server(self, server_id: str) -> RowServer:
        found = self._shown.get(server_id)
        if found is None:
            place = max((server.place for server in self._shown.values()), default=-1) + 1
            found = self._shown[server_id] = RowServer(ListedServer(server_id), place)
        return found

    def _relabel(self, server_id: str) -> set[ModelRow]:
        rows = set(self._servers.get(server_id, {}).values())
        for row in rows:
            row.cells = None
            row.sort_key = ""
        return rows

    def _replace(self, server_id: str) -> bool:
        rows = self._servers.get(server_id, {})
        for row in rows.values():
            row.refresh_place(row.record.name)
        return bool(rows)

    def set_verdicts(self, judged_of: Callable[[ModelKey], Judged]) -> Change:
        """Who tells what is known of a model's versions, of all that are listed and will be."""
        self._judged_of = judged_of
        change = Change()
        for row in self.rows:
            self._judge(row, change)
        return change

    def refresh_verdict(self, key: ModelKey) -> Change:
        """Something else is known of one model's versions."""
        change, row = Change(), self.row(key)
        if row is not None:
            self._judge(row, change)
        return change

    def set_remarks(self, remark_of: Callable[[ModelKey], Remark]) -> Change:
        """Who tells what a person has said of a model, of all that are listed and will be."""
        self._remark_of = remark_of
        change = Change()
        for row in self.rows:
            self._take_remark(row, change)
        return change

    def refresh_remark(self, key: ModelKey) -> Change:
        """Something else was said of one model."""
        change, row = Change(), self.row(key)
        if row is not None:
            self._take_remark(row, change)
        return change

    def _take_remark(self, row: ModelRow, change: Change) -> None:
        remark = self._remark_of(row.key)
        if remark != row.remark:
            self.totals[row.key[0]].take_remark(row, remark)
            change.changed.add(row)

    def set_kept(self, kept_of: Callable[[ModelKey], KeptMark | None]) -> Change:
        """Who tells which models are to stay in memory, of all that are listed and will be."""
        self._kept_of = kept_of
        change = Change()
        for row in self.rows:
            self._note_kept(row, change)
        return change

    def refresh_kept(self, key: ModelKey) -> Change:
        """Something else is so of one of them, which may be spelled in any way."""
        change = Change()
        row = self.row(key) or self._find_folded(*key)
        if row is not None:
            self._note_kept(row, change)
        return change

    def _note_kept(self, row: ModelRow, change: Change) -> None:
        kept = self._kept_of(row.key)
        if kept != row.kept:
            row.kept = kept
            row.refresh_badges()
            change.changed.add(row)

    def _judge(self, row: ModelRow, change: Change) -> None:
        judged = self._judged_of(row.key)
        if judged == (row.verdict, row.marks):
            return
        was_known = _is_known(row.verdict, row.marks)
        self.totals[row.key[0]].judge(row, judged)
        # That nobody knows anything of a model is heard of each of thousands, and shows nowhere.
        if was_known or _is_known(*judged):
            change.changed.add(row)

    @property
    def has_busy(self) -> bool:
        return any(self.row(key) is not None for key in self._busy)

    def set_busy(self, key: ModelKey, busy: Busy | None) -> Change:
        change = Change()
        if busy is not None:
            self._busy[key] = busy
        else:
            self._busy.pop(key, None)
        row = self.row(key)
        if row is not None and row.busy != busy:
            row.busy = busy
            row.cells = None
            change.changed.add(row)
        return change

    def _merge(
        self,
        server_id: str,
        known: dict[str, ModelRow],
        records: Iterable[ModelRecord],
        gone_names: Iterable[str],
        change: Change,
    ) -> None:
        # The rows are the index of the old records, and a poller that hands out unchanged records
        # again makes most comparisons free.
        totals = self.totals[server_id]
        added: list[ModelRow] = []
        for record in records:
            row = known.get(record.name)
            if row is None:
                added.append(self._new_row(record))
            elif row.record is not record and row.record != record:
                totals.remove(row)
                row.replace(record)
                totals.add(row)
                change.changed.add(row)
        gone = [known.pop(name) for name in gone_names]
        known.update((row.record.name, row) for row in added)
        if gone or added:
            self._refold(server_id, gone, added)
            self.rows = _rearranged(self.rows, gone, added)
            for row in gone:
                totals.remove(row)
            for row in added:
                totals.add(row)
            change.is_resorted = True

    def _refold(self, server_id: str, gone: list[ModelRow], added: list[ModelRow]) -> None:
        folded = self._folded.get(server_id)
        if folded is not None:
            for row in gone:
                if folded.get(row.record.name.casefold()) is row:
                    del folded[row.record.name.casefold()]
            for row in added:
                folded[row.record.name.casefold()] = row

    def _find_folded(self, server_id: str, name: str) -> ModelRow | None:
        """The row of a name that is spelled otherwise in the list, or is not in it at all."""
        folded = self._folded.get(server_id)
        if folded is None:
            rows = self._servers.get(server_id, {}).items()
            folded = self._folded[server_id] = {known.casefold(): row for known, row in rows}
        return folded.get(name.casefold())

    def _new_row(self, record: ModelRecord) -> ModelRow:
        row = ModelRow(record, self._server(record.server_id))
        row.busy = self._busy.get(row.key)
        judged = self._judged_of(row.key)
        if judged != _UNJUDGED:
            row.judge(*judged)
        remark = self._remark_of(row.key)
        if remark is not NO_REMARK:
            row.take_remark(remark)
        row.kept = self._kept_of(row.key)
        if row.kept is not None:
            row.refresh_badges()
        return row

    def _set_running(
        self, server_id: str, running: tuple[RunningModel, ...] | None, change: Change
    ) -> None:
        change.is_recounted = running != self._running.get(server_id)
        self._running[server_id] = running
        before = self._loaded.get(server_id, {})
        loaded = self._loaded_rows(server_id, running or ())
        self._loaded[server_id] = loaded
        for row in {**before, **loaded}:
            now_running = loaded.get(row)
            if row.running != now_running:
                row.running = now_running
                row.refresh_badges()
                change.changed.add(row)

    def _loaded_rows(
        self, server_id: str, running: tuple[RunningModel, ...]
    ) -> dict[ModelRow, RunningModel]:
        """Which rows the running models stand for: one each. A server tells what is in memory
        under the name that was used last; copies are not loaded beside it. A model that was renamed
        or deleted meanwhile keeps its old name there: then a copy stands for it."""
        known = self._servers.get(server_id, {})
        found: dict[ModelRow, RunningModel] = {}
        unnamed: list[RunningModel] = []
        for model in running:
            row = known.get(model.name) or self._find_folded(server_id, model.name)
            if row is None:
                unnamed.append(model)
            else:
                found[row] = model
        copies: dict[str, Iterator[ModelRow]] = {}
        for model in unnamed:
            if model.digest and model.digest not in copies:
                rows = self.totals[server_id].rows_of((model.digest,))
                here = [row for row in rows if row not in found]
                copies[model.digest] = iter(sorted(here, key=_sort_name))
            copy = next(copies.get(model.digest, iter(())), None)
            if copy is not None:
                found[copy] = model
        return found


def _rearranged(
    rows: list[ModelRow], gone: list[ModelRow], added: list[ModelRow]
) -> list[ModelRow]:
    """`rows` without `gone` and with `added`, in the order of names, as they were."""
    if len(gone) + len(added) > max(16, len(rows) // 50):
        leaving = set(gone)
        return sorted([row for row in rows if row not in leaving] + added, key=_sort_name)
    # A few in thousands: finding their places is cheaper than looking at every row.
    rows = list(rows)
    for row in gone:
        del rows[bisect_left(rows, row.sort_name, key=_sort_name)]
    for row in added:
        rows.insert(bisect_left(rows, row.sort_name, key=_sort_name), row)
    return rows
