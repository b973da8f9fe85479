"""Signals that wait: told in order, each to all, and never from within one another."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from tray_app.workers.signal_queue import SignalQueue


class Teller(QObject):
    happened = Signal(str)
    ended = Signal(object)  # int


def test_nothing_is_told_before_all_is_true() -> None:
    teller, signals, heard = Teller(), SignalQueue(), list[object]()
    teller.happened.connect(heard.append)
    teller.ended.connect(heard.append)
    signals.add(teller.happened, "one")
    signals.add(teller.ended, 5_000_000_000)
    signals.add(teller.happened, "two")
    assert heard == []
    signals.emit_all()
    signals.emit_all()
    assert heard == ["one", 5_000_000_000, "two"]


def test_what_a_listener_causes_is_told_behind_the_rest() -> None:
    teller, signals, first, second = Teller(), SignalQueue(), list[str](), list[str]()

    def act(what: str) -> None:
        first.append(what)
        if what == "one":
            signals.add(teller.happened, "consequence")
            signals.emit_all()
            assert first == ["one"]

    teller.happened.connect(act)
    teller.happened.connect(second.append)
    signals.add(teller.happened, "one")
    signals.add(teller.happened, "two")
    signals.emit_all()
    assert first == second == ["one", "two", "consequence"]


def test_what_is_cleared_is_never_told() -> None:
    teller, signals, heard = Teller(), SignalQueue(), list[str]()
    teller.happened.connect(heard.append)
    signals.add(teller.happened, "one")
    signals.clear()
    signals.emit_all()
    assert heard == []
