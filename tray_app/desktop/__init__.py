"""The operating system: tray, notifications, one instance, start at login.

Views and workers are unknown here; `tray_app.app` connects.
"""
