"""``python -m tray_app.demo``: run a demo server until it is interrupted."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
import threading
from pathlib import Path

from tray_app.demo.catalogue.library import many
from tray_app.demo.server import DemoServer

_UNITS = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9}


def parse_size(text: str) -> float:
    """Bytes of ``50MB``, ``1.5G`` or a plain number; for argparse."""
    match = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([KMG]?)B?(?:/S)?\s*", text.upper())
    if match is None:
        raise argparse.ArgumentTypeError(f"not a size: {text!r}")
    return float(match[1]) * _UNITS[match[2]]


def main(arguments: list[str] | None = None) -> int:
    """Serve until SIGINT or SIGTERM."""
    parser = argparse.ArgumentParser(prog="python -m tray_app.demo", description=__doc__)
    parser.add_argument("--port", type=int, default=11434, help="0 takes a free one")
    parser.add_argument(
        "--speed", type=parse_size, default=40e6, help="of pulls, as 50MB; 0 stalls"
    )
    parser.add_argument("--models", type=int, default=0, help="generated models to add")
    parser.add_argument("--disk-free", type=parse_size, help="as 30GB; without it, endless")
    options = parser.parse_args(arguments)
    free = None if options.disk_free is None else int(options.disk_free)
    server = DemoServer(options.port, speed_bytes_s=options.speed, disk_free_bytes=free)
    server.state.extend(many(options.models))
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    try:
        server.start()
    except OSError as error:
        print(f"cannot listen on port {options.port}: {error}", file=sys.stderr)  # noqa: T201
        return 1
    try:
        print(f"demo server on {server.url}", flush=True)  # noqa: T201
    except OSError:  # nobody reads it, and the server can be asked all the same
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - until the end
    # Windows delivers a signal only between two bytecodes, so the wait must end now and then.
    while not done.wait(1.0):
        pass
    server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
