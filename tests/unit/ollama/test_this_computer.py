from __future__ import annotations

import os
from pathlib import Path

import pytest

from tray_app.core.records import Layer, LayerKind
from tray_app.ollama.this_computer import free_bytes_in, held_layers, main_memory_bytes

DIGEST = "sha256:" + "a" * 64


def test_layers_that_lie_whole_in_the_folder(tmp_path: Path) -> None:
    (tmp_path / "blobs").mkdir()
    (tmp_path / "blobs" / DIGEST.replace(":", "-")).write_bytes(b"12345")
    (tmp_path / "secret").write_bytes(b"12345")
    layers = [
        Layer(DIGEST, LayerKind.MODEL, 5),
        Layer("sha256:" + "b" * 64, LayerKind.MODEL, 5),
        Layer("sha256:../secret", LayerKind.MODEL, 5),
        Layer("", LayerKind.MODEL, 5),
    ]
    assert held_layers(tmp_path, layers) == {DIGEST}
    assert held_layers(tmp_path, [Layer(DIGEST, LayerKind.MODEL, 6)]) == frozenset()
    assert held_layers(tmp_path / "gone", layers) == frozenset()


def test_free_space_is_that_of_the_layers(tmp_path: Path) -> None:
    assert (free_bytes_in(tmp_path) or 0) > 0
    assert free_bytes_in(tmp_path / "gone") is None


def test_memory_is_told_or_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    found = main_memory_bytes()
    assert found is None or found > 100_000_000
    monkeypatch.delattr(os, "sysconf", raising=False)
    assert main_memory_bytes() is None
