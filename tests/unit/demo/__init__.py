"""The demo server: its parts with a clock of their own, then the whole over HTTP."""
