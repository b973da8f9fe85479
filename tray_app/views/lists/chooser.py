"""Asks for the file of a list in the system's own dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QDir, QFileInfo, QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from tray_app.text import tr
from tray_app.text.lists import proposed_file


class _Last:
    folder = ""


def ask_where_to_save(
    parent: QWidget | None, server_label: str, take: Callable[[str], object]
) -> QFileDialog:
    """Open the dialog; `take` is called with the path once one was chosen."""
    dialog = _dialog(parent, tr("Export model list"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    kinds = {tr("Model list (*.txt)"): "txt", tr("Model list with recipes (*.json)"): "json"}
    dialog.setNameFilters(list(kinds))
    dialog.setDefaultSuffix("txt")
    dialog.filterSelected.connect(lambda kind: dialog.setDefaultSuffix(kinds.get(kind, "txt")))
    dialog.setDirectory(_folder())
    dialog.selectFile(proposed_file(server_label))

    def chosen(path: str) -> None:
        suffix = kinds.get(dialog.selectedNameFilter(), "")
        take(_remembered(_with_suffix(path, suffix)))

    dialog.fileSelected.connect(chosen)
    dialog.open()
    return dialog


def ask_for_list(parent: QWidget | None, take: Callable[[str], object]) -> QFileDialog:
    """Open the dialog; `take` is called with the path once one was chosen."""
    dialog = _dialog(parent, tr("Import model list"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    filters = (tr("Model lists (*.txt *.json)"), tr("All files (*)"))
    dialog.setNameFilters(filters)
    dialog.setDirectory(_folder())
    dialog.fileSelected.connect(lambda path: take(_remembered(path)))
    dialog.open()
    return dialog


def _dialog(parent: QWidget | None, title: str) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    return dialog


def _folder() -> str:
    """Where one was chosen last, at first where documents are, if there is such a place."""
    documents = QStandardPaths.StandardLocation.DocumentsLocation
    for folder in (_Last.folder, QStandardPaths.writableLocation(documents)):
        if folder and QDir(folder).exists():
            return folder
    return QDir.homePath()


def _remembered(path: str) -> str:
    _Last.folder = QFileInfo(path).absolutePath()
    return path


def _with_suffix(path: str, suffix: str) -> str:
    """The file is of the kind that was chosen: not every system's dialog changes its name with it.
    Nobody was asked about a file of the changed name, so none is replaced."""
    given = QFileInfo(path).suffix().casefold()
    if given == suffix or not suffix:
        return path
    base = path[: -len(given) - 1] if given in ("txt", "json") else path
    wanted, number = f"{base}.{suffix}", 2
    while QFileInfo.exists(wanted):
        wanted, number = f"{base}-{number}.{suffix}", number + 1
    return wanted
