"""Builds the main window on made-up models, paints it, and prints what that took: the modules of
ours that were loaded, and the names of all enumerations that were made."""

from __future__ import annotations

import enum
import json
import sys

made: set[str] = set()
_new = enum.EnumType.__new__


def _noting(metacls, name, bases, members, **options):  # type: ignore[no-untyped-def]
    made.add(name)
    return _new(metacls, name, bases, members, **options)


def main() -> None:
    """Without anything that only tests need."""
    enum.EnumType.__new__ = _noting  # type: ignore[method-assign, assignment]
    from datetime import UTC, datetime

    from PySide6.QtWidgets import QApplication

    from tray_app.app.parts import Parts
    from tray_app.app.windows import Windows
    from tray_app.commands import Commands
    from tray_app.core.records import ModelRecord, Server, Snapshot
    from tray_app.settings import Settings
    from tray_app.state.app_state import AppState

    app = QApplication([])
    state = AppState(Server("local", "", "http://127.0.0.1:1"))
    models = tuple(ModelRecord("local", f"model-{number}:latest") for number in range(50))
    state.set_last_list(Snapshot("local", models, None, "", datetime.now(UTC), 1.0, is_old=True))
    windows = Windows(Parts(app, Settings(None), state, Commands()))
    windows.main.show()
    app.sendPostedEvents()
    windows.main.grab()
    rows = windows.main.models.rowCount()
    loaded = sorted(name for name in sys.modules if name.startswith("tray_app."))
    sys.stdout.write(json.dumps({"rows": rows, "loaded": loaded, "enums": sorted(made)}) + "\n")
    windows.close()


if __name__ == "__main__":
    main()
