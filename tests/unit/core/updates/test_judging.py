"""Every verdict there is, over what the ledger, the local store, the push and the parent tell."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

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
from tray_app.text.updates import Subject, verdict_line

S = Standing
LATER = NOW - DAY  # of a push: after the row was modified
EARLIER = NOW - 200 * DAY
SAME = replace(there(HERE), packed=there(HERE).packed)

PUSHES = {"no push": None, "pushed before": EARLIER, "pushed later": LATER}
PARENTS = {"no parent": "", "a parent": "/Users/build/model.gguf"}
LEDGERS = {"seen nothing": Ledger, "seen another": lambda: seen(OTHER), "seen this": seen}
STORES = {"written by a server": False, "a registry's bytes": True}

# For each push, without a parent and with one: "later", "doubtful", or "before" where it is neither
# unless the weights are another's.
_SHOWN_BY_PUSH = ("doubtful", "doubtful", "before", "before", "later", "doubtful")
TABLE = {
    ("seen nothing", "written by a server"): _SHOWN_BY_PUSH,
    ("seen another", "written by a server"): _SHOWN_BY_PUSH,
    ("seen this", "written by a server"): ("later",) * 6,
    ("seen nothing", "a registry's bytes"): ("later",) * 6,
    ("seen another", "a registry's bytes"): ("later",) * 6,
    ("seen this", "a registry's bytes"): ("later",) * 6,
}
_DOUBT = (S.CHANGED, "Differs from ollama.com. It may be older there, or was changed here.")
WORDS = {
    ("weights", "later"): (S.WEIGHTS, "Newer version: 5.0 GB to download"),
    ("weights", "doubtful"): _DOUBT,
    ("weights", "before"): _DOUBT,
    ("template", "later"): (S.SMALL, "Only the template changed: 2.6 KB"),
    ("template", "doubtful"): _DOUBT,
    ("template", "before"): (S.CURRENT, "Up to date, checked today, 09:00"),
}


@pytest.mark.parametrize("parent", PARENTS)
@pytest.mark.parametrize("push", PUSHES)
@pytest.mark.parametrize("store", STORES)
@pytest.mark.parametrize("ledger", LEDGERS)
@pytest.mark.parametrize("differs", ["weights", "template"])
def test_what_is_later_and_what_is_said_of_it(
    differs: str, ledger: str, store: str, push: str, parent: str
) -> None:
    record = row(parent=PARENTS[parent])
    look = there({"weights": OTHER_WEIGHTS, "template": OTHER_TEMPLATE}[differs],
                 pushed_at=PUSHES[push])  # fmt: skip
    found = judge(record, look, LEDGERS[ledger](), evidence(is_raw=STORES[store]))
    place = list(PUSHES).index(push) * len(PARENTS) + list(PARENTS).index(parent)
    standing, words = WORDS[differs, TABLE[ledger, store][place]]
    assert found.standing is standing
    assert found.is_offered is (standing in (S.WEIGHTS, S.SMALL))
    # The clock of the reader is that of the test.
    checked = replace(found, checked_at=datetime(2026, 11, 24, 9, 0).astimezone())
    now = datetime(2026, 11, 24, 12, 0).astimezone()
    said = verdict_line(checked, Subject("mistral:7b", "studio", "0.32.1"), now)
    assert said.replace("\u00a0", " ") == words


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
