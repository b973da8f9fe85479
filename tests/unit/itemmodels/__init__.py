"""Tests of the item models: signals counted, tables written in words. No QApplication."""
