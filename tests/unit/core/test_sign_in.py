import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_app.core.sign_in import (
    MAX_HEADERS,
    MAX_SECRET_CHARACTERS,
    Header,
    HeaderFault,
    SecretFault,
    Secrets,
    SignIn,
    SignInKind,
    header_fault,
    request_headers,
    secret_fault,
)

TOKEN = SignIn(SignInKind.TOKEN)
PASSWORD = SignIn(SignInKind.PASSWORD, "ana")
ACCESS = SignIn(
    SignInKind.HEADERS,
    headers=(Header("CF-Access-Client-Id", "id", is_secret=False), Header("CF-Access-Secret")),
)


def test_what_is_sent() -> None:
    assert request_headers(SignIn(), Secrets()) == {}
    assert request_headers(TOKEN, Secrets("t0ken")) == {"Authorization": "Bearer t0ken"}
    sent = request_headers(PASSWORD, Secrets(password="pä:ss"))["Authorization"]
    assert base64.b64decode(sent.removeprefix("Basic ")).decode() == "ana:pä:ss"
    secrets = Secrets(headers={"CF-Access-Secret": "s", "X-Gone": "of a row that was removed"})
    assert request_headers(ACCESS, secrets) == {
        "CF-Access-Client-Id": "id",
        "CF-Access-Secret": "s",
    }


@pytest.mark.parametrize(
    ("sign_in", "secrets", "fault"),
    [
        (TOKEN, Secrets(), SecretFault.EMPTY),
        (TOKEN, Secrets("two words"), SecretFault.CHARACTERS),
        (TOKEN, Secrets("line\r\nX-Evil: 1"), SecretFault.CHARACTERS),
        (TOKEN, Secrets("ключ"), SecretFault.CHARACTERS),
        (TOKEN, Secrets("x" * MAX_SECRET_CHARACTERS), SecretFault.TOO_LONG),
        (SignIn(SignInKind.PASSWORD), Secrets(), SecretFault.EMPTY),
        (SignIn(SignInKind.PASSWORD, "a:b"), Secrets(password="p"), SecretFault.CHARACTERS),
        (PASSWORD, Secrets(password="p\n"), SecretFault.CHARACTERS),
        (ACCESS, Secrets(), SecretFault.EMPTY),
        (ACCESS, Secrets(headers={"CF-Access-Secret": "a\nb"}), SecretFault.CHARACTERS),
        (ACCESS, Secrets(headers={"CF-Access-Secret": " a"}), SecretFault.CHARACTERS),
        (PASSWORD, Secrets(), None),
        (TOKEN, Secrets("t0ken"), None),
    ],
)
def test_secrets_that_cannot_be_used(
    sign_in: SignIn, secrets: Secrets, fault: SecretFault | None
) -> None:
    assert secret_fault(sign_in, secrets) is fault
    if fault is not None:
        with pytest.raises(ValueError, match="no usable secret") as raised:
            request_headers(sign_in, secrets)
        assert "X-Evil" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("X-API-Key", None),
        ("Authorization", None),
        ("", HeaderFault.NO_NAME),
        ("X API", HeaderFault.NAME),
        ("X-Key\r\nX-Evil", HeaderFault.NAME),
        ("Schlüssel", HeaderFault.NAME),
        ("host", HeaderFault.OURS),
        ("Content-Length", HeaderFault.OURS),
        ("Transfer-Encoding", HeaderFault.OURS),
        ("Proxy-Authorization", HeaderFault.OURS),
        ("ORIGIN", HeaderFault.OURS),
    ],
)
def test_names_of_headers(name: str, fault: HeaderFault | None) -> None:
    assert header_fault((Header(name),), 0) is fault


def test_headers_beside_each_other() -> None:
    headers = (Header("X-Key"), Header("x-key"))
    assert header_fault(headers, 0) is None
    assert header_fault(headers, 1) is HeaderFault.TWICE
    many = tuple(Header(f"X-{n}") for n in range(MAX_HEADERS + 1))
    assert header_fault(many, MAX_HEADERS - 1) is None
    assert header_fault(many, MAX_HEADERS) is HeaderFault.TOO_MANY
    assert header_fault((Header("X-Key", "a\tb", is_secret=False),), 0) is HeaderFault.VALUE


def test_which_need_the_keyring() -> None:
    assert not SignIn().needs_secret
    assert TOKEN.needs_secret
    assert PASSWORD.needs_secret
    assert ACCESS.needs_secret
    assert not SignIn(SignInKind.HEADERS, headers=(Header("X-A", "1", False),)).needs_secret


def test_nothing_shows_a_secret() -> None:
    secrets = Secrets("t0ken", "pässword", {"X-Key": "k3y"})
    for shown in (repr(secrets), str(secrets), f"{secrets}"):
        assert not any(value in shown for value in ("t0ken", "pässword", "k3y"))


@given(st.text(max_size=50), st.text(max_size=50), st.dictionaries(st.text(), st.text()))
def test_what_is_kept_comes_back(token: str, password: str, headers: dict[str, str]) -> None:
    secrets = Secrets(token, password, headers)
    assert Secrets.from_json(secrets.to_json()) == secrets


@pytest.mark.parametrize(
    "text",
    ["", "t0ken", "[]", '{"token": 1}', '{"headers": []}', '{"headers": {"a": 1}}', "[" * 9999],
)
def test_what_somebody_else_put_there(text: str) -> None:
    with pytest.raises(ValueError, match="not an item of ours") as raised:
        Secrets.from_json(text)
    assert "t0ken" not in str(raised.value)
