"""What is said about faults of the program itself."""

import pytest

from tray_app.core.payloads import Crashes
from tray_app.text import crash_report


@pytest.mark.parametrize(
    ("count", "more"),
    [
        (1, ""),
        (2, "… and 1 more error since then."),
        (3, "… and 2 more errors since then."),
        (1235, "… and 1,234 more errors since then."),
    ],
)
def test_crashes_are_counted(count: int, more: str) -> None:
    message = crash_report(Crashes(("Traceback one\n", "Traceback two\n"), count))
    first, *rest = message.body.splitlines()
    assert first == "Ollama Tray keeps running, but something it was doing failed."
    assert rest == ([more] if more else [])
    assert message.details == "Traceback one\n\nTraceback two\n"
