"""Which language is spoken, switching it, and what follows: Qt's words, numbers, the terminal."""

import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtWidgets import QApplication

from tray_app import bundled, language, text
from tray_app.cli.console import columns, cut, padded
from tray_app.core.records import LayerKind
from tray_app.text import tr
from tray_app.text.updates import changed_line

ROOT = Path(__file__).parents[2]
KNOWN = ("en", "zh_CN")


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Resources with compiled translations."""
    spec = importlib.util.spec_from_file_location("t", ROOT / "packaging" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    tool: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    root = tmp_path_factory.mktemp("resources")
    tool.compile_translations(root / "translations")
    return root


@pytest.fixture
def chinese(compiled: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> Iterator[None]:
    """A program that has its translations; afterwards English again."""
    before = QLocale()
    monkeypatch.setattr(bundled, "_root", lambda: compiled)
    yield
    language.install_language("en")
    QLocale.setDefault(before)
    text.configure()


@pytest.mark.parametrize(
    ("wanted", "spoken"),
    [
        (["zh-Hans-CN", "zh-CN", "zh"], "zh_CN"),
        (["zh-Hans-SG"], "zh_CN"),
        (["zh"], "zh_CN"),
        (["zh-Hant-TW", "zh-TW"], "en"),
        (["de-DE", "de", "zh-CN"], "zh_CN"),
        # English first: Chinese, which comes after it, is not what this person wants.
        (["en-US", "en", "zh-CN"], "en"),
        (["en-GB", "zh-CN"], "en"),
        (["C"], "en"),
        ([], "en"),
    ],
)
def test_the_first_language_of_the_system_that_we_speak(wanted: list[str], spoken: str) -> None:
    assert language.best_of(wanted, KNOWN) == spoken


def test_switching_at_once(chinese: None) -> None:
    assert set(KNOWN) <= set(language.languages())
    language.install_language("zh_CN")
    assert text.size(5_200_000_000) == "5.2\u00a0GB"
    assert text.models_count(11) == "11 个模型"
    assert text.models_count(1) == "1 个模型", "no English singular"
    assert text.join(["a", "b", "c"]) == "a、b 和 c"
    assert text.join(["a", "b", "c", "d"], limit=2) == "a、b 和另外 2 个"
    assert text.join(["a"]) == "a"
    assert changed_line((LayerKind.TEMPLATE,)) == "只有模板改变", "nothing is cut off"
    assert QLocale().language() == QLocale.Language.Chinese
    language.install_language("en")
    assert text.models_count(1) == "1 model"
    assert text.join(["a", "b", "c"]) in ("a, b and c", "a, b, and c")  # as the country has it
    assert QLocale().language() == QLocale.Language.English


def test_standard_buttons_are_qts_and_speak_it_too(chinese: None) -> None:
    language.install_language("zh_CN")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "取消"
    language.install_language("en")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"


def test_a_language_without_a_file_is_english(chinese: None) -> None:
    language.install_language("xx")
    assert tr("Cancel") == "Cancel"


def test_numbers_in_sentences_are_written_like_others(chinese: None) -> None:
    before = QLocale()
    for name in ("de_DE", "en_GB", "zh_CN", "C"):
        QLocale.setDefault(QLocale(name))
        text.configure()
        assert text.tokens(40_960).startswith(text.number(40_960)), name
    QLocale.setDefault(before)


def test_words_from_qt_are_in_the_language_of_the_others(chinese: None) -> None:
    before = QLocale()
    QLocale.setDefault(QLocale("de_DE"))
    text.configure()
    assert text.join(["a", "b"]) == "a and b"
    assert text.size(4_661_224_676) == "4,7\u00a0GB", "numbers follow the system all the same"
    QLocale.setDefault(before)


def test_sentences_follow_each_other(chinese: None) -> None:
    assert text.sentences("One.", "", "Two.", "Three.") == "One. Two. Three."
    assert text.sentences("", "") == ""
    language.install_language("zh_CN")
    assert text.sentences("一。", "二。") == "一。二。"


@pytest.mark.skipif(sys.platform == "win32", reason="LANG says nothing there")
def test_the_terminal_speaks_it(compiled: Path, tmp_path: Path) -> None:
    """In a process of its own: an application object stays for good."""
    (tmp_path / "config").mkdir()
    program = (
        "import sys; from pathlib import Path; from tray_app import bundled\n"
        "bundled._root = lambda: Path(sys.argv[1])\n"
        "from tray_app.language import install_in_terminal\n"
        "from tray_app.text import tr\n"
        "install_in_terminal(); print(tr('No models are installed.'))\n"
        "install_in_terminal('en'); print(tr('No models are installed.'))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, compiled],
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "", "LANG": "zh_CN.UTF-8", "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.stdout.splitlines() == ["没有安装任何模型。", "No models are installed."]
    assert done.stderr == ""


@pytest.mark.parametrize("words", ["system", "en", "zh_CN"])
@pytest.mark.parametrize(
    "environ",
    [
        {"LANG": "ar_EG.UTF-8"},
        {"LANG": "fa_IR.UTF-8"},
        {"LANG": "hi_IN.UTF-8"},
        {"LANG": "mr_IN.UTF-8"},
        {"LANG": "en_US.UTF-8", "LC_NUMERIC": "ar_EG.UTF-8"},
        {"LANG": "en_US.UTF-8", "LC_TIME": "fa_IR.UTF-8"},
        {"LANG": "zh_CN.UTF-8", "LC_NUMERIC": "fa_IR.UTF-8"},
        {"LANG": "ar_EG.UTF-8", "LANGUAGE": "en"},
    ],
    ids=lambda environ: "-".join(environ.values()),
)
def test_there_is_one_kind_of_digits(compiled: Path, words: str, environ: dict[str, str]) -> None:
    """Whatever the system writes numbers with: words of ours have those of ours beside them."""
    program = (
        "import sys; from datetime import datetime, timedelta, UTC; from pathlib import Path\n"
        "from tray_app import bundled; bundled._root = lambda: Path(sys.argv[1])\n"
        "from tray_app import text; from tray_app.language import install_in_terminal\n"
        "install_in_terminal(sys.argv[2])\n"
        "now = datetime(2026, 9, 15, 20, 34, tzinfo=UTC)\n"
        "print(text.models_count(12), text.size(9_300_000_000), text.number(1_234_567),\n"
        "  text.tokens(40_960), text.clock_time(now), text.full_time(now), text.percent(450),\n"
        "  text.day_and_time(now - timedelta(days=9), now), text.seconds_ago(2),\n"
        "  text.age(now - timedelta(days=9), now), text.size(9_300_000_000, 'binary'),\n"
        "  text.locale().toString(98765), sep='|')\n"
    )
    base = {
        name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))
    }
    done = subprocess.run(
        [sys.executable, "-c", program, compiled, words],
        cwd=ROOT,
        env={**base, "PYTHONUTF8": "1", **environ},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    shown = done.stdout.split("|")
    assert len(shown) == 12, done.stderr
    for words_ in shown:
        assert any(sign.isdigit() for sign in words_)
        assert all(sign.isascii() for sign in words_ if sign.isdigit()), words_
    assert "9.3" in shown[1], "and one kind of point"


def test_chinese_takes_two_columns_of_a_terminal() -> None:
    assert columns("名称") == 4
    assert columns("naïve") == 5
    assert padded("名称", 6) == "名称  "
    assert padded("name", 6) == "name  "
    assert cut("名称太长了", 7) == "名称太…"
    assert cut("名称太长了", 6) == "名称…"
    assert cut("short", 5) == "short"


def test_a_language_that_is_half_done_is_offered_and_speaks_english_where_it_lacks_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication
) -> None:
    spec = importlib.util.spec_from_file_location("t", ROOT / "packaging" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    tool: ModuleType = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    folder = tmp_path / "translations"
    folder.mkdir()
    file = tool.add_language("de", folder)
    one = '<source>Help</source>\n        <translation type="unfinished"></translation>'
    words = file.read_text(encoding="utf-8")
    assert words.count(one) == 1
    done = "<source>Help</source>\n        <translation>Hilfe</translation>"
    file.write_text(words.replace(one, done), encoding="utf-8")
    tool.compile_translations(folder, folder)
    monkeypatch.setattr(bundled, "_root", lambda: tmp_path)
    before = QLocale()
    try:
        assert language.languages() == ("en", "de")
        assert language.spoken("de") == "de"
        language.install_language("de")
        assert tr("Help") == "Hilfe"
        assert tr("Keys") == "Keys"
    finally:
        language.install_language("en")
        QLocale.setDefault(before)
        text.configure()
