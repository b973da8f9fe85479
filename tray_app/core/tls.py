"""Certificates as facts: what a server offered, and what a CA file holds.

Python tells nothing of a certificate that it does not trust, and all that people need of one are
five fields. So they are read here, from its DER (ITU-T X.690, RFC 5280), with every length checked.
No trust comes from this: that is OpenSSL's to decide.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum

from tray_app.core.lazy_dataclasses import dataclass

MAX_CERTIFICATE_BYTES = 64 * 1024
MAX_NAMES = 100
MAX_NAME = 200
"""Characters of a name that are kept of it: whoever answers may have written anything there."""

_SEQUENCE, _SET, _OID, _OCTETS = 0x30, 0x31, 0x06, 0x04
_UTC_TIME, _LONG_TIME = 0x17, 0x18
_VERSION, _EXTENSIONS, _DNS_NAME, _IP_ADDRESS = 0xA0, 0xA3, 0x82, 0x87
_COMMON_NAME, _ORGANIZATION, _UNIT = b"\x55\x04\x03", b"\x55\x04\x0a", b"\x55\x04\x0b"
_OTHER_NAMES = b"\x55\x1d\x11"
_ENCODINGS = {0x0C: "utf-8", 0x14: "latin-1", 0x1C: "utf-32-be", 0x1E: "utf-16-be"}

_Element = tuple[int, bytes]
"""Tag and content."""


@dataclass(frozen=True, slots=True)
class OfferedCertificate:
    """What a certificate says of itself. `names` are the hosts and addresses that it is for;
    `sha256` is the fingerprint, 64 hex digits."""

    issued_to: str = ""
    issued_by: str = ""
    names: tuple[str, ...] = ()
    not_before: datetime | None = None
    not_after: datetime | None = None
    sha256: str = ""
    is_self_signed: bool = False

    @classmethod
    def from_der(cls, der: bytes) -> OfferedCertificate:
        """Raises ValueError for what is no certificate."""
        if len(der) > MAX_CERTIFICATE_BYTES:
            raise ValueError("too large for a certificate")
        fields = list(_elements(_content(_content(der, _SEQUENCE), _SEQUENCE)))
        if fields and fields[0][0] == _VERSION:
            fields = fields[1:]
        if len(fields) < 6:
            raise ValueError("not a certificate")
        _, _, issuer, validity, subject, *_ = (content for _, content in fields)
        times = list(_elements(validity))
        if len(times) != 2:
            raise ValueError("not a certificate")
        extensions = next((content for tag, content in fields[6:] if tag == _EXTENSIONS), b"")
        return cls(
            _name(subject),
            _name(issuer),
            _other_names(extensions),
            _time(times[0]),
            _time(times[1]),
            hashlib.sha256(der).hexdigest(),
            issuer == subject,
        )


class CaFileFault(StrEnum):
    """Why a file cannot say whom to trust."""

    UNREADABLE = "unreadable"  # `reason` says why
    TOO_LARGE = "too_large"
    NO_CERTIFICATE = "no_certificate"


@dataclass(frozen=True, slots=True)
class CaFile:
    """What a CA file holds; `fault` None = it can be used. `reason` is the system's words."""

    certificates: tuple[OfferedCertificate, ...] = ()
    fault: CaFileFault | None = None
    reason: str = ""

    @property
    def not_after(self) -> datetime | None:
        """When the first of them expires."""
        return min((c.not_after for c in self.certificates if c.not_after), default=None)


def first_element(data: bytes) -> bytes:
    """The whole first DER element of `data`, without what follows it. Raises ValueError."""
    return data[: _header(data, 0)[2]]


def _elements(data: bytes) -> Iterator[_Element]:
    """One after the other. Raises ValueError for a length that cannot be."""
    start = 0
    while start < len(data):
        tag, start, end = _header(data, start)
        yield tag, data[start:end]
        start = end


def _header(data: bytes, start: int) -> tuple[int, int, int]:
    """Tag, and where the content begins and ends."""
    if start + 2 > len(data):
        raise ValueError("cut off")
    tag, length = data[start], data[start + 1]
    start += 2
    if length & 0x80:
        count = length & 0x7F
        if not 0 < count <= 4 or start + count > len(data):
            raise ValueError("no such length")
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    if start + length > len(data):
        raise ValueError("cut off")
    return tag, start, start + length


def _content(data: bytes, tag: int) -> bytes:
    """What the first element holds, which must be of that kind."""
    found, start, end = _header(data, 0)
    if found != tag:
        raise ValueError("something else")
    return data[start:end]


def _name(content: bytes) -> str:
    """What a person calls it: its common name, else its organization, else all that it says."""
    found: dict[bytes, str] = {}
    for tag, group in _elements(content):
        for kind, pair in _elements(group) if tag == _SET else ():
            parts = list(_elements(pair)) if kind == _SEQUENCE else []
            if len(parts) == 2 and parts[0][0] == _OID:
                found[parts[0][1]] = _text(*parts[1])
    for wanted in (_COMMON_NAME, _ORGANIZATION, _UNIT):
        if found.get(wanted):
            return found[wanted]
    return _kept(", ".join(found.values()))


def _text(tag: int, content: bytes) -> str:
    return _kept(content.decode(_ENCODINGS.get(tag, "ascii"), "replace"))


def _kept(text: str) -> str:
    shown = "".join(c if c.isprintable() else "\ufffd" for c in text[:MAX_NAME])
    return " ".join(shown.split())


def _time(element: _Element) -> datetime | None:
    """None for a form that RFC 5280 does not allow."""
    tag, content = element
    form = {_UTC_TIME: "%y%m%d%H%M%SZ", _LONG_TIME: "%Y%m%d%H%M%SZ"}.get(tag, "")
    try:
        found = datetime.strptime(content.decode("ascii"), form).replace(tzinfo=UTC)
        # Two digits from 50 on are of the last century; for Python those from 69 on.
        return found.replace(year=found.year - 100) if _is_late(tag, found) else found
    except ValueError:
        return None


def _is_late(tag: int, found: datetime) -> bool:
    return tag == _UTC_TIME and found.year >= 2050


def _other_names(extensions: bytes) -> tuple[str, ...]:
    found: list[str] = []
    for _, extension in _elements(_content(extensions, _SEQUENCE) if extensions else b""):
        parts = list(_elements(extension))
        if len(parts) < 2 or parts[0] != (_OID, _OTHER_NAMES) or parts[-1][0] != _OCTETS:
            continue
        for tag, content in _elements(_content(parts[-1][1], _SEQUENCE)):
            if tag == _DNS_NAME:
                found.append(_text(tag, content))
            elif tag == _IP_ADDRESS and len(content) in (4, 16):
                found.append(str(ipaddress.ip_address(content)))
            if len(found) == MAX_NAMES:
                return tuple(found)
    return tuple(found)
