"""Lanes: what can be looked at side by side, so that one that is silent delays itself alone."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tray_app.core.diagnosis.facts import Diagnosis, ServerFacts, ServerTarget
from tray_app.core.diagnosis.findings import (
    Check,
    CheckKind,
    CheckResult,
    Examination,
    LookedAt,
)
from tray_app.core.diagnosis.rules import (
    computer_checks,
    judged_computer,
    judged_keyring,
    server_checks,
)
from tray_app.core.endpoint import Endpoint
from tray_app.core.errors import Cancelled, OllamaError
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.diagnosis.computer import computer_facts
from tray_app.diagnosis.servers import examine_server, server_label
from tray_app.ollama.transport import Transport

if TYPE_CHECKING:
    from tray_app.diagnosis.question import Question
    from tray_app.ollama import CancelScope

_REGISTRY_TIMEOUT_S = 5.0
Told = CheckResult | ServerFacts | Diagnosis


@dataclass(frozen=True, slots=True)
class Lane:
    """One server, or (`server_id` "") this computer."""

    server_id: str
    checks: tuple[Check, ...]
    question: Question
    target: ServerTarget | None = None

    def look(self, scope: CancelScope) -> Iterator[Told]:
        """Everything that is found, as soon as it is. Raises Cancelled."""
        if self.target is not None:
            return examine_server(self.target, self.checks, self.question, scope)
        return _examine_computer(self.checks, self.question, scope)


def lanes(question: Question) -> tuple[Lane, ...]:
    """All that `question` wants looked at, its servers in their order and this computer last."""
    asks = question.releases is not None
    found = [
        Lane(target.server_id, server_checks(target, asks_for_newest=asks), question, target)
        for target in question.targets
    ]
    own = computer_checks(question.targets, asks_registry=bool(question.registry_url))
    return (*found, Lane("", own, question))


def planned(question: Question, first: str = "") -> Examination:
    """An examination that has found nothing yet."""
    order = lanes(question)
    return Examination(
        servers=tuple(LookedAt(each.server_id, server_label(each)) for each in question.targets),
        planned=tuple(check for lane in order for check in lane.checks),
        running=tuple(lane.server_id for lane in order),
        first=first,
    )


def taken(examination: Examination, told: Told) -> Examination:
    """With what a lane has told."""
    if isinstance(told, CheckResult):
        return examination.with_result(told)
    if isinstance(told, ServerFacts):
        return examination.with_server(told)
    return replace(examination, facts=told)


def ended(examination: Examination, server_id: str) -> Examination:
    """Once a lane looks no more."""
    running = tuple(each for each in examination.running if each != server_id)
    ended_at = None if running else datetime.now(UTC)
    return replace(examination, running=running, ended_at=ended_at)


def examine(
    question: Question,
    scope: CancelScope,
    tell: Callable[[Examination], None] | None = None,
) -> Examination:
    """Look at everything and wait for the end; `tell` hears of each step. For the terminal. Raises
    Cancelled."""
    found = planned(question)
    news: queue.SimpleQueue[tuple[str, Told | Exception | None]] = queue.SimpleQueue()
    for lane in lanes(question):
        worker = threading.Thread(
            target=_run, args=(lane, scope, news), name=f"look {lane.server_id}"[:32], daemon=True
        )
        worker.start()
    try:
        while found.running:
            server_id, told = news.get()
            if isinstance(told, Exception):
                raise told
            found = ended(found, server_id) if told is None else taken(found, told)
            if tell is not None:
                tell(found)
    except BaseException:
        scope.cancel()
        raise
    return found


def _run(
    lane: Lane, scope: CancelScope, news: queue.SimpleQueue[tuple[str, Told | Exception | None]]
) -> None:
    try:
        for told in lane.look(scope):
            news.put((lane.server_id, told))
    except Exception as error:  # noqa: BLE001 - raised where the answer is waited for
        news.put((lane.server_id, error))
    else:
        news.put((lane.server_id, None))


def _examine_computer(
    checks: tuple[Check, ...], question: Question, scope: CancelScope
) -> Iterator[Told]:
    names = {target.server_id: server_label(target) for target in question.targets}
    rest = list(checks)
    for check in checks:
        if check.kind is CheckKind.KEYRING:
            rest.remove(check)
            yield CheckResult(check, (judged_keyring(question.targets, names),))
    facts = replace(computer_facts(question), private=_private(question))
    yield facts
    for check in rest:
        scope.raise_if_cancelled()
        if check.kind is CheckKind.REGISTRY:
            facts = replace(facts, registry_error=_registry_error(question.registry_url, scope))
            yield facts
        yield judged_computer(check, facts)


def _registry_error(url: str, scope: CancelScope) -> OllamaError | None:
    """Why nobody answers there; None = somebody does, whatever the answer is."""
    transport = Transport(Endpoint.parse(url), scope=scope, connect_timeout_s=_REGISTRY_TIMEOUT_S)
    try:
        transport.request("HEAD", "/v2/", read_timeout_s=_REGISTRY_TIMEOUT_S)
    except Cancelled:
        raise
    except OllamaError as error:
        return error
    finally:
        transport.close()
    return None


def _private(question: Question) -> tuple[tuple[str, str], ...]:
    """Addresses of servers, each with the name that stands for it in a report."""
    found = []
    for number, target in enumerate(question.targets, 1):
        endpoint = target.endpoint
        if endpoint is None or endpoint.is_loopback:
            continue
        name = target.label or f"server {number}"
        found += [(part, name) for part in (endpoint.display, endpoint.netloc, endpoint.host)]
    home = str(Path.home())
    return tuple(dict.fromkeys([*found, (home, "~")] if len(home) > 1 else found))
