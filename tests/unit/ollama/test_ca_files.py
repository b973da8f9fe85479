"""CA files: what they hold, and why some are none."""

from __future__ import annotations

import os
import ssl
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.unit.ollama.asking import transport
from tests.unit.ollama.raw_server import TLS, RawServer, always
from tray_app.core.errors import TlsFailed, TlsReason
from tray_app.core.tls import CaFileFault
from tray_app.ollama.ca_files import MAX_CA_FILE_BYTES, read_ca_file

HOME_CA = (TLS / "home-ca.pem").read_text()
DER = ssl.PEM_cert_to_DER_cert(HOME_CA)


def written(folder: Path, content: str | bytes) -> Path:
    file = folder / "ca.pem"
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return file


@pytest.mark.parametrize(
    "content",
    [
        HOME_CA,
        f"Bag Attributes\n  friendlyName: Müllers\n{HOME_CA}\n# end",
        HOME_CA.replace("\n", "\r\n"),
        "\ufeff" + HOME_CA,
        HOME_CA.replace("CERTIFICATE", "TRUSTED CERTIFICATE"),
        DER,
    ],
    ids=["pem", "with words", "crlf", "mark", "trusted", "der"],
)
def test_a_file_that_is_one_is_read_and_trusted(tmp_path: Path, content: str | bytes) -> None:
    file = written(tmp_path, content)
    found = read_ca_file(file)
    assert [each.issued_to for each in found.certificates] == ["Home CA"]
    assert found.not_after == datetime(2120, 1, 1, tzinfo=UTC)
    assert found.fault is None
    with RawServer(always("1"), certificate="of-home-ca.pem") as server:
        assert transport(server.url, ca_file=str(file)).json("GET", "/x") == 1


def test_several_in_one_file(tmp_path: Path) -> None:
    expired = (TLS / "expired.pem").read_text()
    file = written(tmp_path, HOME_CA + HOME_CA + expired)
    found = read_ca_file(file)
    assert len(found.certificates) == 3
    assert found.not_after == min(filter(None, (c.not_after for c in found.certificates)))
    with RawServer(always("1"), certificate="of-home-ca.pem") as server:
        assert transport(server.url, ca_file=str(file)).json("GET", "/x") == 1


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("", CaFileFault.NO_CERTIFICATE),
        ("hello", CaFileFault.NO_CERTIFICATE),
        ((TLS / "key.pem").read_text(), CaFileFault.NO_CERTIFICATE),
        (HOME_CA[:200], CaFileFault.NO_CERTIFICATE),
        (HOME_CA[:100] + HOME_CA[150:], CaFileFault.NO_CERTIFICATE),
        (DER[:-3], CaFileFault.NO_CERTIFICATE),
        (b"0\x03\x02\x01\x00", CaFileFault.NO_CERTIFICATE),
        (os.urandom(3000), CaFileFault.NO_CERTIFICATE),
        (HOME_CA + " " * MAX_CA_FILE_BYTES, CaFileFault.TOO_LARGE),
    ],
    ids=["empty", "text", "key", "cut", "hole", "cut der", "der", "noise", "large"],
)
def test_a_file_that_is_none(tmp_path: Path, content: str | bytes, fault: CaFileFault) -> None:
    file = written(tmp_path, content)
    found = read_ca_file(file)
    assert (found.fault, found.certificates) == (fault, ())
    with pytest.raises(TlsFailed) as caught:
        transport("https://127.0.0.1:1", ca_file=str(file)).json("GET", "/x")
    assert caught.value.reason is TlsReason.CA_FILE


def test_what_cannot_be_read(tmp_path: Path) -> None:
    missing = read_ca_file(tmp_path / "none.pem")
    assert missing.fault is CaFileFault.UNREADABLE
    # Windows has words of its own for it.
    assert missing.reason == os.strerror(2) or (sys.platform == "win32" and missing.reason)
    assert read_ca_file(tmp_path).fault is CaFileFault.UNREADABLE
    assert read_ca_file("a\0b").fault is CaFileFault.UNREADABLE


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert read_ca_file(tmp_path / "pipe").fault is CaFileFault.UNREADABLE
