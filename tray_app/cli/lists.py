"""The verbs about lists of models: export, import."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tray_app import text
from tray_app.cli.arguments import EXIT_USAGE
from tray_app.cli.context import (
    EXIT_DONE,
    EXIT_SERVER_SAID_NO,
    EXIT_UNREACHABLE,
    Session,
    exit_code,
)
from tray_app.cli.update_check import Memory
from tray_app.cli.writing import is_handed_over, pull_here
from tray_app.core.creates.records import DeriveRequest
from tray_app.core.errors import Cancelled, ModelNotFound, NotDone, OllamaError
from tray_app.core.file_failures import FileFailed
from tray_app.core.installed import InstalledModels
from tray_app.core.lists.planning import (
    Looked,
    PlanFacts,
    PlanLine,
    PlanStatus,
    Totals,
    Work,
    asked_about,
    in_order,
    layers_here,
    plan,
    totals,
    work_of,
)
from tray_app.core.lists.reading import MAX_JSON_BYTES, read_list
from tray_app.core.lists.recipes import Making, base_of
from tray_app.core.lists.records import BadList, ListEntry, ModelList
from tray_app.core.names import canonical
from tray_app.core.payloads import ModelRef
from tray_app.core.sharing import LayerIndex, is_made_here
from tray_app.core.updates.ledger import Made, MadeBy
from tray_app.list_files import read_list_file, write_list_file
from tray_app.ollama.deriving import derive
from tray_app.ollama.layers import read_layer_index
from tray_app.ollama.lists import ask_all, exported, held_of
from tray_app.ollama.local_store import LocalStore
from tray_app.text import MISSING, tr

if TYPE_CHECKING:
    from tray_app.core.records import ModelRecord

_LOST = frozenset(
    {
        PlanStatus.NOT_FOUND,
        PlanStatus.NEEDS_NEWER,
        PlanStatus.BAD,
        PlanStatus.RECIPE_WITHOUT_BASE,
    }
)
"""Lines that leave something to be wished for: the exit code says so."""
_STDIO = "-"
_KNOWN = 200
"""Installed models by which the server's folder is recognized."""


class _Server:
    """What is on the server now."""

    def __init__(self, session: Session, memory: Memory) -> None:
        listed = session.client.list_models()
        self.models = tuple(replace(record, server_id=memory.server_id) for record in listed)
        self.installed = InstalledModels(self.models)
        self.layer_index: LayerIndex = read_layer_index(session.client, self.models)
        self._memory = memory

    def is_made_here(self, record: ModelRecord) -> bool:
        return self.made(record) is not None or is_made_here(
            record, self.installed, self.layer_index
        )

    def made(self, record: ModelRecord) -> Made | None:
        return self._memory.ledger.made(record.server_id, record.name, record.digest)


# Export.


def export(session: Session) -> int:
    """`export [FILE]`: the models of the server, one a line; with `--json` their recipes, too."""
    memory = Memory(session)
    server = _Server(session, memory)
    listed = [record for record in server.models if not _is_backup(server.made(record))]
    makings = [
        Making(record, base_of(record, server.made(record), server.installed))
        for record in listed
        if server.is_made_here(record)
    ]
    path = session.invocation.names[0] if session.invocation.names else _STDIO
    words = exported(
        session.client,
        listed,
        makings,
        server=session.target.name,
        today=datetime.now().astimezone().date(),
        with_recipes=session.invocation.as_json or path.casefold().endswith(".json"),
    )
    if path == _STDIO:
        for line in words.splitlines():
            session.console.data(line)
        return EXIT_DONE
    try:
        write_list_file(Path(path), words)
    except FileFailed as error:
        session.console.say(_why(path, error))
        return EXIT_SERVER_SAID_NO
    session.console.say(text.saved_line(len(listed), path))
    return EXIT_DONE


def _is_backup(made: Made | None) -> bool:
    return made is not None and made.by is MadeBy.BACKUP


def _why(path: str, error: OllamaError) -> str:
    name, reason = text.one_line(path), error.context or str(error)
    return tr("{name}: {reason}").format(name=name, reason=reason)


# Import.


def import_list(session: Session) -> int:
    """`import FILE`: what is missing is pulled, what was made elsewhere is made again. Nothing that
    is here is replaced or deleted."""
    console = session.console
    try:
        models = _read(session)
    except (BadList, FileFailed) as error:
        notice = text.unreadable(error)
        console.say(tr("{name}: {reason}").format(name=notice.title, reason=notice.body))
        return EXIT_USAGE
    if not models.models:
        notice = text.no_names(models)
        console.say(tr("{name}: {reason}").format(name=notice.title, reason=notice.body))
        return EXIT_USAGE
    memory = Memory(session)
    importing = _Import(session, memory, models)
    lines = importing.plan()
    work = work_of(lines, lambda line: line.is_ticked_first)
    code = EXIT_SERVER_SAID_NO if any(line.status in _LOST for line in lines) else EXIT_DONE
    say = console.data if session.invocation.dry_run else console.say
    for line in in_order(lines):
        say(_line(line, is_json=models.is_json))
    found = totals(lines, lambda line: line.is_ticked_first)
    console.say(_sum(found, lines))
    if session.invocation.dry_run or not len(work):
        return code
    if not session.invocation.yes:
        if _is_stdin(session) or not console.can_ask:
            console.say(tr("import asks before it begins, and there is no terminal to ask in."))
            console.say(tr("Add -y to import without asking."))
            return EXIT_USAGE
        if not console.ask(text.import_question(len(work), session.target.name)):
            console.say(tr("Nothing was imported."))
            return EXIT_SERVER_SAID_NO
    return importing.work(work) or code


def _is_stdin(session: Session) -> bool:
    return session.invocation.names == (_STDIO,)


def _read(session: Session) -> ModelList:
    if not _is_stdin(session):
        return read_list_file(Path(session.invocation.names[0]))
    words = session.console.stdin.read(MAX_JSON_BYTES + 1)
    kind = "list.json" if words.lstrip()[:1] == "{" else ""
    return read_list(words.encode("utf-8", "replace"), kind)


def _line(line: PlanLine, *, is_json: bool) -> str:
    name = text.line_name(line, is_json=is_json)
    status = text.line_status(line, is_json=is_json)
    amount = text.line_size(line)
    if amount and amount != MISSING:
        status = tr("{status}, {size}").format(status=status, size=amount)
    return tr("{name}: {reason}").format(name=name, reason=status)


def _sum(found: Totals, lines: Collection[PlanLine]) -> str:
    is_done = not any(line.can_tick and line.is_ticked_first for line in lines)
    words = text.totals_line(found, None, None, "", is_done=False)
    return tr("Nothing to import.") if is_done else words.line.title


class _Import:
    """One list and one server."""

    def __init__(self, session: Session, memory: Memory, models: ModelList) -> None:
        self._session = session
        self._memory = memory
        self._models = models
        self._server = _Server(session, memory)

    def plan(self) -> tuple[PlanLine, ...]:
        """With what the registries say of what is not here."""
        server = self._server
        here = layers_here(server.models, server.layer_index)
        facts = PlanFacts(
            server.installed,
            layer_index=server.layer_index,
            here=here,
            is_made_here=server.is_made_here,
        )
        names = [entry.name for entry in asked_about(self._models, facts)]
        return plan(self._models, replace(facts, looked=self._looked(names, here)))

    def _looked(self, names: list[str], here: frozenset[str]) -> dict[str, Looked]:
        session, console = self._session, self._session.console
        client = session.client
        folder = self._folder()
        found: dict[str, Looked] = {}
        answers = ask_all(names, client.registry, client.scope, session.is_insecure)
        try:
            for name, answer in answers:
                layers = answer.manifest.layers if answer.manifest is not None else ()
                held = held_of(client, folder, [x for x in layers if x.digest not in here])
                found[canonical(name)] = Looked(answer, held)
                if console.can_redraw:
                    words = tr("Looking up models… {done} of {total}")
                    console.draw(words.format(done=len(found), total=len(names)))
        except KeyboardInterrupt:
            client.cancel()
            raise Cancelled from None
        except OllamaError:
            client.cancel()
            raise
        finally:
            answers.close()
            if console.can_redraw:
                console.draw("")
        return found

    def _folder(self) -> Path | None:
        if not self._session.client.endpoint.is_loopback:
            return None
        rows = ((row.name, row.digest) for row in self._server.models[:_KNOWN] if row.digest)
        return LocalStore().models_folder(tuple(rows))

    # Doing it.

    def work(self, work: Work) -> int:
        """Pull, then make; one that fails stops no other, a server that is gone does."""
        code = EXIT_DONE
        pulls = list(work.pulls)
        is_elsewhere = bool(pulls) and is_handed_over(self._session, pulls)
        for name in () if is_elsewhere else pulls:
            code = self._pull(name) or code
            if code == EXIT_UNREACHABLE:
                return code
        if is_elsewhere and work.recipes:
            said = tr("Import the list again when they are here: the rest is made of them.")
            self._session.console.say(said)
        return self._make(work.recipes) or code

    def _pull(self, name: str) -> int:
        try:
            pull_here(self._session, name)
        except Cancelled:
            raise
        except OllamaError as error:
            reason = text.pull_error_reason(error, self._session.target.name)
            said = tr("{name}: {reason}").format(name=name, reason=reason)
            self._session.console.say(said)
            return exit_code(error)
        return EXIT_DONE

    def _make(self, recipes: Iterable[ListEntry]) -> int:
        """Each once its base is here; those whose base does not come are said."""
        code, left = EXIT_DONE, list(recipes)
        while left:
            rows = self._session.client.list_models()
            here = {canonical(row.name): row for row in rows}
            ready = [e for e in left if e.recipe and canonical(e.recipe.base) in here]
            if not ready:
                break
            for entry in ready:
                left.remove(entry)
                code = self._made(entry, here[canonical(_base(entry))]) or code
                if code == EXIT_UNREACHABLE:
                    return code
        for entry in left:
            words = tr("{name} wasn’t made: {base} isn’t here.")
            self._session.console.say(words.format(name=entry.name, base=_base(entry)))
            code = code or EXIT_SERVER_SAID_NO
        self._memory.save()
        return code

    def _made(self, entry: ListEntry, base: ModelRecord) -> int:
        client, recipe = self._session.client, entry.recipe
        if recipe is None:
            return EXIT_DONE
        server_id = self._memory.server_id
        try:
            if recipe.is_copy:
                client.copy(base.name, entry.name)
                record = client.get(entry.name)
                if record is None:
                    raise NotDone(entry.name)
                digest, name, by = record.digest, record.name, MadeBy.COPY
            else:
                ref = ModelRef(server_id, base.name, base.digest)
                ref = derive(client, DeriveRequest(ref, entry.name, recipe.changes)).ref
                digest, name, by = ref.digest, ref.name, MadeBy.CREATE
        except Cancelled:
            raise
        except OllamaError as error:
            return self._session.report(error)
        now = datetime.now(UTC)
        self._memory.ledger.note_made(Made(server_id, name, digest, by, now, base.name))
        said = tr("Made {name} from {base}.")
        self._session.console.say(said.format(name=name, base=base.name))
        return EXIT_DONE


def _base(entry: ListEntry) -> str:
    if entry.recipe is None:
        raise ModelNotFound(entry.name)
    return entry.recipe.base
