"""Watching which models are used, and remembering it."""
