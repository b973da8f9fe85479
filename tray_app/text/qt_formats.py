"""Words, numbers, times, dates and lists by Qt: any language, any locale."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QDate, QLocale, Qt, QTime

from tray_app.core.lazy_patterns import lazy_pattern

_Format = QLocale.FormatType
# Of a pattern such as "dddd, d MMMM yyyy", with what joins them to the rest: a comma, a word.
_WEEKDAY = lazy_pattern(r"[\s,，、]*\bdddd?\b[\s,，、.]*|dddd?")
_YEAR = lazy_pattern(r"[\s,，、]*(?:'[^']*'\s*)?\by{2,4}\b[\s,.]*(?:'[^']*'\.?)?|y{2,4}[年년]?\s*")


class QtFormats:
    """The default locale and the installed translations as they are now."""

    def __init__(self) -> None:
        self.locale = QLocale()
        """The nameless "C" has no grouping and shows seconds, so it becomes an English one with
        24 hours."""
        if self.locale.language() == QLocale.Language.C:
            self.locale = QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)
            QLocale.setDefault(self.locale)  # or `%Ln` would be written in another way
        self.decimal_point = self.locale.decimalPoint()
        self.is_right_to_left = self.locale.textDirection() is Qt.LayoutDirection.RightToLeft

    def translate(self, source: str, comment: str = "", n: int = -1) -> str:
        """`source` in the language of the interface; `%Ln` becomes `n`."""
        return QCoreApplication.translate("", source, comment, n)

    def number(self, value: int) -> str:
        """With the locale's grouping."""
        return self.locale.toString(value)

    def time(self, hour: int, minute: int) -> str:
        """A time of day, without seconds."""
        return self.locale.toString(QTime(hour, minute), _Format.ShortFormat)

    def short_date(self, year: int, month: int, day: int) -> str:
        """In digits."""
        return self.locale.toString(QDate(year, month, day), _Format.ShortFormat)

    def long_date(self, year: int, month: int, day: int) -> str:
        """In words."""
        return self.locale.toString(QDate(year, month, day), _Format.LongFormat)

    def day(
        self, year: int, month: int, day: int, *, with_year: bool, is_short: bool = False
    ) -> str:
        """The long date without its weekday, with or without the year, and with a short name of
        the month."""
        pattern = _WEEKDAY.sub("", self.locale.dateFormat(_Format.LongFormat))
        if not with_year:
            pattern = _YEAR.sub("", pattern)
        if is_short:
            pattern = pattern.replace("MMMM", "MMM")
        return self.locale.toString(QDate(year, month, day), pattern.strip())

    def joined(self, names: Sequence[str], language: str) -> str:
        """The names with commas and an "and" in the `language` of the words."""
        listed = self._words_locale(language).createSeparatedList(names)
        if len(names) > 1 and language.startswith("zh"):
            return _spaced(listed, names)
        return listed

    def _words_locale(self, language: str) -> QLocale:
        """For words that come from Qt: English ones do not take a German "und" between them."""
        spoken = QLocale(language)
        if spoken.language() == self.locale.language():
            return self.locale
        if spoken.language() == QLocale.Language.English:
            return QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)
        return spoken


def _spaced(listed: str, names: Sequence[str]) -> str:
    """With the spaces around the "and" that Chinese has beside Latin names; Qt puts none."""
    head, joint = listed[: -len(names[-1])], names[-2]
    and_ = head[head.rindex(joint) + len(joint) :]
    before = " " if joint[-1:].isascii() else ""
    after = " " if names[-1][:1].isascii() else ""
    return f"{head[: -len(and_)]}{before}{and_}{after}{names[-1]}"
