"""Logging: one rotating file, Qt's messages, and what nobody caught.

Lines are stripped of secrets and of the name of the home folder before they reach any handler's
output, because people paste logs into bug reports.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import logging.handlers
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Hashable
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    Qt,
    QTimer,
    QtMsgType,
    Signal,
    Slot,
    qInstallMessageHandler,
)

from tray_app import __version__
from tray_app.core.lazy_patterns import lazy_pattern
from tray_app.core.payloads import Crashes
from tray_app.core.redaction import redacted
from tray_app.paths import CRASH_FILE, without_home
from tray_app.private_files import make_folder, opener
from tray_app.streams import is_closed_pipe, silence

_FORMAT = "%(asctime)s %(levelname).1s %(threadName)s %(name)s: %(message)s"
_MAX_BYTES = 1_000_000
_KEPT_FILES = 3
_MAX_CRASH_BYTES = 100_000
_MAX_LINE = 10_000
_MAX_PLACES = 1000
_MAX_STEPS = 30
_MAX_TRACES = 20
_MAX_TRACE = 10_000
_PACE_MS = 500
_TIMES = "times"
_QUIET = ("urllib3", "asyncio")

_CONTROL = lazy_pattern(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

_QT_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
_log = logging.getLogger(__name__)

_Place = tuple[Hashable, ...]


def without_secrets(text: str) -> str:
    """`text` without tokens, passwords, queries of URLs and the path of the home folder."""
    return without_home(redacted(text))


class _Formatter(logging.Formatter):
    """One line per message, cut, without secrets; a traceback follows on its own lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        # A server's text must not be able to forge lines.
        message = record.message[:_MAX_LINE]
        record.message = _CONTROL.sub(lambda match: repr(match[0])[1:-1], message)
        times = record.__dict__.get(_TIMES, 1)
        if times > 1:
            record.message += f" ({times} times by now)"
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:
        return _without_middle(super().formatException(ei))

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


def set_up(file: Path | None, *, is_verbose: bool = False, to_stderr: bool = False) -> None:
    """Log into `file` (None: nowhere), and to stderr when asked. May be called again.

    A folder that cannot be written is no reason not to start: it is said on stderr and there is
    no log file.
    """
    take_down()
    level = logging.DEBUG if is_verbose else logging.INFO
    logging.getLogger().setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.INFO if is_verbose else logging.WARNING)
    failure = ""
    if file is not None:
        try:
            make_folder(file.parent)
            _add(
                _FileHandler(
                    file,
                    maxBytes=_MAX_BYTES,
                    backupCount=_KEPT_FILES,
                    encoding="utf-8",
                    errors="backslashreplace",
                ),
                level,
            )
            _watch_hard_crashes(file.with_name(CRASH_FILE))
        except OSError as error:
            failure = str(error)
    # Without a console (pythonw, a bundle) there is no stderr.
    if sys.stderr is not None and (to_stderr or failure):
        _add(_StreamHandler(sys.stderr), level)
    qInstallMessageHandler(_on_qt_message)
    if failure:
        _log.warning("no log file: %s", failure)
    _log.info("Ollama Tray %s, Python %s, %s", __version__, sys.version.split()[0], sys.platform)


def take_down() -> None:
    """Close what `set_up` opened and give Qt's messages back to Qt."""
    root = logging.getLogger()
    for handler in _Handlers.ours:
        root.removeHandler(handler)
        _close(handler)
    if _Handlers.ours:
        qInstallMessageHandler(None)
    _Handlers.ours.clear()
    if _Handlers.crash_file is not None:
        faulthandler.disable()
        _close(_Handlers.crash_file)
        _Handlers.crash_file = None


def _close(what: logging.Handler | TextIO) -> None:
    """On a full disk what is still to be written has no place."""
    with contextlib.suppress(OSError):
        what.close()


class _StreamHandler(logging.StreamHandler[TextIO]):
    """A line that cannot be written is lost; that is no reason to fill a terminal."""

    def handleError(self, record: logging.LogRecord) -> None:
        error = sys.exc_info()[1]
        if is_closed_pipe(error):
            silence(self.stream)
        elif not isinstance(error, OSError):
            super().handleError(record)


class _FileHandler(logging.handlers.RotatingFileHandler):
    """The same for a file, which is for its owner alone."""

    def handleError(self, record: logging.LogRecord) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)

    def _open(self) -> Any:
        return open(
            self.baseFilename,
            self.mode,
            encoding=self.encoding,
            errors=self.errors,
            opener=opener,
        )


class _Handlers:
    ours: list[logging.Handler] = []
    crash_file: TextIO | None = None


def _watch_hard_crashes(file: Path) -> None:
    """Have Python write down where every thread was when the process dies of a signal."""
    if faulthandler.is_enabled():
        return  # somebody wants to see it elsewhere
    is_large = file.exists() and file.stat().st_size > _MAX_CRASH_BYTES
    _Handlers.crash_file = open(  # noqa: SIM115 - Path has no opener
        file, "w" if is_large else "a", encoding="utf-8", opener=opener
    )
    faulthandler.enable(_Handlers.crash_file)


def _add(handler: logging.Handler, level: int) -> None:
    handler.setLevel(level)
    handler.setFormatter(_Formatter(_FORMAT))
    handler.addFilter(_Repeats())
    logging.getLogger().addHandler(handler)
    _Handlers.ours.append(handler)


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    category = context.category or "default"
    name = "qt" if category == "default" else f"qt.{category.removeprefix('qt.')}"
    logging.getLogger(name).log(_QT_LEVELS.get(kind, logging.WARNING), "%s", message)


class _Repeats(logging.Filter):
    """Lets the same traceback through the 1st, the 10th, the 100th … time, with the number.

    A timer or a paint that fails does so many times a second, and would push everything else out
    of the file.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._times: Counter[_Place] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return True
        place = _place(error)
        with self._lock:
            if place not in self._times and len(self._times) >= _MAX_PLACES:
                place = ("elsewhere",)
            self._times[place] += 1
            times = self._times[place]
        record.__dict__[_TIMES] = times
        return str(times).strip("0") == "1"


def _place(error: BaseException) -> _Place:
    """Where an error comes from; what it says may be different each time."""
    steps = traceback.walk_tb(error.__traceback__)
    places = [(frame.f_code.co_filename, line) for frame, line in steps]
    return (type(error).__qualname__, *places[-_MAX_STEPS:])


class CrashReporter(QObject):
    """Turns what nobody caught, in any thread, into log records and one signal.

    Signals: `crashed` with all there is to tell so far, soon after the first and at most twice a
    second after that: what is shown then may be what fails.
    Thread: made in the GUI thread; the signal is delivered there.
    """

    crashed = Signal(object)  # Crashes
    _caught = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock = threading.Lock()
        self._places: set[_Place] = set()
        self._crashes = Crashes()
        self._is_due = False
        self._pace = QTimer(self, singleShot=True, interval=_PACE_MS)
        self._pace.setObjectName("crash reporter")
        self._pace.timeout.connect(self._on_caught)
        self._old_hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        # Queued also in the GUI thread: a dialog must not open inside a paint or an event filter.
        self._caught.connect(self._on_caught, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Catch from now on."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable

    def uninstall(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._old_hooks

    def _on_exception(
        self,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        if issubclass(kind, KeyboardInterrupt | SystemExit):
            self._old_hooks[0](kind, error, trace)
            return
        self._report(error.with_traceback(trace), threading.current_thread().name)
        # A painter that a frame still holds when Qt goes on would take the process with it.
        traceback.clear_frames(trace)

    def _on_thread_exception(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_type is SystemExit:
            return
        name = args.thread.name if args.thread else "?"
        error = args.exc_value or args.exc_type()
        self._report(error.with_traceback(args.exc_traceback), name)

    def _on_unraisable(self, args: sys.UnraisableHookArgs) -> None:
        # From __del__ and callbacks of C: a fault, but none a person has to see.
        _log.error("not raisable: %s", args.err_msg or repr(args.object), exc_info=args.exc_value)

    def _report(self, error: BaseException, thread: str) -> None:
        _log.critical("not caught in thread %s", thread, exc_info=error)
        place = _place(error)
        with self._lock:
            traces = self._crashes.traces
            if place not in self._places and len(traces) < _MAX_TRACES:
                self._places.add(place)
                traces = (*traces, _trace_of(error))
            self._crashes = Crashes(traces, self._crashes.count + 1)
            was_due, self._is_due = self._is_due, True
        if not was_due:
            self._caught.emit()

    @Slot()
    def _on_caught(self) -> None:
        if self._pace.isActive():
            return
        with self._lock:
            is_due, self._is_due = self._is_due, False
            crashes = self._crashes
        if is_due:
            self._pace.start()
            self.crashed.emit(crashes)


def _trace_of(error: BaseException) -> str:
    """A traceback as it may be shown: without secrets, and never long."""
    return without_secrets(_without_middle("".join(traceback.format_exception(error))))


def _without_middle(text: str) -> str:
    if len(text) <= _MAX_TRACE:
        return text
    return f"{text[: _MAX_TRACE // 2]}\n…\n{text[-_MAX_TRACE // 2 :]}"
