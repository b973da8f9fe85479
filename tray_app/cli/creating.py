"""The verb that makes a model of a file: create."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tray_app import text
from tray_app.cli import json_output
from tray_app.cli.arguments import EXIT_USAGE
from tray_app.cli.context import EXIT_DONE, EXIT_INTERRUPTED, EXIT_SERVER_SAID_NO, Session
from tray_app.cli.progress import LiveLine, line_with_bar
from tray_app.cli.update_check import Memory
from tray_app.core.creates.faults import CreateFailed, fault_of
from tray_app.core.creates.groups import group_paths
from tray_app.core.creates.looking import look
from tray_app.core.creates.records import CreateItem, CreateRequest, CreateState
from tray_app.core.creates.refusals import (
    Choice,
    Notice,
    Permission,
    ServerStanding,
    Standing,
    families_of,
    names_of,
    stand,
)
from tray_app.core.errors import Cancelled, OllamaError
from tray_app.core.names import ModelName
from tray_app.core.pulls.speed import ETA_WINDOW_S, SPEED_WINDOW_S, SpeedMeter
from tray_app.core.updates.ledger import Made, MadeBy
from tray_app.model_files import LocalDisk
from tray_app.ollama.creating import CreateReport, Creating, is_away
from tray_app.ollama.local_store import LocalStore
from tray_app.text import tr
from tray_app.text.create_dialog import (
    adapter_words,
    create_disk_line,
    file_line,
    name_fault_line,
    parts_line,
    projector_line,
    quoted_server,
    refusal_words,
    server_fault_line,
    unknown_kind_words,
    upload_figure,
)
from tray_app.text.creating import create_detail, create_permille, create_reason

if TYPE_CHECKING:
    from tray_app.core.creates.files import FileFacts
    from tray_app.core.records import ModelRecord


def create(session: Session) -> int:
    """`create NAME FILE…`: says what it costs first, and never replaces a model."""
    invocation, console = session.invocation, session.console
    name = str(ModelName.of_pasted(invocation.names[0]))
    groups = group_paths(os.path.abspath(path) for path in invocation.files)  # noqa: PTH100
    if len(groups) > 1:
        console.say(tr("These are several models. Create one at a time."))
        return EXIT_USAGE
    path = groups[0].path if groups else os.path.abspath(invocation.files[0])  # noqa: PTH100
    projector = groups[0].projector if groups else ""
    facts = look(path, LocalDisk(), projector)
    choice = _choice(session, name, facts, projector)
    installed = session.client.list_models()
    server = ServerStanding(
        version=session.client.version(),
        names=names_of(row.name for row in installed),
        families=families_of(installed),
        free_bytes=_free_bytes(session, installed),
    )
    standing = stand(facts, choice, server)
    _say_facts(session, facts, choice, standing)
    if standing.permission is Permission.OFF:
        _say_why_not(session, facts, choice, standing, server)
        return EXIT_SERVER_SAID_NO
    if facts.is_adapter and all(row.name != choice.base for row in installed):
        said = tr("There is no model {name} on “{server}”. Write it as the list does.")
        console.say(said.format(name=choice.base, server=session.target.name))
        return EXIT_SERVER_SAID_NO
    if choice.quantize and not facts.choices:
        console.say(tr("Only F16, BF16 and F32 files can be quantized."))
        return EXIT_SERVER_SAID_NO
    if standing.permission is Permission.ANYWAY and not _is_wanted(session):
        return EXIT_SERVER_SAID_NO
    return _Run(session, _request(session, facts, choice)).run()


def _choice(session: Session, name: str, facts: FileFacts, projector: str) -> Choice:
    invocation = session.invocation
    if not projector and facts.projectors and facts.projectors[0].is_likely:
        projector = facts.projectors[0].path
    if invocation.no_projector or facts.is_adapter:
        projector = ""
    return Choice(name, projector, invocation.quantize, invocation.base)


def _free_bytes(session: Session, installed: tuple[ModelRecord, ...]) -> int | None:
    """Of the server's disk; None = it is not this computer's, or not found."""
    if not session.target.endpoint.is_loopback:
        return None
    return LocalStore().free_bytes([(row.name, row.digest) for row in installed])


def _request(session: Session, facts: FileFacts, choice: Choice) -> CreateRequest:
    header = facts.header
    sizes = {each.path: each.size_bytes for each in facts.projectors}
    return CreateRequest(
        server_id=session.target.server_id,
        name=choice.name,
        files=facts.files,
        projector=choice.projector,
        adapter=facts.is_adapter,
        base=choice.base if facts.is_adapter else "",
        quantize=choice.quantize,
        architecture=header.architecture if header is not None else "",
        file_type=header.file_type if header is not None else "",
        size_bytes=facts.size_bytes,
        projector_bytes=sizes.get(choice.projector, 0),
        is_stored_as_is=facts.is_stored_as_is,
    )


# What is said first.


def _say_facts(session: Session, facts: FileFacts, choice: Choice, standing: Standing) -> None:
    say = session.console.say
    if facts.header is not None:
        say(file_line(facts))
    if facts.refusal is not None:
        return
    if parts := parts_line(len(facts.files)):
        say(parts)
    for projector in facts.projectors:
        if projector.path == choice.projector:
            say(projector_line(projector))
    if standing.cost is not None:
        figure, words = upload_figure(standing.cost)
        say(_labeled(tr("To upload"), figure or words))
        place = quoted_server(session.target.name)
        line = create_disk_line(standing.cost, place, is_here=session.target.endpoint.is_loopback)
        say(_labeled(tr("Disk space"), line.title))
        if line.body:
            say(line.body)
    if standing.notice is Notice.ARCHITECTURE and facts.header is not None:
        words_ = unknown_kind_words(facts.header.architecture, session.target.name)
        say(_labeled(words_.title, words_.body))


def _say_why_not(
    session: Session,
    facts: FileFacts,
    choice: Choice,
    standing: Standing,
    server: ServerStanding,
) -> None:
    say = session.console.say
    if facts.refusal is not None:
        refusal = refusal_words(facts)
        say(_labeled(refusal.title, refusal.body) if refusal.body else refusal.title)
    elif standing.notice is Notice.ADAPTER and not choice.base:
        words = adapter_words()
        say(_labeled(words.title, words.body))
        say(tr("Name that model with --base."))
    for line in (
        name_fault_line(standing, choice.name),
        server_fault_line(standing.server_fault, session.target.name, server.version),
    ):
        if line:
            say(line)


def _is_wanted(session: Session) -> bool:
    """Ask where it may not work; without a terminal nobody can be asked."""
    if session.invocation.yes:
        return True
    if session.console.can_ask and session.console.ask(tr("Create it anyway?")):
        return True
    if not session.console.can_ask:
        session.console.say(tr("Add -y to create it anyway."))
    session.console.say(tr("Nothing was created."))
    return False


def _labeled(label: str, said: str) -> str:
    return tr("{name}: {reason}").format(name=label, reason=said)


# Doing it.


class _Run:
    """One create, with its line on the screen."""

    def __init__(
        self,
        session: Session,
        request: CreateRequest,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._session = session
        self._request = request
        self._clock = clock
        self._meter = SpeedMeter()
        self._item = CreateItem("", request, CreateState.LOOKING, datetime.now(UTC))
        self._has_begun = False
        self._began_s = clock()

    def run(self) -> int:
        console = self._session.console
        creating = Creating(self._session.client, self._request, self._take, self._begin)
        try:
            with LiveLine(console, self._drawn, self._said):
                record = creating.run()
        except (KeyboardInterrupt, Cancelled):
            self._say_interrupted()
            return EXIT_INTERRUPTED
        except OllamaError as error:
            return self._failed(error, may_go_on=creating.may_go_on)
        assert record is not None  # only what is unwanted may not come
        self._note(record)
        said = tr("Created {name}, {size}.")
        console.say(said.format(name=record.name, size=text.size(record.size_bytes)))
        if self._session.invocation.as_json:
            console.data_json(json_output.model(record))
        return EXIT_DONE

    def _begin(self) -> None:
        self._has_begun = True

    def _take(self, report: CreateReport) -> None:
        now_s, old = self._clock(), self._item
        if report.state is not old.state:
            self._meter.restart()
            old = replace(old, completed_bytes=0, state_since_s=now_s)
        self._meter.add(now_s, max(0, report.completed_bytes - old.completed_bytes))
        mean = self._meter.mean(now_s, ETA_WINDOW_S)
        left = report.total_bytes - report.completed_bytes
        self._item = replace(
            old,
            state=report.state,
            completed_bytes=report.completed_bytes,
            total_bytes=report.total_bytes,
            speed_bytes_s=self._meter.mean(now_s, SPEED_WINDOW_S) if report.total_bytes else None,
            eta_s=left / mean if mean and report.total_bytes else None,
            uploaded=report.uploaded,
            was_on_server=report.was_on_server,
        )

    def _detail(self) -> str:
        return create_detail(self._item, self._clock(), self._session.target.name)

    def _drawn(self) -> str:
        permille = create_permille(self._item)
        return line_with_bar(self._request.name, permille, [self._detail()], self._session.console)

    def _said(self) -> str:
        return _labeled(self._request.name, self._detail())

    def _say_interrupted(self) -> None:
        """Once it was asked for, only the truth helps."""
        say = self._session.console.say
        if not self._has_begun:
            say(tr("Stopped. No model was made."))
            if self._item.uploaded:
                say(tr("What was uploaded goes when Ollama is started more than an hour later."))
            return
        say(tr("Ollama can’t stop here: it goes on with {name} by itself.").format(
            name=self._request.name
        ))  # fmt: skip
        said = tr("To be rid of it, run this when it is in the list: {command}")
        say(said.format(command=f"ollama-tray rm {self._request.name}"))

    def _failed(self, error: OllamaError, *, may_go_on: bool) -> int:
        if is_away(error) and not may_go_on:
            return self._session.report(error)
        cause = error.cause or error if isinstance(error, CreateFailed) else error
        item = replace(self._item, state=CreateState.FAILED, fault=fault_of(error), error=cause)
        reason = create_reason(item, self._session.target.name)
        self._session.console.say(_labeled(self._request.name, reason))
        if may_go_on:
            said = tr("It may still appear in the list: nobody told how it ended.")
            self._session.console.say(said)
        return EXIT_SERVER_SAID_NO

    def _note(self, record: ModelRecord) -> None:
        """It was made here, which no registry has to be asked about."""
        memory = Memory(self._session)
        memory.ledger.note_made(
            Made(
                memory.server_id,
                record.name,
                record.digest,
                MadeBy.CREATE,
                datetime.now(UTC),
                self._request.base,
            )
        )
        memory.save()
