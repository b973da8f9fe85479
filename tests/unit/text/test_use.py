"""What is said of a last use: the words of the column and the sentence behind it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tray_app.core.use.ledger import UNWATCHED, Known, LastUse
from tray_app.text.use import last_used, last_used_sentence

MISSED = "on 2 of 61 days Ollama Tray was running. Short uses can be missed."
NOW = datetime(2026, 5, 4, 15, tzinfo=UTC)


def used(**ago: float) -> LastUse:
    return LastUse(Known.USED, NOW - timedelta(**ago), 2, 61)


SINCE = datetime(2026, 3, 3, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (LastUse(Known.NOW), "Loaded now"),
        (used(seconds=5), "1 min ago"),
        (used(minutes=20), "20 min ago"),
        (used(hours=2, minutes=50), "2 h ago"),
        (used(hours=25), "Yesterday"),
        (used(days=5), "5 days ago"),
        (used(days=50), "7 weeks ago"),
        (LastUse(Known.BEFORE, SINCE, 0, 61), "Before 3 Mar"),
        (LastUse(Known.NOT_YET, SINCE, 0, 4), "Not yet"),
        (UNWATCHED, "—"),
        (LastUse(Known.USED, NOW + timedelta(days=1)), "1 min ago"),
    ],
)
def test_the_words_of_the_column(use: LastUse, words: str) -> None:
    assert last_used(use, NOW).replace("\N{NO-BREAK SPACE}", " ") == words


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (
            used(days=50),
            f"Last used 7 weeks ago, {MISSED}",
        ),
        (
            used(hours=25),
            f"Last used yesterday, {MISSED}",
        ),
        (
            LastUse(Known.BEFORE, SINCE, 0, 61),
            "Not seen in memory on any of the 61 days Ollama Tray was running, since 3 March.",
        ),
        (LastUse(Known.NOW), "It is in memory now."),
        (UNWATCHED, ""),
    ],
)
def test_the_sentence(use: LastUse, words: str) -> None:
    assert last_used_sentence(use, NOW).replace("\N{NO-BREAK SPACE}", " ") == words
