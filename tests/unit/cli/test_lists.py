"""export and import, typed at a demo server that is the registry too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import FaultyServer, faults, small
from tests.unit.cli.typing_in import Terminal
from tray_app.core.creates.records import DeriveRequest, ModelChanges
from tray_app.core.payloads import ModelRef
from tray_app.core.updates.ledger import MadeBy
from tray_app.desktop.instance.single_instance import InstanceCommand
from tray_app.ollama import OllamaClient
from tray_app.ollama.deriving import derive
from tray_app.update_ledger import LedgerFile


@pytest.fixture(autouse=True)
def no_store(monkeypatch: pytest.MonkeyPatch) -> None:
    """This computer's own models are nobody's business here."""
    monkeypatch.setattr("tray_app.ollama.local_store.models_folders", tuple)


@pytest.fixture
def terminal(server: FaultyServer, tmp_path: Path) -> Terminal:
    return Terminal(server, tmp_path)


@pytest.fixture
def fresh(server: FaultyServer, tmp_path: Path) -> Iterator[Terminal]:
    """A terminal at a server without models, which pulls from the same registry."""
    published = ("tiny", "other:q4", "me/tiny:v2", "fresh")
    with FaultyServer(library=small.library(published=published)) as running:
        folder = tmp_path / "fresh"
        folder.mkdir()
        yield Terminal(running, folder)


def digests(server: FaultyServer) -> dict[str, str]:
    with OllamaClient(server.url) as client:
        return {record.name: record.digest for record in client.list_models()}


def made(server: FaultyServer, name: str, base: str, changes: ModelChanges) -> None:
    with OllamaClient(server.url) as client:
        derive(client, DeriveRequest(ModelRef("", base), name, changes))


def pulls(server: FaultyServer) -> list[str]:
    return [request.model for request in server.requests if request.path == "/api/pull"]


def lines(text: str) -> list[str]:
    return text.replace("\u00a0", " ").splitlines()


# -- export ----------------------------------------------------------------------------------------


def test_names_with_their_versions(terminal: Terminal, server: FaultyServer) -> None:
    result = terminal("export")
    assert (result.code, result.err) == (0, "")
    assert terminal("export", "-") == result
    head, *rest = lines(result.out)
    assert head.startswith("# Ollama models of “")
    found = digests(server)
    assert [line.split()[0] for line in rest] == ["me/tiny:v2", "other:q4", "tiny:latest"]
    assert f"tiny:latest  # sha256:{found['tiny:latest']} 40 MB" in rest


def test_into_a_file(terminal: Terminal, tmp_path: Path) -> None:
    result = terminal("export", str(tmp_path / "all.txt"))
    assert (result.code, result.out) == (0, "")
    assert lines(result.err) == ["Saved 3 models to all.txt."]
    assert (tmp_path / "all.txt").read_text(encoding="utf-8").count("sha256:") == 3
    refused = terminal("export", str(tmp_path / "nowhere" / "all.txt"))
    assert refused.code == 1
    assert "No such file" in refused.err


def test_with_recipes(terminal: Terminal, server: FaultyServer, tmp_path: Path) -> None:
    made(server, "notes", "tiny:latest", ModelChanges(system="Be brief."))
    assert "# notes:latest  # made here sha256:" in terminal("export").out
    for words in (("export", "--json"), ("export", str(tmp_path / "all.json"))):
        result = terminal(*words)
        assert result.code == 0
    written = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
    recipes = {row["name"]: row["recipe"] for row in written["models"] if "recipe" in row}
    base = digests(server)["tiny:latest"]
    assert recipes == {
        "notes:latest": {
            "base": "tiny:latest",
            "base_digest": f"sha256:{base}",
            "system": "Be brief.",
        }
    }
    assert json.loads(terminal("export", "--json").out) == written


# -- import ----------------------------------------------------------------------------------------


def test_a_fresh_server_is_filled_and_the_second_time_nothing_is_done(
    terminal: Terminal, server: FaultyServer, fresh: Terminal, tmp_path: Path
) -> None:
    made(server, "notes", "tiny:latest", ModelChanges(parameters=(("num_ctx", 4096),)))
    made(server, "longer", "notes:latest", ModelChanges(system="Be long."))
    file = tmp_path / "all.json"
    assert terminal("export", str(file)).code == 0
    planned = fresh("import", str(file), "--dry-run")
    assert planned.code == 0
    assert lines(planned.out) == [
        "longer:latest: Recipe, made after notes:latest",
        "me/tiny:v2: To download, 40 MB",
        "notes:latest: Recipe, made after tiny:latest",
        "other:q4: To download, 40 MB",
        "tiny:latest: To download, 40 MB",
    ]
    assert lines(planned.err) == ["5 of 5: 120 MB to download"]
    assert pulls(fresh.server) == []
    done = fresh("import", str(file), "-y")
    assert done.code == 0, done.err
    assert digests(fresh.server) == digests(server)
    assert pulls(fresh.server) == ["me/tiny:v2", "other:q4", "tiny:latest"]
    assert "Made longer:latest from notes:latest." in lines(done.err)
    ledger = LedgerFile(fresh.data_dir / "state" / "updates.json").load()
    assert {each.name for each in ledger.all_made(MadeBy.CREATE)} == {
        *("notes:latest", "longer:latest"),
    }
    asked = len(fresh.server.requests)
    again = fresh("import", str(file), "-y")
    assert again.code == 0
    assert lines(again.err)[-1] == "Nothing to import."
    paths = {r.path.split("/")[1] for r in fresh.server.requests[asked:]}
    assert paths == {"api"}, "no registry is asked about what is here"
    assert not [r for r in fresh.server.requests[asked:] if r.path == "/api/pull"]


def test_rubbish_is_said_by_its_number_and_the_rest_is_done(
    fresh: Terminal, tmp_path: Path
) -> None:
    file = tmp_path / "list.txt"
    file.write_bytes(b"tiny\r\nnot a name\r\nnowhere\r\ntiny\r\n:\r\n")
    result = fresh("import", str(file), "-y")
    assert result.code == 1
    for line in (
        "tiny:latest: To download, 40 MB",
        "nowhere:latest: Not found at ollama.com",
        "Line 2: “not a name”: Not a name: it contains a space",
        "Line 4: The same as line 1",
        "Line 5: “:”: Not a name: the tag after “:” is missing",
    ):
        assert line in lines(result.err)
    assert list(digests(fresh.server)) == ["tiny:latest"]


def test_from_standard_input(fresh: Terminal, terminal: Terminal) -> None:
    result = fresh("import", "-", "-y", typed="# a list\nollama pull tiny\n")
    assert result.code == 0, result.err
    assert list(digests(fresh.server)) == ["tiny:latest"]
    with_recipes = terminal("export", "--json").out
    assert fresh("import", "-", "--dry-run", typed=with_recipes).code == 0
    unasked = fresh("import", "-", typed="other:q4\n", is_tty=True)
    assert unasked.code == 2
    assert "Add -y to import without asking." in unasked.err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no name at all\n", "There’s no model name in this file"),
        (b"\0\1\2", "This isn’t a list of models"),
        (None, "The file can’t be read"),
    ],
)
def test_what_is_no_list_is_wrong_usage(
    fresh: Terminal, tmp_path: Path, content: bytes | None, words: str
) -> None:
    file = tmp_path / "list.txt"
    if content is not None:
        file.write_bytes(content)
    result = fresh("import", str(file), "-y")
    assert result.code == 2
    assert words in result.err


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("n\n", 1), ("", 1)])
def test_it_asks_first(fresh: Terminal, tmp_path: Path, typed: str, code: int) -> None:
    file = tmp_path / "list.txt"
    file.write_text("tiny\n", encoding="utf-8")
    result = fresh("import", str(file), typed=typed, is_tty=True)
    assert result.code == code
    assert "Import 1 model to “" in result.err
    assert pulls(fresh.server) == (["tiny:latest"] if code == 0 else [])


def test_without_a_terminal_it_does_not_begin(fresh: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("tiny\n", encoding="utf-8")
    result = fresh("import", str(file))
    assert result.code == 2
    assert pulls(fresh.server) == []


def test_what_is_here_is_neither_replaced_nor_deleted(
    terminal: Terminal, server: FaultyServer, tmp_path: Path
) -> None:
    before = digests(server)
    server.state.publish("tiny", small.model("tiny two", 50_000_000))
    file = tmp_path / "list.txt"
    file.write_text(f"tiny # sha256:{'0' * 64}\n", encoding="utf-8")
    result = terminal("import", str(file), "-y")
    assert result.code == 0
    assert lines(result.err)[0].startswith("tiny:latest: Here, another version")
    assert digests(server) == before


def test_a_running_program_pulls(fresh: Terminal, tmp_path: Path) -> None:
    fresh.instance.answers()
    file = tmp_path / "list.txt"
    file.write_text("tiny\nfresh\n", encoding="utf-8")
    result = fresh("import", str(file), "-y")
    assert result.code == 0
    assert fresh.instance.asked == [(InstanceCommand.PULL, ("tiny:latest", "fresh:latest"))]
    assert pulls(fresh.server) == []
    assert fresh("import", str(file), "-y", "--wait").code == 0
    assert pulls(fresh.server) == ["tiny:latest", "fresh:latest"]


def test_one_that_fails_stops_no_other(fresh: Terminal, tmp_path: Path) -> None:
    fresh.server.state.fail_pull("tiny", "no such file")
    file = tmp_path / "list.txt"
    file.write_text("tiny\nfresh\n", encoding="utf-8")
    result = fresh("import", str(file), "-y")
    assert result.code == 1
    assert list(digests(fresh.server)) == ["fresh:latest"]


def test_a_registry_that_is_away_keeps_nobody(fresh: Terminal, tmp_path: Path) -> None:
    """It is the server that pulls, and that may reach it."""
    manifest = "/v2/library/tiny/manifests/latest"
    fresh.server.fault(manifest, faults.close_before_headers(), method="HEAD")
    file = tmp_path / "list.txt"
    file.write_text("tiny\n", encoding="utf-8")
    result = fresh("import", str(file), "-y")
    assert "tiny:latest: Not looked up: no network" in lines(result.err)
    assert result.code == 0, result.err


def test_a_server_that_is_gone_ends_it(fresh: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "list.txt"
    file.write_text("tiny\n", encoding="utf-8")
    fresh.server.refuse()
    assert fresh("import", str(file), "-y").code == 3
    assert fresh("export").code == 3


def test_a_recipe_without_its_base_is_said(fresh: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "list.json"
    rows = [{"name": "notes", "recipe": {"base": "gone", "system": "x"}}]
    file.write_text(json.dumps({"format": "ollama-models", "models": rows}), encoding="utf-8")
    result = fresh("import", str(file), "-y")
    assert result.code == 1
    assert "notes:latest: Recipe, its base isn’t listed" in lines(result.err)
    assert digests(fresh.server) == {}
