"""Why a certificate is not trusted, and what was offered."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading

import pytest

from tests.unit.ollama.asking import free_port, transport
from tests.unit.ollama.raw_server import TLS, Connection, RawServer, always, silent
from tray_app.core.endpoint import Access, Endpoint
from tray_app.core.errors import Cancelled, TlsFailed, TlsReason
from tray_app.ollama.cancel import CancelScope
from tray_app.ollama.certificates import offered_certificate


@pytest.mark.parametrize(
    ("certificate", "ca_file", "reason"),
    [
        ("valid.pem", "", TlsReason.SELF_SIGNED),
        ("valid.pem", "home-ca.pem", TlsReason.SELF_SIGNED),
        ("of-home-ca.pem", "", TlsReason.UNKNOWN_SIGNER),
        ("of-home-ca.pem", "valid.pem", TlsReason.UNKNOWN_SIGNER),
        ("expired-of-home-ca.pem", "home-ca.pem", TlsReason.EXPIRED),
        ("not-yet.pem", "home-ca.pem", TlsReason.NOT_YET_VALID),
        ("other-name.pem", "home-ca.pem", TlsReason.WRONG_NAME),
    ],
)
def test_the_reason(certificate: str, ca_file: str, reason: TlsReason) -> None:
    """A password is never sent over a connection that is not trusted."""
    with RawServer(always("1"), certificate=certificate) as server:
        url = server.url.replace("//", "//me:secret@")
        with pytest.raises(TlsFailed) as caught:
            transport(url, ca_file=str(TLS / ca_file) if ca_file else "").json("GET", "/x")
        assert caught.value.reason is reason
        found = offered_certificate(Endpoint.parse(url))
    assert found is not None
    assert len(found.sha256) == 64
    assert server.connections == 2
    assert server.requests in ([], [b""])


@pytest.mark.parametrize("certificate", ["of-home-ca.pem", "other-name.pem"])
def test_what_was_offered(certificate: str) -> None:
    with RawServer(always("1"), certificate=certificate) as server:
        found = offered_certificate(Endpoint.parse(server.url))
    assert found is not None
    assert found.issued_by == "Home CA"
    assert found.issued_to in found.names


def test_the_own_ca_is_trusted_beside_the_systems() -> None:
    with RawServer(always("1"), certificate="of-home-ca.pem") as server:
        link = transport(server.url, ca_file=str(TLS / "home-ca.pem"))
        assert link.json("GET", "/x") == 1


def test_plain_http_where_tls_was_wanted() -> None:
    def plain(connection: Connection) -> None:
        connection.sock.recv(10)
        connection.answer("Client sent garbage", "400 Bad Request")
        connection.hold()

    with RawServer(plain) as server:
        url = server.url.replace("http:", "https:")
        with pytest.raises(TlsFailed) as caught:
            transport(url).json("GET", "/x")
        assert offered_certificate(Endpoint.parse(url)) is None
    assert caught.value.reason is TlsReason.PLAIN_HTTP


def test_where_nothing_is_offered() -> None:
    assert offered_certificate(Endpoint.parse(f"https://127.0.0.1:{free_port()}")) is None
    with RawServer(always("1")) as server:
        assert offered_certificate(Endpoint.parse(server.url)) is None
    assert server.connections == 0
    with RawServer(silent) as server:
        url = server.url.replace("http:", "https:")
        assert offered_certificate(Endpoint.parse(url), timeout_s=0.1) is None


def test_cancelling_ends_it() -> None:
    scope = CancelScope()
    with RawServer(silent) as server:
        endpoint = Endpoint.parse(server.url.replace("http:", "https:"))
        ended = []

        def ask() -> None:
            try:
                offered_certificate(endpoint, scope, timeout_s=30)
            except Cancelled:
                ended.append(True)

        thread = threading.Thread(target=ask)
        thread.start()
        assert server.reached.wait(10)
        scope.cancel()
        thread.join(10)
    assert ended == [True]
    with pytest.raises(Cancelled):
        offered_certificate(endpoint, scope)


def tunnel(connection: Connection) -> None:
    """A proxy that connects, and passes on what goes either way."""
    head = connection.request()
    host, _, port = head.split()[1].decode().rpartition(":")
    with socket.create_connection((host, int(port))) as far:
        connection.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        back = threading.Thread(target=copy, args=(far, connection.sock), daemon=True)
        back.start()
        copy(connection.sock, far)
        back.join(10)


def copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


def test_it_is_asked_for_on_the_way_of_all_requests() -> None:
    with RawServer(always("1"), certificate="of-home-ca.pem") as server, RawServer(tunnel) as proxy:
        chosen = proxy.url.replace("//", "//me:pass@")
        endpoint = Endpoint.parse(server.url.replace("//", "//anna:secret@"))
        found = offered_certificate(endpoint.with_access(Access(proxy=chosen)))
    assert found is not None
    assert found.issued_by == "Home CA"
    assert proxy.requests[0].startswith(f"CONNECT 127.0.0.1:{server.port} ".encode())
    assert base64.b64encode(b"me:pass") in proxy.requests[0]
    assert b"YW5uYTpz" not in proxy.requests[0]
    assert server.requests in ([], [b""])


@pytest.mark.parametrize("proxy", ["https://127.0.0.1:1", "socks5://127.0.0.1:1", "http://", "x"])
def test_through_a_proxy_of_another_kind_nobody_is_asked(proxy: str) -> None:
    with RawServer(always("1"), certificate="valid.pem") as server:
        endpoint = Endpoint.parse(server.url).with_access(Access(proxy=proxy))
        assert offered_certificate(endpoint) is None
    assert server.connections == 0
