"""argv → Invocation. Neither Qt nor requests is needed to learn what is wanted.

Help texts stay English: argparse's own words around them are.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from tray_app import APP_NAME, __version__
from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.surrogates import well_formed

if TYPE_CHECKING:
    import argparse

PROGRAM = "ollama-tray"
LINK_SCHEME = "ollama-tray:"
EXIT_USAGE = 2
EXIT_OUTDATED = 4
MAX_CONTEXT = 100_000_000
TOKEN_VARIABLE = "OLLAMA_TRAY_TOKEN"  # noqa: S105 - its name
QUANTIZE_TYPES = ("Q8_0", "Q4_K_M", "Q4_K_S")
_HIDDEN = "--hidden"
_LOGIN = "--login"
_SERVERS = "--complete-servers"


class Command(StrEnum):
    """What the command line asks for; WINDOW is the program itself, SERVERS for the completions of
    shells."""

    WINDOW = "window"
    LIST = "list"
    SHOW = "show"
    PS = "ps"
    PULL = "pull"
    RM = "rm"
    CP = "cp"
    MV = "mv"
    LOAD = "load"
    UNLOAD = "unload"
    KEEP = "keep"
    CREATE = "create"
    OUTDATED = "outdated"
    UPDATE = "update"
    PIN = "pin"
    UNPIN = "unpin"
    EXPORT = "export"
    IMPORT = "import"
    DOWNLOADS = "downloads"
    PAUSE = "pause"
    RESUME = "resume"
    CANCEL = "cancel"
    STATUS = "status"
    DOCTOR = "doctor"
    QUIT = "quit"
    SERVERS = "servers"


@dataclass(frozen=True, slots=True)
class Invocation:
    """One command line, understood. `server` is an address or the label of a server of the
    settings, "" = the default. `login`: started by the system at the start of a session, so hidden
    where the settings say so. `link` is an `ollama-tray:` link that the desktop opened. `context`
    is a number of tokens, `duration` how long a model stays, as it was typed."""

    command: Command = Command.WINDOW
    names: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    quantize: str = ""
    base: str = ""
    prefix: str = ""
    server: str = ""
    sort: str = "modified"
    as_json: bool = False
    wait: bool = False
    yes: bool = False
    no_projector: bool = False
    insecure: bool = False
    every: bool = False
    dry_run: bool = False
    tells_by_code: bool = False
    context: int | None = None
    duration: str = ""
    off: bool = False
    hidden: bool = False
    login: bool = False
    demo: bool = False
    verbose: bool = False
    data_dir: Path | None = None
    header_file: Path | None = None
    link: str = ""

    @property
    def is_window(self) -> bool:
        """Whether this starts (or raises) the program instead of doing a verb here."""
        return self.command is Command.WINDOW


def parse_args(argv: Sequence[str]) -> Invocation:
    """What `argv` (without the program) asks for. Wrong usage prints why and exits with 2;
    `--help` and `--version` print and exit with 0."""
    if not set(argv) - {_HIDDEN, _LOGIN}:
        return Invocation(hidden=_HIDDEN in argv, login=_LOGIN in argv)  # as the system starts it
    if argv[:1] == [_SERVERS]:
        return Invocation(Command.SERVERS)
    links = [word for word in argv if word.casefold().startswith(LINK_SCHEME)]
    found = _parser().parse_args([word for word in argv if word not in links])
    if found.server is not None and not found.server.strip():
        _fail("--server needs an address, or a label from the settings")
    if found.command is None and (found.server or found.header_file or found.demo is None):
        option = "--server" if found.server else "--header-file"
        _fail(f"{option} needs one of: {', '.join(_VERBS)}")
    is_bare_show = found.command == "show" and not found.name
    command = Command.WINDOW if found.command is None or is_bare_show else Command(found.command)
    if links and command is not Command.WINDOW:
        _fail("a link opens the window and can't be combined with a command")
    if command is not Command.WINDOW and (found.demo or found.hidden or found.login):
        _fail(f"--demo and --hidden start the window and can't be combined with {command}")
    _check_names(command, found)
    return Invocation(
        command=command,
        # Files and the folder are whatever bytes their names have; all else is text.
        names=tuple(map(well_formed, _names(found))),
        files=tuple(getattr(found, "files", None) or ()),
        quantize=(getattr(found, "quantize", "") or "").upper(),
        base=well_formed(getattr(found, "base", "") or ""),
        prefix=well_formed(getattr(found, "prefix", "") or ""),
        server=well_formed(found.server or ""),
        sort=getattr(found, "sort", "modified"),
        as_json=getattr(found, "json", False),
        wait=getattr(found, "wait", False),
        yes=getattr(found, "yes", False),
        no_projector=getattr(found, "no_projector", False),
        insecure=getattr(found, "insecure", False),
        every=getattr(found, "all", False),
        dry_run=getattr(found, "dry_run", False),
        tells_by_code=getattr(found, "exit_code", False),
        context=getattr(found, "context", None),
        duration=well_formed(getattr(found, "duration", "") or ""),
        off=getattr(found, "off", False),
        hidden=found.hidden,
        login=found.login,
        demo=found.demo,
        verbose=found.verbose,
        data_dir=found.data_dir,
        header_file=found.header_file,
        link=well_formed(links[-1]) if links else "",
    )


def _check_names(command: Command, found: argparse.Namespace) -> None:
    if command in _NAMES_OR_ALL and bool(found.names) == found.all:
        _fail(f"{command} needs names, or --all")
    if command is Command.KEEP and found.off and found.context is not None:
        _fail("keep takes --context or --off")


def _names(found: argparse.Namespace) -> tuple[str, ...]:
    if getattr(found, "source", None) is not None:
        return (found.source, found.destination)
    if getattr(found, "name", None):
        return (found.name,)
    return tuple(getattr(found, "names", None) or ())


_NAMES_OR_ALL = frozenset({Command.UPDATE, Command.PAUSE, Command.RESUME, Command.UNLOAD})
_VERBS = tuple(
    command.value for command in Command if command not in (Command.WINDOW, Command.SERVERS)
)


def _fail(message: str) -> NoReturn:
    _parser().error(message)


def _parser() -> argparse.ArgumentParser:
    import argparse  # 10 ms that a start without arguments need not wait for

    parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description=f"{APP_NAME}: the models of Ollama servers, in the tray and in the terminal. "
        "Without a command, the program starts, or comes to the front if it is running.",
        epilog="Exit codes: 0 done, 1 the server said no, 2 wrong usage, 3 no server answers, "
        "4 there are newer versions (outdated --exit-code), 130 interrupted. "
        "The server is --server, else OLLAMA_HOST, else the default one in the settings. "
        f"{TOKEN_VARIABLE} is sent to it as a bearer token.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    parser.add_argument(_HIDDEN, action="store_true", help="start in the tray, without the window")
    # Written into the system's autostart entry; no word for people.
    parser.add_argument(_LOGIN, action="store_true", help=argparse.SUPPRESS)
    parser.add_argument(
        "--demo", action="store_true", help="try everything on a demo server inside the program"
    )
    _add_common(parser, is_sub=False)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    _add_verbs(commands)
    return parser


def _add_verbs(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    verb = _verb(commands, Command.LIST, "list the installed models", aliases=["ls"])
    verb.add_argument("prefix", nargs="?", default="", help="only names that start with this")
    verb.add_argument(
        "--sort",
        choices=("modified", "used"),
        default="modified",
        help="used: by when Ollama Tray last saw it in use, which is listed too",
    )
    _add_json(verb)
    verb = _verb(commands, Command.SHOW, "show one model; without a name, the window")
    verb.add_argument("name", nargs="?", default="", metavar="NAME")
    _add_json(verb)
    _add_json(_verb(commands, Command.PS, "list the models in memory"))
    verb = _verb(
        commands, Command.PULL, "pull models or bring them up to date; resumes where a pull stopped"
    )
    verb.add_argument("names", nargs="+", metavar="NAME")
    _add_wait(verb)
    verb.add_argument(
        "--insecure",
        action="store_true",
        help="use plain http for the registry in the model's name",
    )
    verb.add_argument(
        "-y", "--yes", action="store_true", help="replace what is kept nowhere else without asking"
    )
    verb = _verb(commands, Command.RM, "delete models")
    verb.add_argument("names", nargs="+", metavar="NAME")
    verb.add_argument(
        "-y", "--yes", "-f", "--force", action="store_true", help="delete without asking"
    )
    verb = _verb(commands, Command.CP, "copy a model to another name; takes no disk space")
    _add_two_names(verb)
    verb = _verb(commands, Command.MV, "give a model another name; it is unloaded if it is loaded")
    _add_two_names(verb)
    verb = _verb(commands, Command.LOAD, "load a model into memory")
    verb.add_argument("name", metavar="NAME")
    _add_context(verb)
    verb.add_argument(
        "--for",
        dest="duration",
        default="",
        metavar="TIME",
        help="how long it stays after its last use, like 30m or 4h",
    )
    verb = _verb(commands, Command.UNLOAD, "unload models; those that are kept are kept no more")
    verb.add_argument("names", nargs="*", metavar="NAME")
    verb.add_argument("--all", action="store_true", help="all that are in memory")
    verb = _verb(commands, Command.KEEP, "keep a model in memory while the program runs")
    verb.add_argument("name", metavar="NAME")
    _add_context(verb)
    verb.add_argument("--off", action="store_true", help="keep it no more")
    verb = _verb(commands, Command.CREATE, "make a model of a GGUF file on the server")
    verb.add_argument("name", metavar="NAME", help="what it is to be called; nothing is replaced")
    verb.add_argument(
        "files",
        nargs="+",
        metavar="FILE",
        help="the model; its parts and the projector beside it are found",
    )
    verb.add_argument(
        "--quantize",
        default="",
        type=str.upper,
        choices=QUANTIZE_TYPES,
        metavar="TYPE",
        help=f"make it smaller: {', '.join(QUANTIZE_TYPES)}",
    )
    verb.add_argument(
        "--base", default="", metavar="NAME", help="the installed model that an adapter is for"
    )
    verb.add_argument(
        "--no-projector",
        action="store_true",
        help="leave the part out that lets it see or hear",
    )
    verb.add_argument(
        "-y", "--yes", action="store_true", help="create it also where that may not work"
    )
    _add_json(verb)
    verb = _verb(commands, Command.OUTDATED, "ask the registries for newer versions of models")
    _add_json(verb)
    verb.add_argument(
        "--exit-code",
        action="store_true",
        help=f"end with {EXIT_OUTDATED} if there are newer versions",
    )
    verb = _verb(commands, Command.UPDATE, "update models for which there are newer versions")
    verb.add_argument("names", nargs="*", metavar="NAME")
    verb.add_argument("--all", action="store_true", help="all of them, but for pinned ones")
    verb.add_argument("--dry-run", action="store_true", help="only say what would be done")
    verb.add_argument("-y", "--yes", action="store_true", help="update without asking")
    _add_wait(verb)
    verb = _verb(commands, Command.PIN, "leave models as they are, whatever is newer")
    verb.add_argument("names", nargs="+", metavar="NAME")
    verb = _verb(commands, Command.UNPIN, "let pinned models be updated again")
    verb.add_argument("names", nargs="+", metavar="NAME")
    verb = _verb(
        commands, Command.EXPORT, "write the list of models to a file, or to standard output"
    )
    verb.add_argument("name", nargs="?", default="", metavar="FILE")
    verb.add_argument(
        "--json", action="store_true", help="with recipes; as is a FILE that ends in .json"
    )
    verb = _verb(commands, Command.IMPORT, "have the models of a list here; deletes nothing")
    verb.add_argument("name", metavar="FILE", help="a list, - for standard input")
    verb.add_argument("--dry-run", action="store_true", help="only say what would be done")
    verb.add_argument("-y", "--yes", action="store_true", help="import without asking")
    _add_wait(verb)
    verb = _verb(commands, Command.DOWNLOADS, "list the downloads of the running program")
    _add_json(verb)
    for command, words in (
        (Command.PAUSE, "pause downloads of the running program"),
        (Command.RESUME, "let paused downloads go on, and try failed ones again"),
    ):
        verb = _verb(commands, command, words)
        verb.add_argument("names", nargs="*", metavar="NAME")
        verb.add_argument("--all", action="store_true", help="all of them")
    verb = _verb(commands, Command.CANCEL, "cancel downloads of the running program")
    verb.add_argument("names", nargs="+", metavar="NAME")
    verb.add_argument("-y", "--yes", action="store_true", help="cancel without asking")
    _add_json(_verb(commands, Command.STATUS, "show the state of the server, in a few lines"))
    _add_json(_verb(commands, Command.DOCTOR, "find out what is wrong, and say what to do"))
    _verb(commands, Command.QUIT, "quit the running program")


def _verb(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    command: Command,
    help_text: str,
    aliases: Sequence[str] = (),
) -> argparse.ArgumentParser:
    verb = commands.add_parser(
        command.value, help=help_text, description=help_text, aliases=aliases, allow_abbrev=False
    )
    verb.set_defaults(command=command.value)
    _add_common(verb, is_sub=True)
    return verb


def _add_common(parser: argparse.ArgumentParser, *, is_sub: bool) -> None:
    """Options that may stand before or after the verb. A verb's parser must not reset what came
    before it, hence no default there."""
    import argparse

    default = argparse.SUPPRESS if is_sub else None
    parser.add_argument(
        "--server", default=default, metavar="SERVER", help="address, or label in the settings"
    )
    parser.add_argument(
        "--data-dir", type=Path, default=default, metavar="DIR", help="keep all files under DIR"
    )
    parser.add_argument(
        "--header-file",
        type=Path,
        default=default,
        metavar="FILE",
        help="lines of “Name: value”, sent with every request to the server",
    )
    parser.add_argument(
        "-v",
        "--verbose",
        action="store_true",
        default=argparse.SUPPRESS if is_sub else False,
        help="log more",
    )


def _add_two_names(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", metavar="SOURCE")
    parser.add_argument("destination", metavar="DEST")


def _add_context(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--context",
        type=_context,
        default=None,
        metavar="N",
        help="tokens of context, like 16384 or 16k",
    )


def _context(words: str) -> int:
    """A number of tokens. Raises ValueError, which argparse says in its own words."""
    digits = words.replace(",", "").replace("_", "").strip().lower()
    value = int(digits.removesuffix("k")) * (1024 if digits.endswith("k") else 1)
    if not 1 <= value <= MAX_CONTEXT:
        raise ValueError(words)
    return value


def _add_wait(verb: argparse.ArgumentParser) -> None:
    verb.add_argument(
        "--wait",
        action="store_true",
        help="pull here, even if the program is running and could do it",
    )


def _add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="machine-readable output")
