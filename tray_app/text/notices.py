"""The texts of desktop notifications. Plain text; when, decides the notifier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from tray_app.core.errors import DiskFull
from tray_app.text.addresses import server_address
from tray_app.text.downloads import fetched_in
from tray_app.text.messages import NoticeText
from tray_app.text.names import short_name
from tray_app.text.plain import one_line
from tray_app.text.pull_errors import pull_error_reason
from tray_app.text.times import clock_time, day, elapsed
from tray_app.text.units import size, size_wanted
from tray_app.text.wording import english_singular, fill, join, sentences, tr

if TYPE_CHECKING:
    from tray_app.core.pulls.states import PullItem
    from tray_app.core.records import ServerStatus
    from tray_app.core.updates.facts import ModelVerdict

_MAX_NAMES = 3


def notice_finished(done: Sequence[PullItem], server_label: str = "") -> NoticeText:
    """One or several finished. `server_label` only where there are several servers."""
    if len(done) == 1:
        return NoticeText(tr("Download finished"), _ready(done[0], server_label))
    title = tr("%Ln downloads finished", "", len(done))
    if len({item.name for item in done}) == 1:
        on = len({item.server_id for item in done})
        text = tr("{name} is ready to use on %Ln servers.", "", on)
        return NoticeText(title, fill(text, name=short_name(done[0].name)))
    text = tr("{names} are ready to use.")
    if server_label:
        text = tr("{names} are ready to use on “{server}”.")
    return NoticeText(title, fill(text, names=_names(done), server=server_label))


def _ready(item: PullItem, server_label: str) -> str:
    text = tr("{name} is ready to use.")
    if server_label:
        text = tr("{name} is ready to use on “{server}”.")
    sentence = fill(text, name=short_name(item.name), server=server_label)
    fetched = fetched_in(item)
    if not fetched:
        return sentence
    return fill(tr("{sentence} {fetched}.", "9.3 GB in 3 min"), sentence=sentence, fetched=fetched)


def notice_failed(
    failed: Sequence[PullItem], done: Sequence[PullItem] = (), server_label: str = ""
) -> NoticeText:
    """One or several failed, perhaps with others that are ready."""
    total = len(failed) + len(done)
    if total == 1:
        title = tr("Download failed")
        if server_label:
            title = fill(tr("Download failed on “{server}”"), server=server_label)
        return NoticeText(title, _failure(failed[0], server_label))
    count = len(failed)
    title = fill(tr("{n} of {total} downloads failed"), n=count, total=total)
    if not done:
        title = tr("%Ln downloads failed", "", count)
    if count == 1:
        sentence = _failure(failed[0], server_label)
    elif len({item.name for item in failed}) == 1:
        on = len({item.server_id for item in failed})
        text = tr("{name} needs your attention on %Ln servers.", "", on)
        sentence = fill(text, name=short_name(failed[0].name))
    else:
        sentence = fill(tr("{names} need your attention."), names=_names(failed))
    return NoticeText(title, _with_rest(sentence, len(done)))


def _with_rest(sentence: str, ready: int) -> str:
    if not ready:
        return sentence
    rest = english_singular(ready, "The other one is ready.") or tr(
        "The other %Ln are ready.", "", ready
    )
    return fill(tr("{sentence} {more}"), sentence=sentence, more=rest)


def _failure(item: PullItem, server_label: str) -> str:
    name, error = short_name(item.name), item.error
    if isinstance(error, DiskFull):
        if error.needed_bytes is None or error.free_bytes is None:
            return fill(tr("{name}: not enough disk space."), name=name)
        text = tr("{name}: not enough disk space. It needs {needed}, and {free} are free.")
        return fill(
            text, name=name, needed=size_wanted(error.needed_bytes), free=size(error.free_bytes)
        )
    if error is None:
        return fill(tr("{name} could not be downloaded."), name=name)
    reason = pull_error_reason(error, server_label)
    return fill(tr("{name}: {reason}"), name=name, reason=reason)


def notice_updates(found: Sequence[ModelVerdict]) -> NoticeText:
    """Newer versions were found."""
    count = len(found)
    title = english_singular(count, "Update for 1 model") or tr("Updates for %Ln models", "", count)
    places: dict[str, int] = {}
    for each in found:
        name = short_name(each.key[1])
        places[name] = places.get(name, 0) + 1
    names = join((_at_places(name, on) for name, on in places.items()), _MAX_NAMES)
    fetched = sum(each.download_bytes for each in found)
    if not fetched:
        text = english_singular(count, "{names} has a newer version.") or tr(
            "{names} have newer versions.", "", count
        )
        return NoticeText(title, fill(text, names=names))
    text = english_singular(count, "{names} has a newer version, {size} to download.") or tr(
        "{names} have newer versions, {size} to download.", "", count
    )
    return NoticeText(title, fill(text, names=names, size=size(fetched)))


def _at_places(name: str, on: int) -> str:
    """ "qwen3:8b (on 2 servers)"."""
    if on == 1:
        return name
    return fill(tr("{name} (on %Ln servers)", "", on), name=name)


def notice_updated(done: Sequence[PullItem], today: date, server_label: str = "") -> NoticeText:
    """Updates that are done. `server_label` only where there are several servers."""
    count = len(done)
    title = english_singular(count, "1 model updated") or tr("%Ln models updated", "", count)
    text = english_singular(count, "{names} is ready to use.") or tr("{names} are ready to use.")
    if server_label:
        text = english_singular(count, "{names} is ready to use on “{server}”.") or tr(
            "{names} are ready to use on “{server}”."
        )
    ready = fill(text, names=_names(done), server=server_label)
    days = {item.update.keep_days for item in done if item.update and item.update.kept_name}
    kept = ""
    if len(days) == 1 and all(item.update and item.update.kept_name for item in done):
        until = datetime.combine(today + timedelta(days=days.pop()), time(12)).astimezone()
        text = tr("The old versions are kept until {date}.")
        if count == 1:
            text = tr("The old version is kept until {date}.")
        kept = fill(text, date=day(until, with_year=False))
    return NoticeText(title, sentences(ready, kept))


def notice_update_stopped(item: PullItem, server_label: str) -> NoticeText:
    """Somebody else has put another version there."""
    text = tr("{name} on “{server}” was changed by somebody else meanwhile.")
    changed = fill(text, name=short_name(item.name), server=_server(server_label))
    return NoticeText(tr("Update stopped"), sentences(changed, tr("Nothing was replaced.")))


def notice_old_version_going(name: str, server_label: str, freed_bytes: int | None) -> NoticeText:
    """A kept version is removed tomorrow."""
    text = tr("{name} on “{server}”.", "which is removed, and where")
    which = fill(text, name=short_name(name), server=_server(server_label))
    frees = fill(tr("That frees {size}."), size=size(freed_bytes)) if freed_bytes else ""
    return NoticeText(tr("An old version is removed tomorrow"), sentences(which, frees))


def notice_offline(
    labels: Sequence[str], status: ServerStatus, waiting: int, *, is_of_several: bool = False
) -> NoticeText:
    """Servers stopped answering, the first one as in `status`; `waiting` downloads will go on when
    they are back. `is_of_several`: more than one is in use."""
    server = _server(labels[0])
    text = tr("“{server}” stopped answering at {time}.")
    sentence = fill(text, server=server, time=clock_time(status.since))
    title = fill(tr("Can’t reach “{server}”"), server=server)
    if not is_of_several:
        title = tr("Can’t reach Ollama")
    if len(labels) > 1:
        title = tr("Can’t reach %Ln servers", "", len(labels))
        sentence = fill(tr("{servers} stopped answering."), servers=_servers(labels))
    more = ""
    if waiting:
        more = english_singular(
            waiting, "1 download is waiting and will continue by itself."
        ) or tr("%Ln downloads are waiting and will continue by themselves.", "", waiting)
    return NoticeText(title, sentences(sentence, more))


def notice_back(labels: Sequence[str], waiting: int, *, is_of_several: bool = False) -> NoticeText:
    """Servers answer again."""
    server = _server(labels[0])
    sentence = fill(tr("“{server}” answers again."), server=server)
    title = fill(tr("“{server}” is back"), server=server) if is_of_several else tr("Ollama is back")
    if len(labels) > 1:
        title = tr("%Ln servers are back", "", len(labels))
        sentence = fill(tr("{servers} answer again."), servers=_servers(labels))
    return NoticeText(title, sentences(sentence, _continue(waiting)))


def notice_woken(label: str, seconds: float, waiting: int) -> NoticeText:
    """A computer that was woken answers."""
    sentence = fill(tr("It woke up after {time}."), time=elapsed(seconds))
    title = fill(tr("“{server}” is back"), server=_server(label))
    return NoticeText(title, sentences(sentence, _continue(waiting)))


def notice_not_woken(label: str, waiting: int) -> NoticeText:
    """A computer that was to wake up does not answer."""
    more = ""
    if waiting:
        more = english_singular(waiting, "1 download waits.") or tr(
            "%Ln downloads wait.", "", waiting
        )
    title = fill(tr("“{server}” didn’t wake up"), server=_server(label))
    return NoticeText(title, sentences(tr("No answer in three minutes."), more))


def notice_keyring_locked(labels: Sequence[str]) -> NoticeText:
    """Servers are not asked until the keyring is unlocked."""
    text = tr("{servers} wait for it.")
    if len(labels) == 1:
        text = tr("{servers} waits for it.", "one server")
    return NoticeText(tr("The keyring is locked"), fill(text, servers=_servers(labels)))


def _continue(waiting: int) -> str:
    if not waiting:
        return ""
    return english_singular(waiting, "1 download continues.") or tr(
        "%Ln downloads continue.", "", waiting
    )


def _servers(labels: Sequence[str]) -> str:
    quoted = (fill(tr("“{server}”", "in a list"), server=_server(label)) for label in labels)
    return join(quoted, _MAX_NAMES)


def _server(label: str) -> str:
    return one_line(label, 80) or server_address("", "").label


def _names(items: Iterable[PullItem]) -> str:
    return join((short_name(item.name) for item in items), _MAX_NAMES)


def notice_test() -> NoticeText:
    """What a person sees who tries notifications out."""
    return NoticeText(tr("Notifications work"), tr("This is what they look like."))
