"""From an answer of a registry to what is remembered, and from there to verdicts.

What the window's checker and the terminal do alike, each with its own way of asking.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from tray_app.core.names import ModelName, canonical, split_display
from tray_app.core.updates.answers import RESTING, AnswerKind, RegistryAnswer
from tray_app.core.updates.asking import Question, Unasked, looked, unasked_standing
from tray_app.core.updates.judging import Evidence, is_same, judge
from tray_app.core.updates.verdicts import Standing, Verdict

if TYPE_CHECKING:
    from tray_app.core.installed import InstalledModels
    from tray_app.core.records import ModelRecord
    from tray_app.core.sharing import LayerIndex
    from tray_app.core.updates.ledger import Ledger, Look


def note_answer(
    ledger: Ledger,
    question: Question,
    answer: RegistryAnswer,
    records: Iterable[ModelRecord],
    now: datetime,
) -> Look:
    """Remember an answer. `records` are the rows of that name, on whatever server."""
    look = looked(question, answer, ledger.look(question.key), now)
    ledger.put_look(look)
    if answer.kind in RESTING:
        ledger.rest(question.line, now)
    for record in records:
        is_called = answer.manifest is not None and answer.manifest.is_called(record.digest)
        if is_called or (answer.digest and record.digest == answer.digest):
            ledger.note_seen(question.key, record.digest, answer.digest, now)
    return look


def note_pulled(ledger: Ledger, record: ModelRecord, now: datetime) -> None:
    """A pull of ours has ended: what is there now is what the registry has. What it was last asked
    is older than that, and says nothing any more."""
    ledger.forget_made(record.server_id, record.name)
    ledger.note_seen(record.name, record.digest, record.digest, now)
    answer = RegistryAnswer(AnswerKind.SETTLED, record.digest)
    question = Question(
        ModelName.parse(record.name), canonical(record.name), frozenset({record.digest})
    )
    ledger.put_look(looked(question, answer, ledger.look(record.name), now))


def verdict_on(
    record: ModelRecord,
    ledger: Ledger,
    evidence: Evidence,
    reason: Unasked | None,
    now: datetime,
) -> Verdict:
    """How a model stands by what is known now. `reason` is why it is not asked about, None = it
    is. What is found equal is remembered."""
    standing = None if reason is None else unasked_standing(reason)
    if standing is not None:
        return Verdict(standing, record.digest)
    look = ledger.look(record.name)
    if look is None:
        return Verdict(Standing.UNKNOWN, record.digest)
    verdict = judge(record, look, ledger, evidence)
    if verdict.standing is Standing.CURRENT and is_same(look.layers, evidence.known):
        ledger.note_seen(record.name, record.digest, look.digest, now)
    return verdict


def needs_parts(record: ModelRecord, ledger: Ledger, evidence: Evidence) -> bool:
    """Whether the model's layers have to be known for a verdict, and are not all."""
    look = ledger.look(record.name)
    if look is None or not look.packed or not record.digest:
        return False
    if ledger.is_pair(record.name, record.digest, look.digest):
        return False
    is_judged = record.digest in look.about or ledger.has_seen(record.name, record.digest)
    return is_judged and not (evidence.known is not None and evidence.known.is_whole)


def parent_of(record: ModelRecord, installed: InstalledModels) -> ModelRecord | None:
    """The model it may have been made of on its server: then only their layers tell whether it
    was."""
    parent = record.details.parent_model
    if record.is_cloud or not parent or split_display(record.name)[0]:
        return None
    found = installed.by_key.get(canonical(parent))
    return None if found is None or found.key == record.key else found


def is_undecided(record: ModelRecord, installed: InstalledModels, layer_index: LayerIndex) -> bool:
    """Whether it is not known yet if a model was made on its server. Until then nobody is asked
    about it: its name may be nobody's business."""
    parent = parent_of(record, installed)
    if parent is None:
        return False
    return layer_index.of(record) is None or layer_index.of(parent) is None
