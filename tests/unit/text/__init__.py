"""Tests of tray_app.text."""
