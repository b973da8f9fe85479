"""What differs between a model here and its registry's, part by part."""

from tray_app.core.records import Layer, LayerKind
from tray_app.core.sharing import KnownLayers
from tray_app.core.updates.differences import Difference, differences


def layer(number: int, kind: LayerKind, size: int | None = 10) -> Layer:
    return Layer(f"sha256:{number:064x}", kind, size)


MODEL, TEMPLATE = layer(1, LayerKind.MODEL, 100), layer(2, LayerKind.TEMPLATE)
CONFIG, NEW_CONFIG = layer(3, LayerKind.CONFIG), layer(4, LayerKind.CONFIG)


def found(*here: Layer, there: tuple[Layer, ...], is_whole: bool = True) -> list[Difference]:
    return list(differences(KnownLayers(here, is_whole), there))


def test_parts_that_are_the_same_cost_nothing() -> None:
    other = layer(9, LayerKind.MODEL, 120)
    weights, template = found(MODEL, TEMPLATE, CONFIG, there=(other, TEMPLATE, NEW_CONFIG))
    assert (weights.here_bytes, weights.there_bytes, weights.fetch_bytes) == (100, 120, 120)
    assert not weights.is_same
    assert template.is_same
    assert template.fetch_bytes == 0


def test_parts_come_and_go() -> None:
    system = layer(5, LayerKind.SYSTEM, 7)
    parts = {each.kind: each for each in found(MODEL, TEMPLATE, there=(MODEL, system))}
    assert parts[LayerKind.TEMPLATE].there_bytes is None
    assert parts[LayerKind.SYSTEM].here_bytes is None
    assert parts[LayerKind.SYSTEM].fetch_bytes == 7


def test_the_configuration_is_told_where_nothing_else_differs() -> None:
    parts = found(MODEL, CONFIG, there=(MODEL, NEW_CONFIG))
    assert [each.kind for each in parts] == [LayerKind.MODEL, LayerKind.CONFIG]


def test_what_other_models_have_is_not_downloaded() -> None:
    other = layer(9, LayerKind.MODEL, 120)
    known = KnownLayers((MODEL,), is_whole=True)
    (weights,) = differences(known, (other,), {other.digest})
    assert weights.fetch_bytes == 0


def test_what_is_not_known_here_is_not_called_absent() -> None:
    weights, template = found(
        layer(1, LayerKind.MODEL, None), there=(MODEL, TEMPLATE), is_whole=False
    )
    assert weights.is_same
    assert weights.here_bytes == 100, "known from there"
    assert not template.is_here_known
    (alone,) = differences(None, (MODEL,))
    assert not alone.is_here_known
