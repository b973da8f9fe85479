"""A name inside a command that a person will paste into a terminal: quoted, or not at all.

A name comes from a server, and a terminal does what is pasted into it: more than one line, a
quote that ends too early or a key that is no character would be a command of the name's own.
"""

from __future__ import annotations

import sys

from tray_app.core.lazy_patterns import lazy_pattern

_BARE = lazy_pattern(r"[A-Za-z0-9_./:][A-Za-z0-9_.:/\-]*")
# Shells agree about very little. Within single quotes a backslash escapes in fish, "!" is history
# in csh, and curly quotes end them in PowerShell; it is much the same with double ones on Windows.
_UNIX_UNSAFE = frozenset("'\\!\u2018\u2019\u201a\u201b")
_WINDOWS_UNSAFE = frozenset('"%$`!\u201c\u201d\u201e\u201f')


def run_command(name: str, platform: str = sys.platform) -> str:
    """What to type to talk to a model; "" where no shell would take it as it is meant."""
    word = shell_word(name, platform)
    if not word:
        return ""
    return f"ollama run -- {word}" if name.startswith("-") else f"ollama run {word}"


def shell_word(text: str, platform: str = sys.platform) -> str:
    """`text` as one word of a command line; "" when there is no safe way to write it."""
    if _BARE.fullmatch(text):
        return text
    if not text or not text.isprintable():
        return ""  # a terminal takes some of these for keys, even between quotes
    if platform == "win32":
        is_unsafe = bool(_WINDOWS_UNSAFE & set(text)) or text.endswith("\\")
        return "" if is_unsafe else f'"{text}"'
    return "" if _UNIX_UNSAFE & set(text) else f"'{text}'"


def pasteable(text: str) -> str:
    """`text` for the clipboard, where it may end up in a terminal: no line end and no other key is
    in it."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "\ufffd" for c in text)
