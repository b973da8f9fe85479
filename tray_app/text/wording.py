"""What all wording stands on: translation, the locale, lists, and the settings that change both.

Works without an application object, so that the terminal speaks the same language. All strings
have the empty context, because that is what lupdate gives a bare `tr("…", "comment", n)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QCoreApplication, QLocale, Qt

MISSING = "—"
NBSP = "\u00a0"
SEPARATOR = " · "

_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"
_forget: list[Callable[[], None]] = []


class _State:
    """What `configure` sets; read on each call, so lookups are kept cheap."""

    locale: QLocale | None = None
    is_binary = False


def tr(source: str, comment: str = "", n: int = -1) -> str:
    """`source` in the language of the interface; `%Ln` becomes `n`."""
    return QCoreApplication.translate("", source, comment, n)


def english_singular(n: int, singular: str) -> str:
    """The English singular where English is spoken and n is 1, else "".

    Written as `one(n, "1 model") or tr("%Ln models", "", n)`: other languages bring the plural
    forms of their own, English has no translation file that could.
    """
    return singular if n == 1 and language() == "en" else ""


def language() -> str:
    """The language that the words are in, whatever the locale for numbers is."""
    return tr("en", "code of the language of this translation")


def configure(size_units: str = "") -> None:
    """Read the locale and the translations anew; call after either changed, and with the
    setting `size_units` ("decimal" or "binary") after that changed."""
    if size_units:
        _State.is_binary = size_units == "binary"
    _State.locale = None
    if QLocale().language() == QLocale.Language.C:
        QLocale.setDefault(locale())  # or `%Ln` would be written in another way than `number`
    for forget in _forget:
        forget()


def on_configure(forget: Callable[[], None]) -> None:
    """Have `forget` called when cached wording is out of date."""
    _forget.append(forget)


def is_binary() -> bool:
    """Whether sizes are counted in 1024s."""
    return _State.is_binary


def locale() -> QLocale:
    """The locale for numbers and times. The nameless "C" has no grouping and shows seconds, so
    it becomes an English one with 24 hours."""
    found = _State.locale
    if found is None:
        found = QLocale()
        if found.language() == QLocale.Language.C:
            found = QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)
        _State.locale = found
    return found


def number(value: int) -> str:
    """A count with the locale's grouping: "151,936"."""
    return locale().toString(value)


def join(parts: Iterable[str], limit: int = 0) -> str:
    """ "a, b and c"; with `limit`, "a, b and 4 more"."""
    names = [isolated(part) for part in parts]
    if limit and len(names) > limit:
        rest = len(names) - limit
        names[limit:] = [tr("%Ln more", "end of a list of names", rest)]
    listed = _words_locale().createSeparatedList(names)
    if len(names) > 1 and language().startswith("zh"):
        return _spaced(listed, names)
    return listed


def sentences(*parts: str) -> str:
    """The parts that are not empty, one after the other the way the language writes sentences."""
    found = [part for part in parts if part]
    whole = found[0] if found else ""
    for part in found[1:]:
        whole = fill(tr("{sentence} {more}"), sentence=whole, more=part)
    return whole


def _spaced(listed: str, names: list[str]) -> str:
    """With the spaces around the "and" that Chinese has beside Latin names; Qt puts none."""
    head, joint = listed[: -len(names[-1])], names[-2]
    and_ = head[head.rindex(joint) + len(joint) :]
    before = " " if joint[-1:].isascii() else ""
    after = " " if names[-1][:1].isascii() else ""
    return f"{head[: -len(and_)]}{before}{and_}{after}{names[-1]}"


def _words_locale() -> QLocale:
    """For words that come from Qt: English words do not take a German "und" between them."""
    spoken = QLocale(language())
    if spoken.language() == locale().language():
        return locale()
    if spoken.language() == QLocale.Language.English:
        return QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)
    return spoken


def dotted(*parts: str) -> str:
    """The parts that are not empty, with a middle dot between them."""
    return SEPARATOR.join(part for part in parts if part)


def isolated(name: str) -> str:
    """`name` unaffected by the text around it where that runs from right to left."""
    if locale().textDirection() is Qt.LayoutDirection.RightToLeft:
        return f"{_FIRST_STRONG_ISOLATE}{name}{_POP_ISOLATE}"
    return name


def fill(template: str, **values: Any) -> str:
    """`template` with its {fields} filled; a translation with a wrong field does no harm."""
    try:
        return template.format(**values)
    except (KeyError, IndexError, ValueError):
        return " ".join([template, *map(str, values.values())])
