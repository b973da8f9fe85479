"""What keeps this computer awake. The class here stands for a system where nothing does."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Awake(QObject):
    """Signals: `changed` when `is_held` did. The screen may turn off all the same.

    Thread: the GUI thread; nothing blocks. What is held is let go of when the process ends,
    however it ends.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._is_held = False

    @property
    def is_held(self) -> bool:
        """Whether the system has agreed not to sleep."""
        return self._is_held

    def hold(self) -> None:
        """From now on this computer does not go to sleep by itself, if the system lets us."""

    def release(self) -> None:
        """It may sleep again."""

    def close(self) -> None:
        """The program ends."""
        self.release()

    def _take(self, is_held: bool) -> None:
        if is_held is not self._is_held:
            self._is_held = is_held
            self.changed.emit()
