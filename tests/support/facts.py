"""Facts for windows under test: put into the state as the program puts them there."""

from PySide6.QtCore import SIGNAL, QMetaMethod, QObject

from tray_app.core.payloads import Recommendations
from tray_app.core.pulls.states import PullItem
from tray_app.core.records import Poll, ServerState, ServerStatus, Snapshot
from tray_app.state.app_state import AppState


def set_status(state: AppState, status: ServerStatus) -> None:
    """A poll without a new answer."""
    state.take_poll(Poll(status))


def set_snapshot(state: AppState, snapshot: Snapshot) -> None:
    """A poll that was answered; the server stands as before, or is online."""
    status = state.status(snapshot.server_id)
    if status is None:
        status = ServerStatus(
            snapshot.server_id,
            ServerState.ONLINE,
            since=snapshot.taken_at,
            version=snapshot.version,
            last_answer_at=snapshot.taken_at,
        )
    state.take_poll(Poll(status, snapshot))


def set_download(state: AppState, item: PullItem) -> None:
    """A download, new or changed; a new one stands last."""
    known = {each.id: each for each in state.downloads}
    state.set_downloads({**known, item.id: item}.values())


def remove_download(state: AppState, item_id: str) -> None:
    state.set_downloads(item for item in state.downloads if item.id != item_id)


def set_recommendations(state: AppState, recommendations: Recommendations) -> None:
    state.set_recommendations(recommendations)


def listeners(sender: QObject) -> dict[str, int]:
    """How many listen to each signal of `sender`; those that nobody listens to are left out."""
    meta = sender.metaObject()
    methods = [meta.method(index) for index in range(meta.methodCount())]
    signals = [
        bytes(method.methodSignature().data()).decode()
        for method in methods
        if method.methodType() == QMetaMethod.MethodType.Signal
    ]
    counts = {signal: sender.receivers(SIGNAL(signal)) for signal in signals}
    return {signal: count for signal, count in counts.items() if count}
