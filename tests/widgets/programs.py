"""The whole program on a server under test, without its start."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from tests.fakes import FaultyServer
from tray_app.app.application import Application
from tray_app.app.demo import Demo
from tray_app.cli import Invocation
from tray_app.desktop.instance.single_instance import SingleInstance
from tray_app.desktop.tray.tray import Tray
from tray_app.paths import paths
from tray_app.settings import ServerEntry


class Registries:
    """A server that is all registries, too, as in a demo."""

    def __init__(self, server: FaultyServer) -> None:
        self.server = ServerEntry("demo", "", server.url)
        self.registry_urls = {"*": server.url}

    def close(self) -> None:
        pass


@contextmanager
def running_program(
    qapp: QApplication, server: FaultyServer, folder: Path
) -> Iterator[Application]:
    """Its window is shown; it ends behind the block."""
    instance = SingleInstance(folder)
    assert instance.claim()
    made = Application(
        qapp,
        Tray(qapp),
        Invocation(data_dir=folder),
        paths(folder),
        instance,
        cast("Demo", Registries(server)),
    )
    made.connect_parts()  # and not started: its crash reporter would keep faults from the test
    made.servers.take()
    made.window.show()
    made._build_late()
    yield made
    end_program(made, instance)


def end_program(program: Application, instance: SingleInstance) -> None:
    """End it with all its windows: those of a program that has ended must not be there, half dead,
    when the next one sets the style of all that is."""
    program.after_loop()
    instance.close()
    program.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
