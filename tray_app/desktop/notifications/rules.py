"""When ended downloads are told: collected, limited, combined. Pure: the clock is an argument.

One notice at once when the queue is empty, else one for all that end within 30 s, and never two
of a kind within 30 s; what ends meanwhile goes into the next one.
"""

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.desktop.notifications.notice import NoticeKind

WINDOW_S = 30.0


@dataclass(frozen=True, slots=True)
class Batch:
    """Downloads to be told in one notice, in the order in which they ended."""

    done: tuple[PullItem, ...]
    failed: tuple[PullItem, ...]

    @property
    def kind(self) -> NoticeKind:
        return NoticeKind.FAILED if self.failed else NoticeKind.FINISHED


class PullNoticeRules:
    """Collects ended downloads and says when the next notice is due."""

    def __init__(self) -> None:
        self._items: dict[str, PullItem] = {}
        self._first_s = 0.0
        self._shown_s: dict[NoticeKind, float] = {}
        self.is_queue_empty = True
        self.is_combining = True

    def add(self, item: PullItem, now_s: float) -> None:
        """An ended download that is worth a notice. Its earlier end, if untold, is forgotten."""
        if not self._items:
            self._first_s = now_s
        self._items.pop(item.id, None)
        self._items[item.id] = item

    def drop(self) -> None:
        """Forget what was collected: a person has seen it."""
        self._items.clear()

    @property
    def due_s(self) -> float | None:
        """When `take` gives the next batch; None while there is nothing to tell."""
        if not self._items:
            return None
        if not self.is_combining:
            return self._first_s
        due_s = self._first_s if self.is_queue_empty else self._first_s + WINDOW_S
        shown_s = self._shown_s.get(self._batch().kind)
        return due_s if shown_s is None else max(due_s, shown_s + WINDOW_S)

    def take(self, now_s: float) -> tuple[Batch, ...]:
        """The batches that are due, removed; several only when nothing is to be combined."""
        due_s = self.due_s
        if due_s is None or now_s < due_s:
            return ()
        batch = self._batch()
        self._items.clear()
        if batch.done:
            self._shown_s[NoticeKind.FINISHED] = now_s
        if batch.failed:
            self._shown_s[NoticeKind.FAILED] = now_s
        if self.is_combining:
            return (batch,)
        done = tuple(Batch((item,), ()) for item in batch.done)
        return done + tuple(Batch((), (item,)) for item in batch.failed)

    def _batch(self) -> Batch:
        items = tuple(self._items.values())
        return Batch(
            tuple(item for item in items if item.state is PullState.DONE),
            tuple(item for item in items if item.state is PullState.FAILED),
        )
