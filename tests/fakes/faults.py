"""The faults that a FaultyServer can be told to have: whole answers here, streams re-exported.

Every function returns a fault for `FaultyServer.fault`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fakes.server import Call, Fault
from tests.fakes.stream_faults import (
    bad_utf8_line,
    close_without_success,
    completed_back,
    error_line,
    junk_lines,
    long_line,
    over_complete,
    reset_mid_line,
    stall,
    stall_mid_line,
    total_zero,
    truncated_chunk,
    truncated_line,
)
from tests.fakes.tap import Tap, hang_up, reset
from tray_app.demo.gojson import encode

__all__ = [
    "bad_utf8",
    "bad_utf8_line",
    "close_before_headers",
    "close_without_success",
    "completed_back",
    "empty_ok",
    "endless_body",
    "error_html",
    "error_json",
    "error_line",
    "forbidden",
    "html_ok",
    "huge_body",
    "junk_lines",
    "long_line",
    "never_answer",
    "over_complete",
    "reply",
    "reply_json",
    "reset_before_headers",
    "reset_mid_line",
    "rewrite",
    "slow",
    "slow_headers",
    "stall",
    "stall_mid_line",
    "total_zero",
    "truncated_body",
    "truncated_chunk",
    "truncated_json",
    "truncated_line",
    "unauthorized",
]

HTML_PAGE = (
    b"<!DOCTYPE html><html><head><title>Welcome to nginx!</title></head>"
    b"<body><h1>502 Bad Gateway</h1><script>alert('x')</script></body></html>"
)


def never_answer() -> Fault:
    """Accept, read, and say nothing until the fault is lifted; then answer."""

    def fault(call: Call) -> None:
        call.stall()
        call.answer()

    return fault


def slow(seconds: float) -> Fault:
    """Answer after a while."""

    def fault(call: Call) -> None:
        call.exchange.wait(seconds)
        call.answer()

    return fault


def slow_headers(pause_s: float = 0.05) -> Fault:
    """Send the head of an answer byte by byte, for as long as the fault is armed."""

    def fault(call: Call) -> None:
        head = call.exchange.head(200, [("Content-Type", "application/json")])
        for byte in head:
            if call.is_lifted:
                break
            call.exchange.send(bytes([byte]))
            call.exchange.wait(pause_s)
        hang_up(call.exchange)

    return fault


def reset_before_headers() -> Fault:
    """Read the request and break the connection off."""
    return lambda call: reset(call.exchange)


def close_before_headers() -> Fault:
    """Read the request and hang up in good order."""
    return lambda call: hang_up(call.exchange)


def reply(status: int, body: bytes = b"", content_type: str | None = None) -> Fault:
    """Answer this instead."""
    return lambda call: call.exchange.reply(status, body, content_type)


def reply_json(status: int, value: Any) -> Fault:
    """Answer this JSON instead."""
    return lambda call: call.exchange.reply_json(status, value)


def error_json(status: int = 500, text: str = "llama runner process has terminated") -> Fault:
    """An error as Ollama words it."""
    return reply_json(status, {"error": text})


def error_html(status: int = 500) -> Fault:
    """An error page of something in between."""
    return reply(status, HTML_PAGE, "text/html")


def limited(wait_s: int) -> Fault:
    """What something in between answers that is asked too often."""
    headers = (("Retry-After", str(wait_s)),)
    return lambda call: call.exchange.reply(429, HTML_PAGE, "text/html", headers)


def html_ok() -> Fault:
    """A page with status 200: a router's login, or not Ollama at all."""
    return reply(200, HTML_PAGE, "text/html; charset=utf-8")


def empty_ok() -> Fault:
    """Status 200 and nothing."""
    return reply(200)


def forbidden() -> Fault:
    """What Ollama answers to a Host or Origin that it does not know."""
    return reply(403)


def unauthorized() -> Fault:
    """What a cloud model or a proxy with a password answers."""
    return reply_json(401, {"error": "unauthorized", "signin_url": "https://ollama.com/connect"})


def bad_utf8() -> Fault:
    """JSON whose text is not UTF-8."""
    return reply(200, b'{"models":[{"name":"caf\xe9\xff:latest"}]}', "application/json")


def truncated_json() -> Fault:
    """JSON that stops in the middle, in an answer that is complete as HTTP."""

    def fault(call: Call) -> None:
        def cut(value: Any) -> None:
            text = encode(value)
            call.exchange.reply(200, text[: max(1, len(text) // 2)], "application/json")

        call.answer(_JsonTap(call, cut))

    return fault


def truncated_body() -> Fault:
    """Announce more bytes than are sent, and hang up."""

    def fault(call: Call) -> None:
        fields = [("Content-Type", "application/json"), ("Content-Length", "100000")]
        call.exchange.send(call.exchange.head(200, fields) + b'{"models":[{"name":"qwen')
        hang_up(call.exchange)

    return fault


def huge_body(size: int = 1_000_000) -> Fault:
    """An answer with one very long text in it."""
    return reply_json(200, {"models": [], "note": "x" * size})


def endless_body(chunk: int = 65536) -> Fault:
    """An answer that never ends, as fast as it is read."""

    def fault(call: Call) -> None:
        call.exchange.start_stream("application/json")
        while not call.is_lifted and not call.exchange.is_gone:
            call.exchange.send_chunk(b" " * chunk)
            call.exchange.wait(0)
        hang_up(call.exchange)

    return fault


def rewrite(change: Callable[[Any], Any]) -> Fault:
    """Answer what `change` makes of the normal JSON."""
    return lambda call: call.answer(Tap(call.exchange, on_json=change))


class _JsonTap(Tap):
    """Hands the normal JSON answer to a function that answers itself."""

    def __init__(self, call: Call, take: Callable[[Any], None]) -> None:
        super().__init__(call.exchange)
        self._take = take

    def reply_json(self, status: int, value: Any, content_type: str = "") -> None:
        """Take it."""
        self._take(value)
