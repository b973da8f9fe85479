"""What /api/tags, /api/ps and /api/show say alike about a model, and the whole row of a list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tray_app.demo.gojson import rfc3339

if TYPE_CHECKING:
    from tray_app.demo.store.naming import Ref
    from tray_app.demo.store.package import Package


def tags_row(ref: Ref, package: Package, modified_ns: int) -> dict[str, Any]:
    """One model in /api/tags."""
    name = ref.display
    details = details_of(package)
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
        **remote_of(package),
        "modified_at": rfc3339(modified_ns),
        "size": package.size,
        "digest": package.digest,
        "details": details,
    }
    if package.capabilities:
        row["capabilities"] = list(package.capabilities)
    return row


def details_of(package: Package) -> dict[str, Any]:
    """The `details` object."""
    config = package.details
    return {
        "parent_model": package.parent,
        "format": config.get("model_format", ""),
        "family": config.get("model_family", ""),
        "families": config.get("model_families") or None,
        "parameter_size": config.get("model_type", ""),
        "quantization_level": config.get("file_type", ""),
    }


def remote_of(package: Package) -> dict[str, Any]:
    """Where a cloud model really is; {} for one that is here."""
    found = {key: package.details.get(key) for key in ("remote_model", "remote_host")}
    return {key: value for key, value in found.items() if value}
