"""What is learned of the layers of installed models, without a disk and with one."""

from __future__ import annotations

import hashlib
import json
import urllib.request
from pathlib import Path

from tests.fakes import FaultyServer, faults
from tray_app.core.sharing import disk_use
from tray_app.ollama import LocalStore, OllamaClient
from tray_app.ollama.layers import PATIENCE_S, read_layer_index


def make_child(server: FaultyServer) -> None:
    """A model with the weights of another one."""
    wish = {"model": "mine:one", "from": "tiny", "system": "Be brief.", "stream": False}
    with urllib.request.urlopen(f"{server.url}/api/create", json.dumps(wish).encode()) as answer:
        assert answer.status == 200


def shows(server: FaultyServer) -> int:
    return sum(request.path == "/api/show" for request in server.requests)


def no_disk(tmp_path: Path) -> LocalStore:
    return LocalStore([tmp_path])


def test_weights_are_counted_once_though_no_disk_can_be_read(
    client: OllamaClient, server: FaultyServer, tmp_path: Path
) -> None:
    make_child(server)
    client.copy("tiny:latest", "copy:one")
    models = client.list_models()
    index = read_layer_index(client, models, no_disk(tmp_path))
    assert set(index.by_digest) == {model.digest for model in models}
    assert shows(server) == 3, "copies are shown once"
    use = disk_use(models, index)
    assert not use.is_bound
    assert use.listed_bytes > 160_000_000
    assert 80_000_000 < use.stored_bytes < 80_010_000


def test_one_model_shares_with_nobody(
    client: OllamaClient, server: FaultyServer, tmp_path: Path
) -> None:
    client.delete("other:q4")
    assert read_layer_index(client, client.list_models(), no_disk(tmp_path)).by_digest == {}
    assert shows(server) == 0


def test_what_takes_too_long_is_not_known(
    client: OllamaClient, server: FaultyServer, tmp_path: Path
) -> None:
    times = iter((0.0, 1.0, PATIENCE_S + 1))
    models = client.list_models()
    index = read_layer_index(client, models, no_disk(tmp_path), lambda: next(times))
    assert shows(server) == len(index.by_digest) == 1
    assert disk_use(models, index).is_bound


def test_what_cannot_be_shown_is_left_out(
    client: OllamaClient, server: FaultyServer, tmp_path: Path
) -> None:
    models = client.list_models()
    for fault in (faults.error_json(500, "broken"), faults.reply(200, b"[]")):
        server.fault("/api/show", fault, times=1)
        assert len(read_layer_index(client, models, no_disk(tmp_path)).by_digest) == 1
    asked = shows(server)
    server.fault("/api/show", faults.error_json(401, "unauthorized"))
    assert read_layer_index(client, models, no_disk(tmp_path)).by_digest == {}
    assert shows(server) == asked + 1, "the others would be refused as well"


def test_manifests_on_this_disk_tell_all(
    client: OllamaClient, server: FaultyServer, tmp_path: Path
) -> None:
    """Those of a registry end without a new line, those that a server wrote with one."""
    layer = {"mediaType": "x.model", "digest": "sha256:" + "a" * 64, "size": 7}
    raw = json.dumps({"layers": [layer]}).encode()
    digests = {}
    for name, written in (("tiny", raw), ("other", raw + b"\n")):
        path = tmp_path / "manifests" / "registry.ollama.ai" / "library" / name / "latest"
        path.parent.mkdir(parents=True)
        path.write_bytes(written)
        digests[f"{name}:latest"] = hashlib.sha256(written).hexdigest()
    (some,) = client.list_models()[:1]
    models = [type(some)(some.server_id, name, digest, 7) for name, digest in digests.items()]
    index = read_layer_index(client, models, LocalStore([tmp_path]))
    assert shows(server) == 0
    assert disk_use(models, index).stored_bytes == 7
    told = [index.by_digest[digest] for digest in digests.values()]
    assert [known.is_whole for known in told] == [True, True]
    assert [known.is_from_registry for known in told] == [True, False]
