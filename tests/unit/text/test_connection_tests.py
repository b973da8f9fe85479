"""The card of a test, word for word."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from tray_app.core import errors as e
from tray_app.core.endpoint import Endpoint
from tray_app.core.payloads import ServerTest
from tray_app.core.sign_in import SignInKind
from tray_app.core.tls import CaFile, CaFileFault, OfferedCertificate
from tray_app.text.connection_tests import (
    Attempt,
    Remedy,
    TriedText,
    ca_file_line,
    certificate_facts,
    fingerprint_lines,
    proxy_line,
    tried_text,
)

HOME = OfferedCertificate(
    "ollama.home.example",
    "Home CA",
    ("other.example",),
    datetime(2026, 5, 4, 12, tzinfo=UTC),
    datetime(2027, 5, 4, 12, tzinfo=UTC),
    "0123456789abcdef" * 4,
)
R = Remedy


def said(error: e.OllamaError | None, server: str = "gateway", **more: Any) -> TriedText:
    known = {key: more.pop(key) for key in ("has_secret", "can_wake", "has_fixed_address")
             if key in more}  # fmt: skip
    endpoint = more.pop("endpoint", Endpoint("http", "nas.fritz.box"))
    return tried_text(Attempt(ServerTest(1, endpoint, error=error, **more), server, **known))


@pytest.mark.parametrize(
    ("error", "more", "words"),
    [
        (
            None,
            {"version": "0.32.4", "model_count": 14, "running_count": 1, "elapsed_s": 0.008},
            TriedText(
                "Connected to Ollama 0.32.4",
                "14 models, 1 loaded. Answered in 8 ms.",
                R.AGAIN,
                "Test &again",
            ),
        ),
        (
            None,
            {"version": "0.32.4", "model_count": 1, "running_count": None},
            TriedText(
                "Connected to Ollama 0.32.4", "1 model. Answered in 1 ms.", R.AGAIN, "Test &again"
            ),
        ),
        (
            None,
            {"version": "0.1.30"},
            TriedText(
                "Connected, but Ollama 0.1.30 is too old",
                "Ollama Tray needs 0.1.38 or newer.",
                R.AGAIN,
                "Test &again",
            ),
        ),
        (
            e.Unauthorized("", was_given=True),
            {"sent": SignInKind.PASSWORD},
            TriedText(
                "Wrong user name or password",
                "“gateway” answers, and refuses them.",
                R.AGAIN,
                "Test &again",
            ),
        ),
        (
            e.Unauthorized("", was_given=True),
            {"sent": SignInKind.TOKEN},
            TriedText("Wrong token", "“gateway” answers, and refuses it.", R.AGAIN, "Test &again"),
        ),
        (
            e.Unauthorized("", was_given=True),
            {"sent": SignInKind.HEADERS},
            TriedText(
                "The headers are refused",
                "“gateway” answers, and refuses them.",
                R.AGAIN,
                "Test &again",
            ),
        ),
        (
            e.Unauthorized(""),
            {},
            TriedText(
                "“gateway” asks for a token",
                "It refuses everyone who sends none.",
                R.ENTER_TOKEN,
                "Enter token",
            ),
        ),
        (
            e.Unauthorized("", takes_password=True),
            {},
            TriedText(
                "“gateway” asks for a user name and password", "", R.ENTER_PASSWORD, "Enter them"
            ),
        ),
        (
            e.Moved("", wants_https=True),
            {"offer": "https://ollama.home.example"},
            TriedText(
                "“gateway” wants https",
                "It sends every request on to https://ollama.home.example.",
                R.USE_ADDRESS,
                "Use https",
            ),
        ),
        (
            e.Moved("", "302 https://login.example/cdn-cgi/access"),
            {},
            TriedText(
                "“gateway” sends you to another computer",
                "To login.example. It may want a sign-in in a browser, which works with service "
                "tokens only.",
                R.NONE,
            ),
        ),
        (
            e.TlsFailed("", "", e.TlsReason.PLAIN_HTTP),
            {"offer": "http://nas:11434"},
            TriedText(
                "“gateway” speaks http only",
                "Nothing there answers to https on port 11434.",
                R.USE_ADDRESS,
                "Use http",
            ),
        ),
        (
            e.TlsFailed("", "", e.TlsReason.UNKNOWN_SIGNER),
            {"certificate": HOME},
            TriedText(
                "The certificate of “gateway” isn’t trusted",
                "It is signed by “Home CA”, which this computer doesn’t know. If that is yours, "
                "add its CA file.",
                R.CA_FILE,
                "CA file…",
            ),
        ),
        (
            e.TlsFailed("", "", e.TlsReason.EXPIRED),
            {"certificate": HOME},
            TriedText(
                "The certificate of “gateway” isn’t trusted",
                "It has expired, on 4 May 2027.",
                R.AGAIN,
                "Test &again",
            ),
        ),
        (
            e.TlsFailed("", "", e.TlsReason.WRONG_NAME),
            {"certificate": HOME},
            TriedText(
                "The certificate of “gateway” isn’t trusted",
                "It is for “other.example”.",
                R.AGAIN,
                "Test &again",
            ),
        ),
        (
            e.Forbidden(""),
            {"offer": "192.168.1.30:11434"},
            TriedText(
                "“gateway” only accepts its own address",
                "Ollama refuses the name “nas.fritz.box”. Use its IP address, or set "
                "OLLAMA_HOST=0.0.0.0 there.",
                R.USE_ADDRESS,
                "Use 192.168.1.30",
            ),
        ),
        (
            e.NotOllama("", "text/html: Router", 200),
            {},
            TriedText(
                "Something answers, but it isn’t Ollama",
                "http://nas.fritz.box:11434 sends a web page.",
                R.AGAIN,
                "Test &again",
            ),
        ),
        (
            e.ProxyFailed("", "", 503, proxy="http://proxy.example:3128"),
            {},
            TriedText(
                "A proxy answers in place of “gateway”",
                "proxy.example:3128 says 503. Servers in your own network usually need no proxy.",
                R.NO_PROXY,
                "Use no proxy",
            ),
        ),
        (
            e.ProxyFailed("", "", 502),
            {},
            TriedText(
                "“gateway” is there, but Ollama behind it isn’t",
                "It answers with 502.",
                R.AGAIN,
                "Test &again",
            ),
        ),
        (
            e.TimedOut(""),
            {"can_wake": True},
            TriedText(
                "“gateway” doesn’t answer",
                "Nothing came within 10 s. It may be off or asleep, or a firewall may block it.",
                R.WAKE,
                "Wake",
            ),
        ),
    ],
)
def test_word_for_word(error: e.OllamaError | None, more: dict[str, Any], words: TriedText) -> None:
    assert said(error, **more) == words


def test_the_path_may_be_missing() -> None:
    found = said(e.NotOllama("", "404", 404))
    assert found.title == "Part of the address may be missing"
    assert found.body.endswith("like https://host/ollama.")


@pytest.mark.parametrize(
    ("error", "more"),
    [
        (e.TlsFailed("", "", e.TlsReason.PLAIN_HTTP), {"offer": "http://nas", "has_secret": True}),
        (e.Moved("", wants_https=True), {"offer": "https://nas", "has_fixed_address": True}),
        (e.Forbidden(""), {"offer": ""}),
        (e.TimedOut(""), {}),
    ],
)
def test_what_cannot_be_done_is_not_offered(error: e.OllamaError, more: dict[str, Any]) -> None:
    assert said(error, **more).remedy is R.AGAIN


def test_what_has_words_of_its_own_keeps_them() -> None:
    found = said(e.Unreachable("nas", "", e.UnreachableKind.NAME_LOOKUP))
    assert found.title == "Can’t reach Ollama"
    assert "nas.fritz.box" in found.body


def test_a_certificate() -> None:
    assert certificate_facts(HOME) == (
        ("Issued to", "ollama.home.example"),
        ("Issued by", "Home CA"),
        ("Valid", "4 May 2026 to 4 May 2027"),
    )
    assert certificate_facts(replace(HOME, issued_to=""))[0] == ("Issued to", "other.example")
    lines = fingerprint_lines(HOME.sha256)
    assert lines == ("01:23:45:67:89:AB:CD:EF",) * 4
    assert fingerprint_lines("") == ()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (CaFile((HOME,)), "Added to the system’s list. “ollama.home.example”, until 4 May 2027."),
        (
            CaFile((HOME, HOME, HOME)),
            "Added to the system’s list. “ollama.home.example” and 2 more, until 4 May 2027.",
        ),
        (CaFile(fault=CaFileFault.NO_CERTIFICATE), "This file holds no certificate."),
        (
            CaFile(fault=CaFileFault.UNREADABLE, reason="No such file or directory"),
            "This file can’t be read: No such file or directory",
        ),
    ],
)
def test_ca_files(file: CaFile, words: str) -> None:
    assert ca_file_line(file) == words


def test_proxies() -> None:
    assert proxy_line("") == "The system setting uses none for this address."
    assert proxy_line("proxy:3128") == "The system setting uses proxy:3128 for this address."
