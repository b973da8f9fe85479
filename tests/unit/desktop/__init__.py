"""Tests of tray_app.desktop that need neither a display nor a bus."""
