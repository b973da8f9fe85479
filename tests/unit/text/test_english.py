"""English without Qt is what Qt makes of the same locale, and is taken only where that is sure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale

from tray_app.text import configure, english, join, number, tr
from tray_app.text.english import EnglishFormats, english_formats
from tray_app.text.qt_formats import QtFormats

ROOT = Path(__file__).parents[3]
COUNTRIES = sorted(english._COUNTRIES)
NUMBERS = (0, 7, 999, 1000, 12_345, 100_000, 1_234_567, 5_000_000_000, -1, -1234, -7_654_321)
TIMES = ((0, 0), (0, 5), (1, 9), (9, 59), (11, 30), (12, 0), (13, 7), (23, 59))
DATES = ((2026, 1, 2), (2026, 11, 30), (2000, 2, 29), (1999, 12, 31), (2009, 6, 15), (970, 4, 5))
NAMES: tuple[list[str], ...] = ([], ["a"], ["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"])


@pytest.mark.parametrize("country", COUNTRIES)
def test_it_is_written_as_qt_writes_it(country: str) -> None:
    QLocale.setDefault(QLocale(f"en_{country}"))
    assert QLocale().name() == f"en_{country}"
    ours, qts = EnglishFormats(country, country, country), QtFormats()
    assert ours.decimal_point == qts.decimal_point
    assert ours.is_right_to_left is qts.is_right_to_left
    for value in NUMBERS:
        assert ours.number(value) == qts.number(value)
    for moment in TIMES:
        assert ours.time(*moment) == qts.time(*moment)
    for day in DATES:
        assert ours.short_date(*day) == qts.short_date(*day)
        assert ours.long_date(*day) == qts.long_date(*day)
        for with_year in (True, False):
            assert ours.day(*day, with_year=with_year) == qts.day(*day, with_year=with_year)
    for names in NAMES:
        assert ours.joined(names) == qts.joined(names, "en")


@pytest.mark.parametrize(
    ("locale", "with_year", "without"),
    [
        ("en_US", "April 28, 2026", "April 28"),
        ("en_GB", "28 April 2026", "28 April"),
        ("de_DE", "28. April 2026", "28. April"),
        ("fr_FR", "28 avril 2026", "28 avril"),
        ("zh_CN", "2026年4月28日", "4月28日"),
        ("ja_JP", "2026年4月28日", "4月28日"),
        ("es_ES", "28 de abril de 2026", "28 de abril"),
        ("ru_RU", "28 апреля 2026\u202fг.", "28 апреля"),
    ],
)
def test_a_day_in_words(locale: str, with_year: str, without: str) -> None:
    QLocale.setDefault(QLocale(locale))
    assert QtFormats().day(2026, 4, 28, with_year=True) == with_year
    assert QtFormats().day(2026, 4, 28, with_year=False) == without


@pytest.mark.parametrize("source", ["plain", "100%", "%n of %Ln", "%L", "%Ln models", "a % b"])
@pytest.mark.parametrize("n", [-1, 0, 1, 12_345])
def test_words_are_what_qt_gives_without_a_translation(source: str, n: int) -> None:
    assert EnglishFormats().translate(source, "", n) == QtFormats().translate(source, "", n)


def test_what_it_is_configured_with_counts_until_the_next_time() -> None:
    configure("decimal", EnglishFormats("IN", "IN", "US"))
    assert number(1_234_567) == "12,34,567"
    assert tr("%Ln models", "", 100_000) == "1,00,000 models"
    assert join("abc") == "a, b, and c"
    configure()
    assert number(1_234_567) == "1,234,567"


@pytest.mark.parametrize(
    ("environ", "countries"),
    [
        ({}, "GB GB GB"),
        ({"LANG": "C.UTF-8"}, "GB GB GB"),
        ({"LANG": "en_US.UTF-8"}, "US US US"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "en_US:en"}, "US US US"),
        ({"LANG": "en_US.UTF-8", "LC_TIME": "en_DK.UTF-8"}, "US DK US"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "en_GB.UTF-8"}, "GB GB GB"),
        ({"LANG": "en_IN"}, "IN IN IN"),
        ({"LANG": "en_US.UTF-8", "LC_TIME": "C"}, ""),
        ({"LANG": "en_US.UTF-8", "LC_NUMERIC": "de_DE.UTF-8"}, ""),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, ""),
        ({"LANG": "C", "LANGUAGE": "zh_CN"}, ""),
        ({"LANG": "de_DE.UTF-8"}, ""),
        ({"LANG": "zh_CN.UTF-8"}, ""),
        ({"LANG": "en"}, ""),
        ({"LANG": "en_XX"}, ""),
        ({"LANG": "en_US@euro"}, ""),
    ],
)
def test_only_what_is_sure_to_be_english(environ: dict[str, str], countries: str) -> None:
    for wanted in ("system", "en"):
        found = english_formats(wanted, environ, "linux")
        assert (found is None) is (not countries)
        if found is not None:
            assert vars(found) == vars(EnglishFormats(*countries.split()))


def test_who_asks_for_more_gets_qt() -> None:
    environ = {"LANG": "en_US.UTF-8"}
    assert english_formats("zh_CN", environ, "linux") is None
    assert english_formats("system", environ, "win32") is None
    assert english_formats("system", environ, "darwin") is None


COMPARE = """
import os, sys
from tray_app import text
from tray_app.language import install_in_terminal
from tray_app.text.english import english_formats
from tray_app.text.wording import formats
def shown():
    f = formats()
    return [
        text.tr("%Ln models", "", 1234567), text.size(4661224676), f.number(98765), f.time(15, 4),
        f.short_date(2026, 3, 9), f.long_date(2026, 3, 9), text.join("abc"), f.decimal_point,
    ]
english = english_formats("system", os.environ, "linux")
assert english is not None
text.configure("decimal", english)
ours = shown()
install_in_terminal("system")
assert ours == shown(), (ours, shown())
"""


@pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="the environment tells nothing")
@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"LANG": "POSIX"},
        {"LANG": "en_US.UTF-8", "LANGUAGE": "en_GB:en"},
        {"LANG": "en_AU.UTF-8", "LC_TIME": "en_DK.UTF-8", "LC_NUMERIC": "en_ZA.UTF-8"},
        {"LANG": "de_DE.UTF-8", "LC_ALL": "en_IN.UTF-8"},
    ],
)
def test_qt_reads_the_environment_in_the_same_way(environ: dict[str, str]) -> None:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))}
    done = subprocess.run(
        [sys.executable, "-c", COMPARE],
        cwd=ROOT,
        env={**kept, **environ, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
