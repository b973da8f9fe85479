"""The whole memory of a demo server: models, blobs, the registry behind it, and its settings."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from tray_app.demo.errors import ApiError
from tray_app.demo.gojson import NANOSECONDS, encode
from tray_app.demo.store.downloads import Line
from tray_app.demo.store.naming import Ref, parse
from tray_app.demo.store.rows import tags_row
from tray_app.demo.store.running import Memory

if TYPE_CHECKING:
    from tray_app.demo.store.package import Layer, Package

DEFAULT_SPEED_BYTES_S = 40_000_000.0
MANIFEST_BYTES = 4096
"""What a manifest takes on a disk."""


@dataclass(frozen=True)
class Installed:
    """A model on the server's disk."""

    ref: Ref
    package: Package
    modified_ns: int

    @cached_property
    def row(self) -> bytes:
        """Its row in /api/tags; lists of thousands are asked for every second."""
        return encode(tags_row(self.ref, self.package, self.modified_ns))


@dataclass(frozen=True)
class Published:
    """A model at its registry."""

    ref: Ref
    package: Package
    pushed_s: int


@dataclass
class Quantizer:
    """How the server's llama-quantize behaves. `seconds` it takes, silently unless it `prints`;
    `writes_same` None = its output is its input where that was made by it."""

    is_there: bool = True
    seconds: float = 0.0
    prints: bool = False
    writes_same: bool | None = None
    unknown: set[str] = field(default_factory=set)
    """Architectures that it does not know."""


@dataclass
class Library:
    """What a demo server starts with: names, packages and ages in seconds."""

    installed: list[tuple[str, Package, float]] = field(default_factory=list)
    published: list[tuple[str, Package, float]] = field(default_factory=list)
    loaded: list[tuple[str, float]] = field(default_factory=list)
    """Names in memory and how many seconds they stay there."""


class DemoState:
    """Everything a test may look at or change while the server runs.

    Thread: every method may be called from any thread; the plain settings are single values.
    """

    def __init__(
        self,
        library: Library | None = None,
        *,
        speed_bytes_s: float = DEFAULT_SPEED_BYTES_S,
        tick_s: float = 0.06,
        verify_s: float = 1.5,
        load_s: float = 1.0,
        answer_s: float = 0.0,
        latency_s: float | None = None,
        disk_free_bytes: int | None = None,
        graphics_bytes: int = 12_000_000_000,
        version: str = "0.33.1",
        models_dir: str = "/usr/share/ollama/.ollama/models",
        clock: Callable[[], float] = time.monotonic,
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.lock = threading.RLock()
        self.tick_s = tick_s
        self.verify_s = verify_s
        self.load_s = load_s
        self.answer_s = answer_s
        self.latency_s = tick_s * 1.5 if latency_s is None else latency_s
        self.disk_free_bytes = disk_free_bytes
        self.version = version
        self.models_dir = models_dir
        self.cloud_disabled = False
        self.clock = clock
        self.clock_ns = clock_ns
        self.line = Line(speed_bytes_s, clock)
        self.memory = Memory(clock_ns, graphics_bytes)
        self.pull_errors: dict[str, str] = {}
        """Canonical name → what the registry answers instead of a manifest."""
        self.damaged: set[str] = set()
        """Digests that arrive with wrong bytes, once."""
        self.lost: set[str] = set()
        """Digests that manifests name, and the registry has no more."""
        self.uploads: dict[str, bytes] = {}
        """The first bytes of uploaded blobs, enough for a GGUF header."""
        self.quantizer = Quantizer()
        self.made_blobs: set[str] = set()
        """Digests of blobs that a create has made, and which no manifest has named yet."""
        self.leftovers: dict[str, int] = {}
        """Files and folders of creates that were cut off, and how many bytes are in them."""
        self.broken: dict[str, str] = {}
        """Manifests that cannot be read, by their paths: what the server says of them. They are
        listed nowhere, and only a model that comes to their name ends them."""
        self.map_order = random.Random()
        """Decides between two spellings of one part, as the order of a Go map does."""
        self._blobs: dict[str, int] = {}
        self._installed: dict[str, Installed] = {}
        self._published: dict[str, Published] = {}
        if library is not None:
            self.extend(library)

    # -- settings ------------------------------------------------------------------------------

    @property
    def speed_bytes_s(self) -> float:
        """Bytes a second that all pulls share; 0 is a stall. May be set at any time."""
        return self.line.speed_bytes_s

    @speed_bytes_s.setter
    def speed_bytes_s(self, value: float) -> None:
        self.line.speed_bytes_s = value

    def set_speed(self, speed_bytes_s: float) -> None:
        """Change the speed of everything that is being pulled."""
        self.line.speed_bytes_s = speed_bytes_s

    def extend(self, library: Library) -> None:
        """Add what a library holds."""
        now_ns = self.clock_ns()
        for name, package, age_s in library.installed:
            self.install(name, package, now_ns - int(age_s * NANOSECONDS))
        for name, package, age_s in library.published:
            self.publish(name, package, pushed_s=int(now_ns // NANOSECONDS - age_s))
        for name, seconds in library.loaded:
            self.load(name, seconds)

    # -- installed models ----------------------------------------------------------------------

    def install(self, name: str | Ref, package: Package, modified_ns: int | None = None) -> None:
        """Put a model on the disk at once; an older one of that name is replaced."""
        ref = parse(name) if isinstance(name, str) else name
        with self.lock:
            when = self.clock_ns() if modified_ns is None else modified_ns
            self.broken.pop(ref.file, None)
            self._installed[ref.key] = Installed(ref, package, when)
            for blob in package.blobs:
                self._blobs[blob.digest] = blob.size

    def remove(self, name: str | Ref) -> bool:
        """Take a model from the disk, with the blobs that no other model uses."""
        ref = parse(name) if isinstance(name, str) else name
        with self.lock:
            gone = self._installed.pop(ref.key, None)
            if gone is not None:
                self.prune(gone.package.blobs)
            return gone is not None

    def prune(self, blobs: Iterable[Layer]) -> None:
        """Remove those of these blobs that no installed model uses."""
        with self.lock:
            used = {blob.digest for item in self.installed() for blob in item.package.blobs}
            for blob in blobs:
                if blob.digest not in used:
                    self._blobs.pop(blob.digest, None)

    def installed(self) -> list[Installed]:
        """All models, the newest first, as /api/tags lists them."""
        with self.lock:
            items = [self._installed[key] for key in sorted(self._installed)]
        return sorted(items, key=lambda item: item.modified_ns // NANOSECONDS, reverse=True)

    def find(self, ref: Ref) -> Installed | None:
        """The installed model of this name, whatever its case."""
        return self._installed.get(ref.key)

    def find_file(self, ref: Ref) -> Installed | None:
        """The model whose manifest lies at exactly this name. ApiError for one that is broken."""
        text = self.broken.get(ref.file)
        if text is not None:
            raise ApiError(500, text)
        item = self._installed.get(ref.key)
        return item if item is not None and item.ref == ref else None

    def names(self) -> list[str]:
        """The display names of what is installed, in order of /api/tags."""
        return [item.ref.display for item in self.installed()]

    def canonical(self, ref: Ref) -> Ref:
        """The name in the case in which its parts are already on the disk, each of any model."""
        for part in ("host", "namespace", "model", "tag"):
            folded = getattr(ref, part).casefold()
            with self.lock:
                known = [getattr(item.ref, part) for item in self._installed.values()]
            spelled = [each for each in known if each.casefold() == folded]
            if spelled:
                ref = replace(ref, **{part: self.map_order.choice(spelled)})
        return ref

    def copy(self, source: Ref, destination: Ref) -> bool:
        """Copy a manifest; whether there was one. ApiError when the disk is full: then a manifest
        without a byte is left. A broken one is copied like any other."""
        with self.lock:
            if source.file in self.broken:
                self.broken[destination.file] = self.broken[source.file]
                return True
            item = self.find_file(source)
            if item is None:
                return False
            if self.disk_free_bytes is not None and self.disk_free_bytes < MANIFEST_BYTES:
                self._installed.pop(destination.key, None)
                self.broken[destination.file] = "EOF"
                path = f"{self.models_dir}/manifests/{destination.file}"
                raise ApiError(500, f"write {path}: copy_file_range: no space left on device")
            self.install(destination, item.package)
            return True

    def load(self, name: str, seconds: float = 300.0) -> None:
        """Put an installed model into memory at once."""
        item = self.find(parse(name))
        if item is None:
            raise KeyError(name)
        self.memory.put(item.ref, item.package, int(seconds * NANOSECONDS))

    # -- blobs ---------------------------------------------------------------------------------

    def has_blob(self, digest: str) -> bool:
        """Whether a blob is on the disk."""
        return digest in self._blobs

    def blob_size(self, digest: str) -> int:
        """The size of a blob, 0 if it is not there."""
        return self._blobs.get(digest, 0)

    def add_blob(self, digest: str, size: int) -> None:
        """A blob has arrived."""
        with self.lock:
            self._blobs[digest] = size

    def take_room(self, count_bytes: int) -> None:
        """So much more of the disk is taken."""
        with self.lock:
            if self.disk_free_bytes is not None:
                self.disk_free_bytes = max(0, self.disk_free_bytes - count_bytes)

    def remove_blob(self, digest: str) -> None:
        """A blob is thrown away."""
        with self.lock:
            self._blobs.pop(digest, None)

    def blob_path(self, digest: str) -> str:
        """Where the server would keep a blob."""
        return f"{self.models_dir}/blobs/{digest.replace(':', '-')}"

    def disk_bytes(self) -> int:
        """What all blobs take together."""
        with self.lock:
            return sum(self._blobs.values())

    # -- the registry --------------------------------------------------------------------------

    def publish(self, name: str | Ref, package: Package, *, pushed_s: int | None = None) -> None:
        """Offer a model for pulling."""
        ref = parse(name) if isinstance(name, str) else name
        with self.lock:
            when = int(self.clock_ns() // NANOSECONDS) if pushed_s is None else pushed_s
            self._published[ref.key] = Published(ref, package, when)

    def unpublish(self, name: str) -> None:
        """Take a model from the registry."""
        with self.lock:
            self._published.pop(parse(name).key, None)

    def published(self) -> list[Published]:
        """Everything that can be pulled."""
        with self.lock:
            return list(self._published.values())

    def find_published(self, ref: Ref) -> Published | None:
        """The model of this name at its registry."""
        return self._published.get(ref.key)

    def damage(self, name: str, layer: int = 0) -> None:
        """Let the next pull of this model receive wrong bytes in one layer."""
        found = self.find_published(parse(name))
        if found is None:
            raise KeyError(name)
        self.damaged.add(found.package.blobs[layer].digest)

    def fail_pull(self, name: str, text: str | None) -> None:
        """Let the registry refuse a model with this text; None lifts it."""
        key = parse(name).key
        if text is None:
            self.pull_errors.pop(key, None)
        else:
            self.pull_errors[key] = text

    # -- the life of the process ---------------------------------------------------------------

    def die(self) -> None:
        """What a killed server loses: running pulls' offsets and everything in memory."""
        self.line.abandon()
        self.memory.clear()
