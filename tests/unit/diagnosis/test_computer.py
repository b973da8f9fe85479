from __future__ import annotations

from pathlib import Path

from tray_app.core.diagnosis.facts import FolderKind, InstanceState, ServerTarget
from tray_app.desktop.instance.single_instance import Handover, InstanceAnswer, Outcome
from tray_app.diagnosis.computer import computer_facts, instance_facts, last_errors
from tray_app.diagnosis.question import Question
from tray_app.ollama import Endpoint
from tray_app.paths import paths
from tray_app.settings import ServerEntry, SettingsValues

LOG = """\
2026-05-01 12:00:00,001 I MainThread tray_app.log: Ollama Tray 1.0
2026-05-01 12:00:01,001 W MainThread qt.core: first
2026-05-01 12:00:02,001 C MainThread tray_app.log: not caught in thread MainThread
Traceback (most recent call last):
  File "x.py", line 1, in <module>
    raise ValueError("second")
ValueError: second
2026-05-01 12:00:03,001 I MainThread tray_app.app: all is well
  an indented line of it
plain
2026-05-01 12:00:04,001 E lane a: Authorization: Bearer abcdefgh
"""


def test_the_last_errors_of_the_log(tmp_path: Path) -> None:
    file = tmp_path / "x.log"
    file.write_text(LOG, encoding="utf-8")
    errors = last_errors(file)
    assert [line.partition(": ")[2] for line in errors] == [
        "first",
        "not caught in thread MainThread | ValueError: second",
        "Authorization: •••",
    ]
    assert last_errors(file, 1) == errors[-1:]
    assert last_errors(tmp_path / "none.log") == ()


def test_the_last_hard_crash_is_among_them(tmp_path: Path) -> None:
    (tmp_path / "crash.log").write_text(
        "Fatal Python error: Aborted\n\n"
        "Fatal Python error: Segmentation fault\n\n"
        "Current thread 0x01 (most recent call first):\n"
        '  File "x.py", line 7 in draw\n  File "y.py", line 1 in main\n'
    )
    (line,) = last_errors(tmp_path / "x.log")
    assert line.endswith('Fatal Python error: Segmentation fault | File "x.py", line 7 in draw')


def test_settings_that_name_people_or_computers_are_left_out(tmp_path: Path) -> None:
    values = SettingsValues(
        servers=(ServerEntry("a", "my secret nas", "10.9.8.7"),),
        default_server="a",
        theme="dark",
        shown_server="a",
        insecure_hosts=("secret.local",),
    )
    target = ServerTarget(Endpoint.parse("127.0.0.1:1"))
    found = computer_facts(Question((target,), paths(tmp_path), values, registry_url=""))
    assert dict(found.settings) == {"theme": "dark"}
    assert {one.kind for one in found.folders} >= {FolderKind.SETTINGS, FolderKind.LOG}
    assert found.versions.form == "source"


def test_what_the_running_program_says_of_itself() -> None:
    assert instance_facts(Handover(Outcome.NOBODY)).state is InstanceState.NOT_RUNNING
    assert instance_facts(Handover(Outcome.SILENT)).state is InstanceState.SILENT
    answer = InstanceAnswer(True, {"version": "9.9", "tray": True, "downloads": [{}, {}]})
    found = instance_facts(Handover(Outcome.ANSWERED, answer))
    assert (found.version, found.has_tray, found.downloads) == ("9.9", True, 2)
