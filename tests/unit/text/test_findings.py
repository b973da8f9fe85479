"""Every finding × its words: what stands in the table is what is on the screen."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tray_app import text
from tray_app.core import errors as e
from tray_app.core.diagnosis.findings import (
    About,
    Check,
    CheckKind,
    CheckResult,
    Examination,
    Finding,
    FindingGroup,
    FindingKind,
    FindingTone,
    InstallSource,
    LookedAt,
    Remedy,
    RemedyKind,
)
from tray_app.core.sign_in import SignInKind
from tray_app.text.doctor import FINE_LINES
from tray_app.text.findings import WORDS

K, R, S = FindingKind, RemedyKind, InstallSource
REFUSED = e.Unreachable(kind=e.UnreachableKind.REFUSED)
NAME = e.Unreachable(kind=e.UnreachableKind.NAME_LOOKUP)
LOST = e.Unreachable(kind=e.UnreachableKind.LOST)
SCRIPT = "curl -fsSL https://ollama.com/install.sh | sh"
EDIT, AGAIN = Remedy(R.EDIT_SERVER), Remedy(R.CHECK_AGAIN)
PAGE = Remedy(R.OPEN_PAGE, "https://ollama.com/download")
HERE = {"address": "127.0.0.1:11434", "is_local": True}

# kind, server, about, remedy → title, why, button
TABLE: list[tuple[Any, ...]] = [
    (
        *(K.NOT_RUNNING, "This computer", {**HERE, "error": REFUSED, "is_installed": True}),
        *(Remedy(R.START), "Can’t reach Ollama"),
        "Nothing answers at 127.0.0.1:11434. Ollama is installed but isn’t running.",
        "Start Ollama",
    ),
    (
        *(K.NOT_INSTALLED, "This computer", {**HERE, "error": REFUSED, "is_installed": False}),
        *(PAGE, "Can’t reach Ollama"),
        "Nothing answers at 127.0.0.1:11434. Ollama doesn’t seem to be installed.",
        "Get Ollama",
    ),
    (
        *(K.NOTHING_ON_PORT, "nas", {"address": "nas:11434", "error": REFUSED}),
        *(AGAIN, "Can’t reach Ollama"),
        *("“nas” is reachable, but nothing answers on port 11434.", "Retry"),
    ),
    (
        *(K.NO_ANSWER, "nas", {"address": "nas:1", "error": e.TimedOut()}),
        *(Remedy(R.WAKE), "“nas” doesn’t answer"),
        *("It may be off or asleep, or a firewall may block it.", "Wake"),
    ),
    (
        *(K.LOST, "nas", {"address": "nas:1", "error": LOST}),
        *(AGAIN, "Can’t reach Ollama", "The connection to “nas” was lost.", "Retry"),
    ),
    (
        *(K.STARTING, "nas", {"address": "nas:1", "error": e.Starting()}),
        *(AGAIN, "Ollama is starting (“nas”)"),
        *("Looking for graphics cards can take up to a minute.", "Retry"),
    ),
    (
        *(K.NAME_UNKNOWN, "nas", {"address": "nas.local:1", "error": NAME}),
        *(EDIT, "Can’t reach Ollama"),
        *("There’s no computer called “nas.local” on your network.", "Edit server…"),
    ),
    (
        *(K.SIGN_IN_REFUSED, "gateway", {"sign_in": SignInKind.PASSWORD}),
        *(EDIT, "Wrong user name or password"),
        *("“gateway” answers, and refuses them.", "Edit server…"),
    ),
    (
        *(K.SIGN_IN_REFUSED, "gateway", {"sign_in": SignInKind.TOKEN}),
        *(EDIT, "Wrong token", "“gateway” answers, and refuses it.", "Edit server…"),
    ),
    (
        *(K.SIGN_IN_REFUSED, "gateway", {"sign_in": SignInKind.HEADERS}),
        *(EDIT, "The headers are refused"),
        *("“gateway” answers, and refuses them.", "Edit server…"),
    ),
    (
        *(K.TOKEN_WANTED, "gateway", {}, EDIT, "“gateway” asks for a token"),
        *("It refuses everyone who sends none.", "Edit server…"),
    ),
    (
        *(K.PASSWORD_WANTED, "gateway", {}, EDIT),
        *("“gateway” asks for a user name and password", "", "Edit server…"),
    ),
    (
        *(K.HOST_REFUSED, "nas", {"host": "nas.fritz.box"}),
        *(Remedy(R.USE_ADDRESS, "192.168.1.30"), "“nas” only accepts its own address"),
        "Ollama there refuses the name “nas.fritz.box”. Use its IP address instead.",
        "Use 192.168.1.30",
    ),
    (
        *(K.HOST_REFUSED, "nas", {"host": "nas.fritz.box"}, EDIT),
        "“nas” only accepts its own address",
        ("Ollama refuses the name “nas.fritz.box”. Use its IP address, or set OLLAMA_HOST=0.0.0.0 "
        "there."),
        "Edit server…",
    ),
    (
        *(K.FRONT_REFUSES, "nas", {"error": e.Forbidden(is_by_front=True)}, EDIT, "Refused"),
        *("“nas” doesn’t let Ollama Tray in (HTTP 403).", "Edit server…"),
    ),
    (
        *(K.CERTIFICATE, "gateway", {"reason": "certificate has expired"}, EDIT),
        *("The certificate of “gateway” isn’t trusted", "It has expired.", "Edit server…"),
    ),
    (
        *(K.CERTIFICATE, "gateway", {"reason": "unable to get local issuer certificate"}, EDIT),
        "The certificate of “gateway” isn’t trusted",
        ("It is signed by somebody whom this computer doesn’t know. If that is you, add the CA "
        "file."),
        "Edit server…",
    ),
    (
        *(K.NO_TLS, "studio", {"address": "https://studio:11434"}),
        *(Remedy(R.USE_HTTP, "http://studio:11434"), "“studio” speaks http only"),
        *("Nothing there answers to https on port 11434.", "Use http"),
    ),
    (
        *(K.WANTS_HTTPS, "gateway", {"target": "https://ollama.home.example"}),
        *(Remedy(R.USE_HTTPS, "https://ollama.home.example"), "“gateway” wants https"),
        *("It sends every request on to https://ollama.home.example.", "Use https"),
    ),
    (
        *(K.MOVED, "gateway", {"reason": "302 https://login.example/x"}, EDIT),
        "“gateway” sends you to another computer",
        ("To login.example. It may want a sign-in in a browser, which works with service tokens "
        "only."),
        "Edit server…",
    ),
    (
        *(K.NOT_OLLAMA, "x", {"address": "192.168.1.20:8080", "reason": "text/html: Hello"}),
        *(EDIT, "Something answers, but it isn’t Ollama"),
        *("192.168.1.20:8080 sends a web page.", "Edit server…"),
    ),
    (
        *(K.PATH_MISSING, "x", {}, EDIT, "Part of the address may be missing"),
        ("The server answers with nothing. Behind a proxy, Ollama often lives under a path, like "
        "https://host/ollama."),
        "Edit server…",
    ),
    (
        *(K.PROXY_ANSWERS, "studio", {"target": "proxy.example:3128", "status": 503}),
        *(Remedy(R.USE_NO_PROXY), "A proxy answers in place of “studio”"),
        "proxy.example:3128 says 503. Servers in your own network usually need no proxy.",
        "Use no proxy",
    ),
    (
        *(K.BEHIND_IS_AWAY, "gateway", {"status": 502}, AGAIN),
        *("“gateway” is there, but Ollama behind it isn’t", "It answers with 502.", "Retry"),
    ),
    (
        *(K.TOO_OLD, "nas", {"version": "0.1.30", "newest": "0.1.38"}, PAGE),
        *("Connected, but Ollama 0.1.30 is too old", "Ollama Tray needs 0.1.38 or newer."),
        "Open page",
    ),
    (
        *(K.SERVER_FAULT, "nas", {"error": e.ServerFailed(context="boom")}, AGAIN),
        *("Ollama reports an error (“nas”)", "Ollama says: “boom”", "Retry"),
    ),
    (
        *(K.BAD_ADDRESS, "nas", {"error": e.BadAddress("x y", fault=e.AddressFault.SPACE)}, EDIT),
        "Not a server address (“nas”)",
        (
            "“x y”: An address can’t contain a space. Examples: 192.168.1.20, nas.local:11434, "
            "https://ollama.example.com"
        ),
        "Edit server…",
    ),
    (
        *(K.KEYRING_LOCKED, "", {"names": ("gateway", "office")}, Remedy(R.UNLOCK)),
        *("The keyring is locked", "2 servers wait for it: “gateway” and “office”.", "Unlock"),
    ),
    (
        *(K.KEYRING_LOCKED, "", {"names": ("office",)}, Remedy(R.UNLOCK)),
        *("The keyring is locked", "“office” waits for it.", "Unlock"),
    ),
    (
        *(K.KEYRING_WAITING, "", {"names": ("office",)}, None, "Waiting for the keyring"),
        *("Until it answers, nothing is sent to “office”.", ""),
    ),
    (
        *(K.SECRET_MISSING, "nas", {"sign_in": SignInKind.TOKEN}, EDIT),
        *("What signs in to “nas” is missing", "Its token is missing in the keyring."),
        "Edit server…",
    ),
    (
        *(K.NO_KEYRING, "nas", {"sign_in": SignInKind.TOKEN}, EDIT),
        *("What signs in to “nas” is missing", "This system has no keyring. Enter it again."),
        "Edit server…",
    ),
    (
        *(K.SECRET_UNREAD, "nas", {}, None, "“nas” wasn’t asked"),
        ("A terminal doesn’t read the keyring. Ask it with --server, and OLLAMA_TRAY_TOKEN or "
        "--header-file."),
        "",
    ),
    (
        *(K.CLEAR_SECRET, "studio", {"sign_in": SignInKind.TOKEN}, EDIT),
        *("Your token travels unencrypted to “studio”",),
        *("Its address begins with http. Everyone on the way can read it.", "Edit server…"),
    ),
    (
        *(K.CLOCK, "studio", {"seconds": -421.0}, None, "The clocks differ by 7 minutes"),
        "“studio” is behind. Ages and “loaded for” are shown by this computer’s clock.",
        "",
    ),
    (
        *(K.ODD_SOURCES, "nas", {"names": ("203.0.113.7:5000/x/coder",)}),
        *(Remedy(R.SHOW_MODEL, "203.0.113.7:5000/x/coder"), "1 model comes from an unusual place"),
        "203.0.113.7:5000/x/coder was pulled from an address, not a known registry.",
        "Show it",
    ),
    (
        *(K.EXPOSED, "This computer", {"address": "192.168.1.10:11434"}, Remedy(R.EXPLAIN)),
        "This Ollama can be used from your network",
        ("It answers at 192.168.1.10:11434 without any sign-in. Fine at home, not in a public "
        "network."),
        "How to limit it…",
    ),
    (
        *(K.FOLDER_NOT_SEEN, "This computer", {}, EDIT, "The model folder isn’t seen"),
        ("So free disk space on “This computer” isn’t known. Its entry can say where the folder "
        "is."),
        "Edit server…",
    ),
    (
        *(K.DISK_NEARLY_FULL, "nas", {"free_bytes": 3_200_000_000}, Remedy(R.OPEN_FOLDER, "/x")),
        *("The disk is nearly full", "Only 3.2 GB are free where “nas” keeps its models."),
        "Open folder",
    ),
    (
        *(K.NO_PRUNE, "This computer", {}, Remedy(R.EXPLAIN), "Ollama never cleans up here"),
        "OLLAMA_NOPRUNE is set. Parts of deleted models and old versions stay on disk.",
        "How to change it…",
    ),
    (
        *(K.STRAY_FILE, "This computer", {"names": ("/m/a/.DS_Store",)}),
        *(Remedy(R.OPEN_FOLDER, "/m/a"), "Ollama no longer cleans up after itself"),
        ("A stray file, .DS_Store, lies among its models. Everything unused stays on disk until it "
        "is gone."),
        "Open folder",
    ),
    (
        *(K.DAMAGED_MODEL, "This computer", {"names": ("mistral:7b",), "is_local": True}),
        *(Remedy(R.PULL_AGAIN, "mistral:7b"), "mistral:7b is damaged on this computer"),
        ("Its manifest can’t be read, so Ollama hides it and no longer cleans up. Pulling it again "
        "fixes that."),
        "Pull again…",
    ),
    (
        *(K.DAMAGED_MODEL, "nas", {"names": ("mistral:7b",), "is_empty": True}),
        *(Remedy(R.PULL_AGAIN, "mistral:7b"), "mistral:7b is damaged on “nas”"),
        ("Its manifest is empty, so Ollama hides it and no longer cleans up. Pulling it again "
        "fixes that."),
        "Pull again…",
    ),
    *(
        (
            *(K.NEWER_OLLAMA, "studio"),
            *({"version": "0.33.1", "newest": "0.34.0", "source": source},),
            *(remedy, "Ollama 0.34.0 is out", why, button),
        )
        for source, remedy, why, button in (
            (
                S.SCRIPT,
                Remedy(R.COPY_COMMAND, SCRIPT),
                ("This computer runs 0.33.1, from the install script of ollama.com. This command "
                "updates it:"),
                "Copy command",
            ),
            (
                S.PACKAGE,
                None,
                ("This computer runs 0.33.1, as a package of your distribution. It comes with your "
                "next system update."),
                "",
            ),
            (
                S.HOMEBREW,
                Remedy(R.COPY_COMMAND, "brew upgrade ollama"),
                "This computer runs 0.33.1, from Homebrew. This command updates it:",
                "Copy command",
            ),
            (
                S.WINGET,
                Remedy(R.COPY_COMMAND, "winget upgrade Ollama.Ollama"),
                "This computer runs 0.33.1, from winget. This command updates it:",
                "Copy command",
            ),
            (
                S.APP,
                None,
                "The Ollama app updates itself. Choose “Restart to update” in its own menu.",
                "",
            ),
            (
                S.CONTAINER,
                Remedy(R.COPY_COMMAND, "docker pull ollama/ollama"),
                ("“studio” runs 0.33.1, it seems in a container. Pull its image there, then make "
                "the container anew."),
                "Copy command",
            ),
            (
                S.UNKNOWN,
                PAGE,
                "“studio” runs 0.33.1. Update it the way it was installed.",
                "Open page",
            ),
        )
    ),
    (
        *(K.LOCAL_PROXY, "", {"address": "http://proxy:1"}, Remedy(R.COPY_SETTING, "NO_PROXY=x")),
        "A proxy stands between you and this computer",
        "HTTP_PROXY catches 127.0.0.1, too. Ollama Tray goes around it; other programs may not.",
        "Copy setting",
    ),
    (
        *(K.SOCKS_PROXY, "", {"address": "socks5://x:1"}, None),
        "ollama.com is behind a SOCKS proxy",
        ("It is socks5://x:1, and SOCKS is not supported. Set an HTTP proxy in HTTPS_PROXY, to see "
        "sizes and updates."),
        "",
    ),
    (
        *(K.REGISTRY_SILENT, "", {}, AGAIN, "ollama.com doesn’t answer"),
        "So sizes and newer versions of models can’t be looked up from this computer.",
        "Retry",
    ),
    (
        *(K.NEWER_TRAY, "", {"version": "0.2.0", "newest": "9.0.0"}),
        *(Remedy(R.OPEN_PAGE, "https://x.y"), "Ollama Tray 9.0.0 is out"),
        *("This is 0.2.0. Its page says what’s new.", "Open page"),
    ),
    (
        *(K.SETTINGS_BROKEN, "", {"reason": "theme: expected one of …."}, None),
        *("Some settings can’t be used", "theme: expected one of …. Defaults are used instead."),
        "",
    ),
    (
        *(K.QT_BROKEN, "", {"reason": "broken"}, None, "The window can’t be shown"),
        *("Qt can’t be loaded, so no window can be shown: broken", ""),
    ),
    (
        *(K.PROGRAM_SILENT, "", {}, None, "Ollama Tray is running but doesn’t answer"),
        *("Quit it and start it again.", ""),
    ),
    (
        *(K.FOLDER_READ_ONLY, "", {"names": ("log",), "path": "/x"}, None),
        *("Log can’t be written",),
        *("/x. Make the folder writable, or choose one with --data-dir.", ""),
    ),
    (
        *(K.OWN_DISK_FULL, "", {"names": ("settings",), "free_bytes": 1_000_000}, None),
        *("Settings: only 1 MB are free", "Make room on that disk.", ""),
    ),
    (
        *(K.DESKTOP_UNKNOWN, "", {"reason": "no session bus"}, None),
        "Can’t find out what this desktop offers",
        "It says: no session bus. Run this in a terminal of your desktop session.",
        "",
    ),
    (
        *(K.NO_TRAY, "", {}, None, "Your desktop shows no tray"),
        *("The window is used instead. On GNOME, the AppIndicator extension adds one.", ""),
    ),
    (
        *(K.NO_NOTIFIER, "", {}, None, "Nothing on this desktop shows notifications"),
        *("Install a notification daemon, such as dunst.", ""),
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "server", "about", "remedy", "title", "why", "button"),
    TABLE,
    ids=[f"{row[0]}-{number}" for number, row in enumerate(TABLE)],
)
def test_the_words_of_a_finding(
    kind: FindingKind,
    server: str,
    about: dict[str, object],
    remedy: Remedy | None,
    title: str,
    why: str,
    button: str,
) -> None:
    finding = Finding(kind, ("s",) if server else (), server, About(**about), remedy)  # type: ignore[arg-type]
    words = text.finding_words(finding)
    said = tuple(part.replace("\u00a0", " ") for part in (words.title, words.why, words.button))
    assert said == (title, why, button)
    is_command = remedy is not None and remedy.kind is R.COPY_COMMAND
    assert words.command == (remedy.value if remedy is not None and is_command else "")


def test_no_kind_and_no_button_is_without_words() -> None:
    assert {row[0] for row in TABLE} | set(FINE_LINES) == set(K)
    assert set(WORDS) == set(K)
    for kind in R:
        assert text.button_label(Finding(K.EXPOSED, remedy=Remedy(kind, "x")))


def test_several_of_a_kind() -> None:
    odd = Finding(K.ODD_SOURCES, ("s",), "nas", About(names=("1.2.3.4:5/a/b", "1.2.3.4:5/c/d")))
    words = text.finding_words(odd)
    assert words.title == "2 models come from unusual places"
    assert words.why.startswith("1.2.3.4:5/a/b and 1.2.3.4:5/c/d were pulled")
    strays = Finding(K.STRAY_FILE, about=About(names=("C:\\m\\Thumbs.db", "/m/.DS_Store")))
    assert "models: Thumbs.db and .DS_Store." in text.finding_words(strays).why


def test_what_must_be_typed_is_explained_line_by_line() -> None:
    lines = text.finding_words(Finding(K.EXPOSED, remedy=Remedy(R.EXPLAIN))).how_to
    assert '  Environment="OLLAMA_HOST=127.0.0.1"' in lines
    lines = text.finding_words(Finding(K.NO_PRUNE, remedy=Remedy(R.EXPLAIN))).how_to
    assert any("OLLAMA_NOPRUNE=0" in line for line in lines)


def test_the_screen_reader_hears_title_and_why() -> None:
    words = text.finding_words(Finding(K.NO_TRAY))
    assert text.spoken_finding(words) == f"{words.title}: {words.why}"
    assert text.spoken_finding(replace(words, why="")) == words.title


NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
CHECKS = tuple(Check(kind, "a") for kind in list(CheckKind)[:14])
ENDED = Examination(
    (LookedAt("a", "studio"), LookedAt("b", "nas"), LookedAt("c", "office")),
    CHECKS,
    done=frozenset(CHECKS),
    ended_at=NOW,
)


def with_findings(*kinds: FindingKind) -> Examination:
    results = tuple(
        CheckResult(check, (Finding(kind, ("a",)),))
        for check, kind in zip(CHECKS, kinds, strict=False)
    )
    return replace(ENDED, results=results)


@pytest.mark.parametrize(
    ("found", "title", "tone"),
    [
        (with_findings(), "Everything is fine", FindingTone.OK),
        (with_findings(K.CLOCK_FINE), "Everything is fine", FindingTone.OK),
        (with_findings(K.EXPOSED), "Nothing to fix, 1 thing to know", FindingTone.INFO),
        (
            with_findings(K.EXPOSED, K.CLOCK, K.NO_TRAY),
            "Nothing to fix, 3 things to know",
            FindingTone.INFO,
        ),
        (with_findings(K.EXPOSED, K.NO_TLS), "1 thing to fix", FindingTone.WARN),
        (with_findings(K.STRAY_FILE, K.NO_TLS), "2 things to fix", FindingTone.WARN),
    ],
)
def test_the_head(found: Examination, title: str, tone: FindingTone) -> None:
    head = text.doctor_head(found, now=NOW + timedelta(seconds=3))
    assert (head.title, head.detail, head.tone) == (
        *(title, "14 checks on 3 servers, just now", tone),
    )


def test_the_head_of_one_server_and_later() -> None:
    head = text.doctor_head(ENDED, "a", now=NOW + timedelta(minutes=2))
    assert head.detail.replace("\u00a0", " ") == "14 checks on 1 server, 2 min ago"


def test_the_head_while_it_looks() -> None:
    found = replace(ENDED, done=frozenset(CHECKS[:8]), running=("b",), ended_at=None)
    head = text.doctor_head(found)
    assert (head.title, head.detail, head.tone) == ("Checking “nas”…", "8 of 14 checks", None)
    found = replace(found, running=("",))
    assert text.doctor_head(found).title == "Checking this computer…"
    found = replace(found, running=(), was_stopped=True, ended_at=NOW)
    assert text.doctor_head(found).title == "Stopped"
    assert text.doctor_head(found).detail == "8 of 14 checks"


def test_what_is_fine_is_told_once_for_all_servers() -> None:
    def fine(kind: FindingKind, server: str = "", **about: object) -> Finding:
        return Finding(kind, (server,), server, About(**about))  # type: ignore[arg-type]

    lines = text.fine_lines(
        (
            fine(K.CLOCK_FINE, "studio", seconds=0.4),
            fine(K.ANSWERS_FINE, "This computer", version="0.33.1", seconds=0.008),
            fine(K.ANSWERS_FINE, "studio", version="0.32.4", seconds=0.021),
            fine(K.VERSION_FINE, "This computer"),
            fine(K.VERSION_FINE, "studio"),
            fine(K.FOLDER_FINE, "This computer", free_bytes=212_000_000_000),
        )
    )
    assert [line.replace("\u00a0", " ") for line in lines] == [
        "Ollama answers on “This computer” (0.33.1, 8 ms) and “studio” (0.32.4, 21 ms)",
        "Their versions are new enough",
        "Clocks agree to the second",
        "The model folder can be read, 212 GB free",
    ]
    for kind in FINE_LINES:
        assert text.fine_lines((fine(kind, "x", version="1"),))
    assert text.fine_title(9) == "9 checks are fine"
    assert text.group_title(FindingGroup.TO_FIX) == "To fix"
