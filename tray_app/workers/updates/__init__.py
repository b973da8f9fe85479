"""Asking registries for newer versions in the background, and what is remembered of it."""
