from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from tests.fakes import FaultyServer, faults
from tests.unit.cli.typing_in import Terminal
from tray_app.core.diagnosis import FolderKind, InstanceState, ServerTarget
from tray_app.core.endpoint import is_loopback
from tray_app.core.errors import Cancelled, Unreachable, UnreachableKind
from tray_app.desktop.instance.single_instance import Handover, Outcome
from tray_app.diagnosis import Question, diagnose, last_errors, own_addresses
from tray_app.ollama import CancelScope, Endpoint
from tray_app.paths import paths
from tray_app.settings import ServerEntry, SettingsValues
from tray_app.text import diagnosis_report

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


def test_a_server_that_answers(terminal: Terminal) -> None:
    result = terminal("doctor")
    assert result.code == 0
    assert "3 models, answered in" in result.out
    assert "Download queue" in result.out
    assert str(terminal.data_dir / "config") in result.out


def test_what_is_wrong_comes_first_with_what_to_do(
    terminal: Terminal, server: FaultyServer
) -> None:
    server.fault("*", faults.html_ok())
    result = terminal("doctor")
    assert result.code == 3
    head = result.out.partition("\n\n")[0]
    assert "but it isn’t Ollama." in head
    assert "  Correct the address in the settings." in head


def test_as_json(terminal: Terminal, server: FaultyServer) -> None:
    terminal.instance.answers(version="9.9", tray=True, downloads=[{}, {}])
    found = json.loads(terminal("doctor", "--json").out)
    (one,) = found["servers"]
    assert (one["state"], one["models"], one["address"]) == (
        "online",
        3,
        server.url.removeprefix("http://"),
    )
    assert one["answered_s"] > 0
    assert found["instance"] == {
        "state": "running",
        "version": "9.9",
        "has_tray": True,
        "downloads": 2,
    }
    assert {"python", "qt", "pyside", "requests"} <= set(found["versions"])
    server.fault("*", faults.forbidden())
    broken = json.loads(terminal("doctor", "--json").out)
    assert broken["servers"][0]["error"] == "Forbidden"
    assert broken["findings"][0]["problem"] == broken["servers"][0]["message"]


def test_a_program_that_does_not_answer_is_a_finding(terminal: Terminal) -> None:
    terminal.instance.handover = Handover(Outcome.SILENT)
    found = json.loads(terminal("doctor", "--json").out)
    assert found["instance"]["state"] == InstanceState.SILENT
    assert any("doesn’t answer" in one["problem"] for one in found["findings"])


def test_broken_settings_and_a_folder_that_cannot_be_made(terminal: Terminal) -> None:
    file = paths(terminal.data_dir).settings_file
    file.parent.mkdir(parents=True)
    file.write_text("{ nonsense")
    (terminal.data_dir / "log").write_text("a file where a folder should be")
    result = terminal("doctor")
    assert "Some settings can’t be used" in result.out
    assert result.code == 0


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


def test_a_report_for_others_names_nobody(server: FaultyServer, tmp_path: Path) -> None:
    values = SettingsValues(
        servers=(ServerEntry("a", "my secret nas", "10.9.8.7"),),
        default_server="a",
        theme="dark",
        last_target="a",
        insecure_hosts=("secret.local",),
    )
    targets = (
        ServerTarget(Endpoint.parse(server.url)),
        ServerTarget(Endpoint.parse("http://secret.invalid:1"), "my secret nas", "a"),
    )
    where = paths(tmp_path)
    where.log.mkdir()
    where.log_file.write_text(
        "2026-05-01 12:00:01,001 W x y: http://secret.invalid:1/api of My secret NAS is gone\n"
    )
    found = diagnose(Question(targets, where, values, hides_names=True))
    assert found.servers[1].error == Unreachable("", "", UnreachableKind.NAME_LOOKUP)
    assert found.errors[0].endswith("http://•••:1/api of ••• is gone")
    assert found.servers[0].models == 3
    assert dict(found.settings) == {"theme": "dark"}
    assert {one.kind for one in found.folders} >= {FolderKind.SETTINGS, FolderKind.LOG}
    assert "secret" not in diagnosis_report(found)
    assert "10.9.8.7" not in diagnosis_report(found)


def test_a_socks_proxy_is_said_and_named_to_nobody_else(
    terminal: Terminal, server: FaultyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://me:sEcReT@secret.proxy:1")
    result = terminal("doctor")
    head = result.out.partition("\n\n")[0]
    assert "ollama.com is behind a SOCKS proxy (socks5://secret.proxy:1)." in head
    assert "sEcReT" not in result.out
    result = terminal("doctor", "--server", "http://secret.invalid:1")
    assert result.code == 3
    assert "“secret.invalid” is behind a SOCKS proxy (socks5://secret.proxy:1)." in result.out
    targets = (
        ServerTarget(Endpoint.parse(server.url)),
        ServerTarget(Endpoint.parse("http://secret.invalid:1"), "my secret nas", "a"),
    )
    found = diagnose(Question(targets, paths(tmp_path), SettingsValues(), hides_names=True))
    report = diagnosis_report(found)
    assert report.count("SOCKS is not supported") == 2
    assert "socks5://•••" in report
    assert "secret" not in report.casefold()


def test_it_can_be_stopped(server: FaultyServer, tmp_path: Path) -> None:
    scope = CancelScope()
    scope.cancel()
    question = Question(
        (ServerTarget(Endpoint.parse(server.url)),), paths(tmp_path), SettingsValues()
    )
    with pytest.raises(Cancelled):
        diagnose(question, scope)


def test_an_ollama_that_everybody_in_the_network_can_use(
    terminal: Terminal, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tray_app.diagnosis.own_addresses", lambda: ("127.0.0.1",))
    found = json.loads(terminal("doctor", "--json").out)
    assert found["servers"][0]["open_at"] == server.url.removeprefix("http://")
    assert "can be used from your network" in found["findings"][0]["problem"]
    assert "without any sign-in" in found["findings"][0]["advice"]


def test_one_that_only_this_computer_can_use(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Another address of this computer's loopback stands for one in the network: nobody is there.
    monkeypatch.setattr("tray_app.diagnosis.own_addresses", lambda: ("127.77.0.1",))
    found = json.loads(terminal("doctor", "--json").out)
    assert found["servers"][0]["open_at"] == ""
    assert not any("your network" in finding["problem"] for finding in found["findings"])


def test_our_own_addresses_are_none_of_this_computer_alone() -> None:
    for address in own_addresses():
        assert not is_loopback(address)


@pytest.mark.parametrize(
    ("minutes", "said"), [(4, ""), (-7, "7 min behind"), (130, "2 h 10 min ahead")]
)
def test_clocks_that_differ(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, minutes: int, said: str
) -> None:
    told = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes, seconds=5), usegmt=True)
    monkeypatch.setattr("tray_app.demo.exchange.formatdate", lambda **_: told)
    out = terminal("doctor").out.replace("\u00a0", " ")
    assert ("The clock of" in out) is bool(said)
    assert said in out


def test_a_date_that_is_none(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    for told in ("yesterday", "", "Thu, 99 Zzz 99999 99:99:99 GMT"):
        monkeypatch.setattr("tray_app.demo.exchange.formatdate", lambda told=told, **_: told)
        found = json.loads(terminal("doctor", "--json").out)
        assert found["servers"][0]["clock_ahead_s"] is None


def test_models_of_a_bare_address(terminal: Terminal, server: FaultyServer) -> None:
    names = ["10.9.8.7:5000/x/y:1", "[fd00::1]:5000/x/y:1", "127.0.0.1:5000/x/y:1", "tiny:latest"]
    rows = [{"name": name, "model": name, "digest": "0" * 64, "size": 1} for name in names]
    server.fault("/api/tags", faults.reply_json(200, {"models": rows}), times=None)
    found = json.loads(terminal("doctor", "--json").out)
    assert found["servers"][0]["odd_sources"] == names[:2]
    assert any("not a known registry" in finding["problem"] for finding in found["findings"])


def test_a_proxy_before_this_computer(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://me:sEcReT@proxy.example:3128")
    out = terminal("doctor").out
    assert "only through a proxy (http://proxy.example:3128)" in out
    assert "sEcReT" not in out
    monkeypatch.setenv("no_proxy", "localhost,127.0.0.1")
    assert "only through a proxy" not in terminal("doctor").out
