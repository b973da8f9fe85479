from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_app.settings.checks import BadValue
from tray_app.settings.servers import ServerEntry
from tray_app.settings.values import (
    CHECKS,
    SettingsValues,
    checked,
    from_json,
    to_json,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NAMES = st.sampled_from(sorted(CHECKS))


def test_defaults() -> None:
    values = SettingsValues()
    assert values.keep_in_tray
    assert values.refresh_s == 2
    assert values.max_pulls == 1
    assert (values.restart_stalled, values.stall_s) == (True, 60)
    assert not values.is_quiet_at_times
    assert values.size_units == "decimal"
    assert from_json({}) == (values, ())


def test_every_default_is_a_legal_value() -> None:
    for field in fields(SettingsValues):
        assert checked(field.name, to_json(field.name, field.default)) == field.default


GOOD: dict[str, tuple[Any, Any]] = {
    "servers": (
        [{"id": "nas", "label": "NAS", "address": "nas:11434"}],
        (ServerEntry("nas", "NAS", "nas:11434"),),
    ),
    "theme": ("dark", "dark"),
    "refresh_s": (30, 30),
    "max_pulls": (8, 8),
    "quiet_hours": ("22:30-07:00", "22:30-07:00"),
    "splitter_sizes": ([360, 240], (360, 240)),
    "columns": (["name", "size"], ("name", "size")),
    "column_widths": ({"name": 220, "size": 88}, (("name", 220), ("size", 88))),
    "details_size": ([800, 600], (800, 600)),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_values_survive_the_file(name: str) -> None:
    raw, wanted = GOOD[name]
    values, problems = from_json({name: raw})
    assert problems == ()
    assert getattr(values, name) == wanted
    assert checked(name, to_json(name, wanted)) == wanted
    assert checked(name, wanted) == wanted, "the same value again, not as JSON"


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("keep_in_tray", 1),
        ("keep_in_tray", "yes"),
        ("keep_in_tray", None),
        ("theme", "pink"),
        ("theme", ["dark"]),
        ("refresh_s", 3),
        ("refresh_s", True),
        ("refresh_s", "2"),
        ("max_pulls", 0),
        ("max_pulls", 9),
        ("max_pulls", 1.5),
        ("keep_free_gb", -1),
        ("quiet_hours", "25:00-07:00"),
        ("quiet_hours", "always"),
        ("quiet_hours", ""),
        ("stall_s", 5),
        ("columns", "name"),
        ("columns", [1]),
        ("columns", ["x"] * 1000),
        ("column_widths", [["name"]]),
        ("column_widths", [["name", 1, 2]]),
        ("column_widths", {"name": "wide"}),
        ("main_geometry", "x" * 5000),
        ("main_geometry", "lone \ud83d"),
        ("servers", {"id": "a"}),
        ("servers", [{"label": "no id"}]),
        ("servers", [{"id": ""}]),
        ("servers", [{"id": "a"}, {"id": "a"}]),
        ("servers", [{"id": "a", "address": "http://me:secret@nas"}]),
    ],
)
def test_a_wrong_value_falls_back_alone_and_is_named(name: str, raw: Any) -> None:
    with pytest.raises(BadValue):
        checked(name, raw)
    values, problems = from_json({name: raw, "language": "zh_CN"})
    assert getattr(values, name) == getattr(SettingsValues(), name) or name == "servers"
    assert values.language == "zh_CN"
    assert [problem.partition(":")[0] for problem in problems] == [name]
    assert "secret" not in str(problems)


def test_one_wrong_server_does_not_take_the_others_with_it() -> None:
    raw = [{"id": "a", "address": "x"}, 7, {"id": "b", "address": 3}, {"id": "a"}, {"id": "c"}]
    values, problems = from_json({"servers": raw})
    assert values.servers == (ServerEntry("a", "", "x"), ServerEntry("a-2"), ServerEntry("c"))
    assert len(problems) == 1


def test_a_newer_version_is_reported_and_read_all_the_same() -> None:
    values, problems = from_json({"version": 7, "theme": "dark"})
    assert values.theme == "dark"
    assert len(problems) == 1
    assert "newer" in problems[0]


@given(st.dictionaries(NAMES | st.text(), JSON, max_size=12))
def test_any_json_gives_settings(raw: dict[str, Any]) -> None:
    values, problems = from_json(raw)
    named = {problem.partition(":")[0] for problem in problems}
    for name in CHECKS:
        value = getattr(values, name)
        assert checked(name, to_json(name, value)) == value
        if name not in raw:
            assert value == getattr(SettingsValues(), name)
            assert name not in named


@given(NAMES, JSON)
def test_a_check_knows_one_way_to_say_no(name: str, raw: Any) -> None:
    try:
        value = checked(name, raw)
    except BadValue:
        return
    hash(value)
