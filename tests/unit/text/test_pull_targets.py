"""Servers that may pull a model, in words."""

import pytest

from tray_app import text

GB = 1_000_000_000


@pytest.mark.parametrize(
    ("count", "fetch_bytes", "is_wrong", "expected"),
    [
        (0, None, False, "&Pull"),
        (0, 0, True, "&Pull"),
        (1, 7_400_000_000, False, "&Pull 7.4 GB"),
        (1, None, False, "&Pull"),
        (1, 0, False, "&Pull"),
        (1, 7_400_000_000, True, "&Pull anyway"),
        (2, 9_400_000_000, False, "&Pull on 2 servers, 9.4 GB"),
        (12, None, False, "&Pull on 12 servers"),
        (2, 0, False, "&Pull on 2 servers"),
        (2, 5 * GB, True, "&Pull anyway"),
    ],
)
def test_the_button(count: int, fetch_bytes: int | None, is_wrong: bool, expected: str) -> None:
    said = text.pull_on_button(count, fetch_bytes, is_wrong=is_wrong)
    assert said.replace("\u00a0", " ") == expected


def test_the_button_for_what_runs_elsewhere() -> None:
    assert [text.add_on_button(count) for count in (0, 1, 3)] == [
        *("&Add", "&Add"),
        "&Add on 3 servers",
    ]


def test_nothing_is_copied() -> None:
    end = " Nothing is copied between your computers."
    one = text.pulls_itself(["nas"], "hf.co/user/repo")
    assert one == "“nas” pulls it itself from Hugging Face." + end
    two = text.pulls_itself(["nas", "studio"], "qwen3:8b")
    assert two == "Each server pulls it itself from ollama.com." + end


def test_names_from_outside_stay_short_and_on_one_line() -> None:
    long = "n\n" * 200
    for said in (
        text.target_is_switched_off(long),
        text.target_too_old(long, long, long),
        text.pulls_itself([long], "x"),
        text.spoken_target(long, None, None),
    ):
        assert "\n" not in said
        assert len(said) < 250
