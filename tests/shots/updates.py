"""Pictures of updates: badges and filter of the table, the sheet, questions, the tab Version.

The facts are for tests, too.
"""

from PySide6.QtWidgets import QWidget

from tests.shots import data, servers
from tests.shots.main_window import select, window
from tests.shots.registry import SHOTS, settle
from tests.support import facts
from tray_app.core.payloads import ModelRef, ModelRefs
from tray_app.core.pulls.rules import DiskSpace
from tray_app.core.updates.facts import AfterUpdate, CheckState, ModelVerdict
from tray_app.core.updates.verdicts import Marks, Standing
from tray_app.views.main_window.window import MainWindow
from tray_app.views.updates.sheet import UpdateSheet

TODAY = CheckState(total=11, done=11, checked_at=data.CHECKED)
"""The last look at all of them."""


def verdicts() -> tuple[ModelVerdict, ...]:
    """Three with a newer version, one that needs a newer Ollama, one that stays as it is."""
    by_name = {found.key[1]: found for found in data.verdicts()}
    return (
        *(by_name["llava:13b"], by_name["mistral:7b"]),
        data.judged(data.record("qwen3:8b"), fetch_bytes=5_000_000_000),
        data.judged(
            data.record("phi4:14b"),
            fetch_bytes=9_000_000_000,
            marks=Marks(is_pinned=True),
        ),
        data.judged(data.record("deepseek-r1:14b"), Standing.NEEDS_SERVER, requires="0.34.0"),
    )


def told(made: MainWindow) -> None:
    """Give a window all of it."""
    state = made._state
    for found in verdicts():
        state.set_verdict(found)
    state.set_update_check(TODAY)
    state.set_layer_index(data.layer_index())
    state.set_disk_space(DiskSpace(data.SERVER, 212_000_000_000))
    facts.set_status(state, data.status())
    facts.set_snapshot(state, data.snapshot())
    settle()


def _ref(name: str) -> ModelRef:
    return ModelRef(data.SERVER, name, data.digest(name))


def filled() -> MainWindow:
    made = window()
    told(made)
    select(made, "mistral:7b")
    made.view.setFocus()
    return made


@SHOTS.add("updates-main")
def main() -> QWidget:
    return filled()


@SHOTS.add("updates-filter")
def updates_filter() -> QWidget:
    made = filled()
    made.choose_filter("updates")
    settle()
    select(made, "llava:13b", "qwen3:8b")
    made.refresh_now()
    return made


@SHOTS.add("main-after-update")
def after_update() -> QWidget:
    made = filled()
    updated = _ref("mistral:7b")
    made._state.set_after_updates((AfterUpdate(updated, "a" * 64, (_ref("gemma3:4b"),)),))
    settle()
    return made


def sheet(made: MainWindow) -> UpdateSheet:
    """The sheet over a window."""
    dialog = UpdateSheet(
        ModelRefs(()), made._settings, made._state, made._commands, made, clock=data.clock
    )
    dialog.show()
    settle()
    return dialog


@SHOTS.add("update-all")
def update_all() -> QWidget:
    return sheet(filled())


@SHOTS.add("update-all-servers")
def update_all_servers() -> QWidget:
    made = servers.filled()
    state = made._state
    large = next(r for r in servers.MODELS[servers.NAS] if r.name == "deepseek-r1:32b")
    here = {record.name: record for record in servers.MODELS[servers.HERE]}
    state.set_verdict(data.judged(large, fetch_bytes=19_900_000_000))
    state.set_verdict(data.judged(here["qwen3:8b"], fetch_bytes=5_000_000_000))
    state.set_disk_space(DiskSpace(servers.HERE, 212_000_000_000))
    settle()
    return sheet(made)
