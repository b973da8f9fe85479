"""Ollama Tray: manage the models of Ollama servers from the desktop tray.

Only the program's identity lives here. This module imports nothing, so that reading the version
costs nothing and every other module may depend on it.
"""

__version__ = "0.1.0"

APP_ID = "io.github.ollama_tray.OllamaTray"
APP_NAME = "Ollama Tray"
