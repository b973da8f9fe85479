"""Pictures of every window, dialog and menu, drawn without a display."""
