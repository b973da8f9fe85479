"""Looks at one server, check by check: each is told as soon as it is known."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tray_app import text
from tray_app.core.diagnosis.facts import ServerFacts, ServerTarget
from tray_app.core.diagnosis.findings import Check, CheckKind, CheckResult
from tray_app.core.diagnosis.rules import judged_server
from tray_app.core.endpoint import Access, Endpoint, is_loopback, split_address
from tray_app.core.errors import Cancelled, Forbidden, OllamaError
from tray_app.core.names import split_display
from tray_app.diagnosis.store import install_facts, store_facts
from tray_app.ollama import CancelScope, OllamaClient
from tray_app.ollama.local_store import is_installed

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord
    from tray_app.diagnosis.question import Question

_OWN_TIMEOUT_S = 1.0


def server_label(target: ServerTarget) -> str:
    """The name of a server on screen."""
    return text.server_name(target.label, target.place)


def examine_server(
    target: ServerTarget, checks: tuple[Check, ...], question: Question, scope: CancelScope
) -> Iterator[CheckResult | ServerFacts]:
    """What each of `checks` finds, and the facts behind it. Raises Cancelled."""
    facts = _first_facts(target)
    models: tuple[ModelRecord, ...] = ()
    if target.endpoint is not None:
        facts, models = _asked(facts, target, target.endpoint, scope)
    yield facts
    for check in checks:
        scope.raise_if_cancelled(target.place)
        if facts.error is None and target.endpoint is not None:
            facts = _learnt(check.kind, facts, models, target, question, scope)
        yield judged_server(check, facts)
    yield facts


def _first_facts(target: ServerTarget) -> ServerFacts:
    endpoint = target.endpoint
    facts = ServerFacts(
        server_label(target),
        target.place,
        target.server_id,
        target.is_default,
        target.is_local,
        is_installed() if target.is_local else None,
        error=target.error,
        can_wake=target.can_wake,
        is_given=target.is_given,
        sign_in=target.sign_in,
        secret=target.secret,
        is_secret_unread=target.is_secret_unread,
        is_asked=endpoint is not None,
    )
    if endpoint is None:
        return facts
    headers = tuple(name for name, _ in endpoint.access.headers)
    if endpoint.username or endpoint.password:
        headers = ("Authorization", *headers)
    return replace(
        facts,
        host=endpoint.host,
        is_encrypted=endpoint.scheme == "https",
        is_signed_in=bool(headers),
        sent_headers=headers,
        sends_secrets_in_clear=endpoint.sends_secrets_in_clear,
    )


def _asked(
    facts: ServerFacts, target: ServerTarget, endpoint: Endpoint, scope: CancelScope
) -> tuple[ServerFacts, tuple[ModelRecord, ...]]:
    started_s = time.monotonic()
    try:
        with OllamaClient(endpoint, server_id=target.server_id, scope=scope) as client:
            version = client.version()
            answered_s = time.monotonic() - started_s
            ahead_s = client.clock_ahead_s(datetime.now(UTC))
            models = client.list_models()
    except Cancelled:
        raise
    except OllamaError as error:
        own = _own_address(endpoint) if isinstance(error, Forbidden) else ""
        return replace(facts, error=error, own_address=own), ()
    found = replace(
        facts,
        version=version,
        answered_s=answered_s,
        models=len(models),
        clock_ahead_s=ahead_s,
        odd_sources=tuple(_odd_sources(models)),
    )
    return found, models


def _learnt(
    kind: CheckKind,
    facts: ServerFacts,
    models: tuple[ModelRecord, ...],
    target: ServerTarget,
    question: Question,
    scope: CancelScope,
) -> ServerFacts:
    """The facts with what a check needs beyond the answers of the server."""
    endpoint = target.endpoint
    assert endpoint is not None
    if kind is CheckKind.EXPOSURE:
        return replace(facts, open_at=_open_at(endpoint, scope))
    if kind is CheckKind.MODEL_FOLDER:
        store = store_facts(models, target.models_folder, endpoint, question.environ, scope)
        return replace(facts, store=store)
    if kind is CheckKind.NEWEST and question.releases is not None:
        install = install_facts() if target.is_local else None
        return replace(facts, newest=question.releases.newest(scope), install=install)
    return facts


def own_addresses() -> tuple[str, ...]:
    """Under which others in the network know this computer. Nothing is sent."""
    found = []
    for family, somewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asking:
            asking.connect((somewhere, 9))  # addresses of examples: only the way there counts
            found.append(str(asking.getsockname()[0]))
    return tuple(address for address in found if not is_loopback(address))


def _open_at(endpoint: Endpoint, scope: CancelScope) -> str:
    """The address in the network at which this computer's Ollama answers everybody; "" = none."""
    for address in own_addresses():
        outside = replace(endpoint, host=address, username="", password="", access=Access())
        try:
            with OllamaClient(outside, scope=scope, connect_timeout_s=_OWN_TIMEOUT_S) as client:
                client.version()
        except Cancelled:
            raise
        except OllamaError:
            continue
        return outside.display
    return ""


def _own_address(endpoint: Endpoint) -> str:
    """The same server by the address behind its name; "" where it was asked by that already, or
    on this computer, where the name is what is wrong."""
    if _is_ip(endpoint.host):
        return ""
    try:
        # Just now the system has looked this up to ask the server.
        found = socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ""
    addresses = [str(place[0]) for *_, place in found]
    first = next((each for each in addresses if ":" not in each), addresses[0])
    own = replace(endpoint, host=first)
    # As typed where nothing else was: the usual port is left out.
    return first if own == Endpoint(host=first, access=own.access) else own.display


def _odd_sources(models: Iterable[ModelRecord]) -> Iterable[str]:
    for model in models:
        host = split_display(model.name)[0].partition("/")[0]
        name = split_address(host).host
        if _is_ip(name) and not is_loopback(name):
            yield model.name


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
