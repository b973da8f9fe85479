"""What a download knows beyond a pull when it is an update: what is done around it, and how far."""

from __future__ import annotations

from enum import StrEnum

from tray_app.core.lazy_dataclasses import dataclass


class UpdateStep(StrEnum):
    """What is done before the first byte."""

    LOOKING = "looking"  # is there still a newer version, and still the old one here?
    KEEPING = "keeping"  # the old version gets a name of its own
    UNLOADING = "unloading"


@dataclass(frozen=True, slots=True)
class UpdatePlan:
    """`keep_days`: how long the old version is kept, 0 = it is not; `loads_again`: what was loaded
    is to be loaded again afterwards.

    What has been done is added: `kept_name` is the name of the old version now, `was_loaded`
    whether it was in memory, with `context_length`; `keep_alive_s` how long it would have stayed
    there, -1 = until somebody unloads it, None = not known. `was_current`: there was nothing to
    pull, so nothing was; `kept_layers`: the server could not remove what nobody uses any more.
    """

    keep_days: int = 0
    loads_again: bool = False
    step: UpdateStep | None = None
    kept_name: str = ""
    was_loaded: bool = False
    keep_alive_s: int | None = None
    context_length: int | None = None
    was_current: bool = False
    kept_layers: bool = False
