"""ListFacts: what was found out for the import of a list, and what came of lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from tray_app.core.lists.requests import ListLookup
from tray_app.core.names import canonical

if TYPE_CHECKING:
    from tray_app.core.estimate import DiskSpace
    from tray_app.core.lists.planning import Looked
    from tray_app.core.lists.requests import (
        Exported,
        ImportRequest,
        ListRead,
        LookedUp,
        RecipeFailed,
        ServerSpace,
    )


class ListFacts(QObject):
    """The answers to the newest question about a list.

    Signals: `lookup_changed` as more is known; `space_changed` with a server's id; the others tell
    what happened once: a list was `read` or `exported`, an import was `begun`, a recipe has
    `failed`.
    """

    lookup_changed = Signal(object)  # ListLookup
    space_changed = Signal(str)  # server id
    read = Signal(object)  # ListRead
    exported = Signal(object)  # Exported
    begun = Signal(object)  # ImportRequest
    recipe_failed = Signal(object)  # RecipeFailed

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lookup = ListLookup()
        self.looked: dict[str, Looked] = {}
        """By canonical name, for the server of `lookup`."""
        self._spaces: dict[str, DiskSpace | None] = {}

    def begin(self, lookup: ListLookup) -> None:
        """Another question: what was learned for the one before is forgotten."""
        self.looked = {}
        self.set_lookup(lookup)

    def put(self, found: LookedUp) -> None:
        """What was learned of a name; told with the next `set_lookup`."""
        if found.server_id == self.lookup.server_id:
            self.looked[canonical(found.name)] = found.looked

    def looked_of(self, server_id: str, name: str) -> Looked | None:
        """What was learned of a name for a server."""
        is_it = server_id == self.lookup.server_id
        return self.looked.get(canonical(name)) if is_it else None

    def set_lookup(self, lookup: ListLookup) -> None:
        self.lookup = lookup
        self.lookup_changed.emit(lookup)

    def space(self, server_id: str) -> DiskSpace | None:
        """Where a server keeps its models, and what is free there; None = not known."""
        return self._spaces.get(server_id)

    def set_space(self, found: ServerSpace) -> None:
        if self._spaces.get(found.server_id) != found.space:
            self._spaces[found.server_id] = found.space
            self.space_changed.emit(found.server_id)

    def tell_read(self, read: ListRead) -> None:
        self.read.emit(read)

    def tell_exported(self, exported: Exported) -> None:
        self.exported.emit(exported)

    def tell_begun(self, request: ImportRequest) -> None:
        self.begun.emit(request)

    def tell_recipe_failed(self, failed: RecipeFailed) -> None:
        self.recipe_failed.emit(failed)
