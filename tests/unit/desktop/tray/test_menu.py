"""The entries as a real menu: what may change when, and what a click says."""

import gc
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from tray_app.desktop.tray.entries import MenuEntry, TrayRequest, TrayVerb
from tray_app.desktop.tray.menu import TrayMenu

QUIT = MenuEntry("quit", "Quit", "power", TrayRequest(TrayVerb.QUIT))
OPEN = MenuEntry("open", "Open", request=TrayRequest(TrayVerb.OPEN), is_default=True)
ROW = MenuEntry(
    "pull 1",
    "qwen3:8b, 1%",
    children=(
        MenuEntry("pull 1 line 0", "1 of 5 GB"),
        MenuEntry("pull 1 pause", "Pause", "pause", TrayRequest(TrayVerb.PAUSE, ("1",))),
    ),
)
LINE = MenuEntry("separator")


class Opened:
    """A menu and what it said."""

    def __init__(self, is_remote: bool) -> None:
        self.menu = TrayMenu(is_remote)
        self.requests: list[TrayRequest] = []
        self.menu.chosen.connect(self.requests.append)

    def labels(self) -> list[str]:
        return [action.text() or "-" for action in self.menu.menu.actions()]

    def action(self, *path: str) -> QAction:
        actions = self.menu.menu.actions()
        for label in path[:-1]:
            found = next(action for action in actions if action.text() == label)
            submenu = found.menu()
            assert isinstance(submenu, QMenu)
            actions = submenu.actions()
        return next(action for action in actions if action.text() == path[-1])


@pytest.fixture
def local(qtbot: QtBot) -> Iterator[Opened]:
    opened = Opened(is_remote=False)
    yield opened
    opened.menu.close()


def test_entries_become_actions(local: Opened) -> None:
    local.menu.set_entries((OPEN, LINE, ROW, QUIT))
    assert local.labels() == ["Open", "-", "qwen3:8b, 1%", "Quit"]
    assert local.menu.menu.defaultAction().text() == "Open"
    assert not local.action("qwen3:8b, 1%", "1 of 5 GB").isEnabled()
    local.action("qwen3:8b, 1%", "Pause").trigger()
    local.action("Quit").trigger()
    assert local.requests == [TrayRequest(TrayVerb.PAUSE, ("1",)), TrayRequest(TrayVerb.QUIT)]


def test_while_it_is_open_only_texts_change(local: Opened, qtbot: QtBot) -> None:
    local.menu.set_entries((OPEN, ROW))
    local.menu.menu.aboutToShow.emit()
    assert local.menu.is_open
    before = local.action("qwen3:8b, 1%")
    local.menu.set_entries((OPEN, LINE, replace(ROW, text="qwen3:8b, 2%"), QUIT))
    assert local.labels() == ["Open", "qwen3:8b, 2%"]
    assert local.action("qwen3:8b, 2%") is before
    with qtbot.waitSignal(local.menu.closed):
        local.menu.menu.aboutToHide.emit()
    local.menu.set_entries((OPEN, ROW, QUIT))
    assert local.labels() == ["Open", "qwen3:8b, 1%", "Quit"]


def test_what_is_set_when_it_opens_is_shown(local: Opened) -> None:
    local.menu.set_entries((OPEN, ROW))
    fresh = (OPEN, replace(ROW, text="qwen3:8b, 7%"))
    local.menu.about_to_show.connect(lambda: local.menu.set_entries(fresh))
    local.menu.menu.aboutToShow.emit()
    assert local.labels() == ["Open", "qwen3:8b, 7%"]


def test_while_it_is_closed_nobody_is_bothered_with_texts(local: Opened) -> None:
    local.menu.set_entries((OPEN, ROW))
    changes: list[str] = []
    local.action("qwen3:8b, 1%").changed.connect(lambda: changes.append("changed"))
    local.menu.set_entries((OPEN, replace(ROW, text="qwen3:8b, 2%")))
    assert changes == []


def test_a_click_that_closes_the_menu_is_heard(local: Opened) -> None:
    """Qt tells the hiding first; whatever is done about it must not delete what was clicked."""
    local.menu.set_entries((OPEN, ROW))
    local.menu.closed.connect(lambda: local.menu.set_entries((QUIT,)))
    local.menu.menu.aboutToShow.emit()
    clicked = local.action("qwen3:8b, 1%", "Pause")
    local.menu.menu.aboutToHide.emit()
    clicked.trigger()
    assert local.requests == [TrayRequest(TrayVerb.PAUSE, ("1",))]


def test_a_request_changes_with_its_entry(local: Opened) -> None:
    local.menu.set_entries((OPEN,))
    local.menu.menu.aboutToShow.emit()
    local.menu.set_entries((replace(OPEN, request=None),))
    assert not local.action("Open").isEnabled()
    local.menu.set_entries((replace(OPEN, request=TrayRequest(TrayVerb.SETTINGS)),))
    local.action("Open").trigger()
    assert local.requests == [TrayRequest(TrayVerb.SETTINGS)]


def test_nothing_can_be_asked_for_at_the_end(local: Opened) -> None:
    local.menu.set_entries((OPEN, ROW, QUIT))
    assert any(action.isEnabled() for action in local.menu.menu.actions())
    local.menu.disable()
    local.menu.set_entries((OPEN, QUIT))
    actions = local.menu.menu.actions()
    assert actions
    assert not any(action.isEnabled() for action in actions)


@pytest.mark.parametrize(
    ("is_remote", "shown"), [(False, "my_model && <b>"), (True, "my__model ＆ <b>")]
)
def test_no_shortcut_is_read_into_a_name(qtbot: QtBot, is_remote: bool, shown: str) -> None:
    opened = Opened(is_remote)
    opened.menu.set_entries((replace(OPEN, text="my_model & <b>"),))
    assert opened.labels() == [shown]
    opened.menu.close()


def test_a_host_that_never_says_closed_does_not_freeze_the_menu(qtbot: QtBot) -> None:
    opened = Opened(is_remote=True)
    opened.menu.set_entries((OPEN,))
    opened.menu.menu.aboutToShow.emit()
    with qtbot.waitSignal(opened.menu.closed):
        opened.action("Open").trigger()
    assert not opened.menu.is_open
    opened.menu.menu.aboutToShow.emit()
    opened.menu.menu.aboutToShow.emit()
    assert opened.menu.is_open
    opened.menu.close()


def test_submenus_are_used_again(local: Opened) -> None:
    local.menu.set_entries((OPEN, ROW))
    first = local.action("qwen3:8b, 1%").menu()
    gc.collect()
    kept = len(_actions_alive())
    for turn in range(20):
        local.menu.set_entries((OPEN, replace(ROW, key=f"pull {turn}"), QUIT))
    assert local.action("qwen3:8b, 1%").menu() is first
    gc.collect()
    assert len(_actions_alive()) <= kept + 1  # Quit
    local.action("qwen3:8b, 1%", "Pause").trigger()
    assert local.requests == [TrayRequest(TrayVerb.PAUSE, ("1",))]


def test_a_submenu_that_is_used_again_keeps_nothing(local: Opened) -> None:
    local.menu.set_entries((OPEN, replace(ROW, icon="download")))
    inside = (MenuEntry("load a", "a:1b", request=TrayRequest(TrayVerb.LOAD)),)
    local.menu.set_entries((OPEN, MenuEntry("load", "Load a model", children=inside)))
    submenu = local.action("Load a model").menu()
    assert isinstance(submenu, QMenu)
    assert [action.text() for action in submenu.actions()] == ["a:1b"]
    assert local.action("Load a model").icon().isNull()
    local.action("Load a model", "a:1b").trigger()
    assert local.requests == [TrayRequest(TrayVerb.LOAD)]


def loading(*names: str) -> MenuEntry:
    models = tuple(
        MenuEntry(f"load {name}", name, request=TrayRequest(TrayVerb.LOAD, (name,)))
        for name in names
    )
    return MenuEntry("load", "Load a model", children=models)


def submenu(opened: Opened, label: str) -> list[QAction]:
    found = opened.action(label).menu()
    assert isinstance(found, QMenu)
    return found.actions()


def test_other_models_in_a_submenu_leave_the_rest_alone(local: Opened) -> None:
    local.menu.set_entries((OPEN, ROW, LINE, loading("a:1b", "b:1b"), QUIT))
    before, pull = local.menu.menu.actions(), submenu(local, "qwen3:8b, 1%")
    local.menu.set_entries((OPEN, ROW, LINE, loading("c:1b", "a:1b"), QUIT))
    assert local.menu.menu.actions() == before
    assert submenu(local, "qwen3:8b, 1%") == pull
    assert [action.text() for action in submenu(local, "Load a model")] == ["c:1b", "a:1b"]
    for label in ("c:1b", "a:1b"):
        local.action("Load a model", label).trigger()
    assert local.requests == [TrayRequest(TrayVerb.LOAD, (name,)) for name in ("c:1b", "a:1b")]
    assert set(local.menu._actions) == {
        *("open", "pull 1", "pull 1 line 0", "pull 1 pause"),
        *("load", "load c:1b", "load a:1b", "quit"),
    }


def test_what_moves_from_one_submenu_to_another_can_still_be_asked_for(local: Opened) -> None:
    def both(one: str, other: str) -> tuple[MenuEntry, ...]:
        return loading(one), replace(loading(other), key="more", text="More")

    local.menu.set_entries(both("a:1b", "b:1b"))
    local.menu.set_entries(both("b:1b", "a:1b"))
    local.action("Load a model", "b:1b").trigger()
    local.action("More", "a:1b").trigger()
    assert local.requests == [TrayRequest(TrayVerb.LOAD, (name,)) for name in ("b:1b", "a:1b")]


@pytest.mark.parametrize(
    "entries",
    [
        (OPEN, replace(ROW, children=()), QUIT),
        (OPEN, replace(ROW, icon="download"), QUIT),
        (OPEN, QUIT, ROW),
        (OPEN, replace(ROW, children=(replace(loading("a:1b"), key="pull 1 more"),)), QUIT),
        (OPEN, ROW),
    ],
)
def test_more_than_that_is_shown_too(local: Opened, entries: tuple[MenuEntry, ...]) -> None:
    local.menu.set_entries((OPEN, ROW, QUIT))
    local.menu.set_entries(entries)
    assert local.labels() == [entry.text for entry in entries]
    for entry in entries:
        has_submenu = local.action(entry.text).menu() is not None
        assert has_submenu == bool(entry.children)
        if entry.children:
            texts = [action.text() for action in submenu(local, entry.text)]
            assert texts == [child.text for child in entry.children]
    local.menu.set_entries((OPEN, ROW, QUIT))
    assert [action.text() for action in submenu(local, ROW.text)] == ["1 of 5 GB", "Pause"]


def _actions_alive() -> list[QAction]:
    return [thing for thing in gc.get_objects() if isinstance(thing, QAction)]
