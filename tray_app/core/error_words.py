"""error_words(): the sentence inside an error, however a server has wrapped it.

Registries answer with JSON, gateways with pages, and Ollama passes both on as a text: JSON within
text within JSON. Never fails, whatever it is given; what it gives is still foreign text.
"""

from __future__ import annotations

import json
import re
from typing import Any

from tray_app.core.lazy_patterns import lazy_pattern

MAX_WORDS = 2000
_MAX_DEPTH = 8
_MAX_LOOKED_AT = 64 * 1024
_MAX_LISTED = 3
# The most telling first; what has none of them is shown as it is.
_KEYS = ("message", "error", "errors", "messages", "detail", "details", "error_description",
         "error_message", "errormessage", "msg", "faultstring", "reason", "title",
         "description")  # fmt: skip
_LAST_KEYS = ("error_name", "type", "code", "error_code", "status")
_LEAD = lazy_pattern(r"\A\s*(?:pull model manifest:\s*)?(?:max retries exceeded:\s*)?"
                   r"(?:[1-5]\d\d\b:?\s*)?", re.IGNORECASE)  # fmt: skip
_PAGE = lazy_pattern(r"\s*(?:<!--.*?-->\s*)?<(?:!doctype|html|head|body|title|\?xml|error)\b",
                   re.IGNORECASE | re.DOTALL)  # fmt: skip
_XML_ERROR = lazy_pattern(r"\s*(?:<\?xml\b[^>]*>\s*)?<error\b", re.IGNORECASE)
_TITLE = lazy_pattern(r"<(title|message|h1)\b[^>]*>(.*?)</\1>", re.IGNORECASE | re.DOTALL)
_TAG = lazy_pattern(r"<[^<>]*>")
# Brackets are in addresses, too: [::1]:443.
_JSON = lazy_pattern(r'\{\s*"|\[\s*[\[{"]')
_CUT_FIELD = lazy_pattern(r'"(message|error|detail)"\s*:\s*"((?:[^"\\]|\\.)*)')


def error_words(value: Any) -> str:
    """What `value` says: the text of an error, or what it was decoded to; "" for nothing."""
    return _words(value, _MAX_DEPTH)[:MAX_WORDS]


def is_page(text: str) -> bool:
    """Whether `text` is a page for people."""
    return _PAGE.match(text[:_MAX_LOOKED_AT]) is not None and not is_xml_error(text)


def is_xml_error(text: str) -> bool:
    """Whether `text` is an error of a store of files, where registries keep theirs."""
    return _XML_ERROR.match(text[:_MAX_LOOKED_AT]) is not None


def without_lead(text: str) -> str:
    """`text` without "pull model manifest: 400:", which Ollama puts before a registry's answer."""
    return _LEAD.sub("", text, count=1)


def _words(value: Any, depth: int) -> str:
    if isinstance(value, str):
        return _of_text(value[:_MAX_LOOKED_AT], depth)
    if not value or isinstance(value, bool):
        return ""
    if depth <= 0:
        return "…"
    if isinstance(value, dict):
        return _of_object(value, depth)
    if isinstance(value, list):
        found = (_words(each, depth - 1) for each in value[: 10 * _MAX_LISTED])
        return "; ".join(list(dict.fromkeys(filter(None, found)))[:_MAX_LISTED])
    return str(value)


def _of_object(value: dict[str, Any], depth: int) -> str:
    fields = {key.casefold(): found for key, found in value.items() if isinstance(key, str)}
    for key in _KEYS:
        words = _words(fields.get(key), depth - 1)
        if words:
            return words
    for key, found in fields.items():
        # Whatever it is called, a sentence has blanks, which names and numbers have not.
        is_looked_at = key in _KEYS or key in _LAST_KEYS
        words = "" if is_looked_at else _words(found, depth - 1)
        if " " in words and words[:1] != "{":
            return words
    for key in _LAST_KEYS:
        words = _words(fields.get(key), depth - 1)
        if words:
            return words
    try:
        return json.dumps(value, ensure_ascii=False)[:MAX_WORDS]
    except (ValueError, RecursionError):
        return "…"


def _of_text(text: str, depth: int) -> str:
    if depth <= 0:
        return text.strip()
    rest = without_lead(text)
    if _PAGE.match(rest):
        return _of_page(rest)
    found = _JSON.search(rest)
    if found is None:
        return _unquoted(rest.strip())
    start = found.start()
    try:
        value, end = json.JSONDecoder().raw_decode(rest, start)
    except (ValueError, RecursionError):
        return _of_cut(rest, start)
    words = _words(value, depth - 1)
    if not words or not isinstance(value, dict | list):
        return rest.strip()
    return f"{rest[:start]}{words}{rest[end:]}".strip()


def _unquoted(text: str) -> str:
    """A text that is all one JSON string is what that says."""
    if text[:1] != '"':
        return text
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return value.strip() if isinstance(value, str) else text


def _of_cut(text: str, start: int) -> str:
    """JSON that was cut, or is none: the first sentence that still can be read in it."""
    if text[start : start + 1] != "{":
        return text.strip()
    found = dict(reversed(_CUT_FIELD.findall(text, start)))
    said = next((found[key] for key in ("message", "error", "detail") if key in found), "")
    if not said:
        return text.strip()
    try:
        words = str(json.loads(f'"{said}"'))
    except ValueError:  # an escape that was cut in two
        words = said.replace('\\"', '"').rpartition("\\")[0] or said
    return f"{text[:start]}{words}".strip()


def _of_page(text: str) -> str:
    """The title of a page; "" if it has none."""
    import html  # loads a table of names that few errors need

    found = _TITLE.search(text)
    return " ".join(html.unescape(_TAG.sub(" ", found[2])).split()) if found else ""
