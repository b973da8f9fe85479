"""When it is told that servers went or came back: limited and combined. Pure: the clock is an
argument.

A loss is told when it has lasted for 30 s, at once where a download waits; a return only when the
loss was told. Never two of a kind within 30 s: what happens meanwhile goes into the next one.
"""

from collections.abc import Collection, Iterable

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.records import ServerState, ServerStatus
from tray_app.desktop.notifications.notice import NoticeKind
from tray_app.desktop.notifications.rules import WINDOW_S

TOGETHER_S = 2.0
"""Servers that went together come back together, but not in the same second."""


@dataclass(slots=True)
class _Watch:
    was_online: bool = False
    lost: ServerStatus | None = None  # gone, and not told yet
    lost_s: float = 0.0
    is_loss_told: bool = False
    back_s: float | None = None  # back, and not told yet


class ServerNoticeRules:
    """Follows how servers stand, and gives those whose turn it is to be told."""

    def __init__(self) -> None:
        self._watches: dict[str, _Watch] = {}
        self._told_s: dict[NoticeKind, float] = {}
        self.waiting: Collection[str] = ()
        """The servers that downloads wait for."""

    def note(self, status: ServerStatus, now_s: float, *, is_loss_wanted: bool) -> None:
        """How a server stands now."""
        watch = self._watches.setdefault(status.server_id, _Watch())
        if status.is_online:
            watch.was_online = True
            watch.lost = None
            if watch.is_loss_told and watch.back_s is None:
                watch.back_s = now_s
        elif status.state is ServerState.OFFLINE and watch.was_online:
            watch.was_online = False
            if watch.back_s is not None:
                watch.back_s = None  # nobody was told that it was back
            elif is_loss_wanted:
                watch.lost, watch.lost_s = status, now_s

    def keep(self, server_ids: Iterable[str]) -> None:
        """Follow these alone."""
        kept = set(server_ids)
        self._watches = {key: watch for key, watch in self._watches.items() if key in kept}

    def drop(self) -> None:
        """Tell nothing of what has happened so far."""
        self._watches.clear()

    @property
    def due_s(self) -> float | None:
        """When `take_lost` or `take_back` has something; None = nothing is to be told."""
        due = [
            *(self._loss_due_s(key, watch) for key, watch in self._watches.items() if watch.lost),
            *(self._back_due_s(watch.back_s) for watch in self._watches.values() if watch.back_s),
        ]
        return min(due, default=None)

    def take_lost(self, now_s: float, *, is_seen: bool = False) -> tuple[ServerStatus, ...]:
        """Those that went and are told of now, in one notice; those that are only nearly due go
        with the first of them. `is_seen`: a person looks and needs no notice, of their return
        neither."""
        lost = {key: watch for key, watch in self._watches.items() if watch.lost is not None}
        if all(self._loss_due_s(key, watch) > now_s for key, watch in lost.items()):
            return ()
        due = [
            watch
            for key, watch in lost.items()
            if self._loss_due_s(key, watch) <= now_s + TOGETHER_S
        ]
        found = tuple(watch.lost for watch in due if watch.lost is not None)
        for watch in due:
            watch.lost, watch.is_loss_told = None, not is_seen
        if is_seen:
            return ()
        self._told_s[NoticeKind.OFFLINE] = now_s
        return found

    def take_back(self, now_s: float) -> tuple[str, ...]:
        """Those that came back and are told of now."""
        back = {key: watch for key, watch in self._watches.items() if watch.back_s is not None}
        if all(self._back_due_s(watch.back_s or 0.0) > now_s for watch in back.values()):
            return ()
        for watch in back.values():
            watch.back_s, watch.is_loss_told = None, False
        self._told_s[NoticeKind.BACK] = now_s
        return tuple(back)

    def _loss_due_s(self, server_id: str, watch: _Watch) -> float:
        """At once when a download waits for it; else it may only restart."""
        due_s = watch.lost_s if server_id in self.waiting else watch.lost_s + WINDOW_S
        return self._free_s(NoticeKind.OFFLINE, due_s)

    def _back_due_s(self, back_s: float) -> float:
        """In a moment while others may come back as well."""
        is_alone = not any(
            watch.is_loss_told and watch.back_s is None for watch in self._watches.values()
        )
        return self._free_s(NoticeKind.BACK, back_s if is_alone else back_s + TOGETHER_S)

    def _free_s(self, kind: NoticeKind, due_s: float) -> float:
        told_s = self._told_s.get(kind)
        return due_s if told_s is None else max(due_s, told_s + WINDOW_S)
