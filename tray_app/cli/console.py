"""Console: what goes to the terminal and how. Data on stdout, everything else on stderr.

No colours at all, so NO_COLOR has nothing to switch off. Text from servers loses its control
characters here: a model's name must not move the cursor.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, TextIO

from tray_app import text
from tray_app.streams import is_closed_pipe, silence
from tray_app.text import tr

_MAX_WIDTH = 200


class AnswerLost(Exception):
    """The answer did not get to where it was to go, a full disk for example; says why."""


class Console:
    """The three streams of a terminal program; missing ones (a windowed start) swallow."""

    def __init__(
        self,
        stdin: TextIO | None = None,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        self.stdin = stdin or sys.stdin or io.StringIO()
        self.stdout = stdout or sys.stdout or io.StringIO()
        self.stderr = stderr or sys.stderr or io.StringIO()
        self.environ = os.environ if environ is None else environ
        self.is_heard = True
        """Whether somebody may still look at stderr."""
        for stream in (self.stdout, self.stderr):
            # A terminal that cannot show a character gets an escape, not a traceback.
            if isinstance(stream, io.TextIOWrapper):
                with suppress(OSError):  # what is printed already finds no room: `finish` says so
                    stream.reconfigure(errors="backslashreplace")

    @property
    def can_redraw(self) -> bool:
        """Whether one line of stderr can be drawn again and again."""
        return self.stderr.isatty() and self.environ.get("TERM") != "dumb"

    @property
    def can_ask(self) -> bool:
        return self.stdin.isatty() and self.stderr.isatty()

    @property
    def width(self) -> int:
        """Columns of the terminal behind stderr."""
        columns = self.environ.get("COLUMNS", "")
        if columns.isdecimal() and int(columns):
            return min(int(columns), _MAX_WIDTH)
        try:
            found = os.get_terminal_size(self.stderr.fileno()).columns
        except (OSError, ValueError):
            found = 0
        return min(found or shutil.get_terminal_size().columns, _MAX_WIDTH)

    @property
    def has_unicode(self) -> bool:
        encoding = (getattr(self.stderr, "encoding", "") or "").replace("-", "").casefold()
        return encoding.startswith("utf")

    def data(self, line: str) -> None:
        """A line of the answer."""
        self._put(plain(line) + "\n")

    def data_json(self, value: Any) -> None:
        """The answer for programs; ASCII, so that every pipe takes it."""
        self._put(json.dumps(value, indent=2, default=str) + "\n")

    def finish(self) -> None:
        """Have the whole answer out. Raises AnswerLost, or BrokenPipeError."""
        self._tell("")
        self._put("", is_last=True)

    def _put(self, part: str, *, is_last: bool = False) -> None:
        try:
            # Nothing is written to see whether there is room; Windows refuses that also where
            # only the reader has left.
            if part or sys.platform != "win32":
                self.stdout.write(part)
            if is_last:
                self.stdout.flush()
        except OSError as error:
            silence(self.stdout)
            if is_closed_pipe(error):
                raise BrokenPipeError from error
            raise AnswerLost(error.strerror or str(error)) from error

    def _tell(self, part: str) -> None:
        """Nothing depends on being heard: a pull goes on, and the exit code says how it ended."""
        try:
            self.stderr.write(part)
            self.stderr.flush()
        except OSError:
            self.is_heard = False
            silence(self.stderr)

    def say(self, line: str) -> None:
        """A line about what happens."""
        self._tell(plain(line) + "\n")

    def draw(self, line: str) -> None:
        """Replace the line that is being drawn; "" wipes it."""
        self._tell("\r\x1b[K" + plain(line))

    def ask(self, question: str) -> bool:
        """A question for which only a clear yes counts."""
        self._tell(plain(question) + " " + tr("[y/N]") + " ")
        answer = self.stdin.readline()
        if not answer.endswith("\n"):
            self._tell("\n")
        return answer.strip().casefold() in ("y", "yes", tr("y"), tr("yes"))

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Aligned columns, two spaces between them, numbers not treated specially."""
        lines = [[plain(cell) for cell in row] for row in (head, *rows)]
        widths = [max(columns(row[column]) for row in lines) for column in range(len(head))]
        for row in lines:
            cells = (padded(cell, width) for cell, width in zip(row, widths, strict=True))
            self._put("  ".join(cells).rstrip() + "\n")

    def fields(self, rows: Sequence[tuple[str, str]]) -> None:
        """Label and value, one pair a line; pairs without a value are left out."""
        shown = [(label, value) for label, value in rows if value]
        width = max((columns(label) for label, _ in shown), default=0)
        for label, value in shown:
            self.data(f"{padded(label, width)}  {value}")


def columns(line: str) -> int:
    """How many columns of a terminal `line` takes: Chinese characters take two."""
    if line.isascii():
        return len(line)
    return sum(_columns_of(character) for character in line)


def _columns_of(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def padded(line: str, width: int) -> str:
    """`line`, filled up with spaces to `width` columns."""
    return line + " " * (width - columns(line))


def cut(line: str, width: int) -> str:
    """`line`, ending in an ellipsis where it would take more than `width` columns."""
    if columns(line) <= width:
        return line
    kept = line[: width - 1]
    while columns(kept) > width - 1:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def plain(line: str) -> str:
    """`line` for a terminal: no control characters, and plain spaces where a window would have
    ones that do not break."""
    return text.visible(line).replace("\t", " ").replace("\n", " ").replace("\u00a0", " ")
