"""What a create makes of uploaded GGUF files: whole ones, split ones, projectors and adapters.

The server has all but files with parts for pictures or sound copied by llama-quantize, also where
nothing is to be quantized. While that works it looks at no client.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Generator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from tray_app.demo.errors import ApiError
from tray_app.demo.gojson import quoted
from tray_app.demo.store.gguf import NotGguf, read_header
from tray_app.demo.store.package import Layer, Weights, sha256_digest

if TYPE_CHECKING:
    from tray_app.demo.handlers.pull import Event, Waiter
    from tray_app.demo.store.state import DemoState

TYPES = ("F32", "F16", "Q4_K_S", "Q4_K_M", "Q8_0")
_WHOLE = ("F32", "F16", "BF16")
_BITS = {"F32": 32.0, "F16": 16.0, "BF16": 16.0, "Q8_0": 8.5, "Q4_K_M": 4.85, "Q4_K_S": 4.58}
_AS_IT_IS = ("v.", "mm.", "a.", "s.", "mtp.")
_PART = re.compile(r"(.+)-(\d{5})-of-(\d{5})\.gguf")
_LINES = 8
_VALIDATING = "failed to validate GGUF with llama-quantize without compatibility patches: "
_MISSING = "llama-quantize unavailable: llama-quantize binary not found (checked: {})"
_FAILED = "llama-quantize failed: exit status 1"

Found = tuple[Weights | None, Weights | None, list[Layer]]
"""Weights, projector, and the layers of them and of an adapter."""


def refuse_early(state: DemoState, files: Mapping[str, str]) -> None:
    """ApiError for files of no known kind."""
    known = (
        path.endswith(".gguf") or state.uploads.get(digest, b"")[:4] == b"GGUF"
        for path, digest in files.items()
    )
    if not files or not all(known):
        raise ApiError(400, "unknown type")


def from_files(
    state: DemoState, files: Mapping[str, str], quantize: str, waiter: Waiter
) -> Generator[Event, None, Found]:
    """Weights and layers of these files; the caller sends each event before it asks for the
    next."""
    headers: dict[str, Weights] = {}
    for path, digest in files.items():
        yield {"status": "parsing GGUF"}
        if not re.fullmatch(r"sha256[:-][0-9a-f]{64}", str(digest)):
            raise ApiError(500, "invalid digest format")
        if not state.has_blob(digest):
            raise ApiError(500, f"open {state.blob_path(digest)}: no such file or directory")
        try:
            headers[path] = read_header(
                state.uploads.get(digest, b""), digest, state.blob_size(digest)
            )
        except NotGguf as error:
            raise ApiError(500, str(error)) from error
    weights = projector = None
    layers: list[Layer] = []
    for path, header in _merged(headers).items():
        kind = _kind(header)
        if kind == "projector":
            if not header.kv.get("clip.projector_type"):
                yield {"status": "updating GGUF projector metadata"}
            projector = header
        elif kind == "model":
            made = yield from _converted(state, header, quantize, waiter)
            # Only what is kept as it came tells where it came from.
            origin = path if made is header else ""
            weights = made
            layers.append(Layer("model", made.digest, made.size, None, origin))
            continue
        layers.append(Layer(kind, header.digest, header.size, None, path))
    return weights, projector, layers


def _kind(header: Weights) -> str:
    is_clip = header.architecture == "clip" and "clip.block_count" not in header.kv
    if header.kv.get("general.type") in ("mmproj", "projector") or is_clip:
        return "projector"
    return "adapter" if header.kv.get("general.type") == "adapter" else "model"


def _merged(headers: Mapping[str, Weights]) -> dict[str, Weights]:
    """The files with all parts of a split one as one."""
    merged: dict[str, Weights] = {}
    parts: dict[str, Weights] = {}
    for path, header in headers.items():
        if int(header.kv.get("split.count", 1)) > 1:
            parts[path.rpartition("/")[2]] = header
        else:
            merged[path] = header
    if parts:
        name, whole = _whole(parts)
        merged = {name: whole, **merged}
    return merged


def _whole(parts: Mapping[str, Weights]) -> tuple[str, Weights]:
    for name, header in parts.items():
        matched, count = _PART.fullmatch(name), int(header.kv["split.count"])
        start = f"split GGUF {quoted(name)}"
        if matched is None:
            raise ApiError(500, f"{start} must use llama.cpp split filename pattern")
        index, number = int(matched[2]) - 1, int(header.kv.get("split.no", 0))
        if index != number:
            text = f"filename index {index} does not match metadata index {number}"
            raise ApiError(500, f"{start} {text}")
        if int(matched[3]) != count:
            text = f"filename count {int(matched[3])} does not match metadata count {count}"
            raise ApiError(500, f"{start} {text}")
        if len(parts) != count:
            raise ApiError(500, f"{start} has {len(parts)} shards, expected {count}")
    ordered = [parts[name] for name in sorted(parts)]
    kv = {
        key: value
        for part in ordered
        for key, value in part.kv.items()
        if not key.startswith("split.")
    }
    digest = sha256_digest("".join(part.digest for part in ordered).encode())
    tensors = tuple(tensor for part in ordered for tensor in part.tensors)
    size = sum(part.size for part in ordered)
    return min(parts), replace(
        ordered[0], digest=digest, size=size, kv={**kv, "split.merged": True}, tensors=tensors
    )


def _converted(
    state: DemoState, header: Weights, quantize: str, waiter: Waiter
) -> Generator[Event, None, Weights]:
    """What llama-quantize makes of a file."""
    wanted = quantize.upper()
    if wanted and wanted not in (*TYPES, "BF16"):
        listed = "F32, F16, Q4_K_S, Q4_K_M, Q8_0"
        text = f"unsupported quantization type {wanted} - supported types are {listed}"
        raise ApiError(500, text)
    if wanted and header.file_type not in _WHOLE:
        text = "quantization is only supported for F16, BF16 and F32 models"
        raise ApiError(500, text)
    is_copy = wanted in ("", header.file_type)
    is_split = bool(header.kv.get("split.merged"))
    is_plain = not any(name.startswith(_AS_IT_IS) for name, _, _ in header.tensors)
    if is_copy and not is_plain and not is_split:
        return header
    made = _output(state, header, "" if is_copy else wanted, is_split=is_split)
    prefix = _VALIDATING if is_copy else ""
    if not state.quantizer.is_there:
        path = "/usr/local/lib/ollama/llama-quantize"
        raise ApiError(500, prefix + _MISSING.format(path))
    yield from _work(state, header, made, wanted, prefix, waiter, is_split=is_split)
    return made


def _output(state: DemoState, header: Weights, wanted: str, *, is_split: bool) -> Weights:
    kv = {key: value for key, value in header.kv.items() if key != "split.merged"}
    if wanted:
        size = int(header.size * _BITS[wanted] / _BITS[header.file_type])
        digest = sha256_digest(f"{wanted} {header.digest}".encode())
        return replace(header, digest=digest, size=size, file_type=wanted, kv=kv)
    is_same = state.quantizer.writes_same
    if is_same is None:
        is_same = header.file_type not in _WHOLE
    if is_same and not is_split:
        return replace(header, kv=kv)
    return replace(header, digest=sha256_digest(f"COPY {header.digest}".encode()), kv=kv)


def _work(
    state: DemoState,
    header: Weights,
    made: Weights,
    wanted: str,
    prefix: str,
    waiter: Waiter,
    *,
    is_split: bool,
) -> Generator[Event, None, None]:
    """Let it run, and copy its output to a blob. What is not taken away when it is cut off stays
    in the folder."""
    number = secrets.randbelow(10**10)
    output, folder = f"{wanted if prefix == '' else 'COPY'}{number}", f"split-gguf-{number}"
    if is_split:
        state.leftovers[folder] = header.size
    state.leftovers[output] = 0
    seconds, steps = state.quantizer.seconds, _LINES if state.quantizer.prints else 1
    doing = f"quantizing {header.file_type} model to {wanted}"
    status = "validating GGUF model" if prefix else doing
    free = state.disk_free_bytes
    fits = free is None or made.size <= free
    is_known = header.architecture not in state.quantizer.unknown
    for step in range(1, steps + 1):
        waiter.pause(seconds / steps)
        if not is_known or not fits:
            break
        state.leftovers[output] = made.size * step // steps
        if state.quantizer.prints:
            yield {
                "status": status,
                "digest": "0000000000000000000",
                "total": header.size,
                "completed": header.size * step // steps,
            }
    state.leftovers.pop(folder, None)
    if not is_known or not fits:
        del state.leftovers[output]
        raise ApiError(500, prefix + _FAILED)
    yield {"status": "verifying conversion"}
    waiter.pause(state.tick_s)  # it is copied once more
    del state.leftovers[output]
    if state.has_blob(made.digest):
        return
    if free is not None and 2 * made.size > free:
        path = f"{state.models_dir}/blobs/sha256-{secrets.randbelow(10**10)}"
        raise ApiError(500, f"{prefix}write {path}: no space left on device")
    state.add_blob(made.digest, made.size)
    state.made_blobs.add(made.digest)
    state.take_room(made.size)
