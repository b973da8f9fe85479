"""The pure heart of the program: names, records, parsing, pull arithmetic, diffs, errors.

Standard library only: no Qt, no network, no wall clock (a clock is an argument), no environment.
"""
