"""Every status of a line, what is ticked, what it amounts to, and that nothing is done twice."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.unit.core.lists.world import (
    A,
    B,
    C,
    facts,
    installed,
    listed,
    published,
    pull,
    row,
    said,
    weights,
)
from tray_app.core.lists.planning import (
    PlanFacts,
    PlanLine,
    PlanStatus,
    asked_about,
    in_order,
    plan,
    totals,
    unfinished_pulls,
    unlisted,
    work_of,
)
from tray_app.core.lists.records import Recipe
from tray_app.core.pulls.states import PullState
from tray_app.core.sharing import KnownLayers, LayerIndex
from tray_app.core.updates.answers import AnswerKind

S = PlanStatus
RECIPES = json.dumps(
    {
        "format": "ollama-models",
        "models": [
            {"name": "notes", "digest": f"sha256:{B}", "recipe": {"base": "mistral:7b"}},
            {"name": "old", "recipe": {"base": "gone:1b"}},
        ],
    }
)


def one(text: str, known: PlanFacts) -> PlanLine:
    (line,) = plan(listed(text), known)
    return line


def told(line: PlanLine) -> tuple[PlanStatus, int | None, str]:
    tick = "" if not line.can_tick else ("on" if line.is_ticked_first else "off")
    return line.status, line.fetch_bytes, tick


@pytest.mark.parametrize(
    ("text", "known", "wanted"),
    [
        (f"x # sha256:{A}", facts(row("x:latest")), (S.HERE, None, "")),
        ("x", facts(row("x:latest", B)), (S.HERE, None, "")),
        ("X", facts(row("x:latest", B)), (S.HERE, None, "")),
        ("x", facts(), (S.TO_DOWNLOAD, None, "on")),
        ("x", facts(looked={"x:latest": published()}), (S.TO_DOWNLOAD, 4000, "on")),
        ("x", facts(looked={"x:latest": published(held=None)}), (S.TO_DOWNLOAD, None, "on")),
        (
            f"x # sha256:{A}",
            facts(looked={"x:latest": published(B)}),
            (S.OTHER_PUBLISHED, 4000, "on"),
        ),
        (
            f"x # sha256:{A}",
            facts(row("x:latest", B), looked={"x:latest": published(A)}),
            (S.OTHER_HERE, 4000, "off"),
        ),
        (f"x # sha256:{A}", facts(row("x:latest", B)), (S.OTHER_HERE, None, "off")),
        # The version of the list is not published any more, and the one that is, is here.
        (
            f"x # sha256:{A}",
            facts(row("x:latest", B), looked={"x:latest": published(B)}),
            (S.OTHER_HERE, None, ""),
        ),
        # Of what was made here, nothing is taken away.
        (
            f"x # sha256:{A}",
            facts(
                row("x:latest", B), looked={"x:latest": published(A)}, made_here=("x:latest",)
            ),
            (S.OTHER_HERE, None, ""),
        ),
        ("x:20b-cloud", facts(), (S.CLOUD, 0, "on")),
        (f"x:cloud # sha256:{A}", facts(row("x:cloud", B, remote="x")), (S.HERE, None, "")),
        ("x", facts(pulls={"x:latest": pull("x:latest", 660)}), (S.DOWNLOADING, None, "")),
        ("x", facts(looked={"x:latest": said(AnswerKind.ABSENT)}), (S.NOT_FOUND, None, "")),
        ("x", facts(looked={"x:latest": said(AnswerKind.PRIVATE)}), (S.NOT_FOUND, None, "")),
        ("x", facts(looked={"x:latest": said(AnswerKind.NEEDS_NEWER)}), (S.NEEDS_NEWER, None, "")),
        (
            "x",
            facts(looked={"x:latest": said(AnswerKind.UNREACHABLE)}),
            (S.NOT_LOOKED_UP, None, "on"),
        ),
        ("x y", facts(), (S.BAD, None, "")),
    ],
)  # fmt: skip
def test_a_line(text: str, known: PlanFacts, wanted: object) -> None:
    assert told(one(text, known)) == wanted


def test_recipes_come_after_their_base() -> None:
    models = listed(RECIPES, "list.json")
    lines = plan(models, facts(row("mistral:7b")))
    assert [told(line) for line in lines] == [
        (S.RECIPE, 0, "on"),
        (S.RECIPE_WITHOUT_BASE, 0, "off"),
    ]
    with_base = replace(models, rows=(*models.rows, *listed("mistral:7b").rows))
    assert plan(with_base, facts())[0].status is S.RECIPE
    assert plan(models, facts())[0].status is S.RECIPE_WITHOUT_BASE
    # What has that name already stays as it is.
    assert told(plan(models, facts(row("notes:latest", C)))[0]) == (S.OTHER_HERE, None, "")
    assert plan(models, facts(row("notes:latest", B)))[0].status is S.HERE


def test_the_same_again_and_the_order() -> None:
    lines = plan(
        listed("bad line\nhere\nx\nx\ny\ngone"),
        facts(row("here:latest"), looked={"gone:latest": said(AnswerKind.ABSENT)}),
    )
    assert [line.status for line in lines] == [
        *(S.BAD, S.HERE, S.TO_DOWNLOAD, S.SAME, S.TO_DOWNLOAD, S.NOT_FOUND)
    ]
    assert [line.number for line in in_order(lines)] == [3, 5, 2, 1, 4, 6]


def test_who_is_asked_about() -> None:
    models = listed(f"here\nx\nx\nother # sha256:{A}\ny:cloud\nmine # sha256:{A}\nbad line")
    known = facts(
        row("here:latest"), row("other:latest", B), row("mine:latest", B),
        made_here=("mine:latest",),
    )  # fmt: skip
    assert [e.name for e in asked_about(models, known)] == ["x:latest", "other:latest"]
    assert asked_about(listed(RECIPES, "list.json"), facts()) == ()


def test_a_layer_is_fetched_once() -> None:
    shared = weights("shared", 3000)
    looked = {
        "x:latest": published(A, shared, weights("x", 5)),
        "y:latest": published(B, shared, weights("y", 7)),
        "z:latest": published(C, weights("z", 11), held=frozenset({"z"})),
    }
    known = replace(facts(looked=looked), here=frozenset({"y"}))
    lines = plan(listed("x\ny\nz\nunknown\n"), known)
    assert [line.fetch_bytes for line in lines] == [3005, 3000, 0, None]
    found = totals(lines, lambda line: line.is_ticked_first)
    assert (found.chosen, found.of, found.fetch_bytes, found.open_count) == (4, 4, 3005, 1)
    only = totals(lines, lambda line: line.number == 2)
    assert (only.chosen, only.fetch_bytes, only.open_count) == (1, 3000, 0)


def test_what_an_import_does() -> None:
    models = listed(f"b # sha256:{A}\na\nc:cloud\nbad line\n")
    known = facts(row("b:latest", B), looked={"b:latest": published(A)})
    lines = plan(models, known)
    first = work_of(lines, lambda line: line.is_ticked_first)
    assert (first.pulls, first.updates) == (("a:latest", "c:cloud"), ())
    everything = work_of(reversed(lines), lambda _: True)
    assert everything.pulls == ("a:latest", "c:cloud")
    assert [record.name for record in everything.updates] == ["b:latest"]
    assert len(everything) == 3
    recipes = work_of(plan(listed(RECIPES, "l.json"), facts()), lambda _: True).recipes
    assert [entry.name for entry in recipes] == ["notes:latest", "old:latest"]


def test_nothing_is_left_to_do_the_second_time() -> None:
    """500 lines, and all the server needs to have after the first time."""
    text = "".join(f"m{i} # sha256:{A if i % 2 else B}\n" for i in range(500))
    models = listed(text)
    looked = {entry.key: published(C) for entry in models.models}
    first = work_of(plan(models, facts(looked=looked)), lambda line: line.is_ticked_first)
    assert len(first) == 500
    now_there = [row(name, C) for name in first.pulls]
    again = plan(models, facts(*now_there, looked=looked))
    assert not any(line.can_tick for line in again)
    assert len(work_of(again, lambda _: True)) == 0


def test_a_copy_that_no_registry_has_is_copied() -> None:
    """Of a model that is here, or that can be had; else nothing can be done."""
    text = f"x # sha256:{A}\ncopy # sha256:{A}\nalone # sha256:{B}\nhere # sha256:{C}\n"
    gone = said(AnswerKind.ABSENT)
    known = facts(
        row("other:7b", C),
        looked={
            "x:latest": published(A),
            "copy:latest": said(AnswerKind.UNREACHABLE),
            "alone:latest": gone,
            "here:latest": gone,
        },
    )
    lines = plan(listed(text), known)
    assert [line.status for line in lines] == [S.TO_DOWNLOAD, S.RECIPE, S.NOT_FOUND, S.RECIPE]
    made = work_of(lines, lambda line: line.is_ticked_first).recipes
    assert [(e.name, e.recipe) for e in made] == [
        ("copy:latest", Recipe("x:latest")),
        ("here:latest", Recipe("other:7b")),
    ]
    assert [line.number for line in lines] == [1, 2, 3, 4]


def test_what_may_be_deleted() -> None:
    models = listed("# made:latest  # made here\nkeep\n")
    here = [row(n, n[0] * 64, 10) for n in ("keep:latest", "made:latest", "x:1b", "y:1b", "z:1b")]
    index = LayerIndex(
        {
            "x" * 64: KnownLayers((weights("w", 8),), is_whole=True),
            "keep:latest"[0] * 64: KnownLayers((weights("w", 8),), is_whole=True),
        }
    )
    found = unlisted(models, here, index, lambda record: record.name == "z:1b")
    assert [record.name for record in found.models] == ["x:1b", "y:1b"]
    assert (found.frees_bytes, found.kept) == (10, 1)  # what “keep” needs too stays
    # A base that a recipe needs is as good as listed.
    recipes = listed(RECIPES, "l.json")
    assert unlisted(recipes, [row("mistral:7b")], LayerIndex(), lambda _: False).models == ()
    nothing = listed("no name here\n")
    assert unlisted(nothing, here, index, lambda _: False).models == ()


def test_only_what_is_not_over_is_in_the_downloads() -> None:
    items = [
        pull("A", state=PullState.PAUSED),
        pull("b", state=PullState.DONE),
        replace(pull("c"), server_id="nas"),
    ]
    assert list(unfinished_pulls(items, "studio")) == ["a:latest"]


def test_names_are_compared_as_servers_do() -> None:
    assert installed(row("Foo:Q4")).by_key.keys() == {"foo:q4"}
