"""What the parts of the demo server raise at each other."""

from __future__ import annotations


class ApiError(Exception):
    """An error for the client: HTTP status and the text of ``{"error": …}``."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class ClientGone(Exception):
    """The client closed its connection."""


class ServerStopping(Exception):
    """The server ends; whatever a request was doing is lost."""
