"""Every verdict there is, over what the ledger, the local store, the push and the parent tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.core.updates.world import (
    DAY,
    GB,
    HERE,
    LICENSE,
    NEW,
    NOW,
    OLD,
    OTHER,
    OTHER_TEMPLATE,
    OTHER_WEIGHTS,
    TEMPLATE,
    WEIGHTS,
    K,
    changed,
    evidence,
    layer,
    row,
    seen,
    there,
)
from tray_app.core.records import Layer
from tray_app.core.updates.answers import AnswerKind
from tray_app.core.updates.judging import Evidence, judge
from tray_app.core.updates.ledger import Ledger, Look
from tray_app.core.updates.verdicts import Standing

S = Standing
LATER = NOW - DAY  # of a push: after the row was modified
EARLIER = NOW - 200 * DAY
SAME = replace(there(HERE), packed=there(HERE).packed)

# what is in the ledger | is the store's file a registry's | pushed | has a parent → is it later?
LATER_TABLE = [
    ("nothing", False, None, False, False),
    ("nothing", False, None, True, False),
    ("nothing", False, LATER, False, True),
    ("nothing", False, LATER, True, False),
    ("nothing", False, EARLIER, False, False),
    ("nothing", False, EARLIER, True, False),
    ("nothing", True, None, False, True),
    ("nothing", True, None, True, True),
    ("nothing", True, EARLIER, True, True),
    ("another", False, None, False, False),
    ("another", True, EARLIER, False, True),
    ("this", False, None, False, True),
    ("this", False, None, True, True),
    ("this", False, EARLIER, True, True),
    ("this", True, LATER, False, True),
]


@pytest.mark.parametrize(("ledger", "is_raw", "pushed_at", "has_parent", "is_later"), LATER_TABLE)
@pytest.mark.parametrize(
    ("layers", "standing"), [(OTHER_WEIGHTS, S.WEIGHTS), (OTHER_TEMPLATE, S.SMALL)]
)
def test_what_is_later(
    layers: tuple[Layer, ...],
    standing: Standing,
    ledger: str,
    is_raw: bool,
    pushed_at: object,
    has_parent: bool,
    is_later: bool,
) -> None:
    known = {"nothing": Ledger(), "another": seen(OTHER), "this": seen(OLD)}[ledger]
    record = row(parent="/Users/build/model.gguf" if has_parent else "")
    look = there(layers, pushed_at=pushed_at)  # type: ignore[arg-type]
    found = judge(record, look, known, evidence(is_raw=is_raw))
    if is_later:
        assert found.standing is standing
    elif standing is S.SMALL and pushed_at == EARLIER:
        assert found.standing is S.CURRENT, "the weights are equal, and it was pushed before"
    else:
        assert found.standing is S.CHANGED
        assert not found.is_offered


@pytest.mark.parametrize(
    ("after", "is_later"), [(timedelta(minutes=9), False), (timedelta(minutes=11), True)]
)
def test_clocks_may_differ_by_ten_minutes(after: timedelta, is_later: bool) -> None:
    record = row(modified_at=NOW - 5 * DAY)
    look = there(pushed_at=NOW - 5 * DAY + after)
    standing = judge(record, look, Ledger(), evidence()).standing
    assert standing is (S.WEIGHTS if is_later else S.CHANGED)


# -- current ---------------------------------------------------------------------------------------


def test_an_equal_digest_is_current_whatever_else_is_told() -> None:
    look = there(OTHER_WEIGHTS, OLD, pushed_at=LATER, requires="99", kind=AnswerKind.SETTLED)
    assert judge(row(), look, Ledger(), Evidence()).standing is S.CURRENT


def test_equal_layers_are_current_though_the_bytes_differ() -> None:
    found = judge(row(), there(tuple(reversed(HERE))), Ledger(), evidence())
    assert (found.standing, found.remote_digest) == (S.CURRENT, NEW)


def test_a_pair_that_was_found_equal_needs_no_layers() -> None:
    ledger = Ledger()
    ledger.note_seen("Mistral:7B", OLD, NEW, NOW)
    look = there((), kind=AnswerKind.SETTLED)
    assert judge(row(), look, ledger, Evidence()).standing is S.CURRENT


def test_weights_alone_do_not_show_that_a_model_is_equal() -> None:
    known = evidence((WEIGHTS,), is_whole=False, held=HERE)
    found = judge(row(), there(HERE), seen(), known)
    assert (found.standing, found.parts, found.fetch_bytes) == (S.SMALL, (), 0)


# -- what differs ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layers", "standing", "parts", "fetch"),
    [
        (OTHER_WEIGHTS, S.WEIGHTS, (K.MODEL,), 5 * GB + 510),
        (OTHER_TEMPLATE, S.SMALL, (K.TEMPLATE,), 2100 + 510),
        (changed(without=(K.LICENSE,)), S.SMALL, (K.LICENSE,), 510),
        (changed(), S.SMALL, (K.CONFIG,), 510),
        (changed(layer(K.SYSTEM, "8", 100)), S.SMALL, (K.SYSTEM,), 610),
        (
            changed(layer(K.TEMPLATE, "7", 9), layer(K.LICENSE, "9", 1)),
            S.SMALL, (K.TEMPLATE, K.LICENSE), 520,
        ),
        (changed(layer(K.PROJECTOR, "8", GB)), S.WEIGHTS, (K.PROJECTOR,), GB + 510),
        (changed(layer(K.ADAPTER, "8", GB)), S.WEIGHTS, (K.ADAPTER,), GB + 510),
        (
            changed(layer(K.TENSOR, "8", GB), without=(K.MODEL,)),
            S.WEIGHTS, (K.MODEL, K.TENSOR), GB + 510,
        ),
    ],
)  # fmt: skip
def test_what_differs_and_what_it_costs(
    layers: tuple[Layer, ...], standing: Standing, parts: object, fetch: int
) -> None:
    found = judge(row(), there(layers), seen(), evidence())
    assert (found.standing, found.parts, found.fetch_bytes) == (standing, parts, fetch)
    assert found.total_bytes == sum(x.size_bytes or 0 for x in layers)
    assert found.here_bytes == row().size_bytes


def test_what_another_model_of_the_server_has_is_not_downloaded() -> None:
    weights = OTHER_WEIGHTS[-2]
    found = judge(row(), there(OTHER_WEIGHTS), seen(), evidence(held=(weights,)))
    assert (found.standing, found.fetch_bytes) == (S.WEIGHTS, 510)


@pytest.mark.parametrize(
    ("layers", "held", "standing", "parts"),
    [
        (OTHER_WEIGHTS, (TEMPLATE, LICENSE), S.WEIGHTS, (K.MODEL,)),
        (OTHER_WEIGHTS, OTHER_WEIGHTS, S.WEIGHTS, (K.MODEL,)),
        (OTHER_TEMPLATE, (WEIGHTS, LICENSE), S.SMALL, (K.TEMPLATE,)),
        (changed(), HERE, S.SMALL, (K.CONFIG,)),
    ],
)
def test_where_only_the_weights_are_known(
    layers: tuple[Layer, ...], held: tuple[Layer, ...], standing: Standing, parts: object
) -> None:
    known = evidence((WEIGHTS,), is_whole=False, held=held)
    found = judge(row(), there(layers), seen(), known)
    assert (found.standing, found.parts) == (standing, parts)


# -- no update -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "requires", "standing"),
    [
        ("0.32.1", "0.34.0", S.NEEDS_SERVER),
        ("0.34.0", "0.34.0", S.WEIGHTS),
        ("0.0.0", "0.34.0", S.WEIGHTS),
        ("", "0.34.0", S.WEIGHTS),
        ("0.32.1", "soon", S.WEIGHTS),
    ],
)
def test_a_version_for_a_newer_ollama(version: str, requires: str, standing: Standing) -> None:
    look = there(requires=requires)
    assert judge(row(), look, seen(), evidence(version=version)).standing is standing


def test_what_is_not_later_is_not_said_to_need_anything() -> None:
    look = there(requires="0.34.0")
    assert judge(row(), look, Ledger(), evidence()).standing is S.CHANGED


@pytest.mark.parametrize(
    ("kind", "standing", "is_private"),
    [
        (AnswerKind.ABSENT, S.ABSENT, False),
        (AnswerKind.PRIVATE, S.ABSENT, True),
        (AnswerKind.NEEDS_NEWER, S.NEEDS_SERVER, False),
    ],
)
def test_answers_without_a_version(kind: AnswerKind, standing: Standing, is_private: bool) -> None:
    look = there((), "", kind=kind)
    found = judge(row(), look, seen(), evidence())
    assert (found.standing, found.is_private, found.checked_at) == (standing, is_private, NOW)


@pytest.mark.parametrize(
    "failure", [None, *(kind for kind in AnswerKind if kind is not AnswerKind.MANIFEST)]
)
def test_nobody_has_answered(failure: AnswerKind | None) -> None:
    look = Look("mistral:7b", failure=failure, failed_at=NOW)
    found = judge(row(), look, seen(), evidence(is_raw=True))
    assert (found.standing, found.failure) == (S.UNKNOWN, failure)


def test_a_failure_leaves_the_verdict_and_is_told() -> None:
    look = replace(there(), failure=AnswerKind.UNREACHABLE, failed_at=NOW + DAY)
    found = judge(row(), look, seen(), evidence())
    assert (found.standing, found.failure) == (S.WEIGHTS, AnswerKind.UNREACHABLE)
    assert found.checked_at == NOW


# -- a version that came after the question --------------------------------------------------------


def test_a_pull_by_others_is_judged_by_what_the_registry_said() -> None:
    """It had NEW; now somebody has it."""
    assert judge(row(NEW), there(about=(OLD,)), Ledger(), Evidence()).standing is S.CURRENT


@pytest.mark.parametrize("is_raw", [False, True])
def test_a_version_nobody_asked_about_is_not_judged(is_raw: bool) -> None:
    """It may be newer than what the registry had when it was asked."""
    look = there(about=(OLD,), pushed_at=LATER)
    found = judge(row(OTHER), look, Ledger(), evidence(is_raw=is_raw))
    assert (found.standing, found.digest) == (S.UNKNOWN, OTHER)


def test_an_old_version_that_came_back_is_known() -> None:
    look = there(about=(NEW,))
    assert judge(row(OLD), look, seen(OLD), evidence()).standing is S.WEIGHTS


def test_a_version_whose_layers_are_not_remembered_is_not_judged() -> None:
    look = there((), NEW, about=(NEW,), kind=AnswerKind.SETTLED)
    assert judge(row(OLD), look, seen(OLD), evidence()).standing is S.UNKNOWN


def test_a_row_without_a_digest_is_not_judged() -> None:
    assert judge(row(""), there(), Ledger(), evidence(is_raw=True)).standing is S.UNKNOWN
