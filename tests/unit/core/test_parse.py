"""/api/tags, /api/ps, /api/version and the suggestions → records, whatever a server sends."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tray_app.core.errors import BadAnswer
from tray_app.core.parse import (
    bare_digest,
    parse_line,
    parse_recommendations,
    parse_running,
    parse_show,
    parse_tags,
    parse_version,
)
from tray_app.core.records import ModelDetails, ModelRecord, Recommendation, RunningModel

DIGEST = "09739819c354f4cbba6cd605ddc0ddec6df3f79464c6548e2a848dc9e2d69c5b"
DETAILS = {
    "parent_model": "",
    "format": "gguf",
    "family": "llama",
    "families": ["llama", "clip"],
    "parameter_size": "8.0B",
    "quantization_level": "Q4_K_M",
    "context_length": 8192,
    "embedding_length": 64,
}
ROW: dict[str, Any] = {
    "name": "tiny:latest",
    "model": "tiny:latest",
    "modified_at": "2026-11-24T17:02:13.120751553Z",
    "size": 40001015,
    "digest": DIGEST,
    "details": DETAILS,
    "capabilities": ["completion", "tools"],
}
PARSED_DETAILS = ModelDetails("", "gguf", "llama", ("llama", "clip"), "8.0B", "Q4_K_M", 8192, 64)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from([DIGEST, "2026-11-24T17:02:13Z", "0001-01-01T00:00:00Z", "x:y", 2**63]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*ROW, "models", "expires_at", "size_vram", "version", *DETAILS])
            | st.text(max_size=3),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


def one(row: dict[str, Any]) -> tuple[ModelRecord, tuple[str, ...]]:
    (record,), problems = parse_tags("local", {"models": [row]})
    return record, problems


def test_a_full_row() -> None:
    record, problems = one(ROW)
    assert problems == ()
    assert record == ModelRecord(
        server_id="local",
        name="tiny:latest",
        digest=DIGEST,
        size_bytes=40001015,
        modified_at=datetime(2026, 11, 24, 17, 2, 13, 120751, UTC),
        details=PARSED_DETAILS,
        capabilities=("completion", "tools"),
    )


def test_a_cloud_stub() -> None:
    record, problems = one(
        {"name": "gpt-oss:120b-cloud", "size": 384, "remote_model": "gpt-oss:120b"}
        | {"remote_host": "https://ollama.com:443", "details": {"families": None}}
    )
    assert problems == ()
    assert (record.is_cloud, record.size_bytes) == (True, 384)
    assert (record.remote_model, record.remote_host) == ("gpt-oss:120b", "https://ollama.com:443")


@pytest.mark.parametrize(
    ("change", "expected", "problems"),
    [
        ({"size": 2**63 - 1}, {"size_bytes": 2**63 - 1}, ()),
        ({"size": 2**63}, {"size_bytes": None}, ("models[0].size: not a byte count",)),
        ({"size": -1}, {"size_bytes": None}, ("models[0].size: not a byte count",)),
        ({"size": "big"}, {"size_bytes": None}, ("models[0].size: not a byte count",)),
        ({"size": True}, {"size_bytes": None}, ("models[0].size: not a byte count",)),
        ({"size": 1.5}, {"size_bytes": None}, ("models[0].size: not a byte count",)),
        ({"size": 4.0e9}, {"size_bytes": 4_000_000_000}, ()),
        ({"size": None}, {"size_bytes": None}, ()),
        ({"size": 0}, {"size_bytes": 0}, ()),
        ({"details": None}, {"details": ModelDetails()}, ()),
        ({"details": []}, {"details": ModelDetails()}, ("models[0].details: not an object",)),
        ({"details": {"families": None}}, {"details": ModelDetails()}, ()),
        ({"details": {"families": "llama"}}, {"details": ModelDetails()}, ()),
        (
            {"details": {"families": [None, "a", 3], "family": 7, "format": None}},
            {"details": ModelDetails(families=("a",))},
            ("models[0].family: not a text",),
        ),
        (
            {"details": {"parameter_size": "32", "unknown": {}}},
            {"details": ModelDetails(parameter_size="32")},
            (),
        ),
        ({"digest": None}, {"digest": ""}, ()),
        ({"digest": "sha256:" + DIGEST.upper()}, {"digest": DIGEST}, ()),
        ({"digest": 3}, {"digest": ""}, ("models[0].digest: not a text",)),
        ({"modified_at": None}, {"modified_at": None}, ()),
        ({"modified_at": ""}, {"modified_at": None}, ()),
        (
            {"modified_at": "yesterday"},
            {"modified_at": None},
            ("models[0].modified_at: not a date",),
        ),
        (
            {"modified_at": 1764000000},
            {"modified_at": None},
            ("models[0].modified_at: not a date",),
        ),
        (
            {"modified_at": "2026-02-30T00:00:00Z"},
            {"modified_at": None},
            ("models[0].modified_at: not a date",),
        ),
        ({"capabilities": None}, {"capabilities": ()}, ()),
        ({"capabilities": ["vision", 1, None]}, {"capabilities": ("vision",)}, ()),
        ({"name": None}, {"name": "tiny:latest"}, ()),
        ({"name": " ", "model": "other:q4"}, {"name": "other:q4"}, ()),
        ({"name": "<b>x</b>\u202e:1\x00"}, {"name": "<b>x</b>\u202e:1\x00"}, ()),
    ],
)
def test_oddities_keep_the_row(
    change: dict[str, Any], expected: dict[str, Any], problems: tuple[str, ...]
) -> None:
    record, told = one({**ROW, **change})
    assert {key: getattr(record, key) for key in expected} == expected
    assert told == problems
    assert record.details == expected.get("details", PARSED_DETAILS)


@pytest.mark.parametrize("key", [key for key in ROW if key not in ("name", "model")])
def test_a_missing_key_keeps_the_row_without_a_word(key: str) -> None:
    record, problems = one({k: v for k, v in ROW.items() if k != key})
    assert (record.name, problems) == ("tiny:latest", ())


def test_servers_before_the_model_key() -> None:
    assert one({"name": "a:b"})[0].name == "a:b"


def test_unusable_rows_are_named_and_the_others_stay() -> None:
    rows = [3, {"name": "a"}, None, {"size": 1}, {"name": 5}, {"name": "b"}, {"name": "a"}]
    records, problems = parse_tags("local", {"models": rows})
    assert [r.name for r in records] == ["a", "b"]
    assert problems == (
        "models[0]: not an object",
        "models[2]: not an object",
        "models[3].name: missing",
        "models[4].name: missing",
        "models[6].name: twice in the list",
    )


def test_of_two_rows_with_one_name_the_first_counts() -> None:
    records, _ = parse_tags("local", {"models": [{"name": "a", "size": 1}, {"name": "a"}]})
    assert [r.size_bytes for r in records] == [1]


@pytest.mark.parametrize("parse", [parse_tags, parse_running])
def test_empty_lists(parse: Any) -> None:
    assert parse("local", {"models": []}) == ((), ())
    assert parse("local", {"models": None}) == ((), ())


@pytest.mark.parametrize("parse", [parse_tags, parse_running])
@pytest.mark.parametrize(
    ("value", "field"),
    [
        (None, "body"),
        ([], "body"),
        ("x", "body"),
        ({}, "models"),
        ({"error": "x"}, "models"),
        ({"models": {}}, "models"),
        ({"models": "x"}, "models"),
        ({"models": 0}, "models"),
    ],
)
def test_another_shape_is_a_bad_answer(parse: Any, value: object, field: str) -> None:
    with pytest.raises(BadAnswer) as caught:
        parse("local", value)
    assert caught.value.field == field


@pytest.mark.parametrize("digits", range(10))
def test_fractions_of_a_second(digits: int) -> None:
    fraction = "." + "123456789"[:digits] if digits else ""
    record, problems = one({**ROW, "modified_at": f"2026-08-21T18:48:22{fraction}Z"})
    micros = int("123456789"[: min(digits, 6)].ljust(6, "0")) if digits else 0
    assert record.modified_at == datetime(2026, 8, 21, 18, 48, 22, micros, UTC)
    assert problems == ()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-08-21T18:48:22.1-07:00", datetime(2026, 8, 22, 1, 48, 22, 100000, UTC)),
        ("2026-08-21T00:48:22+05:45", datetime(2026, 8, 20, 19, 3, 22, tzinfo=UTC)),
        ("2026-08-21T18:48:22", datetime(2026, 8, 21, 18, 48, 22, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", None),
        ("0001-01-01T00:00:00+08:00", None),
        ("1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_time_zones_and_the_zero_time(text: str, moment: datetime | None) -> None:
    record, problems = one({**ROW, "modified_at": text})
    assert (record.modified_at, problems) == (moment, ())
    assert moment is None or record.modified_at is not None
    assert record.modified_at is None or record.modified_at.utcoffset() == timedelta(0)


RUNNING_ROW = {
    "name": "tiny:latest",
    "size": 52428800,
    "size_vram": 26214400,
    "digest": DIGEST,
    "details": DETAILS,
    "expires_at": "2026-11-24T17:07:24.717022115Z",
    "context_length": 4096,
}


def test_a_running_model() -> None:
    rows, problems = parse_running("nas", {"models": [RUNNING_ROW]})
    assert problems == ()
    assert rows == (
        RunningModel(
            server_id="nas",
            name="tiny:latest",
            digest=DIGEST,
            size_bytes=52428800,
            size_vram_bytes=26214400,
            expires_at=datetime(2026, 11, 24, 17, 7, 24, 717022, UTC),
            context_length=4096,
            details=PARSED_DETAILS,
        ),
    )
    assert rows[0].key == ("nas", "tiny:latest")


@pytest.mark.parametrize(
    "text", ["2319-03-06T16:49:41.574009784Z", "9999-12-31T23:59:59Z", None, "0001-01-01T00:00:00Z"]
)
def test_kept_until_unloaded(text: str | None) -> None:
    rows, problems = parse_running("nas", {"models": [{**RUNNING_ROW, "expires_at": text}]})
    assert (rows[0].expires_at, problems) == (None, ())


def test_an_expiry_in_the_past_is_kept() -> None:
    row = {"name": "a", "expires_at": "2001-01-01T00:00:00Z"}
    assert parse_running("nas", {"models": [row]})[0][0].expires_at == datetime(
        2001, 1, 1, tzinfo=UTC
    )


def test_running_rows_without_a_name() -> None:
    rows, problems = parse_running("nas", {"models": [{}, {"model": "a", "size": "x"}]})
    assert [row.name for row in rows] == ["a"]
    assert problems == ("models[0].name: missing", "models[1].size: not a byte count")


def test_version() -> None:
    assert parse_version({"version": "0.33.0-rc2"}) == "0.33.0-rc2"
    for value, field in (({}, "version"), ({"version": 3}, "version"), ([], "body")):
        with pytest.raises(BadAnswer) as caught:
            parse_version(value)
        assert caught.value.field == field


def test_recommendations() -> None:
    rows = parse_recommendations(
        {
            "recommendations": [
                {"model": "kimi-k2.6:cloud", "description": "fast", "context_length": 1},
                {"model": "gemma4", "vram_bytes": 12000000000, "description": None},
                {"model": ""},
                {"description": "nameless"},
                "x",
            ]
        }
    )
    assert rows == (
        Recommendation("kimi-k2.6:cloud", "fast"),
        Recommendation("gemma4", "", 12000000000),
    )
    assert [row.is_cloud for row in rows] == [True, False]
    assert parse_recommendations({"recommendations": None}) == ()
    assert parse_recommendations({}) == ()
    with pytest.raises(BadAnswer):
        parse_recommendations([])


def test_lines() -> None:
    assert parse_line(b'{"status":"success"}') == {"status": "success"}
    for raw, field in ((b"[]", "line"), (b"null", "line"), (b"{", "body")):
        with pytest.raises(BadAnswer) as caught:
            parse_line(raw, "m")
        assert (caught.value.field, caught.value.reference) == (field, "m")


@pytest.mark.parametrize(
    ("text", "digest"),
    [(DIGEST, DIGEST), ("sha256:AB", "ab"), ("SHA256:ab", "ab"), (" ab\n", "ab"), ("", "")],
)
def test_bare_digest(text: str, digest: str) -> None:
    assert bare_digest(text) == digest


@settings(max_examples=30)
@given(JSON, st.sampled_from([parse_tags, parse_running]))
def test_any_json_gives_rows_or_a_bad_answer(value: Any, parse: Any) -> None:
    for candidate in (value, {"models": value}, {"models": [value]}, {"models": [{**ROW}, value]}):
        try:
            rows, problems = parse("local", candidate)
        except BadAnswer:
            continue
        assert len({row.name for row in rows}) == len(rows)
        assert all(isinstance(problem, str) for problem in problems)
        assert all(row.size_bytes is None or 0 <= row.size_bytes < 2**63 for row in rows)
    for parse_other in (parse_version, parse_recommendations):
        with suppress(BadAnswer):
            parse_other(value)


def test_what_names_something_is_cut_where_it_comes_in_and_what_is_read_is_not() -> None:
    long, many = "x" * 5000, [f"c{n}" for n in range(5000)]
    details = {"family": long, "families": [long, *many], "parameter_size": long, "format": long}
    row = {"name": long, "digest": long, "details": details, "capabilities": many}
    (model,), _ = parse_tags("s", {"models": [{**row, "remote_host": long}]})
    assert model.name == long, "the server knows it by no other name"
    assert {len(model.details.family), len(model.digest), len(model.remote_host)} == {1000}
    assert [len(model.details.families), len(model.details.families[0])] == [200, 1000]
    assert len(model.capabilities) == 200
    shown = parse_show("s", "a", "", {**row, "license": [long, long], "system": long})
    assert len(shown.license) == 10_001
    assert shown.system == long
    assert len(shown.details.family) == 1000
    assert len(parse_version({"version": long})) == 1000
    suggested = [{"model": f"m{n}", "description": long} for n in range(1000)]
    found = parse_recommendations({"recommendations": suggested})
    assert [len(found), len(found[0].description)] == [200, 1000]
