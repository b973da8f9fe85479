"""One set of assertions for the demo server and for a real Ollama."""
