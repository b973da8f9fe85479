"""SignalQueue: signals that are emitted only once all that they tell of is true."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtCore import SignalInstance


class SignalQueue:
    """Signals with their payloads, in the order in which things happened.

    All listeners hear of one thing before the next. What happens while a listener is called is
    told by the loop that called it, behind the rest. Thread: that of the signals' owner.
    """

    def __init__(self) -> None:
        self._waiting: deque[tuple[SignalInstance, object]] = deque()
        self._is_emitting = False

    def add(self, signal: SignalInstance, payload: object) -> None:
        """Have `signal` emitted by the next `emit_all`."""
        self._waiting.append((signal, payload))

    def emit_all(self) -> None:
        if self._is_emitting:
            return
        self._is_emitting = True
        try:
            while self._waiting:
                signal, payload = self._waiting.popleft()
                signal.emit(payload)
        finally:
            self._is_emitting = False

    def clear(self) -> None:
        """Tell none of it."""
        self._waiting.clear()
