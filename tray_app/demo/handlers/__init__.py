"""The demo server's answers, one file for each group of routes."""
