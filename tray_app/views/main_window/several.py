"""What the main window says of several servers at once: its banner and its page. No widgets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.records import ServerState, ServerStatus
from tray_app.core.sign_in import SecretState
from tray_app.text import connecting_line, error_text, sentences, server_words, tr
from tray_app.text.several import (
    keyring_locked,
    list_of,
    never_reached,
    one_away,
    several_away,
    shown_as_then,
    sign_in_missing,
)
from tray_app.views.components.banner import BannerText
from tray_app.views.components.buttons import Kind
from tray_app.views.main_window import start_pages
from tray_app.views.main_window.start_pages import EDIT, START, WAKE
from tray_app.views.main_window.state_page import PageButton, PageText
from tray_app.views.theme import Tone

if TYPE_CHECKING:
    from tray_app.core.payloads import ServerStart


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """One of the servers that are shown. `count` is how many models are listed of it,
    `is_list_old`: in an earlier run of the program."""

    id: str
    label: str
    address: str
    status: ServerStatus | None
    has_answer: bool
    count: int = 0
    can_wake: bool = False
    can_start: bool = False
    start: ServerStart | None = None
    is_list_old: bool = False

    @property
    def is_away(self) -> bool:
        """Whether it is out of reach."""
        return self.status is not None and self.status.is_away

    @property
    def is_online(self) -> bool:
        return self.status is not None and self.status.is_online

    @property
    def state(self) -> ServerState:
        """How it stands."""
        return self.status.state if self.status is not None else ServerState.CONNECTING

    @property
    def secret(self) -> SecretState:
        """Why it is not asked."""
        return self.status.secret if self.status is not None else SecretState.NOT_NEEDED


def worst_state(servers: Sequence[ServerFacts]) -> ServerState:
    """The state whose glyph stands for all: online only if every one is."""
    states = {server.state for server in servers}
    if any(server.is_away and server.state is not ServerState.WAITING for server in servers):
        return ServerState.FAILING
    for state in (ServerState.WAITING, ServerState.CONNECTING, ServerState.STARTING):
        if state in states:
            return state
    return ServerState.ONLINE


def online(servers: Sequence[ServerFacts]) -> int:
    """How many answer."""
    return sum(server.is_online for server in servers)


def start_banner(servers: Sequence[ServerFacts]) -> BannerText | None:
    """Of a server that is being brought back, or did not come back."""
    started = [(each, each.start) for each in servers if each.start is not None]
    for each, start in started:
        if start.is_waiting and not each.is_online:
            return start_pages.start_banner(start, each.label, each.address)
    for each, start in started:
        if not start.is_waiting and each.is_away:
            return start_pages.start_banner(start, each.label, each.address)
    return None


def way_back(server: ServerFacts) -> tuple[tuple[str, str], ...]:
    """The button that brings a server back which does not answer, if there is a way."""
    if server.state is not ServerState.OFFLINE:
        return ()
    if server.can_start:
        return ((f"{START}{server.id}", tr("Start Ollama")),)
    return ((f"{WAKE}{server.id}", tr("Wake")),) if server.can_wake else ()


def locked_banner(servers: Sequence[ServerFacts]) -> BannerText | None:
    """The keyring holds what signs in, and is locked."""
    locked = [each for each in servers if each.secret is SecretState.LOCKED]
    if not locked:
        return None
    words = keyring_locked(len(locked))
    return BannerText(words, Tone.WARN, (("unlock", tr("Unlock")),), glyph="key")


def banner(servers: Sequence[ServerFacts], now: datetime | None = None) -> BannerText | None:
    """The banner of all of them: what a person waits for first, then what is the matter."""
    if not any(each.has_answer for each in servers):
        waits = next((each for each in servers if not each.is_away), None)
        if waits is None:
            return start_banner(servers) or locked_banner(servers)
        change = (("show_servers", tr("Show servers")),)
        return BannerText(connecting_line(waits.label), Tone.INFO, change, is_busy=True)
    return start_banner(servers) or locked_banner(servers) or _partial_banner(servers, now)


_QUIET = frozenset({SecretState.WAITING, SecretState.LOCKED})


def _partial_banner(servers: Sequence[ServerFacts], now: datetime | None) -> BannerText | None:
    away = [s for s in servers if s.is_away and s.secret not in _QUIET]
    if not away:
        return None
    if len(away) == 1:
        words = _one_line(away[0], now)
        return BannerText(words, Tone.WARN, (*_one_actions(away[0]), ("retry", tr("Retry"))))
    unsigned = [s.label for s in away if s.state is ServerState.WAITING]
    asked = [s for s in away if s.state is not ServerState.WAITING]
    listed = [s for s in asked if s.has_answer]
    unknown = [s.label for s in asked if not s.has_answer]
    count = sum(s.count for s in listed)
    words = sentences(
        several_away([s.label for s in listed], count) if len(listed) > 1 else "",
        _one_line(listed[0], now) if len(listed) == 1 else "",
        never_reached(unknown) if unknown else "",
        sign_in_missing(unsigned) if unsigned else "",
    )
    actions = (("show_servers", tr("Show servers")), ("retry", tr("Retry")))
    return BannerText(words, Tone.WARN, actions)


def _one_line(server: ServerFacts, now: datetime | None) -> str:
    status = server.status
    assert status is not None
    if status.state is ServerState.WAITING:
        return sign_in_missing((server.label,))
    if not server.has_answer:
        return never_reached((server.label,))
    if status.state is ServerState.OFFLINE or status.error is None:
        reason = one_away(server.label, status.since)
        if not server.is_list_old:
            return sentences(reason, shown_as_then(server.count))
    else:
        reason = error_text(status.error, server.label, address=server.address).body
    return sentences(reason, list_of(server.count, status.last_answer_at, now))


def _one_actions(server: ServerFacts) -> tuple[tuple[str, str], ...]:
    if server.state is ServerState.OFFLINE:
        return way_back(server)
    if server.state in (ServerState.REFUSED, ServerState.WAITING):
        return ((f"{EDIT}{server.id}", tr("Edit server…")),)
    return ()


def away_page(servers: Sequence[ServerFacts]) -> PageText:
    """None of them answers, and nothing is known of what they have."""
    locked = locked_banner(servers)
    states = tr("{server}: {state}", "studio: online")
    lines = [
        states.format(server=each.label, state=server_words(each.status, each.start))
        for each in servers
    ]
    buttons = [
        PageButton("retry", tr("Retry"), "refresh"),
        PageButton("doctor", tr("Run doctor…"), "verify"),
        PageButton("show_servers", tr("Show servers")),
    ]
    if locked is not None:
        buttons.insert(0, PageButton("unlock", tr("Unlock"), "key"))
    first, *rest = buttons
    return PageText(
        glyph="power",
        title=tr("None of your servers answers"),
        body="\n".join(lines),
        state=Tone.WARN,
        buttons=(PageButton(first.key, first.text, first.icon, Kind.PRIMARY), *rest),
    )
