from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from tray_app.core.records import Layer, LayerKind
from tray_app.ollama import LocalStore, models_folders
from tray_app.ollama.local_store import free_bytes_in, held_layers, main_memory_bytes

MANIFEST = json.dumps(
    {
        "layers": [
            {
                "mediaType": "application/vnd.ollama.image.model",
                "digest": "sha256:" + "a" * 64,
                "size": 1000,
            }
        ],
        "config": {"digest": "sha256:" + "c" * 64, "size": 5},
    }
).encode()
LAYER = "sha256:" + "a" * 64
DIGEST = hashlib.sha256(MANIFEST).hexdigest()


def put(folder: Path, name: str, raw: bytes = MANIFEST) -> Path:
    path = folder / "manifests" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(raw)
    (folder / "blobs").mkdir(exist_ok=True)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return put(tmp_path / "models", "registry.ollama.ai/library/tiny/latest")


def test_reads_all_layers(folder: Path) -> None:
    manifest = LocalStore([folder]).manifest("tiny", DIGEST)
    assert manifest is not None
    assert manifest.digest == DIGEST
    assert [(layer.kind, layer.size_bytes) for layer in manifest.layers] == [
        (LayerKind.MODEL, 1000),
        (LayerKind.CONFIG, 5),
    ]


def test_other_hosts_and_tags_have_folders_of_their_own(tmp_path: Path) -> None:
    store = LocalStore([put(tmp_path, "hf.co/me/x/Q4")])
    assert store.manifest("hf.co/me/x:Q4", DIGEST) is not None
    assert store.manifest("hf.co/me/x:Q5", DIGEST) is None


@pytest.mark.parametrize(
    ("name", "digest"),
    [
        ("tiny", "0" * 64),
        ("tiny", ""),
        ("other", DIGEST),
        ("../../etc/passwd", DIGEST),
        ("tiny:..", DIGEST),
    ],
)
def test_believes_only_what_the_server_said(folder: Path, name: str, digest: str) -> None:
    assert LocalStore([folder]).manifest(name, digest) is None


def test_a_manifest_that_is_none(tmp_path: Path) -> None:
    raw = b"not json"
    store = LocalStore([put(tmp_path, "registry.ollama.ai/library/tiny/latest", raw)])
    assert store.manifest("tiny", hashlib.sha256(raw).hexdigest()) is None


def test_a_server_may_give_the_digest_without_the_white_space_at_the_end(tmp_path: Path) -> None:
    folder = put(tmp_path / "x", "registry.ollama.ai/library/tiny/latest", MANIFEST + b"\n")
    assert LocalStore([folder]).folder_of("tiny", DIGEST) == folder
    assert LocalStore([folder]).folder_of("tiny", "0" * 64) is None


def test_the_servers_folder_is_the_one_that_holds_its_models(folder: Path, tmp_path: Path) -> None:
    stale = put(tmp_path / "old", "registry.ollama.ai/library/tiny/latest", MANIFEST + b"\n")
    store = LocalStore([tmp_path / "missing", stale, folder])
    assert store.folder_of("tiny", DIGEST) == folder
    assert store.models_folder([("other", DIGEST), ("tiny", DIGEST)]) == folder
    assert store.models_folder([("other", DIGEST)]) is None, "better unknown than wrong"
    assert store.models_folder() == stale
    assert (store.free_bytes([("tiny", DIGEST)]) or 0) > 0
    assert store.free_bytes([("other", DIGEST)]) is None
    assert LocalStore([]).models_folder() is None


def test_a_folder_that_cannot_be_read(folder: Path) -> None:
    path = folder / "manifests/registry.ollama.ai/library/tiny/latest"
    path.unlink()
    path.mkdir()
    assert LocalStore([folder]).manifest("tiny", DIGEST) is None
    assert LocalStore([Path("a\x00b")]).models_folder() is None


def test_a_disk_that_went_away(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalStore([folder])
    monkeypatch.setattr(store, "models_folder", lambda _: folder / "gone")
    assert store.free_bytes() is None


def test_where_models_are() -> None:
    home = Path("/home/me")
    assert models_folders({}, home, "linux")[:2] == (
        home / ".ollama" / "models",
        Path("/usr/share/ollama/.ollama/models"),
    )
    assert models_folders({"OLLAMA_MODELS": ' "/data/m" '}, home, "win32") == (
        Path("/data/m"),
        home / ".ollama" / "models",
    )
    assert len(models_folders({"OLLAMA_MODELS": "/home/me/.ollama/models"}, home, "win32")) == 1
    assert LocalStore().manifest("tiny", DIGEST) is None


def test_room_counts_what_is_on_the_disk_already(folder: Path) -> None:
    blobs = folder / "blobs"
    (blobs / ("sha256-" + "a" * 64)).write_bytes(b"x" * 1000)
    partial = blobs / ("sha256-" + "b" * 64 + "-partial")
    with partial.open("wb") as file:
        file.write(b"x" * 65536)
        file.truncate(10_000_000)  # as the server does before the first byte
    pulls = {
        "whole": [("sha256:" + "a" * 64, 1000, 0)],
        "half": [("sha256:" + "a" * 64, 1000, 0), ("sha256:" + "b" * 64, 10_000_000, 0)],
        "new": [("sha256:" + "e" * 64, 500, 0)],
        "many": [("sha256:model", 1000, 400)],  # one line for all layers, which is no file
    }
    free, needs = LocalStore([folder]).room([("tiny", DIGEST)], pulls)
    assert free is not None
    assert (needs["whole"], needs["new"]) == ({}, {"sha256:" + "e" * 64: 500})
    assert list(needs["half"]) == ["sha256:" + "b" * 64]
    if hasattr(partial.stat(), "st_blocks"):
        assert 9_000_000 < needs["half"]["sha256:" + "b" * 64] < 10_000_000
    else:  # nobody tells how much of it is there
        assert needs["half"]["sha256:" + "b" * 64] == 10_000_000
    assert needs["many"] == {"sha256:model": 600}
    assert LocalStore([folder]).room([("tiny", "0" * 64)], pulls) == (None, {})


def test_layers_that_lie_whole_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "blobs").mkdir()
    (tmp_path / "blobs" / LAYER.replace(":", "-")).write_bytes(b"12345")
    (tmp_path / "secret").write_bytes(b"12345")
    layers = [
        Layer(LAYER, LayerKind.MODEL, 5),
        Layer("sha256:" + "b" * 64, LayerKind.MODEL, 5),
        Layer("sha256:../secret", LayerKind.MODEL, 5),
        Layer("", LayerKind.MODEL, 5),
    ]
    assert held_layers(tmp_path, layers) == {LAYER}
    assert held_layers(tmp_path, [Layer(LAYER, LayerKind.MODEL, 6)]) == frozenset()
    assert held_layers(tmp_path / "gone", layers) == frozenset()


def test_free_space_is_that_of_the_layers(tmp_path: Path) -> None:
    assert (free_bytes_in(tmp_path) or 0) > 0
    assert free_bytes_in(tmp_path / "gone") is None


def test_memory_is_told_or_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    found = main_memory_bytes()
    assert found is None or found > 100_000_000
    monkeypatch.delattr(os, "sysconf", raising=False)
    assert main_memory_bytes() is None
