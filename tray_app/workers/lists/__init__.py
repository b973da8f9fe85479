"""Lists of models: read, looked up and written; and what an import waits for."""
