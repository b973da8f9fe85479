"""RemarkFile: stars and notes on disk."""

from __future__ import annotations

from typing import Any

from tray_app.core.names import canonical
from tray_app.core.remarks import NO_REMARK, Remark, StoredRemark, trimmed_note
from tray_app.workers.pulls import stored_values as stored
from tray_app.workers.pulls.record_file import RecordFile


class RemarkFile(RecordFile[StoredRemark]):
    """One record for each model of which anything was said."""

    def _identity(self, record: StoredRemark) -> object:
        return record.key

    def _to_json(self, record: StoredRemark) -> dict[str, Any]:
        server_id, name = record.key
        return {
            "server_id": server_id,
            "name": name,
            "is_starred": record.remark.is_starred,
            "note": record.remark.note,
        }

    def _from_json(self, entry: Any) -> StoredRemark:
        fields = stored.fields_of(entry)
        key = (stored.text(fields["server_id"]), canonical(stored.text(fields["name"])))
        starred = stored.flag(fields.get("is_starred", False))
        remark = Remark(starred, trimmed_note(stored.text(fields.get("note", ""))))
        if not all(key) or remark == NO_REMARK:
            raise ValueError("it says nothing")
        return StoredRemark(key, remark)
