"""How servers stand, in one line: switcher, status bar, tray."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from tray_app.core.errors import BadAddress, Moved, TlsFailed, Unauthorized
from tray_app.core.payloads import ServerStart, StartKind, is_starting, seen_state
from tray_app.core.records import RunningModel, ServerState, ServerStatus
from tray_app.core.sign_in import SecretState
from tray_app.text.addresses import server_address
from tray_app.text.models import loaded_total, models_count
from tray_app.text.plain import one_line
from tray_app.text.times import clock_time, elapsed, recent_time, seconds_ago
from tray_app.text.units import size
from tray_app.text.wording import dotted, fill, number, tr

if TYPE_CHECKING:
    from tray_app.core.sharing import DiskUse, Freed

_TOOLTIP_LIMIT = 120


def server_state(status: ServerStatus | None, start: ServerStart | None = None) -> str:
    """Beside the server switcher: "Online · 0.33.1", "Offline", "Connecting…"."""
    if is_starting(status, start):
        return _way_back(start, tr("Waking…"), tr("Starting…"))
    if status is None:
        return tr("Connecting…")
    if status.state is ServerState.ONLINE:
        return dotted(tr("Online"), one_line(status.version, 40))
    if status.state is ServerState.REFUSED:
        return refusal(status)
    if status.state is ServerState.WAITING:
        return _UNASKED.get(status.secret, lambda: tr("Waiting for the keyring"))()
    return _STATES[status.state]()


def server_status(
    status: ServerStatus | None, start: ServerStart | None = None, *, is_on: bool = True
) -> str:
    """In the list of the settings: as `server_state`, with since when it is offline, and "Off"."""
    if not is_on:
        return tr("Off", "a server that is switched off")
    if seen_state(status, start) is ServerState.OFFLINE and status is not None:
        return offline_since_line(status)
    return server_state(status, start)


def server_words(status: ServerStatus | None, start: ServerStart | None = None) -> str:
    """Within a line: "online", "offline since 14:02", "wrong password or token", "waking…"."""
    if is_starting(status, start):
        return _way_back(start, tr("waking…"), tr("starting…"))
    if status is None:
        return tr("connecting…")
    if status.state is ServerState.OFFLINE:
        return fill(tr("offline since {time}"), time=clock_time(status.since))
    if status.state is ServerState.REFUSED:
        return _refusal_words(status)
    if status.state is ServerState.WAITING:
        return _UNASKED_WORDS.get(status.secret, lambda: tr("waiting for the keyring"))()
    return _STATE_WORDS[status.state]()


def server_entry(status: ServerStatus | None, start: ServerStart | None = None) -> str:
    """Beside its name in the switcher's menu: "0.33.1", else as `server_words`."""
    version = one_line(status.version, 40) if status is not None and status.is_online else ""
    return version or server_words(status, start)


def spoken_entry(label: str, status: ServerStatus | None, start: ServerStart | None = None) -> str:
    """A server's line for a screen reader: "nas, offline since 14:02"."""
    server = label or server_address("", "").label
    words = server_words(status, start)
    return fill(tr("{server}, {state}", "nas, offline since 14:02"), server=server, state=words)


def spoken_servers(online: int, total: int) -> str:
    """The switcher's accessible name while all are shown: "Servers: 2 of 3 online"."""
    text = tr("Servers: {online} of {total} online")
    return fill(text, online=number(online), total=number(total))


def _way_back(start: ServerStart | None, waking: str, starting: str) -> str:
    return waking if start is not None and start.kind is StartKind.WAKE else starting


def refusal(status: ServerStatus) -> str:
    """Why a server that is there will not have us, in a few words."""
    error = status.error
    if isinstance(error, Unauthorized):
        return tr("Wrong password or token") if error.was_given else tr("Sign-in needed")
    if isinstance(error, BadAddress):
        return tr("Not an address")
    if isinstance(error, Moved):
        return tr("Wants https") if error.wants_https else tr("Another address")
    if isinstance(error, TlsFailed):
        return tr("Certificate not trusted")
    return tr("Access refused")


def _refusal_words(status: ServerStatus) -> str:
    error = status.error
    if isinstance(error, Unauthorized):
        return tr("wrong password or token") if error.was_given else tr("sign-in needed")
    if isinstance(error, BadAddress):
        return tr("not an address")
    if isinstance(error, Moved):
        return tr("wants https") if error.wants_https else tr("another address")
    if isinstance(error, TlsFailed):
        return tr("certificate not trusted")
    return tr("access refused")


_UNASKED: dict[SecretState, Callable[[], str]] = {
    SecretState.LOCKED: lambda: tr("Keyring locked"),
    SecretState.MISSING: lambda: tr("Sign-in needed"),
    SecretState.NO_KEYRING: lambda: tr("Sign-in needed"),
}

_UNASKED_WORDS: dict[SecretState, Callable[[], str]] = {
    SecretState.LOCKED: lambda: tr("keyring locked"),
    SecretState.MISSING: lambda: tr("sign-in needed"),
    SecretState.NO_KEYRING: lambda: tr("sign-in needed"),
}

_STATES: dict[ServerState, Callable[[], str]] = {
    ServerState.CONNECTING: lambda: tr("Connecting…"),
    ServerState.STARTING: lambda: tr("Starting…"),
    ServerState.OFFLINE: lambda: tr("Offline"),
    ServerState.NOT_OLLAMA: lambda: tr("Not Ollama"),
    ServerState.FAILING: lambda: tr("Error"),
}

_STATE_WORDS: dict[ServerState, Callable[[], str]] = {
    ServerState.ONLINE: lambda: tr("online"),
    ServerState.CONNECTING: lambda: tr("connecting…"),
    ServerState.STARTING: lambda: tr("starting…"),
    ServerState.NOT_OLLAMA: lambda: tr("another program answers"),
    ServerState.FAILING: lambda: tr("reports an error"),
}


def servers_online(online: int, total: int) -> str:
    """For all servers together: "2 of 4 online"."""
    return fill(tr("{online} of {total} online"), online=number(online), total=number(total))


def spoken_server(label: str, status: ServerStatus | None, start: ServerStart | None = None) -> str:
    """The switcher's accessible name: "Server: This computer, online, version 0.33.1"."""
    server = label or server_address("", "").label
    if status is not None and status.is_online and status.version:
        text = tr("Server: {server}, online, version {version}")
        return fill(text, server=server, version=one_line(status.version, 40))
    return fill(tr("Server: {server}, {state}"), server=server, state=server_state(status, start))


def status_line(
    models: int,
    use: DiskUse,
    running: tuple[RunningModel, ...] | None,
    left_out: int = 0,
) -> str:
    """The status bar: "11 models · 50 GB on disk · 2 loaded, 9.2 GB in graphics memory"; `left_out`
    are listed by the server and not shown."""
    if left_out:
        return dotted(first_of(models, models + left_out), loaded_total(running or ()))
    on_disk = fill(tr("{size} on disk"), size=stored_size(use)) if models else ""
    return dotted(models_count(models), on_disk, loaded_total(running or ()))


def first_of(shown: int, total: int) -> str:
    """ "Showing the first 20,000 of 100,000 models"."""
    text = tr("Showing the first {count} of {total} models")
    return fill(text, count=number(shown), total=number(total))


def stored_size(use: DiskUse) -> str:
    """What models take on disk, shared layers once: "50 GB", "up to 50 GB" while layers are not
    known that some of them may share."""
    whole = size(use.stored_bytes)
    return fill(tr("up to {size}"), size=whole) if use.is_bound else whole


def status_line_tooltip(listed_bytes: int) -> str:
    """Why the status bar's size is not the sum of the column."""
    text = tr("{size} if shared layers are counted for every model")
    return fill(text, size=size(listed_bytes))


def selection_line(selected: int, count: int, freed: Freed) -> str:
    """The status bar: "3 of 11 selected · 21 GB, deleting them frees 17 GB"."""
    text = tr("{n} of {count} selected · {size}, deleting them frees up to {freed}")
    if not freed.listed_bytes:
        text = tr("{n} of {count} selected")
    elif not freed.freed_bytes:
        text = tr("{n} of {count} selected · {size}")
        if freed.is_exact:
            text = tr("{n} of {count} selected · {size}, deleting them frees no disk space")
    elif freed.is_exact:
        text = tr("{n} of {count} selected · {size}, deleting them frees {freed}")
    return fill(
        text,
        n=number(selected),
        count=number(count),
        size=size(freed.listed_bytes),
        freed=size(freed.freed_bytes),
    )


def refreshed_line(age_s: float) -> str:
    """The status bar's right end."""
    if age_s < 1:
        return tr("Refreshed just now")
    return fill(tr("Refreshed {ago}", "12 s ago"), ago=seconds_ago(age_s))


def last_reached_line(moment: datetime | None, now: datetime | None = None) -> str:
    """The status bar's right end while the server is away; "" when it never answered."""
    return fill(tr("Last reached {time}"), time=recent_time(moment, now)) if moment else ""


def offline_since_line(status: ServerStatus) -> str:
    """The status bar while the server is away."""
    return fill(tr("Offline since {time}"), time=clock_time(status.since))


def state_details(details: str, status: ServerStatus) -> str:
    """The technical details of a server that is away: what came of the last request, and since
    when. The time of each try would change the page under the reader's eyes."""
    moment = status.since.astimezone().isoformat(" ", "seconds")
    since = fill(tr("Since {time}"), time=moment)
    return f"{details}\n{since}".strip()


def trying_again_line(seconds: float) -> str:
    """Under the reason: "Trying again in 12 s"."""
    if seconds < 1:
        return tr("Trying again…")
    return fill(tr("Trying again in {time}"), time=elapsed(seconds))


def connecting_line(label: str) -> str:
    """The banner until the first answer."""
    return fill(tr("Connecting to “{server}”…"), server=label or server_address("", "").label)


def starting_line() -> str:
    """The banner while the server accepts and does not answer."""
    return tr("Ollama is starting. Looking for graphics cards can take up to a minute.")


def offline_banner(label: str, listed_at: datetime | None, now: datetime | None = None) -> str:
    """The bar above a list that is no longer fresh."""
    text = tr(
        "Can’t reach “{server}”. This is the list from {time}. "
        "Downloads wait and resume by themselves."
    )
    return fill(
        text, server=label or server_address("", "").label, time=recent_time(listed_at, now)
    )
