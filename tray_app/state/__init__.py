"""The newest of every fact, kept once for everybody who shows it."""
