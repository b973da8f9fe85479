"""create, typed at a demo server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fakes import FaultyServer, faults, gguf
from tests.unit.cli.typing_in import Terminal
from tray_app.core.updates.ledger import MadeBy
from tray_app.demo.store.naming import parse
from tray_app.ollama import creating
from tray_app.update_ledger import LedgerFile


@pytest.fixture(autouse=True)
def no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """This computer's own disk is nobody's business here."""
    monkeypatch.setattr("tray_app.ollama.local_store.models_folders", tuple)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "files" / "Tiny-Llama-F16.gguf"
    path.parent.mkdir()
    gguf.model().write(path)
    return path


def test_a_file_becomes_a_model(terminal: Terminal, server: FaultyServer, file: Path) -> None:
    result = terminal("create", "mine", str(file))
    assert result.code == 0, result.err
    assert "mine:latest" in server.state.names()
    lines = result.err.splitlines()
    assert "F16" in lines[0]
    assert any(line.startswith("To upload: ") for line in lines)
    assert any(line.startswith("Disk space: ") for line in lines)
    assert lines[-1].startswith("Created mine:latest, ")
    assert result.out == ""
    sent = server.asked("/api/create")[0].json
    assert sent["files"].keys() == {file.name}


def test_what_is_made_is_remembered_as_ours(terminal: Terminal, file: Path) -> None:
    result = terminal("create", "mine", str(file), "--json")
    row = json.loads(result.out)
    assert row["name"] == "mine:latest"
    ledger = LedgerFile(terminal.data_dir / "state" / "updates.json").load()
    made = ledger.all_made(MadeBy.CREATE)
    assert [(each.name, each.digest) for each in made] == [("mine:latest", row["digest"])]


def test_it_may_be_made_smaller(terminal: Terminal, server: FaultyServer, file: Path) -> None:
    result = terminal("create", "mine", str(file), "--quantize", "q4_k_m")
    assert result.code == 0, result.err
    found = server.state.find(parse("mine"))
    assert found is not None
    assert found.package.details["file_type"] == "Q4_K_M"


def test_an_existing_name_is_refused(terminal: Terminal, server: FaultyServer, file: Path) -> None:
    before = server.state.find(parse("tiny"))
    result = terminal("create", "TINY", str(file))
    assert result.code == 1
    assert "tiny:latest exists. Creating would replace it." in result.err
    assert server.state.find(parse("tiny")) is before
    assert not [request for request in server.requests if request.method == "POST"]


def test_what_is_no_model_is_refused(terminal: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "x.gguf"
    path.write_bytes(b"PK no model")
    result = terminal("create", "mine", str(path))
    assert result.code == 1
    assert "This isn’t a GGUF file" in result.err
    assert terminal("create", "mine", str(tmp_path / "none.gguf")).code == 1
    assert terminal("create", "not a name", str(path)).code == 2


def test_parts_and_projector_are_found(
    terminal: Terminal, server: FaultyServer, tmp_path: Path
) -> None:
    for number, part in enumerate(gguf.parts(2), 1):
        part.write(tmp_path / gguf.part_name("big", number, 2))
    gguf.projector().write(tmp_path / "mmproj-big.gguf")
    result = terminal("create", "mine", str(tmp_path / gguf.part_name("big", 2, 2)))
    assert result.code == 0, result.err
    assert "All 2 parts are there" in result.err
    sent = server.asked("/api/create")[0].json
    assert len(sent["files"]) == 3
    again = terminal("create", "two", str(tmp_path / gguf.part_name("big", 1, 2)), "--no-projector")
    assert again.code == 0, again.err
    assert len(server.asked("/api/create")[1].json["files"]) == 2


def test_an_adapter_needs_its_model(
    terminal: Terminal, server: FaultyServer, tmp_path: Path
) -> None:
    path = tmp_path / "lora.gguf"
    gguf.adapter().write(path)
    result = terminal("create", "mine", str(path))
    assert result.code == 1
    assert "Name that model with --base." in result.err
    assert terminal("create", "mine", str(path), "--base", "nobody").code == 1
    assert not server.asked("/api/create")
    assert terminal("create", "mine", str(path), "--base", "tiny:latest").code == 0
    sent = server.asked("/api/create")[0].json
    assert sent["from"] == "tiny:latest"
    assert "files" not in sent


def test_several_models_at_once_are_refused(terminal: Terminal, file: Path) -> None:
    other = file.with_name("other.gguf")
    gguf.model().write(other)
    assert terminal("create", "mine", str(file), str(other)).code == 2


def test_a_model_that_may_be_unknown_there_is_asked_about(
    terminal: Terminal, server: FaultyServer, tmp_path: Path
) -> None:
    path = tmp_path / "odd.gguf"
    gguf.model("unheardof").write(path)
    server.state.quantizer.unknown.add("unheardof")
    result = terminal("create", "mine", str(path))
    assert result.code == 1
    assert "Add -y to create it anyway." in result.err
    result = terminal("create", "mine", str(path), typed="n\n", is_tty=True)
    assert result.code == 1
    assert "Nothing was created." in result.err
    assert not server.asked("/api/create")
    result = terminal("create", "mine", str(path), "-y")
    assert result.code == 1
    assert "it may not know “unheardof”" in result.err


def test_a_server_that_is_away(terminal: Terminal, server: FaultyServer, file: Path) -> None:
    server.refuse()
    assert terminal("create", "mine", str(file)).code == 3
    server.accept()


def test_an_interrupt_before_the_server_works_on_it(
    terminal: Terminal, server: FaultyServer, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(creating, "hashed", interrupt)
    result = terminal("create", "mine", str(file))
    assert result.code == 130
    assert "No model was made" in result.err
    assert not server.asked("/api/create")


def test_an_interrupt_after_that_says_what_goes_on(
    terminal: Terminal, server: FaultyServer, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(creating.Creating, "_require_listed", interrupt)
    result = terminal("create", "mine", str(file))
    assert result.code == 130
    assert "it goes on with mine:latest by itself" in result.err
    assert "ollama-tray rm mine:latest" in result.err


def test_a_line_that_is_drawn_again(terminal: Terminal, server: FaultyServer, file: Path) -> None:
    server.state.quantizer.seconds = 0.4
    result = terminal("create", "mine", str(file), is_tty=True)
    assert result.code == 0
    assert "Ollama checks it" in result.err


def test_a_proxy_that_refuses(terminal: Terminal, server: FaultyServer, file: Path) -> None:
    server.fault("/api/create", faults.reply(413, b"<html></html>", "text/html"))
    result = terminal("create", "mine", str(file))
    assert result.code == 1
    assert "413" in result.err
