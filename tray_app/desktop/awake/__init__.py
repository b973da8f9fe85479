"""Keeping this computer from going to sleep while downloads run."""
