"""A list with recipes, written on a server and imported where what it names is gone: the same
models come back, with the very same digests."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.contract.targets import Target
from tray_app.cli import parse_args, terminal
from tray_app.cli.console import Console
from tray_app.core.creates.records import DeriveRequest, ModelChanges
from tray_app.core.payloads import ModelRef
from tray_app.core.records import ModelRecord
from tray_app.core.updates.ledger import Made, MadeBy
from tray_app.desktop.instance.single_instance import Handover, InstanceCommand, Outcome
from tray_app.ollama import OllamaClient, Registry
from tray_app.ollama.deriving import derive
from tray_app.update_ledger import LedgerFile


@dataclass
class Person:
    """Somebody who types at one server."""

    target: Target
    folder: Path

    def __post_init__(self) -> None:
        settings = self.folder / "config" / "settings.json"
        settings.parent.mkdir(parents=True)
        values = {"version": 1, "insecure_hosts": [self.target.registry_host]}
        settings.write_text(json.dumps(values), encoding="utf-8")

    def type(self, *words: str) -> tuple[int, str]:
        """Exit code, and all that was said."""
        said = io.StringIO()
        code = terminal.run(
            parse_args([*words, "--data-dir", str(self.folder)]),
            ask_instance=_nobody,
            console=Console(io.StringIO(), said, said, {"OLLAMA_HOST": self.target.url}),
            # Nobody but the registry of this test is asked.
            registry=Registry({"registry.ollama.ai": f"http://{self.target.registry_host}"}),
        )
        return code, said.getvalue()

    def remember(self, server_id: str, *made: ModelRecord) -> None:
        """That these were made here: their names have an owner, so nothing else would tell."""
        file = LedgerFile(self.folder / "state" / "updates.json")
        ledger = file.load()
        for row in made:
            now = datetime.now(UTC)
            source = row.details.parent_model
            ledger.note_made(Made(server_id, row.name, row.digest, MadeBy.CREATE, now, source))
        file.write(ledger.take_changes(), tuple(ledger))


def _nobody(_: InstanceCommand, __: tuple[str, ...]) -> Handover:
    return Handover(Outcome.NOBODY)


@pytest.fixture
def person(target: Target, tmp_path: Path) -> Person:
    return Person(target, tmp_path)


def digests(target: Target, names: list[str]) -> dict[str, str]:
    return {name: row["digest"] for name, row in target.rows().items() if name in names}


def test_models_and_what_was_made_of_them_come_back(person: Person, tmp_path: Path) -> None:
    target = person.target
    base = target.publish("listed", system="You help.")
    list(target.pull(base.name))
    made, made_of_made = target.new_name("made"), target.new_name("made-of-made")
    changes = ModelChanges(
        'Be brief.\n"Always".',
        parameters=(("num_ctx", 4096), ("temperature", None), ("stop", ("<|x|>", "y"))),
        messages=(("user", "Hi"), ("assistant", "Hello")),
    )
    with OllamaClient(target.url) as client:
        derive(client, DeriveRequest(ModelRef("", base.name), made, changes))
        derive(
            client, DeriveRequest(ModelRef("", made), made_of_made, ModelChanges(system="Longer."))
        )
        rows = [row for row in client.list_models() if row.name in (made, made_of_made)]
        person.remember("local", *rows)
    names = [base.name, made, made_of_made]
    before = digests(target, names)
    assert len(before) == 3
    file = tmp_path / "all.json"
    assert person.type("export", str(file))[0] == 0
    written = json.loads(file.read_text(encoding="utf-8"))
    recipes = {row["name"]: row.get("recipe") for row in written["models"] if row["name"] in names}
    assert recipes[base.name] is None
    assert recipes[made]["base"] == base.name
    assert recipes[made]["parameters"]["temperature"] is None
    assert recipes[made_of_made] == {
        "base": made,
        "base_digest": f"sha256:{before[made]}",
        "system": "Longer.",
    }
    # Of a server that is not ours alone, no more is imported than was made here.
    written["models"] = [row for row in written["models"] if row["name"] in names]
    file.write_text(json.dumps(written), encoding="utf-8")
    for name in reversed(names):
        assert target.ask("DELETE", "/api/delete", {"model": name}).status_code == 200
    assert digests(target, names) == {}
    code, said = person.type("import", str(file), "-y")
    assert code == 0, said
    assert digests(target, names) == before
    code, said = person.type("import", str(file), "-y")
    assert code == 0
    assert said.splitlines()[-1] == "Nothing to import."
    assert digests(target, names) == before
