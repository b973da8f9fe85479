"""Starting the Ollama that is installed on this computer. Nothing here stops one."""
