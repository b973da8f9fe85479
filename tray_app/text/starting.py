"""Starting Ollama, and waking the computer that it is on: what is waited for, and what came of it.

Page and banner say the same: `start_text` has it in two sentences, `start_line` in one line.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from tray_app.core.payloads import ServerStart, StartKind, StartPhase
from tray_app.text.addresses import server_address
from tray_app.text.plain import one_line, visible
from tray_app.text.times import clock_time, elapsed
from tray_app.text.wording import fill, sentences, tr

_LABEL_LIMIT = 80
_DETAILS_LIMIT = 4000


class StartRemedy(StrEnum):
    """What the first button beside such a text does."""

    STOP_WAITING = "stop_waiting"
    TRY_AGAIN = "try_again"
    WAIT_LONGER = "wait_longer"
    COPY_COMMAND = "copy_command"
    DOCTOR = "doctor"


class StartText(NamedTuple):
    """Plain text. `details` are what the system said, several lines or ""."""

    title: str
    body: str
    remedy: StartRemedy
    details: str = ""


def start_text(start: ServerStart, address: str = "") -> StartText:
    """How the start of Ollama at `address` goes, or how it ended."""
    title, body, remedy = _TEXTS[start.phase](start, address)
    return StartText(title, body, remedy, visible(start.details, _DETAILS_LIMIT))


def start_line(start: ServerStart, address: str = "") -> str:
    """The same for a banner."""
    text = start_text(start, address)
    if start.phase is StartPhase.WAITING:
        return sentences(text.title, text.body)
    return fill(tr("{title}. {body}", "a title, and the sentence below it"), title=text.title,
                body=text.body)  # fmt: skip


def remedy_label(remedy: StartRemedy) -> str:
    """The button of a remedy."""
    return {
        StartRemedy.STOP_WAITING: tr("Stop waiting"),
        StartRemedy.TRY_AGAIN: tr("Try again"),
        StartRemedy.WAIT_LONGER: tr("Wait longer"),
        StartRemedy.COPY_COMMAND: tr("Copy command"),
        StartRemedy.DOCTOR: tr("Run doctor…"),
    }[remedy]


def start_command(start: ServerStart) -> str:
    """What a person can type in a terminal where we cannot start it."""
    return "systemctl start ollama" if start.sandbox else "ollama serve"


def start_countdown(start: ServerStart, now_s: float) -> str:
    """Below Stop waiting: "12 s, usually less than 30 s"."""
    return fill(
        tr("{elapsed}, usually less than {usual}"),
        elapsed=elapsed(now_s - start.began_s),
        usual=elapsed(start.kind.usual_s),
    )


def starting_since_line(moment: datetime) -> str:
    """The status bar while it is waited for."""
    return fill(tr("Starting since {time}"), time=clock_time(moment))


def wake_line(start: ServerStart, label: str) -> str:
    """The banner about a computer that is being woken, however that goes."""
    if start.phase is StartPhase.WAITING:
        return waking_line(label)
    if start.phase is StartPhase.NO_ANSWER:
        return not_woken_line(label)
    return _not_sent_line(label, start.details)


def waking_line(label: str) -> str:
    """The packet is sent."""
    text = tr("Waking “{server}”… That can take up to three minutes.")
    return fill(text, server=one_line(label, _LABEL_LIMIT))


def not_woken_line(label: str) -> str:
    """It has not answered in time."""
    text = tr("“{server}” didn’t wake up in three minutes. Its computer must allow Wake-on-LAN.")
    return fill(text, server=one_line(label, _LABEL_LIMIT))


def _not_sent_line(label: str, reason: str) -> str:
    text = tr("“{server}” couldn’t be woken: the packet for it wasn’t sent ({reason}).")
    return fill(text, server=one_line(label, _LABEL_LIMIT), reason=one_line(reason, 200))


_Written = tuple[str, str, StartRemedy]


def _service(start: ServerStart) -> str:
    return one_line(start.service, _LABEL_LIMIT).removesuffix(".service") or "ollama"


def _waiting(start: ServerStart, _: str) -> _Written:
    if start.kind is StartKind.APP:
        body = tr("Opened the Ollama app. The first start can take up to 90 seconds.")
    else:
        text = tr(
            "Asked your system to start the service “{service}”. It may ask for your password."
        )
        body = fill(text, service=_service(start))
    return tr("Starting Ollama…"), body, StartRemedy.STOP_WAITING


def _failed(start: ServerStart, _: str) -> _Written:
    title = tr("Ollama didn’t start")
    if start.kind is StartKind.APP:
        return title, tr("The Ollama app couldn’t be opened."), StartRemedy.TRY_AGAIN
    if not start.lasted_s:
        text = tr("The service “{service}” couldn’t be started. Its log on this computer says why.")
        return title, fill(text, service=_service(start)), StartRemedy.TRY_AGAIN
    text = tr("The service “{service}” ended after {time}. Its log on this computer says why.")
    time = elapsed(max(1.0, start.lasted_s))
    return title, fill(text, service=_service(start), time=time), StartRemedy.TRY_AGAIN


def _not_allowed(_: ServerStart, __: str) -> _Written:
    body = tr("The password was not given, or this account may not start services.")
    return tr("Ollama wasn’t started"), body, StartRemedy.TRY_AGAIN


def _no_answer(start: ServerStart, _: str) -> _Written:
    text = tr("It was started {time} ago and may still be looking for graphics cards.")
    body = fill(text, time=elapsed(start.lasted_s or start.patience_s))
    return tr("Ollama hasn’t answered yet"), body, StartRemedy.WAIT_LONGER


def _no_service(start: ServerStart, _: str) -> _Written:
    command = start_command(start)
    if start.sandbox:
        text = tr("From inside a {sandbox} it can’t be started. In a terminal: {command}")
        body = fill(text, sandbox=start.sandbox, command=command)
        return tr("Start Ollama yourself"), body, StartRemedy.COPY_COMMAND
    text = tr("Ollama was installed without a service or an app. In a terminal: {command}")
    return tr("There is nothing to start"), fill(text, command=command), StartRemedy.COPY_COMMAND


def _port_taken(_: ServerStart, address: str) -> _Written:
    port = server_address("", address).port
    title = fill(tr("Another program uses port {port}"), port=port)
    return title, tr("Ollama can’t start until that program is closed."), StartRemedy.DOCTOR


_TEXTS: dict[StartPhase, Callable[[ServerStart, str], _Written]] = {
    StartPhase.WAITING: _waiting,
    StartPhase.FAILED: _failed,
    StartPhase.NOT_ALLOWED: _not_allowed,
    StartPhase.NO_ANSWER: _no_answer,
    StartPhase.NO_SERVICE: _no_service,
    StartPhase.PORT_TAKEN: _port_taken,
}
