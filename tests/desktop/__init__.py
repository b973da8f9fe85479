"""Tests of the program as a process on a virtual desktop."""
