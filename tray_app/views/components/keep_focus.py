"""What becomes of the keyboard's focus when the control that has it cannot be used for a while.

Qt would hand it to the next control, often *Cancel* or *Delete*, where the next key would act.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_WAITS = "waitsForFocus"


def enable(widget: QWidget, is_enabled: bool, set_enabled: Callable[[bool], None]) -> None:
    """Enable or disable: focus goes to the window meanwhile, and comes back, unless a person has
    taken it elsewhere by then."""
    window = widget.window()
    if not is_enabled and widget.isEnabled() and window.focusWidget() is widget:
        window.setFocus(Qt.FocusReason.OtherFocusReason)
        widget.setProperty(_WAITS, True)
    set_enabled(is_enabled)
    if is_enabled and widget.property(_WAITS):
        widget.setProperty(_WAITS, False)
        if window.focusWidget() in (None, window):
            widget.setFocus(Qt.FocusReason.OtherFocusReason)
