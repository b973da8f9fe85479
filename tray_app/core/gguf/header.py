"""`read_header`: the header of a GGUF file → GgufHeader. Never more of the file is read, and of
long lists nothing is kept."""

from __future__ import annotations

import struct

from tray_app.core.gguf.cursor import MAX_ARRAY_ITEMS, Cursor, ReadAt, damaged
from tray_app.core.gguf.records import (
    FileFault,
    GgufHeader,
    GgufKind,
    GgufRefused,
    Refusal,
)
from tray_app.core.gguf.types import (
    ARRAY,
    FILE_TYPES,
    MAX_TENSOR_TYPE,
    SCALARS,
    STRING,
    TENSOR_TYPES,
    UINT32,
)
from tray_app.core.gguf.weights import Count, Weights

_MAX_PAIRS, _MAX_TENSORS = 65_536, 200_000  # ten times what the largest models have
_MAX_DIMENSIONS = 4
_MAX_FILE_BYTES = 2**46
_KEPT_BYTES = 1024  # of a text
_MAX_NAME_BYTES = 65_535
_BEGINNING_BYTES = 64
_DEFAULT_ALIGNMENT = 32
_AS_IS = ("a.", "mm.", "mtp.", "s.", "v.")

_GENERAL = frozenset(
    ("alignment", "architecture", "file_type", "name", "quantized_by", "repo_url", "size_label",
     "source.huggingface.repository", "source.repo_url", "source.url", "type", "url")
)  # fmt: skip
_OF_ARCHITECTURE = frozenset(
    ("audio.projection_dim", "block_count", "context_length", "embedding_length",
     "has_audio_encoder", "has_vision_encoder", "vision.block_count", "vision.projection_dim",
     "split.count", "split.no")
)  # fmt: skip
_OTHERS = frozenset(
    ("quantize.imatrix.dataset", "quantize.imatrix.file", "split.count", "split.no",
     "tokenizer.chat_template")
)  # fmt: skip

_Value = int | float | bool | str


def read_header(read: ReadAt, size_bytes: int) -> GgufHeader:
    """What the file behind `read`, which has `size_bytes`, says of itself.

    Raises GgufRefused, and whatever `read` raises.
    """
    beginning = read(0, min(_BEGINNING_BYTES, size_bytes))
    version = _version(beginning, size_bytes)
    cursor = Cursor(read, size_bytes)
    cursor.skip(8)
    tensor_count, pair_count = cursor.u64(), cursor.u64()
    if tensor_count > _MAX_TENSORS or pair_count > _MAX_PAIRS:
        raise damaged(f"{tensor_count} tensors, {pair_count} values")
    values = _Values()
    for _ in range(pair_count):
        _read_pair(cursor, values)
    tensors = _Tensors()
    for _ in range(tensor_count):
        _read_tensor(cursor, tensors)
    end_bytes = _end(cursor.position, values, tensors)
    if end_bytes > size_bytes:
        raise GgufRefused(Refusal(FileFault.CUT_OFF, size_bytes=size_bytes, needed_bytes=end_bytes))
    return _header(version, values, tensors, cursor.position, end_bytes)


def _version(beginning: bytes, size_bytes: int) -> int:
    magic = beginning[:4]
    if magic == b"FUGG":
        raise GgufRefused(Refusal(FileFault.OLD_KIND, context="big-endian"))
    if magic != b"GGUF":
        raise GgufRefused(
            Refusal(FileFault.NOT_GGUF, begins=_as_text(beginning), size_bytes=size_bytes)
        )
    if len(beginning) < 8:
        raise GgufRefused(Refusal(FileFault.CUT_OFF, size_bytes=size_bytes))
    version = int(struct.unpack_from("<I", beginning, 4)[0])
    if version and version & 0xFFFF == 0:
        raise GgufRefused(Refusal(FileFault.OLD_KIND, context="big-endian"))
    if version == 1:
        raise GgufRefused(Refusal(FileFault.OLD_KIND, context="version 1"))
    if version not in (2, 3):
        raise damaged(f"version {version}")
    return version


def _as_text(beginning: bytes) -> str:
    """What a file begins with, as a person can read it: its first word of ASCII, else numbers."""
    text = beginning.lstrip()
    end = next((i for i, byte in enumerate(text) if not 32 <= byte < 127), len(text))
    if end < 2:
        return beginning[:4].hex(" ").upper()
    return text[:end].decode("ascii").strip()


class _Values:
    """The pairs that are looked at. The names of many begin with that of the architecture."""

    def __init__(self) -> None:
        self._found: dict[str, _Value] = {}
        self.base_links: list[str] = []
        self.has_plain_file_type = False
        """Ollama takes a file type of another width for none."""

    def is_wanted(self, key: str) -> bool:
        head, _, rest = key.partition(".")
        if head == "general":
            return rest in _GENERAL or rest.startswith("base_model.")
        return rest in _OF_ARCHITECTURE or key in _OTHERS

    def put(self, key: str, value: _Value) -> None:
        if key.startswith("general.base_model."):
            if key.endswith(".repo_url") and isinstance(value, str) and len(self.base_links) < 8:
                self.base_links.append(value)
            return
        self._found[key] = value

    @property
    def architecture(self) -> str:
        return self.text("general.architecture")

    def text(self, key: str) -> str:
        value = self._found.get(key)
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int | None:
        """A whole number that is not negative."""
        value = self._found.get(key)
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return int(value) if is_number and value >= 0 else None  # type: ignore[arg-type, operator]

    def own(self, key: str) -> int | None:
        return self.number(f"{self.architecture or 'unknown'}.{key}")

    def own_flag(self, key: str) -> bool:
        return self._found.get(f"{self.architecture or 'unknown'}.{key}") is True


def _read_pair(cursor: Cursor, values: _Values) -> None:
    key = _name(cursor)
    kind = cursor.u32()
    is_wanted = values.is_wanted(key)
    if kind == STRING:
        kept = cursor.string(_KEPT_BYTES if is_wanted else 0)
        if is_wanted:
            values.put(key, _clean(kept))
    elif kind == ARRAY:
        _skip_array(cursor)
    elif kind in SCALARS:
        value = cursor.unpack(SCALARS[kind])
        if is_wanted:
            values.put(key, value)
            values.has_plain_file_type |= key == "general.file_type" and kind == UINT32
    else:
        raise damaged(f"a value of type {kind}")


def _skip_array(cursor: Cursor) -> None:
    kind, count = cursor.u32(), cursor.u64()
    if count > MAX_ARRAY_ITEMS:
        raise damaged(f"a list of {count} values")
    if kind == STRING:
        cursor.skip_strings(count)
    elif kind in SCALARS:
        cursor.skip(count * struct.calcsize(SCALARS[kind]))
    else:
        raise damaged(f"a list of values of type {kind}")


def _name(cursor: Cursor) -> str:
    found = cursor.string(_MAX_NAME_BYTES + 1)
    if len(found) > _MAX_NAME_BYTES:
        raise damaged("a name of more than 65,535 bytes")
    return found.decode("utf-8", "replace")


def _clean(raw: bytes) -> str:
    """One line that can be shown; a text that was cut may end in half a character."""
    text = raw.decode("utf-8", "replace").rstrip("\ufffd")
    return "".join(c if c.isprintable() else " " for c in text).strip()


class _Tensors:
    """Sums over all tensors."""

    def __init__(self) -> None:
        self.end = 0  # of the data of the last one, from where data begins
        self.is_stored_as_is = self.sees = self.hears = False
        self._counts = dict.fromkeys(_COUNTED, (0, 0))
        self._kept_bytes = 0

    def add(self, name: str, shape: tuple[int, ...], count: int, size: int) -> None:
        if name.startswith(_AS_IS):
            self.is_stored_as_is = True
            self.sees |= name.startswith("v.")
            self.hears |= name.startswith("a.")
            self._kept_bytes += size
        elif len(shape) < 2:
            self._kept_bytes += size
        else:
            what = _what(name)
            even, uneven = self._counts[what]
            is_even = shape[0] % _BLOCK == 0
            self._counts[what] = (even + count, uneven) if is_even else (even, uneven + count)

    @property
    def weights(self) -> Weights:
        counts = {what: Count(*each) for what, each in self._counts.items()}
        return Weights(**counts, kept_bytes=self._kept_bytes)


_BLOCK = 256
_COUNTED = ("embedding", "output", "attention", "down", "rest")


def _what(name: str) -> str:
    """Which of the counts of `Weights` a tensor belongs to."""
    if name == "token_embd.weight":
        return "embedding"
    if name == "output.weight":
        return "output"
    if name.endswith(".attn_v.weight"):
        return "attention"
    return "down" if ".ffn_down" in name else "rest"


def _read_tensor(cursor: Cursor, tensors: _Tensors) -> None:
    name = _name(cursor)
    dimensions = cursor.u32()
    if dimensions > _MAX_DIMENSIONS:
        raise damaged(f"a tensor of {dimensions} dimensions")
    shape = cursor.u64s(dimensions)
    kind, offset = cursor.u32(), cursor.u64()
    if kind > MAX_TENSOR_TYPE:
        raise damaged(f"a tensor of type {kind}")
    count = 1
    for length in shape:
        count *= length
    block, block_bytes = TENSOR_TYPES.get(kind, (1, 0))
    row = shape[0] if shape else 1
    if row % block:
        raise damaged(f"a row of {row} numbers in blocks of {block}")
    size = count // block * block_bytes
    end = offset + size
    if end > _MAX_FILE_BYTES or count > _MAX_FILE_BYTES:
        raise damaged(f"a tensor that ends at {end}")
    tensors.end = max(tensors.end, end)
    tensors.add(name, shape, count, size)


def _end(position: int, values: _Values, tensors: _Tensors) -> int:
    alignment = values.number("general.alignment")
    if alignment is None:
        alignment = _DEFAULT_ALIGNMENT
    if not 0 < alignment <= _MAX_FILE_BYTES:
        raise damaged(f"an alignment of {alignment}")
    if not tensors.end:
        return position
    return position + -position % alignment + tensors.end


def _header(
    version: int, values: _Values, tensors: _Tensors, header_bytes: int, end_bytes: int
) -> GgufHeader:
    kind = _kind(values)
    file_type = values.number("general.file_type")
    is_projector = kind is GgufKind.PROJECTOR
    sees = values.own_flag("has_vision_encoder") or (tensors.sees and not is_projector)
    hears = values.own_flag("has_audio_encoder") or (tensors.hears and not is_projector)
    split_no, split_count = values.number("split.no"), values.number("split.count")
    if split_count is None:
        split_no, split_count = values.own("split.no"), values.own("split.count")
    return GgufHeader(
        kind=kind,
        version=version,
        type=values.text("general.type"),
        architecture=values.architecture,
        title=values.text("general.name"),
        size_label=values.text("general.size_label"),
        file_type="" if file_type is None else FILE_TYPES.get(file_type, ""),
        block_count=values.own("block_count"),
        context_length=values.own("context_length"),
        embedding_length=values.own("embedding_length"),
        projection_length=values.own("vision.projection_dim") or values.own("audio.projection_dim"),
        split_no=split_no or 0,
        split_count=split_count or 0,
        has_chat_template=bool(values.text("tokenizer.chat_template")),
        sees=sees or (is_projector and not hears),
        hears=hears,
        is_stored_as_is=tensors.is_stored_as_is,
        can_be_quantized=kind is GgufKind.MODEL
        and file_type in _QUANTIZABLE
        and values.has_plain_file_type,
        header_bytes=header_bytes,
        end_bytes=end_bytes,
        weights=tensors.weights,
        links=tuple(filter(None, (values.text(key) for key in _LINKS))),
        base_links=tuple(values.base_links),
        made_by=values.text("general.quantized_by"),
        matrix_file=values.text("quantize.imatrix.file"),
        matrix_data=values.text("quantize.imatrix.dataset"),
    )


# F16 and BF16. Ollama names F32 too, but takes its number, 0, for none that is told.
_QUANTIZABLE = frozenset({1, 32})
_LINKS = (
    "general.url",
    "general.repo_url",
    "general.source.url",
    "general.source.repo_url",
    "general.source.huggingface.repository",
)
_PROJECTOR_TYPES = frozenset({"projector", "mmproj"})
_MODEL_TYPES = frozenset({"", "model", "unknown"})


def _kind(values: _Values) -> GgufKind:
    """As Ollama tells it, but for files that are neither: it would make a useless model of them."""
    told = values.text("general.type")
    if told == "adapter":
        return GgufKind.ADAPTER
    has_blocks = bool(values.own("block_count"))
    has_encoder = values.own_flag("has_vision_encoder") or values.own_flag("has_audio_encoder")
    if (
        told in _PROJECTOR_TYPES
        or (not has_blocks and values.own("vision.block_count"))
        or (values.architecture == "clip" and not has_blocks and has_encoder)
    ):
        return GgufKind.PROJECTOR
    return GgufKind.MODEL if told in _MODEL_TYPES else GgufKind.OTHER
