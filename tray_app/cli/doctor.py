"""The verb doctor: looks at everything, says what is wrong and what to do about it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tray_app import text
from tray_app.cli.console import columns, padded
from tray_app.cli.context import EXIT_DONE, Session, exit_code
from tray_app.cli.server_choice import load_settings
from tray_app.core.diagnosis import Diagnosis, ServerFacts, ServerTarget
from tray_app.desktop.instance.single_instance import InstanceCommand
from tray_app.diagnosis import Question, diagnose, instance_facts
from tray_app.paths import paths


def doctor(session: Session) -> int:
    """`doctor`: exit code 0, or that of the default server's error."""
    data_dir, target = session.invocation.data_dir, session.target
    settings, problem = load_settings(data_dir)
    question = Question(
        targets=(ServerTarget(target.endpoint, target.label, target.server_id, target.is_default),),
        where=paths(data_dir),
        settings=settings,
        settings_problem=problem,
        instance=instance_facts(session.ask_instance(InstanceCommand.STATUS, ())),
    )
    found = diagnose(question, session.client.scope)
    if session.invocation.as_json:
        session.console.data_json(_structured(found))
    else:
        _print(session, found)
    error = found.servers[0].error
    return EXIT_DONE if error is None else exit_code(error)


def _print(session: Session, found: Diagnosis) -> None:
    console = session.console
    findings = text.diagnosis_findings(found)
    console.data(text.diagnosis_summary(len(findings)))
    for finding in findings:
        console.data(f"- {finding.problem}")
        if finding.advice:
            console.data(f"  {finding.advice}")
    for section in text.diagnosis_facts(found):
        console.data("")
        console.data(section.title)
        width = max(columns(label) for label, _ in section.rows)
        for label, value in section.rows:
            console.data(f"  {padded(label, width)}  {value}" if label else f"  {value}")


def _structured(found: Diagnosis) -> dict[str, Any]:
    answer = asdict(found)
    answer["settings"] = dict(found.settings)
    answer["servers"] = [_server(server) for server in found.servers]
    answer["findings"] = [asdict(finding) for finding in text.diagnosis_findings(found)]
    return answer


def _server(server: ServerFacts) -> dict[str, Any]:
    answer = {key: value for key, value in asdict(server).items() if key != "error"}
    error = server.error
    answer["state"] = "online" if error is None else "error"
    if error is not None:
        message = text.error_text(
            error, server.label, address=server.address, is_installed=server.is_installed
        )
        answer |= {"error": type(error).__name__, "message": message.body or message.title}
    return answer
