"""What is dragged over the main window: what dropping it would do, and the overlay that says so."""

from __future__ import annotations

from PySide6.QtCore import QFileInfo, QMimeData, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from tray_app.core.creates.groups import group_paths
from tray_app.core.gguf.names import file_name, suggested_name
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.lists.reading import names_in
from tray_app.core.lists.requests import ListRead, ListSource
from tray_app.core.names import clean
from tray_app.text import one_line, tr
from tray_app.text.create_dialog import drop_create, drop_refused
from tray_app.text.lists import drop_line, drop_list, drop_title
from tray_app.views.components.labels import PlainLabel
from tray_app.views.components.safe_paint import guarded
from tray_app.views.components.surfaces import StateTile
from tray_app.views.main_window.screens import is_name
from tray_app.views.theme import TextRole, Theme, Tone, mix

_INSET = 16
_RADIUS = 8
_MAX_NAME = 60
_MAX_TEXT = 10_000
_MAX_LIST = 1_000_000
_LISTS = (".txt", ".json")


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a drag would do: pull `name`, make models of the files `paths`, or import the list
    `source`. Nothing of it = nothing; then the title says why."""

    title: str
    body: str = ""
    glyph: str = "download"
    name: str = ""
    paths: tuple[str, ...] = ()
    source: ListSource | None = None

    @property
    def is_welcome(self) -> bool:
        return bool(self.name or self.paths or self.source)


def judge(data: QMimeData, server_label: str = "") -> Dropped:
    """What dropping `data` would do. `server_label` is where models are made, "" = still to be
    chosen."""
    paths = tuple(url.toLocalFile() for url in data.urls() if url.isLocalFile())
    if paths:
        return _files(paths, server_label)
    words = data.text() or next((url.toString() for url in data.urls()), "")
    if is_list(words):
        return _list(ListSource(text=words))
    name = clean(words[:_MAX_TEXT])
    if not is_name(name):
        return Dropped(drop_refused(), glyph="info")
    shown = one_line(name, _MAX_NAME)
    return Dropped(tr("Drop to pull {name}").format(name=shown), name=name)


def _files(paths: tuple[str, ...], server_label: str) -> Dropped:
    """By their names alone: they are read once they are dropped."""
    groups = group_paths(paths)
    used = tuple(path for group in groups for path in group.paths)
    if not used and len(paths) == 1 and paths[0].casefold().endswith(_LISTS):
        return _list(ListSource(paths[0]))
    if not used:
        return Dropped(drop_refused(), glyph="file")
    names = [suggested_name(file_name(group.path)) for group in groups]
    size_bytes = sum(QFileInfo(path).size() for path in used)
    words = drop_create(names, size_bytes, server_label)
    return Dropped(words.title, words.body, "file", paths=used)


def is_list(words: str) -> bool:
    """Whether a text that was pasted or dropped is a list of models, and no single name."""
    return len(words) <= _MAX_LIST and names_in(words) > 1


def _list(source: ListSource) -> Dropped:
    return Dropped(drop_list(), drop_line(), "doc", source=source)


def judge_list(read: ListRead) -> Dropped:
    """The same once it is known what stands in it."""
    models = read.models
    if models is None or not models.models:
        return Dropped(drop_refused(), glyph="file")
    return Dropped(drop_title(models), drop_line(), "doc", source=read.source)


class DropOverlay(QWidget):
    """Covers the middle of the window while something is dragged over it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._tile = StateTile("download", Tone.INFO)
        self._title = PlainLabel(role=TextRole.HERO)
        self._body = PlainLabel(role=TextRole.BODY)
        self._body.set_dim()
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * _INSET, _INSET, 2 * _INSET, _INSET)
        column.setSpacing(0)
        column.addStretch(1)
        column.addWidget(self._tile, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(16)
        for label in (self._title, self._body):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(label)
            column.addSpacing(4)
        column.addStretch(1)
        self.hide()

    def set_dropped(self, dropped: Dropped) -> None:
        """Say what would happen."""
        self._tile.set_glyph(dropped.glyph, Tone.INFO if dropped.is_welcome else None)
        self._title.setText(dropped.title)
        self._body.setText(dropped.body)
        self._body.setVisible(bool(dropped.body))

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
