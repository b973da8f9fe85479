"""The settings dialog, a file for each page."""
