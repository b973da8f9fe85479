"""Which page, which banner: what the main window shows for what is known. No widgets.

Of several servers it is several.py that says it. One banner at most; connecting comes before
offline, that before partial, that before info.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from tray_app.core.errors import BadName, Moved, OllamaError
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import ModelName, clean
from tray_app.core.payloads import LocalOllama, ServerStart
from tray_app.core.records import AWAY, Recommendation, ServerState, ServerStatus
from tray_app.core.sign_in import SecretState
from tray_app.itemmodels.comparison import Comparison, ComparisonKind
from tray_app.text import (
    Action,
    action_label,
    clock_time,
    connecting_line,
    error_text,
    filter_is_empty,
    hidden_by_search,
    no_match,
    offline_banner,
    starting_line,
    state_details,
    tr,
)
from tray_app.text.addresses import server_address
from tray_app.text.several import nothing_differs
from tray_app.text.wording import english_singular
from tray_app.views.components.banner import BannerText
from tray_app.views.components.buttons import Kind
from tray_app.views.main_window import several, start_pages
from tray_app.views.main_window.several import ServerFacts
from tray_app.views.main_window.start_pages import EDIT
from tray_app.views.main_window.state_page import PageButton, PageText
from tray_app.views.theme import Tone

USE_ADDRESS = "use_address:"
"""What the key of a button begins with that asks for another address of the server."""
_KEYS = {Action.START: "start", Action.GET_OLLAMA: "get_ollama"}


class Screen(StrEnum):
    """What stands in the middle of the window."""

    SKELETON = "skeleton"  # nothing known yet
    TABLE = "table"
    EMPTY = "empty"
    NO_MATCH = "no_match"
    AWAY = "away"  # never reached


@dataclass(frozen=True, slots=True)
class Facts:
    """All that decides. `status` None = not even asked yet; `local_ollama` None = not known;
    `starting_since` while it is being started.

    While several servers are shown each is one of `servers`, and `status` and `server` tell
    nothing. `has_others`: others are on beside the one that is shown. `updates_line` is what the
    last look for newer versions found, while no listed model has one.
    """

    status: ServerStatus | None
    has_answer: bool
    count: int
    shown: int
    server: str
    address: str
    search: str = ""
    filter: str = "all"
    loaded: int = 0
    left_out: int = 0
    server_id: str = ""
    local_ollama: LocalOllama | None = None
    can_wake: bool = False
    has_others: bool = False
    start: ServerStart | None = None
    starting_since: datetime | None = None
    servers: tuple[ServerFacts, ...] = ()
    comparison: Comparison | None = None
    now: datetime | None = None
    updates_line: str = ""

    @property
    def one(self) -> ServerFacts:
        """The one server that is shown."""
        can_start = self.is_local and self.local_ollama is LocalOllama.STARTABLE
        return ServerFacts(
            *(self.server_id, self.server, self.address, self.status),
            has_answer=self.has_answer,
            count=self.count,
            can_wake=self.can_wake,
            can_start=can_start,
            start=self.start,
        )

    @property
    def is_local(self) -> bool:
        """Whether it is this computer's own."""
        return server_address(self.server, self.address).is_local


def screen(facts: Facts) -> Screen:
    """The page for `facts`."""
    if not facts.has_answer:
        if start_pages.is_page(facts.start) and facts.status is not None:
            return Screen.AWAY
        return Screen.AWAY if is_away(facts) else Screen.SKELETON
    if facts.count == 0:
        return Screen.AWAY if is_away(facts) else Screen.EMPTY
    return Screen.TABLE if facts.shown else Screen.NO_MATCH


def is_away(facts: Facts) -> bool:
    """Whether the list is an old one: the server is out of reach now, of several each one."""
    return all(server.is_away for server in facts.servers or (facts.one,))


def is_partial(facts: Facts) -> bool:
    """Whether some of several servers are out of reach, and no more than that is to be said."""
    found = banner(facts)
    has_online = any(server.is_online for server in facts.servers)
    return has_online and found is not None and not found.is_busy


def banner(facts: Facts) -> BannerText | None:
    """The banner that the server's state asks for."""
    if facts.servers:
        return several.banner(facts.servers, facts.now)
    status = facts.status
    if has_list(facts) or not start_pages.is_page(facts.start):
        begun = several.start_banner((facts.one,))
        if begun is not None:
            return begun
    if not facts.has_answer:
        if screen(facts) is Screen.AWAY:
            return None
        return _connecting_banner(facts)
    if status is None or facts.count == 0 or status.state not in AWAY | {ServerState.STARTING}:
        return None
    if locked := several.locked_banner((facts.one,)):
        return locked
    listed_at = status.last_answer_at or status.since
    if status.state is ServerState.OFFLINE:
        words = offline_banner(facts.server, listed_at, facts.now)
    else:
        rest = tr("This is the list from {time}.").format(time=clock_time(listed_at))
        words = f"{_trouble_line(facts, status)} {rest}"
    actions = [("retry", tr("Retry"))]
    if isinstance(status.error, Moved) and status.error.wants_https and status.error.address:
        actions.insert(0, (f"{USE_ADDRESS}{status.error.address}", tr("Use https…")))
    actions[:0] = several.way_back(facts.one)
    return BannerText(words, Tone.WARN, tuple(actions))


def has_list(facts: Facts) -> bool:
    """Whether there are models to be seen."""
    return facts.has_answer and facts.count > 0


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
    if kind is not Screen.AWAY:
        return None
    return several.away_page(facts.servers) if facts.servers else _away_page(facts)


def _empty_page(suggestions: tuple[Recommendation, ...]) -> PageText:
    pull = tr("Pull another model…") if suggestions else tr("Pull model…")
    return PageText(
        glyph="mark",
        title=tr("No models yet"),
        body=tr(
            "Pull one from ollama.com or Hugging Face, or create one from a GGUF file you already "
            "have."
        ),
        suggestions=suggestions,
        buttons=(
            PageButton("pull", pull, "plus", Kind.PRIMARY),
            PageButton("create", tr("Create from file…"), "file"),
            PageButton("library", tr("Browse the library"), "external", Kind.LINK),
        ),
    )


def _no_match_page(facts: Facts) -> PageText:
    if not facts.search:
        body = english_singular(facts.count, "1 model is hidden by the filter.") or tr(
            "%Ln models are hidden by the filter.", "", facts.count
        )
        show_all = PageButton("show_all", tr("Show all models"))
        if facts.comparison is not None and facts.filter == "all":
            title = _same_everywhere(facts, facts.comparison)
            return PageText("server", title, body, buttons=(show_all,))
        if facts.filter == "loaded" and facts.loaded:
            title = tr("What is loaded is no longer installed")
            body = tr("It was deleted while it was loaded. It will unload by itself.")
            return PageText("search", title, body, buttons=(show_all,))
        if facts.filter == "updates" and facts.updates_line:
            check = PageButton("check_updates", tr("Check now"))
            title = filter_is_empty(facts.filter)
            return PageText("update", title, facts.updates_line, buttons=(check, show_all))
        if facts.filter == "starred":
            body = tr("Star a model in its menu or in its details.")
            return PageText("star", filter_is_empty("starred"), body, buttons=(show_all,))
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


def _same_everywhere(facts: Facts, comparison: Comparison) -> str:
    label = next((s.label for s in facts.servers if s.id == comparison.server_id), "")
    return nothing_differs(label, is_version=comparison.kind is ComparisonKind.VERSIONS)


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
    if status.state is ServerState.WAITING:
        return _unasked_page(facts, status)
    if facts.start is not None and start_pages.is_page(facts.start):
        return start_pages.start_page(facts.start, facts.address)
    if status.error is None:
        return PageText("power", tr("Can’t reach Ollama"), "", Tone.WARN, buttons=_buttons(facts))
    found = facts.local_ollama if facts.is_local else None
    message = error_text(
        status.error,
        facts.server,
        address=facts.address,
        is_installed=start_pages.is_installed(found),
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
        buttons=_buttons(facts, key, label),
        details=state_details(message.details, status),
        is_details_open=facts.is_local,
    )


def _unasked_page(facts: Facts, status: ServerStatus) -> PageText:
    """The server is not asked: what signs in to it is not there."""
    edit = PageButton(f"{EDIT}{facts.server_id}", tr("Edit server…"), "edit")
    body = tr("“{server}” needs its token from your system’s keyring.").format(server=facts.server)
    if status.secret is SecretState.LOCKED:
        unlock = PageButton("unlock", tr("Unlock"), "key", Kind.PRIMARY)
        title = tr("The keyring is locked")
        return PageText("key", title, body, Tone.WARN, buttons=(unlock, edit))
    if status.secret is SecretState.WAITING:
        return PageText("key", tr("Waiting for the keyring…"), body, Tone.WARN, buttons=(edit,))
    title = tr("What signs in to “{server}” is missing").format(server=facts.server)
    first = PageButton(edit.key, edit.text, edit.icon, Kind.PRIMARY)
    body = tr("It isn’t in your system’s keyring. Enter it again.")
    if status.secret is SecretState.NO_KEYRING:
        body = tr("This system has no keyring. What you enter is kept until you quit.")
    return PageText("key", title, body, Tone.WARN, buttons=(first,))


def _first_button(action: Action, error: OllamaError) -> tuple[str, str]:
    if action is Action.USE_HTTPS and isinstance(error, Moved):
        return f"{USE_ADDRESS}{error.address}", action_label(action)
    if action in (Action.NONE, Action.RETRY, Action.CHANGE_SERVER, Action.EDIT_SERVER):
        key = "change_server" if action in (Action.CHANGE_SERVER, Action.EDIT_SERVER) else "retry"
        return key, action_label(action) or tr("Retry")
    return _KEYS[action], action_label(action)


def _buttons(facts: Facts, key: str = "", label: str = "") -> tuple[PageButton, ...]:
    """The most urgent one first, each once. Another address is offered where that may help."""
    icons = {"retry": "refresh", "get_ollama": "external"}
    is_offline = facts.status is not None and facts.status.state is ServerState.OFFLINE
    wanted: list[PageButton] = []
    if is_offline and facts.is_local and start_pages.is_start_offered(facts.local_ollama):
        wanted.append(start_pages.start_button(facts.server_id))
    elif is_offline and facts.can_wake and facts.start is None:
        wanted.append(start_pages.wake_button(facts.server_id, facts.server))
    if key and key != _KEYS[Action.START]:
        wanted.append(PageButton(key, label, icons.get(key, "")))
    wanted += [PageButton("retry", tr("Retry"), icons["retry"]), start_pages.doctor_button()]
    if not facts.is_local or facts.has_others or not is_offline:
        wanted.append(PageButton("change_server", tr("Change server…")))
    seen: dict[str, PageButton] = {}
    for button in wanted:
        kind = Kind.NORMAL if seen else Kind.PRIMARY
        seen.setdefault(button.key, replace(button, kind=kind))
    return tuple(seen.values())
