"""What holds of a PullTracker for every stream, however broken, and over any number of attempts."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.core.pulls.streams import SUCCESS, VERIFY, WRITE, layer
from tray_app.core.errors import BadAnswer, OllamaError
from tray_app.core.pulls.progress import LayerState, PullPhase, PullProgress
from tray_app.core.pulls.tracker import AGGREGATE_DIGEST, PullTracker
from tray_app.core.records import Layer, LayerKind, Manifest

NAMES = ["sha256:a", "sha256:b", "sha256:c", "sha256:d", AGGREGATE_DIGEST]
SIZE = st.one_of(st.none(), st.integers(0, 1000), st.sampled_from([2**63 - 1, 2**63, -1, 10.0]))
LAYER_LINE = st.builds(layer, st.sampled_from(NAMES), SIZE, SIZE)
ODD = st.sampled_from(
    [
        {"status": "pulling manifest"},
        VERIFY,
        WRITE,
        {"status": "removing unused layers"},
        {"error": "boom"},
        {"status": 3},
        {"digest": {}},
        {"status": "", "digest": "sha256:a", "total": "x"},
        {},
    ]
)
MANIFESTS = st.lists(
    st.builds(
        Layer,
        st.sampled_from(NAMES[:4]),
        st.sampled_from([LayerKind.MODEL, LayerKind.CONFIG, LayerKind.TENSOR]),
        st.one_of(st.none(), st.integers(0, 1000), st.just(2**63 - 1)),
    ),
    max_size=4,
    unique_by=lambda x: x.digest,
).map(lambda layers: Manifest("f", tuple(layers)))
STEPS = st.lists(
    st.tuples(
        st.floats(0, 30),
        st.one_of(LAYER_LINE, LAYER_LINE, LAYER_LINE, ODD, MANIFESTS, st.just("attempt")),
    ),
    max_size=25,
)


def check(before: PullProgress | None, now: PullProgress) -> None:
    assert now.completed_bytes >= 0
    assert now.total_bytes is None or now.completed_bytes <= now.total_bytes < 2**63
    assert now.refetched_bytes >= 0
    assert now.speed_bytes_s is None or now.speed_bytes_s >= 0
    assert now.eta_s is None or now.eta_s >= 0
    assert all(0 <= x.completed_bytes <= x.total_bytes for x in now.layers)
    complete = (LayerState.DONE, LayerState.HERE)
    assert all(x.completed_bytes == x.total_bytes for x in now.layers if x.state in complete)
    if now.phase is PullPhase.DONE:
        assert now.permille == 1000
        assert now.completed_bytes == (now.total_bytes or now.completed_bytes)
    else:
        assert now.permille is None or 0 <= now.permille <= 990
    if before is not None:
        assert now.completed_bytes >= before.completed_bytes
        assert (now.permille or 0) >= (before.permille or 0)
        assert (now.permille is None) <= (before.permille is None)


def apply(tracker: PullTracker, step: Any, now_s: float) -> None:
    if isinstance(step, Manifest):
        tracker.set_manifest(step)
    elif step == "attempt":
        tracker.new_attempt(now_s)
    else:
        try:
            outcome = tracker.feed(step, now_s)
        except BadAnswer as error:
            outcome = error
        assert outcome is None or isinstance(outcome, OllamaError)


@settings(max_examples=50)
@given(STEPS, st.none() | MANIFESTS, st.booleans())
def test_the_bar_never_lies_whatever_comes(
    steps: list[tuple[float, Any]], manifest: Manifest | None, restarts: bool
) -> None:
    tracker = PullTracker("m", manifest)
    seen: PullProgress | None = None
    now_s = fetched = 0.0
    for gap_s, step in steps:
        now_s += gap_s
        apply(tracker, step, now_s)
        progress = tracker.progress(now_s)
        check(seen, progress)
        assert tracker.new_bytes >= fetched
        fetched, seen = tracker.new_bytes, progress
    if restarts:
        tracker = PullTracker("m", manifest, seen)
        check(seen, tracker.progress(now_s))
    tracker.feed(SUCCESS, now_s)
    check(seen, tracker.progress(now_s))
    assert tracker.progress(now_s).permille == 1000


SIZES = st.lists(st.integers(0, 5000), min_size=1, max_size=5)


@settings(max_examples=25)
@given(SIZES, st.data())
def test_a_lawful_pull_is_exact_with_a_manifest(sizes: list[int], data: st.DataObject) -> None:
    """In order, lines left out at will, fallbacks, cuts and resumes: at each line the bar shows
    the bytes that are there, unless it has shown more before."""
    layers = [(f"sha256:{index}", size) for index, size in enumerate(sizes)]
    manifest = Manifest("f", tuple(Layer(d, LayerKind.OTHER, size) for d, size in layers))
    tracker = PullTracker("m", manifest)
    tracker.new_attempt(0.0)
    now_s, shown = 0.0, 0
    for index, (digest, size) in enumerate(layers):
        for completed in data.draw(st.lists(st.integers(0, size), max_size=4)):
            now_s += 0.06
            if data.draw(st.booleans()):
                tracker.new_attempt(now_s)
            tracker.feed(layer(digest, completed, size), now_s)
            progress = tracker.progress(now_s)
            real = sum(sizes[:index]) + completed
            shown = max(shown, real)
            assert (progress.completed_bytes, progress.total_bytes) == (shown, sum(sizes))
            if completed < size:
                assert progress.refetched_bytes == shown - real
            assert all(
                x.state in (LayerState.DONE, LayerState.HERE) for x in progress.layers[:index]
            )
    tracker.feed(VERIFY, now_s)
    assert tracker.progress(now_s).completed_bytes == sum(sizes)
    assert tracker.progress(now_s).permille == (990 if sum(sizes) else None)


@settings(max_examples=50)
@given(
    st.lists(st.tuples(st.floats(0.06, 60), st.integers(0, 10**8), st.booleans()), max_size=40),
)
def test_speed_is_never_wild(steps: list[tuple[float, int, bool]]) -> None:
    """Pauses, resumed offsets, fallbacks and silence: never above the fastest real transfer."""
    tracker = PullTracker("m")
    tracker.new_attempt(0.0)
    now_s = fastest = 0.0
    before: int | None = None
    for gap_s, completed, is_new_attempt in steps:
        now_s += gap_s
        if is_new_attempt:
            tracker.new_attempt(now_s)
            before = None
        tracker.feed(layer("sha256:a", completed, 2 * 10**8), now_s)
        if before is not None:
            fastest = max(fastest, (completed - before) / gap_s)
        before = completed
        speed = tracker.progress(now_s).speed_bytes_s
        assert speed is None or speed <= fastest * 1.001
