"""What `pull` does not replace without a question: models that are kept nowhere else."""

from __future__ import annotations

from collections.abc import Iterable

from tray_app.cli.arguments import EXIT_USAGE
from tray_app.cli.context import EXIT_DONE, EXIT_SERVER_SAID_NO, Session
from tray_app.cli.update_check import Found, Memory, UpdateCheck
from tray_app.cli.updating import Updating
from tray_app.core.names import is_same_name
from tray_app.core.sharing import has_other_name
from tray_app.core.updates.verdicts import KEPT_NOWHERE_ELSE
from tray_app.text import tr


class Replacing:
    """The models of `names` that are lost by a pull: they are asked about together, and pulled as
    updates, which keep what was there."""

    def __init__(self, session: Session, names: Iterable[str]) -> None:
        self._session = session
        self._memory = Memory(session)
        check = UpdateCheck(session, self._memory)
        self._updating = Updating(session, self._memory, check)
        wanted = [
            row
            for name in names
            for row in check.models
            if is_same_name(row.name, name) and not has_other_name(row, check.models)
        ]
        self._found: list[Found] = [
            found
            for found in check.remembered(wanted)
            if found.verdict.standing in KEPT_NOWHERE_ELSE
        ]
        self._memory.save()

    def has(self, name: str) -> bool:
        """Whether a pull of `name` would lose something."""
        return any(is_same_name(found.record.name, name) for found in self._found)

    def ask(self) -> int:
        """EXIT_DONE if they may be replaced; else why not was said."""
        session = self._session
        if not self._found or session.invocation.yes:
            return EXIT_DONE
        self._updating.print_losses(self._found, session.console.say)
        if not session.console.can_ask:
            session.console.say(
                tr(
                    "pull asks before it replaces what is kept nowhere else, and there is no"
                    " terminal to ask in."
                )
            )
            session.console.say(tr("Add -y to pull without asking."))
            return EXIT_USAGE
        if session.console.ask(self._updating.question(self._found)):
            return EXIT_DONE
        session.console.say(tr("Nothing was pulled."))
        return EXIT_SERVER_SAID_NO

    def work(self) -> int:
        """Pull them, or have the program do it that runs."""
        if not self._found:
            return EXIT_DONE
        code = self._updating.work(self._found)
        self._memory.save()
        return code
