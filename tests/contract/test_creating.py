"""Uploads and creates from files, as a server treats them."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from tests.contract.gguf_file import (
    adapter_bytes,
    digest_of,
    gguf_bytes,
    part_bytes,
    plain_bytes,
    projector_bytes,
)
from tests.contract.likeness import phases
from tests.contract.targets import Target
from tests.support.waiting import wait_for

MB = 1_000_000


def upload(target: Target, data: bytes) -> str:
    digest = digest_of(data)
    assert target.ask("POST", f"/api/blobs/{digest}", data).status_code in (200, 201)
    return digest


def steps(target: Target, body: dict[str, object]) -> list[str]:
    return phases(list(target.lines("/api/create", body)))


def refusal(target: Target, files: dict[str, str], **more: object) -> str:
    """What a create from these files says; the same as a stream and not as one."""
    body = {"model": target.new_name(), "files": files, **more}
    answer = target.ask("POST", "/api/create", {**body, "stream": False})
    assert answer.status_code in (400, 500)
    text = str(answer.json()["error"])
    streamed = target.ask("POST", "/api/create", body)
    assert streamed.text.strip().splitlines()[-1] == f'{{"error":{answer.text[9:-1]}}}', text
    return text


def test_a_blob_that_is_there_is_not_read(target: Target) -> None:
    data = gguf_bytes(target.seed(), floats=MB)
    digest = upload(target, data)
    place = urlsplit(target.url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        head = (
            f"POST /api/blobs/{digest} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(data)}"
        )
        connection.sendall(f"{head}\r\n\r\n".encode() + data[: 64 * 1024])
        answer = connection.recv(65536).decode()
    assert answer.startswith("HTTP/1.1 200")
    assert "Connection: close" in answer


def test_bytes_of_another_digest_are_kept_under_their_own(target: Target) -> None:
    data = gguf_bytes(target.seed())
    wrong = digest_of(b"another " + data)
    assert target.ask("POST", f"/api/blobs/{wrong}", data).status_code == 400
    assert target.ask("HEAD", f"/api/blobs/{wrong}").status_code == 404
    assert target.ask("HEAD", f"/api/blobs/{digest_of(data)}").status_code == 200


def test_of_an_upload_that_breaks_off_nothing_stays(target: Target) -> None:
    data = gguf_bytes(target.seed(), floats=MB)
    digest = digest_of(data)
    place = urlsplit(target.url)
    with socket.create_connection((place.hostname, place.port), timeout=10) as connection:
        head = (
            f"POST /api/blobs/{digest} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(data)}"
        )
        connection.sendall(f"{head}\r\n\r\n".encode() + data[:MB])
    assert target.ask("HEAD", f"/api/blobs/{digest}").status_code == 404


@pytest.mark.parametrize("letters", [str.upper, lambda text: text.replace(":", "-")])
def test_other_spellings_of_a_digest(target: Target, letters: Callable[[str], str]) -> None:
    data = gguf_bytes(target.seed())
    digest = digest_of(data)
    odd = "sha256" + letters(digest.removeprefix("sha256"))
    status, text = target.error("POST", f"/api/blobs/{odd}", data)
    assert (status, text) == (400, f'digest mismatch, expected "{odd}", got "{digest}"')
    assert target.ask("HEAD", f"/api/blobs/{digest}").status_code == 200


def test_a_file_is_copied_by_llama_quantize(target: Target) -> None:
    digest = upload(target, plain_bytes(target.seed()))
    name = target.new_name()
    told = steps(target, {"model": name, "files": {"plain.gguf": digest}})
    assert told[0] == "parsing GGUF"
    assert told[-4] == "verifying conversion"
    assert told[-3] in ("creating new layer sha256:…", "using existing layer sha256:…")
    assert told[-2:] == ["writing manifest", "success"]
    # Of a file that was written anew nobody tells what it was called.
    assert target.rows()[name]["details"]["parent_model"] == ""


def test_a_create_that_is_no_stream_answers_in_one(target: Target) -> None:
    digest = upload(target, plain_bytes(target.seed()))
    body = {"model": target.new_name(), "files": {"a.gguf": digest}, "stream": False}
    answer = target.ask("POST", "/api/create", body)
    assert answer.json() == {"status": "success"}
    assert answer.headers["Content-Type"] == "application/json"


def test_a_create_that_is_no_stream_goes_on_without_us(target: Target) -> None:
    name, digest = target.new_name(), upload(target, plain_bytes(target.seed(), floats=4 * MB))
    body = {"model": name, "files": {"a.gguf": digest}, "stream": False}
    place = urlsplit(target.url)
    connection = HTTPConnection(place.hostname or "", place.port)
    connection.request("POST", "/api/create", json.dumps(body), {"Connection": "close"})
    connection.close()
    wait_for(lambda: name in target.rows())


def test_the_parts_of_a_split_file_become_one_model(target: Target) -> None:
    seed, name = target.seed(), target.new_name()
    parts = {
        f"whole-{number + 1:05d}-of-00003.gguf": upload(target, part_bytes(seed, number, 3))
        for number in range(3)
    }
    told = list(target.lines("/api/create", {"model": name, "files": parts}))
    assert [line["status"] for line in told[:3]] == ["parsing GGUF"] * 3
    assert told[-1] == {"status": "success"}
    assert name in target.rows()


def test_what_is_wrong_with_split_files(target: Target) -> None:
    seed = target.seed()
    one, two = (upload(target, part_bytes(seed, number, 2)) for number in range(2))
    assert (
        refusal(target, {"a.gguf": one, "b.gguf": two})
        == 'split GGUF "a.gguf" must use llama.cpp split filename pattern'
    )
    missing = refusal(target, {"a-00001-of-00002.gguf": one})
    assert missing == 'split GGUF "a-00001-of-00002.gguf" has 1 shards, expected 2'
    turned = refusal(target, {"a-00001-of-00002.gguf": two, "a-00002-of-00002.gguf": one})
    assert "does not match metadata index" in turned


def test_a_projector_beside_its_model(target: Target) -> None:
    seed, name = target.seed(), target.new_name()
    files = {
        "m.gguf": upload(target, plain_bytes(seed)),
        "mmproj-m.gguf": upload(target, projector_bytes(seed)),
    }
    told = steps(target, {"model": name, "files": files})
    assert told[-1] == "success"
    shown = target.ask("POST", "/api/show", {"model": name}).json()
    assert "vision" in shown["capabilities"]
    assert shown["projector_info"]


def test_an_adapter_needs_its_model(target: Target) -> None:
    digest = upload(target, adapter_bytes(target.seed()))
    base, name = target.create(), target.new_name()
    body = {"model": name, "adapters": {"lora.gguf": digest}, "stream": False}
    assert target.error("POST", "/api/create", body) == (
        400,
        "neither 'from' or 'files' was specified",
    )
    two = {"a.gguf": digest, "b.gguf": digest}
    assert target.error("POST", "/api/create", {**body, "from": base, "adapters": two}) == (
        400,
        "only one adapter is currently supported",
    )
    assert target.ask("POST", "/api/create", {**body, "from": base}).json() == {"status": "success"}
    assert target.rows()[name]["details"]["parent_model"] == base


def test_files_beside_a_base_are_not_looked_at(target: Target) -> None:
    base, name = target.create(), target.new_name()
    body = {"model": name, "from": base, "files": {"x.gguf": digest_of(b"nothing")}}
    assert target.ask("POST", "/api/create", {**body, "stream": False}).json() == {
        "status": "success"
    }
    assert target.rows()[name]["details"]["parent_model"] == base


def test_two_models_become_one_of_both(target: Target) -> None:
    """Without a word: so it must never be asked for."""
    one, other = plain_bytes(target.seed()), plain_bytes(target.seed())
    files = {"m.gguf": upload(target, one), "n.gguf": upload(target, other)}
    name = target.new_name()
    target.ask("POST", "/api/create", {"model": name, "files": files, "stream": False})
    assert target.rows()[name]["size"] > len(one) + len(other)


def test_an_existing_name_is_replaced_without_a_word(target: Target) -> None:
    name = target.create()
    before = target.rows()[name]["digest"]
    digest = upload(target, plain_bytes(target.seed()))
    body = {"model": name.upper(), "files": {"a.gguf": digest}, "stream": False}
    assert target.ask("POST", "/api/create", body).json() == {"status": "success"}
    rows = target.rows()
    assert [row for row in rows if row.casefold() == name.casefold()] == [name]
    assert rows[name]["digest"] != before


def test_only_whole_numbers_are_quantized(target: Target) -> None:
    plain = {"q.gguf": upload(target, plain_bytes(target.seed(), file_type=15))}
    assert (
        refusal(target, plain, quantize="Q8_0")
        == "quantization is only supported for F16, BF16 and F32 models"
    )
    odd = {"f.gguf": upload(target, plain_bytes(target.seed()))}
    assert (
        refusal(target, odd, quantize="Q5_K_M")
        == "unsupported quantization type Q5_K_M - supported types are F32, F16, Q4_K_S, Q4_K_M,"
        " Q8_0"
    )


def test_files_that_are_no_models(target: Target) -> None:
    data = plain_bytes(target.seed())
    cut = {"t.gguf": upload(target, data[:2000])}
    assert refusal(target, cut) == (
        f'tensor "token_embd.weight" offset+size ({len(data)}) exceeds file size (2000)'
    )
    assert refusal(target, {"t.gguf": upload(target, data[:150])}) == "unexpected EOF"
    odd = upload(target, b"no GGUF at all" + target.run.encode())
    body = {"model": target.new_name(), "stream": False}
    for files in ({"x.txt": odd}, {}):
        assert target.error("POST", "/api/create", {**body, "files": files}) == (
            400,
            "unknown type",
        )


@pytest.mark.parametrize("path", ["/abs.gguf", "../x.gguf", "a/../b.gguf"])
def test_file_names_stay_in_their_folder(target: Target, path: str) -> None:
    digest = upload(target, gguf_bytes(target.seed()))
    body = {"model": target.new_name(), "files": {path: digest}, "stream": False}
    assert target.error("POST", "/api/create", body) == (400, "file path must be relative")
