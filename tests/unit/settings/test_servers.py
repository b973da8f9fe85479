from dataclasses import replace
from typing import Any

import pytest

from tray_app.core.endpoint import NO_PROXY, Access
from tray_app.core.sign_in import Header, SignIn, SignInKind
from tray_app.settings.checks import BadValue
from tray_app.settings.servers import (
    ServerEntry,
    endpoint_of,
    entry_to_json,
    server,
    servers_to_json,
    usable_servers,
)
from tray_app.workers.pulls.stored_values import MAX_NAME
from tray_app.workers.pulls.stored_values import text as stored_text

NAS = ServerEntry("1", "nas", "https://nas.local")
FULL = ServerEntry(
    "2",
    "studio",
    "studio:11434",
    is_on=False,
    is_in_all=False,
    sign_in=SignIn(
        SignInKind.HEADERS, headers=(Header("X-Client", "id", is_secret=False), Header("X-Key"))
    ),
    ca_file="/home/ana/ca.pem",
    proxy=NO_PROXY,
    mac="3c:7c:3f:1a:2b:4d",
    broadcast="192.168.1.255",
    models_folder="/srv/models",
)


@pytest.mark.parametrize("entry", [NAS, FULL])
def test_an_entry_survives_the_file(entry: ServerEntry) -> None:
    assert server(entry_to_json(entry)) == entry
    assert server(entry) == entry


def test_only_what_was_set_stands_in_the_file() -> None:
    assert entry_to_json(NAS) == {"id": "1", "label": "nas", "address": "https://nas.local"}


@pytest.mark.parametrize(
    "odd",
    [
        {"is_on": "yes"},
        {"sign_in": "token"},
        {"sign_in": {"kind": "kerberos"}},
        {"sign_in": {"kind": ["token"]}},
        {"sign_in": {"kind": "headers", "headers": [{"name": "X-A\r\nX-Evil"}]}},
        {"sign_in": {"kind": "headers", "headers": [{"name": "Host"}]}},
        {"sign_in": {"kind": "headers", "headers": [{"name": "X-A"}, {"name": "x-a"}]}},
        {"sign_in": {"kind": "headers", "headers": [{"name": f"X-{n}"} for n in range(9)]}},
        {
            "sign_in": {
                "kind": "headers",
                "headers": [{"name": "X-A", "value": "a\nb", "is_secret": False}],
            }
        },
        {"proxy": 3},
        {"proxy": "http://me:secret@proxy:3128"},
        {"address": "http://me:secret@nas"},
        {"mac": "anything"},
        {"models_folder": None},
    ],
)
def test_an_odd_value_is_refused_and_what_was_written_is_kept(odd: dict[str, Any]) -> None:
    raw = {"id": "3", **odd}
    with pytest.raises(BadValue) as raised:
        server(raw)
    assert "secret" not in str(raised.value)
    good = entry_to_json(NAS)
    assert usable_servers([raw, good]) == (NAS,)
    assert servers_to_json((NAS,), [raw, good]) == [good, raw]


def test_a_secret_in_the_file_is_not_taken_from_it() -> None:
    raw = {"kind": "headers", "headers": [{"name": "X-Key", "value": "k3y"}]}
    entry = server({"id": "4", "sign_in": raw})
    assert entry.sign_in.headers == (Header("X-Key"),)
    assert "k3y" not in str(servers_to_json((entry,), [{"id": "4", "sign_in": raw}]))


def test_where_and_how_a_server_is_reached() -> None:
    endpoint = endpoint_of(replace(FULL, sign_in=SignIn()), {})
    assert (endpoint.host, endpoint.port) == ("studio", 11434)
    assert endpoint.access == Access(ca_file="/home/ana/ca.pem", proxy=NO_PROXY)
    named = Header("X-Client", "id", is_secret=False)
    open_sign_in = SignIn(SignInKind.HEADERS, headers=(named,))
    assert endpoint_of(replace(FULL, sign_in=open_sign_in), {}).access.headers == (
        ("X-Client", "id"),
    )
    assert endpoint_of(FULL, {}).access.headers == (), "its key is missing: nothing is sent"
    plain = endpoint_of(NAS, {"OLLAMA_HOST": "https://ana:pass@nas.local"})
    assert (plain.username, plain.access) == ("ana", Access())


def test_what_a_later_version_added_stays() -> None:
    before = [{"id": "1", "label": "old", "tunnel": [1]}]
    assert servers_to_json((NAS,), before) == [{**entry_to_json(NAS), "tunnel": [1]}]
    back_to_default = [{"id": "1", "is_on": False}]
    assert "is_on" not in servers_to_json((NAS,), back_to_default)[0]


def test_an_id_is_one_that_downloads_can_name() -> None:
    """Theirs are of at most `MAX_NAME` characters; also those that a copy gets."""
    longest = {"id": "x" * MAX_NAME}
    first, second = usable_servers([longest, longest, {"id": "x" * (MAX_NAME + 1)}])
    assert stored_text(first.id) != stored_text(second.id)
