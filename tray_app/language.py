"""The language of the program: which there are, which one the system wants, and switching.

Works for the window and for the terminal. How to word something is `text`.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import (
    QCoreApplication,
    QDate,
    QLibraryInfo,
    QLocale,
    QMessageLogContext,
    QTime,
    QtMsgType,
    QTranslator,
    qInstallMessageHandler,
)

from tray_app import text
from tray_app.bundled import resource_path

SOURCE = "en"
"""What stands in the code, and needs no file."""

_NAME = "ollama-tray"


def languages() -> tuple[str, ...]:
    """The languages there are, English first: "en", "zh_CN" …"""
    found = {file.stem.partition("_")[2] for file in _folder().glob(f"{_NAME}_*.qm")}
    return (SOURCE, *sorted(found - {SOURCE}))


def spoken(wanted: str = "system") -> str:
    """The language for the setting `wanted`: itself, or the first of the system's that we speak."""
    known = languages()
    if wanted != "system":
        return wanted if wanted in known else SOURCE
    return best_of(QLocale.system().uiLanguages(), known)


def best_of(wanted: list[str], known: tuple[str, ...]) -> str:
    """The first of the languages `wanted` ("zh-Hans-SG", "de") that is among `known`.

    Qt's own search takes no notice of a language that has no file, as English has none: who put
    English before Chinese would get Chinese.
    """
    keys = {_key(code): code for code in reversed(known)}
    return next((keys[_key(each)] for each in wanted if _key(each) in keys), SOURCE)


def _key(code: str) -> tuple[QLocale.Language, QLocale.Script]:
    # The same words serve every country, but not every script: zh-SG is zh-CN, zh-TW is neither.
    locale = QLocale(code)
    return locale.language(), locale.script()


def install_language(wanted: str = "system") -> None:
    """Speak the language of the setting `wanted` from now on: our texts, Qt's, numbers and dates.

    May be called again. Needs an application object unless that language is English.
    """
    _Installed.remove()
    code = spoken(wanted)
    QLocale.setDefault(_formats(code))
    if code != SOURCE:
        _Installed.add(f"{_NAME}_{code}", _folder())
        qts = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        _Installed.add(f"qtbase_{code}", Path(qts))
    text.configure()


def install_in_terminal(wanted: str = "system") -> None:
    """The same where there may be no application object yet; Qt translates only with one."""
    if spoken(wanted) != SOURCE and QCoreApplication.instance() is None:
        # Where LANG names a locale that is not installed, Qt would tell so in four lines.
        before = qInstallMessageHandler(_ignore)
        _Installed.application = QCoreApplication([])
        qInstallMessageHandler(before)
    install_language(wanted)


def _ignore(_: QtMsgType, __: QMessageLogContext, ___: str) -> None:
    pass


def _formats(code: str) -> QLocale:
    """How numbers and dates are written: as the system does where it speaks the same language, else
    as the `code` of the words says. English words get the ways of the country.

    A system may have its numbers or dates in yet another language (LC_NUMERIC, LC_TIME), whose
    digits would stand among ours: then the words decide as well.
    """
    system, own = QLocale.system(), QLocale(code)
    # The nameless "C" becomes English in `text`.
    same = (own.language(), QLocale.Language.C) if code == SOURCE else (own.language(),)
    if system.language() in same and _has_our_digits(system):
        return system
    if code != SOURCE:
        return own
    local = QLocale(QLocale.Language.English, system.territory())
    # Of a country without English Qt makes the United States, whose dates few others can read.
    is_known = local.territory() == system.territory()
    return local if is_known else QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)


def _has_our_digits(locale: QLocale) -> bool:
    short = QLocale.FormatType.ShortFormat
    written = (
        locale.toString(1_234_567),
        locale.toString(QTime(20, 34), short),
        locale.toString(QDate(2026, 9, 15), short),
        locale.toString(QDate(2026, 9, 15), QLocale.FormatType.LongFormat),
    )
    return all(sign.isascii() for text in written for sign in text if sign.isdigit())


def _folder() -> Path:
    return resource_path("translations")


class _Installed:
    translators: list[QTranslator] = []
    application: QCoreApplication | None = None

    @classmethod
    def add(cls, name: str, folder: Path) -> None:
        translator = QTranslator()
        if translator.load(name, str(folder)):
            QCoreApplication.installTranslator(translator)
            cls.translators.append(translator)

    @classmethod
    def remove(cls) -> None:
        for translator in cls.translators:
            QCoreApplication.removeTranslator(translator)
        cls.translators.clear()
