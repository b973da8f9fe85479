"""The bridge between threads and signals: QtCore, `ollama` and `core`. No widgets, no wording."""
