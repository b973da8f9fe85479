from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.fakes import FaultyServer, faults, small
from tray_app.core.errors import Cancelled, Changed, OllamaError
from tray_app.core.names import ModelName
from tray_app.core.payloads import ModelRef
from tray_app.core.records import Layer, LayerKind
from tray_app.core.updates.answers import AnswerKind, RegistryAnswer
from tray_app.core.updates.asking import Question
from tray_app.ollama import CancelScope, OllamaClient, Registry
from tray_app.ollama.update_check import MAX_SILENT, Line, ask_line, parts_of


@pytest.fixture
def server() -> Iterator[FaultyServer]:
    with FaultyServer(library=small.library("tiny", "other")) as running:
        yield running


def question(name: str) -> Question:
    return Question(ModelName.parse(name), name)


def answers(server: FaultyServer, line: Line, threads: int = 1) -> dict[str, AnswerKind]:
    found: dict[str, AnswerKind] = {}

    def work() -> None:
        ask_line(line, Registry({"*": server.url}), CancelScope(), tell)

    def tell(asked: Question, answer: RegistryAnswer) -> None:
        assert asked.key not in found
        found[asked.key] = answer.kind

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    return found


def test_each_question_is_asked_once_whoever_asks(server: FaultyServer) -> None:
    names = [f"nothing{number}" for number in range(10)]
    line = Line(map(question, names))
    line.put(question("tiny"))
    line.put(question("first"), is_first=True)
    found = answers(server, line, threads=2)
    assert sorted(found) == sorted([*names, "tiny", "first"])
    assert found["tiny"] is AnswerKind.MANIFEST
    assert found["first"] is AnswerKind.ABSENT
    assert len(line) == 0


def test_who_does_not_answer_is_asked_once_more(server: FaultyServer) -> None:
    path = "/v2/library/tiny/manifests/latest"
    server.fault(path, faults.close_before_headers(), times=2)
    assert answers(server, Line([question("tiny")])) == {"tiny": AnswerKind.MANIFEST}


@pytest.mark.parametrize(
    ("fault", "kind", "most"),
    [
        (faults.reply(429, b"", "text/plain"), AnswerKind.LIMITED, 1),
        (faults.reply(503, b"", "text/plain"), AnswerKind.FAILING, 1),
        (faults.close_before_headers(), AnswerKind.UNREACHABLE, MAX_SILENT),
        (faults.reply(404, b"", "text/plain"), AnswerKind.ABSENT, 9),
        (faults.html_ok(), AnswerKind.UNUSABLE, 9),
    ],
)
def test_when_a_registry_is_not_asked_on(
    server: FaultyServer, fault: faults.Fault, kind: AnswerKind, most: int
) -> None:
    server.fault("*", fault)
    names = [f"x{number}" for number in range(9)]
    found = answers(server, Line(map(question, names)))
    assert found == dict.fromkeys(names, kind)
    assert len({request.path for request in server.requests}) == most


def test_a_cancelled_line_ends(server: FaultyServer) -> None:
    scope = CancelScope()
    scope.cancel()
    line = Line([question("tiny")])
    with pytest.raises(Cancelled):
        ask_line(line, Registry({"*": server.url}), scope, lambda *_: None)


# -- what a server has -----------------------------------------------------------------------------


def parts(server: FaultyServer, there: tuple[Layer, ...] = (), name: str = "tiny:latest"):  # type: ignore[no-untyped-def]
    with OllamaClient(server.url) as client:
        record = client.get("tiny")
        assert record is not None
        return parts_of(client, None, ModelRef("local", name, record.digest), there)


def test_what_a_server_has_of_a_newer_version(server: FaultyServer) -> None:
    other = small.model("other")
    layers = tuple(Layer(blob.digest, LayerKind(blob.kind)) for blob in other.blobs)
    absent = Layer(f"sha256:{'0' * 64}", LayerKind.MODEL)
    odd = Layer("sha256:../../etc/passwd", LayerKind.MODEL)
    found = parts(server, (*layers, absent, odd))
    assert found.held == {layer.digest for layer in layers}
    assert found.known is not None
    assert [layer.kind for layer in found.known.layers] == [LayerKind.MODEL]
    assert not [r.path for r in server.requests if "passwd" in r.path]


def test_another_version_than_was_meant_says_nothing(server: FaultyServer) -> None:
    """A server shows what has the name now."""

    def replace_it(call) -> None:  # type: ignore[no-untyped-def]
        server.state.install("tiny", small.model("tiny two"))
        call.answer()

    server.fault("/api/show", replace_it)
    with pytest.raises(Changed):
        parts(server)


def test_a_damaged_model_has_parts_that_are_not_known(server: FaultyServer) -> None:
    server.fault("/api/show", faults.error_json(500, "boom"))
    assert parts(server).known is None


def test_a_server_that_is_away_is_no_answer(server: FaultyServer) -> None:
    server.fault("/api/show", faults.close_before_headers())
    with pytest.raises(OllamaError):
        parts(server)
