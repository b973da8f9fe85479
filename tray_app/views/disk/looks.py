"""What the row of an offer says, of the facts of now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING

from tray_app.core.lazy_dataclasses import dataclass
from tray_app.core.names import canonical
from tray_app.text.disk import offer_line, offer_size, spoken_offer
from tray_app.views.disk.rows import OfferLook

if TYPE_CHECKING:
    from tray_app.core.disk.freeing import Freeing, Offer, Ticks
    from tray_app.core.records import ModelKey
    from tray_app.state.app_state import AppState

KeptUntil = Mapping[tuple[str, str], datetime | None]


def kept_until(state: AppState, server_id: str) -> KeptUntil:
    """Until when old versions are kept, by canonical name and digest."""
    return {
        (canonical(made.name), made.digest): made.keep_until
        for made in state.backups
        if made.server_id == server_id
    }


@dataclass(frozen=True, slots=True)
class Tick:
    """Whether a person wants a model to be among those that go."""

    key: ModelKey
    is_ticked: bool


@dataclass(frozen=True)
class OfferFacts:
    """What rows are made of. `why_disabled` "" = they can be ticked."""

    freeing: Freeing
    ticks: Ticks
    now: datetime
    kept: KeptUntil = field(default_factory=dict)
    why_disabled: str = ""

    def look(self, offer: Offer) -> OfferLook:
        until = None
        if offer.standing.is_backup:
            until = self.kept.get((canonical(offer.record.name), offer.record.digest))
        line = offer_line(offer, self.now, kept_until=until)
        freed_bytes = self.ticks.bytes_of(offer.key)
        return OfferLook(
            offer.record.name,
            line,
            offer_size(freed_bytes, is_exact=offer.effect.is_exact),
            spoken_offer(offer.record.name, freed_bytes, line.text),
            self.ticks.is_ticked(offer.key),
            self.why_disabled,
        )
