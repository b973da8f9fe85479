"""The one rule by which every window and dialog fits the screen that it is shown on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import (
    QElapsedTimer,
    QEvent,
    QMargins,
    QObject,
    QPoint,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
    Slot,
)
from PySide6.QtGui import QGuiApplication, QResizeEvent, QScreen
from PySide6.QtWidgets import QStyle, QWidget

from tray_app.views.components.scrolling import ScrollArea

_BORDER = 4
_SETTLING_MS = 1000
_CALM_MS = 100
_MAX_CORRECTIONS = 8
_PLACING = frozenset({QEvent.Type.WindowActivate, QEvent.Type.Move, QEvent.Type.Resize})
_LARGE = Qt.WindowState.WindowMaximized | Qt.WindowState.WindowFullScreen


class ScreenFit(QObject):
    """Fits `window` to what is free of its screen: at every show, and when the screen changes or
    goes away. Smaller first, then moved inside; and it may always be made as small as the screen.
    What only the screen made smaller gets its own size back where there is room for it again.

    `least` tells how small the window may get where there is room enough.
    """

    def __init__(self, window: QWidget, least: Callable[[], QSize]) -> None:
        super().__init__(window)
        self._window = window
        self._least = least
        self._own = self._given = QSize()
        self._was_shown = False
        self._corrections = 0
        self._since_show = QElapsedTimer()
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.fit)
        self._when_calm = QTimer(self, singleShot=True, interval=_CALM_MS)
        self._when_calm.timeout.connect(self._fit_later)
        window.installEventFilter(self)
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.screenAdded.connect(self._on_app_screen_added)
            app.screenRemoved.connect(self._fit_later)
        for screen in QGuiApplication.screens():
            self._on_app_screen_added(screen)

    def room(self) -> QSize:
        """The largest size that the window may have, without its frame."""
        margins = self._margins()
        return self._free().marginsRemoved(margins).size().expandedTo(QSize(1, 1))

    @Slot()
    def apply_least(self) -> None:
        """What it needs may have changed: say how small it may get."""
        self._window.setMinimumSize(self._least().boundedTo(self.room()))

    @Slot()
    def fit(self) -> None:
        """Make it lie inside the screen, with its frame."""
        window = self._window
        own = self.own_size()
        self.apply_least()
        if window.windowState() & _LARGE or window.isMinimized():
            return
        self._own = own
        size = own.boundedTo(self.room())
        if size != window.size():
            window.resize(size)
        self._given = window.size()
        if not self._is_placed():
            return  # it is put in the middle of its parent, or where the desktop likes
        free, margins = self._free(), self._margins()
        frame = QRect(window.pos(), window.size().grownBy(margins))
        x = max(free.left(), min(frame.x(), free.x() + free.width() - frame.width()))
        y = max(free.top(), min(frame.y(), free.y() + free.height() - frame.height()))
        if QPoint(x, y) != window.pos():
            window.move(x, y)

    def own_size(self) -> QSize:
        """The size that a person or the window itself chose, however small the screen is."""
        size = self._window.size()
        is_given = size == self._given.expandedTo(self._window.minimumSize())
        return self._own if is_given and self._own.isValid() else size

    def is_shrunk(self) -> bool:
        """Whether it is smaller than its own size because of the screen."""
        own, size = self.own_size(), self._window.size()
        return size.width() < own.width() or size.height() < own.height()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.Show and not event.spontaneous():
            self.fit()
            self._was_shown, self._corrections = True, _MAX_CORRECTIONS
            self._since_show.start()
            handle = self._window.windowHandle()
            if handle is not None:
                # Connected once, however often it is shown.
                handle.screenChanged.connect(self._fit_later, Qt.ConnectionType.UniqueConnection)
        elif kind in _PLACING and self._corrections > 0:
            # The desktop has put a frame around it, or put it somewhere else; soon after that, a
            # person may put it where they like. While that goes on, it is told places where the
            # window is not: moved inside from there, it would end in a corner.
            self._corrections -= 1
            if self._since_show.elapsed() < _SETTLING_MS:
                self._when_calm.start()
        elif kind == QEvent.Type.WindowStateChange:
            self._fit_later()
        return super().eventFilter(watched, event)

    @Slot()
    def _fit_later(self) -> None:
        if self._window.isVisible():
            self._later.start()

    @Slot(QScreen)
    def _on_app_screen_added(self, screen: QScreen) -> None:
        screen.availableGeometryChanged.connect(self._fit_later)
        screen.logicalDotsPerInchChanged.connect(self._fit_later)

    def _is_placed(self) -> bool:
        return self._was_shown or self._window.testAttribute(Qt.WidgetAttribute.WA_Moved)

    def _free(self) -> QRect:
        """What is free of the screen that shows, or will show, most of the window."""
        window, parent = self._window, self._window.parentWidget()
        if not self._is_placed() and parent is not None:
            return parent.window().screen().availableGeometry()
        screen = window.screen()
        if not QGuiApplication.platformName().startswith("wayland"):  # which tells no positions
            frame = window.frameGeometry()
            shown = {each: _area(each.geometry() & frame) for each in QGuiApplication.screens()}
            most = max(shown, key=lambda each: shown[each], default=screen)
            screen = most if shown.get(most) else screen
        return screen.availableGeometry()

    def _margins(self) -> QMargins:
        """The frame that the desktop puts around it; what is usual until that is known."""
        handle = self._window.windowHandle()
        margins = handle.frameMargins() if handle is not None and self._was_shown else QMargins()
        if not margins.isNull():
            return margins
        style = self._window.style()
        title = style.pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight, None, self._window)
        return QMargins(_BORDER, title + _BORDER, _BORDER, _BORDER)


def _area(rect: QRect) -> int:
    return rect.width() * rect.height() if rect.isValid() else 0


class FittingScroll(ScrollArea):
    """Shows `content` as if it stood there itself; on a screen that is too small for it, it
    scrolls. Keys act on what is in it: it is no stop of its own."""

    def __init__(self, content: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._content = content
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(content)
        content.setAutoFillBackground(False)  # setWidget switches it on
        self.viewport().setAutoFillBackground(False)

    def minimumSizeHint(self) -> QSize:
        return QSize(1, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._choose_bar()
        super().resizeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and watched is self._content:
            self._choose_bar()
        return super().eventFilter(watched, event)

    def _choose_bar(self) -> None:
        """Qt keeps a bar that was needed once: beside it, lines break earlier."""
        room = self.maximumViewportSize()
        needed = self._content.heightForWidth(room.width())
        policy = Qt.ScrollBarPolicy
        fits = 0 <= needed <= room.height()
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAlwaysOff if fits else policy.ScrollBarAsNeeded
        )


class FittingContent(QWidget):
    """Never smaller than its layout can be; a scroll area would give it all that it asks for.

    Signals: `needs_changed` when what is in it needs more or less room.
    """

    needs_changed = Signal()

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.needs_changed.emit()
        return done

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return layout.totalMinimumHeightForWidth(width) if layout is not None else -1


class FillingContent(QWidget):
    """Takes the room that there is, down to `least`: for what has parts that scroll by themselves,
    and so need as much as they are given."""

    def __init__(self, least: QSize) -> None:
        super().__init__()
        self.setMinimumSize(least)

    def heightForWidth(self, width: int) -> int:
        # A scroll area would give it all the height that its parts would like.
        return self.minimumHeight()
