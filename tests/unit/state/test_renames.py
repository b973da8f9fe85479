"""What became of names is told to whoever listens, and leaves nothing behind."""

from __future__ import annotations

from tray_app.core.payloads import ModelRef
from tray_app.core.records import Server
from tray_app.core.renaming import CleanUp, Ending, RenameOutcome
from tray_app.state.app_state import AppState

SOURCE = ModelRef("nas", "old:1", "a" * 64)


def test_everybody_hears_of_a_new_name() -> None:
    state = AppState(Server("nas", "nas"))
    heard: list[object] = []
    for signal in (state.renames.renamed, state.renames.failed, state.renames.cleaned_up):
        signal.connect(heard.append)
    renamed = RenameOutcome(SOURCE, "new:1", Ending.RENAMED, "New:1", SOURCE.digest)
    failed = RenameOutcome(SOURCE, "new:1", Ending.NOT_MADE)
    cleaned = CleanUp(failed.ref, True)
    state.renames.tell_renamed(renamed)
    state.renames.tell_failed(failed)
    state.renames.tell_cleaned_up(cleaned)
    assert heard == [renamed, failed, cleaned]
    assert renamed.ref == ModelRef("nas", "New:1", SOURCE.digest)
    assert renamed.is_folded
    assert failed.ref.name == "new:1"
