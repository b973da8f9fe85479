"""The verb doctor: looks at everything, says what is wrong and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from tray_app import text
from tray_app.cli.console import Console, columns, padded
from tray_app.cli.context import EXIT_DONE, Session, exit_code
from tray_app.cli.server_choice import load_settings
from tray_app.core.diagnosis.facts import ServerFacts, ServerTarget
from tray_app.core.diagnosis.findings import Examination, Finding, FindingGroup
from tray_app.core.errors import BadAddress, OllamaError
from tray_app.core.sign_in import SignInKind
from tray_app.desktop.instance.single_instance import InstanceCommand
from tray_app.diagnosis.computer import instance_facts
from tray_app.diagnosis.lanes import examine
from tray_app.diagnosis.question import REGISTRY_URL, Question
from tray_app.diagnosis.releases import Releases
from tray_app.paths import paths
from tray_app.settings.servers import (
    HOST_VARIABLE,
    ServerEntry,
    address_of,
    all_servers,
    default_of,
    endpoint_of,
)

if TYPE_CHECKING:
    from tray_app.settings.values import SettingsValues


def doctor(session: Session) -> int:
    """`doctor`: exit code 0, or that of the error of a server, the default one's first."""
    data_dir = session.invocation.data_dir
    settings, problem = load_settings(data_dir)
    where = paths(data_dir)
    asks = settings.look_for_ollama != "never"
    question = Question(
        targets=_targets(session, settings),
        where=where,
        settings=settings,
        settings_problem=problem,
        instance=instance_facts(session.ask_instance(InstanceCommand.STATUS, ())),
        releases=Releases(where.releases_file) if asks else None,
        registry_url=REGISTRY_URL,
        environ=session.console.environ,
    )
    found = examine(question, session.client.scope)
    if session.invocation.as_json:
        session.console.data_json(_structured(found))
    else:
        _print(session.console, found)
    servers = sorted(found.server_facts, key=lambda one: not one.is_default)
    errors = [server.error for server in servers if server.error is not None]
    return exit_code(errors[0]) if errors else EXIT_DONE


def _targets(session: Session, settings: SettingsValues) -> tuple[ServerTarget, ...]:
    """The server that is named, else all that are on; with the sign-in of this command for the one
    that it means."""
    chosen = session.target
    kind = SignInKind.NONE
    if chosen.endpoint.username:
        kind = SignInKind.PASSWORD
    elif chosen.endpoint.access.headers:
        is_token = [name for name, _ in chosen.endpoint.access.headers] == ["Authorization"]
        kind = SignInKind.TOKEN if is_token else SignInKind.HEADERS
    meant = ServerTarget(
        chosen.endpoint, chosen.label, chosen.server_id, chosen.is_default, sign_in=kind
    )
    if chosen.lacks:
        meant = replace(
            meant,
            endpoint=None,
            address=chosen.endpoint.display,
            sign_in=chosen.sign_in.kind,
            is_secret_unread=True,
        )
    if chosen.problem is not None:
        return _targets_of_settings(chosen.problem, session, settings)
    if session.invocation.server:
        return (meant,)
    found: list[ServerTarget] = []
    for entry in all_servers(settings.servers):
        if not entry.is_on:
            continue
        target, address = _target(entry, session.console.environ)
        if address == str(chosen.endpoint):
            is_unread = kind is SignInKind.NONE and target.is_secret_unread
            place = replace(
                meant, server_id=entry.id, label=entry.label, models_folder=entry.models_folder
            )
            found.append(replace(target, is_default=True) if is_unread else place)
        else:
            found.append(target)
    if any(str(target.endpoint) == str(chosen.endpoint) or target.is_default for target in found):
        return tuple(found)
    return (meant, *found)


def _targets_of_settings(
    problem: BadAddress, session: Session, settings: SettingsValues
) -> tuple[ServerTarget, ...]:
    """All that are on, where the address of the server that is meant is none."""
    environ = session.console.environ
    found = tuple(
        replace(_target(entry, environ)[0], is_default=_is_meant(entry, settings, environ))
        for entry in all_servers(settings.servers)
        if entry.is_on
    )
    if any(target.is_default for target in found):
        return found
    address = environ.get(HOST_VARIABLE, "").strip()
    return (ServerTarget(None, address=address, error=problem, is_given=True), *found)


def _is_meant(entry: ServerEntry, settings: SettingsValues, environ: Mapping[str, str]) -> bool:
    if environ.get(HOST_VARIABLE, "").strip():
        return entry.is_given
    return entry == default_of(all_servers(settings.servers), settings.default_server)


def _target(entry: ServerEntry, environ: Mapping[str, str]) -> tuple[ServerTarget, str]:
    """A server of the settings, and its address in full; "" where it is none."""
    target = ServerTarget(
        None,
        entry.label,
        entry.id,
        is_default=False,
        address=address_of(entry, environ),
        sign_in=entry.sign_in.kind,
        models_folder=entry.models_folder,
        is_given=entry.is_given,
    )
    try:
        endpoint = endpoint_of(entry, environ)
    except OllamaError as error:
        return replace(target, error=error), ""
    if entry.sign_in.needs_secret:
        return replace(target, is_secret_unread=True), str(endpoint)
    return replace(target, endpoint=endpoint), str(endpoint)


def _print(console: Console, found: Examination) -> None:
    console.data(text.doctor_head(found).title)
    for group, findings in text.grouped(found.findings()):
        console.data("")
        console.data(text.group_title(group))
        if group is FindingGroup.FINE:
            for line in text.fine_lines(findings):
                console.data(f"- {line}")
            continue
        for finding in findings:
            _print_finding(console, finding)
    if found.diagnosis is None:
        return
    for section in text.diagnosis_facts(found.diagnosis):
        console.data("")
        console.data(section.title)
        width = max(columns(label) for label, _ in section.rows)
        for label, value in section.rows:
            console.data(f"  {padded(label, width)}  {value}" if label else f"  {value}")


def _print_finding(console: Console, finding: Finding) -> None:
    words = text.finding_words(finding)
    console.data(f"- {words.title}")
    for line in (words.why, words.command, text.finding_advice(finding), *words.how_to):
        if line:
            console.data(f"  {line}")


def _structured(found: Examination) -> dict[str, Any]:
    facts = found.diagnosis
    answer: dict[str, Any] = {}
    if facts is not None:
        answer = {
            key: value
            for key, value in asdict(facts).items()
            if key not in ("servers", "private", "registry_error")
        }
        answer["settings"] = dict(facts.settings)
        answer["servers"] = [_server(server) for server in facts.servers]
    answer["findings"] = [
        _finding(each) for each in found.findings() if each.group is not FindingGroup.FINE
    ]
    answer["fine"] = [str(each.kind) for each in found.findings() if each.is_fine]
    return answer


def _finding(finding: Finding) -> dict[str, Any]:
    words = text.finding_words(finding)
    return {
        "kind": str(finding.kind),
        "group": str(finding.group),
        "tone": str(finding.tone),
        "server": finding.server,
        "problem": words.title,
        "reason": words.why,
        "advice": text.finding_advice(finding),
        "command": words.command,
        "details": list(finding.details),
    }


def _server(server: ServerFacts) -> dict[str, Any]:
    left_out = ("error", "store", "install", "secret", "sign_in", "sent_headers")
    answer = {key: value for key, value in asdict(server).items() if key not in left_out}
    error = server.error
    answer["state"] = "online" if error is None else "error"
    if not server.is_asked and error is None:
        answer["state"] = "waiting"
    if error is not None:
        message = text.error_text(
            error, server.label, address=server.address, is_installed=server.is_installed
        )
        answer |= {"error": type(error).__name__, "message": message.body or message.title}
    return answer
