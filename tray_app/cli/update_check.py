"""What a terminal learns of newer versions: asks, remembers, judges. For the verbs in `updates`."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tray_app.core.errors import Cancelled, OllamaError
from tray_app.core.file_failures import FileFailed
from tray_app.core.installed import InstalledModels
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.payloads import ModelRef
from tray_app.core.sharing import LayerIndex, is_made_here
from tray_app.core.updates import learning
from tray_app.core.updates.asking import (
    MAX_AT_ONCE,
    MAX_PER_HOST,
    Allowed,
    Question,
    Unasked,
    questions,
    why_unasked,
)
from tray_app.core.updates.judging import Evidence
from tray_app.core.updates.verdicts import Marks, Verdict
from tray_app.ollama.local_store import LocalStore
from tray_app.ollama.update_check import Line, ask_line, parts_of
from tray_app.paths import paths
from tray_app.text import tr
from tray_app.update_ledger import LedgerFile

if TYPE_CHECKING:
    from tray_app.cli.context import Session
    from tray_app.core.records import ModelRecord
    from tray_app.core.updates.answers import RegistryAnswer
    from tray_app.core.updates.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Found:
    """A model, how it stands, and what was said of it."""

    record: ModelRecord
    verdict: Verdict
    marks: Marks


class Memory:
    """The ledger as a terminal uses it: read once, written once."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._file = LedgerFile(paths(session.invocation.data_dir).update_ledger_file)
        self.ledger: Ledger = self._file.load()

    @property
    def server_id(self) -> str:
        """That of the server that is asked."""
        return self._session.server_id

    def save(self) -> bool:
        """Write what was learned; False, and why, where that fails."""
        if not self.ledger.has_changed:
            return True
        try:
            self._file.write(self.ledger.take_changes(), tuple(self.ledger))
        except FileFailed as error:
            text = tr("What was learned could not be written down: {reason}")
            self._session.console.say(text.format(reason=error.context))
            return False
        return True


class UpdateCheck:
    """One look at all models of a server, or at some of them."""

    def __init__(self, session: Session, memory: Memory) -> None:
        self._session = session
        self._memory = memory
        self._ledger = memory.ledger
        client = session.client
        self._store = LocalStore() if client.endpoint.is_loopback else None
        server_id = memory.server_id
        self.version = client.version()
        self.models = tuple(replace(record, server_id=server_id) for record in client.list_models())
        self.installed = InstalledModels(self.models)
        self.layer_index = LayerIndex()
        self._held: dict[str, frozenset[str]] = {}
        self.now = datetime.now(UTC)

    def run(self, wanted: Iterable[ModelRecord]) -> list[Found]:
        """Ask about these models now, and judge them. Raises Cancelled."""
        records = list(wanted)
        asked = self._known_as_asked(records)
        self._ask(questions(asked, self._ledger, self._session.is_insecure))
        return [self._judged(record) for record in records]

    def remembered(self, wanted: Iterable[ModelRecord]) -> list[Found]:
        """Judge these models by what is known of them; no registry is asked. Raises Cancelled."""
        records = list(wanted)
        self._known_as_asked(records)
        return [self._judged(record) for record in records]

    def _known_as_asked(self, records: list[ModelRecord]) -> list[ModelRecord]:
        """Those that a registry may be asked about. What tells that is read where it is not known
        yet."""
        asked = [record for record in records if self._why_unasked(record) is None]
        for record in asked:
            if learning.is_undecided(record, self.installed, self.layer_index):
                parent = learning.parent_of(record, self.installed)
                for row in (record, parent):
                    if row is not None and self.layer_index.of(row) is None:
                        self._read_parts(row)
        return [
            record
            for record in asked
            if self._why_unasked(record) is None
            and not learning.is_undecided(record, self.installed, self.layer_index)
        ]

    def evidence(self, record: ModelRecord) -> Evidence:
        """What is known of the model on its server."""
        held = frozenset(
            layer.digest for known in self.layer_index.by_digest.values() for layer in known.layers
        )
        return Evidence(
            self.layer_index.of(record),
            held | self._held.get(record.name, frozenset()),
            self.version,
        )

    def _why_unasked(self, record: ModelRecord) -> Unasked | None:
        settings = self._session.settings
        return why_unasked(
            record,
            self._ledger,
            Allowed(settings.check_hugging_face, settings.check_hosts),
            self.now,
            lambda row: is_made_here(row, self.installed, self.layer_index),
        )

    def _ask(self, wanted: dict[str, Question]) -> None:
        lines: dict[str, list[Question]] = {}
        for question in wanted.values():
            lines.setdefault(question.line, []).append(question)
        answers: queue.SimpleQueue[tuple[Question, RegistryAnswer] | None] = queue.SimpleQueue()
        threads = self._start(lines.values(), answers)
        console, done, ended = self._session.console, 0, 0
        try:
            while ended < len(threads):
                found = answers.get()
                if found is None:
                    ended += 1
                    continue
                question, answer = found
                rows = [r for r in (self.installed.by_key.get(question.key),) if r is not None]
                learning.note_answer(self._ledger, question, answer, rows, self.now)
                done += 1
                if console.can_redraw:
                    text = tr("Looking for newer versions… {done} of {total}")
                    console.draw(text.format(done=done, total=len(wanted)))
        except KeyboardInterrupt:
            self._session.client.cancel()
            raise Cancelled from None
        finally:
            for thread in threads:
                thread.join()
            if console.can_redraw:
                console.draw("")

    def _start(
        self,
        lines: Iterable[list[Question]],
        answers: queue.SimpleQueue[tuple[Question, RegistryAnswer] | None],
    ) -> list[threading.Thread]:
        """As many threads as may ask at once; each gives None when it has nothing more to ask."""
        client = self._session.client
        registry = client.registry
        gate = threading.BoundedSemaphore(MAX_AT_ONCE)

        def work(line: Line) -> None:
            try:
                with gate:
                    ask_line(line, registry, client.scope, lambda q, a: answers.put((q, a)))
            except Cancelled:
                pass  # whoever cancelled knows
            finally:
                answers.put(None)

        threads = []
        for wanted in lines:
            line = Line(wanted)
            threads += [
                threading.Thread(target=work, args=(line,), name="update-check")
                for _ in range(min(MAX_PER_HOST, len(wanted)))
            ]
        for thread in threads:
            thread.start()
        return threads

    def _read_parts(self, record: ModelRecord) -> None:
        look = self._ledger.look(record.name)
        ref = ModelRef(record.server_id, record.name, record.digest)
        there = look.layers if look is not None else ()
        try:
            parts = parts_of(self._session.client, self._store, ref, there)
        except Cancelled:
            raise
        except OllamaError:
            return  # what is not known makes no verdict
        if parts.info is not None:
            self.layer_index = self.layer_index.with_info(parts.info)
        self._held[record.name] = parts.held

    def _judged(self, record: ModelRecord) -> Found:
        reason = self._why_unasked(record)
        is_asked = reason in (None, Unasked.ABSENT)
        if is_asked and learning.needs_parts(record, self._ledger, self.evidence(record)):
            if record.name not in self._held:
                self._read_parts(record)
            if record.name not in self._held:
                return Found(record, Verdict(digest=record.digest), Marks())
        verdict = learning.verdict_on(record, self._ledger, self.evidence(record), reason, self.now)
        self._ledger.put_verdict(record.server_id, record.name, verdict)
        return Found(record, verdict, self._ledger.marks(record.key, verdict))
