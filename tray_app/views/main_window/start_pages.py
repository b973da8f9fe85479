"""What the main window shows while a server is brought back, and when it was not: page, banner,
buttons. No widgets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tray_app.core.payloads import LocalOllama, ServerStart, StartKind, StartPhase
from tray_app.text import (
    remedy_label,
    start_countdown,
    start_line,
    start_text,
    tr,
    trying_again_line,
    wake_line,
)
from tray_app.text.starting import StartRemedy
from tray_app.views.components.banner import BannerText
from tray_app.views.components.buttons import Kind
from tray_app.views.main_window.state_page import PageButton, PageText
from tray_app.views.theme import Tone

if TYPE_CHECKING:
    from tray_app.core.records import ServerStatus

START, WAIT_LONGER, STOP, COPY = "start:", "wait_longer:", "stop:", "copy_command:"
WAKE, EDIT = "wake:", "edit:"
"""What the key of a button begins with, before the server that it is about."""
DOCTOR = "doctor"

_GLYPHS: dict[StartPhase, tuple[str, Tone | None]] = {
    StartPhase.WAITING: ("power", None),
    StartPhase.FAILED: ("error", Tone.DANGER),
    StartPhase.NOT_ALLOWED: ("warning", Tone.WARN),
    StartPhase.NO_ANSWER: ("clock", Tone.WARN),
    StartPhase.NO_SERVICE: ("info", Tone.INFO),
    StartPhase.PORT_TAKEN: ("error", Tone.DANGER),
}
_KEYS = {
    StartRemedy.STOP_WAITING: STOP,
    StartRemedy.TRY_AGAIN: START,
    StartRemedy.WAIT_LONGER: WAIT_LONGER,
    StartRemedy.COPY_COMMAND: COPY,
}
_ICONS = {StartRemedy.TRY_AGAIN: "play", StartRemedy.COPY_COMMAND: "copy",
          StartRemedy.DOCTOR: "verify"}  # fmt: skip


def is_page(start: ServerStart | None) -> bool:
    """Whether a start takes the place of the page that says why the server is away. A computer that
    is woken has a banner alone."""
    return start is not None and start.kind is not StartKind.WAKE


def start_page(start: ServerStart, address: str) -> PageText:
    """The page about a start that is under way or was in vain."""
    text = start_text(start, address)
    glyph, tone = _GLYPHS[start.phase]
    is_waiting, remedy = start.is_waiting, text.remedy
    kind = Kind.NORMAL if is_waiting else Kind.PRIMARY
    buttons = [PageButton(_key(remedy, start), remedy_label(remedy), _ICONS.get(remedy, ""), kind)]
    if remedy is StartRemedy.DOCTOR:
        buttons.append(PageButton(f"{START}{start.server_id}", tr("Try again"), "play"))
    elif not is_waiting:
        buttons.append(doctor_button())
    return PageText(
        glyph=glyph,
        title=text.title,
        body=text.body,
        state=tone,
        buttons=tuple(buttons),
        details="" if is_waiting else text.details,
        is_details_open=True,
        is_busy=is_waiting,
        escape=f"{STOP}{start.server_id}" if is_waiting else "",
    )


def start_banner(start: ServerStart, server: str, address: str) -> BannerText:
    """The banner that says the same over a list of before; of a computer that is woken, always."""
    if start.kind is StartKind.WAKE:
        return _wake_banner(start, server)
    glyph, tone = _GLYPHS[start.phase]
    remedy = start_text(start, address).remedy
    actions = [(_key(remedy, start), remedy_label(remedy))]
    if not start.is_waiting and remedy is not StartRemedy.DOCTOR:
        actions.append((DOCTOR, tr("Run doctor…")))
    words = start_line(start, address)
    is_busy = start.is_waiting
    return BannerText(words, tone or Tone.INFO, tuple(actions), "" if is_busy else glyph, is_busy)


def _wake_banner(start: ServerStart, server: str) -> BannerText:
    words = wake_line(start, server)
    if start.is_waiting:
        return BannerText(
            words, Tone.INFO, ((f"{STOP}{start.server_id}", tr("Stop waiting")),), is_busy=True
        )
    again = (
        (f"{WAKE}{start.server_id}", tr("Wake again")),
        (f"{EDIT}{start.server_id}", tr("Edit server…")),
    )
    return BannerText(words, Tone.WARN, again)


def _key(remedy: StartRemedy, start: ServerStart) -> str:
    return f"{_KEYS[remedy]}{start.server_id}" if remedy in _KEYS else DOCTOR


def start_button(server_id: str) -> PageButton:
    """Of the page that says that the server is away."""
    return PageButton(f"{START}{server_id}", tr("Start Ollama"), "play")


def wake_button(server_id: str, server: str) -> PageButton:
    return PageButton(f"{WAKE}{server_id}", tr("Wake “{server}”").format(server=server), "power")


def doctor_button() -> PageButton:
    return PageButton(DOCTOR, tr("Run doctor…"), "verify")


def is_installed(found: LocalOllama | None) -> bool | None:
    """What can be said of Ollama on this computer; None = nothing."""
    if found in (None, LocalOllama.HIDDEN):
        return None
    return found is not LocalOllama.ABSENT


def is_start_offered(found: LocalOllama | None) -> bool:
    """Whether it makes sense to start it; where we cannot, it is said how."""
    return found not in (None, LocalOllama.ABSENT)


def countdown(status: ServerStatus | None, start: ServerStart | None, now_s: float) -> str:
    """The line below the buttons of a page: until the next try, or since the start."""
    if start is not None and is_page(start):
        return start_countdown(start, now_s) if start.is_waiting else ""
    if status is None or status.retry_s is None:
        return ""
    return trying_again_line(status.retry_s - now_s)
