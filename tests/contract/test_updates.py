"""What a registry may change, what a pull makes of it, and what `outdated` says before and after.

Each test is a row of what was measured on a real server.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.contract.gguf_file import digest_of, gguf_bytes
from tests.contract.likeness import phases
from tests.contract.local_registry import LocalRegistry
from tests.contract.targets import Published, RealTarget, Target
from tests.fakes import small
from tray_app.cli import parse_args, terminal
from tray_app.cli.console import Console
from tray_app.demo import DemoServer, Library, Package
from tray_app.demo.store.gguf import read_header
from tray_app.demo.store.package import Layer, assemble, empty_package, text_layer
from tray_app.desktop.instance.single_instance import Handover, InstanceCommand, Outcome
from tray_app.ollama import OllamaClient, Registry
from tray_app.ollama.updating import Readiness, go_back, keep_old_version, look_again

RECORDINGS = Path(__file__).parent / "recordings"


class Checker:
    """A person who types `outdated`, again and again, at one server."""

    def __init__(self, target: Target, folder: Path) -> None:
        self.target = target
        self.folder = folder
        settings = folder / "config" / "settings.json"
        settings.parent.mkdir(parents=True)
        hosts = [target.registry_host]
        values = {"version": 1, "insecure_hosts": hosts, "check_hosts": hosts}
        settings.write_text(json.dumps(values), encoding="utf-8")

    def verdict(self, name: str) -> dict[str, Any]:
        """What is said of a model."""
        code, out = self.type("outdated", "--json")
        assert code == 0
        return next(row for row in json.loads(out) if row["name"] == name)

    def state(self, name: str) -> str:
        return str(self.verdict(name)["state"])

    def type(self, *words: str) -> tuple[int, str]:
        stdout = io.StringIO()
        environ = {"OLLAMA_HOST": self.target.url}
        # Nobody but the registry of this test is asked.
        registry = Registry({"registry.ollama.ai": f"http://{self.target.registry_host}"})
        code = terminal.run(
            parse_args([*words, "--data-dir", str(self.folder)]),
            ask_instance=_nobody,
            console=Console(io.StringIO(), stdout, io.StringIO(), environ),
            registry=registry,
        )
        return code, stdout.getvalue()


def _nobody(_: InstanceCommand, __: tuple[str, ...]) -> Handover:
    return Handover(Outcome.NOBODY)


@pytest.fixture
def checker(target: Target, tmp_path: Path) -> Checker:
    return Checker(target, tmp_path)


@pytest.fixture
def model(target: Target, checker: Checker) -> Published:
    """Pulled, and seen to be what the registry has. No other model of the server has a layer of
    it."""
    found = target.publish("upd")
    own = with_layer(found.package, "template", f"{{{{ .Prompt }}}} {target.seed()}")
    target.offer(found, own)
    found = replace(found, package=own)
    list(target.pull(found.name))
    assert checker.state(found.name) == "current"
    return found


def digest(target: Target, name: str) -> str:
    return str(target.rows()[name]["digest"])


def with_layer(old: Package, kind: str, text: str) -> Package:
    layers = [x if x.kind != kind else text_layer(kind, text) for x in old.layers]
    return assemble(old.weights, layers, details=old.details)


def with_weights(old: Package, data: bytes) -> Package:
    header = read_header(data, digest_of(data), len(data))
    layers = [x if x.kind != "model" else Layer("model", header.digest, len(data))
              for x in old.layers]  # fmt: skip
    return assemble(header, layers, details=old.details)


def layer(package: Package, kind: str) -> str:
    return next(x.digest for x in package.layers if x.kind == kind)


def has(target: Target, blob: str) -> bool:
    return target.ask("HEAD", f"/api/blobs/{blob}").status_code == 200


# -- the registries of these tests -----------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["head", "get", "head-missing", "missing"],
)
def test_our_registries_answer_as_the_recorded_one(name: str) -> None:
    record = json.loads((RECORDINGS / f"registry-manifest-{name}.json").read_text("utf-8"))
    wanted, method = record["response"], record["request"]["method"]
    package = small.model("base")
    with DemoServer(library=Library(published=[("base", package, 0.0)])) as demo:
        local = LocalRegistry().start()
        local.manifests["/v2/library/base/manifests/latest"] = package.manifest
        try:
            for url in (demo.url, f"http://127.0.0.1:{local.port}"):
                answer = requests.request(method, url + record["request"]["path"], timeout=5)
                told = {key.lower() for key in answer.headers} - {"server", "date"}
                assert answer.status_code == wanted["status"]
                assert told == {key.lower() for key in wanted["headers"]}
                if method == "HEAD" and answer.ok:
                    digest = hashlib.sha256(package.manifest).hexdigest()
                    assert answer.headers["ollama-content-digest"] == digest
                    assert answer.headers["ollama-push-time"].isdecimal()
                if method == "GET":
                    assert answer.json().keys() == wanted["json"].keys()
        finally:
            local.stop()


# -- the rows of the table -------------------------------------------------------------------------


def test_nothing_changed(target: Target, checker: Checker, model: Published) -> None:
    before = target.rows()[model.name]
    if isinstance(target, RealTarget):
        target.registry.requests.clear()
    lines = list(target.pull(model.name))
    assert all(line["completed"] == line["total"] for line in lines if "digest" in line)
    after = target.rows()[model.name]
    assert after["digest"] == before["digest"]
    assert after["modified_at"] > before["modified_at"]
    if isinstance(target, RealTarget):
        assert [method for method, _, _ in target.registry.requests] == ["GET"]
    assert checker.state(model.name) == "current"


def test_the_template_alone(target: Target, checker: Checker, model: Published) -> None:
    newer = with_layer(model.package, "template", "{{ .System }} {{ .Prompt }}")
    target.offer(model, newer)
    found = checker.verdict(model.name)
    assert (found["state"], found["changed"]) == ("small", ["template"])
    assert 0 < found["download"] < 10_000
    steps = phases(list(target.pull(model.name)))
    assert steps[-2:] == ["removing unused layers", "success"]
    assert digest(target, model.name) == newer.digest
    assert not has(target, layer(model.package, "template"))
    assert has(target, layer(model.package, "model"))
    assert checker.state(model.name) == "current"


@pytest.mark.parametrize("floats", [300_000, 200_000], ids=["larger", "smaller"])
def test_the_weights(target: Target, checker: Checker, model: Published, floats: int) -> None:
    data = gguf_bytes(target.seed(), floats=floats)
    newer = with_weights(model.package, data)
    target.offer(model, newer, data)
    found = checker.verdict(model.name)
    assert (found["state"], found["changed"]) == ("weights", ["model"])
    assert found["download"] >= len(data)
    list(target.pull(model.name))
    assert digest(target, model.name) == newer.digest
    assert not has(target, layer(model.package, "model"))
    assert checker.state(model.name) == "current"


def test_the_config_alone(target: Target, checker: Checker, model: Published) -> None:
    old = model.package
    newer = assemble(old.weights, old.layers, details={**old.details, "file_type": "Q8_0"})
    target.offer(model, newer)
    found = checker.verdict(model.name)
    assert (found["state"], found["changed"]) == ("small", ["config"])
    list(target.pull(model.name))
    assert digest(target, model.name) == newer.digest
    assert not has(target, old.config.digest)
    assert checker.state(model.name) == "current"


@pytest.mark.parametrize("ending", [b"", b"\n", b"\n\n  \n"], ids=["inside", "line", "lines"])
def test_white_space_alone(
    target: Target, checker: Checker, model: Published, ending: bytes
) -> None:
    raw = json.dumps(json.loads(model.package.manifest), indent=1).encode() + ending
    newer = replace(model.package, manifest=raw)
    target.offer(model, newer)
    found = checker.verdict(model.name)
    assert (found["download"] or 0) == 0
    assert found["changed"] == []
    assert found["state"] in ("current", "small")  # a server elsewhere tells only its weights
    list(target.pull(model.name))
    assert digest(target, model.name) == newer.digest
    assert has(target, layer(model.package, "template"))
    assert checker.state(model.name) == "current"


@pytest.mark.parametrize("length", [511, 512, 513, 1536, 3584])
def test_what_a_server_hashes(
    target: Target, checker: Checker, model: Published, length: int
) -> None:
    """A manifest that fills the buffer of its decoder, with a new line behind it."""
    bare = model.package.manifest
    while len(bare) > length:
        length = 2 * length + 512
    raw = bare[:-1] + b" " * (length - len(bare)) + b"}\n"
    newer = replace(model.package, manifest=raw)
    target.offer(model, newer)
    list(target.pull(model.name))
    found = digest(target, model.name)
    assert found == newer.digest
    assert found in {hashlib.sha256(x).hexdigest() for x in (raw, raw.rstrip())}
    assert checker.state(model.name) == "current"


def test_a_version_for_a_newer_ollama(target: Target, checker: Checker, model: Published) -> None:
    old = model.package
    details = {**old.details, "requires": "99.0.0"}
    target.offer(model, assemble(old.weights, old.layers, details=details))
    version = target.ask("GET", "/api/version").json()["version"]
    expected = "small" if version == "0.0.0" else "needs_server"
    assert checker.state(model.name) == expected


# -- what is no version ----------------------------------------------------------------------------


def test_a_missing_layer_leaves_the_old_version_whole(
    target: Target, checker: Checker, model: Published
) -> None:
    data = gguf_bytes(target.seed(), floats=260_000)
    newer = with_weights(model.package, data)
    target.offer(model, newer, data)
    target.lose(layer(newer, "model"))
    assert list(target.pull(model.name))[-1] == {"error": "file does not exist"}
    assert digest(target, model.name) == model.package.digest
    assert all(has(target, blob) for blob in model.digests)
    assert checker.state(model.name) == "weights"


def test_a_tag_that_is_gone(target: Target, checker: Checker, model: Published) -> None:
    target.withdraw(model)
    assert checker.state(model.name) == "absent"
    last = list(target.pull(model.name))[-1]
    assert last == {"error": "pull model manifest: file does not exist"}
    assert digest(target, model.name) == model.package.digest


@pytest.mark.parametrize("manifest", [b"{}", b'{"schemaVersion":2,"layers":[]}'])
def test_an_empty_manifest_is_never_offered(
    target: Target, checker: Checker, model: Published, manifest: bytes
) -> None:
    """A server would pull it, call that a success, and remove what it has."""
    target.offer(model, empty_package(manifest))
    found = checker.verdict(model.name)
    assert (found["state"], found["failure"]) == ("current", "unusable")
    assert checker.type("update", model.name, "-y", "--wait")[0] == 1
    assert digest(target, model.name) == model.package.digest
    with OllamaClient(target.url) as client:
        registry = Registry()
        looked = look_again(client, registry, model.name, model.package.digest, is_insecure=True)
    assert looked.readiness is Readiness.NO_VERSION
    lines = list(target.pull(model.name))
    assert lines[-1] == {"status": "success"}
    assert target.rows()[model.name]["size"] == 0
    assert not has(target, layer(model.package, "model"))


# -- old versions ----------------------------------------------------------------------------------


def test_an_old_version_is_kept_and_comes_back(
    target: Target, checker: Checker, model: Published
) -> None:
    with OllamaClient(target.url) as client:
        record = client.get(model.name)
        assert record is not None
        kept = keep_old_version(client, record, date(2026, 11, 24))
        target.made.append(kept.name)
        data = gguf_bytes(target.seed(), floats=260_000)
        newer = with_weights(model.package, data)
        target.offer(model, newer, data)
        list(target.pull(model.name))
        assert all(has(target, blob) for blob in model.digests)
        assert digest(target, kept.name) == model.package.digest
        assert go_back(client, kept, model.name).record.digest == model.package.digest
    assert checker.state(model.name) == "weights", "the old one is known"
    assert has(target, layer(newer, "model")), "it waits for the next start"
    list(target.pull(model.name))
    assert checker.state(model.name) == "current"


def test_an_update_by_the_terminal(target: Target, checker: Checker, model: Published) -> None:
    data = gguf_bytes(target.seed(), floats=260_000)
    newer = with_weights(model.package, data)
    target.offer(model, newer, data)
    code, plan = checker.type("update", model.name, "--dry-run")
    assert code == 0
    assert f"{model.name}: Newer version: " in plan
    assert digest(target, model.name) == model.package.digest
    assert checker.type("update", model.name, "-y", "--wait")[0] == 0
    assert digest(target, model.name) == newer.digest
    modified = target.rows()[model.name]["modified_at"]
    assert checker.type("update", model.name, "-y", "--wait")[0] == 0
    assert target.rows()[model.name]["modified_at"] == modified, "nothing was pulled"


def test_a_copy_keeps_the_bytes_and_a_created_model_ends_in_a_line(
    target: Target, model: Published
) -> None:
    copy = target.new_name("copy")
    target.ask("POST", "/api/copy", {"source": model.name, "destination": copy})
    assert digest(target, copy) == model.package.digest
    made = target.new_name("made")
    body = {"model": made, "from": model.name, "stream": False}
    assert target.ask("POST", "/api/create", body).json() == {"status": "success"}
    assert digest(target, made) != model.package.digest
    assert target.rows()[made]["details"]["parent_model"] == model.name
