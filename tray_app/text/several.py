"""What is said of several servers at once: banners, status bar, comparison, a deletion's end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tray_app.text.errors import error_text
from tray_app.text.models import loaded_total, models_count
from tray_app.text.plain import one_line
from tray_app.text.servers import first_of, stored_size
from tray_app.text.times import clock_time, recent_time
from tray_app.text.units import size
from tray_app.text.wording import dotted, english_singular, fill, join, number, sentences, tr

if TYPE_CHECKING:
    from tray_app.core.payloads import DeleteOutcome
    from tray_app.core.records import RunningModel
    from tray_app.core.sharing import DiskUse, Freed

_NAME_LIMIT = 120
_MAX_NAMES = 4


def servers_count(count: int) -> str:
    """ "3 servers"."""
    return english_singular(count, "1 server") or tr("%Ln servers", "", count)


def quoted(labels: Sequence[str]) -> str:
    """ "“nas” and “lab”"."""
    return join([fill(tr("“{server}”"), server=label) for label in labels], _MAX_NAMES)


def already_on(name: str, labels: Sequence[str]) -> str:
    """About a model of which no more is known than which servers have it."""
    text = tr("{name} is already on {servers}")
    return fill(text, name=one_line(name, _NAME_LIMIT), servers=quoted(labels))


# Banners.


def shown_as_then(count: int) -> str:
    """Behind what is the matter with a server: its models are those of its last list."""
    if not count:
        return ""
    return english_singular(count, "Its 1 model is shown as it was then.") or tr(
        "Its %Ln models are shown as they were then.", "", count
    )


def list_of(count: int, listed_at: datetime | None, now: datetime | None) -> str:
    """The same where the list is older than that: "Its 3 models are those of yesterday, 14:02."."""
    if not count or listed_at is None:
        return ""
    text = english_singular(count, "Its 1 model is that of {time}.") or tr(
        "Its %Ln models are those of {time}.", "", count
    )
    return fill(text, time=recent_time(listed_at, now))


def one_away(label: str, since: datetime) -> str:
    """One of several servers is out of reach."""
    text = tr("Can’t reach “{server}” since {time}.")
    return fill(text, server=label, time=clock_time(since))


def several_away(labels: Sequence[str], count: int) -> str:
    """Several servers are out of reach, and what is shown of them."""
    head = fill(tr("Can’t reach {servers}."), servers=quoted(labels))
    if not count:
        return head
    shown = english_singular(count, "Their 1 model is shown as it was.") or tr(
        "Their %Ln models are shown as they were.", "", count
    )
    return sentences(head, shown)


def never_reached(labels: Sequence[str]) -> str:
    """Nothing is known of what they have."""
    text = tr("{servers} haven’t answered yet, so their models aren’t shown.")
    if len(labels) == 1:
        text = tr("{servers} hasn’t answered yet, so its models aren’t shown.")
    return fill(text, servers=quoted(labels))


def keyring_locked(waiting: int) -> str:
    """Servers are not asked, as what signs in to them is locked away."""
    waits = english_singular(waiting, "1 server waits for it.") or tr(
        "%Ln servers wait for it.", "", waiting
    )
    return sentences(tr("The keyring is locked."), waits)


def sign_in_missing(labels: Sequence[str]) -> str:
    """Servers are not asked, as nothing is there to sign in with."""
    text = tr("What signs in to {servers} is missing in the keyring.")
    return fill(text, servers=quoted(labels))


def went_offline(label: str) -> str:
    """Said by a screen reader."""
    return fill(tr("“{server}” is offline"), server=label)


def answers_again(label: str) -> str:
    """Said by a screen reader."""
    return fill(tr("“{server}” answers again"), server=label)


def cannot_reach(labels: Sequence[str]) -> str:
    """Why nothing can be done with a model now."""
    if len(labels) == 1:
        return fill(tr("Can’t reach “{server}”"), server=labels[0])
    return fill(tr("Can’t reach {servers}"), servers=quoted(labels))


# The status bar.


def several_status_line(
    models: int,
    servers: int,
    use: DiskUse,
    running: tuple[RunningModel, ...],
    left_out: int = 0,
) -> str:
    """ "14 models on 3 servers · 77.4 GB on disk · 2 loaded, 9.2 GB in graphics memory"."""
    if left_out:
        return dotted(first_of(models, models + left_out), loaded_total(running))
    text = tr("{models} on {servers}", "14 models on 3 servers")
    head = fill(text, models=models_count(models), servers=servers_count(servers))
    on_disk = fill(tr("{size} on disk"), size=stored_size(use)) if models else ""
    return dotted(head, on_disk, loaded_total(running))


def server_sum_line(
    label: str,
    models: int,
    use: DiskUse,
    last_answer_at: datetime | None = None,
    now: datetime | None = None,
) -> str:
    """One server in the status bar's tooltip: "nas: 3 models, 22.1 GB, last reached 14:02";
    `last_answer_at` only while it is out of reach."""
    text = tr("{server}: {models}")
    if models:
        text = tr("{server}: {models}, {size}")
    line = fill(text, server=label, models=models_count(models), size=stored_size(use))
    if last_answer_at is None:
        return line
    reached = fill(tr("last reached {time}"), time=recent_time(last_answer_at, now))
    return tr(", ", "between parts of a line").join((line, reached))


def no_list_line(label: str) -> str:
    """The same of a server that was never reached."""
    return fill(tr("{server}: not known yet"), server=label)


def several_selection_line(
    selected: int, count: int, servers: int, away: int, listed_bytes: int, freed: Freed
) -> str:
    """ "4 of 14 selected on 3 servers, 1 out of reach · 20.5 GB, deleting 3 frees 18.5 GB".

    `away` of them are out of reach, `freed` is what deleting the others would do.
    """
    text = tr("{n} of {count} selected on {servers}")
    head = fill(text, n=number(selected), count=number(count), servers=servers_count(servers))
    if away:
        lost = tr("%Ln out of reach", "models", away)
        head = tr(", ", "between parts of a line").join((head, lost))
    values = {
        "size": size(listed_bytes),
        "n": number(selected - away),
        "freed": size(freed.freed_bytes),
    }
    if not listed_bytes:
        return head
    if away == selected or (not freed.freed_bytes and not freed.is_exact):
        return dotted(head, values["size"])
    text = tr("{size}, deleting {n} frees up to {freed}")
    if not freed.freed_bytes:
        text = tr("{size}, deleting {n} frees no disk space")
    elif freed.is_exact:
        text = tr("{size}, deleting {n} frees {freed}")
    return dotted(head, fill(text, **values))


# The end of a deletion on several servers.


def several_deleted(
    outcome: DeleteOutcome, servers: int, freed_bytes: int, is_exact: bool, label_of_failed: str
) -> str:
    """ "3 models deleted on 2 servers, 18.5 GB freed.", or what failed: the first by name."""
    done, failed = len(outcome.deleted) + len(outcome.gone), len(outcome.failures)
    if failed:
        first = outcome.failures[0]
        reason = fill(
            tr("{name} on “{server}”: {reason}"),
            name=one_line(first.ref.name, _NAME_LIMIT),
            server=label_of_failed,
            reason=error_text(first.error, label_of_failed).body,
        )
        text = tr("{done} of {total} models deleted.")
        return sentences(fill(text, done=number(done), total=number(done + failed)), reason)
    gone = [one_line(ref.name, _NAME_LIMIT) for ref in outcome.gone]
    return sentences(
        _deleted(len(outcome.deleted), servers, freed_bytes, is_exact) if outcome.deleted else "",
        fill(tr("Already gone: {names}."), names=join(gone, _MAX_NAMES)) if gone else "",
    )


def _deleted(count: int, servers: int, freed_bytes: int, is_exact: bool) -> str:
    head = english_singular(count, "1 model deleted on {servers}.") or tr(
        "%Ln models deleted on {servers}.", "", count
    )
    if freed_bytes and is_exact:
        head = english_singular(count, "1 model deleted on {servers}, {size} freed.") or tr(
            "%Ln models deleted on {servers}, {size} freed.", "", count
        )
    elif freed_bytes:
        head = english_singular(count, "1 model deleted on {servers}, up to {size} freed.") or tr(
            "%Ln models deleted on {servers}, up to {size} freed.", "", count
        )
    return fill(head, servers=servers_count(servers), size=size(freed_bytes))


# Comparing servers.


def only_on_one() -> str:
    """The models that no other server has."""
    return tr("Only on one server")


def different_versions() -> str:
    """The models that are others under the same name."""
    return tr("Different versions")


def missing_on(label: str) -> str:
    """The models that others have and this server has not."""
    return fill(tr("Missing on “{server}”"), server=label)


def nothing_differs(missing_label: str = "", *, is_version: bool = False) -> str:
    """The title of the page where a comparison finds nothing."""
    if missing_label:
        return fill(tr("Nothing is missing on “{server}”"), server=missing_label)
    if is_version:
        return tr("Every model is in the same version everywhere")
    return tr("No model is only on one server")
