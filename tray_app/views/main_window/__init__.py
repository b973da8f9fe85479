"""The one window and its parts."""
