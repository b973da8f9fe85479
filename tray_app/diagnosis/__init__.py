"""Looks at the whole program: servers, this computer, the log. Slow: seconds, so in lanes.

Used by `doctor` in the terminal and, in jobs, by the window.
"""
