"""The models that the demo server has and offers, as data."""
