"""A real gnome-keyring on the bus of a virtual desktop, and the program that signs in with it."""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from tests.desktop.harness.bus import Bus
from tests.desktop.harness.desktop import VirtualDesktop
from tests.desktop.harness.processes import Child
from tests.desktop.harness.program import App
from tests.fakes import FaultyServer, small
from tests.support.tools import require
from tests.support.waiting import wait_for
from tray_app.core.sign_in import Secrets
from tray_app.desktop.secret_store import SecretStore

NAME = "org.freedesktop.secrets"
TOKEN = "t0ken-of-the-keyring"
_DAEMON = (
    "exec gnome-keyring-daemon --foreground --components=secrets"
    ' "--control-directory=$XDG_RUNTIME_DIR"'
)


@contextmanager
def unlocked_keyring(
    desktop: VirtualDesktop, folder: Path, *, is_made: bool = True
) -> Iterator[Child]:
    """A new one, with nothing in it. Not `is_made`: the first secret will have it made, and a
    person asked for its password."""
    require("bash", "gnome-keyring-daemon")
    run = folder / "run"
    run.mkdir(mode=0o700)
    daemon = Child(
        "gnome-keyring-daemon",
        ["bash", "-c", f"printf pass | {_DAEMON} --unlock" if is_made else _DAEMON],
        environment={
            **desktop.environment,
            "XDG_RUNTIME_DIR": str(run),
            "XDG_DATA_HOME": str(folder / "data"),
        },
        log=folder / "keyring.log",
    )
    try:
        with closing(Bus(desktop.address)) as bus:
            wait_for(lambda: bus.has_owner(NAME), timeout_s=20, message="no keyring")
        yield daemon
    finally:
        daemon.end()


def check_sign_in(
    desktop: VirtualDesktop, folder: Path, command: Sequence[str] | None = None
) -> None:
    """The program (`command`, else that of the source) asks a server with the token that the
    keyring of `desktop` has for it, and never without. DBUS_SESSION_BUS_ADDRESS is set."""
    home = folder / "program"
    with FaultyServer(library=small.library("tiny")) as server:
        SecretStore().write("nas", Secrets(TOKEN, origin=server.url))
        _set_up(home, server.url, {"kind": "token"})
        if command is not None:
            command = [*command, "--data-dir", str(home / "data")]
        with App(desktop, home, "--hidden", command=command) as app:
            app.wait_for(lambda: server.asked("/api/tags"), timeout_s=60, message="never asked")
            sent = {request.headers.get("authorization") for request in server.requests}
            assert sent == {f"Bearer {TOKEN}"}
    for file in home.rglob("*"):
        assert not file.is_file() or TOKEN.encode() not in file.read_bytes(), file


def check_unused(desktop: VirtualDesktop, folder: Path) -> None:
    """The program loads nothing for a keyring while no server has a secret."""
    home = folder / "program"
    with FaultyServer(library=small.library("tiny")) as server:
        _set_up(home, server.url, {"kind": "none"})
        data = ["--data-dir", str(home / "data"), "--hidden"]
        with App(desktop, home, command=[sys.executable, "-c", _TELLING, *data]) as app:
            app.wait_for(lambda: server.asked("/api/tags"), timeout_s=60, message="never asked")
        assert "loaded at the end: []" in app.output()


_TELLING = """
import atexit, sys

def tell():
    wanted = ("keyring", "secretstorage", "cryptography", "jaraco")
    found = [name for name in sys.modules if name.startswith(wanted)]
    print("loaded at the end:", found, flush=True)

atexit.register(tell)
from tray_app.__main__ import main
sys.exit(main())
"""


def _set_up(home: Path, url: str, sign_in: dict[str, str]) -> None:
    entry = {"id": "nas", "label": "nas", "address": url, "sign_in": sign_in}
    settings = home / "data" / "config" / "settings.json"
    settings.parent.mkdir(parents=True)
    values = {"version": 1, "servers": [entry], "default_server": "nas"}
    settings.write_text(json.dumps(values), encoding="utf-8")
