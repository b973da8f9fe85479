"""CA files of a person's own: reading one, and trusting what it holds beside the system's list.

Standard library only. PEM with any number of certificates, or one as plain DER, as other programs
export them under the same endings.
"""

from __future__ import annotations

import base64
import os
import re
import ssl
import stat
from pathlib import Path

from tray_app.core.file_failures import reason
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.tls import CaFile, CaFileFault, OfferedCertificate, first_element

MAX_CA_FILE_BYTES = 1024 * 1024
_PEM = lazy_pattern(
    rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END ", re.ASCII
)


class UnusableCaFile(ssl.SSLError):
    """The CA file cannot be read, or says nothing about whom to trust."""


def read_ca_file(path: str | Path) -> CaFile:
    """What it holds, or why it is none."""
    return _read(path)[0]


def trust(context: ssl.SSLContext, path: str) -> None:
    """Let `context` trust what the file holds too; "" = there is none. Raises UnusableCaFile."""
    if not path:
        return
    found, certificates = _read(path)
    if found.fault is not None:
        raise UnusableCaFile(f"{path}: {found.reason or found.fault}")
    context.load_verify_locations(cadata=b"".join(certificates))


def _read(path: str | Path) -> tuple[CaFile, list[bytes]]:
    """What the file holds, in words and as DER."""
    file = Path(path).expanduser()
    try:
        if not stat.S_ISREG(file.stat().st_mode):  # reading a pipe would wait for ever
            raise IsADirectoryError(21, os.strerror(21))
        with file.open("rb") as stream:
            data = stream.read(MAX_CA_FILE_BYTES + 1)
    except OSError as error:
        return CaFile(fault=CaFileFault.UNREADABLE, reason=reason(error)), []
    except ValueError:  # a NUL in its name
        return CaFile(fault=CaFileFault.UNREADABLE), []
    if len(data) > MAX_CA_FILE_BYTES:
        return CaFile(fault=CaFileFault.TOO_LARGE), []
    try:
        certificates = [first_element(der) for der in _der(data)]
        found = tuple(map(OfferedCertificate.from_der, certificates))
        # OpenSSL's own opinion; without any certificate it has an error too.
        probe = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        probe.load_verify_locations(cadata=b"".join(certificates))
    except (ValueError, ssl.SSLError):
        return CaFile(fault=CaFileFault.NO_CERTIFICATE), []
    return CaFile(found), certificates


def _der(data: bytes) -> list[bytes]:
    blocks = _PEM.findall(data)
    if not blocks and data[:1] == b"0":
        return [data]
    return [base64.b64decode(b"".join(block.split()), validate=True) for block in blocks]
