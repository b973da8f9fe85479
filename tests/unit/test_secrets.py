"""A secret in every place where it can stand, and everything in which it must not come out."""

from __future__ import annotations

import base64
import contextlib
import json
import logging
import traceback
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.ollama.asking import free_port
from tests.unit.ollama.raw_server import TLS, Connection, Handler, RawServer, silent
from tests.unit.text.test_diagnosis import FINE
from tray_app import log, text
from tray_app.app.instance_commands import InstanceCommands
from tray_app.core import errors
from tray_app.core.diagnosis.facts import ServerFacts
from tray_app.core.diagnosis.findings import Check, CheckKind, Examination
from tray_app.core.diagnosis.rules import judged_server
from tray_app.core.endpoint import Access, Endpoint
from tray_app.core.errors import BadAddress, OllamaError, PullFailed
from tray_app.core.payloads import Failure, ModelRef, Verb
from tray_app.core.pulls.history import PullRecord
from tray_app.core.pulls.registry_errors import pull_error
from tray_app.core.pulls.states import PullItem, PullState
from tray_app.core.records import Server, ServerStatus
from tray_app.core.redaction import redacted
from tray_app.core.sign_in import Header, Secrets, SignIn, SignInKind, request_headers
from tray_app.desktop.instance.single_instance import InstanceCommand, InstanceRequest
from tray_app.ollama import OllamaClient
from tray_app.ollama.cancel import CancelScope
from tray_app.ollama.certificates import offered_certificate
from tray_app.ollama.responses import Answer, error_of
from tray_app.state.app_state import AppState
from tray_app.workers.poller import state_of
from tray_app.workers.pulls.history import HistoryStore
from tray_app.workers.pulls.store import PullStore

SECRET = "sEcReT"
NOW = datetime(2026, 11, 28, tzinfo=UTC)
AMAZON = f"X-Amz-Algorithm=AWS4&X-Amz-Credential={SECRET}%2Fauto&X-Amz-Signature={SECRET}"

PLACES = [
    f"http://me:{SECRET}@nas:11434/api/tags",
    f"http://{SECRET}@nas",
    f"http://vm:pa/{SECRET}@nas",
    f"https://vm:pa?{SECRET}@nas:1/x",
    f"http://vm:pa#{SECRET}@nas",
    f"vm:pa/{SECRET}@nas:11434",
    f"me:{SECRET}@nas",
    f"socks5://me:{SECRET}@proxy:1080",
    f"https://r2.example/blobs/sha256:ab/data?{AMAZON}",
    f"https://r2.example/x?{SECRET}",
    f"https://r2.example/x?q='{SECRET}'&z={SECRET}",
    f"/blobs/ab/data?{AMAZON}",
    f"/callback#access_token={SECRET}",
    f"X-Amz-Signature={SECRET}",
    f"X-Amz-Signature%3D{SECRET}",
    f"https://r2.example/x%3Fk%3D{SECRET}",
    f"hf_token={SECRET}",
    f"https://r2.example/x?{AMAZON}".replace("&", r"\u0026"),
    f"Authorization: Bearer {SECRET}{SECRET}",
    f'{{"password": "{SECRET}"}}',
    f"HTTPConnectionPool(host='r2', port=80): Max retries exceeded with url: /b?{AMAZON} (Caused",
]
AROUND = [
    "{}",
    'max retries exceeded: Get "{}": dial tcp 10.0.0.1:443: EOF',
    "pull model manifest: Get '{}' no such host",
    "url={}, then",
    "({})",
    "<a href={}>",
    "[{}]",
    "1 {}\n2",
]
texts_with_secrets = st.builds(
    lambda around, place: around.format(place), st.sampled_from(AROUND), st.sampled_from(PLACES)
)
KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, OllamaError)
]


@given(texts_with_secrets)
def test_the_secret_goes_and_what_is_around_it_stays(raw: str) -> None:
    found = redacted(raw)
    assert SECRET not in found
    assert redacted(found) == found
    if "dial tcp" in raw:
        assert found.endswith(": dial tcp 10.0.0.1:443: EOF")


@pytest.mark.parametrize(
    "raw",
    [
        "GET http://127.0.0.1:11434/api/tags",
        'Get "https://registry.ollama.ai/v2/library/x/manifests/latest": EOF',
        "https://registry.example/v2/x@sha256:0123456789abcdef",
        "pulled hf.co/user/repo:Q4_K_M",
        "model 'secret:8b' not found",
        "the token:latest of library/password:1b",
        "me@example.com",
        "user@example.com wrote: why? because",
        "What is 2+2=4?",
        "C# and F#=1 sharps",
        "151936 tokens",
        "https://registry.example/a%20b",
        "my-secret:8b and hf_token:1b",
    ],
)
def test_ordinary_text_stays(raw: str) -> None:
    assert redacted(raw) == raw


def test_a_query_is_cut_and_its_place_shown() -> None:
    raw = f'Get "https://r2.example/b/data?{AMAZON}": EOF'
    assert redacted(raw) == 'Get "https://r2.example/b/data?…": EOF'


@given(st.text(max_size=300) | st.text("htp:/@?#=&.-a \"'", max_size=300))
def test_any_text_can_be_redacted(raw: str) -> None:
    assert isinstance(redacted(raw), str)


def test_long_texts_take_no_time() -> None:
    for piece in ("http://", "a.", "a:", "?a", "://", "@", "a-a@", "x?="):
        redacted(piece * 5000)


@given(texts_with_secrets, st.sampled_from(KINDS))
def test_errors_keep_no_secret(raw: str, kind: type[OllamaError]) -> None:
    error = kind(raw, raw)
    answers = [
        error_of(Answer(status, {"location": raw}, body), "nas:1", "x")
        for status in (302, 400, 401, 403, 404, 407, 500, 502)
        for body in (raw.encode(), json.dumps({"error": raw}).encode())
    ]
    for found in (error, pull_error("x", raw), *answers):
        message = text.error_text(found, "nas")
        failure = text.failure_text(Failure(Verb.PULL, ModelRef("a", "x"), found))
        said = (str(found), repr(found), repr(message), repr(failure), repr(vars(found)))
        assert not [words for words in said if SECRET in words]


@given(texts_with_secrets)
def test_addresses_that_are_none_are_not_repeated(raw: str) -> None:
    said = [text.address_problem(raw), text.server_name("", raw)]
    try:
        Endpoint.parse(raw)
    except BadAddress as error:
        said += [str(error), repr(text.error_text(error))]
    assert not [words for words in said if SECRET in words]


def test_an_ambiguous_address_is_refused_with_what_to_do() -> None:
    with pytest.raises(BadAddress) as caught:
        Endpoint.parse(f"http://vm:pa/{SECRET}@nas")
    message = text.error_text(caught.value)
    assert "%2F" in message.body
    assert SECRET not in repr(message)


@given(texts_with_secrets)
def test_stored_downloads_hold_no_secret(
    tmp_path_factory: pytest.TempPathFactory, raw: str
) -> None:
    folder = tmp_path_factory.mktemp("stored")
    item = PullItem("1", "local", "x", PullState.FAILED, NOW, error=pull_error("x", raw))
    PullStore(folder / "downloads.json").save([item], 1)
    HistoryStore(folder / "history.json").save(
        [PullRecord("local", "x", NOW, error=PullFailed("x", raw))], 1
    )
    for file in folder.iterdir():
        assert SECRET not in file.read_text(encoding="utf-8")
    assert len(list(folder.iterdir())) == 2


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    level = logging.getLogger().level
    log.set_up(tmp_path / "x.log")
    yield tmp_path / "x.log"
    log.take_down()
    logging.getLogger().setLevel(level)


@pytest.mark.allow_logs("refused", "broke")
def test_the_log_and_traces_hold_no_secret(log_file: Path) -> None:
    traces = []
    for place in PLACES:
        for around in AROUND:
            raw = around.format(place)
            logging.getLogger("tray_app.x").warning("refused: %s", raw)
            try:
                raise RuntimeError(raw)
            except RuntimeError as error:
                logging.getLogger("tray_app.x").exception("broke")
                traces.append(log._trace_of(error))
    written = log_file.read_text(encoding="utf-8")
    assert written.count("refused") == len(PLACES) * len(AROUND)
    assert SECRET not in written + "".join(traces)


@given(texts_with_secrets)
def test_a_diagnosis_names_no_secret(raw: str) -> None:
    server = ServerFacts("nas", "nas:1", error=pull_error("nas:1", raw))
    check = Check(CheckKind.ANSWERS, "local")
    found = Examination(planned=(check,), facts=FINE, server_facts=(server,))
    result = judged_server(check, server)
    assert result.findings
    assert SECRET not in text.diagnosis_report(found.with_result(result))


@given(texts_with_secrets)
def test_the_running_program_tells_no_secret_of_its_address(raw: str) -> None:
    state = AppState(Server("local", "", raw))
    window = SimpleNamespace(is_visible=True)
    commands = InstanceCommands(state, cast("Any", None), cast("Any", window))
    answer = commands.answer(InstanceRequest(InstanceCommand.STATUS, ()))
    assert SECRET not in json.dumps(answer.data)


# What signs in to a server, in every way there is; each holds the SECRET.
SIGN_INS = {
    "token": request_headers(SignIn(SignInKind.TOKEN), Secrets(SECRET)),
    "password": request_headers(SignIn(SignInKind.PASSWORD, "anna"), Secrets(password=SECRET)),
    "headers": request_headers(
        SignIn(SignInKind.HEADERS, headers=(Header("X-Own"), Header("CF-Access-Client-Secret"))),
        Secrets(headers={"X-Own": SECRET, "CF-Access-Client-Secret": f"{SECRET}-2"}),
    ),
    "address": {},
}
ENCODED = base64.b64encode(f"anna:{SECRET}".encode()).decode()


def echo(status: str, shape: str, content_type: str, **headers: str) -> Handler:
    """A server whose answer repeats all that it was sent, and what it made of that."""

    def handle(connection: Connection) -> None:
        while raw := connection.request():
            sent = raw.decode("latin-1").partition("\r\n\r\n")[0]
            words = " | ".join(sent.splitlines()) + f" | {SECRET} or anna:{SECRET}"
            body = shape.replace("%", json.dumps(words)[1:-1])
            made = {name: value.replace("%", SECRET) for name, value in headers.items()}
            connection.answer(body, status, content_type, **made)

    return handle


def breaks(connection: Connection) -> None:
    connection.request()
    connection.reset()


ANSWERS: dict[str, Handler] = {
    **{
        f"{status} {kind}": echo(status, shape, kind)
        for status in ("400 B", "401 U", "403 F", "404 N", "407 P", "409 C", "413 L", "429 M",
                       "500 I", "502 G", "504 T", "200 OK")
        for kind, shape in (
            ("text/html", "<html><pre>%</pre>"),
            ("text/plain", "%"),
            ("application/json", '{"error":"%"}'),
            ("application/json; odd", '{"detail":[{"msg":"%"}]}'),
        )
    },
    "moved": echo("302 F", "", "text/html", Location="https://login.example/%?to=%"),
    "moved here": echo("307 F", "", "text/html", Location="https://127.0.0.1:1/%"),
    "nowhere": echo("302 F", "", "text/html", Location="http://[%"),
    "other types": echo("200 OK", '{"version":["%"],"models":["%",{"name":"%"}]}',
                        "application/json"),
    "lines": echo("200 OK", '{"version":"1","models":[]}\n{"error":"%"}\n%', "application/json"),
    "breaks": breaks,
    "silent": silent,
}  # fmt: skip


def said_of(client: OllamaClient) -> list[str]:
    """Everything that can be told of what each verb of a client ends in."""
    client_calls: tuple[Callable[[], object], ...] = (
        client.version,
        client.status,
        client.list_models,
        client.list_running,
        client.snapshot,
        client.recommendations,
        lambda: client.details("tiny"),
        lambda: client.load("tiny"),
        lambda: client.unload("tiny"),
        lambda: client.copy("tiny", "second"),
        lambda: client.delete("tiny"),
        lambda: list(client.pull("tiny")),
    )
    said = [repr(client), repr(client.endpoint), str(client.endpoint), client.endpoint.display]
    for call in client_calls:
        try:
            said.append(repr(call()))
        except OllamaError as error:
            message = text.error_text(error, "nas", address=client.endpoint.display)
            failure = text.failure_text(Failure(Verb.PULL, ModelRef("a", "x"), error))
            status = ServerStatus("nas", state_of(error), NOW, error=error)
            facts = ServerFacts("nas", client.endpoint.display, error=error)
            check = Check(CheckKind.ANSWERS, "nas")
            examination = Examination(planned=(check,), facts=FINE, server_facts=(facts,))
            result = judged_server(check, facts)
            report = text.diagnosis_report(examination.with_result(result))
            said += [
                *(str(error), repr(error), repr(vars(error)), repr(error.args), error.request),
                *(repr(message), repr(failure), repr(status), report),
                *traceback.format_exception(error),
            ]
    return said


@pytest.mark.parametrize("name", ANSWERS)
def test_whatever_a_server_answers_the_secret_stays_between_us(
    name: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In errors, their traces and words, in reports, and in the log at its most talkative."""
    for timeout in ("QUICK", "RUNNING", "FIRST_LIST", "LIST", "SLOW"):
        monkeypatch.setattr(f"tray_app.ollama.client.{timeout}_TIMEOUT_S", 0.05)
    caplog.set_level(0)
    said = []
    with RawServer(ANSWERS[name]) as server:
        for kind, headers in SIGN_INS.items():
            user = f"anna:{SECRET}@" if kind == "address" else ""
            endpoint = Endpoint.parse(server.url.replace("//", f"//{user}"))
            scope = CancelScope()
            client = OllamaClient(endpoint.with_access(Access(tuple(headers.items()))), scope=scope)
            if name == "silent":  # a load has no time limit
                with contextlib.suppress(OllamaError):
                    client.version()
                scope.cancel()
            said += said_of(client)
            client.close()
        assert any(SECRET.encode() in r or ENCODED.encode() in r for r in server.requests)
    said += [record.getMessage() for record in caplog.records]
    assert [words for words in said if SECRET in words or ENCODED in words] == []


def test_neither_does_who_cannot_be_reached_hear_or_tell_it(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(0)
    said = []
    with (
        RawServer(silent, certificate="of-home-ca.pem") as untrusted,
        RawServer(lambda connection: connection.sock.recv(65536)) as other,
    ):
        proxy = f"http://me:{SECRET}@127.0.0.1:{free_port()}"
        for kind, headers in (("token", SIGN_INS["token"]), ("address", {})):
            user = f"anna:{SECRET}@" if kind == "address" else ""
            for place, way in (
                (f"http://{user}127.0.0.1:{free_port()}", Access()),
                (f"https://{user}127.0.0.1:{untrusted.port}", Access()),
                (f"https://{user}127.0.0.1:{untrusted.port}", Access(ca_file=str(TLS / "key.pem"))),
                (f"https://{user}127.0.0.1:{other.port}", Access()),
                (f"http://{user}nas.example", Access(proxy=proxy)),
                (f"https://{user}nas.example", Access(proxy=proxy)),
                (f"http://{user}nas.example", Access(proxy=f"socks5://me:{SECRET}@h")),
            ):
                access = replace(way, headers=tuple(headers.items()))
                endpoint = Endpoint.parse(place).with_access(access)
                said += [*said_of(OllamaClient(endpoint)), repr(offered_certificate(endpoint))]
        received = b"".join(untrusted.requests + other.requests)
    said += [record.getMessage() for record in caplog.records]
    assert [words for words in said if SECRET in words or ENCODED in words] == []
    assert SECRET.encode() not in received
    assert ENCODED.encode() not in received
