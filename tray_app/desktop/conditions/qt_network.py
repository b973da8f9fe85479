"""Metered or not, as Qt learns it from Windows, and from macOS where it can."""

from PySide6.QtCore import QObject, Slot
from PySide6.QtNetwork import QNetworkInformation

from tray_app.desktop.conditions.base import Network


class QtNetwork(Network):
    """Signals and thread are those of Network."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._information: QNetworkInformation | None = None

    def start(self) -> None:
        wanted = QNetworkInformation.Feature.Metered
        if not QNetworkInformation.loadBackendByFeatures(wanted):
            return
        information = QNetworkInformation.instance()
        if information is None or not information.supports(wanted):
            return
        self._information = information
        information.isMeteredChanged.connect(self._on_metered_changed)
        self._take(information.isMetered())

    def close(self) -> None:
        if self._information is not None:
            self._information.isMeteredChanged.disconnect(self._on_metered_changed)
            self._information = None

    @Slot(bool)
    def _on_metered_changed(self, is_metered: bool) -> None:
        self._take(is_metered)
