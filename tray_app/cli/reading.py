"""The verbs that only look at the server: list, show, ps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tray_app import text
from tray_app.cli import json_output
from tray_app.cli.context import EXIT_DONE, Session
from tray_app.core.errors import TooOld
from tray_app.text import MISSING, tr

if TYPE_CHECKING:
    from tray_app.core.records import ModelInfo, ModelRecord, RunningModel
    from tray_app.core.use.ledger import LastUse


def list_models(session: Session) -> int:
    """`list [PREFIX]`: newest first, as `ollama list` does, or what was used last."""
    if session.invocation.sort == "used":
        return _list_used(session)
    wanted = session.invocation.prefix
    found = session.client.find(wanted) if wanted else session.client.list_models()
    # Models of the same second come in random order.
    models = sorted(found, key=lambda model: model.name.casefold())
    models.sort(key=_modified_s, reverse=True)
    if session.invocation.as_json:
        session.console.data_json([_named(session, json_output.model(model)) for model in models])
    elif models:
        head = (tr("NAME"), tr("PARAMETERS"), tr("QUANTIZATION"), tr("SIZE"), tr("MODIFIED"))
        now = datetime.now(UTC)
        session.console.table([*head, tr("ID")], [_model_row(model, now) for model in models])
    elif wanted:
        session.console.say(tr("No model’s name starts with “{prefix}”.").format(prefix=wanted))
    else:
        session.console.say(tr("No models are installed."))
    return EXIT_DONE


def _list_used(session: Session) -> int:
    from tray_app.cli.uses import last_uses, newest_first

    wanted, now = session.invocation.prefix, datetime.now(UTC)
    found = session.client.find(wanted) if wanted else session.client.list_models()
    uses = last_uses(session, found, now)
    models = sorted(found, key=lambda model: model.name.casefold())
    models.sort(key=lambda model: newest_first(uses.get(model.name)), reverse=True)
    if session.invocation.as_json:
        rows = [
            {**json_output.model(model), **json_output.last_use(uses.get(model.name))}
            for model in models
        ]
        session.console.data_json([_named(session, row) for row in rows])
        return EXIT_DONE
    if models:
        head = (tr("NAME"), tr("PARAMETERS"), tr("QUANTIZATION"), tr("SIZE"), tr("LAST USED"))
        rows_of = [_used_row(model, uses.get(model.name), now) for model in models]
        session.console.table([*head, tr("ID")], rows_of)
    else:
        session.console.say(tr("No models are installed."))
    if models and not uses:
        session.console.say(tr("When models were used is not known: Ollama Tray hasn’t watched."))
    return EXIT_DONE


def _used_row(model: ModelRecord, use: LastUse | None, now: datetime) -> tuple[str, ...]:
    row = _model_row(model, now)
    return (*row[:4], text.last_used(use, now) if use is not None else MISSING, row[5])


def _named(session: Session, found: dict[str, Any]) -> dict[str, Any]:
    """With the server that it is of."""
    return {**found, "server": session.target.shown_in_json}


def _modified_s(model: ModelRecord) -> int:
    return int(model.modified_at.timestamp()) if model.modified_at else 0


def _model_row(model: ModelRecord, now: datetime) -> tuple[str, ...]:
    return (
        model.name,
        model.details.parameter_size or MISSING,
        model.details.quantization_level or MISSING,
        tr("cloud") if model.is_cloud else text.size(model.size_bytes),
        text.age(model.modified_at, now) if model.modified_at else MISSING,
        model.short_digest,
    )


def show(session: Session) -> int:
    """`show NAME`."""
    info = session.client.details(session.invocation.names[0])
    if session.invocation.as_json:
        session.console.data_json(_named(session, json_output.info(info)))
        return EXIT_DONE
    session.console.fields(_overview(info, session))
    sections = (
        (tr("System prompt"), info.system),
        (tr("Parameters"), info.parameters),
        (tr("License"), _head(info.license)),
    )
    for title, body in sections:
        if body:
            session.console.data("")
            session.console.data(title)
            for line in body.splitlines():
                session.console.data(f"  {line}")
    return EXIT_DONE


def _overview(info: ModelInfo, session: Session) -> list[tuple[str, str]]:
    details = info.details
    installed = session.client.list_models()
    stored = (model for model in installed if not model.is_cloud)
    record = next((model for model in stored if model.name == info.name), None)
    return [
        (tr("Name"), info.name),
        (tr("Size"), text.exact_size(record.size_bytes) if record else ""),
        (tr("Frees if deleted"), _frees(record, installed, session) if record else ""),
        (tr("Runs on"), info.remote_host),
        (tr("Modified"), text.full_time(info.modified_at) if info.modified_at else ""),
        (tr("Parameters", "their number"), details.parameter_size),
        (tr("Quantization"), details.quantization_level),
        (tr("Family"), details.family),
        (tr("Format"), details.format),
        (tr("Context length"), _number(info.info("context_length"))),
        (tr("Embedding length"), _number(info.info("embedding_length"))),
        (tr("Capabilities"), ", ".join(info.capabilities)),
        (tr("Needs Ollama"), info.requires),
        (tr("Digest"), info.digest),
    ]


def _frees(record: ModelRecord, installed: tuple[ModelRecord, ...], session: Session) -> str:
    from tray_app.core.sharing import freed
    from tray_app.ollama.layers import read_layer_index

    layer_index = read_layer_index(session.client, installed)
    return text.frees_if_deleted(freed([record], installed, layer_index))


def _number(value: object) -> str:
    return text.number(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _head(license_text: str) -> str:
    """The title and the copyright line of a licence; the whole is in `--json`."""
    lines = [line.strip() for line in license_text.splitlines() if line.strip()]
    return "\n".join(lines[:2])


def ps(session: Session) -> int:
    """`ps`: the models in memory."""
    rows = session.client.list_running()
    if rows is None:
        raise TooOld(session.target.endpoint.display, "", "0.1.38")
    if session.invocation.as_json:
        session.console.data_json([_named(session, json_output.running(row)) for row in rows])
    elif rows:
        head = (tr("NAME"), tr("ID"), tr("SIZE"), tr("PROCESSOR"), tr("CONTEXT"), tr("UNTIL"))
        now = datetime.now(UTC)
        session.console.table(head, [_running_row(row, now) for row in rows])
    else:
        session.console.say(tr("No model is loaded."))
    return EXIT_DONE


def _running_row(row: RunningModel, now: datetime) -> tuple[str, ...]:
    return (
        row.name,
        row.digest[:12],
        text.size(row.size_bytes),
        processor(row),
        text.number(row.context_length) if row.context_length else MISSING,
        until(row, now),
    )


def processor(row: RunningModel) -> str:
    """Where a model runs: "100% GPU", "100% CPU", "25%/75% CPU/GPU", as `ollama ps` says it."""
    size, graphics = row.size_bytes, row.size_vram_bytes
    if not size or graphics is None or graphics > size:
        return MISSING
    if graphics == 0:
        return tr("100% CPU")
    if graphics == size:
        return tr("100% GPU")
    # Never rounded to "0%/100%": that would be one of the cases above.
    share = min(99, max(1, round(graphics * 100 / size)))
    return tr("{cpu}%/{gpu}% CPU/GPU").format(cpu=100 - share, gpu=share)


def until(row: RunningModel, now: datetime) -> str:
    """When a model leaves the memory: "in 4 min", "Until unloaded", "Unloading"."""
    if row.expires_at is None or text.is_forever(row.expires_at, now):
        return tr("until unloaded")
    if row.expires_at <= now:
        return tr("unloading")
    seconds = (row.expires_at - now).total_seconds()
    return tr("in {time}").format(time=text.roughly(seconds))
