"""Roles of the item models, as plain ints: comparing with an enum costs 100 times more a call."""

from __future__ import annotations

from PySide6.QtCore import Qt

DISPLAY = int(Qt.ItemDataRole.DisplayRole)
TOOL_TIP = int(Qt.ItemDataRole.ToolTipRole)
ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
ACCESSIBLE_TEXT = int(Qt.ItemDataRole.AccessibleTextRole)
