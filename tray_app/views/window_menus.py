"""The two menus of the top bar: servers and More."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtWidgets import QMenu

from tray_app.core.records import ServerState, ServerStatus
from tray_app.text import server_state, tr
from tray_app.views.components.glyphs import glyph, glyph_color
from tray_app.views.main_window.menus import add, fill_columns, fill_sort
from tray_app.views.main_window.top_bar import STATE_GLYPHS
from tray_app.views.models.columns import TableColumns
from tray_app.views.theme import Theme

Slot = Callable[[], object]


@dataclass(frozen=True, slots=True)
class MoreSlots:
    """What the entries of More do."""

    refresh: Slot
    unload_all: Slot
    history: Slot
    settings: Slot
    shortcuts: Slot
    diagnostics: Slot
    about: Slot
    quit: Slot


def fill_servers(
    menu: QMenu,
    name: str,
    status: ServerStatus | None,
    slots: Mapping[str, Slot],
) -> None:
    """The server that is shown, and the way to others."""
    menu.clear()
    state = status.state if status else ServerState.CONNECTING
    entry = add(menu, f"{name}   {_version(status)}".rstrip(), slots["retry"])
    icon, color = STATE_GLYPHS[state]
    entry.setIcon(glyph(icon, glyph_color(Theme.of(menu), color)))
    menu.setDefaultAction(entry)
    menu.addSeparator()
    if status is not None and not status.is_online:
        add(menu, tr("Retry"), slots["retry"], icon="refresh")
    add(menu, tr("Manage servers…"), slots["manage"], icon="sliders")


def _version(status: ServerStatus | None) -> str:
    if status is not None and status.is_online:
        return status.version
    return server_state(status)


def fill_more(
    menu: QMenu,
    slots: MoreSlots,
    columns: TableColumns,
    sort: tuple[str, bool],
    unload_reason: str,
) -> None:
    """Everything that has no button of its own."""
    menu.clear()
    menu.setToolTipsVisible(True)
    add(menu, tr("Refresh"), slots.refresh, icon="refresh", keys="refresh")
    menu.addSeparator()
    add(menu, tr("Unload all"), slots.unload_all, icon="eject", reason=unload_reason)
    shown = menu.addMenu(glyph("columns", Theme.of(menu).text), tr("Columns"))
    fill_columns(shown, columns)
    fill_sort(menu.addMenu(tr("Sort by")), columns, sort)
    menu.addSeparator()
    add(menu, tr("Download history…"), slots.history, icon="clock")
    add(menu, tr("Settings…"), slots.settings, icon="sliders", keys="settings")
    add(menu, tr("Keyboard shortcuts"), slots.shortcuts, keys="shortcuts")
    add(menu, tr("Copy diagnostics"), slots.diagnostics, icon="copy")
    add(menu, tr("About Ollama Tray"), slots.about)
    add(menu, tr("Quit Ollama Tray"), slots.quit, icon="power", keys="quit")
