"""The window of a server's disk space."""
