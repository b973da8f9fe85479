"""What a terminal says of the downloads of the running program."""

from __future__ import annotations

from collections.abc import Callable

from tray_app.core.creates.records import CreateState
from tray_app.text.wording import tr


def create_phase(state: CreateState) -> str:
    """Where a model stands that is made from files, in a word or two."""
    return _CREATE_PHASES[state]()


_CREATE_PHASES: dict[CreateState, Callable[[], str]] = {
    CreateState.WAITING: lambda: tr("waiting"),
    CreateState.CHECKING: lambda: tr("checking the file"),
    CreateState.LOOKING: lambda: tr("looking at the server"),
    CreateState.UPLOADING: lambda: tr("uploading"),
    CreateState.MAKING: lambda: tr("making the model"),
    CreateState.ASKED: lambda: tr("making the model"),
    CreateState.TO_BE_DELETED: lambda: tr("making the model, will be deleted"),
    CreateState.WATCHING: lambda: tr("waiting for the model to appear"),
    CreateState.FAILED: lambda: tr("failed"),
    CreateState.CANCELED: lambda: tr("canceled"),
    CreateState.DELETED: lambda: tr("deleted"),
    CreateState.DONE: lambda: tr("done"),
}
