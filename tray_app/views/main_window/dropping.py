"""What dropping would do that is dragged over the main window; loaded when something is."""

from __future__ import annotations

from PySide6.QtCore import QFileInfo, QMimeData

from tray_app.core.creates.groups import group_paths
from tray_app.core.gguf.names import file_name, suggested_name
from tray_app.core.lists.reading import names_in
from tray_app.core.lists.requests import ListRead, ListSource
from tray_app.core.names import clean
from tray_app.text import one_line, tr
from tray_app.text.create_dialog import drop_create, drop_refused
from tray_app.text.lists import drop_line, drop_list, drop_title
from tray_app.views.main_window.drop_overlay import Dropped
from tray_app.views.main_window.screens import is_name

_MAX_NAME = 60
_MAX_TEXT = 10_000
_MAX_LIST = 1_000_000
_LISTS = (".txt", ".json")


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
