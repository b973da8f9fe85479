import pytest

from tray_app import text
from tray_app.core.sign_in import (
    HeaderFault,
    KeyringFailed,
    KeyringFault,
    SecretFault,
    SecretState,
    SignInKind,
)


@pytest.mark.parametrize("state", [state for state in SecretState if state != "not_needed"])
def test_every_state_of_a_secret_has_words(state: SecretState) -> None:
    for kind in SignInKind:
        assert text.secret_line(state, kind)
    assert text.secret_line(SecretState.NOT_NEEDED, SignInKind.NONE) == ""


def test_a_sandbox_does_not_speak_of_the_whole_system() -> None:
    """It may have a keyring, which only this program is kept from."""
    for state in (SecretState.NO_KEYRING, SecretState.UNTIL_QUIT):
        line = text.secret_line(state, SignInKind.TOKEN, is_confined=True)
        assert "until you quit" in line
        assert "This system" not in line


def test_what_is_missing_is_called_what_it_is() -> None:
    assert "token" in text.secret_line(SecretState.MISSING, SignInKind.TOKEN)
    assert "password" in text.secret_line(SecretState.MISSING, SignInKind.PASSWORD)


@pytest.mark.parametrize("fault", list(SecretFault))
def test_faults_of_secrets(fault: SecretFault) -> None:
    assert text.secret_problem(fault)
    assert text.secret_problem(None) == ""


@pytest.mark.parametrize("fault", list(HeaderFault))
def test_faults_of_headers(fault: HeaderFault) -> None:
    assert "{" not in text.header_problem(fault, "Host")
    assert text.header_problem(None, "Host") == ""


def test_words_with_what_they_are_about() -> None:
    assert text.header_problem(HeaderFault.OURS, "Host") == "“Host” is set by Ollama Tray itself."
    assert "1,200" in text.secret_problem(SecretFault.TOO_LONG)
    locked = KeyringFailed("keyring", "", KeyringFault.LOCKED)
    assert text.keyring_sentence(locked) == "The keyring is locked."
