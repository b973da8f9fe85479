"""StatusLine: the left end of the status bar, worked out only when what it tells has changed.

Counting shared layers once over ten thousand models takes milliseconds, so the sum is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from tray_app.core.records import ModelRecord, ServerState
from tray_app.core.sharing import LayerIndex, SharingIndex, freed, unique_bytes
from tray_app.itemmodels.model_table import ModelTableModel
from tray_app.itemmodels.rows import ModelRow
from tray_app.text import status_line, status_line_tooltip, tr
from tray_app.text.addresses import server_address
from tray_app.views.main_window import screens
from tray_app.views.main_window.screens import Facts
from tray_app.views.status_words import away_line, selected_line, shown_line


class StatusLine:
    """Words for the status bar. `words` gives the line and its tooltip."""

    def __init__(self, models: ModelTableModel) -> None:
        self._models = models
        self._layer_index = LayerIndex()
        self._index = SharingIndex()
        self._summed = (-1, 0)
        self._sums = (0, 0)

    def set_layer_index(self, layer_index: LayerIndex) -> None:
        """Which models share layers."""
        self._layer_index = layer_index
        self._index.take(layer_index)

    def words(self, facts: Facts, selected: Sequence[ModelRow]) -> tuple[str, str]:
        """The line, and a tooltip or ""."""
        host = server_address(facts.server, facts.address).host_port
        if not facts.has_answer:
            return (away_line(facts.status, host) if facts.status else ""), ""
        if len(selected) > 1:
            return self._selection(facts, selected), ""
        if facts.shown != facts.count:
            return shown_line(facts.shown, facts.count), ""
        if facts.status is not None and not facts.count and screens.is_away(facts):
            return away_line(facts.status, host), ""
        if not facts.count:
            return tr("No models"), ""
        unique, listed = self._disk()
        is_known = facts.status is None or facts.status.state is ServerState.ONLINE
        running = self._models.running() if is_known else None
        line = status_line(facts.count, unique, running)
        return line, status_line_tooltip(listed) if listed > unique else ""

    def _selection(self, facts: Facts, selected: Sequence[ModelRow]) -> str:
        records = [row.record for row in selected]
        servers = {record.server_id for record in records}
        others: list[ModelRecord] = []
        for server_id in servers:
            others.extend(self._models.records(server_id))
        return selected_line(len(records), facts.count, freed(records, others, self._layer_index))

    def _disk(self) -> tuple[int, int]:
        """Bytes with shared layers counted once, and for every model."""
        version = (self._models.version, id(self._layer_index))
        if version != self._summed:
            listed = self._models.totals.listed_bytes
            entangled = self._entangled()
            rest = listed - sum(row.disk_bytes for row in entangled)
            shared = unique_bytes([row.record for row in entangled], self._layer_index)
            self._sums = (rest + shared, listed)
            self._summed = version
        return self._sums

    def _entangled(self) -> list[ModelRow]:
        """The models in the book that share anything; all others count in full."""
        totals, known = self._models.totals, self._layer_index.by_digest
        wanted = self._index.digests | {digest for digest in totals.copied if digest in known}
        return list(totals.rows_of(wanted))
