"""What a pull would mean: by hand, and by rules that hold for any layers."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_app.core.errors import BadAnswer, ModelNotFound, TimedOut
from tray_app.core.estimate import (
    DiskFit,
    DiskSpace,
    Lookup,
    Missing,
    PullCheck,
    PullEstimate,
    disk_fit,
    estimate,
    room_of,
)
from tray_app.core.keeping.records import Measurement
from tray_app.core.licenses import License
from tray_app.core.manifests import ModelConfig, parse_config
from tray_app.core.memory_fit import FitKind, GraphicsMemory
from tray_app.core.records import Layer, LayerKind, Manifest, ModelDetails, ModelRecord
from tray_app.core.sharing import KnownLayers, LayerIndex

GB, MB = 1_000_000_000, 1_000_000
PUSHED = datetime(2026, 5, 1, tzinfo=UTC)


def layer(mark: str, size: int, kind: LayerKind = LayerKind.MODEL) -> Layer:
    return Layer(f"sha256:{mark * 64}", kind, size)


WEIGHTS = layer("a", 7_365 * MB)
PROJECTOR = layer("b", 645 * MB, LayerKind.PROJECTOR)
LICENSE = layer("c", 7_000, LayerKind.LICENSE)
CONFIG = layer("d", 500, LayerKind.CONFIG)
MANIFEST = Manifest("e" * 64, (WEIGHTS, PROJECTOR, LICENSE, CONFIG), PUSHED)
TOTAL = 8_010 * MB + 7_500
LLAVA = ModelConfig(ModelDetails("", "gguf", "llama", ("llama", "clip"), "13B", "Q4_0"))
LOOKUP = Lookup("local", "llava:13b-v1.6", MANIFEST, config=LLAVA)


def record(name: str, digest: str, **more: object) -> ModelRecord:
    return ModelRecord("local", name, digest * 64, 8 * GB, **more)  # type: ignore[arg-type]


def layer_index(**layers: tuple[Layer, ...]) -> LayerIndex:
    return LayerIndex({mark * 64: KnownLayers(known, True) for mark, known in layers.items()})


def test_a_new_model_is_fetched_whole() -> None:
    made = estimate(LOOKUP, [], LayerIndex())
    assert made.standing is PullCheck.NEW
    assert (made.total_bytes, made.fetch_bytes, made.here_bytes) == (TOTAL, TOTAL, 0)
    assert made.shared_with == ()
    assert made.details == LLAVA.details
    assert made.capabilities == ("vision",)


def test_layers_of_installed_models_are_not_fetched() -> None:
    here = record("llava:13b", "1")
    other = record("mistral:7b", "2")
    cloud = record("far:cloud", "3", remote_host="https://ollama.com")
    known = layer_index(**{"1": (PROJECTOR, LICENSE), "2": (LICENSE,), "3": (WEIGHTS,)})
    made = estimate(LOOKUP, [here, other, cloud], known)
    assert made.here_bytes == 645 * MB + 7_000
    assert made.fetch_bytes == 7_365 * MB + 500
    assert made.shared_with == ("llava:13b",), "a licence alone is not worth a name"
    assert made.is_partly_here
    assert not estimate(LOOKUP, [other], known).is_partly_here


def test_files_on_the_disk_count_whoever_uses_them() -> None:
    made = estimate(
        replace(LOOKUP, held=frozenset({WEIGHTS.digest, "sha256:odd"})), [], layer_index()
    )
    assert made.here_bytes == 7_365 * MB
    assert made.fetch_bytes == 645 * MB + 7_500
    assert made.shared_with == ()


def test_the_installed_version_itself() -> None:
    made = estimate(LOOKUP, [record("LLaVA:13b-v1.6", "e")], LayerIndex())
    assert made.standing is PullCheck.CURRENT
    assert (made.total_bytes, made.fetch_bytes, made.here_bytes) == (TOTAL, 0, TOTAL)


def test_an_update_counts_what_the_old_version_lacks_and_does_not_name_it() -> None:
    old = record("llava:13b-v1.6", "1", modified_at=PUSHED - timedelta(days=1))
    made = estimate(LOOKUP, [old], layer_index(**{"1": (PROJECTOR,)}))
    assert made.standing is PullCheck.UPDATE
    assert made.fetch_bytes == 7_365 * MB + 7_500
    assert made.shared_with == ()


def test_servers_that_keep_digests_of_their_own_go_by_the_date() -> None:
    old = record("llava:13b-v1.6", "1", modified_at=PUSHED + timedelta(days=1))
    assert estimate(LOOKUP, [old], LayerIndex()).standing is PullCheck.CURRENT


def test_a_manifest_that_did_not_come_takes_the_rest_with_it() -> None:
    error = ModelNotFound("llava")
    lookup = Lookup("local", "llava:13b-v1.6", manifest_reason=error).ended()
    made = estimate(lookup, [record("llava:13b-v1.6", "1")], LayerIndex())
    assert made.standing is PullCheck.UNCHECKED
    assert not made.is_found
    assert made.failure == error
    assert made.details_reason is made.licenses_reason is made.fit_reason is Missing.NO_MANIFEST
    assert isinstance(made.space_reason, TimedOut)


def test_before_anything_came_everything_is_pending() -> None:
    made = estimate(Lookup("local", "x:1"), [], LayerIndex())
    whys = {
        made.manifest_reason,
        made.details_reason,
        made.licenses_reason,
        made.space_reason,
        made.fit_reason,
    }
    assert whys == {Missing.PENDING}
    assert made.failure is None


def test_each_part_has_its_own_failure() -> None:
    broken = BadAnswer("x", "", "blob")
    lookup = replace(
        LOOKUP, config=None, config_reason=broken, licenses=(License("MIT License", "…"),)
    ).ended(TimedOut("x"))
    made = estimate(lookup, [], LayerIndex())
    assert made.details is None
    assert made.details_reason == broken
    assert made.licenses[0].name == "MIT License"
    assert made.failure is None, "the registry did tell"
    assert made.fit is not None, "the weights alone tell enough"
    assert made.space_reason == TimedOut("x")


def test_the_fit_waits_for_the_config() -> None:
    made = estimate(replace(LOOKUP, config=None), [], LayerIndex())
    assert made.fit is None
    assert made.fit_reason is Missing.PENDING


def test_the_fit_by_hand() -> None:
    # 8.01 GB × 1.1 + 250 MB × √13, of 12 GB
    made = estimate(LOOKUP, [], LayerIndex(), GraphicsMemory(12 * GB, is_all=True))
    assert made.fit is not None
    assert made.fit.kind is FitKind.FITS
    assert made.fit.needed_bytes == 8_811 * MB + 901_387_819
    assert made.fit.total_bytes == 12 * GB


def test_a_model_that_has_run_here_is_measured() -> None:
    measured = {"e" * 64: 6_300 * MB, "f" * 64: 1}
    made = estimate(LOOKUP, [], LayerIndex(), GraphicsMemory(12 * GB, True), measured)
    assert made.fit is not None
    assert (made.fit.kind, made.fit.needed_bytes) == (FitKind.MEASURED, 6_300 * MB)


def test_a_stub_has_nothing_to_fit() -> None:
    stub = parse_config(b'{"model_family":"gptoss","remote_host":"https://ollama.com:443"}')
    made = estimate(replace(LOOKUP, manifest=Manifest("9" * 64, (CONFIG,)), config=stub), [],
                    LayerIndex())  # fmt: skip
    assert made.is_cloud
    assert made.fit_reason is Missing.NONE


@pytest.mark.parametrize(
    ("free", "fetch", "fit"),
    [
        (212 * GB, 7 * GB, DiskFit.ENOUGH),
        (9_100 * MB, 7 * GB, DiskFit.TIGHT),
        (12 * GB, 7 * GB, DiskFit.ENOUGH),
        (12 * GB - 1, 7 * GB, DiskFit.TIGHT),
        (28_100 * MB, 42_500 * MB, DiskFit.SHORT),
        (7 * GB, 7 * GB, DiskFit.TIGHT),
        (1 * GB, 0, DiskFit.ENOUGH),
    ],
)
def test_disk_space(free: int, fetch: int, fit: DiskFit) -> None:
    made = PullEstimate("s", "n", PullCheck.NEW, fetch, fetch, space=DiskSpace("/m", free))
    room = room_of(made)
    assert room is not None
    assert disk_fit(room, 5 * GB) is fit
    assert (fit is DiskFit.ENOUGH) is (room.missing_bytes(5 * GB) == 0), "the rule of the queue"


def test_disk_space_is_unknown_without_either() -> None:
    assert room_of(PullEstimate("s", "n", PullCheck.NEW, 1, 1)) is None
    assert room_of(PullEstimate("s", "n", PullCheck.NEW, space=DiskSpace("/m", 1))) is None


@pytest.mark.parametrize("raw", [b"{}", b'{"model_format":7,"model_families":{"a":1}}'])
def test_a_config_of_nonsense_tells_nothing(raw: bytes) -> None:
    assert parse_config(raw) == ModelConfig()


def test_a_config_says_what_a_model_is() -> None:
    raw = (
        b'{"model_format":"gguf","model_family":"llama","model_families":["llama","clip"],'
        b'"model_type":"13B","file_type":"Q4_0","requires":"0.12.0","capabilities":["tools"]}'
    )
    assert parse_config(raw) == ModelConfig(LLAVA.details, ("tools", "vision"), "0.12.0")
    with pytest.raises(BadAnswer):
        parse_config(b"[1]")


digests = st.sampled_from([f"sha256:{c * 64}" for c in "0123456789abcdef"])
layers = st.lists(
    st.builds(Layer, digests, st.sampled_from(LayerKind), st.integers(0, 2**50)),
    unique_by=lambda made: made.digest,
    max_size=8,
).map(tuple)


@given(layers, st.lists(layers, max_size=4), st.frozensets(digests))
def test_nothing_is_counted_twice_or_lost(
    wanted: tuple[Layer, ...], installed: list[tuple[Layer, ...]], held: frozenset[str]
) -> None:
    models = [ModelRecord("local", f"m{i}:1", f"{i}" * 64) for i in range(len(installed))]
    known = {f"{i}" * 64: KnownLayers(each, True) for i, each in enumerate(installed)}
    lookup = Lookup("local", "fresh:1", Manifest("f" * 64, wanted), held=held)
    made = estimate(lookup, models, LayerIndex(known))
    assert made.total_bytes is not None
    assert made.fetch_bytes is not None
    assert (
        made.fetch_bytes + made.here_bytes
        == made.total_bytes
        == sum(each.size_bytes or 0 for each in wanted)
    )
    there = held | {each.digest for model in installed for each in model}
    assert made.here_bytes == sum(x.size_bytes or 0 for x in wanted if x.digest in there)
    assert set(made.shared_with) <= {model.name for model in models}
    if made.standing is PullCheck.NEW:
        assert "fresh:1" not in made.shared_with


@pytest.mark.parametrize(
    ("graphics", "kind", "permille"),
    [
        (12 * GB, FitKind.MEASURED, None),
        (9 * GB, FitKind.PARTLY, 750),
        (3 * GB, FitKind.TOO_LARGE, 250),
        (0, FitKind.PROCESSOR, None),
    ],
)
def test_what_was_measured_in_an_earlier_run_beats_the_estimate(
    graphics: int, kind: FitKind, permille: int | None
) -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    taken = Measurement("local", "e" * 64, 32768, 12 * GB, graphics, at)
    made = estimate(LOOKUP, [], LayerIndex(), taken=taken)
    assert made.taken == taken
    assert made.fit is not None
    assert (made.fit.kind, made.fit.permille) == (kind, permille)
