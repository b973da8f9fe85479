"""Typed parameters: what a server tells, what a person types, what is sent of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_app.core.creates.parameters import (
    CONTEXT,
    KNOWN,
    ParameterKind,
    ParameterRow,
    ParameterTable,
    RowState,
    fits,
    kind_of,
    parse_parameters,
    shown,
    typed,
)

BASE: dict[str, Any] = {
    "num_ctx": 4096,
    "temperature": 0.7,
    "stop": ("[INST]", "[/INST]"),
    "top_p": 0.95,
}


@pytest.mark.parametrize(
    ("told", "meant"),
    [
        ("", {}),
        ("num_ctx                        2048", {"num_ctx": 2048}),
        ("num_ctx                        1e+06", {"num_ctx": 1_000_000}),
        ("num_ctx                        8192.7", {"num_ctx": 8192.7}),
        ('num_ctx                        "8192"', {"num_ctx": "8192"}),
        ("num_ctx                        <nil>", {}),
        ("use_mmap                       false", {"use_mmap": False}),
        ('stop                           "<end>"', {"stop": ("<end>",)}),
        ('stop "a"\nstop "b c"', {"stop": ("a", "b c")}),
        (r'stop "a\n\"b\"\\ \u00e9 \x1b \U0001f600 \v"', {"stop": ('a\n"b"\\ é \x1b 😀 \v',)}),
        (r'stop "\ud800"', {"stop": ("\ufffd",)}),
        ("mirostat                       2", {"mirostat": 2}),
        ("x 1\nx 2.5", {"x": ("1", "2.5")}),
        ("odd                            [map[a:1]]", {"odd": "[map[a:1]]"}),
        ("temperature\nno-name 1\n  \ntop_k 4", {"top_k": 4}),
        ("temperature                    NaN", {"temperature": "NaN"}),
        ("temperature                    1e999", {"temperature": "1e999"}),
    ],
)
def test_what_a_server_tells(told: str, meant: dict[str, Any]) -> None:
    found = parse_parameters(told)
    assert found == meant
    assert [type(value) for value in found.values()] == [type(value) for value in meant.values()]


def test_a_server_may_tell_anything() -> None:
    lines = "\n".join(f"p{number} {number}" for number in range(1000))
    assert len(parse_parameters(lines)) == 200


@given(st.text())
def test_no_text_of_a_server_breaks_it(told: str) -> None:
    for name, value in parse_parameters(told).items():
        assert ParameterRow.of_base(name, value).change is None


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("num_ctx", "32768", 32768),
        ("num_ctx", " 1 ", 1),
        ("num_ctx", "32,768", 32768),
        ("num_ctx", "0", None),
        ("num_ctx", "-1", None),
        ("num_ctx", "8192.7", None),
        ("num_ctx", "8192.0", None),
        ("num_ctx", "8k", None),
        ("num_ctx", '"8192"', None),
        ("num_ctx", "٣", None),
        ("num_ctx", "9" * 30, None),
        ("num_ctx", "true", None),
        ("num_predict", "-2", -2),
        ("num_predict", "-3", None),
        ("seed", "-5", -5),
        ("top_k", "+4", 4),
        ("temperature", "0.2", 0.2),
        ("temperature", "0,2", 0.2),
        ("temperature", ".5", 0.5),
        ("temperature", "1e-3", 0.001),
        ("temperature", "1", 1.0),
        ("temperature", "1,125", None),
        ("temperature", "nan", None),
        ("temperature", "inf", None),
        ("temperature", "1e39", None),
        ("temperature", '"0.2"', None),
        ("temperature", "0.2 x", None),
        ("use_mmap", "true", True),
        ("use_mmap", "1", None),
        ("stop", '"a", "b, \\"c\\""', ("a", 'b, "c"')),
        ("stop", '"tab\\t and \\u00e9"', ("tab\t and é",)),
        ("stop", '""', None),
        ("stop", "a, b", None),
        ("stop", '"a" "b"', None),
        ("stop", '"a", 1', None),
        ("stop", '"a"], ["b"', None),
        ("stop", '"\\ud800"', None),
        ("stop", "[" * 100_000, None),
        ("mirostat", "2", 2),
        ("mirostat", "false", False),
        ("mirostat", "word", "word"),
        ("mirostat", "", None),
    ],
)
def test_what_a_person_types(name: str, text: str, value: Any) -> None:
    found = typed(name, kind_of(name), text)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("name", list(KNOWN))
def test_a_value_reads_as_it_is_shown(name: str) -> None:
    default = KNOWN[name].default
    if default is not None:
        assert typed(name, KNOWN[name].kind, shown(default)) == default
        assert fits(KNOWN[name].kind, default)


_VALUES = {
    ParameterKind.INT: st.integers(1, 2**53),
    ParameterKind.FLOAT: st.floats(-1000, 1000).map(lambda value: float(f"{value:.15g}")),
    ParameterKind.BOOL: st.booleans(),
    ParameterKind.LIST: st.lists(
        st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, max_size=4
    ).map(tuple),
}


@given(st.sampled_from(sorted(KNOWN)).flatmap(
    lambda name: st.tuples(st.just(name), _VALUES[KNOWN[name].kind])
))  # fmt: skip
def test_any_value_reads_as_it_is_shown(pair: tuple[str, Any]) -> None:
    name, value = pair
    assert typed(name, KNOWN[name].kind, shown(value)) == value


@given(st.sampled_from(sorted(KNOWN)), st.text(max_size=30))
def test_only_values_of_their_kind_are_ever_sent(name: str, text: str) -> None:
    table = ParameterTable({})
    table.add(name)
    table.set_text(name, text)
    for sent, value in table.changes:
        assert value is not None
        assert fits(KNOWN[sent].kind, value)
        assert json.loads(json.dumps(value)) is not None
        least = KNOWN[sent].least
        assert least is None or (isinstance(value, int) and value >= least)


@pytest.mark.parametrize(
    ("base", "text", "state", "change"),
    [
        # name, what the base has, what is typed → what is said of it, what is sent
        (("num_ctx", None), "", RowState.UNSET, None),
        (("num_ctx", None), "8192", RowState.ADDED, ("num_ctx", 8192)),
        (("num_ctx", None), "x", RowState.WRONG, None),
        (("num_ctx", 4096), "4096", RowState.INHERITED, None),
        (("num_ctx", 4096), "4,096", RowState.INHERITED, None),
        (("num_ctx", 4096), "0", RowState.WRONG, None),
        (("num_ctx", 4096), "", RowState.DEFAULT, ("num_ctx", None)),
        (("num_ctx", "8192"), "8192", RowState.WRONG, None),
        (("num_ctx", "8192"), "4096", RowState.CHANGED, ("num_ctx", 4096)),
        (("num_ctx", "8192"), "", RowState.DEFAULT, ("num_ctx", None)),
        (("num_ctx", 8192.7), "8192.7", RowState.INHERITED, None),
        (("temperature", 0.7), "0.2", RowState.CHANGED, ("temperature", 0.2)),
        (("temperature", 0.7), "0.70", RowState.INHERITED, None),
        (("temperature", 1), "1.0", RowState.INHERITED, None),
        (("temperature", None), "", RowState.ADDED, None),
        (("temperature", None), "0.8", RowState.ADDED, ("temperature", 0.8)),
        (("use_mmap", True), "false", RowState.CHANGED, ("use_mmap", False)),
        (("use_mmap", 1), "true", RowState.CHANGED, ("use_mmap", True)),
        (("stop", ("a", "b")), "", RowState.EMPTIED, ("stop", ())),
        (("stop", ("a", "b")), '"a", "b"', RowState.INHERITED, None),
        (("stop", ("a", "b")), '"a","b"', RowState.INHERITED, None),
        (("stop", ("a", "b")), '"a"', RowState.CHANGED, ("stop", ("a",))),
        (("stop", ("a", "b")), "a", RowState.WRONG, None),
        (("mirostat", 2), "2", RowState.INHERITED, None),
        (("mirostat", 2), "", RowState.DEFAULT, ("mirostat", None)),
        (("mirostat", 2), "one", RowState.WRONG, None),
    ],
)  # fmt: skip
def test_states_of_a_row(base: tuple[str, Any], text: str, state: RowState, change: Any) -> None:
    row = ParameterRow(*base, text)
    assert (row.state, row.change) == (state, change)
    is_empty_new = row.state is RowState.ADDED and change is None
    assert row.is_usable is (state is not RowState.WRONG and not is_empty_new)


def test_rows_stand_in_their_order() -> None:
    table = ParameterTable({"temperature": 0.7, "num_ctx": 2048, "mirostat": 2})
    table.add("seed", "1")
    table.add("temperature", "9")
    assert [row.name for row in table] == ["num_ctx", "temperature", "mirostat", "seed"]
    mixed = ParameterTable({"zeta": 1, "top_p": 1, "alpha": 1, "stop": ("a",), "temperature": 1})
    assert [row.name for row in mixed] == [
        *("num_ctx", "temperature", "stop", "top_p", "alpha", "zeta"),
    ]
    assert [row.name for row in ParameterTable({"top_k": 1})] == ["num_ctx", "top_k"]
    missing = [known.name for known in table.missing()]
    assert missing[:3] == ["stop", "top_p", "top_k"]
    assert not {"seed", "temperature", CONTEXT} & set(missing)


def test_a_table_says_what_is_to_be_sent() -> None:
    table = ParameterTable(BASE)
    assert (table.changes, table.unusable, table.is_changed) == ((), (), False)
    table.set_text("num_ctx", "32768")
    table.remove("top_p")
    table.remove("stop")
    table.add("use_mmap", "true")
    table.add("top_k")
    assert table.changes == (
        ("num_ctx", 32768),
        ("stop", ()),
        ("top_p", None),
        ("use_mmap", True),
    )
    assert table.unusable == ("top_k",)
    for name in ("num_ctx", "top_p", "stop"):
        table.restore(name)
    for name in ("use_mmap", "top_k"):
        table.remove(name)
    assert not table.is_changed
    assert [row.name for row in table] == list(BASE)


def test_a_context_that_was_added_leaves_its_row() -> None:
    table = ParameterTable({})
    table.set_text(CONTEXT, "8192")
    table.remove(CONTEXT)
    assert [(row.name, row.state) for row in table] == [(CONTEXT, RowState.UNSET)]


def test_an_added_one_may_have_any_name() -> None:
    table = ParameterTable(BASE)
    table.add("", "1")
    assert table.unusable == ("",)
    table.rename("", "temperature")  # which is there
    assert table.unusable == ("",)
    table.rename("", "my-own")
    assert table.unusable == ("my-own",)
    table.rename("my-own", "my_own")
    assert table.changes == (("my_own", 1),)
    table.rename("temperature", "x")
    assert table.row("x") is None


def test_what_was_typed_stays_when_the_base_is_another_version() -> None:
    table = ParameterTable(BASE)
    table.set_text("temperature", "0.2")
    table.set_text("num_ctx", "x")
    table.remove("top_p")
    table.add("seed", "5")
    table.add("top_k")
    table.rebase({"temperature": 0.6, "top_p": 0.9, "seed": 1, "min_p": 0.1})
    assert [(row.name, row.base, row.text) for row in table] == [
        ("num_ctx", None, "x"),
        ("temperature", 0.6, "0.2"),
        ("top_p", 0.9, ""),
        ("min_p", 0.1, "0.1"),
        ("seed", 1, "5"),
        ("top_k", None, ""),
    ]
    table.rebase({})
    assert [row.name for row in table] == ["num_ctx", "temperature", "seed", "top_k"]


def test_values_of_another_model_are_carried_over() -> None:
    table = ParameterTable(BASE)
    table.carry({"temperature": 0.1, "stop": ("</s>",), "seed": 3})
    assert table.changes == (("temperature", 0.1), ("stop", ("</s>",)), ("seed", 3))
