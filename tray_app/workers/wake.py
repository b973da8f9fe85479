"""WakeJob: sends the packet that wakes a computer in one's own network."""

from __future__ import annotations

import socket

from tray_app.core.errors import OllamaError
from tray_app.core.wake import magic_packet
from tray_app.workers.runner import Job

EVERYBODY = "255.255.255.255"
PORT = 9
"""Nobody listens there; the network card looks at every packet that passes."""


class WakeJob(Job):
    """Outcome: None, as nobody answers such a packet. Fails where it cannot be sent."""

    def __init__(
        self, server_id: str, hardware_address: bytes, broadcast: str = "", port: int = PORT
    ) -> None:
        super().__init__(("wake", server_id))
        self.server_id = server_id
        self._packet = magic_packet(hardware_address)
        self._to = (broadcast.strip() or EVERYBODY, port)

    def perform(self) -> None:
        try:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
                udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                udp.sendto(self._packet, self._to)
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise OllamaError(self._to[0], reason) from error
