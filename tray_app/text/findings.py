"""Findings in words: title, why, and the one button."""

from __future__ import annotations

import ntpath
import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING

from tray_app.core.diagnosis.findings import (
    Finding,
    FindingKind,
    InstallSource,
    RemedyKind,
)
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.sign_in import SecretState, SignInKind
from tray_app.text.displays import qt_impossible
from tray_app.text.doctor import FINE_LINES
from tray_app.text.plain import one_line
from tray_app.text.server_findings import NAME_LIMIT, SERVER_WORDS, filled
from tray_app.text.sign_in import secret_line
from tray_app.text.units import size
from tray_app.text.wording import fill, join, sentences, tr

if TYPE_CHECKING:
    from tray_app.text.connection_words import Words

_K = FindingKind
_NAMES = 3


@dataclass(frozen=True, slots=True)
class FindingWords:
    """`button` "" = there is nothing that one click does. `command` is shown below, to be copied;
    `how_to` explains in several lines what to do."""

    title: str
    why: str = ""
    button: str = ""
    command: str = ""
    how_to: tuple[str, ...] = ()


def finding_words(finding: Finding) -> FindingWords:
    """How a finding is said."""
    title, why = WORDS[finding.kind](finding)
    remedy = finding.remedy
    is_command = remedy is not None and remedy.kind is RemedyKind.COPY_COMMAND
    return FindingWords(
        title,
        why,
        button_label(finding),
        remedy.value if remedy is not None and is_command else "",
        how_to(finding.kind),
    )


def button_label(finding: Finding) -> str:
    """The button of a finding; "" = it has none."""
    remedy = finding.remedy
    if remedy is None:
        return ""
    if remedy.kind is RemedyKind.USE_ADDRESS:
        return fill(tr("Use {address}"), address=one_line(remedy.value, 60))
    if remedy.kind is RemedyKind.EXPLAIN and finding.kind is _K.NO_PRUNE:
        return tr("How to change it…")
    if remedy.kind is RemedyKind.OPEN_PAGE and finding.kind is _K.NOT_INSTALLED:
        return tr("Get Ollama")
    return _BUTTONS[remedy.kind]()


_BUTTONS: dict[RemedyKind, Callable[[], str]] = {
    RemedyKind.CHECK_AGAIN: lambda: tr("Retry"),
    RemedyKind.START: lambda: tr("Start Ollama"),
    RemedyKind.WAKE: lambda: tr("Wake"),
    RemedyKind.UNLOCK: lambda: tr("Unlock"),
    RemedyKind.EDIT_SERVER: lambda: tr("Edit server…"),
    RemedyKind.USE_HTTPS: lambda: tr("Use https"),
    RemedyKind.USE_HTTP: lambda: tr("Use http"),
    RemedyKind.USE_NO_PROXY: lambda: tr("Use no proxy"),
    RemedyKind.OPEN_PAGE: lambda: tr("Open page"),
    RemedyKind.OPEN_FOLDER: lambda: tr("Open folder"),
    RemedyKind.COPY_COMMAND: lambda: tr("Copy command"),
    RemedyKind.COPY_SETTING: lambda: tr("Copy setting"),
    RemedyKind.SHOW_MODEL: lambda: tr("Show it"),
    RemedyKind.PULL_AGAIN: lambda: tr("Pull again…"),
    RemedyKind.EXPLAIN: lambda: tr("How to limit it…"),
}


def how_to(kind: FindingKind) -> tuple[str, ...]:
    """Line by line what to do on each system; () where a button or the sentence says it all."""
    if kind is _K.EXPOSED:
        return (
            tr("Linux, where Ollama is a service:"),
            "  sudo systemctl edit ollama",
            "  [Service]",
            '  Environment="OLLAMA_HOST=127.0.0.1"',
            "  sudo systemctl restart ollama",
            tr("Windows, macOS: switch off “Expose Ollama to the network” in Ollama’s settings."),
            tr("A container: publish its port here only:"),
            "  docker run -p 127.0.0.1:11434:11434 …",
        )
    if kind is _K.NO_PRUNE:
        return (
            tr("Linux, where Ollama is a service:"),
            "  sudo systemctl edit ollama",
            "  [Service]",
            '  Environment="OLLAMA_NOPRUNE=0"',
            "  sudo systemctl restart ollama",
            tr("Elsewhere: remove OLLAMA_NOPRUNE from the environment, and start Ollama again."),
        )
    return ()


def finding_advice(finding: Finding) -> str:
    """What a button would do, said to who has none (in a terminal)."""
    remedy = finding.remedy
    if remedy is None or (remedy.kind is RemedyKind.CHECK_AGAIN and not finding.server_ids):
        return ""
    if remedy.kind in (RemedyKind.USE_ADDRESS, RemedyKind.USE_HTTPS, RemedyKind.USE_HTTP):
        return fill(tr("Use the address {address}"), address=one_line(remedy.value, 200))
    if remedy.kind is RemedyKind.OPEN_PAGE:
        return fill(tr("See {address}"), address=one_line(remedy.value, 200))
    if remedy.kind is RemedyKind.COPY_SETTING:
        return fill(tr("Set {setting}"), setting=remedy.value)
    return _ADVICE.get(remedy.kind, lambda: "")()


_ADVICE: dict[RemedyKind, Callable[[], str]] = {
    RemedyKind.START: lambda: tr("Start Ollama."),
    RemedyKind.CHECK_AGAIN: lambda: tr(
        "Check that it is switched on and connected, then try again."
    ),
    RemedyKind.WAKE: lambda: tr("Check that it is switched on and connected, then try again."),
    RemedyKind.EDIT_SERVER: lambda: tr("Correct the server’s entry in the settings."),
    RemedyKind.USE_NO_PROXY: lambda: tr("Correct the server’s entry in the settings."),
}


# What is not.


def _keyring_locked(finding: Finding) -> Words:
    names = [f"“{one_line(name, NAME_LIMIT)}”" for name in finding.about.names]
    if len(names) == 1:
        why = fill(tr("{server} waits for it."), server=names[0])
    else:
        counted = tr("%Ln servers wait for it: {servers}.", "", len(names))
        why = fill(counted, servers=join(names, 5))
    return tr("The keyring is locked"), why


def _keyring_waiting(finding: Finding) -> Words:
    names = [f"“{one_line(name, NAME_LIMIT)}”" for name in finding.about.names]
    why = fill(tr("Until it answers, nothing is sent to {servers}."), servers=join(names, 5))
    return tr("Waiting for the keyring"), why


def _secret_missing(finding: Finding) -> Words:
    title = filled(finding, tr("What signs in to “{server}” is missing"))
    return title, secret_line(SecretState.MISSING, finding.about.sign_in)


def _no_keyring(finding: Finding) -> Words:
    title = filled(finding, tr("What signs in to “{server}” is missing"))
    return title, secret_line(SecretState.NO_KEYRING, finding.about.sign_in)


def _clear_secret(finding: Finding) -> Words:
    kind = finding.about.sign_in
    text = tr("Your token travels unencrypted to “{server}”")
    if kind is SignInKind.PASSWORD:
        text = tr("Your password travels unencrypted to “{server}”")
    elif kind is SignInKind.HEADERS:
        text = tr("Your headers travel unencrypted to “{server}”")
    why = tr("Its address begins with http. Everyone on the way can read it.")
    return filled(finding, text), why


def _clock(finding: Finding) -> Words:
    seconds = finding.about.seconds
    minutes = round(abs(seconds) / 60)
    title = tr("The clocks differ by %Ln minutes", "", minutes)
    if minutes >= 120:
        title = tr("The clocks differ by %Ln hours", "", round(minutes / 60))
    if seconds < 0:
        text = tr("“{server}” is behind. Ages and “loaded for” are shown by this computer’s clock.")
    else:
        text = tr("“{server}” is ahead. Ages and “loaded for” are shown by this computer’s clock.")
    return title, filled(finding, text)


def _odd_sources(finding: Finding) -> Words:
    names = [one_line(name, 120) for name in finding.about.names]
    if len(names) == 1:
        title = tr("1 model comes from an unusual place")
        text = tr("{name} was pulled from an address, not a known registry.")
        return title, fill(text, name=names[0])
    title = tr("%Ln models come from unusual places", "", len(names))
    text = tr("{names} were pulled from addresses, not known registries.")
    return title, fill(text, names=join(names, _NAMES))


def _exposed(finding: Finding) -> Words:
    text = tr("It answers at {address} without any sign-in. Fine at home, not in a public network.")
    return tr("This Ollama can be used from your network"), filled(finding, text)


def _folder_not_seen(finding: Finding) -> Words:
    if finding.about.reason:
        title = tr("The model folder can’t be read")
        return title, fill(tr("{path}: {reason}"), path=finding.about.path, reason=_reason(finding))
    text = tr(
        "So free disk space on “{server}” isn’t known. Its entry can say where the folder is."
    )
    return tr("The model folder isn’t seen"), filled(finding, text)


def _disk_nearly_full(finding: Finding) -> Words:
    text = tr("Only {size} are free where “{server}” keeps its models.")
    return tr("The disk is nearly full"), filled(finding, text, size=size(finding.about.free_bytes))


def _no_prune(_: Finding) -> Words:
    why = tr("OLLAMA_NOPRUNE is set. Parts of deleted models and old versions stay on disk.")
    return tr("Ollama never cleans up here"), why


def _stray_file(finding: Finding) -> Words:
    names = [one_line(posixpath.basename(ntpath.basename(path)), NAME_LIMIT)
             for path in finding.about.names]  # fmt: skip
    title = tr("Ollama no longer cleans up after itself")
    if len(names) == 1:
        text = tr(
            "A stray file, {name}, lies among its models. Everything unused stays on disk until "
            "it is gone."
        )
        return title, fill(text, name=names[0])
    text = tr(
        "Stray files lie among its models: {names}. Everything unused stays on disk until they "
        "are gone."
    )
    return title, fill(text, names=join(names, _NAMES))


def _damaged_model(finding: Finding) -> Words:
    text = tr("{name} is damaged on “{server}”")
    if finding.about.is_local:
        text = tr("{name} is damaged on this computer")
    title = filled(finding, text, name=one_line(finding.about.names[0], 120))
    if finding.about.is_empty:
        why = tr(
            "Its manifest is empty, so Ollama hides it and no longer cleans up. Pulling it again "
            "fixes that."
        )
    else:
        why = tr(
            "Its manifest can’t be read, so Ollama hides it and no longer cleans up. Pulling it "
            "again fixes that."
        )
    return title, why


def _newer_ollama(finding: Finding) -> Words:
    title = filled(finding, tr("Ollama {newest} is out"))
    return title, filled(finding, _SOURCES[finding.about.source]())


def _newer_tray(finding: Finding) -> Words:
    title = filled(finding, tr("Ollama Tray {newest} is out"))
    return title, filled(finding, tr("This is {version}. Its page says what’s new."))


_SOURCES: dict[InstallSource, Callable[[], str]] = {
    InstallSource.SCRIPT: lambda: tr(
        "This computer runs {version}, from the install script of ollama.com. This command "
        "updates it:"
    ),
    InstallSource.PACKAGE: lambda: tr(
        "This computer runs {version}, as a package of your distribution. It comes with your "
        "next system update."
    ),
    InstallSource.HOMEBREW: lambda: tr(
        "This computer runs {version}, from Homebrew. This command updates it:"
    ),
    InstallSource.WINGET: lambda: tr(
        "This computer runs {version}, from winget. This command updates it:"
    ),
    InstallSource.APP: lambda: tr(
        "The Ollama app updates itself. Choose “Restart to update” in its own menu."
    ),
    InstallSource.CONTAINER: lambda: tr(
        "“{server}” runs {version}, it seems in a container. Pull its image there, then make the "
        "container anew."
    ),
    InstallSource.UNKNOWN: lambda: tr(
        "“{server}” runs {version}. Update it the way it was installed."
    ),
}


def _local_proxy(_: Finding) -> Words:
    why = tr(
        "HTTP_PROXY catches 127.0.0.1, too. Ollama Tray goes around it; other programs may not."
    )
    return tr("A proxy stands between you and this computer"), why


def _socks_proxy(finding: Finding) -> Words:
    text = tr(
        "It is {address}, and SOCKS is not supported. Set an HTTP proxy in HTTPS_PROXY, to see "
        "sizes and updates."
    )
    return tr("ollama.com is behind a SOCKS proxy"), filled(finding, text)


def _registry_silent(_: Finding) -> Words:
    why = tr("So sizes and newer versions of models can’t be looked up from this computer.")
    return tr("ollama.com doesn’t answer"), why


def _settings_broken(finding: Finding) -> Words:
    why = sentences(_reason(finding) + ".", tr("Defaults are used instead."))
    return tr("Some settings can’t be used"), why


def _qt_broken(finding: Finding) -> Words:
    return tr("The window can’t be shown"), qt_impossible(finding.about.reason)


def _program_silent(_: Finding) -> Words:
    return tr("Ollama Tray is running but doesn’t answer"), tr("Quit it and start it again.")


def _folder_read_only(finding: Finding) -> Words:
    title = fill(tr("{folder} can’t be written"), folder=folder_name(finding.about.names[0]))
    why = tr("Make the folder writable, or choose one with --data-dir.")
    return title, sentences(finding.about.path + ".", why)


def _own_disk_full(finding: Finding) -> Words:
    text = tr("{folder}: only {size} are free")
    free = size(finding.about.free_bytes)
    title = fill(text, folder=folder_name(finding.about.names[0]), size=free)
    return title, tr("Make room on that disk.")


def folder_name(kind: str) -> str:
    """What lies in a folder, by its kind."""
    return {
        "settings": tr("Settings"),
        "downloads": tr("Download queue"),
        "log": tr("Log"),
        "models": tr("Models"),
    }[kind]


def _desktop_unknown(finding: Finding) -> Words:
    title = tr("Can’t find out what this desktop offers")
    text = tr("It says: {reason}. Run this in a terminal of your desktop session.")
    return title, fill(text, reason=_reason(finding))


def _no_tray(_: Finding) -> Words:
    why = tr("The window is used instead. On GNOME, the AppIndicator extension adds one.")
    return tr("Your desktop shows no tray"), why


def _no_notifier(_: Finding) -> Words:
    why = tr("Install a notification daemon, such as dunst.")
    return tr("Nothing on this desktop shows notifications"), why


def _reason(finding: Finding) -> str:
    return one_line(finding.about.reason, 300).rstrip(".")


def spoken_finding(words: FindingWords) -> str:
    """The accessible name of a row: title and why."""
    if not words.why:
        return words.title
    return fill(tr("{name}: {reason}"), name=words.title, reason=words.why)


def _secret_unread(finding: Finding) -> Words:
    why = tr(
        "A terminal doesn’t read the keyring. Ask it with --server, and OLLAMA_TRAY_TOKEN or "
        "--header-file."
    )
    return filled(finding, tr("“{server}” wasn’t asked")), why


WORDS: dict[FindingKind, Callable[[Finding], Words]] = {
    **SERVER_WORDS,
    _K.KEYRING_LOCKED: _keyring_locked,
    _K.KEYRING_WAITING: _keyring_waiting,
    _K.SECRET_MISSING: _secret_missing,
    _K.NO_KEYRING: _no_keyring,
    _K.SECRET_UNREAD: _secret_unread,
    _K.CLEAR_SECRET: _clear_secret,
    _K.CLOCK: _clock,
    _K.ODD_SOURCES: _odd_sources,
    _K.EXPOSED: _exposed,
    _K.FOLDER_NOT_SEEN: _folder_not_seen,
    _K.DISK_NEARLY_FULL: _disk_nearly_full,
    _K.NO_PRUNE: _no_prune,
    _K.STRAY_FILE: _stray_file,
    _K.DAMAGED_MODEL: _damaged_model,
    _K.NEWER_OLLAMA: _newer_ollama,
    _K.NEWER_TRAY: _newer_tray,
    _K.LOCAL_PROXY: _local_proxy,
    _K.SOCKS_PROXY: _socks_proxy,
    _K.REGISTRY_SILENT: _registry_silent,
    _K.SETTINGS_BROKEN: _settings_broken,
    _K.QT_BROKEN: _qt_broken,
    _K.PROGRAM_SILENT: _program_silent,
    _K.FOLDER_READ_ONLY: _folder_read_only,
    _K.OWN_DISK_FULL: _own_disk_full,
    _K.DESKTOP_UNKNOWN: _desktop_unknown,
    _K.NO_TRAY: _no_tray,
    _K.NO_NOTIFIER: _no_notifier,
    **{kind: lambda finding: (FINE_LINES[finding.kind]([finding]), "") for kind in FINE_LINES},
}
