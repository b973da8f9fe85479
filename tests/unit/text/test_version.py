"""The tab Version and its questions in words."""

from dataclasses import replace
from datetime import UTC, datetime

from tray_app.core.records import LayerKind
from tray_app.core.updates.differences import Difference
from tray_app.text.version import (
    changed_body,
    difference_cells,
    difference_tip,
    lost_part,
    spoken_difference,
)

GB = 1_000_000_000
WEIGHTS = Difference(LayerKind.MODEL, 9 * GB, 8 * GB, 8 * GB, ("sha256:a",), ("sha256:b",))


def test_the_row_of_a_part() -> None:
    nothing = "nothing"
    for part, cells in (
        (WEIGHTS, ("9\u00a0GB", "8\u00a0GB, other content", "8\u00a0GB")),
        (replace(WEIGHTS, fetch_bytes=0), ("9\u00a0GB", "8\u00a0GB, other content", nothing)),
        (replace(WEIGHTS, there=("sha256:a",), fetch_bytes=0), ("9\u00a0GB", "the same", nothing)),
        (replace(WEIGHTS, there=(), there_bytes=None, fetch_bytes=0),
         ("9\u00a0GB", "gone there", nothing)),
        (replace(WEIGHTS, here=(), here_bytes=None), ("none", "8\u00a0GB", "8\u00a0GB")),
        (replace(WEIGHTS, here=(), here_bytes=None, is_here_known=False),
         ("not known", "8\u00a0GB", "8\u00a0GB")),
    ):  # fmt: skip
        assert difference_cells(part) == ("Weights", *cells)


def test_it_is_read_out_and_has_its_digests() -> None:
    words = "Weights, here 9 gigabytes, at ollama.com other content, 8 gigabytes to download"
    assert spoken_difference(WEIGHTS, "llava:13b") == words
    assert difference_tip(WEIGHTS) == "Here: sha256:a\nThere: sha256:b"


def test_what_is_lost() -> None:
    assert lost_part(WEIGHTS) == ("Weights", "9\u00a0GB, replaced by 8\u00a0GB")
    assert lost_part(replace(WEIGHTS, there_bytes=None)) == ("Weights", "gone there")


def test_who_changed_it_is_told_as_far_as_it_is_known() -> None:
    at = datetime(2026, 11, 24, 14, 20, tzinfo=UTC)
    words = "Somebody replaced it on “studio” at 14:20, after you chose to update."
    assert changed_body("studio", at) == words
    assert changed_body("studio", None) == words.replace(" at 14:20", "")
