"""What stands in the form, and what is to be sent of it."""

from __future__ import annotations

import pytest

from tray_app.core.creates.deriving import ModelParts
from tray_app.core.creates.form import DeriveForm
from tray_app.core.creates.records import FormKind, ModelChanges

PARTS = ModelParts(
    "Be kind.", "{{ .Prompt }}", {"temperature": 0.7}, (("user", "hi"),), "MIT License"
)


def form(kind: FormKind = FormKind.NEW, parts: ModelParts = PARTS) -> DeriveForm:
    made = DeriveForm(kind, "base:7b")
    made.read(parts)
    return made


def test_nothing_is_sent_of_what_is_taken_over() -> None:
    made = form()
    assert made.texts.system == "Be kind."
    assert made.changes == ModelChanges()
    assert (made.can_be_sent, made.is_touched) == (False, False)
    assert made.modelfile().endswith("# Nothing is changed yet")


def test_before_the_base_is_read_nothing_can_be_sent() -> None:
    made = DeriveForm(FormKind.REBUILD, "base:7b")
    assert (made.can_be_sent, made.is_touched) == (False, False)
    made.read(PARTS)
    assert made.can_be_sent, "it is built anew without any change"
    assert not made.is_touched


@pytest.mark.parametrize(
    ("name", "text", "changes"),
    [
        ("system", "Be terse.", ModelChanges(system="Be terse.")),
        ("system", "", ModelChanges(system=" ")),
        ("template", "{{ .System }}", ModelChanges(template="{{ .System }}")),
        ("template", "", ModelChanges()),
        ("messages", "user: ciao", ModelChanges(messages=(("user", "ciao"),))),
        ("messages", "", ModelChanges()),
        ("license", "Mine", ModelChanges(license="Mine")),
        ("license", "MIT License", ModelChanges()),
    ],
)
def test_only_what_is_changed_is_sent(name: str, text: str, changes: ModelChanges) -> None:
    made = form()
    setattr(made.texts, name, text)
    assert made.changes == changes
    assert made.can_be_sent is not changes.is_empty


def test_what_cannot_be_read_is_not_sent() -> None:
    made = form()
    made.texts.system = "Be terse."
    made.texts.messages = "hello"
    assert made.messages is None
    assert (made.can_be_sent, made.is_touched) == (False, True)
    made.texts.messages = "user: hello"
    assert made.can_be_sent
    made.table.set_text("temperature", "warm")
    assert (made.can_be_sent, made.unusable) == (False, ("temperature",))
    assert made.modelfile().endswith("# temperature: no usable value yet")


def test_messages_that_look_like_others_are_left_alone() -> None:
    tricky = ModelParts(messages=(("user", "a\nuser: b"), ("robot", "c")))
    made = form(parts=tricky)
    assert made.messages == tricky.messages
    assert made.changes.is_empty


def test_a_blank_in_place_of_a_system_prompt_is_none() -> None:
    made = form(parts=ModelParts(" "))
    assert made.texts.system == ""
    assert (made.changes.is_empty, made.is_system_emptied) == (True, False)


def test_what_was_typed_stays_when_the_base_is_another_version() -> None:
    made = form()
    made.texts.system = "Be terse."
    made.table.set_text("temperature", "0.2")
    newer = ModelParts("Be very kind.", "{{ .New }}", {"temperature": 0.6}, (), "MIT License")
    made.read(newer)
    assert made.texts.system == "Be terse."
    assert (made.texts.template, made.texts.messages) == ("{{ .New }}", "")
    assert made.changes == ModelChanges(system="Be terse.", parameters=(("temperature", 0.2),))
    untouched = form()
    untouched.read(newer)
    assert untouched.texts.system == "Be very kind."
    assert untouched.changes.is_empty


def test_a_rebuilt_model_has_what_was_its_own() -> None:
    own = ModelParts("Mine.", "old", {"temperature": 0.1, "seed": 3}, (("user", "x"),), "")
    made = DeriveForm(FormKind.REBUILD, "base:7b")
    made.read(PARTS, own)
    assert made.changes == ModelChanges(
        system="Mine.",
        parameters=(("temperature", 0.1), ("seed", 3)),
        messages=(("user", "x"),),
    )
    assert not made.is_touched, "nobody has typed anything"
    made.texts.system = "Be kind."
    assert made.is_touched
    made.read(PARTS, own)
    assert made.texts.system == "Be kind.", "it is carried over once"


def test_comments_come_in_the_order_of_the_rows() -> None:
    made = form(parts=ModelParts(parameters={"stop": ("a",), "top_p": 0.9}))
    made.table.set_text("num_ctx", "0")
    made.table.remove("top_p")
    made.table.remove("stop")
    assert made.modelfile().split("\n")[2:] == [
        "# num_ctx: no usable value yet",
        "# stop: emptied",
        "# top_p: back to the default",
    ]
