"""Named fakes: a server with scripted faults and other stand-ins.

    with FaultyServer() as server:
        server.fault("/api/pull", faults.reset_mid_line(layer="last"), times=1)

The fixture is used by importing it: ``from tests.fakes import faulty_server``.
"""

from __future__ import annotations

from tests.fakes import data, faults, small
from tests.fakes.server import FaultyServer, ReceivedRequest, faulty_server

__all__ = ["FaultyServer", "ReceivedRequest", "data", "faults", "faulty_server", "small"]
