"""PullTracker on streams as servers send them."""

import pytest

from tests.unit.core.pulls.streams import (
    CONFIG,
    CUT_AT_40_MB,
    DAMAGED,
    DAMAGED_TEXT,
    FIRST,
    MANIFEST,
    PARAMS,
    SILENT,
    SIZES,
    STALLED,
    START,
    SUCCESS,
    TEMPLATE,
    TOTAL,
    UP_TO_DATE,
    VERIFY,
    WEIGHTS,
    WRITE,
    Stream,
    layer,
    play,
    steady,
    watch,
)
from tray_app.core.errors import BadAnswer, DiskFull, PullFailed, PullFailure
from tray_app.core.pulls.progress import LayerState, PullPhase, PullProgress
from tray_app.core.pulls.tracker import AGGREGATE_DIGEST, PullTracker
from tray_app.core.records import Layer, LayerKind, Manifest

WAITING, RUNNING, DONE, HERE = LayerState


def states(progress: PullProgress) -> list[LayerState]:
    return [x.state for x in progress.layers]


def tracker(with_manifest: bool) -> PullTracker:
    made = PullTracker("m", MANIFEST if with_manifest else None)
    made.new_attempt(0.0)
    return made


@pytest.mark.parametrize("with_manifest", [True, False])
@pytest.mark.parametrize("stream", [FIRST, UP_TO_DATE, STALLED, SILENT])
def test_every_stream_ends_at_one_thousand(stream: Stream, with_manifest: bool) -> None:
    seen = watch(tracker(with_manifest), stream)
    last = seen[-1]
    assert (last.phase, last.permille) == (PullPhase.DONE, 1000)
    assert last.completed_bytes == (last.total_bytes or 0)
    assert (last.speed_bytes_s, last.eta_s, last.refetched_bytes) == (None, None, 0)
    assert all(p.permille is None or p.permille <= 990 for p in seen[:-1])
    if with_manifest:
        assert last.total_bytes == TOTAL
        assert {p.total_bytes for p in seen} == {TOTAL}
        assert all(p.is_total_known for p in seen)


def test_phases_of_a_first_pull() -> None:
    t = tracker(True)
    seen = watch(t, FIRST)
    assert list(dict.fromkeys(p.phase for p in seen)) == list(PullPhase)
    assert [p.phase_since_s for p in seen[-4:]] == [0.06, 3.25, 9.4, 9.4]
    assert t.phase is PullPhase.DONE
    assert t.progress(99.0) == seen[-1]


def test_permille_follows_the_bytes_of_the_whole_model() -> None:
    t = tracker(True)
    play(t, [(0.0, START), (0.06, layer(WEIGHTS, 130_000_208))])
    progress = t.progress(0.1)
    assert (progress.permille, progress.completed_bytes) == (499, 130_000_208)
    assert states(progress) == [RUNNING, WAITING, WAITING, WAITING]
    assert [x.kind for x in progress.layers] == [x.kind for x in MANIFEST.layers]


def test_layers_without_a_line_are_done_when_a_later_one_comes() -> None:
    t = tracker(True)
    play(t, [(0.0, START), (0.06, layer(WEIGHTS, 5)), (0.2, layer(PARAMS, 10))])
    assert states(t.progress(0.2)) == [DONE, DONE, HERE, WAITING]
    assert t.progress(0.2).completed_bytes == TOTAL - SIZES[CONFIG]
    play(t, [(0.3, VERIFY)])
    assert states(t.progress(0.3)) == [DONE, DONE, HERE, DONE]
    assert t.progress(0.3).permille == 990


def test_layers_before_the_first_line_are_done_too() -> None:
    t = tracker(True)
    play(t, [(0.0, START), (0.06, layer(CONFIG, 432))])
    assert states(t.progress(0.1)) == [DONE, DONE, DONE, HERE]


def test_without_a_manifest_the_layer_just_left_is_done() -> None:
    t = tracker(False)
    play(t, [(0.0, START), (0.06, layer(WEIGHTS, 5)), (0.2, layer(PARAMS, 10))])
    progress = t.progress(0.2)
    assert states(progress) == [DONE, HERE]
    assert progress.total_bytes == SIZES[WEIGHTS] + 10
    assert not progress.is_total_known


def test_up_to_date_fetches_nothing() -> None:
    t = tracker(True)
    seen = watch(t, UP_TO_DATE)
    assert states(seen[-1]) == [HERE] * 4
    assert t.new_bytes == 0


@pytest.mark.parametrize("stream", [FIRST, SILENT])
def test_what_was_fetched_between_two_lines_counts_as_fetched(stream: Stream) -> None:
    t = tracker(True)
    play(t, stream)
    resumed_at = 5_000_000 if stream is FIRST else 0
    present = 10 if stream is FIRST else 0
    assert t.new_bytes == TOTAL - resumed_at - present


LIE = 900 * 10**9


@pytest.mark.parametrize(
    "stream",
    [
        [(0.0, START), (0.5, VERIFY), (1.0, SUCCESS)],
        [(0.0, START), (0.1, layer(WEIGHTS, 0)), (0.5, VERIFY), (1.0, SUCCESS)],
        [(0.0, START), (0.1, layer(WEIGHTS, 0)), (0.2, layer(TEMPLATE, 17)), (1.0, SUCCESS)],
    ],
)
def test_what_a_manifest_claims_is_not_what_was_fetched(stream: Stream) -> None:
    t = PullTracker("m", Manifest("e" * 64, (Layer(WEIGHTS, LayerKind.MODEL, LIE),)))
    play(t, stream)
    assert t.progress(1.0).permille == 1000
    assert t.new_bytes == 0


def test_a_speed_that_cannot_be_is_not_told() -> None:
    t = PullTracker("m", Manifest("e" * 64, (Layer(WEIGHTS, LayerKind.MODEL, LIE),)))
    play(t, [(0.0, START), *((n / 10, layer(WEIGHTS, n * 10**10)) for n in range(1, 30))])
    assert (t.progress(3.0).speed_bytes_s, t.progress(3.0).eta_s) == (None, None)
    play(t, [(n / 10, layer(WEIGHTS, 290 * 10**9 + n * 10**7)) for n in range(30, 150)])
    assert t.progress(15.0).speed_bytes_s == pytest.approx(10**8, rel=0.05)


def test_nothing_known_is_nothing_said() -> None:
    t = PullTracker("m")
    assert t.progress(0.0) == PullProgress(PullPhase.MANIFEST)
    play(t, [(5.0, START)])
    assert t.progress(6.0) == PullProgress(PullPhase.MANIFEST, phase_since_s=5.0)


def test_small_layers_first_and_no_manifest_do_not_look_like_the_end() -> None:
    t = tracker(False)
    play(t, [(0.0, START), (0.1, layer(TEMPLATE, 17))])
    assert t.progress(0.1).permille is None
    play(t, [(0.2, layer(WEIGHTS, 26_000_041))])
    assert t.progress(0.2).permille == 100


def test_the_bar_holds_while_the_server_falls_back() -> None:
    t = tracker(True)
    play(t, [(0.0, START), *steady(0.06, 100_000_000, 150_000_000, 40_000_000)])
    back = t.progress(0.2)
    assert (back.completed_bytes, back.refetched_bytes) == (150_000_000, 110_000_000)
    play(t, [(0.3, layer(WEIGHTS, 151_000_000))])
    assert t.progress(0.3).refetched_bytes == 0
    assert t.new_bytes == 50_000_000 + 111_000_000


def test_pause_and_resume() -> None:
    t = tracker(True)
    play(t, CUT_AT_40_MB)
    assert t.progress(0.6).completed_bytes == 40_000_000
    assert t.new_bytes == 35_000_000
    t.new_attempt(3600.0)
    paused = t.progress(3600.0)
    assert (paused.phase, paused.phase_since_s) == (PullPhase.MANIFEST, 3600.0)
    assert (paused.completed_bytes, states(paused)[0]) == (40_000_000, WAITING)
    assert t.last_byte_s == 3600.0
    seen = watch(t, STALLED, 3600.0)
    assert min(p.completed_bytes for p in seen) == 40_000_000
    assert max(p.speed_bytes_s or 0 for p in seen) < 100_000_000
    assert seen[-1].permille == 1000


def test_a_server_that_lost_the_parts_fetches_them_again() -> None:
    t = tracker(True)
    play(t, CUT_AT_40_MB)
    t.new_attempt(10.0)
    play(t, [(0.0, START), (0.06, layer(WEIGHTS, None))], 10.0)
    progress = t.progress(10.1)
    assert (progress.completed_bytes, progress.refetched_bytes) == (40_000_000, 40_000_000)


def test_an_attempt_that_ends_in_the_manifest_phase_starts_its_time_anew() -> None:
    t = tracker(True)
    play(t, [(0.0, START)])
    t.new_attempt(7.0)
    assert t.progress(9.0).phase_since_s == 7.0


def test_a_damaged_file_is_fetched_again() -> None:
    t = tracker(True)
    for seconds, line in DAMAGED[:-1]:
        assert t.feed(line, seconds) is None
    error = t.feed(DAMAGED[-1][1], 0.4)
    assert isinstance(error, PullFailed)
    assert (error.kind, error.context) == (PullFailure.DIGEST_MISMATCH, DAMAGED_TEXT)
    t.new_attempt(1.0)
    play(t, [(0.0, START), *steady(0.06, *range(0, 200_000_000, 1_000_000))], 1.0)
    again = t.progress(13.1)
    assert (again.permille, states(again)[0]) == (990, RUNNING)
    assert again.refetched_bytes == TOTAL - 199_000_000 - SUM_SMALL
    assert again.eta_s == pytest.approx(again.refetched_bytes / (1_000_000 / 0.06), rel=0.1)


SUM_SMALL = TOTAL - SIZES[WEIGHTS]


def test_an_error_line_is_returned_and_names_the_model() -> None:
    t = tracker(True)
    text = "write /m/blobs/sha256-ab-partial: no space left on device"
    error = t.feed({"error": text}, 1.0)
    assert error == DiskFull("m", text)
    assert isinstance(t.feed({"error": {"code": 3}}, 1.0), PullFailed)
    assert isinstance(t.feed({"error": ""}, 1.0), PullFailed)
    assert t.feed({"error": None, **START}, 1.0) is None


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"status": 3}, "status"),
        ({"status": "pulling x", "digest": ["sha256:x"]}, "digest"),
        ({**layer(WEIGHTS, 1), "completed": "1"}, "completed"),
        ({**layer(WEIGHTS, 1), "total": True}, "total"),
        ({**layer(WEIGHTS, 1), "total": float("nan")}, "total"),
        ({**layer(WEIGHTS, 1), "completed": 1.5}, "completed"),
    ],
)
def test_a_wrong_type_names_the_field(line: dict[str, object], field: str) -> None:
    t = tracker(True)
    play(t, CUT_AT_40_MB)
    before = t.progress(1.0)
    with pytest.raises(BadAnswer) as caught:
        t.feed(line, 1.0)
    assert (caught.value.field, caught.value.reference) == (field, "m")
    assert t.progress(1.0) == before


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"status": None},
        {"status": "new in 2027", "x": 1},
        {"digest": "", "total": 5},
        {"status": "", "digest": "0000000000000000000", "total": 5},
    ],
)
def test_unknown_lines_change_nothing(line: dict[str, object]) -> None:
    t = tracker(True)
    play(t, CUT_AT_40_MB)
    before = t.progress(1.0)
    assert t.feed(line, 1.0) is None
    assert t.progress(1.0) == before


def test_endless_digests_are_not_stored_endlessly() -> None:
    t = tracker(False)
    play(t, [(0.0, layer(f"sha256:{index}", 1, 1)) for index in range(1000)])
    with pytest.raises(BadAnswer):
        t.feed(layer("sha256:one-more", 1, 1), 0.0)
    assert len(t.progress(0.0).layers) == 1000


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        # completed > total: the total was told, so it holds
        ([(100, 250)], (100, 100)),
        # no total told: at least what is completed
        ([(None, 50), (None, 70)], (70, 70)),
        ([(None, 50), (200, 70)], (70, 200)),
        ([(None, None)], (0, 0)),
        # a total that shrinks
        ([(200, 70), (100, 80)], (80, 200)),
        ([(2**63 - 1, 2**62)], (2**62, 2**63 - 1)),
        ([(2**80, 2**80)], (2**63 - 1, 2**63 - 1)),
        ([(-5, -7)], (0, 0)),
    ],
)
def test_odd_totals(totals: list[tuple[int | None, int | None]], expected: tuple[int, int]) -> None:
    t = tracker(False)
    play(t, [(0.1, {"digest": "sha256:x", "total": a, "completed": b}) for a, b in totals])
    progress = t.progress(0.1)
    assert (progress.completed_bytes, progress.total_bytes) == expected
    assert progress.permille is None or progress.permille <= 990


def test_sums_stay_below_two_to_the_63() -> None:
    t = tracker(False)
    for digest in ("sha256:x", "sha256:y"):
        play(t, [(0.1, layer(digest, 2**63 - 1, 2**63 - 1))])
    progress = t.progress(0.1)
    assert progress.completed_bytes == progress.total_bytes == 2**63 - 1


def test_a_late_manifest_makes_the_total_exact() -> None:
    t = tracker(False)
    play(t, CUT_AT_40_MB)
    assert not t.progress(0.6).is_total_known
    t.set_manifest(MANIFEST)
    progress = t.progress(0.6)
    assert (progress.is_total_known, progress.total_bytes) == (True, TOTAL)
    assert progress.completed_bytes == 40_000_000
    assert [x.digest for x in progress.layers] == list(SIZES)
    play(t, [(0.7, layer(WEIGHTS, 45_000_000))])
    assert t.new_bytes == 40_000_000


def test_a_late_manifest_does_not_revive_a_finished_layer() -> None:
    t = tracker(False)
    play(t, [(0.1, layer(WEIGHTS, 5)), (0.2, layer(PARAMS, 10))])
    t.set_manifest(MANIFEST)
    assert states(t.progress(0.2)) == [DONE, WAITING, HERE, WAITING]


def test_a_manifest_of_another_version_is_not_believed() -> None:
    t = tracker(True)
    play(t, [(0.0, START), (0.1, layer("sha256:other", 5, 1000))])
    progress = t.progress(0.1)
    assert (progress.is_total_known, progress.total_bytes) == (False, TOTAL + 1000)


def test_a_late_manifest_of_another_version_hides_nothing_that_was_heard() -> None:
    t = tracker(False)
    play(t, [(0.0, START), (0.1, layer("sha256:other", 5, 1000))])
    t.set_manifest(MANIFEST)
    progress = t.progress(0.1)
    assert (progress.is_total_known, progress.total_bytes) == (False, TOTAL + 1000)
    assert progress.completed_bytes == 5


def test_a_newer_manifest_replaces_the_older_one() -> None:
    t = tracker(True)
    play(t, CUT_AT_40_MB)
    assert t.progress(0.6).completed_bytes == 40_000_000
    newer = Manifest("e" * 64, (Layer("sha256:new", LayerKind.MODEL, 90_000_000),))
    t.new_attempt(5.0)
    t.set_manifest(newer)
    progress = t.progress(5.0)
    assert [x.digest for x in progress.layers] == ["sha256:new"]
    assert (progress.is_total_known, progress.total_bytes) == (True, 90_000_000)
    assert progress.completed_bytes == 40_000_000


def test_a_layer_that_is_also_the_config() -> None:
    shared = Manifest(
        "f" * 64, (Layer(WEIGHTS, LayerKind.MODEL, 100), Layer(PARAMS, LayerKind.PARAMS, 10))
    )
    t = PullTracker("m", shared)
    play(
        t,
        [(0.1, layer(WEIGHTS, 50, 100)), (0.2, layer(PARAMS, 10)), (0.3, layer(WEIGHTS, 100, 100))],
    )
    progress = t.progress(0.3)
    assert (progress.completed_bytes, states(progress)) == (110, [DONE, HERE])
    assert progress.total_bytes == 110


def test_after_success_nothing_changes() -> None:
    t = tracker(True)
    play(t, FIRST)
    last = t.progress(9.4)
    play(t, [(10.0, layer(WEIGHTS, 5)), (10.0, VERIFY), (10.0, layer("sha256:x", 1, 2))])
    t.new_attempt(20.0)
    assert t.progress(20.0) == last


TENSORS = Manifest(
    "f" * 64,
    (
        Layer("sha256:t1", LayerKind.TENSOR, 600),
        Layer("sha256:t2", LayerKind.TENSOR, 390),
        Layer("sha256:c", LayerKind.CONFIG, 10),
    ),
)


def aggregate(completed: int, total: int = 1000) -> dict[str, object]:
    return {**layer(AGGREGATE_DIGEST, completed, total), "status": "pulling model"}


@pytest.mark.parametrize("manifest", [None, TENSORS])
def test_safetensors_tell_one_sum_for_all_blobs(manifest: Manifest | None) -> None:
    t = PullTracker("m", manifest)
    seen = watch(t, [(0.0, START), (0.1, aggregate(100)), (0.2, aggregate(700)), (0.3, WRITE)])
    assert [p.completed_bytes for p in seen] == [0, 100, 700, 1000]
    assert {p.total_bytes for p in seen[1:]} == {1000}
    assert [p.permille for p in seen[1:]] == [100, 700, 990]
    assert all(p.is_total_known for p in seen[1:])
    assert [x.digest for x in seen[1].layers] == [AGGREGATE_DIGEST]
    assert t.new_bytes == 600
    play(t, [(0.4, SUCCESS)])
    assert t.progress(0.4).completed_bytes == 1000


def test_a_late_manifest_does_not_double_a_safetensors_pull() -> None:
    t = PullTracker("m")
    play(t, [(0.1, aggregate(100))])
    t.set_manifest(TENSORS)
    play(t, [(0.2, aggregate(200))])
    assert (t.progress(0.2).completed_bytes, t.progress(0.2).total_bytes) == (200, 1000)


def test_safetensors_that_are_all_here_fetch_nothing() -> None:
    t = PullTracker("m", TENSORS)
    play(t, [(0.0, START), (0.1, WRITE), (0.1, SUCCESS)])
    assert (t.progress(0.1).completed_bytes, t.new_bytes) == (1000, 0)


def test_a_safetensors_pull_resumes() -> None:
    t = PullTracker("m", TENSORS)
    play(t, [(0.1, aggregate(100)), (0.2, aggregate(500))])
    t.new_attempt(5.0)
    play(t, [(5.1, aggregate(300)), (5.2, aggregate(450))])
    progress = t.progress(5.2)
    assert (progress.completed_bytes, progress.refetched_bytes) == (500, 50)


def test_an_empty_sum_does_not_hide_the_layers() -> None:
    t = tracker(True)
    play(t, [(0.1, layer(WEIGHTS, 26_000_041)), (0.2, aggregate(0, 0))])
    assert t.progress(0.2).total_bytes == TOTAL


@pytest.mark.parametrize("manifest", [None, MANIFEST])
def test_a_restart_of_the_program_goes_on(manifest: Manifest | None) -> None:
    before = tracker(True)
    play(before, [*CUT_AT_40_MB])
    reached = before.progress(0.6)
    t = PullTracker("m", manifest, reached)
    t.new_attempt(2.0)
    restored = t.progress(2.0)
    assert (restored.completed_bytes, restored.permille) == (40_000_000, 153)
    assert (restored.total_bytes, restored.is_total_known) == (TOTAL, True)
    play(t, [(2.1, layer(WEIGHTS, 10_000_000)), (2.2, layer(WEIGHTS, 12_000_000))])
    again = t.progress(2.2)
    assert (again.completed_bytes, again.refetched_bytes) == (40_000_000, 28_000_000)
    assert t.new_bytes == 2_000_000


def test_a_restart_of_a_safetensors_pull_goes_on() -> None:
    before = PullTracker("m", TENSORS)
    play(before, [(0.1, aggregate(100)), (0.2, aggregate(500))])
    t = PullTracker("m", reached=before.progress(0.3))
    play(t, [(9.0, aggregate(510))])
    progress = t.progress(9.0)
    assert (progress.completed_bytes, progress.total_bytes) == (510, 1000)


def test_a_restart_knows_only_bytes() -> None:
    reached = PullProgress(PullPhase.DOWNLOAD, completed_bytes=300_000_000)
    t = PullTracker("m", reached=reached)
    assert t.progress(0.0).permille is None
    play(t, [(0.1, layer(WEIGHTS, 5))])
    progress = t.progress(0.1)
    assert (progress.completed_bytes, progress.total_bytes) == (300_000_000, 300_000_000)
    assert progress.permille is None  # 100 % of an unknown whole
    t.set_manifest(MANIFEST)
    assert t.progress(0.1).permille == 990


def test_a_digest_longer_than_any_is_refused() -> None:
    t = PullTracker("m")
    with pytest.raises(BadAnswer) as caught:
        play(t, [(0.0, layer("sha256:" + "x" * 1_000_000, 1, 1))])
    assert caught.value.field == "digest"
    assert len(caught.value.context) < 200
    assert t.progress(0.0).layers == ()
