"""What came of trying a server, in one word."""

import pytest

from tray_app.core import errors as e
from tray_app.core.connection_cases import ConnectionCase, connection_case

C = ConnectionCase
CASES: list[tuple[e.OllamaError | None, ConnectionCase]] = [
    (None, C.OK),
    (e.Unauthorized("", was_given=True), C.REFUSED),
    (e.Unauthorized(""), C.WANTS_TOKEN),
    (e.Unauthorized("", takes_password=True), C.WANTS_PASSWORD),
    (e.Moved("", wants_https=True), C.WANTS_HTTPS),
    (e.Moved("", "302 https://login.example"), C.ELSEWHERE),
    (e.TlsFailed("", "", e.TlsReason.PLAIN_HTTP), C.HTTP_ONLY),
    (e.TlsFailed("", "", e.TlsReason.UNKNOWN_SIGNER), C.CERTIFICATE),
    (e.TlsFailed("", "", e.TlsReason.EXPIRED), C.CERTIFICATE),
    (e.TlsFailed("", "", e.TlsReason.CA_FILE), C.OTHER),
    (e.Forbidden(""), C.HOST_CHECK),
    (e.Forbidden("", has_front=True), C.OTHER),
    (e.Forbidden("", "no", is_by_front=True), C.OTHER),
    (e.Forbidden("", "cloud is disabled"), C.OTHER),
    (e.NotOllama("", "text/html: Router", 200), C.NOT_OLLAMA),
    (e.NotOllama("", "404", 404), C.PATH_MISSING),
    (e.NotOllama("", "text/html", 200, proxy="http://proxy:3128"), C.PROXY),
    (e.ProxyFailed("", "", 503, proxy="http://proxy:3128"), C.PROXY),
    (e.ProxyFailed("", "", 407, proxy="http://proxy:3128"), C.OTHER),
    (e.ProxyFailed("", "refused", 0, proxy="http://proxy:3128"), C.OTHER),
    (e.BadProxy("", proxy="socks5://proxy"), C.OTHER),
    (e.ProxyFailed("", "", 502), C.BEHIND),
    (e.ProxyFailed("", "", 524), C.BEHIND),
    (e.ProxyFailed("", "", 429), C.OTHER),
    (e.TooOld(""), C.TOO_OLD),
    (e.TimedOut(""), C.SILENT),
    (e.Unreachable("", "", e.UnreachableKind.NO_ROUTE), C.SILENT),
    (e.Unreachable(""), C.OTHER),
    (e.Unreachable("", "", e.UnreachableKind.NAME_LOOKUP), C.OTHER),
    (e.Starting(""), C.OTHER),
    (e.ServerFailed(""), C.OTHER),
]


@pytest.mark.parametrize(("error", "case"), CASES)
def test_every_end_has_its_case(error: e.OllamaError | None, case: ConnectionCase) -> None:
    assert connection_case(error, "0.33.1") is case


def test_every_case_is_reached() -> None:
    assert {case for _, case in CASES} == set(C)
