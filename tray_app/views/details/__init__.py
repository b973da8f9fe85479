"""The dialog with everything about a model."""
