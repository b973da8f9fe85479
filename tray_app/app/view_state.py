"""What a person sees of the windows, taken from old ones and given to new ones: the language of
the program changes while they are open, and words are put in when a window is built."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QItemSelectionModel
from PySide6.QtWidgets import QWidget

from tray_app.core.lazy_dataclasses import dataclass

if TYPE_CHECKING:
    from tray_app.app.windows import Windows
    from tray_app.core.payloads import DiskTarget, ModelRef
    from tray_app.core.records import ModelKey
    from tray_app.views.main_window.window import MainWindow


@dataclass(frozen=True)
class _Details:
    ref: ModelRef
    tab: int
    geometry: QByteArray


@dataclass(frozen=True)
class _Settings:
    page: str
    control: str
    geometry: QByteArray


@dataclass(frozen=True)
class _Doctor:
    server_id: str
    geometry: QByteArray


@dataclass(frozen=True)
class _Disk:
    target: DiskTarget
    ticked: tuple[ModelKey, ...]
    geometry: QByteArray


@dataclass(frozen=True)
class View:
    """What was open and where, and what was chosen in it. Questions are not asked again."""

    is_visible: bool
    is_minimized: bool
    search: str
    selected: tuple[ModelRef, ...]
    is_panel_open: bool
    details: tuple[_Details, ...]
    settings: _Settings | None
    doctor: _Doctor | None
    disks: tuple[_Disk, ...] = ()


def view_of(built: Windows) -> View:
    """Take down what a person sees; what is kept in the settings is written to them."""
    main, dialogs = built.main, built.dialogs
    if main.isVisible():
        main.saved_state.save_geometry(main.splitter)
    found = dialogs.settings_dialog()
    settings = None
    if found is not None:
        focused = found.focusWidget()
        control = str(focused.property("setting") or "") if focused is not None else ""
        settings = _Settings(found.page_key(), control, found.saveGeometry())
    doctor = dialogs.doctor_dialog()
    return View(
        is_visible=main.isVisible(),
        is_minimized=main.isMinimized(),
        search=main.top_bar.search.text(),
        selected=main.view.selected_refs(),
        is_panel_open=not main.panel.isHidden(),
        details=tuple(
            _Details(dialog.ref, dialog.tabs.currentIndex(), dialog.saveGeometry())
            for dialog in dialogs.details_dialogs()
        ),
        settings=settings,
        doctor=_Doctor(doctor.server_id, doctor.saveGeometry()) if doctor is not None else None,
        disks=tuple(
            _Disk(dialog.target, dialog.free.ticks.keys, dialog.saveGeometry())
            for dialog in dialogs.disk_dialogs()
        ),
    )


def show_view(built: Windows, view: View) -> None:
    """Open the same in new windows."""
    main, dialogs = built.main, built.dialogs
    main.top_bar.search.setText(view.search)
    main.set_panel_open(view.is_panel_open)
    _select(main, view.selected)
    if view.is_visible and view.is_minimized:
        main.showMinimized()
    elif view.is_visible:
        main.show()
    for details in view.details:
        dialog = dialogs.open_details(details.ref)
        dialog.tabs.setCurrentIndex(details.tab)
        dialog.restoreGeometry(details.geometry)
        dialog.screen_fit.fit()
    for disk in view.disks:
        space = dialogs.open_disk(disk.target)
        space.tick(disk.ticked)
        space.restoreGeometry(disk.geometry)
        space.screen_fit.fit()
    if view.doctor is not None:
        doctor = dialogs.open_doctor(view.doctor.server_id)
        doctor.restoreGeometry(view.doctor.geometry)
        doctor.screen_fit.fit()
    if view.settings is not None:
        settings = dialogs.open_settings()
        settings.show_page(view.settings.page)
        settings.restoreGeometry(view.settings.geometry)
        settings.screen_fit.fit()
        _focus(settings, view.settings.control)


def _select(main: MainWindow, refs: tuple[ModelRef, ...]) -> None:
    if refs:
        main.view.select(refs[0])
    flags = QItemSelectionModel.SelectionFlag
    for ref in refs[1:]:
        index = main.models.find(ref.key)
        main.view.selectionModel().select(index, flags.Select | flags.Rows)


def _focus(window: QWidget, control: str) -> None:
    """Put the focus where it was: on the choice that was just made."""
    for widget in window.findChildren(QWidget):
        if control and widget.property("setting") == control:
            widget.setFocus()
            return
