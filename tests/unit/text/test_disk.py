"""What the window of disk space says, by the tables of its specification."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from tray_app.core.disk.contents import LeftFolder, ModelBytes, StoreContents, Unfinished
from tray_app.core.disk.freeing import HeldBy, Offer, Offers, Standing, Suggestion
from tray_app.core.records import ModelRecord
from tray_app.core.sharing import Freed
from tray_app.core.use.ledger import UNWATCHED, Known, LastUse
from tray_app.text import disk

NOW = datetime(2026, 5, 4, 15, tzinfo=UTC)
NOW_S = NOW.timestamp()
SINCE = datetime(2026, 3, 3, 9, tzinfo=UTC)
GB = 1_000_000_000
NEVER = LastUse(Known.BEFORE, SINCE, 0, 61)


def plain(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


def used(days: int, hours: int = 0) -> LastUse:
    return LastUse(Known.USED, NOW - timedelta(days=days, hours=hours), 2, 61)


def offer(standing: Standing, shared_with: tuple[str, ...] = ()) -> Offer:
    effect = Freed(9 * GB, 9 * GB, is_exact=True, shared_bytes=4_400_000_000 if shared_with else 0)
    effect = Freed(effect.listed_bytes, effect.freed_bytes, True, effect.shared_bytes, shared_with)
    return Offer(ModelRecord("local", "m:1", "d"), standing, effect)


def test_the_head() -> None:
    assert (
        plain(disk.free_of(128 * GB, "/usr/share/ollama")) == "free of 128 GB on /usr/share/ollama"
    )
    assert disk.unknown_room("studio", "http://10.0.0.2:11434")[0] == (
        "How much is free on “studio” isn’t known"
    )
    assert [plain(disk.legend(piece, 5 * GB)) for piece in disk.Piece] == [
        "Models 5 GB",
        "of them shared 5 GB",
        "Unfinished downloads 5 GB",
        "Left over 5 GB",
        "Free 5 GB",
    ]
    assert plain(disk.piece_tip(ModelBytes(("llava:13b",), 8 * GB))) == "llava:13b, 8 GB"
    assert plain(
        disk.piece_tip(ModelBytes(("meeting-notes:latest", "mistral:7b"), 4_400_000_000))
    ) == ("meeting-notes:latest and mistral:7b, 4.4 GB stored once")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            Suggestion((("l", "deepseek-r1:14b"), ("l", "llava:13b")), 17 * GB, is_enough=True),
            "deepseek-r1:14b and llava:13b free 17 GB. They were last seen longest ago.",
        ),
        (
            Suggestion((("l", "llava:13b"),), 8 * GB, is_enough=True),
            "llava:13b frees 8 GB. It was last seen longest ago.",
        ),
        (
            Suggestion((("l", "llava:13b"),), 9_100_000_000, is_enough=False),
            "Even all offered models free only 9.1 GB.",
        ),
        (Suggestion((), 0, is_enough=False), "There’s nothing to offer"),
    ],
)
def test_the_target(found: Suggestion, words: str) -> None:
    assert plain(disk.target_line(found)) == words


@pytest.mark.parametrize(
    ("standing", "shared", "words", "is_warning"),
    [
        (
            Standing(NEVER), (),
            "Not seen in memory on any of the 61 days Ollama Tray was running, since 3 March.",
            False,
        ),
        (Standing(used(50)), (), "Last used 7 weeks ago, on 2 of 61 days.", False),
        (Standing(used(1, 1)), (), "Last used yesterday, on 2 of 61 days.", False),
        (
            Standing(NEVER), ("meeting-notes:latest",),
            ("Not seen since 3 March. Shares 4.4 GB with meeting-notes:latest; both together free "
            "them."),
            False,
        ),
        (
            Standing(NEVER), ("a:1", "b:1"),
            "Not seen since 3 March. Shares 4.4 GB with a:1 and b:1; all together free them.",
            False,
        ),
        (
            Standing(used(0, 2), is_made_here=True), (),
            "Made here. It can’t be pulled again. Last used 2 h ago.",
            True,
        ),
        (Standing(LastUse(Known.BEFORE, SINCE, 0, 2)), (), "Watched for 2 days only.", False),
        (Standing(LastUse(Known.NOT_YET, SINCE, 0, 1)), (), "Watched for 1 day only.", False),
        (Standing(UNWATCHED), (), "", False),
    ],
)  # fmt: skip
def test_the_line_of_an_offer(
    standing: Standing, shared: tuple[str, ...], words: str, is_warning: bool
) -> None:
    line = disk.offer_line(offer(standing, shared), NOW)
    assert (plain(line.text), line.is_warning) == (words, is_warning)
    assert "unused" not in line.text


def test_an_old_version_says_how_long_it_is_kept() -> None:
    old = offer(Standing(UNWATCHED, is_backup=True))
    until = datetime(2026, 5, 20, tzinfo=UTC)
    assert disk.offer_line(old, NOW, kept_until=until).text == "Old version, kept until 20 May."
    assert disk.offer_line(old, NOW).text == "Old version, kept for good."


@pytest.mark.parametrize(
    ("held", "clouds", "words"),
    [
        (
            {HeldBy.LOADED: 2, HeldBy.STARRED: 2, HeldBy.PINNED: 1}, 1,
            "5 models aren’t offered: 2 loaded, 2 starred, 1 pinned. Cloud models take no space.",
        ),
        ({HeldBy.KEPT: 1}, 0, "1 model isn’t offered: 1 kept loaded."),
        ({}, 1, "Cloud models take no space."),
        ({}, 0, ""),
    ],
)  # fmt: skip
def test_who_is_not_offered(held: dict[HeldBy, int], clouds: int, words: str) -> None:
    assert disk.not_offered(Offers(held=Counter(held)), clouds) == words


@pytest.mark.parametrize(
    ("count", "effect", "words", "button"),
    [
        (0, Freed(0, 0, True), "Nothing selected", "Delete…"),
        (1, Freed(0, 8 * GB, True), "1 selected, frees 8 GB", "Delete 1 model…"),
        (2, Freed(0, 17 * GB, True), "2 selected, they free 17 GB", "Delete 2 models…"),
        (1, Freed(0, 42_500_000_000, False), "1 selected, frees up to 42 GB", "Delete 1 model…"),
    ],
)
def test_the_footer(count: int, effect: Freed, words: str, button: str) -> None:
    assert plain(disk.selected_line(count, effect)) == words
    assert disk.delete_button(count) == f"&{button}"


def unfinished(hours: float) -> Unfinished:
    return Unfinished("sha256:a", 28 * GB, 42 * GB, NOW_S - hours * 3600, NOW_S - hours * 3600)


@pytest.mark.parametrize(
    ("hours", "more", "words", "is_warning"),
    [
        (0.7, {}, "66% is here; last written 42 min ago.", False),
        (2, {}, "66% is here. It’s lost if Ollama is restarted before this goes on.", True),
        (2, {"is_cleanup_active": False}, "66% is here; last written 2 h ago.", False),
        (
            216, {"is_in_downloads": False},
            "Not in the downloads. 66% is here; last written 9 days ago.",
            False,
        ),
        (2, {"is_known": False}, "Last written 2 h ago.", False),
    ],
)  # fmt: skip
def test_what_was_not_finished(
    hours: float, more: dict[str, bool], words: str, is_warning: bool
) -> None:
    facts = {"is_known": True, "is_in_downloads": True, "is_cleanup_active": True, **more}
    line = disk.unfinished_line(unfinished(hours), NOW, permille=660, **facts)
    assert (plain(line.text), line.is_warning) == (words, is_warning)


def test_what_is_left_over() -> None:
    found = StoreContents(left_count=3, left_written_s=NOW_S - 2400)
    assert [plain(words) for words in disk.left_files(found, NOW)] == [
        "3 files",
        "Uploads and old versions; the newest was written 40 min ago.",
    ]
    folder = LeftFolder("/m/blobs/split-gguf-381", 2 * GB, NOW_S)
    name, line = disk.left_folder(folder, is_in_use=False)
    assert (name, line.is_warning) == ("split-gguf-381", True)
    assert line.text == "Left by a creation that was cut off. Ollama never removes it."
    assert disk.left_folder(folder, is_in_use=True)[1].text == "In use by a creation now."


STRAY = "/models/manifests/registry.ollama.ai/library/qwen3/.DS_Store"


@pytest.mark.parametrize(
    ("found", "no_prune", "words", "then"),
    [
        (
            StoreContents(strays=(STRAY,), removable_bytes=35_500_000_000), "",
            ("library/qwen3/.DS_Store, a file of the Finder, stops all of it. Delete that file, "
            "then restart Ollama."),
            ("Without that file, Ollama removes 35 GB of this at its next start: also what "
            "deepseek-r1:70b has so far."),
        ),
        (
            StoreContents(strays=(STRAY.replace(".DS_Store", "Thumbs.db"),)), "",
            ("library/qwen3/Thumbs.db, a file of the Explorer, stops all of it. Delete that file, "
            "then restart Ollama."),
            "",
        ),
        (
            StoreContents(damaged=("foo:latest",), removable_bytes=GB), "",
            ("The damaged manifest of foo:latest stops all of it. Pull or copy onto that name, "
            "then delete it."),
            ("Without that, Ollama removes 1 GB of this at its next start: also what "
            "deepseek-r1:70b has so far."),
        ),
        (
            StoreContents(), "OLLAMA_NOPRUNE",
            "OLLAMA_NOPRUNE is set for Ollama. Old files stay until it is taken away.",
            "",
        ),
        (
            StoreContents(), "",
            "",
            ("Ollama removes these when it next starts, except what was written less than an hour "
            "ago."),
        ),
    ],
)  # fmt: skip
def test_the_cleanup(found: StoreContents, no_prune: str, words: str, then: str) -> None:
    assert disk.stopped_line(found, "/models", no_prune) == words
    assert plain(disk.cleanup_line(found, no_prune, "deepseek-r1:70b")) == then
