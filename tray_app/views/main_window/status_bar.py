"""StatusBar: what there is on the left, how old the picture is on the right, and Refresh."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.records import ModelRecord, ServerState, ServerStatus
from tray_app.core.sharing import (
    DiskUse,
    Freed,
    LayerIndex,
    SharingIndex,
    freed,
    may_share_more,
    unique_bytes,
)
from tray_app.text import (
    dotted,
    last_reached_line,
    loaded_total,
    number,
    offline_since_line,
    refreshed_line,
    selection_line,
    server_state,
    starting_since_line,
    status_line,
    status_line_tooltip,
    stored_size,
    tr,
)
from tray_app.text.addresses import server_address
from tray_app.text.several import (
    no_list_line,
    server_sum_line,
    several_selection_line,
    several_status_line,
)
from tray_app.text.updating import to_download_line
from tray_app.views.components.buttons import IconButton
from tray_app.views.components.labels import ElidedLabel, PlainLabel
from tray_app.views.components.safe_paint import guarded
from tray_app.views.main_window import screens
from tray_app.views.shortcuts import hint
from tray_app.views.theme import TextRole, Theme

if TYPE_CHECKING:
    from tray_app.itemmodels.model_table import ModelTableModel
    from tray_app.itemmodels.row_store import Totals
    from tray_app.itemmodels.rows import ModelRow
    from tray_app.views.main_window.screens import Facts
    from tray_app.views.main_window.several import ServerFacts

_HEIGHT = 32


class StatusBar(QWidget):
    """`refresh` is the button at its end."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = ElidedLabel(role=TextRole.SECONDARY, parent=self)
        self._age = PlainLabel(role=TextRole.SECONDARY, wrap=False, parent=self)
        self.refresh = IconButton("refresh", tr("Refresh"), size=28, parent=self)
        self.refresh.set_name(tr("Refresh"), f"{tr('Refresh')} ({hint('refresh')})")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 1, 8, 0)
        row.setSpacing(8)
        row.addWidget(self._line, 1)
        row.addWidget(self._age)
        row.addWidget(self.refresh)
        self.setFixedHeight(max(_HEIGHT, self._line.sizeHint().height() + 12))

    @property
    def line(self) -> str:
        return self._line.text()

    @property
    def age(self) -> str:
        return self._age.text()

    def set_line(self, text: str, tip: str = "") -> None:
        """The left side; `tip` says more."""
        self._line.setText(text)
        self._line.set_tip(tip)
        self._fit()

    def set_age(self, text: str) -> None:
        """The right side."""
        if text != self._age.text():
            self._age.setText(text)
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        metrics = self._line.fontMetrics()
        wanted = metrics.horizontalAdvance(self._line.text()) + self._age.sizeHint().width()
        room = self.width() - 16 - 8 - self.refresh.width() - 3 * 8
        self._age.setVisible(bool(self._age.text()) and wanted <= room)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        theme = Theme.of(self)
        painter.fillRect(self.rect(), theme.window)
        painter.fillRect(0, 0, self.width(), 1, theme.hairline)


def shown_line(shown: int, count: int, use: DiskUse) -> str:
    """`3 of 11 models · 15 GB on disk`, while search or filter hide some."""
    models = tr("{shown} of {count} models").format(shown=number(shown), count=number(count))
    on_disk = tr("{size} on disk").format(size=stored_size(use)) if use.stored_bytes else ""
    return dotted(models, on_disk)


def away_line(status: ServerStatus, host: str) -> str:
    """What stands left while there is no list: `Offline since 14:32`."""
    if status.state in (ServerState.CONNECTING, ServerState.STARTING):
        return tr("Connecting to {address}").format(address=host)
    if status.state is ServerState.OFFLINE:
        return offline_since_line(status)
    return server_state(status)


def age_line(status: ServerStatus | None, taken_at: datetime | None, now: datetime) -> str:
    """`Refreshed 12 s ago`, or `Last reached 14:32` while the server is away."""
    if status is not None and status.state is not ServerState.ONLINE:
        return last_reached_line(status.last_answer_at or taken_at, now)
    return refreshed_line((now - taken_at).total_seconds()) if taken_at else ""


@dataclass(frozen=True, slots=True)
class _Freeing:
    """What the effect of a deletion depends on."""

    records: tuple[ModelRecord, ...]
    layer_version: int
    rows: tuple[ModelRow, ...]

    def is_same(self, other: _Freeing) -> bool:
        """Whether nothing is another, without looking at thousands of records."""
        return (
            self.records is other.records
            and self.layer_version == other.layer_version
            and self.rows == other.rows
        )


class StatusLine:
    """Words for the status bar. `words` gives the line and its tooltip."""

    def __init__(self, models: ModelTableModel) -> None:
        self._models = models
        self._layer_index = LayerIndex()
        self._index = SharingIndex()
        self._layer_version = 0
        # By server, each with what it was worked out from.
        self._uses: dict[str, tuple[object, DiskUse]] = {}
        self._freed: dict[str, tuple[_Freeing, Freed]] = {}
        self._shown: tuple[object, DiskUse] = (None, DiskUse(0, 0, is_bound=False))

    def set_layer_index(self, layer_index: LayerIndex) -> None:
        """Which models share layers."""
        self._layer_index = layer_index
        self._layer_version += 1
        self._index.take(layer_index)

    def words(self, facts: Facts, selected: Sequence[ModelRow]) -> tuple[str, str]:
        """The line, and a tooltip or ""."""
        if facts.filter == "updates" and len(selected) > 1 and facts.has_answer:
            return _to_download(facts, selected), ""
        if facts.servers:
            return self._several(facts, selected)
        host = server_address(facts.server, facts.address).host_port
        if facts.starting_since is not None and not screens.has_list(facts):
            return starting_since_line(facts.starting_since), ""
        if not facts.has_answer:
            return (away_line(facts.status, host) if facts.status else ""), ""
        if len(selected) > 1:
            return selection_line(len(selected), facts.count, self._freed_by(selected)), ""
        if facts.shown != facts.count:
            return shown_line(facts.shown, facts.count, self._disk_of_shown()), ""
        if facts.status is not None and not facts.count and screens.is_away(facts):
            return away_line(facts.status, host), ""
        is_known = facts.status is None or facts.status.state is ServerState.ONLINE
        running = self._models.running() if is_known else ()
        if not facts.count:
            return dotted(tr("No models"), loaded_total(running)), ""
        use = _together(self._disk(server_id) for server_id in self._models.totals)
        line = status_line(facts.count, use, running, facts.left_out)
        has_tip = use.listed_bytes > use.stored_bytes and not facts.left_out
        return line, status_line_tooltip(use.listed_bytes) if has_tip else ""

    def _several(self, facts: Facts, selected: Sequence[ModelRow]) -> tuple[str, str]:
        if not facts.has_answer:
            return "", ""
        uses = {server.id: self._disk(server.id) for server in facts.servers}
        tip = "\n".join(_sum_line(server, uses[server.id], facts.now) for server in facts.servers)
        if len(selected) > 1:
            return self._selection(facts, selected), tip
        if facts.shown != facts.count:
            return shown_line(facts.shown, facts.count, self._disk_of_shown()), tip
        listed = sum(server.has_answer for server in facts.servers)
        use, running = _together(uses.values()), self._models.running()
        return several_status_line(facts.count, listed, use, running, facts.left_out), tip

    def _selection(self, facts: Facts, selected: Sequence[ModelRow]) -> str:
        servers = {row.record.server_id for row in selected}
        here = [row for row in selected if not row.is_stale]
        effect = self._freed_by(here)
        away = len(selected) - len(here)
        if len(servers) == 1 and not away:
            return selection_line(len(selected), facts.count, effect)
        listed = sum(row.disk_bytes for row in selected)
        counts = (len(selected), facts.count, len(servers), away)
        return several_selection_line(*counts, listed, effect)

    def _freed_by(self, selected: Sequence[ModelRow]) -> Freed:
        """What deleting these frees, on all of their servers together."""
        by_server: dict[str, list[ModelRow]] = {}
        for row in selected:
            by_server.setdefault(row.record.server_id, []).append(row)
        effects = [self._freed_on(server_id, rows) for server_id, rows in by_server.items()]
        if len(effects) == 1:
            return effects[0]
        return Freed(
            sum(effect.listed_bytes for effect in effects),
            sum(effect.freed_bytes for effect in effects),
            all(effect.is_exact for effect in effects),
        )

    def _freed_on(self, server_id: str, rows: Sequence[ModelRow]) -> Freed:
        records = self._models.records(server_id)
        of = _Freeing(records, self._layer_version, tuple(rows))
        found = self._freed.get(server_id)
        if found is None or not found[0].is_same(of):
            effect = freed([row.record for row in rows], records, self._layer_index)
            found = self._freed[server_id] = (of, effect)
        return found[1]

    def _disk(self, server_id: str) -> DiskUse:
        """`disk_use` of a server's models, without looking at those that share nothing."""
        totals = self._models.totals.get(server_id)
        if totals is None:
            return DiskUse(0, 0, is_bound=False)
        of = (totals, totals.version, self._layer_version)
        found = self._uses.get(server_id)
        if found is None or found[0] != of:
            entangled = self._entangled(totals)
            rest = totals.listed_bytes - sum(row.disk_bytes for row in entangled)
            shared = unique_bytes([row.record for row in entangled], self._layer_index)
            is_bound = may_share_more(totals.stored_digests, self._layer_index)
            use = DiskUse(rest + shared, totals.listed_bytes, is_bound)
            found = self._uses[server_id] = (of, use)
        return found[1]

    def _entangled(self, totals: Totals) -> list[ModelRow]:
        """The models in the index that share anything; all others count in full."""
        return list(totals.rows_of(self._sharing(totals)))

    def _sharing(self, totals: Totals) -> AbstractSet[str]:
        """The digests of those."""
        known = self._layer_index.by_digest
        return self._index.digests | {digest for digest in totals.copied if digest in known}

    def _disk_of_shown(self) -> DiskUse:
        """What the models take that search and filter leave, layers counted once on each server."""
        of = (self._models.shown_version, self._layer_version)
        if self._shown[0] != of:
            rows: dict[str, list[ModelRow]] = {}
            for row in self._models.rows:
                if not row.is_cloud:
                    rows.setdefault(row.record.server_id, []).append(row)
            self._shown = (of, _together(self._disk_of(*each) for each in rows.items()))
        return self._shown[1]

    def _disk_of(self, server_id: str, rows: Sequence[ModelRow]) -> DiskUse:
        """Of some of a server's models."""
        sharing = self._sharing(self._models.totals[server_id])
        entangled = [row for row in rows if row.record.digest in sharing]
        listed = sum(row.disk_bytes for row in rows)
        rest = listed - sum(row.disk_bytes for row in entangled)
        shared = unique_bytes([row.record for row in entangled], self._layer_index)
        is_bound = may_share_more({row.record.digest for row in rows}, self._layer_index)
        return DiskUse(rest + shared, listed, is_bound)


def _to_download(facts: Facts, selected: Sequence[ModelRow]) -> str:
    fetched = [row.verdict for row in selected if row.is_update]
    return to_download_line(
        len(selected),
        facts.shown,
        sum(each.fetch_bytes or 0 for each in fetched),
        sum(row.disk_bytes for row in selected),
    )


def _together(uses: Iterable[DiskUse]) -> DiskUse:
    """What lies on several disks: layers are shared on one alone."""
    parts = tuple(uses)
    return DiskUse(
        sum(use.stored_bytes for use in parts),
        sum(use.listed_bytes for use in parts),
        any(use.is_bound for use in parts),
    )


def _sum_line(server: ServerFacts, use: DiskUse, now: datetime | None) -> str:
    if not server.has_answer:
        return no_list_line(server.label)
    status = server.status
    reached = status.last_answer_at if status is not None and server.is_away else None
    return server_sum_line(server.label, server.count, use, reached, now)
