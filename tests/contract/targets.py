"""What the contract tests are run against: the demo server always, a real Ollama on request.

Both are driven through the same methods. On a real server only names made here are written, and
all of them are removed at the end.
"""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import requests

from tests.contract.gguf_file import digest_of, gguf_bytes
from tests.contract.local_registry import LocalRegistry
from tray_app.demo import DemoServer, Library, Package
from tray_app.demo.store.gguf import read_header
from tray_app.demo.store.package import Layer, assemble, text_layer

TIMEOUT_S = 30


@dataclass(frozen=True)
class Published:
    """A model that can be pulled: its name, and what it is made of."""

    name: str
    package: Package
    weights: bytes

    @property
    def digests(self) -> list[str]:
        """The blobs in the order of a pull."""
        return [blob.digest for blob in self.package.blobs]


class Target:
    """A server under test, with a registry that it pulls from."""

    is_real = False

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        self.made: list[str] = []
        self.run = secrets.token_hex(4)
        self._counter = 0

    # -- plain requests ------------------------------------------------------------------------

    def ask(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        """One request; a dict is sent as JSON, bytes as they are."""
        data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        options.setdefault("timeout", TIMEOUT_S)
        return self.session.request(method, self.url + path, data=data, **options)

    def error(self, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Status and error text of a request that is refused."""
        answer = self.ask(method, path, body)
        return answer.status_code, answer.json()["error"]

    def rows(self, path: str = "/api/tags") -> dict[str, dict[str, Any]]:
        """The rows of tags or ps by name."""
        return {row["name"]: row for row in self.ask("GET", path).json()["models"]}

    def lines(self, path: str, body: dict[str, Any]) -> Generator[dict[str, Any], None, None]:
        """The lines of a stream; closing the generator hangs up."""
        with contextlib.closing(self.ask("POST", path, body, stream=True)) as answer:
            assert answer.status_code == 200, answer.text
            for raw in answer.iter_lines(chunk_size=1):
                yield json.loads(raw)

    def pull(self, name: str) -> Generator[dict[str, Any], None, None]:
        """A pull's lines."""
        return self.lines("/api/pull", {"model": name, "insecure": True})

    # -- models --------------------------------------------------------------------------------

    def seed(self) -> int:
        """A number that no other run has used."""
        return secrets.randbits(32)

    def new_name(self, word: str = "model", tag: str = "latest") -> str:
        """A name that is nobody's; it is removed at the end."""
        self._counter += 1
        name = f"contract-{self.run}/{word}{self._counter}:{tag}"
        self.made.append(name)
        return name

    def create(self, word: str = "model", *, data: bytes | None = None, **more: Any) -> str:
        """Upload a tiny GGUF file and create a model from it."""
        name = self.new_name(word)
        data = data or gguf_bytes(self.seed())
        self.ask("POST", f"/api/blobs/{digest_of(data)}", data)
        body = {"model": name, "files": {"tiny.gguf": digest_of(data)}, "stream": False, **more}
        answer = self.ask("POST", "/api/create", body)
        assert answer.json() == {"status": "success"}, answer.text
        return name

    def publish(
        self, word: str, *, floats: int = 250_000, weights: bytes | None = None, system: str = ""
    ) -> Published:
        """Offer a model at the registry; the same `weights` are one blob for both."""
        data = weights or gguf_bytes(self.seed(), floats=floats)
        header = read_header(data, digest_of(data), len(data))
        layers = [Layer("model", header.digest, len(data))]
        layers += [text_layer("template", "{{ .Prompt }}"), text_layer("license", "MIT License")]
        layers += [text_layer("system", system)] if system else []
        layers.append(text_layer("params", f'{{"temperature": 0.{self._counter}5}}'))
        config = {
            "model_format": "gguf",
            "model_family": "llama",
            "model_families": ["llama"],
            "model_type": "8.0B",
            "file_type": "Q4_K_M",
        }
        package = assemble(header, layers, details=config)
        name = self._offer(word, package, data)
        self.made.append(name)
        return Published(name, package, data)

    def _offer(self, word: str, package: Package, weights: bytes) -> str:
        raise NotImplementedError

    # -- the registry --------------------------------------------------------------------------

    def set_speed(self, speed_bytes_s: float) -> None:
        """The speed of the registry; 0 is a stall."""
        raise NotImplementedError

    def damage(self, model: Published) -> None:
        """Let the weights arrive with wrong bytes, once."""
        raise NotImplementedError

    def repair(self) -> None:
        """Let bytes be right again."""

    def break_off(self, model: Published) -> None:
        """Break the transfer of the weights off, so that a part is fetched again."""
        raise NotImplementedError

    def refuse(self, model: Published, status: int, text: str) -> None:
        """Let the registry answer this instead of the manifest."""
        raise NotImplementedError

    def unknown_name(self) -> str:
        """A well-formed name that the registry does not know."""
        raise NotImplementedError

    def offer(self, model: Published, package: Package, weights: bytes | None = None) -> Published:
        """Another version of a model under its name."""
        data = model.weights if weights is None else weights
        word = model.name.rpartition("/")[2].partition(":")[0]
        assert self._offer(word, package, data) == model.name
        return Published(model.name, package, data)

    def withdraw(self, model: Published) -> None:
        """Take a model from the registry, which stays there."""
        raise NotImplementedError

    def lose(self, digest: str) -> None:
        """Let the registry have a blob no more that its manifests name."""
        raise NotImplementedError

    @property
    def registry_host(self) -> str:
        """Host and port of the registry in the names of its models."""
        raise NotImplementedError

    def clean_up(self) -> None:
        """Remove everything that was made."""
        for name in self.made:
            self.ask("POST", "/api/generate", {"model": name, "keep_alive": 0})
            self.ask("DELETE", "/api/delete", {"model": name})
        self.session.close()


class DemoTarget(Target):
    """The demo server; its registry is a part of it."""

    def __init__(self) -> None:
        self.server = DemoServer(
            library=Library(),
            tick_s=0.005,
            verify_s=0.05,
            load_s=0.02,
            answer_s=0.2,
            speed_bytes_s=4e9,
        ).start()
        super().__init__(self.server.url)
        self.server.state.cloud_disabled = True

    def _offer(self, word: str, package: Package, weights: bytes) -> str:
        name = f"localhost:{self.server.port}/{self.run}/{word}"
        self.server.state.publish(name, package)
        return f"{name}:latest"

    def set_speed(self, speed_bytes_s: float) -> None:
        self.server.state.set_speed(speed_bytes_s)

    def damage(self, model: Published) -> None:
        self.server.state.damage(model.name)

    def break_off(self, model: Published) -> None:
        self.server.state.line.roll_back(model.digests[0], 1_000_000)

    def refuse(self, model: Published, status: int, text: str) -> None:
        self.server.state.fail_pull(model.name, f"{status}: {text}")

    def unknown_name(self) -> str:
        self.publish("known")
        return f"localhost:{self.server.port}/{self.run}/unknown"

    def withdraw(self, model: Published) -> None:
        self.publish("known")
        self.server.state.unpublish(model.name)

    def lose(self, digest: str) -> None:
        self.server.state.lost.add(digest)

    @property
    def registry_host(self) -> str:
        return f"localhost:{self.server.port}"

    def clean_up(self) -> None:
        super().clean_up()
        self.server.stop()


class RealTarget(Target):
    """A real Ollama on this machine, with a registry of ours beside it."""

    is_real = True

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.registry = LocalRegistry().start()

    def _offer(self, word: str, package: Package, weights: bytes) -> str:
        self.registry.add(f"{self.run}/{word}", "latest", package, weights)
        return self.registry.name(f"{self.run}/{word}:latest")

    def set_speed(self, speed_bytes_s: float) -> None:
        if speed_bytes_s:
            self.registry.speed_bytes_s = speed_bytes_s
            self.registry.flow()
        else:
            self.registry.stall()

    def damage(self, model: Published) -> None:
        self.registry.damaged.add(model.digests[0])

    def break_off(self, model: Published) -> None:
        self.registry.cut()

    def repair(self) -> None:
        self.registry.damaged.clear()

    def refuse(self, model: Published, status: int, text: str) -> None:
        path = model.name.partition("/")[2].removesuffix(":latest")
        self.registry.refusals[f"/v2/{path}/manifests/latest"] = (status, text)

    def unknown_name(self) -> str:
        return self.registry.name(f"{self.run}/unknown")

    def withdraw(self, model: Published) -> None:
        path = model.name.partition("/")[2].removesuffix(":latest")
        del self.registry.manifests[f"/v2/{path}/manifests/latest"]

    def lose(self, digest: str) -> None:
        del self.registry.blobs[digest]

    @property
    def registry_host(self) -> str:
        return f"localhost:{self.registry.port}"

    def clean_up(self) -> None:
        super().clean_up()
        self.registry.stop()
