"""Remarks: has stars and notes kept as a person wishes, and forgotten with their models."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from tray_app.core.file_failures import FileFailed
from tray_app.core.remarks import NO_REMARK, StoredRemark, trimmed_note
from tray_app.workers.pulls.record_file import MAX_RECORDS, LoadJob, SaveJob
from tray_app.workers.remarks import RemarkFile

if TYPE_CHECKING:
    from tray_app.core.payloads import DeleteOutcome, ModelRefs, NoteRequest
    from tray_app.core.records import ModelKey
    from tray_app.core.renaming import RenameOutcome
    from tray_app.state.app_state import AppState
    from tray_app.workers.runner import JobRunner

_log = logging.getLogger(__name__)

LANE = "remarks"


class Remarks(QObject):
    """Thread: GUI thread; the file is read and written in a lane of its own. `start` once, `close`
    at the end of the program."""

    def __init__(
        self,
        state: AppState,
        runner: JobRunner,
        file: Path | None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._facts = state.remarks
        self._runner = runner
        self._file = RemarkFile(file) if file is not None else None
        self._is_read = file is None
        self._number = self._saved_number = 0
        self._facts.changed.connect(self._on_facts_changed)
        state.renames.renamed.connect(self._on_renames_renamed)
        state.deleted.connect(self._on_state_deleted)

    def start(self) -> None:
        """Read what is kept."""
        if self._file is not None:
            job = LoadJob(self._file)
            job.succeeded.connect(self._on_load_job_succeeded)
            self._runner.submit(job, LANE)

    def close(self) -> None:
        """Write what is not on disk yet, in this thread; for the end of the program."""
        if self._file is None or not self._is_read or self._saved_number == self._number:
            return
        try:
            self._file.save(self._records, self._number)
        except FileFailed as error:
            _log.info("stars and notes could not be saved: %s", error.context)

    # What can be asked of it.

    @Slot(object)
    def star(self, refs: ModelRefs) -> None:
        self._set_starred(refs, is_starred=True)

    @Slot(object)
    def unstar(self, refs: ModelRefs) -> None:
        self._set_starred(refs, is_starred=False)

    @Slot(object)
    def note(self, request: NoteRequest) -> None:
        key = request.ref.key
        remark = replace(self._facts.remark(key), note=trimmed_note(request.note))
        self._facts.put(key, remark)

    def move(self, old: ModelKey, new: ModelKey) -> None:
        """A model has another name now."""
        remark = self._facts.remark(old)
        self._facts.put(old, NO_REMARK)
        if remark != NO_REMARK:
            self._facts.put(new, remark)

    @Slot(object)
    def _on_renames_renamed(self, outcome: RenameOutcome) -> None:
        self.move(outcome.source.key, outcome.ref.key)

    def _set_starred(self, refs: ModelRefs, *, is_starred: bool) -> None:
        for ref in refs.refs:
            remark = self._facts.remark(ref.key)
            self._facts.put(ref.key, replace(remark, is_starred=is_starred))

    # What happens.

    @property
    def _records(self) -> tuple[StoredRemark, ...]:
        """As many as a file may hold, the newest."""
        return self._facts.all[-MAX_RECORDS:]

    @Slot(object)
    def _on_state_deleted(self, outcome: DeleteOutcome) -> None:
        for ref in outcome.deleted:
            self._facts.put(ref.key, NO_REMARK)

    @Slot(object)
    def _on_facts_changed(self, _key: ModelKey) -> None:
        self._number += 1
        self._save()

    def _save(self) -> None:
        if self._file is not None and self._is_read:
            job = SaveJob(self._file, self._records, self._number)
            job.succeeded.connect(self._on_save_job_succeeded)
            self._runner.submit(job, LANE)

    @Slot(object)
    def _on_load_job_succeeded(self, found: tuple[StoredRemark, ...]) -> None:
        if self._file is None:
            return
        self._is_read = self._file.unreadable is None
        self._facts.load(found)
        if self._number:
            self._save()

    @Slot(object)
    def _on_save_job_succeeded(self, number: int) -> None:
        self._saved_number = max(self._saved_number, number)
