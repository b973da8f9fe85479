"""What went wrong with a create, as a CreateFault.

The texts are Ollama's own (server/create.go, server/quantization.go), and those of systems.
"""

from __future__ import annotations

import re

from tray_app.core.creates.records import CreateFault
from tray_app.core.errors import DiskFull, OllamaError, ProxyFailed, ServerFailed
from tray_app.core.lazy_patterns import lazy_pattern


class CreateFailed(OllamaError):
    """A create that does not go on by itself. `cause` is what was said, where anything was."""

    is_permanent = True

    def __init__(
        self,
        reference: str = "",
        context: str = "",
        fault: CreateFault = CreateFault.OTHER,
        cause: OllamaError | None = None,
    ) -> None:
        super().__init__(reference, context or (str(cause) if cause is not None else ""))
        self.fault = fault
        self.cause = cause


_NO_SPACE = lazy_pattern(
    r"no space left on device|not enough space on the disk|disk quota exceeded", re.IGNORECASE
)
_NO_QUANTIZER = lazy_pattern(r"llama-quantize (?:unavailable|binary not found)")
_CANNOT_QUANTIZE = lazy_pattern(
    r"quantization is only supported for|unsupported quantization type", re.IGNORECASE
)
# In front of it stands the path; what Windows says of a missing file is in its language.
_BLOB_MISSING = lazy_pattern(r"open \S*blobs[/\\]sha256-[0-9a-f]{64}:")
_EXIT_STATUS = lazy_pattern(r"llama-quantize failed: (?:exit status|signal)|exit status \d")


def fault_of(error: OllamaError) -> CreateFault:
    """Why a create, or an upload for it, was refused."""
    if isinstance(error, CreateFailed):
        return error.fault
    if isinstance(error, DiskFull):
        return CreateFault.NO_SPACE
    if getattr(error, "status", 0) == 413:
        return CreateFault.TOO_LARGE
    if not isinstance(error, ServerFailed | ProxyFailed):
        return CreateFault.OTHER
    text = error.context
    for pattern, fault in (
        (_NO_SPACE, CreateFault.NO_SPACE),  # before: it may stand behind a path
        (_NO_QUANTIZER, CreateFault.NO_QUANTIZER),
        (_CANNOT_QUANTIZE, CreateFault.CANNOT_QUANTIZE),
        (_BLOB_MISSING, CreateFault.BLOB_MISSING),
        (_EXIT_STATUS, CreateFault.EXIT_STATUS),
    ):
        if pattern.search(text):
            return fault
    return CreateFault.OTHER
