"""What is said of how a server answered, alike in its form and in the doctor: title and body."""

from __future__ import annotations

from urllib.parse import urlsplit

from tray_app.core.sign_in import SignInKind
from tray_app.text.plain import one_line
from tray_app.text.wording import fill, sentences, tr

Words = tuple[str, str]


def refused(kind: SignInKind, server: str) -> Words:
    """It does not take what signs in."""
    title, body = tr("Wrong token"), tr("“{server}” answers, and refuses it.")
    if kind in (SignInKind.PASSWORD, SignInKind.HEADERS):
        title = tr("Wrong user name or password")
        body = tr("“{server}” answers, and refuses them.")
    if kind is SignInKind.HEADERS:
        title = tr("The headers are refused")
    return title, fill(body, server=server)


def wants_token(server: str) -> Words:
    title = fill(tr("“{server}” asks for a token"), server=server)
    return title, tr("It refuses everyone who sends none.")


def wants_password(server: str) -> Words:
    return fill(tr("“{server}” asks for a user name and password"), server=server), ""


def wants_https(server: str, target: str) -> Words:
    """`target` "" = where it sends to is not known."""
    title = fill(tr("“{server}” wants https"), server=server)
    if not target:
        return title, ""
    return title, fill(tr("It sends every request on to {address}."), address=target)


def sends_elsewhere(server: str, target: str) -> Words:
    """`target` is the address that it sends to, or only the host in it."""
    title = fill(tr("“{server}” sends you to another computer"), server=server)
    try:
        host = urlsplit(target if "://" in target else f"//{target}").hostname or ""
    except ValueError:
        host = ""
    where = fill(tr("To {host}."), host=one_line(host, 120)) if host else ""
    why = tr("It may want a sign-in in a browser, which works with service tokens only.")
    return title, sentences(where, why)


def http_only(server: str, port: int) -> Words:
    title = fill(tr("“{server}” speaks http only"), server=server)
    return title, fill(tr("Nothing there answers to https on port {port}."), port=port)


def untrusted_certificate(server: str) -> str:
    """The title alone."""
    return fill(tr("The certificate of “{server}” isn’t trusted"), server=server)


def refuses_name(server: str, host: str) -> Words:
    """Ollama looks at the name that it is asked by."""
    title = fill(tr("“{server}” only accepts its own address"), server=server)
    text = tr(
        "Ollama refuses the name “{host}”. Use its IP address, or set OLLAMA_HOST=0.0.0.0 there."
    )
    return title, fill(text, host=host)


def not_ollama() -> str:
    """The title alone."""
    return tr("Something answers, but it isn’t Ollama")


def web_page(address: str) -> str:
    return fill(tr("{address} sends a web page."), address=address)


def path_missing() -> Words:
    text = tr(
        "The server answers with nothing. Behind a proxy, Ollama often lives under a path, like "
        "https://host/ollama."
    )
    return tr("Part of the address may be missing"), text


def proxy_answers(server: str, proxy: str, status: int) -> Words:
    """A proxy on our side says so itself."""
    title = fill(tr("A proxy answers in place of “{server}”"), server=server)
    text = tr("{proxy} says {status}. Servers in your own network usually need no proxy.")
    return title, fill(text, proxy=proxy, status=status)


def behind_is_away(server: str, status: int) -> Words:
    title = fill(tr("“{server}” is there, but Ollama behind it isn’t"), server=server)
    return title, fill(tr("It answers with {status}."), status=status)


def silent(server: str) -> str:
    """The title alone."""
    return fill(tr("“{server}” doesn’t answer"), server=server)


def connected_but_too_old(version: str, needed: str) -> Words:
    """`version` "" = not known."""
    title = tr("Connected, but this Ollama is too old")
    if version:
        title = fill(tr("Connected, but Ollama {version} is too old"), version=version)
    return title, fill(tr("Ollama Tray needs {version} or newer."), version=needed)
