"""Rules: what is to be said of facts. One function per check, each from facts to findings."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from tray_app.core import errors as e
from tray_app.core.diagnosis.facts import (
    Diagnosis,
    FolderFacts,
    FolderKind,
    InstallFacts,
    InstanceState,
    ServerFacts,
    ServerTarget,
)
from tray_app.core.diagnosis.findings import (
    About,
    Check,
    CheckKind,
    CheckResult,
    Finding,
    FindingKind,
    InstallSource,
    Remedy,
    RemedyKind,
)
from tray_app.core.redaction import redacted
from tray_app.core.sign_in import SecretState
from tray_app.core.versions import LEAST_VERSION, is_older, is_too_old, is_version

CLOCK_TOLERANCE_S = 300.0
MODELS_MINIMUM_BYTES = 5_000_000_000
OUR_MINIMUM_BYTES = 50_000_000
DOWNLOAD_PAGE = "https://ollama.com/download"
_HIDDEN = "•••"
_STATUSES: dict[type, int] = {e.Unauthorized: 401, e.Forbidden: 403}
_AWAY = frozenset({408, 502, 503, 504, *range(520, 531)})

_K, _R = FindingKind, RemedyKind


# Which checks there are.


def server_checks(target: ServerTarget, *, asks_for_newest: bool) -> tuple[Check, ...]:
    """What is looked at of a server, in this order."""
    endpoint = target.endpoint
    kinds = [CheckKind.ANSWERS, CheckKind.VERSION]
    if endpoint is not None and endpoint.scheme == "https":
        kinds.append(CheckKind.CERTIFICATE)
    if endpoint is not None and not endpoint.is_loopback and _signs_in(target):
        kinds.append(CheckKind.SIGN_IN)
    kinds += [CheckKind.CLOCK, CheckKind.SOURCES]
    if target.is_local:
        kinds.append(CheckKind.EXPOSURE)
    if target.is_local or target.models_folder:
        kinds += [CheckKind.MODEL_FOLDER, CheckKind.CLEANING]
    if asks_for_newest:
        kinds.append(CheckKind.NEWEST)
    return tuple(Check(kind, target.server_id) for kind in kinds)


def computer_checks(
    targets: Iterable[ServerTarget], *, asks_registry: bool = True
) -> tuple[Check, ...]:
    """What is looked at of this computer, in this order."""
    asked = tuple(targets)
    kinds = [CheckKind.KEYRING] if any(target.needs_secret for target in asked) else []
    if any(target.is_local for target in asked):
        kinds.append(CheckKind.PROXY)
    kinds += [CheckKind.PROGRAM, CheckKind.OWN_FOLDERS, CheckKind.DESKTOP]
    if asks_registry:
        kinds.append(CheckKind.REGISTRY)
    return tuple(Check(kind) for kind in kinds)


def _signs_in(target: ServerTarget) -> bool:
    endpoint = target.endpoint
    return endpoint is not None and bool(
        endpoint.username or endpoint.password or endpoint.access.headers
    )


# Of a server.


def judged_server(check: Check, facts: ServerFacts) -> CheckResult:
    """What `check` finds in the facts of its server."""
    if check.kind is not CheckKind.ANSWERS and (facts.error is not None or not facts.is_asked):
        return CheckResult(check)  # nothing is known of it
    return CheckResult(check, tuple(_OF_SERVER[check.kind](facts)))


def _about(
    kind: FindingKind,
    facts: ServerFacts,
    about: About | None = None,
    remedy: Remedy | None = None,
    details: tuple[str, ...] = (),
) -> Finding:
    found = about or About(
        address=facts.address, host=facts.host, is_local=facts.is_local, sign_in=facts.sign_in
    )
    return Finding(kind, (facts.server_id,), facts.label, found, remedy, details)


def _answers(facts: ServerFacts) -> Iterable[Finding]:
    if not facts.is_asked and facts.error is None:
        yield from _unasked(facts)
    elif facts.error is not None:
        yield _unusable(facts, facts.error)
    else:
        about = About(version=facts.version, seconds=facts.answered_s or 0.0)
        yield _about(_K.ANSWERS_FINE, facts, about)


def _unasked(facts: ServerFacts) -> Iterable[Finding]:
    """A server that waits is told with all others that do, by the check of the keyring."""
    if facts.is_secret_unread:
        yield _about(_K.SECRET_UNREAD, facts)
    elif facts.secret is SecretState.MISSING:
        yield _about(_K.SECRET_MISSING, facts, remedy=Remedy(_R.EDIT_SERVER))
    elif facts.secret is SecretState.NO_KEYRING:
        yield _about(_K.NO_KEYRING, facts, remedy=Remedy(_R.EDIT_SERVER))


def _unusable(facts: ServerFacts, error: e.OllamaError) -> Finding:
    kind, remedy = _why(facts, error)
    about = About(
        address=facts.address,
        host=facts.host,
        target=getattr(error, "address", "") or getattr(error, "proxy", ""),
        version=facts.version,
        status=getattr(error, "status", 0),
        reason=error.context,
        error=error,
        sign_in=facts.sign_in,
        is_local=facts.is_local,
        is_installed=facts.is_installed,
    )
    return _about(kind, facts, about, remedy, error_details(facts, error))


def error_details(facts: ServerFacts, error: e.OllamaError) -> tuple[str, ...]:
    """What was asked, with what, and what came of it."""
    lines = [error.request] if error.request else []
    lines += [f"{name}: {_HIDDEN}" for name in facts.sent_headers]
    status = getattr(error, "status", 0) or next(
        (number for kind, number in _STATUSES.items() if isinstance(error, kind)), 0
    )
    if status:
        lines.append(f"HTTP {status}")
    said = error.context if error.context and not error.context.isdecimal() else ""
    lines.append(f"{type(error).__name__}: {redacted(said)}" if said else type(error).__name__)
    return tuple(lines)


Why = tuple[FindingKind, Remedy | None]
_EDIT, _AGAIN = Remedy(_R.EDIT_SERVER), Remedy(_R.CHECK_AGAIN)


def _why(facts: ServerFacts, error: e.OllamaError) -> Why:
    """The finding that an error is, and what can be done about it."""
    known = next((kind for kind in type(error).__mro__ if kind in _WHY), None)
    return _WHY[known](facts, error) if known is not None else (_K.SERVER_FAULT, _AGAIN)


def _forbidden(facts: ServerFacts, error: e.Forbidden) -> Why:
    if error.is_by_front:
        return _K.FRONT_REFUSES, _EDIT
    if facts.own_address and not facts.is_given:
        return _K.HOST_REFUSED, Remedy(_R.USE_ADDRESS, facts.own_address)
    return _K.HOST_REFUSED, _EDIT


def _tls_failed(facts: ServerFacts, error: e.TlsFailed) -> Why:
    said = error.context.casefold()
    if not any(mark in said for mark in ("wrong_version", "wrong version", "record layer")):
        return _K.CERTIFICATE, _EDIT
    if facts.is_signed_in or facts.is_given:  # a secret is not sent in clear by one click
        return _K.NO_TLS, _EDIT
    return _K.NO_TLS, Remedy(_R.USE_HTTP, f"http://{facts.address.removeprefix('https://')}")


def _moved(facts: ServerFacts, error: e.Moved) -> Why:
    if not error.wants_https:
        return _K.MOVED, _EDIT
    has_address = bool(error.address) and not facts.is_given
    return _K.WANTS_HTTPS, Remedy(_R.USE_HTTPS, error.address) if has_address else _EDIT


def _proxy_failed(facts: ServerFacts, error: e.ProxyFailed) -> Why:
    if error.proxy:
        return _K.PROXY_ANSWERS, _AGAIN if facts.is_given else Remedy(_R.USE_NO_PROXY)
    return (_K.BEHIND_IS_AWAY if error.status in _AWAY else _K.SERVER_FAULT), _AGAIN


def _unreachable(facts: ServerFacts, error: e.Unreachable) -> Why:
    if error.kind is e.UnreachableKind.NAME_LOOKUP:
        return _K.NAME_UNKNOWN, Remedy(_R.EDIT_SERVER)
    if error.kind is e.UnreachableKind.NO_ROUTE:
        return _K.NO_ANSWER, _wake(facts)
    if error.kind is e.UnreachableKind.LOST:
        return _K.LOST, Remedy(_R.CHECK_AGAIN)
    if not facts.is_local:
        return _K.NOTHING_ON_PORT, Remedy(_R.CHECK_AGAIN)
    if facts.is_installed:
        return _K.NOT_RUNNING, Remedy(_R.START)
    return _K.NOT_INSTALLED, Remedy(_R.OPEN_PAGE, DOWNLOAD_PAGE)


def _wake(facts: ServerFacts) -> Remedy:
    return Remedy(_R.WAKE if facts.can_wake else _R.CHECK_AGAIN)


def _unauthorized(_: ServerFacts, error: e.Unauthorized) -> Why:
    if error.was_given:
        return _K.SIGN_IN_REFUSED, _EDIT
    return (_K.PASSWORD_WANTED if error.takes_password else _K.TOKEN_WANTED), _EDIT


def _not_ollama(facts: ServerFacts, error: e.NotOllama) -> Why:
    """An empty 200, or a 404, is what a proxy says whose prefix was forgotten."""
    is_empty = error.status in (0, 200) and error.context in ("", "BadAnswer: None")
    has_path = "/" in facts.address.partition("://")[2] or "/" in facts.address.rpartition(":")[2]
    if not facts.is_local and not has_path and (error.status == 404 or is_empty):
        return _K.PATH_MISSING, _EDIT
    return _K.NOT_OLLAMA, _EDIT


_WHY: dict[type, Callable[[ServerFacts, Any], Why]] = {
    e.Unreachable: _unreachable,
    e.TimedOut: lambda facts, _: (_K.NO_ANSWER, _wake(facts)),
    e.Starting: lambda _, __: (_K.STARTING, _AGAIN),
    e.BadAddress: lambda _, __: (_K.BAD_ADDRESS, _EDIT),
    e.Unauthorized: _unauthorized,
    e.Forbidden: _forbidden,
    e.TlsFailed: _tls_failed,
    e.Moved: _moved,
    e.NotOllama: _not_ollama,
    e.ProxyFailed: _proxy_failed,
    e.TooOld: lambda _, __: (_K.TOO_OLD, Remedy(_R.OPEN_PAGE, DOWNLOAD_PAGE)),
}


def _version(facts: ServerFacts) -> Iterable[Finding]:
    if not is_too_old(facts.version):
        yield _about(_K.VERSION_FINE, facts)
        return
    about = About(version=facts.version, newest=LEAST_VERSION)
    yield _about(_K.TOO_OLD, facts, about, Remedy(_R.OPEN_PAGE, DOWNLOAD_PAGE))


def _certificate(facts: ServerFacts) -> Iterable[Finding]:
    yield _about(_K.CERTIFICATE_FINE, facts)


def _sign_in(facts: ServerFacts) -> Iterable[Finding]:
    if not facts.sends_secrets_in_clear:
        yield _about(_K.SIGN_IN_FINE, facts)
        return
    details = (f"http://{facts.address}", *(f"{name}: {_HIDDEN}" for name in facts.sent_headers))
    yield _about(_K.CLEAR_SECRET, facts, remedy=Remedy(_R.EDIT_SERVER), details=details)


def _clock(facts: ServerFacts) -> Iterable[Finding]:
    ahead_s = facts.clock_ahead_s
    if ahead_s is None:
        return
    about = About(seconds=ahead_s)
    if abs(ahead_s) < CLOCK_TOLERANCE_S:
        yield _about(_K.CLOCK_FINE, facts, about)
    else:
        yield _about(_K.CLOCK, facts, about, details=(f"Date: {ahead_s:+.0f} s",))


def _sources(facts: ServerFacts) -> Iterable[Finding]:
    names = facts.odd_sources
    if names:
        remedy = Remedy(_R.SHOW_MODEL, names[0]) if len(names) == 1 else None
        yield _about(_K.ODD_SOURCES, facts, About(names=names), remedy, details=names)
    elif facts.models:
        yield _about(_K.SOURCES_FINE, facts)


def _exposure(facts: ServerFacts) -> Iterable[Finding]:
    if facts.open_at:
        details = (f"GET http://{facts.open_at}/api/version", "HTTP 200")
        about = About(address=facts.open_at)
        yield _about(_K.EXPOSED, facts, about, Remedy(_R.EXPLAIN), details)
    else:
        yield _about(_K.EXPOSURE_FINE, facts)


def _model_folder(facts: ServerFacts) -> Iterable[Finding]:
    store = facts.store
    if store is None:
        return
    if not store.folder and not facts.models:
        return  # there is nothing that it could be known by
    details = tuple(line for line in (store.folder, store.problem) if line)
    free = store.free_bytes
    if not store.folder or store.problem:
        about = About(path=store.folder, reason=store.problem, is_local=facts.is_local)
        yield _about(_K.FOLDER_NOT_SEEN, facts, about, Remedy(_R.EDIT_SERVER), details)
    elif free is not None and free < MODELS_MINIMUM_BYTES:
        about = About(free_bytes=free, path=store.folder)
        remedy = Remedy(_R.OPEN_FOLDER, store.folder)
        yield _about(_K.DISK_NEARLY_FULL, facts, about, remedy, details)
    else:
        about = About(free_bytes=free or 0, path=store.folder)
        yield _about(_K.FOLDER_FINE, facts, about)


def _cleaning(facts: ServerFacts) -> Iterable[Finding]:
    """What keeps Ollama from removing what nothing needs, at its next start."""
    store = facts.store
    if store is None or not store.folder or store.problem:
        return
    if store.no_prune:
        about = About(path=store.no_prune)
        yield _about(_K.NO_PRUNE, facts, about, Remedy(_R.EXPLAIN), (store.no_prune,))
    for name in store.damaged:
        about = About(names=(name,), is_local=facts.is_local, is_empty=name in store.emptied)
        yield _about(_K.DAMAGED_MODEL, facts, about, Remedy(_R.PULL_AGAIN, name), (store.folder,))
    if store.strays:
        about = About(names=store.strays)
        folder = store.strays[0].rpartition("/")[0] or store.strays[0].rpartition("\\")[0]
        remedy = Remedy(_R.OPEN_FOLDER, folder)
        yield _about(_K.STRAY_FILE, facts, about, remedy, store.strays)
    if not (store.no_prune or store.damaged or store.strays):
        yield _about(_K.CLEANING_FINE, facts)


def _newest(facts: ServerFacts) -> Iterable[Finding]:
    if not facts.newest or not is_version(facts.version):
        return
    if not is_older(facts.version, facts.newest):
        yield _about(_K.NEWEST_FINE, facts)
        return
    source = install_source(facts.install) if facts.install else InstallSource.UNKNOWN
    tool = facts.install.container_tool if facts.install else ""
    command = update_command(source, tool)
    about = About(
        version=facts.version, newest=facts.newest, source=source, is_local=facts.is_local
    )
    remedy = None
    if command:
        remedy = Remedy(_R.COPY_COMMAND, command)
    elif source is InstallSource.UNKNOWN:
        remedy = Remedy(_R.OPEN_PAGE, DOWNLOAD_PAGE)
    yield _about(_K.NEWER_OLLAMA, facts, about, remedy)


_OF_SERVER: dict[CheckKind, Callable[[ServerFacts], Iterable[Finding]]] = {
    CheckKind.ANSWERS: _answers,
    CheckKind.VERSION: _version,
    CheckKind.CERTIFICATE: _certificate,
    CheckKind.SIGN_IN: _sign_in,
    CheckKind.CLOCK: _clock,
    CheckKind.SOURCES: _sources,
    CheckKind.EXPOSURE: _exposure,
    CheckKind.MODEL_FOLDER: _model_folder,
    CheckKind.CLEANING: _cleaning,
    CheckKind.NEWEST: _newest,
}


# How Ollama was installed.


def install_source(facts: InstallFacts) -> InstallSource:
    """How this computer got the Ollama that it has, as far as that can be seen."""
    program = facts.program.replace("\\", "/")
    folded = program.casefold()
    if "/cellar/" in folded or "/homebrew/" in folded or "/linuxbrew/" in folded:
        return InstallSource.HOMEBREW
    if facts.platform == "win32":
        if "/winget/" in folded:
            return InstallSource.WINGET
        return InstallSource.APP if program or facts.has_app else InstallSource.UNKNOWN
    if facts.platform == "darwin":
        return InstallSource.APP if facts.has_app else InstallSource.UNKNOWN
    if program.startswith(("/usr/bin/", "/bin/", "/nix/", "/gnu/", "/snap/")):
        return InstallSource.PACKAGE
    if program.startswith("/usr/local/"):
        return InstallSource.SCRIPT
    is_container = not program and bool(facts.container_tool)
    return InstallSource.CONTAINER if is_container else InstallSource.UNKNOWN


def update_command(source: InstallSource, container_tool: str = "") -> str:
    """What a person types to have a newer one; "" = there is no such command."""
    if source is InstallSource.CONTAINER and container_tool == "podman":
        return "podman pull docker.io/ollama/ollama"
    return {
        InstallSource.SCRIPT: "curl -fsSL https://ollama.com/install.sh | sh",
        InstallSource.HOMEBREW: "brew upgrade ollama",
        InstallSource.WINGET: "winget upgrade Ollama.Ollama",
        InstallSource.CONTAINER: "docker pull ollama/ollama",
    }.get(source, "")


# Of this computer.


def judged_keyring(targets: Iterable[ServerTarget], names: dict[str, str]) -> Finding:
    """How the keyring stands, once for all servers that wait for it; `names` by server id."""
    by_state: dict[SecretState, list[str]] = {}
    for target in targets:
        by_state.setdefault(target.secret, []).append(target.server_id)
    for state, kind, remedy in (
        (SecretState.LOCKED, _K.KEYRING_LOCKED, Remedy(_R.UNLOCK)),
        (SecretState.WAITING, _K.KEYRING_WAITING, None),
    ):
        ids = tuple(by_state.get(state, ()))
        if ids:
            about = About(names=tuple(names[each] for each in ids))
            return Finding(kind, ids, "", about, remedy)
    return Finding(_K.KEYRING_FINE)


def judged_computer(check: Check, facts: Diagnosis) -> CheckResult:
    """What `check` finds in the facts of this computer."""
    return CheckResult(check, tuple(_OF_COMPUTER[check.kind](facts)))


def _proxy(facts: Diagnosis) -> Iterable[Finding]:
    if not facts.local_proxy:
        yield Finding(_K.PROXY_FINE)
        return
    about = About(address=facts.local_proxy)
    remedy = Remedy(_R.COPY_SETTING, "NO_PROXY=localhost,127.0.0.1,::1")
    yield Finding(_K.LOCAL_PROXY, about=about, remedy=remedy, details=(facts.local_proxy,))


def _registry(facts: Diagnosis) -> Iterable[Finding]:
    if facts.proxy.casefold().startswith("socks"):
        yield Finding(_K.SOCKS_PROXY, about=About(address=facts.proxy))
        return
    error = facts.registry_error
    if error is None:
        yield Finding(_K.REGISTRY_FINE)
        return
    details = tuple(line for line in (error.request, str(error)) if line)
    again = Remedy(_R.CHECK_AGAIN)
    yield Finding(_K.REGISTRY_SILENT, about=About(error=error), remedy=again, details=details)


def _program(facts: Diagnosis) -> Iterable[Finding]:
    problems = []
    if facts.settings_problem:
        about = About(reason=facts.settings_problem)
        problems.append(Finding(_K.SETTINGS_BROKEN, about=about))
    if facts.versions.qt_problem:
        about = About(reason=facts.versions.qt_problem)
        problems.append(Finding(_K.QT_BROKEN, about=about))
    if facts.instance.state is InstanceState.SILENT:
        problems.append(Finding(_K.PROGRAM_SILENT))
    yield from problems or (Finding(_K.PROGRAM_FINE),)
    if facts.newer is not None:
        about = About(version=facts.versions.program, newest=facts.newer.version)
        remedy = Remedy(_R.OPEN_PAGE, facts.newer.page)
        yield Finding(_K.NEWER_TRAY, about=about, remedy=remedy)


def _own_folders(facts: Diagnosis) -> Iterable[Finding]:
    problems = [
        finding
        for folder in facts.folders
        if folder.kind is not FolderKind.MODELS
        for finding in _own_folder(folder)
    ]
    yield from problems or (Finding(_K.OWN_FOLDERS_FINE),)


def _own_folder(folder: FolderFacts) -> Iterable[Finding]:
    about = About(names=(folder.kind.value,), path=folder.path, free_bytes=folder.free_bytes or 0)
    if not folder.is_writable:
        yield Finding(_K.FOLDER_READ_ONLY, about=about)
    if folder.free_bytes is not None and folder.free_bytes < OUR_MINIMUM_BYTES:
        yield Finding(_K.OWN_DISK_FULL, about=about)


def _desktop(facts: Diagnosis) -> Iterable[Finding]:
    problems = []
    if facts.desktop.problem:
        about = About(reason=facts.desktop.problem)
        problems.append(Finding(_K.DESKTOP_UNKNOWN, about=about))
    if facts.has_tray is False:
        problems.append(Finding(_K.NO_TRAY))
    if facts.desktop.has_notifier is False and not facts.desktop.problem:
        problems.append(Finding(_K.NO_NOTIFIER))
    yield from problems or (Finding(_K.DESKTOP_FINE),)


_OF_COMPUTER: dict[CheckKind, Callable[[Diagnosis], Iterable[Finding]]] = {
    CheckKind.PROXY: _proxy,
    CheckKind.REGISTRY: _registry,
    CheckKind.PROGRAM: _program,
    CheckKind.OWN_FOLDERS: _own_folders,
    CheckKind.DESKTOP: _desktop,
}
