"""What portals are asked and what they answer. Without Qt: for the window and for threads."""

from enum import StrEnum

from jeepney import DBusAddress, MatchRule

from tray_app.core.lazy_dataclasses import dataclass

PORTAL = "org.freedesktop.portal.Desktop"
PORTAL_PATH = "/org/freedesktop/portal/desktop"
REQUEST = "org.freedesktop.portal.Request"
PORTAL_TIMEOUT_S = 10.0
"""For the portal to say that it has begun to ask; a person may take any time."""


class PortalOutcome(StrEnum):
    """How a request ended."""

    DONE = "done"
    REFUSED = "refused"  # by a person, now or for good
    FAILED = "failed"
    ABSENT = "absent"  # there is no such portal
    SILENT = "silent"  # it is there and says nothing


@dataclass(frozen=True, slots=True)
class PortalAnswer:
    """`results` are without their types."""

    outcome: PortalOutcome
    results: dict[str, object]


_OUTCOMES = {0: PortalOutcome.DONE, 1: PortalOutcome.REFUSED}


def portal_address(interface: str) -> DBusAddress:
    """Where all portals are."""
    return DBusAddress(PORTAL_PATH, bus_name=PORTAL, interface=interface)


def response_rule() -> MatchRule:
    """Lets the answers of requests through."""
    return MatchRule(type="signal", sender=PORTAL, interface=REQUEST, member="Response")


def read_response(body: tuple[object, ...]) -> PortalAnswer:
    """What a request's Response says."""
    code = body[0] if body else None
    given = body[1] if len(body) > 1 else None
    found = given.items() if isinstance(given, dict) else ()
    results = {
        str(key): value[1] for key, value in found if isinstance(value, tuple) and len(value) == 2
    }
    outcome = _OUTCOMES.get(code, PortalOutcome.FAILED) if isinstance(code, int) else None
    return PortalAnswer(outcome or PortalOutcome.FAILED, results)
