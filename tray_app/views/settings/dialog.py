"""The settings window: pages at the left, each applied at once. One window, modeless."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QKeySequence, QPainter, QPalette, QResizeEvent, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from tray_app.resources import app_icon
from tray_app.text import tr
from tray_app.views.components.glyphs import paint_glyph
from tray_app.views.components.inputs import ComboBox
from tray_app.views.components.safe_paint import guarded_cell
from tray_app.views.components.screen_fit import ScreenFit
from tray_app.views.components.surfaces import Hairline
from tray_app.views.settings.about import AboutPage
from tray_app.views.settings.downloads import DownloadsPage
from tray_app.views.settings.general import GeneralPage
from tray_app.views.settings.memory import MemoryPage
from tray_app.views.settings.notifications import NotificationsPage
from tray_app.views.settings.servers import ServersPage
from tray_app.views.settings.updates import UpdatesPage
from tray_app.views.theme import TextRole, Theme, font

if TYPE_CHECKING:
    from collections.abc import Callable

    from tray_app.commands import Commands
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState

_LEAST = QSize(640, 440)
_NAV_WIDTH = 184
_NARROW = 680
_ROW = 36
_GLYPH_ROLE = int(Qt.ItemDataRole.UserRole)
KEY_ROLE = _GLYPH_ROLE + 1


class SettingsDialog(QDialog):
    """Each page shows and changes what it is about by itself; it is built when first gone to."""

    def __init__(
        self,
        settings: Settings,
        state: AppState,
        commands: Commands,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Settings"))
        self.setWindowIcon(app_icon())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.nav = _NavList(self)
        self.combo = ComboBox(self)
        self.combo.setAccessibleName(tr("Page"))
        self._pages = QStackedWidget(self)
        shared = (settings, state, commands)
        self._builders: dict[str, Callable[[], QWidget]] = {
            "general": lambda: GeneralPage(*shared),
            "servers": lambda: ServersPage(*shared),
            "downloads": lambda: DownloadsPage(settings, state),
            "memory": lambda: MemoryPage(*shared),
            "notifications": lambda: NotificationsPage(settings, commands),
            "updates": lambda: UpdatesPage(*shared),
            "about": lambda: AboutPage(*shared),
        }
        self._built: dict[str, QWidget] = {}
        for key, glyph, title in (
            ("general", "sliders", tr("General")),
            ("servers", "server", tr("Servers")),
            ("downloads", "download", tr("Downloads")),
            ("memory", "chip", tr("Memory")),
            ("notifications", "bell", tr("Notifications")),
            ("updates", "update", tr("Updates")),
            ("about", "info", tr("About")),
        ):
            item = QListWidgetItem(title, self.nav)
            item.setData(_GLYPH_ROLE, glyph)
            item.setData(KEY_ROLE, key)
            self.combo.addItem(title, key)
            self._pages.addWidget(QWidget(self))  # until somebody goes there
        self.nav.fit()
        self._line = Hairline(self, vertical=True)
        right = QVBoxLayout()
        right.setSpacing(0)
        self._combo_frame = QWidget(self)
        combo_layout = QVBoxLayout(self._combo_frame)
        combo_layout.setContentsMargins(24, 16, 24, 0)
        combo_layout.addWidget(self.combo)
        right.addWidget(self._combo_frame)
        right.addWidget(self._pages, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.nav)
        layout.addWidget(self._line)
        layout.addLayout(right, 1)
        self.nav.currentRowChanged.connect(self._on_nav_current_row_changed)
        self.combo.activated.connect(self.nav.setCurrentRow)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Close), self).activated.connect(self.close)
        self.screen_fit = ScreenFit(self, lambda: _LEAST)
        self.resize(800, 560)
        self.nav.setCurrentRow(0)
        self.nav.setFocus()

    def show_page(self, key: str) -> None:
        """Go to a page: "general", "servers", "downloads", "memory", "notifications", "updates" or
        "about"."""
        for row in range(self.nav.count()):
            item = self.nav.item(row)
            if item is not None and item.data(KEY_ROLE) == key:
                self.nav.setCurrentRow(row)
        if key == "servers":
            self.servers.focus_first()

    def page(self, key: str) -> QWidget:
        """A page, built when it is first asked for."""
        if key not in self._built:
            row = list(self._builders).index(key)
            page = self._built[key] = self._builders[key]()
            page.setAccessibleName(self.combo.itemText(row))
            room = self._pages.widget(row)
            is_shown = self._pages.currentIndex() == row
            self._pages.insertWidget(row, page)
            if room is not None:
                self._pages.removeWidget(room)
                room.deleteLater()
            if is_shown:
                self._pages.setCurrentIndex(row)
        return self._built[key]

    @property
    def general(self) -> GeneralPage:
        return cast("GeneralPage", self.page("general"))

    @property
    def servers(self) -> ServersPage:
        return cast("ServersPage", self.page("servers"))

    @property
    def downloads(self) -> DownloadsPage:
        return cast("DownloadsPage", self.page("downloads"))

    @property
    def memory(self) -> MemoryPage:
        return cast("MemoryPage", self.page("memory"))

    @property
    def notifications(self) -> NotificationsPage:
        return cast("NotificationsPage", self.page("notifications"))

    @property
    def updates(self) -> UpdatesPage:
        return cast("UpdatesPage", self.page("updates"))

    @property
    def about(self) -> AboutPage:
        return cast("AboutPage", self.page("about"))

    def page_key(self) -> str:
        """The page that is shown."""
        return str(self.combo.itemData(self._pages.currentIndex()))

    def _on_nav_current_row_changed(self, row: int) -> None:
        self.page(str(self.combo.itemData(row)))
        self._pages.setCurrentIndex(row)
        self.combo.setCurrentIndex(row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < max(_NARROW, self.nav.width() + 480)
        self._combo_frame.setVisible(is_narrow)
        self.nav.setVisible(not is_narrow)
        self._line.setVisible(not is_narrow)


class _NavList(QListWidget):
    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(tr("Pages"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setItemDelegate(_NavDelegate(self))
        self.setViewportMargins(8, 10, 8, 8)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self.setSpacing(0)
        self.setFixedWidth(_NAV_WIDTH)

    def fit(self) -> None:
        """As wide as the longest title needs."""
        metrics = self.fontMetrics()
        titles = [str(self.model().index(row, 0).data()) for row in range(self.count())]
        widest = max((metrics.horizontalAdvance(title) for title in titles), default=0)
        self.setFixedWidth(max(_NAV_WIDTH, widest + 76))


class _NavDelegate(QStyledItemDelegate):
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(100, max(_ROW, option.fontMetrics.height() + 16) + 4)

    @guarded_cell
    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        theme = Theme.of(option.widget)
        rect = QRectF(option.rect).adjusted(0, 2, 0, -2)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        is_rtl = option.direction == Qt.LayoutDirection.RightToLeft
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if is_selected or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(theme.row_selected if is_selected else theme.row_hover)
            painter.drawRoundedRect(rect, 6, 6)
        color = theme.row_selected_text if is_selected else theme.text
        if is_selected:
            painter.setBrush(theme.accent)
            bar = QRectF(rect.left(), rect.center().y() - 8, 3, 16)
            if is_rtl:
                bar.moveRight(rect.right())
            painter.drawRoundedRect(bar, 1.5, 1.5)
        glyph = QRectF(rect.left() + 14, rect.center().y() - 8, 16, 16)
        text = rect.adjusted(42, 0, -8, 0)
        if is_rtl:
            glyph.moveRight(rect.right() - 14)
            text = rect.adjusted(8, 0, -42, 0)
        paint_glyph(painter, index.data(_GLYPH_ROLE), glyph, color)
        painter.setFont(font(TextRole.NAME if is_selected else TextRole.BODY))
        painter.setPen(color)
        alignment = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        painter.drawText(text, int(QStyle.visualAlignment(option.direction, alignment)),
                         str(index.data()))  # fmt: skip
        painter.restore()
