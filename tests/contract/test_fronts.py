"""The client through real nginx and Caddy: what each of its verbs makes of what they answer.

Canned answers of theirs and of others are in tests/unit/ollama/test_fronts.py.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes import FaultyServer, faults, small
from tests.fakes.fronts import Caddy, Front, Nginx, Site
from tests.unit.ollama.raw_server import TLS, RawServer, always
from tray_app import text
from tray_app.core.endpoint import Access, Endpoint
from tray_app.core.errors import (
    Forbidden,
    IncompletePull,
    ListProblem,
    Moved,
    NotDone,
    NotOllama,
    OllamaError,
    ProxyFailed,
    TlsFailed,
    TlsReason,
    Unauthorized,
    Unreachable,
)
from tray_app.core.payloads import CopyRequest, DeleteRequest, ModelRef
from tray_app.core.records import ServerState
from tray_app.core.renaming import Ending
from tray_app.core.sign_in import Header, Secrets, SignIn, SignInKind, request_headers
from tray_app.ollama import OllamaClient
from tray_app.ollama.certificates import offered_certificate
from tray_app.workers.jobs import DeleteJob, Target
from tray_app.workers.poller import state_of
from tray_app.workers.renames import CopyJob

TOKEN, PASSWORD = "t0ken-of-mine", "pa55-wörd"
COSTLY = "$2a$14$sCrkKqim/zgDinppgzMdr.chX0pTjLcIjOwShPSmCqwn2.nY6.UYa"  # a second of work
BASIC = request_headers(SignIn(SignInKind.PASSWORD, "anna"), Secrets(password=PASSWORD))
BEARER = request_headers(SignIn(SignInKind.TOKEN), Secrets(TOKEN))
API_KEY = request_headers(
    SignIn(SignInKind.HEADERS, headers=(Header("X-API-Key"),)),
    Secrets(headers={"X-API-Key": TOKEN}),
)
CLOUDFLARE = request_headers(
    SignIn(SignInKind.HEADERS, headers=(Header("CF-Access-Client-Id", "id", is_secret=False),
                                        Header("CF-Access-Client-Secret"))),
    Secrets(headers={"CF-Access-Client-Secret": TOKEN}),
)  # fmt: skip
HOME_CA, OF_HOME_CA = TLS / "home-ca.pem", TLS / "of-home-ca.pem"


@pytest.fixture
def ollama() -> Iterator[FaultyServer]:
    """Two models are installed, and one can be pulled."""
    library = small.library("tiny", "other", published=("new",))
    with FaultyServer(library=library) as server:
        server.state.publish(new_name(server), small.model("fresh"))
        yield server


def new_name(server: FaultyServer) -> str:
    return f"localhost:{server.port}/library/new"


def nginx_pass(server: FaultyServer, more: str = "", path: str = "/") -> str:
    up = f"127.0.0.1:{server.port}"
    return (
        f"location {path} {{ proxy_pass http://{up}/; proxy_set_header Host localhost;"
        f" proxy_connect_timeout 5s; {more} }}"
    )


def caddy_pass(server: FaultyServer) -> str:
    return f"reverse_proxy 127.0.0.1:{server.port} {{\nheader_up Host localhost\n}}"


def client_of(url: str, headers: dict[str, str] | None = None, **access: str) -> OllamaClient:
    found = Access(tuple((headers or {}).items()), **access)
    return OllamaClient(Endpoint.parse(url).with_access(found), server_id="nas")


@dataclass(frozen=True)
class Verb:
    """What a person does; `done` = the server shows that it happened."""

    run: Callable[[OllamaClient], object]
    done: Callable[[FaultyServer], bool] = lambda _: True


def verbs(server: FaultyServer) -> dict[str, Verb]:
    def names() -> list[str]:
        return [name.removesuffix(":latest") for name in server.state.names()]

    def delete(client: OllamaClient) -> None:
        job = DeleteJob(target(client), DeleteRequest((ModelRef("nas", "other:latest"),)))
        outcome = job.work(client)
        for failure in outcome.failures:
            raise failure.error

    def copy(client: OllamaClient) -> None:
        request = CopyRequest(ModelRef("nas", "tiny:latest"), "second")
        outcome = CopyJob(target(client), request).work(client)
        if outcome.ending is not Ending.COPIED:
            raise outcome.error or NotDone(outcome.destination)

    return {
        "version": Verb(lambda client: client.version()),
        "list": Verb(lambda client: client.list_models()),
        "poll": Verb(lambda client: client.snapshot()),
        "show": Verb(lambda client: client.details("tiny")),
        "load": Verb(lambda client: client.load("tiny"), lambda s: bool(s.state.memory.rows())),
        "copy": Verb(copy, lambda _: "second" in names()),
        "pull": Verb(
            lambda client: client.ensure(new_name(server), is_insecure=True),
            lambda _: any(name.endswith("/new") for name in names()),
        ),
        "delete": Verb(delete, lambda _: "other" not in names()),
    }


VERBS = ("version", "list", "poll", "show", "load", "copy", "pull", "delete")


def target(client: OllamaClient) -> Target:
    return Target("nas", client.endpoint)


def check_all_work(server: FaultyServer, client: OllamaClient) -> None:
    """Every verb does what it says, and a registry hears nothing of what signs in."""
    with client:
        for name, verb in verbs(server).items():
            try:
                verb.run(client)
            except IncompletePull:  # Caddy 2.6 now and then closes what it has just connected
                verb.run(client)
            assert verb.done(server), name
    secret = {"authorization", "x-api-key", "cf-access-client-secret"}
    asked = [request for request in server.requests if request.path.startswith("/v2/")]
    assert asked
    assert not [request for request in asked if secret & request.headers.keys()]


def errors_of(server: FaultyServer, client: OllamaClient) -> dict[str, OllamaError]:
    """How each verb ends, none of which may do anything, or say the secret."""
    found = {}
    before = server.state.names()
    for name, verb in verbs(server).items():
        try:
            verb.run(client)
        except OllamaError as error:
            found[name] = error
        else:
            pytest.fail(f"{name} succeeded")
        said = repr(vars(found[name])) + str(found[name]) + words(found[name])
        assert not re.search(f"{TOKEN}|{PASSWORD}|{encoded()}", said)
    assert server.state.names() == before
    return found


def encoded() -> str:
    return base64.b64encode(f"anna:{PASSWORD}".encode()).decode()


def words(error: OllamaError) -> str:
    message = text.error_text(error, "nas", address="nas.example:11434")
    return text.sentences(message.body, message.hint) + message.details


def kinds(found: dict[str, OllamaError]) -> set[type[OllamaError]]:
    return {type(error) for error in found.values()}


USERS = {"users": f"anna:{{PLAIN}}{PASSWORD}\n"}  # as `htpasswd` would write it


GATES = {
    "basic": (
        'auth_basic "Ollama"; auth_basic_user_file @folder@/users;', BASIC,
        request_headers(SignIn(SignInKind.PASSWORD, "anna"), Secrets(password="wrong")),
    ),
    "bearer": (f'if ($http_authorization != "Bearer {TOKEN}") {{ return 401; }}', BEARER,
               {"Authorization": "Bearer wrong"}),
    "key": (f'if ($http_x_api_key != "{TOKEN}") {{ return 401; }}', API_KEY, {"X-API-Key": "no"}),
    "pair": (
        f'if ($http_cf_access_client_secret != "{TOKEN}") {{ return 403; }}',
        CLOUDFLARE, {"CF-Access-Client-Id": "id", "CF-Access-Client-Secret": "wrong"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("gate", GATES)
def test_nginx_that_wants_a_sign_in(ollama: FaultyServer, tmp_path: Path, gate: str) -> None:
    guard, right, wrong = GATES[gate]
    site = Site(f"{guard} {nginx_pass(ollama)}")
    with Nginx(tmp_path, site, files=USERS) as front:
        for headers, was_given in (({}, False), (wrong, True)):
            found = errors_of(ollama, client_of(front.url(), headers))
            assert kinds(found) == {Forbidden if gate == "pair" else Unauthorized}
            for error in found.values():
                assert state_of(error) is ServerState.REFUSED
                if isinstance(error, Unauthorized):
                    assert error.was_given is was_given
                    assert error.takes_password is (gate == "basic")
        assert ollama.requests == []
        check_all_work(ollama, client_of(front.url(), right))


def test_a_password_in_the_address_is_one_too(ollama: FaultyServer, tmp_path: Path) -> None:
    site = Site(f"{GATES['basic'][0]} {nginx_pass(ollama)}")
    with Nginx(tmp_path, site, files={"users": "anna:{PLAIN}pa55\n"}) as front:
        check_all_work(ollama, client_of(front.url(user="anna:pa55")))


def test_caddy_whose_passwords_cost_a_second(ollama: FaultyServer, tmp_path: Path) -> None:
    """The first answer comes late; that is no server that starts, or is silent."""
    site = Site(f"basicauth {{\nanna {COSTLY}\n}}\n{caddy_pass(ollama)}")
    with Caddy(tmp_path, site) as front:
        right = request_headers(SignIn(SignInKind.PASSWORD, "anna"), Secrets(password="pa55"))
        found = errors_of(ollama, client_of(front.url()))
        assert kinds(found) == {Unauthorized}
        assert all(error.takes_password for error in found.values())  # type: ignore[attr-defined]
        with pytest.raises(Unauthorized) as caught:
            client_of(front.url(), BASIC).list_models()
        assert caught.value.was_given
        check_all_work(ollama, client_of(front.url(), right))


@pytest.mark.parametrize("program", [Nginx, Caddy])
def test_a_path_and_a_forgotten_one(
    ollama: FaultyServer, tmp_path: Path, program: type[Front]
) -> None:
    body = nginx_pass(ollama, path="/ollama/")
    if program is Caddy:
        body = f"handle_path /ollama/* {{\n{caddy_pass(ollama)}\n}}"
    with program(tmp_path, Site(body)) as front:
        found = errors_of(ollama, client_of(front.url()))
        assert kinds(found) == {NotOllama}, "404 with a page, 200 with nothing"
        assert kinds(errors_of(ollama, client_of(front.url(path="/olama")))) == {NotOllama}
        for path in ("/ollama", "/ollama/", "/ollama/api/tags"):
            client_of(front.url(path=path)).list_models()
        check_all_work(ollama, client_of(front.url(path="/ollama")))


def test_what_caddy_leaves_out_looks_done_and_is_not_believed(
    ollama: FaultyServer, tmp_path: Path
) -> None:
    """An empty 200, which is what delete and copy answer too."""
    body = f"@list path /api/version /api/tags\nhandle @list {{\n{caddy_pass(ollama)}\n}}"
    with Caddy(tmp_path, Site(body)) as front, client_of(front.url()) as client:
        client.list_models()
        before = ollama.state.names()
        for name, problem in (("delete", ListProblem.STILL_THERE), ("copy", ListProblem.MISSING)):
            with pytest.raises(NotDone) as caught:
                verbs(ollama)[name].run(client)
            assert caught.value.problem is problem
        with pytest.raises(IncompletePull):
            verbs(ollama)["pull"].run(client)
        with pytest.raises(OllamaError):
            verbs(ollama)["show"].run(client)
        assert client.snapshot().running is None
        assert ollama.state.names() == before


@pytest.mark.parametrize("program", [Nginx, Caddy])
def test_tls_with_a_ca_of_ones_own(
    ollama: FaultyServer, tmp_path: Path, program: type[Front]
) -> None:
    body = nginx_pass(ollama) if program is Nginx else caddy_pass(ollama)
    with program(tmp_path, Site(body, OF_HOME_CA)) as front:
        for error in errors_of(ollama, client_of(front.url(), BEARER)).values():
            assert isinstance(error, TlsFailed)
            assert error.reason is TlsReason.UNKNOWN_SIGNER
        check_all_work(ollama, client_of(front.url(), BEARER, ca_file=str(HOME_CA)))


@pytest.mark.parametrize(
    ("program", "file", "reason"),
    [
        (Nginx, "expired-of-home-ca.pem", TlsReason.EXPIRED),
        (Caddy, "expired-of-home-ca.pem", TlsReason.EXPIRED),
        (Nginx, "not-yet.pem", TlsReason.NOT_YET_VALID),
        (Caddy, "not-yet.pem", TlsReason.NOT_YET_VALID),
        (Nginx, "other-name.pem", TlsReason.WRONG_NAME),
    ],
)
def test_a_certificate_that_is_not_right(
    ollama: FaultyServer, tmp_path: Path, program: type[Front], file: str, reason: TlsReason
) -> None:
    body = nginx_pass(ollama) if program is Nginx else caddy_pass(ollama)
    with program(tmp_path, Site(body, TLS / file)) as front:
        client = client_of(front.url(), BEARER, ca_file=str(HOME_CA))
        for error in errors_of(ollama, client).values():
            assert isinstance(error, TlsFailed)
            assert error.reason is reason
        offered = offered_certificate(client.endpoint)
    assert offered is not None
    assert offered.issued_by == "Home CA"
    assert [r for r in ollama.requests if not r.path.startswith("/v2/")] == []


def test_caddy_offers_no_certificate_for_a_name_that_is_not_its_own(
    ollama: FaultyServer, tmp_path: Path
) -> None:
    with Caddy(tmp_path, Site(caddy_pass(ollama), TLS / "other-name.pem")) as front:
        client = client_of(front.url(), BEARER, ca_file=str(HOME_CA))
        for error in errors_of(ollama, client).values():
            assert isinstance(error, TlsFailed)
            assert error.reason is TlsReason.OTHER
        assert offered_certificate(client.endpoint) is None


@pytest.mark.parametrize("status", [301, 302, 307, 308])
@pytest.mark.parametrize("program", [Nginx, Caddy])
def test_a_front_that_wants_https(
    ollama: FaultyServer, tmp_path: Path, program: type[Front], status: int
) -> None:
    """What signs in is not sent after the redirect, and not again in clear."""
    there = "https://127.0.0.1:@1@"
    if program is Nginx:
        sites = [Site(f"return {status} {there}$request_uri;"), Site(nginx_pass(ollama))]
    else:
        sites = [Site(f"redir {there}{{uri}} {status}"), Site(caddy_pass(ollama))]
    tls = Site(sites[1].body, OF_HOME_CA)
    with program(tmp_path, sites[0], tls) as front:
        found = errors_of(ollama, client_of(front.url(), BEARER, ca_file=str(HOME_CA)))
        for name, error in found.items():
            assert isinstance(error, Moved), name
            assert error.wants_https
            assert error.address == front.url(1)
        assert [r for r in ollama.requests if not r.path.startswith("/v2/")] == []
        check_all_work(ollama, client_of(found["list"].address, BEARER, ca_file=str(HOME_CA)))  # type: ignore[attr-defined]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_front_that_sends_elsewhere(ollama: FaultyServer, tmp_path: Path, host: str) -> None:
    """Another program at another port of the same host is somebody else too."""
    with RawServer(always('{"version":"1"}')) as other:
        body = f"return 302 http://{host}:{other.port}/login?to=$request_uri;"
        with Nginx(tmp_path, Site(body)) as front:
            for headers in (BEARER, BASIC, API_KEY):
                found = errors_of(ollama, client_of(front.url(), headers))
                assert kinds(found) == {Moved}
                assert not any(error.wants_https for error in found.values())  # type: ignore[attr-defined]
    assert other.connections == 0


@pytest.mark.parametrize("program", [Nginx, Caddy])
def test_http_to_a_port_of_tls_and_the_other_way_round(
    ollama: FaultyServer, tmp_path: Path, program: type[Front]
) -> None:
    body = nginx_pass(ollama) if program is Nginx else caddy_pass(ollama)
    with program(tmp_path, Site(body), Site(body, OF_HOME_CA)) as front:
        for error in errors_of(ollama, client_of(front.url(1, scheme="http"), BEARER)).values():
            assert isinstance(error, Moved)
            assert error.wants_https
            assert error.address == front.url(1)
        for url in (front.url(0, scheme="https"), ollama.url.replace("http:", "https:")):
            for error in errors_of(ollama, client_of(url, BEARER)).values():
                assert isinstance(error, TlsFailed)
                assert error.reason is TlsReason.PLAIN_HTTP
                assert "Try http://" in words(error)


@pytest.mark.parametrize("program", [Nginx, Caddy])
def test_a_front_that_lets_nobody_in(
    ollama: FaultyServer, tmp_path: Path, program: type[Front]
) -> None:
    body = f"deny all; {nginx_pass(ollama)}" if program is Nginx else "respond 403"
    with program(tmp_path, Site(body)) as front:
        for error in errors_of(ollama, client_of(front.url())).values():
            assert isinstance(error, Forbidden)
            assert error.has_front
            assert error.is_by_front is (program is Nginx), "a page; Caddy says nothing"


@pytest.mark.parametrize("program", [Nginx, Caddy])
def test_ollama_is_off_behind_the_front(
    ollama: FaultyServer, tmp_path: Path, program: type[Front]
) -> None:
    body = nginx_pass(ollama) if program is Nginx else caddy_pass(ollama)
    with program(tmp_path, Site(body)) as front:
        client = client_of(front.url())
        client.list_models()
        ollama.refuse()
        for name in VERBS:
            with pytest.raises(ProxyFailed) as caught:
                verbs(ollama)[name].run(client)
            assert caught.value.status == 502
            assert state_of(caught.value) is ServerState.OFFLINE
        ollama.accept()
        check_all_work(ollama, client)


def test_a_front_that_takes_no_large_requests(ollama: FaultyServer, tmp_path: Path) -> None:
    with Nginx(tmp_path, Site(f"client_max_body_size 5; {nginx_pass(ollama)}")) as front:
        client = client_of(front.url())
        client.snapshot()
        before = ollama.state.names()
        for name in ("show", "load", "copy", "pull", "delete"):
            with pytest.raises(ProxyFailed) as caught:
                verbs(ollama)[name].run(client)
            assert caught.value.status == 413, name
            assert "HTTP 413" in words(caught.value)
        assert ollama.state.names() == before


def test_a_silence_that_the_front_does_not_bear(ollama: FaultyServer, tmp_path: Path) -> None:
    """A minute by default. A load is ended by it, a stream breaks off."""
    body = nginx_pass(ollama, "proxy_read_timeout 300ms;")
    with Nginx(tmp_path, Site(body)) as front:
        client = client_of(front.url())
        for path, name in (("/api/generate", "load"), ("/api/show", "show"), ("/api/tags", "list")):
            ollama.fault(path, faults.never_answer())
            with pytest.raises(ProxyFailed) as caught:
                verbs(ollama)[name].run(client)
            assert caught.value.status == 504, name
            assert "took too long" in words(caught.value)
            ollama.clear(path)
        ollama.state.set_speed(0)
        with pytest.raises(Unreachable):
            verbs(ollama)["pull"].run(client)
        ollama.state.set_speed(500e6)
        check_all_work(ollama, client)


@pytest.mark.parametrize("buffering", ["on", "off"])
def test_a_front_that_holds_lines_back(
    ollama: FaultyServer, tmp_path: Path, buffering: str
) -> None:
    """On is what nginx does by itself: lines come in heaps, and nothing is lost."""
    with Nginx(tmp_path, Site(nginx_pass(ollama, f"proxy_buffering {buffering};"))) as front:
        lines = list(client_of(front.url()).pull(new_name(ollama), is_insecure=True))
        assert lines[-1] == {"status": "success"}
        assert [line for line in lines if line.get("completed")]
        assert any(name.endswith("/new:latest") for name in ollama.state.names())


def test_the_proxy_of_this_computer(
    ollama: FaultyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """nginx as one: it is asked for whole addresses, and finds the way itself."""
    up = f"127.0.0.1:{ollama.port}"
    body = f"location / {{ proxy_pass http://{up}; proxy_set_header Host localhost; }}"
    with Nginx(tmp_path, Site(body), Site("return 503;")) as front:
        chosen = client_of("nas.example:11434", BEARER, proxy=front.url())
        check_all_work(ollama, chosen)
        monkeypatch.setenv("http_proxy", front.url())
        client_of("nas.example:11434").list_models()
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        client_of(ollama.url).list_models()
        with pytest.raises(ProxyFailed) as caught:
            client_of("nas.example:11434", BEARER, proxy=front.url(1)).list_models()
        assert caught.value.status == 503
        assert front.url(1) in words(caught.value)
        monkeypatch.setattr(Endpoint, "is_loopback", False)
        monkeypatch.delenv("no_proxy")
        client_of(front.url(), proxy="none").list_models()
