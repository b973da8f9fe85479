"""Dialogs about updates: the sheet, and the questions before something is replaced."""
