"""Notifications: which to give, in which words, and through what."""
