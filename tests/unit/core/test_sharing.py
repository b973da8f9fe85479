"""Which models share layers, and what deleting some of them frees. All sums are by hand."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tray_app.core.installed import InstalledModels
from tray_app.core.records import Layer, LayerKind, ModelDetails, ModelInfo, ModelRecord
from tray_app.core.sharing import (
    DiskUse,
    Freed,
    KnownLayers,
    LayerIndex,
    SharingIndex,
    disk_use,
    freed,
    freed_alone,
    is_made_here,
    sharers,
    unique_bytes,
)

W = 4_400_000_000
WEIGHTS = Layer("sha256:w", LayerKind.MODEL, W)


def whole(*small: tuple[str, int]) -> KnownLayers:
    rest = tuple(Layer(digest, LayerKind.TEMPLATE, size) for digest, size in small)
    return KnownLayers((WEIGHTS, *rest), is_whole=True)


def model(name: str, size: int | None, digest: str | None = None, **more: Any) -> ModelRecord:
    return ModelRecord("s", name, name if digest is None else digest, size, **more)


# mistral: weights + 1000 + 300; meeting-notes: the same weights + the same template + 900
MISTRAL = model("mistral:7b", W + 1300)
NOTES = model("meeting-notes:latest", W + 1900)
QWEN_BYTES = 5_200_000_000
UNSEEN = 1_000_000
QWEN = model("qwen3:8b", 5_200_000_000)
CLOUD = model("gpt-oss:120b-cloud", 384, remote_host="https://ollama.com:443")
QWEN_LAYERS = KnownLayers((Layer("sha256:q", LayerKind.MODEL, 5_200_000_000),), is_whole=True)
BOOK = LayerIndex(
    {
        "mistral:7b": whole(("sha256:t", 1000), ("sha256:m", 300)),
        "meeting-notes:latest": whole(("sha256:t", 1000), ("sha256:n", 900)),
        "qwen3:8b": QWEN_LAYERS,
    }
)
ALL = (MISTRAL, NOTES, QWEN, CLOUD)


def test_deleting_one_of_two_that_share_the_weights() -> None:
    assert freed([MISTRAL], ALL, BOOK) == Freed(
        listed_bytes=W + 1300,
        freed_bytes=300,
        is_exact=True,
        shared_bytes=W + 1000,
        shared_with=("meeting-notes:latest",),
    )


def test_deleting_both_frees_all_once() -> None:
    assert freed([MISTRAL, NOTES], ALL, BOOK) == Freed(
        listed_bytes=2 * W + 3200,
        freed_bytes=W + 2200,
        is_exact=True,
        within=("meeting-notes:latest", "mistral:7b"),
        within_bytes=W + 1000,
    )


def test_deleting_one_that_shares_nothing() -> None:
    assert freed([QWEN], ALL, BOOK) == Freed(5_200_000_000, 5_200_000_000, is_exact=True)


def test_deleting_several_of_which_some_share() -> None:
    result = freed([QWEN, MISTRAL], ALL, BOOK)
    assert result.freed_bytes == 5_200_000_300
    assert result.shared_bytes == W + 1000
    assert result.shared_with == ("meeting-notes:latest",)
    assert result.within == ()


def test_three_that_share_two_of_them_deleted() -> None:
    third = model("third", W)
    layer_index = LayerIndex({**BOOK.by_digest, "third": whole()})
    result = freed([MISTRAL, NOTES], (*ALL, third), layer_index)
    assert result == Freed(
        listed_bytes=2 * W + 3200,
        freed_bytes=1000 + 300 + 900,
        is_exact=True,
        shared_bytes=W,
        shared_with=("third",),
        within=("meeting-notes:latest", "mistral:7b"),
        within_bytes=W + 1000,
    )


def test_cloud_rows_hold_nothing() -> None:
    assert freed([CLOUD], ALL, BOOK) == Freed(0, 0, is_exact=True)
    assert freed([CLOUD, QWEN], ALL, BOOK) == freed([QWEN], ALL, BOOK)


def test_nothing_selected() -> None:
    assert freed([], ALL, BOOK) == Freed(0, 0, is_exact=True)


def test_unknown_layers_are_not_exact() -> None:
    assert freed([MISTRAL], ALL, LayerIndex()) == Freed(W + 1300, W + 1300, is_exact=False)
    # One unknown model that stays may share with what goes.
    layer_index = LayerIndex({"qwen3:8b": QWEN_LAYERS})
    assert freed([QWEN], ALL, layer_index) == Freed(5_200_000_000, 5_200_000_000, is_exact=False)


def weights_only(digest: str = "sha256:w") -> KnownLayers:
    return KnownLayers((Layer(digest, LayerKind.MODEL),), is_whole=False)


def test_weights_of_unknown_size_are_bounded_by_the_smallest_holder() -> None:
    layer_index = LayerIndex({m.digest: weights_only() for m in (MISTRAL, NOTES)})
    result = freed([NOTES], ALL, layer_index)
    assert result == Freed(
        listed_bytes=W + 1900,
        freed_bytes=600 + UNSEEN,  # 1900 - 1300 is the least
        is_exact=False,
        shared_bytes=W + 1300,
        shared_with=("mistral:7b",),
    )
    assert freed([MISTRAL], ALL, layer_index).freed_bytes == UNSEEN, "not nothing"
    both = freed([MISTRAL, NOTES], ALL, layer_index)
    assert both.freed_bytes == W + 1900 + 2 * UNSEEN


def test_no_more_is_freed_than_there_is() -> None:
    small, other = model("small", 5000), model("other", 4000)
    layer_index = LayerIndex({m.digest: weights_only() for m in (small, other)})
    assert freed([small], [small, other], layer_index).freed_bytes == 5000


def test_all_of_them_free_what_they_are_said_to_take() -> None:
    """The status bar tells both numbers."""
    models = [model("a", W + 2000), model("b", W + 3000), model("c", W + 4000)]
    layer_index = LayerIndex({m.digest: weights_only() for m in models})
    assert freed(models, models, layer_index).freed_bytes == W + 2000 + 1000 + 2000
    assert disk_use(models, layer_index).stored_bytes == W + 2000 + 1000 + 2000


def test_those_who_hold_most_are_named_first_and_those_with_a_template_not_at_all() -> None:
    """Each of many uses the same template; one has the weights, another the projector."""
    projector = Layer("sha256:p", LayerKind.PROJECTOR, 600_000_000)
    template = Layer("sha256:t", LayerKind.TEMPLATE, 56)
    own = Layer("sha256:x", LayerKind.SYSTEM, 400)

    def known(*layers: Layer) -> KnownLayers:
        return KnownLayers((*layers, template), is_whole=True)

    many = {f"a{i}": known(Layer(f"sha256:{i}", LayerKind.MODEL, 9)) for i in range(6)}
    holders = {"me": known(WEIGHTS, projector, own), "eyes": known(projector), "z": known(WEIGHTS)}
    layer_index = LayerIndex({**many, **holders})
    models = [model(name, 5_000_000_456) for name in layer_index.by_digest]
    me = next(m for m in models if m.name == "me")
    result = freed([me], models, layer_index)
    assert result.shared_with == ("z", "eyes")
    assert result.shared_bytes == W + 600_000_000 + 56
    assert result.freed_bytes == 400


def test_a_license_alone_is_shared_with_nobody_worth_naming() -> None:
    license_ = Layer("sha256:l", LayerKind.LICENSE, 11_000)
    one = KnownLayers((Layer("sha256:1", LayerKind.MODEL, W), license_), is_whole=True)
    two = KnownLayers((Layer("sha256:2", LayerKind.MODEL, W), license_), is_whole=True)
    models = (model("one", W + 11_000), model("two", W + 11_000))
    result = freed(models[:1], models, LayerIndex({"one": one, "two": two}))
    assert (result.shared_with, result.shared_bytes, result.freed_bytes) == ((), 11_000, W)
    both = freed(models, models, LayerIndex({"one": one, "two": two}))
    assert both.within == ()


def test_three_that_share_the_weights_share_them_once() -> None:
    models = [model(name, W) for name in "abc"]
    layer_index = LayerIndex({name: whole() for name in "abc"})
    result = freed(models, models, layer_index)
    assert (result.within, result.within_bytes) == (("a", "b", "c"), W)


def test_what_models_take_is_a_bound_until_all_are_told() -> None:
    assert disk_use(ALL, BOOK) == DiskUse(W + 2200 + QWEN_BYTES, 2 * W + 3200 + QWEN_BYTES, False)
    unread = LayerIndex({"qwen3:8b": QWEN_LAYERS})
    assert disk_use(ALL, unread) == DiskUse(
        2 * W + 3200 + QWEN_BYTES, 2 * W + 3200 + QWEN_BYTES, is_bound=True
    )
    weights = LayerIndex({m.digest: weights_only() for m in (MISTRAL, NOTES)})
    assert not disk_use((MISTRAL, NOTES), weights).is_bound, "to what can be seen"
    assert disk_use((MISTRAL, CLOUD), LayerIndex()) == DiskUse(W + 1300, W + 1300, False)
    copies = (MISTRAL, model("copy", W + 1300, MISTRAL.digest))
    assert disk_use(copies, LayerIndex()) == DiskUse(W + 1300, 2 * W + 2600, False)
    assert disk_use((), BOOK) == DiskUse(0, 0, False)


def made(name: str, parent: str, digest: str = "mistral:7b", **more: Any) -> ModelRecord:
    return model(name, W, digest, details=ModelDetails(parent_model=parent), **more)


@pytest.mark.parametrize(
    ("record", "is_made"),
    [
        (made("mine:latest", "mistral:7b"), True),
        (made("mine:latest", "Mistral:7B"), True),
        (made("mistral:7b", "mistral:7b"), True),  # edited where it is
        (made("mine:latest", ""), False),
        (made("mine:latest", "/Users/build/models/x.gguf"), False),
        (made("mine:latest", "gone:latest"), False),
        (made("dolphin:latest", "mistral:7b", "qwen3:8b"), False),  # other weights
        (made("somebody/mistral:7b", "mistral:7b"), False),
        (made("mine:latest", "mistral:7b", "not read yet"), False),
        (made("mine:cloud", "mistral:7b", remote_host="https://ollama.com"), False),
    ],
)
def test_what_was_made_here(record: ModelRecord, is_made: bool) -> None:
    assert is_made_here(record, InstalledModels(ALL), BOOK) is is_made


def test_the_bytes_of_a_registry_were_not_made_here() -> None:
    told = KnownLayers((WEIGHTS,), is_whole=True, is_from_registry=True)
    layer_index = LayerIndex({**BOOK.by_digest, "pulled": told})
    record = made("mine:latest", "mistral:7b", "pulled")
    assert not is_made_here(record, InstalledModels(ALL), layer_index)


def test_two_layers_of_unknown_size_do_not_count_twice() -> None:
    both = KnownLayers(
        (Layer("sha256:w", LayerKind.MODEL), Layer("sha256:p", LayerKind.PROJECTOR)), is_whole=False
    )
    a, b, other = model("a", 5000), model("b", 5000), model("c", 3000)
    layer_index = LayerIndex({"a": both, "b": both})
    assert freed([a, other], [a, b, other], layer_index).freed_bytes == 8000
    assert unique_bytes([a, b, other], layer_index) == 8000


def test_a_known_manifest_tells_the_size_for_the_others() -> None:
    layer_index = LayerIndex({**BOOK.by_digest, "meeting-notes:latest": weights_only()})
    result = freed([NOTES], ALL, layer_index)
    assert (result.shared_bytes, result.freed_bytes, result.is_exact) == (W, 1900, False)


def test_a_copy_frees_nothing_even_when_nothing_is_known() -> None:
    copy = model("copy:latest", W + 1300, "mistral:7b")
    for layer_index in (LayerIndex(), BOOK, LayerIndex({"mistral:7b": weights_only()})):
        result = freed([copy], (*ALL, copy), layer_index)
        assert (result.freed_bytes, result.is_exact) == (0, True), layer_index
        assert "mistral:7b" in result.shared_with
    both = freed([copy, MISTRAL], (MISTRAL, copy), LayerIndex())
    assert (both.freed_bytes, both.is_exact) == (W + 1300, False)
    assert both.within == ("copy:latest", "mistral:7b")


def test_copies_count_once_where_only_the_weights_are_known() -> None:
    copy = model("copy:latest", W + 1900, NOTES.digest)
    layer_index = LayerIndex({m.digest: weights_only() for m in (MISTRAL, NOTES)})
    assert unique_bytes([NOTES, copy, MISTRAL], layer_index) == W + 1900
    assert freed([copy], [NOTES, copy, MISTRAL], layer_index).freed_bytes == 0
    assert freed([copy, NOTES], [NOTES, copy, MISTRAL], layer_index).freed_bytes == 600 + 2 * UNSEEN


def test_rows_without_digest_or_size() -> None:
    nameless = [model("a", 10, ""), model("b", 10, ""), model("c", None)]
    assert freed(nameless[:2], nameless, LayerIndex()).freed_bytes == 20
    assert freed(nameless, nameless, LayerIndex()) == Freed(20, 0, is_exact=False), "not known"
    assert unique_bytes(nameless, LayerIndex()) == 20


@pytest.mark.parametrize(
    ("models", "layer_index", "total"),
    [
        (ALL, BOOK, W + 2200 + 5_200_000_000),
        (ALL, LayerIndex(), 2 * W + 3200 + 5_200_000_000),
        ((MISTRAL, model("copy", W + 1300, "mistral:7b")), LayerIndex(), W + 1300),
        ((CLOUD,), BOOK, 0),
        ((), BOOK, 0),
        (
            (MISTRAL, NOTES),
            LayerIndex({m.digest: weights_only() for m in (MISTRAL, NOTES)}),
            W + 1900,
        ),
    ],
)
def test_bytes_on_disk(
    models: tuple[ModelRecord, ...], layer_index: LayerIndex, total: int
) -> None:
    assert unique_bytes(models, layer_index) == total


def test_sharers() -> None:
    assert sharers(MISTRAL, ALL, BOOK) == {
        "sha256:w": ("meeting-notes:latest",),
        "sha256:t": ("meeting-notes:latest",),
        "sha256:m": (),
    }
    assert sharers(QWEN, ALL, BOOK) == {"sha256:q": ()}
    assert sharers(MISTRAL, ALL, LayerIndex()) == {}


def test_a_book_learns() -> None:
    info = ModelInfo("s", "m", "d1", layers=(Layer("sha256:w", LayerKind.MODEL),))
    layer_index = LayerIndex().with_info(info)
    assert layer_index.by_digest == {"d1": KnownLayers(info.layers, is_whole=False)}
    assert layer_index.of(model("m", 1, "d1")) is not None
    assert layer_index.of(model("m", 1, "d2")) is None
    assert layer_index.with_info(info) is layer_index
    assert layer_index.with_info(ModelInfo("s", "m", "")) is layer_index
    full = ModelInfo("s", "m", "d1", layers=(WEIGHTS,), has_all_layers=True)
    better = layer_index.with_info(full)
    assert better.by_digest["d1"].is_whole
    assert better.with_info(info) is better  # less is known there
    assert LayerIndex().by_digest == {}


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.sets(st.sampled_from("abcdef"), min_size=1), st.booleans()), max_size=6),
    st.sets(st.integers(0, 5)),
)
def test_against_a_disk(rows: list[tuple[set[str], bool]], picked: set[int]) -> None:
    """With every manifest known the answer is what a disk of blobs says."""
    sizes = {digest: 10**index for index, digest in enumerate("abcdef")}
    models = [model(str(i), sum(sizes[d] for d in row[0])) for i, row in enumerate(rows)]
    layer_index = LayerIndex(
        {
            str(i): KnownLayers(
                tuple(Layer(d, LayerKind.OTHER, sizes[d]) for d in sorted(digests)), is_whole=True
            )
            for i, (digests, _) in enumerate(rows)
        }
    )
    chosen = [m for i, m in enumerate(models) if i in picked]
    before = set().union(*(row[0] for row in rows)) if rows else set()
    stay = [row[0] for i, row in enumerate(rows) if i not in picked]
    after = set().union(*stay) if stay else set()
    result = freed(chosen, models, layer_index)
    assert result.freed_bytes == sum(sizes[d] for d in before - after)
    assert result.is_exact
    assert unique_bytes(models, layer_index) == sum(sizes[d] for d in before)


@given(
    st.lists(
        st.tuples(
            st.sets(st.sampled_from("abcdef"), min_size=1),  # its layers
            st.sampled_from([None, False, True]),  # nothing, something or all is known
            st.booleans(),  # a copy of the one before
            st.booleans(),  # the sizes of its layers are told
        ),
        max_size=7,
    )
)
def test_each_alone_frees_what_a_selection_of_it_frees(
    rows: list[tuple[set[str], bool | None, bool, bool]],
) -> None:
    sizes = {digest: 10**index for index, digest in enumerate("abcdef")}
    known: dict[str, KnownLayers] = {}
    models: list[ModelRecord] = []
    for number, (layers, is_whole, is_copy, are_told) in enumerate(rows):
        if is_copy and models:
            models.append(replace(models[-1], name=str(number)))
            continue
        models.append(model(str(number), sum(sizes[d] for d in layers), str(number)))
        if is_whole is not None:
            parts = (
                Layer(d, LayerKind.OTHER, sizes[d] if are_told or is_whole else None)
                for d in sorted(layers)
            )
            known[str(number)] = KnownLayers(tuple(parts), is_whole)
    layer_index = LayerIndex(known)
    alone = freed_alone(models, layer_index)
    for each in models:
        whole_list = freed([each], models, layer_index)
        assert alone[each.key].freed_bytes == whole_list.freed_bytes
        assert alone[each.key].is_exact is whole_list.is_exact
        assert alone[each.key].shared_with == whole_list.shared_with


def test_many_infos_are_learned_as_one_after_the_other() -> None:
    plain = ModelInfo("s", "m", "d", layers=(Layer("sha256:w", LayerKind.MODEL),))
    full = ModelInfo("s", "m", "d", layers=(WEIGHTS,), has_all_layers=True)
    other = ModelInfo("s", "n", "e", layers=(WEIGHTS,))
    nameless = ModelInfo("s", "n", "")
    infos = (plain, full, plain, other, nameless)
    layer_index = LayerIndex()
    for info in infos:
        layer_index = layer_index.with_info(info)
    assert LayerIndex().with_infos(infos) == layer_index
    assert layer_index.with_infos(infos) is layer_index


def test_the_index_finds_who_shares() -> None:
    index = SharingIndex()
    index.take(LayerIndex({"a": whole(("sha256:t", 1)), "q": QWEN_LAYERS}))
    assert index.digests == set()
    index.take(LayerIndex({"a": whole(("sha256:t", 1)), "q": QWEN_LAYERS, "b": whole()}))
    assert index.digests == {"a", "b"}


LAYERS_OF = st.dictionaries(st.sampled_from("abcde"), st.sets(st.sampled_from("uvw")), max_size=5)


@given(st.lists(LAYERS_OF, max_size=6))
def test_the_index_is_that_of_the_last_one_alone(told: list[dict[str, set[str]]]) -> None:
    index = SharingIndex()
    for layers_of in told:
        known = {
            digest: KnownLayers(tuple(Layer(x, LayerKind.MODEL) for x in sorted(layers)), True)
            for digest, layers in layers_of.items()
        }
        index.take(LayerIndex(known))
        assert index.digests == {
            digest
            for digest, layers in layers_of.items()
            if any(layers & others for other, others in layers_of.items() if other != digest)
        }
        assert len(index) == len(layers_of)


def test_what_is_not_wanted_any_more_is_forgotten() -> None:
    layer_index = LayerIndex({"a": whole(), "q": QWEN_LAYERS})
    assert layer_index.only({"a", "q", "z"}) is layer_index
    assert layer_index.only({"q"}) == LayerIndex({"q": QWEN_LAYERS})


@given(st.lists(st.sets(st.sampled_from("uvwxyz"), min_size=1), max_size=6))
def test_those_who_share_nothing_count_in_full(made: list[set[str]]) -> None:
    layers = [
        tuple(Layer(f"sha256:{d}", LayerKind.MODEL, 10 ** "uvwxyz".index(d)) for d in sorted(kinds))
        for kinds in made
    ]
    models = [model(f"m{i}", sum(x.size_bytes or 0 for x in xs)) for i, xs in enumerate(layers)]
    layer_index = LayerIndex(
        {f"m{i}": KnownLayers(xs, is_whole=True) for i, xs in enumerate(layers)}
    )
    index = SharingIndex()
    index.take(layer_index)
    entangled = [m for m in models if m.digest in index.digests]
    alone = sum(m.size_bytes or 0 for m in models if m.digest not in index.digests)
    assert alone + unique_bytes(entangled, layer_index) == unique_bytes(models, layer_index)
