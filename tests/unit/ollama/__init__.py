"""Tests of the client library, over real connections on loopback."""
