from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path

import pytest

from tray_app.core.diagnosis.facts import StoreFacts
from tray_app.core.errors import Cancelled
from tray_app.core.records import ModelRecord
from tray_app.diagnosis.store import install_facts, no_prune_place, store_facts
from tray_app.ollama import CancelScope, Endpoint

MANIFEST = json.dumps({"schemaVersion": 2, "layers": []})
NAS = Endpoint.parse("http://nas:11434")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A models folder with one model, as Ollama keeps it."""
    (tmp_path / "blobs").mkdir()
    add(tmp_path, "registry.ollama.ai/library/tiny/latest", MANIFEST)
    return tmp_path


def add(models: Path, place: str, content: str) -> None:
    file = models / "manifests" / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)


def look(models: Path) -> StoreFacts:
    return store_facts([], str(models), NAS, {}, CancelScope())


def test_a_folder_where_all_is_well(models: Path) -> None:
    add(models, "hf.co/someone/model/Q4_K_M", MANIFEST)
    add(models, "registry.ollama.ai/library/.DS_Store", "one level higher does no harm")
    add(models, "registry.ollama.ai/library/tiny/deeper/.DS_Store", "and so does one deeper")
    found = look(models)
    assert (found.folder, found.problem) == (str(models), "")
    assert (found.strays, found.damaged, found.no_prune) == ((), (), "")
    assert found.free_bytes is not None


@pytest.mark.parametrize("name", [".DS_Store", "._latest", "Thumbs.db", "desktop.ini", "a b"])
def test_stray_files_where_only_manifests_may_lie(models: Path, name: str) -> None:
    add(models, f"registry.ollama.ai/library/tiny/{name}", "\0\0\0\1Bud1")
    found = look(models)
    assert [Path(path).name for path in found.strays] == [name]
    assert found.damaged == ()


def test_manifests_that_cannot_be_read(models: Path) -> None:
    add(models, "registry.ollama.ai/library/mistral/7b", "")
    add(models, "registry.ollama.ai/me/coder/latest", '{"schemaVersion":2,')
    add(models, "registry.ollama.ai/library/list/latest", "[]")
    found = look(models)
    assert found.damaged == ("list:latest", "mistral:7b", "me/coder:latest")
    assert found.emptied == frozenset({"mistral:7b"})
    assert found.strays == ()


def test_a_folder_that_does_not_hold_the_servers_models(models: Path) -> None:
    record = ModelRecord("n", "tiny:latest", "0" * 64)
    assert store_facts([record], str(models), NAS, {}, CancelScope()) == StoreFacts()
    assert look(models / "nowhere") == StoreFacts()


@pytest.mark.skipif(sys.platform == "win32", reason="needs folder permissions")
def test_a_folder_that_nobody_may_look_into(models: Path) -> None:
    if os.getuid() == 0:
        shutil.rmtree(models / "manifests")  # to whom nothing is forbidden
    else:
        (models / "manifests").chmod(0)
    found = look(models)
    if (models / "manifests").exists():
        (models / "manifests").chmod(0o755)
    assert found.folder == str(models)
    assert found.problem


def test_it_can_be_stopped(models: Path) -> None:
    scope = CancelScope()
    scope.cancel()
    with pytest.raises(Cancelled):
        store_facts([], str(models), NAS, {}, scope)


@pytest.mark.parametrize(
    ("environ", "unit", "expected"),
    [
        ({}, "", ""),
        ({"OLLAMA_NOPRUNE": "1"}, "", "OLLAMA_NOPRUNE"),
        ({"OLLAMA_NOPRUNE": "false"}, "", ""),
        ({}, 'Environment="OLLAMA_NOPRUNE=1"', "unit"),
        ({}, "Environment=PATH=/bin OLLAMA_NOPRUNE=true", "unit"),
        ({}, 'Environment="OLLAMA_NOPRUNE=0"', ""),
        ({}, '#Environment="OLLAMA_NOPRUNE=1"', ""),
    ],
)
def test_where_it_is_said_that_nothing_is_cleaned_up(
    tmp_path: Path, environ: dict[str, str], unit: str, expected: str
) -> None:
    folder = tmp_path / "ollama.service.d"
    folder.mkdir()
    file = folder / "override.conf"
    file.write_text(f"[Service]\n{unit}\n")
    found = no_prune_place(environ, 11434, [str(folder)], tmp_path / "proc")
    assert found == (str(file) if expected == "unit" else expected)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is of Linux")
def test_what_the_running_server_was_started_with_counts(tmp_path: Path) -> None:
    process = tmp_path / "proc" / "123"
    process.mkdir(parents=True)
    (process / "cmdline").write_bytes(b"/usr/local/bin/ollama\0serve\0")
    (process / "environ").write_bytes(b"OLLAMA_HOST=127.0.0.1:22434\0OLLAMA_NOPRUNE=1\0")
    ours = {"OLLAMA_NOPRUNE": ""}
    assert no_prune_place(ours, 22434, (), tmp_path / "proc") == "OLLAMA_NOPRUNE"
    (process / "environ").write_bytes(b"OLLAMA_HOST=127.0.0.1:22434\0")
    assert no_prune_place({"OLLAMA_NOPRUNE": "1"}, 22434, (), tmp_path / "proc") == ""


@pytest.mark.skipif(sys.platform == "win32", reason="the programs are shell scripts and links")
def test_how_ollama_came_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert install_facts().program == ""
    assert install_facts().container_tool == ""
    for name in ("podman", "real"):
        file = tmp_path / name
        file.write_text("#!/bin/sh\n")
        file.chmod(0o755)
    (tmp_path / "ollama").symlink_to(tmp_path / "real")
    found = install_facts()
    assert found.program == str(tmp_path / "real")
    assert found.container_tool == "podman"
