"""What our program may not print or write to its log, unless a test says that it expects it."""

import re
from collections.abc import Iterable, Iterator

# Qt's own words where it has no screen; others that it says there match nothing below.
NO_SCREEN = r"No such signal QPlatformNativeInterface::systemTrayWindowChanged"

# The beginning of a record of ours, as `tray_app.log` writes them.
_RECORD = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ([A-Z]) ")
_BAD_LEVELS = frozenset("WEC")
_TRACE = re.compile(
    r"Traceback \(most recent call last\)|^--- Logging error ---|Fatal Python error"
    r"|Segmentation fault"
)
_QT = re.compile(r"QThread: Destroyed|^Q\w+::\w+: |^QThreadStorage: |^qt\.[\w.]+: ")


def complaints(text: str, allowed: Iterable[str] = ()) -> list[str]:
    """Return what is wrong with an output or a log: tracebacks, Qt's warnings, and records at
    WARNING or above, each whole. What matches one of the regular expressions is left out."""
    patterns = [re.compile(pattern) for pattern in allowed]
    return [
        piece
        for piece in _bad_pieces(text)
        if not any(pattern.search(piece) for pattern in patterns)
    ]


def _bad_pieces(text: str) -> Iterator[str]:
    """A record goes to the next one, and so does a traceback outside of any."""
    piece: list[str] = []
    is_record = False
    for line in text.splitlines():
        record = _RECORD.match(line)
        if record is None and piece and (is_record or not _QT.search(line)):
            piece.append(line)
            continue
        if piece:
            yield "\n".join(piece)
        is_record = record is not None and record[1] in _BAD_LEVELS
        piece = [line] if is_record or (record is None and _TRACE.search(line)) else []
        if record is None and not piece and _QT.search(line):
            yield line
    if piece:
        yield "\n".join(piece)
