from __future__ import annotations

from dataclasses import replace

import pytest

from tray_app.core import errors as e
from tray_app.core.diagnosis.facts import (
    DesktopFacts,
    Diagnosis,
    FolderFacts,
    FolderKind,
    InstallFacts,
    InstanceFacts,
    InstanceState,
    ServerFacts,
    ServerTarget,
    StoreFacts,
    Versions,
)
from tray_app.core.diagnosis.findings import (
    Check,
    CheckKind,
    FindingKind,
    InstallSource,
    Remedy,
    RemedyKind,
)
from tray_app.core.diagnosis.rules import (
    computer_checks,
    install_source,
    judged_computer,
    judged_keyring,
    judged_server,
    server_checks,
    update_command,
)
from tray_app.core.endpoint import Access, Endpoint
from tray_app.core.releases import Release
from tray_app.core.sign_in import SecretState

K, R = FindingKind, RemedyKind
NAS = ServerFacts("nas", "nas.local:11434", "n", host="nas.local")
HERE = ServerFacts(
    "This computer", "127.0.0.1:11434", "local", is_local=True, version="0.33.1", models=2
)
VERSIONS = Versions("1.0", "3.11.7", "6.11.3", "6.11.3", "2.34", "Debian 12", "x86_64", "source")
REFUSED, LOST = e.UnreachableKind.REFUSED, e.UnreachableKind.LOST
NO_ROUTE, NAME = e.UnreachableKind.NO_ROUTE, e.UnreachableKind.NAME_LOOKUP


@pytest.mark.parametrize(
    ("error", "changes", "kind", "remedy"),
    [
        (e.Unreachable(kind=REFUSED), {}, K.NOTHING_ON_PORT, R.CHECK_AGAIN),
        (
            e.Unreachable(kind=REFUSED),
            {"is_local": True, "is_installed": True},
            K.NOT_RUNNING,
            R.START,
        ),
        (
            e.Unreachable(kind=REFUSED),
            {"is_local": True, "is_installed": False},
            K.NOT_INSTALLED,
            R.OPEN_PAGE,
        ),
        (e.Unreachable(kind=NO_ROUTE), {}, K.NO_ANSWER, R.CHECK_AGAIN),
        (e.Unreachable(kind=NO_ROUTE), {"can_wake": True}, K.NO_ANSWER, R.WAKE),
        (e.TimedOut(), {"can_wake": True}, K.NO_ANSWER, R.WAKE),
        (e.Unreachable(kind=LOST), {}, K.LOST, R.CHECK_AGAIN),
        (e.Unreachable(kind=NAME), {}, K.NAME_UNKNOWN, R.EDIT_SERVER),
        (e.Starting(), {}, K.STARTING, R.CHECK_AGAIN),
        (e.BadAddress("x:y"), {}, K.BAD_ADDRESS, R.EDIT_SERVER),
        (e.Unauthorized(was_given=True), {}, K.SIGN_IN_REFUSED, R.EDIT_SERVER),
        (e.Unauthorized(takes_password=True), {}, K.PASSWORD_WANTED, R.EDIT_SERVER),
        (e.Unauthorized(), {}, K.TOKEN_WANTED, R.EDIT_SERVER),
        (e.Forbidden(is_by_front=True), {}, K.FRONT_REFUSES, R.EDIT_SERVER),
        (e.Forbidden(), {}, K.HOST_REFUSED, R.EDIT_SERVER),
        (e.Forbidden(), {"own_address": "192.168.1.30"}, K.HOST_REFUSED, R.USE_ADDRESS),
        (
            e.Forbidden(),
            {"own_address": "192.168.1.30", "is_given": True},
            K.HOST_REFUSED,
            R.EDIT_SERVER,
        ),
        (e.TlsFailed(context="certificate has expired"), {}, K.CERTIFICATE, R.EDIT_SERVER),
        (e.TlsFailed(context="WRONG_VERSION_NUMBER"), {}, K.NO_TLS, R.USE_HTTP),
        (
            e.TlsFailed(context="WRONG_VERSION_NUMBER"),
            {"is_signed_in": True},
            K.NO_TLS,
            R.EDIT_SERVER,
        ),
        (e.Moved(address="https://nas.local", wants_https=True), {}, K.WANTS_HTTPS, R.USE_HTTPS),
        (e.Moved(wants_https=True), {}, K.WANTS_HTTPS, R.EDIT_SERVER),
        (e.Moved(context="302 https://login.example/"), {}, K.MOVED, R.EDIT_SERVER),
        (e.NotOllama(context="text/html: x", status=200), {}, K.NOT_OLLAMA, R.EDIT_SERVER),
        (e.NotOllama(context="BadAnswer: None"), {}, K.PATH_MISSING, R.EDIT_SERVER),
        (e.NotOllama(context="404 x", status=404), {}, K.PATH_MISSING, R.EDIT_SERVER),
        (
            e.NotOllama(context="404 x", status=404),
            {"address": "https://nas.local/ollama"},
            K.NOT_OLLAMA,
            R.EDIT_SERVER,
        ),
        (e.NotOllama(status=404), {"is_local": True}, K.NOT_OLLAMA, R.EDIT_SERVER),
        (
            e.ProxyFailed(status=503, proxy="proxy.example:3128"),
            {},
            K.PROXY_ANSWERS,
            R.USE_NO_PROXY,
        ),
        (e.ProxyFailed(status=502), {}, K.BEHIND_IS_AWAY, R.CHECK_AGAIN),
        (e.ProxyFailed(status=523), {}, K.BEHIND_IS_AWAY, R.CHECK_AGAIN),
        (e.ProxyFailed(status=429), {}, K.SERVER_FAULT, R.CHECK_AGAIN),
        (e.TooOld(), {}, K.TOO_OLD, R.OPEN_PAGE),
        (e.ServerFailed(), {}, K.SERVER_FAULT, R.CHECK_AGAIN),
    ],
)
def test_why_a_server_cannot_be_used(
    error: e.OllamaError, changes: dict[str, object], kind: FindingKind, remedy: RemedyKind
) -> None:
    facts = replace(NAS, error=error, **changes)  # type: ignore[arg-type]
    (finding,) = judged_server(Check(CheckKind.ANSWERS, "n"), facts).findings
    assert finding.remedy is not None
    assert (finding.kind, finding.remedy.kind) == (kind, remedy)
    assert (finding.server_id, finding.server) == ("n", "nas")


def test_of_a_server_that_is_away_nothing_else_is_said() -> None:
    facts = replace(NAS, error=e.TimedOut())
    for kind in CheckKind:
        if kind is not CheckKind.ANSWERS:
            assert judged_server(Check(kind, "n"), facts).findings == ()


def test_the_details_say_what_was_asked_and_never_with_what() -> None:
    error = e.Unauthorized("gw", "Authorization: Bearer abcdef", was_given=True)
    error.request = "GET https://gw/api/version"
    facts = replace(NAS, error=error, sent_headers=("Authorization", "X-Key"))
    (finding,) = judged_server(Check(CheckKind.ANSWERS, "n"), facts).findings
    assert finding.details == (
        "GET https://gw/api/version",
        "Authorization: •••",
        "X-Key: •••",
        "HTTP 401",
        "Unauthorized: Authorization: •••",
    )


def test_addresses_to_be_used() -> None:
    facts = replace(NAS, error=e.TlsFailed(context="WRONG_VERSION_NUMBER"), address="https://nas")
    (finding,) = judged_server(Check(CheckKind.ANSWERS, "n"), facts).findings
    assert finding.remedy == Remedy(R.USE_HTTP, "http://nas")


STORE = StoreFacts("/models", free_bytes=80_000_000_000)


@pytest.mark.parametrize(
    ("check", "changes", "kinds"),
    [
        ("answers", {}, [K.ANSWERS_FINE]),
        ("version", {}, [K.VERSION_FINE]),
        ("version", {"version": "0.1.37"}, [K.TOO_OLD]),
        ("version", {"version": "0.0.0"}, [K.VERSION_FINE]),
        ("certificate", {}, [K.CERTIFICATE_FINE]),
        ("sign_in", {"sends_secrets_in_clear": True}, [K.CLEAR_SECRET]),
        ("sign_in", {}, [K.SIGN_IN_FINE]),
        ("clock", {}, []),
        ("clock", {"clock_ahead_s": 299.0}, [K.CLOCK_FINE]),
        ("clock", {"clock_ahead_s": -301.0}, [K.CLOCK]),
        ("sources", {}, [K.SOURCES_FINE]),
        ("sources", {"models": 0}, []),
        ("sources", {"odd_sources": ("10.0.0.1:5000/x/y",)}, [K.ODD_SOURCES]),
        ("exposure", {}, [K.EXPOSURE_FINE]),
        ("exposure", {"open_at": "192.168.1.10:11434"}, [K.EXPOSED]),
        ("model_folder", {"store": STORE}, [K.FOLDER_FINE]),
        ("model_folder", {"store": StoreFacts()}, [K.FOLDER_NOT_SEEN]),
        ("model_folder", {"store": StoreFacts(), "models": 0}, []),
        ("model_folder", {"store": StoreFacts("/m", "no access")}, [K.FOLDER_NOT_SEEN]),
        (
            "model_folder",
            {"store": replace(STORE, free_bytes=4_999_999_999)},
            [K.DISK_NEARLY_FULL],
        ),
        ("cleaning", {"store": STORE}, [K.CLEANING_FINE]),
        ("cleaning", {"store": StoreFacts()}, []),
        (
            "cleaning",
            {
                "store": replace(
                    STORE, no_prune="x", damaged=("a:b", "c:d"), strays=("/models/x/.DS_Store",)
                )
            },
            [K.NO_PRUNE, K.DAMAGED_MODEL, K.DAMAGED_MODEL, K.STRAY_FILE],
        ),
        ("newest", {}, []),
        ("newest", {"newest": "0.33.1"}, [K.NEWEST_FINE]),
        ("newest", {"newest": "0.34.0"}, [K.NEWER_OLLAMA]),
        ("newest", {"newest": "0.34.0", "version": "0.0.0"}, []),
    ],
)
def test_a_server_that_answers(
    check: str, changes: dict[str, object], kinds: list[FindingKind]
) -> None:
    facts = replace(HERE, **changes)  # type: ignore[arg-type]
    result = judged_server(Check(CheckKind(check), "local"), facts)
    assert [finding.kind for finding in result.findings] == kinds


def test_a_stray_file_is_shown_in_its_folder() -> None:
    facts = replace(HERE, store=replace(STORE, strays=("/models/manifests/a/b/c/.DS_Store",)))
    (finding,) = judged_server(Check(CheckKind.CLEANING, "local"), facts).findings
    assert finding.remedy == Remedy(R.OPEN_FOLDER, "/models/manifests/a/b/c")


@pytest.mark.parametrize(
    ("target", "asks", "kinds"),
    [
        (
            ServerTarget(Endpoint()),
            True,
            "answers version clock sources exposure model_folder cleaning newest",
        ),
        (ServerTarget(Endpoint(host="nas")), False, "answers version clock sources"),
        (
            ServerTarget(Endpoint(host="nas"), models_folder="/mnt/nas"),
            False,
            "answers version clock sources model_folder cleaning",
        ),
        (
            ServerTarget(Endpoint("https", "nas", access=Access((("Authorization", "Bearer x"),)))),
            False,
            "answers version certificate sign_in clock sources",
        ),
        (ServerTarget(None, address="?"), False, "answers version clock sources"),
    ],
)
def test_what_is_looked_at(target: ServerTarget, asks: bool, kinds: str) -> None:
    checks = server_checks(target, asks_for_newest=asks)
    assert " ".join(check.kind for check in checks) == kinds


def test_what_is_looked_at_here() -> None:
    nas = ServerTarget(None, "nas", "n", needs_secret=True, secret=SecretState.LOCKED)
    kinds = [check.kind for check in computer_checks([nas])]
    assert kinds[0] is CheckKind.KEYRING
    assert CheckKind.PROXY not in kinds
    kinds = [check.kind for check in computer_checks([ServerTarget(Endpoint())])]
    assert kinds[0] is CheckKind.PROXY


def test_one_locked_keyring_is_one_finding() -> None:
    targets = [
        ServerTarget(None, "a", "a", needs_secret=True, secret=SecretState.LOCKED),
        ServerTarget(None, "b", "b", needs_secret=True, secret=SecretState.KEPT),
        ServerTarget(None, "c", "c", needs_secret=True, secret=SecretState.LOCKED),
        ServerTarget(None, "d", "d", needs_secret=True, secret=SecretState.WAITING),
    ]
    names = {target.server_id: target.label for target in targets}
    finding = judged_keyring(targets, names)
    assert (finding.kind, finding.server_ids) == (K.KEYRING_LOCKED, ("a", "c"))
    assert finding.remedy == Remedy(R.UNLOCK)
    assert judged_keyring(targets[3:], names).kind is K.KEYRING_WAITING
    assert judged_keyring(targets[1:2], names).kind is K.KEYRING_FINE


def test_a_server_that_waits_for_the_keyring_is_told_there() -> None:
    facts = replace(NAS, is_asked=False, secret=SecretState.LOCKED)
    assert judged_server(Check(CheckKind.ANSWERS, "n"), facts).findings == ()
    for secret, kind in (
        (SecretState.MISSING, K.SECRET_MISSING),
        (SecretState.NO_KEYRING, K.NO_KEYRING),
    ):
        facts = replace(NAS, is_asked=False, secret=secret)
        (finding,) = judged_server(Check(CheckKind.ANSWERS, "n"), facts).findings
        assert finding.kind is kind


FINE = Diagnosis(VERSIONS, DesktopFacts(has_tray=True, has_notifier=True))


@pytest.mark.parametrize(
    ("check", "changes", "kinds"),
    [
        ("proxy", {}, [K.PROXY_FINE]),
        ("proxy", {"local_proxy": "http://proxy:3128"}, [K.LOCAL_PROXY]),
        ("registry", {}, [K.REGISTRY_FINE]),
        ("registry", {"proxy": "socks5://x:1"}, [K.SOCKS_PROXY]),
        ("registry", {"registry_error": e.TimedOut()}, [K.REGISTRY_SILENT]),
        ("program", {}, [K.PROGRAM_FINE]),
        (
            "program",
            {
                "settings_problem": "theme: 3",
                "versions": replace(VERSIONS, qt_problem="libEGL"),
                "instance": InstanceFacts(InstanceState.SILENT),
            },
            [K.SETTINGS_BROKEN, K.QT_BROKEN, K.PROGRAM_SILENT],
        ),
        ("program", {"newer": Release("9.0.0", "https://x.y")}, [K.PROGRAM_FINE, K.NEWER_TRAY]),
        ("own_folders", {}, [K.OWN_FOLDERS_FINE]),
        (
            "own_folders",
            {"folders": (FolderFacts(FolderKind.LOG, "/x", 1, is_writable=False),)},
            [K.FOLDER_READ_ONLY, K.OWN_DISK_FULL],
        ),
        ("own_folders", {"folders": (FolderFacts(FolderKind.MODELS, "/x", 1),)}, [
            K.OWN_FOLDERS_FINE]),
        ("desktop", {}, [K.DESKTOP_FINE]),
        ("desktop", {"desktop": DesktopFacts(problem="no bus")}, [K.DESKTOP_UNKNOWN]),
        (
            "desktop",
            {"desktop": DesktopFacts(has_tray=False, has_notifier=False)},
            [K.NO_TRAY, K.NO_NOTIFIER],
        ),
        (
            "desktop",
            {"desktop": DesktopFacts(has_tray=False), "instance": InstanceFacts(has_tray=True)},
            [K.DESKTOP_FINE],
        ),
    ],
)  # fmt: skip
def test_this_computer(check: str, changes: dict[str, object], kinds: list[FindingKind]) -> None:
    facts = replace(FINE, **changes)  # type: ignore[arg-type]
    result = judged_computer(Check(CheckKind(check)), facts)
    assert [finding.kind for finding in result.findings] == kinds


@pytest.mark.parametrize(
    ("facts", "source"),
    [
        (InstallFacts("linux", "/usr/local/bin/ollama"), InstallSource.SCRIPT),
        (InstallFacts("linux", "/usr/bin/ollama"), InstallSource.PACKAGE),
        (InstallFacts("linux", "/snap/ollama/1/bin/ollama"), InstallSource.PACKAGE),
        (
            InstallFacts("linux", "/home/linuxbrew/.linuxbrew/Cellar/ollama/0.3/bin/ollama"),
            InstallSource.HOMEBREW,
        ),
        (InstallFacts("linux", container_tool="docker"), InstallSource.CONTAINER),
        (InstallFacts("linux"), InstallSource.UNKNOWN),
        (InstallFacts("linux", "/home/anna/ollama"), InstallSource.UNKNOWN),
        (InstallFacts("darwin", "/opt/homebrew/Cellar/ollama/0.3/ollama"), InstallSource.HOMEBREW),
        (InstallFacts("darwin", "/Applications/x", has_app=True), InstallSource.APP),
        (InstallFacts("win32", "C:\\Users\\a\\WinGet\\Links\\ollama.exe"), InstallSource.WINGET),
        (InstallFacts("win32", has_app=True), InstallSource.APP),
        (InstallFacts("win32"), InstallSource.UNKNOWN),
    ],
)
def test_how_ollama_was_installed(facts: InstallFacts, source: InstallSource) -> None:
    assert install_source(facts) is source


def test_the_command_that_brings_a_newer_one() -> None:
    assert update_command(InstallSource.SCRIPT) == "curl -fsSL https://ollama.com/install.sh | sh"
    assert update_command(InstallSource.HOMEBREW) == "brew upgrade ollama"
    assert update_command(InstallSource.CONTAINER, "docker") == "docker pull ollama/ollama"
    assert update_command(InstallSource.CONTAINER, "podman").startswith("podman pull")
    for source in (InstallSource.PACKAGE, InstallSource.APP, InstallSource.UNKNOWN):
        assert update_command(source) == ""
