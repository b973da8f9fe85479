"""Findings: what a look found, as records; and Examination, all of them while they come in.

What is found of which facts is decided in `rules`, how it is said in `tray_app.text`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.sign_in import SignInKind

if TYPE_CHECKING:
    from tray_app.core.diagnosis.facts import Diagnosis, ServerFacts
    from tray_app.core.errors import OllamaError


class CheckKind(StrEnum):
    """One thing that is looked at, of each server or of this computer."""

    KEYRING = "keyring"
    ANSWERS = "answers"
    VERSION = "version"
    CERTIFICATE = "certificate"
    SIGN_IN = "sign_in"
    CLOCK = "clock"
    SOURCES = "sources"
    EXPOSURE = "exposure"
    MODEL_FOLDER = "model_folder"
    CLEANING = "cleaning"
    NEWEST = "newest"
    PROXY = "proxy"
    REGISTRY = "registry"
    PROGRAM = "program"
    OWN_FOLDERS = "own_folders"
    DESKTOP = "desktop"


@dataclass(frozen=True, slots=True)
class Check:
    """`server_id` "" = of this computer."""

    kind: CheckKind
    server_id: str = ""


class FindingTone(StrEnum):
    """How much a finding matters; in the order in which they are shown."""

    DANGER = "danger"
    WARN = "warn"
    INFO = "info"
    OK = "ok"


class FindingGroup(StrEnum):
    """Under which heading it stands."""

    TO_FIX = "to_fix"
    WORTH_KNOWING = "worth_knowing"
    FINE = "fine"


class FindingKind(StrEnum):
    """Everything that can be found; one sentence per value."""

    # why a server cannot be used
    NOT_RUNNING = "not_running"
    NOT_INSTALLED = "not_installed"
    NOTHING_ON_PORT = "nothing_on_port"
    NO_ANSWER = "no_answer"
    LOST = "lost"
    STARTING = "starting"
    NAME_UNKNOWN = "name_unknown"
    BAD_ADDRESS = "bad_address"
    SIGN_IN_REFUSED = "sign_in_refused"
    TOKEN_WANTED = "token_wanted"  # noqa: S105
    PASSWORD_WANTED = "password_wanted"  # noqa: S105
    HOST_REFUSED = "host_refused"
    FRONT_REFUSES = "front_refuses"
    CERTIFICATE = "certificate"
    NO_TLS = "no_tls"
    WANTS_HTTPS = "wants_https"
    MOVED = "moved"
    NOT_OLLAMA = "not_ollama"
    PATH_MISSING = "path_missing"
    PROXY_ANSWERS = "proxy_answers"
    BEHIND_IS_AWAY = "behind_is_away"
    TOO_OLD = "too_old"
    SERVER_FAULT = "server_fault"
    # what signs in
    KEYRING_LOCKED = "keyring_locked"
    KEYRING_WAITING = "keyring_waiting"
    SECRET_MISSING = "secret_missing"  # noqa: S105
    NO_KEYRING = "no_keyring"
    SECRET_UNREAD = "secret_unread"  # noqa: S105
    CLEAR_SECRET = "clear_secret"  # noqa: S105
    # what a server that answers is like
    CLOCK = "clock"
    ODD_SOURCES = "odd_sources"
    EXPOSED = "exposed"
    FOLDER_NOT_SEEN = "folder_not_seen"
    DISK_NEARLY_FULL = "disk_nearly_full"
    NO_PRUNE = "no_prune"
    STRAY_FILE = "stray_file"
    DAMAGED_MODEL = "damaged_model"
    NEWER_OLLAMA = "newer_ollama"
    # this computer
    LOCAL_PROXY = "local_proxy"
    SOCKS_PROXY = "socks_proxy"
    REGISTRY_SILENT = "registry_silent"
    NEWER_TRAY = "newer_tray"
    SETTINGS_BROKEN = "settings_broken"
    QT_BROKEN = "qt_broken"
    PROGRAM_SILENT = "program_silent"
    FOLDER_READ_ONLY = "folder_read_only"
    OWN_DISK_FULL = "own_disk_full"
    DESKTOP_UNKNOWN = "desktop_unknown"
    NO_TRAY = "no_tray"
    NO_NOTIFIER = "no_notifier"
    # what is as it should be
    ANSWERS_FINE = "answers_fine"
    VERSION_FINE = "version_fine"
    CERTIFICATE_FINE = "certificate_fine"
    SIGN_IN_FINE = "sign_in_fine"
    CLOCK_FINE = "clock_fine"
    SOURCES_FINE = "sources_fine"
    EXPOSURE_FINE = "exposure_fine"
    FOLDER_FINE = "folder_fine"
    CLEANING_FINE = "cleaning_fine"
    NEWEST_FINE = "newest_fine"
    KEYRING_FINE = "keyring_fine"
    PROXY_FINE = "proxy_fine"
    REGISTRY_FINE = "registry_fine"
    PROGRAM_FINE = "program_fine"
    OWN_FOLDERS_FINE = "own_folders_fine"
    DESKTOP_FINE = "desktop_fine"


_K, _T = FindingKind, FindingTone

_TONES = {
    **dict.fromkeys(
        (
            *(_K.SIGN_IN_REFUSED, _K.TOKEN_WANTED, _K.PASSWORD_WANTED, _K.HOST_REFUSED),
            *(_K.FRONT_REFUSES, _K.CERTIFICATE, _K.NO_TLS, _K.WANTS_HTTPS, _K.MOVED),
            *(_K.NOT_OLLAMA, _K.PATH_MISSING, _K.TOO_OLD, _K.BAD_ADDRESS, _K.SERVER_FAULT),
            *(_K.DAMAGED_MODEL, _K.QT_BROKEN, _K.FOLDER_READ_ONLY),
        ),
        _T.DANGER,
    ),
    **dict.fromkeys(
        (
            *(
                _K.STARTING,
                _K.KEYRING_WAITING,
                _K.SECRET_UNREAD,
                _K.CLEAR_SECRET,
                _K.CLOCK,
                _K.ODD_SOURCES,
            ),
            *(_K.EXPOSED, _K.FOLDER_NOT_SEEN, _K.NEWER_OLLAMA, _K.NEWER_TRAY),
            _K.REGISTRY_SILENT,
            *(_K.DESKTOP_UNKNOWN, _K.NO_TRAY, _K.NO_NOTIFIER),
        ),
        _T.INFO,
    ),
    **{kind: _T.OK for kind in _K if kind.value.endswith("_fine")},
}
_GROUPS = {_T.INFO: FindingGroup.WORTH_KNOWING, _T.OK: FindingGroup.FINE}


class RemedyKind(StrEnum):
    """What the one button of a finding does."""

    CHECK_AGAIN = "check_again"
    START = "start"
    WAKE = "wake"
    UNLOCK = "unlock"
    EDIT_SERVER = "edit_server"
    USE_ADDRESS = "use_address"
    USE_HTTPS = "use_https"
    USE_HTTP = "use_http"
    USE_NO_PROXY = "use_no_proxy"
    OPEN_PAGE = "open_page"
    OPEN_FOLDER = "open_folder"
    COPY_COMMAND = "copy_command"
    COPY_SETTING = "copy_setting"
    SHOW_MODEL = "show_model"
    PULL_AGAIN = "pull_again"
    EXPLAIN = "explain"  # the details say how


@dataclass(frozen=True, slots=True)
class Remedy:
    """`value` is what it needs: an address, a page, a folder, a command, the name of a model."""

    kind: RemedyKind
    value: str = ""


class InstallSource(StrEnum):
    """How Ollama came onto the computer, which is how a newer one comes."""

    SCRIPT = "script"
    PACKAGE = "package"
    HOMEBREW = "homebrew"
    WINGET = "winget"
    APP = "app"
    CONTAINER = "container"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class About:
    """What the words of a finding need; which of it there is depends on its kind. `address` is that
    of the server, `target` the one that it, or a proxy, named."""

    address: str = ""
    host: str = ""
    target: str = ""
    names: tuple[str, ...] = ()
    version: str = ""
    newest: str = ""
    source: InstallSource = InstallSource.UNKNOWN
    path: str = ""
    reason: str = ""
    seconds: float = 0.0
    free_bytes: int = 0
    status: int = 0
    sign_in: SignInKind = SignInKind.NONE
    is_empty: bool = False
    error: OllamaError | None = field(default=None, repr=False)
    is_local: bool = False
    is_installed: bool | None = None


_NOTHING_MORE = About()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found. `server` is the name on screen of the one it is about, `details`
    what was asked and what came of it, in the words of the machine."""

    kind: FindingKind
    server_ids: tuple[str, ...] = ()
    server: str = ""
    about: About = _NOTHING_MORE
    remedy: Remedy | None = None
    details: tuple[str, ...] = ()

    @property
    def server_id(self) -> str:
        """The server it is about; "" = this computer, or several."""
        return self.server_ids[0] if len(self.server_ids) == 1 else ""

    @property
    def tone(self) -> FindingTone:
        return _TONES.get(self.kind, FindingTone.WARN)

    @property
    def group(self) -> FindingGroup:
        return _GROUPS.get(self.tone, FindingGroup.TO_FIX)

    @property
    def is_fine(self) -> bool:
        return self.group is FindingGroup.FINE

    def is_of(self, server_id: str) -> bool:
        """Whether it says something about this server, or about the computer that asks."""
        return not server_id or not self.server_ids or server_id in self.server_ids


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found; nothing = it could not be made."""

    check: Check
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A server of an examination: its id, and its name on screen."""

    server_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Examination:
    """All checks: which there are, and what has been found by now.

    `running` are the lanes that still look, by the id of their server, "" for this computer;
    `first` is the server that a person asked about. `ended_at` is set while nothing runs.
    """

    servers: tuple[LookedAt, ...] = ()
    planned: tuple[Check, ...] = ()
    results: tuple[CheckResult, ...] = ()
    done: frozenset[Check] = frozenset()
    """Those of this round; of the others the results of the round before stand."""
    running: tuple[str, ...] = ()
    first: str = ""
    ended_at: datetime | None = None
    was_stopped: bool = False
    facts: Diagnosis | None = None
    server_facts: tuple[ServerFacts, ...] = ()

    @property
    def is_running(self) -> bool:
        return bool(self.running)

    @property
    def diagnosis(self) -> Diagnosis | None:
        """All facts together; None before those of this computer are known."""
        if self.facts is None:
            return None
        return replace(self.facts, servers=self.server_facts)

    def with_result(self, result: CheckResult) -> Examination:
        """With what a check has found now, in place of what it had found before."""
        others = tuple(each for each in self.results if each.check != result.check)
        return replace(self, results=(*others, result), done=self.done | {result.check})

    def with_server(self, facts: ServerFacts) -> Examination:
        """With what is known of a server now."""
        found = {each.server_id: each for each in self.server_facts}
        found[facts.server_id] = facts
        order = [each.server_id for each in self.servers]
        kept = tuple(found[server_id] for server_id in order if server_id in found)
        return replace(self, server_facts=kept)

    def checks(self, server_id: str = "") -> tuple[Check, ...]:
        """Those of one server and of this computer; "" = all."""
        if not server_id:
            return self.planned
        return tuple(each for each in self.planned if each.server_id in ("", server_id))

    def done_count(self, server_id: str = "") -> int:
        """How many of `checks` have been made in this round."""
        return sum(1 for check in self.checks(server_id) if check in self.done)

    def findings(self, server_id: str = "") -> tuple[Finding, ...]:
        """What concerns a server ("" = any), the worst first, then in the order of the servers,
        then in that of the checks."""
        places = {each.server_id: place for place, each in enumerate(self.servers)}
        order = {check: place for place, check in enumerate(self.planned)}
        tones = {tone: place for place, tone in enumerate(FindingTone)}
        found = [
            (tones[finding.tone], places.get(finding.server_id, -1), order[result.check], finding)
            for result in self.results
            if result.check in order
            for finding in result.findings
            if finding.is_of(server_id)
        ]
        found.sort(key=lambda entry: entry[:3])
        return tuple(entry[3] for entry in found)

    def checking(self) -> str:
        """The name of a server that is still being looked at; "" = none is, or this computer."""
        names = {each.server_id: each.name for each in self.servers}
        return next((names[each] for each in self.running if each in names), "")


def count_of(findings: Iterable[Finding], group: FindingGroup) -> int:
    """How many of them stand under a heading."""
    return sum(1 for finding in findings if finding.group is group)
