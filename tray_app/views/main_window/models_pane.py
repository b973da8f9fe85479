"""ModelsPane: the middle of the main window: banner, table or page, and what is dragged over it.

Which of them, screens.py decides; this file shows it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from tray_app.core.payloads import CreatePaths
from tray_app.views.components.banner import Banner, BannerText
from tray_app.views.main_window import screens
from tray_app.views.main_window.drop_overlay import DropOverlay, Dropped
from tray_app.views.main_window.screens import Facts, Screen
from tray_app.views.main_window.state_page import StatePage

if TYPE_CHECKING:
    from tray_app.core.lists.requests import ListRead
    from tray_app.core.records import Recommendation
    from tray_app.views.models.view import ModelView

_SKELETON_DELAY_MS = 400
_NOTICE_MS = 10_000


class ModelsPane(QWidget):
    """`banner` and `page` tell which of their buttons was clicked.

    Signals: `name_dropped` (a model's), `files_dropped` (CreatePaths), `list_dropped` (ListSource);
    `list_hovered` with a list that is dragged over it, to be told by `judge_list` what is in it.
    """

    name_dropped = Signal(str)
    files_dropped = Signal(object)  # CreatePaths
    list_dropped = Signal(object)  # ListSource
    list_hovered = Signal(object)  # ListSource

    def __init__(self, view: ModelView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        self.banner = Banner(self)
        self.page = StatePage(self)
        self._facts: Facts | None = None
        self._notice: BannerText | None = None
        self._standing: BannerText | None = None
        self._dropped: Dropped | None = None
        self._drop_server = ""
        self._is_patient = True
        self._stack = QStackedWidget(self)
        # The scroll bar is see-through; below it shall be the table's ground.
        self._stack.setAutoFillBackground(True)
        self._stack.setBackgroundRole(QPalette.ColorRole.Base)
        self._stack.addWidget(view)
        self._stack.addWidget(self.page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.banner)
        column.addWidget(self._stack, 1)
        self._overlay = DropOverlay(self)
        self._patience = QTimer(self, singleShot=True, interval=_SKELETON_DELAY_MS)
        self._patience.timeout.connect(self._on_patience_timeout)
        self._notice_timer = QTimer(self, singleShot=True, interval=_NOTICE_MS)
        self._notice_timer.timeout.connect(self._on_notice_timeout)
        self.banner.action_triggered.connect(self._on_banner_action_triggered)
        self.setMinimumHeight(140)
        self.setAcceptDrops(True)

    @property
    def shown_screen(self) -> Screen:
        """What is shown now."""
        return screens.screen(self._facts) if self._facts else Screen.SKELETON

    def show_facts(self, facts: Facts, suggestions: tuple[Recommendation, ...] = ()) -> None:
        """Show what `facts` ask for."""
        self._facts = facts
        page = screens.page(facts, suggestions)
        # Of the window, not of the program: it may be in the background just now.
        focused = self.window().focusWidget()
        had_focus = focused is None or self._stack.isAncestorOf(focused)
        is_other = page != self.page.shown if page is not None else not self.view.isVisibleTo(self)
        if page is not None:
            self.page.set_page(page)
        self._stack.setCurrentWidget(self.view if page is None else self.page)
        if had_focus and is_other:
            self.focus_middle(Qt.FocusReason.OtherFocusReason)
        if self.shown_screen is not Screen.SKELETON:
            self._patience.stop()
            self._is_patient = False
        elif self._is_patient and not self._patience.isActive():
            # An answer that comes at once should not flash.
            self._patience.start()
        self._refresh()

    def set_notice(self, notice: BannerText) -> None:
        """Show a banner for ten seconds, or until it is answered where it `stays`, unless there is
        a more important one."""
        self._notice = notice
        if notice.stays:
            self._notice_timer.stop()
        else:
            self._notice_timer.start()
        self._refresh()

    def set_standing(self, words: BannerText | None) -> None:
        """A banner that stays for as long as there is nothing more important; None = no more."""
        if words != self._standing:
            self._standing = words
            self._refresh()

    def set_drop_server(self, label: str) -> None:
        """Where models of dropped files are made, "" = that is still to be chosen."""
        self._drop_server = label

    def set_countdown(self, text: str) -> None:
        """The line below the buttons of the page."""
        self.page.set_countdown(text)

    def focus_middle(self, reason: Qt.FocusReason) -> None:
        """Focus on the table, or on the page's most urgent button."""
        if self._stack.currentWidget() is self.view:
            self.view.setFocus(reason)
        else:
            self.page.focus_first()

    def show_skeleton_now(self) -> None:
        """Do not wait any longer."""
        self._on_patience_timeout()

    def _refresh(self) -> None:
        waits = self.shown_screen is Screen.SKELETON and self._is_patient
        self.view.set_skeleton(self.shown_screen is Screen.SKELETON and not self._is_patient)
        urgent = screens.banner(self._facts) if self._facts and not waits else None
        if self._notice is not None and self._facts and screens.is_partial(self._facts):
            urgent = None  # a server may be off for days; what was done is told for seconds
        standing = None if waits else self._standing
        self.banner.set_text(urgent or self._notice or standing)

    def _on_patience_timeout(self) -> None:
        self._patience.stop()
        self._is_patient = False
        self._refresh()

    def _on_notice_timeout(self) -> None:
        self._notice = None
        self._refresh()

    def _on_banner_action_triggered(self) -> None:
        if self._notice is not None and self.banner.shown is self._notice:
            focused = self.window().focusWidget()
            had_focus = focused is not None and self.banner.isAncestorOf(focused)
            self._notice_timer.stop()
            self._on_notice_timeout()
            if had_focus:  # its button is gone
                self.focus_middle(Qt.FocusReason.OtherFocusReason)

    # drag and drop

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.source() is self.view:
            return
        from tray_app.views.main_window.dropping import judge

        self.show_dropped(judge(event.mimeData(), self._drop_server))
        # Accepted also when nothing can come of it, else the overlay would not be told to go.
        event.accept()

    def show_dropped(self, dropped: Dropped) -> None:
        """Say what dropping would do."""
        self._dropped = dropped
        self._overlay.set_dropped(dropped)
        self._overlay.setGeometry(self._stack.geometry())
        self._overlay.show()
        self._overlay.raise_()
        if dropped.source is not None:
            self.list_hovered.emit(dropped.source)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._dropped is not None and self._dropped.is_welcome:
            _accept_a_copy(event)
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._end_drag()

    def dropEvent(self, event: QDropEvent) -> None:
        dropped = self._dropped
        self._end_drag()
        if dropped is None or not dropped.is_welcome:
            return
        _accept_a_copy(event)
        if dropped.source is not None:
            self.list_dropped.emit(dropped.source)
        elif dropped.paths:
            self.files_dropped.emit(CreatePaths(dropped.paths))
        else:
            self.name_dropped.emit(dropped.name)

    def judge_list(self, read: ListRead) -> None:
        """What stands in a list, which may be dragged over it just now."""
        if self._dropped is not None and self._dropped.source == read.source:
            from tray_app.views.main_window.dropping import judge_list

            self.show_dropped(judge_list(read))

    def _end_drag(self) -> None:
        self._dropped = None
        self._overlay.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._overlay.setGeometry(self._stack.geometry())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self.view.columns.arrange()


def _accept_a_copy(event: QDropEvent) -> None:
    """Whatever was proposed: who believes that it was moved may remove it."""
    event.setDropAction(Qt.DropAction.CopyAction)
    event.accept()
