import subprocess
import sys
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from tray_app import text
from tray_app.text.wording import english_singular, fill


def test_join_follows_the_locale() -> None:
    assert text.join([]) == ""
    assert text.join(["a"]) == "a"
    assert text.join(["a", "b"]) == "a and b"
    assert text.join(["a", "b", "c"]) == "a, b and c"


def test_long_lists_end_with_a_count() -> None:
    assert text.join("abcdefg", limit=3) == "a, b, c and 4 more"
    assert text.join("abc", limit=3) == "a, b and c"


def test_names_are_isolated_where_text_runs_from_right_to_left() -> None:
    QLocale.setDefault(QLocale("ar_EG"))
    text.configure()
    assert text.join(["qwen3:8b"]) == "\u2068qwen3:8b\u2069"


def test_dotted_leaves_out_what_is_empty() -> None:
    assert text.dotted("Online", "", "0.33.1") == "Online · 0.33.1"


def test_a_wrong_field_in_a_translation_does_no_harm() -> None:
    assert fill("{name} gone", name="x") == "x gone"
    assert fill("{nmae} gone", name="x") == "{nmae} gone x"
    assert fill("{ gone", name="x") == "{ gone x"


class Shouting(QTranslator):
    """A translation that can be told apart, with a language of its own."""

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        return "xx" if source == "en" else source.upper().replace("%LN", "%Ln")


@pytest.fixture
def translated(qapp: QCoreApplication) -> Iterator[None]:
    translator = Shouting()
    QCoreApplication.installTranslator(translator)
    text.configure()
    yield
    QCoreApplication.removeTranslator(translator)
    text.configure()


def test_the_singular_of_english_is_not_used_elsewhere(translated: None) -> None:
    assert english_singular(1, "1 model") == ""


def test_english_has_a_singular() -> None:
    assert english_singular(1, "1 model") == "1 model"
    assert english_singular(2, "1 model") == ""


def test_cached_wording_follows_the_language(translated: None) -> None:
    assert text.size(1000) == "1\u00a0KB"


def test_no_application_object_is_needed() -> None:
    code = (
        "from tray_app import text\n"
        "from PySide6.QtCore import QCoreApplication\n"
        "print(text.size(4_661_224_676), text.join(['a', 'b']), text.elapsed(76))\n"
        "assert QCoreApplication.instance() is None"
    )
    found = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], capture_output=True, check=True
    )
    shown = found.stdout.decode("utf-8").replace("\u00a0", " ").split()
    assert shown == ["4.7", "GB", "a", "and", "b", "1", "min", "16", "s"]


@pytest.mark.parametrize("value", [2**31, 2**32 + 1, 2**63 - 1, 2**63, 2**64, 10**40, -(10**40)])
def test_no_number_is_too_large_to_be_written(value: int) -> None:
    """The sum of two sizes is beyond what Qt holds."""
    assert text.number(value).lstrip("-")[0].isdigit()
    assert text.size(value)
    assert text.exact_size(value)
    assert text.tr("%Ln models", "", value)
    assert text.models_count(abs(value))
