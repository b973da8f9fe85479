"""ModelsPane: the middle of the main window: banner, table or page, and what is dragged over it.

Which of them, screens.py decides; this file shows it.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QMimeData, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from tray_app.core.names import clean
from tray_app.core.records import Recommendation
from tray_app.text import one_line, tr
from tray_app.views.components.banner import Banner, BannerText
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.safe_paint import guarded
from tray_app.views.components.surfaces import StateTile
from tray_app.views.main_window import screens
from tray_app.views.main_window.screens import Facts, Screen, is_name
from tray_app.views.main_window.state_page import StatePage
from tray_app.views.models.view import ModelView
from tray_app.views.theme import TextRole, Theme, Tone, mix

_INSET = 16
_RADIUS = 8
_MAX_NAME = 60


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a drag would do. `name` "" = nothing; then the title says why."""

    name: str
    title: str
    glyph: str = "download"


def judge(data: QMimeData) -> Dropped:
    """What dropping `data` would do."""
    if any(url.isLocalFile() for url in data.urls()):
        return Dropped("", tr("Files can’t be imported yet, only model names and links"), "file")
    words = data.text() or next((url.toString() for url in data.urls()), "")
    name = clean(words[:10_000])
    if not is_name(name):
        return Dropped("", tr("Only model names and links"), "info")
    shown = one_line(name, _MAX_NAME)
    return Dropped(name, tr("Drop to pull {name}").format(name=shown))


class DropOverlay(QWidget):
    """Covers the middle of the window while something is dragged over it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._tile = StateTile("download", Tone.INFO)
        self._title = PlainLabel(role=TextRole.HERO)
        self._title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * _INSET, _INSET, 2 * _INSET, _INSET)
        column.setSpacing(16)
        column.addStretch(1)
        column.addWidget(self._tile, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._title)
        column.addStretch(1)
        self.hide()

    def set_dropped(self, dropped: Dropped) -> None:
        """Say what would happen."""
        self._tile.set_glyph(dropped.glyph, Tone.INFO if dropped.name else None)
        self._title.setText(dropped.title)

    @guarded
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = Theme.of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ground = mix(theme.base, theme.accent, 0.05)
        ground.setAlphaF(0.95)
        painter.fillRect(self.rect(), ground)
        pen = QPen(theme.accent, 2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        frame = QRectF(self.rect()).adjusted(_INSET, _INSET, -_INSET, -_INSET)
        painter.drawRoundedRect(frame, _RADIUS, _RADIUS)


_SKELETON_DELAY_MS = 400
_NOTICE_MS = 10_000


class ModelsPane(QWidget):
    """`banner` and `page` tell which of their buttons was clicked.

    Signals: `name_dropped` (a model's).
    """

    name_dropped = Signal(str)

    def __init__(self, view: ModelView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.view = view
        self.banner = Banner(self)
        self.page = StatePage(self)
        self._facts: Facts | None = None
        self._notice: BannerText | None = None
        self._standing: BannerText | None = None
        self._dropped: Dropped | None = None
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
        self._dropped = judge(event.mimeData())
        self._overlay.set_dropped(self._dropped)
        self._overlay.setGeometry(self._stack.geometry())
        self._overlay.show()
        self._overlay.raise_()
        # Accepted also when nothing can come of it, else the overlay would not be told to go.
        event.accept()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._dropped is not None and self._dropped.name:
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._end_drag()

    def dropEvent(self, event: QDropEvent) -> None:
        dropped = self._dropped
        self._end_drag()
        if dropped is not None and dropped.name:
            event.acceptProposedAction()
            self.name_dropped.emit(dropped.name)

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
