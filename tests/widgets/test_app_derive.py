"""Models made of others in the whole program: from a command to list, ledger and back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, faults, small
from tests.unit.workers.updates.conftest import library
from tests.widgets.programs import running_program
from tray_app.app.application import Application
from tray_app.core.creates.records import (
    DeriveRequest,
    ModelChanges,
    RebuildRequest,
    UndoRequest,
)
from tray_app.core.payloads import ModelRef, Verb
from tray_app.core.records import ModelRecord
from tray_app.core.updates.ledger import Made, MadeBy
from tray_app.demo.store.naming import parse
from tray_app.views.derive.dialog import DeriveDialog

BASE, MINE = ("demo", "tiny:latest"), ("demo", "mine:latest")
KEPT = "mine:latest-before-2026-05-04"


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=library("tiny"), tick_s=0.01) as running:
        yield running


@pytest.fixture
def application(qapp: QApplication, server: FaultyServer, tmp_path: Path) -> Iterator[Application]:
    with running_program(qapp, server, tmp_path) as made:
        yield made


def row(application: Application, qtbot: QtBot, key: tuple[str, str]) -> ModelRecord:
    """Its row once it is in the list."""
    qtbot.waitUntil(lambda: application.state.record(key) is not None, timeout=10_000)
    found = application.state.record(key)
    assert found is not None
    return found


def made(application: Application, name: str) -> Made | None:
    assert application.updates is not None
    ledger = application.updates.checker.ledger
    rows = [*ledger.all_made(MadeBy.CREATE), *ledger.all_made(MadeBy.BACKUP)]
    return next((each for each in rows if each.name == name), None)


def derived(application: Application, qtbot: QtBot, request: DeriveRequest) -> ModelRef:
    """What came of it."""
    with qtbot.waitSignal(application.state.creates.derived, timeout=10_000) as told:
        application.commands.derive_requested.emit(request)
    found = told.args[0] if told.args else None
    assert found is not None
    ref = found.ref
    assert isinstance(ref, ModelRef)
    return ref


def test_it_is_made_edited_and_undone(
    application: Application,
    server: FaultyServer,
    qtbot: QtBot,
) -> None:
    base = row(application, qtbot, BASE)
    mine = derived(
        application,
        qtbot,
        DeriveRequest(ModelRef(*BASE, base.digest), MINE[1], ModelChanges(system="one")),
    )
    assert row(application, qtbot, MINE).digest == mine.digest
    known = made(application, MINE[1])
    assert known is not None
    assert (known.by, known.source, known.digest) == (MadeBy.CREATE, BASE[1], mine.digest)
    qtbot.waitUntil(lambda: application.state.model_verdict(MINE).made == known, timeout=10_000)

    edited = derived(
        application,
        qtbot,
        DeriveRequest(
            mine, MINE[1], ModelChanges(system="two"), keep_name=KEPT, replaces=mine.digest
        ),
    )
    known, kept = made(application, MINE[1]), made(application, KEPT)
    assert known is not None
    assert (known.source, known.digest) == (BASE[1], edited.digest)
    assert kept is not None
    assert (kept.by, kept.source, kept.keep_until) == (MadeBy.BACKUP, MINE[1], None)
    qtbot.waitUntil(lambda: kept in application.state.backups, timeout=10_000)

    undo = UndoRequest(edited, ModelRef("demo", KEPT, mine.digest))
    with qtbot.waitSignal(application.state.creates.undone, timeout=10_000):
        application.commands.derive_undo_requested.emit(undo)
    known = made(application, MINE[1])
    assert known is not None
    assert (known.by, known.source, known.digest) == (MadeBy.CREATE, BASE[1], mine.digest)
    assert made(application, KEPT) is None
    qtbot.waitUntil(lambda: application.state.record(("demo", KEPT)) is None, timeout=10_000)
    assert row(application, qtbot, MINE).digest == mine.digest
    # Nothing was asked that says more than what was changed.
    bodies = [each.json for each in server.requests if each.path == "/api/create"]
    assert [sorted(body) for body in bodies] == [["from", "model", "name", "stream", "system"]] * 2


def test_it_is_rebuilt_on_the_new_version_of_its_base(
    application: Application, server: FaultyServer, qtbot: QtBot
) -> None:
    base = row(application, qtbot, BASE)
    changes = ModelChanges(system="mine", parameters=(("num_ctx", 1024),))
    old = ModelRef(*BASE, base.digest)
    mine = derived(application, qtbot, DeriveRequest(old, MINE[1], changes))
    row(application, qtbot, MINE)
    newer = small.model("tiny two", system="newer")
    server.state.install("tiny", newer)
    qtbot.waitUntil(lambda: row(application, qtbot, BASE).digest == newer.digest, timeout=10_000)
    application.commands.rebuild_dialog_requested.emit(
        RebuildRequest(mine, ModelRef(*BASE, newer.digest))
    )
    form = application.window._windows().dialogs._find(DeriveDialog)
    assert form is not None
    qtbot.waitUntil(lambda: form.form.is_read, timeout=10_000)
    assert form.system.text == "mine"
    with qtbot.waitSignal(application.state.creates.derived, timeout=10_000) as told:
        form.create_button.click()
    assert told.args is not None
    assert told.args[0].ref.name == MINE[1]
    package = server.state.find(parse("mine")).package  # type: ignore[union-attr]
    assert package.weights == newer.weights
    assert (package.text("system"), package.parameters["num_ctx"]) == ("mine", 1024)
    known = made(application, MINE[1])
    assert known is not None
    assert (known.source, known.digest) == (BASE[1], package.digest)
    kept = [name for name in server.state.names() if "-before-" in name]
    assert len(kept) == 1


def test_what_fails_is_told_in_the_form_or_in_a_box(
    application: Application,
    server: FaultyServer,
    qtbot: QtBot,
) -> None:
    base = row(application, qtbot, BASE)
    server.fault("/api/create", faults.error_json(500, "disk on fire"))
    dialogs = application.window._windows().dialogs
    application.commands.derive_dialog_requested.emit(ModelRef(*BASE, base.digest))
    form = dialogs.open_derive(ModelRef(*BASE, base.digest))
    qtbot.waitUntil(lambda: form.form.is_read, timeout=10_000)
    form.system.editor.setPlainText("x")
    form.create_button.click()
    qtbot.waitUntil(form.notice.isVisible, timeout=10_000)
    boxes = [each for each in dialogs._open.values() if each is not form]
    assert boxes == []
    with qtbot.waitSignal(application.state.failed, timeout=10_000) as told:
        form.create_button.click()
        form.cancel_button.click()
    assert told.args is not None
    assert told.args[0].verb is Verb.CREATE
    (box,) = dialogs._open.values()
    assert "Can’t make tiny-custom:latest" in box.windowTitle()
    box.close()
