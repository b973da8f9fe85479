"""D-Bus with jeepney: a connection with a thread of its own, the session bus, the system bus."""
