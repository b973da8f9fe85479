"""What is read of certificates, and that nothing else is taken for one."""

from __future__ import annotations

import ssl
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_app.core.tls import MAX_CERTIFICATE_BYTES, MAX_NAME, OfferedCertificate, first_element

TLS = Path(__file__).parents[1] / "ollama" / "tls"
FILES = sorted(file for file in TLS.glob("*.pem") if file.name != "key.pem")


def der_of(name: str) -> bytes:
    return ssl.PEM_cert_to_DER_cert((TLS / name).read_text())


def test_the_fields_that_people_need() -> None:
    found = OfferedCertificate.from_der(der_of("of-home-ca.pem"))
    assert found.issued_to == "ollama.home.example"
    assert found.issued_by == "Home CA"
    assert found.names == ("127.0.0.1", "localhost", "ollama.home.example")
    assert found.not_before == datetime(2020, 1, 1, tzinfo=UTC)
    assert found.not_after == datetime(2120, 1, 1, tzinfo=UTC)
    assert not found.is_self_signed
    assert OfferedCertificate.from_der(der_of("home-ca.pem")).is_self_signed


@pytest.mark.skipif(sys.platform != "linux", reason="cryptography comes with the keyring of Linux")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_another_library_reads_the_same(file: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    theirs = x509.load_pem_x509_certificate(file.read_bytes())
    ours = OfferedCertificate.from_der(der_of(file.name))
    assert ours.sha256 == theirs.fingerprint(hashes.SHA256()).hex()
    assert (ours.not_before, ours.not_after) == (
        theirs.not_valid_before_utc,
        theirs.not_valid_after_utc,
    )
    common = x509.oid.NameOID.COMMON_NAME
    assert ours.issued_to == theirs.subject.get_attributes_for_oid(common)[0].value
    assert ours.issued_by == theirs.issuer.get_attributes_for_oid(common)[0].value


@pytest.mark.parametrize("data", [b"", b"0", b"0\x80", b"0\x84\xff\xff\xff\xff", b"0\x00", b"hello",
                                  b"0\x02\x30\x00", bytes(MAX_CERTIFICATE_BYTES + 1)])  # fmt: skip
def test_what_is_no_certificate(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        OfferedCertificate.from_der(data)


@given(st.data())
def test_of_a_damaged_certificate_nothing_but_a_value_error_comes(data: st.DataObject) -> None:
    der = bytearray(der_of(data.draw(st.sampled_from([file.name for file in FILES]))))
    for _ in range(data.draw(st.integers(1, 8))):
        der[data.draw(st.integers(0, len(der) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = OfferedCertificate.from_der(bytes(der[: data.draw(st.integers(1, len(der)))]))
    except ValueError:
        return
    assert len(found.sha256) == 64
    for name in (found.issued_to, found.issued_by, *found.names):
        assert len(name) <= 5 * MAX_NAME
        assert name.isprintable()


def element(tag: int, content: bytes) -> bytes:
    length = len(content)
    head = bytes([length]) if length < 128 else b"\x82" + length.to_bytes(2, "big")
    return bytes([tag]) + head + content


def certificate(subject: bytes, *times: bytes) -> bytes:
    """One of the first version, without extensions."""
    validity = element(0x30, b"".join(times) or element(0x17, b"200101000000Z") * 2)
    inner = element(2, b"\1") + element(0x30, b"") + element(0x30, b"") + validity + subject
    return element(0x30, element(0x30, inner + element(0x30, b"")))


def name(kind: bytes, tag: int, text: bytes) -> bytes:
    pair = element(0x30, element(6, kind) + element(tag, text))
    return element(0x30, element(0x31, pair))


@pytest.mark.parametrize(
    ("kind", "tag", "text", "said"),
    [
        (b"\x55\x04\x03", 0x0C, "Müllers".encode(), "Müllers"),
        (b"\x55\x04\x0a", 0x1E, "Heim".encode("utf-16-be"), "Heim"),
        (b"\x55\x04\x0b", 0x14, "Über".encode("latin-1"), "Über"),
        (b"\x55\x04\x06", 0x13, b"DE", "DE"),  # nothing but its country
        (b"\x55\x04\x03", 0x0C, b"a\x1b[31m\xe2\x80\xae\nb", "a�[31m��b"),
        (b"\x55\x04\x03", 0x0C, b"x" * 5000, "x" * MAX_NAME),
        (b"\x55\x04\x03", 0x1E, b"\0", "�"),
    ],
)
def test_the_names_of_others_are_cleaned(kind: bytes, tag: int, text: bytes, said: str) -> None:
    assert OfferedCertificate.from_der(certificate(name(kind, tag, text))).issued_to == said


@pytest.mark.parametrize(
    ("tag", "text", "year"),
    [(0x17, b"491231235959Z", 2049), (0x17, b"500101000000Z", 1950), (0x17, b"680229000000Z", 1968),
     (0x17, b"700101000000Z", 1970), (0x18, b"99991231235959Z", 9999), (0x18, b"2050", None),
     (0x17, b"991332000000Z", None), (0x13, b"200101000000Z", None)],
)  # fmt: skip
def test_times(tag: int, text: bytes, year: int | None) -> None:
    found = OfferedCertificate.from_der(
        certificate(name(b"\x55\x04\x03", 0x0C, b"x"), element(tag, text), element(tag, text))
    )
    assert (found.not_after.year if found.not_after else None) == year


def test_what_follows_a_certificate_is_left_out() -> None:
    der = der_of("home-ca.pem")
    assert first_element(der + b"more") == der
    with pytest.raises(ValueError, match=r"."):
        first_element(der[:-1])
