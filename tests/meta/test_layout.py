"""The test of a file is where its path says: tray_app/X/Y.py is tested by tests/unit/X/test_Y.py,
what shows on the screen, tray_app/views/X/Y.py, by tests/widgets/X/test_Y.py.

Further words may follow: test_Y_properties.py. A file may also be named for a folder as a whole.
"""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MIRRORS = {"tests/unit": "tray_app", "tests/widgets": "tray_app/views"}

# What no one file answers for → what it is about.
ELSEWHERE = {
    "tests/unit/cli/test_without_qt.py": "every verb of the terminal, in processes of their own",
    "tests/unit/app/test_damaged_files.py": "the whole program, in a process of its own",
    "tests/unit/app/test_language_switch.py": "the whole program, in a process of its own",
    "tests/unit/core/updates/test_lives.py": "ledger, verdicts, backups: random lives",
    "tests/unit/desktop/tray/test_startup.py": "what the first icon may import, whoever does",
    "tests/unit/itemmodels/test_random_snapshots.py": "rows, table and signals as one",
    "tests/unit/ollama/test_pull.py": "client, transport and ensure through one verb",
    "tests/unit/ollama/test_fronts.py": "client, responses and words about proxies before Ollama",
    "tests/unit/ollama/test_redirects_and_proxies.py": "transport and connect against odd servers",
    "tests/unit/ollama/test_streams.py": "what transport, responses and cancel do about streams",
    "tests/unit/test_architecture.py": "every file of tray_app: the rules in tests/architecture",
    "tests/unit/test_secrets.py": "every output of the program",
    "tests/unit/test_signal_refcount.py": "a fault of PySide6",
    "tests/unit/test_translations.py": "every sentence of tray_app and resources/translations",
    "tests/unit/workers/creates/test_lives.py": "the queue of creates as a whole: random lives",
    "tests/unit/workers/pulls/test_faults.py": "the queue as a whole: whatever breaks",
    "tests/unit/workers/pulls/test_kills.py": "the queue as a whole: a server that is killed",
    "tests/unit/workers/pulls/test_machine.py": "the queue as a whole: random lives",
    "tests/unit/workers/pulls/test_rules.py": "the queue as a whole: what holds downloads",
    "tests/unit/workers/pulls/test_servers.py": "the queue as a whole: several servers",
    "tests/unit/workers/pulls/test_telling.py": "the queue as a whole: what listeners may read",
    "tests/unit/workers/updates/test_lives.py": "checker, keeper and jobs: random lives",
    "tests/unit/workers/test_unchanged_polls.py": "whoever hears of a poll: work per poll",
    "tests/widgets/main_window/test_first_paint.py": "what the window loads until it is painted",
    "tests/widgets/main_window/test_tab_order.py": "the main window as a whole",
    "tests/widgets/pull/test_many_models.py": "views/pull as a whole: work per event",
    "tests/widgets/test_app_creates.py": "app/creates.py in the whole program",
    "tests/widgets/test_app_doctor.py": "app/doctor.py, which wants a clipboard",
    "tests/widgets/test_app_derive.py": "models made of others in the whole program",
    "tests/widgets/test_app_keeping.py": "app/keeping.py in the whole program",
    "tests/widgets/test_app_updates.py": "app/updates.py in the whole program",
    "tests/widgets/test_application.py": "app/application.py, which wants windows",
    "tests/widgets/test_several_servers.py": "app/servers.py in the whole program",
    "tests/widgets/test_icons.py": "resources.py on the screen",
    "tests/widgets/test_late_windows.py": "every window, built late and there from the start",
    "tests/widgets/test_long_words.py": "every dialog with long words",
    "tests/widgets/test_mac_dock.py": "app/mac_dock.py, which wants windows",
    "tests/widgets/test_sides.py": "every view from right to left",
}


def subject_of(test: str) -> str:
    """The file or folder that a test is for by its own path, "" when there is none."""
    folder = next(folder for folder in MIRRORS if test.startswith(f"{folder}/"))
    place = ROOT / MIRRORS[folder] / Path(test).parent.relative_to(folder)
    words = Path(test).stem.removeprefix("test_").split("_")
    for length in range(len(words), 0, -1):
        name = "_".join(words[:length])
        for found in (place / f"{name}.py", place / name):
            if found.exists():
                return found.relative_to(ROOT).as_posix()
    return place.relative_to(ROOT).as_posix() if words == [place.name] else ""


@pytest.mark.parametrize(
    ("test", "file"),
    [
        ("tests/unit/core/test_names.py", "tray_app/core/names.py"),
        ("tests/unit/core/pulls/test_tracker_properties.py", "tray_app/core/pulls/tracker.py"),
        ("tests/unit/desktop/autostart/test_autostart.py", "tray_app/desktop/autostart"),
        ("tests/unit/test_paths.py", "tray_app/paths.py"),
        ("tests/widgets/test_theme.py", "tray_app/views/theme.py"),
        ("tests/widgets/pull/test_dialog.py", "tray_app/views/pull/dialog.py"),
        ("tests/unit/core/test_theme.py", ""),
        ("tests/unit/test_unheard_of.py", ""),
    ],
)
def test_a_path_says_what_is_tested(test: str, file: str) -> None:
    assert subject_of(test) == file


def test_every_test_is_where_its_file_is() -> None:
    tests = {
        file.relative_to(ROOT).as_posix()
        for folder in MIRRORS
        for file in (ROOT / folder).rglob("test_*.py")
    }
    lost = {test for test in tests if not subject_of(test)}
    assert sorted(lost - ELSEWHERE.keys()) == [], "name it for its file, or say why there is none"
    assert sorted(ELSEWHERE.keys() - lost) == [], "not needed any more"


def test_helpers_lie_in_a_folder_that_says_what_they_are() -> None:
    loose = {file.name for file in (ROOT / "tests").glob("*.py")}
    assert loose == {"__init__.py", "conftest.py"}
    assert {file.name for file in (ROOT / "tests" / "unit").glob("*.py")} == {
        "__init__.py",
        *(file.name for file in (ROOT / "tests" / "unit").glob("test_*.py")),
    }
