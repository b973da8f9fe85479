"""A terminal in a test: typed words in, what came out and the exit code back."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes import FaultyServer
from tray_app.cli import parse_args, terminal
from tray_app.cli.arguments import Command, Invocation
from tray_app.cli.console import Console
from tray_app.desktop.instance.single_instance import (
    Handover,
    InstanceAnswer,
    InstanceCommand,
    Outcome,
)
from tray_app.ollama import Registry


class Tty(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@dataclass
class Instance:
    """The program that runs, or does not, and what it was asked."""

    handover: Handover = field(default_factory=lambda: Handover(Outcome.NOBODY))
    asked: list[tuple[InstanceCommand, tuple[str, ...]]] = field(default_factory=list)

    def __call__(self, command: InstanceCommand, args: tuple[str, ...]) -> Handover:
        self.asked.append((command, args))
        return self.handover

    def answers(self, is_ok: bool = True, **data: object) -> None:
        self.handover = Handover(Outcome.ANSWERED, InstanceAnswer(is_ok, data))


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


@dataclass
class Terminal:
    """Types commands at a server."""

    server: FaultyServer
    data_dir: Path
    instance: Instance = field(default_factory=Instance)
    environ: dict[str, str] = field(default_factory=dict)

    def settings(self, **values: object) -> None:
        """What stands in the settings file."""
        path = self.data_dir / "config" / "settings.json"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"version": 1, **values}), encoding="utf-8")

    def labels(self) -> Result:
        """What the completions of shells ask for."""
        return self._run(Invocation(Command.SERVERS, data_dir=self.data_dir))

    def __call__(self, *words: str, typed: str | None = None, is_tty: bool = False) -> Result:
        return self._run(parse_args([*words, "--data-dir", str(self.data_dir)]), typed, is_tty)

    def _run(
        self, invocation: Invocation, typed: str | None = None, is_tty: bool = False
    ) -> Result:
        kind = Tty if is_tty else io.StringIO
        stdin, stdout, stderr = kind(typed or ""), kind(), kind()
        environ: Mapping[str, str] = {"OLLAMA_HOST": self.server.url, **self.environ}
        code = terminal.run(
            invocation,
            ask_instance=self.instance,
            console=Console(stdin, stdout, stderr, environ),
            registry=Registry({"registry.ollama.ai": self.server.url}),
        )
        return Result(code, stdout.getvalue(), stderr.getvalue())
