"""What is offered when space is to be freed, and what is suggested for a target."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_app.core.disk.freeing import HeldBy, Offers, Standing, Ticks, offers, suggestion
from tray_app.core.records import Layer, LayerKind, ModelRecord
from tray_app.core.sharing import KnownLayers, LayerIndex, freed, freed_alone
from tray_app.core.use.ledger import UNWATCHED, Known, LastUse

NOW = datetime(2026, 5, 4, tzinfo=UTC)
GB = 1_000_000_000
BEFORE = LastUse(Known.BEFORE, NOW - timedelta(days=61))


def used(days: float) -> Standing:
    return Standing(LastUse(Known.USED, NOW - timedelta(days=days)))


class World:
    """Models with layers of their own, but for `base` that two of them share."""

    def __init__(self) -> None:
        self.models: list[ModelRecord] = []
        self.known: dict[str, KnownLayers] = {}
        self.standings: dict[str, Standing] = {}

    def add(self, name: str, standing: Standing, **layers: float) -> None:
        parts = tuple(
            Layer(digest, LayerKind.MODEL, round(size * GB)) for digest, size in layers.items()
        )
        size = sum(part.size_bytes or 0 for part in parts)
        self.models.append(ModelRecord("local", name, name, size_bytes=size))
        self.known[name] = KnownLayers(parts, is_whole=True)
        self.standings[name] = standing

    @property
    def index(self) -> LayerIndex:
        return LayerIndex(self.known)

    def offers(self) -> Offers:
        return offers(self.models, self.index, lambda record: self.standings[record.name])

    def suggested(self, gigabytes: float) -> tuple[list[str], float, bool]:
        target = round(gigabytes * GB)
        found = suggestion(self.offers(), target, NOW)
        return [name for _, name in found.keys], found.freed_bytes / GB, found.is_enough


@pytest.fixture
def world() -> World:
    made = World()
    made.add("llava:13b", Standing(BEFORE), l=8.0)
    made.add("deepseek-r1:14b", used(50), d=9.0)
    made.add("phi3:mini", used(2), p=2.2)
    made.add("mistral:7b", used(1), base=4.4)
    made.add("notes:latest", Standing(used(1).last_use, is_made_here=True), base=4.4, n=0.1)
    made.add("old:before", Standing(UNWATCHED, is_backup=True), o=1.0)
    made.add("qwen3:8b", Standing(LastUse(Known.NOW), HeldBy.LOADED), q=5.2)
    made.add("star:1b", Standing(BEFORE, HeldBy.STARRED), s=1.0)
    made.add("pin:1b", Standing(BEFORE, HeldBy.PINNED), i=1.0)
    return made


def test_what_somebody_holds_on_to_is_not_offered(world: World) -> None:
    found = world.offers()
    assert [offer.record.name for offer in found.backups] == ["old:before"]
    assert [offer.record.name for offer in found.models] == [
        "deepseek-r1:14b",
        "llava:13b",
        "phi3:mini",
        "notes:latest",
        "mistral:7b",
    ]
    assert found.held == {HeldBy.LOADED: 1, HeldBy.STARRED: 1, HeldBy.PINNED: 1}
    sizes = {offer.record.name: offer.effect.freed_bytes / GB for offer in found.models}
    assert sizes["mistral:7b"] == 0.0
    assert sizes["notes:latest"] == 0.1


@pytest.mark.parametrize(
    ("gigabytes", "names", "freed"),
    [
        (0.5, ["old:before"], 1.0),
        (7.0, ["llava:13b"], 8.0),
        (14.4, ["llava:13b", "deepseek-r1:14b"], 17.0),
        (17.5, ["old:before", "llava:13b", "deepseek-r1:14b"], 18.0),
        (19.5, ["llava:13b", "deepseek-r1:14b", "phi3:mini"], 19.2),
    ],
)
def test_the_fewest_regrets(world: World, gigabytes: float, names: list[str], freed: float) -> None:
    found, total, is_enough = world.suggested(min(gigabytes, 19.2))
    assert (found, is_enough) == (names, True)
    assert total == pytest.approx(freed)


def test_both_that_share_are_taken_where_only_both_free_it(world: World) -> None:
    names, total, is_enough = world.suggested(24.0)
    assert {"mistral:7b", "notes:latest"} <= set(names)
    assert is_enough
    assert total == pytest.approx(24.7)


def test_a_target_out_of_reach_is_told(world: World) -> None:
    _, total, is_enough = world.suggested(100.0)
    assert not is_enough
    assert total == pytest.approx(24.7)


def test_nothing_to_offer() -> None:
    assert World().suggested(1.0) == ([], 0.0, False)


def test_what_is_ticked_counts_shared_layers_once(world: World) -> None:
    keys = {("local", "mistral:7b"), ("local", "notes:latest")}
    ticks = Ticks(world.offers(), keys)
    assert ticks.freed_bytes == 4.5 * GB
    assert ticks.effect.is_exact


def test_what_is_shared_goes_with_the_last_that_is_ticked(world: World) -> None:
    mistral, notes = ("local", "mistral:7b"), ("local", "notes:latest")
    ticks = Ticks(world.offers())
    assert (ticks.bytes_of(mistral), ticks.bytes_of(notes)) == (0, 0.1 * GB)
    ticks.set_ticked(notes, is_ticked=True)
    assert (ticks.bytes_of(mistral), ticks.bytes_of(notes)) == (4.4 * GB, 0.1 * GB)
    ticks.set_ticked(mistral, is_ticked=True)
    assert ticks.bytes_of(mistral) + ticks.bytes_of(notes) == ticks.freed_bytes == 4.5 * GB
    ticks.set_ticked(notes, is_ticked=False)
    ticks.set_ticked(mistral, is_ticked=False)
    ticks.set_ticked(("local", "nobody:1b"), is_ticked=True)
    assert (ticks.keys, ticks.freed_bytes) == ((), 0)


@given(
    st.lists(st.tuples(st.sets(st.sampled_from("abcdef"), min_size=1), st.integers(0, 90))),
    st.floats(0.1, 20),
)
def test_what_is_suggested_is_enough_and_nothing_of_it_is_needless(
    rows: list[tuple[set[str], int]], gigabytes: float
) -> None:
    world = World()
    for number, (layers, days) in enumerate(rows):
        sizes = {layer: 1.0 + ord(layer) - ord("a") for layer in sorted(layers)}
        world.add(f"m{number}", used(days), **sizes)
    names, total, is_enough = world.suggested(gigabytes)
    if not is_enough:
        assert len(names) == len(world.models)
        assert total < gigabytes
        return
    assert total * GB >= round(gigabytes * GB)
    for name in names:
        rest = [model for model in world.models if model.name in names and model.name != name]
        assert freed(rest, world.models, world.index).freed_bytes < round(gigabytes * GB)


@given(
    st.lists(
        st.tuples(st.sets(st.sampled_from("abcdef"), min_size=1), st.booleans(), st.booleans()),
        max_size=12,
    )
)
def test_ticks_count_as_the_question_before_a_deletion_does(
    rows: list[tuple[set[str], bool, bool]],
) -> None:
    world = World()
    for number, (layers, is_held, _) in enumerate(rows):
        held_by = HeldBy.PINNED if is_held else None
        sizes = {layer: 1.0 + ord(layer) - ord("a") for layer in sorted(layers)}
        world.add(f"m{number}", Standing(BEFORE, held_by), **sizes)
    ticked = [
        model
        for model, (_, is_held, is_ticked) in zip(world.models, rows, strict=True)
        if is_ticked and not is_held
    ]
    found = world.offers()
    ticks = Ticks(found, [model.key for model in ticked])
    expected = freed(ticked, world.models, world.index)
    assert ticks.freed_bytes == expected.freed_bytes
    assert sum(ticks.bytes_of(key) for key in ticks.keys) == expected.freed_bytes
    for offer in found.all:
        if not ticks.is_ticked(offer.key):
            more = freed([*ticked, offer.record], world.models, world.index).freed_bytes
            assert ticks.bytes_of(offer.key) == more - expected.freed_bytes


def test_a_license_of_hundreds_costs_nothing_and_changes_nothing() -> None:
    world = World()
    for number in range(300):
        world.add(f"m{number}", used(1), **{f"w{number // 2}": 2.0, "license": 0.00001})
    found = freed_alone(world.models, world.index)
    for record in world.models[:4]:
        assert found[record.key] == freed([record], world.models, world.index)
