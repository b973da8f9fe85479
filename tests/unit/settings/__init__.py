"""Tests of tray_app.settings."""
