"""The texts of desktop notifications. Plain text; when, decides the notifier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from tray_app.core.errors import DiskFull
from tray_app.core.pulls.states import PullItem
from tray_app.core.records import ServerStatus
from tray_app.text.addresses import server_address
from tray_app.text.downloads import fetched_in
from tray_app.text.names import short_name
from tray_app.text.plain import one_line
from tray_app.text.pull_errors import pull_error_reason
from tray_app.text.times import clock_time
from tray_app.text.units import size, size_wanted
from tray_app.text.wording import english_singular, fill, join, tr

_MAX_NAMES = 3


class NoticeText(NamedTuple):
    """Title and text of one notification."""

    title: str
    body: str


def notice_finished(done: Sequence[PullItem], server_label: str = "") -> NoticeText:
    """One or several finished. `server_label` only where there are several servers."""
    if len(done) == 1:
        return NoticeText(tr("Download finished"), _ready(done[0], server_label))
    title = tr("%Ln downloads finished", "", len(done))
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


def notice_updates(names: Sequence[str], download_bytes: int | None) -> NoticeText:
    """Newer versions were found."""
    count = len(names)
    title = english_singular(count, "Update for 1 model") or tr("Updates for %Ln models", "", count)
    shown = join(map(short_name, names), _MAX_NAMES)
    if not download_bytes:
        text = english_singular(count, "{names} has a newer version.") or tr(
            "{names} have newer versions.", "", count
        )
        return NoticeText(title, fill(text, names=shown))
    text = english_singular(count, "{names} has a newer version, {size} to download.") or tr(
        "{names} have newer versions, {size} to download.", "", count
    )
    return NoticeText(title, fill(text, names=shown, size=size(download_bytes)))


def notice_offline(server_label: str, status: ServerStatus, waiting: int) -> NoticeText:
    """The server stopped answering; `waiting` downloads will go on when it is back."""
    text = tr("“{server}” stopped answering at {time}.")
    sentence = fill(text, server=_server(server_label), time=clock_time(status.since))
    if waiting:
        more = english_singular(
            waiting, "1 download is waiting and will continue by itself."
        ) or tr("%Ln downloads are waiting and will continue by themselves.", "", waiting)
        sentence = fill(tr("{sentence} {more}"), sentence=sentence, more=more)
    return NoticeText(tr("Can’t reach Ollama"), sentence)


def notice_back(server_label: str, _: ServerStatus, waiting: int) -> NoticeText:
    """The server answers again."""
    sentence = fill(tr("“{server}” answers again."), server=_server(server_label))
    if waiting:
        more = english_singular(waiting, "1 download continues.") or tr(
            "%Ln downloads continue.", "", waiting
        )
        sentence = fill(tr("{sentence} {more}"), sentence=sentence, more=more)
    return NoticeText(tr("Ollama is back"), sentence)


def _server(label: str) -> str:
    return one_line(label, 80) or server_address("", "").label


def _names(items: Iterable[PullItem]) -> str:
    return join((short_name(item.name) for item in items), _MAX_NAMES)


def notice_test() -> NoticeText:
    """What a person sees who tries notifications out."""
    return NoticeText(tr("Notifications work"), tr("This is what they look like."))
