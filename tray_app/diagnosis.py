"""Looks at the whole program: versions, desktop, servers, folders, the log. Slow: seconds.

Used by `doctor` in the terminal and, in a thread of its own, by the window.
"""

from __future__ import annotations

import contextlib
import copy
import ipaddress
import os
import platform
import re
import socket
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path

from tray_app import __version__, text
from tray_app.core.diagnosis import (
    Diagnosis,
    FolderFacts,
    FolderKind,
    InstanceFacts,
    InstanceState,
    ServerFacts,
    ServerTarget,
    Versions,
)
from tray_app.core.endpoint import Access, Endpoint, is_loopback, split_address
from tray_app.core.errors import Cancelled, OllamaError, ProxyFailed
from tray_app.core.names import DEFAULT_HOST, split_display
from tray_app.core.records import ModelRecord
from tray_app.core.redaction import redacted
from tray_app.desktop.facts import desktop_facts, qt_versions
from tray_app.desktop.instance.single_instance import Handover, Outcome
from tray_app.environment import own_appimage, sandbox
from tray_app.ollama import CancelScope, OllamaClient, models_folders
from tray_app.ollama.http_session import proxy_for, requests_version
from tray_app.ollama.local_store import free_bytes, free_bytes_in, is_installed
from tray_app.paths import CRASH_FILE, Paths, without_home
from tray_app.settings.values import SettingsValues

ERRORS_SHOWN = 5
_TAIL_BYTES = 256 * 1024
_LINE_LIMIT = 300
_OWN_TIMEOUT_S = 1.0
_ENTRY = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ ([A-Z]) ")
_BAD_LEVELS = "WEC"
_HIDDEN = "•••"
_NAMING = ("reference", "context", "request", "address", "said")
_FATAL = "Fatal Python error"
# They name people and their computers, or say nothing about a fault.
_PRIVATE = frozenset({"default_server", "shown_server", "last_target", "main_geometry"})


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be looked at. `hides_names`: for a report that others will read, in which no
    computer but this one is named."""

    targets: tuple[ServerTarget, ...]
    where: Paths
    settings: SettingsValues
    settings_problem: str = ""
    instance: InstanceFacts = field(default_factory=InstanceFacts)
    platform: str = ""
    hides_names: bool = False


def diagnose(question: Question, scope: CancelScope | None = None) -> Diagnosis:
    """Look; never raises for what is wrong with what is looked at, but Cancelled."""
    desktop = desktop_facts()
    hidden = question.targets if question.hides_names else ()
    if question.platform:
        desktop = replace(desktop, platform=question.platform)
    return Diagnosis(
        versions=_versions(),
        desktop=desktop,
        servers=tuple(_ask(target, question.hides_names, scope) for target in question.targets),
        folders=tuple(_folders(question)),
        instance=question.instance,
        settings=tuple(_changed(question.settings)),
        settings_problem=_public(question.settings_problem),
        errors=_without_names(last_errors(question.where.log_file), hidden),
        proxy=_proxy(f"https://{DEFAULT_HOST}", question.hides_names),
        local_proxy=_proxy(Endpoint().url(""), question.hides_names),
    )


def instance_facts(handover: Handover) -> InstanceFacts:
    """What the running program said of itself."""
    if handover.outcome is Outcome.NOBODY:
        return InstanceFacts()
    if handover.outcome is Outcome.SILENT:
        return InstanceFacts(InstanceState.SILENT)
    data: Mapping[str, object] = handover.answer.data
    tray, downloads = data.get("tray"), data.get("downloads")
    return InstanceFacts(
        InstanceState.RUNNING,
        str(data.get("version", "")),
        tray if isinstance(tray, bool) else None,
        len(downloads) if isinstance(downloads, list) else None,
    )


def last_errors(log_file: Path, count: int = ERRORS_SHOWN) -> tuple[str, ...]:
    """The last warnings and errors of the log, each with the last line of its traceback."""
    lines = _tail(log_file)
    found: list[list[str]] = []
    is_bad = False
    for line in lines:
        entry = _ENTRY.match(line)
        if entry is not None:
            is_bad = entry[1] in _BAD_LEVELS
            if is_bad:
                found.append([line])
        elif is_bad and line and not line.startswith((" ", "Traceback")):
            found[-1][1:] = [line]
    errors = (" | ".join(entry)[:_LINE_LIMIT] for entry in found[-count:])
    return tuple(map(_public, (*errors, *_last_crash(log_file.with_name(CRASH_FILE)))))


def _last_crash(file: Path) -> tuple[str, ...]:
    """Of what the process died last, when it did not get to writing into the log."""
    lines = _tail(file)
    starts = [number for number, line in enumerate(lines) if line.startswith(_FATAL)]
    if not starts:
        return ()
    rest = lines[starts[-1] :]
    where = next((line.strip() for line in rest if line.startswith("  File ")), "")
    return (
        " | ".join(part for part in (f"{_day(file)} {rest[0]}".strip(), where) if part)[
            :_LINE_LIMIT
        ],
    )


def _day(file: Path) -> str:
    """When the file was written; "" for a time that no calendar has."""
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC).strftime("%Y-%m-%d")
    except (OSError, ValueError, OverflowError):
        return ""


def _tail(file: Path) -> list[str]:
    try:
        with file.open("rb") as stream:
            stream.seek(max(0, file.stat().st_size - _TAIL_BYTES))
            return stream.read().decode("utf-8", "replace").splitlines()
    except OSError:
        return []


def _versions() -> Versions:
    qt = pyside = problem = ""
    try:
        qt, pyside = qt_versions()
    except ImportError as error:
        problem = str(error)
    return Versions(
        program=__version__,
        python=platform.python_version(),
        qt=qt,
        pyside=pyside,
        requests=requests_version(),
        system=_system(),
        machine=platform.machine(),
        form=_form(),
        qt_problem=problem,
    )


def _system() -> str:
    if sys.platform == "linux":
        try:
            return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, Linux {platform.release()}"
        except (OSError, KeyError):
            pass
    if sys.platform == "darwin":
        return f"macOS {platform.mac_ver()[0]}"
    return f"{platform.system()} {platform.release()} {platform.version()}"


def _form() -> str:
    """How this program was installed, as far as it can be seen."""
    if own_appimage():
        return "AppImage"
    if in_sandbox := sandbox():
        return in_sandbox
    if getattr(sys, "frozen", False):
        return "frozen"
    return "source" if (Path(__file__).parents[1] / "pyproject.toml").is_file() else "package"


def _ask(target: ServerTarget, hides_names: bool, scope: CancelScope | None) -> ServerFacts:
    is_here = target.endpoint.is_loopback
    hides = hides_names and not is_here
    display = target.endpoint.display
    label = _HIDDEN if hides else text.server_name(target.label, display)
    address = _HIDDEN if hides else display
    facts = ServerFacts(
        label,
        address,
        target.is_default,
        is_installed() if is_here else None,
        sends_secrets_in_clear=target.endpoint.sends_secrets_in_clear,
    )
    started_s = time.monotonic()
    try:
        with OllamaClient(target.endpoint, server_id=target.server_id, scope=scope) as client:
            version = client.version()
            answered_s = time.monotonic() - started_s
            ahead_s = client.clock_ahead_s(datetime.now(UTC))
            models = client.list_models()
    except OllamaError as error:
        if isinstance(error, Cancelled):
            raise
        return replace(facts, error=_anonymous(error) if hides else error)
    return replace(
        facts,
        version=version,
        answered_s=answered_s,
        models=len(models),
        clock_ahead_s=ahead_s,
        open_at=_open_at(target.endpoint, scope) if is_here else "",
        odd_sources=() if hides else tuple(_odd_sources(models)),
    )


def own_addresses() -> tuple[str, ...]:
    """Under which others in the network know this computer. Nothing is sent."""
    found = []
    for family, somewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        with contextlib.suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as asking:
            asking.connect((somewhere, 9))  # addresses of examples: only the way there counts
            found.append(str(asking.getsockname()[0]))
    return tuple(address for address in found if not is_loopback(address))


def _open_at(endpoint: Endpoint, scope: CancelScope | None) -> str:
    """The address in the network at which this computer's Ollama answers everybody; "" = none."""
    for address in own_addresses():
        outside = replace(endpoint, host=address, username="", password="", access=Access())
        try:
            with OllamaClient(outside, scope=scope, connect_timeout_s=_OWN_TIMEOUT_S) as client:
                client.version()
        except Cancelled:
            raise
        except OllamaError:
            continue
        return outside.display
    return ""


def _odd_sources(models: Iterable[ModelRecord]) -> Iterable[str]:
    for model in models:
        host = split_display(model.name)[0].partition("/")[0]
        if _is_bare_address(host):
            yield model.name


def _is_bare_address(host: str) -> bool:
    name = split_address(host).host
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return not is_loopback(name)


def _proxy(url: str, hides_name: bool) -> str:
    found = proxy_for(url)
    return _without_host(found) if hides_name else found


def _without_host(proxy: str) -> str:
    scheme, separator, rest = proxy.rpartition("://")
    return f"{scheme}{separator}{_HIDDEN}" if rest else proxy


def _anonymous(error: OllamaError) -> OllamaError:
    """The kind of error without the names in it."""
    bare = copy.copy(error)
    bare.args = ()
    for name in _NAMING:
        if hasattr(bare, name):
            setattr(bare, name, "")
    if isinstance(error, ProxyFailed):
        bare.proxy = _without_host(error.proxy)  # type: ignore[attr-defined]
    return bare


def _without_names(lines: tuple[str, ...], targets: Iterable[ServerTarget]) -> tuple[str, ...]:
    names = {
        name
        for target in targets
        if not target.endpoint.is_loopback
        for name in (target.label, target.endpoint.host)
        if name
    }
    for name in sorted(names, key=len, reverse=True):
        lines = tuple(re.sub(re.escape(name), _HIDDEN, line, flags=re.IGNORECASE) for line in lines)
    return lines


def _folders(question: Question) -> Iterable[FolderFacts]:
    where = question.where
    for kind, folder in (
        (FolderKind.SETTINGS, where.config),
        (FolderKind.DOWNLOADS, where.state),
        (FolderKind.LOG, where.log),
    ):
        place = _existing(folder)
        yield FolderFacts(
            kind, _shown(folder), free_bytes(place), os.access(place, os.W_OK | os.X_OK)
        )
    if any(target.endpoint.is_loopback for target in question.targets):
        models = next((found for found in models_folders() if _is_folder(found)), None)
        if models is not None:
            yield FolderFacts(FolderKind.MODELS, _shown(models), free_bytes_in(models))


def _is_folder(place: Path) -> bool:
    try:
        return place.is_dir()
    except OSError:  # in the home of a service that lets nobody look
        return False


def _existing(folder: Path) -> Path:
    """The folder, or the one in which it would be made."""
    return next((place for place in (folder, *folder.parents) if _is_folder(place)), folder)


def _public(text: str) -> str:
    return without_home(redacted(text))


def _shown(folder: Path) -> str:
    return _public(str(folder))


def _changed(values: SettingsValues) -> Iterable[tuple[str, str]]:
    """Simple settings that are not at their default. Lists name servers and are left out."""
    for entry in fields(values):
        value = getattr(values, entry.name)
        is_simple = isinstance(value, bool | int | str)
        if is_simple and entry.name not in _PRIVATE and value != entry.default:
            yield entry.name, str(value)
