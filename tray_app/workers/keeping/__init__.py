"""Keeping models in memory: the jobs, and the file of what is known."""
