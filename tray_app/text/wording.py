"""What all wording stands on: translation, the locale, lists, and the settings that change both.

Works without an application object, so that the terminal speaks the same language, and without Qt
where that is English (`configure`). All strings have the empty context, because that is what
lupdate gives a bare `tr("…", "comment", n)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PySide6.QtCore import QLocale

    from tray_app.text.english import EnglishFormats
    from tray_app.text.qt_formats import QtFormats

MISSING = "—"
NBSP = "\u00a0"
SEPARATOR = " · "

_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\u2068", "\u2069"
_MAX_NUMBER = 2**63 - 1  # QLocale's
_MAX_PLURAL = 2**31 - 1  # of QTranslator
_forget: list[Callable[[], None]] = []


class _State:
    """What `configure` sets; read on each call, so lookups are kept cheap."""

    formats: EnglishFormats | QtFormats | None = None
    is_binary = False


def tr(source: str, comment: str = "", n: int = -1) -> str:
    """`source` in the language of the interface; `%Ln` becomes `n`."""
    return formats().translate(source, comment, max(-1, min(n, _MAX_PLURAL)))


def english_singular(n: int, singular: str) -> str:
    """The English singular where English is spoken and n is 1, else "".

    Written as `one(n, "1 model") or tr("%Ln models", "", n)`: other languages bring the plural
    forms of their own, English has no translation file that could.
    """
    return singular if n == 1 and language() == "en" else ""


def language() -> str:
    """The language that the words are in, whatever the locale for numbers is."""
    return tr("en", "code of the language of this translation")


def configure(size_units: str = "", english: EnglishFormats | None = None) -> None:
    """Read the locale and the translations anew; call after either changed, and with the
    setting `size_units` ("decimal" or "binary") after that changed. With `english`, words and
    formats are English and nothing is read, until the next call."""
    if size_units:
        _State.is_binary = size_units == "binary"
    _State.formats = english or _qt_formats()
    for forget in _forget:
        forget()


def formats() -> EnglishFormats | QtFormats:
    """How numbers, times, dates and lists are written now."""
    if _State.formats is None:
        _State.formats = _qt_formats()
    return _State.formats


def _qt_formats() -> QtFormats:
    from tray_app.text.qt_formats import QtFormats  # 100 ms that English in a terminal saves

    return QtFormats()


def on_configure(forget: Callable[[], None]) -> None:
    """Have `forget` called when cached wording is out of date."""
    _forget.append(forget)


def is_binary() -> bool:
    """Whether sizes are counted in 1024s."""
    return _State.is_binary


def locale() -> QLocale:
    """The locale for numbers and times, for widgets that write them themselves."""
    found = formats()
    return found.locale if hasattr(found, "locale") else _qt_formats().locale


def number(value: int) -> str:
    """A count with the locale's grouping: "151,936". Beyond what Qt can take, the nearest it can:
    a server may say anything, and sums have no limit."""
    return formats().number(max(-_MAX_NUMBER, min(value, _MAX_NUMBER)))


def join(parts: Iterable[str], limit: int = 0) -> str:
    """ "a, b and c"; with `limit`, "a, b and 4 more"."""
    names = [isolated(part) for part in parts]
    if limit and len(names) > limit:
        rest = len(names) - limit
        names[limit:] = [tr("%Ln more", "end of a list of names", rest)]
    return formats().joined(names, language())


def sentences(*parts: str) -> str:
    """The parts that are not empty, one after the other the way the language writes sentences."""
    found = [part for part in parts if part]
    whole = found[0] if found else ""
    for part in found[1:]:
        whole = fill(tr("{sentence} {more}"), sentence=whole, more=part)
    return whole


def dotted(*parts: str) -> str:
    """The parts that are not empty, with a middle dot between them."""
    return SEPARATOR.join(part for part in parts if part)


def isolated(name: str) -> str:
    """`name` unaffected by the text around it where that runs from right to left."""
    if formats().is_right_to_left:
        return f"{_FIRST_STRONG_ISOLATE}{name}{_POP_ISOLATE}"
    return name


def fill(template: str, **values: Any) -> str:
    """`template` with its {fields} filled; a translation with a wrong field does no harm."""
    try:
        return template.format(**values)
    except (KeyError, IndexError, ValueError):
        return " ".join([template, *map(str, values.values())])
