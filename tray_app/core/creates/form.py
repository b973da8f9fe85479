"""DeriveForm: what stands in the form of *New from this model*, *Edit* and *Rebuild*, against what
the base has. No widgets: what is typed comes in, what is to be sent goes out."""

from __future__ import annotations

from tray_app.core.creates.deriving import (
    ModelParts,
    license_change,
    messages_change,
    messages_text,
    own_parts,
    parse_messages,
    system_change,
    template_change,
)
from tray_app.core.creates.modelfile import ModelfileWords, modelfile
from tray_app.core.creates.parameters import ParameterTable
from tray_app.core.creates.records import FormKind, ModelChanges
from tray_app.core.lazy_dataclasses import dataclass


def shown_system(system: str) -> str:
    """A system prompt as it stands in the form: the blank in place of one is none."""
    return system if system.strip() else ""


@dataclass
class _Texts:
    system: str = ""
    template: str = ""
    messages: str = ""
    license: str = ""


class DeriveForm:
    """`parts` are those of the base, empty until it is read. The texts are as they stand in their
    fields; `messages` one below the other."""

    def __init__(self, kind: FormKind, base: str) -> None:
        self.kind = kind
        self.base = base
        self.parts = ModelParts()
        self.is_read = False
        self.table = ParameterTable({})
        self.texts = _Texts()
        self._start = ModelChanges()

    def read(self, parts: ModelParts, own: ModelParts | None = None) -> None:
        """What the base has, for the first time or anew: what was typed stays. `own` is what a
        model has that is rebuilt; it is taken at the first time only."""
        old, new, texts = self.parts, parts, self.texts
        if not self.is_read or texts.system == shown_system(old.system):
            texts.system = shown_system(new.system)
        if not self.is_read or texts.template == old.template:
            texts.template = new.template
        if not self.is_read or texts.messages == messages_text(old.messages):
            texts.messages = messages_text(new.messages)
        if self.is_read:
            self.table.rebase(parts.parameters)
        else:
            self.table = ParameterTable(parts.parameters)
        self.parts = parts
        if own is not None and not self.is_read:
            self._carry(own_parts(own, parts))
        if not self.is_read:
            self._start = self.changes
        self.is_read = True

    def _carry(self, own: ModelParts) -> None:
        if own.system.strip():
            self.texts.system = own.system
        if own.messages:
            self.texts.messages = messages_text(own.messages)
        self.table.carry(own.parameters)

    @property
    def is_edit(self) -> bool:
        return self.kind is FormKind.EDIT

    @property
    def messages(self) -> tuple[tuple[str, str], ...] | None:
        """Those that stand there, None = they cannot be read."""
        if self.texts.messages == messages_text(self.parts.messages):
            return self.parts.messages
        return parse_messages(self.texts.messages)

    @property
    def is_system_emptied(self) -> bool:
        """Whether a blank takes its place."""
        return bool(self.parts.system.strip()) and not self.texts.system.strip()

    @property
    def changes(self) -> ModelChanges:
        """What is to be sent."""
        texts, parts = self.texts, self.parts
        return ModelChanges(
            system_change(texts.system, parts.system),
            template_change(texts.template, parts.template),
            self.table.changes,
            messages_change(self.messages or (), parts.messages),
            license_change(texts.license, parts.license),
        )

    @property
    def unusable(self) -> tuple[str, ...]:
        """The names of the parameters that hold nothing of use yet."""
        return self.table.unusable

    @property
    def can_be_sent(self) -> bool:
        """Whether there is something to send, and nothing wrong in it. To build a model anew needs
        no change."""
        if not self.is_read or self.unusable or self.messages is None:
            return False
        return self.kind is FormKind.REBUILD or not self.changes.is_empty

    @property
    def is_touched(self) -> bool:
        """Whether something would be lost if it were closed."""
        if not self.is_read:
            return False
        return self.changes != self._start or bool(self.unusable) or self.messages is None

    def modelfile(self, words: ModelfileWords | None = None) -> str:
        order = [row.name for row in self.table]
        return modelfile(self.base, self.changes, self.unusable, words, order)
