"""Names of copies: how they are folded, which are taken for others, and that nothing is lost."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from tests.contract.gguf_file import gguf_bytes
from tests.contract.targets import Target
from tests.support.rename_lives import MODELS, Hook, lead
from tray_app.core.payloads import ModelRef
from tray_app.core.renaming import Ending
from tray_app.ollama import OllamaClient
from tray_app.ollama.renaming import clean_up, copy_model, rename_model
from tray_app.ollama.transport import Transport

LIVES = int(os.environ.get("TEST_LIVES", "0")) or 8


def copy(target: Target, source: str, destination: str) -> None:
    answer = target.ask("POST", "/api/copy", {"source": source, "destination": destination})
    assert (answer.status_code, answer.content) == (200, b"")


def of_run(target: Target, name: str) -> str:
    """A name of this run alone, which is removed at the end."""
    full = f"contract-{target.run}/{name}"
    target.made.append(full)
    return full


def test_parts_of_a_name_are_written_as_any_model_has_them(target: Target) -> None:
    base = target.create()
    copy(target, base, of_run(target, f"One{target.run}:Q4-{target.run}"))
    copy(target, base, of_run(target, f"two{target.run}:q4-{target.run}"))
    copy(target, base, of_run(target, f"ONE{target.run}:fresh"))
    names = {name.rpartition("/")[2] for name in target.rows()}
    assert f"two{target.run}:Q4-{target.run}" in names
    assert f"One{target.run}:fresh" in names


def test_a_copy_that_differs_in_case_alone_is_none(target: Target) -> None:
    name = target.create()
    before = set(target.rows())
    copy(target, name, name.upper())
    assert set(target.rows()) == before
    assert target.ask("DELETE", "/api/delete", {"model": name.upper()}).status_code == 200
    assert name not in target.rows(), "that was the only one"


def test_a_copy_to_itself_is_nothing_even_where_there_is_no_model(target: Target) -> None:
    missing = of_run(target, "missing:1")
    copy(target, missing, missing)
    body = {"source": missing, "destination": f"{missing}2"}
    assert target.error("POST", "/api/copy", body) == (404, f'model "{missing}" not found')


def test_what_is_called_local_cannot_be_deleted(target: Target) -> None:
    if target.is_real:
        pytest.skip("nobody could remove it again")
    name = target.create()
    local = name.removesuffix(":latest") + ":local"
    bare = local.replace("model", "other")
    copy(target, name, bare)
    assert bare in target.rows()
    answer = target.ask("DELETE", "/api/delete", {"model": bare})
    assert (answer.status_code, answer.json()) == (404, {"error": f"model '{bare}' not found"})
    with OllamaClient(target.url) as client:
        row = client.get(bare)
        assert row is not None
        ref = ModelRef("local", bare, row.digest)
        outcome = rename_model(client, ref, f"{name}-2", may_unload=False)
        assert outcome.ending is Ending.UNDELETABLE


@pytest.mark.parametrize("tag", ["cloud", "8b-cloud"])
def test_what_is_called_cloud_can_be_deleted(target: Target, tag: str) -> None:
    base = target.create()
    name = of_run(target, f"stub:{tag}")
    copy(target, base, name)
    assert name in target.rows()
    assert target.ask("DELETE", "/api/delete", {"model": name}).status_code == 200
    assert name not in target.rows()


def test_a_loaded_model_keeps_its_old_name_in_memory(target: Target) -> None:
    name = target.create()
    target.ask("POST", "/api/generate", {"model": name})
    other = target.new_name("renamed")
    copy(target, name, other)
    target.ask("DELETE", "/api/delete", {"model": name})
    assert [row for row in target.rows("/api/ps") if row in (name, other)] == [name]
    answer = target.ask("POST", "/api/generate", {"model": other, "keep_alive": 0})
    assert answer.status_code == 200


def test_a_rename_and_a_copy(target: Target) -> None:
    name = target.create()
    with OllamaClient(target.url) as client:
        row = client.get(name)
        assert row is not None
        ref = ModelRef("local", row.name, row.digest)
        copied = copy_model(client, ref, target.new_name("copied"))
        assert copied.ending is Ending.COPIED
        renamed = rename_model(client, ref, target.new_name("renamed"), may_unload=False)
        assert renamed.ending is Ending.RENAMED
        assert clean_up(client, renamed.name) is True
    rows = target.rows()
    assert name not in rows
    assert rows[copied.name]["digest"] == rows[renamed.name]["digest"] == row.digest


class TargetWorld:
    """Lives in front of a server that may be a real one: names are of this run alone."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.prefix = f"contract-{target.run}-lives/"
        self._bases = [target.create(data=gguf_bytes(target.seed())) for _ in range(MODELS)]

    def client(self, hook: Hook) -> OllamaClient:
        client = OllamaClient(self.target.url)
        client._transport = Telling(client._transport, hook)
        return client

    def rows(self) -> dict[str, str]:
        return {
            name: row["digest"].removeprefix("sha256:")
            for name, row in self.target.rows().items()
            if name.startswith(self.prefix)
        }

    def put(self, name: str, number: int) -> None:
        copy(self.target, self._bases[number], name)

    def drop(self, name: str) -> None:
        assert self.target.ask("DELETE", "/api/delete", {"model": name}).status_code == 200

    def load(self, name: str) -> None:
        self.target.ask("POST", "/api/generate", {"model": name, "keep_alive": 60})

    def set_full(self, is_full: bool) -> None:
        """Its disk is not ours to fill."""

    def clear(self) -> None:
        for name in self.rows():
            self.target.ask("POST", "/api/generate", {"model": name, "keep_alive": 0})
            self.drop(name)


class Telling(Transport):
    """Tells of each request before it is sent."""

    def __init__(self, transport: Transport, hook: Callable[[str, str], None]) -> None:
        super().__init__(transport.endpoint, scope=transport.scope)
        self._hook = hook

    def request(self, method: str, path: str, *args: object, **more: object):  # type: ignore[no-untyped-def,override]
        self._hook(method, path)
        return super().request(method, path, *args, **more)  # type: ignore[arg-type]


@pytest.mark.timeout(3600)
def test_random_lives_lose_no_model(target: Target) -> None:
    world = TargetWorld(target)
    tally = lead(world, LIVES, target.seed())
    assert tally.lives == LIVES
    assert tally.lost == [], tally.told()
    assert tally.endings["rename: renamed"] > LIVES // 2, tally.told()
