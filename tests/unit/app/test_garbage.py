"""What survives a search is left out of the next ones, and searched when nobody looks."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tray_app.app import garbage
from tray_app.app.garbage import THRESHOLDS, GarbageCollector


class Knot:
    """Reachable from itself, so that only a search finds that nobody else knows it."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def collector(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[GarbageCollector]:
    monkeypatch.setattr(garbage, "QUIET_MS", 1)
    made = GarbageCollector(qapp)
    yield made
    made.end()
    gc.unfreeze()
    made.deleteLater()


def knot_that_survived() -> weakref.ref[Knot]:
    """A knot that was still needed at a search through all, and is needed no more."""
    knot = Knot()
    gc.collect()
    return weakref.ref(knot)


def test_what_survived_is_not_searched_again(collector: GarbageCollector) -> None:
    before = gc.get_freeze_count()
    knot = knot_that_survived()
    assert gc.get_freeze_count() > before
    gc.collect()
    assert knot() is not None


def test_all_is_searched_once_nobody_looks(
    collector: GarbageCollector, qapp: QApplication, qtbot: QtBot
) -> None:
    knot = knot_that_survived()
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
    qtbot.waitUntil(lambda: knot() is None)


def test_who_comes_back_is_not_kept_waiting(
    collector: GarbageCollector, qapp: QApplication
) -> None:
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
    assert collector._quiet.isActive()
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    assert not collector._quiet.isActive()


def test_young_objects_are_searched_all_the_time(collector: GarbageCollector) -> None:
    assert gc.get_threshold() == THRESHOLDS
    knot = weakref.ref(Knot())
    gc.collect(0)
    assert knot() is None


def test_the_interpreter_gets_back_what_it_had(qapp: QApplication) -> None:
    before = gc.get_threshold(), list(gc.callbacks)
    made = GarbageCollector(qapp)
    made.end()
    made.end()
    assert (gc.get_threshold(), list(gc.callbacks)) == before
    made.deleteLater()
