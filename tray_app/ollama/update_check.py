"""Asking registries about many names, and servers about what they have of a newer version.

Nothing here knows of windows or terminals: whoever asks brings threads, and hears of each answer.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from tray_app.core.errors import Changed
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.sharing import KnownLayers
from tray_app.core.updates.answers import RESTING, AnswerKind, RegistryAnswer
from tray_app.core.updates.asking import LIMIT_S, Question
from tray_app.ollama.layers import UNSHOWABLE, show_with_layers

if TYPE_CHECKING:
    from tray_app.core.payloads import ModelRef
    from tray_app.core.records import Layer, ModelInfo
    from tray_app.ollama.cancel import CancelScope
    from tray_app.ollama.client import OllamaClient
    from tray_app.ollama.local_store import LocalStore
    from tray_app.ollama.registry import Registry, RegistrySession

MAX_SILENT = 3
"""Names in a row that nobody answers about; then nobody is asked about the rest."""
MAX_BLOBS = 64
"""Layers of one model that a server is asked for."""

Tell = Callable[[Question, RegistryAnswer], None]


class Line:
    """The questions to one registry. Thread: any; each question is taken once.

    A registry that wants to be left alone, fails or is gone is not asked on: the rest of its
    questions have the same answer.
    """

    def __init__(self, questions: Iterable[Question]) -> None:
        self._lock = threading.Lock()
        self._waiting = deque(questions)
        self._silent = 0
        self._end: AnswerKind | None = None

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, question: Question, *, is_first: bool = False) -> None:
        """One more, before all others if `is_first`."""
        with self._lock:
            if is_first:
                self._waiting.appendleft(question)
            else:
                self._waiting.append(question)

    def take(self) -> Question | None:
        """The next one, None when there is none left."""
        with self._lock:
            return self._waiting.popleft() if self._waiting else None

    @property
    def end(self) -> AnswerKind | None:
        """What all further questions are answered with; None = they are asked."""
        return self._end

    def note(self, answer: RegistryAnswer) -> None:
        with self._lock:
            self._silent = self._silent + 1 if answer.kind is AnswerKind.UNREACHABLE else 0
            if answer.kind in RESTING or self._silent >= MAX_SILENT:
                self._end = answer.kind


def ask_line(
    line: Line, registry: Registry, scope: CancelScope, tell: Tell, limit_s: float = LIMIT_S
) -> None:
    """Ask the questions of a line one after the other, until there are none. Several threads may
    share a line. Raises Cancelled."""
    with registry.session(scope, limit_s=limit_s) as session:
        while (question := line.take()) is not None:
            if line.end is not None:
                scope.raise_if_cancelled()
                tell(question, RegistryAnswer(line.end))
                continue
            answer = ask(session, question)
            line.note(answer)
            tell(question, answer)


def ask(session: RegistrySession, question: Question) -> RegistryAnswer:
    """One question; once more where nobody answered."""
    answer = session.look(question.name, question.is_settled, is_insecure=question.is_insecure)
    if answer.kind is not AnswerKind.UNREACHABLE:
        return answer
    return session.look(question.name, question.is_settled, is_insecure=question.is_insecure)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a server told of one of its models. `info` None = it could not be shown; `held` are
    layers of the newer version that the server has all the same, whosever they are."""

    ref: ModelRef
    info: ModelInfo | None
    held: frozenset[str] = frozenset()

    @property
    def known(self) -> KnownLayers | None:
        info = self.info
        if info is None:
            return None
        return KnownLayers(info.layers, info.has_all_layers, info.is_from_registry)


def parts_of(
    client: OllamaClient, store: LocalStore | None, ref: ModelRef, there: Iterable[Layer] = ()
) -> Parts:
    """The layers of `ref` as far as its server, or its disk here, tells them; and which layers of
    `there` the server has. Raises Changed, Cancelled, and what a server that is away raises."""
    info: ModelInfo | None = None
    try:
        info = show_with_layers(client, store, ref)
    except UNSHOWABLE:
        info = None  # it is gone, or damaged
    ours = {layer.digest for layer in info.layers} if info is not None else set()
    asked = [layer.digest for layer in there if layer.digest not in ours][:MAX_BLOBS]
    held = frozenset(digest for digest in asked if client.has_blob(digest))
    # A server shows what has the name now, which need not be the version that was meant.
    record = client.get(ref.name)
    if record is None or record.digest != ref.digest:
        raise Changed(ref.name, record.digest if record is not None else "")
    return Parts(ref, info, held)
