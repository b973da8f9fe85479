"""The JSON objects of /api/tags, /api/ps and /api/show, in the server's order of keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tray_app.demo.gojson import printed, rfc3339
from tray_app.demo.package import Package, Weights
from tray_app.demo.running import Running
from tray_app.demo.state import DemoState, Installed

DEFAULT_TEMPLATE = "{{ .Prompt }}"


def tags(state: DemoState) -> dict[str, Any]:
    """The answer of /api/tags."""
    return {"models": [_tags_row(item) for item in state.installed()]}


def ps(state: DemoState) -> dict[str, Any]:
    """The answer of /api/ps."""
    return {"models": [_ps_row(row) for row in state.memory.rows()]}


def show(
    state: DemoState,
    item: Installed,
    *,
    verbose: bool = False,
    system: str = "",
    options: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The answer of /api/show."""
    package = item.package
    weights = package.weights
    system = system or package.text("system")
    parameters = package.parameters
    template = package.text("template")
    if not template and weights is not None:
        template = str(weights.kv.get("tokenizer.chat_template", DEFAULT_TEMPLATE))
    answer: dict[str, Any] = {
        "license": "\n".join(package.texts("license")),
        "modelfile": _modelfile(state, item, system, {**parameters, **(options or {})}),
        "parameters": "\n".join(_parameter_lines(parameters)),
        "template": template or DEFAULT_TEMPLATE,
        "system": system,
    }
    answer = {key: text for key, text in answer.items() if text}
    answer["details"] = _details(package)
    if package.text("messages"):
        answer["messages"] = package.messages
    remote = _remote(package)
    answer |= remote
    if remote or weights is None:
        answer["model_info"] = _remote_info(package)
    else:
        answer["model_info"] = _model_info(weights, verbose)
        if package.projector is not None:
            answer["projector_info"] = _model_info(package.projector, verbose)
        answer["tensors"] = [
            {"name": name, "type": kind, "shape": list(shape)}
            for name, kind, shape in weights.tensors
        ]
    if package.capabilities:
        answer["capabilities"] = list(package.capabilities)
    answer["modified_at"] = rfc3339(item.modified_ns)
    if package.details.get("requires"):
        answer["requires"] = package.details["requires"]
    return answer


def _tags_row(item: Installed) -> dict[str, Any]:
    package = item.package
    name = item.ref.display
    details = _details(package)
    weights = package.weights
    context = weights.context_length if weights else package.details.get("context_length", 0)
    embedding = weights.embedding_length if weights else package.details.get("embedding_length", 0)
    if context:
        details["context_length"] = context
    if embedding:
        details["embedding_length"] = embedding
    row: dict[str, Any] = {
        "name": name,
        "model": name,
        **_remote(package),
        "modified_at": rfc3339(item.modified_ns),
        "size": package.size,
        "digest": package.digest,
        "details": details,
    }
    if package.capabilities:
        row["capabilities"] = list(package.capabilities)
    return row


def _ps_row(row: Running) -> dict[str, Any]:
    name = row.ref.display
    return {
        "name": name,
        "model": name,
        "size": row.size,
        "digest": row.package.digest,
        "details": {**_details(row.package), "parent_model": ""},
        "expires_at": rfc3339(row.expires_ns),
        "size_vram": row.size_vram,
        "context_length": row.context_length,
    }


def _details(package: Package) -> dict[str, Any]:
    config = package.details
    return {
        "parent_model": package.parent,
        "format": config.get("model_format", ""),
        "family": config.get("model_family", ""),
        "families": config.get("model_families") or None,
        "parameter_size": config.get("model_type", ""),
        "quantization_level": config.get("file_type", ""),
    }


def _remote(package: Package) -> dict[str, Any]:
    found = {key: package.details.get(key) for key in ("remote_model", "remote_host")}
    return {key: value for key, value in found.items() if value}


def _remote_info(package: Package) -> dict[str, Any]:
    config = package.details
    family = config.get("model_family")
    if not family:
        return {}
    values = {
        "general.architecture": family,
        "general.basename": config.get("base_name"),
        f"{family}.context_length": config.get("context_length"),
        f"{family}.embedding_length": config.get("embedding_length"),
    }
    return {key: values[key] for key in sorted(values) if values[key]}


def _model_info(weights: Weights, verbose: bool) -> dict[str, Any]:
    hidden = ("general.name", "tokenizer.chat_template")
    info = {key: value for key, value in weights.kv.items() if key not in hidden}
    for key, value in info.items():
        if isinstance(value, (list, range)):
            info[key] = _array(key, value) if verbose else None
    return {key: info[key] for key in sorted(info)}


def _array(key: str, value: list[Any] | range) -> list[Any]:
    if isinstance(value, list):
        return value
    # A range stands for a vocabulary: only its length is believable, so its words are made up.
    if key.endswith("token_type"):
        return [1] * len(value)
    word = "t{0} t{1}" if key.endswith("merges") else "t{0}"
    return [word.format(index, index + 1) for index in value]


def _parameter_lines(parameters: Mapping[str, Any]) -> list[str]:
    return [f"{key:<30} {printed(value)}" for key, value in _flat(parameters)]


def _flat(parameters: Mapping[str, Any]) -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key in sorted(parameters):
        value = parameters[key]
        pairs += [(key, each) for each in (value if isinstance(value, list) else [value])]
    return pairs


def _modelfile(
    state: DemoState, item: Installed, system: str, parameters: Mapping[str, Any]
) -> str:
    package = item.package
    lines = [
        '# Modelfile generated by "ollama show"',
        "# To build a new Modelfile based on this, replace FROM with:",
        f"# FROM {item.ref.display}",
        "",
    ]
    files = [layer for layer in package.layers if layer.kind in ("model", "projector")]
    lines += [f"FROM {state.blob_path(layer.digest)}" for layer in files] or ["FROM "]
    lines.append(f"TEMPLATE {_quoted(package.text('template') or DEFAULT_TEMPLATE)}")
    if system:
        lines.append(f"SYSTEM {_quoted(system)}")
    for key, value in _flat(parameters):
        plain = value if isinstance(value, str) else printed(value)
        lines.append(f"PARAMETER {key} {_quoted(plain)}")
    lines += [f"LICENSE {_quoted(text)}" for text in package.texts("license")]
    for message in package.messages:
        lines.append(f"MESSAGE {message['role']} {_quoted(message['content'])}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    if "\n" not in text and text == text.strip(" "):
        return text
    return f'"""{text}"""' if '"' in text else f'"{text}"'
