"""Two servers, a quit, and one of them gone: the next start shows its last list."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desktop.conftest import StartApp
from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.program import App
from tests.fakes import FaultyServer, small
from tray_app.desktop.instance.single_instance import InstanceCommand, Outcome, ask


@pytest.fixture
def servers() -> Iterator[tuple[FaultyServer, FaultyServer]]:
    with (
        FaultyServer(library=small.library("here")) as pc,
        FaultyServer(library=small.library("there", "too")) as nas,
    ):
        yield pc, nas


def test_the_last_list_outlives_the_program(
    shared_desktop: VirtualDesktop,
    start_app: StartApp,
    servers: tuple[FaultyServer, FaultyServer],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", shared_desktop.environment["XDG_RUNTIME_DIR"])
    data_dir = tmp_path / "data"
    pc, nas = servers
    settings = data_dir / "config" / "settings.json"
    settings.parent.mkdir(parents=True)
    entries = [
        {"id": name, "label": name, "address": server.url}
        for name, server in (("pc", pc), ("nas", nas))
    ]
    settings.write_text(json.dumps({"version": 1, "servers": entries, "default_server": "pc"}))

    def standing() -> dict[str, dict[str, Any]]:
        handover = ask(InstanceCommand.STATUS, (), data_dir, timeout_s=15)
        if handover.outcome is not Outcome.ANSWERED:
            return {}
        return {each["id"]: each for each in handover.answer.data["servers"]}

    def wait(app: App, **wanted: tuple[str, int | None]) -> dict[str, dict[str, Any]]:
        app.wait_for(
            lambda: {key: (s["state"], s["models"]) for key, s in standing().items()} == wanted,
            message=f"not {wanted}",
        )
        return standing()

    app = start_app(shared_desktop)
    first = wait(app, pc=("online", 1), nas=("online", 2))
    app.end()

    nas.refuse()
    app = start_app(shared_desktop)
    second = wait(app, pc=("online", 1), nas=("offline", 2))
    assert second["nas"]["listed_at"] <= first["nas"]["listed_at"], "nobody has answered since"
    app.end()

    entries[1]["address"] = "127.0.0.1:9"
    settings.write_text(json.dumps({"version": 1, "servers": entries, "default_server": "pc"}))
    app = start_app(shared_desktop)
    wait(app, pc=("online", 1), nas=("offline", None))  # that was another address
    app.end()
