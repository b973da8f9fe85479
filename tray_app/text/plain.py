"""Text that came from outside, made fit to be shown: plain, short, with nothing hidden in it.

Names, errors and licences of a server may hold control characters, marks that turn the direction
of text around, markup, lone surrogates and a megabyte without a line break.
"""

from __future__ import annotations

import unicodedata

from tray_app.core.lazy_patterns import lazy_pattern

LINE_LIMIT = 300
_JOINERS = "\u200c\u200d"  # emoji and several scripts are written with them
_HIDDEN = frozenset({"Cc", "Cf", "Co", "Cn"})
_SPACES = lazy_pattern(r"\s+")

# Not html.escape: it loads the names of two thousand characters.
_MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\n": "<br>"})


def one_line(text: str, limit: int = LINE_LIMIT) -> str:
    """`text` on one line of at most `limit` characters, everything invisible made visible."""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return " ".join(text.split())
    # A few spaces may go, but no more of a megabyte than needed is looked at.
    text = _SPACES.sub(" ", text[: limit * 4]).strip()
    return shortened(visible(text), limit)


def visible(text: str, limit: int = 0) -> str:
    """`text` with its lines, where control and formatting characters show as "[U+202E]"."""
    if limit and len(text) > limit:
        text = text[: limit - 1] + "…"
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else _shown(c) for c in text)


def shortened(text: str, limit: int) -> str:
    """`text`, cut with an ellipsis when it is longer than `limit`."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def capitalized(text: str) -> str:
    """Words of ours for the middle of a sentence, where they begin one or stand in a cell."""
    return text[:1].upper() + text[1:]


def tooltip(text: str) -> str:
    """`text` for a tooltip: Qt takes whatever looks like markup for markup, so escape it."""
    if "<" not in text and "&" not in text:
        return text
    lines = visible(text).translate(_MARKUP)
    return f"<qt>{lines}</qt>"


def _shown(character: str) -> str:
    if character in _JOINERS or unicodedata.category(character) == "Zs":
        return character
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    if category in _HIDDEN:
        return f"[U+{ord(character):04X}]"
    return " "
