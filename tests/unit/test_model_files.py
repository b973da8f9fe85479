"""The files of this computer as they are: odd ones too."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.fakes.gguf import model
from tray_app.core.errors import Cancelled
from tray_app.core.file_failures import FileFailed, FileProblem
from tray_app.model_files import LocalDisk, host_url


def test_a_file_is_read_where_it_is_asked(tmp_path: Path) -> None:
    path = tmp_path / "a.gguf"
    path.write_bytes(bytes(range(100)))
    with LocalDisk().open(str(path)) as read:
        assert read(10, 3) == bytes([10, 11, 12])
        assert read(0, 2) == bytes([0, 1])
        assert read(98, 10) == bytes([98, 99])
        assert read(200, 10) == b""


def test_the_stamp_tells_a_file_that_was_written_to(tmp_path: Path) -> None:
    path = model().write(tmp_path / "a.gguf")
    disk = LocalDisk()
    before = disk.stamp(str(path))
    assert before is not None
    assert before.size_bytes == len(model().encode())
    os.utime(path, ns=(0, before.modified_ns + 1_000_000_000))
    assert disk.stamp(str(path)) != before


def test_what_is_no_file_has_no_stamp(tmp_path: Path) -> None:
    disk = LocalDisk()
    assert disk.stamp(str(tmp_path)) is None
    assert disk.stamp(str(tmp_path / "gone.gguf")) is None
    assert disk.stamp("a\0b") is None
    (tmp_path / "dangling.gguf").symlink_to(tmp_path / "gone.gguf")
    assert disk.stamp(str(tmp_path / "dangling.gguf")) is None
    if sys.platform != "win32":
        os.mkfifo(tmp_path / "pipe.gguf")
        assert disk.stamp(str(tmp_path / "pipe.gguf")) is None


@pytest.mark.skipif(sys.platform == "win32", reason="links take rights there, or are none")
def test_links_are_followed(tmp_path: Path) -> None:
    path = model().write(tmp_path / "blob")
    link = tmp_path / "a.gguf"
    link.symlink_to(path)
    stamp = LocalDisk().stamp(str(link))
    assert stamp is not None
    assert stamp.size_bytes == path.stat().st_size


def test_only_gguf_files_are_beside(tmp_path: Path) -> None:
    for name in ("b.gguf", "A.GGUF", "c.txt", "gguf", "d.gguf.part"):
        (tmp_path / name).touch()
    found = LocalDisk().beside(str(tmp_path / "b.gguf"))
    assert found == (str(tmp_path / "A.GGUF"), str(tmp_path / "b.gguf"))
    # Paths come as Qt writes them, too.
    found = LocalDisk().beside((tmp_path / "b.gguf").as_posix())
    assert found == ((tmp_path / "A.GGUF").as_posix(), (tmp_path / "b.gguf").as_posix())
    assert LocalDisk().beside(str(tmp_path / "gone" / "b.gguf")) == ()


def test_failures_are_told(tmp_path: Path) -> None:
    with pytest.raises(FileFailed) as caught, LocalDisk().open(str(tmp_path)):
        pass
    assert caught.value.reference == str(tmp_path)
    if sys.platform != "win32":
        assert caught.value.problem is FileProblem.IN_THE_WAY


def test_reading_ends_when_it_is_cancelled(tmp_path: Path) -> None:
    path = model().write(tmp_path / "a.gguf")
    answers = iter([False, True])
    with LocalDisk(lambda: next(answers)).open(str(path)) as read:
        assert read(0, 4) == b"GGUF"
        with pytest.raises(Cancelled):
            read(0, 4)


def test_the_address_of_a_download_is_found(tmp_path: Path) -> None:
    path = model().write(tmp_path / "a.gguf")
    assert LocalDisk().downloaded_from(str(path)) == ""
    address = "https://huggingface.co/a/b-GGUF/resolve/main/a-Q4_0.gguf"
    if sys.platform == "linux":
        try:
            os.setxattr(path, "user.xdg.origin.url", address.encode())
        except OSError:
            pytest.skip("the disk keeps no notes beside files")
    else:
        note = f"[ZoneTransfer]\r\nZoneId=3\r\nHostUrl={address}\r\n"
        Path(f"{path}:Zone.Identifier").write_text(note, encoding="utf-8")
    assert LocalDisk().downloaded_from(str(path)) == address


@pytest.mark.parametrize(
    ("note", "address"),
    [
        (b"[ZoneTransfer]\r\nZoneId=3\r\nReferrerUrl=https://x/\r\nHostUrl=https://y/a.gguf\r\n",
         "https://y/a.gguf"),
        (b"[ZoneTransfer]\nhosturl = https://y/?a=b\n", "https://y/?a=b"),
        (b"[ZoneTransfer]\r\nZoneId=3\r\n", ""),
        (b"\xff\xfe\0", ""),
        (b"", ""),
    ],
)  # fmt: skip
def test_what_windows_keeps_beside_a_file(note: bytes, address: str) -> None:
    assert host_url(note) == address
