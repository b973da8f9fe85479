"""Making a model of an installed one: what the server does with each field, and what comes of our
own requests."""

from __future__ import annotations

import random

import pytest

from tests.contract.targets import Target
from tray_app.core.creates.deriving import ModelParts
from tray_app.core.creates.form import DeriveForm
from tray_app.core.creates.parameters import CONTEXT, KNOWN, ParameterKind, shown, typed
from tray_app.core.creates.records import (
    DeriveRequest,
    FormKind,
    ModelChanges,
    ParameterValue,
    Undone,
    UndoRequest,
)
from tray_app.core.errors import Changed, ModelNotFound, ServerFailed
from tray_app.core.payloads import ModelRef
from tray_app.core.records import ModelRecord
from tray_app.ollama.client import OllamaClient
from tray_app.ollama.deriving import derive, undo

LIVES = 30
TEMPLATE = "{{ if .System }}{{ .System }}{{ end }}{{ .Prompt }}{{ .Response }}"


@pytest.fixture
def base(target: Target) -> str:
    return target.create(
        "base",
        template=TEMPLATE,
        system="You are helpful.",
        license="LICENSE A",
        parameters={"num_ctx": 2048, "stop": ["<end>", "<|im_end|>"], "temperature": 0.7},
        messages=[{"role": "user", "content": "hi"}, {"role": "assistant", "content": "hello"}],
    )


def client_of(target: Target) -> OllamaClient:
    return OllamaClient(target.url)


def row_of(client: OllamaClient, name: str) -> ModelRecord:
    row = client.get(name)
    assert row is not None
    return row


def ref_of(row: ModelRecord) -> ModelRef:
    return ModelRef("local", row.name, row.digest)


def made(target: Target, base: str, changes: ModelChanges) -> ModelParts:
    """What a model is that was made of `base`."""
    with client_of(target) as client:
        name = target.new_name("made")
        request = DeriveRequest(ref_of(row_of(client, base)), name, changes)
        derived = derive(client, request)
        assert derived.ref.name == name
        assert row_of(client, name).digest == derived.ref.digest
        assert row_of(client, name).details.parent_model == base
        return ModelParts.of(client.show(name))


def test_only_what_is_changed_differs(target: Target, base: str) -> None:
    with client_of(target) as client:
        before = ModelParts.of(client.show(base))
    after = made(target, base, ModelChanges(system=f"Be terse, {target.run}."))
    assert after.system == f"Be terse, {target.run}."
    assert (after.template, after.license, after.messages) == (
        before.template,
        before.license,
        before.messages,
    )
    assert after.parameters == before.parameters == {
        "num_ctx": 2048,
        "stop": ("<end>", "<|im_end|>"),
        "temperature": 0.7,
    }  # fmt: skip


def test_parameters_are_set_taken_back_and_emptied(target: Target, base: str) -> None:
    changes = (("num_ctx", None), ("stop", ()), ("temperature", 0.2), ("use_mmap", True))
    after = made(target, base, ModelChanges(parameters=changes))
    assert after.parameters == {"temperature": 0.2, "use_mmap": True}


def test_what_was_taken_back_can_be_loaded(target: Target, base: str) -> None:
    with client_of(target) as client:
        name = target.new_name("back")
        changes = ModelChanges(parameters=(("num_ctx", 1024), ("temperature", None)))
        derive(client, DeriveRequest(ref_of(row_of(client, base)), name, changes))
        client.load(name)
        running = {row.name: row for row in client.list_running() or ()}
        assert running[name].context_length == 1024


def test_every_known_parameter_can_be_loaded(target: Target, base: str) -> None:
    """Whatever a person may type: the server looks at it only then."""
    samples: dict[ParameterKind, ParameterValue] = {
        ParameterKind.FLOAT: 0.5,
        ParameterKind.BOOL: True,
        ParameterKind.LIST: ("a", "b"),
    }
    with client_of(target) as client:
        for which in (0, 1):
            name = target.new_name("typed")
            parameters: list[tuple[str, ParameterValue]] = []
            for known in KNOWN.values():
                least = known.least if known.least is not None else -5
                smallest = max(least + which, 512 if known.name == CONTEXT else least)
                value = samples.get(known.kind, smallest)
                assert typed(known.name, known.kind, shown(value)) == value
                parameters.append((known.name, value))
            changes = ModelChanges(parameters=tuple(parameters))
            derive(client, DeriveRequest(ref_of(row_of(client, base)), name, changes))
            assert ModelParts.of(client.show(name)).parameters == dict(parameters)
            client.load(name)
            client.unload(name)


def test_a_text_for_a_number_is_found_only_by_the_load(target: Target, base: str) -> None:
    """Which is why none is ever sent."""
    name = target.new_name("wrong")
    body = {"model": name, "from": base, "parameters": {"num_ctx": "8192"}, "stream": False}
    assert target.ask("POST", "/api/create", body).json() == {"status": "success"}
    with client_of(target) as client:
        parameters = ModelParts.of(client.show(name)).parameters
        assert parameters["num_ctx"] == "8192"
    status, text = target.error("POST", "/api/generate", {"model": name, "stream": False})
    assert (status, text) == (500, 'option "num_ctx" must be of type integer')


def test_a_blank_takes_the_place_of_a_system_prompt(target: Target, base: str) -> None:
    assert made(target, base, ModelChanges(system=" ")).system == " "


def test_a_license_is_added_and_messages_are_replaced(target: Target, base: str) -> None:
    after = made(target, base, ModelChanges(license="LICENSE B", messages=(("user", "Ciao"),)))
    assert after.license.split("\n") == ["LICENSE A", "LICENSE B"]
    assert after.messages == (("user", "Ciao"),)


def test_a_broken_template_is_told_and_makes_nothing(target: Target, base: str) -> None:
    with client_of(target) as client:
        name = target.new_name("broken")
        changes = ModelChanges(template="{{ .Prompt")
        request = DeriveRequest(ref_of(row_of(client, base)), name, changes)
        with pytest.raises(ServerFailed) as told:
            derive(client, request)
    assert told.value.text.startswith("template error: template: :1: unclosed action")
    assert name not in target.rows()


def test_the_name_is_looked_for_in_any_case(target: Target, base: str) -> None:
    with client_of(target) as client:
        row = row_of(client, base)
        taken = target.create("taken")
        host, _, last = taken.rpartition("/")
        request = DeriveRequest(ref_of(row), f"{host}/{last.upper()}", ModelChanges(system="x"))
        with pytest.raises(ServerFailed) as told:
            derive(client, request)
        assert told.value.status == 409
        assert row_of(client, taken).details.parent_model != base


def test_a_base_of_another_case_is_never_asked_for(target: Target, base: str) -> None:
    host, _, last = base.rpartition("/")
    with client_of(target) as client:
        request = DeriveRequest(
            ModelRef("local", f"{host}/{last.upper()}"),
            target.new_name("child"),
            ModelChanges(system="x"),
        )
        with pytest.raises(ModelNotFound):
            derive(client, request)
        changed = DeriveRequest(
            ModelRef("local", base, "0" * 64), target.new_name("child"), ModelChanges(system="x")
        )
        with pytest.raises(Changed):
            derive(client, changed)


def test_a_model_is_edited_in_place_and_back(target: Target, base: str) -> None:
    with client_of(target) as client:
        name = target.new_name("notes")
        made_of = derive(
            client,
            DeriveRequest(ref_of(row_of(client, base)), name, ModelChanges(system="one")),
        ).ref
        kept_name = target.new_name("notes", "latest-before-2026-05-04")
        client.load(name)
        request = DeriveRequest(
            made_of,
            name,
            ModelChanges(system="two", parameters=(("temperature", 0.1),)),
            keep_name=kept_name,
            may_unload=True,
            replaces=made_of.digest,
        )
        edited = derive(client, request)
        assert edited.kept == ModelRef("local", kept_name, made_of.digest)
        assert edited.lost == ()
        assert edited.ref.digest != made_of.digest
        assert row_of(client, kept_name).digest == made_of.digest
        assert client.show(name).system == "two"
        # Created from itself: its parent is its own name.
        assert row_of(client, name).details.parent_model == name
        assert name not in {row.name for row in client.list_running() or ()}
        assert edited.kept is not None
        undone = undo(client, UndoRequest(edited.ref, edited.kept))
        assert undone == Undone(made_of, edited.kept)
        assert row_of(client, name).digest == made_of.digest
        assert client.get(kept_name) is None
        assert client.show(name).system == "one"
        with pytest.raises(ModelNotFound):
            undo(client, UndoRequest(edited.ref, edited.kept))


def test_an_edit_that_fails_leaves_no_copy(target: Target, base: str) -> None:
    with client_of(target) as client:
        name = target.create("mine", system="one")
        before = row_of(client, name)
        kept_name = target.new_name("mine", "before")
        request = DeriveRequest(
            ref_of(before),
            name,
            ModelChanges(template="{{ .Prompt"),
            keep_name=kept_name,
            replaces=before.digest,
        )
        with pytest.raises(ServerFailed):
            derive(client, request)
        assert row_of(client, name).digest == before.digest
        assert client.get(kept_name) is None


def test_an_edit_replaces_only_what_was_seen(target: Target, base: str) -> None:
    with client_of(target) as client:
        name = target.create("mine", system="one")
        before = row_of(client, name)
        request = DeriveRequest(
            ref_of(row_of(client, base)), name, ModelChanges(system="x"), replaces="0" * 64
        )
        with pytest.raises(Changed):
            derive(client, request)
        assert row_of(client, name).digest == before.digest


def test_a_model_is_built_anew_on_another_base(target: Target, base: str) -> None:
    with client_of(target) as client:
        child = target.create("child", system="mine")
        before = row_of(client, child)
        request = DeriveRequest(
            ref_of(row_of(client, base)), child, ModelChanges(system="mine"), replaces=before.digest
        )
        found = derive(client, request).ref
        assert found.name == child
        assert row_of(client, child).details.parent_model == base
        assert client.show(child).system == "mine"


_TEXTS = ("", " ", "Be terse.", 'say "no"\n"""', "línea\r\n\ttab", "{{ .System }}", "x" * 5000)
_VALUES: dict[ParameterKind, tuple[ParameterValue, ...]] = {
    ParameterKind.INT: (1, 7, 4096),
    ParameterKind.FLOAT: (0.0, 0.3, 1.5),
    ParameterKind.BOOL: (True, False),
    ParameterKind.LIST: (("a",), ("<|x|>", 'q"\\\n', "ü")),
}


def _type_anything(form: DeriveForm, chance: random.Random) -> None:
    """What a person may do in the form."""
    form.texts.system = chance.choice(_TEXTS)
    if chance.random() < 0.3:
        form.texts.messages = chance.choice(("user: a\nassistant: b\nc", "system: x"))
    for known in chance.sample(list(KNOWN.values()), 4):
        what = chance.random()
        if what < 0.3:
            form.table.remove(known.name)
        elif what < 0.9:
            form.table.add(known.name)
            form.table.set_text(known.name, shown(chance.choice(_VALUES[known.kind])))


def test_a_model_has_what_was_typed(target: Target, base: str) -> None:
    """A life of edits: after each, it has what the form said, and nothing else has changed."""
    chance = random.Random(1)
    with client_of(target) as client:
        name = target.new_name("life")
        changes = ModelChanges(system="Born.")
        ref = derive(client, DeriveRequest(ref_of(row_of(client, base)), name, changes)).ref
        parts = ModelParts.of(client.show(name))
        for _ in range(LIVES):
            form = DeriveForm(FormKind.EDIT, name)
            form.read(parts)
            _type_anything(form, chance)
            if not form.can_be_sent:
                continue
            changes = form.changes
            expected = dict(parts.parameters)
            for key, value in changes.parameters:
                expected.pop(key, None)
                if value not in (None, ()):
                    expected[key] = value
            request = DeriveRequest(ref, name, changes, replaces=ref.digest)
            ref = derive(client, request).ref
            after = ModelParts.of(client.show(name))
            assert after.parameters == expected
            assert after.system == (parts.system if changes.system is None else changes.system)
            assert after.messages == (changes.messages or parts.messages)
            assert (after.template, after.license) == (parts.template, parts.license)
            parts = after
        client.load(name)
