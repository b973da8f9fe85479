"""What Qt will wait for when it starts: asked beforehand, with a limit, while Qt is loaded."""
