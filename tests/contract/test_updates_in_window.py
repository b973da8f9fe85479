"""What a registry may change, with the program's window open: found, shown, taken, current again.

Each case is a row of what was measured on a real server.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.contract.gguf_file import gguf_bytes
from tests.contract.targets import Published, Target
from tests.contract.test_updates import digest, with_layer, with_weights
from tray_app.app.application import Application
from tray_app.app.demo import Demo
from tray_app.cli import Invocation
from tray_app.core.payloads import GoBackRequest, ModelRef, MoveRequest, UpdateRequest
from tray_app.core.pulls.states import ENDED, PullState
from tray_app.core.updates.verdicts import Standing
from tray_app.demo import Package
from tray_app.demo.store.package import assemble, empty_package
from tray_app.desktop.instance.single_instance import SingleInstance
from tray_app.desktop.tray.tray import Tray
from tray_app.itemmodels.rows import Badge, ModelRow
from tray_app.paths import paths
from tray_app.settings import ServerEntry

pytestmark = pytest.mark.qt_log_ignore("does not support raise")

S = Standing
SERVER = "contract"
WAIT_MS = 15_000
Change = Callable[[Target, Package], tuple[Package, bytes | None]]


class Registries:
    """The server of a test; nobody but its registry is asked."""

    def __init__(self, target: Target) -> None:
        self.server = ServerEntry(SERVER, "", target.url)
        self.registry_urls = {"registry.ollama.ai": f"http://{target.registry_host}"}

    def close(self) -> None:
        """It belongs to the test."""


class Program:
    """A person in front of the window."""

    def __init__(self, application: Application, target: Target, qtbot: QtBot) -> None:
        self.application, self.target, self.qtbot = application, target, qtbot
        self.state, self.commands = application.state, application.commands

    def wait(self, condition: Callable[[], object]) -> None:
        def check() -> None:
            assert condition(), [(r.record.name, r.verdict) for r in self.rows()]

        self.qtbot.waitUntil(check, timeout=WAIT_MS)

    def rows(self) -> tuple[ModelRow, ...]:
        return tuple(self.application.window._windows().main.models.all_rows)

    def row(self, name: str) -> ModelRow | None:
        return next((row for row in self.rows() if row.record.name == name), None)

    def standing(self, name: str) -> Standing | None:
        row = self.row(name)
        return row.verdict.standing if row is not None else None

    def has_badge(self, name: str) -> bool:
        row = self.row(name)
        return row is not None and Badge.UPDATE in row.badges

    def ref(self, name: str) -> ModelRef:
        row = self.row(name)
        assert row is not None
        return ModelRef(SERVER, name, row.record.digest)

    def check(self) -> None:
        """Ctrl+Shift+U, to the end."""
        before = self.state.update_check.checked_at
        self.commands.update_check_requested.emit()
        self.wait(
            lambda: (
                not self.state.update_check.is_running
                and self.state.update_check.checked_at != before
            )
        )

    def take(self, name: str, keep_days: int = 0, *, loads_again: bool = False) -> PullState:
        """Update it, to the end of its download."""
        request = UpdateRequest((self.ref(name),), keep_days, loads_again)
        self.commands.update_requested.emit(request)
        self.wait(lambda: self.state.downloads and self.state.downloads[-1].state in ENDED)
        return self.state.downloads[-1].state

    def shows(self, name: str, wanted: str) -> bool:
        row = self.row(name)
        return row is not None and row.record.digest == wanted


@pytest.fixture
def program(target: Target, qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Program]:
    instance = SingleInstance(tmp_path)
    assert instance.claim()
    demo = cast("Demo", Registries(target))
    made = Application(
        *(qapp, Tray(qapp), Invocation(data_dir=tmp_path), paths(tmp_path), instance, demo)
    )
    made.connect_parts()  # and not started: its crash reporter would keep faults from the test
    hosts = (target.registry_host,)
    made.settings.update({"insecure_hosts": hosts, "check_hosts": hosts})
    made.servers.take()
    made.window.show()
    made._build_late()
    yield Program(made, target, qtbot)
    made.after_loop()
    instance.close()
    made.deleteLater()


@pytest.fixture
def model(target: Target, program: Program) -> Published:
    """Pulled, listed, and seen to be what the registry has."""
    found = target.publish("win")
    own = with_layer(found.package, "template", f"{{{{ .Prompt }}}} {target.seed()}")
    target.offer(found, own)
    list(target.pull(found.name))
    program.wait(lambda: program.shows(found.name, own.digest))
    program.check()
    program.wait(lambda: program.standing(found.name) is S.CURRENT)
    return replace(found, package=own)


def template(_: Target, old: Package) -> tuple[Package, None]:
    return with_layer(old, "template", "{{ .System }} {{ .Prompt }}"), None


def larger(target: Target, old: Package) -> tuple[Package, bytes]:
    data = gguf_bytes(target.seed(), floats=300_000)
    return with_weights(old, data), data


def smaller(target: Target, old: Package) -> tuple[Package, bytes]:
    data = gguf_bytes(target.seed(), floats=200_000)
    return with_weights(old, data), data


def config(_: Target, old: Package) -> tuple[Package, None]:
    return assemble(old.weights, old.layers, details={**old.details, "file_type": "Q8_0"}), None


@pytest.mark.parametrize(
    ("change", "standing"),
    [(template, S.SMALL), (larger, S.WEIGHTS), (smaller, S.WEIGHTS), (config, S.SMALL)],
)
def test_a_newer_version_is_found_shown_and_taken(
    target: Target, program: Program, model: Published, change: Change, standing: Standing
) -> None:
    newer, data = change(target, model.package)
    target.offer(model, newer, data)
    program.check()
    program.wait(lambda: program.standing(model.name) is standing)
    assert program.has_badge(model.name)
    assert program.state.update_count == 1
    assert program.take(model.name) is PullState.DONE
    program.wait(lambda: program.shows(model.name, newer.digest))
    program.wait(lambda: program.standing(model.name) is S.CURRENT)
    assert not program.has_badge(model.name)
    assert digest(target, model.name) == newer.digest


def test_what_has_not_changed_is_not_pulled(
    target: Target, program: Program, model: Published
) -> None:
    modified = target.rows()[model.name]["modified_at"]
    assert program.take(model.name) is PullState.DONE
    update = program.state.downloads[-1].update
    assert update is not None
    assert update.was_current
    assert target.rows()[model.name]["modified_at"] == modified


def test_white_space_alone_is_no_newer_version(
    target: Target, program: Program, model: Published
) -> None:
    raw = json.dumps(json.loads(model.package.manifest), indent=1).encode()
    target.offer(model, replace(model.package, manifest=raw))
    program.check()
    # A server elsewhere tells only its weights: there the texts count as new, and cost nothing.
    program.wait(lambda: program.standing(model.name) in (S.CURRENT, S.SMALL))
    assert (program.state.verdict((SERVER, model.name)).fetch_bytes or 0) == 0


@pytest.mark.parametrize("manifest", [b"{}", b'{"schemaVersion":2,"layers":[]}'])
def test_an_empty_manifest_is_never_pulled(
    target: Target, program: Program, model: Published, manifest: bytes
) -> None:
    target.offer(model, empty_package(manifest))
    program.commands.update_check_requested.emit()
    program.wait(lambda: program.state.update_check.failed == 1)
    assert program.standing(model.name) is S.CURRENT
    assert not program.has_badge(model.name)
    assert program.take(model.name) is PullState.FAILED
    assert digest(target, model.name) == model.package.digest


def test_a_loaded_model_leaves_the_memory_and_comes_back(
    target: Target, program: Program, model: Published
) -> None:
    target.ask("POST", "/api/generate", {"model": model.name, "keep_alive": "1h"})
    old = target.rows("/api/ps")[model.name]
    newer, data = larger(target, model.package)
    target.offer(model, newer, data)
    program.check()
    program.wait(lambda: program.standing(model.name) is S.WEIGHTS)
    assert program.take(model.name, loads_again=True) is PullState.DONE
    program.wait(lambda: model.name in target.rows("/api/ps"))
    listed = target.ask("GET", "/api/ps").json()["models"]
    (row,) = [each for each in listed if each["name"] == model.name]
    assert (old["digest"], row["digest"]) == (model.package.digest, newer.digest)
    assert row["context_length"] == old["context_length"]


def test_the_copy_follows_and_one_can_go_back(
    target: Target, program: Program, model: Published
) -> None:
    copy = target.new_name("copy")
    target.ask("POST", "/api/copy", {"source": model.name, "destination": copy})
    program.wait(lambda: program.shows(copy, model.package.digest))
    newer, data = larger(target, model.package)
    target.offer(model, newer, data)
    program.check()
    program.wait(lambda: program.standing(model.name) is S.WEIGHTS)
    assert program.take(model.name, keep_days=7) is PullState.DONE
    program.wait(lambda: program.state.backups)
    (kept,) = program.state.backups
    target.made.append(kept.name)
    program.wait(lambda: program.state.after_updates)
    (after,) = program.state.after_updates
    assert [ref.name for ref in after.copies] == [copy]
    program.commands.move_requested.emit(MoveRequest(after.copies[0], after.updated))
    program.wait(lambda: program.shows(copy, newer.digest))
    backup = ModelRef(SERVER, kept.name, kept.digest)
    program.commands.go_back_requested.emit(GoBackRequest(backup, model.name))
    program.wait(lambda: program.shows(model.name, model.package.digest))
    row = program.row(model.name)
    assert row is not None
    assert row.marks.is_pinned
    assert digest(target, model.name) == model.package.digest
