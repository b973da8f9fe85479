"""Census: sums over all rows, kept up to date row by row instead of being added up anew."""

from __future__ import annotations

from collections import Counter

from tray_app.itemmodels.rows import ModelRow


class Census:
    """`listed_bytes`: what the rows take on disk, each in full. `copied`: digests of several."""

    def __init__(self) -> None:
        self.listed_bytes = 0
        self.copied: set[str] = set()
        self._counts: Counter[str] = Counter()

    def add(self, row: ModelRow) -> None:
        """A row has come, or is another one now."""
        digest = row.record.digest
        self.listed_bytes += row.disk_bytes
        self._counts[digest] += 1
        if self._counts[digest] == 2:
            self.copied.add(digest)

    def remove(self, row: ModelRow) -> None:
        """A row goes, or is about to become another one."""
        digest = row.record.digest
        self.listed_bytes -= row.disk_bytes
        self._counts[digest] -= 1
        if self._counts[digest] == 1:
            self.copied.discard(digest)
        elif not self._counts[digest]:
            del self._counts[digest]
