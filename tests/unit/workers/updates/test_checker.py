from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes import FaultyServer, faults, small
from tests.fakes.server import Call
from tests.unit.workers.updates.conftest import (
    START,
    Bench,
    BenchMaker,
    close,
    library,
    with_config,
    with_template,
    with_white_space,
)
from tray_app.core.names import ModelName
from tray_app.core.payloads import ModelRef
from tray_app.core.updates.answers import AnswerKind
from tray_app.core.updates.asking import Allowed
from tray_app.core.updates.ledger import Made, MadeBy
from tray_app.core.updates.schedule import Conditions, Every
from tray_app.core.updates.verdicts import Standing
from tray_app.demo.store.package import empty_package
from tray_app.ollama.client import OllamaClient
from tray_app.ollama.registry import Registry

S = Standing
TINY = "/v2/library/tiny/manifests/latest"


@pytest.fixture
def bench(make_bench: BenchMaker) -> Bench:
    made = make_bench()
    made.poll()
    return made


def test_before_anybody_was_asked_nothing_is_known(bench: Bench) -> None:
    assert bench.standing("tiny:latest") is S.UNKNOWN
    assert bench.asked() == []


def test_one_request_for_each_name_that_is_current(bench: Bench) -> None:
    state = bench.check()
    assert (state.done, state.total, state.failed) == (3, 3, 0)
    assert {bench.standing(f"{name}:latest") for name in ("tiny", "other", "third")} == {S.CURRENT}
    assert [request.method for request in bench.asked()] == ["HEAD"] * 3
    done = [each.done for each in bench.trail.states if each.is_running and each.total]
    assert done == sorted(done)
    assert not bench.checker.state.is_running


def test_a_newer_version_is_found_and_told_once(bench: Bench, server: FaultyServer) -> None:
    bench.check()
    server.state.publish("tiny", small.model("tiny two", 50_000_000))
    bench.check()
    found = bench.verdict("tiny:latest")
    assert found.standing is S.WEIGHTS
    assert found.fetch_bytes is not None
    assert found.fetch_bytes > 50_000_000
    told = [v for v in bench.trail.verdicts if v.verdict.standing is S.WEIGHTS]
    assert [v.key for v in told] == [("local", "tiny:latest")]
    assert bench.standing("other:latest") is S.CURRENT


def test_what_is_known_of_the_newer_version_is_not_read_again(
    bench: Bench, server: FaultyServer
) -> None:
    bench.check()
    server.state.publish("tiny", small.model("tiny two"))
    bench.check()
    server.forget()
    bench.check()
    assert [request.method for request in bench.asked()] == ["HEAD"] * 3
    assert bench.standing("tiny:latest") is S.WEIGHTS


def test_the_server_tells_what_it_has_of_the_newer_version(
    bench: Bench, server: FaultyServer
) -> None:
    """Another model has its weights: only the small layers are to be fetched."""
    bench.check()
    newer = small.model("tiny two")
    server.state.publish("tiny", newer)
    server.state.install("twin", newer)
    bench.poll()
    bench.check()
    found = bench.verdict("tiny:latest")
    assert (found.standing, found.fetch_bytes) == (S.WEIGHTS, 0)
    blobs = {r.path for r in server.requests if r.path.startswith("/api/blobs/")}
    assert len(blobs) >= 1


@pytest.mark.parametrize(
    ("change", "standing"),
    [
        (lambda old: with_template(old, "{{ .System }} {{ .Prompt }}"), S.SMALL),
        (lambda old: with_config(old, file_type="Q8_0"), S.SMALL),
        (lambda old: with_config(old, requires="0.99.0"), S.NEEDS_SERVER),
        (lambda _: small.model("tiny smaller", 30_000_000), S.WEIGHTS),
    ],
)
def test_what_changed(
    bench: Bench, server: FaultyServer, change: object, standing: Standing
) -> None:
    bench.check()
    server.state.publish("tiny", change(small.model("tiny")))  # type: ignore[operator]
    bench.check()
    assert bench.standing("tiny:latest") is standing


def test_a_manifest_in_other_bytes_is_no_update(bench: Bench, server: FaultyServer) -> None:
    """The weights alone are known of a server elsewhere, so it is not shown to be the same."""
    bench.check()
    server.state.publish("tiny", with_white_space(small.model("tiny")))
    bench.check()
    assert bench.verdict("tiny:latest").fetch_bytes == 0
    assert bench.standing("tiny:latest") in (S.SMALL, S.CURRENT)


def test_a_version_that_was_never_seen_there_is_not_called_older(
    make_bench: BenchMaker, server: FaultyServer
) -> None:
    server.state.install("tiny", small.model("tiny by hand"))
    bench = make_bench()
    bench.poll()
    bench.check()
    assert bench.standing("tiny:latest") is S.CHANGED


SPOILT = {
    "not there": (faults.reply(404, b"{}", "application/json"), S.ABSENT, None),
    "private": (faults.reply(401, b"{}", "application/json"), S.ABSENT, None),
    "too new": (faults.reply(412, b"{}", "application/json"), S.NEEDS_SERVER, None),
    "enough": (faults.reply(429, b"{}", "application/json"), S.CURRENT, AnswerKind.LIMITED),
    "broken": (faults.error_html(502), S.CURRENT, AnswerKind.FAILING),
    "page": (faults.html_ok(), S.CURRENT, AnswerKind.UNUSABLE),
    "nothing": (faults.reply(200, b"{}", "application/json"), S.CURRENT, AnswerKind.UNUSABLE),
    "no": (faults.reply(403, b"{}", "application/json"), S.CURRENT, AnswerKind.UNUSABLE),
    "gone": (faults.close_before_headers(), S.CURRENT, AnswerKind.UNREACHABLE),
}


@pytest.mark.parametrize("kind", SPOILT)
def test_no_answer_leaves_the_verdict(bench: Bench, server: FaultyServer, kind: str) -> None:
    fault, standing, failure = SPOILT[kind]
    bench.check()
    checked_at = bench.verdict("tiny:latest").checked_at
    bench.later(hours=7)
    server.fault(TINY, fault)
    state = bench.check()
    found = bench.verdict("tiny:latest")
    assert (found.standing, found.failure) == (standing, failure)
    if failure is None:
        assert found.checked_at == bench.clock[0]
        assert state.failed == 0
    else:
        assert found.checked_at == checked_at
        assert state.failed >= 1


def test_an_empty_manifest_is_never_a_version(bench: Bench, server: FaultyServer) -> None:
    bench.check()
    server.state.publish("tiny", empty_package(b"{}"))
    bench.check()
    assert bench.verdict("tiny:latest").failure is AnswerKind.UNUSABLE
    assert not bench.verdict("tiny:latest").is_offered


def test_an_absent_name_is_asked_about_again_on_request_alone(
    bench: Bench, server: FaultyServer
) -> None:
    server.state.unpublish("tiny")
    bench.check()
    assert bench.standing("tiny:latest") is S.ABSENT
    server.forget()
    bench.later(days=10)
    bench.check()
    assert TINY not in {request.path for request in bench.asked()}
    assert bench.standing("tiny:latest") is S.ABSENT
    server.state.publish("tiny", small.model("tiny"))
    bench.check_one("tiny:latest")
    assert bench.standing("tiny:latest") is S.CURRENT


def test_a_registry_that_has_enough_is_left_alone(
    make_bench: BenchMaker, server: FaultyServer
) -> None:
    for number in range(20):
        server.state.install(f"many{number}", small.model(f"many{number}"))
    bench = make_bench()
    bench.poll()
    server.fault("*", faults.reply(429, b"{}", "application/json"), method="HEAD")
    state = bench.check(is_due=True)
    assert (state.total, state.failed) == (23, 23)
    assert len(bench.asked()) <= 2, "no more than were under way"
    server.clear()
    server.forget()
    bench.later(hours=5)
    assert bench.check(is_due=True).failed == 23
    assert bench.asked() == []
    assert bench.check().failed == 0, "a person may ask"
    bench.later(hours=7)
    assert bench.check(is_due=True).failed == 0


def test_a_registry_that_is_gone_is_not_asked_for_everything(
    make_bench: BenchMaker, server: FaultyServer
) -> None:
    for number in range(20):
        server.state.install(f"many{number}", small.model(f"many{number}"))
    bench = make_bench()
    bench.poll()
    server.fault("*", faults.close_before_headers(), method="HEAD")
    assert bench.check().failed == 23
    assert len({request.path for request in bench.asked()}) <= 5


def test_no_more_than_two_at_once_are_asked_of_one_registry(
    make_bench: BenchMaker, server: FaultyServer
) -> None:
    for number in range(8):
        server.state.install(f"many{number}", small.model(f"many{number}"))
        server.state.install(f"hf.co/me/m{number}:x", small.model(f"hf{number}"))
    lock, now, most = threading.Lock(), {"library": 0, "me": 0}, {"library": 0, "me": 0, "all": 0}

    def count(call: Call) -> None:
        host = call.exchange.path.split("/")[2]
        with lock:
            now[host] += 1
            most[host] = max(most[host], now[host])
            most["all"] = max(most["all"], sum(now.values()))
        call.exchange.wait(0.01)
        with lock:
            now[host] -= 1
        call.answer()

    bench = make_bench()
    bench.poll()
    server.fault("*", count, method="HEAD")
    bench.check()
    assert (most["library"], most["me"]) == (2, 2)
    assert most["all"] <= 4


def test_a_check_can_be_stopped(bench: Bench, server: FaultyServer) -> None:
    server.fault("*", faults.never_answer(), method="HEAD")
    bench.checker.check_all()
    bench.wait_for(lambda: len(bench.asked()) >= 2)
    bench.checker.stop()
    bench.settle()
    assert bench.trail.ended == []
    assert not bench.checker.state.is_running
    assert bench.standing("tiny:latest") is S.UNKNOWN
    assert bench.verdict("tiny:latest").failure is None
    server.clear()
    assert bench.check().failed == 0


# -- who is asked about ----------------------------------------------------------------------------


def test_two_servers_with_one_name_are_one_question(bench: Bench) -> None:
    bench.poll("studio")
    bench.check()
    assert len(bench.asked()) == 3
    assert bench.standing("tiny:latest", "studio") is S.CURRENT


def test_a_second_server_with_another_version_has_its_own_verdict(
    make_bench: BenchMaker, server: FaultyServer
) -> None:
    with FaultyServer(library=library("tiny")) as studio:
        bench = make_bench(studio=studio)
        bench.poll()
        bench.check()
        server.state.publish("tiny", small.model("tiny two"))
        studio.state.install("tiny", small.model("tiny two"))
        bench.poll("studio")
        bench.check()
    assert bench.standing("tiny:latest", "studio") is S.CURRENT
    assert bench.standing("tiny:latest", "local") is S.WEIGHTS


def test_what_is_made_here_is_never_asked_about(
    make_bench: BenchMaker, server: FaultyServer
) -> None:
    with OllamaClient(server.url) as client:
        client._post("/api/create", {"model": "secret-plan", "from": "tiny", "stream": False}, "")
        client.copy("tiny", "ours")
    bench = make_bench()
    bench.poll()
    ours = next(item for item in server.state.installed() if item.ref.display == "ours:latest")
    bench.checker.note_made(Made("local", "ours:latest", ours.package.digest, MadeBy.COPY, START))
    bench.check()
    bench.check_one("secret-plan:latest")
    asked = {request.path for request in bench.asked()}
    assert not [path for path in asked if "secret" in path or "ours" in path]
    assert bench.standing("secret-plan:latest") is S.MADE_HERE
    assert bench.standing("ours:latest") is S.MADE_HERE


def test_other_registries_are_asked_only_where_that_is_allowed(
    make_bench: BenchMaker, server: FaultyServer
) -> None:
    for name in ("hf.co/me/x:q4", "nas:5000/me/y:q4"):
        server.state.install(name, small.model(name))
        server.state.publish(name, small.model(name))
    bench = make_bench()
    bench.poll()
    bench.check()
    assert bench.standing("hf.co/me/x:q4") is S.CURRENT
    assert bench.standing("nas:5000/me/y:q4") is S.NOT_ASKED
    bench.checker.set_allowed(Allowed(hugging_face=False, hosts=("nas:5000",)))
    bench.wait_for(lambda: bench.standing("hf.co/me/x:q4") is S.NOT_ASKED)
    bench.check()
    assert bench.standing("nas:5000/me/y:q4") is S.CURRENT
    bench.checker.never_look_up("nas:5000/me/y:q4")
    assert bench.standing("nas:5000/me/y:q4") is S.NOT_ASKED
    bench.checker.look_up_again("nas:5000/me/y:q4")
    assert bench.standing("nas:5000/me/y:q4") is S.CURRENT


def test_no_secret_of_a_server_goes_to_a_registry(bench: Bench) -> None:
    bench.check()
    for request in bench.asked():
        assert not {"authorization", "cookie", "x-api-key"} & request.headers.keys()


# -- what happens meanwhile ------------------------------------------------------------------------


def test_a_pull_by_others_is_judged_without_the_network(bench: Bench, server: FaultyServer) -> None:
    bench.check()
    newer = small.model("tiny two")
    server.state.publish("tiny", newer)
    bench.check()
    server.forget()
    server.state.install("tiny", newer)
    bench.poll()
    assert bench.standing("tiny:latest") is S.CURRENT
    server.state.install("tiny", small.model("tiny"))
    bench.poll()
    assert bench.standing("tiny:latest") is S.WEIGHTS, "the old one came back"
    assert bench.asked() == []


def test_a_version_of_others_is_not_judged_by_an_old_answer(
    bench: Bench, server: FaultyServer
) -> None:
    bench.check()
    newest = small.model("tiny three")
    server.state.publish("tiny", newest)
    server.state.install("tiny", newest)
    bench.poll()
    assert bench.standing("tiny:latest") is S.UNKNOWN
    bench.check()
    assert bench.standing("tiny:latest") is S.CURRENT


def test_a_pull_of_ours_is_what_the_registry_has(bench: Bench, server: FaultyServer) -> None:
    newer = small.model("tiny two")
    server.state.install("tiny", newer)
    bench.poll()
    with OllamaClient(server.url) as client:
        record = client.get("tiny")
    assert record is not None
    bench.checker.note_pulled(record)
    server.state.publish("tiny", small.model("tiny three"))
    bench.check()
    assert bench.standing("tiny:latest") is S.WEIGHTS


def test_what_the_pull_dialog_learns_is_taken(bench: Bench, server: FaultyServer) -> None:
    registry = Registry({"*": server.url})
    same = registry.fetch_manifest(ModelName.parse("tiny"))
    server.forget()
    bench.checker.note_manifest("Tiny", same)
    bench.settle()
    assert bench.asked() == []
    assert bench.standing("tiny:latest") is S.CURRENT
    server.state.publish("tiny", small.model("tiny two"))
    newer = registry.fetch_manifest(ModelName.parse("tiny"))
    bench.checker.note_manifest("tiny", newer)
    bench.settle()
    assert bench.standing("tiny:latest") is S.WEIGHTS
    server.forget()
    bench.checker.note_manifest("nothing", newer)
    bench.checker.note_manifest("no name", newer)
    bench.settle()
    assert bench.asked() == []


def test_an_equal_snapshot_costs_nothing(bench: Bench) -> None:
    bench.check()
    count = len(bench.trail.verdicts)
    bench.poll()
    bench.poll()
    assert len(bench.trail.verdicts) == count


def test_a_server_that_is_away_is_asked_when_it_is_back(bench: Bench, server: FaultyServer) -> None:
    bench.check()
    server.state.publish("tiny", small.model("tiny two"))
    server.fault("/api/show", faults.close_before_headers())
    bench.check()
    assert bench.standing("tiny:latest") is S.UNKNOWN
    server.clear()
    bench.poll()
    bench.poll()
    assert bench.standing("tiny:latest") is S.WEIGHTS


# -- marks and the next start ----------------------------------------------------------------------


def test_pins_and_skips(bench: Bench, server: FaultyServer) -> None:
    bench.check()
    server.state.publish("tiny", small.model("tiny two"))
    bench.check()
    ref = ModelRef("local", "tiny:latest")
    bench.checker.pin(ref)
    assert bench.trail.verdicts[-1].marks.is_pinned
    bench.checker.unpin(ref)
    assert not bench.checker.marks(ref.key).is_pinned
    bench.checker.skip(ref)
    assert bench.checker.marks(ref.key).is_skipped
    server.state.publish("tiny", small.model("tiny three"))
    bench.check()
    assert not bench.checker.marks(ref.key).is_skipped, "only that version"
    bench.checker.skip(ref)
    bench.checker.offer_again(ref)
    assert not bench.checker.marks(ref.key).is_skipped


def test_everything_is_there_at_the_next_start(
    make_bench: BenchMaker, server: FaultyServer, tmp_path: Path
) -> None:
    path = tmp_path / "updates.json"
    bench = make_bench(path)
    bench.poll()
    bench.check()
    server.state.publish("tiny", small.model("tiny two"))
    bench.check()
    bench.checker.pin(ModelRef("local", "other:latest"))
    before = {name: bench.verdict(f"{name}:latest") for name in ("tiny", "other", "third")}
    bench.save()
    close(bench)
    server.forget()
    again = make_bench(path, bench.clock)
    assert {name: again.verdict(f"{name}:latest") for name in before} == before, "before any poll"
    again.poll()
    assert {name: again.verdict(f"{name}:latest") for name in before} == before
    assert again.checker.marks(("local", "other:latest")).is_pinned
    assert again.asked() == []
    assert again.checker.state.checked_at == START


def test_what_was_not_written_is_written_at_the_end(make_bench: BenchMaker, tmp_path: Path) -> None:
    path = tmp_path / "updates.json"
    bench = make_bench(path, save_s=3600)
    bench.poll()
    bench.check()
    close(bench)
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    assert sum(row.startswith("judged\t") for row in rows) == 3


def test_a_pin_from_a_terminal_is_seen(make_bench: BenchMaker, tmp_path: Path) -> None:
    path = tmp_path / "updates.json"
    bench = make_bench(path)
    bench.poll()
    bench.check()
    bench.save()
    other = make_bench(path)
    other.keeper.ledger.pin("local", "tiny:latest")
    other.keeper.save()
    other.save()
    assert not bench.checker.marks(("local", "tiny:latest")).is_pinned
    bench.keeper.look()
    bench.wait_for(lambda: bench.checker.marks(("local", "tiny:latest")).is_pinned)


def test_a_file_that_cannot_be_written_is_told_and_tried_again(
    make_bench: BenchMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "updates.json"
    bench = make_bench(path)
    failures: list[object] = []
    bench.keeper.failed.connect(failures.append)
    with monkeypatch.context() as patch:
        patch.setattr("tray_app.jsonfile.os.fsync", _full)
        bench.poll()
        bench.check()
        bench.wait_for(lambda: failures)
        bench.wait_for(lambda: not bench.keeper.is_writing)
    bench.checker.pin(ModelRef("local", "tiny:latest"))
    bench.save()
    rows = json.loads(path.read_text(encoding="utf-8"))["rows"]
    assert sum(row.startswith("judged\t") for row in rows) == 3


def _full(_: int) -> None:
    raise OSError(28, "No space left on device")


# -- by itself -------------------------------------------------------------------------------------


def test_when_the_next_round_is(bench: Bench, server: FaultyServer) -> None:
    def due_in() -> timedelta:
        found = bench.checker.plan(Every.DAY, Conditions()).at
        assert found is not None
        return found - bench.clock[0]

    assert due_in() == timedelta(minutes=2)
    bench.check()
    assert due_in() == timedelta(hours=20)
    bench.later(hours=21)
    bench.checker.note_wake()
    assert due_in() == timedelta(minutes=2)
    server.fault("*", faults.error_html(502), method="HEAD")
    bench.check(is_due=True)
    assert due_in() == timedelta(hours=1)
    bench.later(hours=1)
    bench.check(is_due=True)
    assert due_in() == timedelta(hours=3)


def test_many_models_are_judged_in_slices(make_bench: BenchMaker) -> None:
    names = [f"many{number}" for number in range(600)]
    with FaultyServer(library=library(*names)) as crowd:
        bench = make_bench(at=crowd)
        with OllamaClient(crowd.url) as client:
            snapshot = client.snapshot()
        bench.checker.note_snapshot(snapshot)
        assert bench.trail.verdicts == [], "nothing of it in the poll's own turn"
        bench.wait_for(lambda: not bench.checker._work)
        assert bench.check().failed == 0
        assert len(bench.asked()) == 600
        assert {bench.standing(f"{name}:latest") for name in names} == {S.CURRENT}
