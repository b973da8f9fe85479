"""Tests of the terminal's verbs, against the demo server over real HTTP."""
