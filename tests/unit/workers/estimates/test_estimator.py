"""What a pull would mean, found out over real HTTP: whole, in parts, and when nothing works."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Slot
from pytestqt.qtbot import QtBot

from tests.fakes import FaultyServer, faults, small
from tests.unit.workers.conftest import QUICK
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import (
    BadAnswer,
    BadName,
    ModelNotFound,
    OllamaError,
    PullFailed,
    TimedOut,
    Unauthorized,
    Unreachable,
)
from tray_app.core.estimate import Missing, PullCheck, PullEstimate
from tray_app.core.keeping.records import Measurement
from tray_app.core.memory_fit import FitKind
from tray_app.core.payloads import ModelRef, PullRequest
from tray_app.ollama.client import OllamaClient
from tray_app.ollama.local_store import LocalStore
from tray_app.ollama.registry import Registry
from tray_app.workers.estimates.estimator import Estimator
from tray_app.workers.jobs import Target
from tray_app.workers.operations import Operations
from tray_app.workers.pulls.queue import PullQueue
from tray_app.workers.runner import JobRunner

MANIFEST = "/v2/library/one/manifests/latest"


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    library = small.library("here", published=("one", "two"))
    library.published.append(("twin", small.model("other words", weights="here"), 60.0))
    with FaultyServer(library=library) as fake:
        yield fake


class Answers(QObject):
    """Remembers what was said."""

    def __init__(self, estimator: Estimator) -> None:
        super().__init__()
        self.all: list[PullEstimate] = []
        estimator.estimated.connect(self._on_estimated)

    @Slot(object)
    def _on_estimated(self, estimate: PullEstimate) -> None:
        self.all.append(estimate)

    @property
    def last(self) -> PullEstimate:
        return self.all[-1]


class Desk:
    """An Estimator with what it needs."""

    def __init__(self, qtbot: QtBot, estimator: Estimator, server: FaultyServer) -> None:
        self.qtbot = qtbot
        self.estimator = estimator
        self.answers = Answers(estimator)
        with OllamaClient(server.url, server_id="local") as client:
            self.snapshot = client.snapshot()
        estimator.note_snapshot(self.snapshot)

    def ask(self, name: str) -> PullEstimate:
        """Ask, and wait until no more comes."""
        self.answers.all.clear()  # of an earlier question
        self.estimator.ask(ModelRef("local", name))
        self.wait(lambda: bool(self.answers.all) and self.is_settled(self.answers.last))
        return self.answers.last

    @staticmethod
    def is_settled(estimate: PullEstimate) -> bool:
        return Missing.PENDING not in (
            None if estimate.is_found else estimate.manifest_reason,
            None if estimate.details else estimate.details_reason,
            None if estimate.licenses else estimate.licenses_reason,
        )

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition, timeout=8000)


MakeDesk = Callable[..., Desk]


@pytest.fixture
def make_desk(qtbot: QtBot, runner: JobRunner, server: FaultyServer) -> MakeDesk:
    def make(
        store: LocalStore | None = None, url: str = "", deadline_s: float = 30.0, **options: float
    ) -> Desk:
        target = Target("local", Endpoint.parse(server.url), store)
        registry = Registry({"*": url or server.url}, **options)
        estimator = Estimator(
            runner, {"local": target}.get, registry, lambda _: False, runner, deadline_s=deadline_s
        )
        return Desk(qtbot, estimator, server)

    return make


def test_a_new_model(make_desk: MakeDesk) -> None:
    made = make_desk().ask("one")
    assert made.name == "one:latest"
    assert made.standing is PullCheck.NEW
    assert made.total_bytes == made.fetch_bytes
    assert (made.total_bytes or 0) > 40_000_000
    assert made.details is not None
    assert (made.details.parameter_size, made.details.quantization_level) == ("8.0B", "Q4_K_M")
    assert [found.name for found in made.licenses] == ["MIT License"]
    assert made.licenses[0].text.startswith("MIT License\n")
    assert made.space_reason is Missing.REMOTE
    assert made.fit is not None
    assert made.fit.kind is FitKind.UNKNOWN


def test_it_is_told_in_parts(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.ask("one")
    known = [
        (one.is_found, one.details is not None, bool(one.licenses)) for one in desk.answers.all
    ]
    assert known == sorted(known)
    assert (True, False, False) in known, "sizes do not wait for the rest"


def test_an_installed_model_is_up_to_date(make_desk: MakeDesk) -> None:
    made = make_desk().ask("HERE")
    assert made.standing is PullCheck.CURRENT
    assert made.fetch_bytes == 0


def test_layers_on_the_server_are_not_fetched_as_soon_as_that_is_known(
    make_desk: MakeDesk, runner: JobRunner
) -> None:
    desk = make_desk()
    before = desk.ask("twin")
    assert before.here_bytes == 0
    with OllamaClient(desk.estimator._target_of("local").endpoint) as client:  # type: ignore[union-attr]
        info = client.show("here", digest=desk.snapshot.models[0].digest)
    desk.estimator.set_layer_index(desk.estimator._layer_index.with_info(info))
    assert desk.answers.last.here_bytes == 40_000_000
    assert desk.answers.last.shared_with == ("here:latest",)


def test_disk_and_layers_of_a_server_on_this_computer(
    make_desk: MakeDesk, server: FaultyServer, tmp_path: Path
) -> None:
    package = server.state.published()[0].package
    folder = tmp_path / "manifests" / "registry.ollama.ai" / "library" / "here"
    folder.mkdir(parents=True)
    (folder / "latest").write_bytes(small.model("here").manifest)
    (tmp_path / "blobs").mkdir()
    license_layer = next(layer for layer in package.layers if layer.kind == "license")
    assert license_layer.text is not None
    name = license_layer.digest.replace(":", "-")
    (tmp_path / "blobs" / name).write_bytes(license_layer.text)
    made = make_desk(LocalStore([tmp_path / "stale", tmp_path])).ask("one")
    assert made.space is not None
    assert made.space.folder == str(tmp_path)
    assert made.space.free_bytes > 0
    assert made.here_bytes == license_layer.size


def test_a_folder_of_another_server_is_not_believed(make_desk: MakeDesk, tmp_path: Path) -> None:
    (tmp_path / "blobs").mkdir()
    made = make_desk(LocalStore([tmp_path])).ask("one")
    assert made.space is None
    assert made.space_reason is Missing.NO_FOLDER


def test_memory_shows_in_what_runs(make_desk: MakeDesk, server: FaultyServer) -> None:
    desk = make_desk()
    server.state.load("here")
    with OllamaClient(server.url, server_id="local") as client:
        desk.estimator.note_snapshot(client.snapshot())
    made = desk.ask("here")
    assert made.fit is not None
    assert made.fit.kind is FitKind.MEASURED
    desk.estimator.forget_server("local")
    assert desk.ask("one").fit is not None


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (faults.unauthorized(), Unauthorized),
        (faults.reply(404, b"{}"), ModelNotFound),
        (faults.error_json(500), PullFailed),
        (faults.html_ok(), PullFailed),
        (faults.reply(200, b'{"layers": [', "application/json"), BadAnswer),
        (faults.truncated_body(), Unreachable),
        (faults.reset_before_headers(), Unreachable),
        (faults.endless_body(), OllamaError),
    ],
)
def test_a_registry_that_does_not_tell(
    make_desk: MakeDesk, server: FaultyServer, fault: faults.Fault, expected: type[OllamaError]
) -> None:
    server.fault(MANIFEST, fault)
    made = make_desk(read_timeout_s=2.0).ask("one")
    assert isinstance(made.failure, expected)
    assert made.licenses_reason is made.details_reason is Missing.NO_MANIFEST
    assert made.space_reason is Missing.REMOTE, "a failure takes no other part with it"


def test_a_registry_that_is_away(make_desk: MakeDesk, server: FaultyServer) -> None:
    with FaultyServer() as gone:
        url = gone.url
    assert isinstance(make_desk(url=url).ask("one").failure, Unreachable)


def blob_path(name: str, server: FaultyServer, index: int) -> str:
    return f"/v2/library/{name}/blobs/{server.layers(name)[index]}"


@pytest.mark.parametrize(
    "fault", [faults.error_html(502), faults.reply(200, b"{}"), faults.truncated_body()]
)
def test_a_config_that_does_not_come_leaves_the_rest(
    make_desk: MakeDesk, server: FaultyServer, fault: faults.Fault
) -> None:
    server.fault(blob_path("one", server, -1), fault)
    made = make_desk().ask("one")
    assert isinstance(made.details_reason, OllamaError)
    assert made.details is None
    assert made.is_found
    assert made.licenses
    assert made.fit is not None, "the weights alone tell enough"


def test_a_licence_with_other_bytes_is_not_shown(make_desk: MakeDesk, server: FaultyServer) -> None:
    server.fault(blob_path("one", server, 2), faults.reply(200, b"Sign here"))
    made = make_desk().ask("one")
    assert made.licenses == ()
    assert isinstance(made.licenses_reason, BadAnswer)
    assert made.details is not None


def test_the_deadline_ends_a_silent_registry(make_desk: MakeDesk, server: FaultyServer) -> None:
    server.fault(MANIFEST, faults.never_answer())
    made = make_desk(deadline_s=0.2).ask("one")
    assert isinstance(made.failure, TimedOut)


def test_what_came_before_the_deadline_stays(make_desk: MakeDesk, server: FaultyServer) -> None:
    path = blob_path("one", server, -1)
    server.fault(path, faults.never_answer())
    desk = make_desk()
    desk.estimator.ask(ModelRef("local", "one"))
    desk.wait(lambda: bool(server.asked(path)) and bool(desk.answers.all))
    desk.wait(lambda: desk.answers.last.is_found)
    desk.estimator._deadline.start(0)  # now it is over
    desk.wait(lambda: desk.is_settled(desk.answers.last))
    made = desk.answers.last
    assert made.is_found
    assert isinstance(made.details_reason, TimedOut)
    assert isinstance(made.licenses_reason, TimedOut)


def test_the_newest_question_wins(make_desk: MakeDesk, server: FaultyServer) -> None:
    desk = make_desk()
    server.fault(MANIFEST, faults.never_answer())
    desk.estimator.ask(ModelRef("local", "one"))
    desk.wait(lambda: bool(server.asked(MANIFEST)))
    desk.answers.all.clear()
    made = desk.ask("two")
    assert made.name == "two:latest"
    assert {each.name for each in desk.answers.all} == {"two:latest"}


def test_a_dropped_question_is_not_answered(
    make_desk: MakeDesk, server: FaultyServer, runner: JobRunner
) -> None:
    desk = make_desk()
    server.fault(MANIFEST, faults.never_answer())
    desk.estimator.ask(ModelRef("local", "one"))
    desk.wait(lambda: bool(server.asked(MANIFEST)))
    desk.estimator.cancel()
    desk.wait(lambda: not runner.active())
    desk.answers.all.clear()
    desk.estimator.note_snapshot(desk.snapshot)
    assert desk.answers.all == []


def test_a_name_that_is_none(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.estimator.ask(ModelRef("local", "a+b"))
    assert isinstance(desk.answers.last.failure, BadName)


def test_an_answer_that_did_not_change_is_not_said_again(make_desk: MakeDesk) -> None:
    desk = make_desk()
    desk.ask("one")
    count = len(desk.answers.all)
    desk.estimator.note_snapshot(desk.snapshot)
    assert len(desk.answers.all) == count


def test_the_queue_takes_up_what_was_looked_up(
    qtbot: QtBot, runner: JobRunner, server: FaultyServer
) -> None:
    target = Target("local", Endpoint.parse(server.url))
    queue = PullQueue(runner, {"local": target}.get, limits=QUICK)
    operations = Operations(runner, queue, {"local": target}.get, Registry({"*": server.url}))
    answers = Answers(operations.estimator)
    operations.estimator.ask(ModelRef("local", "one"))
    qtbot.waitUntil(lambda: bool(answers.all) and Desk.is_settled(answers.last), timeout=8000)
    # The registry falls silent: the total is known all the same.
    server.fault(MANIFEST, faults.never_answer())
    server.state.set_speed(20e6)
    queue.set_server_online("local", True)
    operations.pull(PullRequest("local", "one"))

    def total() -> int | None:
        progress = queue.items()[0].progress
        return progress.total_bytes if progress and progress.is_total_known else None

    qtbot.waitUntil(lambda: total() == answers.last.total_bytes, timeout=8000)
    server.clear()
    queue.close()


def test_the_digest_of_the_found_manifest_is_that_of_its_bytes(
    make_desk: MakeDesk, server: FaultyServer
) -> None:
    desk = make_desk()
    desk.ask("one")
    manifest = desk.estimator.manifest_of("ONE")
    assert manifest is not None
    raw = next(
        x.package.manifest for x in server.state.published() if x.ref.display == "one:latest"
    )
    assert manifest.digest == hashlib.sha256(raw).hexdigest()
    assert json.loads(raw)["layers"]


def test_what_the_weights_took_in_an_earlier_run_is_said_instead_of_an_estimate(
    make_desk: MakeDesk,
) -> None:
    desk = make_desk()
    at = datetime(2026, 11, 1, tzinfo=UTC)
    asked: list[tuple[str, str, str]] = []

    def taken_of(server_id: str, digest: str, weights: str) -> tuple[Measurement, ...]:
        asked.append((server_id, digest, weights))
        small, large = (Measurement("local", "f" * 64, n, 9, 9, at) for n in (4096, 32768))
        return (small, large)

    desk.estimator.set_taken(taken_of)
    made = desk.ask("twin")
    assert made.taken is not None
    assert made.taken.context_length == 32768
    assert made.fit is not None
    assert made.fit.kind is FitKind.MEASURED
    (question,) = set(asked)
    assert question[0] == "local"
    assert len(question[1]) == 64
    assert question[2].startswith("sha256:")
