"""Roles of the item models, as plain ints: comparing with an enum costs 100 times more a call."""

from __future__ import annotations

from PySide6.QtCore import Qt

DISPLAY = int(Qt.ItemDataRole.DisplayRole)
TOOL_TIP = int(Qt.ItemDataRole.ToolTipRole)
ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
ACCESSIBLE_TEXT = int(Qt.ItemDataRole.AccessibleTextRole)

_USER = int(Qt.ItemDataRole.UserRole)
RECORD_ROLE = _USER + 1  # ModelRecord
ROW_ROLE = _USER + 2  # ModelRow, what the delegate paints from
BADGES_ROLE = _USER + 3  # tuple[Badge, ...]
KIND_ROLE = _USER + 4  # ModelKind
RUNNING_ROLE = _USER + 5  # RunningModel | None
BUSY_ROLE = _USER + 6  # Busy | None
PULL_ROLE = _USER + 7  # PullItem
