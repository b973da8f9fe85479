"""redacted(): a text without passwords, tokens and what stands behind the "?" of a URL.

For everything that is logged, shown or stored and may quote an address, a header or a registry's
signed URL. People paste all of it into public reports.
"""

from __future__ import annotations

from tray_app.core.lazy_patterns import lazy_pattern

HIDDEN = "•••"
CUT = "…"

_SCHEME = r"\b[a-z][a-z0-9+.-]{0,15}://"
# The last "@" counts: a password may hold any of the characters that end a host's name.
_URL_USER = lazy_pattern(rf"(?i)({_SCHEME})[^\s\"<>]*@(?!sha256:)")
_BARE_USER = lazy_pattern(r"(?<![\w/@.])[\w.%+~-]{1,80}:[^\s@\"'<>]{1,400}@(?=[\w\[])(?!sha256:)")
_URL_QUERY = lazy_pattern(rf"(?i)({_SCHEME}[^\s?\"<>]*?)(?:\?|%3F)[^\s\"<>]+")
_QUERY = lazy_pattern(r"(?<=[^\s?])([?#])[^\s\"<>?=]+=[^\s\"<>]*")
_NAMED = (
    # "Authorization: Bearer x", also in the repr of a dict; the rest of the value goes.
    lazy_pattern(
        r"(?i)((?:proxy-)?authorization|(?:set-)?cookie|x-api-key|api[-_ ]?key)"
        r"([\"']?\s*[:=]\s*[\"']?)(?:(?:bearer|basic|token|digest)\s+)?[^\s\"',;}]+"
    ),
    lazy_pattern(r"(?i)\b(bearer|basic)(\s+)[A-Za-z0-9._~+/=-]{6,}"),
    # A name and its tag, "secret:8b", is no such pair.
    lazy_pattern(
        r"(?i)(?<![a-z0-9])((?:[a-z0-9]{1,20}[-_]){0,3}(?:token|passwd|password|secret|signature|sig)"
        r"|x-amz-[a-z-]+)"
        r"([\"']?\s*(?:=|%3D)\s*[\"']?|[\"']\s*:\s*[\"']?|:\s+[\"']?)[^\s\"',;&}]+"
    ),
)


def redacted(text: str) -> str:
    """`text` without what must not leave this computer. Never fails; leaves ordinary text alone.

    A query goes as a whole: what in it is a secret, only its server knows.
    """
    if "@" in text:
        text = _URL_USER.sub(rf"\1{HIDDEN}@", text)
        text = _BARE_USER.sub(f"{HIDDEN}@", text)
    if "?" in text or "#" in text or "%3" in text:
        text = _URL_QUERY.sub(rf"\1?{CUT}", text)
        text = _QUERY.sub(rf"\1{CUT}", text)
    for pattern in _NAMED:
        text = pattern.sub(rf"\1\2{HIDDEN}", text)
    return text
