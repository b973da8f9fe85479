"""Qt item models: what the views show of the core's records, sorted, filtered and in words.

QtCore and QtGui, core, text, resources. No widgets, no network, no files.
"""
