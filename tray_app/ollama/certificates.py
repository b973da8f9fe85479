"""Which certificate a server offers, when it is one that is not trusted.

OpenSSL throws it away when it refuses it, so the server is asked for it once more, without checking
it. Nothing is sent over that connection: it ends with the handshake.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tray_app.core.tls import OfferedCertificate
from tray_app.ollama.cancel import CancelScope
from tray_app.ollama.connect import calling

if TYPE_CHECKING:
    from tray_app.core.endpoint import Endpoint

_TIMEOUT_S = 5.0


def offered_certificate(
    endpoint: Endpoint, scope: CancelScope | None = None, timeout_s: float = _TIMEOUT_S
) -> OfferedCertificate | None:
    """None where none is offered (any more), or it cannot be read. Raises Cancelled."""
    from tray_app.ollama import http_session  # it loads requests

    if endpoint.scheme != "https":
        return None
    scope = scope or CancelScope()
    scope.raise_if_cancelled(endpoint.display)
    try:
        with calling(scope, time.monotonic() + 2 * timeout_s):
            der = http_session.offered_der(
                endpoint.url(""),
                trusts_environment=not endpoint.is_loopback,
                proxy=endpoint.access.proxy,
                timeout_s=timeout_s,
            )
        return OfferedCertificate.from_der(der)
    except (*http_session.Problem, ValueError):
        scope.raise_if_cancelled(endpoint.display)
        return None
