"""Waking a computer that sleeps in one's own network: its hardware address and the packet."""

from __future__ import annotations

import re

from tray_app.core.lazy_patterns import lazy_pattern

_PAIRS = lazy_pattern(r"([0-9a-f]{2})([:-]?)([0-9a-f]{2})(?:\2([0-9a-f]{2})){4}", re.IGNORECASE)
_HEX = lazy_pattern(r"[0-9a-f]{2}", re.IGNORECASE)


def hardware_address(text: str) -> bytes | None:
    """The six bytes of a MAC address as typed, `3c:7c:3f:1a:2b:4d`, with "-" or nothing between
    them; None for what is none, or is nobody's or everybody's."""
    text = text.strip()
    if not _PAIRS.fullmatch(text):
        return None
    found = bytes.fromhex("".join(_HEX.findall(text)))
    # The lowest bit of the first byte says that it is a group's.
    return None if found[0] & 1 or not any(found) else found


def magic_packet(address: bytes) -> bytes:
    """The packet that wakes the network card of this address."""
    if len(address) != 6:
        raise ValueError("a hardware address has six bytes")
    return b"\xff" * 6 + address * 16
