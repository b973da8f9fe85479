"""Tests of one module at a time, without a QApplication. Mirrors tray_app/."""
