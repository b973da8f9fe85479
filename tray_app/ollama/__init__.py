"""A small client library for Ollama servers, usable without Qt and from a REPL.

    >>> from tray_app.ollama import OllamaClient
    >>> with OllamaClient("127.0.0.1:11434") as client:
    ...     for model in client.find("llama3"):
    ...         print(model.name, model.size_bytes)
    ...     client.ensure("qwen3:8b")

Everything raises `OllamaError` of `tray_app.core.errors`. Importing this is cheap: each file is
loaded when the first of its names is asked for, requests at the first request.
"""

from typing import TYPE_CHECKING

from tray_app.core.lazy_names import lazy_names

if TYPE_CHECKING:
    from tray_app.core.endpoint import Endpoint
    from tray_app.core.estimate import is_up_to_date
    from tray_app.ollama.cancel import CancelScope
    from tray_app.ollama.client import CloudStatus, OllamaClient
    from tray_app.ollama.ensure import Ensured, InstallState, install_state
    from tray_app.ollama.local_store import LocalStore, models_folders
    from tray_app.ollama.registry import Registry, fetch_manifest, registry_url
else:
    __getattr__ = lazy_names(
        __name__,
        cancel="CancelScope",
        client="CloudStatus Endpoint OllamaClient",
        ensure="Ensured InstallState install_state is_up_to_date",
        local_store="LocalStore models_folders",
        registry="Registry fetch_manifest registry_url",
    )
