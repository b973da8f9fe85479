"""A small client library for Ollama servers, usable without Qt and from a REPL.

    >>> from tray_app.ollama import OllamaClient
    >>> with OllamaClient("127.0.0.1:11434") as client:
    ...     for model in client.find("llama3"):
    ...         print(model.name, model.size_bytes)
    ...     client.ensure("qwen3:8b")

Everything raises `OllamaError` of `tray_app.core.errors`. Importing this is cheap: requests is
loaded at the first request.
"""

from tray_app.core.endpoint import DEFAULT_PORT, Endpoint
from tray_app.core.estimate import is_up_to_date
from tray_app.ollama.cancel import CancelScope
from tray_app.ollama.client import CloudStatus, OllamaClient
from tray_app.ollama.ensure import Ensured, InstallState, install_state
from tray_app.ollama.local_store import LocalStore, models_folders
from tray_app.ollama.registry import Registry, fetch_manifest, registry_url

__all__ = [
    "DEFAULT_PORT",
    "CancelScope",
    "CloudStatus",
    "Endpoint",
    "Ensured",
    "InstallState",
    "LocalStore",
    "OllamaClient",
    "Registry",
    "fetch_manifest",
    "install_state",
    "is_up_to_date",
    "models_folders",
    "registry_url",
]
