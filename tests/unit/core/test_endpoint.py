from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_app.core.endpoint import (
    Endpoint,
    address_fault,
    has_password,
    is_local_address,
    is_loopback,
    shown_address,
    split_address,
)
from tray_app.core.errors import AddressFault, BadAddress

# Ollama's own table (envconfig/config_test.go), with unspecified addresses made dialable, and
# without what it takes a default for.
OLLAMA_HOST = {
    "": "http://127.0.0.1:11434",
    "1.2.3.4": "http://1.2.3.4:11434",
    "1.2.3.4:1234": "http://1.2.3.4:1234",
    ":1234": "http://127.0.0.1:1234",
    "example.com": "http://example.com:11434",
    "example.com:1234": "http://example.com:1234",
    "example.com:1234/path": "http://example.com:1234/path",
    "example.com/": "http://example.com:11434",
    "::1": "http://[::1]:11434",
    "[::1]": "http://[::1]:11434",
    "[::1]:1337": "http://[::1]:1337",
    "[::]:11434": "http://[::1]:11434",
    "::": "http://[::1]:11434",
    "0.0.0.0": "http://127.0.0.1:11434",
    "0.0.0.0:8080": "http://127.0.0.1:8080",
    "1.2.3.4:": "http://1.2.3.4:11434",
    "1.2.3.4:+80": "http://1.2.3.4:80",
    "http://1.2.3.4": "http://1.2.3.4:80",
    "http://1.2.3.4:1234": "http://1.2.3.4:1234",
    "https://1.2.3.4": "https://1.2.3.4:443",
    "https://1.2.3.4:1234": "https://1.2.3.4:1234",
    "https://example.com/ollama": "https://example.com:443/ollama",
    "https://example.com/ollama/": "https://example.com:443/ollama",
    "http:8080": "http://http:8080",
    "https:8080/x": "http://https:8080/x",
    "httpbox": "http://httpbox:11434",
    "HTTPS://Example.com": "https://Example.com:443",
    "ollama.com": "https://ollama.com:443",
    "ollama.com:80": "http://ollama.com:80",
    ' "1.2.3.4" ': "http://1.2.3.4:11434",
    "'example.com:1234'": "http://example.com:1234",
    "http://[fe80::1%eth0]:80": "http://[fe80::1%eth0]:80",
    "http://example.com/a?b=c#d": "http://example.com:80/a",
}


@pytest.mark.parametrize(("text", "expected"), OLLAMA_HOST.items())
def test_reads_an_address_as_ollama_does(text: str, expected: str) -> None:
    assert str(Endpoint.parse(text)) == expected


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("127.0.0.1:99999", AddressFault.PORT),
        ("127.0.0.1:65536", AddressFault.PORT),
        ("127.0.0.1:0", AddressFault.PORT),
        ("127.0.0.1:-1", AddressFault.PORT),
        ("127.0.0.1:abc", AddressFault.PORT),
        ("127.0.0.1:1 1", AddressFault.PORT),
        ("127.0.0.1:１１４３４", AddressFault.PORT),
        ("127.0.0.1:114340000000000000000", AddressFault.PORT),
        ("127.0.0.1:1e4", AddressFault.PORT),
        ("127.0.0.1:0x50", AddressFault.PORT),
        (":99999", AddressFault.PORT),
        ("[::1]:99999", AddressFault.PORT),
        ("https://nas:x", AddressFault.PORT),
        ("http://nas:11434:11434", AddressFault.HOST),
        ("[::1", AddressFault.BRACKETS),
        ("::1]", AddressFault.BRACKETS),
        ("[::1:11434", AddressFault.BRACKETS),
        ("http://[::1/ollama", AddressFault.BRACKETS),
        ("nas]", AddressFault.BRACKETS),
        ("[nas]", AddressFault.HOST),
        ("[]", AddressFault.HOST),
        ("http:/nas:1", AddressFault.SCHEME),
        ("http//nas", AddressFault.SCHEME),
        ("http:", AddressFault.SCHEME),
        ("http://http://nas", AddressFault.SCHEME),
        ("https://http://nas:11434", AddressFault.SCHEME),
        ("HTTPS:nas", AddressFault.SCHEME),
        ("http:127.0.0.1:1", AddressFault.SCHEME),
        ("tcp://nas", AddressFault.SCHEME),
        ("127.0.0.1;11434", AddressFault.HOST),
        ("127.0.0.1,11434", AddressFault.HOST),
        ("http://", AddressFault.NO_HOST),
        ("https:///ollama", AddressFault.NO_HOST),
        ("/v1", AddressFault.NO_HOST),
        (":", AddressFault.NO_HOST),
        ("me:secret@", AddressFault.NO_HOST),
        ("nas/my path", AddressFault.SPACE),
    ],
)
def test_what_is_wrong_is_refused_where_ollama_would_take_a_default(
    text: str, fault: AddressFault
) -> None:
    for typed in (text, f" {text}", f"'{text}'"):
        with pytest.raises(BadAddress) as caught:
            Endpoint.parse(typed)
        assert caught.value.fault is fault
    with pytest.raises(BadAddress) as caught:
        Endpoint.from_environment({"OLLAMA_HOST": text})
    assert caught.value.fault is fault
    assert caught.value.reference.startswith("OLLAMA_HOST=")
    if "@" not in text:
        assert address_fault(text) is fault


@pytest.mark.parametrize("scheme", ["", "http://", "https://"])
@pytest.mark.parametrize("prefix", ["", "/ollama", "/a/b", "/v2", "/apis", "/api/mine"])
@pytest.mark.parametrize(
    "pasted",
    [
        "", "/", "/v1", "/v1/", "/api", "/api/", "/V1", "//v1//", "/api/tags", "/api/chat/",
        "/api/generate", "/api/version", "/v1/chat/completions", "/v1/models", "/v1/models/a/b",
        "/v1/completions", "/v1/embeddings", "/v1/messages", "/api/v1", "/api/blobs/sha256:00",
        "/v1?key=x", "/api/tags#x",
    ],
)  # fmt: skip
def test_the_end_of_a_pasted_url_is_no_part_of_the_address(
    scheme: str, prefix: str, pasted: str
) -> None:
    endpoint = Endpoint.parse(f"{scheme}nas:8080{prefix}{pasted}")
    assert (endpoint.host, endpoint.port, endpoint.path) == ("nas", 8080, prefix)
    assert Endpoint.parse(str(endpoint)) == endpoint


def test_a_password_of_the_environment_is_for_its_own_server() -> None:
    environ = {"OLLAMA_HOST": "https://me:secret@nas/ollama"}
    assert Endpoint.parse("https://nas:443").signed_in(environ).password == "secret"
    for other in ("http://nas:443", "https://nas:444", "https://nas2", "nas"):
        assert Endpoint.parse(other).signed_in(environ) == Endpoint.parse(other)
    assert Endpoint.parse("https://you:own@nas").signed_in(environ).password == "own"
    assert Endpoint.parse("nas").signed_in({"OLLAMA_HOST": "nas:x"}).password == ""


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("ftp://example.com", "ftp"),
        ("unix:///run/ollama.sock", "unix"),
        ("two words", "two words"),
        ("http://exa<mple.com", "exa<mple.com"),
        ("1:2:3", "1:2:3"),
        ("[::1]x:80", "[::1]x:80"),
        ("a..b", "a..b"),
        ("a\x00b", "a\x00b"),
        ("x" * 70, "x" * 70),
    ],
)
def test_refuses_what_is_no_address_and_says_which_part(text: str, piece: str) -> None:
    with pytest.raises(BadAddress) as caught:
        Endpoint.parse(text)
    assert (caught.value.reference, caught.value.context) == (text, piece)


def test_reads_the_environment_it_is_given() -> None:
    assert Endpoint.from_environment({"OLLAMA_HOST": "nas:1"}).display == "nas:1"
    assert Endpoint.from_environment({}).display == "127.0.0.1:11434"
    assert Endpoint.from_environment({"OLLAMA_HOST": "0.0.0.0:77"}).display == "127.0.0.1:77"


def test_makes_urls_below_the_path_prefix() -> None:
    assert Endpoint.parse("https://example.com/ollama").url("/api/tags") == (
        "https://example.com:443/ollama/api/tags"
    )
    assert Endpoint.parse("[::1]:5").url("/x") == "http://[::1]:5/x"
    assert Endpoint.parse("http://[fe80::1%eth0]:80").url("/x") == "http://[fe80::1%25eth0]:80/x"
    assert Endpoint.parse("nas/my path".replace(" ", "%20")).url("/x") == (
        "http://nas:11434/my%20path/x"
    )


@pytest.mark.parametrize(
    ("text", "display"),
    [
        ("", "127.0.0.1:11434"),
        ("http://nas", "nas:80"),
        ("https://nas", "https://nas"),
        ("https://nas:444/x", "https://nas:444/x"),
        ("::1", "[::1]:11434"),
        ("http://me:secret@nas:1", "nas:1"),
    ],
)
def test_displays_an_address_for_people(text: str, display: str) -> None:
    assert Endpoint.parse(text).display == display


def test_name_and_password_are_known_but_never_shown() -> None:
    endpoint = Endpoint.parse("https://m%40e:s%3Acret@nas/x")
    assert (endpoint.username, endpoint.password) == ("m@e", "s:cret")
    for shown in (str(endpoint), repr(endpoint), endpoint.display, endpoint.url("/api/tags")):
        assert "cret" not in shown
        assert "m@e" not in shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9:1", True),
        ("localhost", True),
        ("LOCALHOST.", True),
        ("ollama.localhost", True),
        ("::1", True),
        ("[::ffff:127.0.0.1]:1", True),
        ("0.0.0.0", True),
        ("::", True),
        ("192.168.1.20", False),
        ("nas", False),
        ("localhost.example.com", False),
    ],
)
def test_knows_this_computer(text: str, expected: bool) -> None:
    assert Endpoint.parse(text).is_loopback is expected


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("http://me:secret@nas:11434", True),
        ("me:secret@nas", True),
        ("me@nas", False),
        ("http://nas:11434", False),
        ("[::1]:11434", False),
        ("http://[", False),
        ("me:secret@[", True),
        ("http://nas/me:secret@x", True),
        ("http://vm:pa/secret@nas", True),
    ],
)
def test_passwords_in_addresses_are_seen(address: str, found: bool) -> None:
    assert has_password(address) is found


@pytest.mark.parametrize(
    ("host", "expected"),
    [("", True), ("0.0.0.0", True), ("::", True), ("LocalHost", True), ("nas", False)],
)
def test_hosts_that_are_here(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("127.0.0.1", None),
        ("nas:8080", None),
        ("nas:", None),
        ("http://[::1]:11434", None),
        ("https://h.example/ollama", None),
        (":11500", None),
        ("::1", None),
        ("me@nas", None),
        ("", AddressFault.EMPTY),
        ("  ", AddressFault.EMPTY),
        ("my nas", AddressFault.SPACE),
        ("nas\u200b", AddressFault.SPACE),
        ("ftp://nas", AddressFault.SCHEME),
        ("u:secret@nas", AddressFault.PASSWORD),
        ("u:secret@[", AddressFault.PASSWORD),
        ("u:se/cret@nas", AddressFault.PASSWORD),
        ("se/cret@nas", AddressFault.AMBIGUOUS),
        ("http://nas/a?b=c@d", AddressFault.AMBIGUOUS),
        ("http://", AddressFault.NO_HOST),
        ("http:///path", AddressFault.NO_HOST),
        ("nas:99999", AddressFault.PORT),
        ("nas:0", AddressFault.PORT),
        ("nas:http", AddressFault.PORT),
        ("a..b", AddressFault.HOST),
        ("exa<mple.com", AddressFault.HOST),
    ],
)
def test_what_is_wrong_with_an_address(address: str, fault: AddressFault | None) -> None:
    assert address_fault(address) is fault


@pytest.mark.parametrize("mark", ["/", "?", "#"])
@pytest.mark.parametrize("scheme", ["", "http://", "https://"])
def test_a_password_that_may_end_in_two_places_is_refused(scheme: str, mark: str) -> None:
    """Up to the mark it looks like a host and a port, to which the rest would be sent."""
    with pytest.raises(BadAddress) as caught:
        Endpoint.parse(f"{scheme}vm:pa{mark}sEcReT@nas:1")
    assert caught.value.fault is AddressFault.AMBIGUOUS
    assert caught.value.reference == f"{scheme}nas:1"
    assert Endpoint.parse(f"{scheme}vm:pa{quote(mark, safe='')}sEcReT@nas:1").password == (
        f"pa{mark}sEcReT"
    )


SECRET = "sEcReT"
PIECES = st.lists(
    st.sampled_from(
        [SECRET, "vm", "pa", ":", "/", "?", "#", "@", "%2F", "[", " ", "\\", "://", "99"]
    ),
    max_size=6,
).map("".join)


@given(
    st.sampled_from(["", "http://", "https://", "ftp://", "http:/", "'"]),
    PIECES,
    PIECES,
    st.sampled_from(["nas", "nas:11434", "nas:x", "nas:1:2", "a..b", "[::1]", "[", "", "n<s"]),
    st.sampled_from(["", "/", "/ollama", f"?key={SECRET}", f"/x?key={SECRET}", f"#k={SECRET}"]),
)
def test_of_an_address_nothing_secret_is_ever_said(
    scheme: str, user: str, password: str, host: str, rest: str
) -> None:
    address = f"{scheme}{user}{SECRET}:{password}{SECRET}@{host}{rest}"
    said = [shown_address(address)]
    try:
        endpoint = Endpoint.parse(address)
        said += [str(endpoint), repr(endpoint), endpoint.display, endpoint.url("/x")]
    except BadAddress as error:
        said += [str(error), repr(error), error.reference, error.context]
    assert not [text for text in said if SECRET in text]


def test_a_port_that_is_none_is_repeated_only_if_it_is_a_number() -> None:
    """It may be a password that somebody wrote without its host."""
    with pytest.raises(BadAddress) as caught:
        Endpoint.parse(f"vm:{SECRET}")
    assert (caught.value.reference, caught.value.context) == ("vm:…", "…")
    with pytest.raises(BadAddress) as caught:
        Endpoint.parse("vm:99999")
    assert caught.value.reference == "vm:99999"


def test_the_parts_of_an_address() -> None:
    assert split_address("https://me:s%3A@[::1]:5/x") == ("https", "me", "s%3A", "::1", "5", "x")
    assert split_address("nas:x").port_number is None
    assert split_address("http://nas").default_port == 80
    assert split_address("ollama.com").default_port == 443
    assert split_address("nas").default_port == 11434


@given(st.text(max_size=60))
def test_an_address_without_a_fault_can_be_parsed(address: str) -> None:
    if address_fault(address) is None:
        Endpoint.parse(address)


@given(st.text(max_size=60) | st.from_regex(r"(https?://)?[\[\]:0-9a-z.@/%-]{0,30}"))
def test_any_text_is_an_address_that_reads_back_or_a_bad_address(text: str) -> None:
    try:
        endpoint = Endpoint.parse(text)
    except BadAddress:
        return
    again = Endpoint.parse(str(endpoint))
    assert (again.scheme, again.host, again.port, again.path) == (
        endpoint.scheme,
        endpoint.host,
        endpoint.port,
        endpoint.path,
    )


@pytest.mark.parametrize(
    ("address", "is_here"),
    [
        ("", True),
        ("127.0.0.1:11434", True),
        ("http://localhost:8080/ollama", True),
        ("0.0.0.0", True),
        ("[::1]:11434", True),
        ("https://me:secret@127.0.0.1", True),
        ("192.168.1.30", False),
        ("nas.local:11434", False),
        ("elsewhere.invalid", False),
        ("::", True),
        ("http://", True),
    ],
)
def test_an_address_of_this_computer(address: str, is_here: bool) -> None:
    assert is_local_address(address) is is_here
