"""The HTTP library underneath, for reports about faults."""

from __future__ import annotations

from tray_app.ollama.slim import requests


def requests_version() -> str:
    """Of requests, in whose hands every connection is."""
    return requests.__version__
