"""What is said while a server is brought back, word for word."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tray_app.core.payloads import ServerStart, StartKind, StartPhase
from tray_app.text.starting import (
    StartRemedy,
    remedy_label,
    start_command,
    start_countdown,
    start_line,
    start_text,
    starting_since_line,
    wake_line,
)

P, R = StartPhase, StartRemedy
SERVICE = ServerStart("local", StartKind.SERVICE, P.WAITING, 100.0, 30.0, "ollama.service")
APP = replace(SERVICE, kind=StartKind.APP, service="")
WAKE = ServerStart("nas", StartKind.WAKE, P.WAITING, 100.0, 180.0)


@pytest.mark.parametrize(
    ("start", "title", "body", "remedy"),
    [
        (
            SERVICE,
            "Starting Ollama…",
            "Asked your system to start the service “ollama”. It may ask for your password.",
            R.STOP_WAITING,
        ),
        (
            APP,
            "Starting Ollama…",
            "Opened the Ollama app. The first start can take up to 90 seconds.",
            R.STOP_WAITING,
        ),
        (
            replace(SERVICE, phase=P.FAILED, lasted_s=2.4),
            "Ollama didn’t start",
            "The service “ollama” ended after 2\u00a0s. Its log on this computer says why.",
            R.TRY_AGAIN,
        ),
        (
            replace(SERVICE, phase=P.FAILED, lasted_s=0.1),
            "Ollama didn’t start",
            "The service “ollama” ended after 1\u00a0s. Its log on this computer says why.",
            R.TRY_AGAIN,
        ),
        (
            replace(SERVICE, phase=P.FAILED),
            "Ollama didn’t start",
            "The service “ollama” couldn’t be started. Its log on this computer says why.",
            R.TRY_AGAIN,
        ),
        (
            replace(APP, phase=P.FAILED),
            "Ollama didn’t start",
            "The Ollama app couldn’t be opened.",
            R.TRY_AGAIN,
        ),
        (
            replace(SERVICE, phase=P.NO_ANSWER, lasted_s=30.0),
            "Ollama hasn’t answered yet",
            "It was started 30\u00a0s ago and may still be looking for graphics cards.",
            R.WAIT_LONGER,
        ),
        (
            replace(SERVICE, phase=P.NOT_ALLOWED),
            "Ollama wasn’t started",
            "The password was not given, or this account may not start services.",
            R.TRY_AGAIN,
        ),
        (
            replace(SERVICE, phase=P.NO_SERVICE, sandbox="Flatpak"),
            "Start Ollama yourself",
            "From inside a Flatpak it can’t be started. In a terminal: systemctl start ollama",
            R.COPY_COMMAND,
        ),
        (
            replace(SERVICE, phase=P.NO_SERVICE),
            "There is nothing to start",
            "Ollama was installed without a service or an app. In a terminal: ollama serve",
            R.COPY_COMMAND,
        ),
        (
            replace(SERVICE, phase=P.PORT_TAKEN),
            "Another program uses port 11434",
            "Ollama can’t start until that program is closed.",
            R.DOCTOR,
        ),
    ],
)
def test_texts(start: ServerStart, title: str, body: str, remedy: StartRemedy) -> None:
    text = start_text(start, "127.0.0.1:11434")
    assert (text.title, text.body, text.remedy) == (title, body, remedy)


@pytest.mark.parametrize("phase", list(P))
def test_every_text_has_a_button(phase: StartPhase) -> None:
    assert remedy_label(start_text(replace(SERVICE, phase=phase)).remedy)


def test_banners() -> None:
    assert start_line(SERVICE).startswith("Starting Ollama… Asked your system")
    failed = start_line(replace(SERVICE, phase=P.NOT_ALLOWED))
    assert failed.startswith("Ollama wasn’t started. The password")


def test_what_a_person_types_instead() -> None:
    assert start_command(replace(SERVICE, sandbox="Flatpak")) == "systemctl start ollama"
    assert start_command(SERVICE) == "ollama serve"


def test_seconds_and_since_when() -> None:
    assert start_countdown(SERVICE, 112.9) == "12\u00a0s, usually less than 30\u00a0s"
    assert start_countdown(APP, 112.9) == "12\u00a0s, usually less than 1\u00a0min 30\u00a0s"
    moment = datetime(2026, 5, 4, 14, 32, tzinfo=UTC)
    assert starting_since_line(moment).startswith("Starting since ")


def test_waking() -> None:
    assert wake_line(WAKE, "nas") == "Waking “nas”… That can take up to three minutes."
    assert wake_line(replace(WAKE, phase=P.NO_ANSWER), "nas") == (
        "“nas” didn’t wake up in three minutes. Its computer must allow Wake-on-LAN."
    )
    failed = replace(WAKE, phase=P.FAILED, details="Network is unreachable\x07")
    assert wake_line(failed, "nas") == (
        "“nas” couldn’t be woken: the packet for it wasn’t sent (Network is unreachable[U+0007])."
    )


def test_what_the_system_says_is_shown_as_plain_text() -> None:
    start = replace(SERVICE, phase=P.FAILED, details="a\x1b[31mb\nc")
    assert start_text(start).details == "a[U+001B][31mb\nc"
