"""Creating, looking at, copying and deleting models."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.gguf_file import digest_of, gguf_bytes
from tests.contract.likeness import phases
from tests.contract.targets import Target


def test_a_blob_is_uploaded_once(target: Target) -> None:
    data = gguf_bytes(target.seed())
    path = f"/api/blobs/{digest_of(data)}"
    missing = target.ask("HEAD", path)
    assert (missing.status_code, missing.content) == (404, b"")
    assert [target.ask("POST", path, data).status_code for _ in range(2)] == [201, 200]
    assert target.ask("HEAD", path).status_code == 200
    # An unreferenced blob stays until the server's next start; a model takes it along.
    name = target.new_name()
    target.ask("POST", "/api/create", {"model": name, "files": {"a.gguf": digest_of(data)}})


def test_a_blob_must_have_its_digest(target: Target) -> None:
    data = gguf_bytes(target.seed())
    wrong = digest_of(data + b"!")
    status, text = target.error("POST", f"/api/blobs/{wrong}", data)
    assert (status, text) == (400, f'digest mismatch, expected "{wrong}", got "{digest_of(data)}"')


@pytest.mark.parametrize("digest", ["sha256:abc", "md5:" + "0" * 64, "sha256:" + "g" * 64])
def test_a_digest_has_a_form(target: Target, digest: str) -> None:
    assert target.error("POST", f"/api/blobs/{digest}", b"x") == (400, "invalid digest format")


def test_create_from_a_file_tells_its_steps(target: Target) -> None:
    data = gguf_bytes(target.seed())
    target.ask("POST", f"/api/blobs/{digest_of(data)}", data)
    name = target.new_name()
    files = {"model.gguf": digest_of(data)}
    steps = phases(list(target.lines("/api/create", {"model": name, "files": files})))
    assert steps == [
        "parsing GGUF",
        "using existing layer sha256:…",
        "writing manifest",
        "success",
    ]
    assert target.rows()[name]["details"]["parent_model"] == "model.gguf"


def test_create_from_a_model_keeps_its_layers(target: Target) -> None:
    base = target.create(template="{{ .Prompt }}", parameters={"stop": ["<|im_end|>"]})
    name = target.new_name("persona")
    body = {
        "model": name,
        "from": base,
        "system": f"You are terse, {target.run}.",
        "parameters": {"temperature": 0.1, "num_ctx": 2048},
    }
    steps = phases(list(target.lines("/api/create", body)))
    assert (
        steps
        == [
            "using existing layer sha256:…",
            "using existing layer sha256:…",
            "creating new layer sha256:…",
            "creating new layer sha256:…",
            "writing manifest",
            "success",
        ]
        or steps.count("using existing layer sha256:…") == 3
    )
    shown = target.ask("POST", "/api/show", {"model": name}).json()
    assert shown["system"] == f"You are terse, {target.run}."
    assert sorted(shown["parameters"].splitlines()) == [
        "num_ctx                        2048",
        'stop                           "<|im_end|>"',
        "temperature                    0.1",
    ]
    assert shown["details"]["parent_model"] == base


def test_create_needs_a_source(target: Target) -> None:
    name = target.new_name()
    answer = target.ask("POST", "/api/create", {"model": name})
    assert answer.json() == {"error": "neither 'from' or 'files' was specified"}
    assert (answer.status_code, answer.headers["Content-Type"]) == (400, "application/json")


def test_create_with_a_missing_blob(target: Target) -> None:
    missing = digest_of(b"missing " + target.run.encode())
    body = {"model": target.new_name(), "files": {"x.gguf": missing}}
    lines = list(target.lines("/api/create", body))
    assert lines[0] == {"status": "parsing GGUF"}
    assert lines[1]["error"].startswith("open /")
    file = missing.replace(":", "-")
    assert lines[1]["error"].endswith(f"blobs/{file}: no such file or directory")


def test_create_from_what_is_no_gguf(target: Target) -> None:
    data = b"certainly no GGUF " + target.run.encode()
    target.ask("POST", f"/api/blobs/{digest_of(data)}", data)
    body = {"model": target.new_name(), "files": {"x.gguf": digest_of(data)}}
    lines = list(target.lines("/api/create", body))
    assert lines[-1] == {"error": "supplied file was not in GGUF format"}


def test_show_tells_everything(target: Target) -> None:
    name = target.create(
        template="{{ .Prompt }}",
        system="Be <b>brief</b> & kind.",
        license="MIT License\nline two",
        parameters={"temperature": 0.6},
    )
    answer = target.ask("POST", "/api/show", {"model": name})
    shown = answer.json()
    assert list(shown) == [
        "license",
        "modelfile",
        "parameters",
        "template",
        "system",
        "details",
        "model_info",
        "tensors",
        "capabilities",
        "modified_at",
    ]
    assert b"Be \\u003cb\\u003ebrief" in answer.content
    assert shown["license"] == "MIT License\nline two"
    assert shown["parameters"] == "temperature                    0.6"
    assert shown["template"] == "{{ .Prompt }}"
    assert shown["capabilities"] == ["completion"]
    assert shown["tensors"] == [{"name": "v.test.weight", "type": "F32", "shape": [1024]}]
    assert list(shown["details"]) == [
        "parent_model",
        "format",
        "family",
        "families",
        "parameter_size",
        "quantization_level",
    ]
    lines = shown["modelfile"].splitlines()
    assert lines[0] == '# Modelfile generated by "ollama show"'
    assert lines[2] == f"# FROM {name}"
    assert lines[4].startswith("FROM /")
    assert lines[5:] == [
        "TEMPLATE {{ .Prompt }}",
        "SYSTEM Be <b>brief</b> & kind.",
        "PARAMETER temperature 0.6",
        'LICENSE "MIT License',
        'line two"',
    ]


def test_show_leaves_arrays_out_unless_asked(target: Target) -> None:
    name = target.create()
    plain = target.ask("POST", "/api/show", {"model": name}).json()["model_info"]
    full = target.ask("POST", "/api/show", {"model": name, "verbose": True}).json()["model_info"]
    assert list(plain) == sorted(plain)
    assert plain["x.words"] is None
    assert full["x.words"] == ["word0", "word1"]
    assert plain["general.parameter_count"] == 1024
    assert plain["llama.context_length"] == 8192


def test_show_does_not_mind_the_case(target: Target) -> None:
    name = target.create()
    assert target.ask("POST", "/api/show", {"model": name.upper()}).status_code == 200
    assert target.ask("POST", "/api/show", {"name": name}).status_code == 200


def test_copies_are_the_same_model(target: Target) -> None:
    source = target.create()
    destination = target.new_name("copy")
    answer = target.ask("POST", "/api/copy", {"source": source, "destination": destination})
    assert (answer.status_code, answer.content) == (200, b"")
    rows = target.rows()
    assert rows[source]["digest"] == rows[destination]["digest"]


def test_a_copy_overwrites_silently(target: Target) -> None:
    source, destination = target.create(), target.create()
    before = target.rows()[destination]["digest"]
    answer = target.ask("POST", "/api/copy", {"source": source, "destination": destination})
    assert answer.status_code == 200
    assert target.rows()[destination]["digest"] != before


def test_a_copy_onto_itself_is_nothing(target: Target) -> None:
    name = target.create()
    body = {"source": name, "destination": name}
    assert target.ask("POST", "/api/copy", body).status_code == 200
    assert name in target.rows()


def test_delete_takes_the_model_and_says_nothing(target: Target) -> None:
    name = target.create()
    answer = target.ask("DELETE", "/api/delete", {"model": name})
    assert (answer.status_code, answer.content) == (200, b"")
    assert name not in target.rows()
    assert target.ask("DELETE", "/api/delete", {"model": name}).status_code == 404


def test_delete_keeps_what_others_need(target: Target) -> None:
    data = gguf_bytes(target.seed())
    one, other = target.create(data=data), target.create(data=data, system="other")
    path = f"/api/blobs/{digest_of(data)}"
    target.ask("DELETE", "/api/delete", {"model": one})
    assert target.ask("HEAD", path).status_code == 200
    target.ask("DELETE", "/api/delete", {"model": other})
    assert target.ask("HEAD", path).status_code == 404


def test_a_local_suffix_deletes_latest(target: Target) -> None:
    name = target.create()
    body: dict[str, Any] = {"model": name.removesuffix(":latest") + ":local"}
    assert target.ask("DELETE", "/api/delete", body).status_code == 200
    assert name not in target.rows()
