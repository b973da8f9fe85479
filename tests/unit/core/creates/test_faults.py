"""What servers and proxies say, and which fault that is."""

from __future__ import annotations

import pytest

from tray_app.core.creates.faults import CreateFailed, fault_of
from tray_app.core.creates.records import CreateFault
from tray_app.core.errors import DiskFull, OllamaError, ProxyFailed, ServerFailed, Unreachable

F = CreateFault
PREFIX = "failed to validate GGUF with llama-quantize without compatibility patches: "
BLOB = "sha256-" + "0" * 64


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"{PREFIX}llama-quantize failed: exit status 1", F.EXIT_STATUS),
        ("llama-quantize failed: signal: killed", F.EXIT_STATUS),
        (f"{PREFIX}write /m/blobs/sha256-2007646874: no space left on device", F.NO_SPACE),
        ("write /m/blobs/sha256-2500454184: no space left on device", F.NO_SPACE),
        (r"write C:\m\blobs\sha256-2: There is not enough space on the disk.", F.NO_SPACE),
        (f"write /m/blobs/{BLOB}: disk quota exceeded", F.NO_SPACE),
        (
            f"{PREFIX}llama-quantize unavailable: llama-quantize binary not found (checked: /x)",
            F.NO_QUANTIZER,
        ),
        ("llama-quantize unavailable: llama-quantize binary not found", F.NO_QUANTIZER),
        ("quantization is only supported for F16, BF16 and F32 models", F.CANNOT_QUANTIZE),
        ("unsupported quantization type Q5_K_M - supported types are F32", F.CANNOT_QUANTIZE),
        (f"open /m/blobs/{BLOB}: no such file or directory", F.BLOB_MISSING),
        (rf"open C:\m\blobs\{BLOB}: The system cannot find the file specified.", F.BLOB_MISSING),
        ("supplied file was not in GGUF format", F.OTHER),
        ("unexpected EOF", F.OTHER),
        ("", F.OTHER),
    ],
)
def test_what_the_server_says(text: str, fault: CreateFault) -> None:
    assert fault_of(ServerFailed("x", text, 500)) is fault


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (ProxyFailed("nas", "413 Request Entity Too Large", 413), F.TOO_LARGE),
        (DiskFull("x"), F.NO_SPACE),
        (Unreachable("nas", "no space left on device"), F.OTHER),
        (CreateFailed("x", fault=F.FILE_GONE), F.FILE_GONE),
        (OllamaError("x"), F.OTHER),
    ],
)
def test_what_else_goes_wrong(error: OllamaError, fault: CreateFault) -> None:
    assert fault_of(error) is fault


def test_a_failed_create_quotes_its_cause() -> None:
    cause = ServerFailed("mine", "unexpected EOF")
    assert "unexpected EOF" in CreateFailed("mine", cause=cause).context
