"""The packages: what the scripts of packaging/ make, and that it works once installed."""
