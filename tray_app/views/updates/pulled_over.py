"""is_lost_by_pull(): whether pulling a name replaces what is kept nowhere else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tray_app.core.sharing import has_other_name, is_made_here
from tray_app.core.updates.verdicts import Standing

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord
    from tray_app.state.app_state import AppState


def is_made(record: ModelRecord, state: AppState) -> bool:
    """Whether it was made on its server, by what is known."""
    verdict = state.model_verdict(record.key).verdict
    if verdict.standing is Standing.MADE_HERE and verdict.digest in ("", record.digest):
        return True
    return is_made_here(record, state.installed(record.server_id), state.layer_index)


def is_lost_by_pull(record: ModelRecord, state: AppState) -> bool:
    """A model that was made here, or of which nobody can tell whether its registry has it; not
    where it has another name as well."""
    snapshot = state.snapshot(record.server_id)
    models = snapshot.models if snapshot is not None else ()
    if has_other_name(record, models):
        return False
    verdict = state.model_verdict(record.key).verdict
    is_changed = verdict.standing is Standing.CHANGED and verdict.digest == record.digest
    return is_changed or is_made(record, state)
