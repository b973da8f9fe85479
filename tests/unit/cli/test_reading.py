from __future__ import annotations

import json
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.fakes import FaultyServer, faults
from tests.unit.cli.typing_in import Terminal
from tray_app.cli.reading import processor, until
from tray_app.core.records import RunningModel
from tray_app.core.use.ledger import UseLedger
from tray_app.ollama import OllamaClient
from tray_app.paths import paths
from tray_app.use_file import UseFile

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def load(server: FaultyServer, name: str) -> None:
    with OllamaClient(server.url) as client:
        client.load(name)


def test_list(terminal: Terminal) -> None:
    result = terminal("list")
    head, *rows = result.out.splitlines()
    assert head.split() == ["NAME", "PARAMETERS", "QUANTIZATION", "SIZE", "MODIFIED", "ID"]
    assert [row.split()[0] for row in rows] == ["tiny:latest", "other:q4", "me/tiny:v2"]
    assert "40 MB" in rows[0]
    assert (result.code, result.err) == (0, "")
    assert "\u00a0" not in result.out
    assert "\x1b" not in result.out


def test_list_by_prefix(terminal: Terminal) -> None:
    rows = terminal("list", "TINY").out.splitlines()[1:]
    assert [row.split()[0] for row in rows] == ["tiny:latest", "me/tiny:v2"]
    nothing = terminal("list", "zzz")
    assert (nothing.code, nothing.out) == (0, "")
    assert "zzz" in nothing.err


def note_use(file: Path, server: FaultyServer, *names: str) -> None:
    """Have the program have seen these in use, one a day, the last one yesterday."""
    with OllamaClient(server.url) as client:
        digests = {model.name: model.digest for model in client.list_models()}
    ledger, now = UseLedger(), datetime.now(UTC)
    for days in range(40):
        ledger.note_watched("local", 3600, now - timedelta(days=40 - days))
    for days, name in enumerate(reversed(names), 1):
        ledger.note_used("local", digests[name], now - timedelta(days=days))
    UseFile(file).write(*ledger.take_changes())


def test_list_by_use(terminal: Terminal, server: FaultyServer, tmp_path: Path) -> None:
    nobody = terminal("list", "--sort", "used")
    assert nobody.code == 0
    assert "hasn’t watched" in nobody.err
    note_use(paths(tmp_path).use_file, server, "me/tiny:v2", "other:q4")
    load(server, "me/tiny:v2")
    result = terminal("list", "--sort", "used")
    head, *rows = result.out.splitlines()
    assert head.split() == ["NAME", "PARAMETERS", "QUANTIZATION", "SIZE", "LAST", "USED", "ID"]
    assert [row.split()[0] for row in rows] == ["me/tiny:v2", "other:q4", "tiny:latest"]
    assert "Loaded now" in rows[0]
    assert "Yesterday" in rows[1]
    found = json.loads(terminal("list", "--sort", "used", "--json").out)
    assert [row["last_use"] for row in found] == ["now", "used", found[2]["last_use"]]
    assert datetime.fromisoformat(found[1]["last_used_at"]) < datetime.now(UTC)
    assert found[1]["used_days"] == 1
    assert found[1]["watched_days"] >= 39
    assert found[2]["last_used_at"] is None
    assert "last_use" not in json.loads(terminal("list", "--json").out)[0]


def test_an_empty_list(terminal: Terminal, server: FaultyServer) -> None:
    server.fault("/api/tags", faults.reply_json(200, {"models": None}))
    result = terminal("list")
    assert (result.code, result.out) == (0, "")
    assert "No models" in result.err
    assert json.loads(terminal("list", "--json").out) == []


def test_list_as_json(terminal: Terminal) -> None:
    rows = json.loads(terminal("list", "--json").out)
    tiny = rows[0]
    assert tiny["name"] == "tiny:latest"
    assert tiny["size"] > 40_000_000
    assert len(tiny["digest"]) == 64
    assert datetime.fromisoformat(tiny["modified_at"]).tzinfo is not None
    assert tiny["details"]["format"] == "gguf"
    assert isinstance(tiny["capabilities"], list)


@pytest.mark.parametrize(
    ("moment", "shown", "in_json"),
    [
        ("0001-01-01T00:00:00Z", "—", None),
        ("1583-07-01T12:00:00Z", "—", "1583-07-01T12:00:00+00:00"),
        ("1969-12-31T23:59:59+23:59", "—", "1969-12-31T00:00:59+00:00"),
        ("3012-06-07T12:00:00Z", "3012", "3012-06-07T12:00:00+00:00"),
        ("9999-12-31T12:00:00Z", "9999", "9999-12-31T12:00:00+00:00"),
        ("9999-12-31T23:59:59-23:59", "—", None),
        (1e300, "—", None),
    ],
)
def test_models_of_any_time(
    terminal: Terminal, server: FaultyServer, moment: object, shown: str, in_json: str | None
) -> None:
    row = {"name": "tiny:latest", "size": 1000, "digest": "a" * 64}
    times = {"modified_at": moment, "expires_at": moment}
    server.fault("/api/tags", faults.reply_json(200, {"models": [row | times]}))
    server.fault("/api/show", faults.reply_json(200, times))
    server.fault("/api/ps", faults.reply_json(200, {"models": [row | times]}))
    assert shown in terminal("list").out.splitlines()[1].split()[-2]
    assert json.loads(terminal("list", "--json").out)[0]["modified_at"] == in_json
    for verb in (("show", "tiny"), ("ps",), ("ps", "--json")):
        result = terminal(*verb)
        assert (result.code, result.err) == (0, ""), verb


def test_a_cloud_model_in_the_list(terminal: Terminal, server: FaultyServer) -> None:
    row = {"name": "big:cloud", "remote_host": "https://ollama.com", "size": 300}
    server.fault("/api/tags", faults.reply_json(200, {"models": [row]}))
    assert "cloud" in terminal("list").out.splitlines()[1].split()
    (found,) = json.loads(terminal("list", "--json").out)
    assert found["remote_host"] == "https://ollama.com"


def test_names_from_a_server_cannot_steer_the_terminal(
    terminal: Terminal, server: FaultyServer
) -> None:
    row = {"name": "evil\x1b[2J\r\n\u202ename", "details": {"parameter_size": "\x07" * 3}}
    server.fault("/api/tags", faults.reply_json(200, {"models": [row]}))
    result = terminal("list")
    assert len(result.out.splitlines()) == 2
    assert not set(result.out) & {"\x1b", "\r", "\x07", "\u202e"}
    assert json.loads(terminal("list", "--json").out)[0]["name"] == row["name"]


def test_show(terminal: Terminal) -> None:
    result = terminal("show", "tiny")
    fields = dict(line.split("  ", 1) for line in result.out.splitlines() if "  " in line.strip())
    assert fields["Name"].strip() == "tiny:latest"
    assert "bytes (40 MB" in fields["Size"]
    assert fields["Frees if deleted"].strip().replace("\xa0", " ") == "Up to 40 MB"
    assert "stop" in result.out
    assert "MIT License" in result.out
    assert result.code == 0


def test_show_says_as_the_window_does_what_a_deletion_frees(
    terminal: Terminal, server: FaultyServer
) -> None:
    wish = {"model": "mine:one", "from": "tiny", "system": "Be brief.", "stream": False}
    with urllib.request.urlopen(f"{server.url}/api/create", json.dumps(wish).encode()):
        pass
    shown = terminal("show", "tiny").out.replace("\xa0", " ")
    assert "\nFrees if deleted  Up to 1 MB, the rest stays for mine:one\n" in shown


def test_nothing_is_freed_of_what_is_not_stored(terminal: Terminal, server: FaultyServer) -> None:
    row = {"name": "big:cloud", "model": "big:cloud", "remote_host": "https://ollama.com"}
    server.fault("/api/tags", faults.reply_json(200, {"models": [row]}), times=9)
    server.fault("/api/show", faults.reply_json(200, {"remote_host": "https://ollama.com"}))
    assert "Frees" not in terminal("show", "big:cloud").out


def test_a_long_system_prompt_is_shown_to_its_end(terminal: Terminal, server: FaultyServer) -> None:
    system = "words and " * 1_450 + "THE END\nand a line"
    server.fault("/api/show", faults.reply(200, json.dumps({"system": system}).encode()))
    shown = terminal("show", "tiny").out
    assert shown.endswith("\nSystem prompt\n  " + system.replace("\n", "\n  ") + "\n")


def test_show_as_json(terminal: Terminal) -> None:
    found = json.loads(terminal("show", "tiny", "--json").out)
    assert found["name"] == "tiny:latest"
    assert found["model_info"]["general.architecture"] == "llama"
    assert "FROM" in found["modelfile"]


def test_show_what_is_not_there(terminal: Terminal) -> None:
    result = terminal("show", "nothing")
    assert (result.code, result.out) == (1, "")
    assert "nothing" in result.err


def test_ps(terminal: Terminal, server: FaultyServer) -> None:
    idle = terminal("ps")
    assert (idle.code, idle.out) == (0, "")
    assert "No model is loaded" in idle.err
    load(server, "tiny")
    head, row = terminal("ps").out.splitlines()
    assert head.split() == ["NAME", "ID", "SIZE", "PROCESSOR", "CONTEXT", "UNTIL"]
    assert row.startswith("tiny:latest")
    (found,) = json.loads(terminal("ps", "--json").out)
    assert found["name"] == "tiny:latest"


def test_ps_of_an_old_server(terminal: Terminal, server: FaultyServer) -> None:
    server.fault("/api/ps", faults.reply(404, b"404 page not found", "text/plain"))
    result = terminal("ps")
    assert result.code == 1
    assert "0.1.38" in result.err


@pytest.mark.parametrize(
    ("size", "graphics", "expected"),
    [
        (100, 100, "100% GPU"),
        (100, 0, "100% CPU"),
        (100, 75, "25%/75% CPU/GPU"),
        (1000, 999, "1%/99% CPU/GPU"),
        (1000, 1, "99%/1% CPU/GPU"),
        (100, 101, "—"),
        (0, 0, "—"),
        (None, 1, "—"),
        (1, None, "—"),
    ],
)
def test_where_a_model_runs(size: int | None, graphics: int | None, expected: str) -> None:
    assert processor(RunningModel("s", "x", size_bytes=size, size_vram_bytes=graphics)) == expected


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (timedelta(minutes=4), "in 4 min"),
        (timedelta(seconds=-1), "unloading"),
        (timedelta(days=10_000), "until unloaded"),
        (None, "until unloaded"),
    ],
)
def test_until_when(left: timedelta | None, expected: str) -> None:
    row = RunningModel("s", "x", expires_at=None if left is None else NOW + left)
    assert until(row, NOW).replace("\u00a0", " ") == expected


def test_status(terminal: Terminal, server: FaultyServer) -> None:
    load(server, "tiny")
    result = terminal("status")
    lines = dict(line.split("  ", 1) for line in result.out.splitlines())
    assert lines["Ollama"].strip() == server.state.version
    assert lines["Models"].strip() == "3, 120 MB"
    assert lines["Loaded"].strip().startswith("1, ")
    assert lines["Program"].strip() == "not running"
    assert result.code == 0


def test_status_counts_shared_weights_once(terminal: Terminal, server: FaultyServer) -> None:
    """As the window does, which asks the same server: no disk of this computer tells."""
    wish = {"model": "mine:one", "from": "tiny", "system": "Be brief.", "stream": False}
    with urllib.request.urlopen(f"{server.url}/api/create", json.dumps(wish).encode()):
        pass
    lines = dict(line.split("  ", 1) for line in terminal("status").out.splitlines())
    assert lines["Models"].strip() == "4, 120 MB"
    found = json.loads(terminal("status", "--json").out)
    assert 120_000_000 < found["size"] < 120_010_000
    assert found["size_is_bound"] is False
    server.fault("/api/show", faults.error_json(500, "broken"))
    assert "up to 160 MB" in terminal("status").out
    assert json.loads(terminal("status", "--json").out)["size_is_bound"] is True


def test_status_of_the_program(terminal: Terminal, server: FaultyServer) -> None:
    terminal.instance.answers(downloads=2)
    server.fault("/api/ps", faults.error_json())
    found = json.loads(terminal("status", "--json").out)
    assert found["program"] == {"running": True, "downloads": 2}
    assert found["state"] == "online"
    assert found["models"] == 3
    assert found["running"] is None
    assert len(found["problems"]) == 1
    assert "unknown" in terminal("status").out


def test_status_of_several_servers(terminal: Terminal, server: FaultyServer) -> None:
    nas = {"name": "n\x1b[31mas", "server": "nas:1", "message": "offline since 14:02", "models": 3}
    here = {"name": "This computer", "server": "127.0.0.1:11434", "message": "online", "models": 1}
    terminal.instance.answers(servers=[here, nas, "no server"])
    lines = terminal("status").out.splitlines()
    assert lines[-2].split("  ")[-1].strip() == "This computer, 127.0.0.1:11434, online, 1 model"
    assert lines[-2].startswith("Servers ")
    assert lines[-1].strip().endswith(", nas:1, offline since 14:02, 3 models")
    assert "\x1b" not in lines[-1]
    server.refuse()
    away = terminal("status")
    assert away.code == 3
    assert [line.strip() for line in away.out.splitlines()][-1] == lines[-1].strip()
    terminal.instance.answers(servers=[here])
    assert terminal("status").out == "", "one server is the one that was asked"


def test_status_of_a_server_that_is_down(terminal: Terminal, server: FaultyServer) -> None:
    server.refuse()
    result = terminal("status", "--json")
    assert result.code == 3
    assert json.loads(result.out)["error"] == "Unreachable"
    plain = terminal("status")
    assert (plain.code, plain.out) == (3, "")


def test_show_as_json_is_json_whatever_a_file_says(
    terminal: Terminal, server: FaultyServer
) -> None:
    raw = b'{"model_info": {"a.context_length": 18446744073709551616, "a.b": NaN, "a.c": 1e999}}'
    server.fault("/api/show", faults.reply(200, raw))
    result = terminal("show", "tiny", "--json")

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    assert json.loads(result.out, parse_constant=refuse)["model_info"] == {}
    assert "Traceback" not in result.err


def test_status_as_json_tells_no_password(terminal: Terminal, server: FaultyServer) -> None:
    terminal.environ["OLLAMA_HOST"] = server.url.replace("//", "//me:sEcReT@")
    result = terminal("status", "--json")
    assert json.loads(result.out)["server"] == server.url.removeprefix("http://")
    assert "sEcReT" not in result.out + result.err
    terminal.environ["OLLAMA_HOST"] = "http://vm:pa/sEcReT@nas"
    refused = terminal("list")
    assert refused.code == 2
    assert "%2F" in refused.err
    assert "sEcReT" not in refused.out + refused.err
