"""What stands in front of Ollama: the answers of real proxies, and whose fault each of them is.

Whether there is an Ollama at all, only /api/version tells.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes import FaultyServer, faults, small
from tests.unit.ollama.asking import free_port
from tests.unit.ollama.raw_server import Connection, Handler, RawServer, always
from tray_app import text
from tray_app.core.endpoint import Access, Endpoint
from tray_app.core.errors import (
    Forbidden,
    ModelNotFound,
    Moved,
    NotOllama,
    OllamaError,
    ProxyFailed,
    ServerFailed,
    Unauthorized,
)
from tray_app.core.records import ServerState
from tray_app.ollama import OllamaClient
from tray_app.ollama.deleting import delete_unloaded
from tray_app.workers.poller import state_of

NGINX = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body>\r\n<center><h1>{0}</h1></center>\r\n"
    "<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n"
)
CLOUDFLARE = (
    '<!DOCTYPE html>\n<!--[if lt IE 7]> <html class="no-js ie6"> <![endif]-->\n<html><head>\n'
    "<title>ollama.example.com | {0}</title><style>body {{ color: red }}</style></head><body>"
    "<h1>{0}</h1><script>var a = '<b>';</script></body></html>"
)


@dataclass(frozen=True)
class Front:
    """One answer of a program in front of Ollama."""

    status: str
    body: str = ""
    content_type: str = "text/html"
    server: str = ""

    def __call__(self, connection: Connection) -> None:
        more = {"Server": self.server} if self.server else {}
        connection.answer(self.body, self.status, self.content_type, **more)


def nginx(status: str) -> Front:
    return Front(status, NGINX.format(status), server="nginx/1.22.1")


def caddy(status: str) -> Front:
    return Front(status, "", "", "Caddy")


def cloudflare(status: str) -> Front:
    return Front(status, CLOUDFLARE.format(status), server="cloudflare")


def code_of_cloudflare(status: str) -> Front:
    return Front(status, f"error code: {status[:3]}", "text/plain", "cloudflare")


# As they were answered by real nginx and Caddy; those of Cloudflare as it documents them.
RECORDED: dict[str, tuple[type[OllamaError], str]] = {
    "nginx-basic-none": (Unauthorized, "wants a sign-in with a name and a password."),
    "nginx-basic-wrong": (Unauthorized, "wants a sign-in with a name and a password."),
    "nginx-bearer-none": (Unauthorized, "wants a sign-in with a token"),
    "nginx-403": (Forbidden, "doesn’t let Ollama Tray in"),
    "nginx-413": (NotOllama, "isn’t Ollama"),
    "nginx-502": (ProxyFailed, "Ollama behind it doesn’t answer (HTTP 502)"),
    "nginx-504-load": (ProxyFailed, "Ollama behind it took too long (HTTP 504)"),
    "nginx-http-to-https-port": (Moved, "wants https."),
    "nginx-redirect-https": (Moved, "wants https."),
    "prefix-missing": (NotOllama, "isn’t Ollama"),
    "host-403": (Forbidden, "only accepts its own address."),
    "caddy-403": (Forbidden, "Or the proxy in front of it lets nobody in"),
    "caddy-502": (ProxyFailed, "Ollama behind it doesn’t answer (HTTP 502)"),
    "caddy-basic-none": (Unauthorized, "wants a sign-in with a name and a password."),
    "caddy-http-to-https-port": (Moved, "wants https."),
    "caddy-prefix-missing": (NotOllama, "isn’t Ollama"),
    "caddy-redirect-https": (Moved, "wants https."),
    "cloudflare-413": (NotOllama, "isn’t Ollama"),
    "cloudflare-502": (ProxyFailed, "Ollama behind it doesn’t answer (HTTP 502)"),
    "cloudflare-521": (ProxyFailed, "Ollama behind it doesn’t answer (HTTP 521)"),
    "cloudflare-522": (ProxyFailed, "Ollama behind it took too long (HTTP 522)"),
    "cloudflare-524": (ProxyFailed, "Ollama behind it took too long (HTTP 524)"),
    "cloudflare-530": (ProxyFailed, "Ollama behind it doesn’t answer (HTTP 530)"),
    "cloudflare-access-302": (Moved, "perhaps for signing in."),
    "cloudflare-access-403": (Forbidden, "doesn’t let Ollama Tray in"),
    "captive-portal": (NotOllama, "On a guest network, sign in to the network first."),
}


def recorded(name: str) -> Handler:
    """A server that has one answer, byte for byte."""
    answer = json.loads((Path(__file__).parent / "fronts" / f"{name}.json").read_text())["response"]
    head = [f"HTTP/1.1 {answer['status']} {answer['reason']}"]
    head += [f"{key}: {value}" for key, value in answer["headers"]]
    raw = "\r\n".join([*head, "", answer.get("text") or ""]).encode()

    def handle(connection: Connection) -> None:
        connection.request()
        connection.send(raw.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1))

    return handle


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_answer(name: str) -> None:
    kind, said = RECORDED[name]
    for call, error in errors_of(recorded(name), ("version", "tags", "poll")).items():
        assert type(error) is kind, call
        assert said in words(error)
        assert not set("<>{}") & set(words(error) + error.context)


def test_every_recording_is_tried() -> None:
    assert {path.stem for path in (Path(__file__).parent / "fronts").iterdir()} == set(RECORDED)


PASSING = [
    nginx("502 Bad Gateway"),
    nginx("503 Service Temporarily Unavailable"),
    nginx("504 Gateway Time-out"),
    nginx("500 Internal Server Error"),
    nginx("429 Too Many Requests"),
    nginx("408 Request Time-out"),
    caddy("502 Bad Gateway"),
    caddy("503 Service Unavailable"),
    cloudflare("520 Web server is returning an unknown error"),
    cloudflare("521 Web server is down"),
    cloudflare("522 Connection timed out"),
    cloudflare("524 A timeout occurred"),
    code_of_cloudflare("502 Bad Gateway"),
    code_of_cloudflare("521 Web Server Is Down"),
    code_of_cloudflare("530 Origin DNS error"),
    Front("502 Bad Gateway", "Bad Gateway", "text/plain"),  # Traefik
    Front("503 Service Unavailable", "no available server", "text/plain"),
    Front("503 Service Unavailable", "upstream connect error or disconnect", "text/plain"),
    Front("429 Too Many Requests", '{"message":"API rate limit exceeded"}', "application/json"),
    Front("500 Internal Server Error", '{"detail":"Server Connection Error"}', "application/json"),
]


def by_path(answer_for: Callable[[str], Front | str]) -> Handler:
    """A server that answers by path; a text is Ollama's own JSON."""

    def handle(connection: Connection) -> None:
        while raw := connection.request():
            found = answer_for(raw.decode().split(" ")[1])
            if isinstance(found, str):
                connection.answer(found)
            else:
                found(connection)

    return handle


def only(front: Front) -> Handler:
    def handle(connection: Connection) -> None:
        while connection.request():
            front(connection)

    return handle


def calls(client: OllamaClient) -> dict[str, Callable[[], object]]:
    return {
        "version": client.version,
        "tags": client.list_models,
        "ps": client.list_running,
        "show": lambda: client.show("tiny"),
        "delete": lambda: client.delete("tiny"),
        "load": lambda: client.load("tiny"),
        "pull": lambda: next(client.pull("tiny")),
        "poll": client.snapshot,
    }


CALLS = ("version", "tags", "ps", "show", "delete", "load", "pull", "poll")


def errors_of(handle: Handler, names: Sequence[str] = CALLS) -> dict[str, OllamaError]:
    """How each call ends."""
    found = {}
    with RawServer(handle) as server:
        for name in names:
            with pytest.raises(OllamaError) as caught:
                calls(OllamaClient(server.url))[name]()
            found[name] = caught.value
    return found


def words(error: OllamaError) -> str:
    message = text.error_text(error, "nas", address="nas.example:11434")
    return text.sentences(message.body, message.hint)


@pytest.mark.parametrize("front", PASSING, ids=lambda front: f"{front.server} {front.status}")
def test_an_error_of_the_front_passes_and_is_not_called_another_program(front: Front) -> None:
    for name, error in errors_of(only(front)).items():
        assert isinstance(error, ProxyFailed), name
        assert error.status == int(front.status[:3])
        assert not error.is_permanent
        assert not error.is_refusal
        assert front.status[:3] in words(error)
        assert "<" not in words(error) + error.context
        assert "{" not in words(error) + error.context
        assert state_of(error) in (ServerState.OFFLINE, ServerState.FAILING)


@pytest.mark.parametrize(
    "front",
    [
        nginx("404 Not Found"),
        caddy("404 Not Found"),
        Front("200 OK", "", "", "Caddy"),  # what Caddy says where there is nothing
        Front("200 OK", "<!doctype html><title>Router</title>"),
        Front("200 OK", '{"name":"Sonarr"}', "application/json"),
        Front("200 OK", "hello", "text/plain"),
        Front("404 Not Found", '{"detail":"Not Found"}', "application/json"),
        Front("404 Not Found", '{"error":{"code":404,"message":"File Not Found"}}',
              "application/json"),
        Front("200 OK", '{"error":"Unexpected endpoint or method."}', "application/json"),
        Front("400 Bad Request", NGINX.format("400 Bad Request")),
        Front("405 Not Allowed", NGINX.format("405 Not Allowed")),
    ],
    ids=lambda front: f"{front.status} {front.body[:20]}",
)  # fmt: skip
def test_what_tells_no_version_is_not_ollama(front: Front) -> None:
    names = ("version", "tags", "poll")
    for name, error in errors_of(only(front), names).items():
        assert type(error) is NotOllama, name


@pytest.mark.parametrize(
    ("front", "said"),
    [
        (nginx("413 Request Entity Too Large"), "refused this (HTTP 413)"),
        (nginx("404 Not Found"), "refused this (HTTP 404)"),
        (Front("200 OK", "<!doctype html>Please wait"), "web page instead of"),
        (Front("404 Not Found", '{"detail":"Not Found"}', "application/json"), "“Not Found”"),
        (Front("422 Odd", '{"detail":[{"loc":["body"],"msg":"Field required"}]}',
               "application/json"), "“Field required”"),
    ],
)  # fmt: skip
def test_what_tells_its_version_is_ollama_and_the_odd_answer_the_fronts(
    front: Front, said: str
) -> None:
    def answer(path: str) -> Front | str:
        return '{"version":"0.32.1"}' if path == "/api/version" else front

    with RawServer(by_path(answer)) as server:
        for name in ("tags", "ps", "show", "delete", "load", "pull"):
            with pytest.raises(ProxyFailed) as caught:
                calls(OllamaClient(server.url))[name]()
            assert said in words(caught.value), name


def test_nothing_at_all_is_no_success_of_loading() -> None:
    """Caddy says it where it was told of nothing; delete and copy are judged by the list."""
    nothing = Front("200 OK", "", "", "Caddy")
    assert isinstance(errors_of(only(nothing), ("load",))["load"], NotOllama)

    def answer(path: str) -> Front | str:
        return '{"version":"0.32.1"}' if path == "/api/version" else nothing

    with RawServer(by_path(answer)) as server:
        for call in (OllamaClient(server.url).load, OllamaClient(server.url).unload):
            with pytest.raises(ProxyFailed):
                call("tiny")


def test_an_error_behind_which_the_connection_breaks_is_still_that_error() -> None:
    """As Go's servers do it that refuse a request before all of it has arrived."""

    def handle(connection: Connection) -> None:
        connection.request()
        text = "Client sent an HTTP request to an HTTPS server.\n"
        connection.send(f"HTTP/1.1 400 Bad Request\r\n\r\n{text}".encode())
        connection.reset()

    for name, error in errors_of(handle, ("show", "delete", "pull")).items():
        assert isinstance(error, Moved), name


def test_an_error_of_ollama_behind_the_front_stays_ollamas() -> None:
    body = '{"error":"model \'tiny\' not found"}'
    missing = Front("404 Not Found", body, "application/json", "nginx/1.22.1")
    with RawServer(only(missing)) as server:
        with pytest.raises(ModelNotFound):
            OllamaClient(server.url).show("tiny")
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "body",
    [
        {"detail": "Something broke"},
        {"detail": {"message": "Something broke", "code": 7}},
        {"detail": [{"type": "x", "msg": "Something broke"}]},
        {"message": "Something broke", "request_id": "1"},
        {"error": {"message": "Something broke", "type": "x"}},
        {"error": {"errors": [{"reason": "Something broke"}]}},
        {"errors": [{"code": 1, "message": "Something broke"}]},
        {"status": 500, "title": "Something broke"},
        "Something broke",
        {"error": ["Something broke"]},
    ],
)
def test_of_json_its_sentence_is_said(body: object) -> None:
    front = Front("500 Oops", json.dumps(body), "application/json")
    for name, error in errors_of(only(front)).items():
        assert "Something broke" in words(error), name
        assert not set("{}[]") & set(words(error) + error.context)


@pytest.mark.parametrize("body", [{"a": 1}, {"error": {"code": 3}}, [], {"detail": None}, 7])
def test_json_without_a_sentence_is_not_shown(body: object) -> None:
    front = Front("500 Oops", json.dumps(body), "application/json")
    for error in errors_of(only(front)).values():
        assert "HTTP" in words(error)
        assert not set("{}[]") & set(words(error) + error.context)


@pytest.mark.parametrize("status", ["301 M", "302 F", "303 S", "307 T", "308 P"])
def test_a_server_that_wants_https_says_so_for_every_call(status: str) -> None:
    """Also with a password, which does not go along and is not wrong."""

    def handle(connection: Connection) -> None:
        while raw := connection.request():
            path = raw.decode().split(" ")[1]
            connection.answer("", status, "text/html", Location=f"https://127.0.0.1:444{path}")

    for name, error in errors_of(handle).items():
        assert isinstance(error, Moved), name
        assert error.wants_https
        assert error.address == "https://127.0.0.1:444"
        assert words(error) == "“nas” wants https. Use the address https://127.0.0.1:444"
        assert state_of(error) is ServerState.REFUSED
    with RawServer(handle) as server, pytest.raises(Moved):
        OllamaClient(server.url.replace("//", "//me:secret@")).list_models()


@pytest.mark.parametrize(
    ("location", "address", "said"),
    [
        ("https://127.0.0.1/ollama{path}", "https://127.0.0.1/ollama", "wants https"),
        ("http://127.0.0.1:1{path}", "127.0.0.1:1", "another address"),
        ("https://ollama.example.com{path}", "https://ollama.example.com", "another address"),
        ("http://me:secret@nas.example:1{path}?key=secret", "nas.example:1", "another address"),
        ("https://login.example.com/sso?to={path}", "", "web page"),
        ("https://team.cloudflareaccess.com/cdn-cgi/access/login/x?kid=1", "", "web page"),
        ("", "", "web page"),
        ("http://[", "", "web page"),
    ],
)
def test_a_redirect_to_another_place_is_told_and_not_followed(
    location: str, address: str, said: str
) -> None:
    def handle(connection: Connection) -> None:
        while raw := connection.request():
            path = raw.decode().split(" ")[1]
            connection.answer("", "302 F", Location=location.format(path=path))

    for name, error in errors_of(handle).items():
        assert isinstance(error, Moved), name
        assert error.address == address
        assert said in words(error)
        assert "secret" not in words(error) + error.context


def test_a_redirect_within_the_server_is_followed_by_every_call() -> None:
    with FaultyServer(library=small.library("tiny")) as ollama:

        def handle(connection: Connection) -> None:
            while raw := connection.request():
                path = raw.decode().split(" ")[1]
                if path.startswith("/moved"):
                    answers = {
                        "/moved/api/version": '{"version":"1.0"}',
                        "/moved/api/tags": '{"models":[]}',
                    }
                    connection.answer(answers.get(path, '{"status":"success"}'))
                else:
                    connection.answer("", "301 M", Location=f"/moved{path}")

        with RawServer(handle) as server, OllamaClient(server.url) as client:
            assert client.version() == "1.0"
            assert client.list_models() == ()
            assert list(client.pull("tiny")) == [{"status": "success"}]
            client.unload("tiny")
        assert ollama.requests == []


@pytest.mark.parametrize(
    "page",
    [
        "Client sent an HTTP request to an HTTPS server.\n",  # Go: Caddy, Traefik
        NGINX.format("400 The plain HTTP request was sent to HTTPS port"),
        "<!DOCTYPE HTML><p>You're speaking plain HTTP to an SSL-enabled server port.",  # Apache
        "Bad Request\r\nThis combination of host and port requires TLS.\r\n",  # Tomcat
    ],
)
def test_http_to_a_port_of_tls(page: str) -> None:
    front = Front("400 Bad Request", page, "text/html" if "<" in page else "text/plain")
    with RawServer(only(front)) as server:
        for name in CALLS:
            with pytest.raises(Moved) as caught:
                calls(OllamaClient(f"{server.url}/ollama"))[name]()
            address = f"{server.url.replace('http:', 'https:')}/ollama"
            assert words(caught.value) == f"“nas” wants https. Use the address {address}"


def test_http_to_a_port_that_speaks_nothing_but_tls() -> None:
    def alert(connection: Connection) -> None:
        connection.request()
        connection.send(b"\x15\x03\x03\x00\x02\x02\x46")

    with RawServer(alert) as server, pytest.raises(Moved) as caught:
        OllamaClient(server.url).version()
    assert caught.value.address == server.url.replace("http:", "https:")


@pytest.mark.parametrize(
    ("challenge", "takes_password"),
    [('Basic realm="Ollama"', True), ("Bearer", False), ("", False), ("Bearer, Basic x=1", True)],
)
def test_a_sign_in_is_refused_only_if_there_was_one(challenge: str, takes_password: bool) -> None:
    more = {"WWW_Authenticate": challenge} if challenge else {}
    with RawServer(always("", status="401 No", content_type="text/html", **more)) as server:
        with pytest.raises(Unauthorized) as caught:
            OllamaClient(server.url).list_models()
        assert not caught.value.was_given
        assert caught.value.takes_password is takes_password
        place = server.url.replace("//", "//name:password@")
        assert "wants a sign-in" in words(caught.value)
        assert f"OLLAMA_HOST={place}" in words_at(caught.value, server.url)
        with pytest.raises(Unauthorized) as caught:
            OllamaClient(server.url.replace("//", "//me:secret@")).list_models()
        assert caught.value.was_given
        assert words(caught.value) == "“nas” refuses the password or token."
        for header in ("Authorization", "X-API-Key"):
            access = Access(((header, "x"),))
            with pytest.raises(Unauthorized) as caught:
                OllamaClient(Endpoint.parse(server.url).with_access(access)).list_models()
            assert caught.value.was_given


def test_every_error_of_a_poll_says_what_was_asked() -> None:
    """Without the password."""
    answers = (
        nginx("502 Bad Gateway"),
        nginx("401 Unauthorized"),
        Front("200 OK", '{"version":1}', "application/json"),
        Front("200 OK", "", "", "Caddy"),
        Front("302 Found", "", ""),
    )
    for front in answers:
        with RawServer(only(front)) as server:
            url = server.url.replace("//", "//me:sEcReT@")
            with pytest.raises(OllamaError) as caught:
                OllamaClient(f"{url}/ollama").snapshot()
        assert caught.value.request == f"GET {server.url}/ollama/api/version"
    with pytest.raises(OllamaError) as caught:
        OllamaClient(f"me:sEcReT@127.0.0.1:{(port := free_port())}").snapshot()
    assert caught.value.request == f"GET http://127.0.0.1:{port}/api/version"
    assert text.error_text(caught.value).details.startswith(caught.value.request)


def words_at(error: OllamaError, address: str) -> str:
    return text.error_text(error, "nas", address=address).hint


@pytest.mark.parametrize(
    ("front", "said"),
    [
        (Front("403 Forbidden", "", ""), "only accepts its own address"),
        (nginx("403 Forbidden"), "doesn’t let Ollama Tray in (HTTP 403)."),
        (Front("403 Forbidden", '{"detail":"Not allowed"}', "application/json"),
         "It says: “Not allowed”"),
        (Front("403 Forbidden", '{"error":"ollama cloud is disabled"}', "application/json"),
         "cloud switched off"),
    ],
)  # fmt: skip
def test_who_refuses(front: Front, said: str) -> None:
    with RawServer(only(front)) as server, pytest.raises(Forbidden) as c:
        OllamaClient(server.url).list_models()
    assert said in words(c.value)


HIDDEN = {
    "Open WebUI": faults.reply_json(403, {"detail": "Access prohibited"}),
    "sign-in": faults.reply_json(401, {"detail": "Not authenticated"}),
    "nginx": faults.reply(404, NGINX.format("404 Not Found").encode(), "text/html"),
    "page": faults.html_ok(),
    "too many": faults.reply(429, b"slow down", "text/plain"),
    "error": faults.error_json(500, "busy"),
    "nonsense": faults.reply(200, b"nonsense", "application/json"),
}


@pytest.mark.parametrize("fault", HIDDEN.values(), ids=HIDDEN)
def test_what_is_loaded_may_be_hidden_and_stops_neither_list_nor_deletion(
    fault: Callable[..., None],
) -> None:
    with FaultyServer(library=small.library("tiny", "other")) as server:
        server.state.load("tiny")
        server.fault("/api/ps", fault, times=None)
        client = OllamaClient(server.url)
        snapshot = client.snapshot()
        assert (len(snapshot.models), snapshot.running) == (2, None)
        record = client.get("tiny")
        assert record is not None
        delete_unloaded(client, record)
        assert server.state.names() == ["other:latest"]
        unloads = [r for r in server.requests if r.path == "/api/generate"]
        assert len(unloads) == 1


def test_neither_does_an_unloading_that_is_hidden_too() -> None:
    with FaultyServer(library=small.library("tiny")) as server:
        for path in ("/api/ps", "/api/generate"):
            server.fault(path, faults.reply_json(403, {"detail": "Not allowed"}), times=None)
        client = OllamaClient(server.url)
        record = client.get("tiny")
        assert record is not None
        delete_unloaded(client, record)
        assert server.state.names() == []


def test_a_loaded_model_that_will_not_go_is_not_deleted() -> None:
    with FaultyServer(library=small.library("tiny")) as server:
        server.state.load("tiny")
        server.fault("/api/generate", faults.error_json(500, "stuck"), times=None)
        client = OllamaClient(server.url)
        record = client.get("tiny")
        assert record is not None
        with pytest.raises(ServerFailed):
            delete_unloaded(client, record)
        assert server.state.names() == ["tiny:latest"]


@pytest.mark.parametrize(
    ("status", "body", "header", "wait_s"),
    [
        ("429 Too Many Requests", "<html></html>", "120", 120),
        ("503 Service Unavailable", "<html></html>", "30", 30),
        ("429 Too Many Requests", '{"detail":"Try again in 5 minutes"}', "", 300),
        ("429 Too Many Requests", '{"error":"slow down, retry after 7 s"}', "", 7),
        ("429 Too Many Requests", "<html></html>", "", 0),
        ("500 Internal Server Error", '{"detail":"Try again in 5 minutes"}', "60", 0),
    ],
)
def test_who_is_asked_too_often_says_how_long_to_wait(
    status: str, body: str, header: str, wait_s: int
) -> None:
    def handle(connection: Connection) -> None:
        more = {"Retry-After": header} if header else {}
        kind = "application/json" if body.startswith("{") else "text/html"
        connection.answer(body, status, kind, **more)

    for call, error in errors_of(handle, ("tags", "poll", "pull", "delete")).items():
        assert error.wait_s == wait_s, call
