"""A look at the whole program in words: what is wrong and what to do, and the facts behind it.

The facts' labels are short and technical, because they end up in reports about faults.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tray_app.core.diagnosis import (
    Diagnosis,
    FolderFacts,
    FolderKind,
    InstanceState,
    ServerFacts,
)
from tray_app.text.displays import qt_impossible
from tray_app.text.errors import error_text
from tray_app.text.messages import Action
from tray_app.text.models import models_count
from tray_app.text.plain import one_line
from tray_app.text.times import roughly
from tray_app.text.units import size
from tray_app.text.wording import fill, join, tr

_CLOCK_TOLERANCE_S = 300.0
_OUR_MINIMUM_BYTES = 50_000_000
_MODELS_MINIMUM_BYTES = 5_000_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be, and the one thing to do about it ("" = nothing)."""

    problem: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """One section of the report."""

    title: str
    rows: tuple[tuple[str, str], ...]


def diagnosis_findings(found: Diagnosis) -> tuple[Finding, ...]:
    """What a person should look at, the most important first."""
    return (
        *_server_findings(found),
        *_exposure_findings(found),
        *_clock_findings(found),
        *_folder_findings(found),
        *_program_findings(found),
        *_desktop_findings(found),
    )


def diagnosis_summary(count: int) -> str:
    """The first line of the report."""
    if not count:
        return tr("Everything looks right.")
    return tr("1 thing to look at:") if count == 1 else tr("%Ln things to look at:", "", count)


def diagnosis_facts(found: Diagnosis) -> tuple[Facts, ...]:
    """Everything that was seen, by section. Empty values are left out."""
    sections = (
        Facts(tr("Versions"), tuple(_versions(found))),
        Facts(tr("Desktop"), tuple(_desktop(found))),
        Facts(tr("Servers"), tuple(_servers(found))),
        Facts(tr("Folders"), tuple(_folders(found))),
        Facts(tr("Settings that were changed"), found.settings),
        Facts(tr("Last errors in the log"), tuple(("", line) for line in found.errors)),
    )
    return tuple(
        Facts(part.title, rows)
        for part in sections
        if (rows := tuple((label, one_line(value, 400)) for label, value in part.rows if value))
    )


def diagnosis_report(found: Diagnosis) -> str:
    """All of it as plain text, for the clipboard."""
    findings = diagnosis_findings(found)
    lines = [diagnosis_summary(len(findings))]
    lines += [f"- {_sentence(finding)}" for finding in findings]
    for section in diagnosis_facts(found):
        lines += ["", section.title]
        lines += [f"  {label}: {value}" if label else f"  {value}" for label, value in section.rows]
    return "\n".join(lines) + "\n"


def diagnostics_copied() -> str:
    """Said when they are on the clipboard."""
    return tr("Diagnostics copied. Paste them into your report.")


def _sentence(finding: Finding) -> str:
    if not finding.advice:
        return finding.problem
    return fill(tr("{sentence} {more}"), sentence=finding.problem, more=finding.advice)


def _server_findings(found: Diagnosis) -> Iterator[Finding]:
    # The one that is used first; the others may be off on purpose.
    for server in sorted(found.servers, key=lambda one: not one.is_default):
        if server.error is None:
            continue
        message = error_text(
            server.error, server.label, address=server.address, is_installed=server.is_installed
        )
        yield Finding(message.body or message.title, message.hint or _advice(message.action))


def _exposure_findings(found: Diagnosis) -> Iterator[Finding]:
    for server in found.servers:
        if server.open_at:
            text = tr(
                "It answers at {address} without any sign-in. That is fine at home, not in a "
                "public network. OLLAMA_HOST=127.0.0.1 limits it to this computer."
            )
            advice = fill(text, address=one_line(server.open_at, 100))
            yield Finding(tr("This Ollama can be used from your network."), advice)
        if server.sends_secrets_in_clear:
            text = tr("What signs in travels unencrypted to “{server}”.")
            problem = fill(text, server=one_line(server.label, 60))
            yield Finding(problem, tr("Use https where others share the network."))
        if server.odd_sources:
            names = join([one_line(each, 80) for each in server.odd_sources], 3)
            text = tr("Pulled from a bare address, not a known registry: {names}.")
            yield Finding(fill(text, names=names), tr("Delete what you don’t know."))


def _clock_findings(found: Diagnosis) -> Iterator[Finding]:
    for server in found.servers:
        ahead_s = server.clock_ahead_s or 0.0
        if abs(ahead_s) < _CLOCK_TOLERANCE_S:
            continue
        text = tr("The clock of “{server}” is {time} ahead of this computer’s.")
        if ahead_s < 0:
            text = tr("The clock of “{server}” is {time} behind this computer’s.")
        problem = fill(text, server=one_line(server.label, 60), time=roughly(abs(ahead_s)))
        yield Finding(problem, tr("Set the one that is wrong: ages are shown by it."))


def _advice(action: Action) -> str:
    return {
        Action.RETRY: tr("Check that it is switched on and connected, then try again."),
        Action.START: tr("Start Ollama."),
        Action.GET_OLLAMA: tr("Get it from ollama.com/download."),
        Action.CHANGE_SERVER: tr("Correct the address in the settings."),
        Action.EDIT_SERVER: tr("Correct the server’s entry in the settings."),
        Action.USE_HTTPS: tr("Correct the server’s entry in the settings."),
    }.get(action, "")


def _folder_findings(found: Diagnosis) -> Iterator[Finding]:
    for folder in found.folders:
        name = _folder_name(folder)
        if not folder.is_writable:
            problem = fill(tr("{folder} can’t be written: {path}"), folder=name, path=folder.path)
            yield Finding(problem, tr("Make the folder writable, or choose one with --data-dir."))
        is_models = folder.kind is FolderKind.MODELS
        minimum_bytes = _MODELS_MINIMUM_BYTES if is_models else _OUR_MINIMUM_BYTES
        if folder.free_bytes is not None and folder.free_bytes < minimum_bytes:
            problem = fill(
                tr("{folder}: only {size} are free."), folder=name, size=size(folder.free_bytes)
            )
            yield Finding(problem, tr("Make room on that disk."))


def _program_findings(found: Diagnosis) -> Iterator[Finding]:
    if found.settings_problem:
        problem = fill(tr("Some settings can’t be used: {reason}"), reason=found.settings_problem)
        yield Finding(problem, tr("Defaults are used instead."))
    if found.versions.qt_problem:
        yield Finding(qt_impossible(found.versions.qt_problem))
    if found.instance.state is InstanceState.SILENT:
        yield Finding(
            tr("Ollama Tray is running but doesn’t answer."), tr("Quit it and start it again.")
        )
    if found.proxy.casefold().startswith("socks"):
        problem = fill(
            tr("ollama.com is behind a SOCKS proxy ({proxy}). SOCKS is not supported."),
            proxy=one_line(found.proxy, 200),
        )
        yield Finding(problem, tr("Set an HTTP proxy in HTTPS_PROXY, to see sizes and updates."))
    if found.local_proxy:
        text = tr("Other programs reach this computer’s Ollama only through a proxy ({proxy}).")
        problem = fill(text, proxy=one_line(found.local_proxy, 200))
        yield Finding(problem, tr("Add localhost and 127.0.0.1 to NO_PROXY."))
    if found.desktop.problem:
        problem = fill(
            tr("Can’t find out what this desktop offers: {reason}"), reason=found.desktop.problem
        )
        yield Finding(problem, tr("Run this in a terminal of your desktop session."))


def _desktop_findings(found: Diagnosis) -> Iterator[Finding]:
    if found.has_tray is False:
        yield Finding(
            tr("Your desktop shows no tray. The window is used instead."),
            tr("On GNOME, the AppIndicator extension adds one."),
        )
    if found.desktop.has_notifier is False and not found.desktop.problem:
        yield Finding(
            tr("Nothing on this desktop shows notifications."),
            tr("Install a notification daemon, such as dunst."),
        )


def _versions(found: Diagnosis) -> Iterator[tuple[str, str]]:
    versions = found.versions
    yield "Ollama Tray", f"{versions.program} ({versions.form})"
    yield "Python", versions.python
    yield "Qt", f"{versions.qt}, PySide6 {versions.pyside}" if versions.qt else ""
    yield "requests", versions.requests
    yield tr("Proxy"), found.proxy
    yield tr("System"), f"{versions.system}, {versions.machine}"
    instance = found.instance
    words = {
        InstanceState.RUNNING: tr("running"),
        InstanceState.NOT_RUNNING: tr("not running"),
        InstanceState.SILENT: tr("running, does not answer"),
    }[instance.state]
    if instance.version and instance.version != versions.program:
        words = f"{words}, {instance.version}"
    yield tr("Program"), words
    if instance.downloads is not None:
        yield tr("Downloads"), str(instance.downloads)


def _desktop(found: Diagnosis) -> Iterator[tuple[str, str]]:
    desktop = found.desktop
    yield tr("Desktop"), desktop.desktop
    yield tr("Session"), desktop.session
    yield tr("Window system"), desktop.platform
    yield tr("Tray"), _yes_no(found.has_tray)
    if desktop.has_notifier:
        yield tr("Notifications"), desktop.notifier or tr("yes")
        yield tr("Notification features"), ", ".join(desktop.abilities)
    else:
        yield tr("Notifications"), _yes_no(desktop.has_notifier)
    yield tr("Start at login"), _yes_no(desktop.autostart)


def _yes_no(value: bool | None) -> str:
    if value is None:
        return tr("not known")
    return tr("yes") if value else tr("no")


def _servers(found: Diagnosis) -> Iterator[tuple[str, str]]:
    for server in found.servers:
        yield server.label, f"{server.address}, {_answer(server)}"


def _answer(server: ServerFacts) -> str:
    if server.error is not None:
        return f"{type(server.error).__name__}: {server.error.context or server.error.reference}"
    text = tr("Ollama {version}, {models}, answered in {time} ms")
    milliseconds = max(1, round((server.answered_s or 0.0) * 1000))
    return fill(
        text,
        version=server.version,
        models=models_count(server.models or 0),
        time=milliseconds,
    )


def _folders(found: Diagnosis) -> Iterator[tuple[str, str]]:
    for folder in found.folders:
        free = ""
        if folder.free_bytes is not None:
            free = fill(tr("{size} free"), size=size(folder.free_bytes))
        parts = [part for part in (folder.path, free) if part]
        yield _folder_name(folder), tr(", ", "between parts of a line").join(parts)


def _folder_name(folder: FolderFacts) -> str:
    return {
        FolderKind.SETTINGS: tr("Settings"),
        FolderKind.DOWNLOADS: tr("Download queue"),
        FolderKind.LOG: tr("Log"),
        FolderKind.MODELS: tr("Models"),
    }[folder.kind]
