"""What the window of a server's disk space says: what is free, what could be, what else lies there.

Never that a model is unused: what was not seen in memory may have been used for a moment.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.disk.contents import (
    LeftFolder,
    ModelBytes,
    StoreContents,
    Unfinished,
    is_cleaned,
)
from tray_app.core.disk.freeing import HeldBy, Offer, Offers, Suggestion
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.use.ledger import Known
from tray_app.text.addresses import server_name
from tray_app.text.plain import one_line
from tray_app.text.times import day
from tray_app.text.units import amount_of_wanted, percent, size, size_wanted, spoken_size
from tray_app.text.use import used_ago, within_a_sentence
from tray_app.text.wording import english_singular, fill, join, number, sentences, tr

if TYPE_CHECKING:
    from tray_app.core.sharing import Freed

_MAX_NAME = 120
_MAX_NAMES = 3
_MAX_TAKERS = 20
_SHORT_WATCH_DAYS = 7
_STRAY_OWNERS = {
    ".ds_store": "the Finder",
    "thumbs.db": "the Explorer",
    "desktop.ini": "the Explorer",
}


class Piece(StrEnum):
    """The kinds of pieces of the bar, in their order; one color each."""

    MODELS = "models"
    SHARED = "shared"
    UNFINISHED = "unfinished"
    LEFT_OVER = "left_over"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Line:
    """A line below a name; `is_warning` = in the color of a warning, with its glyph."""

    text: str
    is_warning: bool = False


def window_title(label: str, address: str) -> str:
    return fill(tr("Disk space · {server}"), server=server_name(label, address))


# The head.


def free_of(size_bytes: int | None, folder: str) -> str:
    """Behind the figure of what is free."""
    place = one_line(folder, _MAX_NAME)
    if size_bytes is None:
        return fill(tr("free on {place}"), place=place)
    return fill(tr("free of {size} on {place}"), size=size(size_bytes), place=place)


def unknown_room(label: str, address: str) -> tuple[str, str]:
    """Of a server on another computer: what takes the place of the bar."""
    title = fill(
        tr("How much is free on “{server}” isn’t known"), server=server_name(label, address)
    )
    return title, tr("Ollama doesn’t tell it. Below is what deleting would free at most.")


def legend(piece: Piece, piece_bytes: int) -> str:
    words = {
        Piece.MODELS: tr("Models {size}"),
        Piece.SHARED: tr("of them shared {size}"),
        Piece.UNFINISHED: tr("Unfinished downloads {size}"),
        Piece.LEFT_OVER: tr("Left over {size}"),
        Piece.FREE: tr("Free {size}"),
    }
    return fill(words[piece], size=size(piece_bytes))


def not_readable() -> str:
    return tr("What else lies there isn’t readable for you.")


def piece_tip(found: ModelBytes) -> str:
    """Over a piece of the bar."""
    names = _joined(found.names, _MAX_NAMES)
    if len(found.names) == 1:
        return fill(tr("{name}, {size}"), name=names, size=size(found.disk_bytes))
    return fill(tr("{names}, {size} stored once"), names=names, size=size(found.disk_bytes))


def _joined(names: Sequence[str], limit: int) -> str:
    """So many of them, and how many others there are."""
    return join([*(one_line(name, _MAX_NAME) for name in names[:limit]), *names[limit:]], limit)


# Free up space.


def target_title(name: str, missing_bytes: int) -> str:
    words = tr("{name} needs {size} more")
    return fill(words, name=one_line(name, _MAX_NAME), size=size_wanted(missing_bytes))


def target_line(found: Suggestion) -> str:
    """Below it: which ones would do, or that none do."""
    if not found.keys:
        return tr("There’s nothing to offer")
    freed_size = size(found.freed_bytes)
    if not found.is_enough:
        return fill(tr("Even all offered models free only {size}."), size=freed_size)
    names = [name for _, name in found.keys]
    if len(names) == 1:
        words = tr("{name} frees {size}. It was last seen longest ago.")
        return fill(words, name=one_line(names[0], _MAX_NAME), size=freed_size)
    words = tr("{names} free {size}. They were last seen longest ago.")
    return fill(words, names=_joined(names, _MAX_NAMES), size=freed_size)


def target_progress(selected_bytes: int, target_bytes: int) -> str:
    words = tr("{amount} selected", "17.0 of 14.4 GB selected")
    return fill(words, amount=amount_of_wanted(selected_bytes, target_bytes))


def spoken_target_progress(selected_bytes: int, target_bytes: int) -> str:
    words = tr("{selected} of {target} selected")
    return fill(words, selected=spoken_size(selected_bytes), target=spoken_size(target_bytes))


def offer_line(offer: Offer, now: datetime, *, kept_until: datetime | None = None) -> Line:
    """Below the name of a model that could be deleted."""
    standing = offer.standing
    if standing.is_backup:
        if kept_until is None:
            return Line(tr("Old version, kept for good."))
        words = tr("Old version, kept until {date}.")
        return Line(fill(words, date=day(kept_until, with_year=False)))
    shared = _shares(offer.effect)
    if standing.is_made_here:
        words = tr("Made here. It can’t be pulled again.")
        return Line(sentences(words, _use_line(offer, now, is_short=True), shared), True)
    return Line(sentences(_use_line(offer, now, is_short=bool(shared)), shared))


def _use_line(offer: Offer, now: datetime, *, is_short: bool) -> str:
    use = offer.standing.last_use
    if use.known is Known.UNKNOWN or use.at is None:
        return ""
    if use.watched_days < _SHORT_WATCH_DAYS and use.known is not Known.USED:
        return english_singular(use.watched_days, "Watched for 1 day only.") or tr(
            "Watched for %Ln days only.", "", use.watched_days
        )
    if use.known is Known.USED:
        ago = within_a_sentence(used_ago(use.at, now))
        if is_short:
            return fill(tr("Last used {ago}."), ago=ago)
        words = tr("Last used {ago}, on {used} of {days} days.")
        counts = {"used": number(use.used_days), "days": number(use.watched_days)}
        return fill(words, ago=ago, **counts)
    date = day(use.at, with_year=False)
    if is_short:
        return fill(tr("Not seen since {date}."), date=date)
    words = tr(
        "Not seen in memory on any of the %Ln days Ollama Tray was running, since {date}.",
        "",
        use.watched_days,
    )
    return fill(words, date=date)


def _shares(effect: Freed) -> str:
    if not effect.shared_with or not effect.shared_bytes:
        return ""
    shared = size(effect.shared_bytes)
    names = [one_line(name, _MAX_NAME) for name in effect.shared_with]
    if len(names) == 1:
        words = tr("Shares {size} with {name}; both together free them.")
        return fill(words, size=shared, name=names[0])
    words = tr("Shares {size} with {names}; all together free them.")
    return fill(words, size=shared, names=join(names, _MAX_NAMES))


def offer_size(freed_bytes: int, *, is_exact: bool) -> str:
    if is_exact:
        return size(freed_bytes)
    return fill(tr("up to {size}"), size=size(freed_bytes))


def spoken_offer(name: str, freed_bytes: int, line: str) -> str:
    words = tr("{name}, frees {size}, {more}")
    return fill(words, name=name, size=spoken_size(freed_bytes), more=line)


def not_offered(found: Offers, cloud_count: int) -> str:
    """Below the list: who is not in it, and why; "" = everybody is."""
    held = [words(found.held[kind]) for kind, words in _HELD.items() if found.held.get(kind)]
    cloud = tr("Cloud models take no space.") if cloud_count else ""
    total = sum(found.held.values())
    if not total:
        return cloud
    reasons = tr(", ", "between parts of a line").join(held)
    words = english_singular(total, "1 model isn’t offered: {reasons}.") or tr(
        "%Ln models aren’t offered: {reasons}.", "", total
    )
    return sentences(fill(words, reasons=reasons), cloud)


_HELD: dict[HeldBy, Callable[[int], str]] = {
    HeldBy.LOADED: lambda count: tr("%Ln loaded", "models", count),
    HeldBy.KEPT: lambda count: tr("%Ln kept loaded", "models", count),
    HeldBy.STARRED: lambda count: tr("%Ln starred", "models", count),
    HeldBy.PINNED: lambda count: tr("%Ln pinned", "models", count),
}


def selected_line(count: int, effect: Freed) -> str:
    """In the footer: "2 selected, they free 17.0 GB"."""
    if not count:
        return tr("Nothing selected")
    freed_size = size(effect.freed_bytes)
    if effect.is_exact:
        words = english_singular(count, "1 selected, frees {size}") or tr(
            "%Ln selected, they free {size}", "", count
        )
    else:
        words = english_singular(count, "1 selected, frees up to {size}") or tr(
            "%Ln selected, they free up to {size}", "", count
        )
    return fill(words, size=freed_size)


def delete_button(count: int) -> str:
    if not count:
        return tr("&Delete…")
    return english_singular(count, "&Delete 1 model…") or tr("&Delete %Ln models…", "", count)


def freed_title(freed_bytes: int) -> str:
    return fill(tr("{size} freed"), size=size(freed_bytes))


def goes_on_line(name: str) -> str:
    return fill(tr("{name} goes on by itself."), name=one_line(name, _MAX_NAME))


# What takes the space.


def takers(names: Sequence[str]) -> str:
    """The name of what several models share."""
    if len(names) > _MAX_TAKERS:  # nobody reads a thousand, and all are measured to be painted
        return _joined(names, _MAX_TAKERS)
    return tr(", ", "between parts of a line").join(one_line(name, _MAX_NAME) for name in names)


def unfinished_word() -> str:
    return tr("unfinished")


def shared_word() -> str:
    return tr("stored once")


def left_over_words() -> tuple[str, str]:
    return tr("Left over"), tr("files no model uses")


def unknown_model() -> str:
    return tr("A model that isn’t known")


def total_line(total_bytes: int) -> str:
    words = tr("Layers that several models share are counted once. Ollama takes {size} in all.")
    return fill(words, size=size(total_bytes))


# What else lies there.


def unfinished_line(
    found: Unfinished,
    now: datetime,
    *,
    permille: int | None,
    is_known: bool,
    is_in_downloads: bool,
    is_cleanup_active: bool,
) -> Line:
    """Below the name of a model that was not fetched to its end. `permille` of the model that is
    here, None = nobody knows."""
    now_s = now.timestamp()
    written = within_a_sentence(used_ago(datetime.fromtimestamp(found.written_s, now.tzinfo), now))
    if not is_known or permille is None:
        return Line(fill(tr("Last written {ago}."), ago=written))
    here = percent(permille)
    if not is_in_downloads:
        words = tr("Not in the downloads. {percent} is here; last written {ago}.")
        return Line(fill(words, percent=here, ago=written))
    if is_cleanup_active and is_cleaned(found.oldest_s, now_s):
        words = tr("{percent} is here. It’s lost if Ollama is restarted before this goes on.")
        return Line(fill(words, percent=here), True)
    words = tr("{percent} is here; last written {ago}.")
    return Line(fill(words, percent=here, ago=written))


def left_files(found: StoreContents, now: datetime) -> tuple[str, str]:
    """What is said of files that no model names."""
    title = english_singular(found.left_count, "1 file") or tr("%Ln files", "", found.left_count)
    moment = datetime.fromtimestamp(found.left_written_s, now.tzinfo)
    words = tr("Uploads and old versions; the newest was written {ago}.")
    return title, fill(words, ago=within_a_sentence(used_ago(moment, now)))


def left_folder(found: LeftFolder, *, is_in_use: bool) -> tuple[str, Line]:
    """What is said of a folder that a creation has left, or is using."""
    name = one_line(found.path.replace("\\", "/").rpartition("/")[2], _MAX_NAME)
    if is_in_use:
        return name, Line(tr("In use by a creation now."))
    return name, Line(tr("Left by a creation that was cut off. Ollama never removes it."), True)


def cleanup_line(found: StoreContents, no_prune: str, unfinished: str) -> str:
    """What Ollama does with it at its next start. `unfinished`: a download that would lose what it
    has so far, "" = none would."""
    if no_prune or found.is_cleanup_stopped:
        if not found.removable_bytes:
            return ""
        freed_size = size(found.removable_bytes)
        name = one_line(unfinished, _MAX_NAME)
        return fill(_without(found, has_loss=bool(name)), size=freed_size, name=name)
    return tr(
        "Ollama removes these when it next starts, except what was written less than an hour ago."
    )


def _without(found: StoreContents, *, has_loss: bool) -> str:
    if found.strays:
        if has_loss:
            return tr(
                "Without that file, Ollama removes {size} of this at its next start: also what "
                "{name} has so far."
            )
        return tr("Without that file, Ollama removes {size} of this at its next start.")
    if has_loss:
        return tr(
            "Without that, Ollama removes {size} of this at its next start: also what {name} has "
            "so far."
        )
    return tr("Without that, Ollama removes {size} of this at its next start.")


def we_delete_nothing() -> str:
    return tr("Ollama Tray deletes no file here.")


def nothing_else() -> str:
    return tr("Nothing else lies there.")


def stopped_title() -> str:
    return tr("Ollama’s own cleanup is stopped")


def stopped_line(found: StoreContents, folder: str, no_prune: str) -> str:
    """Why; "" = nothing stops it. The first of what there is."""
    if found.strays:
        path = found.strays[0]
        owner = _STRAY_OWNERS.get(path.replace("\\", "/").rpartition("/")[2].casefold(), "")
        file = one_line(_below(path, folder), _MAX_NAME)
        if owner == "the Finder":
            words = tr(
                "{file}, a file of the Finder, stops all of it. Delete that file, then restart "
                "Ollama."
            )
        elif owner:
            words = tr(
                "{file}, a file of the Explorer, stops all of it. Delete that file, then restart "
                "Ollama."
            )
        else:
            words = tr("{file} stops all of it. Delete that file, then restart Ollama.")
        return fill(words, file=file)
    if found.damaged:
        words = tr(
            "The damaged manifest of {name} stops all of it. Pull or copy onto that name, then "
            "delete it."
        )
        return fill(words, name=one_line(found.damaged[0], _MAX_NAME))
    if no_prune:
        return tr("OLLAMA_NOPRUNE is set for Ollama. Old files stay until it is taken away.")
    return ""


def _below(path: str, folder: str) -> str:
    """The part of the path that says something: below the registry's own folder."""
    parts = path.replace("\\", "/").split("/")
    if "manifests" in parts:
        parts = parts[parts.index("manifests") + 2 :]
    return "/".join(parts) or path.removeprefix(folder)
