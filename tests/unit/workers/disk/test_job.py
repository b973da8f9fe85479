"""DiskJob: the folder of a server's models is found, looked through and told as it is."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from pytestqt.qtbot import QtBot

from tray_app.core.disk.contents import ModelBytes
from tray_app.core.disk.report import DiskReport
from tray_app.ollama.local_store import LocalStore
from tray_app.workers.disk.job import DiskJob

LAYER = "sha256:" + "a" * 64


def installed(folder: Path, name: str) -> tuple[str, str]:
    """A model in a models folder; its name and digest."""
    raw = json.dumps({"layers": [{"digest": LAYER, "size": 5, "mediaType": "x"}]}).encode()
    place = folder / "manifests" / "registry.ollama.ai" / "library" / name / "latest"
    place.parent.mkdir(parents=True)
    place.write_bytes(raw)
    blobs = folder / "blobs"
    blobs.mkdir(exist_ok=True)
    (blobs / LAYER.replace(":", "-")).write_bytes(b"x" * 5000)
    return f"{name}:latest", hashlib.sha256(raw).hexdigest()


def report(store: LocalStore, known: list[tuple[str, str]]) -> DiskReport:
    return DiskJob("local", store, known, clock=lambda: 1_800_000_000.0).perform()


def test_the_folder_of_the_server_is_told(qtbot: QtBot, tmp_path: Path) -> None:
    known = [installed(tmp_path, "qwen3"), installed(tmp_path, "copy")]
    found = report(LocalStore([tmp_path / "other", tmp_path]), known)
    assert found.folder == str(tmp_path)
    assert found.contents is not None
    (models,) = found.contents.models
    assert models == ModelBytes(("copy:latest", "qwen3:latest"), found.contents.layer_bytes)
    assert found.free_bytes is not None
    assert found.size_bytes is not None
    assert found.free_bytes < found.size_bytes
    assert found.taken_s == 1_800_000_000.0


def test_a_folder_of_other_models_is_not_that_of_the_server(qtbot: QtBot, tmp_path: Path) -> None:
    installed(tmp_path, "qwen3")
    assert report(LocalStore([tmp_path]), [("qwen3:latest", "b" * 64)]) == DiskReport("local")
