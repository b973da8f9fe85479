from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from tests.fakes import FaultyServer, faults
from tests.unit.cli.typing_in import Terminal
from tray_app.core.diagnosis.facts import InstallFacts, InstanceState
from tray_app.core.releases import Repository
from tray_app.desktop.instance.single_instance import Handover, Outcome
from tray_app.diagnosis.program_releases import ProgramReleases
from tray_app.diagnosis.releases import Releases
from tray_app.ollama import CancelScope
from tray_app.paths import paths

HERE = Repository("somebody", "ollama-tray")


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
    head = result.out.partition("Versions")[0]
    assert head.startswith("1 thing to fix\n\nTo fix\n- Something answers, but it isn’t Ollama\n")
    assert "  Correct the server’s entry in the settings.\n" in head


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
    first = broken["findings"][0]
    assert (first["kind"], first["group"], first["tone"]) == ("host_refused", "to_fix", "danger")
    assert first["problem"] == "“This computer” only accepts its own address"
    assert first["details"][0].startswith("GET http://127.0.0.1:")
    assert "version_fine" in found["fine"]
    assert "version_fine" not in broken["fine"]


def test_a_program_that_does_not_answer_is_a_finding(terminal: Terminal) -> None:
    terminal.instance.handover = Handover(Outcome.SILENT)
    found = json.loads(terminal("doctor", "--json").out)
    assert found["instance"]["state"] == InstanceState.SILENT
    assert any(one["kind"] == "program_silent" for one in found["findings"])


def test_broken_settings_and_a_folder_that_cannot_be_made(terminal: Terminal) -> None:
    file = paths(terminal.data_dir).settings_file
    file.parent.mkdir(parents=True)
    file.write_text("{ nonsense")
    (terminal.data_dir / "log").write_text("a file where a folder should be")
    result = terminal("doctor")
    assert "Some settings can’t be used" in result.out
    assert result.code == 0


def test_a_socks_proxy_is_said(
    terminal: Terminal, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tray_app.cli.doctor.REGISTRY_URL", server.url)
    monkeypatch.setenv("ALL_PROXY", "socks5://me:sEcReT@secret.proxy:1")
    result = terminal("doctor")
    assert "- ollama.com is behind a SOCKS proxy\n  It is socks5://secret.proxy:1" in result.out
    assert "sEcReT" not in result.out
    result = terminal("doctor", "--server", "http://secret.invalid:1")
    assert result.code == 3
    assert "“secret.invalid”" in result.out


def test_it_can_be_stopped(
    terminal: Terminal, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("tray_app.diagnosis.lanes.taken", interrupt)
    assert terminal("doctor").code == 130


def test_an_ollama_that_everybody_in_the_network_can_use(
    terminal: Terminal, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tray_app.diagnosis.servers.own_addresses", lambda: ("127.0.0.1",))
    found = json.loads(terminal("doctor", "--json").out)
    assert found["servers"][0]["open_at"] == server.url.removeprefix("http://")
    first = next(each for each in found["findings"] if each["kind"] == "exposed")
    assert first["problem"] == "This Ollama can be used from your network"
    assert "without any sign-in" in first["reason"]
    assert 'Environment="OLLAMA_HOST=127.0.0.1"' in terminal("doctor").out


def test_one_that_only_this_computer_can_use(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Another address of this computer's loopback stands for one in the network: nobody is there.
    monkeypatch.setattr("tray_app.diagnosis.servers.own_addresses", lambda: ("127.77.0.1",))
    found = json.loads(terminal("doctor", "--json").out)
    assert found["servers"][0]["open_at"] == ""
    assert not any(finding["kind"] == "exposed" for finding in found["findings"])


@pytest.mark.parametrize(
    ("minutes", "title", "why"),
    [
        (4, "", ""),
        (-7, "The clocks differ by 7 minutes", "is behind"),
        (130, "The clocks differ by 2 hours", "is ahead"),
    ],
)
def test_clocks_that_differ(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, minutes: int, title: str, why: str
) -> None:
    told = format_datetime(datetime.now(UTC) + timedelta(minutes=minutes, seconds=5), usegmt=True)
    monkeypatch.setattr("tray_app.demo.exchange.formatdate", lambda **_: told)
    out = terminal("doctor").out.replace("\u00a0", " ")
    assert ("The clocks differ" in out) is bool(title)
    assert title in out
    assert why in out


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
    assert any(finding["kind"] == "odd_sources" for finding in found["findings"])


def test_a_proxy_before_this_computer(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://me:sEcReT@proxy.example:3128")
    out = terminal("doctor").out
    assert "A proxy stands between you and this computer" in out
    assert "Set NO_PROXY=localhost,127.0.0.1" in out
    assert "sEcReT" not in out
    monkeypatch.setenv("no_proxy", "localhost,127.0.0.1")
    assert "A proxy stands" not in terminal("doctor").out


NAS = {"id": "n", "label": "nas", "address": "http://127.0.0.1:9"}


def labels(found: dict[str, Any]) -> list[str]:
    return [one["label"] for one in found["servers"]]


def test_all_servers_that_are_on_are_asked(terminal: Terminal, server: FaultyServer) -> None:
    attic = {"id": "x", "label": "attic", "address": "http://127.0.0.1:8", "is_on": False}
    terminal.settings(servers=[{"id": "local", "label": "", "address": ""}, NAS, attic])
    result = terminal("doctor", "--json")
    found = json.loads(result.out)
    assert labels(found) == ["This computer", "nas"]
    assert [one["state"] for one in found["servers"]] == ["online", "error"]
    assert result.code == 3, "something is to be fixed"
    one = json.loads(terminal("doctor", "--server", "NAS", "--json").out)
    assert labels(one) == ["nas"]


def test_the_server_of_the_environment_is_asked_beside_those_of_the_settings(
    terminal: Terminal, server: FaultyServer
) -> None:
    terminal.settings(servers=[NAS])
    assert labels(json.loads(terminal("doctor", "--json").out)) == ["This computer", "nas"]


def test_a_server_whose_secret_is_in_the_keyring_is_not_asked_without_it(
    terminal: Terminal, server: FaultyServer
) -> None:
    studio = {"id": "s", "label": "studio", "address": server.url, "sign_in": {"kind": "token"}}
    terminal.settings(servers=[studio], default_server="s")
    result = terminal("doctor", "--json")
    found = json.loads(result.out)
    assert labels(found) == ["studio"]
    assert found["servers"][0]["state"] == "waiting"
    assert [one["kind"] for one in found["findings"] if one["server"]] == ["secret_unread"]
    assert server.requests == []
    terminal.environ["OLLAMA_TRAY_TOKEN"] = "sEcReT"
    result = terminal("doctor", "--server", "studio", "--json")
    assert json.loads(result.out)["servers"][0]["state"] == "online"
    sent = {name.casefold(): value for name, value in server.requests[0].headers.items()}
    assert sent["authorization"] == "Bearer sEcReT"
    assert "sEcReT" not in result.out + result.err


def test_a_newer_ollama_with_its_command(
    terminal: Terminal, server: FaultyServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tray_app.cli.doctor.Releases", lambda file: Releases(file, server.url))
    monkeypatch.setattr(
        "tray_app.diagnosis.servers.install_facts",
        lambda: InstallFacts("linux", "/usr/local/bin/ollama"),
    )
    latest = "/repos/ollama/ollama/releases/latest"
    server.fault(latest, faults.reply_json(200, {"tag_name": "v99.0.0"}), times=None)
    assert "curl -fsSL https://ollama.com/install.sh | sh\n" in terminal("doctor").out
    assert "Ollama 99.0.0 is out" in terminal("doctor").out
    assert [each.path for each in server.requests].count(latest) == 1
    terminal.settings(look_for_ollama="never")
    assert "99.0.0" not in terminal("doctor").out


@pytest.mark.parametrize(
    ("version", "settings", "is_said"),
    [
        ("99.0.0", {}, True),
        ("0.0.1", {}, False),
        ("99.0.0", {"look_for_tray": "never"}, False),
        ("99.0.0", {"skipped_release": "99.0.0"}, False),
    ],
)
def test_a_newer_ollama_tray_that_the_program_was_told_of(
    terminal: Terminal,
    server: FaultyServer,
    monkeypatch: pytest.MonkeyPatch,
    version: str,
    settings: dict[str, object],
    is_said: bool,
) -> None:
    """It is remembered: nobody is asked for it."""
    monkeypatch.setattr("tray_app.diagnosis.computer.asked_repository", lambda: HERE)
    server.fault(HERE.path, faults.reply_json(200, {"tag_name": version}))
    file = paths(terminal.data_dir).program_release_file
    ProgramReleases(file, HERE, server.url).newest(CancelScope())
    server.forget()
    terminal.settings(**settings)
    out = terminal("doctor").out
    assert ("Ollama Tray 99.0.0 is out" in out) is is_said
    assert (f"See {HERE.page}" in out) is is_said
    found = json.loads(terminal("doctor", "--json").out)
    assert found["newer"] == ({"version": version, "page": HERE.page} if is_said else None)
    assert HERE.path not in [each.path for each in server.requests]
