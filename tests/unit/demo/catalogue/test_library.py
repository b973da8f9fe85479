"""The models of the demo are all there, whole, and believable."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from tray_app.demo import DemoServer, demo_library, many
from tray_app.demo.store.naming import parse

INSTALLED = [name for name, _, _ in demo_library().installed]
CLOUD = "gpt-oss:120b-cloud"


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoServer]:
    with DemoServer(tick_s=0.001, verify_s=0, load_s=0, speed_bytes_s=1e15) as demo:
        yield demo


def post(demo: DemoServer, path: str, body: Any) -> requests.Response:
    return requests.post(demo.url + path, json=body, timeout=5)


def test_the_library_is_the_same_every_time() -> None:
    first, second = demo_library(), demo_library()
    assert [(n, p.digest) for n, p, _ in first.installed] == [
        (n, p.digest) for n, p, _ in second.installed
    ]
    assert len(first.installed) == 11
    assert len(first.loaded) == 2


def test_installed_models_are_up_to_date_but_for_two() -> None:
    library = demo_library()
    published = {name: package.digest for name, package, _ in library.published}
    stale = [
        name
        for name, package, _ in library.installed
        if published.get(name, package.digest) != package.digest
    ]
    assert sorted(stale) == ["llava:13b", "mistral:7b"]


def test_the_library_fills_fifty_gigabytes() -> None:
    assert round(DemoServer().state.disk_bytes() / 1e9, 1) == 50.3


def test_many_models_have_names_and_digests_of_their_own() -> None:
    library = many(200)
    assert len({parse(name).key for name, _, _ in library.installed}) == 200
    assert len({package.digest for _, package, _ in library.installed}) == 200


@pytest.mark.parametrize("name", INSTALLED)
def test_every_model_can_be_looked_at(demo: DemoServer, name: str) -> None:
    shown = post(demo, "/api/show", {"model": name}).json()
    assert shown["capabilities"]
    assert shown["model_info"]["general.architecture"] == shown["details"]["family"]
    assert f"# FROM {name}" in shown["modelfile"]
    if name != CLOUD:
        assert len(shown["tensors"]) > 50
        assert shown["model_info"]["tokenizer.ggml.tokens"] is None
        assert shown["details"]["parameter_size"].endswith(("B", "M"))


def test_licences_are_as_long_as_licences(demo: DemoServer) -> None:
    lengths = {
        name: len(post(demo, "/api/show", {"model": name}).json().get("license", ""))
        for name in ("qwen3:8b", "llama3.2:latest", "gemma3:4b", "phi4:14b", "llava:13b")
    }
    assert min(lengths.values()) > 1000
    assert max(lengths.values()) > 15_000


def test_a_model_with_a_projector_shows_both_files(demo: DemoServer) -> None:
    shown = post(demo, "/api/show", {"model": "llava:13b"}).json()
    assert shown["projector_info"]["general.architecture"] == "clip"
    assert shown["modelfile"].count("\nFROM /") == 2
    assert shown["details"]["families"] == ["llama", "clip"]


def test_meeting_notes_share_the_weights_of_mistral(demo: DemoServer) -> None:
    notes, base = (
        post(demo, "/api/show", {"model": name}).json() for name in ("meeting-notes", "mistral:7b")
    )
    assert notes["modelfile"].splitlines()[4] == base["modelfile"].splitlines()[4]
    assert notes["details"]["parent_model"] == "mistral:7b"
    assert [message["role"] for message in notes["messages"]] == ["user", "assistant"]


def test_the_cloud_model_is_a_stub(demo: DemoServer) -> None:
    rows = requests.get(demo.url + "/api/tags", timeout=5).json()["models"]
    row = next(row for row in rows if row["name"] == CLOUD)
    assert row["remote_model"] == "gpt-oss:120b"
    assert row["size"] < 1000
    shown = post(demo, "/api/show", {"model": CLOUD}).json()
    assert shown["remote_host"] == "https://ollama.com:443"
    assert "tensors" not in shown


def test_a_server_without_cloud_says_so() -> None:
    with DemoServer() as demo:
        assert post(demo, "/api/me", {}).status_code == 401
        demo.state.cloud_disabled = True
        assert post(demo, "/api/show", {"model": CLOUD}).status_code == 403
        assert post(demo, "/api/me", {}).status_code == 503
        status = requests.get(demo.url + "/api/status", timeout=5).json()
        assert status == {"cloud": {"disabled": True, "source": "env"}}


@pytest.mark.parametrize("name", [name for name, _, _ in demo_library().published])
def test_everything_on_offer_can_be_pulled(demo: DemoServer, name: str) -> None:
    answer = post(demo, "/api/pull", {"model": name, "stream": False})
    assert answer.json() == {"status": "success"}


def test_suggestions_can_be_pulled() -> None:
    with DemoServer() as demo:
        url = demo.url + "/api/experimental/model-recommendations"
        names = [x["model"] for x in requests.get(url, timeout=5).json()["recommendations"]]
        assert names
        assert all(demo.state.find_published(parse(name)) for name in names)


def test_a_prompt_is_answered_politely(demo: DemoServer) -> None:
    body = {"model": "qwen3:8b", "prompt": "Hello"}
    whole = post(demo, "/api/generate", {**body, "stream": False}).json()
    assert whole["response"].startswith("This is the demo server")
    lines = post(demo, "/api/generate", body).text.splitlines()
    assert len(lines) == 2


def test_texts_become_vectors(demo: DemoServer) -> None:
    body = {"model": "nomic-embed-text", "input": ["a", "b"]}
    vectors = post(demo, "/api/embed", body).json()["embeddings"]
    assert [len(vector) for vector in vectors] == [768, 768]


def test_memory_runs_out_on_the_card() -> None:
    with DemoServer(load_s=0) as demo:
        asked = {"model": "deepseek-r1:14b", "options": {"num_ctx": 131072}}
        post(demo, "/api/generate", asked)
        rows = demo.state.memory.rows()
        assert len(rows) == 1, "whatever else was there went out for it"
        assert sum(row.size_vram for row in rows) <= 12_000_000_000
        assert any(row.size_vram < row.size for row in rows)
