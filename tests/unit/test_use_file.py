"""UseFile: what is known of use survives a restart, and no bad file stops or loses anything."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tray_app.core.file_failures import FileFailed
from tray_app.core.use.days import DaySet
from tray_app.core.use.ledger import ModelUse, ServerWatch, UseLedger
from tray_app.use_file import UseFile

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "use.sqlite"


def used(ledger: UseLedger) -> UseLedger:
    ledger.note_watched("local", 3600, NOW)
    ledger.note_used("local", "sha", NOW)
    ledger.note_seen("nas", "other", NOW)
    return ledger


def kept(path: Path, ledger: UseLedger) -> UseFile:
    file = UseFile(path)
    file.load()
    file.write(*ledger.take_changes())
    return file


def test_what_was_written_is_read_again(path: Path) -> None:
    ledger = used(UseLedger())
    kept(path, ledger)
    again = UseFile(path).load()
    assert again.models == ledger.models
    assert again.watches == ledger.watches
    assert path.stat().st_mode & 0o077 == 0 or os.name == "nt"


def test_only_changes_are_written(path: Path) -> None:
    ledger = used(UseLedger())
    file = kept(path, ledger)
    ledger.forget_server("nas")
    ledger.note_used("local", "sha", NOW + timedelta(days=1))
    file.write(*ledger.take_changes())
    assert UseFile(path).load().models == ledger.models
    assert [use.server_id for use in ledger.models] == ["local"]


def test_nothing_there_is_nothing_known(path: Path) -> None:
    file = UseFile(path)
    assert file.load().models == ()
    assert (file.broken_path, file.unreadable) == (None, None)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def scribble(path: Path) -> None:
    data = bytearray(path.read_bytes())
    chance = random.Random(7)
    for _ in range(3000):
        data[chance.randrange(100, len(data))] = chance.randrange(256)
    path.write_bytes(data)


def text(path: Path) -> None:
    path.write_text("not a database" * 100)


def run(path: Path, line: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(line, values)


def another_program(path: Path) -> None:
    path.unlink()
    run(path, "CREATE TABLE things (name TEXT)")


def a_later_version(path: Path) -> None:
    run(path, "PRAGMA user_version = 2")


def a_wrong_type(path: Path) -> None:
    run(path, "UPDATE model SET seen_at = 'yesterday'")


def a_moment_without_end(path: Path) -> None:
    run(path, "UPDATE model SET used_at = ?", 2**62)


def days_without_end(path: Path) -> None:
    run(path, "UPDATE watch SET days = ?", b"\1" * 5000)


@pytest.mark.parametrize(
    "spoil",
    [
        cut,
        scribble,
        text,
        another_program,
        a_later_version,
        a_wrong_type,
        a_moment_without_end,
        days_without_end,
    ],
)
def test_a_file_that_cannot_be_used_is_kept(path: Path, spoil) -> None:  # type: ignore[no-untyped-def]
    kept(path, used(UseLedger()))
    spoil(path)
    spoiled = path.read_bytes()
    file = UseFile(path)
    assert file.load().models == ()
    assert file.broken_path == path.with_name("use.sqlite.bad")
    assert file.broken_path.read_bytes() == spoiled
    ledger = used(UseLedger())
    file.write(*ledger.take_changes())
    assert UseFile(path).load().models == ledger.models


def test_one_that_is_locked_is_not_taken_for_broken(path: Path) -> None:
    ledger = used(UseLedger())
    kept(path, ledger)
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        file = UseFile(path)
        assert file.load().models == ()
        assert file.unreadable is not None
        with pytest.raises(FileFailed):
            file.write({}, {})
    assert file.broken_path is None
    assert UseFile(path).load().models == ledger.models


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everything")
def test_a_folder_that_cannot_be_written_is_told(path: Path) -> None:
    path.parent.mkdir()
    path.parent.chmod(0o500)
    with pytest.raises(FileFailed):
        kept(path, used(UseLedger()))


def test_a_folder_in_its_place_is_told(path: Path) -> None:
    path.mkdir(parents=True)
    file = UseFile(path)
    assert file.load().models == ()
    with pytest.raises(FileFailed):
        file.write(*used(UseLedger()).take_changes())


def test_who_reads_while_it_is_made_finds_nothing_broken(tmp_path: Path) -> None:
    """A verb in a terminal may look at any moment."""
    paths = [tmp_path / f"{number}.sqlite" for number in range(20)]
    found: list[UseFile] = []
    is_over = threading.Event()

    def look() -> None:
        while not is_over.is_set():
            for path in paths:
                file = UseFile(path)
                file.load()
                found.append(file)

    reader = threading.Thread(target=look)
    reader.start()
    try:
        for path in paths:
            kept(path, used(UseLedger()))
    finally:
        is_over.set()
        reader.join()
    assert len(found) > 20
    assert [file.broken_path for file in found if file.broken_path] == []


def test_a_year_of_200_models_is_small(path: Path) -> None:
    days = DaySet()
    for number in range(365):
        days = days.with_day(date(2026, 1, 1) + timedelta(days=number))
    models = {
        ("local", f"{number:064x}"): ModelUse("local", f"{number:064x}", NOW, NOW, days)
        for number in range(200)
    }
    UseFile(path).write(models, {"local": ServerWatch("local", NOW, 3600.0, days)})
    assert path.stat().st_size < 100_000
    assert len(UseFile(path).load().models) == 200
