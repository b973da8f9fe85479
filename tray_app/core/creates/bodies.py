"""What is sent to /api/create."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tray_app.core.creates.records import ModelChanges


def create_body(name: str, base: str, changes: ModelChanges) -> dict[str, object]:
    """The request for /api/create: only what is changed."""
    body: dict[str, object] = {"model": name, "name": name, "from": base, "stream": False}
    if changes.system is not None:
        body["system"] = changes.system
    if changes.template is not None:
        body["template"] = changes.template
    if changes.license is not None:
        body["license"] = changes.license
    if changes.parameters:
        body["parameters"] = {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in changes.parameters
        }
    if changes.messages is not None:
        body["messages"] = [
            {"role": role, "content": content} for role, content in changes.messages
        ]
    return body
