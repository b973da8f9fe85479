"""The four folders."""

import sys
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from tray_app.paths import paths


def test_a_data_dir_moves_everything(tmp_path: Path) -> None:
    found = paths(tmp_path / "data")
    folders = [found.config, found.state, found.cache, found.log]
    assert len(set(folders)) == 4
    assert all(folder.is_relative_to(tmp_path / "data") for folder in folders)
    files = [found.settings_file, found.queue_file, found.log_file]
    assert all(file.is_relative_to(tmp_path / "data") for file in files)
    assert not (tmp_path / "data").exists(), "asking creates nothing"


def test_a_relative_data_dir_does_not_follow_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = paths(Path("data"))
    monkeypatch.chdir("/")
    assert found.config.is_relative_to(tmp_path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="XDG")
def test_the_desktop_decides(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    found = paths()
    assert found.config == tmp_path / "config" / "ollama-tray"
    assert found.state == tmp_path / "state" / "ollama-tray"
    assert found.cache == tmp_path / "cache" / "ollama-tray"
    assert found.log.is_relative_to(tmp_path / "state" / "ollama-tray")


def test_paths_are_fixed(tmp_path: Path) -> None:
    with pytest.raises(FrozenInstanceError):
        paths(tmp_path).config = tmp_path  # type: ignore[misc]
