"""What counts as a fault in what a program printed or logged, and where each begins and ends."""

import pytest

from tests.support.complaints import NO_SCREEN, complaints

RECORD = "2026-05-04 12:00:00,123 {} MainThread tray_app.x: {}"
TRACE = "Traceback (most recent call last):\n  File …\nKeyError: 'a'"
INFO = RECORD.format("I", "well")
CRASH = RECORD.format("C", "not caught") + "\n" + TRACE
QT = "QObject::startTimer: Timers cannot be started from another thread"
OFFSCREEN = (
    "qt.core.qobject.connect: QObject::connect: No such signal "
    "QPlatformNativeInterface::systemTrayWindowChanged(QScreen*)"
)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([], []),
        (["hello", INFO, "Ollama: nothing answers", RECORD.format("D", "q")], []),
        ([TRACE], [TRACE]),
        ([INFO, TRACE, INFO], [TRACE]),
        ([INFO, CRASH, INFO, CRASH], [CRASH, CRASH]),
        ([RECORD.format("W", "x"), RECORD.format("E", "y")],
         [RECORD.format("W", "x"), RECORD.format("E", "y")]),
        ([QT, "This plugin does not support raise()", TRACE], [QT, TRACE]),
        ([TRACE, QT, "and so on"], [TRACE, QT]),
        (["--- Logging error ---", TRACE], ["--- Logging error ---\n" + TRACE]),
        ([OFFSCREEN, INFO, "a word", CRASH], [OFFSCREEN, CRASH]),
    ],
)  # fmt: skip
def test_each_fault_is_found_whole(lines: list[str], found: list[str]) -> None:
    assert complaints("\n".join(lines)) == found


def test_what_is_expected_covers_nothing_else() -> None:
    printed = f"{OFFSCREEN}\nThis plugin does not support raise()\n{TRACE}\n{CRASH}"
    assert complaints(printed, [NO_SCREEN]) == [TRACE, CRASH]
    assert complaints(printed, [NO_SCREEN, "KeyError"]) == []
    assert complaints(printed, [""]) == []
