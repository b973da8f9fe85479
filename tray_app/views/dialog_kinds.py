"""The kinds of dialogs, each loaded with its file when the first of its kind is asked for.

A window that shows a table needs none of them: a third of its files are theirs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tray_app.views.creates.chooser import ask_for_files
    from tray_app.views.creates.dialog import CreateDialog, Place
    from tray_app.views.derive.dialog import DeriveDialog
    from tray_app.views.details.dialog import DetailsDialog
    from tray_app.views.disk.dialog import DiskDialog
    from tray_app.views.doctor.dialog import DoctorDialog
    from tray_app.views.downloads.history_dialog import HistoryDialog
    from tray_app.views.help.dialog import HelpDialog
    from tray_app.views.lists.chooser import ask_for_list, ask_where_to_save
    from tray_app.views.lists.dialog import ImportDialog
    from tray_app.views.pull.dialog import PullDialog
    from tray_app.views.questions.delete import DeleteDialog
    from tray_app.views.questions.duplicate import DuplicateDialog
    from tray_app.views.questions.rename import RenameDialog
    from tray_app.views.questions.running_pulls import CancelDialog, QuitDialog
    from tray_app.views.servers.form import ServerForm
    from tray_app.views.servers.questions import RemoveServerDialog
    from tray_app.views.settings.dialog import SettingsDialog
    from tray_app.views.updates.questions import ChangedDialog, GoBackDialog, ReplaceDialog
    from tray_app.views.updates.sheet import UpdateSheet
    from tray_app.views.updates.sheet_rows import listed_refs

__all__ = [
    "CancelDialog",
    "ChangedDialog",
    "CreateDialog",
    "DeleteDialog",
    "DeriveDialog",
    "DetailsDialog",
    "DiskDialog",
    "DoctorDialog",
    "DuplicateDialog",
    "GoBackDialog",
    "HelpDialog",
    "HistoryDialog",
    "ImportDialog",
    "Place",
    "PullDialog",
    "QuitDialog",
    "RemoveServerDialog",
    "RenameDialog",
    "ReplaceDialog",
    "ServerForm",
    "SettingsDialog",
    "UpdateSheet",
    "ask_for_files",
    "ask_for_list",
    "ask_where_to_save",
    "listed_refs",
]

_FILES = {
    "ask_for_files": "tray_app.views.creates.chooser",
    "CreateDialog": "tray_app.views.creates.dialog",
    "Place": "tray_app.views.creates.dialog",
    "DeriveDialog": "tray_app.views.derive.dialog",
    "DetailsDialog": "tray_app.views.details.dialog",
    "DiskDialog": "tray_app.views.disk.dialog",
    "DoctorDialog": "tray_app.views.doctor.dialog",
    "HistoryDialog": "tray_app.views.downloads.history_dialog",
    "HelpDialog": "tray_app.views.help.dialog",
    "ask_for_list": "tray_app.views.lists.chooser",
    "ask_where_to_save": "tray_app.views.lists.chooser",
    "ImportDialog": "tray_app.views.lists.dialog",
    "PullDialog": "tray_app.views.pull.dialog",
    "DeleteDialog": "tray_app.views.questions.delete",
    "DuplicateDialog": "tray_app.views.questions.duplicate",
    "RenameDialog": "tray_app.views.questions.rename",
    "CancelDialog": "tray_app.views.questions.running_pulls",
    "QuitDialog": "tray_app.views.questions.running_pulls",
    "ServerForm": "tray_app.views.servers.form",
    "RemoveServerDialog": "tray_app.views.servers.questions",
    "SettingsDialog": "tray_app.views.settings.dialog",
    "ChangedDialog": "tray_app.views.updates.questions",
    "GoBackDialog": "tray_app.views.updates.questions",
    "ReplaceDialog": "tray_app.views.updates.questions",
    "UpdateSheet": "tray_app.views.updates.sheet",
    "listed_refs": "tray_app.views.updates.sheet_rows",
}

AHEAD = (
    "tray_app.views.details.overview",
    "tray_app.views.details.version",
    "tray_app.views.details.dialog",
)
"""What a double click on a model needs, in parts that take some milliseconds each."""


def __getattr__(name: str) -> Any:
    file = _FILES.get(name)
    if file is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(importlib.import_module(file), name)
    return found
