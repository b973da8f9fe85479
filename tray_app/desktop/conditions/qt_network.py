"""Online or not, metered or not, as Qt learns it from Windows, and from macOS where it can."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtNetwork import QNetworkInformation

from tray_app.desktop.conditions.base import Network

_Feature = QNetworkInformation.Feature
_Reachability = QNetworkInformation.Reachability


class QtNetwork(Network):
    """Signals and thread are those of Network."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._information: QNetworkInformation | None = None

    def start(self) -> None:
        # Every backend tells this; not every one of them what it costs.
        if not QNetworkInformation.loadBackendByFeatures(_Feature.Reachability):
            return
        self._information = information = QNetworkInformation.instance()
        information.reachabilityChanged.connect(self._on_reachability_changed)
        self._on_reachability_changed(information.reachability())
        if information.supports(_Feature.Metered):
            information.isMeteredChanged.connect(self._on_metered_changed)
            self._take(information.isMetered())

    def close(self) -> None:
        information, self._information = self._information, None
        if information is not None:
            information.reachabilityChanged.disconnect(self._on_reachability_changed)
            if information.supports(_Feature.Metered):
                information.isMeteredChanged.disconnect(self._on_metered_changed)

    @Slot(bool)
    def _on_metered_changed(self, is_metered: bool) -> None:
        self._take(is_metered)

    @Slot(object)
    def _on_reachability_changed(self, reachability: _Reachability) -> None:
        is_told = reachability is not _Reachability.Unknown
        self._take_online(reachability is not _Reachability.Disconnected if is_told else None)
