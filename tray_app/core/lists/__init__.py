"""Lists of models: written to files, read from them, and what becomes of one on a server."""
