"""Faults in the stream of a pull.

`layer` says where they strike: "first", "middle", "last" or an index; None is the verify phase.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.fakes.server import Call, Fault
from tests.fakes.tap import Tap, hang_up, reset
from tray_app.demo.gojson import encode

Layer = int | str | None


def reset_mid_line(layer: Layer = "first") -> Fault:
    """Half a line, then a reset."""

    def strike(call: Call, tap: Tap, value: Any) -> None:
        tap.send_chunk(_half(value))
        reset(tap)

    return _at(layer, strike)


def stall_mid_line(layer: Layer = "first") -> Fault:
    """Half a line, then silence; the other half comes when the fault is lifted."""

    def strike(call: Call, tap: Tap, value: Any) -> None:
        line = encode(value) + b"\n"
        tap.send_chunk(line[:20])
        call.stall()
        tap.send_chunk(line[20:])

    return _at(layer, strike)


def stall(layer: Layer = "first") -> Fault:
    """The same line again and again, as when the registry sends nothing; None: silent verify."""

    def strike(call: Call, tap: Tap, value: Any) -> None:
        while not call.is_lifted:
            if layer is not None:
                tap.pass_line(value)
            tap.wait(call.server.state.tick_s)
        tap.pass_line(value)

    return _at(layer, strike)


def stall_in_check() -> Fault:
    """The files are being checked, and no line comes until the fault is lifted."""

    def fault(call: Call) -> None:
        def on_line(tap: Tap, value: Any) -> None:
            if value.get("status") == "writing manifest":
                call.stall()
            tap.pass_line(value)

        call.answer(Tap(call.exchange, on_line=on_line))

    return fault


def truncated_chunk(layer: Layer = "first") -> Fault:
    """A chunk that announces more than it has, then the end of the connection."""

    def strike(call: Call, tap: Tap, value: Any) -> None:
        tap.start_lines()
        line = encode(value)
        tap.send(f"{len(line) + 100:x}\r\n".encode() + line)
        hang_up(tap)

    return _at(layer, strike)


def truncated_line(layer: Layer = "first") -> Fault:
    """A line that stops in the middle of its JSON, then the proper end of the stream."""

    def strike(call: Call, tap: Tap, value: Any) -> None:
        tap.send_chunk(_half(value) + b"\n")
        _end(tap)

    return _at(layer, strike)


def error_line(text: str = "max retries exceeded: EOF", layer: Layer = "first") -> Fault:
    """An error in a stream whose status was 200."""

    def strike(call: Call, tap: Tap, value: Any) -> None:
        tap.pass_line({"error": text})
        _end(tap)

    return _at(layer, strike)


def close_without_success(layer: Layer = None) -> Fault:
    """The stream ends in good order, but too early."""

    def strike(_call: Call, tap: Tap, _value: Any) -> None:
        _end(tap)

    return _at(layer, strike)


def bad_utf8_line(layer: Layer = "first") -> Fault:
    """One line that is not UTF-8; the pull goes on."""

    def strike(call: Call, tap: Tap, value: Any) -> None:
        tap.send_chunk(b'{"status":"pulling \xff\xfe caf\xe9"}\n')
        tap.pass_line(value)

    return _at(layer, strike)


def long_line(size: int = 1_000_000, layer: Layer = "first") -> Fault:
    """One very long line; the pull goes on."""

    def strike(call: Call, tap: Tap, value: Any) -> None:
        tap.pass_line({"status": "pulling " + "x" * size})
        tap.pass_line(value)

    return _at(layer, strike)


def junk_lines(layer: Layer = "first") -> Fault:
    """Lines that are JSON but no progress: empty, a list, a number, null, wrong types."""

    def strike(call: Call, tap: Tap, value: Any) -> None:
        odd: dict[str, Any] = {"status": None, "digest": 7, "total": "many", "completed": [1]}
        tap.send_chunk(b"\n  \n")
        for junk in ([1, 2], 42, None, {}, odd):
            tap.pass_line(junk)
        tap.pass_line(value)

    return _at(layer, strike)


def total_zero() -> Fault:
    """Every total is 0."""
    return _each_line(lambda value: {**value, "total": 0} if "total" in value else value)


def completed_back(amount: int = 50_000_000, layer: Layer = "first") -> Fault:
    """Progress that jumps back once in a layer, as when a part has to be fetched again."""

    def strike(call: Call, tap: Tap, value: Any) -> None:
        tap.pass_line(value)
        tap.pass_line({**value, "completed": max(0, value.get("completed", 0) - amount)})

    return _at(layer, strike, line=2)


def over_complete() -> Fault:
    """More completed than there is."""
    return _each_line(
        lambda value: {**value, "completed": value["total"] * 2} if "total" in value else value
    )


def _each_line(change: Callable[[Any], Any]) -> Fault:
    def fault(call: Call) -> None:
        call.answer(Tap(call.exchange, on_line=lambda tap, value: tap.pass_line(change(value))))

    return fault


def _at(layer: Layer, strike: Callable[[Call, Tap, Any], None], *, line: int = 0) -> Fault:
    """Let `strike` handle one line: the `line`-th of a layer, or what comes after it."""

    def fault(call: Call) -> None:
        digests = call.layers()
        wanted = _index(layer, len(digests))
        seen = 0
        has_struck = False

        def on_line(tap: Tap, value: Any) -> None:
            nonlocal seen, has_struck
            at = digests.index(value["digest"]) if value.get("digest") in digests else -1
            # A layer may be over without a line of its own; then the next line stands for it.
            is_past = at > wanted or value.get("status", "").startswith(("verifying", "writing"))
            if at == wanted:
                seen += 1
            if has_struck or not (is_past or seen > line):
                tap.pass_line(value)
                return
            has_struck = True
            strike(call, tap, value)

        call.answer(Tap(call.exchange, on_line=on_line))

    return fault


def _index(layer: Layer, count: int) -> int:
    if layer is None:
        return count
    if isinstance(layer, int):
        return layer
    return {"first": 0, "middle": count // 2, "last": max(0, count - 1)}[layer]


def _half(value: Any) -> bytes:
    line = json.dumps(value).encode()
    return line[: len(line) // 2]


def _end(tap: Tap) -> None:
    tap.start_lines()
    tap.end_stream()
    # The rest of the pull, if it goes on, has nobody to tell.
    hang_up(tap)
