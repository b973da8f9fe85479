"""Constructions that are banned in tray_app, each with the reason, and the exceptions by name."""

import ast
import re
from collections.abc import Callable, Iterator

from tests.architecture.source import Source, dotted, last_name

MAX_LINES = 700

# path → why it is one subject and cannot be split well
LONG_FILES: dict[str, str] = {}

# There only on one platform, so they cannot stand at the top of a file.
PLATFORM_MODULES = frozenset(
    {
        "_winapi",
        "ctypes",
        "fcntl",
        "grp",
        "jeepney",
        "keyring",
        "msvcrt",
        "pwd",
        "resource",
        "winreg",
    }
)

# (path, module) → why it is worth an import inside a function
LAZY_IMPORTS: dict[tuple[str, str], str] = {
    ("tray_app/use_file.py", "sqlite3"): "9 ms: in its lane, not at the start",
    ("tray_app/__main__.py", "tray_app.app"): "a terminal verb must not pay for Qt",
    ("tray_app/__main__.py", "tray_app.cli.terminal"): "the window must not pay for requests",
    ("tray_app/app/doctor.py", "tray_app.core.diagnosis.facts"): "few look: 10 ms",
    ("tray_app/app/doctor.py", "tray_app.core.diagnosis.findings"): "few look: 8 ms",
    ("tray_app/app/doctor.py", "tray_app.diagnosis.lanes"): "loads requests: not at the start",
    ("tray_app/app/doctor.py", "tray_app.diagnosis.question"): "loads requests: not at the start",
    ("tray_app/app/doctor.py", "tray_app.diagnosis.releases"): "loads requests: not at the start",
    ("tray_app/app/application.py", "tray_app.app.server_starts"): "window and icon first",
    ("tray_app/app/application.py", "tray_app.app.instance_commands"): "once somebody asks",
    ("tray_app/app/create_files.py", "tray_app.workers.creates.reading"): "few make models: 90 KB",
    ("tray_app/desktop/notifications/notifier.py", "tray_app.text.creating"): "few make models",
    ("tray_app/desktop/tray/entries.py", "tray_app.text.creating"): "few make models",
    ("tray_app/desktop/tray/entries.py", "tray_app.text.keeping"): "once something is loaded",
    ("tray_app/views/dialogs.py", "tray_app.core.diagnosis.findings"): "few look",
    ("tray_app/views/dialogs.py", "tray_app.text.lists"): "few have lists",
    ("tray_app/views/dialogs.py", "tray_app.views.components.message_box"): "few errors",
    ("tray_app/views/main_window/list_actions.py", "tray_app.text.lists"): "few have lists",
    (
        "tray_app/views/main_window/list_actions.py",
        "tray_app.views.main_window.dropping",
    ): "loads what files and lists are",
    (
        "tray_app/views/main_window/models_pane.py",
        "tray_app.views.main_window.dropping",
    ): "loads what files and lists are",
    ("tray_app/views/downloads/panel.py", "tray_app.views.downloads.list_view"): "once one comes",
    ("tray_app/views/main_window/announcer.py", "tray_app.text.creating"): "few make models",
    ("tray_app/views/dialogs.py", "tray_app.core.creates.groups"): "few make models",
    (
        "tray_app/views/main_window/derive_actions.py",
        "tray_app.core.creates.deriving",
    ): "once a model is picked",
    ("tray_app/workers/jobs.py", "tray_app.ollama.deriving"): "few make models",
    ("tray_app/workers/pulls/queue.py", "tray_app.workers.pulls.job"): "once something is pulled",
    ("tray_app/app/application.py", "tray_app.app.updates"): "window and icon first",
    ("tray_app/app/application.py", "tray_app.app.use"): "window and icon first",
    ("tray_app/app/application.py", "tray_app.app.creates"): "window and icon first",
    ("tray_app/app/application.py", "tray_app.app.lists"): "window and icon first",
    ("tray_app/app/application.py", "tray_app.app.disk"): "window and icon first",
    ("tray_app/app/application.py", "tray_app.app.remarks"): "window and icon first",
    ("tray_app/app/application.py", "tray_app"): "window and icon first",
    ("tray_app/app/application.py", "tray_app.app.program_release"): "window and icon first",
    ("tray_app/app/application.py", "tray_app.diagnosis.program_releases"): "loads requests",
    ("tray_app/project.py", "tomllib"): "only in a checkout",
    ("tray_app/app/application.py", "tray_app.app.stay_awake"): "window and icon first",
    ("tray_app/app/application.py", "tray_app.app.keeping"): "window and icon first",
    ("tray_app/app/start.py", "PySide6.QtWidgets"): "a second start hands over without it",
    ("tray_app/app/launcher.py", "tray_app.app.application"): "the icon first",
    ("tray_app/app/launcher.py", "tray_app.app.demo"): "only --demo needs it",
    ("tray_app/app/launcher.py", "tray_app.app.garbage"): "the icon first",
    ("tray_app/app/launcher.py", "tray_app.log"): "the icon first",
    ("tray_app/app/launcher.py", "tray_app.paths"): "the icon first",
    ("tray_app/app/start.py", "PySide6.QtCore"): "a second start hands over without it",
    ("tray_app/cli/reading.py", "tray_app.core.sharing"): "only `show` needs it",
    ("tray_app/cli/reading.py", "tray_app.ollama.layers"): "only `show` needs it",
    ("tray_app/cli/writing.py", "tray_app.cli.replacing"): "only over what is there",
    ("tray_app/cli/reading.py", "tray_app.cli.uses"): "loads sqlite3: only `--sort used` needs it",
    ("tray_app/cli/terminal.py", "tray_app.cli.sign_in"): "few commands sign in",
    ("tray_app/cli/terminal.py", "tray_app.text.displays"): "only where Qt cannot be loaded",
    ("tray_app/core/error_words.py", "html"): "few errors are pages",
    ("tray_app/ollama/certificates.py", "tray_app.ollama.http_session"): "loads requests",
    ("tray_app/ollama/responses.py", "tray_app.core.waits"): "few answers name a time",
    ("tray_app/desktop/secret_store.py", "tray_app.desktop.secret_portal"): "only in a Flatpak",
    ("tray_app/desktop/secret_store.py", "tray_app.desktop.secret_service"): "Linux; loads keyring",
    ("tray_app/app/start.py", "tempfile"): "only --demo needs it",
    ("tray_app/app/start.py", "tray_app.app.launcher"): "a second start hands over without it",
    ("tray_app/app/start.py", "tray_app.desktop.tray.tray"): "a second start hands over without it",
    ("tray_app/app/start.py", "tray_app.app.no_window"): "only when there is something to say",
    (
        "tray_app/app/start.py",
        "tray_app.desktop.startup.qt_failure",
    ): "a second start hands over without it",
    ("tray_app/app/no_window.py", "PySide6.QtCore"): "it may be what is missing",
    ("tray_app/app/window.py", "tray_app.app.view_state"): "only where the language changes",
    ("tray_app/app/window.py", "tray_app.app.windows"): "built when first shown",
    ("tray_app/streams.py", "ctypes"): "only on Windows, where there is no console",
    ("tray_app/cli/arguments.py", "argparse"): "10 ms: not for a start without arguments",
    ("tray_app/cli/server_choice.py", "tray_app.ollama.local_store"): "only where none answers",
    ("tray_app/cli/speech.py", "tray_app.language"): "Qt costs 100 ms: not for English",
    ("tray_app/cli/terminal.py", "tray_app.cli.doctor"): "each verb loads what it needs",
    ("tray_app/cli/terminal.py", "tray_app.cli.creating"): "each verb loads what it needs",
    ("tray_app/cli/terminal.py", "tray_app.cli.downloads"): "each verb loads what it needs",
    ("tray_app/cli/terminal.py", "tray_app.cli.program"): "each verb loads what it needs",
    ("tray_app/cli/terminal.py", "tray_app.cli.lists"): "each verb loads what it needs",
    ("tray_app/cli/terminal.py", "tray_app.cli.memory"): "each verb loads what it needs",
    ("tray_app/cli/terminal.py", "tray_app.cli.reading"): "each verb loads what it needs",
    ("tray_app/cli/terminal.py", "tray_app.cli.renaming"): "each verb loads what it needs",
    ("tray_app/cli/terminal.py", "tray_app.cli.updates"): "each verb loads what it needs",
    ("tray_app/cli/terminal.py", "tray_app.cli.writing"): "each verb loads what it needs",
    ("tray_app/cli/terminal.py", "tray_app.desktop.instance.single_instance"): (
        "most verbs do not ask the program"
    ),
    ("tray_app/desktop/autostart/system.py", "tray_app.desktop.autostart.macos"): "only on macOS",
    ("tray_app/desktop/autostart/system_switch.py", "tray_app.desktop.autostart.portal"): (
        "only in a Flatpak; loads jeepney"
    ),
    ("tray_app/desktop/awake/system.py", "tray_app.desktop.awake.linux"): "only on Linux",
    ("tray_app/desktop/awake/system.py", "tray_app.desktop.awake.macos"): "only on macOS",
    ("tray_app/desktop/awake/system.py", "tray_app.desktop.awake.windows"): "only on Windows",
    ("tray_app/desktop/ollama_start/system.py", "tray_app.desktop.ollama_start.linux"): (
        "only on Linux, where it loads jeepney"
    ),
    ("tray_app/desktop/ollama_start/system.py", "tray_app.desktop.ollama_start.macos"): (
        "only on macOS"
    ),
    ("tray_app/desktop/ollama_start/system.py", "tray_app.desktop.ollama_start.windows"): (
        "only on Windows"
    ),
    (
        "tray_app/desktop/autostart/system.py",
        "tray_app.desktop.autostart.windows",
    ): "only on Windows",
    ("tray_app/desktop/autostart/system.py", "tray_app.desktop.autostart.xdg"): "only on Linux",
    ("tray_app/desktop/dock_badge.py", "tray_app.desktop.dbus.session"): (
        "jeepney costs 17 ms: not before the first download"
    ),
    ("tray_app/desktop/conditions/system.py", "tray_app.desktop.conditions.linux"): "only on Linux",
    (
        "tray_app/desktop/conditions/system.py",
        "tray_app.desktop.conditions.qt_network",
    ): "only off Linux",
    (
        "tray_app/desktop/conditions/system.py",
        "tray_app.desktop.conditions.windows_power",
    ): "only on Windows",
    ("tray_app/desktop/facts.py", "PySide6.QtCore"): "it may be what cannot be loaded",
    ("tray_app/desktop/facts.py", "PySide6.QtWidgets"): "it may be what cannot be loaded",
    ("tray_app/desktop/notifications/notifier.py", "tray_app.desktop.notifications.portal"): (
        "only in a Flatpak; loads jeepney"
    ),
    ("tray_app/desktop/notifications/notifier.py", "tray_app.desktop.notifications.dbus"): (
        "jeepney costs 17 ms: not before the first notice"
    ),
    ("tray_app/desktop/instance/lock.py", "tempfile"): "4 ms: not where there is a better folder",
    ("tray_app/desktop/instance/single_instance.py", "tray_app.desktop.instance.call"): (
        "only a second start asks"
    ),
    ("tray_app/desktop/tray/icon.py", "tray_app.desktop.tray.color_icon"): (
        "the enumerations of Qt cost 15 ms: only for who chose it"
    ),
    ("tray_app/desktop/tray/tray.py", "tray_app.desktop.tray.entries"): (
        "all wording and records cost 50 ms: after the tray icon"
    ),
    ("tray_app/desktop/tray/tray.py", "tray_app.desktop.tray.facts"): (
        "all wording and records cost 50 ms: after the tray icon"
    ),
    ("tray_app/desktop/instance/single_instance.py", "tray_app.desktop.instance.server"): (
        "QtNetwork costs 5 ms: after the tray icon"
    ),
    ("tray_app/ollama/client.py", "tray_app.ollama.ensure"): "10 ms: not for who only lists",
    ("tray_app/ollama/client.py", "tray_app.ollama.registry"): "5 ms: not for who only lists",
    ("tray_app/text/wording.py", "tray_app.text.qt_formats"): "Qt costs 100 ms: not for English",
    (
        "tray_app/ollama/transport.py",
        "tray_app.ollama.http_session",
    ): "requests costs 100 ms, 19 MiB",
}

# (path, class and method) → why it may only raise NotImplementedError
SEAMS: dict[tuple[str, str], str] = {
    ("tray_app/desktop/dbus/connection.py", "BusConnection.address"): "until it takes the address",
    ("tray_app/workers/jobs.py", "ServerJob.work"): "a QObject can be no ABC; each job has its own",
    ("tray_app/workers/runner.py", "Job.perform"): "a QObject can be no ABC; each job has its own",
}
_ABSTRACT = frozenset({"ABC", "ABCMeta", "Protocol"})

_MODAL_HELPERS = {
    "QMessageBox": {"about", "aboutQt", "critical", "information", "question", "warning"},
    "QInputDialog": {"getDouble", "getInt", "getItem", "getMultiLineText", "getText"},
    "QFileDialog": {
        "getExistingDirectory",
        "getOpenFileName",
        "getOpenFileNames",
        "getSaveFileName",
    },
    "QColorDialog": {"getColor"},
    "QFontDialog": {"getFont"},
}
# The event loop of the program, and a drag, which has no other way to run.
_MAY_EXEC = re.compile(r"_?(q?app|application|qapplication|qcoreapplication|drag)$", re.IGNORECASE)
_SLEEPS = {"time.sleep", "QThread.sleep", "QThread.msleep", "QThread.usleep"}
_SCROLLING = "tray_app/views/components/scrolling.py"
_SIGNAL_PAYLOADS = {"str", "bool", "object"}
_SEES_WORKERS = {"app", "workers"}

Check = Callable[[Source, ast.AST], str]


def check_bans(source: Source) -> Iterator[str]:
    """Yield one line of text for each banned construction."""
    if ast.get_docstring(source.tree) is None:
        yield f"{source.path}:1: no docstring that says what lives here"
    if len(source.lines) > MAX_LINES and source.path not in LONG_FILES:
        yield f"{source.path}: {len(source.lines)} lines, more than {MAX_LINES}: split by subject"
    for node in ast.walk(source.tree):
        for check in _CHECKS if isinstance(node, _CHECKED) else ():
            reason = check(source, node)
            if reason:
                yield f"{source.path}:{getattr(node, 'lineno', 1)}: {reason}"
    yield from _check_lazy_imports(source)
    for line, name in find_seams(source):
        if (source.path, name) not in SEAMS:
            yield f"{source.path}:{line}: {name} only raises NotImplementedError, in no ABC"


def _check_lazy_imports(source: Source) -> Iterator[str]:
    for entry in source.imports:
        if not entry.is_inside_function or entry.module.partition(".")[0] in PLATFORM_MODULES:
            continue
        targets = {entry.module, *entry.targets()}
        if not any((source.path, target) in LAZY_IMPORTS for target in targets):
            yield f"{source.path}:{entry.line}: import of {entry.module} inside a function"


def find_seams(source: Source) -> Iterator[tuple[int, str]]:
    """Line and name of each method that another class is to fill in, outside an ABC or Protocol."""
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.ClassDef) or _is_abstract(node):
            continue
        for method in node.body:
            if isinstance(method, ast.FunctionDef | ast.AsyncFunctionDef) and _only_raises(method):
                yield method.lineno, f"{node.name}.{method.name}"


def _is_abstract(node: ast.ClassDef) -> bool:
    bases = [*node.bases, *(keyword.value for keyword in node.keywords)]
    named = (base.value if isinstance(base, ast.Subscript) else base for base in bases)
    return any(last_name(base) in _ABSTRACT for base in named)


def _only_raises(method: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    body = method.body[1:] if ast.get_docstring(method) is not None else method.body
    if len(body) != 1 or not isinstance(body[0], ast.Raise) or body[0].exc is None:
        return False
    return last_name(body[0].exc) == "NotImplementedError"


def _star_import(_: Source, node: ast.AST) -> str:
    is_star = isinstance(node, ast.ImportFrom) and any(a.name == "*" for a in node.names)
    return "import *" if is_star else ""


def _named(_: Source, node: ast.AST) -> str:
    name = last_name(node) if isinstance(node, ast.Attribute | ast.Name) else ""
    reasons = {
        "processEvents": "processEvents: re-entrant",
        "QSortFilterProxyModel": "QSortFilterProxyModel: the item model sorts its own list",
        "ResizeToContents": "ResizeToContents: asks for every cell at every change",
    }
    return reasons.get(name, "")


def _thread_class(_: Source, node: ast.AST) -> str:
    is_thread = isinstance(node, ast.ClassDef) and any(
        last_name(base) == "QThread" for base in node.bases
    )
    return "QThread subclassed: move a QObject to a thread" if is_thread else ""


def _plain_scroll_area(source: Source, node: ast.AST) -> str:
    parts = node.bases if isinstance(node, ast.ClassDef) else []
    parts = [node.func] if isinstance(node, ast.Call) else parts
    if source.path == _SCROLLING or "QScrollArea" not in map(last_name, parts):
        return ""
    return "QScrollArea: take ScrollArea, which knows Home and End"


def _terminate(_: Source, node: ast.AST) -> str:
    if not isinstance(node, ast.Attribute) or node.attr != "terminate":
        return ""
    return "" if "process" in last_name(node.value).lower() else "terminate() of a thread"


def _modal_loop(_: Source, node: ast.AST) -> str:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return ""
    owner, name = last_name(node.func.value), node.func.attr
    if name in ("exec", "exec_") and not _MAY_EXEC.fullmatch(owner):
        return f"{owner}.{name}(): use open() or popup()"
    if name in _MODAL_HELPERS.get(owner, ()):
        return f"{owner}.{name}() runs a loop of its own: build the dialog and open() it"
    return ""


def _sleep(_: Source, node: ast.AST) -> str:
    if isinstance(node, ast.Attribute) and dotted(node) in _SLEEPS:
        return dotted(node)
    is_import = isinstance(node, ast.ImportFrom) and node.module == "time"
    if is_import and any(alias.name == "sleep" for alias in node.names):  # type: ignore[attr-defined]
        return "time.sleep"
    return ""


def _signal(source: Source, node: ast.AST) -> str:
    if not isinstance(node, ast.Call) or dotted(node.func) not in ("Signal", "QtCore.Signal"):
        return ""
    payload = [dotted(argument) or ast.unparse(argument) for argument in node.args]
    if len(payload) > 1:
        return f"Signal({', '.join(payload)}): send one frozen dataclass"
    if payload and payload[0] not in _SIGNAL_PAYLOADS:
        return f"Signal({payload[0]}): the payload is nothing, str, bool or object"
    if payload == ["object"] and "#" not in source.lines[(node.end_lineno or 1) - 1]:
        return "Signal(object) without a comment that names the class"
    return ""


def _untranslatable(_: Source, node: ast.AST) -> str:
    if not isinstance(node, ast.Call) or last_name(node.func) not in ("tr", "translate"):
        return ""
    for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
        if isinstance(argument, ast.JoinedStr):
            return "f-string inside tr(): format what tr() gives"
        is_format = isinstance(argument, ast.Call) and last_name(argument.func) == "format"
        is_joined = isinstance(argument, ast.BinOp) and any(
            isinstance(part, ast.Constant) and isinstance(part.value, str)
            for part in ast.walk(argument)
        )
        if is_format or is_joined:
            return "a composed string inside tr(): format what tr() gives"
    return ""


def _connected_in_the_workers_thread(source: Source, node: ast.AST) -> str:
    is_connect = isinstance(node, ast.Call) and last_name(node.func) == "connect"
    if not is_connect or source.layer not in _SEES_WORKERS:
        return ""
    for argument in node.args[:1]:  # type: ignore[attr-defined]
        is_partial = isinstance(argument, ast.Call) and last_name(argument.func) == "partial"
        is_function = isinstance(argument, ast.Name) and argument.id in source.functions
        if isinstance(argument, ast.Lambda) or is_partial or is_function:
            return (
                "connected to what is no method of a QObject: it would run in the worker's thread"
            )
    return ""


def _application_instance(source: Source, node: ast.AST) -> str:
    is_asked = isinstance(node, ast.Attribute) and re.fullmatch(
        r"(\w+\.)*Q(Core|Gui)?Application\.instance", dotted(node)
    )
    return "QApplication.instance() in a worker" if is_asked and source.layer == "workers" else ""


def _impure_core(source: Source, node: ast.AST) -> str:
    if source.layer != "core":
        return ""
    if isinstance(node, ast.Attribute) and node.attr in ("now", "utcnow", "today"):
        return f"{dotted(node)}: core has no clock, take one as an argument"
    return "open(): core has no files" if _is_open(node) else ""


def _io_in_item_models(source: Source, node: ast.AST) -> str:
    return "open() in an item model" if source.layer == "itemmodels" and _is_open(node) else ""


def _is_open(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and dotted(node.func) == "open"


# What the checks below look at, so that they need not be asked about everything.
_CHECKED = (ast.Attribute, ast.Call, ast.ClassDef, ast.ImportFrom, ast.Name)
_CHECKS: tuple[Check, ...] = (
    _star_import,
    _named,
    _thread_class,
    _plain_scroll_area,
    _terminate,
    _modal_loop,
    _sleep,
    _signal,
    _untranslatable,
    _connected_in_the_workers_thread,
    _application_instance,
    _impure_core,
    _io_in_item_models,
)
