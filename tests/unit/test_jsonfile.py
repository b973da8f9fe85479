"""One JSON file: whole or not there, private where it may hold a secret, put aside when broken."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from tray_app import jsonfile
from tray_app.private_files import take_back

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="permissions of POSIX")
KINDS = pytest.mark.parametrize("is_for_people", [True, False], ids=["for people", "our own"])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "facts.json"


def fail_to_replace(_self: Path, _target: Path) -> Path:
    raise OSError(28, "No space left on device")


@KINDS
def test_what_is_written_is_read(path: Path, is_for_people: bool) -> None:
    content = {"name": "Müller \ud800", "numbers": [1, 2.5, None]}
    jsonfile.write(path, {"old": True}, is_for_people=is_for_people)
    jsonfile.write(path, content, is_for_people=is_for_people)
    assert [file.name for file in path.parent.iterdir()] == ["facts.json"]
    assert jsonfile.read(path) == content


def test_people_get_lines_and_their_own_letters(path: Path) -> None:
    jsonfile.write(path, {"name": "Müller"}, is_for_people=True)
    assert path.read_text("utf-8") == '{\n  "name": "Müller"\n}\n'


@posix_only
@KINDS
@pytest.mark.parametrize("umask", [0o000, 0o022, 0o277], ids=oct)
def test_what_is_ours_is_nobody_elses(path: Path, umask: int, is_for_people: bool) -> None:
    path = path.parent / "deeper" / path.name
    old = os.umask(umask)
    try:
        jsonfile.write(path, {}, is_for_people=is_for_people)
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in (path.parent, path.parent.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


@posix_only
@KINDS
def test_a_link_stays_a_link(path: Path, is_for_people: bool) -> None:
    path.parent.mkdir()
    real = path.with_name("dotfile.json")
    path.symlink_to(real)
    jsonfile.write(path, {"a": 1}, is_for_people=is_for_people)
    assert path.is_symlink()
    assert jsonfile.read(real) == {"a": 1}


@KINDS
def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    path: Path, monkeypatch: pytest.MonkeyPatch, is_for_people: bool
) -> None:
    jsonfile.write(path, {"a": 1}, is_for_people=is_for_people)
    monkeypatch.setattr(Path, "replace", fail_to_replace)
    with pytest.raises(OSError, match="No space left"):
        jsonfile.write(path, {"a": 2}, is_for_people=is_for_people)
    assert [file.name for file in path.parent.iterdir()] == ["facts.json"]
    assert jsonfile.read(path) == {"a": 1}


def test_what_a_killed_writer_left_is_written_over(path: Path) -> None:
    path.parent.mkdir()
    path.with_suffix(".new").write_text('{"half')
    jsonfile.write(path, {"a": 1})
    assert [file.name for file in path.parent.iterdir()] == ["facts.json"]


def test_no_file_is_an_empty_one(path: Path) -> None:
    assert jsonfile.read(path) == {}
    assert jsonfile.signature(path) is None


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1', '{"a": 1} more', "[" * 100_000])
def test_what_holds_no_object_is_broken(path: Path, text: str) -> None:
    path.parent.mkdir()
    path.write_text(text)
    with pytest.raises(jsonfile.BrokenFile):
        jsonfile.read(path)


def test_too_much_is_broken(path: Path) -> None:
    jsonfile.write(path, {"a": "x" * 100})
    with pytest.raises(jsonfile.BrokenFile, match="too large"):
        jsonfile.read(path, max_bytes=100)
    assert jsonfile.read(path, max_bytes=200) == {"a": "x" * 100}


def no_links(*_args: object, **_options: object) -> None:
    raise PermissionError(1, "no links here")


@pytest.mark.parametrize("has_links", [True, False], ids=["links", "no links"])
@pytest.mark.parametrize(
    ("second", "names"), [(2, [".bad", ".bad-2", ".bad-3"]), (1, [".bad", ".bad-1", ".bad-2"])]
)
def test_nothing_that_was_put_aside_is_written_over(
    path: Path, monkeypatch: pytest.MonkeyPatch, second: int, names: list[str], has_links: bool
) -> None:
    if not has_links:
        monkeypatch.setattr(os, "link", no_links)
    path.parent.mkdir()
    kept = []
    for text in ("one", "two", "three"):
        path.write_text(text)
        kept.append(jsonfile.put_aside(path, second=second))
        assert not path.exists()
    assert kept == [path.with_name(f"facts.json{name}") for name in names]
    assert [file.read_text() for file in kept] == ["one", "two", "three"]


def test_what_is_not_there_cannot_be_put_aside(path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        jsonfile.put_aside(path)


def test_another_writer_is_seen(path: Path) -> None:
    jsonfile.write(path, {"a": 1})
    before = jsonfile.signature(path)
    assert jsonfile.signature(path) == before
    jsonfile.write(path, {"a": 22})
    assert jsonfile.signature(path) != before


@posix_only
def test_what_is_put_aside_of_a_link_is_the_file(path: Path, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "real.json"
    real.parent.mkdir()
    real.write_text("{broken")
    path.parent.mkdir()
    path.symlink_to(real)
    kept = jsonfile.put_aside(path)
    assert kept == path.with_name("facts.json.bad")
    assert not kept.is_symlink()
    assert kept.read_text() == "{broken"
    jsonfile.write(path, {"a": 1})
    assert path.is_symlink()
    assert jsonfile.read(real) == {"a": 1}


@posix_only
def test_a_folder_of_ours_that_was_open_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    folder.chmod(0o777)
    take_back(folder)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    elsewhere.chmod(0o755)
    link = tmp_path / "config"
    link.symlink_to(elsewhere)
    take_back(link)
    assert stat.S_IMODE(elsewhere.stat().st_mode) == 0o755


def test_a_lock_that_is_held_keeps_nobody_for_ever(path: Path) -> None:
    with jsonfile.locked(path), jsonfile.locked(path):
        jsonfile.write(path, {"a": 1})
    assert jsonfile.read(path) == {"a": 1}


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        ("1e999", sys.float_info.max),
        ("-1e999", -sys.float_info.max),
        ("9" * 5000, sys.float_info.max),
        ("NaN", sys.float_info.max),
        ("-Infinity", -sys.float_info.max),
        ("1.5", 1.5),
    ],
)
def test_what_is_read_can_be_written_as_json(path: Path, number: str, kept: float) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f'{{"a": {number}}}')
    assert jsonfile.read(path) == {"a": kept}
    jsonfile.write(path, jsonfile.read(path))
    for word in ("Infinity", "NaN"):
        assert word not in path.read_text()
