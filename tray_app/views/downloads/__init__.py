"""The panel of downloads, and their history."""
