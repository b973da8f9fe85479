"""Tests, benchmarks and pictures of Ollama Tray. Nothing here is shipped."""
