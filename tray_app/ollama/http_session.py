"""The only module that knows requests and urllib3: sessions, and their exceptions → taxonomy.

Imported by `transport` at the first request, in the thread that makes it: it costs 100 ms and
19 MiB, which neither the window nor a tray icon should wait for. A quarter longer and 3.6 MiB more
it would be with the detector of character sets that requests loads where there is one, with every
codec there is: it is optional to requests, and we read bytes only.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import sys
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import urllib3
import urllib3.connection
import urllib3.connectionpool
import urllib3.exceptions

from tray_app import __version__
from tray_app.core.endpoint import NO_PROXY, SYSTEM_PROXY, shown_address
from tray_app.core.errors import (
    BadAddress,
    BadAnswer,
    BadProxy,
    Moved,
    NotOllama,
    OllamaError,
    ProxyFailed,
    TimedOut,
    TlsFailed,
    TlsReason,
    Unreachable,
    UnreachableKind,
)
from tray_app.ollama.ca_files import UnusableCaFile, trust
from tray_app.ollama.connect import DialFailed, TlsSocket, dial

_DETECTORS = ("chardet", "charset_normalizer")
_hidden = [name for name in _DETECTORS if name not in sys.modules]
for _name in _hidden:
    sys.modules[_name] = None  # type: ignore[assignment] # documented: the import then fails
try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that it found no detector
        import requests
finally:
    for _name in _hidden:
        del sys.modules[_name]

_WANTS_SIGN_IN = "Tunnel connection failed: 407"
_TLS_ALERT = "\x15\x03"
# What OpenSSL says of an answer that is no TLS, depending on its version and on how it begins.
_NO_TLS = frozenset({"WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE",
                     "PACKET_LENGTH_TOO_LONG", "UNKNOWN_PROTOCOL"})  # fmt: skip
_UNTRUSTED = {  # X509_V_ERR_… of OpenSSL's x509_vfy.h
    2: TlsReason.UNKNOWN_SIGNER,
    9: TlsReason.NOT_YET_VALID,
    10: TlsReason.EXPIRED,
    18: TlsReason.SELF_SIGNED,
    19: TlsReason.UNKNOWN_SIGNER,
    20: TlsReason.UNKNOWN_SIGNER,
    21: TlsReason.UNKNOWN_SIGNER,
    62: TlsReason.WRONG_NAME,
    64: TlsReason.WRONG_NAME,
}
USER_AGENT = f"ollama-tray/{__version__}"

Problem = (
    requests.exceptions.RequestException,
    urllib3.exceptions.HTTPError,
    http.client.HTTPException,
    OSError,
    UnicodeError,
)
"""What sending and reading may raise; `translate` knows what it means."""


def requests_version() -> str:
    """For reports about faults."""
    return requests.__version__


class _HttpConnection(urllib3.connection.HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _dial(self)


class _HttpsConnection(urllib3.connection.HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _dial(self)


def _dial(connection: urllib3.connection.HTTPConnection) -> socket.socket:
    timeout = connection.timeout
    limit_s = float(timeout) if isinstance(timeout, int | float) else None
    return dial(connection.host, connection.port, limit_s, connection.socket_options or ())


class _HttpPool(urllib3.connectionpool.HTTPConnectionPool):
    ConnectionCls = _HttpConnection


class _HttpsPool(urllib3.connectionpool.HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection


_POOLS = {"http": _HttpPool, "https": _HttpsPool}


class _Adapter(requests.adapters.HTTPAdapter):
    """An adapter whose connections are ours. `context` is given for https only: making one reads
    the system's certificates."""

    def __init__(self, context: ssl.SSLContext | None) -> None:
        self._tls: dict[str, Any] = {} if context is None else {"ssl_context": context}
        super().__init__(pool_connections=2, pool_maxsize=2, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **{**kwargs, **self._tls})
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **{**kwargs, **self._tls})
        if isinstance(manager, urllib3.ProxyManager):  # SOCKS needs its own connections
            manager.pool_classes_by_scheme = _POOLS
        return manager

    def close(self) -> None:
        """Close what is idle now. urllib3 would once nobody knows a pool any more, but the
        traceback of an error may for long."""
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in manager.pools.keys():  # noqa: SIM118 - it is no mapping to walk through
                pool = manager.pools.get(key)
                if pool is not None:
                    pool.close()
        super().close()


class UnusableProxy(requests.exceptions.InvalidProxyURL):
    """Requests would go through a proxy whose address is none, or which is not HTTP."""


# SOCKS would need PySocks, whose connections know nothing of our cancelling and deadlines.
_SCHEMES = ("http", "https")
_UNUSABLE = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    urllib3.exceptions.LocationValueError,
)


class HttpSession:
    """One thread's connections to one server. Follows no redirects and keeps no cookies.

    The system's certificates are trusted, those that requests brings, and those in `ca_file`;
    `trusts_environment` lets proxy and certificate variables count; a `proxy` that was chosen
    counts instead of the former.
    """

    def __init__(
        self,
        *,
        trusts_environment: bool,
        is_tls: bool,
        ca_file: str = "",
        proxy: str = SYSTEM_PROXY,
    ) -> None:
        self._session = requests.Session()
        self._session.trust_env = trusts_environment
        self._chosen_proxy = proxy
        self._session.headers.clear()
        self._session.headers.update(
            {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
        )
        self._session.auth = _no_netrc
        self._session.mount("http://", _Adapter(None))
        if is_tls:
            context = ssl.create_default_context()
            context.sslsocket_class = TlsSocket
            # As Python has it from 3.13 on, except that it would not take the certificates that
            # people make for their own computers, which leave out what nothing here needs.
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            context.verify_flags &= ~ssl.VERIFY_X509_STRICT
            trust(context, ca_file)
            self._session.mount("https://", _Adapter(context))
        self.proxy = ""
        """The proxy of the last request as it may be shown, "" for none."""

    def send(
        self,
        method: str,
        url: str,
        *,
        json: Any = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: tuple[float | None, float | None],
    ) -> requests.Response:
        """The answer's head; the body is still on the wire. `data` knows its length and is sent
        piece by piece. Raises one of `Problem`, and what `data` raises."""
        request = self._session.prepare_request(
            requests.Request(method, url, json=json, data=data, headers=dict(headers or {}))
        )
        settings = self._session.merge_environment_settings(url, {}, True, True, None)
        settings["proxies"] = _proxies(self._chosen_proxy, settings["proxies"])
        self.proxy = _shown_proxy(requests.utils.select_proxy(url, settings["proxies"]) or "")
        try:
            # Not Session.send: it would read the whole body of a redirect before we see it.
            return self._session.get_adapter(url).send(
                request,
                stream=True,
                timeout=timeout,  # type: ignore[arg-type]  # the stub forgets (None, None)
                verify=settings["verify"] or True,
                cert=settings["cert"],
                proxies=settings["proxies"],
            )
        except _UNUSABLE as error:
            if settings["proxies"]:
                raise UnusableProxy(str(error)) from error
            raise

    def close(self) -> None:
        """Close idle connections. Frees no other thread: that is what CancelScope is for."""
        self._session.close()


def offered_der(
    url: str, *, trusts_environment: bool, proxy: str = SYSTEM_PROXY, timeout_s: float | None = None
) -> bytes:
    """The certificate that is offered at an https URL, trusted or not; b"" where a proxy is in the
    way whose own would have to be trusted first. No request is sent, as nobody knows to whom it
    would go. Raises one of `Problem`."""
    host, port = _place(url)
    known = requests.utils.get_environ_proxies(url) if trusts_environment else {}
    through = requests.utils.select_proxy(url, _proxies(proxy, known))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.sslsocket_class = TlsSocket
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    options: dict[str, Any] = {"ssl_context": context, "cert_reqs": "CERT_NONE"}
    options["timeout"] = timeout_s
    if through:
        if urllib3.util.parse_url(through).scheme != "http":
            return b""
        connection = _HttpsConnection(*_place(through), **options)
        headers = requests.adapters.HTTPAdapter().proxy_headers(through)
        connection.set_tunnel(host, port, headers, scheme="http")
    else:
        connection = _HttpsConnection(host, port, **options)
    try:
        connection.connect()
        sock = connection.sock
        return (sock.getpeercert(True) if isinstance(sock, ssl.SSLSocket) else None) or b""
    finally:
        connection.close()


def _place(url: str) -> tuple[str, int]:
    parts = urllib3.util.parse_url(url)
    return (parts.host or "").strip("[]"), parts.port or {"http": 80}.get(parts.scheme or "", 443)


def _proxies(chosen: str, known: Mapping[str, str]) -> dict[str, str]:
    """By scheme: those that are known, unless something else was chosen."""
    if chosen == SYSTEM_PROXY:
        return dict(known)
    return {} if chosen == NO_PROXY else dict.fromkeys(_SCHEMES, chosen)


def proxy_for(url: str) -> str:
    """What a request to `url` would go through, as it may be shown; "" for nothing."""
    proxies = requests.utils.get_environ_proxies(url)
    return _shown_proxy(requests.utils.select_proxy(url, proxies) or "")


def _shown_proxy(proxy: str) -> str:
    """Without name and password, whatever its scheme is."""
    scheme, separator, rest = proxy.strip().rpartition("://")
    return shown_address(scheme) + separator + shown_address(rest)


def _no_netrc(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """An `auth` that changes nothing, so that requests does not look into ~/.netrc."""
    return request


def translate(error: BaseException, reference: str, silence: type[OllamaError]) -> OllamaError:
    """What went wrong, in our own terms; `silence` = connected, but nothing came in time."""
    causes = list(_causes(error))
    dial_failed = _first(causes, DialFailed)
    if _first(causes, UnusableProxy):
        return BadProxy(reference)  # the library's words repeat half a password
    if _first(causes, requests.exceptions.ProxyError, urllib3.exceptions.ProxyError):
        text = str(dial_failed or causes[-1])
        return ProxyFailed(reference, text, 407 if _WANTS_SIGN_IN in text else 0)
    if isinstance(dial_failed, DialFailed):
        if dial_failed.kind is None:
            return TimedOut(reference, str(dial_failed))
        return Unreachable(reference, str(dial_failed), dial_failed.kind)
    tls = _first(causes, ssl.SSLError)
    if isinstance(tls, ssl.SSLError) and not isinstance(
        tls, ssl.SSLEOFError | ssl.SSLZeroReturnError
    ):
        return TlsFailed(reference, _tls_words(tls), _tls_reason(tls))
    if tls is None and _first(causes, requests.exceptions.SSLError, urllib3.exceptions.SSLError):
        return TlsFailed(reference, str(causes[-1]))
    if _first(causes, TimeoutError, urllib3.exceptions.TimeoutError, requests.Timeout):
        return silence(reference, str(causes[-1]))
    return _broken(causes, reference)


def _broken(causes: list[BaseException], reference: str) -> OllamaError:
    last = causes[-1]
    is_lost = _first(causes, http.client.RemoteDisconnected) is not None
    if not is_lost and _first(
        causes,
        http.client.BadStatusLine,
        http.client.LineTooLong,
        http.client.UnknownProtocol,
        requests.exceptions.InvalidHeader,
        urllib3.exceptions.InvalidHeader,
    ):
        if _TLS_ALERT in str(last):  # the other side speaks TLS, and wants it spoken
            return Moved(reference, repr(last), f"https://{reference}", wants_https=True)
        return NotOllama(reference, repr(last))
    if "certificate bundle" in str(last):  # a variable names a file that is not there
        return TlsFailed(reference, str(last), TlsReason.CA_FILE)
    if _first(
        causes,
        requests.exceptions.InvalidURL,
        requests.exceptions.InvalidSchema,
        urllib3.exceptions.LocationParseError,
        UnicodeError,
    ):
        return BadAddress(reference, str(last))
    if _first(causes, requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError):
        return BadAnswer(reference, str(last), "body")
    return Unreachable(reference, repr(last), UnreachableKind.LOST)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception and everything it was made from, outermost first."""
    seen: set[int] = set()
    pending: list[Any] = [error]
    while pending:
        found = pending.pop(0)
        if not isinstance(found, BaseException) or id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        pending += [*found.args, getattr(found, "reason", None), found.__cause__, found.__context__]


def _first(causes: list[BaseException], *kinds: type[BaseException]) -> BaseException | None:
    return next((cause for cause in causes if isinstance(cause, kinds)), None)


def _tls_words(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return str(getattr(error, "reason", "") or error)  # only OpenSSL's own have one


def _tls_reason(error: ssl.SSLError) -> TlsReason:
    if isinstance(error, UnusableCaFile):
        return TlsReason.CA_FILE
    if isinstance(error, ssl.SSLCertVerificationError):
        return _UNTRUSTED.get(error.verify_code, TlsReason.UNTRUSTED)
    return TlsReason.PLAIN_HTTP if error.reason in _NO_TLS else TlsReason.OTHER
