"""What is said when a name could not be looked up, or the server can't have the model."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tray_app.core import errors as e
from tray_app.text.names import registry_name
from tray_app.text.plain import one_line
from tray_app.text.pull_errors import pull_error_reason
from tray_app.text.wording import fill, tr

if TYPE_CHECKING:
    from tray_app.core.names import ModelName


def not_found(name: str) -> str:
    """Below the name field."""
    text = tr("{registry} has no model called “{name}”. Check the spelling and the tag.")
    return fill(text, registry=registry_name(name), name=one_line(name, 60))


def private_hint(name: ModelName) -> str:
    """Below the similar names; "" where nothing is known of private models."""
    if not name.is_default_host:
        return ""
    return tr(
        "Private models: the server must be signed in to ollama.com, or have its key added to "
        "the model’s owner."
    )


def needs_newer(server_label: str, version: str, needs: str) -> str:
    """Below the name field, when the server is too old for the model."""
    text = tr("“{server}” runs Ollama {version}. This model needs {needs} or newer.")
    if not needs or not version:
        text = tr("This model needs a newer Ollama than the one on “{server}”.")
    return fill(text, server=server_label, version=one_line(version, 20), needs=one_line(needs, 20))


def cloud_is_off(server_label: str) -> str:
    """About a model of the cloud, where its server may not use that."""
    text = tr("“{server}” has Ollama’s cloud switched off, so this model can’t run there.")
    return fill(text, server=server_label)


def already_here(name: str) -> str:
    """The title about an installed model of which no more is known."""
    return fill(tr("{name} is already here"), name=one_line(name, 120))


def unchecked(error: e.OllamaError, name: str) -> str:
    """Why it is not known whether an installed model is up to date."""
    registry = registry_name(name)
    if isinstance(error, e.ModelNotFound):
        text = tr("{registry} has no model with this name. It may have been made on the server.")
        return fill(text, registry=registry)
    text = tr("Can’t check for a newer version: no usable answer from {registry} ({reason}).")
    return fill(text, registry=registry, reason=lookup_reason(error))


def lookup_failed(error: e.OllamaError, name: str) -> tuple[str, str]:
    """Title and explanation when the registry told nothing."""
    if isinstance(error, e.Unauthorized | e.Forbidden):
        text = tr(
            "{registry} says nothing about this name unless you are signed in. The model may "
            "be private or may not exist. The server may have access, so you can still pull."
        )
    elif isinstance(error, e.Unreachable | e.TimedOut | e.TlsFailed | e.ProxyFailed):
        text = tr(
            "This computer can’t reach {registry} ({reason}). The server does the download "
            "itself, so you can still pull."
        )
    elif isinstance(error, e.PullFailed):
        own = tr("The server does the download itself, so you can still pull.")
        reason = pull_error_reason(error)
        return tr("Couldn’t look up the size"), f"{reason} {own}"
    else:
        text = tr(
            "{registry} gave no usable answer ({reason}). The server does the download itself, so "
            "you can still pull."
        )
    body = fill(text, registry=registry_name(name), reason=lookup_reason(error))
    return tr("Couldn’t look up the size"), body


def lookup_reason(error: e.OllamaError) -> str:
    """A few words, for parentheses."""
    if isinstance(error, e.Unreachable):
        return _UNREACHABLE[error.kind]()
    if isinstance(error, e.PullFailed) and error.kind in _PULL_FAILURES:
        return _PULL_FAILURES[error.kind]()
    if isinstance(error, e.ServerFailed | e.PullFailed) and error.status:
        return fill(tr("HTTP status {status}"), status=error.status)
    if isinstance(error, e.BadProxy) and error.is_socks:
        return tr("SOCKS proxies are not supported")
    return next((_REASONS[kind]() for kind in type(error).__mro__ if kind in _REASONS), "")


_UNREACHABLE: dict[e.UnreachableKind, Callable[[], str]] = {
    e.UnreachableKind.REFUSED: lambda: tr("nothing answers there"),
    e.UnreachableKind.NO_ROUTE: lambda: tr("no network route to it"),
    e.UnreachableKind.NAME_LOOKUP: lambda: tr("name lookup failed"),
    e.UnreachableKind.LOST: lambda: tr("the connection was lost"),
}
_PULL_FAILURES: dict[e.PullFailure, Callable[[], str]] = {
    e.PullFailure.REGISTRY_LIMITS: lambda: tr("too many requests for now"),
    e.PullFailure.WEB_PAGE: lambda: tr("a web page answers"),
}
_REASONS: dict[type, Callable[[], str]] = {
    e.TimedOut: lambda: tr("no answer in time"),
    e.TlsFailed: lambda: tr("no secure connection"),
    e.ProxyFailed: lambda: tr("the proxy refuses or doesn’t answer"),
    e.BadAddress: lambda: tr("its address isn’t valid"),
    e.BadProxy: lambda: tr("the address of the proxy is wrong"),
    e.Unauthorized: lambda: tr("access refused"),
    e.Forbidden: lambda: tr("access refused"),
    e.ModelNotFound: lambda: tr("not found"),
    e.NotOllama: lambda: tr("another page answers"),
    e.TooOld: lambda: tr("it asks for a newer Ollama"),
    e.OllamaError: lambda: tr("unreadable answer"),
}
