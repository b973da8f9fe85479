"""Redirects, TLS, proxies, and what is sent along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.ollama.asking import free_port, outcome_of, transport
from tests.unit.ollama.raw_server import TLS, Connection, RawServer, always
from tray_app.core.endpoint import NO_PROXY, Endpoint
from tray_app.core.errors import (
    BadProxy,
    NotOllama,
    OllamaError,
    ProxyFailed,
    TlsFailed,
)
from tray_app.text import error_text, sentences


def redirecting(location: str, status: str = "307 T") -> Callable[[Connection], object]:
    def handle(connection: Connection) -> None:
        while raw := connection.request():
            if b" /x " in raw:
                connection.answer("<html>moved", status=status, Location=location)
            else:
                connection.answer('"there"')

    return handle


def test_a_redirect_on_the_same_host_is_followed() -> None:
    assert outcome_of(redirecting("/y")) == "there"
    assert outcome_of(redirecting("/y", "301 M")) == "there"


@pytest.mark.parametrize(
    "location", ["http://example.com/login", "//example.com", "ftp://127.0.0.1/", "http://[x/", ""]
)
def test_a_redirect_elsewhere_is_not_ollama(location: str) -> None:
    error = outcome_of(redirecting(location))
    assert isinstance(error, NotOllama)
    assert location in error.context


def test_a_redirect_loop_ends() -> None:
    with RawServer(redirecting("/x")) as server, pytest.raises(NotOllama):
        transport(server.url).json("GET", "/x")
    assert len(server.requests) == 4


@pytest.mark.parametrize("status", ["301 M", "302 F", "307 T", "308 P"])
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_what_a_get_finds_elsewhere_every_method_finds_there(method: str, status: str) -> None:
    with RawServer(redirecting("/y", status)) as server:
        assert transport(server.url).json(method, "/x", {"a": 1}) == "there"
        assert server.requests[-1].startswith(f"{method} /y ".encode())
        assert server.requests[-1].endswith(b'{"a": 1}')


def test_a_post_that_is_told_to_get_a_page_is_not_repeated() -> None:
    with RawServer(redirecting("/y", "303 S")) as server, pytest.raises(NotOllama):
        transport(server.url).json("POST", "/x", {"a": 1})
    assert len(server.requests) == 1


def test_a_redirect_to_tls_is_followed() -> None:
    with (
        RawServer(always('"safe"'), certificate="valid.pem") as safe,
        RawServer(redirecting(f"{safe.url}/y")) as server,
    ):
        found = transport(server.url, ca_file=str(TLS / "valid.pem")).json("GET", "/x")
    assert found == "safe"


def test_a_redirect_from_tls_to_plain_text_is_refused() -> None:
    with (
        RawServer(redirecting("http://127.0.0.1:1/y"), certificate="valid.pem") as server,
        pytest.raises(NotOllama),
    ):
        transport(server.url, ca_file=str(TLS / "valid.pem")).json("GET", "/x")


def test_a_trusted_certificate() -> None:
    with RawServer(always("1"), certificate="valid.pem") as server:
        assert transport(server.url, ca_file=str(TLS / "valid.pem")).json("GET", "/x") == 1


def test_an_unknown_certificate() -> None:
    with (
        RawServer(always("1"), certificate="valid.pem") as server,
        pytest.raises(TlsFailed) as caught,
    ):
        transport(server.url).json("GET", "/x")
    assert "self-signed" in caught.value.context.replace(" ", "-")


def test_an_expired_certificate() -> None:
    with (
        RawServer(always("1"), certificate="expired.pem") as server,
        pytest.raises(TlsFailed) as caught,
    ):
        transport(server.url, ca_file=str(TLS / "expired.pem")).json("GET", "/x")
    assert "expired" in caught.value.context


def test_tls_where_there_is_none() -> None:
    def plain(connection: Connection) -> None:
        connection.sock.recv(10)
        connection.answer("x", "400 Bad")
        connection.hold()

    with RawServer(plain) as server, pytest.raises(TlsFailed):
        transport(server.url.replace("http:", "https:")).json("GET", "/x")


def test_a_missing_ca_file() -> None:
    with RawServer(always("1"), certificate="valid.pem") as server, pytest.raises(TlsFailed):
        transport(server.url, ca_file="/nowhere/ca.pem").json("GET", "/x")


def test_headers_and_credentials_are_sent() -> None:
    with RawServer(always("1")) as server:
        url = server.url.replace("//", "//me:secret@")
        transport(url, headers={"X-Token": "t"}).json("GET", "/x")
        sent = server.requests[0].lower()
    assert b"authorization: basic bwu6c2vjcmv0" in sent
    assert b"x-token: t" in sent
    assert b"user-agent: ollama-tray/" in sent


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST"])
def test_another_port_of_the_host_is_no_place_for_secrets(method: str) -> None:
    """Another program listens there. Back at the server, it is the server again."""
    with RawServer(always('"other"')) as other, RawServer(redirecting(f"{other.url}/y")) as server:
        url = server.url.replace("//", "//me:secret@")
        asked = transport(url, headers={"X-Token": "t"})
        assert asked.json(method, "/x", {"a": 1}) == "other"
        assert asked.json(method, "/z") == "there"
    for first in (server.requests[0], server.requests[1]):
        assert b"authorization: basic" in first.lower()
        assert b"x-token: t" in first.lower()
    assert b"user-agent: ollama-tray/" in other.requests[0].lower()
    assert b"authorization" not in other.requests[0].lower()
    assert b"x-token" not in other.requests[0].lower()


def test_a_stream_that_is_sent_to_another_port_takes_no_secrets_along() -> None:
    with RawServer(always("{}")) as other, RawServer(redirecting(f"{other.url}/y")) as server:
        url = server.url.replace("//", "//me:secret@")
        found = list(transport(url, headers={"X-Token": "t"}).lines("POST", "/x", {"a": 1}))
    assert found == [b"{}"]
    assert b"authorization" in server.requests[0].lower()
    assert b"authorization" not in other.requests[0].lower()
    assert b"x-token" not in other.requests[0].lower()


def test_the_same_host_over_tls_is_another_place() -> None:
    with (
        RawServer(always('"safe"'), certificate="valid.pem") as safe,
        RawServer(redirecting(f"{safe.url}/y")) as server,
    ):
        url = server.url.replace("//", "//me:secret@")
        transport(url, ca_file=str(TLS / "valid.pem")).json("GET", "/x")
    assert b"authorization" not in safe.requests[0].lower()


@pytest.mark.parametrize("location", ["http://127.0.0.1:x/", "http://127.0.0.1:99999/"])
def test_a_redirect_to_a_port_that_is_none_is_not_ollama(location: str) -> None:
    assert isinstance(outcome_of(redirecting(location)), NotOllama)


def test_netrc_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(netrc))
    with RawServer(always("1")) as server:
        monkeypatch.setattr(Endpoint, "is_loopback", False)
        transport(server.url).json("GET", "/x")
    assert b"authorization" not in server.requests[0].lower()


def test_proxy_variables_do_not_count_on_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    with RawServer(always("1")) as server:
        assert transport(server.url).json("GET", "/x") == 1


def test_a_proxy_is_used_for_other_computers(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(always("1")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert transport("nas.example:1234").json("GET", "/x") == 1
    assert proxy.requests[0].startswith(b"GET http://nas.example:1234/x ")


def test_a_proxy_that_was_chosen_counts_instead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    monkeypatch.setenv("no_proxy", "*")
    with RawServer(always("1")) as proxy:
        assert transport("nas.example:1234", proxy=proxy.url).json("GET", "/x") == 1
        assert transport("127.0.0.1:1234", proxy=proxy.url).json("GET", "/x") == 1
    targets = [request.split()[1] for request in proxy.requests]
    assert targets == [b"http://nas.example:1234/x", b"http://127.0.0.1:1234/x"]


def test_no_proxy_may_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Endpoint, "is_loopback", False)
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{free_port()}")
    with RawServer(always("1")) as server:
        assert transport(server.url, proxy=NO_PROXY).json("GET", "/x") == 1


@pytest.mark.parametrize("proxy", ["nonsense://x", "socks5://127.0.0.1:1", "http://"])
def test_a_chosen_proxy_that_cannot_be_used(proxy: str) -> None:
    with pytest.raises(ProxyFailed):
        transport("nas.example:1234", proxy=proxy).json("GET", "/x")


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_is_down(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"{scheme}_proxy", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(ProxyFailed):
        transport(f"{scheme}://nas.example:1234").json("GET", "/x")


def test_a_proxy_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with RawServer(always("no", status="407 Auth", content_type="text/plain")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("https_proxy", proxy.url)
        for scheme in ("http", "https"):
            with pytest.raises(ProxyFailed) as caught:
                transport(f"{scheme}://nas.example").json("GET", "/x")
            assert proxy_words(caught.value).endswith("“nas” wants a sign-in.")


def test_an_error_that_came_through_a_proxy_may_be_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with RawServer(always("<html>squid", status="503 No", content_type="text/html")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        with pytest.raises(ProxyFailed) as caught:
            transport("http://nas.example").json("GET", "/x")
    said = f"The proxy {proxy.url} on the way to “nas” answers with HTTP status 503."
    assert proxy_words(caught.value) == said


def proxy_words(error: OllamaError) -> str:
    message = error_text(error, "nas", address="nas.example")
    return sentences(message.body, message.hint)


@pytest.mark.parametrize("variable", ["http_proxy", "all_proxy"])
@pytest.mark.parametrize(
    "proxy",
    ["socks://{}", "socks4://{}", "socks5://{}", "socks5h://{}", "SOCKS5://{}"],
)
@pytest.mark.parametrize("user", ["", "me:sEcReT@", "me:sE/cReT@"])
def test_a_socks_proxy_is_not_supported_and_nobody_is_asked(
    proxy: str, user: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RawServer(always("1")) as other:
        monkeypatch.setenv(variable, proxy.format(f"{user}127.0.0.1:{other.port}"))
        with pytest.raises(BadProxy) as caught:
            transport("http://nas.example").json("GET", "/x")
    assert other.connections == 0
    assert caught.value.is_socks
    assert "SOCKS is not supported." in proxy_words(caught.value)
    assert "NO_PROXY" in proxy_words(caught.value)
    assert "sE" not in proxy_words(caught.value) + str(caught.value) + caught.value.proxy


@pytest.mark.parametrize(
    "proxy",
    [
        "foo bar", "http://", "://", "http://h:abc", "http://h:99999", "ftp://h:1", "http://[::1",
        " ", "http:/h:1", "nonsense://x y", "http://me:sE/cReT@h:1", "socks5:me:sE/cReT@h:1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_setting_that_cannot_work(
    proxy: str, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is wrong is the proxy, not the server's address."""
    monkeypatch.setenv(f"{scheme}_proxy", proxy)
    with pytest.raises(BadProxy) as caught:
        transport(f"{scheme}://nas.example").json("GET", "/x")
    assert not caught.value.is_socks
    assert "is set as the proxy for “nas”, but it isn’t a valid address." in proxy_words(
        caught.value
    )
    assert "sE" not in proxy_words(caught.value) + str(caught.value) + caught.value.proxy


def test_a_proxy_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("http_proxy", f"http://me:sEcReT@127.0.0.1:{port}")
    with pytest.raises(ProxyFailed) as caught:
        transport("http://nas.example").json("GET", "/x")
    assert f"The proxy http://127.0.0.1:{port} on the way" in proxy_words(caught.value)
    assert "sEcReT" not in proxy_words(caught.value)
