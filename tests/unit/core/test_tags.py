"""TagsParser says what parse_tags says, and hands unchanged rows out again."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_app.core.errors import BadAnswer, Cancelled
from tray_app.core.parse import parse_json, parse_tags
from tray_app.core.tags import TagsParser


def row(name: str, **changes: Any) -> dict[str, Any]:
    digest = "ab" * 32
    known = {"name": name, "model": name, "size": 17, "digest": digest, "details": {"family": "x"}}
    return {**known, **changes}


def body(*rows: Any) -> bytes:
    return json.dumps({"models": rows}, separators=(",", ":")).encode()


def plainly(raw: bytes) -> Any:
    """What parse_tags says, or where it found fault."""
    try:
        return parse_tags("local", parse_json(raw))
    except BadAnswer as error:
        return error.field


def quickly(parser: TagsParser, raw: bytes) -> Any:
    try:
        return parser.parse(raw)
    except BadAnswer as error:
        return error.field


def test_an_equal_body_gives_the_very_same_answer() -> None:
    parser = TagsParser("local")
    first = parser.parse(body(row("a"), row("b")))
    again = parser.parse(body(row("a"), row("b")))
    assert again is first


def test_only_rows_that_changed_are_new_records() -> None:
    parser = TagsParser("local")
    (a, b, c), _ = parser.parse(body(row("a"), row("b"), row("c")))
    (new_b, new_a, new_c), _ = parser.parse(body(row("b", size=18), row("a"), row("c")))
    assert new_a is a
    assert new_c is c
    assert new_b is not b
    assert new_b.size_bytes == 18


def test_a_row_comes_back_after_it_was_gone() -> None:
    parser = TagsParser("local")
    parser.parse(body(row("a"), row("b")))
    parser.parse(body(row("a")))
    names = [model.name for model in parser.parse(body(row("a"), row("b")))[0]]
    assert names == ["a", "b"]


def test_problems_name_the_place_of_the_row_now() -> None:
    parser = TagsParser("local")
    parser.parse(body(row("a", size="big"), row("b")))
    _, problems = parser.parse(body(row("b"), row("a", size="big")))
    assert problems == ("models[1].size: not a byte count",)


def test_a_broken_body_does_not_spoil_the_next() -> None:
    parser = TagsParser("local")
    whole = body(row("a"), row("b"))
    parser.parse(whole)
    with pytest.raises(BadAnswer):
        parser.parse(whole[:-9])
    assert parser.parse(whole) == parse_tags("local", parse_json(whole))


ODD_BODIES = [
    b"",
    b"   ",
    b"null",
    b"[]",
    b"{}",
    b'{"models":null}',
    b'{"models":[]}',
    b' {\n "models" : [ ] }\n',
    b'{"models":[],"more":1}',
    b'{"models":[]}{}',
    b'{"models":[{"name":"a"},]}',
    b'{"models":[,{"name":"a"}]}',
    b'{"models":[{"name":"a"} {"name":"b"}]}',
    b'{"models":[{"name":"a"}',
    b'{"models":[{"name":"a"},',
    b'{"models":[1,12,"x",null,{"name":"a"}]}',
    b'{"models":[{"name":"a"},{"name":"a","size":3}]}',
    b'{"models":[{"size":3}]}',
    b'{"models":[{"name":"a\\ud83d\\ude00"},{"name":"b\\ud83d"}]}',
    b'{"models":[{"name":"a\xff"}]}',
    b'{"models":[{"name":"a","details":' + b"[" * 100_000,
    b'{"count":2,"x":{"y":[1]},"models":[{"name":"a"}],"more":[1]}',
    b'{"x":1 "models":[{"name":"a"}]}',
    b'{"x":1,"models":[{"name":"a"}],}',
    b'{"models":[],"models":[{"name":"a"}]}',
    b'{"models":[{"name":"a"}],"models":null}',
    b'{"mod\\u0065ls":[{"name":"a"}]}',
    b'{"mod\\ud83dels":1,"models":[{"name":"a"}]}',
    b'{1:2,"models":[]}',
    b'{"models":[{"name":"a","x":' + b"1" * 5000 + b"}]}",
    b'{"models":[' + b"1" * 4200 + b',{"name":"a"}]}',
    b'{"models":[{"name":"a"},{"name":"' + b"b" * 70_000 + b'"}]}',
    b"\xef\xbb\xbf" + b'{"models":[{"name":"a"}]}',
    b"<html>",
]


@pytest.mark.parametrize("raw", ODD_BODIES, ids=[str(raw[:40]) for raw in ODD_BODIES])
def test_odd_bodies_are_judged_as_before(raw: bytes) -> None:
    parser = TagsParser("local")
    assert quickly(parser, raw) == plainly(raw)
    parser.parse(body(row("a"), row("b")))
    assert quickly(parser, raw) == plainly(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b'{"count":1,"models":[%s,{"name":"b"}],"total":2}',
        b'{"models":[%s,{"name":"\\ud83d","size":1}]}',
        json.dumps({"models": [row(str(n)) for n in range(2)]}, indent=4).encode(),
    ],
    ids=["other keys", "half a character", "indented"],
)
def test_rows_are_read_one_by_one_however_they_are_written(raw: bytes) -> None:
    whole = raw.replace(b"%s", json.dumps(row("a")).encode())
    first, _ = TagsParser("local").parse(whole)
    parser = TagsParser("local")
    again = [parser.parse(whole + b" " * number)[0] for number in range(2)]
    assert all(one is other for one, other in zip(*again, strict=True))
    assert again[0] == first


HUGE = b"[" + b"1," * 2_000_000 + b"1]"


@pytest.mark.parametrize(
    "raw",
    [
        b'{"x":' + HUGE + b',"models":[]}',
        b'{"models":[{"name":"a","x":' + HUGE + b"}]}",
        b'{"models":{"a":' + HUGE + b"}}",
        b'{"models":[{"name":"' + b"x" * 2_000_000 + b'"}]}',
        b'{"models":[],"models":[' + b'{"name":"a"},' * 100_000 + b'{"name":"b"}]}',
    ],
    ids=["other key", "row", "no list", "name", "twice"],
)
def test_what_would_be_decoded_in_one_long_call_is_refused(raw: bytes) -> None:
    parser = TagsParser("local")
    with pytest.raises(BadAnswer) as caught:
        parser.parse(raw, "host")
    assert caught.value.field == "models"
    assert len(caught.value.context) < 1000


def test_a_list_full_of_faults_does_not_tell_each_of_them() -> None:
    _, problems = TagsParser("local").parse(body(row("a"), *({} for _ in range(10_000))))
    assert problems[0] == "models[1].name: missing"
    assert len(problems) == 51
    assert problems[-1] == "models: 9950 more problems"


entries = st.one_of(
    st.builds(
        row,
        st.sampled_from(["a", "b", "c:1b", 'd"', "e,{f", "ü"]),
        size=st.sampled_from([1, 12, None, "x", 2**63 - 1]),
        details=st.sampled_from([None, {"family": "y", "families": None}, []]),
    ),
    st.sampled_from([1, 12, None, "x", [], {}]),
)


@given(st.lists(st.tuples(st.lists(entries, max_size=6), st.sampled_from([None, 1])), max_size=5))
def test_any_bodies_in_a_row_are_read_as_each_alone(bodies: list[tuple[list[Any], Any]]) -> None:
    parser = TagsParser("local")
    for rows, indent in bodies:
        raw = json.dumps({"models": rows}, indent=indent).encode()
        assert parser.parse(raw) == plainly(raw)


def test_a_long_answer_is_given_up_when_nobody_waits_for_it() -> None:
    calls = 0

    def check() -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise Cancelled

    parser = TagsParser("local", check)
    with pytest.raises(Cancelled):
        parser.parse(body(*({"name": str(n), "size": n} for n in range(10_000))))
    assert calls == 2
    assert [model.name for model in parser.parse(body(row("a")))[0]] == ["a"]
