"""Updating: what `update` would do, says so, and does it. For the verbs in `updates`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tray_app import text
from tray_app.cli.context import (
    EXIT_DONE,
    EXIT_SERVER_SAID_NO,
    EXIT_UNREACHABLE,
    Session,
    exit_code,
    said_by_instance,
)
from tray_app.cli.progress import ProgressView
from tray_app.core.errors import Cancelled, OllamaError
from tray_app.core.updates import learning
from tray_app.core.updates.judging import HEAVY, missing_layers
from tray_app.core.updates.ledger import Made, MadeBy
from tray_app.core.updates.room import comes_back
from tray_app.core.updates.verdicts import KEPT_NOWHERE_ELSE, Standing, Verdict
from tray_app.desktop.instance.protocol import update_args
from tray_app.desktop.instance.single_instance import InstanceCommand, Outcome
from tray_app.ollama.ensure import InstallState, Patience, Retry
from tray_app.ollama.updating import (
    LookedAgain,
    Readiness,
    keep_alive_of,
    keep_old_version,
    look_again,
    unload_before,
)
from tray_app.settings.pull_limits import limits_of
from tray_app.text import Subject, tr

if TYPE_CHECKING:
    from tray_app.cli.update_check import Found, Memory, UpdateCheck
    from tray_app.core.records import LayerKind, ModelRecord

KEEP_LOST_DAYS = 30
"""How long a version is kept that nobody may be able to pull again."""


class Updating:
    """Everything about one `update`. `code` is what those end it with that were left out."""

    def __init__(self, session: Session, memory: Memory, check: UpdateCheck) -> None:
        self._session = session
        self._memory = memory
        self._check = check
        self._console = session.console
        self.code = EXIT_DONE

    def choose(self, found: list[Found]) -> list[Found]:
        """Those that can be updated; what is left out is said, where it was asked for by name."""
        is_all, is_alone = self._session.invocation.every, len(found) == 1
        chosen = []
        for each in found:
            if self._is_wanted(each, is_all=is_all, is_alone=is_alone):
                chosen.append(each)
            elif not is_all or each.verdict.failure is not None:
                self._say_why_not(each)
        if is_all and not chosen and self.code == EXIT_DONE:
            self._console.say(tr("Nothing to update."))
        return chosen

    def _is_wanted(self, found: Found, *, is_all: bool, is_alone: bool) -> bool:
        if found.marks.is_pinned or found.marks.is_backup:
            return False
        if found.verdict.is_offered:
            return not (is_all and found.marks.is_skipped)
        # What nobody can call newer is replaced only where it was named, alone.
        return found.verdict.standing is Standing.CHANGED and is_alone and not is_all

    def _say_why_not(self, found: Found) -> None:
        name, verdict = found.record.name, found.verdict
        if found.marks.is_pinned:
            reason = tr("Pinned. Unpin it first.")
        elif verdict.standing is Standing.CURRENT and verdict.failure is None:
            self._console.say(tr("{name} is here and up to date.").format(name=name))
            return
        elif verdict.standing is Standing.CHANGED:
            registry = text.registry_name(name)
            reason = tr("Differs from {registry}. Update it alone.").format(registry=registry)
        else:
            subject = Subject(name, self._session.target.name, self._check.version)
            reason = text.verdict_line(verdict, subject, self._check.now, found.marks)
        self._console.say(tr("{name}: {reason}").format(name=name, reason=reason))
        self.code = self.code or EXIT_SERVER_SAID_NO

    # What would be done.

    def print_plan(self, chosen: list[Found], say: Callable[[str], None]) -> None:
        """Each model with what it costs, what is lost, and the sum."""
        self.print_losses(chosen, say)
        say(text.needs_room(*self._room(chosen)))

    def print_losses(self, chosen: list[Found], say: Callable[[str], None]) -> None:
        """Each model with what becomes of it."""
        loaded = self._loaded()
        for each in chosen:
            name = each.record.name
            say(tr("{name}: {reason}").format(name=name, reason=self._what_changes(each)))
            for line in self._losses(each):
                say(f"  {line}")
            if name in loaded:
                say("  " + tr("Loaded now: unloaded first"))

    def question(self, chosen: list[Found]) -> str:
        if all(each.verdict.standing in KEPT_NOWHERE_ELSE for each in chosen):
            names = text.join(text.one_line(each.record.name) for each in chosen)
            return tr("Replace {name}?").format(name=names)
        return text.update_question(len(chosen), self._session.target.name)

    def _what_changes(self, found: Found) -> str:
        name, standing = found.record.name, found.verdict.standing
        if standing is Standing.MADE_HERE:
            return text.made_body(name, self._session.target.name)
        if standing is not Standing.CHANGED:
            return text.newer_line(found.verdict)
        subject = Subject(name)
        return text.verdict_line(found.verdict, subject, self._check.now)

    def _losses(self, found: Found) -> list[str]:
        """What a replaced version has that the registry's has not, part by part."""
        if found.verdict.standing not in KEPT_NOWHERE_ELSE:
            return []
        if found.verdict.standing is Standing.MADE_HERE:
            said = tr("{name}: {reason}")
            given = self._given(found.record)
            lines = [said.format(name=part, reason=words) for part, words in given]
        else:
            lines = self._parts_lost(found)
        until = self._check.now + timedelta(days=KEEP_LOST_DAYS)
        kept = tr("The version that is here now is kept until {date}.")
        return [*lines, kept.format(date=text.day(until))]

    def _given(self, record: ModelRecord) -> tuple[tuple[str, str], ...]:
        """What somebody has given a model here."""
        try:
            return text.lost_words(self._session.client.show(record.name, digest=record.digest))
        except Cancelled:
            raise
        except OllamaError:
            return ()  # the question stands without it

    def _parts_lost(self, found: Found) -> list[str]:
        known = self._check.evidence(found.record).known
        look = self._memory.ledger.look(found.record.name)
        here = known.layers if known is not None else ()
        there = look.layers if look is not None else ()
        lines = []
        for kind in found.verdict.parts:
            old = sum(x.size_bytes or 0 for x in here if x.kind is kind)
            new = sum(x.size_bytes or 0 for x in there if x.kind is kind)
            if old or kind in HEAVY:
                lines.append(_loss(kind, old, new))
        return lines

    def _room(self, chosen: list[Found]) -> tuple[int, int]:
        """Bytes that are fetched, and that come back when the old versions go."""
        missing: dict[str, int] = {}
        for each in chosen:
            look = self._memory.ledger.look(each.record.name)
            there = look.layers if look is not None else ()
            missing |= missing_layers(there, self._check.evidence(each.record))
        freed_bytes = sum(
            comes_back(each.record, each.verdict, self._check.models, self._check.layer_index)
            for each in chosen
            if each.verdict.standing is not Standing.CHANGED
        )
        return sum(missing.values()), freed_bytes

    def _loaded(self) -> set[str]:
        try:
            return {row.name for row in self._session.client.list_running() or ()}
        except Cancelled:
            raise
        except OllamaError:
            return set()  # for the plan alone: the update looks again

    # What is done.

    def work(self, chosen: list[Found]) -> int:
        """Update them one after the other, or have the program do it that runs."""
        if self._is_program_there() and self._is_handed_over(chosen):
            return EXIT_DONE
        return self._each(chosen, self._update)

    def _each(self, chosen: list[Found], act: Callable[[Found], int]) -> int:
        """`act` on each; a model that fails stops no other, a server that is gone does."""
        code = EXIT_DONE
        for each in chosen:
            try:
                code = act(each) or code
            except Cancelled:
                raise
            except OllamaError as error:
                name, server = each.record.name, self._session.target.name
                reason = text.pull_error_reason(error, server)
                self._console.say(tr("{name}: {reason}").format(name=name, reason=reason))
                code = code or exit_code(error)
                if exit_code(error) == EXIT_UNREACHABLE:
                    return EXIT_UNREACHABLE
        return code

    def _update(self, found: Found) -> int:
        looked = self._prepared(found)
        if looked is None:
            return EXIT_SERVER_SAID_NO
        if looked.readiness is not Readiness.READY or looked.record is None:
            return EXIT_DONE
        loaded = unload_before(self._session.client, looked.record)
        keep_alive_s = keep_alive_of(loaded, datetime.now(UTC)) if loaded is not None else None
        self._pull(found, looked)
        if loaded is not None and self._session.settings.load_again:
            self._console.say(tr("Loading {name}…").format(name=loaded.name))
            self._session.client.load(loaded.name, keep_alive_s, loaded.context_length)
        return EXIT_DONE

    def _is_program_there(self) -> bool:
        """Whether the program runs and means the same server."""
        invocation = self._session.invocation
        if invocation.wait or invocation.insecure or not self._session.target.is_default:
            return False
        status = self._session.ask_instance(InstanceCommand.STATUS, ())
        return status.outcome is Outcome.ANSWERED and status.answer.is_ok

    def _prepared(self, found: Found) -> LookedAgain | None:
        """Look once more, keep what may be lost. None = it is left alone, and that was said."""
        client, record = self._session.client, found.record
        looked = look_again(
            client,
            client.registry,
            record.name,
            record.digest,
            is_insecure=self._session.is_insecure(record.name),
        )
        reason = ""
        if looked.readiness is Readiness.CURRENT:
            reason = tr("Already up to date. Nothing was pulled.")
        elif looked.readiness is Readiness.CHANGED:
            reason = tr("It has changed meanwhile, so it was left alone.")
        elif looked.readiness is Readiness.GONE:
            reason = tr("It is gone.")
        elif looked.readiness is Readiness.NO_VERSION:
            registry = text.registry_name(record.name)
            answer = looked.answer
            kind = answer.kind if answer is not None else None
            reason = text.failure_reason(kind, registry) if kind is not None else registry
        if reason:
            self._console.say(tr("{name}: {reason}").format(name=record.name, reason=reason))
            return looked if looked.readiness is Readiness.CURRENT else None
        days = self._keep_days(found)
        if days:
            self._keep(record, days)
        return looked

    def _keep_days(self, found: Found) -> int:
        """How long the old version is kept, 0 = it is not."""
        if found.verdict.standing in KEPT_NOWHERE_ELSE:
            return KEEP_LOST_DAYS
        return self._session.settings.keep_old_days

    def _keep(self, record: ModelRecord, days: int) -> None:
        copy = keep_old_version(self._session.client, record, datetime.now().astimezone().date())
        now = datetime.now(UTC)
        self._memory.ledger.note_made(
            Made(
                record.server_id,
                copy.name,
                copy.digest,
                MadeBy.BACKUP,
                now,
                record.name,
                now + timedelta(days=days),
            )
        )
        self._memory.save()  # before anything can go wrong

    def _is_handed_over(self, chosen: list[Found]) -> bool:
        """Let the program that runs update them: it looks again, keeps and unloads by itself."""
        names = [found.record.name for found in chosen]
        args = update_args(
            [(found.record.name, found.record.digest) for found in chosen],
            max(map(self._keep_days, chosen)),
            loads_again=self._session.settings.load_again,
        )
        handover = self._session.ask_instance(InstanceCommand.UPDATE, args)
        if handover.outcome is Outcome.SILENT:
            self._console.say(tr("Ollama Tray is running but doesn’t answer. Pulling here."))
        if handover.outcome is not Outcome.ANSWERED:
            return False
        if handover.answer.is_ok:
            said = tr("The running Ollama Tray is updating {names}.")
            self._console.say(said.format(names=text.join(names)))
            return True
        said = tr("Ollama Tray refused: {reason}. Pulling here.")
        self._console.say(said.format(reason=said_by_instance(handover.answer.data)))
        return False

    def _pull(self, found: Found, looked: LookedAgain) -> None:
        session, record = self._session, found.record
        limits = limits_of(session.settings)
        with ProgressView(self._console, record.name) as view:

            def show_retry(retry: Retry) -> None:
                reason = text.pull_error_reason(retry.error, session.target.name, is_final=False)
                view.show_retry(reason, retry.attempt, retry.at_s)

            try:
                ensured = session.client.ensure(
                    record.name,
                    view.show,
                    is_insecure=session.is_insecure(record.name),
                    known=InstallState(looked.record, looked.manifest, is_current=False),
                    patience=Patience(limits.policy, limits.stall_s, show_retry),
                )
            except KeyboardInterrupt:
                raise Cancelled(record.name) from None
        new = ensured.record
        size = text.size(new.size_bytes if new is not None else None)
        self._console.say(tr("Updated {name}, {size}.").format(name=record.name, size=size))
        if new is not None:
            self._note_updated(record, replace(new, server_id=record.server_id))

    def _note_updated(self, old: ModelRecord, new: ModelRecord) -> None:
        """What is there now is what the registry has; who still has the old version is said."""
        ledger = self._memory.ledger
        learning.note_pulled(ledger, new, datetime.now(UTC))
        current = Verdict(
            Standing.CURRENT,
            new.digest,
            new.digest,
            self._check.now,
            here_bytes=new.size_bytes or 0,
        )
        ledger.put_verdict(new.server_id, new.name, current)
        self._memory.save()
        copies = [
            row.name
            for row in self._check.models
            if row.digest == old.digest
            and row.name != old.name
            and ledger.made(row.server_id, row.name, row.digest) is None
        ]
        if copies:
            self._console.say(text.copies_line(copies, old.name))


def _loss(kind: LayerKind, old_bytes: int, new_bytes: int) -> str:
    """ "Weights: 9.0 GB, replaced by 8.8 GB"."""
    part, old, new = text.layer_label(kind), text.size(old_bytes), text.size(new_bytes)
    if not new_bytes:
        return tr("{part}: {size}, gone there").format(part=part, size=old)
    if not old_bytes:  # how large ours is, the server does not tell
        return tr("{part}: replaced by {size}").format(part=part, size=new)
    return tr("{part}: {size}, replaced by {other}").format(part=part, size=old, other=new)
