"""Signing in to servers: where a secret is kept, and what is wrong with what was typed."""

from __future__ import annotations

from collections.abc import Callable

from tray_app.core.sign_in import (
    MAX_HEADERS,
    MAX_SECRET_CHARACTERS,
    HeaderFault,
    KeyringFailed,
    KeyringFault,
    SecretFault,
    SecretState,
    SignInKind,
)
from tray_app.text.plain import one_line
from tray_app.text.wording import fill, number, tr


def keyring_sentence(error: KeyringFailed) -> str:
    """Why the keyring did not do what it was asked."""
    return _FAULTS[error.fault]()


def secret_line(state: SecretState, kind: SignInKind, *, is_confined: bool = False) -> str:
    """Where the secret of a server is, "" where there is nothing to say. `is_confined`: the system
    may have a keyring, which the program is kept from."""
    if is_confined and state is SecretState.UNTIL_QUIT:
        return tr("It is kept until you quit.")
    if is_confined and state is SecretState.NO_KEYRING:
        return tr("It was kept until you quit. Enter it again.")
    if state is SecretState.MISSING and kind is not SignInKind.TOKEN:
        return tr("Its password is missing in the keyring.")
    return _STATES[state]()


def elsewhere_line(kind: SignInKind) -> str:
    """Below the field: what is kept was typed for another address, and is not sent to this one."""
    return {
        SignInKind.PASSWORD: tr("Another address: enter its password again."),
        SignInKind.HEADERS: tr("Another address: enter its secret headers again."),
    }.get(kind, tr("Another address: enter its token again."))


def unencrypted_line(kind: SignInKind, server: str) -> str:
    """Below the field: anybody on the way can read what signs in."""
    text = {
        SignInKind.PASSWORD: tr("Your password travels unencrypted to “{server}”."),
        SignInKind.HEADERS: tr("Your headers travel unencrypted to “{server}”."),
    }.get(kind, tr("Your token travels unencrypted to “{server}”."))
    return fill(text, server=server)


def unencrypted_question(kind: SignInKind, server: str) -> str:
    """Asked once, before it is saved."""
    text = {
        SignInKind.PASSWORD: tr("Send the password to “{server}” unencrypted?"),
        SignInKind.HEADERS: tr("Send the headers to “{server}” unencrypted?"),
    }.get(kind, tr("Send the token to “{server}” unencrypted?"))
    return fill(text, server=server)


def removed_secret_line(kind: SignInKind) -> str:
    """What becomes of the secret of a server that is removed."""
    return {
        SignInKind.PASSWORD: tr("Its password is removed from the keyring."),
        SignInKind.HEADERS: tr("Its secret headers are removed from the keyring."),
    }.get(kind, tr("Its token is removed from the keyring."))


def secret_problem(fault: SecretFault | None) -> str:
    """What is wrong with a typed token or password, "" = nothing."""
    return "" if fault is None else _SECRETS[fault]()


def header_problem(fault: HeaderFault | None, name: str) -> str:
    """What is wrong with a header of a person's own, "" = nothing."""
    return "" if fault is None else fill(_HEADERS[fault](), name=one_line(name, 60))


_FAULTS: dict[KeyringFault, Callable[[], str]] = {
    KeyringFault.ABSENT: lambda: tr("This system has no keyring."),
    KeyringFault.LOCKED: lambda: tr("The keyring is locked."),
    KeyringFault.FAILED: lambda: tr("The keyring doesn’t work as it should."),
}

_STATES: dict[SecretState, Callable[[], str]] = {
    SecretState.NOT_NEEDED: lambda: "",
    SecretState.WAITING: lambda: tr("Waiting for the keyring…"),
    SecretState.KEPT: lambda: tr("Kept in your system’s keyring."),
    SecretState.LOCKED: lambda: tr("The keyring is locked."),
    SecretState.MISSING: lambda: tr("Its token is missing in the keyring."),
    SecretState.NO_KEYRING: lambda: tr("This system has no keyring. Enter it again."),
    SecretState.UNTIL_QUIT: lambda: tr("This system has no keyring. It is kept until you quit."),
    SecretState.REFUSED: lambda: tr("The keyring didn’t take it. Kept until you quit."),
}

_SECRETS: dict[SecretFault, Callable[[], str]] = {
    SecretFault.EMPTY: lambda: tr("Enter it first."),
    SecretFault.CHARACTERS: lambda: tr("Only plain characters are allowed here."),
    SecretFault.TOO_LONG: lambda: fill(
        tr("Too long for the keyring: at most {count} characters."),
        count=number(MAX_SECRET_CHARACTERS),
    ),
}

_HEADERS: dict[HeaderFault, Callable[[], str]] = {
    HeaderFault.NO_NAME: lambda: tr("Enter the header’s name."),
    HeaderFault.NAME: lambda: tr("A header’s name has only letters, digits and - _ ."),
    HeaderFault.OURS: lambda: tr("“{name}” is set by Ollama Tray itself."),
    HeaderFault.VALUE: lambda: tr("Only plain characters are allowed here."),
    HeaderFault.TWICE: lambda: tr("This header stands here twice."),
    HeaderFault.TOO_MANY: lambda: fill(tr("At most {count} headers"), count=number(MAX_HEADERS)),
}
