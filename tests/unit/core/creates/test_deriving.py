"""The rules of making a model of an installed one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tray_app.core.creates.bodies import create_body
from tray_app.core.creates.deriving import (
    ModelParts,
    can_be_base,
    can_be_edited,
    is_taken,
    license_change,
    lost_capabilities,
    messages_change,
    messages_text,
    own_parts,
    parse_messages,
    proposed_name,
    system_change,
    template_change,
)
from tray_app.core.creates.records import ModelChanges
from tray_app.core.installed import InstalledModels
from tray_app.core.records import ModelDetails, ModelInfo, ModelRecord
from tray_app.core.sharing import LayerIndex
from tray_app.core.updates.ledger import Made, MadeBy

AT = datetime(2026, 5, 4, tzinfo=UTC)


def record(name: str, **fields: object) -> ModelRecord:
    return ModelRecord("local", name, "1" * 64, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("model", "can_be"),
    [
        (record("mistral:7b"), True),
        (record("hf.co/a/b:Q4_K_M"), True),
        (record("gpt-oss:120b-cloud", remote_host="https://ollama.com:443"), False),
        (record("gpt-oss:120b-cloud"), False),  # a stub would be made of it
        (record("x:cloud"), False),
        (record("x:local"), False),  # it can be neither shown nor loaded
        (record("odd name"), True),
    ],
)
def test_what_can_be_a_base(model: ModelRecord, can_be: bool) -> None:
    assert can_be_base(model) is can_be


@pytest.mark.parametrize(
    ("by", "parent", "can_be"),
    [
        (MadeBy.CREATE, "", True),
        (MadeBy.COPY, "", True),
        (MadeBy.BACKUP, "notes:latest", False),
        (None, "", False),
        (None, "notes:latest", True),  # made of itself
        (None, "/Users/build/x.gguf", False),
    ],
)
def test_only_what_is_made_here_can_be_edited(by: MadeBy | None, parent: str, can_be: bool) -> None:
    model = record("notes:latest", details=ModelDetails(parent_model=parent))
    made = Made("local", model.name, model.digest, by, AT) if by is not None else None
    found = can_be_edited(model, made, InstalledModels((model,)), LayerIndex())
    assert found is can_be


@pytest.mark.parametrize(
    ("name", "taken"),
    [("mistral", True), ("MISTRAL:LATEST", True), ("mistral:7b", False), ("library/mistral", True)],
)
def test_a_name_is_taken_in_any_case(name: str, taken: bool) -> None:
    assert is_taken(name, [record("mistral:latest")]) is taken


@pytest.mark.parametrize(
    ("base", "taken", "proposed"),
    [
        ("mistral:7b", (), "mistral-custom:7b"),
        ("mistral:latest", (), "mistral-custom:latest"),
        ("hf.co/bartowski/Qwen2.5:Q4_K_M", (), "Qwen2.5-custom:Q4_K_M"),
        ("mistral:7b", ("Mistral-Custom:7B",), "mistral-custom-2:7b"),
        ("mistral:7b", ("mistral-custom:7b", "mistral-custom-2:7b"), "mistral-custom-3:7b"),
        ("x:local", (), "x-custom:latest"),
        ("a" * 80 + ":7b", (), ""),
    ],
)
def test_a_name_is_proposed(base: str, taken: tuple[str, ...], proposed: str) -> None:
    assert proposed_name(base, taken) == proposed


@pytest.mark.parametrize(
    ("text", "base", "sent"),
    [
        ("", "", None),
        ("", "Be kind.", " "),
        ("  \n", "Be kind.", " "),
        ("  ", " ", None),
        ("Be kind.", "Be kind.", None),
        ("Be terse.", "Be kind.", "Be terse."),
        ("Be terse.", "", "Be terse."),
    ],
)
def test_a_system_prompt_is_never_sent_empty(text: str, base: str, sent: str | None) -> None:
    assert system_change(text, base) == sent


@pytest.mark.parametrize(("text", "sent"), [("", None), ("T", None), (" \n", None), ("U", "U")])
def test_a_template_is_never_sent_empty(text: str, sent: str | None) -> None:
    assert template_change(text, "T") == sent


@pytest.mark.parametrize(
    ("text", "sent"),
    [("", None), ("MIT", None), (" MIT \n", None), ("BSD", None), ("B", "B"), ("X", "X")],
)
def test_a_license_that_is_there_is_not_added_again(text: str, sent: str | None) -> None:
    assert license_change(text, "MIT\nBSD") == sent


def test_messages_are_replaced_and_never_emptied() -> None:
    one, two = (("user", "a"),), (("user", "b"),)
    assert messages_change((), one) is None
    assert messages_change(one, one) is None
    assert messages_change(two, one) == two


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("", ()),
        ("user: hi\nassistant: hello", (("user", "hi"), ("assistant", "hello"))),
        ("user: a\n  b\n\nc\nsystem:x", (("user", "a\n  b\n\nc"), ("system", "x"))),
        ("\n\nuser: a\n", (("user", "a"),)),
        ("hello", None),
        ("hello\nuser: a", None),
        ("robot: a", None),
    ],
)
def test_messages_as_they_are_written(
    text: str, messages: tuple[tuple[str, str], ...] | None
) -> None:
    assert parse_messages(text) == messages
    if messages:
        assert parse_messages(messages_text(messages)) == messages


def test_capabilities_that_are_lost_keep_their_order() -> None:
    before = ("completion", "tools", "vision")
    assert lost_capabilities(before, ("Completion",)) == ("tools", "vision")
    assert lost_capabilities(before, (*before, "thinking")) == ()


def test_parts_are_read_of_their_own_keys() -> None:
    info = ModelInfo(
        "local", "x", system="S", template="T", parameters='stop "a"\ntop_k 4', license="L",
        messages=(("user", "hi"),), modelfile="SYSTEM other",
    )  # fmt: skip
    assert ModelParts.of(info) == ModelParts(
        "S", "T", {"stop": ("a",), "top_k": 4}, (("user", "hi"),), "L"
    )


def test_what_a_model_has_of_its_own() -> None:
    own = ModelParts("mine", "old template", {"top_k": 4, "temperature": 0.1}, (), "")
    base = ModelParts("", "new template", {"top_k": 4, "temperature": 0.7}, (), "MIT")
    found = own_parts(own, base)
    assert (found.system, found.template) == ("mine", "new template")
    assert found.parameters == {"temperature": 0.1}


def test_only_what_is_changed_is_sent() -> None:
    assert create_body("n", "b:7b", ModelChanges()) == {
        "model": "n", "name": "n", "from": "b:7b", "stream": False,
    }  # fmt: skip
    changes = ModelChanges(
        " ", "T", (("num_ctx", None), ("stop", ()), ("top_k", 4)), (("user", "hi"),), "L"
    )
    body = create_body("n", "b:7b", changes)
    assert {key: body[key] for key in body if key not in ("model", "name", "from", "stream")} == {
        "system": " ",
        "template": "T",
        "license": "L",
        "parameters": {"num_ctx": None, "stop": [], "top_k": 4},
        "messages": [{"role": "user", "content": "hi"}],
    }
