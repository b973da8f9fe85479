"""The models that the recordings were made with, and the state before each recorded request."""

from __future__ import annotations

from collections.abc import Callable

from tests.contract.gguf_file import digest_of, gguf_bytes
from tray_app.demo import DemoServer, Library, Package, Weights
from tray_app.demo.gojson import NANOSECONDS
from tray_app.demo.store.naming import parse
from tray_app.demo.store.package import Layer, assemble, text_layer

MODELS_DIR = "/var/lib/ollama/models"
RECORDED_UPLOAD = "sha256:54e3c92e45eae08b047d7b2bc48f009d9062aa921551a839c7d29122468baa9f"
RECORDED_WRONG = "sha256:54e3c92e45eae08b047d7b2bc48f009d9062aa921551a839c7d29122468baa90"
RECORDED_NOT_GGUF = "sha256:490392a613ac8386f8f21b2f785ad5989694b9acecdf27931df67f99cd157235"
UPLOAD = gguf_bytes(9, words=0)
TINY = "localhost:5055/library/tiny"
CHAT = "localhost:5055/library/tiny:chat"
OTHER = "localhost:5055/library/other:q4"
BIG = "localhost:5055/library/big"

_LICENSE = "MIT License\n<b>not bold</b> & plain"
_PARAMETERS = '{"stop": ["<|im_end|>"], "temperature": 0.6}'
_T0 = 1_795_539_731 * NANOSECONDS + 3_219_950


def _weights(digest: str, size: int, seed: int) -> Weights:
    floats = (size - 288) // 4
    return Weights(
        digest=f"sha256:{digest}",
        size=size,
        architecture="llama",
        kv={
            "general.architecture": "llama",
            "general.file_type": 15,
            "general.parameter_count": floats,
            "llama.block_count": 1,
            "llama.context_length": 8192,
            "llama.embedding_length": 64,
            "x.seed": seed,
        },
        tensors=(("v.test.weight", "F32", (floats,)),),
        memory_bytes=52_428_800,
    )


def _package(weights: Weights, **texts: str) -> Package:
    layers = [Layer("model", weights.digest, weights.size)]
    layers += [text_layer(kind, text) for kind, text in texts.items()]
    details = {
        "model_format": "gguf",
        "model_family": "llama",
        "model_families": ["llama"],
        "model_type": "8.0B",
        "file_type": "Q4_K_M",
    }
    return assemble(weights, layers, details=details)


_TINY_WEIGHTS = _weights(
    "66067d0784a682578915c3a4c67602f6db69947d54a6e082fad5e16295dcd337", 40_000_416, 1
)
_PACKAGES = {
    TINY: _package(_TINY_WEIGHTS, template="{{ .Prompt }}", license=_LICENSE, params=_PARAMETERS),
    CHAT: _package(_TINY_WEIGHTS, license=_LICENSE),
    OTHER: _package(
        _weights("5764c4c73004b3e1467c9f95a8d3941c819dfcfd6bab3399fc2a194f01313cc8", 8_000_416, 2),
        template="{{ .Prompt }}",
        license="MIT, other",
    ),
    BIG: _package(
        _weights(
            "22db31077770203062cca8ffe28bd814f94c86891a79f091bcb4aa7bfdcdba87", 260_000_416, 3
        ),
        system="You are a test, 1",
        license="MIT, other",
    ),
}


def server() -> DemoServer:
    """A server like the one that was recorded: nothing installed yet."""
    library = Library(published=[(name, package, 0.0) for name, package in _PACKAGES.items()])
    made = DemoServer(
        library=library,
        tick_s=0.002,
        latency_s=0.004,
        verify_s=0.01,
        load_s=0.0,
        speed_bytes_s=4e9,
        version="0.0.0",
        models_dir=MODELS_DIR,
    )
    made.state.cloud_disabled = True
    return made


def install(made: DemoServer, *names: str) -> None:
    """Put models on the disk, each a second after the one before."""
    for index, name in enumerate(names):
        package = _PACKAGES[name]
        made.state.install(name, package, _T0 + index * NANOSECONDS)


def _installed(*names: str) -> Callable[[DemoServer], None]:
    return lambda made: install(made, *names)


def _loaded(seconds: float) -> Callable[[DemoServer], None]:
    def prepare(made: DemoServer) -> None:
        install(made, CHAT, TINY)
        made.state.load(TINY, seconds)

    return prepare


def _copied(made: DemoServer) -> None:
    install(made, CHAT, TINY)
    made.state.install("mine:one", _PACKAGES[TINY], _T0 + 2 * NANOSECONDS)
    made.state.install(OTHER, _PACKAGES[OTHER], _T0 + 3 * NANOSECONDS)


def _created(made: DemoServer) -> None:
    # The recorded ones were made within a second, and then their order is chance.
    install(made, CHAT, OTHER, TINY)
    made.state.install("mine:one", _PACKAGES[TINY], _T0 + 3 * NANOSECONDS)
    _uploaded(made)
    ticks = iter(range(10, 1000))
    made.state.clock_ns = lambda: _T0 + next(ticks) * NANOSECONDS


def _gone(made: DemoServer) -> None:
    made.state.install("gone", _PACKAGES[OTHER], _T0)
    made.state.load("gone")


def _gone_and_deleted(made: DemoServer) -> None:
    _gone(made)
    made.state.remove("gone")


def _called(*names: str) -> Callable[[DemoServer], None]:
    def prepare(made: DemoServer) -> None:
        for index, name in enumerate(names):
            made.state.install(name, _PACKAGES[OTHER], _T0 + index * NANOSECONDS)

    return prepare


def _copied_on_a_full_disk(made: DemoServer) -> None:
    _called("a")(made)
    made.state.disk_free_bytes = 0


def _copied_with_damage(made: DemoServer) -> None:
    _called("localhost:22555/library/upd")(made)
    made.state.broken[parse("mycopy").file] = "unexpected EOF"


def _uploaded(made: DemoServer) -> None:
    digest = digest_of(UPLOAD)
    made.state.uploads[digest] = UPLOAD
    made.state.add_blob(digest, len(UPLOAD))


def _not_gguf(made: DemoServer) -> None:
    made.state.uploads[RECORDED_NOT_GGUF] = b"certainly no GGUF"
    made.state.add_blob(RECORDED_NOT_GGUF, 17)


def _damaged(made: DemoServer) -> None:
    made.state.damage(BIG)


def _disk_full(made: DemoServer) -> None:
    made.state.disk_free_bytes = 1_000_000


def _refusal(name: str, text: str) -> Callable[[DemoServer], None]:
    return lambda made: made.state.fail_pull(name, text)


def _dying(made: DemoServer) -> None:
    line, weights = made.state.line, _PACKAGES[BIG].layers[0]
    line.cancel_race_s = 30.0
    line.leave(line.join(weights.digest, weights.size, 0.0))


def _half_pulled(made: DemoServer) -> None:
    line, weights = made.state.line, _PACKAGES[BIG].layers[0]
    item = line.join(weights.digest, weights.size, 0.0)
    item.completed = 42_467_328
    line.leave(item)
    made.state.set_speed(4e9)


def _at(speed_bytes_s: float) -> Callable[[DemoServer], None]:
    return lambda made: made.state.set_speed(speed_bytes_s)


_NEWER = (
    "\n\nThe model you are attempting to pull requires a newer version of Ollama that may be in "
    "pre-release.\n\nPlease see https://github.com/ollama/ollama/releases for more details.\n\n"
).replace("\n", "\\n")

SETUPS: dict[str, Callable[[DemoServer], None]] = {
    "blob-head": _uploaded,
    "blob-post-again": _uploaded,
    "copy": _installed(TINY),
    "copy-bad-destination": _installed(TINY),
    "copy-case-only": _called("orig:q4"),
    "copy-cloud-stub": _called("stub:cloud"),
    "copy-disk-full": _copied_on_a_full_disk,
    "copy-onto-damaged-manifest": _copied_with_damage,
    "copy-onto-existing": _called("orig:q4", "victim"),
    "copy-part-folded": _called("orig:q4"),
    "copy-to-cloud-tag": _called("orig:q4"),
    "copy2-plain": _called("orig:q4"),
    "create-from-gguf": _uploaded,
    "create-from-model": _installed(TINY),
    "create-not-gguf": _not_gguf,
    "delete": _installed(BIG),
    "delete-damaged-manifest": _copied_with_damage,
    "delete-loaded": _gone,
    "load": _installed(TINY),
    "load-bad-keep-alive": _installed(TINY),
    "load-forever": _installed(TINY),
    "load-shared-weights": _loaded(300),
    "ps": _loaded(300),
    "ps-after-delete-loaded": _gone_and_deleted,
    "ps-forever": _loaded(2**63 / 1e9),
    "ps-shared-weights": _loaded(300),
    "pull-again-at-once": _half_pulled,
    "pull-cancelled": _at(500e6),
    "pull-context-canceled": _dying,
    "pull-damaged": _damaged,
    "pull-disk-full": _disk_full,
    "pull-nostream": _installed(TINY),
    "pull-registry-401": _refusal(
        TINY, 'realm host "" does not match original host "localhost:5055"'
    ),
    "pull-registry-412": _refusal(TINY, f'412: {{"errors":[{{"code":"X","message":"{_NEWER}"}}]}}'),
    "pull-registry-500": _refusal(TINY, "500: boom"),
    "pull-registry-refused": _refusal(
        "127.0.0.1:9/library/x",
        'Get "http://127.0.0.1:9/v2/library/x/manifests/latest": dial tcp 127.0.0.1:9: '
        "connect: connection refused",
    ),
    "pull-resumed-with-stall": _half_pulled,
    "pull-shared-weights": _installed(TINY),
    "pull-up-to-date": _installed(TINY),
    "show": _installed(TINY),
    "show-verbose": _installed(TINY),
    "tags": _installed(CHAT, TINY, OTHER),
    "show-from-file": _uploaded,
    "show-persona": _installed(TINY),
    "tags-after-copy": _copied,
    "tags-created": _created,
    "unload": _loaded(300),
    "unload-not-loaded": _installed(TINY),
}
"""What is so before a recorded request; nothing special for those not named."""

ORIGINS = {"forbidden-origin": "http://example.com"}
HOSTS = {"forbidden-host": "ollama.example.com"}
BODIES = {
    "blob-post": UPLOAD,
    "blob-post-again": UPLOAD,
    "blob-post-mismatch": UPLOAD,
    "pull-bad-json": b"{",
    "pull-no-body": b"",
}
"""Request bodies that the recordings only measure."""

DIGESTS = {
    RECORDED_UPLOAD: digest_of(UPLOAD),
    RECORDED_WRONG: digest_of(UPLOAD)[:-1] + ("0" if digest_of(UPLOAD)[-1] != "0" else "1"),
}
"""Digests of the recorded uploads and of ours that stand for them."""

PREDECESSORS = {
    "show-from-file": ("create-from-gguf",),
    "show-persona": ("create-from-model",),
    "tags-created": ("create-from-model", "create-from-gguf"),
}
"""Recorded requests that come first, because a recording shows what they made."""


def prepare(name: str, made: DemoServer) -> None:
    """Bring a server into the state before a recorded request."""
    setup = SETUPS.get(name)
    if setup is not None:
        setup(made)


def is_installed(made: DemoServer, name: str) -> bool:
    """Whether a model is on the disk."""
    return made.state.find(parse(name)) is not None
