"""Widgets: they paint state and emit wishes. No network, no threads, no operating system."""
