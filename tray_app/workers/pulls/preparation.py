"""Preparation: what is done for an update before its first byte, in the thread of its attempt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from tray_app.core.errors import (
    AccessRefused,
    Changed,
    ModelNotFound,
    OllamaError,
    PullFailed,
    PullFailure,
    TooOld,
)
from tray_app.core.pulls.updates import UpdatePlan, UpdateStep
from tray_app.core.updates.answers import AnswerKind
from tray_app.ollama.updating import (
    LookedAgain,
    Readiness,
    keep_alive_of,
    keep_old_version,
    look_again,
    unload_before,
)

if TYPE_CHECKING:
    from tray_app.core.pulls.states import PullItem
    from tray_app.core.records import ModelRecord
    from tray_app.ollama.client import OllamaClient


class Preparation:
    """Looks once more, keeps the old version, frees its memory. What was done by an earlier attempt
    is not done again.

    Thread: that of the attempt. `tell` hears of each step.
    """

    def __init__(
        self,
        item: PullItem,
        plan: UpdatePlan,
        tell: Callable[[UpdatePlan], None],
        *,
        is_insecure: bool,
        today: Callable[[], date],
    ) -> None:
        self._item = item
        self._plan = plan
        self._tell = tell
        self._is_insecure = is_insecure
        self._today = today

    @property
    def plan(self) -> UpdatePlan:
        """With what was done by now."""
        return self._plan

    def run(self, client: OllamaClient) -> bool:
        """Whether there is anything to pull. Raises Changed when somebody has put another version
        there since a person chose, and what no pull could come of."""
        self._set(step=UpdateStep.LOOKING)
        looked = look_again(
            client,
            client.registry,
            self._item.name,
            self._item.old_digest,
            is_insecure=self._is_insecure,
        )
        if looked.readiness is Readiness.CURRENT:
            self._set(step=None, was_current=True)
            return False
        if looked.readiness is not Readiness.READY or looked.record is None:
            self._set(step=None)
            raise _refusal(self._item.name, looked)
        self._keep(client, looked.record)
        self._unload(client, looked.record)
        self._set(step=None)
        return True

    def _keep(self, client: OllamaClient, record: ModelRecord) -> None:
        if self._plan.keep_days and not self._plan.kept_name:
            self._set(step=UpdateStep.KEEPING)
            copy = keep_old_version(client, record, self._today())
            self._set(kept_name=copy.name)

    def _unload(self, client: OllamaClient, record: ModelRecord) -> None:
        self._set(step=UpdateStep.UNLOADING)
        loaded = unload_before(client, record)
        if loaded is not None:
            self._set(
                was_loaded=True,
                keep_alive_s=keep_alive_of(loaded, datetime.now(UTC)),
                context_length=loaded.context_length,
            )

    def _set(self, **news: object) -> None:
        plan = replace(self._plan, **news)  # type: ignore[arg-type]
        if plan != self._plan:
            self._plan = plan
            self._tell(plan)


def _refusal(name: str, looked: LookedAgain) -> OllamaError:
    """Why nothing is pulled."""
    if looked.readiness is Readiness.CHANGED and looked.record is not None:
        return Changed(name, looked.record.digest)
    kind = looked.answer.kind if looked.answer is not None else None
    if kind is AnswerKind.PRIVATE:
        return AccessRefused(name)
    if kind is AnswerKind.NEEDS_NEWER:
        return TooOld(name)
    if kind is AnswerKind.UNUSABLE:
        return PullFailed(name, "", PullFailure.REFUSED)
    return ModelNotFound(name)
