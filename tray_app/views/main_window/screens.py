"""Which page, which banner: what the main window shows for what is known. No widgets.

One banner at most; connecting comes before offline, that before partial, that before info.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tray_app.core.errors import BadName, Moved, OllamaError
from tray_app.core.names import ModelName, clean
from tray_app.core.records import Recommendation, ServerState, ServerStatus
from tray_app.text import (
    Action,
    action_label,
    clock_time,
    connecting_line,
    error_text,
    filter_is_empty,
    hidden_by_search,
    is_loopback,
    no_match,
    offline_banner,
    starting_line,
    state_details,
    tr,
)
from tray_app.text.addresses import server_address
from tray_app.text.wording import english_singular
from tray_app.views.components.banner import BannerText
from tray_app.views.components.buttons import Kind
from tray_app.views.main_window.state_page import PageButton, PageText
from tray_app.views.theme import Tone

USE_ADDRESS = "use_address:"
"""What the key of a button begins with that asks for another address of the server."""
_LIBRARY_KEYS = {Action.START: "start", Action.GET_OLLAMA: "get_ollama"}


class Screen(StrEnum):
    """What stands in the middle of the window."""

    SKELETON = "skeleton"  # nothing known yet
    TABLE = "table"
    EMPTY = "empty"
    NO_MATCH = "no_match"
    AWAY = "away"  # never reached


@dataclass(frozen=True, slots=True)
class Facts:
    """All that decides. `status` None = not even asked yet; `can_start` None = not known."""

    status: ServerStatus | None
    has_answer: bool
    count: int
    shown: int
    server: str
    address: str
    search: str = ""
    filter: str = "all"
    loaded: int = 0
    can_start: bool | None = None
    left_out: int = 0


def screen(facts: Facts) -> Screen:
    """The page for `facts`."""
    if not facts.has_answer:
        state = facts.status.state if facts.status else ServerState.CONNECTING
        waits = state in (ServerState.CONNECTING, ServerState.STARTING, ServerState.ONLINE)
        return Screen.SKELETON if waits else Screen.AWAY
    if facts.count == 0:
        is_away = facts.status is not None and not facts.status.is_online
        return Screen.AWAY if is_away and facts.status.state in _TROUBLE else Screen.EMPTY  # type: ignore[union-attr]
    return Screen.TABLE if facts.shown else Screen.NO_MATCH


_TROUBLE = frozenset(
    {
        *(ServerState.OFFLINE, ServerState.REFUSED, ServerState.NOT_OLLAMA),
        *(ServerState.FAILING, ServerState.WAITING),
    }
)


def is_away(facts: Facts) -> bool:
    """Whether the list is an old one: the server is out of reach now."""
    return facts.status is not None and facts.status.state in _TROUBLE


def banner(facts: Facts) -> BannerText | None:
    """The banner that the server's state asks for."""
    status = facts.status
    if not facts.has_answer:
        if screen(facts) is Screen.AWAY:
            return None
        return _connecting_banner(facts)
    if status is None or facts.count == 0 or status.state not in _TROUBLE | {ServerState.STARTING}:
        return None
    listed_at = status.last_answer_at or status.since
    if status.state is ServerState.OFFLINE:
        words = offline_banner(facts.server, listed_at)
    else:
        rest = tr("This is the list from {time}.").format(time=clock_time(listed_at))
        words = f"{_trouble_line(facts, status)} {rest}"
    actions = [("retry", tr("Retry"))]
    if isinstance(status.error, Moved) and status.error.wants_https and status.error.address:
        actions.insert(0, (f"{USE_ADDRESS}{status.error.address}", tr("Use https…")))
    if facts.can_start and status.state is ServerState.OFFLINE:
        actions.insert(0, ("start", tr("Start Ollama")))
    return BannerText(words, Tone.WARN, tuple(actions))


def _trouble_line(facts: Facts, status: ServerStatus) -> str:
    """Why the server of a listed model does not answer as it should."""
    if status.state is ServerState.STARTING or status.error is None:
        return starting_line()
    return error_text(status.error, facts.server, address=facts.address).body


def _connecting_banner(facts: Facts) -> BannerText:
    words = connecting_line(facts.server)
    if facts.status is not None and facts.status.state is ServerState.STARTING:
        words = f"{words} {starting_line()}"
    actions = (("change_server", tr("Change server…")),)
    return BannerText(words, Tone.INFO, actions, is_busy=True)


def page(facts: Facts, suggestions: tuple[Recommendation, ...] = ()) -> PageText | None:
    """What the page says; None for the table."""
    kind = screen(facts)
    if kind is Screen.EMPTY:
        return _empty_page(suggestions)
    if kind is Screen.NO_MATCH:
        return _no_match_page(facts)
    return _away_page(facts) if kind is Screen.AWAY else None


def _empty_page(suggestions: tuple[Recommendation, ...]) -> PageText:
    pull = tr("Pull another model…") if suggestions else tr("Pull model…")
    return PageText(
        glyph="mark",
        title=tr("No models yet"),
        body=tr("Pull one from ollama.com or Hugging Face."),
        suggestions=suggestions,
        buttons=(
            PageButton("pull", pull, "plus", Kind.PRIMARY),
            PageButton("library", tr("Browse the library"), "external", Kind.LINK),
        ),
    )


def _no_match_page(facts: Facts) -> PageText:
    if not facts.search:
        body = english_singular(facts.count, "1 model is hidden by the filter.") or tr(
            "%Ln models are hidden by the filter.", "", facts.count
        )
        show_all = PageButton("show_all", tr("Show all models"))
        if facts.filter == "loaded" and facts.loaded:
            title = tr("What is loaded is no longer installed")
            body = tr("It was deleted while it was loaded. It will unload by itself.")
            return PageText("search", title, body, buttons=(show_all,))
        return PageText("search", filter_is_empty(facts.filter), body, buttons=(show_all,))
    buttons = [PageButton("clear_search", tr("Clear search"))]
    name = clean(facts.search)
    if is_name(name):
        buttons.append(PageButton("pull_search", tr("Pull “{name}”…").format(name=name), "plus"))
    return PageText(
        glyph="search",
        title=no_match(facts.search),
        body=hidden_by_search(facts.count),
        buttons=tuple(buttons),
    )


def is_name(text: str) -> bool:
    """Whether `text` could be pulled."""
    try:
        ModelName.of_pasted(text)
    except BadName:
        return False
    return True


def _away_page(facts: Facts) -> PageText:
    status = facts.status
    assert status is not None
    if status.error is None:
        return PageText("power", tr("Can’t reach Ollama"), "", Tone.WARN, buttons=_buttons("", ""))
    message = error_text(
        status.error,
        facts.server,
        address=facts.address,
        is_installed=facts.can_start,
        version=status.version,
    )
    key, label = _first_button(message.action, status.error)
    glyph = "power" if status.state is ServerState.OFFLINE else "warning"
    state = Tone.DANGER if status.state is ServerState.REFUSED else Tone.WARN
    return PageText(
        glyph=glyph,
        title=message.title,
        body=message.body,
        state=state,
        hint=message.hint,
        buttons=_buttons(key, label),
        details=state_details(message.details, status),
        is_details_open=is_loopback(server_address(facts.server, facts.address).host),
    )


def _first_button(action: Action, error: OllamaError) -> tuple[str, str]:
    if action is Action.USE_HTTPS and isinstance(error, Moved):
        return f"{USE_ADDRESS}{error.address}", action_label(action)
    if action in (Action.NONE, Action.RETRY, Action.CHANGE_SERVER, Action.EDIT_SERVER):
        key = "change_server" if action in (Action.CHANGE_SERVER, Action.EDIT_SERVER) else "retry"
        return key, action_label(action) or tr("Retry")
    return _LIBRARY_KEYS[action], action_label(action)


def _buttons(key: str, label: str) -> tuple[PageButton, ...]:
    """The most urgent one first, then Retry and Change server…, each once."""
    icons = {"start": "play", "retry": "refresh", "get_ollama": "external"}
    wanted = [(key, label), ("retry", tr("Retry")), ("change_server", tr("Change server…"))]
    seen: dict[str, PageButton] = {}
    for name, text in wanted:
        if name and name not in seen:
            kind = Kind.NORMAL if seen else Kind.PRIMARY
            seen[name] = PageButton(name, text, icons.get(name, ""), kind)
    return tuple(seen.values())
