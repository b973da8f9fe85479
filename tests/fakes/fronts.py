"""Real nginx and Caddy in front of a server: what people put there, with what they configure."""

from __future__ import annotations

import socket
import subprocess
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.tools import require
from tests.support.waiting import wait_for

_ATTEMPTS = 3  # another program may take a port before it is listened at


@dataclass(frozen=True)
class Site:
    """One address of the program, with the text of its configuration.

    In it `@0@` is the port of the first site and so on, `@folder@` a folder for files.
    """

    body: str
    certificate: Path | None = None
    """Beside it lies its `key.pem`; None = plain http."""


class Front(ABC):
    """A running program with its sites. Use as a context manager."""

    program = ""

    def __init__(self, folder: Path, *sites: Site, files: Mapping[str, str] | None = None) -> None:
        require(self.program)
        self.folder = folder
        self.sites = sites
        self.ports: list[int] = []
        self._process: subprocess.Popen[bytes] | None = None
        for name, text in (files or {}).items():
            (folder / name).write_text(text, encoding="utf-8")

    def url(self, site: int = 0, path: str = "", *, scheme: str = "", user: str = "") -> str:
        """The address of a site, or another one at its port."""
        own = "https" if self.sites[site].certificate else "http"
        at = f"{user}@" if user else ""
        return f"{scheme or own}://{at}127.0.0.1:{self.ports[site]}{path}"

    @property
    def output(self) -> str:
        """What the program has written so far."""
        return (self.folder / "output").read_text(encoding="utf-8", errors="replace")

    def __enter__(self) -> Self:
        for attempt in range(_ATTEMPTS):
            self.ports = [_free_port() for _ in self.sites]
            if self._starts():
                return self
            self.stop()
            if attempt + 1 == _ATTEMPTS:
                raise AssertionError(f"{self.program} does not start: {self.output}")
        raise AssertionError

    def __exit__(
        self, kind: type[BaseException] | None, error: object, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(20)

    def _starts(self) -> bool:
        config = self.folder / "config"
        text = self._config()
        for index, port in enumerate(self.ports):
            text = text.replace(f"@{index}@", str(port))
        config.write_text(text.replace("@folder@", str(self.folder)), encoding="utf-8")
        home = {name: str(self.folder) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
        with (self.folder / "output").open("wb") as output:
            self._process = subprocess.Popen(
                self._command(config),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **home},
            )
        process = self._process
        wait_for(lambda: process.poll() is not None or self._listens())
        return process.poll() is None

    def _listens(self) -> bool:
        for port in self.ports:
            try:
                socket.create_connection(("127.0.0.1", port), 5).close()
            except OSError:
                return False
        return True

    @abstractmethod
    def _config(self) -> str:
        """Its whole configuration."""

    @abstractmethod
    def _command(self, config: Path) -> Sequence[str]:
        """What runs it in the foreground."""


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


class Nginx(Front):
    """It passes on whatever Host says, like one that was configured for Ollama."""

    program = "nginx"

    def _config(self) -> str:
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        places = "".join(f"{kind}_temp_path @folder@/{kind};\n" for kind in kinds)
        servers = "".join(self._server(index, site) for index, site in enumerate(self.sites))
        return f"""daemon off; master_process off; pid @folder@/pid; error_log stderr warn;
            events {{}}
            http {{ {places} access_log off; server_tokens on; proxy_http_version 1.1;
            {servers} }}"""

    def _server(self, index: int, site: Site) -> str:
        tls = ""
        if site.certificate:
            key = site.certificate.with_name("key.pem")
            tls = f"ssl_certificate {site.certificate}; ssl_certificate_key {key};"
        kind = " ssl" if site.certificate else ""
        return f"server {{ listen 127.0.0.1:@{index}@{kind}; {tls} {site.body} }}\n"

    def _command(self, config: Path) -> Sequence[str]:
        return ["nginx", "-e", "stderr", "-p", str(self.folder), "-c", str(config)]


class Caddy(Front):
    """Everything that would make it ask for certificates is off."""

    program = "caddy"

    def _config(self) -> str:
        sites = "".join(self._site(index, site) for index, site in enumerate(self.sites))
        return f"{{\n admin off\n auto_https off\n}}\n{sites}"

    def _site(self, index: int, site: Site) -> str:
        scheme, tls = "http", ""
        if site.certificate:
            scheme, tls = "https", f"tls {site.certificate} {site.certificate.with_name('key.pem')}"
        return f"{scheme}://127.0.0.1:@{index}@ {{\n{tls}\n{site.body}\n}}\n"

    def _command(self, config: Path) -> Sequence[str]:
        return ["caddy", "run", "--config", str(config), "--adapter", "caddyfile"]
