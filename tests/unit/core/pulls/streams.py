"""Pull streams as real servers send them, told in a few words: sizes, times and phases.

A stream is a list of (seconds, line). Layers: WEIGHTS 260 MB, TEMPLATE 17, PARAMS 10, CONFIG 432.
"""

from collections.abc import Iterable
from typing import Any

from tray_app.core.pulls.progress import PullProgress
from tray_app.core.pulls.tracker import PullTracker
from tray_app.core.records import Layer, LayerKind, Manifest

Line = dict[str, Any]
Stream = list[tuple[float, Line]]

WEIGHTS, TEMPLATE, PARAMS, CONFIG = (f"sha256:{c * 64}" for c in "abcd")
SIZES = {WEIGHTS: 260_000_416, TEMPLATE: 17, PARAMS: 10, CONFIG: 432}
TOTAL = sum(SIZES.values())
KINDS = (LayerKind.MODEL, LayerKind.TEMPLATE, LayerKind.PARAMS, LayerKind.CONFIG)
MANIFEST = Manifest(
    "f" * 64, tuple(Layer(d, kind, SIZES[d]) for d, kind in zip(SIZES, KINDS, strict=True))
)
START: Line = {"status": "pulling manifest"}
VERIFY: Line = {"status": "verifying sha256 digest"}
WRITE: Line = {"status": "writing manifest"}
SUCCESS: Line = {"status": "success"}


def layer(digest: str, completed: int | None, total: int | None = None) -> Line:
    """One line of a layer; like Go, zero is left out."""
    values = {"total": SIZES.get(digest) if total is None else total, "completed": completed}
    told = {key: value for key, value in values.items() if value}
    return {"status": f"pulling {digest[7:19]}", "digest": digest, **told}


def steady(first_s: float, *completed: int, digest: str = WEIGHTS) -> Stream:
    """A line every 60 ms."""
    return [(first_s + 0.06 * i, layer(digest, value)) for i, value in enumerate(completed)]


# A first pull; weights end between two lines, two small layers have no line at all.
FIRST: Stream = [
    (0.0, START),
    *steady(0.06, *range(5_000_000, 256_000_000, 5_000_000)),
    (3.2, layer(PARAMS, 10)),
    (3.25, VERIFY),
    (9.4, WRITE),
    (9.4, SUCCESS),
]
UP_TO_DATE: Stream = [
    (0.0, START),
    *[(0.001, layer(digest, size)) for digest, size in SIZES.items()],
    (0.002, VERIFY),
    (0.002, WRITE),
    (0.002, SUCCESS),
]
# Full speed over loopback: not one line of a layer.
SILENT: Stream = [(0.0, START), (0.05, VERIFY), (0.2, WRITE), (0.2, SUCCESS)]
# Resumes at 69 MB, then the registry sends nothing from 2 s to 6 s.
STALLED: Stream = [
    (0.0, START),
    *steady(0.06, *range(69_000_000, 219_000_000, 5_000_000)),
    *steady(2.0, *[219_646_112] * 67),
    *steady(6.06, *range(222_000_000, 258_000_000, 3_500_000)),
    (6.75, layer(PARAMS, 10)),
    (6.79, VERIFY),
    (6.96, WRITE),
    (6.96, {"status": "removing unused layers"}),
    (6.96, {"status": "couldn't remove unused layers: x"}),
    (6.96, SUCCESS),
]
CUT_AT_40_MB: Stream = [(0.0, START), *steady(0.06, *range(5_000_000, 42_000_000, 5_000_000))]
DAMAGED_TEXT = (
    f"digest mismatch, file must be downloaded again: want {WEIGHTS}, got sha256:{'e' * 64}"
)
DAMAGED: Stream = [
    (0.0, START),
    (0.06, layer(WEIGHTS, 122_000_000)),
    (0.16, layer(PARAMS, 10)),
    (0.2, VERIFY),
    (0.4, {"error": DAMAGED_TEXT}),
]


def play(tracker: PullTracker, stream: Iterable[tuple[float, Line]], at_s: float = 0.0) -> None:
    """Feed a stream without errors."""
    for seconds, line in stream:
        assert tracker.feed(line, at_s + seconds) is None


def watch(
    tracker: PullTracker, stream: Iterable[tuple[float, Line]], at_s: float = 0.0
) -> list[PullProgress]:
    """Feed a stream and look after every line."""
    seen = []
    for seconds, line in stream:
        tracker.feed(line, at_s + seconds)
        seen.append(tracker.progress(at_s + seconds))
    return seen
