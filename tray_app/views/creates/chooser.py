"""Asks for the files of a model in the system's own dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QDir, QStandardPaths, Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from tray_app.text import tr


class _Last:
    folder = ""


def _first_folder() -> str:
    downloads = QStandardPaths.StandardLocation.DownloadLocation
    folder = QStandardPaths.writableLocation(downloads)
    return folder if QDir(folder).exists() else QDir.homePath()


def ask_for_files(parent: QWidget | None, take: Callable[[tuple[str, ...]], object]) -> QFileDialog:
    """Open the dialog; `take` is called with the paths once some were chosen. Starts where files
    were chosen last, at first where browsers put them."""
    dialog = QFileDialog(parent, tr("Choose a GGUF file"))
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    filters = (tr("GGUF files (*.gguf *.GGUF)"), tr("All files (*)"))
    dialog.setNameFilters(filters)
    dialog.setDirectory(_Last.folder or _first_folder())

    def chosen(paths: list[str]) -> None:
        _Last.folder = dialog.directory().absolutePath()
        if paths:
            take(tuple(paths))

    dialog.filesSelected.connect(chosen)
    dialog.open()
    return dialog
